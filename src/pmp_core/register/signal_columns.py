"""What signals measure of everybody in a semester at once, as columns: the same as `signal_facts` says of each learner."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from pmp_core.errors import FactError
from pmp_core.loading import Programme
from pmp_core.register import tables
from pmp_core.register.frames_of_tables import polars_frame
from pmp_core.register.schema import Table
from pmp_core.register.signal_facts import EXCUSED, LATE, UNEXCUSED, UNSPECIFIED
from pmp_core.register.signal_period import SignalPeriod
from pmp_core.register.storage import Transaction
from pmp_core.risks import SIGNALS
from pmp_core.values import DayRange, Semester

Frame = nw.DataFrame[Any]
BACKENDS = ("polars", "pandas", "pyarrow")
_LEARNER, _WHOLE_DAY = "learner_id", -1
_RUNNING = (
    "unexcused_lessons",
    "excused_lessons",
    "unspecified_lessons",
    "unexcused_days",
    "excused_days",
    "unspecified_days",
    "late_arrivals",
)


def signal_frame(
    transaction: Transaction, programme: Programme, semester: Semester, on: date | None = None, backend: str = "polars"
) -> Any:
    """What the signals measure of everybody enrolled in a semester, and what each of them says.

    Nothing is kept. `Register.signals` hands in what it has.

    Args:
        transaction: of the register.
        programme: whose thresholds and calendar count.
        semester: whose absences and marks are read.
        on: records up to and including this day count, and the thresholds of this day; None: the semester's last day.
        backend: `polars`, `pandas` or `pyarrow`. It is computed with Polars, which has to be installed.

    Returns:
        A native frame, a row for each learner in the order of their ids: `learner_id`, `institution_id` (of several the one
        joined last); a 64-bit integer for each measure, empty where it is not known: `unexcused_lessons`,
        `excused_lessons`, `unexcused_days`, `excused_days`, `late_arrivals`, `days_to_enrolment`, `lowest_mark` and
        `largest_fall` (points), `level_repeated` (1 or 0); beside the first five the most that they can be, `…_at_most`,
        empty where no bound is known, as where the institution recorded no absence of anybody in these days; and a column
        of text for each signal, such as `signal_unexcused_lessons`:
        `granted` (it is there), `refused` (it is not), `undetermined`. Before the semester began there are no rows.

    Raises:
        FactError: `backend-unknown`, `backend-missing`.
        ProgrammeError: `semester-unset`.

    >>> from pmp_core import demo_register
    >>> with demo_register() as register:
    ...     frame = register.signals("2022/23-1")
    >>> frame["signal_unexcused_lessons"].value_counts().sort("signal_unexcused_lessons").rows()
    [('granted', 14), ('refused', 106)]
    """
    _check_backend(backend)
    period = SignalPeriod.until(programme.calendar, semester, on)
    measures = measure_columns(transaction, period)
    day = on if on is not None else programme.calendar.days(semester).last
    for signal in SIGNALS:
        value, most = nw.col(signal.measure), nw.col(f"{signal.measure}_at_most" if signal.may_be_more else signal.measure)
        threshold = programme.read(signal.threshold, day).value if day is not None else None
        known = value == most
        if isinstance(threshold, int):
            known = (value > threshold) | (most <= threshold) | known
        facts = measures.select(nw.lit(day).cast(nw.Date()).alias("on"), nw.when(known).then(value).alias(signal.measure))
        decided = nw.from_native(programme.rule(signal.name).decide_frame(facts.to_native()), eager_only=True)
        measures = measures.with_columns(decided["outcome"].cast(nw.String()).alias(signal.name.replace("-", "_")))
    return _given(measures, backend)


def measure_columns(transaction: Transaction, period: SignalPeriod) -> Frame:
    """What the signals measure, a row for each learner enrolled in the days of a semester, in the order of their ids.

    Returns:
        `learner_id`, `institution_id`, and a column of 64-bit integers for each measure; an empty cell is not known. A count
        that may be more has a second column, `…_at_most`; there an empty cell means that no bound is known.
    """
    enrolments = _read(transaction, tables.ENROLMENTS, "id", "institution_id", "track", "level", "first_day", "last_day")
    days = period.days
    if days is None:  # nobody is looked at before the semester began
        enrolments, days = enrolments.head(0), DayRange(period.first, period.first)
    inside = enrolments.filter(_overlaps(days))
    here = inside.sort(_LEARNER, "first_day", "id", descending=[False, True, False]).unique(
        _LEARNER, keep="first", maintain_order=True
    )
    frame = here.select(_LEARNER, "institution_id")
    absences, marks = absences_once(transaction, days), _read(transaction, tables.MARKS, "semester", "subject", "points")
    counts = ["late_arrivals"]
    for part in (*_of_lessons(absences), *_of_days(absences), _count(absences.filter(_is(LATE)), "late_arrivals")):
        counts += [name for name in part.columns if name not in (_LEARNER, *counts)]
        frame = frame.join(part, on=_LEARNER, how="left")
    frame = frame.with_columns(nw.col(*counts).fill_null(0))
    # Where one of a learner's institutions recorded no absence of anybody, nothing bounds what it did not record of this one.
    silent = inside.filter(~nw.col("institution_id").is_in(absences["institution_id"].unique().to_list()))
    bounded = ~nw.col(_LEARNER).is_in(silent[_LEARNER].unique().to_list())
    for name in ("unexcused", "excused"):
        most = nw.col(f"{name}_lessons") + nw.col("_perhaps_lessons")
        frame = frame.with_columns(
            nw.when(bounded & (nw.col(f"_whole_{name}") == 0)).then(most).alias(f"{name}_lessons_at_most"),
            nw.when(bounded).then(nw.col(f"_any_{name}")).alias(f"{name}_days_at_most"),
        )
    frame = frame.with_columns(nw.when(bounded).then(nw.col("late_arrivals")).alias("late_arrivals_at_most"))
    joined = (_to_enrolment(inside, here, days), _lowest(marks, period.semester), _fall(marks, period.semester))
    for part in (*joined, _repeated(enrolments, here, period.year_before)):
        frame = frame.join(part, on=_LEARNER, how="left")
    return frame.select(_LEARNER, "institution_id", *_measures()).sort(_LEARNER)


def running_counts(
    transaction: Transaction, programme: Programme, semester: Semester, on: date | None = None, backend: str = "polars"
) -> Any:
    """How the counts of absences ran through a semester: on which day of whom what was how many so far.

    Args:
        transaction: of the register.
        programme: whose calendar counts.
        semester: counting begins anew on its first day.
        on: up to and including this day; None: to the semester's last day.
        backend: as for `signal_frame`.

    Returns:
        A native frame, a row for each learner and day with a record, in this order: `learner_id`, `day`, and as 64-bit
        integers the number up to and including that day of `unexcused_lessons`, `excused_lessons`,
        `unspecified_lessons` (an absence without a word on the excuse), `unexcused_days`, `excused_days`,
        `unspecified_days` (whole days) and `late_arrivals`.

    Raises:
        FactError: `backend-unknown`, `backend-missing`.
        ProgrammeError: `semester-unset`.
    """
    _check_backend(backend)
    days = SignalPeriod.until(programme.calendar, semester, on).days
    first = programme.calendar.days(semester).first
    absences = absences_once(transaction, days or DayRange(first, first))
    absences = absences.head(0) if days is None else absences
    kinds = {"unexcused": UNEXCUSED, "excused": EXCUSED, "unspecified": UNSPECIFIED}
    lesson = nw.col("lesson") != _WHOLE_DAY
    of_day = absences.with_columns(
        *((_is(kind) & lesson).cast(nw.Int64()).alias(f"{name}_lessons") for name, kind in kinds.items()),
        *((_is(kind) & ~lesson).cast(nw.Int64()).alias(f"{name}_days") for name, kind in kinds.items()),
        _is(LATE).cast(nw.Int64()).alias("late_arrivals"),
    )
    lessons = [name for name in _RUNNING if not name.endswith("_days")]
    whole = [name for name in _RUNNING if name.endswith("_days")]  # a day is missed once, whoever says so
    per_day = of_day.group_by(_LEARNER, "day").agg(nw.col(*lessons).sum(), nw.col(*whole).max()).sort(_LEARNER, "day")
    running = per_day.with_columns(nw.col(*_RUNNING).cum_sum().over(_LEARNER, order_by="day"))
    return _given(running.select(_LEARNER, "day", *_RUNNING).sort(_LEARNER, "day"), backend)


def absences_once(transaction: Transaction, days: DayRange) -> Frame:
    """Absences of these days, each lesson or day of an institution once; `lesson` is -1 for a whole day."""
    read = _read(transaction, tables.ABSENCES, "institution_id", "day", "lesson", "absence")
    inside = read.filter(nw.col("day").is_between(days.first, days.last or date.max))
    return inside.with_columns(nw.col("lesson").fill_null(_WHOLE_DAY)).unique()


def _measures() -> list[str]:
    names = []
    for signal in SIGNALS:
        names += [signal.measure, f"{signal.measure}_at_most"] if signal.may_be_more else [signal.measure]
    return names


def _of_lessons(absences: Frame) -> list[Frame]:
    lesson = nw.col("lesson") != _WHOLE_DAY
    parts = [_count(absences.filter(_is(UNSPECIFIED), lesson), "_perhaps_lessons")]
    for name, kind in (("unexcused", UNEXCUSED), ("excused", EXCUSED)):
        parts.append(_count(absences.filter(_is(kind), lesson), f"{name}_lessons"))
        parts.append(_count(absences.filter(_is(kind) | _is(UNSPECIFIED), ~lesson), f"_whole_{name}"))
    return parts


def _of_days(absences: Frame) -> list[Frame]:
    parts = []
    for name, kind in (("unexcused", UNEXCUSED), ("excused", EXCUSED)):
        whole = absences.filter(_is(kind), nw.col("lesson") == _WHOLE_DAY).select(_LEARNER, "day").unique()
        any_ = absences.filter(_is(kind) | _is(UNSPECIFIED)).select(_LEARNER, "day").unique()
        parts += [_count(whole, f"{name}_days"), _count(any_, f"_any_{name}")]
    return parts


def _to_enrolment(inside: Frame, here: Frame, days: DayRange) -> Frame:
    at = inside.join(here.select(_LEARNER, "institution_id"), on=[_LEARNER, "institution_id"])
    began = at.group_by(_LEARNER).agg(nw.col("first_day").min())
    late = (nw.col("first_day") - nw.lit(days.first).cast(nw.Date())).dt.total_minutes() // (24 * 60)
    late = nw.when(late > 0).then(late).otherwise(0).cast(nw.Int64())
    return began.select(_LEARNER, late.alias("days_to_enrolment"))


def _lowest(marks: Frame, semester: Semester) -> Frame:
    return _lowest_points(marks, semester, _LEARNER, name="lowest_mark")


def _fall(marks: Frame, semester: Semester) -> Frame:
    keys = (_LEARNER, "subject")
    then = _lowest_points(marks, semester.previous, *keys, name="then")
    both = then.join(_lowest_points(marks, semester, *keys, name="now"), on=list(keys))
    fall = nw.col("then") - nw.col("now")
    falls = both.select(_LEARNER, nw.when(fall > 0).then(fall).otherwise(0).alias("largest_fall"))
    return falls.group_by(_LEARNER).agg(nw.col("largest_fall").max())


def _lowest_points(marks: Frame, semester: Semester, *keys: str, name: str) -> Frame:
    given = marks.filter(nw.col("semester") == str(semester), ~nw.col("points").is_null())
    return given.group_by(*keys).agg(nw.col("points").min().alias(name))


def _repeated(enrolments: Frame, here: Frame, year_before: DayRange) -> Frame:
    own = here.select(_LEARNER, nw.col("track").alias("_track"), nw.col("level").alias("_level"), _began=nw.col("first_day"))
    own = own.filter(nw.col("_began") > (year_before.last or date.max))
    before = enrolments.filter(_overlaps(year_before), ~nw.col("last_day").is_null()).join(own, on=_LEARNER)
    before = before.filter(nw.col("last_day") < nw.col("_began"))
    last = before.sort(_LEARNER, "last_day", "first_day", "id", descending=[False, True, True, False])
    last = last.unique(_LEARNER, keep="first", maintain_order=True)
    again = (nw.col("track") == nw.col("_track")) & (nw.col("level") == nw.col("_level"))
    return last.select(_LEARNER, again.cast(nw.Int64()).alias("level_repeated"))


def _is(kind: str) -> nw.Expr:
    return nw.col("absence") == str(kind)


def _overlaps(days: DayRange) -> nw.Expr:
    began = nw.col("first_day") <= (days.last or date.max)
    return began & (nw.col("last_day").is_null() | (nw.col("last_day") >= days.first))


def _count(frame: Frame, name: str) -> Frame:
    return frame.group_by(_LEARNER).agg(nw.len().cast(nw.Int64()).alias(name))


def _read(transaction: Transaction, table: Table, *columns: str) -> Frame:
    return nw.from_native(polars_frame(transaction, table, [_LEARNER, *columns]), eager_only=True)


def _check_backend(backend: str) -> None:
    if backend not in BACKENDS:
        raise FactError(
            "backend-unknown", "There is no such kind of frame.", found=backend, remedy=f"Use one of {', '.join(BACKENDS)}."
        )


def _given(frame: Frame, backend: str) -> Any:
    """The frame as the caller wants it. What is computed here is computed with Polars."""
    if backend == "polars":
        return frame.to_native()
    try:
        table = frame.to_arrow()
        # NumPy's integers hold no empty cell; pandas has types of its own that do.
        return table if backend == "pyarrow" else frame.to_pandas().convert_dtypes()
    except ModuleNotFoundError:
        raise _missing(backend) from None


def _missing(backend: str) -> FactError:
    return FactError("backend-missing", f"{backend} is not installed.", remedy="Install it: `pip install 'pmp-core[frames]'`.")
