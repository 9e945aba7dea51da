"""A register to print from, and what stands in a PDF."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pmp_core import Actor, Register

pytest.importorskip("typst", reason="documents need the extra `reports`")

ANNA = Actor(name="Anna", role="plan-author")
_OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)endobj", re.DOTALL)
# A string may hold pairs of parentheses as they are.
_INNER = rb"(?:\\.|[^\\()])*"
for _ in range(3):
    _INNER = rb"(?:\\.|[^\\()]|\(" + _INNER + rb"\))*"
_LITERAL = re.compile(rb"\((" + _INNER + rb")\)", re.DOTALL)
_SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|\[((?:\(" + _INNER + rb"\)|[-\d.\s])*)\]\s*TJ|\b(ET)\b", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """The text of a PDF by its fonts' own tables from glyphs to letters: what a reader copies out, or hears read aloud."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts: dict[bytes, dict[int, str]] = {}
    for body in objects.values():
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", body):
            to_unicode = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
            assert to_unicode is not None
            fonts[name] = dict(_glyphs(_stream(objects[int(to_unicode[1])])))
    lines: list[str] = []
    for body in objects.values():
        content = _stream(body) if b"stream\n" in body and b"/FontFile" not in body else b""
        if b"BT" in content and b" Tf" in content:
            lines.append(_shown(content, fonts))
    return "\n".join(lines)


def _stream(body: bytes) -> bytes:
    raw = body.partition(b"stream\n")[2]
    try:
        return zlib.decompressobj().decompress(raw)
    except zlib.error:
        return b""


def _glyphs(table: bytes) -> Iterator[tuple[int, str]]:
    for glyph, letters in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", table):
        if len(letters) % 4 == 0 and glyph != b"0000":
            yield int(glyph, 16), bytes.fromhex(letters.decode()).decode("utf-16-be")


def _shown(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    told = []
    for name, pieces, end in _SHOWN.findall(content):
        if name:
            font = fonts[name]
        elif end:
            told.append("\n")
        for literal in _LITERAL.findall(pieces):
            raw = _ESCAPED.sub(lambda found: _unescaped(found[1]), literal)
            told += [font.get(int.from_bytes(raw[i : i + 2]), "") for i in range(0, len(raw), 2)]
    return "".join(told)


def _unescaped(escaped: bytes) -> bytes:
    return bytes([int(escaped, 8)]) if escaped.isdigit() else _LETTERS.get(escaped, escaped)


@pytest.fixture(scope="session")
def text_of_pdf() -> Callable[[bytes], str]:
    return text_of


@pytest.fixture(scope="module")
def register(demo_file: Path) -> Iterator[Register]:
    """The sample school, to read from only."""
    with Register.open(demo_file, actor=ANNA, access="host") as opened:
        yield opened


@pytest.fixture
def own_register(demo_copy: Path) -> Iterator[Register]:
    """The sample school, to change."""
    with Register.open(demo_copy, actor=ANNA, access="host") as opened:
        yield opened
