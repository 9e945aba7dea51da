"""Identifiers: the register's own opaque ids, and the numbers that Latvian registers give."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from pmp_core.errors import InvalidValue, masked
from pmp_core.values.days import text_schema

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class CheckedText(str):
    """Text of one shape. Subclasses say which, and how to write it."""

    __slots__ = ()
    code: ClassVar[str]
    pattern: ClassVar[str]
    what: ClassVar[str]
    remedy: ClassVar[str]

    def __new__(cls, text: str) -> Self:
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):  # half a letter, which no file can hold
            text = text.encode("utf-8", "backslashreplace").decode()
            raise InvalidValue(cls.code, f"This is not {cls.what}.", found=text, remedy=cls.remedy)
        if not re.fullmatch(cls.pattern, text):
            raise InvalidValue(cls.code, f"This is not {cls.what}.", found=text, remedy=cls.remedy)
        return super().__new__(cls, text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return text_schema(cls, cls.pattern)


class OpaqueId(CheckedText):
    """An id that the register or a source gave and that means nothing. Never a personal code: those are refused.

    Raises:
        InvalidValue: `id-invalid`; `id-is-personal-code` for a text with a personal code anywhere in it: 11 digits, with or
            without something between the sixth and the seventh. A UUID is an id whatever its digits are.

    >>> OpaqueId("L-4F7K2")
    'L-4F7K2'
    """

    __slots__ = ()
    code = "id-invalid"
    # Nor what turns the direction of text: an id is printed, and would read as another.
    _UNSEEN = r"\x00-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    pattern = rf"[^\s{_UNSEEN}](?:[^{_UNSEEN}]{{0,118}}[^\s{_UNSEEN}])?"
    what = "an id"
    remedy = "Use 1 to 120 printable characters, with no space at either end."

    def __new__(cls, text: str) -> Self:
        if masked(text) != text and not _UUID.fullmatch(text):
            raise InvalidValue(
                "id-is-personal-code",
                "An id must not be or contain a personal code: codes change, and ids are shown.",
                found=text,
                remedy="Let the register give the id, and hand the code in as `personal_code`.",
            )
        return super().__new__(cls, text)


# A field that holds an id: text for whoever type-checks, an `OpaqueId` once it is validated.
Id = Annotated[str, AfterValidator(OpaqueId)]


class RegistrationNumber(CheckedText):
    """An institution's number in the register of educational institutions: 10 digits.

    Source: MK noteikumi Nr. 397 of 14.07.2015 (the register); the length by published examples such as 4219902694
    (https://likumi.lv/ta/id/324640), status reported. No inner structure or checksum is assumed.

    Raises:
        InvalidValue: `registration-number-invalid`.

    >>> RegistrationNumber("4219902694")
    '4219902694'
    """

    __slots__ = ()
    code = "registration-number-invalid"
    pattern = r"[0-9]{10}"
    what = "an institution's registration number"
    remedy = "It has 10 digits; keep leading zeros by reading it as text."


class TerritoryCode(CheckedText):
    """A code of the Latvian classification of territories (ATVK), 7 characters, kept as text for its leading zeros.

    Source: https://www.csp.gov.lv/lv/klasifikacija/administrativo-teritoriju-un-teritoriala-iedalijuma-vienibu-klasifikators.
    Codes before and after 1 July 2021 (MK noteikumi Nr. 379 of 15.06.2021) have the same length.

    Raises:
        InvalidValue: `territory-code-invalid`.

    >>> TerritoryCode("0001000")
    '0001000'
    """

    __slots__ = ()
    code = "territory-code-invalid"
    pattern = r"[0-9A-Z]{7}"
    what = "a territory code"
    remedy = "It has 7 characters; keep leading zeros by reading it as text."
