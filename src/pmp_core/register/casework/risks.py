"""Suggesting risks, and what persons make of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.programme.entries import Value
from pmp_core.register import admission, tables
from pmp_core.register.access.doors import admitting, door
from pmp_core.register.access.reach import Reach
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.signal_facts import Measured, enrolled_in, measured
from pmp_core.register.signal_period import SignalPeriod
from pmp_core.register.signal_records import records_by_learner
from pmp_core.risks import SIGNALS, RiskSuggestion, Signal
from pmp_core.rules import Result
from pmp_core.values import Actor, Semester


def suggest_risks(
    work: UnitOfWork, programme: Programme, semester: Semester, *, on: date, new_id: Callable[[str], str]
) -> list[RiskSuggestion]:
    """Run the signals over what the schools recorded in a semester up to a day. What is suggested waits for a person.

    A signal that was suggested before for the same learner, semester and factor is not suggested again. A signal that is
    undetermined, because nobody set its threshold or because what it measures is not known, suggests nothing; so are those of
    absences where the learner's institution recorded none of anybody, unless those that are known pass the threshold.

    Args:
        work: the unit of work.
        programme: whose thresholds count.
        semester: whose absences and marks are read.
        on: the day of suggestion: thresholds are those of this day, and records of later days do not count.

    Returns:
        The new suggestions, by learner, each with the records behind it.

    Raises:
        ProgrammeError: `semester-unset`.
    """
    with admitting(work, "suggest-risks", narrows=True) as reach:
        period = SignalPeriod.until(programme.calendar, semester, on)
        if period.days is None:
            return []
        return work.suggestions.add_all(_suggested(work, programme, semester, period, on=on, new_id=new_id, reach=reach))


def _suggested(
    work: UnitOfWork,
    programme: Programme,
    semester: Semester,
    period: SignalPeriod,
    *,
    on: date,
    new_id: Callable[[str], str],
    reach: Reach,
) -> list[RiskSuggestion]:
    days = period.days
    known_rows = work.transaction.find(tables.RISK_SUGGESTIONS, {"semester": str(semester)})
    known = {(row["learner_id"], row["factor"], row["signal"]) for row in known_rows}
    asked = [_Asked(programme, signal, on) for signal in SIGNALS]
    asked = [one for one in asked if one.factors and isinstance(one.threshold, int)]
    added: list[RiskSuggestion] = []
    for learner_id, records in records_by_learner(work.transaction, period).items():
        here = None if days is None else enrolled_in(records.enrolments, days)
        if here is None or not reach.has(here.institution_id):
            continue
        found = measured(
            period,
            absences=records.absences,
            marks=records.marks,
            enrolments=records.enrolments,
            recorded=records.recorded,
        )
        for one in asked:
            what = found[one.signal.measure]
            if not one.is_there(what):
                continue
            for factor in one.factors:
                if (learner_id, factor, one.signal.name) not in known:
                    where = {"learner_id": learner_id, "institution_id": here.institution_id, "semester": semester}
                    added.append(one.suggestion(what, factor=factor, id=new_id("R"), programme_hash=programme.hash, **where))
    return added


class _Asked:
    """A signal with what the programme says of it on one day."""

    def __init__(self, programme: Programme, signal: Signal, on: date) -> None:
        self.signal, self.on, self.rule = signal, on, programme.rule(signal.name)
        self.threshold: Value | None = programme.read(signal.threshold, on).value
        codes = programme.read(signal.factor, on).value
        self.factors = tuple(dict.fromkeys(str(code) for code in codes)) if isinstance(codes, tuple) else ()

    def is_there(self, what: Measured) -> bool:
        result: Result = self.rule.decide({"on": self.on, self.signal.measure: what.compared_with(self.threshold)})
        return result.outcome == "granted"

    def suggestion(self, what: Measured, **given: Any) -> RiskSuggestion:
        evidence = what.evidence
        days = [day for one in evidence for day in (one.day, one.first_day) if day is not None]
        return RiskSuggestion(
            **given,
            suggested_on=self.on,
            signal=self.signal.name,
            measured=what.value,
            threshold=self.threshold if isinstance(self.threshold, int) else None,
            at_least=what.at_least,
            signalled_on=what.there_since(self.threshold),
            evidence_first_day=min(days, default=None),
            evidence_last_day=max(days, default=None),
            evidence_records=len(evidence),
            evidence=evidence,
        )


@door("decide-risk", "suggestion_id")
def confirm_risk(
    work: UnitOfWork, programme: Programme, suggestion_id: str, *, by: Actor, on: date, reason: str | None = None
) -> RiskSuggestion:
    """A suggested risk confirmed by a person in one of the programme's roles.

    Raises:
        NotFound: no such suggestion.
        ProgrammeError: `code-unknown`: no such role, or no such factor.
        InvalidValue: `code-not-in-force`.
        StepRefused: `other-institution`, `other-municipality`; `suggestion-decided`, `suggestion-before`.
    """
    suggestion = work.suggestions.get(suggestion_id)
    _check_scope(work, by, suggestion.institution_id)
    _check_risk(programme, suggestion.factor, by, on)
    return work.suggestions.put(suggestion.confirm(by=by, on=on, reason=reason))


@door("decide-risk", "suggestion_id")
def reject_risk(
    work: UnitOfWork, programme: Programme, suggestion_id: str, *, by: Actor, on: date, reason: str
) -> RiskSuggestion:
    """A suggested risk rejected by a person in one of the programme's roles; raises what `confirm_risk` does."""
    suggestion = work.suggestions.get(suggestion_id)
    _check_scope(work, by, suggestion.institution_id)
    admission.check_code(programme, "roles", by.role, on, "correct the day")
    return work.suggestions.put(suggestion.reject(by=by, on=on, reason=reason))


