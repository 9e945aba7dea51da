"""Text that attacks, in every field of every entity and in every argument of the command: kept as it is, or refused in words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from pydantic import ValidationError
from test_rows import BARE, COLLECTIONS, FULL, collection
from whole import digest

import pmp_storage_sql.plugin
from pmp_core.errors import PmpError
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.register.schema import ColumnType
from pmp_core.values import Actor, Entity

LETTERS = "AĀBCČDEĒFGĢHIĪJKĶLĻMNŅOPRSŠTUŪVZŽ aābcčdeēfgģhiījkķlļmnņoprsštuūvzž"
HOSTILE = {
    "injection": "'; DROP TABLE learners; --",
    "another injection": "\" OR 1=1; UPDATE claims SET status = 'paid' /*",
    "placeholders": "%s %(id)s :id ? $1 {0} {id} \\N \\x00 \\",
    "null byte": "a\x00b",
    "right to left": "\u202eplans\u202c \u200fה\u061c",
    "emoji": "👩‍👧‍👦🇱🇻\U0001f600",
    "latvian": LETTERS,
    "latvian, apart": "A\u0304 k\u0327 s\u030c",
    "latin-1 and control": "\x1b[31mred\x7f\x85\u2028x",
    "formula": "=cmd|'/c calc'!A0",
    "markup": "<script>alert(1)</script>[red]&amp;",
    "lone surrogate": "a\udcffb",
    "long": "ž" * 9_000,
}
PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    """A register in which everything that others refer to is there; tests undo what they do."""
    if request.param == "postgresql":
        with request.getfixturevalue("postgresql").database() as url:
            yield from filled(url)
    else:
        yield from filled({"memory": "memory:", "sqlite": "sqlite://"}[request.param])


def filled(target: str) -> Iterator[Register]:
    with Register.open(
        target, actor=Actor(name="Ilze", role="plan-author"), programme="lv-8.3.4", plugins=PLUGINS, access="host"
    ) as opened:
        with opened.unit_of_work() as work:
            for kind, fields in BARE:
                collection(work, kind).add(kind.model_validate(fields))
        yield opened


def texts(fields: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where there is text in what an entity is made of."""
    if isinstance(fields, str):
        yield path
    elif isinstance(fields, dict | list | tuple):
        for key, value in fields.items() if isinstance(fields, dict) else enumerate(fields):
            yield from texts(value, (*path, key))


def put(fields: Any, path: tuple[Any, ...], text: str) -> Any:
    """The same with another text in one place."""
    if not path:
        return text
    if isinstance(fields, dict):
        return {key: put(value, path[1:], text) if key == path[0] else value for key, value in fields.items()}
    return tuple(put(value, path[1:], text) if at == path[0] else value for at, value in enumerate(fields))


@pytest.mark.parametrize(("kind", "fields"), FULL, ids=lambda given: given.__name__ if isinstance(given, type) else "")
def test_every_text_of_an_entity_is_kept_as_it_is_or_refused(
    register: Register, kind: type[Entity], fields: dict[str, Any]
) -> None:
    kept = 0
    before = digest(register)
    for path in texts(fields):
        for name, text in HOSTILE.items():
            try:
                made = kind.model_validate(put(fields, path, text))
            except (ValidationError, PmpError):
                continue
            with register.unit_of_work(keep=False) as work:
                try:
                    if needed := next((given for other, given in FULL[8:9] if kind.__name__ == "Evaluation"), None):
                        collection(work, other_kind()).add(other_kind().model_validate(needed))
                    added = collection(work, kind).add(made)
                except PmpError as error:
                    if error.code not in ("reference-missing", "not-unique", "row-invalid"):
                        raise
                    continue
                assert collection(work, kind).get(made.id) == added, (name, path)  # type: ignore[attr-defined]
                kept += 1
    assert kept >= len(HOSTILE) // 2 or kind.__name__ in ("Schedule", "Budget", "Absence")
    assert digest(register) == before
    assert set(COLLECTIONS) >= {kind}


def other_kind() -> type[Entity]:
    """The kind of entity that an evaluation refers to."""
    return FULL[8][0]


