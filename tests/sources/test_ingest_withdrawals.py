"""What a source no longer has: withdrawn inside its coverage, and never what was refused, left out or broken off."""

from __future__ import annotations

import re
from datetime import date

import pytest
from given_source import (
    ALL_COVERED,
    LAST,
    LATER,
    ONE,
    RECORDS,
    TWO,
    DumpOf,
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
    withdrawn,
    without,
)

from pmp_core.errors import InvalidValue, Place, SourceError
from pmp_core.learners import Enrolment
from pmp_core.register import Register
from pmp_core.sources import (
    Coverage,
    EnrolmentRecord,
    Problem,
)
from pmp_core.sources.records import RECORD_KINDS, RecordKind
from pmp_core.values import DayRange


def test_without_coverage_nothing_is_withdrawn(filled_in_memory: Register, dump_of: DumpOf) -> None:
    before = dump_of(filled_in_memory)
    assert take(filled_in_memory, ()).changes == 0
    assert dump_of(filled_in_memory) == before


SEPTEMBER = DayRange(date(2022, 9, 1), date(2022, 9, 30))


@pytest.mark.parametrize(
    ("coverage", "gone"),
    [
        (Coverage("absence"), 5),
        (Coverage("absence", days=SEPTEMBER), 4),
        (Coverage("absence", days=DayRange(date(2022, 9, 6), date(2022, 11, 6))), 0),
        (Coverage("absence", days=DayRange(date(2022, 9, 5), date(2022, 9, 5))), 4),
        (Coverage("absence", lesson=1), 3),
        (Coverage("absence", lesson=2), 1),
        (Coverage("absence", lesson=3), 0),
        (Coverage("absence", "S"), 4),
        (Coverage("absence", "T"), 1),
        (Coverage("absence", "S", days=SEPTEMBER, lesson=1), 2),
        (Coverage("absence", "nowhere"), 0),
        (Coverage("mark"), 5),
        (Coverage("mark", semester=ONE), 4),
        (Coverage("mark", semester=TWO), 1),
        (Coverage("mark", "T"), 1),
        (Coverage("mark", "T", semester=TWO), 0),
        (Coverage("mark", "nowhere"), 0),
    ],
)
def test_absences_and_marks_taken_back_are_removed_only_inside_the_coverage(
    filled_in_memory: Register, coverage: Coverage, gone: int
) -> None:
    kept = [record for record in RECORDS if record.kind != coverage.kind]
    report = take(filled_in_memory, items(kept, coverage), most_withdrawn=1)
    assert counts(report, "withdrawn") == ({coverage.kind: gone} if gone else {})
    with filled_in_memory.unit_of_work() as work:
        left = {"absence": work.absences.count(), "mark": work.marks.count()}
    assert left == {"absence": 5, "mark": 5} | {coverage.kind: 5 - gone}


def test_several_coverages_withdraw_what_lies_in_any_of_them(filled_in_memory: Register) -> None:
    kept = [record for record in RECORDS if record.kind != "absence"]
    covered = (Coverage("absence", "T"), Coverage("absence", lesson=2), Coverage("absence", lesson=2))
    assert counts(take(filled_in_memory, items(kept, *covered), most_withdrawn=1), "withdrawn") == {"absence": 2}


@pytest.mark.parametrize(
    ("kind", "key", "gone"),
    [("learner", "S", "ABC"), ("learner", "T", "D"), ("enrolment", "T", "D"), ("institution", "T", "T")],
)
def test_learners_enrolments_and_institutions_are_withdrawn_only_of_the_covered_institution(
    filled_in_memory: Register, kind: RecordKind, key: str, gone: str
) -> None:
    kept = [record for record in RECORDS if record.kind != kind]
    report = take(filled_in_memory, items(kept, Coverage(kind, key)), most_withdrawn=1)
    assert counts(report, "withdrawn") == {kind: len(gone)}
    if kind != "enrolment":
        assert withdrawn(filled_in_memory, kind) == dict.fromkeys(gone, LATER)


def test_an_enrolment_with_a_corrected_first_day_takes_the_place_of_the_mistaken_one(filled: Register) -> None:
    right = enrolment("A", first_day=date(2022, 9, 5))
    report = take(filled, items((*without(enrolment("A")), right), *ALL_COVERED))
    assert (counts(report, "withdrawn"), counts(report, "added"), report.closed) == ({"enrolment": 1}, {"enrolment": 1}, 0)
    (stay,) = stays(filled, "A")
    assert (stay.first_day, stay.last_day) == (date(2022, 9, 5), None)
    assert "A|S|2022-09-01" not in ids(filled, "enrolment")


def stays(register: Register, key: str) -> list[Enrolment]:
    learner_id = ids(register, "learner")[key]
    with register.unit_of_work() as work:
        return work.enrolments.find(learner_id=learner_id, order=("first_day",))


