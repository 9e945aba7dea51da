"""The source: a mapping, the files it finds, and what is read from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pmp_core.errors import Place
from pmp_core.sources.records import RECORD_KINDS, Record, RecordKind
from pmp_core.sources.source import Coverage, Located, Problem
from pmp_core.values import SchoolYear
from pmp_sis_tabular.convert import Converter
from pmp_sis_tabular.days import DayReader
from pmp_sis_tabular.files import assign
from pmp_sis_tabular.mapping import ColumnMapping
from pmp_sis_tabular.mapping_file import load_mapping
from pmp_sis_tabular.outputs import OutputReader
from pmp_sis_tabular.rows import Lookups
from pmp_sis_tabular.tables import open_table


class TabularSource:
    """CSV and XLSX files read through a mapping; a `pmp_core.sources.Source`. Made by `open_tabular`.

    Attributes:
        name: of the source.
        kinds: the kinds of record the mapping describes.
    """

    name: str
    kinds: frozenset[RecordKind]

    def __init__(
        self,
        mapping: ColumnMapping,
        files: Sequence[Path | str],
        folder: Path | str | None,
        name: str | None,
        school_year: SchoolYear | None,
    ) -> None:
        self._mapping, self._files, self._folder = mapping, tuple(files), folder
        self._school_year = school_year or mapping.school_year
        self.name = name or mapping.name
        self.kinds = mapping.kinds

    def __repr__(self) -> str:
        return f"TabularSource({self.name!r})"

    def read(self) -> Iterator[Located | Problem | Coverage]:
        """Institutions, learners, enrolments, absences, marks, each in the order of files and rows; then what was covered.

        The files are found, opened and their columns found before the first record is handed out.

        Raises:
            SourceError: `file-missing`, `folder-missing`, `file-unknown`, `file-ambiguous`, `file-unreadable`, `file-empty`,
                `file-kind-wrong`, `encoding-unknown`, `quotes-broken`, `sheet-missing`, `header-missing`, `column-missing`,
                `column-twice`, `year-missing`.
        """
        days = DayReader(self._mapping.months, self._school_year)
        converter = Converter(days, self._school_year)
        tables = [open_table(one.path, one.entry, one.groups, days) for one in assign(self._mapping, self._files, self._folder)]
        lookups = Lookups(tables)
        readers: dict[RecordKind, list[OutputReader]] = {kind: [] for kind in RECORD_KINDS}
        for table in tables:
            for output in table.entry.outputs:
                reader = OutputReader(output, table, lookups, converter)
                reader.check()
                readers[output.kind].append(reader)
        return self._items(readers)

    @staticmethod
    def _items(readers: dict[RecordKind, list[OutputReader]]) -> Iterator[Located | Problem | Coverage]:
        for of_kind in readers.values():
            seen: dict[str, tuple[Record, Place]] = {}
            for reader in of_kind:
                for item in reader.read():
                    if isinstance(item, Problem):
                        yield item
                    else:
                        yield from _once(*item, seen)
        for of_kind in readers.values():
            gaps = {gap for reader in of_kind for gap in reader.gaps}
            covered = dict.fromkeys(one for reader in of_kind for one in reader.coverage())
            yield from (one for one in covered if one.institution_key not in gaps and None not in gaps)


def _once(record: Record, place: Place, seen: dict[str, tuple[Record, Place]]) -> Iterator[Located | Problem]:
    """The record, if it is the first with its identity; nothing if it was read before; a problem if it differs."""
    first, first_place = seen.setdefault(record.identity, (record, place))
    if first is record:
        yield Located(record, place)
    elif first != record:
        yield Problem(
            f"{record.kind}-twice", f"The same {record.kind} stands in {first_place} with other data; the first is kept.", place,
            record.kind, record.identity, remedy="Correct one of the two rows in the school's system.",
        )  # fmt: skip


def open_tabular(
    *,
    mapping: Path | str,
    files: Sequence[Path | str] = (),
    folder: Path | str | None = None,
    name: str | None = None,
    school_year: str | None = None,
) -> TabularSource:
    """Open CSV and XLSX exports of a school information system. The files themselves are opened when they are read.

    Args:
        mapping: a mapping file, or the name of one that is shipped (`shipped_mappings()`).
        files: exports; each must have a name that the mapping knows.
        folder: a folder whose files are read too, as far as the mapping knows their names.
        name: of the source, stable from run to run; None takes the mapping's.
        school_year: such as `2022/23`, for days and semesters that the files write without a year; goes before the mapping's.

    Raises:
        SourceError: `mapping-missing`, `mapping-invalid`.
        InvalidValue: `school-year-invalid`.
    """
    year = None if school_year is None else SchoolYear(school_year)
    return TabularSource(load_mapping(mapping), files, folder, name, year)
