"""`pmp rules redecide`: the decisions of a register that an amendment changes, by amount, and one of them explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Pmp, answer

from pmp_core.loading import load_programme
from pmp_core.register import Register
from pmp_core.values import Actor

RATES = Path(__file__).parents[2] / "examples" / "sample-school" / "rates.example.yaml"
ON = ("--on", "2023-06-01")
CATERING = """overlay_for: lv-8.3.4
title: {lv: Grozījums (paraugs), en: An amendment (example)}
values:
  compensation.cap.catering:
    entries:
      - {from: 2022-09-01, value: "3.20", unit: EUR/school-day, source: Invented, status: example, replaces: true}
"""


@pytest.fixture
def amendment(tmp_path: Path) -> Path:
    """One cap, raised for days long past, to be laid over the example's rates."""
    file = tmp_path / "amendment.yaml"
    file.write_text(CATERING, encoding="utf-8")
    return file


@pytest.fixture
def replacement(tmp_path: Path) -> Path:
    """The example's rates with special transport and its cap set, and the cap for accommodation lowered."""
    special = """  compensation.cap.special-transport:
    entries: [{from: 2022-09-01, value: "30.00", unit: EUR/claim, source: Invented, status: example}]
terms:
  measure-kinds:
    special-transport: {entries: [{from: 2022-09-01, source: Invented, status: example}]}
"""
    file = tmp_path / "newer.yaml"
    file.write_text(RATES.read_text(encoding="utf-8").replace('"90.00"', '"70.00"') + special, encoding="utf-8")
    return file


def redecided(pmp: Pmp, *arguments: str | Path) -> Any:
    return answer(pmp, "rules", "redecide", "--register", *arguments, *ON)


def test_an_amendment_on_top_lists_what_it_changes_by_amount_and_writes_nothing(
    pmp: Pmp, demo_file: Path, amendment: Path
) -> None:
    before = demo_file.read_bytes()
    told = redecided(pmp, demo_file, "--overlay", amendment, "--on-top")
    assert told["overlays"] == ["rates.example.yaml", "amendment.yaml"]
    assert told["programme_hash"] == load_programme("lv-8.3.4", overlays=[RATES, amendment]).hash
    assert {(row["because"][0], row["difference"]) for row in told["claims"]} == {("compensation.cap.catering", "12.60")}
    assert told["totals"]["differ"] == len(told["claims"]) == 4
    assert told["totals"]["increases"] == "50.40"
    assert demo_file.read_bytes() == before


def test_a_replacement_takes_the_place_of_the_registers_own_overlays(pmp: Pmp, demo_file: Path, replacement: Path) -> None:
    told = redecided(pmp, demo_file, "--overlay", replacement)
    assert told["overlays"] == ["newer.yaml"]
    assert told["programme_hash"] == load_programme("lv-8.3.4", overlays=[replacement]).hash
    amounts = [abs(float(row["difference"] or row["new_amount"])) for row in told["claims"]]
    assert amounts == sorted(amounts, reverse=True)
    assert told["totals"]["newly_determined"] == len([row for row in told["claims"] if row["old_amount"] is None]) > 0
    named = redecided(pmp, demo_file, "--overlay", replacement, "--programme", "lv-8.3.4")
    assert named == told


def test_people_see_a_table_and_the_totals(pmp: Pmp, demo_file: Path, amendment: Path, replacement: Path) -> None:
    ended = pmp("rules", "redecide", "--register", demo_file, "--overlay", amendment, "--on-top", *ON)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "overlays: rates.example.yaml, amendment.yaml.\n" in ended.stdout
    assert "own overlays are left out" not in ended.stdout
    assert "│ C-0001 │" in ended.stdout
    assert "+12.60 │ compensation.cap.catering │" in ended.stdout
    assert "Of 17 decisions 4 would differ, 13 would be the same.\nMore by EUR 50.40, less by EUR 0.00.\n" in ended.stdout
    assert ended.stdout.endswith("Nothing was changed: a person decides.\n")
    ended = pmp("rules", "redecide", "--register", demo_file, "--overlay", replacement, *ON)
    assert "The register's own overlays are left out; with --on-top yours would be laid over them.\n" in ended.stdout
    assert "-20.00 │ compensation.cap.accommodation" in ended.stdout
    assert "were undetermined and would be decided: EUR " in ended.stdout


def test_without_an_overlay_the_registers_own_law_is_asked(pmp: Pmp, demo_file: Path) -> None:
    ended = pmp("rules", "redecide", "--register", demo_file, *ON)
    assert ended.returncode == 0
    assert "Of 17 decisions 0 would differ, 17 would be the same." in ended.stdout
    assert "┃" not in ended.stdout


def test_a_register_of_another_version_of_the_law_is_asked_without_adopting_it(
    pmp: Pmp, demo_copy: Path, amendment: Path
) -> None:
    newer = load_programme("lv-8.3.4", overlays=[RATES, amendment])
    actor = Actor(name="Tester", role="plan-author")
    Register.open(demo_copy, actor=actor, programme=newer, adopt_programme=True, access="host").close()
    told = redecided(pmp, demo_copy)
    assert (told["overlays"], told["totals"]["differ"]) == (["rates.example.yaml", "amendment.yaml"], 4)
    assert redecided(pmp, demo_copy, "--overlay", RATES)["totals"]["differ"] == 0


