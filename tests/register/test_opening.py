"""Opening a register: what comes back, what is refused, and what is left as it was."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine

import pmp_storage_sql.plugin
from pmp_core import hooks
from pmp_core.errors import (
    PluginError,
    PmpError,
    ProgrammeError,
    ProgrammeMismatch,
    RegisterError,
)
from pmp_core.hooks import StorageKind
from pmp_core.learners import Learner
from pmp_core.loading import Programme, load_programme
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, tables
from pmp_core.register.memory import MemoryStorage
from pmp_core.values import Actor

ACTOR = Actor(name="Ilze Kalna", role="plan-author")
PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
RATES = Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"
BARE, RATED = load_programme("lv-8.3.4"), load_programme("lv-8.3.4", overlays=[RATES])
OTHER = OverlayText(
    "local.yaml",
    """overlay_for: lv-8.3.4
title: {lv: Citas, en: Others}
values:
  compensation.ceiling:
    entries:
      - {from: 2022-09-01, value: "99.00", unit: EUR/learner-semester, source: "Paraugs – ž", status: example}
""",
)
ANNA = Learner(id="L-1", given_name="Anna", family_name="Ozola")


def opened(target: Any = "memory:", programme: Programme | str | None = "lv-8.3.4", **named: Any) -> Register:
    return Register.open(target, actor=ACTOR, programme=programme, plugins=PLUGINS, access="host", **named)


def error_of(kind: type[PmpError], call: Callable[[], object]) -> PmpError:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.remedy
    return caught.value


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A register with rates and one learner, closed."""
    made = tmp_path / "reģistrs 1.sqlite"
    with opened(made, RATED) as register, register.unit_of_work() as work:
        work.learners.add(ANNA)
    return made


