"""The register: the unified database of learners at risk, their plans, measures, claims and outcomes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import get_ident
from types import TracebackType
from typing import Any, Self

from pmp_core.compensation import Claim
from pmp_core.errors import ProgrammeError, ProgrammeMismatch, RegisterError
from pmp_core.loading import Programme, load_programme
from pmp_core.measures import Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import casework, redeciding, tables
from pmp_core.register.collection import UnitOfWork, working
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.redecided import RedecidedClaims
from pmp_core.register.schema import Row
from pmp_core.register.storage import Storage, Transaction
from pmp_core.risks import RiskSuggestion
from pmp_core.rules import Decision, Redecision
from pmp_core.values import Actor, Semester

# No 0, 1, I, L, O: an id is read aloud on the telephone.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def random_id(prefix: str) -> str:
    """A new opaque id: 10 letters and digits, 49 bits; the storage refuses one that is taken."""
    return f"{prefix}-{''.join(secrets.choice(_LETTERS) for _ in range(10))}"


class Register:
    """One register. Open it with `Register.open`.

    Attributes:
        programme: the programme it works under.
        actor: who works with it.
        storage: where it lies.
        new_id: makes an opaque id from a prefix.
        trial: whether nothing that is done is kept.
    """

    def __init__(
        self,
        storage: Storage,
        programme: Programme,
        actor: Actor,
        new_id: Callable[[str], str] = random_id,
        *,
        trial: bool = False,
    ) -> None:
        self.storage, self.programme, self.actor, self.new_id, self.trial = storage, programme, actor, new_id, trial
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
        new_id: Callable[[str], str] = random_id,
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
            new_id: makes ids; for tests and examples that shall come out the same each time.

        Raises:
            ProgrammeMismatch: `register-other-programme`; `register-other-version` without `adopt_programme`;
                `register-overlays-dropped` without `drop_overlays`; `register-overlay-unfit`.
            RegisterError: `register-newer`, `register-without-programme`, `register-missing` for a trial, and what the
                storage raises.
            PluginError: no plug-in opens such a target.
        """
        storage = MemoryStorage() if target == "memory:" else _storage(target, plugins)
        try:
            info, kept = _read_info(storage)
            _check_schema(info)
            if trial and not info:
                raise RegisterError("register-missing", "There is no register there to look at.", remedy="Check the path.")
            loaded = _programme(programme, info, kept, plugins)
            _check(info, loaded, adopt_programme or trial)
            if not trial:
                if kept and info["programme_hash"] != loaded.hash and not (loaded.pack.overlays or drop_overlays):
                    raise _overlays_dropped(kept, loaded)
                storage.create(tables.TABLES)
                if info.get("programme_hash") != loaded.hash:
                    with storage.begin() as transaction:
                        _write_info(transaction, loaded)
        except BaseException:
            storage.close()
            raise
        return cls(storage, loaded, actor, new_id, trial=trial)

    @contextmanager
    def unit_of_work(self, *, keep: bool = True) -> Iterator[UnitOfWork]:
        """A unit of work: `with register.unit_of_work() as work:` keeps all of it, or nothing if the block raises.

        Args:
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
            with working(self.storage, keep=keep and not self.trial) as work:
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

        with self.unit_of_work() as work:
            return signal_frame(work.transaction, self.programme, Semester(semester), on, backend)

    def running_counts(self, semester: Semester | str, *, on: date | None = None, backend: str = "polars") -> Any:
        """How the counts of absences ran, as a frame; see `pmp_core.register.signal_columns.running_counts`."""
        from pmp_core.register.signal_columns import running_counts

        with self.unit_of_work() as work:
            return running_counts(work.transaction, self.programme, Semester(semester), on, backend)

    def add_plan(self, plan: SupportPlan) -> SupportPlan:
        """Keep a new draft; see `casework.add_plan`."""
        with self.unit_of_work() as work:
            return casework.add_plan(work, self.programme, plan)

    def take_plan_step(
        self, plan_id: str, step: str, *, on: date, by: Actor | None = None, reason: str | None = None
    ) -> SupportPlan:
        """Take a step of a plan's life; see `casework.take_plan_step`."""
        with self.unit_of_work() as work:
            return casework.take_plan_step(work, self.programme, plan_id, step, by=by or self.actor, on=on, reason=reason)

    def add_session(self, session: Session) -> Session:
        """Keep a delivered session; see `casework.add_session`."""
        with self.unit_of_work() as work:
            return casework.add_session(work, self.programme, session)

    def submit_claim(self, claim: Claim, *, on: date, by: Actor | None = None) -> Claim:
        """Submit a claim; see `casework.submit_claim`."""
        with self.unit_of_work() as work:
            return casework.submit_claim(work, self.programme, claim, by=by or self.actor, on=on)

    def withdraw_claim(self, claim_id: str, *, on: date, by: Actor | None = None, reason: str | None = None) -> Claim:
        """Withdraw a submitted claim; see `casework.withdraw_claim`."""
        with self.unit_of_work() as work:
            return casework.withdraw_claim(work, self.programme, claim_id, by=by or self.actor, on=on, reason=reason)

    def decide_claim(self, claim_id: str, *, on: date, by: Actor | None = None) -> tuple[Claim, Decision]:
        """Decide a submitted claim; see `casework.decide_claim`."""
        with self.unit_of_work() as work:
            return casework.decide_claim(work, self.programme, claim_id, by=by or self.actor, on=on)

    def decisions(self, claim_id: str) -> list[Decision]:
        """Every decision on a claim, oldest first."""
        with self.unit_of_work() as work:
            return casework.decisions(work, claim_id)

    def redecide_claims(
        self, newer: Programme | None = None, *, on: date, progress: Callable[[int, int], None] | None = None
    ) -> RedecidedClaims:
        """Which decisions on claims another version of the programme changes; see `redeciding.redecide_claims`.

        Args:
            newer: the other version; None: the one the register works under, for decisions made under one before.
            on: the day of the new decisions, which are not kept.
            progress: called with how many of how many learners' semesters are done.

        Raises:
            ProgrammeMismatch: `register-other-programme`.
        """
        with self.unit_of_work(keep=False) as work:
            return redeciding.redecide_claims(work, self._version(newer), on=on, progress=progress)

    def redecide_claim(self, claim_id: str, newer: Programme | None = None, *, on: date) -> Redecision | None:
        """The decision on one claim beside the one of another version of the programme; see `redeciding.redecide_claim`."""
        with self.unit_of_work(keep=False) as work:
            return redeciding.redecide_claim(work, self._version(newer), claim_id, on=on)

    def _version(self, newer: Programme | None) -> Programme:
        _check_id(self.programme.id, newer or self.programme)
        return newer or self.programme

    def add_evaluation(self, evaluation: Evaluation) -> Evaluation:
        """Keep a plan's evaluation; see `casework.add_evaluation`."""
        with self.unit_of_work() as work:
            return casework.add_evaluation(work, self.programme, evaluation)

    def close(self) -> None:
        """Let go of the database."""
        self.storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Register on {self.storage.name}, {self.programme.id}, as {self.actor.role}>"


