"""What is claimed twice: the same cost on the same days, and the same receipt, from both sides alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.compensation import Claim, Conflict, Severity, between
from pmp_core.compensation.conflicts import OVERLAP, RECEIPT
from pmp_core.values import Money

HARD = (OVERLAP, RECEIPT)
MONDAY = date(2022, 10, 3)


def receipt(number: str = "1", issuer: str = "Kafejnīca", **fields: Any) -> dict[str, Any]:
    return {"number": number, "issuer": issuer, "day": "2022-10-03", "amount": "5.00", **fields}


def claim(id: str = "C-1", first: str = "2022-10-03", last: str = "2022-10-07", **fields: Any) -> Claim:
    given = {"id": id, "plan_id": "P-1", "measure": 1, "kind": "catering", "requested": "5.00", "status": "submitted"}
    return Claim.model_validate({**given, "first_day": first, "last_day": last, "submitted_on": "2022-11-01", **fields})


def found(first: Claim, second: Claim, *, same: bool = True, blocking: Sequence[str] = HARD) -> list[Conflict]:
    return between(first, second, same_learner=same, blocking=blocking)


def kinds(first: Claim, second: Claim, *, same: bool = True) -> list[str]:
    return [conflict.kind for conflict in found(first, second, same=same)]


@pytest.mark.parametrize(
    ("first", "last", "kinds_found"),
    [
        ("2022-09-26", "2022-10-02", []),
        ("2022-09-26", "2022-10-03", [OVERLAP]),
        ("2022-10-07", "2022-10-14", [OVERLAP]),
        ("2022-10-08", "2022-10-14", []),
        ("2022-10-04", "2022-10-05", [OVERLAP]),
    ],
)
def test_days_that_touch_are_no_conflict_and_a_day_in_common_is(first: str, last: str, kinds_found: list[str]) -> None:
    assert kinds(claim(), claim("C-2", first, last)) == kinds_found


def test_a_conflict_names_the_days_and_both_claims() -> None:
    (conflict,) = found(claim("C-2", "2022-10-06", "2022-10-12"), claim())
    evidence = conflict.evidence
    assert (conflict.key, conflict.kind, conflict.claim_id, conflict.other) == ("overlap:C-1", OVERLAP, "C-2", "C-1")
    assert (evidence.first_day, evidence.last_day) == (date(2022, 10, 6), date(2022, 10, 7))
    assert [side.claim_id for side in evidence.claims] == ["C-1", "C-2"]
    assert evidence.claims[0].requested == Money("5.00")
    assert conflict.words.lv == "Pieteikums C-1 ir par tām pašām izmaksām (06.10.2022.–07.10.2022.)."
    assert conflict.words.en == "Claim C-1 is for the same cost (6 October 2022–7 October 2022)."
    assert (
        conflict.remedy.en
        == "Withdraw one of the claims, or correct it if it is decided. Or say with a reason that it is no double funding."
    )


def test_one_common_day_is_written_once() -> None:
    assert found(claim(), claim("C-2", "2022-10-07", "2022-10-09"))[0].words.lv.endswith("izmaksām (07.10.2022.).")


def test_another_cost_or_another_learner_is_no_overlap() -> None:
    assert kinds(claim(), claim("C-2", kind="accommodation")) == []
    assert kinds(claim(), claim("C-2"), same=False) == []


@pytest.mark.parametrize(
    ("second", "twice"),
    [
        (receipt(), True),
        (receipt(issuer=" KAFEJNĪCA "), True),
        (receipt(issuer="SIA „Kafejnica”"), True),
        (receipt("9", "Ēdnīca", digest="SHA256:AA"), True),
        (receipt(number="AB 12"), False),
        (receipt(issuer="Ēdnīca"), False),
        (receipt("9", "Ēdnīca", digest="aa"), True),
        (receipt("9", "Ēdnīca", digest="bb"), False),
        (receipt("9", "Ēdnīca"), False),
    ],
)
def test_a_receipt_is_the_same_however_it_is_typed_and_whoever_hands_it_in(second: dict[str, Any], twice: bool) -> None:
    own, other = claim(receipts=(receipt(digest="aa"),)), claim("C-2", "2022-10-10", "2022-10-14", receipts=(second,))
    assert kinds(own, other, same=False) == ([RECEIPT] if twice else [])


def test_a_shared_receipt_is_shown_as_the_first_claim_writes_it() -> None:
    first = claim(receipts=(receipt("ab 12"), receipt("7")))
    second = claim("C-2", "2022-11-01", "2022-11-02", receipts=(receipt("AB12"),))
    (conflict,) = found(second, first, same=False)
    assert [(one.issuer, one.number, one.amount) for one in conflict.evidence.receipts] == [("Kafejnīca", "ab 12", Money("5.00"))]
    assert (conflict.evidence.first_day, conflict.evidence.last_day) == (None, None)
    assert conflict.words.lv == "Tie paši dokumenti ir pieteikumā C-1: Kafejnīca, Nr. ab 12, 5,00 EUR."
    assert conflict.words.en == "The same receipts stand in claim C-1: Kafejnīca, no. ab 12, EUR 5.00."


def test_what_is_hard_is_for_the_programme_to_say() -> None:
    hard, soft = found(claim(), claim("C-2"))[0], found(claim(), claim("C-2"), blocking=(RECEIPT,))[0]
    assert (hard.severity, hard.blocks) == (Severity.HARD, True)
    assert (soft.severity, soft.blocks) == (Severity.SOFT, False)
    said = {"by": "Jana", "role": "municipal-coordinator", "on": MONDAY, "reason": "Divas ēdienreizes."}
    assert not hard.changed(override=said).blocks


# --- laws ----------------------------------------------------------------------------------------------------------------

DAYS = st.integers(0, 6).map(lambda n: MONDAY + timedelta(days=n))
RECEIPTS = st.lists(
    st.builds(
        receipt,
        st.sampled_from(("1", "2", "a b", "AB")),
        st.sampled_from(("A", "a ", "B")),
        digest=st.sampled_from((None, "x", "y")),
    ),
    max_size=2,
    unique_by=(lambda one: (one["number"], one["issuer"].strip()), lambda one: one["digest"] or object()),
)
CLAIM = st.builds(
    lambda first, length, kind, receipts: {
        "first": first.isoformat(), "last": (first + timedelta(days=length)).isoformat(), "kind": kind, "receipts": tuple(receipts),
    },
    DAYS, st.integers(0, 3), st.sampled_from(("catering", "accommodation")), RECEIPTS,
)  # fmt: skip


@given(CLAIM, CLAIM, st.booleans())
def test_a_conflict_rests_on_the_same_evidence_from_both_sides(first: dict[str, Any], second: dict[str, Any], same: bool) -> None:
    one, two = claim("C-1", **first), claim("C-2", **second)
    here, there = found(one, two, same=same), found(two, one, same=same)
    assert [(c.kind, c.evidence, c.severity) for c in here] == [(c.kind, c.evidence, c.severity) for c in there]
    assert all((c.claim_id, c.other, c.key) == ("C-1", "C-2", f"{c.kind}:C-2") for c in here)
    assert all((c.claim_id, c.other, c.key) == ("C-2", "C-1", f"{c.kind}:C-1") for c in there)


@given(CLAIM)
def test_nothing_is_in_conflict_with_itself(one: dict[str, Any]) -> None:
    assert found(claim("C-1", **one), claim("C-1", **one)) == []


@given(st.lists(CLAIM, min_size=2, max_size=4), st.data())
def test_which_pairs_there_are_does_not_depend_on_the_order_of_submission(
    several: list[dict[str, Any]], data: st.DataObject
) -> None:
    def pairs(days: Sequence[date]) -> set[tuple[str, frozenset[str]]]:
        claims = [claim(f"C-{n}", **one, submitted_on=on) for n, (one, on) in enumerate(zip(several, days, strict=True))]
        return {(c.kind, frozenset((c.claim_id, c.other))) for one in claims for two in claims for c in found(one, two)}

    days = [date(2022, 11, 1) + timedelta(days=n) for n in range(len(several))]
    assert pairs(days) == pairs(data.draw(st.permutations(days)))
