"""What is done to cells: patterns, codes, constants, names, filling down, looking up, conditions, numbers and marks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmp_core.errors import SourceError
from pmp_core.sources.records import AbsenceRecord, EnrolmentRecord, LearnerRecord, MarkRecord
from pmp_core.sources.source import Coverage, Problem
from pmp_core.values import DayRange
from pmp_sis_tabular import TabularSource

Open, Put = Callable[..., TabularSource], Callable[..., Path]
Sorted = tuple[list[Any], list[Problem], list[Coverage]]
Apart = Callable[..., Sorted]

LEARNERS = """\
name: t
files:
  learners:
    match: learners.csv
    fields: {{id: ID, born: {{column: Born, optional: true}}}}
    {options}
    records:
      - {{kind: learner, fields: {{key: id, given_name: given_name, middle_name: middle_name, family_name: family_name, birth_date: born}}}}
"""


@pytest.mark.parametrize(
    ("style", "whole", "parts"),
    [
        ("family, given", "Ļaudama, Anna Ērika", ("Anna Ērika", None, "Ļaudama")),
        ("given family", "Anna Ērika Ļaudama", ("Anna Ērika", None, "Ļaudama")),
        ("given middle family", "Anna Ērika Ļaudama", ("Anna", "Ērika", "Ļaudama")),
        ("given middle family", "Anna Ļaudama", ("Anna", None, "Ļaudama")),
        ("family given", "Ļaudama Anna Ērika", ("Anna Ērika", None, "Ļaudama")),
    ],
)
def test_a_whole_name_is_split(style: str, whole: str, parts: tuple[str, ...], put: Put, opened: Open, sorted_out: Apart) -> None:
    put("learners.csv", f"ID;Name\n1;{whole}\n")
    records, problems, _ = sorted_out(opened(LEARNERS.format(options=f"split: [{{column: Name, name: '{style}'}}]")).read())
    assert [(one.given_name, one.middle_name, one.family_name) for one in records] == [parts]
    assert problems == []


@pytest.mark.parametrize(("style", "whole"), [("family, given", "Ļaudama"), ("given family", "Ļaudama"), ("family given", "")])
def test_a_name_without_a_part_is_a_problem_that_does_not_tell_the_name(
    style: str, whole: str, put: Put, opened: Open, sorted_out: Apart
) -> None:
    put("learners.csv", f"ID;Name\n1;{whole}\n")
    _, problems, _ = sorted_out(opened(LEARNERS.format(options=f"split: [{{column: Name, name: '{style}'}}]")).read())
    assert [(one.code, one.place.row, one.place.column, one.kind, one.identity) for one in problems] == [
        ("value-missing", 2, "Name", "learner", "1")
    ]
    assert not whole or whole not in str(problems)


TWO = "split: [{column: Name, name: 'family, given'}]"


def test_the_same_learner_twice(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("learners.csv", "ID;Name;Born\n1;Ļ, Ē;01.02.2010\n1;Ļ, Ē;2010-02-01\n2;B, A;\n1;Ļ, Ē;02.02.2010\n")
    records, problems, _ = sorted_out(opened(LEARNERS.format(options=TWO)).read())
    assert [(one.key, one.birth_date) for one in records] == [("1", date(2010, 2, 1)), ("2", None)]
    (problem,) = problems
    assert (problem.code, problem.place.row, problem.identity) == ("learner-twice", 5, "1")
    assert "learners.csv, row 2" in problem.message


@pytest.mark.parametrize("day", ["31.02.2010", "2010-13-01", "33 marts 2010", "1. marts 2010. marts", "1/2/2010", "Ļaudama", "7"])
def test_a_day_that_does_not_exist(day: str, put: Put, opened: Open, sorted_out: Apart) -> None:
    put("learners.csv", f"ID;Name;Born\n1;Ļ, Ē;{day}\n2;B, A;01.02.2010\n")
    records, problems, _ = sorted_out(opened(LEARNERS.format(options=TWO)).read())
    assert [(one.code, one.place.row, one.place.column, one.identity) for one in problems] == [("day-invalid", 2, "Born", "1")]
    assert problems[0].found == (None if day == "Ļaudama" else day)
    assert [one.key for one in records] == ["2"]


def test_conditions_leave_rows_out(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("learners.csv", "ID;Name;Status\n1;Ļ, Ē;Active\n2;B, A;Gone\n3;D, C;\n")
    for condition, keys in [
        ("{column: Status, is_not: [Gone]}", ["1", "3"]),
        ("{column: Status, is: Active}", ["1"]),
        ("{field: id, is: [1, 2]}", ["1", "2"]),
        ("{column: Status, is_not: ''}", ["1", "2"]),
    ]:
        source = opened(LEARNERS.format(options=f"{TWO}\n    where: [{condition}]"))
        assert [one.key for one in sorted_out(source.read())[0]] == keys


ENROLMENTS = """\
name: t
school_year: 2022/23
files:
  enrolments:
    match: enrolments.csv
    fields:
      class: Class
      level: {field: class, pattern: '^(\\d+)\\.'}
      track: {column: Track, codes: {vispārējā: general, profesionālā: vocational, X: nonsense}, ignore: [interešu]}
    records:
      - kind: enrolment
        fields:
          learner_key: {column: ID}
          institution_key: {constant: S1}
          track: track
          level: level
          class_name: class
          first_day: {column: From}
          last_day: {column: [To, Līdz], optional: true}
