"""From checked YAML to dated values, terms and life cycles; what a schema cannot say is checked here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from pmp_core.errors import InvalidValue, ProgrammeError, nearest
from pmp_core.programme.entries import Conflict, DatedValue, Entry, Term, Value, ValueType
from pmp_core.programme.life_cycle import Chain, LifeCycle, LifeCycleStep
from pmp_core.programme.yaml_positions import Document
from pmp_core.values import DayRange, Money, Text, iso_day

# How alike two paths are (difflib) for one to be taken as the other, misspelt.
_LOOKS_MISSPELT = 0.8


class Reader:
    """Reads the parts of one document, and says where when something in it cannot be."""

    def __init__(self, document: Document, origin: str) -> None:
        self.document, self.origin = document, origin

    def wrong(self, code: str, message: str, pointer: str, *, found: object = None, remedy: str = "") -> ProgrammeError:
        """An error with the file, line and pointer."""
        return ProgrammeError(code, message, place=self.document.place(pointer), found=found, remedy=remedy)

    def dated_value(self, path: str, raw: Mapping[str, Any], pointer: str, known: DatedValue | None = None) -> DatedValue:
        """A value; an overlay may leave the title, type and units to the pack's own (`known`)."""
        if known is None and not {"title", "type"} <= raw.keys():
            raise self.wrong(
                "path-unknown",
                f"No pack has a value {path!r}.",
                pointer,
                found=path,
                remedy="Correct the path, or give `title` and `type` if it is a new one.",
            )
        if known is not None:
            self._unchanged(raw, pointer, known)
        of_pack = cast("DatedValue", known)
        title = text(raw["title"]) if "title" in raw else of_pack.title
        kind = cast("ValueType", raw.get("type") or of_pack.type)
        units = tuple(raw["units"]) if "units" in raw else of_pack.units if known else ()
        unit = raw.get("unit", None if known is None else known.unit)
        entries = self.entries(raw["entries"], kind, units, f"{pointer}/entries")
        catalogue = raw.get("catalogue", None if known is None else known.catalogue)
        return DatedValue(path, title, kind, entries, unit, units, catalogue)

    def _unchanged(self, raw: Mapping[str, Any], pointer: str, known: DatedValue) -> None:
        """An overlay adds entries to a path of the pack; what the path is stays as the pack has it."""
        fixed: dict[str, tuple[object, tuple[str, str, str]]] = {
            "type": (known.type, ("type-differs", "The path has another type in the pack.", "Leave `type` out.")),
            "unit": (known.unit, ("units-fixed", "The path has another unit in the pack.", "Leave `unit` out.")),
            "units": (list(known.units), ("units-fixed", "The path has other units in the pack.", "Leave `units` out.")),
        }
        for name, (ours, (code, message, remedy)) in fixed.items():
            if name in raw and raw[name] != ours:
                remedy = f"{remedy} The pack has: {ours or 'none'}."
                raise self.wrong(code, message, f"{pointer}/{name}", found=raw[name], remedy=remedy)

    def check_new(self, path: str, raw: Mapping[str, Any], pointer: str, known: Mapping[str, DatedValue]) -> None:
        """Whether a path that the pack does not have may be a misspelt one that it has."""
        near = () if raw.get("new", False) else nearest(path, known, cutoff=_LOOKS_MISSPELT)
        if near:
            raise self.wrong(
                "path-unknown",
                f"No pack has a value {path!r}.",
                pointer,
                found=path,
                remedy=f"Correct the path. Nearest: {', '.join(near)}. If it is meant as a new path, give `title` and `type`, and add `new: true`.",
            )

    def check_parent(self, term: Term, terms: Mapping[str, Mapping[str, Term]], pointer: str) -> None:
        """Whether the code above a term is a code of some catalogue."""
        codes = {code for catalogue in terms.values() for code in catalogue}
        if term.parent is not None and term.parent not in codes:
            raise self.wrong(
                "code-unknown",
                "No catalogue has the code that this term names as its parent.",
                f"{pointer}/parent",
                found=term.parent,
                remedy=f"Nearest: {', '.join(nearest(term.parent, sorted(codes))) or 'none'}.",
            )

    def check_codes(self, value: DatedValue, terms: Mapping[str, Mapping[str, Term]], pointer: str) -> None:
        """Whether the codes that a value lists are in its catalogue."""
        if value.catalogue is None:
            return
        known = terms.get(value.catalogue, {})
        for i, entry in enumerate(value.entries):
            for code in entry.value if isinstance(entry.value, tuple) else ():
                if code not in known:
                    raise self.wrong(
                        "code-unknown",
                        f"The catalogue {value.catalogue!r} has no such code.",
                        f"{pointer}/entries/{i}/value",
                        found=code,
                        remedy=f"Nearest: {', '.join(nearest(str(code), known) or tuple(known)) or 'none'}.",
                    )

    def catalogue_unknown(self, name: str, terms: Mapping[str, Mapping[str, Term]], pointer: str) -> ProgrammeError:
        """The error for a catalogue that no pack has."""
        return self.wrong(
            "catalogue-unknown",
            f"No pack has a catalogue {name!r}.",
            pointer,
            found=name,
            remedy=f"Nearest: {', '.join(nearest(name, terms) or tuple(terms)) or 'none'}.",
        )

    def term(self, catalogue: str, code: str, raw: Mapping[str, Any], pointer: str) -> Term:
        """A code of a catalogue."""
        entries = self.entries([{**entry, "value": True} for entry in raw["entries"]], "boolean", (), f"{pointer}/entries")
        return Term(
            f"{catalogue}/{code}", text(raw["title"]), "term", entries, catalogue=catalogue, code=code, parent=raw.get("parent")
        )

    def entries(self, raw: list[Mapping[str, Any]], kind: ValueType, units: tuple[str, ...], pointer: str) -> tuple[Entry, ...]:
        """Entries in the order of time, none overlapping the next."""
        entries: list[Entry] = []
        for i, item in enumerate(raw):
            entry = self.entry(item, kind, units, f"{pointer}/{i}")
            before = entries[-1] if entries else None
            if before is not None and (entry.first <= before.first or (before.until is not None and entry.first <= before.until)):
                raise self.wrong(
                    "dates-out-of-order",
                    "An entry begins before the one above it has begun or ended.",
                    f"{pointer}/{i}/from",
                    found=entry.first,
                    remedy="Write the entries in the order of time, without overlaps.",
                )
            entries.append(entry)
        return tuple(entries)

    def entry(self, raw: Mapping[str, Any], kind: ValueType, units: tuple[str, ...], pointer: str) -> Entry:
        """One entry, its value in the Python type of its kind."""
        first = self.value(raw["from"], "day", f"{pointer}/from")
        until = self.value(raw["until"], "day", f"{pointer}/until") if "until" in raw else None
        if until is not None and cast("date", until) < cast("date", first):
            raise self.wrong("dates-out-of-order", "The entry ends before it begins.", f"{pointer}/until", found=until)
        value = self.value(raw["value"], kind, f"{pointer}/value") if raw.get("value") is not None else None
        unit = raw.get("unit")
        if value is not None and units and unit not in units:
            raise self.wrong(
                "unit-wrong",
                "The value needs one of the units that its path allows.",
                pointer,
                found=unit,
                remedy=f"Give `unit`: one of {', '.join(units)}.",
            )
        conflicts = tuple(
            Conflict(
                self.value(c["value"], kind, f"{pointer}/conflicts/{i}/value") if c.get("value") is not None else None,
                c["source"],
                c["status"],
                text(c.get("note")),
            )
            for i, c in enumerate(raw.get("conflicts", ()))
        )
        return Entry(
            cast("date", first),
            raw["source"].strip(),
            raw["status"],
            self.origin,
            value,
            cast("date | None", until),
            unit,
            text(raw.get("note")),
            conflicts,
        )

    def value(self, raw: Any, kind: ValueType, pointer: str) -> Value:
        """A raw value as the Python type of its kind."""
        try:
            return cast("Value", _VALUES[kind](raw))
        except (InvalidValue, InvalidOperation, TypeError, ValueError, KeyError) as error:
            said = error.remedy if isinstance(error, InvalidValue) else ""
            raise self.wrong(
                "value-wrong", f"This is not a value of type {kind}.", pointer, found=raw, remedy=said or _WANTED[kind]
            ) from None

    def life_cycle(self, name: str, raw: Mapping[str, Any], terms: Mapping[str, Mapping[str, Term]]) -> LifeCycle:
        """A life cycle whose statuses and roles all exist."""
        pointer = f"/life_cycles/{name}"
        statuses, roles = terms.get(raw["statuses"], {}), terms.get("roles", {})
        kinds = terms.get("partner-kinds", {})

        def known(codes: list[str], among: Mapping[str, Term], where: str) -> tuple[str, ...]:
            for code in codes:
                if code not in among:
                    raise self.wrong(
                        "code-unknown",
                        "The life cycle names a code that no catalogue has.",
                        f"{pointer}{where}",
                        found=code,
                        remedy=f"Known: {', '.join(among) or 'none'}.",
                    )
            return tuple(codes)

        known([raw["initial"]], statuses, "/initial")
        steps: list[LifeCycleStep] = []
        for i, step in enumerate(raw["steps"]):
            at = f"/steps/{i}"
            if step["step"] in [s.step for s in steps]:
                raise self.wrong("step-twice", "Two steps have one name.", f"{pointer}{at}/step", found=step["step"])
            steps.append(
                LifeCycleStep(
                    step["step"],
                    cast("Text", text(step["title"])),
                    known(step["from"], statuses, f"{at}/from"),
                    known([step["to"]], statuses, f"{at}/to")[0],
                    known(step["actors"], roles, f"{at}/actors"),
                    step["source"].strip(),
                    step["status"],
                    tuple(step.get("guards", ())),
                    step.get("reason_required", False),
                    text(step.get("note")),
                )
            )
        chains = tuple(
            Chain(
                known([kind], kinds, f"/chains/{kind}")[0],
                known(chain["stations"], roles, f"/chains/{kind}/stations"),
                chain["source"].strip(),
                chain["status"],
                text(chain.get("note")),
            )
            for kind, chain in raw.get("chains", {}).items()
        )
        released = known(raw.get("released", []), statuses, "/released")
        return LifeCycle(
            name, raw["initial"], {code: term.title for code, term in statuses.items()}, tuple(steps), chains, released
        )


