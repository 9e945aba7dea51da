"""Suggesting risks, and what persons make of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from pmp_core.loading import Programme
from pmp_core.programme.entries import Value
from pmp_core.register import admission, facts
from pmp_core.register.collection import UnitOfWork
from pmp_core.risks import SIGNALS, RiskSuggestion
from pmp_core.rules import Result
from pmp_core.values import Actor, Semester


def suggest_risks(
    work: UnitOfWork, programme: Programme, semester: Semester, *, on: date, new_id: Callable[[str], str]
) -> list[RiskSuggestion]:
    """Run the signals over what the schools recorded in a semester. What is suggested waits for a person.

    A signal that was suggested before for the same learner, semester and factor is not suggested again. Where whole days
    were missed it is not known how many lessons they were: the lessons counted are enough, or the signal is undetermined.

    Args:
        work: the unit of work.
        programme: whose thresholds count.
        semester: whose absences and marks are read.
        on: the day of suggestion; thresholds are those of this day.
        new_id: makes ids.

    Returns:
        The new suggestions.

    Raises:
        ProgrammeError: `semester-unset`.
    """
    days = programme.calendar.days(semester)
    known = {(s.learner_id, s.factor, s.signal) for s in work.suggestions.find(semester=semester)}
    measured = facts.signal_facts(work, semester, days)
    added: list[RiskSuggestion] = []
    for enrolment in work.enrolments.find(order=("learner_id", "-first_day")):
        if not enrolment.days.overlaps(days):
            continue
        for signal in SIGNALS:
            evidence = measured[signal.measure].get(enrolment.learner_id, facts.Measured(signal.when_nothing))
            threshold = programme.read(signal.threshold, on).value
            measured_value = evidence.compared_with(threshold)
            result: Result = programme.rule(signal.name).decide({"on": on, signal.measure: measured_value})
            if result.outcome != "granted":
                continue
            for factor in _codes(programme.read(signal.factor, on).value):
                if (enrolment.learner_id, factor, signal.name) in known:
                    continue
                known.add((enrolment.learner_id, factor, signal.name))
                added.append(
                    RiskSuggestion(
                        id=new_id("R"),
                        learner_id=enrolment.learner_id,
                        institution_id=enrolment.institution_id,
                        semester=semester,
                        factor=factor,
                        suggested_on=on,
                        signal=signal.name,
                        measured=measured_value,
                        threshold=threshold if isinstance(threshold, int) else None,
                        evidence_first_day=min(evidence.days, default=None),
                        evidence_last_day=max(evidence.days, default=None),
                        evidence_records=evidence.records,
                        programme_hash=programme.hash,
                    )
                )
    return work.suggestions.add_all(added)


def _codes(value: Value | None) -> tuple[str, ...]:
    return tuple(str(code) for code in value) if isinstance(value, tuple) else ()


def confirm_risk(
    work: UnitOfWork, programme: Programme, suggestion_id: str, *, by: Actor, on: date, reason: str | None = None
) -> RiskSuggestion:
    """A suggested risk confirmed by a person in one of the programme's roles.

    Raises:
        NotFound: no such suggestion.
        ProgrammeError: `code-unknown`: no such role, or no such factor.
        InvalidValue: `code-not-in-force`.
        StepRefused: `suggestion-decided`, `suggestion-before`.
    """
    suggestion = work.suggestions.get(suggestion_id)
    _check_risk(programme, suggestion.factor, by, on)
    return work.suggestions.put(suggestion.confirm(by=by, on=on, reason=reason))


def reject_risk(
    work: UnitOfWork, programme: Programme, suggestion_id: str, *, by: Actor, on: date, reason: str
) -> RiskSuggestion:
    """A suggested risk rejected by a person in one of the programme's roles; raises what `confirm_risk` does."""
    suggestion = work.suggestions.get(suggestion_id)
    admission.check_code(programme, "roles", by.role, on, "correct the day")
    return work.suggestions.put(suggestion.reject(by=by, on=on, reason=reason))


def add_risk(
    work: UnitOfWork,
    programme: Programme,
    *,
    id: str,
    learner_id: str,
    institution_id: str,
    semester: Semester,
    factor: str,
    by: Actor,
    on: date,
    reason: str,
) -> RiskSuggestion:
    """A risk that a person adds without a signal, confirmed by that person; raises what `confirm_risk` does."""
    _check_risk(programme, factor, by, on)
    where = {"learner_id": learner_id, "institution_id": institution_id}
    return work.suggestions.add(
        RiskSuggestion.added(id=id, **where, semester=semester, factor=factor, by=by, on=on, reason=reason)
    )


def _check_risk(programme: Programme, factor: str, by: Actor, on: date) -> None:
    admission.check_code(programme, "roles", by.role, on, "correct the day")
    admission.check_code(programme, "risk-factors", factor, on, "correct the day")
