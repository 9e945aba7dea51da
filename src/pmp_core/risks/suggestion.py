"""A suggested risk, and what a named person made of it."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import model_validator

from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.risks.evidence import EvidenceRecord
from pmp_core.values import Actor, Count, Day, Entity, Id, Name, Note, Semester, SuggestionState


class RiskSuggestion(Entity):
    """A risk factor that a signal suggests with its evidence, or that a person adds. A person decides, always.

    Args:
        factor: a code of the programme's `risk-factors`.
        signal: the name of the signal's rule; None where a person added the risk.
        measured: what the signal measured; `threshold`: what it was compared with.
        at_least: whether it may be more than `measured`; None where that was not kept, as before there were such.
        signalled_on: the first day on which the signal was there: that of the record which passed the threshold, even if
            nobody ran the signals then. None where no record has a day, as marks have none.
        evidence_first_day: the first day of the records behind it; likewise `evidence_last_day`.
        evidence_records: how many records they are.
        evidence: the records themselves, as they were; none where they were not kept.
        programme_hash: of the programme whose threshold it was.
        state: open, confirmed or rejected.
        decided_by: who confirmed, rejected or added it, and in which `decided_role`.

    Raises:
        InvalidValue: `suggestion-undecided`, `suggestion-without-reason`.
    """

    id: Id
    learner_id: Id
    institution_id: Id
    semester: Semester
    factor: Name
    suggested_on: Day
    signal: Name | None = None
    measured: Count | None = None
    threshold: Count | None = None
    at_least: bool | None = None
    signalled_on: Day | None = None
    evidence_first_day: Day | None = None
    evidence_last_day: Day | None = None
    evidence_records: Count = 0
    evidence: tuple[EvidenceRecord, ...] = ()
    programme_hash: Name | None = None
    state: SuggestionState = SuggestionState.OPEN
    decided_by: Name | None = None
    decided_role: Name | None = None
    decided_on: Day | None = None
    reason: Note | None = None
    version: Count = 0

    @model_validator(mode="after")
    def _decided_by_a_person(self) -> Self:
        said = [value is not None for value in (self.decided_by, self.decided_role, self.decided_on)]
        if any(said) != all(said) or all(said) == (self.state is SuggestionState.OPEN):
            raise InvalidValue(
                "suggestion-undecided",
                "A risk is confirmed or rejected by a named person on a day, or it is open.",
                remedy="Use `confirm` or `reject`.",
            )
        if self.reason is None and (self.state is SuggestionState.REJECTED or self.signal is None):
            raise InvalidValue(
                "suggestion-without-reason",
                "Rejecting a risk, or adding one of one's own, needs a reason.",
                remedy="Say why, in a sentence.",
            )
        return self

    @classmethod
    def added(
        cls, *, id: str, learner_id: str, institution_id: str, semester: Semester, factor: str, by: Actor, on: date, reason: str
    ) -> Self:
        """A risk that a person adds without a signal: confirmed by that person, with a reason."""
        return cls.model_validate(
            {
                "id": id,
                "learner_id": learner_id,
                "institution_id": institution_id,
                "semester": semester,
                "factor": factor,
                "suggested_on": on,
                "state": SuggestionState.CONFIRMED,
                "decided_by": by.name,
                "decided_role": by.role,
                "decided_on": on,
                "reason": reason,
            }
        )

    def confirm(self, *, by: Actor, on: date, reason: str | None = None) -> Self:
        """The suggestion confirmed by a person.

        Raises:
            StepRefused: `suggestion-decided`, if it is not open; `suggestion-before`, if it was not yet suggested.
        """
        return self._decided(SuggestionState.CONFIRMED, by, on, reason)

    def reject(self, *, by: Actor, on: date, reason: str) -> Self:
        """The suggestion rejected by a person, with a reason.

        Raises:
            StepRefused: `suggestion-decided`, if it is not open; `suggestion-before`, if it was not yet suggested.
        """
        return self._decided(SuggestionState.REJECTED, by, on, reason)

    def _decided(self, state: SuggestionState, by: Actor, on: date, reason: str | None) -> Self:
        if self.state is not SuggestionState.OPEN:
            raise StepRefused(
                "suggestion-decided",
                "The suggestion was decided before.",
                found=self.state.value,
                remedy="Add a risk of your own, with a reason, if it is to be seen otherwise.",
            )
        if on < self.suggested_on:
            raise StepRefused(
                "suggestion-before",
                "The suggestion is decided before it was made.",
                found=on,
                remedy=f"It was suggested on {self.suggested_on}: correct the day.",
            )
        return self.changed(state=state, decided_by=by.name, decided_role=by.role, decided_on=on, reason=reason)
