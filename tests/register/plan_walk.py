"""The walk goes on: what is delivered under plans, who delivers it, what became of it, and what is claimed."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from plan_kept import WELL, Codes, ModelPlan
from plan_life import Life
from plan_machine import ACTIONS, DAY, NAMES, SCOPED, WHICH, action
from plan_table import OPEN, STEPS
from plan_values import claim, schedule, session

from pmp_core.compensation import Claim
from pmp_core.measures import Session
from pmp_core.register import casework
from pmp_core.staff import Assignment
from pmp_core.values import Actor

WHEN = st.sampled_from(("now",) * 6 + ("later", "first", "before it", "after it", "before"))
OFTEN = (
    "likely_steps", "step", "go_on", "change", "change", "add", "revise_and_close", "clear", "pay_preparation", "evaluate",
    "roll_over", "transfer", "leave", "leave", "leave", "leave_a_schedule", "hold", "hold", "hold_group", "hold_group", "plan_ahead", "staff",
    "change_what_is_used", "submit_claim", "submit_claim", "decide_claim", "decide_claim", "return_to_claim",
)  # fmt: skip
PEOPLE, SPECIALISTS = st.sampled_from(("Zane", "Zane", "Zane", "Oto")), st.sampled_from(("psychologist",) * 4 + ("pedagogue",))
Weekdays = tuple[str, ...]
WEEKDAYS = st.sampled_from((("monday", "wednesday"), ("tuesday", "wednesday"), ("thursday", "saturday"), ("saturday", "sunday")))
LESS = st.sampled_from(("fewer", "short", "short", "renumbered", "bare", "elsewhere", "late-application", "late-application"))
MEASURE = st.sampled_from((1,) * 6 + (2, 2, 3, 4, 9))
HELD = st.sampled_from(("there",) * 4 + ("again", "again", "missed", "remote", "remote without order", "not yet", "taken id"))
EVALUATIONS = st.sampled_from(("gone", "gone", "open", "open", "incomplete", "foreign"))
CLAIM_ROLES = st.sampled_from((*("municipal-coordinator",) * 4, "plan-author", "director"))


class Walk(Life):
    """All of it."""

    def when(self, said: str, of: ModelPlan) -> date:
        first, last = of.contents.first_day, of.contents.last_day
        one = timedelta(days=1)
        return {"first": first, "before it": first - one, "after it": last + one}.get(said) or self.day(said, of)

    # --- sessions --------------------------------------------------------------------------------------------------------------

    @action(
        which=WHICH, number=MEASURE, said=WHEN, person=PEOPLE, specialist=SPECIALISTS,
        several=st.lists(HELD, min_size=1, max_size=4), under=st.sampled_from((None,) * 3 + ("D-1", "D-1", "D-1", "D-3", "D-9")),
        scope=SCOPED, likely=st.sampled_from((True, True, False)),
    )  # fmt: skip
    def hold(
        self, which: int, number: int, said: str, person: str, specialist: str, several: list[str], under: str | None, scope: str,
        likely: bool,
    ) -> None:  # fmt: skip
        """Sessions day after day, most of them by one who may hold them."""
        if likely:
            number, person, specialist = 1, "Zane", "psychologist"
        of = self.in_force_first(which)
        day = self.when(said, of)
        for n, held in enumerate(several):
            day += timedelta(days=1 if n and held != "again" else 0)
            fields = {"measure": number, "day": day, "delivered_by": person, "specialist": specialist, "assignment_id": under}
            self.hold_one(of, held, scope, **fields)

    def hold_one(self, of: ModelPlan, held: str, scope: str, day: date, measure: int, **given: Any) -> None:
        fields = {"remote": {"mode": "remote", "directors_order": "Nr. 1", "attested_on": day},
                  "remote without order": {"mode": "remote", "attested_on": day},
                  "missed": {"absent_because": "Slimo."}}.get(held, {})  # fmt: skip
        id = next(iter(self.model.sessions), "S-000") if held == "taken id" else self.id("S")
        made = session(id=id, plan_id=of.id, measure=measure, day=day, **given, **fields)
        by = self.scoped(scope, of.delivered_at(measure, day) if of.measure(measure) else of.institution)
        entered = day - timedelta(days=1) if held == "not yet" else day
        kept = self.attempt(
            f"session {held}",
            self.model.session(made, entered, by),
            lambda work: casework.add_session(work, self.register.programme, made, on=entered, by=by),
        )
        if kept is not None:
            self.model.sessions[kept.id] = kept
            self.done()

    @action(
        size=st.sampled_from((2, 3, 3)),
        said=WHEN,
        wrong=st.sampled_from((None, None, None, "unnamed", "minutes", "twice")),
        number=st.sampled_from((1, 1, 2)),
        scope=SCOPED,
    )
    def hold_group(self, size: int, said: str, wrong: str | None, number: int, scope: str) -> None:
        """One meeting: of all of its learners, or of none."""
        in_force = sorted(self.model.plans.values(), key=lambda plan: (not plan.was_in_force(date.max), plan.released))
        plans = list({plan.learner: plan for plan in reversed(in_force)}.values())[-size:]
        for of in plans:
            self.forward(of, "Ilze", 5)
        group, day = self.id("G"), self.when(said, plans[-1])
        meeting = []
        by = self.scoped(scope, plans[0].institution)
        for n, of in enumerate((*plans, plans[0]) if wrong == "twice" else plans):
            fields = {"group_id": None if wrong == "unnamed" and n else group, "attendance": "group"}
            minutes = 60 if wrong == "minutes" and n else 40
            meeting.append(session(id=self.id("S"), plan_id=of.id, measure=number, day=day, minutes=minutes, **fields))
        kept = self.attempt(
            "group held",
            self.group(meeting, by),
            lambda work: casework.add_group_session(work, self.register.programme, meeting, on=day, by=by),
        )
        if kept is not None:
            self.model.sessions |= {session.id: session for session in kept}
            self.done()

    def group(self, meeting: list[Session], by: Actor | None) -> Codes:
        """The first of the sessions that is refused, each after those before it."""
        if len({session.group_id for session in meeting}) != 1:
            return frozenset({"group-unnamed"})
        if len({session.plan_id for session in meeting}) != len(meeting):
            return frozenset({"group-plan-twice"})
        model = copy.copy(self.model)
        model.sessions = dict(self.model.sessions)
        for one in meeting:
            if refused := model.session(one, one.day, by):
                return refused
            model.sessions[one.id] = one
        return WELL

    @action(
        which=WHICH, number=MEASURE, specialist=SPECIALISTS, days=st.sampled_from(("in", "in", "in", "beyond")),
        several=st.lists(WEEKDAYS, min_size=1, max_size=3), scope=SCOPED,
    )  # fmt: skip
    def plan_ahead(self, which: int, number: int, specialist: str, days: str, several: list[Weekdays], scope: str) -> None:
        of = self.pick(which)
        for weekdays in several:
            self.schedule(of, number, weekdays, specialist, days, scope)

    def schedule(
        self, of: ModelPlan, number: int, weekdays: Weekdays, specialist: str, days: str = "in", scope: str = "nobody"
    ) -> None:
        first = of.contents.first_day + timedelta(days=21)
        last = of.contents.last_day + timedelta(days=1) if days == "beyond" else of.contents.last_day
        made = schedule(id=self.id("X"), plan_id=of.id, measure=number, first_day=min(first, last), last_day=last,
                        specialist=specialist, weekdays=weekdays)  # fmt: skip
        by = self.scoped(scope, getattr(of.measure(number), "institution_id", None) or of.institution)
        kept = self.attempt(
            "schedule added",
            self.model.schedule(made, by),
            lambda work: casework.add_schedule(work, self.register.programme, made, by=by),
        )
        if kept is not None:
            self.model.schedules[kept.id] = kept
            self.done()

    @action(which=WHICH, number=st.sampled_from((1, 2)), weekdays=WEEKDAYS, contents=LESS, by=NAMES)
    def change_what_is_used(self, which: int, number: int, weekdays: Weekdays, contents: str, by: str) -> None:
        """A measure is scheduled, and then the plan is to be without it, or shorter."""
        of, author = self.pick(which), Actor(name=by, role="plan-author")
        self.schedule(of, number, weekdays, "psychologist")
        if of.status in STEPS["revise"]["from"]:
            self.take(of, "revise", author, self.day("now", of))
        self.rewrite(of, contents, author, self.day("now", of))

    @action(which=WHICH, weekdays=WEEKDAYS, by=NAMES, elsewhere=st.booleans())
    def leave_a_schedule(self, which: int, weekdays: Weekdays, by: str, elsewhere: bool) -> None:
        """It goes to another school, and what was scheduled at the old one ends; what a third one delivers goes on."""
        of, author = self.in_force_first(which), Actor(name=by, role="plan-author")
        if elsewhere and of.status in (*OPEN, *STEPS["revise"]["from"]):
            self.bring(of, "under-revision", by)
            self.rewrite(of, "elsewhere", author, self.day("now", of))
        for number in (1, 2):
            self.schedule(of, number, weekdays, "psychologist")
        on = max(self.day("now", of), of.contents.first_day + timedelta(days=28))
        self.move(of, "I-1" if of.institution == "I-2" else "I-2", author, on, "Pārgāja.")

    @action(which=WHICH, later=st.sampled_from((-90, -30, -30, -7, 0, 7)), scope=SCOPED)
    def end_schedule(self, which: int, later: int, scope: str) -> None:
        """It ends earlier; or not at all, or before it began."""
        schedules = list(self.model.schedules.values())
        if not schedules:
            return
        of = schedules[-1 - which % len(schedules)]
        last, plan = of.last_day + timedelta(days=later), self.model.plans[of.plan_id]
        last = of.first_day if later == -7 else last
        by = self.scoped(scope, plan.measure(of.measure).institution_id or plan.institution)
        expected = self.model.end_schedule(of, last, by)
        done = self.attempt("schedule ended", expected, lambda work: [casework.end_schedule(work, of.id, last_day=last, by=by)])
        if done is not None:
            self.model.schedule_ended(of, last)
            assert done == [self.model.schedules.get(of.id)]
            self.done()

    @action(
        person=PEOPLE, institution=st.sampled_from(("I-1", "I-2")), specialist=SPECIALISTS,
        days=st.sampled_from(((date(2022, 9, 1), None), (date(2022, 10, 3), date(2022, 12, 31)))),
        which=WHICH, ends=st.sampled_from((None, None, 100, 0, 0, 0)), scope=SCOPED,
    )  # fmt: skip
    def staff(
        self,
        person: str,
        institution: str,
        specialist: str,
        days: tuple[date, date | None],
        which: int,
        ends: int | None,
        scope: str,
    ) -> None:
        """A specialist comes, or goes."""
        if ends is not None:
            held = list(self.model.sessions.values())
            under = [(a, s) for s in held for a in self.model.assignments.values() if self.model.lets_hold(a, s)]
            of = list(self.model.assignments.values())[which % len(self.model.assignments)]
            last = self.clock + timedelta(days=ends or -100)
            if ends == 0 and under:  # before its last session
                of, last = under[-1][0], under[-1][1].day - timedelta(days=1)
            self.end_assignment(of, last, self.scoped(scope, of.institution_id))
            return
        fields = {"id": self.id("D"), "person": person, "institution_id": institution, "specialist": specialist}
        made = Assignment.model_validate({**fields, "first_day": days[0], "last_day": days[1]})
        by = self.scoped(scope, institution)
        kept = self.attempt(
            "specialist assigned",
            self.model.assign(made, by),
            lambda work: casework.add_assignment(work, self.register.programme, made, by=by),
        )
        if kept is not None:
            self.model.assignments[kept.id] = kept
            self.done()

    def end_assignment(self, of: Assignment, last: date, by: Actor | None) -> None:
        kept = self.attempt(
            "assignment ended",
            self.model.end(of, last, by),
            lambda work: casework.end_assignment(work, of.id, last_day=last, by=by),
        )
        if kept is not None:
            self.model.assignments[kept.id] = kept
            self.done()

    # --- what became of it -----------------------------------------------------------------------------------------------------

    @action(
        which=WHICH, variant=EVALUATIONS, said=DAY, scope=SCOPED,
        versions=st.lists(st.sampled_from(("new", "again", "again", "another")), min_size=1, max_size=3),
        id=st.sampled_from(("own", "own", "own", "of another plan")),
    )  # fmt: skip
    def evaluate(self, which: int, variant: str, said: str, versions: list[str], scope: str, id: str) -> None:
        of = self.in_force_first(which) if which else self.pick(which)
        others = [one.id for one in self.model.evaluations.values() if one.plan_id != of.id]
        taken = others[-1] if others and id != "own" else None
        for version in versions:
            kept = self.model.evaluations.get(of.id)
            read = kept.version if kept else 0
            number = {"new": 0, "again": read}.get(version, read + 1)
            self.judge(of, variant, self.day(said, of), number, taken, self.scoped(scope, of.institution))

    @action(which=WHICH, back=st.sampled_from((-1, 0, 1, 2, 5)))
    def look_back(self, which: int, back: int) -> None:
        """A version of a plan reads as it was told when it was made; one that is not there is refused."""
        of = self.pick(which)
        number = len(of.versions) - back
        known = (of.id, number) in self.told
        read = self.attempt(
            "version read",
            WELL if known else frozenset({"plan-version-unknown"}),
            lambda work: casework.plan_version(work, of.id, number),
        )
        assert read == self.told.get((of.id, number))

    # --- what is claimed -------------------------------------------------------------------------------------------------------

    @action(
        which=WHICH, by=CLAIM_ROLES, week=st.sampled_from((0, 1, 2, 3, 3)), days=st.sampled_from((0, 0, 1, 40)), number=st.sampled_from((3,) * 6 + (1, 9)),
        wrong=st.sampled_from((None,) * 5 + ("status", "receipt", "to come", "taken id", "again", "nothing", "nothing")),
    )  # fmt: skip
    def submit_claim(self, which: int, by: str, week: int, days: int, number: int, wrong: str | None) -> None:
        gone = [plan for plan in self.model.plans.values() if plan.transfers]
        of = gone[-1] if week == 3 and gone else self.in_force_first(which)
        first = max(of.contents.first_day, date(2022, 9, 12)) + timedelta(days=7 * week)
        if week == 3 and of.transfers:
            first, days = of.transfers[-1][3] - timedelta(days=2), 4
        last = first + timedelta(days=days)
        on = first - timedelta(days=1) if wrong == "to come" else max(self.day("now", of), last)
        fields = {"status": {"status": "submitted"}, "receipt": {"receipt": "R"}}.get(str(wrong), {})
        id = next(iter(self.model.claims), "C-000") if wrong == "taken id" else self.id("C")
        made = claim(id, of.id, first, last_day=last, measure=number, **fields)
        self.submit(made, by, on)
        if wrong == "again":
            self.submit(claim(self.id("C"), of.id, last, measure=number), by, on)
        if wrong == "nothing" and self.model.claims:  # it is only not what was meant
            self.withdraw_claim(0, by)
            self.change_claim(0, None)

    def submit(self, made: Claim, role: str, on: date) -> None:
        by = self.actor(("Jana", role, "none"), "I-1", role)
        result = self.attempt(
            "claim submitted",
            self.model.submit_claim(made, by, on),
            lambda work: casework.submit_claim(work, self.register.programme, made, by=by, on=on),
        )
        if result is not None:
            self.model.claims[result.id] = result
            self.done()

    @action(
        which=WHICH,
        by=CLAIM_ROLES,
        what=st.sampled_from(("submit", "change", "withdraw", "withdraw and change", "withdraw and change")),
        wrong=st.sampled_from((None, None, "status", "version")),
    )
    def return_to_claim(self, which: int, by: str, what: str, wrong: str | None) -> None:
        if what == "submit":
            self.submit_again(which, by)
        elif what == "change":
            self.change_claim(which, wrong)
        else:
            self.withdraw_claim(which, by)
            if what != "withdraw":
                self.change_claim(which, wrong)

    def submit_again(self, which: int, by: str) -> None:
        """One that was withdrawn; or one that was not, as it was read while it was still a draft."""
        kept = self.one_claim(which)
        self.submit(kept.changed(status="draft", submitted_on=None, decision_digest=None), by, max(self.clock, kept.last_day))

    def change_claim(self, which: int, wrong: str | None) -> None:
        kept = self.one_claim(which)
        changes = {"status": {"status": "submitted"}, "version": {"version": kept.version - 1}}.get(str(wrong), {})
        changed = kept.changed(requested="3.00", **changes)
        result = self.attempt(
            "claim changed",
            self.model.change_claim(changed),
            lambda work: casework.change_claim(
                work, self.register.programme, changed, by=Actor(name="Ilze", role="plan-author"), on=self.clock
            ),
        )
        if result is not None:
            self.model.claims[result.id] = result
            self.done()

    def withdraw_claim(self, which: int, by: str) -> None:
        kept, actor = self.one_claim(which), self.actor(("Jana", by, "none"), "I-1", by)
        result = self.attempt(
            "claim withdrawn",
            self.model.claim_step(kept, "withdraw", actor, self.clock),
            lambda work: casework.withdraw_claim(work, self.register.programme, kept.id, by=actor, on=self.clock),
        )
        if result is not None:
            self.model.claims[result.id] = result
            self.done()

    @action(which=WHICH, by=CLAIM_ROLES, early=st.sampled_from((False, False, True)))
    def decide_claim(self, which: int, by: str, early: bool) -> None:
        for days in (-1, 1) if early else (1,):
            self.decide(self.one_claim(which), by, days)

    def decide(self, kept: Claim, by: str, days: int) -> None:
        actor, on = self.actor(("Jana", by, "none"), "I-1", by), (kept.submitted_on or self.clock) + timedelta(days=days)
        result = self.attempt(
            "claim decided",
            self.model.claim_step(kept, "decide", actor, on),
            lambda work: casework.decide_claim(work, self.register.programme, kept.id, by=actor, on=on),
        )
        if result is None:
            return
        after, decision = result
        assert (after.status == "decided") == (decision.outcome != "undetermined")
        self.model.claims[after.id] = after
        self.decided[after.id] += 1
        if after.status == "decided" and not decision.amount:
            self.model.claims_of_nothing.add(after.id)
        if decision.outcome == "refused":
            self.model.refused_claims.add(after.id)
        self.done()

    # --- the walk --------------------------------------------------------------------------------------------------------------

    @rule(chosen=st.deferred(lambda: st.sampled_from((*OFTEN, *ACTIONS)).flatmap(lambda n: st.tuples(st.just(n), ACTIONS[n]))))
    def act(self, chosen: tuple[str, dict[str, Any]]) -> None:
        name, given = chosen
        if self.model.claims or not name.endswith("claim") or name.startswith("submit"):
            getattr(self, name)(**given)
            self.settle()

    def one_claim(self, which: int) -> Claim:
        claims = list(self.model.claims.values())
        return claims[-1 - which % len(claims)]
