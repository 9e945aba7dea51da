"""The reference pages say what there is: no name, code, hook or command more, and none less."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import ROOT

import pmp_core
from pmp_core import errors, hooks
from pmp_core.programme import available_packs
from pmp_core.register import tables
from pmp_core.rules.rule import RESERVED_STEPS
from pmp_core.sources.records import RECORD_KINDS

REFERENCE = ROOT / "docs" / "reference"
SOURCES = (ROOT / "src", *(plugin / "src" for plugin in sorted((ROOT / "plugins").iterdir()) if plugin.is_dir()))
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")

# Who takes a code as first argument or as `code=`: the errors themselves, and small makers of them.
ERRORS = {name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.PmpError)}
MAKERS = ERRORS | {"Problem", "cls", "wrong", "check_schema", "_error", "_unknown"}
# Codes that are put together, and what they can come to.
FORMED = {
    ("plugins.py", "{what}-unknown"): {"source-unknown", "storage-unknown"},
    ("pack.py", "{what}-unknown"): {"path-unknown", "catalogue-unknown", "code-unknown", "life-cycle-unknown"},
    ("intake.py", "{kind}-unknown"): {"institution-unknown", "learner-unknown"},
    ("source.py", "{record.kind}-twice"): {f"{kind}-twice" for kind in RECORD_KINDS},
}


def _page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def _first_cells(name: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", _page(name), re.MULTILINE)


def _codes(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in MAKERS:
                for value in (*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "code")):
                    if isinstance(value, ast.Constant) and CODE.fullmatch(str(value.value)):
                        yield str(value.value)
                    elif isinstance(value, ast.JoinedStr) and re.fullmatch(r"[^ ]+-[^ ]+", written := ast.unparse(value)[2:-1]):
                        yield from FORMED[file.name, written]
            case ast.ClassDef():
                for item in node.body:
                    match item:
                        case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                            yield code
            case ast.arguments():
                for argument, default in zip(reversed(node.kwonlyargs), reversed(node.kw_defaults), strict=True):
                    if argument.arg == "code" and isinstance(default, ast.Constant):
                        yield str(default.value)
            case ast.Tuple(elts=[ast.Constant(value=str(code)), ast.Constant(value=str(what)), ast.Constant(value=str(remedy))]):
                if CODE.fullmatch(code) and " " in what and " " in remedy:  # a table of codes, messages and remedies
                    yield code


def test_the_public_names_are_those_of_the_page() -> None:
    listed = re.findall(r"^::: pmp_core\.(\w+)$", _page("api.md"), re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == set(pmp_core.__all__)


def test_the_codes_are_those_of_the_page() -> None:
    found = {code for folder in SOURCES for file in folder.rglob("*.py") for code in _codes(file)}
    listed = _first_cells("errors.md")
    assert {
        "days-reversed",
        "storage-locked",
        "learner-twice",
        "id-invalid",
        "mapping-invalid",
    } <= found  # the search itself works
    assert sorted(found - set(listed)) == [], "in the code, and not on the page"
    assert sorted(set(listed) - found) == [], "on the page, and not in the code"
    assert [code for code in listed if listed.count(code) > 1] == []


def test_the_kinds_of_error_are_those_of_the_page() -> None:
    assert set(re.findall(r"^## (\w+)$", _page("errors.md"), re.MULTILINE)) == ERRORS - {"PmpError"} | {"Problems"}


def test_the_hooks_and_their_arguments_are_those_of_the_page() -> None:
    declared = {
        name: tuple(inspect.signature(hook).parameters)
        for name, hook in inspect.getmembers(hooks, inspect.isfunction)
        if name.startswith("pmp_")
    }
    listed = re.findall(r"^## `(pmp_\w+)\(([^)]*)\)`$", _page("hooks.md"), re.MULTILINE)
    assert {name: tuple(filter(None, arguments.split(", "))) for name, arguments in listed} == declared


def test_every_command_and_option_stands_on_its_page() -> None:
    typer = pytest.importorskip("typer", reason="the command needs the extra `cli`")
    from pmp_core.cli.app import app

    said: dict[str, str] = {}
    for heading, text in re.findall(r"^## `(pmp[^`]*)`\n(.*?)(?=^## |\Z)", _page("cli.md"), re.MULTILINE | re.DOTALL):
        said[heading] = text
    found: dict[str, set[str]] = {}

    def walk(command: object, path: str) -> None:
        inner = getattr(command, "commands", None)
        if inner:
            for name, one in inner.items():
                walk(one, f"{path} {name}")
            return
        found[path] = {option for one in getattr(command, "params", ()) for option in one.opts if option.startswith("--")}

    walk(typer.main.get_command(app), "pmp")
    assert set(said) == set(found)
    for path, options in found.items():
        assert set(re.findall(r"`(--[a-z-]+)", said[path])) == options - {"--help"}, path


def test_the_register_tables_are_those_of_the_page() -> None:
    sections = re.findall(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", _page("register-tables.md"), re.MULTILINE | re.DOTALL)
    listed = {name: re.findall(r"^\| `(\w+)` \| (\w+)(\??) \|", text, re.MULTILINE) for name, text in sections}
    assert listed == {
        table.name: [(column.name, column.type.value, "?" * column.nullable) for column in table.columns]
        for table in tables.TABLES
    }


def test_the_reserved_steps_are_no_codes() -> None:
    assert not RESERVED_STEPS & set(_first_cells("errors.md")) - {"earlier-claim"}


@pytest.mark.parametrize("programme", available_packs())
def test_the_glossary_has_every_term_of_the_shipped_programmes(programme: str) -> None:
    page = _page("glossary.md")
    pack = pmp_core.load_programme(programme).pack
    assert programme in page
    for catalogue in pack.terms.values():
        for term in catalogue.values():
            assert f"| `{term.code}` | {term.title.lv} | {term.title.en} |" in page, term.path


def test_every_dependency_is_explained_with_the_version_that_is_pinned() -> None:
    def plain(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    declared: set[str] = set()
    for file in (ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(file.read_text(encoding="utf-8"))
        wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
        for extra in project["project"].get("optional-dependencies", {}).values():
            wanted += extra
        declared |= {plain(name[0]) for one in wanted if (name := re.match(r"[A-Za-z0-9._-]+", one))}
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split())
    versions = {plain(name): version for name, version in pinned.items()}
    page = (ROOT / "docs" / "explanation" / "dependencies.md").read_text(encoding="utf-8")
    explained = {
        plain(name): version for name, version in re.findall(r"^\| ([\w.-]+) \|.*\| ([^,|]+),[^|]*\|$", page, re.MULTILINE)
    }
    explained.pop("library")  # the heading of each table
    assert set(explained) == declared - {"pmp-core"}
    assert {name: version for name, version in explained.items() if version != versions.get(name, "not pinned")} == {}
