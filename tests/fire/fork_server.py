"""Processes that start at once, because they are forked from one that has imported everything, and that say how far they are.

As a script it is that process: it reads what to do as lines of JSON, forks a process for each, and tells when one of them ended.
All of them write to one pipe, each line whole and with the number of its process.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import defaultdict, deque
from pathlib import Path
from typing import Any

_STANDS_STILL = 120  # seconds without a word from anybody: a deadlock, and not a busy machine


class Forked:
    """One of the processes.

    Attributes:
        pid: its number.
        told: what it has said, as far as it was read.
        ended: None while it works, then its exit code, or the negative number of the signal that killed it.
    """

    def __init__(self, server: ForkServer, pid: int) -> None:
        self.pid, self.told = pid, list[list[str]]()
        self.ended: int | None = None
        self._server = server

    def next(self) -> list[str]:
        """The words of the next line it says; nothing more once it has ended."""
        line = self._server.line_of(self.pid)
        if line[0] == "ended":
            self.ended = int(line[1])
            return []
        self.told.append(line)
        return line

    def kill(self) -> None:
        """Kill it at once, without a chance to tidy up."""
        os.kill(self.pid, signal.SIGKILL)

    def to_the_end(self) -> list[list[str]]:
        """All that it says until it ends."""
        while self.ended is None:
            self.next()
        return self.told


class ForkServer:
    """Forks processes for the functions of `jobs` and `crowd`."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 it is closed with the server
        self._process = subprocess.Popen(
            [sys.executable, __file__, *sys.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asked, self._said = self._process.stdin, self._process.stdout
        self._rest = b""
        self._lines: dict[int, deque[list[str]]] = defaultdict(deque)

    def start(self, function: str, **arguments: Any) -> Forked:
        """Start a process.

        Args:
            function: one of `jobs` or `crowd`.
            arguments: what it is called with; what JSON can say.
        """
        self._asked.write(json.dumps([function, arguments]).encode() + b"\n")
        self._asked.flush()
        return Forked(self, int(self.line_of(0)[0]))

    def line_of(self, pid: int) -> list[str]:
        """The next line of a process; 0 for the server itself."""
        while not self._lines[pid]:
            if not select.select([self._said], [], [], _STANDS_STILL)[0]:
                raise AssertionError("Nobody says anything any more: they wait for each other.")
            read = os.read(self._said.fileno(), 65536)
            if not read:
                raise AssertionError(f"The processes are gone: {self.errors()}")
            *lines, self._rest = (self._rest + read).split(b"\n")
            for line in lines:
                number, *words = line.decode().split(" ")
                self._lines[int(number)].append(words)
        return self._lines[pid].popleft()

    def errors(self) -> str:
        """What the processes wrote to standard error."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")[-1500:]

    def close(self) -> None:
        """End it."""
        self._asked.close()
        self._process.wait(30)
        self._said.close()
        self._errors.close()


def say(*words: object) -> None:
    """Say a line, from a process."""
    os.write(1, f"{os.getpid()} {' '.join(map(str, words))}\n".encode())


def _bury(*_: object) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        os.write(1, f"{pid} ended {os.waitstatus_to_exitcode(status)}\n".encode())


def _serve() -> None:
    import crowd
    import jobs

    functions = {**vars(crowd), **vars(jobs)}
    signal.signal(signal.SIGCHLD, _bury)
    for line in sys.stdin:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if pid:
            os.write(1, f"0 {pid}\n".encode())
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        code = 1
        try:
            function, arguments = json.loads(line)
            functions[function](**arguments)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)


if __name__ == "__main__":
    sys.path[:] = [str(Path(__file__).parent), *sys.argv[1:]]
    sys.modules["fork_server"] = sys.modules["__main__"]
    _serve()
