"""Taking a source into the register: every outcome of a record, and nothing withdrawn that should stay."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from given_source import (
    ALL_COVERED,
    CODE,
    FIRST,
    LAST,
    LATER,
    OF_KIND,
    ONE,
    RECORDS,
    Dump,
    DumpOf,
    Given,
    absence,
    counts,
    enrolment,
    ids,
    instead,
    items,
    learner,
    mark,
    school,
    take,
)

from pmp_core.errors import Place, SourceError, masked
from pmp_core.register import Register
from pmp_core.sources import (
    Problem,
    Record,
    Source,
    ingest,
)
from pmp_core.sources.records import RECORD_KINDS, RecordKind
from pmp_core.values import AbsenceKind, DayRange, PersonalCode, Track


def test_a_source_of_ones_own_is_a_source() -> None:
    assert isinstance(Given(()), Source)


def test_new_records_are_added(register: Register, dump_of: DumpOf) -> None:
    report = take(register, items(RECORDS, *ALL_COVERED), FIRST)
    assert counts(report, "added") == OF_KIND
    assert not any(counts(report, what) for what in ("changed", "unchanged", "withdrawn", "refused"))
    assert report.changes == sum(OF_KIND.values())
    kept = dump_of(register)
    assert {kind: len(kept[f"{kind}s"]) for kind in RECORD_KINDS} == OF_KIND
    assert [row["name"] for row in kept["municipalities"]] == ["Novads"]


def test_what_is_kept_is_what_was_sent(filled: Register) -> None:
    learners, schools = ids(filled, "learner"), ids(filled, "institution")
    with filled.unit_of_work() as work:
        found = work.learners.get(learners["A"])
        assert (found.given_name, found.family_name, found.birth_date) == ("Ērika", "Ž-A", date(2010, 1, 31))
        (stay,) = work.enrolments.find(learner_id=learners["D"])
        assert (stay.institution_id, stay.track, stay.level, stay.days) == (
            schools["T"], Track.GENERAL, 7, DayRange(date(2022, 9, 1)),
        )  # fmt: skip
        missed = {(a.day, a.lesson, a.absence, a.source) for a in work.absences.find(learner_id=learners["A"])}
        assert missed == {
            (date(2022, 9, 5), 1, "unexcused", "given"), (date(2022, 9, 5), 2, "unexcused", "given"),
            (date(2022, 11, 7), 1, "unexcused", "given"),
        }  # fmt: skip
        (word,) = work.marks.find(learner_id=learners["D"])
        assert (word.semester, word.subject, word.points, word.word) == (ONE, "Ķīmija", None, "nv")


def test_a_second_run_changes_nothing(filled: Register, dump_of: DumpOf) -> None:
    before = dump_of(filled)
    report = take(filled, items(RECORDS, *ALL_COVERED), LATER)
    assert counts(report, "unchanged") == OF_KIND
    assert report.changes == 0
    assert dump_of(filled) == before


def test_the_order_of_the_records_does_not_matter(filled_in_memory: Register, dump_of: DumpOf) -> None:
    before = dump_of(filled_in_memory)
    report = take(filled_in_memory, reversed(items(RECORDS, *ALL_COVERED)))
    assert (report.changes, report.problems) == (0, [])
    assert dump_of(filled_in_memory) == before


CHANGED: tuple[Record, ...] = (
    school("S", name="Cita skola", municipality="Cits novads"), learner("A", family_name="Kalna"),
    enrolment("A", last_day=date(2022, 10, 31)), absence("A", date(2022, 9, 5), absence="excused"), mark("A", points=3),
)  # fmt: skip


def test_changed_records_change_what_is_kept_under_the_same_id(filled: Register) -> None:
    keyed: tuple[RecordKind, ...] = ("institution", "learner", "enrolment")
    before = {kind: ids(filled, kind) for kind in keyed}
    report = take(filled, items(instead(*CHANGED), *ALL_COVERED))
    assert counts(report, "changed") == dict.fromkeys(RECORD_KINDS, 1)
    assert counts(report, "unchanged") == {kind: number - 1 for kind, number in OF_KIND.items()}
    assert {kind: ids(filled, kind) for kind in keyed} == before
    with filled.unit_of_work() as work:
        changed = work.institutions.get(before["institution"]["S"])
        assert changed.name == "Cita skola"
        assert work.municipalities.get(changed.municipality_id or "").name == "Cits novads"
        assert work.learners.get(before["learner"]["A"]).family_name == "Kalna"
        assert work.enrolments.get(before["enrolment"]["A|S|2022-09-01"]).last_day == date(2022, 10, 31)
        (missed,) = work.absences.find(learner_id=before["learner"]["A"], day=date(2022, 9, 5), lesson=1)
        assert missed.absence is AbsenceKind.EXCUSED
        (marked,) = work.marks.find(learner_id=before["learner"]["A"], semester=ONE)
        assert marked.points == 3


def test_a_dry_run_keeps_nothing_and_tells_what_a_real_one_does(filled: Register, dump_of: DumpOf) -> None:
    gone = (learner("B"), enrolment("B"), absence("B", date(2022, 9, 5)), mark("B"))
    given = [record for record in instead(*CHANGED) if record not in gone]
    new = (learner("N"), enrolment("N"), absence("N", date(2022, 9, 6)), mark("N"), mark("nobody"))
    source = items((*given, *new), *ALL_COVERED)
    before = dump_of(filled)
    dry = take(filled, source, dry_run=True, most_withdrawn=1)
    assert dump_of(filled) == before
    real = take(filled, source, most_withdrawn=1)
    assert dump_of(filled) != before
    assert (dry.dry_run, real.dry_run) == (True, False)
    assert {**dry.as_dict(), "dry_run": False} == real.as_dict()
    assert counts(real, "withdrawn") == {"learner": 1, "enrolment": 1}  # what is kept of who is gone stays
    assert counts(real, "added") == {"learner": 1, "enrolment": 1, "absence": 1, "mark": 1}
    assert counts(real, "refused") == {"mark": 1}


@pytest.mark.parametrize(
    ("record", "code", "found"),
    [
        (enrolment("nobody"), "learner-unknown", "nobody"),
        (enrolment("A", "nowhere"), "institution-unknown", "nowhere"),
        (absence("nobody", date(2022, 9, 5)), "learner-unknown", "nobody"),
        (absence("A", date(2022, 9, 5), 1, "nowhere"), "institution-unknown", "nowhere"),
        (mark("nobody"), "learner-unknown", "nobody"),
        (mark("A", ONE, "nowhere"), "institution-unknown", "nowhere"),
        (school("U", partner_kind="municipal"), "code-unknown", None),
    ],
)
def test_a_record_that_fits_nothing_is_a_problem_with_the_place_of_its_row(
    filled_in_memory: Register, record: Record, code: str, found: str | None
) -> None:
    report = take(filled_in_memory, items((*RECORDS, record), *ALL_COVERED))
    (problem,) = report.problems
    assert (problem.code, problem.kind, problem.identity) == (code, record.kind, record.identity)
    assert problem.place == Place("file.csv", 3 + len(RECORDS))
    assert problem.found == found
    assert problem.remedy
    assert counts(report, "refused") == {record.kind: 1}
    assert counts(report, "unchanged") == OF_KIND


def test_one_bad_row_does_not_hide_the_good_ones(in_memory: Register) -> None:
    report = take(in_memory, items((enrolment("nobody"), mark("nobody"), *RECORDS)))
    assert counts(report, "added") == OF_KIND
    assert counts(report, "refused") == {"enrolment": 1, "mark": 1}


def test_a_known_partner_kind_is_kept(in_memory: Register) -> None:
    take(in_memory, items([school("S", partner_kind="municipality", registration_number="0000000001")]))
    with in_memory.unit_of_work() as work:
        (kept,) = work.institutions.find()
    assert (kept.partner_kind, kept.registration_number) == ("municipality", "0000000001")


def test_of_two_different_records_of_one_thing_the_first_is_taken_and_the_second_told(in_memory: Register) -> None:
    report = take(in_memory, items((learner("A"), learner("A", family_name="Cita"))))
    (problem,) = report.problems
    assert (problem.code, problem.kind, problem.identity) == ("record-twice", "learner", "A")
    assert problem.place == Place("file.csv", 4)
    assert (counts(report, "added"), counts(report, "refused")) == ({"learner": 1}, {"learner": 1})
    with in_memory.unit_of_work() as work:
        assert [one.family_name for one in work.learners.find()] == ["Ž-A"]


def test_the_same_record_twice_is_no_problem(in_memory: Register) -> None:
    report = take(in_memory, items((*RECORDS, *RECORDS)))
    assert report.problems == []
    assert counts(report, "added") == OF_KIND


def test_personal_codes_are_kept_nowhere_and_counted(register: Register, dump_of: DumpOf) -> None:
    coded = [learner(key, personal_code=PersonalCode(f"010203-1234{i}")) for i, key in enumerate("ABC")]
    planted = Problem("id-invalid", f"Found {CODE}.", Place(f"{CODE}.csv", 7, f"{CODE}"), "learner", "X", CODE, f"Not {CODE}")
    report = take(register, items((*coded, learner("D")), planted))
    assert report.personal_codes_dropped == 3
    for text in (repr(dump_of(register)), json.dumps(report.as_dict()), repr(report), report._repr_html_(), str(planted)):
        assert masked(text) == text
        assert not re.search("010203-?1234", text)


def test_a_personal_code_that_appears_is_no_change(filled_in_memory: Register, dump_of: DumpOf) -> None:
    before = dump_of(filled_in_memory)
    report = take(filled_in_memory, items(instead(learner("A", personal_code=PersonalCode(CODE))), *ALL_COVERED))
    assert (report.changes, report.personal_codes_dropped) == (0, 1)
    assert dump_of(filled_in_memory) == before


@pytest.mark.parametrize("at", [0, 3, len(RECORDS)])
def test_a_source_that_fails_in_the_middle_leaves_nothing_behind(register: Register, dump_of: DumpOf, at: int) -> None:
    before = dump_of(register)
    source = items(RECORDS)
    source.insert(at, SourceError("file-unreadable", "The file breaks off.", remedy="Export it again."))
    with pytest.raises(SourceError, match="breaks off"):
        take(register, source)
    assert dump_of(register) == before


def test_what_fails_while_records_are_kept_leaves_nothing_behind(register: Register, dump_of: DumpOf) -> None:
    def fail(done: int, total: int) -> None:
        raise RuntimeError(f"{done} of {total}")

    before = dump_of(register)
    with pytest.raises(RuntimeError, match="20 of 20"):
        take(register, items(RECORDS), progress=fail)
    assert dump_of(register) == before


def test_two_sources_do_not_touch_each_others_records(filled: Register, dump_of: DumpOf) -> None:
    def of_first(dump: Dump) -> Dump:
        mine = {row["entity_id"] for row in dump["source_keys"] if row["source"] == "given"}
        return {
            "keys": [row for row in dump["source_keys"] if row["source"] == "given"],
            "rows": [row for name in ("absences", "marks") for row in dump[name] if row["source"] == "given"],
            "entities": [row for kind in RECORD_KINDS[:3] for row in dump[f"{kind}s"] if row["id"] in mine],
        }

    before = of_first(dump_of(filled))
    other = Given(items(instead(*CHANGED), *ALL_COVERED), name="other")
    assert counts(ingest(filled, other, on=LATER), "added") == OF_KIND
    nothing = Given(ALL_COVERED, name="other")
    assert counts(ingest(filled, nothing, on=LAST, most_withdrawn=1), "withdrawn") == {
        kind: OF_KIND[kind] for kind in RECORD_KINDS[:3]
    }
    assert of_first(dump_of(filled)) == before
    assert take(filled, items(RECORDS, *ALL_COVERED)).changes == 0


def test_the_problems_of_the_last_run_are_kept_and_those_before_are_not(in_memory: Register, dump_of: DumpOf) -> None:
    bad = Problem("day-invalid", "No such day.", Place("file.csv", 9, "Born"), "learner", "A", "31.02.2010", "Correct it.")
    take(in_memory, items((mark("nobody"),), bad))
    ingest(in_memory, Given([bad], name="other"), on=LATER)
    assert [(row["source"], row["number"], row["code"]) for row in dump_of(in_memory)["source_problems"]] == [
        ("given", 1, "day-invalid"), ("given", 2, "learner-unknown"), ("other", 1, "day-invalid"),
    ]  # fmt: skip
    take(in_memory, items(()))
    (left,) = dump_of(in_memory)["source_problems"]
    assert left == {
        "source": "other", "number": 1, "kind": "learner", "code": "day-invalid", "message": "No such day.", "file": "file.csv",
        "row": 9, "column_heading": "Born", "found": "31.02.2010", "remedy": "Correct it.",
    }  # fmt: skip


def test_progress_rises_to_the_total(in_memory: Register) -> None:
    told: list[tuple[int, int]] = []
    many = [absence("A", date(2022, 9, 1 + i % 28), i // 28) for i in range(21 * 28)]
    take(in_memory, items((school("S"), learner("A"), *many)), progress=lambda done, total: told.append((done, total)))
    assert told == [(500, 590), (590, 590)]


def test_nothing_to_do_tells_no_progress(in_memory: Register) -> None:
    told: list[tuple[int, int]] = []
    take(in_memory, ALL_COVERED, progress=lambda done, total: told.append((done, total)))
    assert told == []


def test_the_report_is_whole_as_json(in_memory: Register) -> None:
    bad = Problem("day-invalid", "No such day.", Place("file.csv", 9, "Born"), "learner", "A", "31.02.2010", "Correct it.")
    told = take(in_memory, items(RECORDS[:3], bad), dry_run=True).as_dict()
    assert json.loads(json.dumps(told)) == told
    assert (told["source"], told["dry_run"], told["held_back"], told["personal_codes_dropped"]) == ("given", True, [], 0)
    assert told["counts"]["learner"] == {"added": 1, "changed": 0, "unchanged": 0, "withdrawn": 0, "refused": 1}
    assert told["problems"] == [
        {
            "code": "day-invalid", "message": "No such day.", "file": "file.csv", "row": 9, "column": "Born",
            "kind": "learner", "found": "31.02.2010", "remedy": "Correct it.",
        }
    ]  # fmt: skip


def test_the_report_escapes_what_the_source_says(in_memory: Register) -> None:
    bad = Problem("x", "<script>alert(1)</script>", Place("<b>.csv"), "mark", "A", "a&b", "<i>")
    html = take(in_memory, items(RECORDS, bad))._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "a&amp;b" in html
    assert "<tr><th>learner</th><td>4</td><td>0</td><td>0</td><td>0</td><td>0</td></tr>" in html
