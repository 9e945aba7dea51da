"""What an amendment changes in a register: the kept decisions under a newer law, the running sum carried, nothing written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmp_storage_sql.plugin
from pmp_core.compensation import Claim
from pmp_core.errors import FactError, InvalidValue, NotFound, PmpError, ProgrammeMismatch, RegisterError
from pmp_core.learners import Enrolment, Institution, Learner, Partnership
from pmp_core.loading import Programme, load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText, Pack
from pmp_core.register import Register, casework, redeciding, tables
from pmp_core.register.redecided import RedecidedClaims
from pmp_core.values import Actor, Money

AUTHOR, CLERK = Actor(name="Ilze", role="plan-author"), Actor(name="Jana", role="municipal-coordinator")
RATES = (Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml").read_text(encoding="utf-8")
PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
DECIDED, NOW = date(2023, 5, 31), date(2023, 6, 30)
KINDS = ("accommodation", "public-transport-tickets", "special-transport", "catering", "individual-learning-materials")
TERM = """
terms:
  measure-kinds:
    special-transport:
      entries: [{from: 2021-01-01, source: "Invented for the example", status: example}]
"""
SPECIAL = """
  compensation.cap.special-transport:
    entries:
      - {from: 2022-09-01, value: "45.00", unit: EUR/claim, source: "Invented for the example", status: example}
"""


def version(*changes: tuple[str, str], more: str = "") -> Programme:
    """The programme with the example's rates: accommodation 90, tickets 60, a ceiling of 150; special transport goes on, without a cap."""
    text = RATES + more + TERM
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load_programme("lv-8.3.4", overlays=[OverlayText("rates.yaml", text)])


BARE, RATED = load_programme("lv-8.3.4"), version()
CHEAPER, SPECIAL_SET = version(('"90.00"', '"60.00"')), version(more=SPECIAL)
NO_RECEIPTS = version(
    more="""
  compensation.receipts-required:
    entries: [{from: 2022-09-01, value: false, source: "Invented", status: example, replaces: true}]
"""
)


def filled(programme: Programme = RATED, target: Any = "memory:", kinds: tuple[str, ...] = KINDS) -> Register:
    """Two learners with a plan in progress for the first semester."""
    made = Register.open(target, actor=CLERK, programme=programme, plugins=PLUGINS, access="host")
    with made.unit_of_work() as work:
        work.institutions.add(Institution(id="I-1", name="Skola"))
        work.partnerships.add(Partnership(id="A-1", first_day=date(2018, 9, 1), institution_id="I-1"))
        for n in ("1", "2"):
            work.learners.add(Learner(id=f"L-{n}", given_name="Anna", family_name="Ozola"))
            enrolment = {"id": f"E-{n}", "learner_id": f"L-{n}", "institution_id": "I-1", "track": "general", "level": 5}
            work.enrolments.add(Enrolment.model_validate({**enrolment, "first_day": "2022-09-01"}))
            measures = [
                {"number": i, "kind": kind, "risks": ("violence",), "justification": "Palīdz."} for i, kind in enumerate(kinds, 1)
            ]
            plan = {
                "id": f"P-{n}", "learner_id": f"L-{n}", "institution_id": "I-1", "partner_kind": "municipality",
                "semester": "2022/23-1", "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09",
                "prepared_by": "Ilze", "status": "in-progress", "risks": ({"factor": "violence"},), "measures": measures,
            }  # fmt: skip
            work.plans.add(SupportPlan.model_validate(plan))
    return made


@pytest.fixture
def register() -> Iterator[Register]:
    with filled() as made:
        yield made


def submit(register: Register, id: str, requested: str, kind: str = KINDS[0], *, on: str = "2022-11-01", **fields: Any) -> None:
    """Claim C-n is for the n-th day from 3 October on, with a receipt of its own, for the kinds of its plan."""
    day = fields.get("first_day", f"2022-10-{2 + int(id[2:]):02d}")
    receipts = ({"number": id, "issuer": "A", "day": day, "amount": requested},)
    with register.unit_of_work() as work:
        measures = work.plans.get(fields.get("plan_id", "P-1")).measures
    claim = {
        "id": id, "plan_id": "P-1", "measure": next(m.number for m in measures if m.kind == kind), "kind": kind, "first_day": day,
        "last_day": day, "requested": requested, "receipts": receipts, "status": "draft", **fields,
    }  # fmt: skip
    register.submit_claim(Claim.model_validate(claim), by=AUTHOR, on=date.fromisoformat(on))


def decide(register: Register, *ids: str, on: date = DECIDED) -> None:
    for id in ids:
        register.decide_claim(id, on=on)


