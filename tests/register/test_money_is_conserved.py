"""Laws of money: whatever is decided, corrected, paid, recovered and set off, and however often, it adds up."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paid_school import DECIDED, changed, decided, paid, programme, school, submitted

from pmp_core.compensation import EntryKind, payee_sums
from pmp_core.errors import StepRefused
from pmp_core.register import tables
from pmp_core.register.claim_money import claim_money
from pmp_core.values import Money

CEILING, CAP = 150_00, {"accommodation": 90_00, "public-transport-tickets": 60_00}
LAW = programme()
STRICTER = programme(accommodation="40.00", ceiling="100.00")
CENTS = st.integers(1, 120_00)
IDS = st.integers(1, 6).map(lambda n: f"C-{n}")


def cents(money: int) -> str:
    return f"{money // 100}.{money % 100:02d}"


class Till:
    """Two learners, six claims; steps in any order, most of them refused where they do not fit."""

    def __init__(self) -> None:
        self.register = school(under=LAW)
        self.day = DECIDED
        self.ordered: dict[str, bytes] = {}  # what has gone out, by batch

    def _try(self, step: Any) -> None:
        self.day += timedelta(days=1)
        try:
            step()
        except StepRefused:
            return

    def submit(self, asked: list[tuple[int, str, int]], waiting: set[str]) -> None:
        for n, (amount, kind, cofunded) in enumerate(asked, 1):
            learner = "1" if n <= 4 else "2"
            payee = "Y-1" if n == 6 else f"Y-{learner}"  # who is paid by both partners
            named = {"learner": learner, "payee_id": payee, "kind": kind, "cofunded": cents(cofunded)}
            submitted(self.register, f"C-{n}", cents(amount), on=DECIDED, **named)
        for n in range(1, 7):
            if f"C-{n}" not in waiting:
                self.decide(f"C-{n}")

    def decide(self, id: str) -> None:
        self._try(lambda: self.register.decide_claim(id, on=self.day))

    def correct(self, id: str, asked: int, stricter: bool) -> None:
        self.register.programme = STRICTER if stricter else LAW
        contents = changed(self.register, id, cents(asked))
        self._try(lambda: self.register.correct_claim(id, on=self.day, reason="Labots.", claim=contents))
        self.register.programme = LAW

    def pay(self, id: str | None) -> None:
        self.day += timedelta(days=1)
        run = paid(self.register, on=self.day, claims=None if id is None else [id])
        again = paid(self.register, on=self.day, claims=[entry.claim_id for entry in run.entries])
        assert again.batch is None

    def recover(self, pick: int, share: int) -> None:
        for id, cents_owed in self._owing(pick):
            given = {"on": self.day, "received_on": self.day, "reference": f"r{self.day}"}
            amount = Money.from_cents(max(1, cents_owed // share))
            self._try(lambda id=id, amount=amount, given=given: self.register.recover(id, amount=amount, **given))

    def set_off(self, pick: int) -> None:
        for id, _ in self._owing(pick):
            self._try(lambda id=id: self.register.set_off(id, on=self.day))

    def settle(self, id: str) -> None:
        self._try(lambda: self.register.settle_claim(id, on=self.day))

    def export(self) -> None:
        self.day += timedelta(days=1)
        with self.register.unit_of_work() as work:
            batches = work.batches.find()
        for batch in batches:
            if batch.exported_on is None and batch.execution_on < self.day:
                self.register.move_batch(batch.id, on=self.day, execution_on=self.day)
            content = self.register.export_batch(batch.id, on=self.day, file_format="csv").content
            assert content == self.register.export_batch(batch.id, on=self.day, file_format="csv").content
            assert self.ordered.setdefault(batch.id, content) == content

    def _owing(self, pick: int) -> list[tuple[str, int]]:
        """One of the claims that owe something, with how much."""
        with self.register.unit_of_work() as work:
            money = claim_money(work, work.claims.find())
        owing = [(id, one.owed.cents) for id, one in sorted(money.items()) if one.owed]
        return [owing[pick % len(owing)]] if owing else []

    def everything_adds_up(self) -> tuple[int, int]:
        """What was entered for the claims that are settled, and what their decisions grant, in cents; all else is checked here."""
        with self.register.unit_of_work() as work:
            claims, entries = {one.id: one for one in work.claims.find()}, work.entries.find()
            money = claim_money(work, claims.values())
            plans = {one.id: one.learner_id for one in work.plans.find()}
            decisions = work.transaction.find(tables.DECISIONS)
        settled = {id: one for id, one in money.items() if claims[id].status in ("paid", "recovered")}
        for one in settled.values():
            assert one.entered == one.granted
        for id, one in money.items():
            assert Money(0) <= one.granted <= claims[id].requested
            assert one.granted.cents <= CAP[claims[id].kind]
            if claims[id].status == "decided":
                assert one.entered == Money(0)
        for learner in set(plans.values()):
            assert sum(one.granted.cents for id, one in money.items() if plans[claims[id].plan_id] == learner) <= CEILING
        payments = [(entry.claim_id, entry.payment_of) for entry in entries if entry.kind is EntryKind.PAYMENT]
        assert len(payments) == len(set(payments))
        numbers = {(row["claim_id"], row["number"], row["digest"]) for row in decisions}
        assert {(entry.claim_id, entry.decision_number, entry.decision_digest) for entry in entries} <= numbers
        for batch_id in {entry.batch_id for entry in entries if entry.batch_id}:
            for plan_id in plans:  # P-1 is one partner's, P-2 another's
                own = [e for e in entries if e.batch_id == batch_id and claims[e.claim_id].plan_id == plan_id]
                assert all(amount >= Money(0) for amount in payee_sums(own).values())
        entered = sum(entry.amount.cents for entry in entries if entry.claim_id in settled)
        return entered, sum(one.granted.cents for one in settled.values())


ASKED = st.tuples(CENTS, st.sampled_from(sorted(CAP)), st.sampled_from([0, 0, 5_00]))
STEPS = st.one_of(
    st.tuples(st.just("correct"), IDS, CENTS, st.just(False)),
    st.tuples(st.just("correct"), IDS, st.integers(0, 20_00), st.sampled_from([False, True])),
    st.tuples(st.just("pay"), st.none() | st.none() | IDS),
    st.tuples(st.just("recover"), st.integers(0, 5), st.integers(1, 3)),
    st.tuples(st.just("set_off"), st.integers(0, 5)),
    st.tuples(st.sampled_from(["settle", "decide"]), IDS),
    st.tuples(st.just("export")),
)


@given(
    asked=st.lists(ASKED, min_size=6, max_size=6),
    waiting=st.sets(IDS, max_size=2),
    steps=st.lists(STEPS, min_size=12, max_size=24),
)
@settings(max_examples=40)
def test_whatever_is_done_adds_up(asked: list[tuple[int, str, int]], waiting: set[str], steps: list[tuple[Any, ...]]) -> None:
    till = Till()
    with till.register:
        till.submit(asked, waiting)
        till.pay(None)
        for name, *given_values in steps:
            getattr(till, name)(*given_values)
            entered, granted = till.everything_adds_up()
            assert entered == granted


@given(order=st.permutations(["C-1", "C-2", "C-5", "C-6"]), asked=st.lists(CENTS, min_size=4, max_size=4))
@settings(max_examples=15)
def test_in_which_order_independent_learners_are_decided_changes_nothing(order: list[str], asked: list[int]) -> None:
    def granted(ids: list[str]) -> dict[str, Any]:
        with school(under=LAW) as register:
            for id, amount in zip(("C-1", "C-2", "C-5", "C-6"), asked, strict=True):
                submitted(register, id, cents(amount), learner="1" if id < "C-3" else "2", on=DECIDED)
            # Of one learner in the order of submission, as the law has it; of the two in any.
            own = {learner: iter(sorted(id for id in ids if (id < "C-3") is (learner == "1"))) for learner in ("1", "2")}
            turns = [next(own["1" if id < "C-3" else "2"]) for id in ids]
            for id in turns:
                register.decide_claim(id, on=DECIDED)
            run = paid(register)
            return {entry.claim_id: (entry.amount, register.decisions(entry.claim_id)[-1].digest) for entry in run.entries}

    assert granted(order) == granted(sorted(order))


@pytest.mark.parametrize("order", list(permutations(["correct", "pay", "off"])))
def test_any_order_of_correcting_paying_and_setting_off_ends_at_the_same_sums(order: tuple[str, ...]) -> None:
    with school(under=LAW) as register:
        decided(register, "C-1", "80.00")
        decided(register, "C-2", "30.00", kind="public-transport-tickets")
        day = DECIDED

        def correct() -> None:
            register.correct_claim("C-1", on=day, reason="Labots.", claim=changed(register, "C-1", "50.00"))

        def pay() -> None:
            paid(register, on=day)

        def off() -> None:
            try:
                register.set_off("C-1", on=day)
            except StepRefused:
                return

        for step in (*order, "pay", "off"):
            day += timedelta(days=1)
            {"correct": correct, "off": off, "pay": pay}[step]()
        accounts = [register.claim_account(id) for id in ("C-1", "C-2")]
        assert [(one.claim.status in ("paid", "recovered"), one.balance) for one in accounts] == [(True, Money(0))] * 2
        assert sum((one.entered for one in accounts), Money(0)) == Money("80.00")
