"""A file of claims: what is refused and why, what is decided beside it, and that the totals tell both."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.errors import InvalidValue, ProgrammeError, RegisterError
from pmp_core.loading import Programme, load_programme
from pmp_core.programme import OverlayText
from pmp_core.register.bulk.file_columns import COLUMNS, template
from pmp_core.register.bulk.file_deciding import decide_file
from pmp_core.register.bulk.file_receipts import with_receipts
from pmp_core.register.bulk.file_totals import FileTotals
from pmp_core.values import DayRange
from pmp_core.values.receipts import receipt_identity

ON = date(2023, 1, 31)
WHOLE = dict(zip(*csv.reader(template().splitlines()), strict=True))


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme("lv-8.3.4", overlays=[Path(__file__).parent / "caps-of-all-units.example.yaml"])


def row(number: int, **cells: str) -> dict[str, str]:
    """A row in which nothing is wrong, unless it is told."""
    own = {"claim_id": f"C-{number}", "learner_id": f"L-{number}", "receipt_number": f"R-{number}"}
    return {**WHOLE, **own, **cells}


def decided(
    programme: Programme, folder: Path, rows: list[dict[str, str]], **named: Any
) -> tuple[FileTotals, dict[int, Any], list[int]]:
    """The totals, the refused rows by number, and the numbers of those that were decided."""
    file = folder / "claims.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    out, refused = folder / "decided.parquet", folder / "refused.parquet"
    totals = decide_file(file, programme, on=ON, out=out, refused=refused, replace=True, **named)
    return totals, {one["row"]: one for one in pl.read_parquet(refused).to_dicts()}, pl.read_parquet(out)["row"].to_list()


WRONG = (
    ("money-invalid", "requested", "1,50"),
    ("money-invalid", "requested", "12.345"),
    ("money-invalid", "requested", "1e3"),
    ("money-invalid", "requested", "€5"),
    ("money-invalid", "requested", "12.300"),
    ("money-invalid", "cofunded", "0.001"),
    ("money-invalid", "receipt_amount", "9999999999.00"),
    ("claim-negative", "requested", "-0.01"),
    ("claim-negative", "cofunded", "-5"),
    ("claim-too-large", "requested", "671088.65"),
    ("currency-other", "currency", "USD"),
    ("receipt-in-future", "receipt_day", "2022-12-06"),
    ("receipt-not-positive", "receipt_amount", "0.00"),
    ("claim-beyond-receipts", "receipt_amount", "38.69"),
    ("days-reversed", "last_day", "2022-10-31"),
    ("days-reversed", "plan_last_day", "2022-08-31"),
    ("claim-outside-plan", "plan_first_day", "2022-11-02"),
    ("claim-outside-plan", "plan_last_day", "2022-11-29"),
    ("claim-not-over", "submitted_on", "2022-11-29"),
    ("claim-decided-before", "submitted_on", "2023-02-01"),
    ("code-unknown", "kind", "gold"),
    ("code-unknown", "track", "evening"),
    ("code-unknown", "plan_status", "fine"),
    ("semester-invalid", "semester", "2022-1"),
    ("semester-unset", "semester", "2097/98-1"),
    ("day-invalid", "first_day", "2022-02-30"),
    ("day-invalid", "first_day", "1.11.2022"),
    ("whole-number-invalid", "level", "7.a"),
    ("whole-number-invalid", "items", "0"),
    ("truth-invalid", "partner", "perhaps"),
    ("cell-missing", "learner_id", ""),
    ("cell-missing", "requested", " "),
    ("cell-missing", "receipt_issuer", ""),
    ("learner-other-institution", "enrolled_institution_id", "I-18"),
    ("id-is-personal-code", "learner_id", "010203-12345"),
    ("id-is-personal-code", "learner_id", "311299_20000"),
    ("id-is-personal-code", "claim_id", "C 311299 - 20000"),
    ("id-invalid", "claim_id", "x" * 121),
)


def test_each_wrong_row_is_refused_with_its_reason_and_the_rest_is_decided(programme: Programme, tmp_path: Path) -> None:
    rows = [row(0), *(row(number, **{column: cell}) for number, (_, column, cell) in enumerate(WRONG, 1)), row(99)]
    totals, refused, left = decided(programme, tmp_path, rows)
    found = [(refused[number]["code"], number) for number in sorted(refused)]
    assert found == [(code, number + 2) for number, (code, _, _) in enumerate(WRONG, 1)]
    assert left == [2, len(rows) + 1]
    assert (totals.rows, totals.decided, totals.refused) == (len(rows), 2, len(WRONG))
    assert totals.asked_cents == totals.asked_decided_cents + totals.asked_refused_cents
    assert totals.asked_decided_cents == 2 * 3870
    assert all(one["message"] and one["remedy"] for one in refused.values())


def _texts(*numbers: int, **cells: str) -> list[str]:
    """Rows as lines of CSV, without a heading."""
    return [",".join(row(number, **cells).values()) for number in numbers]


def of_bytes(programme: Programme, folder: Path, content: bytes) -> tuple[FileTotals, dict[int, Any], list[int]]:
    """The same as `decided`, of a file as it stands."""
    (folder / "claims.csv").write_bytes(content)
    out, refused = folder / "decided.parquet", folder / "refused.parquet"
    totals = decide_file(folder / "claims.csv", programme, on=ON, out=out, refused=refused, replace=True)
    return totals, {one["row"]: one for one in pl.read_parquet(refused).to_dicts()}, pl.read_parquet(out)["row"].to_list()


HEADING = template().splitlines()[0]
BROKEN = {
    "too many cells": (_texts(7, requested="45,00"), "row-cells", "26 cells, not 25"),
    "too few cells": (["C-7,L-7"], "row-cells", "2 cells, not 25"),
    "a quote that is never closed": ([",".join([*_texts(7)[0].split(",")[:-9], '"SIA'])], "row-cells", "17 cells, not 25"),
    "a long quote that is never closed": (['C-7,"' + "x" * 140_000], "row-cells", "2 cells, not 25"),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_row_of_csv_is_refused_alone(
    programme: Programme, tmp_path: Path, broken: tuple[list[str], str, str], end: str
) -> None:
    lines, code, found = broken
    text = end.join([HEADING, *_texts(1), *lines, *_texts(2, 3), *_texts(4, kind="gold"), *lines])
    totals, refused, left = of_bytes(programme, tmp_path, text.encode())
    assert {number: one["code"] for number, one in refused.items()} == {3: code, 6: "code-unknown", 7: code}
    assert (refused[3]["claim_id"], refused[3]["found"], refused[3]["column"]) == ("C-7", found, None)
    assert left == [2, 4, 5]
    assert (totals.rows, totals.decided, totals.refused) == (6, 3, 3)
    assert (totals.asked_cents, totals.asked_decided_cents, totals.asked_refused_cents) == (4 * 3870, 3 * 3870, 3870)


def test_a_row_that_is_not_utf8_is_refused_alone(programme: Programme, tmp_path: Path) -> None:
    text = "\n".join([HEADING, *_texts(1, receipt_issuer="SIA Š"), *_texts(2, receipt_issuer="SIA Q 010203-12345"), *_texts(3)])
    _, refused, left = of_bytes(programme, tmp_path, text.encode().replace(b"Q", b"\xde"))
    assert left == [2, 4]
    assert (refused[3]["code"], refused[3]["column"], refused[3]["found"]) == (
        "row-encoding", "receipt_issuer", "SIA \ufffd ******-*****",
    )  # fmt: skip


def test_a_file_of_broken_rows_only_is_read(programme: Programme, tmp_path: Path) -> None:
    totals, refused, left = of_bytes(programme, tmp_path, f"{HEADING}\n1,2\n3,4,5\n".encode())
    assert (totals.rows, totals.refused, list(refused), left) == (2, 2, [2, 3], [])


def test_empty_rows_are_passed_over_and_numbers_stay_those_of_the_file(programme: Programme, tmp_path: Path) -> None:
    text = "\n".join([HEADING, "", *_texts(1), "," * 24, " , ," + "," * 22, '""', *_texts(2, kind="gold"), ",,", ""])
    totals, refused, left = of_bytes(programme, tmp_path, text.encode())
    assert (left, list(refused)) == ([3], [7])
    assert (totals.rows, totals.decided, totals.refused) == (2, 1, 1)
    _, refused, left = of_bytes(programme, tmp_path, f"\ufeff\n{text}".encode())
    assert (left, list(refused)) == ([4], [8])


def test_quotes_in_a_cell_and_lines_in_a_cell_are_read(programme: Programme, tmp_path: Path) -> None:
    issuers = ('"SIA ""Š, Ū"""', '"SIA\nA"', 'a 5" pipe', '"SIA"')
    rows = [_texts(number, receipt_issuer=issuer)[0] for number, issuer in enumerate(issuers)]
    for some in (rows, rows[:1], rows[1:2], rows[2:3], rows[3:]):
        totals, refused, left = of_bytes(programme, tmp_path, "\n".join([HEADING, *some, *_texts(9)]).encode())
        assert (totals.rows, refused, left) == (len(some) + 1, {}, list(range(2, len(some) + 3)))