def granted(register: Register, *asked: tuple[str, str]) -> None:
    """Claims C-1, C-2, … by kind and amount, submitted and decided in turn."""
    for n, (kind, requested) in enumerate(asked, 1):
        submit(register, f"C-{n}", requested, kind)
        decide(register, f"C-{n}")


def rows(found: RedecidedClaims) -> list[tuple[Any, ...]]:
    return [
        (row.claim_id, row.new_outcome, None if row.new_amount is None else str(row.new_amount), row.because)
        for row in found.rows
    ]


ROOM, TICKETS, SPECIAL_CAP = (f"compensation.cap.{kind}" for kind in KINDS[:3])
FULL = ((KINDS[0], "90.00"), (KINDS[1], "60.00"), (KINDS[1], "50.00"))  # granted 90 and 60, and 0 is left for the third


def test_an_amendment_lists_what_it_changes_by_amount_and_carries_the_running_sum(register: Register) -> None:
    granted(register, *FULL)
    found = register.redecide_claims(CHEAPER, on=NOW)
    assert rows(found) == [
        ("C-1", "reduced", "60.00", (ROOM,)),
        ("C-3", "reduced", "30.00", ("prior",)),
    ]
    first, third = found.rows
    assert (first.learner_id, first.semester, first.decided_on, first.old_outcome) == ("L-1", "2022/23-1", DECIDED, "granted")
    assert (first.old_amount, first.difference, first.at_stake) == (Money("90.00"), Money("-30.00"), Money("30.00"))
    assert (third.difference, third.reasons) == (Money("30.00"), ("cut-to-ceiling",))
    assert (found.unchanged, found.undecided, found.programme_hash) == (1, 0, CHEAPER.hash)
    assert (found.increases, found.decreases) == (Money("30.00"), Money("-30.00"))


def test_the_largest_amount_comes_first_whatever_its_sign(register: Register) -> None:
    granted(register, (KINDS[1], "60.00"), (KINDS[0], "80.00"), (KINDS[4], "10.00"))
    newer = version(('"60.00"', '"45.00"'), ('"90.00"', '"50.00"'))
    assert [(row.claim_id, row.difference) for row in register.redecide_claims(newer, on=NOW).rows] == [
        ("C-2", Money("-30.00")),
        ("C-1", Money("-15.00")),
    ]


def test_under_the_same_law_nothing_differs_and_nothing_is_written(register: Register, dump_of: Callable[..., Any]) -> None:
    granted(register, *FULL)
    before = dump_of(register)
    found = register.redecide_claims(on=NOW)
    assert (found.rows, found.unchanged, found.increases, found.decreases) == ((), 3, Money(0), Money(0))
    assert register.redecide_claims(CHEAPER, on=NOW).rows
    assert register.redecide_claim("C-1", CHEAPER, on=NOW) is not None
    assert dump_of(register) == before


def test_a_cap_that_is_no_longer_set_leaves_the_later_ones_undetermined_too(register: Register) -> None:
    granted(register, *FULL)
    newer = version((f"{ROOM}:", f"{SPECIAL_CAP}:"))
    found = register.redecide_claims(newer, on=NOW)
    assert rows(found) == [
        ("C-1", "undetermined", None, (ROOM,)),
        ("C-2", "undetermined", None, ("prior",)),
        ("C-3", "undetermined", None, ("prior",)),
    ]
    assert [row.at_stake for row in found.rows] == [Money("90.00"), Money("60.00"), Money(0)]
    assert (len(found.newly_undetermined), found.increases, found.decreases) == (3, Money(0), Money(0))
    assert found.totals()["newly_undetermined_granted_before"] == "150.00"


def test_a_cap_that_is_set_decides_what_waited_for_it_and_what_waited_behind_it(register: Register) -> None:
    submit(register, "C-1", "50.00", KINDS[2])
    submit(register, "C-2", "90.00")
    decide(register, "C-1", "C-2")
    found = register.redecide_claims(SPECIAL_SET, on=NOW)
    assert rows(found) == [("C-2", "granted", "90.00", ("prior",)), ("C-1", "reduced", "45.00", (SPECIAL_CAP,))]
    assert (len(found.newly_determined), found.totals()["newly_determined_granted"]) == (2, "135.00")
    assert register.redecide_claims(RATED, on=NOW).unchanged == 2


def test_a_claim_whose_turn_has_come_meanwhile_is_none_that_the_law_changes(register: Register) -> None:
    submit(register, "C-1", "90.00")
    submit(register, "C-2", "60.00", KINDS[1])
    decide(register, "C-2", "C-1")
    found = register.redecide_claims(RATED, on=NOW)
    assert (found.rows, found.unchanged) == ((), 2)
    assert [row.claim_id for row in register.redecide_claims(CHEAPER, on=NOW).rows] == ["C-1"]


