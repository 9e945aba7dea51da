"""`pmp programmes life-cycle`: the steps and chains of a life cycle, as a table and as a drawing."""

from __future__ import annotations

from pathlib import Path

import typer

from pmp_core.cli.files import FORCE, write_whole
from pmp_core.cli.law_rows import chain_rows, row_as_json, step_rows
from pmp_core.cli.opening import OVERLAY, loaded
from pmp_core.cli.output import JSON, LANGUAGE, language, say, show, show_json
from pmp_core.reports import draw_life_cycle


def life_cycle(
    programme: str = typer.Argument(..., help="Such as lv-8.3.4."),
    name: str = typer.Argument(..., help="plan or claim."),
    overlay: list[Path] = OVERLAY,
    svg: Path | None = typer.Option(None, "--svg", help="Draw it into this file too."),
    force: bool = FORCE,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Show a life cycle: its statuses, who takes which step from where to where, and who approves in which order."""
    opened, code = loaded(programme, overlay), language(language_)
    cycle = opened.life_cycle(name)
    if svg is not None:
        write_whole(svg, draw_life_cycle(cycle, code).encode(), replace=force)
    if json:
        statuses = [{"status": status, "title": title[code]} for status, title in cycle.statuses.items()]
        head = {"programme": opened.id, "hash": opened.hash, "life_cycle": cycle.name, "initial": cycle.initial}
        told = {
            "steps": [row_as_json(step, code) for step in cycle.steps],
            "chains": [row_as_json(chain, code) for chain in cycle.chains],
        }
        show_json({**head, "statuses": statuses, "released": cycle.released, **told})
        return
    say(f"{opened.id}, {cycle.name}, content {opened.hash[:12]}. It begins in {cycle.initial}.")
    show([{"status": status, "title": title[code]} for status, title in cycle.statuses.items()], json=False, title="Statuses")
    tables = {"Steps": step_rows(cycle, code), "Chains of approval": chain_rows(opened.pack, cycle, code)}
    for title, rows in tables.items():
        show([{key: row[key] for key in row if key != "note"} for row in rows], json=False, title=title)
    for row in (row for rows in tables.values() for row in rows):
        if row["note"] is not None:
            say(f"{row['path']}: {row['note']}")
