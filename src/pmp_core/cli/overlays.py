"""`pmp programmes check`, `draft`, `schema`, `territories`: what a deployment needs to write its own overlays."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.law_rows import Row, cited, entry_row, row_as_json, row_in_words, span, value_of
from pmp_core.cli.opening import OVERLAY, loaded
from pmp_core.cli.output import JSON, LANGUAGE, language, say, show, show_json
from pmp_core.errors import InvalidValue, Place, ProgrammeError
from pmp_core.loading import Programme, check_overlays
from pmp_core.programme import AccessLine, CycleChange, Effect, Term
from pmp_core.programme.completion import overlay_schema_of
from pmp_core.programme.load import schema as published_schema
from pmp_core.programme.territories import territories_overlay
from pmp_core.rules import Blocked, BlockedRule
from pmp_core.values import Text

_TOLD = {
    "sets": "sets what was not set",
    "overrides": "overrides",
    "takes-away": "takes away",
    "leaves-unset": "leaves unset, with a source of its own",
    "begins-earlier": "begins earlier than the law below it",
    "begins-again": "begins again what has ended",
}
_CYCLES_TOLD = {
    "adds": "adds to life cycles",
    "replaces": "replaces in life cycles",
    "takes-out-of-use": "takes steps out of use",
}
_CODES_TOLD = {True: "replaces codes", False: "sets days of codes that were not set"}


def check(
    overlay: list[Path] = typer.Argument(..., help="Overlay files, laid one over the other in this order."),
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Check overlays: what they set, override and add; what remains unset, and which decisions that blocks."""
    checked, code = check_overlays(*overlay), language(language_)
    programme = checked.programme
    if json:
        effects = [_effect(programme, effect, code) for effect in checked.effects]
        blocks = [_blocked_rule(rule) for rule in programme.blocked()]
        told = {"programme": programme.id, "hash": programme.hash, "overlays": effects}
        show_json({**told, "unset": _unset(programme, code), "blocks": blocks})
        return
    for effect in checked.effects:
        say(f"{effect.overlay} fits {programme.id}.")
        _say_effect(programme, effect, code)
    say(f"With {'it' if len(checked.effects) == 1 else 'all of them'} {programme.id} has the content {programme.hash[:12]}.")
    rows = [{name: row[name] for name in ("path", "title", "days")} for row in _unset(programme, code)]
    show(rows, json=False, title="Still unset while the programme is in force")
    _say_blocked(programme)


def _say_effect(programme: Programme, effect: Effect, code: Any) -> None:
    for kind, title in _TOLD.items():
        changes = [one for one in effect.changes if one.kind == kind]
        if changes:
            say(f"{effect.overlay} {title}:")
        for one in changes:
            say(f"  {one.path} {span(one.days.first, one.days.last)}")
            before = one.before if kind in ("overrides", "takes-away", "begins-again") else None
            said = [f"{value_of(programme.pack, one.path, entry, code)}{cited(entry)}" for entry in (before, one.after) if entry]
            say("    " + "\n    → ".join(said))
    if effect.codes:
        say(f"{effect.overlay} adds codes:")
    for term in effect.codes:
        say(f"  {term.path}: {_code_in_words(term, code)}")
    for replaces, title in _CODES_TOLD.items():
        changed = [one for one in effect.changed_codes if one.replaces is replaces]
        if changed:
            say(f"{effect.overlay} {title}:")
        for change in changed:
            say(f"  {change.after.path}")
            say("    " + "\n    → ".join(_code_in_words(term, code) for term in (change.before, change.after)))
    _say_cycle_changes(effect, code)
    if effect.access_changes:
        say(f"{effect.overlay} says anew who may:")
    for row in effect.access_changes:
        say(f"  {row.path}")
        say("    " + "\n    → ".join(_roles_in_words(one) for one in (row.before, row.after) if one is not None))
    if not any((effect.changes, effect.codes, effect.changed_codes, effect.cycle_changes, effect.access_changes)):
        say(f"{effect.overlay} changes nothing.")


def _say_cycle_changes(effect: Effect, code: Any) -> None:
    for kind, title in _CYCLES_TOLD.items():
        changes = [one for one in effect.cycle_changes if one.kind == kind]
        if changes:
            say(f"{effect.overlay} {title}:")
        for one in changes:
            say(f"  {one.path}")
            say("    " + "\n    → ".join(row_in_words(row, code) for row in (one.before, one.after) if row is not None))


def _roles_in_words(line: AccessLine) -> str:
    roles = ", ".join(f"{role} ({scope})" for role, scope in line.roles.items()) or "nobody"
    return f"{roles} ({line.status}: {line.source})"


def _code_in_words(term: Term, code: Any) -> str:
    under = f", under {term.parent}" if term.parent else ""
    return f"{term.title[code]}{under}{''.join(cited(entry) for entry in term.entries)}"


def _code(term: Term, code: Any) -> Row:
    entries = [
        {"from": days.first, "until": days.last, "status": entry.status, "source": entry.source} for days, entry in term.spans()
    ]
    return {"path": term.path, "title": term.title[code], "parent": term.parent, "entries": entries}


def _effect(programme: Programme, effect: Effect, code: Any) -> Row:
    changes: dict[str, list[Row]] = {kind.replace("-", "_"): [] for kind in _TOLD}
    for one in effect.changes:
        told = {"path": one.path, "title": one.title[code], "new": one.new, "from": one.days.first, "until": one.days.last}
        sides = {"before": one.before, "after": one.after}
        told |= {name: entry_row(programme.pack, one.path, entry, code) for name, entry in sides.items()}
        changes[one.kind.replace("-", "_")].append(told)
    replaced = [
        {"path": one.after.path, "replaces": one.replaces, "before": _code(one.before, code), "after": _code(one.after, code)}
        for one in effect.changed_codes
    ]
    return {
        "overlay": effect.overlay,
        **changes,
        "codes": [_code(term, code) for term in effect.codes],
        "changed_codes": replaced,
        "life_cycles": [_cycle_change(one, code) for one in effect.cycle_changes],
        "access": [
            {
                "path": one.path,
                "title": one.title[code],
                "before": one.before and one.before.said()["roles"],
                "after": one.after.said()["roles"],
            }
            for one in effect.access_changes
        ],
    }


