"""`pmp programmes`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.opening import ON, OVERLAY, loaded
from pmp_core.cli.output import JSON, LANGUAGE, day, language, say, show, show_json
from pmp_core.loading import Programme
from pmp_core.plugins import PluginSet
from pmp_core.programme import DatedValue, Pack, Reading, available_packs
from pmp_core.programme.load import read_overlay
from pmp_core.programme.yaml_positions import read_yaml
from pmp_core.rules.decision import written_value

app = typer.Typer(help="The law as dated, cited data.", no_args_is_help=True)


@app.command("list")
def list_(json: bool = JSON) -> None:
    """List the programmes that can be loaded."""
    rows: list[dict[str, Any]] = []
    plugins = PluginSet.load()
    for pack_id in available_packs(plugins.programmes):
        programme = loaded(pack_id, [])
        days = ", ".join(f"{span.first}..{span.last or ''}" for span in programme.pack.days_in_force())
        rows.append({"id": pack_id, "title": programme.pack.title.en, "in force": days, "hash": programme.hash[:12]})
    show(rows, json=json, title="Programmes")


@app.command("show")
def show_(
    programme: str = typer.Argument(..., help="Such as lv-8.3.4."),
    path: str = typer.Argument("", help="Only values whose path begins so."),
    on: str | None = ON,
    overlay: list[Path] = OVERLAY,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Show what holds on a day: value, since when, by which source, how well it is known."""
    opened, when = loaded(programme, overlay), day(on)
    code = language(language_)
    paths = [name for name in opened.pack.values if name.startswith(path)]
    if not paths:
        opened.pack.value(path)  # tells the nearest paths
    rows = [_row(opened.pack, opened.value(name), opened.read(name, when), code) for name in paths]
    if json:
        show_json({"programme": opened.id, "hash": opened.hash, "on": when, "values": rows})
        return
    show(rows, json=False, title=f"{opened.id} on {when}, content {opened.hash[:12]}")


def _row(pack: Pack, value: DatedValue, reading: Reading, code: Any) -> dict[str, Any]:
    entry = reading.entry
    return {
        "path": value.path,
        "title": value.title[code],
        "state": reading.state,
        "value": None if reading.value is None else written_value(reading.value, pack, value.path, code),
        "unit": (entry.unit if entry is not None else None) or value.unit,
        "from": entry.first if entry is not None else None,
        "until": entry.until if entry is not None else None,
        "status": entry.status if entry is not None else None,
        "source": entry.source if entry is not None else None,
    }


@app.command("check")
def check(overlay: Path = typer.Argument(..., help="An overlay file."), json: bool = JSON) -> None:
    """Check an overlay: what it sets, and what remains unset."""
    text = read_overlay(overlay)
    wanted = read_yaml(text.text, text.name).data
    named = wanted.get("overlay_for") if isinstance(wanted, dict) else None
    named = named if isinstance(named, str) and named else "lv-8.3.4"  # whatever else stands there is told by the schema
    before, after = loaded(named, []), loaded(named, [overlay])
    sets = [path for path, value in after.pack.values.items() if before.pack.values.get(path) != value]
    told = {"overlay": text.name, "programme": after.id, "hash": after.hash, "sets": sets, "unset": _unset(after)}
    if json:
        show_json(told)
        return
    say(f"{text.name} fits {after.id}; content {after.hash[:12]}.")
    say(f"It sets: {', '.join(sets) or 'nothing'}.")
    say(f"Still unset: {', '.join(_unset(after)) or 'nothing'}.")


def _unset(programme: Programme) -> list[str]:
    """The paths whose last entry has no value."""
    return [path for path, value in programme.pack.values.items() if not value.entries or value.entries[-1].value is None]
