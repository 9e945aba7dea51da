"""What an analyst is given: the rows of the register for one purpose, without anybody in them.

What is given stands in a list, column by column, and all else is left out: names, notes and whatever else people wrote,
personal codes, bank accounts, numbers of documents, the history. Ids become the purpose's pseudonyms. Rows come in the order
of the pseudonyms, since the order of the ids would tell which row is which in another extract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import narwhals as nw

from pmp_core.errors import FactError, InvalidValue, nearest
from pmp_core.register import tables
from pmp_core.register.encryption.pseudonyms import Pseudonyms
from pmp_core.register.schema import Scalar, Table
from pmp_core.register.storage import Transaction

BACKENDS = ("polars", "pandas", "pyarrow")
BIRTH = "birth_date"
Columns = dict[str, list[Any]]

_GIVEN = """
    municipalities id
    institutions id partner_kind municipality_id
    partnerships id first_day last_day municipality_id institution_id
    learners id birth_date
    enrolments id learner_id institution_id track level first_day last_day
    absences id learner_id institution_id day lesson absence
    marks id learner_id institution_id semester subject points word
    risk_suggestions id learner_id institution_id semester factor suggested_on signal measured threshold at_least signalled_on
        evidence_first_day evidence_last_day evidence_records programme_hash state decided_role decided_on
    risk_evidence suggestion_id position record institution_id day lesson absence semester subject points track level first_day last_day
    plans id learner_id institution_id partner_kind semester first_day last_day entered_on status released applied_on rolled_over_from
        preparation_paid_on
    plan_risks plan_id position factor suggestion_id
    plan_measures plan_id position number kind specialist sessions minutes institution_id
    plan_measure_risks plan_id measure_position position factor
    plan_steps plan_id position step source target role on
    plan_transfers plan_id position source_institution_id source_partner_kind target_institution_id on plan_version role
    assignments id institution_id specialist first_day last_day
    schedules id plan_id measure first_day last_day every_weeks minutes specialist mode attendance
    schedule_weekdays schedule_id position weekday
    sessions id plan_id measure day minutes specialist mode attendance attested_on assignment_id group_id
    payees id learner_id institution_id
    claims id plan_id measure kind first_day last_day requested_cents cofunded_cents items status submitted_on payee_id
    claim_receipts claim_id position day amount_cents
    decisions claim_id number rule outcome amount_cents asked_cents counted_cents programme programme_hash decided_on decided_role
    decision_lines claim_id number position first_day last_day outcome asked_cents cofunded_cents amount_cents counted_cents
        cap_counted_cents
    other_funding id kind first_day last_day learner_id institution_id municipality_id track lowest_level highest_level covers
        per_day_thousandths school_days
    payment_batches id made_on execution_on made_role exported_on
    payment_entries id claim_id kind amount_cents decision_number payment_of batch_id payee_id received_on entered_on role
    budgets id institution_id municipality_id kind semester amount_cents
    evaluations id plan_id evaluated_on
    evaluation_risks evaluation_id position factor result signal before after
    evaluation_measures evaluation_id position number delivered useful sessions minutes
"""


def _given() -> dict[str, tuple[Table, tuple[str, ...]]]:
    by_name = {table.name: table for table in tables.TABLES}
    found: dict[str, tuple[Table, tuple[str, ...]]] = {}
    for line in _GIVEN.replace("\n        ", " ").splitlines():
        if line.strip():
            name, *columns = line.split()
            found[name] = by_name[name], tuple(columns)
    return found


GIVEN: Mapping[str, tuple[Table, tuple[str, ...]]] = _given()


def is_id(column: str) -> bool:
    """Whether a column of what is given names something by its id.

    >>> is_id("learner_id"), is_id("record"), is_id("kind")
    (True, True, False)
    """
    return column == "id" or column.endswith("_id") or column in ("record", "rolled_over_from")


def tables_named(names: Iterable[str] | None) -> tuple[str, ...]:
    """The tables of an extract; None: all that can be given.

    Raises:
        InvalidValue: `extract-table-unknown`.
    """
    wanted = tuple(GIVEN) if names is None else tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in GIVEN:
            raise InvalidValue(
                "extract-table-unknown",
                "There is no such table in an extract.",
                found=name,
                remedy=f"Nearest: {', '.join(nearest(name, GIVEN) or GIVEN)}.",
            )
    return wanted


def extracted(transaction: Transaction, pseudonyms: Pseudonyms, name: str) -> tuple[Columns, dict[str, str]]:
    """One table of an extract: its columns, and the type of each."""
    table, names = GIVEN[name]
    columns: Columns = dict(transaction.scan(table, names))
    types = {column: table.column(column).type.value for column in names}
    for column in filter(is_id, names):
        columns[column] = _each(pseudonyms.of, columns[column])
    if BIRTH in columns:
        born: list[Scalar] = columns.pop(BIRTH)
        columns["birth_year"] = [day.year if isinstance(day, date) else None for day in born]
        types = {"birth_year" if column == BIRTH else column: kind for column, kind in types.items()} | {"birth_year": "integer"}
    order = sorted(range(len(columns[names[0]])), key=lambda row: tuple([columns[column][row] for column in table.key]))
    return {column: [columns[column][row] for row in order] for column in types}, types


def _each(pseudonym: Callable[[str], str], ids: list[Any]) -> list[str | None]:
    known = {id: pseudonym(id) for id in set(ids) if id is not None}
    return [known.get(id) for id in ids]


def check_backend(backend: str) -> None:
    """Whether there is such a kind of frame.

    Raises:
        FactError: `backend-unknown`.
    """
    if backend not in BACKENDS:
        raise FactError(
            "backend-unknown", "There is no such kind of frame.", found=backend, remedy=f"Use one of {', '.join(BACKENDS)}."
        )


def frame_of(columns: Columns, types: Mapping[str, str], backend: str) -> Any:
    """A table of an extract as a frame.

    Raises:
        FactError: `backend-missing`.
    """
    kinds = {"text": nw.String(), "integer": nw.Int64(), "cents": nw.Int64(), "boolean": nw.Boolean(), "day": nw.Date()}
    try:
        frame = nw.from_dict(columns, {name: kinds[kind] for name, kind in types.items()}, backend="pyarrow")
        if backend == "pyarrow":
            return frame.to_native()
        if backend == "polars":
            return frame.to_polars()
        # NumPy's integers hold no empty cell; pandas has types of its own that do.
        return frame.to_pandas().convert_dtypes()
    except ModuleNotFoundError:
        raise FactError(
            "backend-missing", f"{backend} is not installed.", remedy="Install it: `pip install 'pmp-core[frames]'`."
        ) from None
