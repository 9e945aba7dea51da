"""The columns of a file of claims: what each means, and which may be empty."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from pmp_core.values import Text

CellType = Literal["id", "code", "text", "semester", "day", "amount", "whole", "truth"]


@frozen
class FileColumn:
    """A column of the file.

    Args:
        name: its heading. An amount may stand as `<name>_cents` instead, in whole cents.
        type: `amount` is EUR with at most two decimals, a `truth` true or false.
        meaning: what it is, in both languages.
        column: whether the column has to be there.
        cell: whether each cell has to be filled. Any other empty cell is not known, or means what `empty` says.
        empty: what an empty cell means, where it means anything.
        at_least: for a whole number, the smallest that can be.
        example: a cell.
    """

    name: str
    type: CellType
    meaning: Text
    column: bool = False
    cell: bool = False
    empty: str = ""
    at_least: int = 0
    example: str = ""


def _key(name: str, kind: CellType, lv: str, en: str, example: str) -> FileColumn:
    return FileColumn(name, kind, Text(lv, en), column=True, cell=True, example=example)


def _fact(name: str, kind: CellType, lv: str, en: str, example: str) -> FileColumn:
    return FileColumn(name, kind, Text(lv, en), column=True, example=example)


COLUMNS: tuple[FileColumn, ...] = (
    _key("claim_id", "id", "pieteikuma identifikators, katram savs", "id of the claim, each its own", "C-2022-0001"),
    _key("learner_id", "id", "izglītojamā identifikators, nekad personas kods", "id of the learner, never a personal code", "L-0001"),
    _key("institution_id", "id", "plāna iestāde", "institution of the plan", "I-17"),
    _key("semester", "semester", "plāna semestris", "semester of the plan", "2022/23-1"),
    _key("submitted_on", "day", "iesniegšanas diena", "day of submission", "2022-12-05"),
    _key("first_day", "day", "pirmā diena, par kuru prasa", "first day claimed for", "2022-11-01"),
    _key("last_day", "day", "pēdējā diena, par kuru prasa", "last day claimed for", "2022-11-30"),
    _key("kind", "code", "izdevumu veids, `measure-kinds` kods", "kind of expense, a code of `measure-kinds`", "catering"),
    _key("requested", "amount", "prasītā summa", "amount asked for", "38.70"),
    _fact("cofunded", "amount", "summa, ko jau sedz citi", "amount that others already pay", "0.00"),
    FileColumn("currency", "text", Text("valūta", "currency"), empty="EUR", example="EUR"),
    FileColumn("items", "whole", Text("vienību skaits, ja robeža ir par vienību", "items, where the cap is per item"), empty="1",
               at_least=1, example="1"),
    FileColumn("receipts_complete", "truth", Text("dokumenti ir pilnīgi un pieteikuma periodā", "receipts complete and within the period"),
               empty="by `receipt_day`", example="true"),
    FileColumn("receipt_day", "day", Text("dokumenta diena", "day of the receipt"), example="2022-11-30"),
    FileColumn("receipt_number", "text", Text("dokumenta numurs", "number of the receipt"), example="1874"),
    FileColumn("receipt_issuer", "text", Text("dokumenta izdevējs", "issuer of the receipt"), example="SIA Pusdienas"),
    FileColumn("receipt_amount", "amount", Text("dokumenta summa", "amount of the receipt"), example="38.70"),
    _fact("track", "code", "`general` vai `vocational`", "`general` or `vocational`", "general"),
    _fact("level", "whole", "klase vai kurss", "grade or course", "7"),
    FileColumn("enrolled_institution_id", "id", Text("iestāde, kurā izglītojamais mācās", "institution at which the learner is enrolled"),
               example="I-17"),
    _fact("partner", "truth", "iestāde piedalās programmā", "the institution takes part", "true"),
    _fact("plan_status", "code", "plāna statuss, `plan-statuses` kods", "status of the plan, a code of `plan-statuses`", "approved"),
    _fact("plan_first_day", "day", "plāna pirmā diena", "first day of the plan", "2022-09-01"),
    _fact("plan_last_day", "day", "plāna pēdējā diena", "last day of the plan", "2022-12-31"),
    _fact("risk_addressed", "truth", "pasākums mazina plānā izvērtētu risku", "the measure addresses a risk of the plan", "true"),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
CENTS = "_cents"
# Of these one has to be there: it tells whether receipts are complete.
RECEIPTS = ("receipts_complete", "receipt_day")
# These are there together or not at all: one alone tells no receipt from another.
RECEIPT = ("receipt_issuer", "receipt_number")


def template() -> str:
    """A file of claims with its headings and one row, as CSV."""
    headings = ",".join(column.name for column in COLUMNS)
    return f"{headings}\n{','.join(column.example for column in COLUMNS)}\n"
