"""The walk: a plan's life, by the table and against it; to another school, and into the next semester."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize
from plan_kept import ModelPlan, stated
from plan_machine import ACTOR, CONTENTS, DAY, LIKELY, MOSTLY, NAMES, READ, REASON, WHICH, PlanMachine, Said, action
from plan_table import AUTUMN, CHAINS, IN_FORCE, INITIAL, KINDS, LEARNERS, OPEN, SPRING, STEPS, possible
from plan_values import CONTRADICTIONS, VARIANTS, evaluation, plan

from pmp_core.plans import SupportPlan
from pmp_core.register import casework
from pmp_core.values import Actor, Semester

WHERE = st.sampled_from(("I-1",) * 5 + tuple(KINDS))
OFFERED = st.tuples(st.sampled_from(LEARNERS), WHERE, st.sampled_from((AUTUMN, SPRING)), CONTENTS)


class Life(PlanMachine):
    """What people do to plans."""

    @initialize(far=st.lists(st.sampled_from((0, 1, 1, 2, 4, 4, 5, 5)), min_size=3, max_size=3))
    def begin(self, far: list[int]) -> None:
        for learner, steps in zip(LEARNERS, far, strict=False):
            self.write(plan(self.id("P"), learner, "I-1", AUTUMN, "whole"), Actor(name="Ilze", role="plan-author"))
            self.forward(self.pick(0), "Ilze", steps)
        self.settle()

    def write(self, made: SupportPlan, by: Actor, unknown: bool = False) -> None:
        expected = self.model.add(made, by, unknown)
        result = self.attempt("plan added", expected, lambda work: casework.add_plan(work, self.register.programme, made, by=by))
        if result is not None:
            of = self.model.plans[made.id] = ModelPlan(made, made.institution_id, made.partner_kind)
            self.keep(of, result, "draft", made.entered_on, by)

    @action(
        several=st.lists(OFFERED, min_size=1, max_size=3),
        by=ACTOR,
        how=st.sampled_from(("add", "submit", "submit", "taken id", "raw")),
    )
    def add(self, several: list[tuple[str, str, str, str]], by: Said, how: str) -> None:
        for learner, institution, semester, contents in several:
            id = self.pick(0).id if how == "taken id" else self.id("P")
            made = plan(id, learner, institution, semester, contents)
            if how == "raw":
                self.add_past_the_casework(made)
            else:
                self.write(made, self.actor(by, institution, "plan-author"), contents == "unknown-risk")
            if how == "submit" and id in self.model.plans:
                self.forward(self.model.plans[id], "Ilze")

    def add_past_the_casework(self, second: SupportPlan) -> None:
        """The storage itself keeps one plan per learner and semester."""
        plans = self.model.plans.values()
        if any((p.learner, p.semester) == (second.learner_id, second.semester) and not p.released for p in plans):
            self.attempt("never", frozenset({"not-unique"}), lambda work: work.plans.add(second))

    @action(which=WHICH, contents=CONTENTS, by=MOSTLY, said=DAY, reason=REASON, read=READ, on=st.booleans())
    def change(self, which: int, contents: str, by: Said, said: str, reason: str | None, read: str, on: bool) -> None:
        of = self.pick(which)
        if on and of.status in STEPS["revise"]["from"]:
            self.take(of, "revise", Actor(name="Ilze", role="plan-author"), self.day("now", of))
        self.rewrite(of, contents, self.actor(by, of.institution, "plan-author"), self.day(said, of), reason, read)
        if on and of.status in OPEN:
            self.forward(of, "Ilze")

    def rewrite(self, of: ModelPlan, contents: str, actor: Actor, on: date, reason: str | None = None, read: str = "") -> None:
        kept = self.kept[of.id]
        changes = VARIANTS[contents](of.semester)
        changed = kept.changed(**changes, version=kept.version - (read == "an older"))
        expected = self.model.change(changed, actor, on, contents == "unknown-risk")
        result = self.attempt(
            "plan changed",
            expected,
            lambda work: casework.change_plan(work, self.register.programme, changed, by=actor, on=on, reason=reason),
            of,
        )
        if result is not None:
            of.contents = changed
            self.keep(of, result, "contents", on, actor, reason)

    def take(self, of: ModelPlan, name: str, by: Actor, on: date, reason: str | None = None, version: int | None = None) -> None:
        expected = self.model.step(of, name, by, on, reason, version)
        result = self.attempt(
            f"{name} from {of.status}",
            expected,
            lambda work: casework.take_plan_step(
                work, self.register.programme, of.id, name, by=by, on=on, reason=reason, version=version
            ),
            of,
        )
        if result is not None:
            self.taken(of, name, by, on, reason)
            self.keep(of, result, name, on, by, reason)

    def taken(self, of: ModelPlan, name: str, by: Actor, on: date, reason: str | None) -> None:
        """The step in the model, by the table."""
        passed = name == "approve" and of.approvals + 1 < len(CHAINS[of.kind])
        target = of.status if passed else STEPS[name]["to"]
        of.steps.append((name, of.status, target, by.name, by.role, on, stated(reason)))
        of.approvals = of.approvals + 1 if name == "approve" else 0
        of.status = target

    @action(which=WHICH, name=st.sampled_from(tuple(STEPS)), by=ACTOR, said=DAY, reason=REASON, read=READ)
    def step(self, which: int, name: str, by: Said, said: str, reason: str | None, read: str) -> None:
        """Any step, by anybody, on any day."""
        of = self.pick(which)
        self.take(
            of, name, self.actor(by, of.institution, self.fitting(of, name)), self.day(said, of), reason, self.version(read, of)
        )

    @action(
        which=WHICH,
        choices=st.lists(st.tuples(st.integers(0, 7), DAY), min_size=1, max_size=4),
        by=NAMES,
        role=LIKELY,
        reason=REASON,
    )
    def likely_steps(self, which: int, choices: list[tuple[int, str]], by: str, role: str, reason: str | None) -> None:
        """Steps that the table has from here, most of them by those who may take them."""
        of = self.pick(which)
        for choice, said in choices:
            names = possible(of.status) or ["submit"]
            name, on = names[choice % len(names)], self.day(said, of)
            actor = Actor(name=by, role=self.fitting(of, name) if role == "fitting" else role)
            if name == "transfer":
                self.move(of, "I-1" if of.institution == "I-2" else "I-2", actor, on, reason)
            elif name == "delete" and said != "later":
                self.clear_out(of, actor, on, delete=True)
            else:
                self.take(of, name, actor, on, reason)

    @action(
        which=WHICH,
        contents=st.sampled_from((*("more", "fewer") * 8, *VARIANTS)),
        by=NAMES,
        pause=st.sampled_from((False, False, True)),
        said=DAY,
        reason=REASON,
        read=st.sampled_from((None, 0, 0)),
        back=st.booleans(),
    )
    def revise_and_close(
        self, which: int, contents: str, by: str, pause: bool, said: str, reason: str | None, read: int | None, back: bool
    ) -> None:
        """Evaluated, then other contents, and all the way again; or suspended, and resumed or closed."""
        of, actor = self.in_force_first(which), Actor(name=by, role="plan-author")
        if read is not None:
            self.judge(of, "open", self.day("now", of), read)
        self.take(of, "suspend" if pause else "revise", actor, self.day("now", of), "Slimo.")
        if pause:
            self.take(of, "resume" if back else "close", actor, self.day(said, of), reason)
            return
        if of.status in OPEN:
            self.rewrite(of, contents, actor, self.day("now", of), reason)
        self.forward(of, by, 2)
        if back:
            self.take(of, "return", Actor(name=by, role="ikvd"), self.day("now", of), reason)
        self.forward(of, by, 5)
        self.take(of, "close", actor, self.day(said, of), reason)

    def in_force_first(self, which: int) -> ModelPlan:
        """A plan that is in force, or else any."""
        plans = [plan for plan in self.model.plans.values() if plan.status in IN_FORCE]
        return plans[which % len(plans)] if plans else self.pick(which)

    def fitting(self, of: ModelPlan, name: str) -> str:
        return str(of.station if name == "approve" and of.station else STEPS[name]["actors"][0])

    @action(which=WHICH, by=NAMES, steps=st.sampled_from((1, 1, 2, 5)), hasty=st.sampled_from((None, "ikvd", "director")))
    def go_on(self, which: int, by: str, steps: int, hasty: str | None) -> None:
        """On towards being implemented, though somebody may not wait for their turn."""
        of = self.pick(which)
        if hasty and of.status in STEPS["approve"]["from"]:
            self.take(of, "approve", Actor(name=by, role=hasty), self.day("now", of))
        self.forward(of, by, steps)

    def forward(self, of: ModelPlan, by: str, steps: int = 1) -> None:
        """So many steps on towards being implemented, as far as it goes."""
        onward = {
            "draft": "submit",
            "under-revision": "submit",
            "in-approval": "approve",
            "approved": "start",
            "suspended": "resume",
        }
        for _ in range(steps):
            before, name = len(of.steps), onward.get(of.status)
            if name:
                self.take(of, name, Actor(name=by, role=self.fitting(of, name)), self.day("now", of))
            if len(of.steps) == before:
                return

    def bring(self, of: ModelPlan, status: str, by: str) -> None:
        """On until it has this status, as far as it goes."""
        aside = {"under-revision": "revise", "suspended": "suspend"}.get(status)
        for _ in range(5):
            if of.status != status and not (aside and aside in possible(of.status)):
                self.forward(of, by)
        if aside and of.status != status:
            self.take(of, aside, Actor(name=by, role="plan-author"), self.day("now", of), "Slimo.")

    @action(
        learner=st.sampled_from(LEARNERS), which=WHICH, by=NAMES, at=st.sampled_from(STEPS["transfer"]["from"]),
        how=st.sampled_from(("transfer", "and back", "delete")), reason=st.sampled_from(("Pārgāja.",) * 3 + (None, " ")),
    )  # fmt: skip
    def leave(self, learner: str, which: int, by: str, at: str, how: str, reason: str | None) -> None:
        """A plan, new or not, goes to another school or is given up, however far it came."""
        author = Actor(name=by, role="plan-author")
        self.write(plan(self.id("P"), learner, "I-1", AUTUMN, "whole"), author)
        of = self.pick(which)
        self.bring(of, at, by)
        on = self.day("now", of)
        if how == "delete":
            self.clear_out(of, author, on, delete=True)
            return
        self.move(of, "I-1" if of.institution == "I-2" else "I-2", author, on, reason)
        if how == "and back":  # as of a day before it came
            self.move(of, "I-1" if of.institution == "I-2" else "I-2", author, on - timedelta(days=1), reason)

    @action(which=WHICH, by=MOSTLY, said=DAY, delete=st.booleans(), steps=st.sampled_from((0, 1, 2, 4, 4)))
    def clear(self, which: int, by: Said, said: str, delete: bool, steps: int) -> None:
        of = self.pick(which)
        self.forward(of, "Ilze", steps)
        self.clear_out(of, self.actor(by, of.institution, "director"), self.day(said, of), delete)

    def clear_out(self, of: ModelPlan, actor: Actor, on: date, delete: bool) -> None:
        result = self.attempt(
            "plan cleared",
            self.model.clear(of, actor, on),
            lambda work: casework.clear_plan(work, self.register.programme, of.id, by=actor, on=on),
        )
        if result is not None:
            of.contents = of.contents.changed(risks=(), measures=())
            self.model.schedules = {s.id: s for s in self.model.schedules.values() if s.plan_id != of.id}
            self.keep(of, result, "clear", on, actor)
        if delete:
            self.take(of, "delete", actor, on)
        elif result is not None:
            self.forward(of, actor.name, 4)  # nobody implements what has no measures

    @action(which=WHICH, by=MOSTLY, said=DAY, ahead=st.sampled_from((0, 0, 1)))
    def pay_preparation(self, which: int, by: Said, said: str, ahead: int) -> None:
        of = self.in_force_first(which) if which else self.pick(which)
        actor, on = self.actor(by, of.institution, "director"), self.day(said, of)
        paid = on + timedelta(days=ahead)
        result = self.attempt(
            "preparation paid",
            self.model.pay(of, actor, on, paid),
            lambda work: casework.pay_preparation(work, self.register.programme, of.id, by=actor, on=on, paid_on=paid),
        )
        if result is not None:
            of.paid = paid
            self.keep(of, result, "preparation-paid", on, actor)

    def judge(self, of: ModelPlan, variant: str, on: date, version: int, id: str | None = None, by: Actor | None = None) -> None:
        made = evaluation(of.contents, variant, on, version, id or f"V{of.id}")
        result = self.attempt(
            f"evaluation {'replaced' if version else 'added'}",
            self.model.evaluate(made, by),
            lambda work: casework.add_evaluation(work, self.register.programme, made, by=by),
        )
        if result is not None:
            assert {m.number: (m.sessions, m.minutes) for m in result.measures} == self.model.delivered(made)
            assert result.changed(measures=made.measures, version=version) == made, "more was filled in than the sessions"
            self.model.evaluations[of.id] = result
            self.done()

    # --- to another school, and into the next semester --------------------------------------------------------------------------

    @action(
        which=WHICH,
        to=st.sampled_from(("I-2",) * 4 + tuple(KINDS)),
        by=MOSTLY,
        said=st.one_of(DAY, st.just("since")),
        reason=REASON,
        read=READ,
    )
    def transfer(self, which: int, to: str, by: Said, said: str, reason: str | None, read: str) -> None:
        of = self.in_force_first(which) if said == "since" else self.pick(which)
        self.move(of, to, self.actor(by, to, "plan-author"), self.day(said, of), reason, self.version(read, of))

    def move(self, of: ModelPlan, to: str, actor: Actor, on: date, reason: str | None, version: int | None = None) -> None:
        result = self.attempt(
            f"transfer from {of.status}",
            self.model.transfer(of, to, actor, on, reason, version),
            lambda work: casework.transfer_plan(
                work, self.register.programme, of.id, to, by=actor, on=on, reason=reason, version=version
            ),
            of,
        )
        if result is not None:
            self.model.transferred(of, on)
            of.transfers.append((of.institution, of.kind, to, on, len(of.versions)))
            self.taken(of, "transfer", actor, on, reason)
            of.institution, of.kind = to, str(KINDS[to])
            self.keep(of, result, "transfer", on, actor, reason)

    @action(which=WHICH, semester=st.sampled_from((SPRING, SPRING, AUTUMN)), by=MOSTLY, said=DAY, gone=st.booleans())
    def roll_over(self, which: int, semester: str, by: Said, said: str, gone: bool) -> None:
        evaluated = [self.model.plans[id] for id in self.model.evaluations]
        of, id = evaluated[0] if which == 0 and evaluated else self.pick(which), self.id("P")
        actor, on = self.actor(by, of.institution, "plan-author"), self.day(said, of)
        if gone:
            self.judge(of, "gone", on, 0)
        made = self.attempt(
            "plan rolled over",
            self.model.roll_over(of, semester, actor, on, id),
            lambda work: casework.roll_over_plan(
                work, self.register.programme, of.id, by=actor, on=on, new_id=lambda _: id, semester=Semester(semester)
            ),
        )
        if made is not None:
            evaluation = self.model.evaluations.get(of.id)
            gone = {risk.factor for risk in evaluation.risks if risk.result.value == "gone"} if evaluation else set()
            assert [risk.factor for risk in made.risks] == [r.factor for r in of.contents.risks if r.factor not in gone]
            assert (made.status, made.applied_on, made.rolled_over_from, made.semester) == (INITIAL, None, of.id, semester)
            new = self.model.plans[id] = ModelPlan(made, made.institution_id, made.partner_kind)
            self.keep(new, made, "draft", on, actor)

    # --- what cannot even be made -----------------------------------------------------------------------------------------------

    @action(codes=st.lists(st.sampled_from(tuple(CONTRADICTIONS)), min_size=5, max_size=5))
    def contradict(self, codes: list[str]) -> None:
        for code in codes:
            self.attempt("never", frozenset({code}), lambda _, code=code: CONTRADICTIONS[code]())
