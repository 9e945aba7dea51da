"""Another school's file, and another person under a known key: nothing that is kept is overwritten."""

from __future__ import annotations

from datetime import date

import pytest
from given_source import (
    ALL_COVERED,
    LAST,
    LATER,
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
    school,
    take,
)

from pmp_core.errors import Place, SourceError
from pmp_core.register import Register
from pmp_core.sources import Coverage, IngestReport, Located, ingest

OTHER = date(2012, 5, 6)


def codes(report: IngestReport) -> list[tuple[str, str | None, str | None]]:
    return [(problem.code, problem.kind, problem.identity) for problem in report.problems]


def test_another_person_under_a_known_key_is_refused_and_nothing_of_the_known_one_is_touched(
    filled: Register, dump_of: DumpOf
) -> None:
    def known(dump: Dump) -> Dump:
        return {name: rows for name, rows in dump.items() if name != "source_problems"}

    before = known(dump_of(filled))
    other = learner("A", family_name="Svešs", birth_date=OTHER)
    kept = [record for record in instead(other) if not record.identity.startswith("A|")]
    theirs = (enrolment("A", "S", date(2022, 10, 1)), absence("A", date(2022, 10, 4)))
    report = take(filled, items((*kept, *theirs), *ALL_COVERED), most_withdrawn=1)
    assert codes(report) == [
        ("learner-other-person", "learner", "A"),
        ("learner-unknown", "enrolment", "A|S|2022-10-01"),
        ("learner-unknown", "absence", "A|S|2022-10-04|1"),
    ]
    assert (report.changes, known(dump_of(filled))) == (0, before)
    assert report.problems[0].found is None
    assert not [text for text in ("Svešs", "Ž-A", "2012", "2010") if text in str(report.problems[0])]


@pytest.mark.parametrize(
    "changed",
    [{"family_name": "Kalna"}, {"given_name": "Anna"}, {"birth_date": OTHER}, {"birth_date": None, "family_name": "Kalna"}],
)
def test_a_name_or_a_birth_date_alone_is_a_change(filled: Register, changed: dict[str, object]) -> None:
    report = take(filled, items(instead(learner("A", **changed)), *ALL_COVERED))
    assert (report.problems, counts(report, "changed")) == ([], {"learner": 1})


def test_only_unknown_institutions_under_a_known_name_stop_the_run(filled: Register, dump_of: DumpOf) -> None:
    before = dump_of(filled)
    given = items((school("U"), learner("A"), enrolment("A", "U")))
    with pytest.raises(SourceError) as caught:
        take(filled, given)
    assert (caught.value.code, caught.value.found) == ("source-other-school", "U")
    assert "--name" in caught.value.remedy
    assert dump_of(filled) == before
    assert counts(take(filled, given, new_institutions=True), "added") == {"institution": 1, "enrolment": 1}


def test_a_new_institution_beside_a_known_one_and_one_under_another_name_are_taken(filled: Register) -> None:
    assert counts(take(filled, items((*RECORDS, school("U")))), "added") == {"institution": 1}
    other = Given(items((school("V"), learner("A"))), name="other")
    assert counts(ingest(filled, other, on=LATER), "added") == {"institution": 1, "learner": 1}
    assert take(filled, items((learner("A"),))).problems == []  # that lists no institution at all


def test_a_territory_code_that_comes_later_is_kept_and_another_one_refused(in_memory: Register) -> None:
    take(in_memory, items((school("S"), learner("A"))))
    first, second = school("S", territory_code="0001000"), school("T", territory_code="0002000")
    report = take(in_memory, items((first, second)), LAST)
    assert codes(report) == [("territory-code-differs", "institution", "T")]
    assert report.problems[0].place == Place("file.csv", 4)
    with in_memory.unit_of_work() as work:
        assert [one.territory_code for one in work.municipalities.find()] == ["0001000"]
    assert "T" not in ids(in_memory, "institution")


def test_nobody_is_born_after_the_import(in_memory: Register) -> None:
    report = take(in_memory, items((learner("A", birth_date=LATER), learner("B", birth_date=LAST))))
    assert codes(report) == [("birth-date-future", "learner", "B")]
    assert list(ids(in_memory, "learner")) == ["A"]


def test_the_second_of_two_enrolments_on_the_same_days_at_one_school_is_refused(in_memory: Register) -> None:
    given = (
        school("S"), school("T"), learner("A"), learner("B"), enrolment("A", last_day=date(2022, 10, 31)),
        enrolment("A", first_day=date(2022, 10, 31)), enrolment("A", first_day=date(2022, 11, 1)),
        enrolment("A", "T"), enrolment("B"),
    )  # fmt: skip
    report = take(in_memory, items(given, *ALL_COVERED))
    assert codes(report) == [("enrolment-overlaps", "enrolment", "A|S|2022-10-31")]
    assert counts(report, "added")["enrolment"] == 4


def test_what_is_printed_of_a_record_has_no_name() -> None:
    one = learner("A", middle_name="Zane")
    for text in (repr(one), str(one), repr(Located(one, Place("file.csv", 3))), str([one])):
        assert "A" in text
        assert not [name for name in ("Ērika", "Ž-A", "Zane", "2010") if name in text]
    assert repr(Located(one)) == "<Located learner A>"


def test_another_name_without_a_birth_date_is_another_person_and_a_blank_one_takes_nothing_away(in_memory: Register) -> None:
    take(in_memory, items((school("S"), learner("A")), *ALL_COVERED))
    blank = take(in_memory, items((school("S"), learner("A", birth_date=None)), *ALL_COVERED))
    assert (counts(blank, "changed"), codes(blank)) == ({"learner": 1}, [])
    other = learner("A", given_name="Anna", family_name="Liepa", birth_date=None)
    assert codes(take(in_memory, items((school("S"), other), *ALL_COVERED))) == [("learner-other-person", "learner", "A")]
    with in_memory.unit_of_work() as work:
        (kept,) = work.learners.find()
    assert (kept.given_name, kept.birth_date) == ("Ērika", date(2010, 1, 31))


def test_what_the_register_added_to_an_institution_stays_when_the_file_leaves_it_empty(in_memory: Register) -> None:
    take(in_memory, items((school("S"),), *ALL_COVERED))
    with in_memory.unit_of_work() as work:
        work.institutions.put(work.institutions.find()[0].changed(partner_kind="municipality"))
    take(in_memory, items((school("S", name="Cits nosaukums"),), *ALL_COVERED))
    with in_memory.unit_of_work() as work:
        (kept,) = work.institutions.find()
    assert (kept.name, kept.partner_kind) == ("Cits nosaukums", "municipality")


def test_who_goes_on_at_a_school_that_was_not_read_is_not_withdrawn(in_memory: Register) -> None:
    moved = (enrolment("A", "S", last_day=date(2022, 10, 21)), enrolment("A", "T", date(2022, 10, 31)))
    take(in_memory, items((school("S"), school("T"), learner("A"), learner("B"), enrolment("B"), *moved), *ALL_COVERED))
    one_school = tuple(Coverage(kind, "S") for kind in ("institution", "learner", "enrolment"))
    report = take(in_memory, items((school("S"), learner("B"), enrolment("B"), moved[0]), *one_school), most_withdrawn=1)
    assert counts(report, "withdrawn") == {}