"""


def test_codes_patterns_and_constants(put: Put, opened: Open, sorted_out: Apart) -> None:
    put(
        "enrolments.csv",
        "ID;Class;Track;From\n1;7.b;vispārējā;1. septembris\n2;2. kurss;profesionālā;9 janvāra\n3;1.a;interešu;x\n",
    )
    records, problems, covered = sorted_out(opened(ENROLMENTS).read())
    assert problems == []
    assert records == [
        EnrolmentRecord(
            learner_key="1", institution_key="S1", track="general", level=7, class_name="7.b", first_day="2022-09-01"
        ),
        EnrolmentRecord(
            learner_key="2", institution_key="S1", track="vocational", level=2, class_name="2. kurss", first_day="2023-01-09"
        ),
    ]
    assert covered == [Coverage("enrolment", "S1")]


@pytest.mark.parametrize(
    ("row", "code", "column", "found", "words"),
    [
        ("1;7.b;vispareja;01.09.2022;", "code-unknown", "Track", "vispareja", "Did you mean 'vispārējā'.*Known: X, interešu"),
        ("1;7.b;Anna Bērziņa;01.09.2022;", "code-unknown", "Track", None, "Known"),
        ("1;7.b;X;01.09.2022;", "code-unknown", "Track", "nonsense", "Known: general, vocational"),
        ("1;b7;vispārējā;01.09.2022;", "pattern-mismatch", "Class", "b7", "pattern"),
        ("1;;vispārējā;01.09.2022;", "value-missing", "Class", None, "Fill"),
        (";7.b;vispārējā;01.09.2022;", "value-missing", "ID", None, "Fill"),
        ("1;7.b;vispārējā;01.09.2022;31.08.2022", "enrolment-reversed", None, "2022-09-01..2022-08-31", "last day"),
        ("161175-19997;7.b;vispārējā;01.09.2022;", "id-is-personal-code", "ID", "******-*****", "personal_code"),
        ("161175-19997;7.b;vispārējā;31.09.2022;", "day-invalid", "From", "31.09.2022", "2022-09-01"),
    ],
)
def test_what_is_wrong_with_a_row(
    row: str, code: str, column: str | None, found: str | None, words: str, put: Put, opened: Open, sorted_out: Apart
) -> None:
    put("enrolments.csv", f"ID;Class;Track;From;Līdz\n9;8.a;vispārējā;01.09.2022;\n{row}\n")
    records, problems, _ = sorted_out(opened(ENROLMENTS).read())
    assert [one.learner_key for one in records] == ["9"]
    (problem,) = problems
    assert (problem.code, problem.place.row, problem.place.column, problem.found) == (code, 3, column, found)
    assert re.search(words, str(problem))
    assert "161175" not in str(problem) + repr(problem)


def test_all_that_is_wrong_with_a_row_is_told_at_once(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("enrolments.csv", "ID;Class;Track;From\n1;b;x;y\n")
    assert [one.code for one in sorted_out(opened(ENROLMENTS).read())[1]].count("day-invalid") == 1
    assert len(sorted_out(opened(ENROLMENTS).read())[1]) == 3


def test_the_same_enrolment_with_other_data(put: Put, opened: Open, sorted_out: Apart) -> None:
    put(
        "enrolments.csv",
        "ID;Class;Track;From\n1;7.b;vispārējā;01.09.2022\n1;7.b;vispārējā;01.09.2022\n1;7.a;vispārējā;01.09.2022\n",
    )
    records, problems, _ = sorted_out(opened(ENROLMENTS).read())
    assert (len(records), [one.code for one in problems]) == (1, ["enrolment-twice"])


MARKS = """\
name: t
files:
  marks:
    match: marks.csv
    fields:
      name: {column: Name, fill_down: true}
      id: {column: ID, fill_down: true}
      subject: Subject
      mark: {column: Mark, ignore: ['', '-']}
    records:
      - kind: mark
        fields:
          learner_key: id
          institution_key: {constant: S1}
          semester: {constant: 2022/23-1}
          subject: subject
          mark: {field: mark, words: [nv, ieskaitīts]}
