"""The README opens with two commands and twelve lines, and both are true."""

from __future__ import annotations

import re

from pages import ROOT, blocks

README = ROOT / "README.md"


def test_the_two_commands_stand_first() -> None:
    title, _, fence, demo, test, close, *_ = README.read_text(encoding="utf-8").splitlines()
    assert (title, fence, close) == ("# pmp-core", "```", "```")
    assert demo.startswith("make demo ")
    assert test.startswith("make test ")


def test_the_makefile_has_both() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"demo", "test", "docs"} <= set(targets)


def test_there_is_one_python_block_of_twelve_lines() -> None:
    [block] = blocks(README, "python")
    assert len(block.text.splitlines()) == 12


def test_every_file_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
