"""`pmp programmes check`, `draft`, `schema`, `territories`: a deployment's own overlays, written and checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import HEAD, Pmp, answer, said
from jsonschema import Draft202012Validator

from pmp_core.loading import load_programme
from pmp_core.programme.load import schema
from pmp_core.programme.yaml_positions import read_yaml

RATES = Path(__file__).parents[2] / "examples" / "sample-school" / "rates.example.yaml"
SAID = "source: made up, status: example"
OWN = f"""{HEAD}values:
  signals.unexcused-lessons.more-than:
    entries: [{{from: 2022-09-01, value: 12, replaces: true, {SAID}}}]
  plans.risks-at-least:
    entries: [{{from: 2020-01-01, source: made up, status: unset, replaces: true}}]
  compensation.cap.special-transport:
    entries: [{{from: 2020-01-01, source: another act, status: unset}}]
terms:
  measure-kinds:
    scooter-example:
      title: {{lv: skrejritenis, en: scooter}}
      parent: compensation
      entries: [{{from: 2022-09-01, {SAID}}}]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.yaml"
    file.write_text(OWN, encoding="utf-8")
    return file


# --- check ---------------------------------------------------------------------------------------------------------------------


def test_an_overlay_that_fits_is_told_with_what_it_sets_and_what_stays_unset(pmp: Pmp) -> None:
    told = answer(pmp, "programmes", "check", RATES)
    (effect,) = told["overlays"]
    sets = {one["path"]: one for one in effect["sets"]}
    assert (sets["compensation.ceiling"]["from"], sets["compensation.ceiling"]["until"]) == ("2022-09-01", None)
    after = sets["compensation.ceiling"]["after"]
    assert (after["raw"], after["unit"], after["status"]) == ("150.00", "EUR/learner-semester", "example")
    assert (effect["overrides"], effect["takes_away"], effect["leaves_unset"], effect["codes"]) == ([], [], [], [])
    unset = {one["path"]: one for one in told["unset"]}
    assert (unset["compensation.cap.special-transport"]["from"], unset["compensation.cap.special-transport"]["until"]) == ("2018-01-01", "2023-12-31")  # fmt: skip
    assert unset["compensation.ceiling"]["until"] == "2022-08-31"
    assert told["hash"] == load_programme("lv-8.3.4", overlays=[RATES]).hash != load_programme("lv-8.3.4").hash