def test_a_claim_without_a_decision_is_not_looked_at_and_still_blocks_what_waits_behind_it(register: Register) -> None:
    submit(register, "C-1", "90.00")
    submit(register, "C-2", "50.00", KINDS[2])
    decide(register, "C-2")
    found = register.redecide_claims(SPECIAL_SET, on=NOW)
    assert rows(found) == [("C-2", "undetermined", None, (SPECIAL_CAP,))]
    assert (found.rows[0].reasons, found.undecided) == (("earlier-claim",), 1)


def test_a_refusal_that_is_lifted_takes_its_turn(register: Register) -> None:
    submit(register, "C-1", "90.00")
    submit(register, "C-2", "60.00", KINDS[1], receipts=())
    submit(register, "C-3", "40.00", KINDS[4])
    decide(register, "C-2", "C-1", "C-3")
    found = register.redecide_claims(NO_RECEIPTS, on=NOW)
    assert rows(found) == [
        ("C-2", "granted", "60.00", ("compensation.receipts-required",)),
        ("C-3", "reduced", "0.00", ("prior",)),
    ]


def test_a_refusal_that_is_lifted_waits_for_an_earlier_claim(register: Register) -> None:
    submit(register, "C-1", "90.00")
    submit(register, "C-2", "60.00", KINDS[1], receipts=())
    decide(register, "C-2")
    found = register.redecide_claims(NO_RECEIPTS, on=NOW)
    assert [(row.claim_id, row.new_outcome, row.reasons) for row in found.rows] == [("C-2", "undetermined", ("earlier-claim",))]


def test_a_claim_handed_in_late_stays_behind_those_that_it_found_decided(register: Register) -> None:
    submit(register, "C-2", "90.00", on="2022-11-02")
    decide(register, "C-2")
    submit(register, "C-1", "90.00", on="2022-11-01")
    decide(register, "C-1")
    submit(register, "C-3", "10.00", KINDS[1], on="2022-11-03")
    decide(register, "C-3")
    assert register.redecide_claims(RATED, on=NOW).unchanged == 3
    assert rows(register.redecide_claims(version(('"90.00"', '"80.00"')), on=NOW)) == [
        ("C-1", "reduced", "70.00", (ROOM, "prior")),
        ("C-2", "reduced", "80.00", (ROOM,)),
    ]


LIFTED = ("compensation.receipts-required",)


def test_a_refusal_that_is_lifted_comes_before_an_earlier_claim_that_was_handed_in_late(register: Register) -> None:
    submit(register, "C-2", "90.00", on="2022-11-02", receipts=())
    decide(register, "C-2")
    submit(register, "C-1", "90.00", on="2022-11-01")
    decide(register, "C-1")
    assert rows(register.redecide_claims(NO_RECEIPTS, on=NOW)) == [
        ("C-2", "granted", "90.00", LIFTED),
        ("C-1", "reduced", "60.00", ("prior",)),
    ]


def test_a_late_refusal_that_is_lifted_comes_after_the_claim_that_it_found_decided(register: Register) -> None:
    submit(register, "C-1", "90.00", on="2022-11-02")
    decide(register, "C-1")
    submit(register, "C-2", "90.00", on="2022-11-01", receipts=())
    decide(register, "C-2")
    assert register.decisions("C-2")[-1].lines[0].decision.prior_cents == 9000
    assert rows(register.redecide_claims(NO_RECEIPTS, on=NOW)) == [("C-2", "reduced", "60.00", LIFTED)]


@pytest.mark.parametrize(("days", "order"), [((31, 30), "2 1"), ((30, 31), "1 2"), ((31, 31), "1 2")])
def test_of_refusals_that_found_the_same_used_the_day_tells_and_then_the_turn(
    register: Register, days: tuple[int, int], order: str
) -> None:
    for n in (2, 1):
        submit(register, f"C-{n}", "90.00", on=f"2022-11-{n:02d}", receipts=())
        decide(register, f"C-{n}", on=date(2023, 5, days[n - 1]))
    first, second = (f"C-{n}" for n in order.split())
    assert [(row.claim_id, row.new_amount) for row in register.redecide_claims(NO_RECEIPTS, on=NOW).rows] == [
        (first, Money("90.00")),
        (second, Money("60.00")),
    ]


def test_a_refusal_that_is_lifted_waits_for_a_late_claim_and_holds_up_none_that_was_decided_before(register: Register) -> None:
    submit(register, "C-3", "60.00", KINDS[1], on="2022-11-03")
    decide(register, "C-3")
    submit(register, "C-1", "90.00", on="2022-11-01")
    submit(register, "C-2", "90.00", on="2022-11-02", receipts=())
    decide(register, "C-2")
    found = register.redecide_claims(NO_RECEIPTS, on=NOW)
    assert [(row.claim_id, row.new_outcome, row.reasons) for row in found.rows] == [("C-2", "undetermined", ("earlier-claim",))]
    assert (found.unchanged, found.undecided) == (1, 1)


