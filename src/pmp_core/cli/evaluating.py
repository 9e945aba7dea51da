"""`pmp risks evaluate`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.opening import ON, REGISTER, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, progress, say, show_json, show_table
from pmp_core.errors import InvalidValue, Place
from pmp_core.statistics import OUTCOMES, SignalQuality, evaluate_signal

_TRUTHS = {"1": True, "true": True, "yes": True, "jā": True, "0": False, "false": False, "no": False, "nē": False, "": None}


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
        found = evaluate_signal(
            opened_register,
            signal,
            semester,
            outcome if outcome in OUTCOMES else _outcomes(Path(outcome)),
            on=when,
            thresholds=threshold,
            after_days=after_days,
            confidence=confidence,
        )
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


def _outcomes(file: Path) -> dict[str, list[Any]]:
    """Columns of outcomes from a CSV file, with commas or semicolons."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError:
        raise InvalidValue(
            "outcome-unknown",
            "There is no such outcome, and no such file.",
            found=file.name,
            remedy=f"Outcomes: {', '.join(OUTCOMES)}; or the path of a CSV file.",
        ) from None
    except UnicodeDecodeError:
        raise InvalidValue("csv-invalid", "The file is not UTF-8 text.", found=file.name, remedy="Save it as UTF-8.") from None
    lines = text.splitlines()
    headings = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter=";" if headings.count(";") > headings.count(",") else ",")
    names = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    rows = list(reader)
    columns: dict[str, list[Any]] = {name: [(row[name] or "").strip() for row in rows] for name in names}
    if "outcome" in columns:
        columns["outcome"] = _truths(columns["outcome"], file.name)
    return columns


def _truths(cells: Sequence[str], file: str) -> list[bool | None]:
    for row, cell in enumerate(cells, 2):
        if cell.lower() not in _TRUTHS:
            raise InvalidValue(
                "outcome-invalid",
                "An outcome is true, false or empty.",
                place=Place(file, row, "outcome"),
                found=cell,
                remedy="Write 1 or 0; leave it empty where it is not known.",
            )
    return [_TRUTHS[cell.lower()] for cell in cells]
