"""Evaluating a signal on past semesters, from the register or from a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pmp_core.errors import InvalidValue, RuleError, nearest
from pmp_core.register import Register
from pmp_core.register.access.doors import admitting
from pmp_core.register.signal_facts import all_recorded, enrolled_in, measured
from pmp_core.register.signal_period import SignalPeriod
from pmp_core.register.signal_records import LearnerRecords, records_by_learner
from pmp_core.register.storage import Transaction
from pmp_core.risks import SIGNALS, Signal
from pmp_core.risks.signals import Comparison
from pmp_core.statistics.observed_columns import KEYS, check_once, columns_of, semester_of, truth, whole_number
from pmp_core.statistics.signal_outcomes import OUTCOMES, Outcomes
from pmp_core.statistics.signal_quality import Observation, SignalQuality, quality
from pmp_core.values import Semester, Text

_LEFT = Text(
    "«Aizgājis» ir tas, par kuru reģistrā nav vēlākas uzņemšanas: pāreja uz iestādi, kuras reģistrā nav, izskatās tāpat.",
    "'Left' means that the register has no later enrolment: a move to an institution that is not in it looks the same.",
)
_SAME_PEOPLE = Text(
    "Tie paši izglītojamie ir vairākos semestros: novērojumi nav neatkarīgi, un intervāli ir par šauru.",
    "The same learners stand in several semesters: the observations are not independent, and the intervals are too narrow.",
)


def evaluate_signal(
    register: Register,
    signal: str,
    semesters: Semester | str | Sequence[Semester | str],
    outcome: Any,
    *,
    on: date,
    thresholds: Sequence[int] = (),
    after_days: int | None = None,
    confidence: float = 0.95,
) -> SignalQuality:
    """How good a signal would have been in past semesters: precision, recall and whom it would flag, by threshold.

    Every learner enrolled in a semester counts once for it, with what was measured in the whole of it or in its first days. Support that was
    given because of the signal may have kept the outcome from coming about; figures of such semesters look worse than the
    signal is.

    Args:
        register: what is looked at; nothing in it changes.
        signal: the name of a signal's rule, such as `signal-unexcused-lessons`.
        semesters: one or several, such as `2022/23-1`.
        outcome: the name of what the register itself tells, `left`, `repeated-level` or `confirmed` (see
            `statistics.signal_outcomes`); or a data frame, or a dictionary of columns, with `learner_id`, `outcome` (true, false or empty) and, for several
            semesters, `semester`. A learner of whom it says nothing is one whose outcome is not known; one who was not enrolled
            in the semester, and a row of another semester than those asked for, is not counted, and told in the warnings.
        on: the day as of which outcomes are looked at.
        thresholds: which; none: the programme's, on the last day that is looked at in each semester.
        after_days: look only at so many days from the first day of each semester, holidays included, and at those enrolled by
            then: how good the signal would have been early. Marks have no day and count all. None: the whole semester.
        confidence: the level of the intervals.

    Returns:
        A line for each threshold.

    Raises:
        RuleError: `signal-unknown`.
        InvalidValue: `outcome-unknown`, `outcome-invalid`, `threshold-invalid`, `share-invalid`, `semester-invalid`,
            `observation-twice`, `option-invalid`.
        FactError: `columns-wrong`, `frame-unreadable`.
        ProgrammeError: `semester-unset`.

    >>> from datetime import date, timedelta
    >>> from pmp_core import demo_register
    >>> with demo_register() as register:
    ...     found = evaluate_signal(register, "signal-unexcused-lessons", "2022/23-1", "confirmed", on=date(2023, 1, 9))
    >>> [(line.threshold, line.flagged, line.true_positives, line.recall) for line in found.lines]
    [(20, 14, 13, None)]
    """
    one = _signal(signal)
    if after_days is not None and not 1 <= after_days <= 366:
        raise InvalidValue("option-invalid", "A semester has no such number of days.", found=after_days, remedy="Use 1 to 366.")
    wanted = _semesters(semesters)
    given = None if isinstance(outcome, str) else _given_outcomes(outcome, wanted)
    name = outcome if isinstance(outcome, str) else "given"
    if given is None and name not in OUTCOMES:
        raise InvalidValue(
            "outcome-unknown",
            "There is no such outcome in the register.",
            found=name,
            remedy=f"Outcomes: {', '.join(OUTCOMES)}; or hand in a frame.",
        )
    observations: list[Observation] = []
    people: list[str] = []
    strangers = 0
    silent = 0
    in_force: set[int] = set()
    programme = register.programme
    with register.unit_of_work() as work, admitting(work, "see-statistics"):
        for semester in wanted:
            first = programme.calendar.days(semester).first
            until = None if after_days is None else first + timedelta(after_days - 1)
            period = SignalPeriod.until(programme.calendar, semester, until)
            last = period.days.last if period.days is not None and period.days.last is not None else on
            threshold = programme.read(one.threshold, last).value
            in_force |= {threshold} if isinstance(threshold, int) else set()
            records = _enrolled(work.transaction, period)
            if given is None:
                outcomes = Outcomes(work.transaction, programme.calendar, semester, on)
                factors = programme.read(one.factor, last).value
                became = _became(name, outcomes, records, factors if isinstance(factors, tuple) else ())
            else:
                became = {learner: came for (learner, of), came in given.items() if of in (semester, None)}
                strangers += len(became.keys() - records.keys())
            people += records
            silent += sum(one.may_be_more and _is_silent(period, held) for held in records.values())
            observations += [_observation(one, period, held, became.get(id)) for id, held in records.items()]
    notes = [_LEFT] if name == "left" else []
    notes += [_SAME_PEOPLE] if len(set(people)) < len(people) else []
    notes += [_strangers(strangers)] if strangers else []
    elsewhere = sum(of not in (None, *wanted) for _, of in given or ())
    notes += [_other_semesters(elsewhere)] if elsewhere else []
    notes += [_silent(silent)] if silent else []
    return quality(
        observations,
        signal=one.name,
        outcome=name,
        thresholds=list(thresholds) or sorted(in_force),
        comparison=one.comparison,
        in_force=next(iter(in_force)) if len(in_force) == 1 else None,
        semesters=wanted,
        confidence=confidence,
        only_flagged_seen=name == "confirmed",
        warnings=notes,
    )


def evaluate_measure(
    frame: Any,
    *,
    measure: str,
    outcome: str = "outcome",
    thresholds: Sequence[int],
    comparison: Comparison = "more-than",
    confidence: float = 0.95,
) -> SignalQuality:
    """How good a threshold on a column would be as a signal: for data frames of any origin, a row a learner and semester.

    Args:
        frame: of Polars, pandas, PyArrow or whatever else narwhals reads; a lazy one is collected; or a dictionary of columns. If it has the columns
            `learner_id` and `semester`, or the first of them, each learner and semester may stand in it once. A column named
            as the measure with `_at_most` after it, as `register.signals` gives, says what the measure may come to at most.
        measure: the column of whole numbers to compare; an empty cell or NaN is not known.
        outcome: the column that says whether the outcome came about: truths, or 1 and 0; an empty cell or NaN is not known.
        thresholds: what to compare with.
        comparison: `more-than`, or `below`, as for marks.
        confidence: the level of the intervals.

    Raises:
        FactError: `columns-wrong`, `frame-unreadable`.
        InvalidValue: `measure-invalid`, `outcome-invalid` with the row (the first is 1), `observation-twice`,
            `threshold-invalid`, `share-invalid`, `option-invalid`.

    >>> import polars as pl
    >>> frame = pl.DataFrame({"missed": [25, 30, 3, 1, None], "left": [True, False, True, False, False]})
    >>> found = evaluate_measure(frame, measure="missed", outcome="left", thresholds=[20])
    >>> [(line.flagged, line.true_positives, line.missed, line.signal_not_known) for line in found.lines]
    [(2, 1, 1, 1)]
    """
    if comparison not in ("more-than", "below"):
        raise InvalidValue("option-invalid", "There is no such comparison.", found=comparison, remedy="Use more-than or below.")
    columns = columns_of(frame, (measure, outcome))
    keys = [columns[name] for name in KEYS if name in columns]
    if "learner_id" in columns:
        check_once(list(zip(*keys, strict=True)))
    values = [whole_number(value, measure, row) for row, value in enumerate(columns[measure], 1)]
    most = columns.get(f"{measure}_at_most")
    at_most = values if most is None else [whole_number(value, f"{measure}_at_most", row) for row, value in enumerate(most, 1)]
    came = [truth(value, outcome, row) for row, value in enumerate(columns[outcome], 1)]
    learners = columns.get("learner_id", [])
    return quality(
        [Observation(*one) for one in zip(values, at_most, came, strict=True)],
        signal=measure,
        outcome=outcome,
        thresholds=thresholds,
        comparison=comparison,
        semesters=sorted({str(one) for one in columns.get("semester", ())}),
        confidence=confidence,
        warnings=[_SAME_PEOPLE] if len(set(learners)) < len(learners) else [],
    )


def _strangers(count: int) -> Text:
    return Text(
        f"{count} no dotajiem iznākumiem ir par kādu, kas semestrī reģistrā nav uzņemts; tie nav skaitīti.",
        f"{count} of the outcomes given are of somebody whom the register does not have enrolled in the semester; they are not counted.",
    )


def _other_semesters(count: int) -> Text:
    return Text(
        f"{count} no dotajiem iznākumiem ir par citu semestri, nekā prasīts; tie nav skaitīti.",
        f"{count} of the outcomes given are of another semester than those asked for; they are not counted.",
    )


def _is_silent(period: SignalPeriod, held: LearnerRecords) -> bool:
    """Whether the learner was at an institution that recorded no absence of anybody."""
    return period.days is not None and not all_recorded(held.enrolments, period.days, held.recorded)


def _silent(count: int) -> Text:
    return Text(
        f"{count} novērojumi ir par izglītojamiem iestādē, kas šajās dienās nav reģistrējusi neviena kavējumus: viņu kavējumi nav "
        "zināmi, tie nav nulle.",
        f"{count} of the observations are of learners at an institution that recorded no absence of anybody in these days: their "
        "absences are not known, and are not none.",
    )


def _signal(name: str) -> Signal:
    found = next((one for one in SIGNALS if one.name == name), None)
    if found is None:
        names = [one.name for one in SIGNALS]
        raise RuleError(
            "signal-unknown",
            "There is no such signal.",
            found=name,
            remedy=f"Nearest: {', '.join(nearest(name, names) or names)}.",
        )
    return found


def _semesters(semesters: Semester | str | Sequence[Semester | str]) -> list[Semester]:
    wanted = [Semester(semesters)] if isinstance(semesters, str) else [Semester(one) for one in semesters]
    if not wanted:
        raise InvalidValue("semester-invalid", "No semester is named.", remedy="Name one, such as 2022/23-1.")
    return sorted(set(wanted))


def _enrolled(transaction: Transaction, period: SignalPeriod) -> dict[str, LearnerRecords]:
    records = records_by_learner(transaction, period)
    return {id: held for id, held in records.items() if period.days and enrolled_in(held.enrolments, period.days)}


def _became(
    name: str, outcomes: Outcomes, records: Mapping[str, LearnerRecords], factors: Iterable[object]
) -> dict[str, bool | None]:
    if name == "confirmed":
        return outcomes.confirmed(str(factor) for factor in factors)
    enrolments = {id: held.enrolments for id, held in records.items()}
    return outcomes.left(enrolments) if name == "left" else outcomes.repeated_level(enrolments)


def _observation(signal: Signal, period: SignalPeriod, held: LearnerRecords, came: bool | None) -> Observation:
    what = measured(period, absences=held.absences, marks=held.marks, enrolments=held.enrolments, recorded=held.recorded)[
        signal.measure
    ]
    return Observation(what.value, what.at_most, came)


def _given_outcomes(frame: Any, wanted: Sequence[Semester]) -> dict[tuple[str, Semester | None], bool | None]:
    """By learner and semester; without a column of semesters the outcomes are of the one that is asked for."""
    columns = columns_of(frame, ("learner_id", "outcome", *(("semester",) if len(wanted) > 1 else ())))
    learners = [str(id) for id in columns["learner_id"]]
    told = columns.get("semester")
    semesters = [None] * len(learners) if told is None else [semester_of(one, row) for row, one in enumerate(told, 1)]
    keys = list(zip(learners, semesters, strict=True))
    check_once(keys)
    came = [truth(value, "outcome", row) for row, value in enumerate(columns["outcome"], 1)]
    return dict(zip(keys, came, strict=True))
