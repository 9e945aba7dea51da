"""What no output of the suite may show: personal codes, and the passwords of databases. A plug-in of pytest that looks at all tests.

Codes are planted in what the tests read, and a password in the address of their PostgreSQL server. Searched are: what a test
printed and logged, what `pmp` and other processes answered, every error of the library and every exception that a test caught,
and the files that it leaves in a temporary folder. A test that shows one ends with an error. What may show one stands in
`ALLOWED_TESTS` and `ALLOWED_FILES`, with the reason.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from datetime import date
from fnmatch import fnmatch
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from pmp_core.errors import PmpError
from postgresql_server import PASSWORD

_CODE = re.compile(r"(?<![0-9A-Za-z])(\d{6})([\s_]{0,3}[-\u2010-\u2015\u2212.]?[\s_]{0,3})(\d{5})(?![0-9A-Za-z])", re.ASCII)
_DIGITS_ALIKE = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else byte for byte in range(256))
_SQLITE = b"SQLite format 3\0"
_IN_FILES = (b"000000-00000", b"00000000000")  # what a code is when all its digits are alike
# By the beginning of a test's id: why it may show a code.
ALLOWED_TESTS: dict[str, str] = {
    "tests/test_masking.py::test_every_test_that_shows_something_ends_with_an_error": "it lets others show one, and is told which",
    "tests/cli/test_printing.py::test_whoever_may_has_the_code_printed": "a director sees it in clear, in a document asked for",
    "tests/reports/test_plan_document.py::test_a_code_that_somebody_wrote_into_a_text_is_masked": "a register keeps what a person "
    "wrote as it was written, and masks it where it is shown",
}
# By the name of a file: why a code may stand in it.
ALLOWED_FILES: dict[str, str] = {
    "claims.csv": "claims to be decided in bulk, to be read",
    "make.py": "the sample school's maker writes one wrong code into what it makes",
    "skoleni.example.csv": "an export of the sample school, to be read; its codes are dropped or encrypted",
}


def shown_in(text: str) -> str | None:
    """The first code or password that a text shows, with some of what stands around it; None if it shows none."""
    at = text.find(PASSWORD)
    if at >= 0:
        return text[max(0, at - 40) : at + 60]
    for found in _CODE.finditer(text):
        if _is_code(found[1] + found[3], joined=not found[2]):
            return text[max(0, found.start() - 40) : found.end() + 20]
    return None


def shown_in_file(content: bytes) -> str | None:
    """The same of a file of any kind, quickly: first where digits stand like those of a code, then whether it is one."""
    if PASSWORD.encode() in content:
        return PASSWORD
    alike = content.translate(_DIGITS_ALIKE)
    for shape in _IN_FILES:
        at = alike.find(shape)
        while at >= 0:
            edge = 0 if content.startswith(_SQLITE) else 1  # there the cells stand side by side
            shown = shown_in(content[max(0, at - edge) : at + len(shape) + edge].decode("latin-1"))
            if shown and not edge:
                return _shown_in_cells(content)
            if shown:
                return shown
            at = alike.find(shape, at + 1)
    return None


def _shown_in_cells(content: bytes) -> str | None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content[:18] + b"\1\1" + content[20:])  # as if it were not in WAL mode, which is for files only
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            with suppress(sqlite3.DatabaseError):  # a file that a test has damaged
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    for cell in row:
                        if isinstance(cell, str) and (shown := shown_in(cell)):
                            return f"{table}: {shown}"
    return None


def _is_code(digits: str, *, joined: bool) -> bool:
    """Whether it can be one: eleven digits in one piece are often something else, such as an amount."""
    if not joined or re.match("3[2-9]", digits):
        return True
    try:
        return bool(date({"0": 1800, "1": 1900, "2": 2000}[digits[6]] + int(digits[4:6]), int(digits[2:4]), int(digits[:2])))
    except (KeyError, ValueError):
        return False


class Masking:
    """Looks at what every test shows. What it finds is told at the end of the test, as an error of it."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._folders: dict[Path, None] = {}
        self._given: dict[Path, bytes] = {}

    def look(self, what: str, text: object) -> None:
        """Look at a text; what it shows is told at the end of the test.

        Args:
            what: where it was found, for whoever reads of it.
            text: what is neither text nor bytes is passed over.
        """
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        if isinstance(text, str) and (shown := shown_in(text)):
            self._found.append(f"{what}: {shown!r}")

    def look_at_error(self, error: BaseException) -> None:
        """Look at an exception as a traceback would tell it, with those that it came from, and at its repr."""
        self.look("an exception", "\n".join(_told(error)))

    def look_at_files(self, folder: Path) -> None:
        """Look at all files in a folder, and at their names."""
        self._folders.pop(folder, None)
        for file in _files(folder) if folder.is_dir() else ():
            if not any(fnmatch(file.name, name) for name in ALLOWED_FILES):
                self.look("a file's name", file.name)
                content = _bytes_of(file)
                if (shown := shown_in_file(content)) and content != self._given.get(file):
                    self._found.append(f"the file {file.name}: {shown!r}")

    def given(self, file: Path) -> None:
        """Take note of a file that a test wrote for the library to read: it shows nothing as long as it is as it was."""
        self._given[file] = _bytes_of(file)

    def later(self, folder: Path) -> None:
        """Look at a folder that several tests share after the last of them, unless it turns out to be one test's own."""
        self._folders[folder] = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
        """Look at the files of a test before they go."""
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        if isinstance(folder, Path):
            self.look_at_files(folder)
        try:
            return (yield)
        finally:
            for shared in list(self._folders) if nextitem is None else ():
                self.look_at_files(shared)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Look at what was captured, and let the test end with an error if it, or anything since its beginning, shows something."""
        report = yield
        if report.when != "teardown":
            return report
        for kind, content in report.sections:
            self.look(kind, content)
        found, self._found = self._found, []
        if found and not any(item.nodeid.startswith(test) for test in ALLOWED_TESTS):
            report.outcome = "failed"
            report.longrepr = "What must be masked was shown.\n" + "\n".join(dict.fromkeys(found))
        return report


def _told(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield from traceback.format_exception_only(error)
        yield repr(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:  # a test may have had `read_bytes` fail
            return opened.read()
    except OSError:
        return b""


def _files(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def _watched(owner: Any, name: str, after: Callable[..., None]) -> Callable[[], None]:
    """Have a method's answer looked at. Gives what puts it back."""
    before = getattr(owner, name)

    @wraps(before)
    def watching(*arguments: Any, **named: Any) -> Any:
        answer = before(*arguments, **named)
        after(answer, *arguments)
        return answer

    setattr(owner, name, watching)
    return lambda: setattr(owner, name, before)


