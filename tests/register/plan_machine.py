"""What all actions of the walk do: each is held against the model, and after each the whole of what is kept is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from plan_check import CASE_TABLES, check_documents, check_rows, dump
from plan_kept import Codes, ModelPlan, stated
from plan_model import Model
from plan_table import (
    MUNICIPALITIES,
    ROLES,
    assignments,
    possible,
)
from plan_values import VARIANTS
from pydantic import ValidationError

from pmp_core.errors import PmpError
from pmp_core.plans import SupportPlan
from pmp_core.register import Register, UnitOfWork
from pmp_core.values import Actor

WHICH = st.sampled_from((0, 0, 0, 1, 1, 2, 3))
DAY = st.sampled_from(("now",) * 8 + ("later",) * 3 + ("before", "between", "spring"))
NAMES = st.sampled_from(("Ilze", "Roberts"))
SCOPES = ("none",) * 8 + ("own",) * 2 + ("own municipality", "another", "another municipality")
ACTOR = st.tuples(NAMES, st.sampled_from(("fitting",) * 4 + ROLES), st.sampled_from(SCOPES))
MOSTLY = st.one_of(st.just(("Ilze", "fitting", "none")), ACTOR)
SCOPED = st.sampled_from(("nobody",) * 8 + SCOPES[-5:])  # where it may be left out who does it
LIKELY = st.sampled_from(("fitting",) * 4 + ("director", "ikvd", "ikvd", "municipal-coordinator"))
REASON = st.sampled_from(("Slimo.", "Slimo.", None, " "))
READ = st.sampled_from(("not asked",) * 4 + ("the last", "an older"))
OFTEN = (
    "whole", "whole", "no-measures", "no-measures", "no-measures", "outside", "outside", "early", "early", "early", "other-kind",
    "suggestion", "status", "old-code",
)  # fmt: skip
CONTENTS = st.sampled_from(OFTEN + tuple(VARIANTS) + ("old-code", "other-kind") * 3)
Said = tuple[str, str, str]


def within(raised: ValidationError) -> PmpError:
    """The library's own error in the one that Pydantic makes of it."""
    (said,) = raised.errors()
    error = said["ctx"]["error"]
    assert isinstance(error, PmpError)
    return error


# By name: what an action is given. A walk draws from all of them alike: rules of their own Hypothesis would switch off, walk by
# walk, and what takes many kinds of them after one another would hardly come about.
ACTIONS: dict[str, st.SearchStrategy[dict[str, Any]]] = {}


def action(**given: st.SearchStrategy[Any]) -> Callable[[Any], Any]:
    """Makes a method of the machine an action of its walks."""

    def register(method: Any) -> Any:
        ACTIONS[method.__name__] = st.fixed_dictionaries(given)
        return method

    return register


