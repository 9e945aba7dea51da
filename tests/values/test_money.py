"""Money: whole cents, no floats, nothing lost."""

from __future__ import annotations

import copy
import operator
import pickle
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pmp_core.errors import InvalidValue
from pmp_core.values import Money

ADAPTER = TypeAdapter(Money)
MOST = 10**15 - 1
CENTS = st.integers(-MOST, MOST)
SMALL = st.integers(-(10**12), 10**12)


def code_of(amount: Any) -> str:
    with pytest.raises(InvalidValue) as caught:
        Money(amount)
    assert caught.value.remedy
    return caught.value.code


@given(CENTS)
def test_every_amount_comes_back_from_text_decimal_json_and_pickle(cents: int) -> None:
    money = Money.from_cents(cents)
    assert money.cents == cents
    assert Money(str(money)) == Money(money.decimal) == Money(money) == money
    assert eval(repr(money)) == money
    assert ADAPTER.validate_json(ADAPTER.dump_json(money)) == money
    assert pickle.loads(pickle.dumps(money)) == copy.deepcopy(money) == money


@given(CENTS, st.integers(1, 28))
def test_the_precision_a_host_has_set_for_its_decimals_changes_no_amount(cents: int, precision: int) -> None:
    usual = Money.from_cents(cents)
    with localcontext() as context:
        context.prec = precision
        assert Money(str(usual)).cents == Money(usual.decimal).cents == cents
        assert str(usual) == f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


@given(SMALL, SMALL, st.integers(-1000, 1000))
def test_sums_differences_products_and_comparisons_are_those_of_the_cents(a: int, b: int, times: int) -> None:
    one, other = Money.from_cents(a), Money.from_cents(b)
    assert (one + other).cents == a + b
    assert (one - other).cents == a - b
    assert (one * times).cents == a * times
    assert ((one == other), (one < other), (one <= other), (one > other)) == ((a == b), (a < b), (a <= b), (a > b))
    assert (hash(one) == hash(other)) or a != b
    assert bool(one) is (a != 0)


@given(st.floats())
def test_no_float_is_money(amount: float) -> None:
    assert code_of(amount) == "money-is-float"
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(amount)


@pytest.mark.parametrize("written", ["12.5", "1e2", "0.1"])
def test_a_json_number_with_a_point_is_no_money(written: str) -> None:
    with pytest.raises(ValidationError, match="money-is-float"):
        ADAPTER.validate_json(written)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("12.50", 1250), ("12.5", 1250), ("12", 1200), ("-0.05", -5), ("-0.00", 0), ("0012.00", 1200), (3, 300), (-3, -300),
        (Decimal("12.500"), 1250), (Decimal("1E+2"), 10000), (Decimal("-0"), 0), (Decimal("0E+999999"), 0),
        ("9999999999999.99", MOST), (Decimal("9999999999999.99"), MOST), (Decimal("0.01"), 1),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly(amount: Any, cents: int) -> None:
    assert Money(amount).cents == cents


@pytest.mark.parametrize(
    "amount",
    [
        "", "12.505", "12,50", "1 000", "€12", "1e2", ".5", "5.", "+5", " 5", "5\n", "١٢", "10000000000000",
        True, None, b"5", [5], 10**13,
        Decimal("0.001"), Decimal("12.505"), Decimal("10000000000000"), Decimal("1.0000000000000000000000000000000001"),
        Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("1E+999999"), Decimal("1E-999999"),
    ],
)  # fmt: skip
def test_what_is_not_an_amount_in_whole_cents_is_refused(amount: object) -> None:
    assert code_of(amount) == "money-invalid"


@pytest.mark.parametrize("cents", [1.0, True, "5", Decimal(5), None, 10**15, -(10**15)])
def test_cents_are_whole_numbers_of_at_most_15_digits(cents: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        Money.from_cents(cents)
    assert caught.value.code == "money-invalid"


@pytest.mark.parametrize("other", [5, 5.0, Decimal(5), "5.00", None])
def test_money_and_bare_numbers_do_not_mix(other: Any) -> None:
    money = Money("5.00")
    assert money != other
    for operation in (operator.add, operator.sub, operator.lt):
        with pytest.raises(TypeError):
            operation(money, other)
        with pytest.raises(TypeError):
            operation(other, money)


@pytest.mark.parametrize("times", [1.5, True, Decimal(2), Money(2), "2"])
def test_money_is_multiplied_by_whole_numbers_only(times: Any) -> None:
    with pytest.raises(TypeError):
        Money(1) * times


def test_an_amount_does_not_change() -> None:
    with pytest.raises(AttributeError, match="does not change"):
        Money(1).cents = 5


def test_money_is_written_for_people_in_both_languages() -> None:
    assert Money("1234.05").write("lv") == "1\u00a0234,05 EUR"
    assert Money("1234.05").write("en") == "EUR 1,234.05"


def test_python_keeps_money_and_json_has_text() -> None:
    assert ADAPTER.dump_python(Money("1.50")) == Money("1.50")
    assert ADAPTER.dump_json(Money("1.50")) == b'"1.50"'
    assert ADAPTER.json_schema()["pattern"] == "^-?[0-9]{1,13}(?:\\.[0-9]{1,2})?$"
