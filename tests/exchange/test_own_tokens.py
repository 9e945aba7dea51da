"""Own tokens from a register: of which claims, which learners, which days."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from municipalities import CODE, FIRST, KEY, KINDS, LAST, NEW_CODE, OURS, child, claim, receipt, register_of, tokens, tokens_of

from pmp_core.errors import InvalidValue, NotFound
from pmp_core.exchange import OwnTokens, TokenType, day_tokens, learner_identities, own_tokens, reference_of
from pmp_core.register import tables
from pmp_core.values import DayRange, PersonalCode

WEEK = DayRange(FIRST, LAST).days()


def types(own: OwnTokens) -> Counter[str]:
    return Counter(one.type.value for one in own.tokens)


def claims_of(own: OwnTokens) -> set[str]:
    return {one.claim_id for one in own.tokens}


def decided(outcome: str, amount: int | None, **fields: Any) -> OwnTokens:
    """The tokens where the claim was decided so."""
    given = {"status": "decided", "decision_digest": "d-1", **fields}
    with register_of([claim(**given)]) as register:
        with register.unit_of_work() as work:
            row = {
                "claim_id": "C-1", "number": 1, "digest": "d-1", "rule": "compensation", "outcome": outcome, "amount_cents": amount,
                "asked_cents": 0, "counted_cents": 0, "programme": "lv-8.3.4", "programme_hash": "h", "decided_on": LAST,
                "decided_by": "Jana", "decided_role": "municipal-coordinator", "document": "{}",
            }  # fmt: skip
            columns = {column.name: None for column in tables.DECISIONS.columns}
            work.transaction.insert(tables.DECISIONS, [{**columns, **row}])
        return tokens_of(register)


def test_a_learner_has_a_token_for_each_day_and_way() -> None:
    own = tokens([claim()], codes={"L-1": [CODE]})
    assert types(own) == {"person-code": 5, "name-birthdate": 5, "name-folded": 5}
    assert {one.day for one in own.tokens} == set(WEEK)
    (by_code, *_) = learner_identities("", "", None, [CODE])
    assert {one.token for one in own.tokens if one.type is TokenType.PERSON_CODE} == {*day_tokens(KEY, by_code, KINDS[0], WEEK)}


def test_each_personal_code_of_a_learner_gives_tokens() -> None:
    both = tokens([claim()], codes={"L-1": [CODE, NEW_CODE, CODE.replace("-", "")]})
    assert types(both)["person-code"] == 10


def test_codes_are_taken_as_text_and_as_personal_codes() -> None:
    with register_of([claim()]) as register, register.unit_of_work(keep=False) as work:
        both = [
            own_tokens(work, register.programme, KEY, sender=OURS, codes={"L-1": [code]}) for code in (CODE, PersonalCode(CODE))
        ]
    assert both[0].tokens == both[1].tokens


def test_middle_names_belong_to_the_given_names() -> None:
    one = tokens([claim()], [child(given_name="Anna", middle_name="Marija")])
    other = tokens([claim()], [child(given_name="Anna-Marija")])
    assert one.tokens == other.tokens


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"status": "draft", "submitted_on": None}, False), ({"status": "submitted"}, True), ({"status": "draft"}, False),
        ({"status": "paid", "decision_digest": "d"}, True), ({"status": "corrected", "decision_digest": "d"}, True),
        ({"status": "recovered", "decision_digest": "d"}, True),
    ],
)  # fmt: skip
def test_every_claim_that_was_submitted_counts(fields: dict[str, Any], kept: bool) -> None:
    own = tokens([claim(**fields)])
    assert (own.claims, bool(own.tokens)) == (int(kept), kept)


@pytest.mark.parametrize(
    ("outcome", "amount", "kept"),
    [("granted", 1, True), ("reduced", 1, True), ("undetermined", None, True), ("refused", 0, False), ("granted", 0, False)],
)
def test_a_claim_that_is_granted_nothing_does_not_count(outcome: str, amount: int | None, kept: bool) -> None:
    assert bool(decided(outcome, amount).tokens) is kept


def test_receipts_have_tokens_whatever_the_kind_and_the_learner() -> None:
    first = claim(receipts=[receipt("AB-1", digest="SHA256:9F86")])
    second = claim("C-2", "L-2", kind=KINDS[1], receipts=[receipt("Nr. ab 1"), receipt("AB-2")])
    own = tokens([first, second], [child(), child("L-2", "Anna")])
    assert types(own) == {"name-birthdate": 10, "name-folded": 10, "receipt": 3, "receipt-digest": 1}
    shared = Counter(one.token for one in own.tokens if one.type is TokenType.RECEIPT)
    assert sorted(shared.values()) == [1, 2]


def test_tokens_stand_in_an_order_that_tells_nothing() -> None:
    own = tokens([claim(), claim("C-2", kind=KINDS[1])], codes={"L-1": [CODE]})
    assert [one.token for one in own.tokens] == sorted(one.token for one in own.tokens)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (FIRST, LAST, 5), (FIRST, None, 5), (LAST, None, 1), (LAST + timedelta(1), None, 0), (date(2022, 9, 1), FIRST, 1),
        (date(2022, 9, 1), FIRST - timedelta(1), 0), (date(2022, 10, 4), date(2022, 10, 5), 2),
    ],
)  # fmt: skip
def test_only_the_days_of_the_period_count(first: date, last: date | None, days: int) -> None:
    own = tokens([claim(receipts=[receipt("1")])], period=DayRange(first, last))
    assert types(own) == (Counter({"name-birthdate": days, "name-folded": days, "receipt": 1}) if days else Counter())


def test_a_learner_without_birth_date_or_letters_is_found_by_code_alone() -> None:
    learners = [child(birth_date=None), child("L-2", "–"), child("L-3")]
    own = tokens([claim(f"C-{n}", f"L-{n}") for n in (1, 2, 3)], learners, {"L-1": [CODE]})
    assert types(own) == {"person-code": 5, "name-birthdate": 5, "name-folded": 5}
    assert (own.without_code, own.without_name, own.not_told) == (("L-2", "L-3"), ("L-1", "L-2"), ("L-2",))


@pytest.mark.parametrize(
    ("named", "claims"),
    [
        ({"sender": OURS}, {"C-1"}), ({"sender": "4100000002"}, {"C-2"}), ({"sender": "4100000001"}, {"C-1"}),
        ({"sender": "PARAUG9", "everybody": True}, {"C-1", "C-2"}), ({"sender": OURS, "everybody": True}, {"C-1", "C-2"}),
        ({"sender": "PARAUG9", "municipality_id": "M-1"}, {"C-1"}),
    ],
)  # fmt: skip
def test_whose_claims_go_in(named: dict[str, Any], claims: set[str]) -> None:
    with register_of([claim(), claim("C-2", "L-2")], [child(), child("L-2", "Anna")]) as register:
        with register.unit_of_work() as work:
            work.plans.put(work.plans.get("P-2").changed(institution_id="I-2"))
        assert claims_of(tokens_of(register, **named)) == claims


@pytest.mark.parametrize("sender", ["PARAUG9", "4100000009"])
def test_a_sender_that_the_register_does_not_know_sends_nothing_unless_it_is_said_whose(sender: str) -> None:
    with register_of([claim()]) as register, pytest.raises(InvalidValue) as caught:
        tokens_of(register, sender=sender)
    assert (caught.value.code, caught.value.found) == ("exchange-sender-unknown", sender)


def test_a_municipality_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound):
        tokens([claim()], municipality_id="M-9")


@pytest.mark.parametrize("sender", ["", "PARAUGS1", "paraug1", "123456789", "Rīga", CODE])
def test_a_sender_goes_by_a_code(sender: str) -> None:
    with register_of([claim()]) as register, pytest.raises(InvalidValue) as caught:
        tokens_of(register, sender=sender)
    assert caught.value.code == "exchange-sender-invalid"


def test_a_reference_leads_its_maker_to_the_claim_and_the_day() -> None:
    own = tokens([claim(), claim("C-2", kind=KINDS[1])], codes={"L-1": [CODE]})
    some = own.tokens[3]
    assert own.resolve([f" {reference_of(KEY, some.token).lower()} "]) == [some]
    assert own.resolve(["22222222ZZZZ"]) == []


def test_no_two_rows_of_a_claim_have_a_reference_in_common() -> None:
    own = tokens([claim()], codes={"L-1": [CODE, NEW_CODE]})
    assert len({reference_of(KEY, one.token) for one in own.tokens}) == len(own.tokens) == 20


def test_sqlite_and_memory_give_the_same(tmp_path: Path) -> None:
    claims = [claim(receipts=[receipt("1")]), claim("C-2", kind=KINDS[1], status="draft")]
    with register_of(claims, target=tmp_path / "some.sqlite") as register:
        kept = tokens_of(register, {"L-1": [CODE]})
    assert kept.tokens == tokens(claims, codes={"L-1": [CODE]}).tokens
