"""What holds of every partner's request: two parts of a period come to the whole, and every sum is that of what stands behind it."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from request_school import claim, hold, pay, reduced_to, request, school

from pmp_core.register import Register
from pmp_core.reports.partner_request_document import rows_of
from pmp_core.statistics import PartnerRequest
from pmp_core.values import Money

BEGIN, END = date(2022, 10, 3), date(2022, 12, 16)
DAYS = st.integers(0, (END - BEGIN).days).map(lambda days: BEGIN + timedelta(days=days))
SESSIONS = st.lists(st.tuples(DAYS, st.integers(1, 240), st.sampled_from("123"), st.sampled_from(("", "G-1", "G-2"))), max_size=8)
# What is asked, on which day it is paid, and how much of it is taken back in December.
CLAIMS = st.lists(
    st.tuples(st.integers(1, 3000), st.integers(0, 40), st.sampled_from("123"), st.integers(0, 3000)), min_size=0, max_size=3
)


def filled(sessions: list[tuple[date, int, str, str]], claims: list[tuple[int, int, str, int]]) -> Register:
    register = school()
    lengths: dict[tuple[str, date], int] = {}
    there: set[tuple[str, date, str]] = set()
    for number, (day, minutes, learner, group) in enumerate(sessions):
        if group and (group, day, learner) in there:
            continue  # a learner is in a meeting once
        there.add((group, day, learner))
        length = lengths.setdefault((group, day), minutes) if group else minutes
        of = {"attendance": "group", "group_id": group} if group else {}
        hold(register, f"S-{number}", day.isoformat(), length, learner=learner, **of)
    for number, (cents, later, learner, left) in enumerate(claims):
        asked, paid_on = Money.from_cents(cents), date(2022, 10, 20) + timedelta(days=later)
        id = f"C-{number}"
        pay(register, claim(id, str(asked), learner, day=f"2022-10-{3 + number:02}"), paid_on.isoformat())
        if 0 < left < cents:
            reduced_to(register, id, str(Money.from_cents(left)), "2022-12-01")
            on, back = date(2022, 12, 1) + timedelta(days=number), Money.from_cents(cents - left)
            register.recover(id, on=on, received_on=on, amount=back, reference=f"Izraksts {number}")
    return register


def known(amount: Money | None) -> Money:
    assert amount is not None
    return amount


@settings(max_examples=60)
@given(SESSIONS, CLAIMS, st.sets(DAYS, max_size=3))
def test_the_parts_of_a_period_come_to_the_whole(
    sessions: list[tuple[date, int, str, str]], claims: list[tuple[int, int, str, int]], cuts: set[date]
) -> None:
    with filled(sessions, claims) as register:
        whole = request(register, BEGIN, END)
        edges = [BEGIN, *sorted(day for day in cuts if day > BEGIN), END + timedelta(days=1)]
        parts = [request(register, first, after - timedelta(days=1)) for first, after in pairwise(edges)]
    assert sum((part.total.compensation for part in parts), Money(0)) == whole.total.compensation
    assert sum((known(part.total.work) for part in parts), Money(0)) == known(whole.total.work)
    # The flat rate is rounded once a line, so that the parts differ from the whole by half a cent a line, and by no more.
    lines = sum(len(part.indirect) for part in parts) + len(whole.indirect)
    apart = sum((known(part.total.indirect) for part in parts), Money(0)) - known(whole.total.indirect)
    assert 2 * abs(apart.cents) <= lines


@settings(max_examples=40)
@given(SESSIONS, CLAIMS)
def test_every_sum_is_that_of_the_rows_behind_it_and_partners_share_nothing(
    sessions: list[tuple[date, int, str, str]], claims: list[tuple[int, int, str, int]]
) -> None:
    with filled(sessions, claims) as register:
        both = [request(register, BEGIN, END), request(register, BEGIN, END, institution_id="I-3")]
    for made in both:
        rows = list(csv.DictReader(io.StringIO(rows_of(made).decode("utf-8-sig")), delimiter=";"))
        assert sum((Money(row["amount"]) for row in rows), Money(0)) == known(made.total.total)
        assert known(made.eligible.total) + known(made.ineligible.total) == known(made.total.total)
        assert made.reconciliation.lines == made.reconciliation.ledger == made.reconciliation.settled == made.total.compensation
        assert PartnerRequest.model_validate_json(made.model_dump_json()) == made
    one, other = ({id for line in made.work for meeting in line.meetings for id in meeting.sessions} for made in both)
    assert not one & other
