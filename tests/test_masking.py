"""The plug-in that looks for personal codes in all that the tests show: it finds what is shown, wherever it is shown."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from masking import ALLOWED_FILES, ALLOWED_TESTS, shown_in, shown_in_file
from postgresql_server import PASSWORD

pytest_plugins = ["pytester"]
CODE, NEW_STYLE = "161175-19997", "328673-00679"
SHOWN = [CODE, NEW_STYLE, "16117519997", "32867300679", "161175 19997", "161175–19997", "161175_19997", PASSWORD]
# Amounts, accounts, digests, days and phone numbers are none.
NOT_SHOWN = [
    "******-*****", "10000000000", "99999999999", "LV80BANK0000435195001", "a16117519997b", "161175-199970", "0161175-19997",
    "2022-09-01", "+371 20000000", "99999999-99999", "",
]  # fmt: skip
# One test for each way in which something can be shown, and one that shows nothing.
LEAKS = """
import logging, sys, subprocess
import pytest
from pmp_core.errors import PmpError
from pmp_core.values import PersonalCode

CODE = "161175" + "-19997"

@pytest.fixture
def late():
    yield
    print(CODE)

@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    return tmp_path_factory.mktemp("shared")

def test_nothing(pmp, tmp_path, capsys):
    print(PersonalCode(CODE))
    (tmp_path / "given.csv").write_text(CODE)
    with pytest.raises(PmpError):
        raise PmpError("a-code", CODE, found=CODE)
    pmp("plans", "show", CODE, "--register", tmp_path / "none.sqlite")
    pmp("rules", CODE)

def test_printed():
    print("of " + CODE)

def test_on_standard_error():
    sys.stderr.write(CODE)

def test_logged():
    logging.getLogger("x").warning("of %s", CODE)

def test_read_by_capsys(capsys):
    print(CODE)
    assert capsys.readouterr().out

def test_said_by_a_process():
    subprocess.run([sys.executable, "-c", f"print('{CODE}')"], capture_output=True)

def test_an_exception_that_is_caught():
    with pytest.raises(ValueError):
        raise ValueError(CODE)

def test_the_cause_of_one_that_is_caught():
    with pytest.raises(ValueError):
        try:
            raise KeyError(CODE)
        except KeyError as error:
            raise ValueError("no") from error

def test_an_error_that_nobody_sees(monkeypatch):
    monkeypatch.setattr("pmp_core.errors.masked", lambda text: text)
    PmpError("a-code", CODE)

def test_said_by_pmp(pmp, monkeypatch):
    monkeypatch.setattr("pmp_core.errors.masked", lambda text: text)
    pmp("rules", "show", CODE, "--programme", "lv-8.3.4")

def test_in_a_file(tmp_path):
    with (tmp_path / "out.json").open("w") as file:
        file.write(CODE)

def test_in_a_file_deeper_down(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    with (tmp_path / "a" / "b" / "out.json").open("w") as file:
        file.write(CODE.replace("-", ""))

def test_in_a_file_that_was_given_and_changed(tmp_path):
    (tmp_path / "given.csv").write_text(CODE)
    with (tmp_path / "given.csv").open("a") as file:
        file.write(" again")

def test_in_the_name_of_a_file(tmp_path):
    (tmp_path / CODE).touch()

def test_after_the_test(late):
    pass

def test_a_password():
    print("planted-Xq7" + "-unsaid")

def test_in_a_folder_that_is_shared(shared):
    with (shared / "out.json").open("w") as file:
        file.write(CODE)
"""


@pytest.mark.parametrize("text", SHOWN)
def test_a_code_and_a_password_are_found_in_any_text(text: str) -> None:
    for around in (text, f"of {text}, of a child", f"({text})", f"é{text}\n"):
        assert shown_in(around) is not None


@pytest.mark.parametrize("text", NOT_SHOWN)
def test_what_is_none_is_not_taken_for_one(text: str) -> None:
    assert shown_in(text) is None
    assert shown_in_file(text.encode()) is None


@pytest.mark.parametrize("code", [CODE, NEW_STYLE, "16117519997", "32867300679"])
def test_a_code_is_found_in_a_file_of_any_kind(code: str, tmp_path: Path) -> None:
    assert shown_in_file(b"\x00\xff" * 5000 + f";{code};".encode() + b"\x00" * 5000) is not None
    file = tmp_path / "cells.sqlite"
    for other, kept in ((code, True), ("2022-10-1", False)):  # cells stand side by side: together these look like a code
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE IF NOT EXISTS cells (a TEXT, b TEXT, c INTEGER)")
            database.execute("DELETE FROM cells")
            database.execute("INSERT INTO cells VALUES (?, '4100000001', 5)", (other,))
            database.commit()
            database.execute("PRAGMA journal_mode=DELETE")
            database.execute("VACUUM")
        assert (shown_in_file(file.read_bytes()) is not None) is kept
    file.unlink()


def test_every_test_that_shows_something_ends_with_an_error(pytester: pytest.Pytester) -> None:
    tests = Path(__file__).parent
    pytester.makeconftest(f"import sys\nsys.path.insert(0, {str(tests)!r})\nfrom conftest_of_all import *\n")
    (pytester.path / "conftest_of_all.py").write_text((tests / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    pytester.makepyfile(LEAKS)
    ended = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly", "-rA", "-q")
    leaks = LEAKS.count("def test_") - 1
    ended.assert_outcomes(passed=leaks + 1, errors=leaks)
    for shown in pytester.path.iterdir():  # or it would be found here too
        shutil.rmtree(shown) if shown.is_dir() and not shown.is_symlink() else shown.unlink()
    assert not any("ERROR" in line and "test_nothing" in line for line in ended.outlines)


def test_what_may_be_shown_has_its_reason() -> None:
    root = Path(__file__).parents[1]
    for test in ALLOWED_TESTS:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (root / file).read_text(encoding="utf-8"), test
    assert all(ALLOWED_TESTS.values())
    assert all(ALLOWED_FILES.values())
