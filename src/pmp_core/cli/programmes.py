"""`pmp programmes`: what the law says, on which day, since when, and who says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.law_rows import (
    Row,
    answer,
    besides,
    chain_rows,
    cited,
    entry_row,
    notes,
    raw,
    reading_row,
    row_as_json,
    row_in_words,
    span,
    step_rows,
    term_row,
)
from pmp_core.cli.opening import ON, OVERLAY, loaded
from pmp_core.cli.output import JSON, LANGUAGE, day, language, say, show, show_json
from pmp_core.errors import InvalidValue
from pmp_core.loading import Programme, programmes_on
from pmp_core.plugins import PluginSet
from pmp_core.programme import Citation, CycleDifference, Difference, Reading, Standing, available_packs
from pmp_core.programme.inventory import STATUSES

app = typer.Typer(help="The law as dated, cited data.", no_args_is_help=True)
PROGRAMME = typer.Argument(..., help="Such as lv-8.3.4.")
PATH = typer.Argument("", help="Only what has a path that begins so; a term's is catalogue/code.")


@app.command("list")
def list_(json: bool = JSON) -> None:
    """List the programmes that can be loaded."""
    rows: list[Row] = []
    plugins = PluginSet.load()
    for pack_id in available_packs(plugins.programmes):
        programme = loaded(pack_id, [])
        days = ", ".join(span(days.first, days.last) for days in programme.standing(day(None)).days)
        rows.append({"id": pack_id, "title": programme.pack.title.en, "in force": days, "hash": programme.hash[:12]})
    show(rows, json=json, title="Programmes")


@app.command("on")
def on_(
    when: str | None = typer.Argument(None, metavar="DAY", help="The day, YYYY-MM-DD; today if left out."),
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Tell which programmes are in force on a day; where none is, which ended when, and which begins when."""
    found, code = programmes_on(day(when)), language(language_)
    if json:
        told = [{"id": one.programme, "title": one.title[code], **_standing(one)} for one in found.standings]
        show_json({"on": found.day, "in_force": found.in_force, "programmes": told})
        return
    say(found.explain(code))


