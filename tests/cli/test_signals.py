"""`pmp risks show`, `add` and `evaluate`: on a copy of the demo's register."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Pmp, answer, said

from pmp_core.register import Register
from pmp_core.values import Actor, SuggestionState

UNEXCUSED, SEMESTER = "signal-unexcused-lessons", "2022/23-1"


def code_of(pmp: Pmp, *arguments: str | Path) -> tuple[int, str]:
    ended = pmp(*arguments, "--json")
    assert ended.stdout == ""
    return ended.returncode, json.loads(ended.stderr)["error"]["code"]


@pytest.fixture
def open_id(demo_file: Path) -> str:
    with (
        Register.open(demo_file, actor=Actor(name="T", role="plan-author"), access="host") as register,
        register.unit_of_work() as work,
    ):
        (found,) = work.suggestions.find(state=SuggestionState.OPEN)
        return found.id


def test_a_risk_is_shown_with_the_records_behind_it(pmp: Pmp, demo_file: Path, open_id: str) -> None:
    told = answer(pmp, "risks", "show", open_id, "--register", demo_file)
    assert len(told["evidence"]) == told["evidence_records"] == told["measured"] == 29
    assert told["evidence"][0]["day"] == told["evidence_first_day"]
    assert told["signalled_on"] == told["evidence"][20]["day"]  # the 21st lesson: more than 20
    shown = said(pmp, "risks", "show", open_id, "--register", demo_file, "--language", "en")
    assert "unexcused-absence: unexcused absence" in shown
    assert f"{UNEXCUSED}: 29 (20), {told['signalled_on']} → 2023-01-05" in shown
    assert shown.count("unexcused") >= 29


def test_a_risk_that_a_person_decided_or_added_is_shown_with_the_person(pmp: Pmp, demo_file: Path) -> None:
    rows = answer(pmp, "risks", "list", "--register", demo_file)
    added = next(row for row in rows if row["signal"] is None)
    shown = said(pmp, "risks", "show", added["id"], "--register", demo_file)
    assert f"{added['decided by']} (plan-author): {added['reason']}" in shown
    assert "Evidence: none" in shown
    confirmed = next(row for row in rows if row["signal"] and row["state"] == "confirmed")
    assert "(plan-author)" in said(pmp, "risks", "show", confirmed["id"], "--register", demo_file)
    assert code_of(pmp, "risks", "show", "R-no", "--register", demo_file) == (2, "not-found")


def test_a_risk_is_added_by_a_named_person_with_a_reason(pmp: Pmp, demo_copy: Path) -> None:
    command = ["risks", "add", "--register", demo_copy, "--learner", "L-0001", "--institution", "I-0001", "--semester", SEMESTER,
               "--factor", "parents-away", "--by", "Anna", "--on", "2023-01-06"]  # fmt: skip
    (row,) = answer(pmp, *command, "--reason", "Vecāki ārzemēs.")
    assert (row["factor"], row["signal"], row["state"], row["decided by"], row["reason"]) == (
        "parents-away", None, "confirmed", "Anna", "Vecāki ārzemēs.",
    )  # fmt: skip
    assert row["id"] in [one["id"] for one in answer(pmp, "risks", "list", "--register", demo_copy, "--state", "confirmed")]
    assert pmp(*command).returncode == 2  # no reason
    for option, value, code in (("--factor", "no-such", "code-unknown"), ("--role", "no-such", "code-unknown")):
        assert code_of(pmp, *command, option, value, "--reason", "x")[1] == code
    assert code_of(pmp, *command, "--learner", "L-9999", "--reason", "x")[1] == "reference-missing"


def evaluate(pmp: Pmp, file: Path, *more: str | Path) -> Any:
    return answer(pmp, "risks", "evaluate", "--register", file, "--signal", UNEXCUSED, "--semester", SEMESTER, *more)


@pytest.mark.parametrize(("separator", "yes", "no"), [(",", "1", "0"), (";", "jā", "nē"), (",", "True", "no")])
def test_a_signal_is_evaluated_against_a_file_of_outcomes(
    pmp: Pmp, demo_file: Path, tmp_path: Path, separator: str, yes: str, no: str
) -> None:
    file = tmp_path / "outcomes.csv"
    rows = [("learner_id", "outcome"), ("L-0113", yes), ("L-0001", yes), ("L-0002", no), ("L-0003", "")]
    file.write_text("\ufeff" + "\n".join(separator.join(row) for row in rows), encoding="utf-8")
    told = evaluate(pmp, demo_file, "--outcome", file, "--threshold", "10", "--threshold", "20", "--on", "2023-01-06")
    assert (told["outcome"], told["observations"], told["outcome_came"], told["outcome_not_known"]) == ("given", 120, 2, 117)
    assert [(line["threshold"], line["in_force"], line["true_positives"], line["missed"]) for line in told["lines"]] == [
        (10, False, 1, 1), (20, True, 1, 1),
    ]  # fmt: skip
    assert {"lv", "en"} == set(told["warnings"][0])


def test_what_persons_confirmed_is_shown_as_a_table_with_what_it_does_not_say(pmp: Pmp, demo_file: Path) -> None:
    command = ("risks", "evaluate", "--register", demo_file, "--signal", UNEXCUSED, "--semester", SEMESTER)
    shown = said(pmp, *command, "--outcome", "confirmed", "--language", "en", "--on", "2023-01-06")
    assert "20 *" in shown
    assert "! The outcome is known only of those whom somebody looked at" in shown


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--outcome", "gone"], "outcome-unknown"),
        (["--outcome", "left", "--threshold", "-1"], "threshold-invalid"),
        (["--outcome", "left", "--confidence", "2"], "share-invalid"),
        (["--outcome", "left", "--signal", "signal-x"], "signal-unknown"),
        (["--outcome", "left", "--semester", "2030/31-1"], "semester-unset"),
        (["--outcome", "left", "--semester", "2022"], "semester-invalid"),
        (["--outcome", "left", "--language", "de"], "option-invalid"),
    ],
)
def test_what_is_asked_wrongly_ends_with_2(pmp: Pmp, demo_file: Path, options: list[str], code: str) -> None:
    command = ("risks", "evaluate", "--register", demo_file, "--signal", UNEXCUSED, "--semester", SEMESTER)
    assert code_of(pmp, *command, *options) == (2, code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"learner_id,outcome\nL-0001,perhaps\n", "outcome-invalid"),
        (b"learner_id,came\nL-0001,1\n", "columns-wrong"),
        (b"", "columns-wrong"),
        (b"learner_id,outcome\nL-0001,1\nL-0001,0\n", "observation-twice"),
        (b"learner_id,outcome\nL-0001,n\xe7\n", "csv-invalid"),
        (b"learner_id,outcome\nL-0001," + b"1" * 131_073 + b"\n", "csv-invalid"),
        (b'learner_id,outcome\n"L-0001,1\nL-0002,1\n', "csv-invalid"),
        (b"learner_id,outcome,outcome\nL-0001,1,0\n", "csv-invalid"),
        (b"learner_id,outcome\nL-0001,1,5\n", "csv-invalid"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(pmp: Pmp, demo_file: Path, tmp_path: Path, text: bytes, code: str) -> None:
    file = tmp_path / "outcomes.csv"
    file.write_bytes(text)
    command = ("risks", "evaluate", "--register", demo_file, "--signal", UNEXCUSED, "--semester", SEMESTER, "--outcome", file)
    assert code_of(pmp, *command)[1] == code


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("learner_id;outcome;\n;;\n\nL-0001;1\n;\nL-0002;Anna Ozola\n", 6),
        ("learner_id;outcome;\n;;\nL-0001;1\n;\nL-0001;0;\n", 5),
        ('learner_id,outcome,note\nL-0001,1,"a\nb"\nL-0001,0,\n', 4),
        ("learner_id,outcome,semester\n,,\nL-0001,1,Anna Ozola\n", 3),
        ("\nlearner_id,outcome\nL-0001,1,Anna Ozola\n", 3),
        ("learner_id,outcome\nL-0001,1\nL-0002," + "Anna Ozola" * 20_000 + "\n", 3),
        ("Anna Ozola,Anna Ozola\nL-0001,1\n", 1),
    ],
)
def test_an_error_names_the_row_of_the_file_and_nobody(pmp: Pmp, demo_file: Path, tmp_path: Path, text: str, row: int) -> None:
    file = tmp_path / "outcomes.csv"
    file.write_text(text, encoding="utf-8")
    command = ("risks", "evaluate", "--register", demo_file, "--signal", UNEXCUSED, "--semester", SEMESTER, "--outcome", file)
    ended = pmp(*command)
    assert ended.returncode == 1
    assert f"outcomes.csv, row {row}" in " ".join(ended.stderr.split())
    assert "Anna" not in ended.stderr


def test_empty_rows_are_skipped_and_other_semesters_told(pmp: Pmp, demo_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "outcomes.csv"
    file.write_text(
        f"learner_id;outcome;semester;\r\nL-0113;1;{SEMESTER}\r\n;;;\r\n;;;\r\nL-0001;;{SEMESTER};\r\nL-0002;1;2021/22-2\r\n"
    )
    told = evaluate(pmp, demo_file, "--outcome", file, "--on", "2023-01-06")
    assert (told["outcome_came"], told["outcome_not_known"]) == (1, 119)
    assert any(warning["en"].startswith("1 of the outcomes given are of another semester") for warning in told["warnings"])
