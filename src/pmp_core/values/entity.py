"""What every exchanged thing has in common: frozen, exact, silent about its contents when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from pmp_core.errors import InvalidValue, masked
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
_FREE_TEXT = StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)
Note = Annotated[str, _FREE_TEXT]


@cache
def _free_text(entity: type[BaseModel]) -> frozenset[str]:
    """The fields that hold what people wrote in their own words."""
    return frozenset(
        name for name, field in entity.model_fields.items() if _FREE_TEXT in field.metadata or Note in get_args(field.annotation)
    )


class Entity(BaseModel):
    """Frozen and closed: nothing unknown goes in, and nothing changes; a step gives a new, validated object.

    What was handed in is not repeated in validation errors, since it may be personal data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    def changed(self, **changes: Any) -> Self:
        """A copy with these fields replaced, validated as a whole."""
        return type(self).model_validate({**{name: getattr(self, name) for name in type(self).model_fields}, **changes})

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        # What people wrote is left out, and what looks like a personal code is masked: a repr ends in logs and tracebacks.
        for name, value in super().__repr_args__():
            if isinstance(value, str):
                value = "…" if name in _free_text(type(self)) else masked(value)
            yield name, value

    def _repr_html_(self) -> str:
        from pmp_core.values.notebook import fields_of  # only a notebook asks

        return fields_of(type(self).__name__, dict(self))