def test_a_refusal_that_did_not_wait_comes_before_what_was_decided_on_a_later_day(register: Register) -> None:
    for n, receipts in ((1, True), (3, False), (5, True)):
        submit(register, f"C-{n}", "60.00", on=f"2022-11-0{n}", **({} if receipts else {"receipts": ()}))
    decide(register, "C-3", "C-1")
    decide(register, "C-5", on=date(2023, 6, 1))
    submit(register, "C-2", "60.00", on="2022-11-02")
    decide(register, "C-2", on=date(2023, 6, 2))
    assert rows(register.redecide_claims(NO_RECEIPTS, on=NOW)) == [
        ("C-3", "granted", "60.00", LIFTED),
        ("C-2", "reduced", "0.00", ("prior",)),
        ("C-5", "reduced", "30.00", ("prior",)),
    ]


def test_what_waits_for_a_cap_comes_before_a_late_claim_that_found_as_much_used(register: Register) -> None:
    submit(register, "C-2", "45.00", KINDS[2], on="2022-11-02")
    decide(register, "C-2", on=date(2023, 6, 1))
    submit(register, "C-1", "60.00", KINDS[1], on="2022-11-01")
    decide(register, "C-1")
    tight = version(('"150.00"', '"90.00"'), more=SPECIAL)
    assert rows(register.redecide_claims(tight, on=NOW)) == [
        ("C-2", "granted", "45.00", (SPECIAL_CAP, "compensation.ceiling")),
        ("C-1", "reduced", "45.00", ("compensation.ceiling", "prior")),
    ]


def test_law_that_cuts_neither_then_nor_now_is_no_reason(register: Register) -> None:
    submit(register, "C-1", "80.00")
    decide(register, "C-1")
    newer = version(('"90.00"', '"60.00"'), ('"150.00"', '"400.00"'))
    assert rows(register.redecide_claims(newer, on=NOW)) == [("C-1", "reduced", "60.00", (ROOM,))]
    told = register.redecide_claim("C-1", newer, on=NOW)
    assert told is not None
    [redecision] = told.lines
    assert redecision.without_effect == ("ceiling", "cut-to-ceiling", "cut-by-co-funding")
    why, _, rest = redecision.explain("en").partition("Law that differs and does not change this decision:")
    assert ("ceiling on all" in why, "ceiling on all" in rest) == (False, True)


def test_a_claim_handed_in_late_that_waits_blocks_none_that_used_nothing_either() -> None:
    with filled(NO_RECEIPTS) as register:
        granted(register, *FULL[:1])
        submit(register, "C-5", "0.00", KINDS[1], on="2022-11-05", receipts=())
        submit(register, "C-4", "10.00", KINDS[1], on="2022-11-04", first_day="2022-09-11")
        decide(register, "C-4", "C-5")
        submit(register, "C-3", "10.00", KINDS[2], on="2022-11-03")
        decide(register, "C-3")
        assert [register.decisions(f"C-{n}")[-1].outcome for n in (3, 4, 5)] == ["undetermined", "refused", "granted"]
        found = register.redecide_claims(on=NOW)
    assert (found.rows, found.unchanged) == ((), 4)


def test_what_a_claim_found_used_stays_where_the_register_no_longer_tells_by_whom(register: Register) -> None:
    granted(register, *FULL)
    with register.unit_of_work() as work:
        first = work.claims.get("C-1")
        work.claims.put(first.changed(status="draft", submitted_on=None, decision_digest=None))
    found = register.redecide_claims(RATED, on=NOW)
    assert (found.rows, found.unchanged) == ((), 2)


def test_a_claim_handed_in_late_that_waits_blocks_none_that_was_decided_before_it(register: Register) -> None:
    submit(register, "C-2", "90.00", on="2022-11-02")
    decide(register, "C-2")
    submit(register, "C-1", "50.00", KINDS[2], on="2022-11-01")
    decide(register, "C-1")
    assert register.redecide_claims(RATED, on=NOW).unchanged == 2
    assert rows(register.redecide_claims(SPECIAL_SET, on=NOW)) == [("C-1", "reduced", "45.00", (SPECIAL_CAP,))]


def test_other_learners_do_not_share_the_ceiling(register: Register) -> None:
    granted(register, (KINDS[0], "90.00"))
    submit(register, "C-2", "60.00", KINDS[1], plan_id="P-2")
    decide(register, "C-2")
    assert [row.claim_id for row in register.redecide_claims(CHEAPER, on=NOW).rows] == ["C-1"]


# --- what the law itself gives -----------------------------------------------------------------------------------------------


