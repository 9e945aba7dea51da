"""The overview: every figure counted again from the entities, in another way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmp_core.errors import InvalidValue, ProgrammeError
from pmp_core.learners import Institution
from pmp_core.register import Register, UnitOfWork, casework
from pmp_core.risks import RiskSuggestion
from pmp_core.statistics import LEVELS, overview
from pmp_core.statistics.counting import TITLES, Level, Line
from pmp_core.values import Actor, DayRange, RiskResult, Semester, SuggestionState

ONE, TWO, NEXT = Semester("2022/23-1"), Semester("2022/23-2"), Semester("2023/24-1")
AUTHOR = Actor(name="Tester", role="plan-author")
DAYS = {ONE: DayRange(date(2022, 9, 1), date(2022, 12, 23)), TWO: DayRange(date(2023, 1, 9), date(2023, 5, 31))}
Figures = dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def demo(demo_file: Path) -> Iterator[Register]:
    """Read only."""
    with Register.open(demo_file, actor=AUTHOR, access="host") as register:
        yield register


@pytest.fixture
def own(demo_copy: Path) -> Iterator[Register]:
    """To change."""
    with Register.open(demo_copy, actor=AUTHOR, access="host") as register:
        yield register


def counted(register: Register, level: Level, semester: Semester | None) -> Figures:
    """The same figures from entities: for each place one after another, with plain Python."""
    with register.unit_of_work() as work:
        places: dict[str, set[str]] = {}
        for institution in work.institutions.find():
            places.setdefault(_place(institution, level), set()).add(institution.id)
        return {place: _figures(work, register, ids, semester) for place, ids in places.items()}


def _place(institution: Institution, level: Level) -> str:
    return {"state": "LV", "municipality": institution.municipality_id or "", "institution": institution.id}[level]


def _figures(work: UnitOfWork, register: Register, ids: set[str], semester: Semester | None) -> dict[str, int]:
    def meant(of: Semester) -> bool:
        return semester is None or of == semester

    suggestions: list[RiskSuggestion] = [s for s in work.suggestions.find() if s.institution_id in ids and meant(s.semester)]
    plans = [p for p in work.plans.find() if p.institution_id in ids and meant(p.semester) and not p.released]
    drafts = [p for p in plans if p.status == "draft" and not p.steps]
    plans = [p for p in plans if p not in drafts]
    claims = [c for plan in plans for c in work.claims.find(plan_id=plan.id) if c.submitted_on is not None]
    outcomes = [risk.result for plan in plans for e in work.evaluations.find(plan_id=plan.id) for risk in e.risks]
    stays = [e for e in work.enrolments.find() if e.institution_id in ids]
    return {
        "learners": len({e.learner_id for e in stays if semester is None or e.days.overlaps(DAYS[semester])}),
        "learners_with_risk": len({s.learner_id for s in suggestions if s.state is SuggestionState.CONFIRMED}),
        "suggestions_open": len([s for s in suggestions if s.state is SuggestionState.OPEN]),
        "learners_with_plan": len({p.learner_id for p in plans}),
        "plans": len(plans),
        "plans_in_draft": len(drafts),
        "measures": sum(len(p.measures) for p in plans),
        "sessions": sum(session.attended for p in plans for session in work.sessions.find(plan_id=p.id)),
        "claims": len(claims),
        "requested_cents": sum(c.requested.cents for c in claims),
        "granted_cents": sum(_granted(register, work, c.id, c.decision_digest) for c in claims),
        "risks_evaluated": len(outcomes),
        "risks_gone_or_lowered": sum(result in (RiskResult.GONE, RiskResult.LOWERED) for result in outcomes),
    }


def _granted(register: Register, work: UnitOfWork, claim_id: str, digest: str | None) -> int:
    kept = [d for d in casework.decisions(work, claim_id) if d.digest == digest]
    return 0 if not kept or kept[-1].amount is None else kept[-1].amount.cents


def told(register: Register, level: Level, semester: Semester | None = None) -> Figures:
    return {
        str(line["place_id"]): {name: figure for name, figure in line.items() if not name.startswith("place")}
        for line in overview(register, level, semester).as_dicts()
    }


@pytest.mark.parametrize("semester", [None, ONE, TWO])
@pytest.mark.parametrize("level", LEVELS)
def test_every_figure_is_what_the_entities_say(demo: Register, level: Level, semester: Semester | None) -> None:
    expected = counted(demo, level, semester)
    assert told(demo, level, semester) == expected
    assert len(expected) == {"state": 1, "municipality": 2, "institution": 2}[level]


def test_the_demo_has_something_of_every_figure(demo: Register) -> None:
    (line,) = overview(demo, "state").lines
    assert [name for name in TITLES if not getattr(line, name)] == []


def test_figures_of_the_state_are_those_of_its_institutions_but_for_learners_in_two(demo: Register) -> None:
    (state,) = told(demo, "state").values()
    parts = list(told(demo, "institution").values())
    summed = {name: sum(part[name] for part in parts) for name in state}
    assert summed == state | {"learners": state["learners"] + 1}  # P-0027 is in both schools


def test_a_learner_with_two_plans_is_one_learner(own: Register) -> None:
    (before,) = told(own, "state").values()
    with own.unit_of_work() as work:
        plan = next(plan for plan in work.plans.find(semester=TWO) if plan.steps)
        work.plans.add(plan.changed(id="P-again", semester=NEXT, version=0))
        measures = len(plan.measures)
    (after,) = told(own, "state").values()
    assert after == before | {"plans": before["plans"] + 1, "measures": before["measures"] + measures}


def test_a_draft_is_counted_apart_until_it_was_submitted(own: Register) -> None:
    (before,) = told(own, "state").values()
    with own.unit_of_work() as work:
        plan = next(plan for plan in work.plans.find(semester=TWO) if plan.steps)
        draft = plan.changed(id="P-draft", semester=NEXT, status="draft", steps=(), version=0)
        draft = work.plans.add(draft)
    (drafted,) = told(own, "state").values()
    assert drafted == before | {"plans_in_draft": before["plans_in_draft"] + 1}
    with own.unit_of_work() as work:
        work.plans.put(draft.changed(steps=plan.steps[:1]))  # submitted, and returned to the author
    (returned,) = told(own, "state").values()
    assert (returned["plans_in_draft"], returned["plans"]) == (before["plans_in_draft"], before["plans"] + 1)


def test_a_released_plan_is_not_counted(own: Register) -> None:
    with own.unit_of_work() as work:
        draft = work.plans.find(semester=TWO, status="draft")[0]
        draft = work.plans.put(draft.changed(measures=(), risks=()))
    before = told(own, "institution")[draft.institution_id]
    own.take_plan_step(draft.id, "delete", on=date(2023, 1, 10), reason="Pārbaude")
    with own.unit_of_work() as work:
        assert work.plans.get(draft.id).released
    after = told(own, "institution")[draft.institution_id]
    assert after == before | {"plans_in_draft": before["plans_in_draft"] - 1}


def test_the_semester_filters_risks_by_their_own_and_work_by_the_plans(demo: Register) -> None:
    (first,), (second,) = told(demo, "state", ONE).values(), told(demo, "state", TWO).values()
    assert (first["learners_with_risk"] > 0, first["plans"], first["claims"], first["sessions"]) == (True, 0, 0, 0)
    assert (second["learners_with_risk"], second["plans"] > 0, second["granted_cents"] > 0) == (0, True, True)


def test_learners_of_a_semester_are_those_enrolled_on_a_day_of_it(demo: Register) -> None:
    (first,), (second,) = told(demo, "state", ONE).values(), told(demo, "state", TWO).values()
    assert first["learners"] == second["learners"] + 1  # P-0089 left in November


def test_semesters_are_taken_as_text(demo: Register) -> None:
    assert overview(demo, "state", "2022/23-2") == overview(demo, "state", TWO)


@pytest.mark.parametrize("level", ["school", "", "Institution"])
def test_an_unknown_level_names_the_levels(demo: Register, level: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        overview(demo, level)
    assert caught.value.code == "level-unknown"
    assert "municipality" in caught.value.remedy


def test_what_is_no_semester_and_one_nobody_knows_are_told(demo: Register) -> None:
    with pytest.raises(InvalidValue, match="semester-invalid"):
        overview(demo, "state", "2022")
    with pytest.raises(ProgrammeError, match="semester-unset"):
        overview(demo, "state", "2050/51-1")


def test_places_come_by_name_and_then_by_id(own: Register) -> None:
    with own.unit_of_work() as work:
        for key in ("I-z", "I-a", "I-m"):
            work.institutions.add(Institution(id=key, name="Abava"))
    lines = overview(own).lines
    assert [line.place_id for line in lines][:3] == ["I-a", "I-m", "I-z"]
    assert [line.place for line in lines] == sorted(line.place for line in lines)


def test_institutions_of_no_municipality_are_counted_apart(own: Register) -> None:
    with own.unit_of_work() as work:
        work.institutions.add(Institution(id="I-z", name="Valsts skola"))
    assert [(line.place_id, line.place) for line in overview(own, "municipality").lines if line.learners == 0] == [("", "–")]


COLUMNS = [field.name for field in fields(Line)]
TEXTS = ("place_id", "place")


def test_polars_gets_texts_and_whole_numbers(demo: Register) -> None:
    polars: Any = pytest.importorskip("polars")
    counts = overview(demo)
    frame = counts.to_frame("polars")
    assert isinstance(frame, polars.DataFrame)
    assert dict(frame.schema) == {name: polars.String() if name in TEXTS else polars.Int64() for name in COLUMNS}
    assert frame.rows() == [astuple(line) for line in counts.lines]


def test_pandas_gets_texts_and_whole_numbers(demo: Register) -> None:
    pandas: Any = pytest.importorskip("pandas")
    counts = overview(demo)
    frame = counts.to_frame("pandas")
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == COLUMNS
    assert all(str(frame[name].dtype) == "int64" for name in COLUMNS if name not in TEXTS)
    assert all(pandas.api.types.is_string_dtype(frame[name]) for name in TEXTS)
    assert [tuple(row) for row in frame.itertuples(index=False)] == [astuple(line) for line in counts.lines]


def test_pyarrow_gets_texts_and_whole_numbers(demo: Register) -> None:
    pyarrow: Any = pytest.importorskip("pyarrow")
    counts = overview(demo)
    frame = counts.to_frame("pyarrow")
    assert isinstance(frame, pyarrow.Table)
    assert frame.schema.names == COLUMNS
    for name in COLUMNS:
        kind = frame.schema.field(name).type
        assert (
            (pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)) if name in TEXTS else kind == pyarrow.int64()
        )
    assert [tuple(row.values()) for row in frame.to_pylist()] == [astuple(line) for line in counts.lines]


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_a_register_without_schools_makes_a_frame_with_the_same_columns(backend: Any) -> None:
    pytest.importorskip(backend)
    with Register.open("memory:", programme="lv-8.3.4", actor=AUTHOR, access="host") as empty:
        frame: Any = overview(empty).to_frame(backend)
    assert list(frame.schema.names if backend == "pyarrow" else frame.columns) == COLUMNS
    assert len(frame) == 0


def test_figures_for_people_have_titles_and_amounts_without_the_currency(demo: Register) -> None:
    counts = overview(demo, "municipality")
    headings, rows = counts.rows("lv")
    assert headings == [title.lv for title in TITLES.values()]
    assert counts.rows("en")[0] == [title.en for title in TITLES.values()]
    at, line = list(TITLES).index("requested_cents"), counts.lines[0]
    euros, cents = divmod(line.requested_cents, 100)
    assert rows[0][at] == f"{euros},{cents:02d}"
    assert counts.rows("en")[1][0][at] == f"{euros}.{cents:02d}"


def test_the_table_of_a_notebook_escapes_names(own: Register) -> None:
    with own.unit_of_work() as work:
        work.institutions.add(Institution(id="I-x", name="<script>alert('x')</script> & Co"))
    html = overview(own)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "&amp; Co" in html
    assert html.count("<tr>") == 1 + len(overview(own).lines)
