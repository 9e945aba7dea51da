"""The personal code: its two styles, and that nothing shows it by accident."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pmp_core.errors import MASK, InvalidValue
from pmp_core.values import Entity, PersonalCode

ADAPTER = TypeAdapter(PersonalCode)
DAYS = st.dates(date(1800, 1, 1), date(2099, 12, 31))
TAILS = st.text("0123456789", min_size=4, max_size=4)
OLD = st.builds(lambda day, tail: f"{day:%d%m}{day.year % 100:02d}{(day.year - 1800) // 100}{tail}", DAYS, TAILS)
NEW = st.builds(lambda head, tail: f"3{head}{tail}", st.sampled_from("23456789"), st.text("0123456789", min_size=9, max_size=9))
CODES = st.one_of(OLD, NEW)


class Held(Entity):
    """An entity with a code in it."""

    code: PersonalCode


@given(CODES)
def test_a_code_is_the_same_with_and_without_the_hyphen(digits: str) -> None:
    plain, hyphened = PersonalCode(digits), PersonalCode(f" {digits[:6]}-{digits[6:]} ")
    assert plain == hyphened
    assert hash(plain) == hash(hyphened)
    assert plain.reveal() == f"{digits[:6]}-{digits[6:]}"
    assert plain.reveal(hyphen=False) == digits


@given(CODES)
def test_no_way_of_writing_a_code_shows_it(digits: str) -> None:
    code, held = PersonalCode(digits), Held(code=PersonalCode(digits))
    writings = [
        repr(code), str(code), f"{code}", f"{code!r}", f"{code:>20}", "%s" % code, repr({"c": [code]}), repr(held), str(held),  # noqa: UP031
        held.model_dump_json(), repr(held.model_dump()), json.dumps(held.model_dump(mode="json")), ADAPTER.dump_json(code).decode(),
    ]  # fmt: skip
    for writing in writings:
        assert MASK in writing
        assert digits[6:] not in writing


def test_a_format_specification_pads_the_mask() -> None:
    assert f"{PersonalCode('161175-19997'):>14}" == f"  {MASK}"


@given(CODES)
def test_a_code_survives_a_pickle_and_a_copy(digits: str) -> None:
    code = PersonalCode(digits)
    assert pickle.loads(pickle.dumps(code)) == code
    assert copy.deepcopy(code) == code


@given(st.text("0123456789-", min_size=6, max_size=13).filter(lambda text: len(text.replace("-", "")) != 11))
def test_text_of_another_length_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        PersonalCode(text)
    assert (caught.value.code, caught.value.found) == ("personal-code-invalid", MASK)
    assert text not in str(caught.value).replace(MASK, "")


@pytest.mark.parametrize(
    "text",
    [
        "", "16117519997x", "161175--19997", "161175 19997", "1611-7519997", "31117519997", "300275-12345", "001175-19997",
        "161375-19997", "161175-39997", "161175-99997", "310000-00000", "400000-00000", "１６１１７５19997",
    ],
)  # fmt: skip
def test_eleven_digits_of_neither_style_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        PersonalCode(text)
    assert caught.value.code == "personal-code-invalid"
    assert caught.value.remedy


@pytest.mark.parametrize("thing", [None, 16117519997, b"16117519997"])
def test_what_is_not_text_is_no_code(thing: object) -> None:
    with pytest.raises(InvalidValue):
        PersonalCode(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("311299-09999", date(1899, 12, 31)),
        ("010100-10000", date(1900, 1, 1)),
        ("311299-19999", date(1999, 12, 31)),
        ("010100-20000", date(2000, 1, 1)),
        ("290200-20000", date(2000, 2, 29)),
    ],
)
def test_an_old_code_tells_the_birth_date_in_the_century_of_its_seventh_digit(text: str, day: date) -> None:
    code = PersonalCode(text)
    assert (code.style, code.birth_date) == ("birth-date", day)


@pytest.mark.parametrize("text", ["320000-00000", "399999-99999"])
def test_a_code_from_32_to_39_tells_nothing(text: str) -> None:
    code = PersonalCode(text)
    assert (code.style, code.birth_date, code.findings()) == ("random", None, ())


def test_the_last_day_of_january_and_a_new_code_are_told_apart() -> None:
    assert PersonalCode("310175-10000").style == "birth-date"
    assert PersonalCode("320175-10000").style == "random"


def test_a_wrong_check_digit_is_a_finding_and_no_refusal() -> None:
    assert PersonalCode("161175-19997").findings() == ()
    assert PersonalCode("161175-19998").findings() == ("checksum-differs",)


def test_a_code_is_equal_to_no_text() -> None:
    code = PersonalCode("161175-19997")
    assert code != "161175-19997"
    assert code != PersonalCode("161175-19998")


def test_a_code_does_not_change() -> None:
    with pytest.raises(AttributeError, match="does not change"):
        PersonalCode("161175-19997")._digits = "0"


def test_pydantic_takes_a_code_or_its_text_and_nothing_else() -> None:
    code = PersonalCode("161175-19997")
    assert Held(code=code).code is code
    assert Held.model_validate({"code": "16117519997"}).code == code
    assert Held.model_validate_json('{"code": "161175-19997"}').code == code
    for wrong in ('{"code": 16117519997}', '{"code": null}'):
        with pytest.raises(ValidationError):
            Held.model_validate_json(wrong)


def test_a_validation_error_of_an_entity_does_not_show_what_was_handed_in() -> None:
    with pytest.raises(ValidationError) as caught:
        Held.model_validate({"code": "161375-19997"})
    assert "19997" not in str(caught.value)
    assert "personal-code-invalid" in str(caught.value)


def test_the_json_schema_says_text_both_ways() -> None:
    assert ADAPTER.json_schema()["type"] == "string"
    assert ADAPTER.json_schema(mode="serialization")["type"] == "string"