def text(raw: Any) -> Any:
    """Bilingual text; a note in one language stands for both."""
    if raw is None:
        return None
    return Text(raw["lv"], raw["en"]) if isinstance(raw, Mapping) else Text(raw, raw)


def _whole(raw: Any) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise TypeError
    return raw


def _days(raw: Any) -> DayRange:
    first, last = raw
    return DayRange(iso_day(first), iso_day(last))


def _words(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise TypeError
    return raw


def _amount(raw: Any) -> Money:
    amount = Money(_words(raw))
    if amount.cents < 0:
        raise ValueError
    return amount


def _percent(raw: Any) -> Decimal:
    number = Decimal(raw if isinstance(raw, str) else _whole(raw))
    if not 0 <= number <= 100:  # raises for NaN
        raise ValueError
    return number


def _levels(raw: Any) -> tuple[int, ...]:
    levels = tuple(sorted(map(_whole, raw)))
    if len(set(levels)) != len(levels) or not all(1 <= level <= 12 for level in levels):
        raise ValueError
    return levels


_TRUTH = {"True": True, "False": False}
_VALUES: dict[ValueType, Any] = {
    "boolean": lambda raw: _TRUTH[repr(raw)],
    "integer": _whole,
    "money": _amount,
    "percent": _percent,
    "levels": _levels,
    "codes": lambda raw: tuple(map(_words, raw)),
    "text": _words,
    "day": iso_day,
    "days": _days,
}
_WANTED: dict[ValueType, str] = {
    "boolean": "Write true or false.",
    "integer": "Write a whole number.",
    "money": 'Write it in quotes with two decimals, such as "12.50"; not below 0.',
    "percent": "Write a number from 0 to 100, with a point for decimals.",
    "levels": "Write a list of whole numbers from 1 to 12, each once.",
    "codes": "Write a list of codes.",
    "text": "Write text.",
    "day": "Write it as YYYY-MM-DD.",
    "days": "Write the first and the last day in brackets, each as YYYY-MM-DD.",
}
