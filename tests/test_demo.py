"""The demo: the whole job on the sample school, the same each time, and every number it prints is in the file it leaves."""

from __future__ import annotations

import shlex
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from pmp_core.compensation import ClaimDecision
from pmp_core.demo import demo_register
from pmp_core.errors import RegisterError
from pmp_core.register import Register
from pmp_core.values import Actor

Dump = dict[str, list[dict[str, Any]]]
Pmp = Callable[..., CompletedProcess[str]]
FILE = "demo-register.sqlite"


@pytest.fixture(scope="module")
def dump(dump_of: Callable[[Register], Dump]) -> Dump:
    """Every row after the demo in memory."""
    with demo_register() as register:
        return dump_of(register)


def test_two_runs_leave_the_same_tables_in_memory_and_in_a_file(
    dump: Dump, demo_file: Path, dump_of: Callable[[Register], Dump]
) -> None:
    with Register.open(demo_file, actor=Actor(name="Tester", role="plan-author"), access="host") as register:
        assert dump_of(register) == dump


def test_every_outcome_of_a_claim_occurs(dump: Dump) -> None:
    outcomes = Counter(row["outcome"] for row in dump["decisions"])
    assert set(outcomes) == {"granted", "reduced", "refused", "undetermined"}
    assert len(dump["decisions"]) == len(dump["claims"])
    undecided = {row["claim_id"] for row in dump["decisions"] if row["outcome"] == "undetermined"}
    assert {row["id"] for row in dump["claims"] if row["decision_digest"] is None} == undecided
    assert {row["status"] for row in dump["claims"] if row["id"] in undecided} == {"submitted"}


def test_the_undetermined_claims_say_that_neither_the_kind_nor_its_rate_is_known_for_their_days(dump: Dump) -> None:
    documents = [ClaimDecision.model_validate_json(r["document"]) for r in dump["decisions"] if r["outcome"] == "undetermined"]
    assert documents
    missing = {"measure-kinds/special-transport", "compensation.cap.special-transport"}
    assert all(set(document.missing) == missing for document in documents)


def test_persons_decide_on_risks_in_every_way_and_one_waits(dump: Dump) -> None:
    states = Counter((row["state"], row["signal"] is None) for row in dump["risk_suggestions"])
    assert set(states) == {("open", False), ("confirmed", False), ("rejected", False), ("confirmed", True)}
    assert states["open", False] == 1
    assert all((row["decided_by"] is None) == (row["state"] == "open") for row in dump["risk_suggestions"])


def test_plans_stand_in_every_stage_from_draft_to_closed(dump: Dump) -> None:
    statuses = Counter(row["status"] for row in dump["plans"])
    assert set(statuses) == {"draft", "in-approval", "in-progress", "closed"}
    evaluated = {row["plan_id"] for row in dump["evaluations"]}
    assert evaluated == {row["id"] for row in dump["plans"] if row["status"] == "closed"}


def test_a_register_with_learners_is_refused_and_left_as_it_was(demo_copy: Path) -> None:
    before = demo_copy.read_bytes()
    with pytest.raises(RegisterError) as caught:
        demo_register(demo_copy)
    assert caught.value.code == "register-not-empty"
    assert caught.value.remedy
    assert demo_copy.read_bytes() == before


def test_the_demo_tells_a_part_of_the_work_before_it_begins() -> None:
    told: list[str] = []

    def stop(line: str) -> None:
        told.append(line)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo_register(progress=stop)
    assert told == ["Reading the two schools' exports through their mapping"]


@dataclass
class Run:
    """`pmp demo`: what it printed for people in a folder, what for scripts, and the database that this left."""

    folder: Path
    text: str
    json: dict[str, Any]
    database: sqlite3.Connection

    def all(self, query: str) -> list[tuple[Any, ...]]:
        return self.database.execute(query).fetchall()

    def one(self, query: str) -> Any:
        ((value,),) = self.all(query)
        return value


