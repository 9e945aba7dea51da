"""What each row of a file of claims has to be, whatever the others are: looked at in columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import frozen

from pmp_core.loading import Programme
from pmp_core.register.bulk.file_cells import Cells, Fault, cells
from pmp_core.register.bulk.file_columns import BY_NAME, COLUMNS, RECEIPT
from pmp_core.register.bulk.file_reading import ROW, ClaimsFile
from pmp_core.rules.frames.magnitude import LARGEST_NUMBER
from pmp_core.values import Track

FAULT = "__fault"
# What is wrong, and what to do: by code. The codes of cells that an entity refuses are those of the entity.
FAULTS: Mapping[str, tuple[str, str]] = {
    code: (what, remedy)
    for code, what, remedy in (
        ("row-cells", "The row has not as many cells as the heading.", "Give it as many; quote a cell that holds a comma, semicolon or quote."),
        ("row-encoding", "The row is not UTF-8 text.", "Save the file as UTF-8, or write the cell anew."),
        ("cell-missing", "A cell that every claim needs is empty.", "Fill it."),
        ("id-invalid", "This is not an id.", "Use 1 to 120 printable characters."),
        ("id-is-personal-code", "An id must not be or contain a personal code.", "Use the register's or the school system's own id."),
        ("code-unknown", "The programme has no such code.", "Use a code of the programme: `pmp programmes show` lists them."),
        ("semester-invalid", "This is no semester.", "Write it as 2022/23-1."),
        ("semester-unset", "The days of the semester are not known.", "Set them in an overlay, with their source."),
        ("day-invalid", "This is not a day that exists.", "Write it as YYYY-MM-DD."),
        ("truth-invalid", "This is neither true nor false.", "Write true or false; leave it empty where it is not known."),
        ("whole-number-invalid", "This is not a whole number that can be.", "Write a whole number, items from 1 on."),
        ("money-invalid", "This is not an amount in whole cents.", "Write it with a point and at most two decimals, such as 12.50."),
        ("claim-negative", "A claim's amounts are not negative.", "Correct the amount."),
        ("claim-too-large", "A claim asks for more than claims are decided for in columns.", "Decide it in a register, or divide it."),
        ("currency-other", "The amount is in another currency.", "Only EUR is compensated: give the amount in EUR."),
        ("days-reversed", "A range of days ends before it begins.", "Check which day is the first; both are included."),
        ("claim-outside-plan", "The claim's period lies outside the plan.", "Claim days of the plan, or correct the plan's days."),
        ("claim-not-over", "The claim is for days that were still to come when it was submitted.", "Submit it when they are over."),
        ("claim-decided-before", "The claim was submitted after the day of the decision.", "Decide it on that day or later: --on."),
        ("receipt-in-future", "The receipt is of a day after the claim's submission.", "Correct the day of the receipt."),
        ("receipt-not-positive", "A receipt's amount is more than nothing.", "Correct the amount."),
        ("claim-beyond-receipts", "More is asked for than the receipt comes to.", "Ask for less, or correct the receipt's amount."),
        ("learner-other-institution", "The learner is enrolled at another institution than the plan's.", "Claim at the learner's institution."),
        ("claim-twice", "Another row has the same claim id.", "Give each claim an id of its own."),
        ("receipt-twice", "A receipt stands in an earlier claim already.", "Take it out of one of the two claims."),
        ("claim-overlaps", "An earlier claim is for the same learner and kind on some of these days.", "Claim other days."),
    )
}  # fmt: skip


@frozen
class RowChecks:
    """How a file's rows become claims.

    Args:
        values: the columns of a claim, as expressions of Polars over the file's.
        faults: what can be wrong, the first that is so is told.
    """

    values: Mapping[str, Any]
    faults: tuple[Fault, ...]

    def looked_at(self, pl: Any, rows: Any) -> Any:
        """Rows of the file as claims, with the number of the first fault of each, which is empty where there is none."""
        numbered = [pl.when(fault.when).then(pl.lit(i, dtype=pl.Int16)) for i, fault in enumerate(self.faults)]
        return rows.select(ROW, pl.coalesce(numbered).alias(FAULT), **self.values)


def row_checks(pl: Any, file: ClaimsFile, programme: Programme, on: date) -> RowChecks:
    """The checks of a file under a programme.

    Args:
        on: the day of the decision; nothing may lie after it.
    """
    pack = programme.pack
    codes = {
        "kind": pack.codes("measure-kinds", parent="compensation"),
        "track": tuple(track.value for track in Track),
        "plan_status": pack.codes("plan-statuses"),
        "semester": tuple(map(str, programme.calendar.semesters)),
    }
    read = {column.name: cells(pl, file, column, codes.get(column.name, ())) for column in COLUMNS if column.name in file.given}
    values = _values(pl, read)
    return RowChecks(values, (*(fault for one in read.values() for fault in one.faults), *_across(pl, read, on)))


def _values(pl: Any, read: Mapping[str, Cells]) -> dict[str, Any]:
    """A claim's columns; one that the file lacks is empty."""
    types = {"day": pl.Date, "truth": pl.Boolean, "whole": pl.Int64, "amount": pl.Int64}
    value = {
        column.name: read[column.name].value if column.name in read else pl.lit(None, dtype=types.get(column.type, pl.String))
        for column in COLUMNS
    }
    receipt = value["receipt_day"]
    complete = (receipt >= value["first_day"]) & (receipt <= value["last_day"])
    told = {
        **value,
        "items": value["items"].fill_null(1),
        # A day outside the period wins over what is said: they cannot be complete within it.
        "receipts_complete": pl.when(complete.not_()).then(False).otherwise(pl.coalesce(value["receipts_complete"], complete)),
        "requested_cents": value["requested"],
        "cofunded_cents": value["cofunded"],
    }
    return {name: made for name, made in told.items() if name not in _READ_ONLY}


