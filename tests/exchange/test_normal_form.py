"""Normal forms: the same however a thing was typed, and another for another thing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pmp_core.errors import InvalidValue
from pmp_core.exchange.normal_form import code_form, digest_form, folded_form, issuer_form, name_form, number_form
from pmp_core.values import PersonalCode

LATVIAN = "aābcčdeēfgģhiījkķlļmnņoprsštuūvzž"
NAMES = st.text(st.sampled_from(LATVIAN + LATVIAN.upper() + "- '’–\u00a0"), max_size=30)
FORMS = [name_form, folded_form, issuer_form, number_form, digest_form]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@given(text=st.one_of(st.text(), NAMES))
@example(text="s\u013f\u0301")  # the sign that is dropped stands between a letter and its mark
@example(text="s\u1e9a\u0301")
def test_a_normal_form_is_its_own_normal_form(form: Callable[[str], str], text: str) -> None:
    assert form(form(text)) == form(text)


@pytest.mark.parametrize("form", [name_form, folded_form, issuer_form, number_form], ids=lambda form: form.__name__)
@given(text=st.one_of(st.text(), NAMES))
def test_composed_and_combining_characters_are_the_same(form: Callable[[str], str], text: str) -> None:
    assert form(unicodedata.normalize("NFD", text)) == form(unicodedata.normalize("NFC", text)) == form(text)


@given(name=NAMES)
def test_case_and_signs_between_the_letters_tell_nothing(name: str) -> None:
    letters = "".join(c for c in name.lower() if c in LATVIAN)
    assert name_form(name) == name_form(name.upper()) == name_form(f" {name}\t") == letters


@given(letters=st.lists(st.sampled_from(LATVIAN), min_size=1, max_size=12))
def test_latvian_letters_stay_in_the_one_form_and_lose_their_marks_in_the_other(letters: list[str]) -> None:
    plain = dict(zip("āčēģīķļņšūž", "acegiklnsuz", strict=True))
    assert name_form("".join(letters)) == "".join(letters)
    assert folded_form("".join(letters)) == "".join(plain.get(letter, letter) for letter in letters)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ozoliņš", "Ozolin\u0327s\u030c"), ("Ozoliņš", "OZOLIŅŠ"), ("Ņina", "N\u0326ina"), ("Ģirts", "g\u0326IRTS"),
        ("Anna-Marija", "Anna Marija"), ("Anna Marija", "Anna\u00a0 Marija"), ("Kalniņš-Bērzs", "Kalniņš\u2011Bērzs"),
        ("Kalniņš-Bērzs", "Kalniņš – Bērzs"), ("O'Konors", "O’Konors"), ("O'Konors", "O\u02bcKonors"), ("O'Konors", "O´Konors"),
        ("O'Konors", "O`Konors"), ("Līga", "Lī\u00adga"), ("Liga", "\uff2c\uff49\uff47\uff41"), ("Groß", "GROSS"),
    ],
)  # fmt: skip
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert name_form(one) == name_form(other) != ""


@pytest.mark.parametrize(("one", "other"), [("Ozoliņš", "Ozolins"), ("Līga", "Liga"), ("Šķēle", "Skele"), ("Łucja", "Lucja")])
def test_names_that_are_the_same_without_diacritics_only(one: str, other: str) -> None:
    assert name_form(one) != name_form(other)
    assert folded_form(one) == folded_form(other)


@pytest.mark.parametrize("written", ["-", "’", " ", "", "…", "\u00b4"])
def test_a_name_without_letters_is_empty(written: str) -> None:
    assert name_form(written) == folded_form(written) == ""


@pytest.mark.parametrize(
    "written",
    ["311299-20000", "31129920000", " 311299-20000 ", "311299 20000", "311299 - 20000", "311299–20000", "311299\u221220000",
     "311299\u201120000", "311299\u00a0-\u00a020000", "311299\u00ad20000", "\uff13\uff11\uff11\uff12\uff19\uff1920000"],
)  # fmt: skip
def test_hyphen_and_spaces_of_a_personal_code_tell_nothing(written: str) -> None:
    assert code_form(written) == "31129920000" == code_form(PersonalCode("311299-20000"))


@pytest.mark.parametrize("code", ["329999-99999", "32999999999", "399999-99999"])
def test_a_code_of_the_new_style_is_taken(code: str) -> None:
    assert code_form(code) == code.replace("-", "")


def test_a_wrong_checksum_is_no_reason_to_refuse() -> None:
    both = [f"161175-1999{digit}" for digit in "78"]
    assert {bool(PersonalCode(code).findings()) for code in both} == {True, False}
    assert [code_form(code) for code in both] == [code.replace("-", "") for code in both]


@pytest.mark.parametrize("wrong", ["", "311299-2000", "311299-200000", "321399", "999999-99999", "310299-20000", "31x299-20000"])
def test_what_is_no_code_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        code_form(wrong)
    assert caught.value.code == "personal-code-invalid"
    assert not wrong or wrong not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [("SIA „Zīle”", "zile"), ('SIA "Zīle"', "Zīle, SIA"), ("AS Zīle", "ZĪLE AS"), ("Zīle un Co", "ZILE UN CO.")],
)
def test_issuers_that_are_the_same(one: str, other: str) -> None:
    assert issuer_form(one) == issuer_form(other)


@pytest.mark.parametrize(("one", "other"), [("Zīle", "Zīles"), ("SIA", "AS"), ("Siala", "la")])
def test_issuers_that_are_others(one: str, other: str) -> None:
    assert issuer_form(one) != issuer_form(other)


def test_numbers_of_receipts() -> None:
    assert number_form("Nr. 12/34") == number_form("№ 12-34") == number_form("1234")
    assert number_form("0042") != number_form("42")
    assert number_form("Nr.") == "nr"


def test_digests_of_files() -> None:
    assert digest_form("sha256:AB12") == digest_form(" SHA-256=ab12 ") == digest_form("AB 12") == "ab12"