def test_the_decisions_that_are_blocked_are_told(pmp: Pmp, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.yaml"
    nothing.write_text(HEAD, encoding="utf-8")
    blocks = {}
    for name, overlay in (("without", nothing), ("with", RATES)):
        blocks[name] = {one["rule"]: one for one in answer(pmp, "programmes", "check", overlay)["blocks"]}
        assert list(blocks[name]) == list(load_programme("lv-8.3.4").rules)
    without, rated = blocks["without"]["compensation"], blocks["with"]["compensation"]
    assert (without["always"], rated["always"]) == (True, False)
    special = [one for one in rated["blocked"] if one["path"] == "compensation.cap.special-transport"]
    assert {json.dumps(one["codes"]) for one in special} == {'{"kind": ["special-transport"]}'}
    assert special[-1]["days"] == [{"fact": "on", "from": "2020-03-23", "until": "2023-12-31"}]
    assert all(one["certain"] for one in special)
    assert blocks["with"]["target-group"] == {"rule": "target-group", "always": False, "misfit": None, "blocked": []}


def test_what_is_overridden_taken_away_and_added_is_told(pmp: Pmp, own: Path) -> None:
    (effect,) = answer(pmp, "programmes", "check", own, "--language", "en")["overlays"]
    (over,), (gone,), (left,), (code,) = (effect[kind] for kind in ("overrides", "takes_away", "leaves_unset", "codes"))
    assert (over["path"], over["before"]["raw"], over["after"]["raw"]) == ("signals.unexcused-lessons.more-than", 20, 12)
    assert "MK noteikumi Nr. 89" in over["before"]["source"]
    assert (gone["path"], gone["before"]["raw"], gone["after"]["raw"]) == ("plans.risks-at-least", 1, None)
    assert (left["path"], left["after"]["source"]) == ("compensation.cap.special-transport", "another act")
    assert (code["path"], code["title"], code["parent"]) == ("measure-kinds/scooter-example", "scooter", "compensation")
    assert code["entries"] == [{"from": "2022-09-01", "until": None, "status": "example", "source": "made up"}]


def test_the_same_is_told_in_words(pmp: Pmp, own: Path) -> None:
    told = said(pmp, "programmes", "check", RATES, own, "--language", "en")
    for line in (
        "rates.example.yaml sets what was not set:",
        "  compensation.ceiling 2022-09-01..",
        "    EUR 150.00 (EUR/learner-semester) [2022-09-01..; example; Invented for the example]",
        "own.yaml overrides:",
        "    → 12 (lessons/semester) [2022-09-01..; example; made up]",
        "own.yaml takes away:",
        "    → not set [2020-01-01..; unset; made up]",
        "own.yaml leaves unset, with a source of its own:",
        "own.yaml adds codes:",
        "  measure-kinds/scooter-example: scooter, under compensation [2022-09-01..; example; made up]",
        "Still unset while the programme is in force",
        "Decisions that this blocks, unless a check refuses them",
    ):
        assert line in told.splitlines(), line
    assert "compensation.cap.scooter-example" in told
    assert "Nothing unset blocks: target-group, " in told
    with_all = load_programme("lv-8.3.4", overlays=[RATES, own]).hash[:12]
    assert f"With all of them lv-8.3.4 has the content {with_all}." in told


def test_several_overlays_are_laid_one_over_the_other(pmp: Pmp, tmp_path: Path) -> None:
    later = tmp_path / "later.yaml"
    rate = f'{{from: 2023-01-01, value: "3.00", unit: EUR/school-day, replaces: true, {SAID}}}'
    later.write_text(f"{HEAD}values:\n  compensation.cap.catering:\n    entries: [{rate}]\n", encoding="utf-8")
    first, second = answer(pmp, "programmes", "check", RATES, later)["overlays"]
    assert (first["overlay"], second["overlay"]) == ("rates.example.yaml", "later.yaml")
    (over,) = second["overrides"]
    assert [over[side]["raw"] for side in ("before", "after")] == ["2.50", "3.00"]
    ended = pmp("programmes", "check", RATES, RATES)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("[overlay-silent] ")


def test_an_overlay_that_says_nothing_changes_nothing(pmp: Pmp, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.yaml"
    nothing.write_text(HEAD, encoding="utf-8")
    told = said(pmp, "programmes", "check", nothing)
    assert told.startswith("nothing.yaml fits lv-8.3.4.\nnothing.yaml changes nothing.\nWith it lv-8.3.4 has the content ")
    assert "compensation: every decision is undetermined, unless a check refuses it.\n" in told


def test_an_overlay_that_makes_a_rule_impossible_is_refused(pmp: Pmp, tmp_path: Path) -> None:
    """Each kind of expense without a cap is one thing more that can be missing."""
    kind = f"{{title: {{lv: a, en: a}}, parent: compensation, entries: [{{from: 2022-09-01, {SAID}}}]}}"
    many = tmp_path / "many.yaml"
    many.write_text(f"{HEAD}terms:\n  measure-kinds:\n" + "".join(f"    kind-{i}: {kind}\n" for i in range(60)), encoding="utf-8")
    ended = pmp("programmes", "check", RATES, many)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("[overlay-breaks-rule] With this overlay the rule 'compensation' cannot be used. ")
    assert "(many.yaml)" in ended.stderr


ENTRY = '{from: 2022-09-01, value: "2.50", unit: EUR/school-day, source: "x", status: example}'
BROKEN = {
    "unknown path": (f"values:\n  compensation.cap.catring:\n    entries:\n      - {ENTRY}\n", "path-unknown", 4),
    "no status": (
        'values:\n  compensation.cap.catering:\n    entries:\n      - {from: 2022-09-01, value: "2.50", source: x}\n',
        "overlay-invalid",
        6,
    ),
    "no such day": (
        f"values:\n  compensation.cap.catering:\n    entries:\n      - {ENTRY.replace('09-01', '09-31')}\n",
        "value-wrong",
        6,
    ),
}


@pytest.mark.parametrize(("text", "code", "row"), BROKEN.values(), ids=BROKEN)
def test_a_broken_overlay_is_told_with_file_row_and_pointer(pmp: Pmp, tmp_path: Path, text: str, code: str, row: int) -> None:
    overlay = tmp_path / "wrong.yaml"
    overlay.write_text(f"overlay_for: lv-8.3.4\ntitle: {{lv: a, en: b}}\n{text}", encoding="utf-8")
    for files in ((overlay,), (RATES, overlay)):
        for_people, for_scripts = pmp("programmes", "check", *files), pmp("programmes", "check", *files, "--json")
        for ended in (for_people, for_scripts):
            assert (ended.returncode, ended.stdout) == (1, "")
        error = json.loads(for_scripts.stderr)["error"]
        assert error["code"] == code
        assert (error["place"]["file"], error["place"]["row"]) == ("wrong.yaml", row)
        assert error["place"]["pointer"].startswith("/values/compensation.cap.")
        assert f"(wrong.yaml, row {row}, at {error['place']['pointer']})" in for_people.stderr


@pytest.mark.parametrize("text", ["", "5\n", "a: [\n", "overlay_for: [a]\n", "overlay_for: 5\n", "overlay_for: {a: b}\n", "\xff"])
def test_what_is_no_overlay_is_told_as_a_fault_of_the_file(pmp: Pmp, tmp_path: Path, text: str) -> None:
    overlay = tmp_path / "wrong.yaml"
    overlay.write_bytes(text.encode("latin-1"))
    ended = pmp("programmes", "check", overlay)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("[")
    assert "What to do:" in ended.stderr


@pytest.mark.parametrize(("programme", "code"), [("lv-8.3.5", "programme-unknown"), ("lv-4.2.3.1", "overlay-for-another")])
def test_an_overlay_for_no_programme_or_for_another_is_told_with_its_line(
    pmp: Pmp, tmp_path: Path, programme: str, code: str
) -> None:
    overlay = tmp_path / "wrong.yaml"
    overlay.write_text(HEAD.replace("lv-8.3.4", programme), encoding="utf-8")
    files = (overlay,) if code == "programme-unknown" else (RATES, overlay)
    ended = pmp("programmes", "check", *files, "--json")
    assert (ended.returncode, ended.stdout) == (1, "")
    error = json.loads(ended.stderr)["error"]
    assert (error["code"], error["found"]) == (code, programme)
    assert error["place"] == {"file": "wrong.yaml", "row": 1, "column": None, "pointer": "/overlay_for"}


# --- draft ---------------------------------------------------------------------------------------------------------------------


def test_a_draft_is_refused_until_something_is_filled_in(pmp: Pmp, tmp_path: Path) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(said(pmp, "programmes", "draft", "lv-8.3.4"), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == load_programme("lv-8.3.4").draft()
    ended = pmp("programmes", "check", file)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("[overlay-invalid] ")
    with file.open("a", encoding="utf-8") as end:
        end.write(
            f'  compensation.ceiling:\n    entries: [{{from: 2017-03-01, value: "1.00", unit: EUR/learner-semester, {SAID}}}]\n'
        )
    assert [one["path"] for one in answer(pmp, "programmes", "check", file)["overlays"][0]["sets"]] == ["compensation.ceiling"]


def test_a_draft_leaves_out_what_other_overlays_set(pmp: Pmp) -> None:
    draft = said(pmp, "programmes", "draft", "lv-8.3.4", "--overlay", RATES, "--language", "en")
    assert "  # compensation.ceiling:\n  #   entries:\n  #     - from: 2017-03-01\n  #       until: 2022-08-31\n" in draft
    assert "  ## ceiling on all compensation together\n" in draft


# --- schema --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pack", "overlay"])
def test_the_published_schemas_are_printed_as_they_are(pmp: Pmp, kind: str) -> None:
    assert json.loads(said(pmp, "programmes", "schema", kind)) == schema(kind)


def test_the_schema_of_a_programme_names_its_paths_and_those_of_its_overlays(pmp: Pmp, own: Path) -> None:
    for overlays, kinds in (((), 0), (("--overlay", own), 1)):
        made = json.loads(said(pmp, "programmes", "schema", "overlay", "--programme", "lv-8.3.4", *overlays))
        assert "compensation.cap.catering" in made["properties"]["values"]["properties"]
        description = made["properties"]["terms"]["properties"]["measure-kinds"]["description"]
        assert description.count("scooter-example") == kinds
        data = read_yaml(RATES.read_text(encoding="utf-8"), RATES.name).data
        assert Draft202012Validator(made).is_valid(data)


# --- territories ---------------------------------------------------------------------------------------------------------------

TABLE = 'code,name,from,until,parent\n0001000,Rīga,2017-03-01,,\n0050000,"Kuldīga, novads",2021-07-01,2021-12-31,0001000\n'
WHO = ("--programme", "lv-8.3.4", "--source", "made up")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_territories_becomes_an_overlay_that_fits(pmp: Pmp, tmp_path: Path, delimiter: str) -> None:
    table = tmp_path / "territories.csv"
    text = TABLE if delimiter == "," else TABLE.replace('"Kuldīga, novads"', "Kuldīga").replace(",", delimiter)
    table.write_text("\ufeff" + text, encoding="utf-8")
    overlay = tmp_path / "territories.yaml"
    overlay.write_text(said(pmp, "programmes", "territories", table, *WHO), encoding="utf-8")
    (effect,) = answer(pmp, "programmes", "check", overlay)["overlays"]
    assert [code["path"] for code in effect["codes"]] == ["territories/0001000", "territories/0050000"]
    assert effect["codes"][1]["parent"] == "0001000"


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        (TABLE.replace("0050000", "50000"), "territory-code-invalid", 3, "code"),
        (TABLE.replace("parent\n", "above\n"), "territory-column-missing", 2, "parent"),
        (TABLE.replace('"Kuldīga, novads"', "Kuldīga, novads"), "table-row-long", 3, None),
        (TABLE.replace(",until,parent", ",until"), "table-row-long", 2, None),
        (TABLE.replace("0001000,Rīga,2017-03-01,,", "0001000,Rīga"), "day-invalid", 2, "from"),
        (TABLE.replace('novads"', "novads" + "x" * 140_000), "table-unreadable", 2, None),
        ("", "territories-empty", None, None),
        (TABLE.encode("cp1257"), "table-not-utf-8", None, None),
    ],
    ids=["code", "column", "comma", "heading", "short", "quote", "empty", "encoding"],
)
def test_what_is_wrong_in_a_table_is_told_with_its_row(
    pmp: Pmp, tmp_path: Path, text: str | bytes, code: str, row: int | None, column: str | None
) -> None:
    table = tmp_path / "territories.csv"
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    ended = pmp("programmes", "territories", table, *WHO)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"[{code}] ")
    assert "(territories.csv" in ended.stderr
    assert (f"row {row}" in ended.stderr) is (row is not None)
    assert column is None or f"column {column!r}" in ended.stderr


