"""`pmp privacy`: the report, the erasure with its confirmation, and whose term is over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from commands import HEAD, answer, said

from pmp_core.register import Register
from pmp_core.values import Actor

Pmp = Callable[..., CompletedProcess[str]]
LEARNER = "L-0044"
WHO = ("--by", "Datu speciālists", "--role", "ikvd")
ERASE = ("privacy", "erase", LEARNER, *WHO, "--on", "2024-03-01", "--even-if-open")


def code_of(ended: CompletedProcess[str]) -> tuple[int, str]:
    return ended.returncode, json.loads(ended.stderr)["error"]["code"]


def family_name(file: Path) -> str:
    with Register.open(file, actor=Actor(name="x", role="ikvd"), access="host") as register, register.unit_of_work() as work:
        return str(work.learners.get(LEARNER).family_name)


def test_a_report_is_printed_or_written_for_its_owners_eyes(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    command = ("privacy", "report", LEARNER, "--register", demo_copy, *WHO, "--on", "2024-03-01")
    printed = said(pmp, *command)
    assert printed.startswith("Kas reģistrā ir par izglītojamo L-0044, 01.03.2024\n")
    assert "family_name: Ūdendārziņš" in printed
    assert said(pmp, *command, "--language", "en").startswith("What the register holds about the learner L-0044")
    assert answer(pmp, *command)["tables"]["learners"][0]["family_name"] == "Ūdendārziņš"
    file = tmp_path / "report.json"
    assert said(pmp, *command, "--out", file, "--json") == f"{file}\n"
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["tables"]["learners"][0]["id"] == LEARNER
    assert [view["actor"] for view in told["tables"]["history_views"]].count("Datu speciālists") == 3
    assert file.stat().st_mode & 0o077 == 0
    assert code_of(pmp(*command, "--out", file, "--json")) == (2, "file-exists")
    assert pmp(*command, "--out", file, "--force").returncode == 0


def test_a_learner_is_erased_and_the_confirmation_is_recognised(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    file = tmp_path / "confirmation.json"
    (trial,) = answer(pmp, *ERASE, "--register", demo_copy, "--dry-run")
    assert family_name(demo_copy) != "dzēsts / erased"
    (done,) = answer(pmp, *ERASE, "--register", demo_copy, "--confirmation", file, "--reason", "Pieprasījums Nr. 5.")
    assert {**trial, "id": done["id"], "history_cleared": done["history_cleared"]} == done
    assert done["history_cleared"] == trial["history_cleared"] + 1, "this test looked at the learner meanwhile"
    assert (done["kind"], done["role"], done["on"]) == ("erase", "ikvd", "2024-03-01")
    assert done["rows_removed"] > 60
    assert family_name(demo_copy) == "dzēsts / erased"
    assert file.stat().st_mode & 0o077 == 0
    (confirmed,) = answer(pmp, "privacy", "confirm", file, "--register", demo_copy)
    assert confirmed == {"erasure": done["id"], "learner": LEARNER, "on": "2024-03-01", "recorded": True}
    other = tmp_path / "other.json"
    other.write_text(file.read_text(encoding="utf-8").replace(LEARNER, "L-0001"), encoding="utf-8")
    (denied,) = answer(pmp, "privacy", "confirm", other, "--register", demo_copy)
    assert not denied["recorded"]


def test_where_the_confirmation_cannot_be_written_nobody_is_erased(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    name = family_name(demo_copy)
    file = tmp_path / "there.json"
    file.write_text("{}", encoding="utf-8")
    for options, code in (
        ((), "option-invalid"),
        (("--confirmation", file), "file-exists"),
        (("--confirmation", tmp_path / "no" / "file.json"), "folder-missing"),
    ):
        assert code_of(pmp(*ERASE, "--register", demo_copy, "--json", *options)) == (2, code)
    assert family_name(demo_copy) == name
    assert "vacuum" in said(pmp, *ERASE, "--register", demo_copy, "--confirmation", file, "--force", "--how", "pseudonymise")
    assert family_name(demo_copy) == "dzēsts / erased"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("privacy", "erase", LEARNER, *WHO, "--on", "2023-02-01", "--dry-run"), (1, "erase-plan-in-force")),
        (("privacy", "erase", LEARNER, *WHO, "--on", "2024-03-01", "--dry-run"), (1, "erase-money-open")),
        ((*ERASE, "--dry-run", "--how", "hide"), (2, "erasure-unknown")),
        (("privacy", "erase", "L-9", *WHO, "--dry-run"), (2, "not-found")),
        (("privacy", "report", "L-9", *WHO), (2, "not-found")),
        (("privacy", "due", *WHO), (2, "retention-unset")),
        (("privacy", "confirm", "nowhere.json"), (2, "file-missing")),
    ],
)
def test_what_stands_in_the_way_is_told(pmp: Pmp, demo_copy: Path, options: tuple[str, ...], code: tuple[int, str]) -> None:
    assert code_of(pmp(*options, "--register", demo_copy, "--json")) == code


def test_a_file_that_is_no_confirmation(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("{}", encoding="utf-8")
    assert code_of(pmp("privacy", "confirm", file, "--register", demo_copy, "--json")) == (2, "confirmation-invalid")


def test_whose_term_is_over_is_listed(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    term = "  privacy.retention:\n    entries:\n      - {from: 2017-03-01, value: 12, source: izdomāts, status: example}\n"
    overlay = tmp_path / "term.example.yaml"
    overlay.write_text(f"{HEAD}values:\n{term}", encoding="utf-8")
    from pmp_core.loading import load_programme

    programme = load_programme("lv-8.3.4", overlays=[overlay])
    actor = Actor(name="x", role="ikvd")
    with Register.open(demo_copy, actor=actor, programme=programme, adopt_programme=True, access="host"):
        pass
    command = ("privacy", "due", "--register", demo_copy, *WHO)
    assert answer(pmp, *command, "--on", "2023-11-25") == []
    assert answer(pmp, *command, "--on", "2023-11-26") == [
        {"learner": "L-0078", "last day": "2022-11-25", "kept until": "2023-11-25"}
    ]