@app.command("show")
def show_(
    programme: str = PROGRAMME,
    path: str = PATH,
    on: str | None = ON,
    catalogue: str | None = typer.Option(None, "--catalogue", help="Only the codes of this catalogue."),
    overlay: list[Path] = OVERLAY,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Show what holds on a day: values, codes, life cycles; since when, by which source, how well it is known.

    Notes and sources that say otherwise are printed where a path or a catalogue is named, and in JSON.
    """
    opened, when, code = loaded(programme, overlay), day(on), language(language_)
    pack = opened.pack
    values = [value for name, value in pack.values.items() if name.startswith(path) and catalogue is None]
    terms = [
        term
        for name in (pack.terms if catalogue is None else [catalogue])
        for term in pack.catalogue(name).values()
        if term.path.startswith(path)
    ]
    rows: dict[str, list[Row]] = {
        "values": [reading_row(pack, value, value.on(when), code) for value in values],
        "terms": [term_row(term, term.on(when), code) for term in terms],
        "steps": [row for cycle in pack.life_cycles.values() for row in step_rows(cycle, code)],
        "chains": [row for cycle in pack.life_cycles.values() for row in chain_rows(pack, cycle, code)],
    }
    for name in ("steps", "chains"):
        rows[name] = [row for row in rows[name] if row["path"].startswith(path) and catalogue is None]
    if not any(rows.values()):
        pack.value(path)  # tells the nearest paths
    readings = [item.on(when) for item in (*values, *terms)]
    if json:
        for row, reading in zip((*rows["values"], *rows["terms"]), readings, strict=True):
            row |= {"raw": raw(reading.value), **besides(reading.entry, code)}
        show_json({"programme": opened.id, "hash": opened.hash, "on": when, **_standing(opened.standing(when)), **rows})
        return
    if not opened.standing(when).in_force:
        say(opened.standing(when).explain(code))
    titles = {
        "values": f"{opened.id} on {when}, content {opened.hash[:12]}",
        "terms": "Codes",
        "steps": "Life cycles: steps",
        "chains": "Life cycles: chains of approval",
    }
    for name, title in titles.items():
        if rows[name]:
            show([{key: row[key] for key in row if key != "note"} for row in rows[name]], json=False, title=title)
    if path or catalogue is not None:
        for reading in readings:
            for line in notes(reading.path, reading.entry, code):
                say(line)
        for row in (*rows["steps"], *rows["chains"]):
            if row["note"] is not None:
                say(f"{row['path']}: {row['note']}")


def _standing(standing: Standing) -> Row:
    days = [{"from": days.first, "until": days.last} for days in standing.days]
    told = {"in_force": standing.in_force, "days_in_force": days}
    return {**told, "ended_on": standing.ended_on, "begins_on": standing.begins_on}


@app.command("diff")
def diff(
    programme: str = PROGRAMME,
    path: str = PATH,
    first: str | None = typer.Option(None, "--from", help="The first day, YYYY-MM-DD; as --to if left out."),
    second: str | None = typer.Option(None, "--to", help="The second day; if left out today, or with --on-top the first day."),
    overlay: list[Path] = OVERLAY,
    on_top: list[Path] = typer.Option(
        [], "--on-top", help="An overlay that only the second side has: what it changes. Can be repeated."
    ),
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Tell what differs between two days of a law, or without and with an overlay: values, states and sources of both."""
    after_day = day(second if second is not None or not on_top else first)
    before_day = after_day if first is None else day(first)
    if before_day == after_day and not on_top:
        raise InvalidValue(
            "option-invalid",
            "Both sides are one day of one law.",
            found=before_day,
            remedy="Give two days, --from and --to; or --on-top, an overlay that only the second side has.",
        )
    code = language(language_)
    before, after = loaded(programme, overlay), loaded(programme, [*overlay, *on_top])
    found = [one for one in before.differences(before_day, after_day, other=after) if one.path.startswith(path)]
    cycles = [one for one in before.cycle_differences(after) if one.path.startswith(path)]
    if not found and not cycles and path and not any(name.startswith(path) for name in _paths(before, after)):
        after.value(path)  # tells the nearest paths
    sides = ((before, before_day), (after, after_day))
    if json:
        told = [_as_json(one, before, after, code) for one in found]
        names = [{"hash": side.hash, "on": when, **_standing(side.standing(when))} for side, when in sides]
        show_json(
            {
                "programme": before.id,
                "from": names[0],
                "to": names[1],
                "differences": told,
                "life_cycles": [_row_as_json(one, code) for one in cycles],
            }
        )
        return
    for standing in dict.fromkeys(side.standing(when) for side, when in sides):
        if not standing.in_force:
            say(standing.explain(code))
    say(f"{before.id}, from {before_day}, content {before.hash[:12]}, to {after_day}, content {after.hash[:12]}: {len(found)}.")
    for one in found:
        _say_difference(one, before, after, (before_day, after_day), code)
    if cycles:
        say(f"Life cycles, which have no days: {len(cycles)}.")
    for row in cycles:
        say(f"{row.path}: {row.title[code]}")
        for side, hashed in ((row.before, before.hash), (row.after, after.hash)):
            say(f"  {hashed[:12]}: {'–' if side is None else row_in_words(side, code)}")


def _paths(*sides: Programme) -> list[str]:
    names: list[str] = []
    for side in sides:
        names += (*side.pack.values, *(term.path for terms in side.pack.terms.values() for term in terms.values()))
        names += (path for cycle in side.pack.life_cycles.values() for path, _ in cycle.rows())
    return names


def _row_as_json(one: CycleDifference, code: Any) -> Row:
    sides = {"before": row_as_json(one.before, code), "after": row_as_json(one.after, code)}
    return {"path": one.path, "title": one.title[code], "differs_in": one.aspects, **sides}


def _say_difference(one: Difference, before: Programme, after: Programme, days: tuple[date, date], code: Any) -> None:
    say(f"{one.path}: {one.title[code]}")
    for reading, programme, when in zip((one.before, one.after), (before, after), days, strict=True):
        say(f"  {when}: {answer(programme.pack, reading, code)}{cited(None if reading is None else reading.entry)}")


def _as_json(one: Difference, before: Programme, after: Programme, code: Any) -> Row:
    def side(reading: Reading | None, programme: Programme) -> Row | None:
        if reading is None:
            return None
        return {"state": reading.state, "entry": entry_row(programme.pack, one.path, reading.entry, code)}

    return {
        "path": one.path,
        "title": one.title[code],
        "differs_in": one.aspects,
        "before": side(one.before, before),
        "after": side(one.after, after),
    }


@app.command("sources")
def sources(
    programme: str = PROGRAMME,
    path: str = PATH,
    status: str | None = typer.Option(None, "--status", help=f"Only {', '.join(STATUSES[:-1])} or {STATUSES[-1]}."),
    overlay: list[Path] = OVERLAY,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """List what a law stands on: every source with the paths and days behind it, by how well it is known."""
    if status is not None and status not in STATUSES:
        raise InvalidValue("option-invalid", "There is no such status.", found=status, remedy=f"One of {', '.join(STATUSES)}.")
    opened, code = loaded(programme, overlay), language(language_)
    listed = opened.inventory()
    wanted = [
        (key, [one for one in citations if one.path.startswith(path)])
        for key, citations in listed.by_source().items()
        if status in (None, key[0])
    ]
    wanted = [(key, citations) for key, citations in wanted if citations]
    if not wanted and path and not any(one.path.startswith(path) for one in listed.citations):
        opened.value(path)  # tells the nearest paths
    if json:
        told = [
            {"source": source, "status": known, "stands_behind": [_cited(one, code) for one in citations]}
            for (known, source), citations in wanted
        ]
        show_json({"programme": opened.id, "hash": opened.hash, "counts": listed.counts, "sources": told})
        return
    counts = ", ".join(f"{count} {known}" for known, count in listed.counts.items())
    say(f"{opened.id}, content {opened.hash[:12]}: {counts}.")
    for (known, source), citations in wanted:
        say(f"{known}: {source}")
        for one in citations:
            role = "" if one.role == "entry" else f" ({one.role})"
            say(f"  {one.path}{role}{'' if one.days is None else f' {span(one.days.first, one.days.last)}'}")


def _cited(one: Citation, code: Any) -> Row:
    first, until = (None, None) if one.days is None else (one.days.first, one.days.last)
    return {"path": one.path, "title": one.title[code], "from": first, "until": until, "role": one.role}
