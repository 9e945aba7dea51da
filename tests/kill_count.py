"""Tells at the end of a run how many kills were survived. A plug-in of pytest, since the tests may run in several processes."""

from __future__ import annotations

from collections import Counter
from typing import Any

_SURVIVED, _KEPT = "kills survived", "kept and not told"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Add up what the tests of `fire/test_kills.py` counted."""
    counted: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        counted.update({name: number for name, number in report.user_properties if name in (_SURVIVED, _KEPT)})
    if _SURVIVED in counted:
        told = f"{counted[_SURVIVED]} kills survived; {counted[_KEPT]} came after a unit was kept and before it was told."
        terminalreporter.write_line(told)
