"""Reading a mapping file: YAML, checked against `mapping.schema.json`, then for what a schema cannot say."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from pmp_core.errors import InvalidValue, PmpError, ProgrammeError, SourceError, nearest
from pmp_core.programme.yaml_positions import Document, check_schema, read_yaml
from pmp_core.values import DayRange, SchoolYear, iso_day
from pmp_sis_tabular.cells import tidy
from pmp_sis_tabular.mapping import NAME_PARTS, ColumnMapping, Condition, FileEntry, Lookup, Output, Unpivot, Value
from pmp_sis_tabular.mapping_checks import check_names

_SOURCES = ("column", "field", "constant", "lookup")


def shipped_mappings() -> dict[str, Path]:
    """The mappings that come with the plug-in: name → file."""
    folder = Path(str(files("pmp_sis_tabular"))) / "mappings"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def load_mapping(mapping: Path | str) -> ColumnMapping:
    """Read a mapping.

    Args:
        mapping: its file, or the name of one that is shipped.

    Raises:
        SourceError: `mapping-missing`, `mapping-invalid`: with file, line and JSON pointer.
    """
    shipped = shipped_mappings()
    path = shipped.get(str(mapping)) or Path(mapping)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        near = nearest(str(mapping), shipped)
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SourceError(
            "mapping-missing", f"The mapping {path.name!r} cannot be read: {why}.",
            remedy=(f"Did you mean {near[0]!r}? " if near else "") + f"Give a YAML file, or one of: {', '.join(shipped)}.",
        ) from None  # fmt: skip
    return read_mapping(text, path.name)


def read_mapping(text: str, name: str) -> ColumnMapping:
    """Read a mapping from text; `name` is told in errors.

    Raises:
        SourceError: `mapping-invalid`.
    """
    try:
        document = read_yaml(text, name)
    except ProgrammeError as error:
        raise SourceError("mapping-invalid", error.message, place=error.place, found=error.found, remedy=error.remedy) from None
    schema = json.loads((files("pmp_sis_tabular") / "mapping.schema.json").read_text(encoding="utf-8"))
    check_schema(document, schema, error=SourceError, code="mapping-invalid")
    mapping = _Reading(document).mapping()
    check_names(document, mapping)
    return mapping


class _Reading:
    """Turns the checked data into a `ColumnMapping`."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def mapping(self) -> ColumnMapping:
        data = self._document.data
        return ColumnMapping(
            name=data["name"],
            files=tuple(self._file(name, data["files"][name], f"/files/{name}") for name in data["files"]),
            months={int(number): _texts(words) for number, words in data.get("months", {}).items()},
            school_year=self._told(SchoolYear, data["school_year"], "/school_year") if "school_year" in data else None,
        )

    def _file(self, name: str, data: Mapping[str, Any], pointer: str) -> FileEntry:
        match, described = self._match(data["match"], f"{pointer}/match")
        fields = {field: self._value(one, f"{pointer}/fields/{field}") for field, one in data.get("fields", {}).items()}
        for i, one in enumerate(data.get("split", [])):
            for field, value in self._split(one, f"{pointer}/split/{i}").items():
                if field in fields:
                    raise self._wrong(f"The field {field!r} is given twice.", f"{pointer}/split/{i}", "Rename one of the two.")
                fields[field] = value
        period = data.get("period")
        return FileEntry(
            name, pointer, match, described, data.get("optional", False), data.get("sheet"), data.get("header_row", 1),
            data.get("delimiter"), data.get("encoding"), fields, self._where(data, pointer), self._unpivot(data, pointer),
            self._told(_range, period, f"{pointer}/period") if period else None,
            tuple(self._output(one, f"{pointer}/records/{i}") for i, one in enumerate(data.get("records", []))),
        )  # fmt: skip

    def _match(self, data: Any, pointer: str) -> tuple[tuple[re.Pattern[str], ...], str]:
        if isinstance(data, dict):
            return (self._pattern(data["regex"], f"{pointer}/regex", re.IGNORECASE),), data["regex"]
        globs = _texts(data)
        return tuple(re.compile(fnmatch.translate(glob), re.IGNORECASE) for glob in globs), " or ".join(globs)

    def _value(self, data: Any, pointer: str, text_is: str = "column") -> Value:
        """A value; bare text is a heading where a file's fields are told, and a field where a record's are."""
        if isinstance(data, list) or (isinstance(data, str) and text_is == "column"):
            return Value(pointer, columns=_texts(data))
        if isinstance(data, str):
            return Value(pointer, field=data)
        self._one_of(data, _SOURCES, pointer)
        pattern = self._pattern(data["pattern"], f"{pointer}/pattern") if "pattern" in data else None
        return Value(
            pointer,
            columns=_texts(data.get("column", [])),
            field=data.get("field"),
            constant=tidy(str(data["constant"])) if "constant" in data else None,
            lookup=Lookup(data["lookup"], data["by"], data["take"]) if "lookup" in data else None,
            optional=data.get("optional", False),
            fill_down=data.get("fill_down", False),
            pattern=pattern,
            group=self._group(data.get("group"), pattern, pointer) if pattern else 0,
            ignore=frozenset(_texts(data.get("ignore", []))),
            codes={tidy(code): str(meaning) for code, meaning in data["codes"].items()} if "codes" in data else None,
            unknown=data.get("unknown", "problem"),
            words=_texts(data.get("words", [])),
        )

    def _split(self, data: Mapping[str, Any], pointer: str) -> dict[str, Value]:
        self._one_of(data, ("column", "field"), pointer)
        self._one_of(data, ("pattern", "name"), pointer)
        place: dict[str, Any] = {
            "columns": _texts(data.get("column", [])), "field": data.get("field"), "optional": data.get("optional", False),
            "fill_down": data.get("fill_down", False),
        }  # fmt: skip
        if "name" in data:
            return {part: Value(pointer, **place, name_style=data["name"], name_part=part) for part in NAME_PARTS}
        pattern = self._pattern(data["pattern"], f"{pointer}/pattern")
        if not pattern.groupindex:
            raise self._wrong("The pattern has no named group.", f"{pointer}/pattern", "Write (?P<subject>.+), for example.")
        return {group: Value(pointer, **place, pattern=pattern, group=group) for group in pattern.groupindex}

    def _where(self, data: Mapping[str, Any], pointer: str) -> tuple[Condition, ...]:
        conditions = []
        for i, one in enumerate(data.get("where", [])):
            at = f"{pointer}/where/{i}"
            self._one_of(one, ("column", "field"), at)
            if "is" not in one and "is_not" not in one:
                raise self._wrong("The condition compares with nothing.", at, "Add `is` or `is_not`.")
            only = frozenset(_texts(one["is"])) if "is" in one else None
            value = self._value({key: one[key] for key in ("column", "field") if key in one}, at)
            conditions.append(Condition(value, only, frozenset(_texts(one.get("is_not", [])))))
        return tuple(conditions)

    def _unpivot(self, data: Mapping[str, Any], pointer: str) -> Unpivot | None:
        told = data.get("unpivot")
        if told is None:
            return None
        self._one_of(told, ("dates", "pattern"), f"{pointer}/unpivot")
        pattern = self._pattern(told["pattern"], f"{pointer}/unpivot/pattern") if "pattern" in told else None
        return Unpivot(told["value"], told.get("dates"), pattern)

    def _output(self, data: Mapping[str, Any], pointer: str) -> Output:
        fields = {name: self._value(one, f"{pointer}/fields/{name}", "field") for name, one in data["fields"].items()}
        return Output(data["kind"], fields, self._where(data, pointer))

    def _pattern(self, text: str, pointer: str, flags: int = 0) -> re.Pattern[str]:
        try:
            return re.compile(text, flags)
        except re.error as error:
            raise self._wrong(f"This is not a regular expression: {error}.", pointer, "Correct it.") from None

    def _group(self, group: str | int | None, pattern: re.Pattern[str], pointer: str) -> str | int:
        if group is None:
            return min(1, pattern.groups)
        if group in pattern.groupindex or (isinstance(group, int) and 0 <= group <= pattern.groups):
            return group
        raise self._wrong(f"The pattern has no group {group!r}.", f"{pointer}/group", f"It has: {', '.join(pattern.groupindex)}.")

    def _one_of(self, data: Mapping[str, Any], names: tuple[str, ...], pointer: str) -> None:
        given = [name for name in names if name in data]
        if len(given) != 1:
            raise self._wrong("Exactly one of these must be given.", pointer, f"Give one of: {', '.join(names)}.", given or None)

    def _told(self, make: Any, data: Any, pointer: str) -> Any:
        try:
            return make(data)
        except InvalidValue as error:
            raise self._wrong(error.message, pointer, error.remedy, error.found) from None

    def _wrong(self, message: str, pointer: str, remedy: str, found: object = None) -> PmpError:
        return SourceError("mapping-invalid", message, place=self._document.place(pointer), found=found, remedy=remedy)


def _range(data: Mapping[str, str]) -> DayRange:
    first: date = iso_day(data["first"])
    return DayRange(first, iso_day(data["last"]))


def _texts(data: str | int | Iterable[str | int]) -> tuple[str, ...]:
    return (tidy(str(data)),) if isinstance(data, (str, int)) else tuple(tidy(str(one)) for one in data)