def test_units_are_counted_anew_by_the_unit_of_the_newer_cap(register: Register) -> None:
    submit(register, "C-1", "80.00", first_day="2022-10-03", last_day="2022-10-07")
    decide(register, "C-1")
    newer = version(('"90.00", unit: EUR/claim', '"10.00", unit: EUR/school-day'))
    assert rows(register.redecide_claims(newer, on=NOW)) == [("C-1", "reduced", "50.00", (ROOM, "units"))]


def test_the_ceiling_is_read_on_the_first_day_of_the_semester_of_the_newer_calendar(register: Register) -> None:
    granted(register, (KINDS[0], "90.00"))
    newer = version(
        ('entries:\n      - {from: 2022-09-01, value: "150.00"', 'entries:\n      - {from: 2022-09-02, value: "150.00"'),
        more="""
  school-year.2022/23.semester-1:
    entries:
      - {from: 2022-09-01, value: [2022-09-02, 2022-12-23], source: "Invented", status: example, replaces: true}
""",
    )
    told = register.redecide_claim("C-1", newer, on=NOW)
    assert told is not None
    [redecision] = told.lines
    assert not redecision.differs
    assert [fact.name for fact in redecision.facts] == ["semester_first_day"]
    assert redecision.carried == ()


# --- what cannot be decided again --------------------------------------------------------------------------------------------


def test_a_claim_that_the_newer_law_divides_is_decided_line_by_line(register: Register) -> None:
    submit(register, "C-1", "80.00", first_day="2022-10-03", last_day="2022-10-07")
    submit(register, "C-2", "60.00", KINDS[1], first_day="2022-10-17")
    decide(register, "C-1", "C-2")
    dividing = OverlayText(
        "dividing.yaml",
        f"""overlay_for: lv-8.3.4
title: {{lv: a, en: a}}
values:
  {ROOM}:
    entries: [{{from: 2022-10-05, value: "70.00", unit: EUR/claim, source: "Invented", status: example, replaces: true}}]
""",
    )
    newer = load_programme("lv-8.3.4", overlays=[*RATED.pack.overlays, dividing])
    found = register.redecide_claims(newer, on=NOW)
    # Its receipt is of the first day, on which the cap is still 90: nothing is asked for the days of the other.
    assert (found.rows, found.unchanged) == ((), 2)
    told = register.redecide_claim("C-1", newer, on=NOW)
    assert told is not None
    assert (told.differs, told.difference, told.because) == (False, Money(0), ())
    [line] = told.lines
    assert (line.new.amount, line.new.facts_as_used()["last_day"]) == (Money("80.00"), date(2022, 10, 4))


SCOOTER = """overlay_for: lv-8.3.4
title: {lv: a, en: a}
terms:
  measure-kinds:
    scooter:
      title: {lv: skrejritenis, en: scooter}
      parent: compensation
      entries: [{from: 2022-09-01, source: "Invented", status: example}]
values:
  compensation.cap.scooter:
    title: {lv: skrejriteņa robeža, en: cap for a scooter}
    type: money
    units: [EUR/claim]
    new: true
    entries: [{from: 2022-09-01, value: "20.00", unit: EUR/claim, source: "Invented", status: example}]
"""


def test_a_code_that_the_newer_law_no_longer_has_is_told_for_each_claim() -> None:
    older = load_programme("lv-8.3.4", overlays=[*RATED.pack.overlays, OverlayText("scooter.yaml", SCOOTER)])
    with filled(older, kinds=(*KINDS, "scooter")) as register:
        submit(register, "C-1", "20.00", "scooter")
        decide(register, "C-1")
        [row] = register.redecide_claims(RATED, on=NOW).rows
        assert row.problem is not None
        assert row.problem.startswith("[fact-outdated] ")
        assert "'scooter'" in row.problem
        with pytest.raises(FactError):
            register.redecide_claim("C-1", RATED, on=NOW)


@pytest.mark.parametrize("how", ["document", "digest"])
def test_a_decision_that_was_altered_hides_none_of_the_others(register: Register, how: str) -> None:
    granted(register, *FULL)
    with register.unit_of_work() as work:
        [row] = work.transaction.find(tables.DECISIONS, {"claim_id": "C-1"})
        other = {"document": str(row["document"]).replace("90.00", "95.00")}
        if how == "digest":
            [second] = work.transaction.find(tables.DECISIONS, {"claim_id": "C-2"})
            other = {"document": str(second["document"])}
        work.transaction.update(tables.DECISIONS, {**row, **other})
    found = register.redecide_claims(CHEAPER, on=NOW)
    assert [(row.claim_id, row.new_outcome) for row in found.rows] == [
        ("C-1", None), ("C-2", "undetermined"), ("C-3", "undetermined"),
    ]  # fmt: skip
    assert "decision-altered" in str(found.rows[0].problem)
    with pytest.raises(InvalidValue) as caught:
        register.redecide_claim("C-1", CHEAPER, on=NOW)
    assert caught.value.code == "decision-altered"


