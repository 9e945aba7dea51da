"""Euro amounts: whole cents inside, `Decimal` at the edges, floats nowhere."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import total_ordering
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from pmp_core.errors import InvalidValue
from pmp_core.values.text import Language, write_cents

_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,2})?")
_MOST = 10**15  # in cents: 13 digits before the point, as text has them too


@total_ordering
class Money:
    """An amount in euro, exact to the cent.

    Args:
        amount: text such as `"12.50"`, a `Decimal`, an `int` (whole euro) or another `Money`. At most two decimals:
            rounding is a rule's work, and is never done on the way in.

    Raises:
        InvalidValue: `money-is-float`, `money-invalid`.

    >>> Money("12.50") + Money(1)
    Money('13.50')
    >>> Money("12.50").cents
    1250
    """

    __slots__ = ("cents",)
    cents: int

    def __init__(self, amount: Money | Decimal | int | str) -> None:
        object.__setattr__(self, "cents", _cents(amount))

    @classmethod
    def from_cents(cls, cents: int) -> Self:
        """The amount of so many cents."""
        money = cls.__new__(cls)
        if not isinstance(cents, int) or isinstance(cents, bool) or abs(cents) >= _MOST:
            raise InvalidValue(
                "money-invalid", "Cents are whole numbers of at most 15 digits.", found=cents, remedy="Hand in an int."
            )
        object.__setattr__(money, "cents", cents)
        return money

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an amount does not change")

    @property
    def decimal(self) -> Decimal:
        """The amount as a `Decimal` with two places."""
        return Decimal((int(self.cents < 0), tuple(map(int, str(abs(self.cents)))), -2))

    def write(self, language: Language) -> str:
        """The amount for people."""
        return write_cents(self.cents, language)

    def __add__(self, other: Money) -> Money:
        return Money.from_cents(self.cents + other.cents) if isinstance(other, Money) else NotImplemented

    def __sub__(self, other: Money) -> Money:
        return Money.from_cents(self.cents - other.cents) if isinstance(other, Money) else NotImplemented

    def __mul__(self, times: int) -> Money:
        whole = isinstance(times, int) and not isinstance(times, bool)
        return Money.from_cents(self.cents * times) if whole else NotImplemented

    def __eq__(self, other: object) -> bool:
        return self.cents == other.cents if isinstance(other, Money) else NotImplemented

    def __lt__(self, other: Money) -> bool:
        return self.cents < other.cents if isinstance(other, Money) else NotImplemented

    def __hash__(self) -> int:
        return hash((Money, self.cents))

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        return str(self.decimal)

    def __repr__(self) -> str:
        return f"Money({str(self)!r})"

    def __reduce__(self) -> tuple[type[Money], tuple[str]]:
        return Money, (str(self),)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.str_schema(pattern=f"^{_AMOUNT.pattern}$")
        return core_schema.no_info_plain_validator_function(
            cls,
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=written, when_used="json"),
            json_schema_input_schema=written,
        )


def _cents(amount: object) -> int:
    remedy = "Write it as text or Decimal with at most two decimals, such as '12.50'."
    if isinstance(amount, Money):
        return amount.cents
    if isinstance(amount, float):
        raise InvalidValue("money-is-float", "Money is never a float: floats lose cents.", found=amount, remedy=remedy)
    if isinstance(amount, Decimal):
        if not amount:
            return 0
        # No arithmetic on decimals: it would round to the precision that the host has set for its thread.
        if amount.is_finite() and -2 <= amount.adjusted() <= 12:
            euros, parts = amount.as_integer_ratio()
            if euros * 100 % parts == 0:
                return euros * 100 // parts
        raise InvalidValue("money-invalid", "This is not an amount in whole cents.", found=amount, remedy=remedy)
    if isinstance(amount, bool) or not isinstance(amount, int | str):
        raise InvalidValue("money-invalid", "This is not an amount.", found=amount, remedy=remedy)
    text = str(amount)
    if not _AMOUNT.fullmatch(text):
        raise InvalidValue("money-invalid", "This is not an amount in whole cents.", found=text, remedy=remedy)
    whole, _, rest = text.partition(".")
    return int(whole + rest.ljust(2, "0"))
