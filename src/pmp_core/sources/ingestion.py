"""Taking a source in: compare with the register, show what is new, changed, the same, withdrawn or refused; keep it.

Learners and enrolments that the source no longer has are marked as withdrawn and stay, and such an enrolment is ended;
absences and marks that it took back are removed, but for those of learners who are gone. What is withdrawn is only ever
judged inside what the source says it covers, and a kind of record of which some could not even be told apart is not
judged at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pmp_core.errors import AccessDenied, InvalidValue, Place, SourceError
from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.register.access.doors import admitting
from pmp_core.register.access.reach import Reach
from pmp_core.sources.entity_intake import Enrolments, Institutions, Learners
from pmp_core.sources.intake import Intake
from pmp_core.sources.records import RECORD_KINDS, LearnerRecord, Record, RecordKind
from pmp_core.sources.report import IngestReport
from pmp_core.sources.row_intake import Absences, Marks
from pmp_core.sources.source import Coverage, Located, Problem, Source

MOST_WITHDRAWN = 0.2
INTAKES: dict[RecordKind, type[Intake]] = {
    "institution": Institutions,
    "learner": Learners,
    "enrolment": Enrolments,
    "absence": Absences,
    "mark": Marks,
}


def ingest(
    register: Register,
    source: Source,
    *,
    on: date,
    dry_run: bool = False,
    most_withdrawn: float = MOST_WITHDRAWN,
    new_institutions: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> IngestReport:
    """Take what a source has into the register, in one unit of work: all good records, or nothing.

    Args:
        register: where it goes.
        source: what is read.
        on: today.
        dry_run: compare and report, and keep nothing.
        most_withdrawn: a run that would withdraw more than this share of what is kept of a kind stops. A safety of ours,
            no rule: 0.2 unless told otherwise.
        new_institutions: allow a read that lists institutions of which the register knows none under this source's name,
            although it knows others.
        progress: called with how many of how many records are done.

    Returns:
        What was added, changed, unchanged, withdrawn and refused, by kind, with every problem.

    Raises:
        SourceError: the source cannot be read; `source-other-school`, `withdrawal-too-large`. Nothing was kept.
        InvalidValue: `share-invalid`.
    """
    check_share(most_withdrawn)
    report = IngestReport(source.name, dry_run)
    records: dict[RecordKind, dict[str, Record]] = {kind: {} for kind in RECORD_KINDS}
    coverages: list[Coverage] = []
    places: dict[tuple[RecordKind, str], Place] = {}
    for item in source.read():
        if isinstance(item, Problem):
            report.problems.append(item)
        elif isinstance(item, Coverage):
            coverages.append(item)
        else:
            places.setdefault((item.record.kind, item.record.identity), item.place)
            _take_record(records[item.record.kind], item, report)
    with register.unit_of_work(keep=not dry_run) as work, admitting(work, "import-records", narrows=True) as reach:
        _check_own(work, source.name, reach)
        total, done = sum(map(len, records.values())), 0
        if not new_institutions:
            listed = set(records["institution"])
            listed |= {p.identity for p in report.problems if p.kind == "institution" and p.identity is not None}
            _check_institutions(work, source.name, listed)
        intakes: dict[RecordKind, Intake] = {}
        for kind in RECORD_KINDS:
            intakes[kind] = INTAKES[kind](work, register, source.name, on, intakes)
        for kind in RECORD_KINDS:
            # A problem of no kind may have been of any.
            refused = {problem.identity for problem in report.problems if problem.kind in (kind, None)}
            counts = report.counts[kind]
            for identity, record in records[kind].items():
                outcome = intakes[kind].take(record)
                if isinstance(outcome, Problem):
                    report.problems.append(replace(outcome, place=places[kind, identity]))
                    refused.add(identity)
                else:
                    setattr(counts, outcome, getattr(counts, outcome) + 1)
                done += 1
                if progress is not None and (done % 500 == 0 or done == total):
                    progress(done, total)
            counts.refused = sum(problem.kind == kind for problem in report.problems)
            intakes[kind].flush()
            _withdraw(
                kind,
                intakes[kind],
                set(records[kind]) | {identity for identity in refused if identity},
                coverages,
                report,
                most_withdrawn,
                told_apart=None not in refused,
            )
        taken = intakes["learner"]
        report.personal_codes_kept = len(taken.codes) if isinstance(taken, Learners) else 0
        _keep_problems(work, source.name, report.problems)
    # Personal codes are kept only encrypted, and only of learners who were taken: see docs/explanation/privacy.md.
    learners = (record for record in records["learner"].values() if isinstance(record, LearnerRecord))
    report.personal_codes_dropped = sum(record.personal_code is not None for record in learners) - report.personal_codes_kept
    return report


def check_share(share: float) -> None:
    """Whether this is a share.

    Raises:
        InvalidValue: `share-invalid`.
    """
    if not 0 <= share <= 1:  # nor is what is no number at all
        raise InvalidValue("share-invalid", "A share is a number from 0 to 1.", found=share, remedy="Write 0.2 for a fifth.")


def _check_own(work: UnitOfWork, source: str, reach: Reach) -> None:
    """Whether a source is one's own: who acts for some institutions imports nothing under the name by which others import."""
    known = work.transaction.find(tables.SOURCE_KEYS, {"source": source, "kind": "institution"})
    others = sorted(str(row["identity"]) for row in known if not reach.has(row["entity_id"]))
    if others:
        raise AccessDenied(
            "access-denied",
            f"Under the name {source!r} institutions are imported that you do not act for.",
            found=", ".join(others[:5]),
            remedy="Give your own exports a name of their own: --name.",
        )


