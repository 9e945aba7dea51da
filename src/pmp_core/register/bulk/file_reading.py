"""Opening a file of claims, CSV or Parquet: its columns are known before a row is read, and then its rows are."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
from attrs import frozen

from pmp_core.errors import FactError, InvalidValue, nearest
from pmp_core.register.bulk.file_columns import BY_NAME, CENTS, COLUMNS, RECEIPT, RECEIPTS, FileColumn
from pmp_core.register.bulk.file_rows import INDEX, BrokenRow, CsvRows

SUFFIXES = (".csv", ".parquet")
ROW = "row"


@frozen
class ClaimsFile:
    """A file of claims.

    Args:
        name: the file's name.
        scanned: the rows as a lazy frame, in which `__row` is their number.
        given: which column of the file holds which of ours.
        types: what the file holds it as; text in all of CSV.
        ignored: its other columns.
    """

    name: str
    scanned: Callable[[Path, Callable[[list[BrokenRow]], None]], Any]
    given: Mapping[str, str]
    types: Mapping[str, Any]
    ignored: Sequence[str]

    def rows(self, folder: Path, broken: Callable[[list[BrokenRow]], None]) -> Any:
        """A lazy frame of Polars with the columns that are ours, and `row`, which is 2 for the first below a heading of CSV.

        Args:
            folder: where a copy may be put.
            broken: is given the rows of a CSV that are no rows of a table; the frame is without them.
        """
        return self.scanned(folder, broken).select(polars().col(INDEX).alias(ROW), *self.given.values())


def polars() -> Any:
    """Polars itself.

    Raises:
        FactError: `backend-missing`.
    """
    try:
        return nw.Implementation.POLARS.to_native_namespace()
    except ModuleNotFoundError:
        raise FactError(
            "backend-missing", "polars is not installed.", remedy="Install it: `pip install 'pmp-core[frames]'`."
        ) from None


def opened(file: Path) -> ClaimsFile:
    """A file, its headings and types checked.

    Raises:
        InvalidValue: `file-missing`; `claims-file-unreadable`; `claims-file-columns`, which names everything that is missing, of
            another type, or there twice.
    """
    pl = polars()
    if file.suffix.lower() not in SUFFIXES:
        raise InvalidValue(
            "claims-file-unreadable", "A file of claims is CSV or Parquet.", found=file.name, remedy="Name it .csv or .parquet."
        )
    if not _is_there(file):
        raise InvalidValue("file-missing", "There is no such file.", found=file.name, remedy="Check its name.")
    try:
        if file.suffix.lower() == ".csv":
            rows = _csv(file)
            schema = dict.fromkeys(rows.columns, pl.String)
            ignored = [heading for heading in rows.headings if heading.strip() and _column(heading.strip()) is None]
            twice = [heading for i, heading in enumerate(rows.headings) if heading.strip() and heading in rows.headings[:i]]
            return _checked(pl, file.name, lambda folder, broken: rows.scanned(pl, folder, broken), schema, ignored, twice)
        frame = pl.scan_parquet(file, row_index_name=INDEX, row_index_offset=1, glob=False)
        schema = dict(frame.collect_schema())
    except (pl.exceptions.PolarsError, OSError, csv.Error):
        raise unreadable(file.name) from None
    del schema[INDEX]
    ignored = [heading for heading in schema if _column(heading.strip()) is None]
    return _checked(pl, file.name, lambda folder, broken: frame, schema, ignored, [])


def unreadable(name: str, what: str = "The file cannot be read as a table.") -> InvalidValue:
    """The error for a file that cannot be read to its end; nothing that stands in it is repeated."""
    return InvalidValue(
        "claims-file-unreadable",
        what,
        found=name,
        remedy="CSV is UTF-8 text whose first row is the heading, with commas or semicolons between cells; quote a cell that holds one.",
    )


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # too long a name
        return False


def _csv(file: Path) -> CsvRows:
    with file.open("rb") as raw:
        if raw.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise unreadable(file.name, "The file is UTF-16 text; save it as CSV in UTF-8.")
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        heading = next((line for line in lines if line.strip()), "")
    if heading.strip().strip('"').lower().startswith("sep="):
        raise unreadable(file.name, "The first row is `sep=…`, which tells the separator to Excel; take it out.")
    if "\t" in heading and not any(sign in heading for sign in ",;"):
        raise unreadable(file.name, "There are tabs between cells; save it with commas or semicolons.")
    separator = ";" if heading.count(";") > heading.count(",") else ","
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        rows = csv.reader(lines, delimiter=separator)
        headings = next((row for row in rows if any(cell.strip() for cell in row)), None)
    if headings is None:
        raise unreadable(file.name)
    return CsvRows(file, separator, tuple(headings))


def _checked(
    pl: Any, name: str, scanned: Callable[..., Any], schema: Mapping[str, Any], ignored: Sequence[str], twice: list[str]
) -> ClaimsFile:
    given: dict[str, str] = {}
    wrong = []
    for heading in schema:
        column = _column(heading.strip())
        if column is None:
            continue
        if column.name in given:
            twice.append(heading)
            continue
        given[column.name] = heading
        if not _fits(pl, column, schema[heading], in_cents=heading.strip().endswith(CENTS)):
            wrong.append(f"{heading} ({schema[heading]})")
    missing = [column.name for column in COLUMNS if column.column and column.name not in given]
    missing += [" or ".join(RECEIPTS)] if not any(one in given for one in RECEIPTS) else []
    alone = [one for one in RECEIPT if one in given] if not all(one in given for one in RECEIPT) else []
    if missing or wrong or twice or alone:
        said = [f"missing: {', '.join(_near(one, schema, given) for one in missing)}"] if missing else []
        said += [f"of another type: {', '.join(wrong)}"] if wrong else []
        said += [f"only one of {' and '.join(RECEIPT)}"] if alone else []
        said += [f"there twice: {', '.join(twice)}"] if twice else []
        raise InvalidValue(
            "claims-file-columns",
            f"The columns of the file do not fit: {'; '.join(said)}.",
            found=name,
            remedy="`pmp decide --columns` tells what each column means, `pmp decide --example` prints a file. Amounts are text, "
            "decimals or, as `…_cents`, whole numbers, and never floats. Nothing was decided.",
        )
    return ClaimsFile(name, scanned, given, {column: schema[heading] for column, heading in given.items()}, ignored)


def _column(heading: str) -> FileColumn | None:
    if heading.endswith(CENTS):
        column = BY_NAME.get(heading.removesuffix(CENTS))
        return column if column is not None and column.type == "amount" else None
    return BY_NAME.get(heading)


def _near(name: str, schema: Mapping[str, Any], given: Mapping[str, str]) -> str:
    others = [heading for heading in schema if heading not in given.values()]
    alike = {heading.strip().casefold().replace(" ", "_"): heading for heading in others}
    near = [alike[one] for one in nearest(name, alike, most=1, cutoff=0.75)]
    return f"{name} (is it {near[0]!r}?)" if near else name


def _fits(pl: Any, column: FileColumn, dtype: Any, *, in_cents: bool) -> bool:
    """Whether cells of this type can be what the column wants. Text always can: it is looked at cell by cell."""
    if dtype in (pl.String, pl.Null) or (isinstance(dtype, pl.Categorical | pl.Enum) and column.type != "amount"):
        return True
    match column.type:
        case "day":
            return bool(dtype == pl.Date)
        case "truth":
            return bool(dtype == pl.Boolean)
        case "whole":
            return bool(dtype.is_integer())
        case "amount":
            return bool(dtype.is_integer()) if in_cents else bool(dtype.is_decimal())
        case "id" | "text":
            return bool(dtype.is_integer())
    return False