def _storage(target: Any, plugins: PluginSet | None) -> Storage:
    scheme = "sqlite"
    if isinstance(target, str) and "://" not in target:
        target = Path(target)
    if isinstance(target, str):
        scheme = target.partition(":")[0].partition("+")[0]
    loaded = plugins if plugins is not None else PluginSet.load()
    return loaded.storage(scheme).open(target)


def _read_info(storage: Storage) -> tuple[dict[str, str], list[OverlayText]]:
    """What a register says of itself; nothing where there is none. Reads only: the database may be somebody else's."""
    try:
        with storage.begin() as transaction:
            info = {str(row["name"]): str(row["value"]) for row in transaction.find(tables.REGISTER_INFO)}
            kept = [
                OverlayText(str(row["name"]), str(row["text"])) for row in transaction.find(tables.OVERLAYS, order=["position"])
            ]
    except RegisterError as error:
        if error.code != "table-unknown":
            raise
        return {}, []
    return info, kept


def _programme(
    programme: Programme | str | None, info: dict[str, str], kept: Sequence[OverlayText], plugins: PluginSet | None
) -> Programme:
    if isinstance(programme, Programme):
        return programme
    wanted = programme or info.get("programme_id")
    if wanted is None:
        raise RegisterError(
            "register-without-programme",
            "There is no register here yet, and no programme to make one for.",
            remedy='Check the path, or name the programme: `programme="lv-8.3.4"`.',
        )
    own = kept if wanted == info.get("programme_id") else ()
    try:
        return load_programme(wanted, overlays=own, plugins=plugins)
    except ProgrammeError as error:
        if error.place.file not in [overlay.name for overlay in own]:
            raise
        raise _overlay_unfit(error, wanted) from None