def _check_institutions(work: UnitOfWork, source: str, listed: set[str]) -> None:
    known = {str(row["identity"]) for row in work.transaction.find(tables.SOURCE_KEYS, {"source": source, "kind": "institution"})}
    if listed and known and not listed & known:
        raise SourceError(
            "source-other-school",
            f"The source lists only institutions that were never read under the name {source!r}; nothing was taken.",
            found=", ".join(sorted(listed)[:5]),
            remedy="Give this school's exports a name of their own: --name. If these institutions do belong to this source, "
            "allow it: new_institutions=True, --new-institutions.",
        )


def _keep_problems(work: UnitOfWork, source: str, problems: list[Problem]) -> None:
    work.transaction.delete(tables.SOURCE_PROBLEMS, {"source": source})
    work.transaction.insert(
        tables.SOURCE_PROBLEMS,
        [
            {
                "source": source,
                "number": number,
                "kind": problem.kind,
                "code": problem.code,
                "message": problem.message,
                "file": problem.place.file,
                "row": problem.place.row,
                "column_heading": problem.place.column,
                "found": problem.found,
                "remedy": problem.remedy,
            }
            for number, problem in enumerate(problems, 1)
        ],
    )


def _take_record(known: dict[str, Record], item: Located, report: IngestReport) -> None:
    record = item.record
    before = known.setdefault(record.identity, record)
    if before != record:
        report.problems.append(
            Problem(
                "record-twice",
                f"The source has two different records of one {record.kind}; the first one is taken.",
                item.place,
                kind=record.kind,
                identity=record.identity,
                remedy="Correct one of them in the school's system.",
            )
        )


def _withdraw(
    kind: RecordKind,
    intake: Intake,
    seen: set[str],
    coverages: list[Coverage],
    report: IngestReport,
    most: float,
    *,
    told_apart: bool,
) -> None:
    own = [coverage for coverage in coverages if coverage.kind == kind]
    if not own:
        return
    gone, covered = intake.missing(seen, own)
    if gone and not told_apart:
        report.held_back.append(kind)
        return
    if covered and len(gone) > most * covered and len(gone) > 1:
        raise SourceError(
            "withdrawal-too-large",
            f"The source would withdraw {len(gone)} of {covered} records of kind {kind!r}; nothing was taken.",
            found=f"{len(gone)} of {covered}",
            remedy="Check that the file is whole. If it is meant, allow it: "
            f"most_withdrawn={math.ceil(100 * len(gone) / covered) / 100:.2f} or more.",
        )
    report.closed += intake.withdraw(gone)
    report.counts[kind].withdrawn = len(gone)