def test_a_code_at_the_cut_is_masked_before_it_is_cut(programme: Programme, tmp_path: Path) -> None:
    _, refused, _ = decided(programme, tmp_path, [row(1, kind="x" * 50 + " 010203-12345")])
    assert refused[2]["found"] == "x" * 50 + " ******-**"


@pytest.mark.parametrize("name", ["claims[1].csv", "claims[1].parquet"])
def test_a_name_is_no_pattern(programme: Programme, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a [1] *"
    folder.mkdir()
    if name.endswith(".csv"):
        (folder / name).write_text(template(), encoding="utf-8")
    else:
        pl.DataFrame([row(1)]).write_parquet(folder / name)
    (folder / name.replace("[1]", "1")).write_text("another", encoding="utf-8")
    totals = decide_file(folder / name, programme, on=ON, out=folder / "out[1].csv", refused=folder / "refused.csv")
    assert (totals.rows, totals.decided) == (1, 1)


def test_what_was_found_is_told_without_a_personal_code(programme: Programme, tmp_path: Path) -> None:
    _, refused, _ = decided(programme, tmp_path, [row(1), row(2, kind="of 010203-12345"), row(3, requested="1,50")])
    assert [(one["column"], one["found"]) for one in refused.values()] == [("kind", "of ******-*****"), ("requested", "1,50")]


@pytest.mark.parametrize("at_once", [2, 500_000], ids=["in pieces", "at once"])
def test_what_stands_there_twice_is_refused_where_it_comes_later(programme: Programme, tmp_path: Path, at_once: int) -> None:
    rows = [
        row(1),
        row(2, claim_id="C-1"),  # the same id in a later row
        row(3, receipt_number="R-1", submitted_on="2022-12-04"),  # row 2's receipt, and submitted before it
        row(
            4,
            learner_id="L-5",
            submitted_on="2022-12-06",
            first_day="2022-11-10",
            last_day="2022-11-12",
            receipt_day="2022-11-10",
        ),
        row(5, submitted_on="2022-12-05"),  # overlaps the row above, of the same learner and kind, and comes before it
        row(6, learner_id="L-5", kind="accommodation"),  # another kind
        row(7, learner_id="L-5", first_day="2022-10-01", last_day="2022-10-31", receipt_day="2022-10-31"),  # the day before
    ]
    totals, refused, left = decided(programme, tmp_path, rows, at_once=at_once)
    assert {number: one["code"] for number, one in refused.items()} == {2: "receipt-twice", 3: "claim-twice", 5: "claim-overlaps"}
    assert left == [4, 6, 7, 8]
    assert totals.asked_cents == totals.asked_decided_cents + totals.asked_refused_cents


def test_a_receipt_is_the_same_however_it_is_typed(programme: Programme, tmp_path: Path) -> None:
    typed = [
        ('SIA "Rīgas Satiksme"', "Nr. AB-17"),
        ("Rigas satiksme, SIA", "ab17"),
        ("Rigas satiksme, SIA", "ab18"),
        ("Citi", "Nr. Ā-1"),
        ("citi", "a1"),
        ("citi", "no"),
        ("CITI", "No."),
        ("citi", "- -"),
    ]
    rows = [row(i, receipt_issuer=issuer, receipt_number=number) for i, (issuer, number) in enumerate(typed)]
    _, refused, left = decided(programme, tmp_path, rows)
    assert {number: one["code"] for number, one in refused.items()} == dict.fromkeys((3, 6, 8), "receipt-twice")
    assert left == [2, 4, 5, 7, 9]


@given(pairs=st.lists(st.tuples(*[st.one_of(st.text(), st.text("nroNR-_. 017aā", min_size=1))] * 2)))
def test_receipts_in_columns_are_those_of_the_register(pairs: list[tuple[str, str]]) -> None:
    claims = pl.DataFrame(pairs, schema={"receipt_issuer": pl.String, "receipt_number": pl.String}, orient="row")
    told = with_receipts(pl, claims)["receipt"].to_list()
    assert told == [receipt_identity(issuer, number) for issuer, number in pairs]


def test_what_overlaps_only_a_refused_claim_stands(programme: Programme, tmp_path: Path) -> None:
    days = [("2022-11-01", "2022-11-10"), ("2022-11-10", "2022-11-20"), ("2022-11-20", "2022-11-30")]
    rows = [row(i, learner_id="L", first_day=first, last_day=last, receipt_day=last) for i, (first, last) in enumerate(days)]
    _, refused, left = decided(programme, tmp_path, rows)
    assert (list(refused), left) == ([3], [2, 4])


@pytest.mark.parametrize("at_once", [1, 500_000], ids=["in pieces", "at once"])
def test_a_refused_claim_takes_neither_days_nor_a_receipt(programme: Programme, tmp_path: Path, at_once: int) -> None:
    rows = [
        row(1, learner_id="A"),
        row(2, learner_id="A", receipt_number="R-9"),  # on the first one's days, so its receipt is not used
        row(3, learner_id="B", receipt_number="R-9"),
        row(4, learner_id="C", receipt_number="R-9"),  # now it is used, so these days are free
        row(5, learner_id="C"),
        row(6, learner_id="D", kind="gold", receipt_number="R-8"),  # is no claim: neither its days nor its receipt
        row(7, learner_id="D", receipt_number="R-8"),
    ]
    _, refused, left = decided(programme, tmp_path, rows, at_once=at_once)
    codes = {number: one["code"] for number, one in refused.items()}
    assert codes == {3: "claim-overlaps", 5: "receipt-twice", 7: "code-unknown"}
    assert left == [2, 4, 6, 8]


@pytest.mark.parametrize("day", ["2022-10-31", "2022-12-01"])
def test_a_receipt_outside_the_period_is_not_complete_whatever_is_said(programme: Programme, tmp_path: Path, day: str) -> None:
    rows = [row(1), row(2, receipt_day=day), row(3, receipt_day=day, receipts_complete=""), row(4, receipts_complete="false")]
    decided(programme, tmp_path, rows)
    whole, *others = pl.read_parquet(tmp_path / "decided.parquet").select("outcome", "reasons").rows()
    assert whole[0] != "refused"
    assert [outcome for outcome, _ in others] == ["refused"] * 3
    assert len(set(others)) == 1


def test_results_have_the_same_types_whether_anything_was_decided_or_not(programme: Programme, tmp_path: Path) -> None:
    schemas = []
    for rows in ([row(1)], [row(1, kind="gold")]):
        decided(programme, tmp_path, rows, lines=tmp_path / "lines.parquet")
        schemas.append(
            [pl.read_parquet_schema(tmp_path / name) for name in ("decided.parquet", "lines.parquet", "refused.parquet")]
        )
    assert schemas[0] == schemas[1]
    assert schemas[0][0]["amount_cents"] == pl.Int64


def test_an_empty_cell_is_not_known_and_is_named(programme: Programme, tmp_path: Path) -> None:
    names = ("cofunded", "track", "level", "partner", "plan_status", "plan_first_day", "plan_last_day", "risk_addressed")
    rows = [row(number, **{name: ""}) for number, name in enumerate(names)]
    rows.append(row(90, receipts_complete="", receipt_day="", receipt_number="", receipt_issuer="", receipt_amount=""))
    decided(programme, tmp_path, rows)
    answers = pl.read_parquet(tmp_path / "decided.parquet")
    assert answers["outcome"].to_list() == ["undetermined"] * len(rows)
    expected = [f"{name}_cents" if name == "cofunded" else name for name in names]
    assert answers["reasons"].to_list() == [*expected, "receipts_complete"]


def test_where_the_calendar_does_not_know_a_level_its_claim_is_refused(programme: Programme, tmp_path: Path) -> None:
    caps = {"compensation.cap.catering": {"entries": [_SCHOOL_DAY]}}
    overlay = {"overlay_for": "lv-8.3.4", "title": {"lv": "izdomāts", "en": "made up"}, "values": caps}
    programme = load_programme("lv-8.3.4", overlays=[OverlayText("made-up.example.yaml", json.dumps(overlay))])
    days = {"semester": "2016/17-2", "plan_first_day": "2017-01-10", "plan_last_day": "2017-06-30"}
    days |= {"first_day": "2017-05-01", "last_day": "2017-05-31", "receipt_day": "2017-05-31", "submitted_on": "2017-06-01"}
    unknown = [level for level in ("7", "9", "12") if _unset(programme, int(level))]
    assert unknown, "the calendar knows all: another semester would test it"
    rows = [row(number, level=level, **days) for number, level in enumerate(("7", *unknown))]
    _, refused, left = decided(programme, tmp_path, rows)
    assert ({one["code"] for one in refused.values()}, len(refused), left) == ({"semester-unset"}, len(unknown), [2])


_SCHOOL_DAY = {"from": "2017-03-01", "value": "2.15", "unit": "EUR/school-day", "source": "made up", "status": "example"}


def _unset(programme: Programme, level: int) -> bool:
    try:
        programme.calendar.school_days(DayRange(date(2017, 5, 1), date(2017, 5, 31)), level)
    except ProgrammeError:
        return True
    return False


def test_parquet_holds_decimals_cents_and_days(programme: Programme, tmp_path: Path) -> None:
    frame = pl.DataFrame({name: [cell] for name, cell in row(1).items()}).with_columns(
        requested=pl.Series([Decimal("38.70")], dtype=pl.Decimal(12, 4)),
        cofunded_cents=pl.Series([250]),
        **{name: pl.col(name).str.to_date() for name in ("first_day", "last_day", "submitted_on")},
        level=pl.lit(7, pl.Int8),
        partner=pl.lit(True),
    )
    frame = frame.drop("cofunded")
    frame.write_parquet(tmp_path / "claims.parquet")
    totals = decide_file(
        tmp_path / "claims.parquet", programme, on=ON, out=tmp_path / "decided.csv", lines=tmp_path / "lines.csv"
    )
    (line,) = pl.read_csv(tmp_path / "lines.csv").to_dicts()
    assert (totals.decided, line["requested_cents"], line["cofunded_cents"], line["row"]) == (1, 3870, 250, 1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda f: f.drop("level").rename({"kind": "kinds"}), ["missing: kind (is it 'kinds'?), level"]),
        (lambda f: f.rename({"kind": "KIND", "claim_id": "Claim ID"}), ["claim_id (is it 'Claim ID'?), kind (is it 'KIND'?)"]),
        (lambda f: f.with_columns(requested=pl.lit(38.7)), ["of another type: requested (Float64)"]),
        (lambda f: f.with_columns(requested=pl.lit(38)), ["of another type: requested (Int32)"]),
        (lambda f: f.with_columns(requested_cents=pl.lit(38)), ["there twice: requested_cents"]),
        (lambda f: f.drop("receipts_complete", "receipt_day"), ["missing: receipts_complete or receipt_day"]),
        (lambda f: f.drop("receipt_issuer"), ["only one of receipt_issuer and receipt_number"]),
        (lambda f: f.drop("receipt_number"), ["only one of receipt_issuer and receipt_number"]),
    ],
    ids=["missing", "another case", "floats", "euro or cents", "twice", "no receipts", "no issuer", "no number"],
)  # fmt: skip
def test_columns_that_do_not_fit_are_all_named_and_nothing_is_written(
    programme: Programme, tmp_path: Path, change: Any, told: list[str]
) -> None:
    change(pl.DataFrame({name: [cell] for name, cell in row(1).items()})).write_parquet(tmp_path / "claims.parquet")
    with pytest.raises(InvalidValue) as error:
        decide_file(tmp_path / "claims.parquet", programme, on=ON, out=tmp_path / "decided.csv")
    assert error.value.code == "claims-file-columns"
    assert all(part in error.value.message for part in told), error.value.message
    assert [path.name for path in tmp_path.iterdir()] == ["claims.parquet"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("claims.csv", b"", "claims-file-unreadable"),
        ("x" * 300 + ".csv", None, "file-missing"),
        ("claims.parquet", b"PAR1 010203-12345", "claims-file-unreadable"),
        ("claims.xlsx", b"", "claims-file-unreadable"),
        ("none.csv", None, "file-missing"),
    ],
    ids=["empty", "too long a name", "no Parquet", "another kind", "not there"],
)
def test_a_file_that_cannot_be_read_is_one_error_and_nothing_is_written(
    programme: Programme, tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InvalidValue) as error:
        decide_file(tmp_path / name, programme, on=ON, out=tmp_path / "decided.csv")
    assert error.value.code == code
    assert "12345" not in str(error.value)
    assert sorted(tmp_path.iterdir()) == before