def _overlay_unfit(error: ProgrammeError, programme_id: str) -> ProgrammeMismatch:
    name = error.place.file
    return ProgrammeMismatch(
        "register-overlay-unfit",
        f"The register's own overlay {name!r} does not fit this release of the library: [{error.code}] {error.message}",
        place=error.place,
        found=error.found,
        remedy=(
            f"Correct the file (the register keeps its text in the table `overlays`): {error.remedy} "
            f"Then adopt it, with every other overlay of the register: `pmp import … --programme {programme_id} --overlay {name} "
            "--adopt-programme`, or `Register.open(…, programme=load_programme(…), adopt_programme=True)`. "
            f"What it changes: `pmp rules redecide --programme {programme_id} --overlay {name}`."
        ),
    )


def _check_schema(info: dict[str, str]) -> None:
    """Before anything else: a newer library's overlays may not even load here."""
    if info and int(info["schema_version"]) > tables.SCHEMA_VERSION:
        raise RegisterError(
            "register-newer",
            "The register was made by a newer version of this library.",
            found=info["schema_version"],
            remedy=f"Update pmp-core; this one knows the schema up to {tables.SCHEMA_VERSION}.",
        )


def _check(info: dict[str, str], programme: Programme, adopt: bool) -> None:
    if not info:
        return
    _check_id(info["programme_id"], programme)
    if info["programme_hash"] != programme.hash and not adopt:
        raise ProgrammeMismatch(
            "register-other-version",
            f"The register was made with another version of {programme.id!r}: other overlays, or another release of the library.",
            found=f"{info['programme_hash'][:12]} in the register, {programme.hash[:12]} now",
            remedy=(
                "To work on under this version, adopt it once: `pmp import --adopt-programme`, or `adopt_programme=True`. "
                f"The register's own overlays stay if the programme is given by its id, {programme.id!r}."
            ),
        )


def _check_id(own: str, programme: Programme) -> None:
    if own != programme.id:
        raise ProgrammeMismatch(
            "register-other-programme",
            f"The register belongs to the programme {own!r}, not to {programme.id!r}.",
            remedy="Open it with its own programme, or make a new register.",
        )


def _overlays_dropped(kept: Sequence[OverlayText], programme: Programme) -> ProgrammeMismatch:
    return ProgrammeMismatch(
        "register-overlays-dropped",
        "The register has overlays, and the programme to adopt has none: its rates and codes would be lost.",
        found=", ".join(overlay.name for overlay in kept),
        remedy=f"Give the programme by its id, {programme.id!r}, to keep them, or with the new overlays; "
        "if they are to go, open it with `drop_overlays=True`.",
    )


def _write_info(transaction: Transaction, programme: Programme) -> None:
    info = {"schema_version": str(tables.SCHEMA_VERSION), "programme_id": programme.id, "programme_hash": programme.hash}
    transaction.delete(tables.REGISTER_INFO, {"name": list(info)})
    transaction.insert(tables.REGISTER_INFO, [Row(name=name, value=value) for name, value in info.items()])
    transaction.delete(tables.OVERLAYS, {})
    overlays = enumerate(programme.pack.overlays)
    transaction.insert(tables.OVERLAYS, [Row(position=i, name=overlay.name, text=overlay.text) for i, overlay in overlays])
