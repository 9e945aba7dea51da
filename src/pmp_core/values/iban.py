"""The number of a bank account. It shows itself to nobody by accident."""

from __future__ import annotations

from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema
from stdnum import iban
from stdnum.exceptions import ValidationError

from pmp_core.errors import InvalidValue


class Iban:
    """An IBAN, with or without spaces; its check digits and the shape of its country are looked at.

    Masked in `repr`, `str`, formatting and errors. As JSON it stands in clear: that is how it is exchanged.

    Args:
        text: the number as written.

    Raises:
        InvalidValue: `iban-invalid`.

    >>> account = Iban("LV80 BANK 0000 4351 9500 1")
    >>> account
    Iban('LV…5001')
    >>> account.reveal()
    'LV80BANK0000435195001'
    """

    __slots__ = ("_number",)
    _number: str

    def __init__(self, text: str) -> None:
        try:
            # Only spaces are let pass: whatever else stands in a number may be a slip.
            number = iban.validate(text.replace(" ", "")) if isinstance(text, str) else ""
        except ValidationError:
            number = ""
        if not number or number != text.replace(" ", "").upper():
            raise InvalidValue(
                "iban-invalid",
                "This is no number of a bank account.",
                found="…",
                remedy="Compare it with the account: an IBAN begins with two letters of the country and two check digits; Latvian ones "
                "have 21 characters.",
            )
        object.__setattr__(self, "_number", number)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a number of a bank account does not change")

    def reveal(self) -> str:
        """The number itself, in clear and without spaces. Every call is a place where it leaves its cover."""
        return self._number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Iban) and self._number == other._number

    def __hash__(self) -> int:
        return hash(self._number)

    def __repr__(self) -> str:
        return f"Iban({str(self)!r})"

    def __str__(self) -> str:
        return f"{self._number[:2]}…{self._number[-4:]}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> tuple[type[Iban], tuple[str]]:
        return Iban, (self._number,)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls(value),
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls.reveal, return_schema=core_schema.str_schema(), when_used="json"
            ),
            json_schema_input_schema=core_schema.str_schema(),
        )