def test_results_never_take_the_place_of_what_is_there(programme: Programme, tmp_path: Path) -> None:
    file, there = tmp_path / "claims.csv", tmp_path / "there.csv"
    file.write_text(template(), encoding="utf-8")
    there.write_text("mine", encoding="utf-8")
    link = tmp_path / "link.csv"
    link.hardlink_to(file)
    for code, named in (
        ("output-unfit", {"out": file}),
        ("output-unfit", {"out": tmp_path / "a.csv", "lines": tmp_path / "a.csv"}),
        ("output-unfit", {"out": tmp_path / "a.xlsx"}),
        ("file-exists", {"out": there}),
        ("folder-missing", {"out": tmp_path / "no" / "a.csv"}),
        ("file-unwritable", {"out": tmp_path / ("x" * 300 + ".csv")}),
        ("file-unwritable", {"out": tmp_path / "a.csv", "refused": tmp_path / ("x" * 300 + ".csv")}),
        ("output-unfit", {"out": link, "replace": True}),
    ):
        with pytest.raises((InvalidValue, RegisterError)) as error:
            decide_file(file, programme, on=ON, **named)
        assert error.value.code == code
    assert there.read_text(encoding="utf-8") == "mine"
    decide_file(file, programme, on=ON, out=there, replace=True)
    assert there.read_text(encoding="utf-8").startswith("row,claim_id")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.csv", "link.csv", "there.csv"]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder here in which nobody can write")