def _cycle_change(one: CycleChange, code: Any) -> Row:
    sides = {"before": row_as_json(one.before, code), "after": row_as_json(one.after, code)}
    return {"path": one.path, "title": one.title[code], "kind": one.kind.replace("-", "_"), **sides}


def _unset(programme: Programme, code: Any) -> list[Row]:
    return [
        {
            "path": one.value.path,
            "title": one.value.title[code],
            "days": span(one.days.first, one.days.last),
            "from": one.days.first,
            "until": one.days.last,
            "units": one.value.units,
            "source": one.entry and one.entry.source,
            "note": one.entry and one.entry.note and one.entry.note[code],
        }
        for one in programme.not_set()
    ]


def _say_blocked(programme: Programme) -> None:
    rules = programme.blocked()
    rows = [
        {
            "rule": rule.rule,
            "step": one.step,
            "value to set": one.path,
            "days": "; ".join(f"{days.fact}: {span(days.first, days.last)}" for days in one.days) or "all",
            "codes": "; ".join(f"{fact}: {', '.join(codes)}" for fact, codes in one.codes.items()) or "all",
            "then": "undetermined" if one.certain else "undetermined, unless other facts settle it",
        }
        for rule in rules
        for one in rule.blocked
    ]
    show(rows, json=False, title="Decisions that this blocks, unless a check refuses them")
    for rule in rules:
        if rule.misfit is not None:
            say(f"{rule.rule}: it cannot be used. {rule.misfit}")
        elif rule.always:
            say(f"{rule.rule}: every decision is undetermined, unless a check refuses it.")
    free = [rule.rule for rule in rules if not rule.always and not rule.blocked]
    say(f"Nothing unset blocks: {', '.join(free) or 'no rule'}.")


def _blocked_rule(rule: BlockedRule) -> Row:
    misfit = None if rule.misfit is None else {"code": rule.misfit.code, "message": rule.misfit.message}
    return {"rule": rule.rule, "always": rule.always, "misfit": misfit, "blocked": [_blocked(one) for one in rule.blocked]}


def _blocked(one: Blocked) -> Row:
    days = [{"fact": days.fact, "from": days.first, "until": days.last} for days in one.days]
    return {"path": one.path, "step": one.step, "certain": one.certain, "days": days, "codes": one.codes}


def draft(
    programme: str = typer.Argument(..., help="Such as lv-8.3.4."), overlay: list[Path] = OVERLAY, language_: str = LANGUAGE
) -> None:
    """Print a draft of an overlay: everything that is not set, commented out, for you to fill in."""
    sys.stdout.write(loaded(programme, overlay).draft(language(language_)))


def schema(
    kind: str = typer.Argument(..., help="pack or overlay."),
    programme: str | None = typer.Option(None, "--programme", help="With the paths, units and codes of this programme."),
    overlay: list[Path] = OVERLAY,
) -> None:
    """Print a published JSON Schema, for an editor to check and complete your YAML with."""
    if kind not in ("pack", "overlay"):
        raise InvalidValue("option-invalid", "There is no such schema.", found=kind, remedy="Use pack or overlay.")
    if programme is None:
        if overlay:
            raise InvalidValue("option-invalid", "An overlay lies over no programme here.", remedy="Name it: --programme.")
        show_json(published_schema(kind))
        return
    if kind != "overlay":
        raise InvalidValue(
            "option-invalid", "Only the schema of overlays is made for one programme.", found=kind, remedy="Use overlay."
        )
    show_json(overlay_schema_of(loaded(programme, overlay).pack))


def territories(
    file: Path = typer.Argument(..., help="A CSV file with the columns code, name, from, until and parent."),
    programme: str = typer.Option(..., "--programme", help="For which programme, such as lv-8.3.4."),
    source: str = typer.Option(..., "--source", help="Who publishes the table: the full address, or the act."),
) -> None:
    """Print the overlay that adds a table of territories to a programme."""
    loaded(programme, [])
    title = Text("Teritoriju tabula", "Table of territories")
    text = territories_overlay(_rows(file), programme=programme, source=source, title=title, file=file.name)
    sys.stdout.write(text)


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a table with their numbers; a comma, a semicolon or a tab lies between the cells."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidValue(
            "file-missing", f"The file cannot be read: {error.strerror}.", found=file.name, remedy="Check its name."
        ) from None
    except UnicodeDecodeError:
        raise ProgrammeError(
            "table-not-utf-8", "The table is not UTF-8 text.", place=Place(file.name), remedy="Save it as CSV in UTF-8."
        ) from None
    heading = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=max(",;\t", key=heading.count))
    try:
        for cells in reader:
            if None in cells:
                place = Place(file.name, reader.line_num)
                remedy = "Put names with a comma in quotes, or save the table with semicolons."
                raise ProgrammeError("table-row-long", "The row has more cells than the heading.", place=place, remedy=remedy)
            yield reader.line_num, {column: cell or "" for column, cell in cells.items()}
    except csv.Error as error:
        place = Place(file.name, reader.line_num)
        remedy = "Look for a quotation mark that is not closed."
        raise ProgrammeError("table-unreadable", f"This is not CSV: {error}.", place=place, remedy=remedy) from None
