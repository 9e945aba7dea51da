"""`pmp stats`."""

from __future__ import annotations

import typer

from pmp_core.cli.opening import REGISTER, SEMESTER, opened
from pmp_core.cli.output import JSON, LANGUAGE, language, show_json, show_table
from pmp_core.statistics import Overview, overview


def stats(
    register: str = REGISTER,
    by: str = typer.Option("institution", "--by", help="state, municipality or institution."),
    semester: str | None = SEMESTER,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Count learners, risks, plans, measures, money and outcomes. Nothing is suppressed: not for publication."""
    with opened(register) as opened_register:
        counted = overview(opened_register, by, semester)  # type: ignore[arg-type]  # checked there, with the levels named
    if json:
        show_json({"level": counted.level, "semester": counted.semester, "lines": counted.as_dicts()})
    else:
        show_overview(counted, language_)


def show_overview(counted: Overview, code: str) -> None:
    """Print an overview, figures down and places across: there are more figures than places."""
    headings, rows = counted.rows(language(code))
    turned = [[headings[i], *(row[i] for row in rows)] for i in range(1, len(headings))]
    places = [row[0] for row in rows]
    show_table(
        f"Statistics by {counted.level}, {counted.semester or 'all semesters'}",
        [headings[0], *places],
        turned,
        right=[False, *(True for _ in places)],
    )