"""


def test_names_that_stand_only_in_the_first_row_of_a_group(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("marks.csv", "Name;ID;Subject;Mark\nĒ;1;A;7\n;;B;8,0\n;;C;9.0\nĻ;2;A;nv\n;;B;\n;;C;-\nĶ;;A;10\n;;B;9\n")
    records, problems, covered = sorted_out(opened(MARKS).read())
    assert [(one.learner_key, one.subject, one.points or one.word) for one in records] == [
        ("1", "A", 7), ("1", "B", 8), ("1", "C", 9), ("2", "A", "nv"),
    ]  # fmt: skip
    # The third pupil has no id: the second one's is not taken for it.
    assert [(one.code, one.place.row, one.place.column) for one in problems] == [
        ("value-missing", 8, "ID"),
        ("value-missing", 9, "ID"),
    ]
    assert covered == [Coverage("mark", "S1", semester="2022/23-1")]


@pytest.mark.parametrize(
    ("mark", "code"),
    [("7,5", "number-invalid"), ("7.5", "number-invalid"), ("11", "number-invalid"), ("0", "number-invalid"),
     ("8 (labi)", "number-invalid"), ("nn", "code-unknown"), ("-1", "code-unknown")],
)  # fmt: skip
def test_marks_that_are_none(mark: str, code: str, put: Put, opened: Open, sorted_out: Apart) -> None:
    put("marks.csv", f"Name;ID;Subject;Mark\nĒ;1;A;{mark}\n;;B;8\n")
    records, problems, _ = sorted_out(opened(MARKS).read())
    assert [one.points for one in records] == [8]
    assert [(one.code, one.found, one.identity, one.place.column) for one in problems] == [
        (code, mark, "1|S1|2022/23-1|A", "Mark")
    ]


def test_a_semester_needs_the_school_year(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("marks.csv", "Name;ID;Subject;Mark\nĒ;1;A;-\nĒ;1;B;7\n")
    text = MARKS.replace("2022/23-1", "1")
    with pytest.raises(SourceError, match="school_year") as caught:
        opened(text).read()
    assert caught.value.code == "year-missing"
    records, _, _ = sorted_out(opened(text, school_year="2023/24").read())
    assert [one.semester for one in records] == ["2023/24-1"]
    assert [one.code for one in sorted_out(opened(MARKS.replace("2022/23-1", "pirmais")).read())[1]] == ["semester-invalid"]


ABSENCES = """\
name: t
files:
  absences:
    match: {regex: '(?P<school>\\w+)_(?P<year>\\d{4})_kavejumi\\.csv'}
    PERIOD
    fields: {id: ID, day: Day, lesson: {column: Lesson, optional: true}}
    records:
      - kind: absence
        fields:
          learner_key: id
          institution_key: school
          day: day
          lesson: lesson
          absence: {column: Code, codes: {n: unexcused, k: late}, ignore: [p, ''], unknown: ignore}
