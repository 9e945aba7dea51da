"""`pmp programmes life-cycle`, and what the other commands tell of the life cycles of overlays."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import HEAD, Pmp, answer, said

from pmp_core import load_programme
from pmp_core.reports import draw_life_cycle

PROCEDURE = """terms:
  plan-statuses:
    checked: {title: {lv: Pārbaudīts, en: checked}, entries: [{from: 2022-09-01, source: made up, status: example}]}
life_cycles:
  plan:
    steps:
      - {step: check, title: {lv: pārbaudīt, en: check}, from: [draft], to: checked, actors: [institution-coordinator], reason_required: true, source: made up, status: example}
      - {step: revise, replaces: true, from: [], source: made up, status: chosen, note: {lv: Tā vajag., en: So it is.}}
    chains:
      state-general-institution: {replaces: true, stations: [director, municipal-coordinator, ikvd], source: made up, status: example}
"""  # noqa: E501 - a line of YAML


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.yaml"
    file.write_text(HEAD + PROCEDURE, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["plan", "claim"])
def test_a_life_cycle_is_given_with_its_statuses_steps_and_chains(pmp: Pmp, name: str) -> None:
    programme = load_programme("lv-8.3.4")
    cycle, told = programme.life_cycle(name), answer(pmp, "programmes", "life-cycle", "lv-8.3.4", name)
    assert (told["programme"], told["hash"], told["initial"]) == ("lv-8.3.4", programme.hash, cycle.initial)
    assert [row["status"] for row in told["statuses"]] == list(cycle.statuses)
    assert [(row["step"], row["from"], row["to"]) for row in told["steps"]] == [
        (step.step, list(step.sources), step.target) for step in cycle.steps
    ]
    assert [(row["partner_kind"], row["stations"]) for row in told["chains"]] == [
        (chain.partner_kind, list(chain.stations)) for chain in cycle.chains
    ]
    assert {row["origin"] for row in told["steps"]} == {"lv-8.3.4"}


def test_it_is_printed_as_tables_with_its_notes(pmp: Pmp, own: Path) -> None:
    printed = said(pmp, "programmes", "life-cycle", "lv-8.3.4", "plan", "--overlay", own, "--language", "en")
    for words in ("It begins in draft.", "Statuses", "Steps", "Chains of approval", "life_cycles/plan/check", "checked"):
        assert words in printed
    assert "life_cycles/plan/revise: So it is.\n" in printed
    claim = said(pmp, "programmes", "life-cycle", "lv-8.3.4", "claim")
    assert "Chains of approval: none" in claim


def test_it_is_drawn_into_a_file(pmp: Pmp, own: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.svg"
    said(pmp, "programmes", "life-cycle", "lv-8.3.4", "plan", "--overlay", own, "--svg", file, "--language", "en")
    drawing = file.read_text(encoding="utf-8")
    assert drawing == draw_life_cycle(load_programme("lv-8.3.4", overlays=[own]).life_cycle("plan"), "en")
    assert ElementTree.fromstring(drawing).get("lang") == "en"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("lv-8.3.4", "plans"), "life-cycle-unknown"),
        (("lv-9", "plan"), "programme-unknown"),
        (("lv-8.3.4", "plan", "--language", "de"), "option-invalid"),
        (("lv-8.3.4", "plan", "--svg", "nowhere/plan.svg"), "folder-missing"),
    ],
)
def test_what_is_mistyped_is_told(pmp: Pmp, arguments: tuple[str, ...], code: str) -> None:
    ended = pmp("programmes", "life-cycle", *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr.partition("]")[0]) == (2, "", f"[{code}")


def test_what_an_overlay_does_to_life_cycles_is_told(pmp: Pmp, own: Path) -> None:
    (effect,) = answer(pmp, "programmes", "check", own, "--language", "en")["overlays"]
    assert [(row["path"], row["kind"]) for row in effect["life_cycles"]] == [
        ("life_cycles/plan/revise", "takes_out_of_use"),
        ("life_cycles/plan/check", "adds"),
        ("life_cycles/plan/chains/state-general-institution", "replaces"),
    ]
    retired, added, chain = effect["life_cycles"]
    assert (retired["before"]["from"], retired["after"]["from"]) == (["approved", "in-progress"], [])
    assert (added["before"], added["after"]["origin"], added["after"]["reason_required"]) == (None, "own.yaml", True)
    assert chain["after"]["stations"] == ["director", "municipal-coordinator", "ikvd"]
    printed = said(pmp, "programmes", "check", own, "--language", "en").splitlines()
    for line in (
        "own.yaml adds to life cycles:",
        "    check: draft → checked; institution-coordinator; with a reason [example; made up]",
        "own.yaml replaces in life cycles:",
        "    → director → municipal-coordinator → ikvd [example; made up]",
        "own.yaml takes steps out of use:",
        "    → revise: out of use [chosen; made up]",
    ):
        assert line in printed, line


def test_the_difference_is_told_row_by_row(pmp: Pmp, own: Path) -> None:
    asked = ("programmes", "diff", "lv-8.3.4", "life_cycles/", "--on-top", own, "--from", "2022-09-01", "--language", "en")
    told = answer(pmp, *asked)
    assert told["differences"] == []
    assert [(row["path"], row["differs_in"]) for row in told["life_cycles"]] == [
        ("life_cycles/plan/revise", ["sources", "source", "note"]),
        ("life_cycles/plan/chains/state-general-institution", ["stations", "source", "status", "note"]),
        ("life_cycles/plan/check", ["path"]),
    ]
    printed = said(pmp, *asked)
    assert "Life cycles, which have no days: 3.\n" in printed
    assert f"  {told['from']['hash'][:12]}: –\n" in printed
    unchanged = said(pmp, "programmes", "diff", "lv-8.3.4", "life_cycles/", "--from", "2022-08-31", "--to", "2022-09-01")
    assert "Life cycles" not in unchanged


def test_the_sources_of_an_overlays_steps_are_listed(pmp: Pmp, own: Path) -> None:
    printed = said(pmp, "programmes", "sources", "lv-8.3.4", "life_cycles/plan", "--status", "example", "--overlay", own)
    assert "example: made up\n  life_cycles/plan/chains/state-general-institution (chain)\n" in printed or (
        "example: made up\n  life_cycles/plan/check (step)\n" in printed
    )


def test_a_mistake_in_a_step_is_the_files_and_not_the_callers(pmp: Pmp, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        HEAD + "life_cycles:\n  plans:\n    steps: [{step: a, from: [b], to: c, actors: [d], source: s, status: example}]\n"
    )
    ended = pmp("programmes", "check", file)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(
        "[life-cycle-unknown] No pack has a life cycle 'plans'. (own.yaml, row 4, at /life_cycles/plans)"
    )