def test_where_nothing_can_be_written_is_told_before_a_row_is_read(programme: Programme, tmp_path: Path) -> None:
    (tmp_path / "claims.csv").write_text(template(), encoding="utf-8")
    steps: list[int] = []
    with pytest.raises(RegisterError, match="file-unwritable"):
        decide_file(
            tmp_path / "claims.csv",
            programme,
            on=ON,
            out=tmp_path / "out.csv",
            refused=Path("/proc/self/refused.csv"),
            progress=lambda done, total: steps.append(done),
        )
    assert steps == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (template().encode("utf-16"), "UTF-16"),
        (("\ufeff" + template()).encode("utf-16-be"), "UTF-16"),
        (b"sep=,\n" + template().encode(), "sep="),
        (template().replace(",", "\t").encode(), "tabs"),
    ],
    ids=["UTF-16", "UTF-16 the other way", "sep", "tabs"],
)
def test_what_spreadsheets_write_otherwise_is_told_by_name(
    programme: Programme, tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(InvalidValue) as error:
        of_bytes(programme, tmp_path, content)
    assert error.value.code == "claims-file-unreadable"
    assert told in error.value.message


def test_columns_without_a_heading_and_one_named_row_are_passed_over(programme: Programme, tmp_path: Path) -> None:
    text = f"{HEADING},,row, \n{_texts(1)[0]},,17,\n{_texts(2)[0]},note,17,\n"
    totals, refused, left = of_bytes(programme, tmp_path, text.encode())
    assert (totals.ignored, refused, left) == (("row",), {}, [2, 3])
    pl.DataFrame([{**row(1), "row": 17}]).write_parquet(tmp_path / "claims.parquet")
    totals = decide_file(tmp_path / "claims.parquet", programme, on=ON, out=tmp_path / "decided.parquet", replace=True)
    assert (totals.ignored, pl.read_parquet(tmp_path / "decided.parquet")["row"].to_list()) == (("row",), [1])


def test_a_run_that_is_broken_off_leaves_nothing(programme: Programme, tmp_path: Path) -> None:
    (tmp_path / "claims.csv").write_text(template(), encoding="utf-8")

    def broken(done: int, total: int) -> None:
        assert done <= total
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decide_file(tmp_path / "claims.csv", programme, on=ON, out=tmp_path / "decided.csv", progress=broken)
    assert [path.name for path in tmp_path.iterdir()] == ["claims.csv"]


def test_semicolons_other_columns_and_no_rows(programme: Programme, tmp_path: Path) -> None:
    heading = template().splitlines()[0]
    (tmp_path / "claims.csv").write_text(f"\ufeff{heading};note\n".replace(",", ";"), encoding="utf-8")
    totals = decide_file(
        tmp_path / "claims.csv", programme, on=ON, out=tmp_path / "decided.csv", lines=tmp_path / "lines.parquet"
    )
    assert (totals.rows, totals.decided, totals.refused, totals.ignored) == (0, 0, 0, ("note",))
    assert (tmp_path / "decided.csv").read_text(encoding="utf-8").startswith("row,claim_id,learner_id")


def test_the_page_of_the_file_tells_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "claims-file.md").read_text(encoding="utf-8")
    for column in COLUMNS:
        assert f"| `{column.name}` | {column.type} | {column.meaning.lv} | {column.meaning.en} |" in page, column.name
    assert template().splitlines()[0] in page
