"""Finding and loading plug-ins: listed without importing, and a broken one told when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from pmp_core import hooks
from pmp_core.errors import PluginError, RuleError
from pmp_core.hooks import SourceKind, StorageKind
from pmp_core.learners.rules import TARGET_GROUP
from pmp_core.loading import load_programme
from pmp_core.plugins import PluginDescription, PluginSet

GOOD = """
from pathlib import Path
from pmp_core import hooks
from pmp_core.hooks import SourceKind, StorageKind

@hooks.implementation
def pmp_register_sources(register):
    register(SourceKind(name="letters", title="Letters", open=lambda **named: named))

@hooks.implementation
def pmp_register_storages(register):
    register(StorageKind(name="shelf", title="A shelf", schemes=("shelf", "box"), open=lambda target: target))

@hooks.implementation
def pmp_register_programmes(register):
    register(Path(__file__).parent)
"""
Installer = Callable[[str, str], None]


def kind(name: str = "letters") -> SourceKind:
    def no_source(**_: Any) -> Any:
        return None

    return SourceKind(name=name, title=name, open=no_source)


def shelf(name: str, *schemes: str) -> StorageKind:
    return StorageKind(name=name, title=name, schemes=schemes, open=lambda target: target)


def plugin(**registers: Any) -> SimpleNamespace:
    """A plug-in object that registers what is given, by the kind of hook."""
    return SimpleNamespace(**{f"pmp_register_{what}": hooks.implementation(_bound(things)) for what, things in registers.items()})


def _bound(things: Any) -> Callable[[Callable[[Any], None]], None]:
    def hook(register: Callable[[Any], None]) -> None:
        for thing in things:
            register(thing)

    return hook


def error_of(call: Callable[[], object]) -> PluginError:
    with pytest.raises(PluginError) as caught:
        call()
    assert caught.value.remedy
    return caught.value


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    """Installs a distribution with one module and one entry point, as pip would lay it out, beside those that are there."""
    monkeypatch.setattr("pmp_core.hooks.ENTRY_POINT_GROUP", "pmp_core_tests")
    monkeypatch.setattr(sys, "modules", sys.modules.copy())

    def installed(name: str, source: str) -> None:
        folder = tmp_path / name
        info = folder / f"{name}_dist-1.2.dist-info"
        info.mkdir(parents=True)
        (folder / f"tests_plugin_{name}.py").write_text(source, encoding="utf-8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-dist\nVersion: 1.2\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[pmp_core_tests]\n{name} = tests_plugin_{name}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(folder))

    return installed


def test_what_is_installed_is_listed_by_name_without_importing_it(install: Installer) -> None:
    install("zeta", "raise AssertionError('imported')")
    install("alpha", GOOD)
    assert PluginSet.discover() == (
        PluginDescription("alpha", "alpha-dist", "1.2", "tests_plugin_alpha"),
        PluginDescription("zeta", "zeta-dist", "1.2", "tests_plugin_zeta"),
    )
    assert not {"tests_plugin_alpha", "tests_plugin_zeta"} & set(sys.modules)


def test_an_entry_point_of_no_distribution_is_listed_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    point = SimpleNamespace(name="bare", dist=None, value="bare_module")
    monkeypatch.setattr("pmp_core.plugins.entry_points", lambda group: [point])
    assert PluginSet.discover() == (PluginDescription("bare", "", "", "bare_module"),)


def test_the_repositorys_own_plugins_are_found_and_load() -> None:
    assert {"sql", "tabular"} <= {found.name for found in PluginSet.discover()}
    loaded = PluginSet.load()
    assert loaded.broken == {}
    assert loaded.source("tabular").name == "tabular"
    assert loaded.storage("sqlite").name == "sql"


def test_loading_imports_all_that_is_installed_and_lets_it_register(install: Installer, tmp_path: Path) -> None:
    install("alpha", GOOD)
    loaded = PluginSet.load()
    assert [kind.name for kind in loaded.sources] == ["letters"]
    assert [kind.name for kind in loaded.storages] == ["shelf"]
    assert loaded.programmes == (tmp_path / "alpha",)
    opened: object = loaded.source("letters").open(a=1)
    assert opened == {"a": 1}
    assert loaded.storage("box") is loaded.storage("shelf")


def test_only_what_is_named_is_imported(install: Installer) -> None:
    install("alpha", GOOD)
    install("zeta", "raise AssertionError('imported')")
    loaded = PluginSet.load(only=["alpha"])
    assert ([kind.name for kind in loaded.sources], loaded.broken) == (["letters"], {})
    assert "tests_plugin_zeta" not in sys.modules


def test_nothing_is_loaded_where_nothing_is_named(install: Installer) -> None:
    install("alpha", GOOD)
    assert PluginSet.load(only=[]).sources == ()


@pytest.mark.parametrize("there", [True, False])
def test_a_plugin_that_is_named_and_not_installed_is_an_error_that_lists_the_installed(install: Installer, there: bool) -> None:
    if there:
        install("alpha", GOOD)
    error = error_of(lambda: PluginSet.load(only=["beta"]))
    assert error.code == "plugin-not-installed"
    assert ("alpha" if there else "none") in error.remedy


@pytest.mark.parametrize("source", ["import there_is_no_such_module", "raise RuntimeError('010203-12345')", "def"])
def test_a_plugin_that_cannot_be_imported_does_not_hinder_the_others_and_is_told_when_asked_for(
    install: Installer, source: str
) -> None:
    install("alpha", GOOD)
    install("broken", source)
    loaded = PluginSet.load()
    assert loaded.source("letters").name == "letters"
    assert loaded.broken["broken"].code == "plugin-broken"
    for call in (lambda: loaded.source("numbers"), lambda: loaded.storage("drawer")):
        error = error_of(call)
        assert error is loaded.broken["broken"]
        assert "'broken'" in error.message
        assert "12345" not in str(error)


@pytest.mark.parametrize(
    "source",
    [
        "from pmp_core import hooks\n@hooks.implementation\ndef pmp_register_source(register): ...\n",
        "from pmp_core import hooks\n@hooks.implementation\ndef pmp_register_sources(regsiter): ...\n",
    ],
)
def test_a_hook_that_is_misspelt_or_takes_other_arguments_is_an_error_at_once(install: Installer, source: str) -> None:
    install("alpha", source)
    error = error_of(PluginSet.load)
    assert error.code == "plugin-invalid"
    assert "'alpha'" in error.message


def test_a_function_without_the_marker_registers_nothing() -> None:
    quiet = SimpleNamespace(pmp_register_sources=lambda register: register(kind()))
    assert PluginSet([("quiet", quiet)]).sources == ()


def test_a_name_is_taken_once() -> None:
    two = [("one", plugin(sources=[kind()])), ("two", plugin(sources=[kind()]))]
    error = error_of(lambda: PluginSet(two))
    assert error.code == "plugin-name-taken"
    assert "'letters'" in error.message
    assert error_of(lambda: PluginSet([("one", plugin(storages=[shelf("a", "x"), shelf("a", "y")]))])).code == "plugin-name-taken"


def test_a_source_and_a_storage_may_share_a_name() -> None:
    both = PluginSet([("one", plugin(sources=[kind("same")], storages=[shelf("same", "same")]))])
    assert (both.source("same").name, both.storage("same").name) == ("same", "same")


@pytest.mark.parametrize(
    ("asked", "told"), [("lettres", "Did you mean 'letters'?"), ("xyz", "Install its plug-in."), ("", "Loaded: letters.")]
)
def test_a_source_that_nobody_gives_is_an_error_with_the_nearest(asked: str, told: str) -> None:
    error = error_of(lambda: PluginSet([("one", plugin(sources=[kind()]))]).source(asked))
    assert error.code == "source-unknown"
    assert told in error.remedy


def test_a_storage_is_asked_for_by_the_scheme_of_its_urls_and_not_by_its_name() -> None:
    loaded = PluginSet([("one", plugin(storages=[shelf("wooden", "shelf")]))])
    assert loaded.storage("shelf").name == "wooden"
    error = error_of(lambda: loaded.storage("wooden"))
    assert error.code == "storage-unknown"
    assert "Loaded: shelf." in error.remedy


def test_an_empty_set_says_that_nothing_is_loaded() -> None:
    assert "Loaded: none." in error_of(lambda: PluginSet().source("letters")).remedy


def test_a_rule_of_a_plugin_is_ready_to_run_and_one_that_takes_a_name_is_an_error() -> None:
    renamed = attrs.evolve(TARGET_GROUP, name="target-group-of-ours")
    own = load_programme("lv-8.3.4", plugins=PluginSet([("one", plugin(rules=[renamed]))]))
    assert own.rule("target-group-of-ours").name in own.rules
    with pytest.raises(RuleError) as caught:
        load_programme("lv-8.3.4", plugins=PluginSet([("one", plugin(rules=[TARGET_GROUP]))]))
    assert caught.value.code == "rule-twice"


def test_two_sets_know_nothing_of_each_other() -> None:
    one, two = PluginSet([("one", plugin(sources=[kind()]))]), PluginSet()
    assert (len(one.sources), len(two.sources)) == (1, 0)
    assert PluginSet([("one", plugin(sources=[kind()]))]).source("letters") is not one.source("letters")