@pytest.mark.parametrize(
    ("new", "last_day"),
    [
        (enrolment("A", "T", date(2022, 10, 10)), date(2022, 10, 9)),  # at another school
        (enrolment("A", "S", date(2022, 10, 10), level=8), date(2022, 10, 9)),  # in another class, after the last import
        (enrolment("A", "T", date(2022, 11, 20)), date(2022, 10, 31)),  # that only begins later
        (enrolment("A", "T", date(2022, 8, 1)), date(2022, 10, 31)),  # that began before
        (None, date(2022, 10, 31)),
    ],
)
def test_an_enrolment_that_vanished_while_the_learner_stays_has_ended(
    filled: Register, new: EnrolmentRecord | None, last_day: date
) -> None:
    more = () if new is None else (new,)
    report = take(filled, items((*without(enrolment("A")), *more), *ALL_COVERED))
    assert (counts(report, "withdrawn"), report.closed) == ({"enrolment": 1}, 1)
    found = {stay.first_day: stay.last_day for stay in stays(filled, "A")}
    assert found == {date(2022, 9, 1): last_day} | {one.first_day: None for one in more}
    assert withdrawn(filled, "enrolment") == {"A|S|2022-09-01": LATER}
    assert take(filled, items((*without(enrolment("A")), *more), *ALL_COVERED), LAST).changes == 0


def test_an_enrolment_that_never_began_is_no_day_at_school(in_memory: Register) -> None:
    given = (school("S"), learner("A"), learner("B"), enrolment("B", first_day=date(2023, 1, 9)))
    take(in_memory, items(given, *ALL_COVERED))
    take(in_memory, items(given[:2], *ALL_COVERED), LAST)
    assert stays(in_memory, "B") == []


def test_an_enrolment_that_had_ended_keeps_its_last_day(filled: Register) -> None:
    ended = enrolment("B", last_day=date(2022, 9, 30))
    take(filled, items(instead(ended), *ALL_COVERED))
    report = take(filled, items(without(*GONE), *ALL_COVERED), LAST)
    assert (counts(report, "withdrawn"), report.closed) == ({"learner": 1, "enrolment": 1}, 0)
    assert [stay.last_day for stay in stays(filled, "B")] == [date(2022, 9, 30)]


def test_absences_and_marks_of_who_is_gone_stay_run_after_run(filled: Register, dump_of: DumpOf) -> None:
    before = dump_of(filled)
    given = [record for record in without(*GONE) if not record.identity.startswith("B|")]
    for day in (LATER, LAST):
        report = take(filled, items(given, *ALL_COVERED), day)
        assert counts(report, "withdrawn").keys() <= {"learner", "enrolment"}
    after = dump_of(filled)
    assert (after["absences"], after["marks"]) == (before["absences"], before["marks"])


GONE = (learner("B"), enrolment("B"))


def test_a_learner_who_vanished_stays_with_enrolments_and_is_marked(filled: Register) -> None:
    key = ids(filled, "learner")["B"]
    report = take(filled, items(without(*GONE), *ALL_COVERED), most_withdrawn=0.25)
    assert counts(report, "withdrawn") == {"learner": 1, "enrolment": 1}
    with filled.unit_of_work() as work:
        assert work.learners.get(key).family_name == "Ž-B"
        (stay,) = work.enrolments.find(learner_id=key)
    assert (stay.last_day, report.closed, report.as_dict()["closed"]) == (date(2022, 10, 31), 1, 1)
    assert withdrawn(filled, "learner") == {"B": LATER}
    assert withdrawn(filled, "enrolment") == {"B|S|2022-09-01": LATER}


def test_who_vanished_is_not_withdrawn_again(filled_in_memory: Register, dump_of: DumpOf) -> None:
    source = items(without(*GONE), *ALL_COVERED)
    take(filled_in_memory, source, LATER)
    before = dump_of(filled_in_memory)
    assert take(filled_in_memory, source, LAST).changes == 0
    assert dump_of(filled_in_memory) == before


def test_who_vanished_comes_back_as_changed_and_the_same(filled: Register, dump_of: DumpOf) -> None:
    before = dump_of(filled)
    take(filled, items(without(*GONE), *ALL_COVERED), LATER)
    report = take(filled, items(RECORDS, *ALL_COVERED), LAST)
    assert counts(report, "changed") == {"learner": 1, "enrolment": 1}
    assert withdrawn(filled, "learner") == withdrawn(filled, "enrolment") == {}
    after = dump_of(filled)
    for name in ("absences", "marks"):
        assert after[name] == before[name]
    for name in ("learners", "enrolments"):
        assert [{**row, "version": 0} for row in after[name]] == [{**row, "version": 0} for row in before[name]]


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_a_refused_row_is_not_withdrawn(filled_in_memory: Register, dump_of: DumpOf, kind: RecordKind) -> None:
    refused = next(record for record in RECORDS if record.kind == kind)
    problem = Problem("day-invalid", "Wrong.", Place("file.csv", 9), kind=kind, identity=refused.identity)
    before = dump_of(filled_in_memory)
    report = take(filled_in_memory, items(without(refused), *ALL_COVERED, problem))
    assert counts(report, "refused") == {kind: 1}
    assert (counts(report, "withdrawn"), report.held_back) == ({}, [])
    after = dump_of(filled_in_memory)
    assert after.pop("source_problems") != before.pop("source_problems")
    assert after == before


