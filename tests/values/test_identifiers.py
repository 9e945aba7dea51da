"""Opaque ids, registration numbers and territory codes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pmp_core.errors import InvalidValue
from pmp_core.values import Actor, Id, OpaqueId, RegistrationNumber, TerritoryCode


def code_of(kind: Any, text: str) -> str:
    with pytest.raises(InvalidValue) as caught:
        kind(text)
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.parametrize(
    "text", ["a", "L-4F7K2", "x" * 120, "Ž ī", "0102031234", "010203123456", "0c5d8f1e-93b7-4d2a-8e6f-112345678901"]
)
def test_text_of_1_to_120_printable_characters_is_an_id(text: str) -> None:
    assert OpaqueId(text) == text


@pytest.mark.parametrize(
    "text", ["", "x" * 121, " a", "a ", "a\n", "a\tb", "a\x00b", "\x7f", "\u00a0a", "a\u202eb", "a\u200f", "\u2066a"]
)
def test_text_of_another_shape_is_no_id(text: str) -> None:
    assert code_of(OpaqueId, text) == "id-invalid"


@given(
    st.text("0123456789", min_size=11, max_size=11),
    st.sampled_from(["", "-", " ", ".", "\u2013", "\u2014"]),
    st.sampled_from(["", "L-", "LV"]),
)
def test_no_personal_code_is_an_id_and_the_refusal_does_not_show_it(digits: str, joiner: str, before: str) -> None:
    code = f"{digits[:6]}{joiner}{digits[6:]}"
    with pytest.raises(InvalidValue) as caught:
        OpaqueId(before + code)
    assert caught.value.code == "id-is-personal-code"
    assert code not in str(caught.value)


def test_an_id_in_an_entity_is_checked_and_not_shown_where_it_is_a_personal_code() -> None:
    assert type(Actor(name="A", role="director", institution_id="I-1").institution_id) is OpaqueId
    with pytest.raises(ValidationError, match="id-is-personal-code") as caught:
        Actor(name="A", role="director", institution_id="010203-12345")
    assert "12345" not in str(caught.value)


def test_the_name_of_who_acts_holds_no_personal_code() -> None:
    with pytest.raises(ValidationError, match="name-is-personal-code") as caught:
        Actor(name="Ilze Kalna 161175.19997", role="director")
    assert "19997" not in str(caught.value)


def test_an_id_is_written_as_text_in_json() -> None:
    adapter: TypeAdapter[str] = TypeAdapter(Id)
    assert adapter.dump_json(adapter.validate_python("I-1")) == b'"I-1"'


@pytest.mark.parametrize("text", ["4219902694", "0000000001"])
def test_ten_digits_are_a_registration_number_with_their_leading_zeros(text: str) -> None:
    assert RegistrationNumber(text) == text


@pytest.mark.parametrize("text", ["", "421990269", "42199026945", "421990269x", "４219902694", "4219902694\n"])
def test_other_text_is_no_registration_number(text: str) -> None:
    assert code_of(RegistrationNumber, text) == "registration-number-invalid"


@pytest.mark.parametrize("text", ["0001000", "LV00A01"])
def test_seven_characters_are_a_territory_code_with_their_leading_zeros(text: str) -> None:
    assert TerritoryCode(text) == text


@pytest.mark.parametrize("text", ["", "001000", "00010000", "lv00a01", "0001 00"])
def test_other_text_is_no_territory_code(text: str) -> None:
    assert code_of(TerritoryCode, text) == "territory-code-invalid"


@pytest.mark.parametrize(("kind", "pattern"), [(RegistrationNumber, "^[0-9]{10}$"), (TerritoryCode, "^[0-9A-Z]{7}$")])
def test_the_json_schema_says_the_shape(kind: Any, pattern: str) -> None:
    assert TypeAdapter(kind).json_schema() == {"type": "string", "pattern": pattern}


def test_a_number_is_no_registration_number_since_it_has_lost_its_zeros() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(RegistrationNumber).validate_python(4219902694)
