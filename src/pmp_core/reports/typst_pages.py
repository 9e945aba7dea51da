"""A page as PDF, set by typst with the fonts in its wheel: the same on every machine.

What people wrote goes in as JSON and is only ever text: typst reads no markup in it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from pmp_core.reports.blocks import Page
from pmp_core.reports.extra import require
from pmp_core.reports.labels import LABELS
from pmp_core.values import Language

# To keep for long, and to be read aloud: PDF/A-2a and PDF/UA-1.
STANDARDS = ("a-2a", "ua-1")
MARK = "\u25a1"
_LONG = re.compile(r"(\S{30})(?=\S)")
_SURE = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) | frozenset("\n\t–—‘’‚“”„•…·−€")


def pdf_of(page: Page, *, on: date) -> bytes:
    """The page as PDF: the same bytes for the same page and day. A character that no font has is told at the end.

    Args:
        page: what is to be set.
        on: the day in the file's properties.

    Raises:
        PluginError: `extra-missing`.
    """
    said = attrs.asdict(page)
    said["watermark"] = None if page.watermark is None else page.watermark.upper()
    try:
        return _set(said, page.language, on, _can_print)
    except require("typst").TypstError:  # each character can be printed, and some of them cannot stand together
        return _set(said, page.language, on, _stands_alone)


def _set(said: Mapping[str, Any], language: Language, on: date, fits: Callable[[str], bool]) -> bytes:
    data, lacking = _printable(said, fits)
    if lacking:
        which = ", ".join(f"U+{ord(character):04X}" for character in sorted(lacking))
        data["remark"] = LABELS["unprintable"][language].format(mark=MARK, which=which)
    data["day"] = [on.year, on.month, on.day]
    return _compile(json.dumps(data, ensure_ascii=False), datetime.combine(on, time(), UTC))


def _compile(data: str, moment: datetime) -> bytes:
    made: bytes = require("typst").compile(
        _template(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        pdf_standards=list(STANDARDS),
        timestamp=moment,
    )
    return made


@cache
def _template() -> bytes:
    return files("pmp_core.reports").joinpath("templates", "page.typ").read_bytes()


@cache
def _can_print(character: str) -> bool:
    """Whether the fonts have a character: typst refuses to make such a file where they lack it."""
    typst = require("typst")
    probe = b'#set document(title: "-")\n#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n#json(bytes(sys.inputs.text))'
    try:
        typst.compile(
            probe,
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"text": json.dumps(f"a{character}a")},
            pdf_standards=list(STANDARDS),
        )
    except typst.TypstError:
        return False
    return True


def _stands_alone(character: str) -> bool:
    """Whether a character can be printed whatever stands beside it: a letter or a digit, and no accent or joiner."""
    return unicodedata.category(character)[0] in "LN" and _can_print(character)


def _printable(data: Any, fits: Callable[[str], bool]) -> tuple[Any, set[str]]:
    """The data with a mark for each character that no font has, and those characters."""
    lacking: set[str] = set()

    def written(text: str) -> str:
        missing = {c for c in set(text) - _SURE if not fits(c)}
        lacking.update(missing)
        kept = "".join(MARK if c in missing else c for c in text)
        return _LONG.sub("\\1\u200b", kept)  # where a word without an end may be broken

    def walked(value: Any) -> Any:
        if isinstance(value, str):
            return written(value)
        if isinstance(value, dict):
            return {name: walked(inner) for name, inner in value.items()}
        return [walked(inner) for inner in value] if isinstance(value, list | tuple) else value

    return walked(data), lacking
