"""What every exchanged thing has in common: frozen, exact, silent about its contents when something is wrong."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from pmp_core.errors import InvalidValue
from pmp_core.values.days import iso_day


def _day(value: object) -> object:
    """Days are `date` or ISO text: pydantic alone would also take numbers and moments at midnight."""
    if isinstance(value, str):
        return iso_day(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise InvalidValue("day-invalid", "This is not a day.", remedy="Hand in a date, or text written YYYY-MM-DD.")


Day = Annotated[date, BeforeValidator(_day)]
Count = Annotated[int, Field(strict=True, ge=0)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class Entity(BaseModel):
    """Frozen and closed: nothing unknown goes in, and nothing changes; a step gives a new, validated object.

    What was handed in is not repeated in validation errors, since it may be personal data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    def changed(self, **changes: Any) -> Self:
        """A copy with these fields replaced, validated as a whole."""
        return type(self).model_validate({**{name: getattr(self, name) for name in type(self).model_fields}, **changes})
