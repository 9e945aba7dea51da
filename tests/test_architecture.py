"""The house stands as it is drawn: floors, fences around libraries, no clock below, no big rooms, one public surface."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import pmp_core

ROOT = Path(__file__).parents[1]
CORE = ROOT / "src" / "pmp_core"
PLUGINS = sorted((ROOT / "plugins").glob("*/src/*"))
IGNORED: frozenset[str] = frozenset()  # modules that need not obey: none, and none shall be

# Rooms by floor, each with its number; on one floor a room may import those to its left.
FLOORS: dict[str, tuple[int, int]] = {
    room: (floor, place)
    for floor, rooms in {
        0: "errors values",
        1: "programme rules",
        2: "learners risks plans measures staff compensation outcomes",
        3: "loading register sources exchange",
        4: "statistics reports",
        5: "demo cli",
    }.items()
    for place, room in enumerate(rooms.split())
}
# Beside the floors: what each may import itself, and what only for the type checker.
SIDE = {"hooks": (2, 3), "plugins": (2, 3)}

LIBRARIES: dict[str, tuple[str, ...]] = {
    "attrs": ("programme", "rules", "learners", "risks", "plans", "measures", "staff", "compensation", "outcomes", "loading", "register",
              "sources", "exchange", "statistics", "reports", "demo", "cli", "hooks", "plugins", "testing"),
    "pydantic": ("values", "rules/decision", "learners", "risks", "plans", "measures", "staff", "compensation", "outcomes", "sources", "exchange",
                 "statistics/request_content", "cli/app", "testing"),
    "pydantic_core": ("values",),
    "yaml": ("programme/yaml_positions",),
    "jsonschema": ("programme/yaml_positions",),
    "holidays": ("values/public_holidays",),
    "cryptography": ("register/encryption/cells",),
    "stdnum": ("values/iban", "values/personal_code"),
    "dateutil": ("values", "learners", "plans", "measures"),
    "pluggy": ("hooks", "plugins"),
    "narwhals": ("statistics", "rules", "register"),
    "jinja2": ("reports",),
    "typst": ("reports",),
    "altair": ("reports",),
    "babel": ("reports",),
    "numpy": ("rules/frames/arrays",),
    "typer": ("cli",),
    "rich": ("cli",),
    "pytest": ("testing",),
    "hypothesis": ("testing",),
}  # fmt: skip
NOWHERE = ("sqlalchemy", "polars", "pandas", "pyarrow", "duckdb", "openpyxl", "pmp_sis_tabular", "pmp_storage_sql")
PURE = [room for room, (floor, _) in FLOORS.items() if floor <= 2]
IMPURE = (
    "time",
    "random",
    "secrets",
    "logging",
    "socket",
    "urllib",
    "http",
    "os",
    "subprocess",
    "uuid",
    "locale",
    "tempfile",
    "threading",
)
CLOCK = {"now", "today", "utcnow", "getenv", "environ", "urandom"}
FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "glob", "rglob", "is_file", "is_dir", "exists",
         "mkdir", "unlink", "stat"}  # fmt: skip
FILES_READ_IN = {"programme/load"}


@dataclass(frozen=True)
class Module:
    """One module: `name` is its path below the package, without the ending."""

    name: str
    path: Path

    @property
    def room(self) -> str:
        return self.name.partition("/")[0]

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path)

    def imports(self) -> Iterator[tuple[str, bool]]:
        """The full name of everything imported, and whether it is for the type checker only."""
        typing_only = {
            id(inner)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
            for statement in node.body
            for inner in ast.walk(statement)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, id(node) in typing_only) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name}: a relative import hides which room it goes to"
                yield from ((f"{node.module}.{alias.name}", id(node) in typing_only) for alias in node.names)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules(package: Path) -> list[Module]:
    return [
        Module(path.relative_to(package).with_suffix("").as_posix().removesuffix("/__init__"), path)
        for path in sorted(package.rglob("*.py"))
    ]


MODULES = [module for module in _modules(CORE) if module.name not in IGNORED]
OF_PLUGINS = [module for package in PLUGINS for module in _modules(package)]
ALL = [*MODULES, *OF_PLUGINS]
NAMES = [module.name for module in MODULES]


def room_of(imported: str) -> str | None:
    """The room of ours that an import goes to; the package itself is a room too."""
    package, _, rest = imported.partition(".")
    if package != "pmp_core":
        return None
    room = rest.partition(".")[0]
    return room if room in FLOORS or room in SIDE or room == "testing" else "__init__"


def may_import(room: str, other: str, typing_only: bool) -> bool:
    """Whether a room may import another."""
    if other == "testing":
        return False
    if room == "testing":
        return True
    if room == "__init__":
        return typing_only
    if room in SIDE:
        itself, only_typing = SIDE[room]
        if other in SIDE:
            return list(SIDE).index(other) < list(SIDE).index(room)
        return other != "__init__" and FLOORS[other][0] <= (only_typing if typing_only else itself)
    if other in SIDE:
        return FLOORS[room][0] >= 3
    # Only the top floor sees the house from outside.
    return FLOORS[room][0] == 5 if other == "__init__" else FLOORS[other] < FLOORS[room]


def test_nothing_is_ignored() -> None:
    assert frozenset() == IGNORED
    assert len(MODULES) == len(list(CORE.rglob("*.py")))
    assert len(MODULES) > 80
    assert {path.name for path in PLUGINS} >= {"pmp_sis_tabular", "pmp_storage_sql"}


def test_every_room_stands_on_a_floor() -> None:
    rooms = {module.room for module in MODULES}
    assert rooms == {*FLOORS, *SIDE, "testing", "__init__"}


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_imports_go_down_or_to_the_left(module: Module) -> None:
    wrong = [
        imported
        for imported, typing_only in module.imports()
        if (other := room_of(imported)) is not None and other != module.room and not may_import(module.room, other, typing_only)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("room", "other", "typing_only", "may"),
    [
        ("risks", "learners", False, True), ("learners", "risks", False, False), ("rules", "learners", False, False),
        ("rules", "learners", True, False), ("programme", "rules", False, False), ("values", "errors", False, True),
        ("errors", "values", False, False), ("register", "loading", False, True), ("loading", "register", False, False),
        ("statistics", "sources", False, True), ("sources", "statistics", False, False), ("cli", "demo", False, True),
        ("demo", "cli", False, False), ("plans", "plugins", False, False), ("loading", "plugins", False, True),
        ("hooks", "register", True, True), ("hooks", "register", False, False), ("hooks", "plugins", False, False),
        ("hooks", "statistics", True, False), ("cli", "testing", False, False), ("testing", "sources", False, True),
        ("__init__", "cli", True, True), ("__init__", "values", False, False), ("register", "__init__", False, False),
    ],
)  # fmt: skip
def test_the_floors_are_those_of_the_design(room: str, other: str, typing_only: bool, may: bool) -> None:
    assert may_import(room, other, typing_only) is may


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_every_library_stays_inside_its_fence(module: Module) -> None:
    for imported, _ in module.imports():
        library = imported.partition(".")[0]
        if library in ("pmp_core", "__future__") or library in sys.stdlib_module_names:
            continue
        assert library not in NOWHERE, imported
        assert library in LIBRARIES, f"{imported}: no fence is drawn for it"
        fence = LIBRARIES[library]
        assert any(module.name == part or module.name.startswith(f"{part}/") for part in fence), imported


def test_every_fence_with_a_library_in_it_is_a_place_that_exists() -> None:
    known = {module.name for module in MODULES}
    assert {part for fence in LIBRARIES.values() for part in fence} <= known
    assert not set(NOWHERE) & set(LIBRARIES)


@pytest.mark.parametrize("module", OF_PLUGINS, ids=[module.path.parent.name + "/" + module.name for module in OF_PLUGINS])
def test_a_plug_in_imports_the_core_and_no_other_plug_in(module: Module) -> None:
    others = {package.name for package in PLUGINS if package not in module.path.parents}
    imported = {name.partition(".")[0] for name, _ in module.imports()}
    assert not imported & others
    rooms = {room_of(name) for name, _ in module.imports()}
    assert not rooms & {"cli", "demo", "testing", "statistics"}


def lower(module: Module) -> bool:
    return module.room in PURE


@pytest.mark.parametrize("module", [m for m in MODULES if lower(m)], ids=[m.name for m in MODULES if lower(m)])
def test_the_lower_floors_read_no_clock_environment_network_or_chance(module: Module) -> None:
    imported = {name.partition(".")[0] for name, _ in module.imports()}
    assert not imported & set(IMPURE)
    used = {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    assert not used & CLOCK
    called = {node.func.id for node in ast.walk(module.tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"print", "input", "breakpoint", "__import__"}


@pytest.mark.parametrize("module", [m for m in MODULES if lower(m)], ids=[m.name for m in MODULES if lower(m)])
def test_the_lower_floors_read_files_only_to_load_a_programme(module: Module) -> None:
    imported = {name.partition(".")[0] for name, _ in module.imports()}
    names = {node.func.id for node in ast.walk(module.tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    calls = {
        node.func.attr for node in ast.walk(module.tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    touched = (imported & {"pathlib", "io", "shutil", "glob", "zipfile"}) | ((names | calls) & FILES)
    assert bool(touched) is (module.name in FILES_READ_IN), touched


def test_only_the_command_reads_the_day_and_the_history_the_moment() -> None:
    reading = {
        module.name
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow")
    }
    assert reading == {"cli/output", "register/register"}


@pytest.mark.parametrize("module", ALL, ids=[module.path.relative_to(ROOT).as_posix() for module in ALL])
def test_no_module_is_above_400_lines_or_named_after_nothing(module: Module) -> None:
    assert len(module.path.read_text(encoding="utf-8").splitlines()) <= 400
    words = set(re.split(r"[/_]", module.name))
    assert not words & {"util", "utils", "helper", "helpers", "manager", "managers", "base", "common", "misc"}


@pytest.mark.parametrize("module", ALL, ids=[module.path.relative_to(ROOT).as_posix() for module in ALL])
def test_every_module_says_what_it_is_for(module: Module) -> None:
    assert ast.get_docstring(module.tree)


def test_the_public_names_are_those_of_the_lazy_map_sorted_and_few() -> None:
    assert set(pmp_core.__all__) == set(pmp_core._HOME_OF)
    assert len(pmp_core.__all__) == len(set(pmp_core.__all__)) == sum(map(len, pmp_core._HOMES.values()))
    assert list(pmp_core.__all__) == sorted(pmp_core.__all__)
    assert len(pmp_core.__all__) <= 55
    assert set(pmp_core.__all__) <= set(dir(pmp_core))


@pytest.mark.parametrize("name", pmp_core.__all__)
def test_every_public_name_resolves_to_what_its_room_exports(name: str) -> None:
    room = importlib.import_module(f"pmp_core.{pmp_core._HOME_OF[name]}")
    assert getattr(pmp_core, name) is getattr(room, name)
    assert name in getattr(room, "__all__", dir(room))
    assert getattr(pmp_core, name).__doc__


def test_the_type_checker_is_told_the_same_names() -> None:
    (module,) = [module for module in MODULES if module.name == "__init__"]
    told = {
        imported.rpartition(".")[2]: imported.split(".")[1]
        for imported, typing_only in module.imports()
        if typing_only and room_of(imported)
    }
    assert {name: room for name, room in told.items() if name != "Any"} == pmp_core._HOME_OF


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Lerner"):
        pmp_core.Lerner  # noqa: B018 - asking for it is the test


HEAVY = ("typer", "rich", "sqlalchemy", "polars", "pandas", "numpy", "pyarrow", "narwhals", "pydantic", "pytest", "openpyxl",
         "jinja2", "typst", "babel")  # fmt: skip
WITHOUT_FRAMES = (
    "typer",
    "rich",
    "sqlalchemy",
    "polars",
    "pandas",
    "numpy",
    "pyarrow",
    "openpyxl",
    "jinja2",
    "typst",
    "babel",
    "pytest",
    "pmp_sis_tabular",
    "pmp_storage_sql",
)


@pytest.mark.parametrize(
    ("code", "not_loaded"),
    [
        ("import pmp_core", HEAVY),
        ("import pmp_core; [getattr(pmp_core, name) for name in pmp_core.__all__]", WITHOUT_FRAMES),
        ("import pmp_core; pmp_core.load_programme('lv-8.3.4').rule('target-group')", WITHOUT_FRAMES),
    ],
    ids=["the package", "all of it", "a rule"],
)
def test_importing_loads_nothing_heavy(code: str, not_loaded: tuple[str, ...]) -> None:
    asked = f"{code}\nimport sys; print(*(name for name in {not_loaded!r} if name in sys.modules))"
    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, encoding="utf-8")
    assert ended.stdout.split() == []