"""


def test_a_files_name_gives_fields_and_codes_may_be_ignored(put: Put, opened: Open, sorted_out: Apart) -> None:
    put(
        "S1_2022_kavejumi.csv",
        "ID;Day;Lesson;Code\n1;05.09.2022;2,0;n\n1;06.09.2022;3;p\n1;01.09.2022;;k\n1;07.09.2022;1;?\n1;x;1;\n",
    )
    records, problems, covered = sorted_out(opened(ABSENCES.replace("PERIOD", "optional: true")).read())
    assert problems == []
    assert [(one.day.day, one.lesson, str(one.absence)) for one in records] == [(5, 2, "unexcused"), (1, None, "late")]
    # Rows that give no record say, too, which days the file has.
    assert covered == [Coverage("absence", "S1", days=DayRange(date(2022, 9, 1), date(2022, 9, 7)))]
    period = "period: {first: 2022-09-01, last: 2022-12-23}"
    assert sorted_out(opened(ABSENCES.replace("PERIOD", period)).read())[2] == [
        Coverage("absence", "S1", days=DayRange(date(2022, 9, 1), date(2022, 12, 23)))
    ]


def test_lessons_that_are_no_numbers(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("S1_2022_kavejumi.csv", "ID;Day;Lesson;Code\n1;05.09.2022;otrā;n\n1;05.09.2022;99;n\n1;05.09.2022;1,5;n\n")
    _, problems, _ = sorted_out(opened(ABSENCES.replace("PERIOD", "optional: true")).read())
    assert [(one.code, one.place.column, one.identity) for one in problems] == [
        ("number-invalid", "Lesson", None), ("record-invalid", "Lesson", None), ("number-invalid", "Lesson", None),
    ]  # fmt: skip


LOOKUP = """\
name: t
school_year: 2022/23
files:
  learners:
    match: learners.csv
    optional: true
    fields: {id: ID, name: Name, level: Level, school: School}
    where: [{column: School, is_not: S9}]
  marks:
    match: marks.csv
    fields:
      name: {column: Name, fill_down: true}
      learner: {lookup: learners, by: {name: name, level: level}, take: id}
      school: {lookup: learners, by: {id: learner}, take: school}
    split: [{column: Course, pattern: '^(?P<subject>.+) (?P<level>\\d+)$'}]
    unpivot: {pattern: '(?P<semester>[12])\\. semestris', value: mark}
    records:
      - {kind: mark, fields: {learner_key: learner, institution_key: school, semester: semester, subject: subject, mark: mark}}
