"""The one exception tree: codes, places, masking, and what survives a pickle."""

from __future__ import annotations

import inspect
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core import errors
from pmp_core.errors import MASK, InvalidValue, NotFound, Place, PmpError, RegisterError, masked, nearest

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, PmpError)]
DIGITS = st.text("0123456789", min_size=11, max_size=11)
JOINERS = st.sampled_from(["", "-", " ", ".", "\u2010", "\u2013", "\u2212", "\u00a0"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_is_caught_as_the_one_root_and_keeps_its_parts_through_a_pickle(kind: type[PmpError]) -> None:
    error = kind("some-code", "It is wrong.", place=Place("a.csv", row=3), found=5, remedy="Do this.")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert isinstance(again, PmpError)
    assert (again.code, again.message, again.place, again.found, again.remedy) == (
        "some-code",
        "It is wrong.",
        Place("a.csv", row=3),
        "5",
        "Do this.",
    )
    assert str(again) == str(error)


def test_an_invalid_value_is_a_value_error_so_that_pydantic_takes_it() -> None:
    assert issubclass(InvalidValue, ValueError)


def test_a_missing_row_is_a_fault_of_the_register() -> None:
    assert issubclass(NotFound, RegisterError)


def test_an_error_says_code_message_place_found_and_remedy_in_this_order() -> None:
    error = PmpError("a-code", "It is wrong.", place=Place("a.csv", 3, "klase", "/x"), found="ž", remedy="Do this.")
    assert str(error) == "[a-code] It is wrong. (a.csv, row 3, column 'klase', at /x) Found: 'ž'. What to do: Do this."


def test_an_error_without_place_found_and_remedy_says_only_code_and_message() -> None:
    error = PmpError("a-code", "It is wrong.")
    assert str(error) == "[a-code] It is wrong."
    assert (error.place, error.found, error.remedy) == (Place(), None, "")


def test_what_was_found_is_kept_even_where_it_is_empty_or_zero() -> None:
    assert [PmpError("c", "m", found=found).found for found in (0, "", False)] == ["0", "", "False"]


def test_what_was_found_is_cut_to_200_characters() -> None:
    assert PmpError("c", "m", found="x" * 201).found == "x" * 200


def test_a_code_at_the_cut_is_masked_before_it_is_cut() -> None:
    assert "01020312" not in str(PmpError("c", "m", found="x" * 192 + " 010203-12345"))


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (Place(), ""),
        (Place(file="a.csv"), "a.csv"),
        (Place(row=1), "row 1"),
        (Place(column=""), "column ''"),
        (Place(pointer=""), "at "),
        (Place("010203-12345.csv", pointer="/a"), f"{MASK}.csv, at /a"),
    ],
)
def test_a_place_says_what_is_known_of_it(place: Place, written: str) -> None:
    assert str(place) == written


def test_a_place_shows_no_personal_code_in_its_repr_either() -> None:
    assert repr(Place("010203.12345.csv", 2, "a")) == f"Place('{MASK}.csv', 2, 'a', None)"


@given(DIGITS, JOINERS, st.text("ab,: ", max_size=3), st.text("ab,: ", max_size=3))
def test_whatever_looks_like_a_personal_code_is_masked(digits: str, joiner: str, before: str, after: str) -> None:
    assert masked(f"{before}{digits[:6]}{joiner}{digits[6:]}{after}") == f"{before}{MASK}{after}"


@pytest.mark.parametrize("joiner", [" - ", " -", "- ", "_", "__", " _ ", "_-_", "  ", " \u2013 "])
def test_a_code_with_room_around_its_hyphen_is_masked(joiner: str) -> None:
    assert masked(f"of 311299{joiner}20000_") == f"of {MASK}_"


@given(st.text("0123456789", max_size=25).filter(lambda digits: len(digits) != 11))
def test_a_number_of_another_length_is_not_masked(digits: str) -> None:
    assert masked(digits) == digits


@given(DIGITS, JOINERS)
def test_no_part_of_an_error_shows_a_personal_code(digits: str, joiner: str) -> None:
    code = f"{digits[:6]}{joiner}{digits[6:]}"
    error = PmpError("c", f"Of {code}.", place=Place(column=code), found=code, remedy=f"Ask {code}.")
    again: PmpError = pickle.loads(pickle.dumps(error))
    for shown in (str(error), repr(error), f"{error}", error.message, str(error.found), error.remedy, str(again), repr(again)):
        assert code not in shown
        assert MASK in shown


@pytest.mark.parametrize(
    ("name", "close"), [("levle", ("level",)), ("level", ("level",)), ("quite-another", ()), ("trakc", ("track",))]
)
def test_the_nearest_names_are_those_that_look_alike(name: str, close: tuple[str, ...]) -> None:
    assert nearest(name, iter(["level", "track", "on"])) == close


def test_no_more_nearest_names_are_given_than_asked_for() -> None:
    assert nearest("aaa", ["aaab", "aaac", "aaad", "aaae"], most=2) == nearest("aaa", ["aaab", "aaac", "aaad", "aaae"])[:2]
