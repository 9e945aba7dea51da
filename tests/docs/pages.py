"""The pages of the documentation, cut into what can be run: files, Python, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_FENCE = re.compile(r"^```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block. `title` is the path of the file that it shows."""

    language: str
    title: str | None
    text: str
    line: int


def blocks(page: Path, language: str | None = None) -> Iterator[Block]:
    """The blocks of a page, in order; all, or those of one language."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        if language in (None, match["language"]):
            yield Block(match["language"], match["title"], match["text"], text.count("\n", 0, match.start()) + 2)


def not_printed(shown: str, printed: str) -> list[str]:
    """The lines of `shown` that are not among the lines printed. An ellipsis stands for anything."""
    lines = [line.rstrip() for line in printed.splitlines()]
    missing = []
    for line in filter(None, map(str.rstrip, shown.splitlines())):
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        if not any(pattern.fullmatch(one) for one in lines):
            missing.append(line)
    return missing
