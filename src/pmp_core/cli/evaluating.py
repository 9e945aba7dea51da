"""`pmp risks evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.opening import ON, REGISTER, opened
from pmp_core.cli.outcome_file import OutcomeFile
from pmp_core.cli.output import JSON, LANGUAGE, day, language, progress, say, show_json, show_table
from pmp_core.errors import InvalidValue
from pmp_core.statistics import OUTCOMES, SignalQuality, evaluate_signal


def evaluate(
    register: str = REGISTER,
    signal: str = typer.Option(..., "--signal", help="A signal, such as signal-unexcused-lessons."),
    semester: list[str] = typer.Option(..., "--semester", help="A past semester, such as 2022/23-1; can be repeated."),
    outcome: str = typer.Option(..., "--outcome", help="left, repeated-level, confirmed, or a CSV file."),
    threshold: list[int] = typer.Option([], "--threshold", help="What to compare; can be repeated. The programme's if left out."),
    after_days: int | None = typer.Option(None, "--after-days", help="Look only at so many days from the semester's first day."),
    confidence: float = typer.Option(0.95, "--confidence", help="The level of the intervals."),
    on: str | None = ON,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """How good a signal would have been in past semesters: precision, recall and how many it would flag, by threshold.

    A CSV file has the columns learner_id, outcome (1 or 0, true or false, yes or no, jā or nē, empty) and, for several
    semesters, semester. Nothing is decided about anybody.
    """
    code, when = language(language_), day(on)
    with opened(register) as opened_register, progress("Looking back"):
        file = None if outcome in OUTCOMES else OutcomeFile(Path(outcome))
        try:
            found = evaluate_signal(
                opened_register,
                signal,
                semester,
                outcome if file is None else file.columns,
                on=when,
                thresholds=threshold,
                after_days=after_days,
                confidence=confidence,
            )
        except InvalidValue as error:
            raise error if file is None else file.placed(error) from None
    if json:
        show_json(_as_json(found))
        return
    headings, rows = found.rows(code)
    title = f"{found.signal} → {found.outcome}, {', '.join(found.semesters)}: n = {found.observations}"
    show_table(title, headings, rows, right=[True] * len(headings))
    for warning in found.warnings:
        say(f"! {warning[code]}")


def _as_json(found: SignalQuality) -> dict[str, Any]:
    names = ("signal", "outcome", "comparison", "semesters", "confidence", "observations", "outcome_came", "outcome_not_known")
    warnings = [{"lv": warning.lv, "en": warning.en} for warning in found.warnings]
    return {**{name: getattr(found, name) for name in names}, "lines": found.as_dicts(), "warnings": warnings}