_READ_ONLY = ("requested", "cofunded", "currency", "receipt_amount", "enrolled_institution_id")


def _across(pl: Any, read: Mapping[str, Cells], on: date) -> list[Fault]:
    """What one cell says against another."""

    def value(name: str) -> Any:
        return read[name].value if name in read else pl.lit(None, dtype=pl.Date if BY_NAME[name].type == "day" else pl.String)

    first, last, submitted, receipt = (value(name) for name in ("first_day", "last_day", "submitted_on", "receipt_day"))
    found = [
        Fault("days-reversed", "last_day", last < first),
        Fault("days-reversed", "plan_last_day", value("plan_last_day") < value("plan_first_day")),
        Fault("claim-outside-plan", "first_day", (first < value("plan_first_day")) | (first > value("plan_last_day"))),
        Fault("claim-outside-plan", "last_day", (last > value("plan_last_day")) | (last < value("plan_first_day"))),
        Fault("claim-decided-before", "submitted_on", submitted > on),
        Fault("claim-not-over", "last_day", last > submitted),
        Fault("receipt-in-future", "receipt_day", receipt > submitted),
    ]
    # What is asked for is a number of units too, where a cap is per cent spent.
    found.append(Fault("claim-too-large", "requested", value("requested") > LARGEST_NUMBER))
    if "currency" in read:
        found.append(Fault("currency-other", "currency", value("currency").str.to_uppercase() != "EUR"))
    if "enrolled_institution_id" in read:
        elsewhere = value("enrolled_institution_id") != value("institution_id")
        found.append(Fault("learner-other-institution", "enrolled_institution_id", elsewhere))
    if "receipt_amount" in read:
        amount = value("receipt_amount")
        found.append(Fault("receipt-not-positive", "receipt_amount", amount <= 0))
        found.append(Fault("claim-beyond-receipts", "requested", value("requested") > amount))
    for name, other in (RECEIPT, RECEIPT[::-1]) if RECEIPT[0] in read else ():  # both are there then
        found.append(Fault("cell-missing", name, value(other).is_not_null() & value(name).is_null()))
    return found