class PlanMachine(RuleBasedStateMachine):
    """Plans of three learners, walked through at random.

    Args:
        register: with the world in it; what walks before left behind is taken out.
        counts: how often each step was taken, each other thing done, and each refusal met.
        look: every row that a walk can change, past the library where there is another way.
    """

    def __init__(self, register: Register, counts: Counter[str], look: Callable[[], Any]) -> None:
        super().__init__()
        self.register, self.counts, self.look = register, counts, look
        self.clock, self.number = date(2022, 9, 12), 0
        self.told: dict[tuple[str, int], SupportPlan] = {}
        self.seen: dict[tuple[str, int], str] = {}
        self.kept: dict[str, SupportPlan] = {}
        self.decided: Counter[str] = Counter()
        self.changed: dict[str, ModelPlan] = {}
        self.unsettled = False
        with register.unit_of_work() as work:
            for table in reversed(CASE_TABLES):
                work.transaction.delete(table, {})
            self.model = Model(work.assignments.add_all(assignments()))
        self.looked = look()

    # --- what all rules do -----------------------------------------------------------------------------------------------------

    def id(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}-{self.number:03d}"

    def count(self, what: str) -> None:
        self.counts[what] += 1
        event(what)

    def attempt(self, done: str, expected: Codes, act: Callable[[UnitOfWork], Any], stale: ModelPlan | None = None) -> Any:
        """Do it: either it meets one of the refusals that the model expects, or it is done. None where it was refused.

        Args:
            done: what to count when it is done.
            expected: the refusals; none where it has to be done.
            act: what is done, in a unit of work of its own.
            stale: the plan that it is done to, so that the refusal can be held against what is possible from there.
        """
        try:
            with self.register.unit_of_work() as work:
                result = act(work)
        except (PmpError, ValidationError) as raised:
            error = raised if isinstance(raised, PmpError) else within(raised)
            told = f"step-guarded {error.found}" if error.code == "step-guarded" else error.code
            assert told in expected, f"{done}: {sorted(expected) or 'to be done'} was expected, and it was {error}"
            self.count(told)
            self.instead(error, told, stale)
            assert self.look() == self.looked, f"something changed, although it was refused: {told}"
            return None
        assert not expected, f"{done}: done, although {sorted(expected)} was expected"
        self.count(done)
        return result

    def instead(self, error: PmpError, told: str, stale: ModelPlan | None) -> None:
        """Whether the refusal says what is possible instead."""
        assert error.remedy or error.code in ("step-guarded", "claim-negative")
        if told == "step-from-status" and stale is not None:
            assert error.remedy == f"Possible from here: {', '.join(possible(error.found)) or 'nothing'}."
        if told == "version-conflict" and stale is not None:
            assert stale.versions[-1][2] in error.message, "the conflict does not say who changed it"

    def done(self, of: ModelPlan | None = None) -> None:
        """Something was done, to this plan; at the end of the action `settle` looks at it."""
        self.looked, self.unsettled = self.look(), True
        if of is not None:
            self.changed[of.id] = of

    def settle(self) -> None:
        """What the register keeps is what the model says; of the plans that changed, also how they read back."""
        if not self.unsettled:
            return
        with self.register.unit_of_work(keep=False) as work:
            rows = dump(work)
            for of in self.changed.values():
                assert work.plans.get(of.id) == self.told[of.id, len(of.versions)]
        check_rows(rows, self.model)
        check_documents(rows, self.seen, self.told)
        assert Counter(row["claim_id"] for row in rows["decisions"]) == self.decided
        self.changed, self.unsettled = {}, False

    def keep(self, of: ModelPlan, result: SupportPlan, change: str, on: date, by: Actor, reason: str | None = None) -> None:
        """A new version of a plan."""
        of.versions.append((change, on, by.name, by.role, stated(reason)))
        self.kept[of.id] = self.told[of.id, len(of.versions)] = result
        self.done(of)

    def pick(self, which: int) -> ModelPlan:
        plans = list(self.model.plans.values())
        return plans[-1 - which % len(plans)]

    def day(self, said: str, of: ModelPlan) -> date:
        if said == "later":
            self.clock = min(self.clock + timedelta(days=5), date(2022, 12, 5))
        now = max(self.clock, of.last_step)
        return {
            "since": of.since,
            "before": now - timedelta(days=40),
            "between": date(2022, 12, 28),
            "spring": date(2023, 1, 16),
        }.get(said, now)

    def actor(self, said: Said, institution: str, fitting: str) -> Actor:
        name, role, scope = said
        own = MUNICIPALITIES.get(institution)
        where = {
            "own": {"institution_id": institution}, "another": {"institution_id": "I-9"},
            "own municipality": {"municipality_id": own}, "another municipality": {"municipality_id": "M-9"},
        }.get(scope, {})  # fmt: skip
        return Actor(name=name, role=fitting if role == "fitting" else role, **where)

    def scoped(self, scope: str, institution: str) -> Actor | None:
        return None if scope == "nobody" else self.actor(("Ilze", "director", scope), institution, "director")

    def version(self, said: str, of: ModelPlan) -> int | None:
        return {"the last": len(of.versions), "an older": len(of.versions) - 1}.get(said)
