"""Who imports: an institution its own, under a name of its own; the state everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest

from pmp_core import Actor, Register, ingest
from pmp_core.errors import AccessDenied
from pmp_core.learners import Institution
from pmp_core.loading import load_programme
from pmp_core.sources import Coverage, EnrolmentRecord, InstitutionRecord, LearnerRecord, Located
from pmp_core.sources.records import Record, RecordKind

PROGRAMME = load_programme("lv-8.3.4")
SERVICE = Actor(name="IKVD", role="ikvd")
DAY = date(2022, 9, 5)


@dataclass
class Listed:
    """A source that has these records."""

    name: str
    records: list[Record]
    kinds: frozenset[RecordKind] = field(default=frozenset({"institution", "learner", "enrolment"}))

    def read(self) -> Iterator[Located | Coverage]:
        yield from map(Located, self.records)


def school(number: int, *learners: str) -> list[Record]:
    """An institution with a registration number of its own, and learners enrolled there."""
    key = f"S{number}"
    records: list[Record] = [InstitutionRecord(key=key, name=f"{number}. skola", registration_number=f"311000000{number}")]
    for learner in learners:
        records.append(LearnerRecord(key=learner, given_name="Anna", family_name="Paraudziņa"))
        enrolment = {
            "learner_key": learner,
            "institution_key": key,
            "track": "general",
            "level": 5,
            "first_day": date(2022, 9, 1),
        }
        records.append(EnrolmentRecord.model_validate(enrolment))
    return records


@pytest.fixture
def both() -> Register:
    """Both schools, imported by the state under one name each."""
    register = Register.open(programme=PROGRAMME, actor=SERVICE)
    for number in (1, 2):
        ingest(register, Listed(f"school-{number}", school(number, f"L{number}")), on=DAY)
    return register


def coordinator(register: Register, number: int) -> Register:
    with register.unit_of_work(keep=False) as work:
        id = work.institutions.find(registration_number=f"311000000{number}")[0].id
    actor = Actor(name="Ilze", role="institution-coordinator", institution_id=id)
    return Register(register.storage, PROGRAMME, actor, register.new_id)


def test_a_school_imports_what_is_its_own(both: Register) -> None:
    own = coordinator(both, 1)
    assert ingest(own, Listed("school-1", school(1, "L1", "L3")), on=DAY).counts["enrolment"].added == 1
    with own.unit_of_work() as work:
        assert work.learners.count() == 2
    with both.unit_of_work() as work:
        assert work.learners.count() == 3


def test_a_school_imports_nothing_under_anothers_name(both: Register) -> None:
    with pytest.raises(AccessDenied, match="school-2"):
        ingest(coordinator(both, 1), Listed("school-2", school(2, "L2")), on=DAY)


def test_a_school_does_not_write_anothers_records_under_a_name_of_its_own(both: Register) -> None:
    for records in (school(2, "L9"), school(9, "L9")):
        with pytest.raises(AccessDenied, match="import-records"):
            ingest(coordinator(both, 1), Listed("mine", records), on=DAY)
    with both.unit_of_work() as work:
        assert (work.learners.count(), work.institutions.count()) == (2, 2)


def test_who_may_not_import_is_refused_before_anything_is_read(both: Register) -> None:
    author = Register(both.storage, PROGRAMME, Actor(name="Ilze", role="plan-author", institution_id="I-1"))
    with pytest.raises(AccessDenied, match="plan-author"):
        ingest(author, Listed("x", []), on=DAY)


def test_the_state_keeps_institutions_by_hand_and_a_school_does_not(both: Register) -> None:
    with both.unit_of_work() as work:
        work.institutions.add(Institution(id="I-9", name="9. skola"))
    with coordinator(both, 1).unit_of_work() as work, pytest.raises(AccessDenied, match="keep-partners"):
        work.institutions.add(Institution(id="I-8", name="8. skola"))