@pytest.mark.parametrize("text", [*HOSTILE.values(), "ž🇱🇻" * 1_000_000], ids=[*HOSTILE, "ten megabytes"])
def test_every_column_of_text_holds_it_or_refuses_it(register: Register, text: str) -> None:
    """Beneath the entities, where notes have no length: all columns of text that are in no key, index or reference."""
    taken: dict[str, bool] = {}
    with register.unit_of_work(keep=False) as work:
        for table in tables.TABLES:
            held = {name for names in (table.key, *table.unique, *table.indexes) for name in names}
            held |= {name for reference in table.references for name in reference.columns}
            free = [c.name for c in table.columns if c.type is ColumnType.TEXT and c.name not in held]
            rows = work.transaction.find(table, limit=1)
            if free and rows:
                taken[table.name] = _written(
                    work, table, {**rows[0], **dict.fromkeys(free[: 1 if len(text) > 10_000 else None], text)}
                )

    # No database takes the null character or half a letter; everything else is taken by every table.
    takable = "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
    assert len(taken) > 10
    assert set(taken.values()) == {takable}, taken


def _written(work: UnitOfWork, table: Any, row: dict[str, Any]) -> bool:
    """Write a row and read it back. Gives whether it was taken."""
    key = tuple(row[name] for name in table.key)
    try:
        work.transaction.update(table, row, version=row["version"] if table.versioned else None)
    except PmpError as error:
        if error.code != "row-invalid":
            raise
        return False
    assert work.transaction.get(table, key) == row
    return True


def commands() -> Iterator[tuple[list[str], list[Any]]]:
    """Every command with what it takes."""
    typer = pytest.importorskip("typer", reason="the command needs the extra `cli`")
    from pmp_core.cli.app import app

    waiting = [([], typer.main.get_command(app))]
    while waiting:
        words, command = waiting.pop()
        inner = getattr(command, "commands", None)
        if inner is None:
            yield words, command.params
        else:
            waiting += [([*words, name], each) for name, each in inner.items()]


def lines(register: Path) -> Iterator[list[str]]:
    """A line for every argument and option of text, the rest as plain as can be; then one with hostile text in all of them."""
    for words, params in commands():
        if words[-1] in ("demo", "new-key"):
            continue
        plain: dict[str, list[str]] = {}
        options = [param for param in params if param.name != "help" and not getattr(param, "is_flag", False)]
        for param in options:
            value = str(register) if param.name == "register" else "1"
            if param.required:
                plain[param.name] = [value] if param.param_type_name == "argument" else [param.opts[0], value]
        for at, param in enumerate(options):
            if param.name == "register":
                continue
            told = [text for text in HOSTILE.values() if "\0" not in text]  # the system hands no process a null byte
            text = told[(len(words[-1]) + at) % len(told)]
            given = [text] if param.param_type_name == "argument" else [f"{param.opts[0]}={text}"]
            others = [word for name, word in plain.items() if name != param.name]
            yield [*words, *(w for word in others for w in word), *given]


def test_no_argument_of_the_command_breaks_it_or_the_register(
    pmp: Callable[..., CompletedProcess[str]], demo_copy: Path, tmp_path: Path, long: bool
) -> None:
    def held() -> str:
        with Register.open(
            demo_copy, actor=Actor(name="Ilze", role="plan-author"), plugins=PLUGINS, access="host", trial=True
        ) as opened:
            return digest(opened)

    before, tried = held(), 0
    empty = tmp_path / "empty"
    empty.mkdir()
    for line in list(lines(demo_copy))[:: 1 if long else 4]:
        try:
            ended = pmp(*line, cwd=empty)
        except Exception as error:
            raise AssertionError(f"pmp {line!r}") from error
        assert ended.returncode in (0, 1, 2), (line, ended)
        assert "Traceback" not in ended.stdout + ended.stderr, (line, ended)
        (ended.stdout + ended.stderr).encode(sys.getdefaultencoding(), "backslashreplace")
        tried += 1
    assert tried > 50
    assert held() == before
