"""The sample school through its mapping into a register: for every pupil exactly what is true of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from given_source import DumpOf

from pmp_core.demo import sample_school
from pmp_core.loading import Programme
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, tables
from pmp_core.sources import IngestReport, Source, ingest
from pmp_core.values import Actor

FOLDER = sample_school()
TRACKS = {"vispārējā": "general", "profesionālā": "vocational"}
REFUSED = {  # the dirty rows, as the README of the sample school lists them
    ("skoleni", 27, "learner-twice"), ("skoleni", 52, "day-invalid"), ("skoleni", 52, "learner-unknown"),
    ("skoleni", 77, "enrolment-reversed"), ("skoleni", 102, "id-is-personal-code"), ("kavejumi", 301, "code-unknown"),
    ("kavejumi", 600, "value-missing"), ("kavejumi", 899, "day-invalid"), ("kavejumi", 1198, "learner-unknown"),
    ("atzimes", 23, "number-invalid"), ("atzimes", 323, "number-invalid"),
}  # fmt: skip


@dataclass
class Imported:
    """The register after the import, opened anew where it lies in a file."""

    register: Register
    report: IngestReport
    source: Source
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.register.unit_of_work() as work:
            for row in work.transaction.find(tables.SOURCE_KEYS):
                self.ids.setdefault(str(row["kind"]), {})[str(row["identity"])] = str(row["entity_id"])


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def imported(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    programme: Programme,
    plugins: PluginSet,
    actor: Actor,
) -> Iterator[Imported]:
    source = plugins.source("tabular").open(mapping=FOLDER / "mapping.yaml", folder=FOLDER)
    target: Any = "memory:" if request.param == "memory" else tmp_path_factory.mktemp("sample") / "register.sqlite"
    register = Register.open(target, programme=programme, actor=actor, plugins=plugins, access="host")
    report = ingest(register, source, on=date(2023, 1, 4))
    if isinstance(target, Path):
        register.close()
        register = Register.open(target, actor=actor, plugins=plugins, access="host")
    with register:
        yield Imported(register, report, source)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    told = json.loads((FOLDER / "truth.example.json").read_text(encoding="utf-8"))
    return {key: one for key, one in told.items() if key.startswith("P-")}


def test_every_pupil_is_there_and_nobody_else(imported: Imported, truth: dict[str, Any]) -> None:
    assert len(truth) == 120
    assert set(imported.ids["learner"]) == {*truth, "P-0902"}  # only his enrolment is refused
    with imported.register.unit_of_work() as work:
        assert work.learners.count() == 121
        assert {one.name for one in work.municipalities.find()} == {"Paraugu novads", "Izdomu novads"}
        assert {(one.registration_number, one.partner_kind) for one in work.institutions.find()} == {
            ("0000000001", "municipality"), ("0000000002", "municipality"),
        }  # fmt: skip


def test_every_pupil_has_exactly_the_true_lessons(imported: Imported, truth: dict[str, Any]) -> None:
    with imported.register.unit_of_work() as work:
        found = Counter((absence.learner_id, absence.absence.value) for absence in work.absences.find())
    ids = imported.ids["learner"]
    words = ("unexcused", "excused", "late")
    assert {key: {word: found[ids[key], word] for word in words} for key in truth} == {
        key: {word: one[word] for word in words} for key, one in truth.items()
    }
    assert sum(found.values()) == sum(one[word] for one in truth.values() for word in words)


def test_every_pupil_has_exactly_the_true_marks(imported: Imported, truth: dict[str, Any]) -> None:
    found: dict[str, dict[str, Any]] = {key: {} for key in imported.ids["learner"].values()}
    with imported.register.unit_of_work() as work:
        for mark in work.marks.find():
            assert mark.semester == "2022/23-1"
            assert mark.subject not in found[mark.learner_id]
            found[mark.learner_id][mark.subject] = mark.word if mark.points is None else mark.points
    assert {key: found[imported.ids["learner"][key]] for key in truth} == {key: one["marks"] for key, one in truth.items()}
    assert sum(map(len, found.values())) == sum(len(one["marks"]) for one in truth.values())


def test_every_pupil_has_exactly_the_true_enrolments(imported: Imported, truth: dict[str, Any]) -> None:
    with imported.register.unit_of_work() as work:
        found = Counter(
            (
                e.learner_id,
                e.institution_id,
                e.class_name,
                e.level,
                e.track.value,
                str(e.first_day),
                e.last_day and str(e.last_day),
            )
            for e in work.enrolments.find()
        )
    learners, schools = imported.ids["learner"], imported.ids["institution"]
    assert found == Counter(
        (
            learners[key], schools[stay["school"]], stay["class"], int(stay["class"].partition(".")[0]),
            TRACKS[stay["programme"]], stay["from"], stay["to"],
        )
        for key, one in truth.items() for stay in one["enrolments"]
    )  # fmt: skip


def test_who_changed_school_is_one_learner_with_two_enrolments_and_the_lessons_of_both(imported: Imported) -> None:
    key = imported.ids["learner"]["P-0027"]
    with imported.register.unit_of_work() as work:
        stays = work.enrolments.find(learner_id=key, order=("first_day",))
        missed = Counter(one.institution_id for one in work.absences.find(learner_id=key, absence="unexcused"))
    schools = imported.ids["institution"]
    assert [(stay.institution_id, stay.first_day, stay.last_day) for stay in stays] == [
        (schools["0000000001"], date(2022, 9, 1), date(2022, 10, 21)), (schools["0000000002"], date(2022, 10, 31), None),
    ]  # fmt: skip
    assert missed == {schools["0000000001"]: 12, schools["0000000002"]: 12}


def test_the_refused_rows_are_told_each_with_file_and_row(imported: Imported) -> None:
    found = Counter((str(p.place.file).partition(".")[0], p.place.row, p.code) for p in imported.report.problems)
    assert set(found) == REFUSED
    assert found.total() == len(REFUSED) + 1  # the personal code stands for a learner and for an enrolment
    with imported.register.unit_of_work() as work:
        kept = [(row["file"], row["row"], row["code"]) for row in work.transaction.find(tables.SOURCE_PROBLEMS)]
    assert kept == [(p.place.file, p.place.row, p.code) for p in imported.report.problems]


def test_the_personal_code_among_the_keys_is_nowhere(imported: Imported, dump_of: DumpOf) -> None:
    for text in (repr(dump_of(imported.register)), repr(imported.report), repr(imported.report.as_dict())):
        assert "31129999999" not in text.replace("-", "")


def test_a_second_run_changes_nothing(imported: Imported, dump_of: DumpOf) -> None:
    before = dump_of(imported.register)
    report = ingest(imported.register, imported.source, on=date(2023, 2, 1))
    assert report.changes == 0
    assert report.problems == imported.report.problems
    assert dump_of(imported.register) == before


def test_making_the_sample_again_gives_the_same_bytes(tmp_path: Path, sample_made: Callable[[Path], None]) -> None:
    sample_made(tmp_path)
    made = sorted(tmp_path.glob("*.example.*"))
    assert len(made) == 5
    assert {one.name: one.read_bytes() for one in made} == {one.name: (FOLDER / one.name).read_bytes() for one in made}


@pytest.fixture
def sample_made() -> Callable[[Path], None]:
    """Runs a copy of the sample school's maker in a folder."""

    def make(folder: Path) -> None:
        script = shutil.copy(FOLDER / "make.py", folder / "make.py")
        subprocess.run([sys.executable, script], check=True, capture_output=True, cwd=folder)

    return make