def tampered(path: Path, name: str, value: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE register_info SET value = ? WHERE name = ?", (value, name))


@pytest.mark.parametrize("named", ["path", "text", "url", "engine"])
def test_a_register_opened_again_gives_back_what_was_stored_with_its_overlays(path: Path, named: str) -> None:
    engine = create_engine(f"sqlite:///{path}")
    target = {"path": path, "text": str(path), "url": f"sqlite:///{path}", "engine": engine}[named]
    try:
        with opened(target, None) as register, register.unit_of_work() as work:
            assert work.learners.find() == [ANNA.changed(version=1)]
            assert register.programme.hash == RATED.hash
            assert register.programme.pack.overlays == RATED.pack.overlays
            assert RATED.pack.overlays == (OverlayText(RATES.name, RATES.read_text(encoding="utf-8")),)
    finally:
        engine.dispose()


@pytest.mark.parametrize("programme", [None, "lv-8.3.4", RATED])
def test_opening_with_the_same_programme_changes_nothing_in_the_file(path: Path, programme: Programme | str | None) -> None:
    before = digest(path)
    opened(path, programme).close()
    assert digest(path) == before


def test_another_programme_is_refused(path: Path) -> None:
    tampered(path, "programme_id", "lv-1.2.3")
    before = digest(path)
    error = error_of(ProgrammeMismatch, lambda: opened(path, RATED))
    assert error.code == "register-other-programme"
    assert "lv-1.2.3" in error.message
    assert digest(path) == before


def test_another_version_of_the_programme_is_recognised_and_the_file_left_as_it_was(path: Path) -> None:
    before = digest(path)
    error = error_of(ProgrammeMismatch, lambda: opened(path, BARE))
    assert error.code == "register-other-version"
    assert str(error.found) == f"{RATED.hash[:12]} in the register, {BARE.hash[:12]} now"
    assert digest(path) == before


def test_another_version_is_adopted_on_request_and_stays(path: Path) -> None:
    other = load_programme("lv-8.3.4", overlays=[OTHER])
    with opened(path, other, adopt_programme=True) as register:
        assert register.programme.hash == other.hash
    with opened(path, None) as register, register.unit_of_work() as work:
        assert register.programme.pack.overlays == (OTHER,)
        assert work.learners.find() == [ANNA.changed(version=1)]
    assert error_of(ProgrammeMismatch, lambda: opened(path, RATED)).code == "register-other-version"


@pytest.mark.parametrize("programme", [None, "lv-8.3.4"])
def test_after_a_release_a_register_is_adopted_with_its_own_overlays(path: Path, programme: str | None) -> None:
    tampered(path, "programme_hash", "0" * 64)
    error = error_of(ProgrammeMismatch, lambda: opened(path, programme))
    assert error.code == "register-other-version"
    assert "adopt_programme=True" in error.remedy
    assert "pmp import --adopt-programme" in error.remedy
    opened(path, programme, adopt_programme=True).close()
    with opened(path, None) as register:
        assert register.programme.hash == RATED.hash
        assert register.programme.pack.overlays == RATED.pack.overlays


def test_overlays_are_not_lost_by_adopting_a_programme_without_any(path: Path) -> None:
    before = digest(path)
    error = error_of(ProgrammeMismatch, lambda: opened(path, BARE, adopt_programme=True))
    assert (error.code, error.found) == ("register-overlays-dropped", RATES.name)
    assert digest(path) == before
    with opened(path, BARE, adopt_programme=True, drop_overlays=True) as register:
        assert register.programme.hash == BARE.hash
    with opened(path, None) as register:
        assert register.programme.pack.overlays == ()


def test_a_newer_register_is_told_before_its_overlays_are_read(path: Path) -> None:
    tampered(path, "schema_version", str(tables.SCHEMA_VERSION + 1))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE overlays SET text = ?", ("of: a newer form",))
    assert error_of(RegisterError, lambda: opened(path, None)).code == "register-newer"


SILENT = """overlay_for: lv-8.3.4
title: {lv: Mūsu, en: Ours}
values:
  supervision.group.at-most:
    entries:
      - {from: 2022-09-01, value: 8, source: "Paraugs", status: example}
"""


@pytest.mark.parametrize("programme", [None, "lv-8.3.4"])
@pytest.mark.parametrize("named", [{}, {"adopt_programme": True}, {"trial": True}])
def test_an_own_overlay_that_no_longer_fits_is_told_as_such_with_the_way_out(
    path: Path, programme: str | None, named: dict[str, bool]
) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE overlays SET text = ?", (SILENT,))
    before = digest(path)
    error = error_of(ProgrammeMismatch, lambda: opened(path, programme, **named))
    assert (error.code, error.place.file, error.place.row) == ("register-overlay-unfit", RATES.name, 6)
    assert f"The register's own overlay {RATES.name!r}" in error.message
    assert "[overlay-silent]" in error.message
    assert "add `replaces: true`" in error.remedy
    assert f"--programme lv-8.3.4 --overlay {RATES.name} --adopt-programme`" in error.remedy
    assert digest(path) == before
    corrected = OverlayText(RATES.name, SILENT.replace("status: example", "status: example, replaces: true"))
    newer = load_programme("lv-8.3.4", overlays=[corrected])
    opened(path, newer, adopt_programme=True).close()
    with opened(path, None) as register:
        assert register.programme.pack.overlays == (corrected,)


def test_a_fault_of_what_is_no_own_overlay_stays_what_it_is(path: Path) -> None:
    tampered(path, "programme_id", "lv-9")
    assert error_of(ProgrammeError, lambda: opened(path, None)).code == "programme-unknown"


def test_several_overlays_come_back_in_their_order(tmp_path: Path) -> None:
    later = OverlayText("later.yaml", OTHER.text.replace("2022-09-01", "2023-01-01, replaces: true"))
    both = load_programme("lv-8.3.4", overlays=[OTHER, later])
    opened(tmp_path / "r.sqlite", both).close()
    with opened(tmp_path / "r.sqlite", None) as register:
        assert register.programme.pack.overlays == (OTHER, later)
        assert register.programme.hash == both.hash


def test_a_register_of_a_newer_schema_is_refused_and_left_as_it_was(path: Path) -> None:
    newer = str(tables.SCHEMA_VERSION + 1)
    tampered(path, "schema_version", newer)
    before = digest(path)
    error = error_of(RegisterError, lambda: opened(path, None))
    assert (error.code, error.found) == ("register-newer", newer)
    assert digest(path) == before


@pytest.mark.parametrize("content", [b"vards;uzvards\nAnna;Ozola\n", b"x", b"\x00" * 4096])
def test_a_file_that_is_not_a_database_is_refused_and_left_as_it_was(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "skoleni.csv"
    file.write_bytes(content)
    assert error_of(RegisterError, lambda: opened(file)).code == "storage-not-a-database"
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("target", ["memory:", "sqlite://"])
def test_a_new_register_needs_a_programme(target: str) -> None:
    assert error_of(RegisterError, lambda: opened(target, None)).code == "register-without-programme"


def test_a_programme_that_there_is_not_is_an_error() -> None:
    assert error_of(ProgrammeError, lambda: opened(programme="lv-8.3.5")).code == "programme-unknown"


def test_what_a_storage_finds_wrong_on_opening_is_told_as_it_is() -> None:
    def closed(_: object) -> MemoryStorage:
        storage = MemoryStorage()
        storage.close()
        return storage

    def register(register: Callable[[StorageKind], None]) -> None:
        register(StorageKind(name="shelf", title="A shelf", schemes=("shelf",), open=closed))

    plugins = PluginSet([("shelf", SimpleNamespace(pmp_register_storages=hooks.implementation(register)))])
    error = error_of(
        RegisterError, lambda: Register.open("shelf://here", actor=ACTOR, programme=BARE, plugins=plugins, access="host")
    )
    assert error.code == "storage-closed"


@pytest.mark.parametrize("there", [False, True])
def test_looking_for_a_register_where_there_is_none_writes_nothing(tmp_path: Path, there: bool) -> None:
    file = tmp_path / "r.sqlite"
    if there:
        file.write_bytes(b"")
    assert error_of(RegisterError, lambda: opened(file, None)).code == "register-without-programme"
    assert {left.name: left.stat().st_size for left in tmp_path.iterdir()} in ({}, {"r.sqlite": 0})


def test_a_url_that_no_plugin_opens_is_an_error() -> None:
    assert error_of(PluginError, lambda: opened("mongodb://host/register")).code == "storage-unknown"


def test_without_plugins_handed_in_the_installed_ones_open_a_path(tmp_path: Path) -> None:
    with Register.open(tmp_path / "r.sqlite", actor=ACTOR, programme=BARE, access="host") as register:
        assert register.storage.name == "sqlite"