def _left(owner: Any, look_at_error: Callable[[BaseException], None]) -> Callable[[], None]:
    """Have the exceptions that a context manager catches looked at."""
    before = owner.__exit__

    def leaving(self: Any, kind: Any, error: BaseException | None, trace: Any) -> Any:
        if error is not None:
            look_at_error(error)
        return before(self, kind, error, trace)

    owner.__exit__ = leaving
    return lambda: setattr(owner, "__exit__", before)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to look: at every error that is made, every exception that is caught, every answer of a process or of `capsys`."""
    masking = Masking()
    config.pluginmanager.register(masking, "pmp-masking")

    def made(_: None, error: PmpError, *__: Any) -> None:
        masking.look("an error", f"{error}\n{error!r}\n{error.args}\n{error.found}\n{error.place!r}")

    def answered(answer: tuple[Any, Any], *_: Any) -> None:
        masking.look("a process, standard output", answer[0])
        masking.look("a process, standard error", answer[1])

    def read(answer: Any, *_: Any) -> None:
        masking.look("captured standard output", answer.out)
        masking.look("captured standard error", answer.err)

    def written(_: int, file: Path, *__: Any) -> None:
        if not sys._getframe(2).f_globals["__name__"].startswith("pmp_"):  # not by the library or a plug-in
            masking.given(file)

    for undo in (
        _watched(PmpError, "__init__", made),
        _watched(subprocess.Popen, "communicate", answered),
        _watched(pytest.CaptureFixture, "readouterr", read),
        _watched(Path, "write_text", written),
        _watched(Path, "write_bytes", written),
        _watched(pytest.TempPathFactory, "mktemp", lambda folder, *_: masking.later(folder)),
        _left(type(pytest.raises(ValueError)), masking.look_at_error),
    ):
        config.add_cleanup(undo)