def test_beside_a_refused_row_another_one_is_withdrawn(filled_in_memory: Register) -> None:
    refused, gone = absence("A", date(2022, 9, 5)), absence("B", date(2022, 9, 5))
    problem = Problem("code-unknown", "Wrong.", kind="absence", identity=refused.identity)
    report = take(filled_in_memory, items(without(refused, gone), *ALL_COVERED, problem))
    assert counts(report, "withdrawn") == {"absence": 1}
    key = ids(filled_in_memory, "learner")["B"]
    with filled_in_memory.unit_of_work() as work:
        assert work.absences.find(learner_id=key) == []


@pytest.mark.parametrize("kind", RECORD_KINDS)
@pytest.mark.parametrize("named", [True, False])
def test_a_kind_with_rows_that_could_not_be_told_apart_is_held_back(
    filled_in_memory: Register, dump_of: DumpOf, kind: RecordKind, named: bool
) -> None:
    gone = next(record for record in RECORDS if record.kind == kind)
    problem = Problem("value-missing", "No key.", Place("file.csv", 9), kind=kind if named else None)
    before = dump_of(filled_in_memory)
    report = take(filled_in_memory, items(without(gone), *ALL_COVERED, problem))
    assert report.held_back == [kind]
    assert report.changes == 0
    assert {**dump_of(filled_in_memory), "source_problems": []} == before


def test_nothing_is_held_back_where_nothing_is_missing(filled_in_memory: Register) -> None:
    problem = Problem("value-missing", "No key.", kind="mark")
    assert take(filled_in_memory, items(RECORDS, *ALL_COVERED, problem)).held_back == []


@pytest.mark.parametrize("kind", ["absence", "mark", "learner"])
def test_a_run_that_would_withdraw_too_much_stops_and_keeps_nothing(
    filled_in_memory: Register, dump_of: DumpOf, kind: RecordKind
) -> None:
    left = {"A", "B"} if kind == "learner" else {"A"}
    given = [r for r in RECORDS if r.kind != kind or r.identity.partition("|")[0] in left]
    source = items((*given, learner("N")), *ALL_COVERED)
    before = dump_of(filled_in_memory)
    with pytest.raises(SourceError) as caught:
        take(filled_in_memory, source)
    assert caught.value.code == "withdrawal-too-large"
    assert caught.value.found in ("2 of 5", "2 of 4", "3 of 5")
    assert dump_of(filled_in_memory) == before


def test_what_the_refused_withdrawal_says_to_allow_is_enough(filled_in_memory: Register) -> None:
    every = [absence("A", date(2022, 9, 5), lesson) for lesson in range(3, 15)]  # 17 absences in all
    take(filled_in_memory, items((*RECORDS, *every), *ALL_COVERED))
    with pytest.raises(SourceError) as caught:
        take(filled_in_memory, items((*RECORDS, *every[:6]), *ALL_COVERED))  # 6 of 17 are 0.3529…
    found = re.search(r"most_withdrawn=([0-9.]+)", caught.value.remedy)
    assert found is not None
    report = take(filled_in_memory, items((*RECORDS, *every[:6]), *ALL_COVERED), most_withdrawn=float(found[1]))
    assert counts(report, "withdrawn") == {"absence": 6}


def test_exactly_the_share_that_is_allowed_may_go(filled_in_memory: Register) -> None:
    source = items(without(mark("A"), mark("B")), *ALL_COVERED)
    with pytest.raises(SourceError):
        take(filled_in_memory, source, most_withdrawn=0.39)
    assert counts(take(filled_in_memory, source, most_withdrawn=0.4), "withdrawn") == {"mark": 2}


def test_a_single_record_may_always_go(filled_in_memory: Register) -> None:
    report = take(filled_in_memory, items(without(mark("A", TWO)), Coverage("mark", semester=TWO)), most_withdrawn=0)
    assert counts(report, "withdrawn") == {"mark": 1}


@pytest.mark.parametrize("share", [-0.1, 1.01, 20, float("nan"), float("inf")])
def test_what_is_no_share_stops_before_anything_is_read(in_memory: Register, share: float) -> None:
    with pytest.raises(InvalidValue) as caught:
        take(in_memory, [SourceError("file-unreadable", "The file breaks off.")], most_withdrawn=share)
    assert caught.value.code == "share-invalid"


def test_a_new_grade_is_no_corrected_first_day_and_the_old_one_stays(in_memory: Register) -> None:
    given = (school("S"), learner("A"), learner("B"))
    before = enrolment("B", level=7, first_day=date(2022, 9, 1))
    take(in_memory, items((*given, before), *ALL_COVERED), date(2023, 10, 1))
    after = enrolment("B", level=8, first_day=date(2023, 9, 1))
    take(in_memory, items((*given, after), *ALL_COVERED), date(2023, 10, 2))
    kept = sorted((stay.level, stay.first_day, stay.last_day) for stay in stays(in_memory, "B"))
    assert kept == [(7, date(2022, 9, 1), date(2023, 8, 31)), (8, date(2023, 9, 1), None)]