"""
LIST = "ID;Name;Level;School\n1;Anna Bērziņa;7;S1\n2;Anna Bērziņa;3;S1\n3;Ērika Ļaudama;3;S1\n3;Ērika Ļaudama;3;S1\n4;Jānis;5;S1\n5;Jānis;5;S1\n6;Zane;5;S9\n"


def test_learners_are_looked_up_by_name_and_level(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("learners.csv", LIST)
    put("marks.csv", "Name;Course;1. semestris;2. semestris\nAnna Bērziņa;Matemātika 7;7;8\nAnna Bērziņa;Matemātika 3;6;\n"
                     ";Dabas zinības 3;5;5\nĒrika Ļaudama;Matemātika 3;;9\n")  # fmt: skip
    records, problems, covered = sorted_out(opened(LOOKUP).read())
    assert problems == []
    assert [(one.learner_key, one.subject, one.semester[-1], one.points) for one in records] == [
        ("1", "Matemātika", "1", 7), ("1", "Matemātika", "2", 8), ("2", "Matemātika", "1", 6), ("2", "Dabas zinības", "1", 5),
        ("2", "Dabas zinības", "2", 5), ("3", "Matemātika", "2", 9),
    ]  # fmt: skip
    assert {one.semester for one in covered} == {"2022/23-1", "2022/23-2"}


@pytest.mark.parametrize(
    ("row", "code"),
    [("Jānis;Matemātika 5;7", "lookup-ambiguous"), ("Zane;Matemātika 5;7", "lookup-missing"), ("Anna Bērziņa;Matemātika 9;7", "lookup-missing"),
     ("Anna Bērziņa;Matemātika;7", "pattern-mismatch"), (";Matemātika 5;7", "value-missing")],
)  # fmt: skip
def test_a_lookup_that_fails_is_a_problem_without_the_name(
    row: str, code: str, put: Put, opened: Open, sorted_out: Apart
) -> None:
    put("learners.csv", LIST)
    put("marks.csv", f"Name;Course;1. semestris\n{row}\n")
    records, problems, covered = sorted_out(opened(LOOKUP).read())
    assert (records, covered) == ([], [])
    assert code in {one.code for one in problems}
    assert {one.identity for one in problems} == {None}
    assert not any(name in str(problems) for name in ("Jānis", "Zane", "Bērziņa"))


def test_what_was_looked_up_by_a_failed_lookup_gives_no_full_picture(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("learners.csv", LIST)
    put("marks.csv", "Name;Course;1. semestris\nĒrika Ļaudama;Matemātika 3;7\nZane;Matemātika 5;7\n")
    records, problems, covered = sorted_out(opened(LOOKUP).read())
    assert (len(records), len(problems), covered) == (1, 1, [])


def test_a_lookup_needs_its_file(put: Put, opened: Open) -> None:
    put("marks.csv", "Name;Course;1. semestris\nZane;Matemātika 5;7\n")
    with pytest.raises(SourceError, match="'learners' is needed") as caught:
        opened(LOOKUP).read()
    assert caught.value.code == "file-missing"


def test_records_come_by_kind_and_then_by_row(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("enrolments.csv", "ID;Class;Track;From\n1;7.b;vispārējā;01.09.2022\n")
    text = ENROLMENTS.replace("    records:", "    records:\n      - {kind: learner, fields: {key: {column: ID}, given_name: {constant: A}, "
                              "family_name: {constant: B}}}")  # fmt: skip
    kinds = [type(one) for one in sorted_out(opened(text).read())[0]]
    assert kinds == [LearnerRecord, EnrolmentRecord]
    assert opened(text).kinds == {"learner", "enrolment"}
    assert AbsenceRecord not in kinds
    assert MarkRecord not in kinds


def test_a_condition_that_cannot_be_told_is_a_problem_and_no_full_picture(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("enrolments.csv", "ID;Class;Track;From\n1;7.b;vispārējā;01.09.2022\n2;7.b;?;01.09.2022\n3;7.b;interešu;01.09.2022\n")
    text = ENROLMENTS.replace("    records:", "    where: [{field: track, is: general}]\n    records:")
    records, problems, covered = sorted_out(opened(text).read())
    assert [one.learner_key for one in records] == ["1"]
    assert [(one.code, one.place.row, one.place.column) for one in problems] == [("code-unknown", 3, "Track")]
    assert covered == []


def test_a_row_that_cannot_be_read_is_not_found_by_looking_up(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("learners.csv", "ID;Name;Level;School\n1;Zane;7;S1\n2;Zane;x;S1\n")
    put("marks.csv", "Name;Course;1. semestris\nZane;Matemātika 7;7\n")
    text = LOOKUP.replace("level: Level", "level: {column: Level, pattern: '\\d+'}")
    records, problems, _ = sorted_out(opened(text).read())
    assert ([one.learner_key for one in records], problems) == (["1"], [])


def test_a_group_of_a_pattern_is_picked_by_name_or_number(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("enrolments.csv", "ID;Class;Track;From\n1;kl. 7-b;vispārējā;01.09.2022\n")
    for group in ("2", "level"):
        text = ENROLMENTS.replace("pattern: '^(\\d+)\\.'", f"pattern: '(kl)\\. (?P<level>\\d+)', group: {group}")
        assert [one.level for one in sorted_out(opened(text).read())[0]] == [7]