# --- which decision counts ---------------------------------------------------------------------------------------------------


def test_of_several_decisions_only_the_one_that_settled_the_claim_counts(register: Register) -> None:
    submit(register, "C-1", "90.00")
    submit(register, "C-2", "60.00", KINDS[1])
    decide(register, "C-2", "C-1", "C-2")
    found = register.redecide_claims(version(('"60.00"', '"20.00"')), on=NOW)
    assert rows(found) == [("C-2", "reduced", "20.00", (TICKETS,))]
    assert found.unchanged == 1


def test_a_decision_on_a_claim_that_was_withdrawn_does_not_count(register: Register) -> None:
    submit(register, "C-1", "50.00", KINDS[2])
    decide(register, "C-1")
    register.withdraw_claim("C-1", by=AUTHOR, on=DECIDED)
    found = register.redecide_claims(SPECIAL_SET, on=NOW)
    assert (found.rows, found.unchanged, found.undecided) == ((), 0, 0)
    assert register.redecide_claim("C-1", SPECIAL_SET, on=NOW) is None


@pytest.mark.parametrize(("changed", "on"), [({"requested": Money("40.00")}, DECIDED), ({}, NOW)])
def test_nor_does_one_on_a_claim_that_was_changed_or_handed_in_again(register: Register, changed: Any, on: date) -> None:
    submit(register, "C-1", "50.00", KINDS[2])
    decide(register, "C-1")
    draft = register.withdraw_claim("C-1", by=AUTHOR, on=DECIDED)
    register.submit_claim(draft.changed(**changed), by=AUTHOR, on=on)
    found = register.redecide_claims(SPECIAL_SET, on=NOW)
    assert (found.rows, found.unchanged, found.undecided) == ((), 0, 1)


def test_an_altered_decision_on_a_claim_that_waits_is_told(register: Register) -> None:
    submit(register, "C-1", "50.00", KINDS[2])
    decide(register, "C-1")
    with register.unit_of_work() as work:
        [row] = work.transaction.find(tables.DECISIONS)
        work.transaction.update(tables.DECISIONS, {**row, "document": "{}"})
    [told] = register.redecide_claims(SPECIAL_SET, on=NOW).rows
    assert told.problem is not None


def test_a_claim_kept_as_decided_without_any_decision_is_not_looked_at(register: Register) -> None:
    submit(register, "C-1", "50.00")
    with register.unit_of_work() as work:
        work.claims.put(work.claims.get("C-1").changed(status="decided"))
    found = register.redecide_claims(CHEAPER, on=NOW)
    assert (found.rows, found.unchanged, found.undecided) == ((), 0, 0)


def test_an_unknown_claim_is_an_error(register: Register) -> None:
    with pytest.raises(NotFound):
        register.redecide_claim("C-9", CHEAPER, on=NOW)


def test_one_claim_is_told_after_the_earlier_ones_under_the_newer_law(register: Register) -> None:
    granted(register, *FULL)
    told = register.redecide_claim("C-3", CHEAPER, on=NOW)
    assert told is not None
    [third] = told.lines
    assert told.explain("en") == third.explain("en")
    assert (third.difference, third.because, third.new.decided_on) == (Money("30.00"), ("prior",), NOW)
    assert "fact: used before – then EUR 150.00, now EUR 120.00." in third.explain("en")


