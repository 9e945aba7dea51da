"""The table of territories as an overlay: what it says is in the catalogue, and a bad row is told with its place."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from pmp_core.errors import InvalidValue, PmpError, ProgrammeError
from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText, Pack, load_pack
from pmp_core.programme.territories import COLUMNS, territories_overlay
from pmp_core.values import Text

TITLE = Text("Teritorijas", "Territories")
SOURCE = "https://www.example.org/atvk"
# Invented names and codes.
TABLE = """\
code,name,from,until,parent
0010000,Vecpils,2016-09-01,2021-06-30,
0320200,Senais novads,2016-09-01,2021-06-30,
0320210,"Senā pilsēta: ""Ķekava"" #1",2016-09-01,2021-06-30,0320200
0001000,Jaunpils,2021-07-01,,
0020000,Jaunais novads,2021-07-01,,
0020200, Jaunā pilsēta ,2021-07-01,2023-12-31,0020000
0020400,Jaunais pagasts,2021-07-01,,0020000
"""


def rows(text: str) -> list[tuple[int, dict[str, str]]]:
    return list(enumerate(csv.DictReader(io.StringIO(text)), start=2))


def overlay(text: str = TABLE, source: str = SOURCE) -> str:
    return territories_overlay(rows(text), programme="lv-8.3.4", source=source, title=TITLE, file="atvk.csv")


def loaded(text: str = TABLE) -> Pack:
    return load_pack("lv-8.3.4", [OverlayText("territories.yaml", overlay(text))])


def test_every_row_becomes_a_term_in_the_order_of_the_table() -> None:
    pack = loaded()
    assert pack.codes("territories") == ("0010000", "0320200", "0320210", "0001000", "0020000", "0020200", "0020400")
    term = pack.term("territories", "0320210")
    assert (term.title, term.parent) == (Text('Senā pilsēta: "Ķekava" #1', 'Senā pilsēta: "Ķekava" #1'), "0320200")
    assert [(e.first, e.until, e.source, e.status) for e in term.entries] == [
        (date(2016, 9, 1), date(2021, 6, 30), SOURCE, "verified")
    ]
    assert pack.codes("territories", parent="0020000") == ("0020200", "0020400")
    assert pack.term("territories", "0020200").title.lv == "Jaunā pilsēta"


@pytest.mark.parametrize(
    ("code", "day", "state"),
    [
        ("0010000", date(2016, 8, 31), "not-yet-in-force"),
        ("0010000", date(2021, 6, 30), "set"),
        ("0010000", date(2021, 7, 1), "ended"),
        ("0001000", date(2021, 6, 30), "not-yet-in-force"),
        ("0001000", date(2021, 7, 1), "set"),
        ("0020200", date(2023, 12, 31), "set"),
        ("0020200", date(2024, 1, 1), "ended"),
    ],
)
def test_old_and_new_codes_stand_side_by_side_each_on_its_days(code: str, day: date, state: str) -> None:
    assert loaded().term("territories", code).on(day).state == state


def test_a_programme_with_the_table_is_another_version_of_the_law() -> None:
    programme = load_programme("lv-8.3.4", overlays=[OverlayText("territories.yaml", overlay())])
    assert programme.hash != load_programme("lv-8.3.4").hash


def test_one_code_may_hold_again_after_it_had_ended() -> None:
    again = "0001000,Jaunpils,2030-01-01,,\n"
    earlier = TABLE.replace("0001000,Jaunpils,2021-07-01,,", "0001000,Jaunpils,2021-07-01,2029-12-31,")
    for text in (earlier + again, TABLE.splitlines(keepends=True)[0] + again + "".join(earlier.splitlines(keepends=True)[1:])):
        entries = loaded(text).term("territories", "0001000").entries
        assert [entry.first for entry in entries] == [date(2021, 7, 1), date(2030, 1, 1)]


def test_other_columns_are_not_read() -> None:
    wider = "\n".join(f"{line},{n}" for n, line in enumerate(TABLE.splitlines())).replace("parent,0", "parent,area")
    assert overlay(wider) == overlay()


def error(text: str, source: str = SOURCE) -> PmpError:
    with pytest.raises(PmpError) as caught:
        overlay(text, source)
    return caught.value


LAST_ROW = TABLE.count("\n") + 1  # of a row added to the table


@pytest.mark.parametrize(
    ("row", "code", "column", "found"),
    [
        ("1000,Jaunpils,2021-07-01,,", "territory-code-invalid", "code", "1000"),
        ("00010001,Jaunpils,2021-07-01,,", "territory-code-invalid", "code", "00010001"),
        ("000100A,Jaunpils,2021-07-01,,", "territory-code-invalid", "code", "000100A"),
        (",Jaunpils,2021-07-01,,", "territory-code-invalid", "code", ""),
        ("0099000,,2021-07-01,,", "territory-name-missing", "name", ""),
        ("0099000, ,2021-07-01,,", "territory-name-missing", "name", ""),
        ("0099000,a\u2028b,2021-07-01,,", "territory-name-missing", "name", "a\u2028b"),
        ("0099000,Pils,01.07.2021,,", "day-invalid", "from", "01.07.2021"),
        ("0099000,Pils,,,", "day-invalid", "from", ""),
        ("0099000,Pils,2021-07-01,2022-02-30,", "day-invalid", "until", "2022-02-30"),
        ("0099000,Pils,2021-07-01,2021-06-30,", "days-reversed", "until", "2021-06-30"),
        ("0099000,Pils,2021-07-01,,0098000", "territory-parent-unknown", "parent", "0098000"),
        ("0099000,Pils,2021-07-01,,0099000", "territory-parent-unknown", "parent", "0099000"),
        ("0001000,Jaunpils,2025-01-01,,", "territory-twice", "code", "0001000"),
        ("0010000,Jaunpils,2021-07-01,,", "territory-differs", "name", "Jaunpils"),
        ("0010000,Vecpils,2021-07-01,,0020000", "territory-differs", "parent", "0020000"),
    ],
)
def test_a_bad_row_is_told_with_file_row_and_column(row: str, code: str, column: str, found: str) -> None:
    wrong = error(f"{TABLE}{row}\n")
    assert (wrong.code, wrong.found) == (code, found)
    assert (wrong.place.file, wrong.place.row, wrong.place.column) == ("atvk.csv", LAST_ROW, column)
    assert wrong.remedy
    assert isinstance(wrong, InvalidValue) is (code in ("territory-code-invalid", "day-invalid", "days-reversed"))


def test_two_rows_of_a_code_may_meet_and_not_overlap() -> None:
    assert len(loaded(TABLE + "0010000,Vecpils,2021-07-01,,\n").term("territories", "0010000").entries) == 2
    assert error(TABLE + "0010000,Vecpils,2021-06-30,,\n").code == "territory-twice"


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_that_is_not_there_is_named(column: str) -> None:
    wrong = error(TABLE.replace(column, f"{column}_", 1))
    assert (wrong.code, wrong.place.column, wrong.place.row) == ("territory-column-missing", column, 2)
    assert all(name in wrong.remedy for name in COLUMNS)


def test_a_table_without_rows_is_told() -> None:
    wrong = error(TABLE.splitlines()[0] + "\n")
    assert isinstance(wrong, ProgrammeError)
    assert (wrong.code, wrong.place.file) == ("territories-empty", "atvk.csv")


@pytest.mark.parametrize("source", ["", " "])
def test_who_publishes_the_table_has_to_be_named(source: str) -> None:
    assert error(TABLE, source).code == "territories-source-missing"


def test_an_overlay_names_its_table_and_cannot_break_out_of_a_line() -> None:
    text = territories_overlay(rows(TABLE), programme="lv-8.3.4", source=SOURCE, title=TITLE, file="a\nterms: {}\n.csv")
    assert text.startswith('# Made from the table "a\\nterms: {}\\n.csv".\noverlay_for: "lv-8.3.4"\n')
