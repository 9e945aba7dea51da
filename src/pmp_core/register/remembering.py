"""What a register remembers: its history, who saw whose data, itself as it was, and whether anybody changed it behind its back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from pmp_core.errors import InvalidValue, VersionConflict
from pmp_core.loading import Programme
from pmp_core.register import tables
from pmp_core.register.access.doors import admitting, looking_back, whole
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.history import reading
from pmp_core.register.history.reading import HistoryEntry, HistoryView
from pmp_core.register.history.verifying import Verification, verify
from pmp_core.register.layers import Setup
from pmp_core.register.past import put_together
from pmp_core.register.storage import Storage

if TYPE_CHECKING:
    from pmp_core.register.register import Register

T = TypeVar("T")


class Remembering(ABC):
    """The part of a register that looks back."""

    programme: Programme
    setup: Setup

    @abstractmethod
    def unit_of_work(self, *, reason: str | None = None, keep: bool = True) -> AbstractContextManager[UnitOfWork]:
        """A unit of work; see `Register.unit_of_work`."""

    @abstractmethod
    def _looking_at(self, storage: Storage, programme: Programme) -> Register:
        """A register on another storage, for this one's actor, in which nothing is kept."""

    def history(self, kind: str, id: str) -> list[HistoryEntry]:
        """What was done to one entity: who, when, why, and the rows before and after. Oldest first.

        Args:
            kind: the name of its table, such as `plans`.
            id: of the entity.
        """
        with self.unit_of_work(keep=False) as work, looking_back(work, kind, id):
            return _shown(work, reading.history_of(work.transaction, [(kind, id)]))

    def history_of_learner(self, learner_id: str) -> list[HistoryEntry]:
        """What was done to everything that is a learner's, oldest first.

        Args:
            learner_id: whose.
        """
        with self.unit_of_work(keep=False) as work, admitting(work, "see-history", learner_id=learner_id):
            return _shown(work, reading.history_of_learner(work.transaction, learner_id))

    def views_of(self, learner_id: str) -> list[HistoryView]:
        """Who saw a learner's data, oldest first. Who read very many learners at once is among them, without an id.

        Args:
            learner_id: whose.
        """
        with self.unit_of_work(keep=False) as work, admitting(work, "see-history", learner_id=learner_id):
            return reading.views_of(work.transaction, learner_id)

    def as_of(self, moment: datetime) -> Register:
        """The register as it was at a moment: in memory, to be looked at; nothing that is done in it is kept.

        Args:
            moment: with its time zone; what was kept at that moment counts.

        Raises:
            InvalidValue: `moment-without-zone`.
            NotFound: `moment-before-history`.
        """
        with self.unit_of_work(keep=False) as work, admitting(work, "see-history", narrows=True):
            storage, programme = put_together(work.transaction, moment, self.programme)
        return self._looking_at(storage, programme)

    def verify(self, checkpoint: Mapping[str, str] | None = None) -> Verification:
        """Look whether anything was altered, removed or inserted behind the library's back.

        Args:
            checkpoint: what `checkpoint` gave before, kept elsewhere: it finds units of work that were removed whole.

        Returns:
            The findings, none where everything is as the library left it; each names a table and a key.
        """
        with self.unit_of_work(keep=False) as work, whole(work, "verify"):
            return verify(work.transaction, self.setup.keys, checkpoint)

    def checkpoint(self) -> dict[str, str]:
        """The digest of every unit of work, by its id: to be kept where who can change the register cannot."""
        with self.unit_of_work(keep=False) as work, whole(work, "verify"):
            units = work.transaction.scan(tables.HISTORY_UNITS, ["id", "digest"])
        return dict(zip(map(str, units["id"]), map(str, units["digest"]), strict=True))

    def retried(self, do: Callable[[UnitOfWork], T], *, attempts: int = 3, reason: str | None = None) -> T:
        """Do something in a unit of work, and again from the start if somebody else changed the same meanwhile.

        Args:
            do: reads, decides and writes in the unit of work it is given; it has to bear being done more than once.
            attempts: how often at most.
            reason: why; stands in the history.

        Returns:
            What `do` gave.

        Raises:
            VersionConflict: the last attempt met somebody else too.
            InvalidValue: `attempts-invalid`.
        """
        if attempts < 1:
            raise InvalidValue("attempts-invalid", "Something is tried once at least.", found=attempts, remedy="Give 1 or more.")
        for _ in range(attempts - 1):
            try:
                with self.unit_of_work(reason=reason) as work:
                    return do(work)
            except VersionConflict:
                continue
        with self.unit_of_work(reason=reason) as work:
            return do(work)


def _shown(work: UnitOfWork, entries: list[HistoryEntry]) -> list[HistoryEntry]:
    """The entries, with whose data they show written down as seen."""
    for table, by, id in reading.learners_in(entries):
        work.acting.seen.show(table, by, [id])
    return entries
