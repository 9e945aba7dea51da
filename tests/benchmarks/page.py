"""The figures as tables of Markdown, and the place on a page where they stand."""

from __future__ import annotations

import re

from report import HEAD, Report, cells

START, END = "<!-- figures: from here -->", "<!-- figures: to here -->"
_FIGURES = re.compile(f"{START}.*{END}", re.DOTALL)


def has_place(text: str) -> bool:
    """Whether a page has the two lines between which figures stand."""
    return _FIGURES.search(text) is not None


def with_figures(text: str, report: Report) -> str:
    """The page with these figures in place of those that it had."""
    return _FIGURES.sub(lambda _: f"{START}\n{_figures(report)}\n{END}", text)


def _figures(report: Report) -> str:
    told = report.as_json()
    libraries = ", ".join(f"{name} {found}" for name, found in told["libraries"].items())
    measured = (
        f"{report.claims:,} claims, {report.rounds} rounds; {told['cores']} cores, {told['system']}, Python {told['python']}"
    )
    written = [f"{measured}, {libraries}."]
    last = ""
    for line in report.lines:
        if line.group != last:
            written += ["", f"**{line.group}**", "", f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|"]
        written.append(f"| {' | '.join(cell.strip() for cell in cells(line))} |")
        last = line.group
    if report.skipped:
        written += ["", *(f"- {name}: skipped, {why}" for name, why in report.skipped.items())]
    return "\n".join(written)
