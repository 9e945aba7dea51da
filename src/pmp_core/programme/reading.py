"""From checked YAML to dated values and terms; what a schema cannot say is checked here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from pmp_core.errors import InvalidValue, ProgrammeError
from pmp_core.programme.entries import Conflict, DatedValue, Entry, Term, Value, ValueType
from pmp_core.programme.written import HOW_TO_WRITE, plain, text, written
from pmp_core.programme.yaml_positions import Document


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
        entries = self.entries(raw["entries"], kind, units, f"{pointer}/entries", unit)
        catalogue = raw.get("catalogue", None if known is None else known.catalogue)
        return DatedValue(path, title, kind, entries, unit, units, catalogue)

    def _unchanged(self, raw: Mapping[str, Any], pointer: str, known: DatedValue) -> None:
        """An overlay adds entries to a path of the pack; what the path is stays as the pack has it."""
        if raw.get("new", False):
            remedy = "Leave `new` out, or give the new path another name."
            raise self.wrong("path-taken", "The pack has this path already.", f"{pointer}/new", found=known.path, remedy=remedy)
        if "title" in raw and text(raw["title"]) != known.title:
            raise self.title_fixed(f"{pointer}/title", raw["title"]["en"], known, "Leave `title` out.")
        fixed: dict[str, tuple[object, tuple[str, str, str]]] = {
            "type": (known.type, ("type-differs", "The path has another type in the pack.", "Leave `type` out.")),
            "unit": (known.unit, ("units-fixed", "The path has another unit in the pack.", "Leave `unit` out.")),
            "units": (list(known.units), ("units-fixed", "The path has other units in the pack.", "Leave `units` out.")),
        }
        for name, (ours, (code, message, remedy)) in fixed.items():
            if name in raw and raw[name] != ours:
                remedy = f"{remedy} The pack has: {ours or 'none'}."
                raise self.wrong(code, message, f"{pointer}/{name}", found=raw[name], remedy=remedy)

    def title_fixed(self, pointer: str, found: str, known: DatedValue, remedy: str) -> ProgrammeError:
        """The error for another title of what the pack has."""
        remedy = f"{remedy} The pack has: {known.title.lv} ({known.title.en})."
        return self.wrong("title-fixed", "This has another title in the pack.", pointer, found=found, remedy=remedy)

    def term(self, catalogue: str, code: str, raw: Mapping[str, Any], pointer: str, known: Term | None = None) -> Term:
        """A code of a catalogue; an overlay may leave the title and the parent to the pack's own (`known`)."""
        said = [entry if entry["status"] == "unset" else {**entry, "value": True} for entry in raw["entries"]]
        title = text(raw["title"]) if known is None or "title" in raw else known.title
        parent = raw.get("parent", None if known is None else known.parent)
        entries = self.entries(said, "boolean", (), f"{pointer}/entries")
        return Term(f"{catalogue}/{code}", title, "term", entries, catalogue=catalogue, code=code, parent=parent)

    def entries(
        self, raw: list[Mapping[str, Any]], kind: ValueType, units: tuple[str, ...], pointer: str, unit: str | None = None
    ) -> tuple[Entry, ...]:
        """Entries in the order of time, none overlapping the next."""
        entries: list[Entry] = []
        for i, item in enumerate(raw):
            entry = self.entry(item, kind, units, f"{pointer}/{i}", unit)
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

    def entry(
        self, raw: Mapping[str, Any], kind: ValueType, units: tuple[str, ...], pointer: str, only_unit: str | None = None
    ) -> Entry:
        """One entry, its value in the Python type of its kind; in one of `units`, or in `only_unit` if there are none."""
        first = self.value(raw["from"], "day", f"{pointer}/from")
        until = self.value(raw["until"], "day", f"{pointer}/until") if "until" in raw else None
        for name, day in (("from", first), ("until", until)):
            if day in (date.min, date.max):
                raise self.wrong(
                    "day-without-end",
                    "This is not a day of the law: it stands for no beginning or no end.",
                    f"{pointer}/{name}",
                    found=day,
                    remedy="Leave `until` out where there is no end, and give the first day that the source names.",
                )
        if until is not None and cast("date", until) < cast("date", first):
            message, remedy = "The entry ends before it begins.", "Correct one of the two days; both are included."
            raise self.wrong("dates-out-of-order", message, f"{pointer}/until", found=until, remedy=remedy)
        value = self.value(raw["value"], kind, f"{pointer}/value") if raw.get("value") is not None else None
        unit = raw.get("unit")
        if (value is not None or unit is not None) and unit not in (units or (None, only_unit)):
            counts = f"The path counts {only_unit}." if only_unit else "The path counts nothing."
            raise self.wrong(
                "unit-wrong",
                "The value needs one of the units that its path allows." if units else "The path has no such unit.",
                pointer,
                found=unit,
                remedy=f"Give `unit`: one of {', '.join(units)}." if units else f"Leave `unit` out. {counts}",
            )
        conflicts = tuple(
            Conflict(
                self.value(c["value"], kind, f"{pointer}/conflicts/{i}/value") if c.get("value") is not None else None,
                plain(c["source"]),
                c["status"],
                text(c.get("note")),
            )
            for i, c in enumerate(raw.get("conflicts", ()))
        )
        return Entry(
            cast("date", first),
            plain(raw["source"]),
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
            return written(kind, raw)
        except (InvalidValue, TypeError, ValueError, KeyError) as error:
            said = error.remedy if isinstance(error, InvalidValue) else ""
            raise self.wrong(
                "value-wrong", f"This is not a value of type {kind}.", pointer, found=raw, remedy=said or HOW_TO_WRITE[kind]
            ) from None
