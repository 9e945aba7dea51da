"""What a clause of a storage is as a test: its number, its sentence, and what the storage did when it does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from inspect import getdoc
from threading import Thread
from typing import ParamSpec, cast

import pytest
from attrs import frozen

from pmp_core.errors import RegisterError

P = ParamSpec("P")

_NAME = re.compile(r"test_(s_[a-z]+_\d+)_\w+")
_PATIENCE = 60.0  # seconds, after which a thread is said to hang; no clause is about time


class Broken(AssertionError):
    """A clause does not hold. The message is a sentence that says what the storage did."""


@frozen
class Clause:
    """One clause of the storage contract.

    Args:
        id: such as `S-ORDER-2`.
        text: what must hold, as `docs/reference/storage-contract.md` says it.
    """

    id: str
    text: str


def clause(test: Callable[P, None]) -> Callable[P, None]:
    """Make a test name its clause: the number stands in its name, the sentence is its docstring.

    Whatever goes wrong in it is told in one sentence that begins with the number. An error that nothing foresaw keeps its traceback.
    """
    named = _NAME.fullmatch(test.__name__)
    assert named is not None, f"{test.__name__} does not name a clause"
    this = Clause(named[1].upper().replace("_", "-"), " ".join((getdoc(test) or "").split()))

    @wraps(test)
    def checked(*args: P.args, **kwargs: P.kwargs) -> None:
        __tracebackhide__ = True
        try:
            test(*args, **kwargs)
        except Broken as broken:
            told = _told(this, str(broken), broken)
        except Exception as error:
            pytest.fail(_told(this, f"the storage raised {_named(error)}", error))
        else:
            return
        pytest.fail(told, pytrace=False)

    checked.clause = this  # type: ignore[attr-defined]
    return checked


def clauses_of(suite: type) -> dict[str, str]:
    """The clauses that a suite tests: sentences by number, in the order of the class and those it is made of."""
    tests = {name: member for kind in reversed(suite.__mro__) for name, member in vars(kind).items() if name.startswith("test_")}
    found = [cast("Clause", test.clause) for test in tests.values() if hasattr(test, "clause")]
    return {one.id: one.text for one in found}


def same(found: object, expected: object, what: str) -> None:
    """Values and types are as expected, all the way down.

    Args:
        found: what the storage gave.
        expected: what it must give.
        what: what was asked, as the subject of a sentence.

    Raises:
        Broken: they are not.
    """
    if not _alike(found, expected):
        raise Broken(f"{what} gave {_short(found)}, not {_short(expected)}")


def refuses(code: str, call: Callable[[], object], what: str) -> RegisterError:
    """A call is refused with this code.

    Args:
        code: of a `RegisterError`.
        call: what to do.
        what: the same as the subject of a sentence.

    Returns:
        The error, to look at more closely.

    Raises:
        Broken: the call did its work, or failed otherwise.
    """
    try:
        call()
    except RegisterError as error:
        if error.code != code:
            raise Broken(f"{what} was refused with `{error.code}`, not with `{code}`") from error
        return error
    except Exception as error:
        raise Broken(f"{what} raised {_named(error)}, not a RegisterError with the code `{code}`") from error
    raise Broken(f"{what} was taken, not refused with `{code}`")


def started(call: Callable[[], object], what: str) -> Callable[[], object]:
    """Begin a call in a thread of its own.

    Args:
        call: what to do there.
        what: the same as the subject of a sentence.

    Returns:
        A function that waits for the thread and gives what the call gave: its result, or the error it raised.
    """
    outcomes: list[object] = []

    def run() -> None:
        try:
            outcomes.append(call())
        except Exception as error:
            outcomes.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()

    def ended() -> object:
        thread.join(_PATIENCE)
        if not outcomes:
            raise Broken(f"{what} hangs: it has neither ended nor said `storage-locked` after {_PATIENCE:g} seconds")
        return outcomes[0]

    return ended


def _alike(found: object, expected: object) -> bool:
    if type(found) is not type(expected):
        return False
    if isinstance(found, dict) and isinstance(expected, dict):
        return list(found) == list(expected) and all(_alike(found[name], expected[name]) for name in found)
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(_alike, found, expected))
    if isinstance(found, datetime) and isinstance(expected, datetime) and found.utcoffset() != expected.utcoffset():
        return False
    return found == expected


def _told(this: Clause, sentence: str, error: Exception) -> str:
    return "\n".join([f"{this.id}: {sentence}. (The clause: {this.text})", *getattr(error, "__notes__", ())])


def _named(error: BaseException) -> str:
    return f"{type(error).__name__} ({_cut(' '.join(str(error).split()))})"


def _short(value: object) -> str:
    return _cut(f"the error {_named(value)}" if isinstance(value, BaseException) else repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:200]} … ({len(text)} characters in all)"
