"""For whom the command acts: what stands before its name, or in the environment; then the access table counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import Pmp, answer

OWN, OTHER = "I-0001", "I-0002"


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from pmp_core import demo_register

    file = tmp_path_factory.mktemp("acting") / "demo.sqlite"
    demo_register(str(file)).close()
    return file


def plans(pmp: Pmp, register: Path, *before: str) -> set[str]:
    return {row["institution"] for row in answer(pmp, *before, "plans", "list", "--register", register)}


def test_where_nothing_is_said_it_acts_for_whoever_has_the_database(pmp: Pmp, register: Path) -> None:
    assert plans(pmp, register) == {OWN, OTHER}


@pytest.mark.parametrize("before", [("--institution", OWN), ("--municipality", "M-0001"), ("--region", "M-0001")])
def test_it_sees_what_it_acts_for(pmp: Pmp, register: Path, before: tuple[str, str]) -> None:
    assert plans(pmp, register, *before) == {OWN}


def test_a_region_has_several_municipalities(pmp: Pmp, register: Path) -> None:
    assert plans(pmp, register, "--region", "M-0001", "--region", "M-0002") == {OWN, OTHER}


def test_the_environment_says_it_too(pmp: Pmp, register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PMP_INSTITUTION", OTHER)
    assert plans(pmp, register) == {OTHER}
    monkeypatch.setenv("PMP_ROLE", "analyst")
    refused = pmp("plans", "list", "--register", register)
    assert refused.returncode == 1
    assert "[access-denied]" in refused.stderr


def test_what_is_not_given_is_refused_and_what_is_anothers_is_not_there(pmp: Pmp, register: Path) -> None:
    with_role = pmp("--role", "analyst", "plans", "list", "--register", register)
    assert (with_role.returncode, with_role.stdout) == (1, "")
    assert "[access-denied]" in with_role.stderr
    unknown = pmp("--role", "direktors", "plans", "list", "--register", register)
    assert (unknown.returncode, "[code-unknown]" in unknown.stderr) == (2, True)
    nowhere = pmp("--role", "director", "plans", "list", "--register", register)
    assert "[actor-without-scope]" in nowhere.stderr
    step = ("plans", "close", "P-0001", "--register", register, "--by", "Ilze", "--role", "director", "--on", "2023-06-01")
    assert "[access-denied]" in pmp("--institution", OTHER, *step).stderr