@pytest.fixture(scope="module")
def run(pmp: Pmp, demo_told: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("demo run")
    ended = pmp("demo", cwd=folder)
    assert (ended.returncode, ended.stderr) == (0, "")
    with closing(sqlite3.connect(demo_told[0])) as database:
        yield Run(folder, ended.stdout, demo_told[1], database)


def test_demo_leaves_its_file_and_nothing_else(run: Run, dump: Dump, dump_of: Callable[[Register], Dump]) -> None:
    assert [path.name for path in run.folder.iterdir()] == [FILE]
    with Register.open(run.folder / FILE, actor=Actor(name="Tester", role="plan-author"), access="host") as register:
        assert dump_of(register) == dump


def test_demo_numbers_of_records_are_in_the_file(run: Run) -> None:
    tables = {kind: f"{kind}s" for kind in ("institution", "learner", "enrolment", "absence", "mark")}
    assert run.json["records"] == [
        {
            "kind": kind,
            "kept": run.one(f"SELECT count(*) FROM {table}"),
            "refused": run.one(f"SELECT count(*) FROM source_problems WHERE kind = '{kind}'"),
        }
        for kind, table in tables.items()
    ]


def test_demo_problems_are_in_the_file(run: Run) -> None:
    columns = [row[1] for row in run.all("PRAGMA table_info(source_problems)")]
    rows = run.all("SELECT * FROM source_problems ORDER BY source, number")
    assert [dict(zip(columns, row, strict=True)) for row in rows] == run.json["problems"]
    assert len(rows) == 12


def test_demo_suggestions_plans_and_decisions_are_in_the_file(run: Run) -> None:
    told = {(row["factor"], row["state"]): row["number"] for row in run.json["suggestions"]}
    assert told == {(f, s): n for f, s, n in run.all("SELECT factor, state, count(*) FROM risk_suggestions GROUP BY 1, 2")}
    assert run.json["plans"] == dict(run.all("SELECT status, count(*) FROM plans GROUP BY 1"))
    assert run.json["decisions"] == dict(run.all("SELECT outcome, count(*) FROM decisions GROUP BY 1"))


def test_demo_programme_is_in_the_file(run: Run) -> None:
    info = dict(run.all("SELECT name, value FROM register_info"))
    assert (run.json["programme"], run.json["programme_hash"]) == (info["programme_id"], info["programme_hash"])


def test_demo_decision_in_full_is_a_kept_and_reduced_one(run: Run) -> None:
    documents = [ClaimDecision.model_validate_json(row) for (row,) in run.all("SELECT document FROM decisions")]
    shown = ClaimDecision.model_validate(run.json["decision"])
    assert shown in documents
    assert shown.outcome == "reduced"
    assert shown.digest in {digest for (digest,) in run.all("SELECT decision_digest FROM claims")}


# From places to what belongs to them; a claim's amount is that of the decision it was decided by.
# A plan that was never submitted is a draft, and is counted apart.
DRAFT = "p.status = 'draft' AND NOT EXISTS (SELECT 1 FROM plan_steps s WHERE s.plan_id = p.id)"
OF_PLANS = (
    f"FROM {{0}} JOIN plans p ON p.id = {{0}}.plan_id JOIN i ON i.id = p.institution_id WHERE NOT p.released AND NOT ({DRAFT})"
)
OVERVIEW = {
    "learners": "SELECT count(DISTINCT learner_id) FROM enrolments JOIN i ON i.id = institution_id",
    "learners_with_risk": "SELECT count(DISTINCT learner_id) FROM risk_suggestions JOIN i ON i.id = institution_id WHERE state = 'confirmed'",
    "suggestions_open": "SELECT count(*) FROM risk_suggestions JOIN i ON i.id = institution_id WHERE state = 'open'",
    "learners_with_plan": "SELECT count(DISTINCT learner_id) FROM plans p JOIN i ON i.id = institution_id "
    f"WHERE NOT released AND NOT ({DRAFT})",
    "plans": f"SELECT count(*) FROM plans p JOIN i ON i.id = institution_id WHERE NOT released AND NOT ({DRAFT})",
    "plans_in_draft": f"SELECT count(*) FROM plans p JOIN i ON i.id = institution_id WHERE NOT released AND {DRAFT}",
    "measures": f"SELECT count(*) {OF_PLANS.format('plan_measures')}",
    "sessions": f"SELECT count(*) {OF_PLANS.format('sessions')} AND absent_because IS NULL",
    "claims": f"SELECT count(*) {OF_PLANS.format('claims')} AND submitted_on IS NOT NULL",
    "requested_cents": f"SELECT sum(requested_cents) {OF_PLANS.format('claims')} AND submitted_on IS NOT NULL",
    "granted_cents": "SELECT sum(amount_cents) FROM decisions d JOIN claims c ON c.id = d.claim_id AND c.decision_digest = d.digest "
    "JOIN plans p ON p.id = c.plan_id JOIN i ON i.id = p.institution_id WHERE NOT p.released",
    "risks_evaluated": "SELECT count(*) FROM evaluation_risks r JOIN evaluations e ON e.id = r.evaluation_id "
    "JOIN plans p ON p.id = e.plan_id JOIN i ON i.id = p.institution_id WHERE NOT p.released",
    "risks_gone_or_lowered": "SELECT count(*) FROM evaluation_risks r JOIN evaluations e ON e.id = r.evaluation_id "
    "JOIN plans p ON p.id = e.plan_id JOIN i ON i.id = p.institution_id WHERE NOT p.released AND result IN ('gone', 'lowered')",
}


def test_demo_overview_is_in_the_file(run: Run) -> None:
    def counted(municipality: str) -> dict[str, Any]:
        places = f"WITH i AS (SELECT id FROM institutions WHERE municipality_id = '{municipality}') "
        return {name: run.one(places + query) for name, query in OVERVIEW.items()}

    expected = [
        {"place_id": key, "place": name, **counted(key)}
        for key, name in run.all("SELECT id, name FROM municipalities ORDER BY name")
    ]
    assert run.json["overview"] == expected
    assert len(expected) == 2


def test_demo_prints_for_people_what_it_tells_scripts(run: Run) -> None:
    printed = [[cell.strip() for cell in line.strip("│").split("│")] for line in run.text.splitlines() if line.startswith("│")]
    for row in run.json["records"]:
        assert [row["kind"], str(row["kept"]), str(row["refused"])] in printed
    for problem in run.json["problems"]:
        assert [problem["code"], problem["file"], str(problem["row"]), problem["found"] or ""] in printed
    for suggestion in run.json["suggestions"]:
        assert [suggestion["factor"], suggestion["state"], str(suggestion["number"])] in [cells[1:] for cells in printed]
    for outcome, number in run.json["decisions"].items():
        assert [outcome, str(number)] in printed
    for status, number in run.json["plans"].items():
        assert [status, str(number)] in [cells[1:] for cells in printed]
    euros = {f"{line['granted_cents'] // 100},{line['granted_cents'] % 100:02d}" for line in run.json["overview"]}
    assert any(cells[0] == "Piešķirts, EUR" and set(cells[1:]) == euros for cells in printed)


def next_commands(text: str) -> list[list[str]]:
    return [shlex.split(line)[1:] for line in text.splitlines() if line.startswith("  pmp ")]


def test_demo_names_next_commands_that_all_run(run: Run, pmp: Pmp) -> None:
    commands = next_commands(run.text)
    assert len(commands) == 6
    ended = [pmp(*command, cwd=run.folder) for command in commands]
    assert [(one.returncode, one.stderr) for one in ended] == [(0, "")] * 6
    assert all(one.stdout.strip() for one in ended)


def test_demo_ends_with_a_reduced_decision_in_latvian(run: Run) -> None:
    before, title, last = run.text.rpartition("One reduced decision in full:")
    assert before
    assert title
    assert last.strip().startswith("LĒMUMS: samazināts – piešķirts ")
    assert last.strip() == ClaimDecision.model_validate(run.json["decision"]).explain("lv").strip()


def test_demo_replaces_its_own_file_and_no_other(run: Run, pmp: Pmp, tmp_path: Path) -> None:
    (tmp_path / "other.sqlite").write_bytes(b"mine")
    ended = pmp("demo", "--register", "other.sqlite", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("[register-exists]")
    assert (tmp_path / "other.sqlite").read_bytes() == b"mine"
    (tmp_path / FILE).mkdir()
    assert pmp("demo", cwd=tmp_path).returncode == 2
