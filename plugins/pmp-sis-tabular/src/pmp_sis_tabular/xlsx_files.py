"""Reading XLSX: which sheet, which rows."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineWorkbook

from pmp_core.errors import Place, SourceError, nearest
from pmp_sis_tabular.cells import Cell


def read_xlsx(content: bytes, name: str, *, sheet: str | int | None) -> list[list[Cell]]:
    """All rows of one sheet, empty rows at the top too: row numbers are those that Excel shows.

    Args:
        content: the file.
        name: its name, for errors.
        sheet: its name, or its number with 1 for the first; None takes the first.

    Raises:
        SourceError: `file-kind-wrong`, `sheet-missing`.
    """
    if not content.startswith(b"PK"):
        raise _kind_wrong(name)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        chosen = _chosen(names, name, sheet)
        return [[*row] for row in workbook.get_sheet_by_name(chosen).to_python(skip_empty_area=False)]
    except CalamineError:
        raise _kind_wrong(name) from None


def _chosen(names: list[str], name: str, sheet: str | int | None) -> str:
    if sheet is None and names:
        return names[0]
    if isinstance(sheet, int) and 0 < sheet <= len(names):
        return names[sheet - 1]
    if sheet in names:
        return str(sheet)
    near = nearest(str(sheet), names)
    raise SourceError(
        "sheet-missing", f"This workbook has no sheet {sheet!r}.", place=Place(name),
        remedy=(f"Did you mean {near[0]!r}? " if near else "") + f"Its sheets are: {', '.join(names) or 'none'}.",
    )  # fmt: skip


def _kind_wrong(name: str) -> SourceError:
    return SourceError(
        "file-kind-wrong", "By its name this is an XLSX workbook, but it cannot be opened as one.", place=Place(name),
        remedy="Export it again as XLSX, without a password. Some systems name HTML or CSV so: give the file its right ending.",
    )  # fmt: skip