def test_learners_are_read_some_at_a_time_and_progress_is_told(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    granted(register, (KINDS[0], "90.00"))
    submit(register, "C-2", "90.00", plan_id="P-2")
    decide(register, "C-2")
    whole = register.redecide_claims(CHEAPER, on=NOW)
    monkeypatch.setattr(redeciding, "_AT_A_TIME", 1)
    told: list[tuple[int, int]] = []
    assert register.redecide_claims(CHEAPER, on=NOW, progress=lambda done, total: told.append((done, total))) == whole
    assert told == [(1, 2), (2, 2)]
    assert [row.claim_id for row in whole.rows] == ["C-1", "C-2"]


def test_what_was_found_is_json_for_others(register: Register) -> None:
    granted(register, *FULL)
    found = register.redecide_claims(CHEAPER, on=NOW)
    told = json.loads(json.dumps(found.as_dict()))
    assert (told["programme"], told["programme_hash"], told["decided_on"]) == ("lv-8.3.4", CHEAPER.hash, "2023-06-30")
    assert [(row["claim_id"], row["difference"]) for row in told["claims"]] == [("C-1", "-30.00"), ("C-3", "30.00")]
    assert told["totals"] == found.totals()
    assert RedecidedClaims.model_validate_json(found.model_dump_json()) == found
    undetermined = register.redecide_claims(BARE, on=NOW).as_dict()
    assert [row["difference"] for row in undetermined["claims"]] == [None, None, None]


# --- another version ---------------------------------------------------------------------------------------------------------


def error_of(kind: type[PmpError], call: Callable[[], object]) -> PmpError:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.remedy
    return caught.value


def test_another_programme_is_refused(register: Register) -> None:
    pack = RATED.pack
    other = Programme(Pack("lv-9", pack.title, pack.values, pack.terms, pack.life_cycles), RATED.definitions)
    error = error_of(ProgrammeMismatch, lambda: register.redecide_claims(other, on=NOW))
    assert error.code == "register-other-programme"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A register with a decision under the example's rates, closed."""
    with filled(target=tmp_path / "r.sqlite") as made:
        granted(made, *FULL)
    return tmp_path / "r.sqlite"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def opened(path: Any, programme: Any = None, **named: Any) -> Register:
    return Register.open(path, actor=CLERK, programme=programme, plugins=PLUGINS, access="host", **named)


def test_a_trial_looks_at_a_register_under_another_version_and_leaves_it_as_it_is(path: Path) -> None:
    before = digest(path)
    with opened(path, CHEAPER, trial=True) as register:
        assert (register.programme, register.trial) == (CHEAPER, True)
        assert [row.claim_id for row in register.redecide_claims(on=NOW).rows] == ["C-1", "C-3"]
    with opened(path, BARE, trial=True) as register:  # its overlays are neither needed nor lost
        assert len(register.redecide_claims(on=NOW).newly_undetermined) == 3
    with opened(path, trial=True) as register:
        assert register.programme.hash == RATED.hash
    assert digest(path) == before


def test_what_is_done_in_a_trial_is_not_kept(path: Path) -> None:
    before = digest(path)
    with opened(path, CHEAPER, trial=True) as register:
        submit(register, "C-4", "10.00", on="2023-01-10")
        with register.unit_of_work() as work:
            assert work.claims.count() == 3
    assert digest(path) == before


def test_a_trial_needs_a_register_of_the_programme(tmp_path: Path, path: Path) -> None:
    error = error_of(RegisterError, lambda: opened("memory:", RATED, trial=True))
    assert error.code == "register-missing"
    other = Programme(Pack("lv-9", RATED.pack.title, {}, {}, {}), {})
    assert error_of(ProgrammeMismatch, lambda: opened(path, other, trial=True)).code == "register-other-programme"


def test_once_a_version_is_adopted_the_register_tells_which_older_decisions_it_changes(path: Path) -> None:
    with opened(path, CHEAPER, adopt_programme=True) as register:
        assert [row.claim_id for row in register.redecide_claims(on=NOW).rows] == ["C-1", "C-3"]


# --- whatever happens --------------------------------------------------------------------------------------------------------

VERSIONS = {"rated": RATED, "cheaper": CHEAPER, "special set": SPECIAL_SET, "no receipts": NO_RECEIPTS, "bare": BARE}
claims = st.tuples(
    st.integers(0, 12_000),  # what is asked for
    st.sampled_from(KINDS[:3]),
    st.integers(1, 3),  # the day of submission, in November
    st.booleans(),  # with receipts
    st.integers(0, 3_000),  # co-funding
)


def submitted(register: Register, n: int, one: tuple[int, str, int, bool, int]) -> None:
    cents, kind, day, receipts, cofunded = one
    fields: dict[str, Any] = {} if receipts and cents else {"receipts": ()}
    requested = str(Money.from_cents(cents))
    submit(register, f"C-{n}", requested, kind, on=f"2022-11-{day:02d}", cofunded=Money.from_cents(cofunded), **fields)


@settings(max_examples=60)
@given(st.lists(claims, min_size=1, max_size=6), st.sampled_from(list(VERSIONS)), st.randoms(use_true_random=False))
def test_in_whatever_order_claims_were_handed_in_and_decided_the_same_law_changes_none(
    asked: list[tuple[int, str, int, bool, int]], name: str, random: Any
) -> None:
    with filled(VERSIONS[name]) as register:
        waiting: list[str] = []
        for n, one in enumerate(asked, 1):
            submitted(register, n, one)
            waiting.append(f"C-{n}")
            for id in random.sample(waiting, random.randint(0, len(waiting))):
                if register.decide_claim(id, on=DECIDED)[0].status == "decided":
                    waiting.remove(id)
        found = register.redecide_claims(on=NOW)
    assert found.rows == ()
    assert found.unchanged + found.undecided == len(asked)


@settings(max_examples=40)
@given(
    st.lists(claims, min_size=1, max_size=6),
    st.sampled_from(list(VERSIONS)),
    st.sampled_from(list(VERSIONS)),
)
def test_an_amendment_gives_what_would_have_been_decided_under_it_from_the_start(
    asked: list[tuple[int, str, int, bool, int]], older: str, newer: str
) -> None:
    answers: list[dict[str, Any]] = []
    for name in (older, newer):
        with filled(VERSIONS[name]) as register:
            for n, one in enumerate(asked, 1):
                submitted(register, n, one)
            order = sorted(range(1, len(asked) + 1), key=lambda n: (asked[n - 1][2], f"C-{n}"))
            decided = {f"C-{n}": register.decide_claim(f"C-{n}", on=DECIDED)[1] for n in order}
            if not answers:
                found = register.redecide_claims(VERSIONS[newer], on=NOW)
            answers.append({id: (one.outcome, one.amount, one.reasons) for id, one in decided.items()})
    then, now = answers
    assert {row.claim_id: (row.new_outcome, row.new_amount, row.reasons) for row in found.rows} == {
        id: answer for id, answer in now.items() if answer != then[id]
    }
    assert all(row.because for row in found.rows)


# --- beside a register that worked under the newer law from the start ---------------------------------------------------------

# Laws that refuse for many reasons, cut to many amounts, and leave open what another one decides.
STOPPED = version(
    ('"150.00"', '"100.00"'),
    more="""
  compensation.allowed:
    entries: [{from: 2022-10-05, value: false, source: "Invented", status: example, replaces: true}]
""",
)
TIGHT = version(('"150.00"', '"100.00"'), ('"60.00"', '"20.00"'), more=SPECIAL)
LAWS = {
    "rated": RATED,
    "cheaper": CHEAPER,
    "special transport": SPECIAL_SET,
    "no receipts": NO_RECEIPTS,
    "stopped": STOPPED,
    "tight": TIGHT,
}
FIRST_DAY = date(2023, 1, 9)
SCRIPTS = 54


def outcome(register: Register, id: str, on: date) -> str:
    """What a decision would be; it is not kept."""
    with register.unit_of_work(keep=False) as work:
        return casework.decide_claim(work, register.programme, id, by=register.actor, on=on)[1].outcome


def played(random: Random, *registers: Register) -> list[str]:
    """The same claims handed in to both registers and decided in both, some late, one a day; the ids of those decided.

    A claim that one of them would leave waiting is decided in none: then the other would have gone on from there.
    """
    waiting: list[str] = []
    settled: list[str] = []
    on = FIRST_DAY

    def decide_some(ids: list[str]) -> None:
        nonlocal on
        for id in ids:
            on += timedelta(days=1)
            outcomes = {outcome(register, id, on) for register in registers}
            if "undetermined" in outcomes:
                continue
            for register in registers:
                register.decide_claim(id, on=on)
            waiting.remove(id)
            settled.append(id)

    for n in range(1, random.randint(2, 6) + 1):
        fields: dict[str, Any] = {"on": f"2022-11-0{random.randint(1, 4)}", "cofunded": f"{random.choice([0, 0, 3])}.00"}
        if random.random() < 0.3:
            fields["receipts"] = ()
        kind, requested = random.choice(KINDS[:3]), f"{random.choice([0, 15, 25, 40, 60, 90])}.00"
        if requested == "0.00":
            fields["receipts"] = ()
        for register in registers:
            submit(register, f"C-{n}", requested, kind, **fields)
        waiting.append(f"C-{n}")
        decide_some(random.sample(waiting, random.randint(0, len(waiting))))
    decide_some(random.sample(waiting, len(waiting)))
    return settled


@pytest.mark.parametrize("older", LAWS)
def test_an_amendment_gives_what_a_register_under_it_would_have_decided(older: str) -> None:
    compared = changed = 0
    for seed in range(SCRIPTS // len(LAWS)):
        random = Random(f"{older} {seed}")
        newer = random.choice([name for name in LAWS if name != older])
        with filled(LAWS[older]) as old, filled(LAWS[newer]) as fresh:
            settled = played(random, old, fresh)
            found = {row.claim_id: row for row in old.redecide_claims(LAWS[newer], on=NOW).rows}
            for id in settled:
                then, now = (register.decisions(id)[-1] for register in (old, fresh))
                row = found.get(id)
                told = (
                    (then.outcome, then.amount, then.reasons) if row is None else (row.new_outcome, row.new_amount, row.reasons)
                )
                assert told == (now.outcome, now.amount, now.reasons), (newer, seed, id)
                assert row is None or row.because
                compared, changed = compared + 1, changed + (row is not None)
    assert compared > 10  # the scripts decide something
    assert changed > 2