@door("decide-risk", "institution_id")
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
    """A risk that a person adds without a signal, confirmed by that person; raises what `confirm_risk` does.

    Raises:
        ProgrammeError: `semester-unset`.
        StepRefused: `risk-not-enrolled`: the learner is on no day of the semester enrolled at the institution.
        RegisterError: `reference-missing`: no such learner, or no such institution.
    """
    where = {"learner_id": learner_id, "institution_id": institution_id}
    # Of what is not there at all the register says so itself, when the risk is added.
    if work.institutions.find(id=institution_id):
        _check_scope(work, by, institution_id)
        if work.learners.find(id=learner_id):
            _check_enrolled(work, programme, semester, **where)
    _check_risk(programme, factor, by, on)
    return work.suggestions.add(
        RiskSuggestion.added(id=id, **where, semester=semester, factor=factor, by=by, on=on, reason=reason)
    )


def _check_scope(work: UnitOfWork, by: Actor, institution_id: str) -> None:
    """As for plans, in words that are of a risk."""
    try:
        admission.check_scope(work, by, institution_id)
    except StepRefused as error:
        raise StepRefused(
            error.code,
            "The risk is of an institution that you do not act for.",
            found=error.found,
            remedy="Its own people, or those of its municipality, decide on it.",
        ) from None


def _check_risk(programme: Programme, factor: str, by: Actor, on: date) -> None:
    admission.check_code(programme, "roles", by.role, on, "correct the day")
    admission.check_code(programme, "risk-factors", factor, on, "correct the day")


def _check_enrolled(work: UnitOfWork, programme: Programme, semester: Semester, *, learner_id: str, institution_id: str) -> None:
    """A risk may be added after its semester, so it is the semester's days that count, and not the day of adding."""
    days = programme.calendar.days(Semester(semester))
    enrolments = work.enrolments.find(learner_id=learner_id, institution_id=institution_id)
    if not any(enrolment.days.overlaps(days) for enrolment in enrolments):
        raise StepRefused(
            "risk-not-enrolled",
            f"The learner is on no day of the semester {semester} enrolled at the institution.",
            found=institution_id,
            remedy="Correct the institution or the semester, or import the enrolment.",
        )
