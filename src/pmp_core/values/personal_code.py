"""The Latvian personal code. It identifies nobody in the register, and shows itself to nobody by accident."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema
from stdnum.lv import pvn

from pmp_core.errors import MASK, InvalidValue

_SHAPE = re.compile(r"(\d{6})-?(\d{5})", re.ASCII)
_NEW_STYLE = re.compile(r"3[2-9]\d{9}", re.ASCII)
_CENTURIES = {"0": 1800, "1": 1900, "2": 2000}


class PersonalCode:
    """Eleven digits, with or without the hyphen after the sixth; masked in `repr`, `str`, formatting, JSON and errors.

    Codes given until 30 June 2017 begin with the birth date (ddmmyy and a digit for the century); from 1 July 2017 they
    begin with 32 to 39 and tell nothing. Source: https://www.pmlp.gov.lv/lv/personas-koda-maina.

    Args:
        text: the code as written.

    Raises:
        InvalidValue: `personal-code-invalid`: not 11 digits, or of neither style. A wrong checksum is no reason to
            refuse a code: see `findings`.

    >>> code = PersonalCode("161175-19997")
    >>> code
    PersonalCode('******-*****')
    >>> code.style, code.birth_date
    ('birth-date', datetime.date(1975, 11, 16))
    >>> PersonalCode("328673-00679").style
    'random'
    """

    __slots__ = ("_digits",)
    _digits: str

    def __init__(self, text: str) -> None:
        match = _SHAPE.fullmatch(text.strip()) if isinstance(text, str) else None
        digits = match[1] + match[2] if match else ""
        if not match or not (_NEW_STYLE.fullmatch(digits) or _birth_date(digits)):
            raise InvalidValue(
                "personal-code-invalid",
                "This is not a Latvian personal code.",
                found=MASK,
                remedy="It has 11 digits: ddmmyy-cnnnn with a day that exists, or 32 to 39 and nine more.",
            )
        object.__setattr__(self, "_digits", digits)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a personal code does not change")

    @property
    def style(self) -> Literal["birth-date", "random"]:
        """`birth-date` for codes given until 30 June 2017, `random` for the newer ones."""
        return "random" if _NEW_STYLE.fullmatch(self._digits) else "birth-date"

    @property
    def birth_date(self) -> date | None:
        """The birth date that an old-style code tells; None for a new one."""
        return None if self.style == "random" else _birth_date(self._digits)

    def reveal(self, *, hyphen: bool = True) -> str:
        """The code itself, in clear. Every call is a place where a person's code leaves its cover."""
        return f"{self._digits[:6]}-{self._digits[6:]}" if hyphen else self._digits

    def findings(self) -> tuple[str, ...]:
        """What looks wrong, on demand: `checksum-differs` for an old-style code.

        The check digit's algorithm is not confirmed by the code's issuer (python-stdnum, `stdnum.lv.pvn`), so it is a
        hint to look again and never a refusal. New-style codes have no check digit that anyone has stated.
        """
        if self.style == "random" or pvn.calc_check_digit_pers(self._digits[:-1]) == self._digits[-1]:
            return ()
        return ("checksum-differs",)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PersonalCode) and self._digits == other._digits

    def __hash__(self) -> int:
        return hash(self._digits)

    def __repr__(self) -> str:
        return f"PersonalCode({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce__(self) -> tuple[type[PersonalCode], tuple[str]]:
        return PersonalCode, (self._digits,)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from_text = core_schema.no_info_after_validator_function(cls, core_schema.str_schema(strict=True))
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), from_text]),
            serialization=core_schema.plain_serializer_function_ser_schema(
                str, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )


def _birth_date(digits: str) -> date | None:
    century = _CENTURIES.get(digits[6:7])
    if century is None:
        return None
    try:
        return date(century + int(digits[4:6]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None