def test_caps_that_the_amendment_leaves_out_are_told_with_what_was_granted(pmp: Pmp, demo_file: Path, amendment: Path) -> None:
    amendment.write_text(CATERING.replace(", replaces: true", ""), encoding="utf-8")
    ended = pmp("rules", "redecide", "--register", demo_file, "--overlay", amendment, *ON)
    assert ended.returncode == 0
    assert "13 would be undetermined; granted before: EUR 704.00.\n" in ended.stdout


def test_an_amendment_that_overrides_without_saying_so_is_a_fault_of_the_file(pmp: Pmp, demo_file: Path, amendment: Path) -> None:
    amendment.write_text(CATERING.replace(", replaces: true", ""), encoding="utf-8")
    ended = pmp("rules", "redecide", "--register", demo_file, "--overlay", amendment, "--on-top", *ON)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("[overlay-silent] ")


def test_one_claim_is_explained_in_the_language_asked_for(pmp: Pmp, demo_file: Path, amendment: Path) -> None:
    command = ("rules", "redecide", "--register", demo_file, "--overlay", amendment, "--on-top", "--explain", "C-0001", *ON)
    for language, words in (("lv", "LĒMUMA PĀRSKATĪŠANA: lēmums būtu citāds."), ("en", "Difference: EUR 12.60 more.")):
        ended = pmp(*command, "--language", language)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert words in ended.stdout
    told = json.loads(pmp(*command, "--json").stdout)
    assert (told["difference"], told["because"]) == ("12.60", ["compensation.cap.catering"])
    assert told["old_amount"] == "45.00"


def test_a_claim_without_a_decision_has_nothing_to_explain(pmp: Pmp, demo_copy: Path) -> None:
    pmp("claims", "withdraw", "C-0005", "--register", demo_copy, "--by", "Anna", "--reason", "x", "--on", "2023-04-12")
    ended = pmp("rules", "redecide", "--register", demo_copy, "--explain", "C-0005", *ON)
    assert (ended.returncode, ended.stdout) == (0, "No decision on this claim counts.\n")
    assert redecided(pmp, demo_copy, "--explain", "C-0005") is None


def test_a_claim_that_the_amendment_divides_is_decided_line_by_line(pmp: Pmp, demo_file: Path, amendment: Path) -> None:
    amendment.write_text(CATERING.replace("from: 2022-09-01", "from: 2023-03-20"), encoding="utf-8")
    command = ("rules", "redecide", "--register", demo_file, "--overlay", amendment, "--on-top", *ON)
    told = json.loads(pmp(*command, "--json").stdout)
    assert (told["totals"]["not_decidable"], told["totals"]["differ"]) == (0, 4)
    lines = json.loads(pmp(*command, "--explain", "C-0001", "--json").stdout)["lines"]
    firsts = [next(fact["value"] for fact in line["new"]["facts"] if fact["name"] == "on") for line in lines]
    assert firsts == ["2023-03-01", "2023-03-20"]
    assert sum(float(line["new"]["amount"]) for line in lines) == pytest.approx(float(told["claims"][0]["new_amount"]))


def test_claims_that_wait_for_their_first_decision_are_counted(pmp: Pmp, demo_copy: Path) -> None:
    pmp("claims", "withdraw", "C-0005", "--register", demo_copy, "--by", "Anna", "--reason", "x", "--on", "2023-04-12")
    pmp("claims", "submit", "C-0005", "--register", demo_copy, "--by", "Anna", "--on", "2023-04-13")
    ended = pmp("rules", "redecide", "--register", demo_copy, *ON)
    assert "1 submitted claims have no decision yet: `pmp decide` decides them.\n" in ended.stdout


WRONG = {
    "nothing to lay on top": (("--on-top",), "option-invalid"),
    "unknown claim": (("--explain", "C-9"), "not-found"),
    "unknown language": (("--language", "de"), "option-invalid"),
    "missing overlay": (("--overlay", "nowhere.yaml"), "overlay-missing"),
    "missing overlay of a programme": (("--overlay", "nowhere.yaml", "--programme", "lv-8.3.4"), "overlay-missing"),
    "unknown programme": (("--programme", "lv-9"), "programme-unknown"),
}


@pytest.mark.parametrize(("options", "code"), WRONG.values(), ids=WRONG)
def test_wrong_use_ends_with_2(pmp: Pmp, demo_file: Path, tmp_path: Path, options: tuple[str, ...], code: str) -> None:
    ended = pmp("rules", "redecide", "--register", demo_file, *options, *ON, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"[{code}] ")


def test_a_register_that_is_not_there_is_not_made(pmp: Pmp, tmp_path: Path) -> None:
    ended = pmp("rules", "redecide", "--register", "nowhere.sqlite", cwd=tmp_path)
    assert (ended.returncode, list(tmp_path.iterdir())) == (2, [])
    assert ended.stderr.startswith("[register-missing] ")


def test_a_database_that_is_no_register_is_told(pmp: Pmp, tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    ended = pmp("rules", "redecide", "--register", empty)
    assert (ended.returncode, ended.stderr.startswith("[register-missing] ")) == (2, True)
    assert empty.read_bytes() == b""
