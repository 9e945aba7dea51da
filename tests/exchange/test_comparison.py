"""Comparing: what both have is found, by both, and nothing else is."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from municipalities import CODE, FIRST, KINDS, LAST, NEW_CODE, OTHER_CODE, OURS, THEIRS, child, claim, receipt, sent, tokens

from pmp_core.compensation import Claim
from pmp_core.exchange import Match, OwnTokens, Strength, TokenType, compare, reference_of
from pmp_core.exchange.comparison import written_days
from pmp_core.exchange.normal_form import code_form, folded_form, name_form
from pmp_core.learners import Learner
from pmp_core.values import DayRange

WEEK = DayRange(FIRST, LAST).days()
DAYS = st.dates(date(2022, 9, 12), date(2022, 10, 15))
RANGES = st.tuples(DAYS, st.integers(0, 20)).map(lambda made: DayRange(made[0], made[0] + timedelta(made[1])))
CODES = [CODE, OTHER_CODE, NEW_CODE]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exchange")


def found(ours: OwnTokens, theirs: OwnTokens, folder: Path) -> list[Match]:
    return compare(ours, [sent(theirs, folder)])


def theirs(*claims: Claim, learners: list[Learner] | None = None, codes: dict[str, list[str]] | None = None) -> OwnTokens:
    return tokens(claims, learners, codes, sender=THEIRS)


def told(matches: list[Match]) -> list[tuple[str, str, tuple[date, ...], str]]:
    return [(match.claim_id, match.found_by.value, match.days, match.strength.value) for match in matches]


def test_the_same_personal_code_is_a_hard_match_whatever_the_names(tmp_path: Path) -> None:
    ours = tokens([claim()], codes={"L-1": [CODE]})
    other = theirs(claim("D-1"), learners=[child(given_name="Elīza", family_name="Bērziņa")], codes={"L-1": [CODE]})
    (match,) = found(ours, other, tmp_path)
    assert (match.claim_id, match.kind, match.days, match.sender) == ("C-1", KINDS[0], WEEK, THEIRS)
    assert (match.found_by, match.strength) == (TokenType.PERSON_CODE, Strength.HARD)
    assert other.resolve([match.reference])[0].claim_id == "D-1"
    assert {one.day for one in other.resolve(match.references)} == set(WEEK)
    assert "311299" not in match.evidence.lv + match.evidence.en


@pytest.mark.parametrize(
    ("codes", "other_codes", "hard"),
    [
        ([CODE, NEW_CODE], [NEW_CODE], True), ([CODE], [NEW_CODE, CODE], True), ([CODE, NEW_CODE], [NEW_CODE, CODE], True),
        ([CODE], [NEW_CODE], False), ([], [CODE], False), ([CODE, NEW_CODE], [OTHER_CODE], False),
    ],
)  # fmt: skip
def test_one_code_in_common_is_enough(codes: list[str], other_codes: list[str], hard: bool, tmp_path: Path) -> None:
    ours = tokens([claim()], codes={"L-1": codes})
    (match,) = found(ours, theirs(claim(), codes={"L-1": other_codes}), tmp_path)
    assert match.strength is (Strength.HARD if hard else Strength.SOFT)
    assert match.days == WEEK


@pytest.mark.parametrize(
    ("given_name", "family_name", "birth_date", "by"),
    [
        ("LĪGA", "Ozolin\u0327a", "2099-12-31", "name-birthdate"), ("Liga", "Ozoliņa", "2099-12-31", "name-folded"),
        ("Līga", "Ozola", "2099-12-31", None), ("Ozoliņa", "Līga", "2099-12-31", None), ("Līga", "Ozoliņa", "2099-12-30", None),
    ],
)  # fmt: skip
def test_names_with_birth_dates_are_soft(
    given_name: str, family_name: str, birth_date: str, by: str | None, tmp_path: Path
) -> None:
    other = child(given_name=given_name, family_name=family_name, birth_date=birth_date)
    matches = found(tokens([claim()]), theirs(claim(), learners=[other]), tmp_path)
    assert told(matches) == ([("C-1", by, WEEK, "soft")] if by else [])


def test_the_same_receipt_is_hard_for_another_learner_kind_and_day(tmp_path: Path) -> None:
    ours = tokens([claim(receipts=[receipt("Nr. AB-1", digest="SHA256:9F")])])
    other = claim(kind=KINDS[1], receipts=[receipt("ab 1", issuer="Parauga satiksme", day=LAST, digest="9f")])
    matches = found(ours, theirs(other, learners=[child(given_name="Anna")]), tmp_path)
    assert told(matches) == [("C-1", "receipt", (FIRST,), "hard"), ("C-1", "receipt-digest", (FIRST,), "hard")]
    assert "the same receipt" in matches[0].evidence.en


def test_a_day_stands_once_under_what_says_most_and_receipts_beside(tmp_path: Path) -> None:
    ours = tokens([claim(receipts=[receipt("1")])], codes={"L-1": [CODE]})
    by_code = claim("D-1", first_day=FIRST, last_day=FIRST, receipts=[receipt("1")])
    by_name = claim("D-2", "L-2", first_day=FIRST, last_day=LAST)
    other = theirs(by_code, by_name, learners=[child(), child("L-2", "Liga")], codes={"L-1": [CODE]})
    assert told(found(ours, other, tmp_path)) == [
        ("C-1", "person-code", WEEK[:1], "hard"),
        ("C-1", "name-folded", WEEK[1:], "soft"),
        ("C-1", "receipt", WEEK[:1], "hard"),
    ]


def test_several_claims_there_have_references_of_their_own(tmp_path: Path) -> None:
    other = theirs(claim("D-1", last_day=FIRST), claim("D-2", first_day=LAST), codes={"L-1": [CODE]})
    (match,) = found(tokens([claim()], codes={"L-1": [CODE]}), other, tmp_path)
    assert match.days == (FIRST, LAST)
    assert {one.claim_id for one in other.resolve(match.references)} == {"D-1", "D-2"}


def test_both_claims_of_ours_are_told(tmp_path: Path) -> None:
    matches = found(tokens([claim(), claim("C-2")]), theirs(claim("D-1")), tmp_path)
    assert [match.claim_id for match in matches] == ["C-1", "C-2"]


def test_what_we_sent_ourselves_is_no_match(tmp_path: Path) -> None:
    ours = tokens([claim(receipts=[receipt("1")])], codes={"L-1": [CODE]})
    assert found(ours, ours, tmp_path) == []
    (match,) = compare(ours, [sent(ours, tmp_path), sent(theirs(claim(), codes={"L-1": [CODE]}), tmp_path)])
    assert match.sender == THEIRS


def test_one_file_twice_says_nothing_more(tmp_path: Path) -> None:
    ours, file = tokens([claim()]), sent(theirs(claim()), tmp_path)
    assert compare(ours, [file, file]) == compare(ours, [file])


def test_hard_matches_come_first(tmp_path: Path) -> None:
    learners = [child(), child("L-2", "Anna")]
    ours = tokens([claim(), claim("C-2", "L-2")], learners, {"L-2": [CODE]})
    other = theirs(claim(), claim("D-2", "L-2"), learners=learners, codes={"L-2": [CODE]})
    assert [(match.claim_id, match.strength.value) for match in found(ours, other, tmp_path)] == [
        ("C-2", "hard"),
        ("C-1", "soft"),
    ]


def test_the_evidence_is_in_both_languages_and_for_scripts(tmp_path: Path) -> None:
    (match,) = found(tokens([claim()]), theirs(claim(first_day=LAST)), tmp_path)
    assert match.evidence.lv == (
        f"Par 07.10.2022. pieteikums ir arī pie {THEIRS}: tas pats izglītojamais un izmaksu veids (catering); sakrīt vārds, uzvārds "
        f"un dzimšanas datums. Tās var būt divas dažādas personas. Atsauce, par ko jautāt: {match.reference}."
    )
    assert match.evidence.en == (
        f"For 7 October 2022 {THEIRS} has a claim too: the same learner and kind of cost (catering), by name and birth date. "
        f"It can be two persons. The reference to ask about: {match.reference}."
    )
    assert match.as_dict() == {
        "claim_id": "C-1", "kind": "catering", "days": ["2022-10-07"], "sender": THEIRS, "references": list(match.references),
        "found_by": "name-birthdate", "strength": "soft", "reference": match.reference,
        "evidence": {"lv": match.evidence.lv, "en": match.evidence.en},
    }  # fmt: skip
    assert Match.model_validate_json(match.model_dump_json()) == match


def test_days_that_follow_each_other_are_a_range() -> None:
    assert written_days([WEEK[0]], "en") == "3 October 2022"
    assert written_days([*WEEK[:3], WEEK[4]], "lv") == "03.10.2022.–05.10.2022., 07.10.2022."


@settings(max_examples=60)
@given(ours=RANGES, others=RANGES)
def test_an_overlap_is_found_if_there_is_one_and_only_then(ours: DayRange, others: DayRange, folder: Path) -> None:
    one = tokens([claim(first_day=ours.first, last_day=ours.last)], codes={"L-1": [CODE]})
    other = theirs(claim(first_day=others.first, last_day=others.last), codes={"L-1": [CODE]})
    shared = ours.intersection(others)
    assert [match.days for match in found(one, other, folder)] == ([] if shared is None else [shared.days()])


PEOPLE = st.fixed_dictionaries(
    {"given_name": st.sampled_from(["Līga", "Liga", "Anna"]), "birth_date": st.sampled_from(["2099-12-31", "2099-12-30", None])}
)
ASKED = st.fixed_dictionaries(
    {
        "learner": st.sampled_from(["L-1", "L-2"]), "kind": st.sampled_from(KINDS), "days": RANGES,
        "receipts": st.lists(st.sampled_from(["1", "Nr. 1", "2"]), max_size=1),
    }
)  # fmt: skip
SIDES = st.tuples(
    st.lists(PEOPLE, min_size=2, max_size=2),
    st.lists(ASKED, max_size=3),
    st.lists(st.lists(st.sampled_from(CODES), max_size=2), min_size=2, max_size=2),
)


def side(made: Any, sender: str) -> OwnTokens:
    people, asked, codes = made
    learners = [child(f"L-{number}", **person) for number, person in enumerate(people, start=1)]
    claims = [
        claim(
            f"{sender[-1]}-{number}", one["learner"], kind=one["kind"], first_day=one["days"].first, last_day=one["days"].last,
            receipts=[receipt(written, day=one["days"].first) for written in one["receipts"]],
        )
        for number, one in enumerate(asked)
    ]  # fmt: skip
    return tokens(claims, learners, {f"L-{number}": of for number, of in enumerate(codes, start=1)}, sender=sender)


def pairs(others: OwnTokens, matches: list[Match]) -> set[tuple[str, str]]:
    """Which claim of ours and which of theirs have something in common, as both sides together can tell."""
    return {(match.claim_id, one.claim_id) for match in matches for one in others.resolve(match.references)}


@settings(max_examples=80)
@given(ours=SIDES, others=SIDES)
def test_each_side_finds_what_the_other_finds(ours: Any, others: Any, folder: Path) -> None:
    one, other = side(ours, OURS), side(others, THEIRS)
    here, there = found(one, other, folder), found(other, one, folder)
    assert pairs(other, here) == {(here_id, there_id) for there_id, here_id in pairs(one, there)}
    assert bool(here) is bool({own.token for own in one.tokens} & {own.token for own in other.tokens})


def test_a_claim_that_is_found_in_a_weaker_way_on_the_same_day_can_be_asked_about(tmp_path: Path) -> None:
    learners = [child(), child("L-2", "Liga")]
    other = theirs(claim("D-1"), claim("D-2", "L-2"), learners=learners, codes={"L-1": [CODE]})
    (match,) = found(tokens([claim()], codes={"L-1": [CODE]}), other, tmp_path)
    assert match.strength is Strength.HARD
    assert [one.claim_id for one in other.resolve([match.reference])] == ["D-1"]
    assert {one.claim_id for one in other.resolve(match.references)} == {"D-1", "D-2"}


@settings(max_examples=60)
@given(
    people=st.lists(
        st.tuples(st.sampled_from(["Līga", "Liga", "Anna", "An na"]), st.sampled_from(["Ozola", "Ozols"]), st.sampled_from(CODES)),
        min_size=2, max_size=2,
    ),
    kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=2),
    days=st.lists(DAYS, min_size=2, max_size=2),
)  # fmt: skip
def test_another_person_kind_or_day_has_another_token(people: list[Any], kinds: list[str], days: list[date]) -> None:
    made = [
        tokens(
            [claim(kind=kind, first_day=day, last_day=day)],
            [child(given_name=given_name, family_name=family_name)],
            {"L-1": [code]},
        )
        for (given_name, family_name, code), kind, day in zip(people, kinds, days, strict=True)
    ]
    for type_, form in (
        (TokenType.PERSON_CODE, lambda person: code_form(person[2])),
        (TokenType.NAME_BIRTHDATE, lambda person: (name_form(person[0]), name_form(person[1]))),
        (TokenType.NAME_FOLDED, lambda person: (folded_form(person[0]), folded_form(person[1]))),
    ):
        one, other = ({own.token for own in of.tokens if own.type is type_} for of in made)
        same = form(people[0]) == form(people[1]) and kinds[0] == kinds[1] and days[0] == days[1]
        assert (one == other) is same
        assert bool(one & other) is same


def test_tokens_of_another_type_are_never_equal() -> None:
    own = tokens([claim(receipts=[receipt("1", digest="1")])], [child(given_name="Anna", family_name="Anna")], {"L-1": [CODE]})
    by_type = {one.type: {own.token for own in own.tokens if own.type is one.type} for one in own.tokens}
    assert sum(map(len, by_type.values())) == len(set().union(*by_type.values()))
    assert len({reference_of(own.key, one.token) for one in own.tokens}) == len(own.tokens)
