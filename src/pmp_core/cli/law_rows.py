"""The law as rows: entries, readings, terms and life cycles, for tables and for JSON."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pmp_core.programme import Chain, DatedValue, Entry, LifeCycle, LifeCycleStep, Pack, Reading, Term
from pmp_core.programme.entries import Value
from pmp_core.rules.decision import written_value
from pmp_core.values import DayRange, Language, Money, Text

Row = dict[str, Any]
_STATES = {
    "set": Text("spēkā", "in force"),
    "unset": Text("nav noteikts", "not set"),
    "not-yet-in-force": Text("vēl nav spēkā", "not yet in force"),
    "ended": Text("vairs nav spēkā", "no longer in force"),
}
_OUT_OF_USE = Text("nav lietošanā", "out of use")
_REASON = Text("ar iemeslu", "with a reason")


def reading_row(pack: Pack, value: DatedValue, reading: Reading, language: Language) -> Row:
    """What holds at a path on a day."""
    return {
        "path": value.path,
        "title": value.title[language],
        "state": reading.state,
        "value": None if reading.value is None else written_value(reading.value, pack, value.path, language),
        "unit": (reading.entry.unit if reading.entry is not None else None) or value.unit,
        **days_and_source(reading.entry),
    }


def term_row(term: Term, reading: Reading, language: Language) -> Row:
    """Whether a code can be used on a day."""
    return {
        "path": term.path,
        "title": term.title[language],
        "parent": term.parent,
        "state": reading.state,
        **days_and_source(reading.entry),
    }


def days_and_source(entry: Entry | None) -> Row:
    """From when and until when an entry holds, how well it is known, and who says so."""
    names = {"from": "first", "until": "until", "status": "status", "source": "source"}
    return {name: None if entry is None else getattr(entry, attribute) for name, attribute in names.items()}


def entry_row(pack: Pack, path: str, entry: Entry | None, language: Language) -> Row | None:
    """An entry as JSON, with its value for people and for programs."""
    if entry is None:
        return None
    written = None if entry.value is None else written_value(entry.value, pack, path, language)
    return {"value": written, "raw": raw(entry.value), "unit": entry.unit, **days_and_source(entry), **besides(entry, language)}


def besides(entry: Entry | None, language: Language) -> Row:
    """What an entry says besides: its note, and the sources that say otherwise."""
    if entry is None:
        return {"note": None, "conflicts": []}
    conflicts = [
        {"value": raw(one.value), "source": one.source, "status": one.status, "note": one.note and one.note[language]}
        for one in entry.conflicts
    ]
    return {"note": entry.note and entry.note[language], "conflicts": conflicts}


def notes(path: str, entry: Entry | None, language: Language) -> list[str]:
    """The same as lines of text."""
    if entry is None:
        return []
    lines = [f"{path}: {entry.note[language]}"] if entry.note is not None else []
    for one in entry.conflicts:
        said = "; ".join(part for part in (str(raw(one.value) or ""), one.note[language] if one.note else "") if part)
        lines.append(f"{path}: another source says otherwise: {said} ({one.status}: {one.source})")
    return lines


def step_rows(cycle: LifeCycle, language: Language) -> list[Row]:
    """The steps of a life cycle, which have no days."""
    return [
        {
            "path": f"life_cycles/{cycle.name}/{step.step}",
            "title": step.title[language],
            "from": ", ".join(step.sources),
            "to": step.target,
            "actors": ", ".join(step.actors),
            "guards": ", ".join(step.guards),
            "reason": step.reason_required,
            "status": step.status,
            "source": step.source,
            "note": step.note and step.note[language],
        }
        for step in cycle.steps
    ]


def chain_rows(pack: Pack, cycle: LifeCycle, language: Language) -> list[Row]:
    """The chains of approval of a life cycle, each with the title of its kind of partner."""
    return [
        {
            "path": f"life_cycles/{cycle.name}/chains/{chain.partner_kind}",
            "title": pack.term("partner-kinds", chain.partner_kind).title[language],
            "stations": ", ".join(chain.stations),
            "status": chain.status,
            "source": chain.source,
            "note": chain.note and chain.note[language],
        }
        for chain in cycle.chains
    ]


def row_in_words(row: LifeCycleStep | Chain, language: Language) -> str:
    """A step or a chain in one line, with how well it is known and who says so."""
    if isinstance(row, Chain):
        said = " → ".join(row.stations)
    elif not row.sources:
        said = f"{row.title[language]}: {_OUT_OF_USE[language]}"
    else:
        conditions = ", ".join((*row.guards, *([_REASON[language]] if row.reason_required else [])))
        said = f"{row.title[language]}: {', '.join(row.sources)} → {row.target}; {', '.join(row.actors)}"
        said += f"; {conditions}" if conditions else ""
    return f"{said} [{row.status}; {row.source}]"


def row_as_json(row: LifeCycleStep | Chain | None, language: Language) -> Row | None:
    """A step or a chain for programs, with lists as lists."""
    if row is None:
        return None
    said = {"status": row.status, "source": row.source, "note": row.note and row.note[language], "origin": row.origin}
    if isinstance(row, Chain):
        return {"partner_kind": row.partner_kind, "stations": row.stations, **said}
    told = {"step": row.step, "title": row.title[language], "from": row.sources, "to": row.target, "actors": row.actors}
    return {**told, "guards": row.guards, "reason_required": row.reason_required, **said}


def answer(pack: Pack, reading: Reading | None, language: Language) -> str:
    """What a reading answers, in a few words; a dash where the law does not have the path."""
    if reading is None:
        return "–"
    if reading.state == "set" and reading.entry is not None and not isinstance(pack.value(reading.path), Term):
        return value_of(pack, reading.path, reading.entry, language)
    return _STATES[reading.state][language]


def value_of(pack: Pack, path: str, entry: Entry, language: Language) -> str:
    """The value of an entry with its unit, for people."""
    if entry.value is None:
        return _STATES["unset"][language]
    unit = entry.unit or pack.value(path).unit
    return written_value(entry.value, pack, path, language) + (f" ({unit})" if unit else "")


def cited(entry: Entry | None) -> str:
    """The days, the status and the source of an entry, in brackets."""
    return "" if entry is None else f" [{span(entry.first, entry.until)}; {entry.status}; {entry.source}]"


def span(first: date | None, last: date | None) -> str:
    """Days for a table: their ends, where they have any."""
    return f"{first or ''}..{last or ''}"


def raw(value: Value | None) -> Any:
    """A value for programs: amounts and decimals as text, days as YYYY-MM-DD, lists as lists."""
    match value:
        case DayRange(first, last):
            return [first.isoformat(), None if last is None else last.isoformat()]
        case tuple():
            return list(value)
        case date():
            return value.isoformat()
        case Money() | Decimal():
            return str(value)
    return value