def test_replaced_codes_and_what_begins_again_are_told(pmp: Pmp, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        f"""{HEAD}values:
  programme.in-force:
    entries: [{{from: 2024-01-01, until: 2024-06-30, value: true, replaces: true, {SAID}}}]
  targets.schools:
    title: {{lv: a, en: a}}
    type: integer
    new: true
    entries: [{{from: 2024-01-01, value: 1, {SAID}}}]
terms:
  measure-kinds:
    catering:
      replaces: true
      title: {{lv: pusdienas, en: lunch}}
      entries: [{{from: 2018-01-01, {SAID}}}]
""",
        encoding="utf-8",
    )
    text = said(pmp, "programmes", "check", own, "--language", "en")
    assert "own.yaml begins again what has ended:\n  programme.in-force 2024-01-01..2024-06-30\n" in text
    _, _, replaced = text.partition("own.yaml replaces codes:\n")
    assert replaced.startswith("  measure-kinds/catering\n    catering, under ")
    assert "\n    → lunch, under compensation [2018-01-01..; example; made up]\n" in replaced
    (effect,) = answer(pmp, "programmes", "check", own, "--language", "en")["overlays"]
    assert [one["path"] for one in effect["begins_again"]] == ["programme.in-force"]
    (changed,) = effect["changed_codes"]
    assert (changed["path"], changed["replaces"], changed["after"]["title"]) == ("measure-kinds/catering", True, "lunch")
    assert effect["codes"] == []
