"""Bilingual text, amounts and days for people, vocabularies and public holidays."""

from __future__ import annotations

import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pmp_core.values import (
    AbsenceKind,
    Attendance,
    Language,
    Mode,
    RiskResult,
    SuggestionState,
    Text,
    Track,
    Vocabulary,
    write_cents,
    write_day,
)
from pmp_core.values.public_holidays import public_holidays

VOCABULARIES: list[type[Vocabulary]] = [AbsenceKind, Attendance, Mode, RiskResult, SuggestionState, Track]


def test_a_text_gives_the_words_of_the_language() -> None:
    text = Text("klase", "grade")
    assert (text["lv"], text["en"]) == ("klase", "grade")


@pytest.mark.parametrize(
    ("cents", "lv", "en"),
    [
        (0, "0,00 EUR", "EUR 0.00"),
        (5, "0,05 EUR", "EUR 0.05"),
        (-5, "-0,05 EUR", "EUR -0.05"),
        (99999, "999,99 EUR", "EUR 999.99"),
        (100000, "1\u00a0000,00 EUR", "EUR 1,000.00"),
        (-123456789, "-1\u00a0234\u00a0567,89 EUR", "EUR -1,234,567.89"),
    ],
)
def test_amounts_are_written_with_groups_and_two_decimals(cents: int, lv: str, en: str) -> None:
    assert (write_cents(cents, "lv"), write_cents(cents, "en")) == (lv, en)


@given(st.integers(), st.sampled_from(["lv", "en"]))
def test_no_digit_of_an_amount_is_lost(cents: int, language: Language) -> None:
    written = write_cents(cents, language)
    assert int("".join(c for c in written if c.isdigit() or c == "-")) == cents


@pytest.mark.parametrize(
    ("day", "lv", "en"),
    [
        (date(2021, 1, 9), "09.01.2021.", "9 January 2021"),
        (date(2021, 12, 31), "31.12.2021.", "31 December 2021"),
        (date(2020, 2, 29), "29.02.2020.", "29 February 2020"),
    ],
)
def test_days_are_written_as_each_language_does(day: date, lv: str, en: str) -> None:
    assert (write_day(day, "lv"), write_day(day, "en")) == (lv, en)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_code_of_a_vocabulary_has_words_of_its_own_in_both_languages(vocabulary: type[Vocabulary]) -> None:
    for language in ("lv", "en"):
        words = [member.text[language] for member in vocabulary]
        assert all(words)
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_a_code_is_found_by_its_text_and_survives_json_and_pickle(vocabulary: type[Vocabulary]) -> None:
    adapter: TypeAdapter[Vocabulary] = TypeAdapter(vocabulary)
    for member in vocabulary:
        assert adapter.validate_python(str(member)) is member
        assert adapter.validate_json(adapter.dump_json(member)) is member
        assert pickle.loads(pickle.dumps(member)) is member


def test_a_code_that_is_in_no_vocabulary_is_refused() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Track).validate_python("klātienē")


@pytest.mark.parametrize(
    ("day", "free"),
    [
        (date(2022, 11, 18), True),
        (date(2022, 11, 17), False),
        (date(2023, 11, 20), True),
        (date(2023, 11, 21), False),
        (date(2023, 5, 5), True),
    ],
)
def test_the_public_holidays_are_those_of_latvia_with_the_moved_days_off(day: date, free: bool) -> None:
    assert (day in public_holidays(day.year)) is free
