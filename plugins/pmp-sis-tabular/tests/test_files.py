"""Files: which is which, what they are by name and in truth, encodings, delimiters, sheets and headings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pmp_core.errors import SourceError
from pmp_core.sources.records import InstitutionRecord
from pmp_core.sources.source import Located, Problem
from pmp_sis_tabular import TabularSource, open_tabular

SCHOOLS = """\
name: schools
files:
  schools:
    match: [schools.*, skolas.*]
    {options}
    fields: {{number: [School No, 'Nr.'], name: [School, Skola]}}
    records:
      - {{kind: institution, fields: {{key: number, name: name}}}}
"""


def schools(options: str = "optional: false") -> str:
    return SCHOOLS.format(options=options)


Open, Put = Callable[..., TabularSource], Callable[..., Path]


def names(source: TabularSource) -> list[tuple[str, str]]:
    items = list(source.read())
    assert [item for item in items if isinstance(item, Problem)] == []
    records = [item.record for item in items if isinstance(item, Located)]
    return [(record.key, record.name) for record in records if isinstance(record, InstitutionRecord)]


def refused(source: TabularSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        source.read()
    assert caught.value.remedy
    return caught.value


LINES = "Nr.;Skola\n007;Ķekavas ģimnāzija\n"


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (LINES.encode(), "optional: false"),
        (LINES.encode("utf-8-sig"), "optional: false"),
        (LINES.encode("cp1257"), "optional: false"),
        (LINES.encode("cp1257"), "encoding: windows-1257"),
        (LINES.encode("utf-8-sig"), "encoding: utf-8"),
        (LINES.replace(";", ",").encode(), "optional: false"),
        (LINES.replace(";", "\t").encode(), "optional: false"),
        (LINES.replace(";", "\t").encode(), 'delimiter: "\\t"'),
        (LINES.replace("\n", "\r\n").encode(), "optional: false"),
        (LINES.replace("\n", "\r").encode(), "optional: false"),
        (("PARAUGS, izdomāti, dati, te\n" + LINES).encode(), "header_row: 2"),
        (("\n\n" + LINES + "\n;\n").encode(), "header_row: 3"),
        ('Nr.;"Skola"\n007;"Ķekavas ģimnāzija"\n'.encode(), "optional: false"),
        ("Nr.;Skola;\n007;Ķekavas  ģimnāzija ;\n".encode(), "optional: false"),
        ("Nr.;Skola\n007;K\u0327ekavas g\u0327imna\u0304zija\n".encode(), "optional: false"),
    ],
)
def test_csv_of_all_sorts(content: bytes, options: str, put: Put, opened: Open) -> None:
    put("skolas.csv", content)
    assert names(opened(schools(options))) == [("007", "Ķekavas ģimnāzija")]


def test_a_comma_in_a_heading_does_not_outweigh_the_semicolons(put: Put, opened: Open) -> None:
    put("skolas.csv", "Nr.;a, b, c;Skola;Uzvārds, vārds\n1;x;Ž;y\n")
    assert names(opened(schools())) == [("1", "Ž")]


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (b"", "optional: false", "file-empty"),
        (LINES.encode("utf-16"), "optional: false", "encoding-unknown"),
        (LINES.encode("utf-16-be"), "optional: false", "encoding-unknown"),
        (b"Nr.;Skola\n1;\x81\x83\n", "optional: false", "encoding-unknown"),
        (LINES.encode("cp1257"), "encoding: utf-8", "encoding-unknown"),
        (b"PK\x03\x04 a workbook", "optional: false", "file-kind-wrong"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "optional: false", "file-kind-wrong"),
        (b"Nr.;Skola\n" + b"text " * 100 + b"\0", "optional: false", "file-kind-wrong"),
        (b'Nr.;Skola\n1;"open\n', "optional: false", "quotes-broken"),
        (b"one line\n", "header_row: 2", "header-missing"),
        (b"Nr.;Skola;Skola\n1;a;b\n", "optional: false", "column-twice"),
    ],
)
def test_csv_that_cannot_be_read(content: bytes, options: str, code: str, put: Put, opened: Open) -> None:
    put("skolas.csv", content)
    error = refused(opened(schools(options)))
    assert (error.code, error.place.file) == (code, "skolas.csv")


ROWS: Sequence[Sequence[Any]] = [["School No", "School"], [4512903001.0, "Ķekavas ģimnāzija"], ["007", "Ērgļu skola"]]


def test_xlsx_numbers_lose_their_fraction_and_texts_keep_their_noughts(put: Put, opened: Open) -> None:
    put("schools.xlsx", ROWS)
    assert names(opened(schools())) == [("4512903001", "Ķekavas ģimnāzija"), ("007", "Ērgļu skola")]


@pytest.mark.parametrize("sheet", ["Skolas", "2", '"Skolas"'])
def test_a_sheet_is_picked_by_name_or_number(sheet: str, put: Put, opened: Open) -> None:
    put("schools.xlsx", ROWS, sheets=["Titullapa", "Skolas"])
    assert len(names(opened(schools(f"sheet: {sheet}")))) == 2


def test_row_numbers_are_those_that_excel_shows(put: Put, opened: Open) -> None:
    put("schools.xlsx", [[], [], ["School No", "School"], [], [1, ""]])
    (problem,) = [item for item in opened(schools("header_row: 3")).read() if isinstance(item, Problem)]
    assert (problem.place.row, problem.place.column, problem.code) == (5, "School", "value-missing")


@pytest.mark.parametrize(
    ("name", "content", "options", "code"),
    [
        ("schools.xlsx", b"", "optional: false", "file-empty"),
        ("schools.xlsx", b"<html>", "optional: false", "file-kind-wrong"),
        ("schools.xlsx", b"PK\x03\x04 but no workbook", "optional: false", "file-kind-wrong"),
        ("schools.xlsx", [], "optional: false", "file-empty"),
        ("schools.xlsx", ROWS, "sheet: Sheet", "sheet-missing"),
        ("schools.xlsx", ROWS, "sheet: 2", "sheet-missing"),
        ("schools.ods", b"something", "optional: false", "file-kind-wrong"),
    ],
)
def test_workbooks_that_cannot_be_read(name: str, content: Any, options: str, code: str, put: Put, opened: Open) -> None:
    put(name, content)
    assert refused(opened(schools(options))).code == code


def test_a_missing_sheet_names_the_sheets_that_are_there(put: Put, opened: Open) -> None:
    put("schools.xlsx", ROWS, sheets=["Titullapa", "Skolas"])
    assert "Did you mean 'Skolas'? Its sheets are: Titullapa, Skolas." in refused(opened(schools("sheet: Skola"))).remedy


def test_a_missing_column_names_the_headings_and_the_nearest(put: Put, opened: Open) -> None:
    put("skolas.csv", "Nr.;Skolas\n1;x\n")
    error = refused(opened(schools()))
    assert error.code == "column-missing"
    assert "'School' or 'Skola'" in error.message
    assert "Did you mean 'Skolas'? The headings are: Nr., Skolas." in error.remedy


def test_where_no_heading_is_known_the_row_is_not_repeated(put: Put, opened: Open) -> None:
    put("skolas.csv", "Ērika;Ļaudama\n1;x\n")
    error = refused(opened(schools()))
    assert "Ērika" not in str(error)
    assert "header_row" in error.remedy


def test_only_headings_give_nothing(put: Put, opened: Open) -> None:
    put("skolas.csv", "Nr.;Skola\n")
    assert list(opened(schools()).read()) == []


def test_a_row_with_more_cells_than_headings_is_a_problem_and_the_others_go_on(put: Put, opened: Open) -> None:
    put("skolas.csv", "Nr.;Skola\n1;Ādažu; vidusskola\n2;Ērgļu skola\n")
    items = list(opened(schools()).read())
    assert [(item.code, item.place.row) for item in items if isinstance(item, Problem)] == [("row-too-long", 2)]
    assert [item.record.identity for item in items if isinstance(item, Located)] == ["2"]


def test_files_are_told_by_their_names(tmp_path: Path, folder: Path, put: Put, opened: Open) -> None:
    put("notes.txt", "nothing of ours")
    put("~$schools.xlsx", "left by Excel")
    put(".schools.csv", "hidden")
    first, second = put("schools.csv", "School No;School\n2;B\n"), put("SKOLAS.CSV", "Nr.;Skola\n1;A\n")
    assert names(opened(schools())) == [("1", "A"), ("2", "B")]
    mapping = tmp_path / "mapping.yaml"
    assert names(open_tabular(mapping=mapping, files=[first])) == [("2", "B")]
    assert names(open_tabular(mapping=mapping, files=[second, str(second)], folder=folder)) == [("1", "A"), ("2", "B")]


def test_files_that_are_missing_unknown_or_ambiguous(tmp_path: Path, folder: Path, put: Put, opened: Open) -> None:
    error = refused(opened(schools()))
    assert (error.code, "schools.* or skolas.*" in error.remedy) == ("file-missing", True)
    assert refused(opened(schools("optional: true"))).code == "file-missing"
    mapping, other = tmp_path / "mapping.yaml", put("other.csv", "a\n")
    assert refused(open_tabular(mapping=mapping)).code == "file-missing"
    assert refused(open_tabular(mapping=mapping, files=[folder / "gone.csv"])).code == "file-missing"
    assert refused(open_tabular(mapping=mapping, files=[other])).code == "file-unknown"
    assert refused(open_tabular(mapping=mapping, folder=tmp_path / "gone")).code == "folder-missing"
    put("schools.csv", LINES)
    text = "name: two\nfiles: {a: {match: 'schools*'}, b: {match: '*.csv'}}\n"
    assert refused(opened(text)).code == "file-ambiguous"


def test_no_path_is_told(tmp_path: Path, opened: Open) -> None:
    for source in (opened(schools()), open_tabular(mapping=tmp_path / "mapping.yaml", folder=tmp_path / "gone")):
        assert str(tmp_path) not in str(refused(source))


def test_a_file_that_may_not_be_opened(put: Put, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    put("skolas.csv", LINES)
    source = opened(schools())

    def locked(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", locked)
    assert refused(source).code == "file-unreadable"
