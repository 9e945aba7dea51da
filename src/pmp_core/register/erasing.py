"""What a register does for those whom it holds data about: thin, each a unit of work of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

from pmp_core.loading import Programme
from pmp_core.register import privacy
from pmp_core.register.access.doors import admitting
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.privacy import Confirmation, Due, Erasure, LearnerReport
from pmp_core.values import Actor


class Erasing(ABC):
    """The part of a register that tells a learner what is held, and erases it."""

    programme: Programme
    actor: Actor
    new_id: Callable[[str], str]

    @abstractmethod
    def unit_of_work(self, *, reason: str | None = None, keep: bool = True) -> AbstractContextManager[UnitOfWork]:
        """A unit of work; see `Register.unit_of_work`."""

    def report_on_learner(
        self, learner_id: str, *, on: date, in_clear: bool = False, by: Actor | None = None, reason: str | None = None
    ) -> LearnerReport:
        """Everything held about a learner; see `privacy.report_on_learner`."""
        with self.unit_of_work(reason=reason, keep=False) as work:
            work.acting.actor = by or self.actor  # who looked is whoever asked
            return privacy.report_on_learner(work, learner_id, by=by or self.actor, on=on, in_clear=in_clear)

    def erase_learner(
        self,
        learner_id: str,
        *,
        on: date,
        how: str = "erase",
        even_if_open: bool = False,
        by: Actor | None = None,
        reason: str | None = None,
    ) -> Erasure:
        """Take out who a learner is and what is written about the learner; see `privacy.erase_learner`."""
        with self.unit_of_work(reason=reason) as work:
            return privacy.erase_learner(
                work,
                self.programme,
                learner_id,
                how=how,
                by=by or self.actor,
                on=on,
                new_id=self.new_id,
                even_if_open=even_if_open,
            )

    def due_for_erasure(self, *, on: date, by: Actor | None = None) -> list[Due]:
        """Whose data were kept as long as the deployment keeps them; see `privacy.due_for_erasure`."""
        with self.unit_of_work(keep=False) as work:
            return privacy.due_for_erasure(work, self.programme, by=by or self.actor, on=on)

    def was_erased(self, confirmation: Confirmation) -> bool:
        """Whether the register has the record of the erasure that a confirmation is about."""
        with self.unit_of_work(keep=False) as work, admitting(work, "report-on-learner", narrows=True):
            return confirmation.proves(work.transaction)
