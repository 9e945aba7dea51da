"""The register: the unified database of learners at risk, their plans, measures, claims and outcomes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from threading import get_ident
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pmp_core.compensation import Claim, ClaimDecision, Conflict
from pmp_core.errors import RegisterError
from pmp_core.loading import Programme
from pmp_core.measures import MeasureDelivery, Schedule, Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import casework, conflicts, opening, tables
from pmp_core.register.access.doors import admitting
from pmp_core.register.access.reach import check_whole
from pmp_core.register.casework import Finding, PlanVersion, PlanView
from pmp_core.register.collection import UnitOfWork, working
from pmp_core.register.encryption.encrypting import Encrypting
from pmp_core.register.erasing import Erasing
from pmp_core.register.keys import RegisterKeys
from pmp_core.register.layer import Acting
from pmp_core.register.layers import Access, Setup
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.paying import Paying
from pmp_core.register.remembering import Remembering
from pmp_core.register.storage import Storage
from pmp_core.register.upkeep import Upkeep
from pmp_core.risks import RiskSuggestion
from pmp_core.staff import Assignment
from pmp_core.values import Actor, Semester

if TYPE_CHECKING:
    from pmp_core.register.claims_in_bulk import ClaimsInBulk

# No 0, 1, I, L, O: an id is read aloud on the telephone.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def random_id(prefix: str) -> str:
    """A new opaque id: 10 letters and digits, 49 bits; the storage refuses one that is taken."""
    return f"{prefix}-{''.join(secrets.choice(_LETTERS) for _ in range(10))}"


class Register(Paying, Remembering, Encrypting, Erasing):
    """One register. Open it with `Register.open`.

    Attributes:
        programme: the programme it works under.
        actor: who works with it.
        new_id: makes an opaque id from a prefix.
        trial: whether nothing that is done is kept.
        setup: what history, access and encryption are made with.
    """

    def __init__(
        self,
        storage: Storage,
        programme: Programme,
        actor: Actor,
        new_id: Callable[[str], str] = random_id,
        *,
        trial: bool = False,
        access: Access = "table",
        keys: RegisterKeys | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._storage, self.programme, self.actor, self.new_id, self.trial = storage, programme, actor, new_id, trial
        self.setup = Setup(programme, access, keys, clock)
        self._working: set[int] = set()

    @classmethod
    def open(
        cls,
        target: Any = "memory:",
        *,
        actor: Actor,
        programme: Programme | str | None = None,
        plugins: PluginSet | None = None,
        adopt_programme: bool = False,
        drop_overlays: bool = False,
        trial: bool = False,
        access: Access = "table",
        keys: RegisterKeys | None = None,
        new_id: Callable[[str], str] = random_id,
        clock: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Open a register, or make a new one.

        Args:
            target: `"memory:"`; a path of an SQLite file; a database URL; or an engine or connection of the host.
            actor: who works with it; stands in everything that is done.
            programme: a programme, or the id of one. None: the one the register was made with, overlays included.
            plugins: where to look for the storage; None loads the installed one.
            adopt_programme: work on under another version of the same programme, such as new rates. Decisions made
                before keep the hash of theirs. With the id of the register's programme its own overlays stay.
            drop_overlays: adopt a programme without overlays on a register that has some; they are lost.
            trial: look at a register that is there under whatever version of its programme, without adopting it: every
                unit of work is undone at its end, and the register stays as it is.
            access: `table`: an actor sees and changes only what the programme's access table gives to its role, within what it
                names. `host`: the host has looked already, and the table is not asked.
            keys: what encrypts personal codes and seals the history; without them no personal code is kept.
            new_id: makes ids; for tests and examples that shall come out the same each time.
            clock: gives the present moment in UTC, for the history.

        Raises:
            ProgrammeMismatch: `register-other-programme`; `register-other-version` without `adopt_programme`;
                `register-overlays-dropped` without `drop_overlays`; `register-overlay-unfit`.
            RegisterError: `register-newer`, `register-older` (`pmp_core.register.maintenance.migrate` brings it to this
                schema; a storage without migrations does so with `adopt_programme`), `register-without-programme`,
                `register-missing` for a trial, `register-keys-needed`, `register-key-unknown`, and what the storage raises.
            AccessDenied: `access-denied`: another version of the programme might give the actor more: who opens the register under
                one, for a trial too, has to be one who looks after the register (`migrate`) by its own access table.
            PluginError: no plug-in opens such a target.
        """
        storage = MemoryStorage() if target == "memory:" else opening.storage_at(target, plugins)
        try:
            info, kept = opening.read_info(storage)
            opening.check_schema(info, adopt=adopt_programme and not trial, migrates=isinstance(storage, Upkeep))
            opening.check_keys(info, keys)
            if trial and not info:
                raise RegisterError("register-missing", "There is no register there to look at.", remedy="Check the path.")
            loaded = opening.programme_of(programme, info, kept, plugins)
            opening.check_version(info, loaded, adopt_programme or trial)
            if access == "table":
                opening.check_looks_after(info, kept, loaded, plugins, actor)
            if not trial:
                if kept and info["programme_hash"] != loaded.hash and not (loaded.pack.overlays or drop_overlays):
                    raise opening.overlays_dropped(kept, loaded)
                storage.create(tables.TABLES)
                opening.make_up(storage, info, actor, Setup(loaded, access, keys, clock))
        except BaseException:
            storage.close()
            raise
        return cls(storage, loaded, actor, new_id, trial=trial, access=access, keys=keys, clock=clock)

    @property
    def storage(self) -> Storage:
        """Where it lies: for the host, and for whoever looks after the whole register. It asks no access table.

        Raises:
            AccessDenied: `access-denied`: the actor does not look after it (`migrate`, for the whole register).
        """
        if self.setup.access == "table":
            check_whole(self.programme.access, self.actor, "migrate")
        return self._storage

    @contextmanager
    def unit_of_work(self, *, reason: str | None = None, keep: bool = True) -> Iterator[UnitOfWork]:
        """A unit of work: `with register.unit_of_work() as work:` keeps all of it, or nothing if the block raises.

        Args:
            reason: why; stands in the history of everything that is changed or seen.
            keep: False undoes everything at the end: a dry run.

        Raises:
            RegisterError: `unit-of-work-open`, if this thread has one open on this register: it would wait for itself.
        """
        thread = get_ident()
        if thread in self._working:
            raise RegisterError(
                "unit-of-work-open",
                "There is an open unit of work on this register already.",
                remedy="End it first; inside it, use `work` and what `pmp_core.register.casework` offers.",
            )
        self._working.add(thread)
        try:
            acting = Acting(self.actor, reason)
            with working(self._storage, acting, self.setup, keep=keep, trial=self.trial) as work:
                yield work
        finally:
            self._working.discard(thread)

    def suggest_risks(self, semester: Semester | str, *, on: date) -> list[RiskSuggestion]:
        """Run the signals over what is recorded of a semester up to a day; see `casework.suggest_risks`."""
        with self.unit_of_work() as work:
            return casework.suggest_risks(work, self.programme, Semester(semester), on=on, new_id=self.new_id)

    def signals(self, semester: Semester | str, *, on: date | None = None, backend: str = "polars") -> Any:
        """What the signals measure of everybody enrolled, as a frame; see `pmp_core.register.signal_columns.signal_frame`."""
        from pmp_core.register.signal_columns import signal_frame

        with self.unit_of_work() as work, admitting(work, "see-learners", narrows=True) as reach:
            return reach.rows(signal_frame(work.transaction, self.programme, Semester(semester), on, backend))

    def running_counts(self, semester: Semester | str, *, on: date | None = None, backend: str = "polars") -> Any:
        """How the counts of absences ran, as a frame; see `pmp_core.register.signal_columns.running_counts`."""
        from pmp_core.register.signal_columns import running_counts

        with self.unit_of_work() as work, admitting(work, "see-learners"):
            return running_counts(work.transaction, self.programme, Semester(semester), on, backend)

    def add_plan(self, plan: SupportPlan) -> SupportPlan:
        """Keep a new draft; see `casework.add_plan`."""
        with self.unit_of_work() as work:
            return casework.add_plan(work, self.programme, plan, by=self.actor)

    def change_plan(self, plan: SupportPlan, *, on: date, by: Actor | None = None, reason: str | None = None) -> SupportPlan:
        """Keep a plan with other contents; see `casework.change_plan`."""
        with self.unit_of_work() as work:
            return casework.change_plan(work, self.programme, plan, by=by or self.actor, on=on, reason=reason)

    def take_plan_step(
        self,
        plan_id: str,
        step: str,
        *,
        on: date,
        by: Actor | None = None,
        reason: str | None = None,
        version: int | None = None,
    ) -> SupportPlan:
        """Take a step of a plan's life; see `casework.take_plan_step`."""
        with self.unit_of_work() as work:
            return casework.take_plan_step(
                work, self.programme, plan_id, step, by=by or self.actor, on=on, reason=reason, version=version
            )

    def transfer_plan(
        self,
        plan_id: str,
        institution_id: str,
        *,
        on: date,
        by: Actor | None = None,
        reason: str | None = None,
        version: int | None = None,
    ) -> SupportPlan:
        """Take a plan over at the institution its learner went to; see `casework.transfer_plan`."""
        with self.unit_of_work() as work:
            return casework.transfer_plan(
                work, self.programme, plan_id, institution_id, by=by or self.actor, on=on, reason=reason, version=version
            )

    def see_plan(self, plan_id: str, institution_id: str, *, on: date) -> PlanView:
        """What an institution sees of a plan; see `casework.see_plan`."""
        with self.unit_of_work(keep=False) as work:
            return casework.see_plan(work, self.programme, plan_id, institution_id, on=on)

    def clear_plan(self, plan_id: str, *, on: date, by: Actor | None = None, reason: str | None = None) -> SupportPlan:
        """Take all measures and risks out of a plan that is to be deleted; see `casework.clear_plan`."""
        with self.unit_of_work() as work:
            return casework.clear_plan(work, self.programme, plan_id, by=by or self.actor, on=on, reason=reason)

    def pay_preparation(self, plan_id: str, *, paid_on: date, on: date, by: Actor | None = None) -> SupportPlan:
        """Write down that a plan's preparation was paid; see `casework.pay_preparation`."""
        with self.unit_of_work() as work:
            return casework.pay_preparation(work, self.programme, plan_id, by=by or self.actor, on=on, paid_on=paid_on)

    def roll_over_plan(
        self, plan_id: str, *, on: date, by: Actor | None = None, semester: Semester | str | None = None
    ) -> SupportPlan:
        """Keep the next semester's draft from a plan's open risks; see `casework.roll_over_plan`."""
        planned = None if semester is None else Semester(semester)
        with self.unit_of_work() as work:
            return casework.roll_over_plan(
                work, self.programme, plan_id, by=by or self.actor, on=on, new_id=self.new_id, semester=planned
            )

    def plan_versions(self, plan_id: str) -> list[PlanVersion]:
        """Every version of a plan, with who made it; see `casework.plan_versions`."""
        with self.unit_of_work(keep=False) as work:
            return casework.plan_versions(work, plan_id)

    def plan_findings(self, plan_id: str, *, on: date) -> list[Finding]:
        """What a person should look at in a plan on a day; see `casework.plan_findings`."""
        with self.unit_of_work(keep=False) as work:
            return casework.plan_findings(work, self.programme, plan_id, on=on)

    def add_assignment(self, assignment: Assignment) -> Assignment:
        """Keep a specialist's assignment; see `casework.add_assignment`."""
        with self.unit_of_work() as work:
            return casework.add_assignment(work, self.programme, assignment, by=self.actor)

    def add_schedule(self, schedule: Schedule) -> Schedule:
        """Keep a recurring schedule of sessions; see `casework.add_schedule`."""
        with self.unit_of_work() as work:
            return casework.add_schedule(work, self.programme, schedule, by=self.actor)

    def add_session(self, session: Session, *, on: date | None = None) -> Session:
        """Keep a delivered session; see `casework.add_session`."""
        with self.unit_of_work() as work:
            return casework.add_session(work, self.programme, session, on=on, by=self.actor)

    def add_group_session(self, sessions: Iterable[Session], *, on: date | None = None) -> list[Session]:
        """Keep one meeting of a group; see `casework.add_group_session`."""
        with self.unit_of_work() as work:
            return casework.add_group_session(work, self.programme, sessions, on=on, by=self.actor)

    def delivery(self, plan_id: str, *, on: date) -> tuple[MeasureDelivery, ...]:
        """What a plan foresees beside what was delivered; see `casework.delivery`."""
        with self.unit_of_work(keep=False) as work:
            return casework.delivery(work, self.programme, plan_id, on=on)

    def submit_claim(self, claim: Claim, *, on: date, by: Actor | None = None) -> Claim:
        """Submit a claim; see `casework.submit_claim`."""
        with self.unit_of_work() as work:
            return casework.submit_claim(work, self.programme, claim, by=by or self.actor, on=on)

    def withdraw_claim(self, claim_id: str, *, on: date, by: Actor | None = None, reason: str | None = None) -> Claim:
        """Withdraw a submitted claim; see `casework.withdraw_claim`."""
        with self.unit_of_work() as work:
            return casework.withdraw_claim(work, self.programme, claim_id, by=by or self.actor, on=on, reason=reason)

    def decide_claim(self, claim_id: str, *, on: date, by: Actor | None = None) -> tuple[Claim, ClaimDecision]:
        """Decide a submitted claim; see `casework.decide_claim`."""
        with self.unit_of_work() as work:
            return casework.decide_claim(work, self.programme, claim_id, by=by or self.actor, on=on)

    def claim_conflicts(self, claim_id: str) -> tuple[Conflict, ...]:
        """In which ways a claim would be paid for twice; see `conflicts.claim_conflicts`."""
        with self.unit_of_work(keep=False) as work:
            return conflicts.claim_conflicts(work, self.programme, work.claims.get(claim_id))

    def override_conflict(
        self, claim_id: str, conflict_key: str, *, on: date, reason: str | None, by: Actor | None = None
    ) -> Conflict:
        """Say that a conflict does not stand in a claim's way; see `conflicts.override_conflict`."""
        with self.unit_of_work() as work:
            return conflicts.override_conflict(
                work, self.programme, claim_id, conflict_key, by=by or self.actor, on=on, reason=reason
            )

    def claim_frame(self, statuses: Iterable[str] | None = None, *, backend: str = "polars", session: Any = None) -> Any:
        """The lines of claims with their facts, as a frame; see `pmp_core.register.claim_columns.claim_frame`.

        Args:
            statuses: of the claims; None: those that wait for their decision.
        """
        from pmp_core.register.claim_columns import claim_frame

        wanted = self.programme.life_cycle("claim").step("decide").sources if statuses is None else tuple(statuses)
        with self.unit_of_work(keep=False) as work, admitting(work, "see-money", narrows=True) as reach:
            return reach.rows(claim_frame(work.transaction, self.programme, wanted, backend, session=session))

    def decide_claims_in_bulk(self, *, on: date, backend: str = "polars", session: Any = None) -> ClaimsInBulk:
        """What all waiting claims come to, decided at once and not kept; see `claims_in_bulk.decide_in_bulk`."""
        from pmp_core.register.claims_in_bulk import decide_in_bulk

        with self.unit_of_work(keep=False) as work:
            return decide_in_bulk(work, self.programme, on=on, backend=backend, session=session)

    def decisions(self, claim_id: str) -> list[ClaimDecision]:
        """Every decision on a claim, oldest first."""
        with self.unit_of_work() as work:
            return casework.decisions(work, claim_id)

    def add_evaluation(self, evaluation: Evaluation) -> Evaluation:
        """Keep a plan's evaluation; see `casework.add_evaluation`."""
        with self.unit_of_work() as work:
            return casework.add_evaluation(work, self.programme, evaluation, by=self.actor)

    def _looking_at(self, storage: Storage, programme: Programme) -> Register:
        own = self.setup
        return Register(
            storage, programme, self.actor, self.new_id, trial=True, access=own.access, keys=own.keys, clock=own.clock
        )

    def close(self) -> None:
        """Let go of the database."""
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Register on {self._storage.name}, {self.programme.id}, as {self.actor.role}>"
