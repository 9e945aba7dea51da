"""What becomes of each column when a learner is erased: said once, of every table there is, with the reason where it stays.

The map cannot leave a column out: a table whose columns are not all said, or are said twice, cannot be described at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from attrs import field, frozen

from pmp_core.register import tables
from pmp_core.register.schema import ColumnType, Row, Scalar, Table
from pmp_core.values import Text

How = Literal["erase", "pseudonymise"]
HOWS: tuple[How, ...] = ("erase", "pseudonymise")
# What stands where something was and has to be: a name, a reason. It is the same everywhere, and says nothing of anybody.
ERASED = "dzēsts / erased"

Kind = Literal["id", "figure", "staff", "receipt", "identity", "text", "record", "document"]
# What columns of a kind hold; those that stay are said to stay for a reason.
KINDS: dict[Kind, str] = {
    "id": "stays: ids, numbers and versions that the register gave; they name nobody once nothing else does",
    "figure": "stays: days, amounts, counts, levels and codes of the programme, on which statistics and money rest",
    "staff": "stays: who worked, and in which role; the trail of decisions and money is about them, not about the learner",
    "receipt": "stays: what stands on a receipt; by it a second claim for the same expense is found",
    "identity": "cleared by both ways: who the learner is, and whose account is paid",
    "text": "cleared by both ways: what people wrote in their own words, and whom they named; nobody can say what is in it",
    "record": "cleared by `erase`: what the school recorded or a signal measured; `pseudonymise` leaves it",
    "document": "written anew by both ways without what is cleared in the columns",
}


@frozen
class Treatment:
    """What becomes of a table's rows of one learner.

    Args:
        table: which.
        title: what a row is, for people.
        kinds: what each column holds.
        removed_by: the ways by which the rows are taken out whole.
        spared: of which rows a cell stays although its column is cleared.

    Raises:
        ValueError: a column is not said, is said twice, or is not of the table.
    """

    table: Table
    title: Text
    kinds: Mapping[str, Kind]
    removed_by: tuple[How, ...] = field(default=())
    spared: Mapping[str, Callable[[Row], bool]] = field(factory=dict)

    def columns(self, *kinds: Kind) -> tuple[str, ...]:
        """The columns of these kinds, in order."""
        return tuple(name for name in self.table.names if self.kinds[name] in kinds)

    def cleared(self, how: How) -> tuple[str, ...]:
        """The columns whose cells are cleared."""
        return self.columns("identity", "text", "record") if how == "erase" else self.columns("identity", "text")

    def without(self, row: Row, how: How) -> Row:
        """The row as it stays, with its cells cleared; equal to the row where there is nothing to clear.

        What was said stays said: where there was a reason, an order or a note, `ERASED` stands, since rules ask whether there is
        one.
        """
        cleared: Row = {}
        for name in self.cleared(how):
            if row[name] is not None and not (name in self.spared and self.spared[name](row)):
                cleared[name] = self._cleared(name)
        return {**row, **cleared}

    def _cleared(self, name: str) -> Scalar:
        column = self.table.column(name)
        if column.nullable and self.kinds[name] != "text":
            return None
        return ERASED if column.type is ColumnType.TEXT else 0


def _treated(
    table: Table,
    lv: str,
    en: str,
    removed_by: tuple[How, ...] = (),
    spared: Mapping[str, Callable[[Row], bool]] | None = None,
    **words: str,
) -> Treatment:
    """A treatment from words: the columns of each kind, as words."""
    kinds: dict[str, Kind] = {}
    said = [(name, kind) for kind in KINDS for name in words.pop(kind, "").split()]
    kinds.update(said)
    if len(said) != len(kinds) or set(kinds) != set(table.names) or words:
        raise ValueError(f"table {table.name}: each column is said once: {sorted(set(kinds) ^ set(table.names))}")
    return Treatment(table, Text(lv, en), kinds, removed_by, spared or {})


# Every table that holds something about a learner. All of a learner's rows are found by the references between them.
TREATMENTS: dict[str, Treatment] = {
    one.table.name: one
    for one in (
        _treated(
            tables.LEARNERS, "Izglītojamais", "The learner",
            id="id version", figure="erased_on", identity="given_name family_name middle_name birth_date",
        ),
        _treated(
            tables.ENROLMENTS, "Uzņemšana", "Enrolments",
            id="id learner_id institution_id version", figure="track level first_day last_day", identity="class_name",
        ),
        _treated(
            tables.ABSENCES, "Kavējumi", "Absences", ("erase",),
            id="id learner_id institution_id source", record="day lesson absence",
        ),
        _treated(
            tables.MARKS, "Vērtējumi", "Marks", ("erase",),
            id="id learner_id institution_id source", record="semester subject points word",
        ),
        _treated(
            tables.RISK_SUGGESTIONS, "Ieteiktie riski", "Suggested risks",
            id="id learner_id institution_id version",
            figure="semester factor suggested_on signal threshold programme_hash state decided_on",
            staff="decided_by decided_role", text="reason",
            record="measured at_least signalled_on evidence_first_day evidence_last_day evidence_records",
        ),
        _treated(
            tables.RISK_EVIDENCE, "Riska pamatojums", "Evidence of risks", ("erase",),
            id="suggestion_id position institution_id",
            record="record day lesson absence semester subject points track level first_day last_day",
        ),
        _treated(
            tables.PLANS, "Individuālie atbalsta plāni", "Support plans",
            id="id learner_id institution_id rolled_over_from version",
            figure="partner_kind semester first_day last_day entered_on status released applied_on preparation_paid_on holds_place",
            staff="prepared_by", text="aims",
        ),
        _treated(
            tables.PLAN_RISKS, "Plānā vērtētie riski", "Risks of plans",
            id="plan_id position suggestion_id", figure="factor", text="note",
        ),
        _treated(
            tables.PLAN_MEASURES, "Plāna pasākumi", "Measures of plans",
            id="plan_id position number institution_id", figure="kind specialist sessions minutes", text="justification responsible",
        ),
        _treated(
            tables.PLAN_MEASURE_RISKS, "Pasākumu riski", "Risks of measures",
            id="plan_id measure_position position", figure="factor",
        ),
        _treated(
            tables.PLAN_STEPS, "Plāna soļi", "Steps of plans",
            id="plan_id position", figure="step source target on", staff="actor role", text="reason",
        ),
        _treated(
            tables.PLAN_PEOPLE, "Plānā atbildīgie", "People named in plans", id="plan_id position", text="name duty",
        ),
        _treated(
            tables.PLAN_TRANSFERS, "Plāna pārejas", "Transfers of plans",
            id="plan_id position source_institution_id target_institution_id plan_version", figure="source_partner_kind on",
            staff="actor role", text="reason",
        ),
        _treated(
            tables.PLAN_VERSIONS, "Plāna redakcijas", "Versions of plans",
            id="plan_id version", figure="change on", staff="actor role", text="reason", document="document",
        ),
        _treated(
            tables.SCHEDULES, "Konsultāciju grafiki", "Schedules",
            id="id plan_id measure version", figure="first_day last_day every_weeks minutes specialist mode attendance",
            staff="delivered_by",
        ),
        _treated(
            tables.SCHEDULE_WEEKDAYS, "Grafika dienas", "Weekdays of schedules", id="schedule_id position", figure="weekday",
        ),
        _treated(
            tables.SESSIONS, "Konsultācijas", "Sessions",
            id="id plan_id measure assignment_id group_id version", figure="day minutes specialist mode attendance attested_on",
            staff="delivered_by", text="directors_order note absent_because",
        ),
        _treated(
            tables.PAYEES, "Saņēmēji", "Payees", id="id learner_id institution_id version", identity="name iban",
        ),
        _treated(
            tables.CLAIMS, "Kompensācijas pieteikumi", "Claims",
            id="id plan_id measure payee_id version",
            figure="kind first_day last_day requested_cents cofunded_cents items status submitted_on decision_digest",
        ),
        _treated(
            tables.CLAIM_RECEIPTS, "Izdevumus apliecinošie dokumenti", "Receipts",
            id="claim_id position", figure="day amount_cents", receipt="number issuer digest identity",
        ),
        _treated(
            tables.CLAIM_VERSIONS, "Pieteikuma redakcijas", "Versions of claims",
            id="claim_id version", figure="change on", staff="actor role", text="reason", document="document",
        ),
        _treated(
            tables.DECISIONS, "Lēmumi", "Decisions",
            id="claim_id number", staff="decided_by decided_role", text="reason", document="document",
            figure="digest rule outcome amount_cents asked_cents counted_cents programme programme_hash decided_on",
        ),
        _treated(
            tables.DECISION_LINES, "Lēmumu rindas", "Lines of decisions",
            id="claim_id number position",
            figure="first_day last_day outcome asked_cents cofunded_cents amount_cents counted_cents cap_counted_cents cap_window digest",
        ),
        _treated(
            tables.OTHER_FUNDING, "Cits finansējums", "Other funding",
            id="id learner_id institution_id municipality_id version", text="reference",
            figure="payer kind first_day last_day track lowest_level highest_level covers per_day_thousandths school_days",
        ),
        _treated(
            tables.CONFLICT_OVERRIDES, "Pārkāptie brīdinājumi", "Conflicts overridden",
            id="claim_id conflict number", figure="on evidence", staff="actor role", text="reason",
        ),
        _treated(
            tables.PAYMENT_ENTRIES, "Maksājumi", "Payments",
            id="id claim_id decision_number payment_of batch_id payee_id",
            figure="kind amount_cents decision_digest received_on entered_on", staff="actor role", text="reference reason",
            # The reference of a payment is the register's own, and goes to the bank; of a recovery it is what the bank said.
            spared={"reference": lambda row: row["batch_id"] is not None},
        ),
        _treated(
            tables.EVALUATIONS, "Izvērtējumi", "Evaluations",
            id="id plan_id version", figure="evaluated_on", staff="evaluated_by",
        ),
        _treated(
            tables.EVALUATION_RISKS, "Risku izvērtējumi", "Evaluations of risks",
            id="evaluation_id position", figure="factor result signal", text="note", record="before after",
        ),
        _treated(
            tables.EVALUATION_MEASURES, "Pasākumu izvērtējumi", "Evaluations of measures",
            id="evaluation_id position number", figure="delivered useful sessions minutes", text="note",
        ),
        _treated(
            tables.SOURCE_KEYS, "Avota atslēgas", "Keys of sources", HOWS,
            id="source kind entity_id", figure="read_on withdrawn_on", identity="identity fingerprint",
        ),
        _treated(
            tables.SOURCE_PROBLEMS, "Nepieņemtie ieraksti", "Records not taken", HOWS,
            id="source number", figure="kind code file row column_heading", identity="message found remedy",
        ),
        _treated(
            tables.PERSONAL_CODES, "Personas kodi", "Personal codes", HOWS,
            id="learner_id number key_id source", figure="noted_on", identity="cipher match",
        ),
        _treated(
            tables.HISTORY, "Vēsture", "History",
            id="kind entity_id number unit_id institution_id municipality_id", figure="at action digest hash",
            staff="actor role", document="document salt",
        ),
        _treated(
            tables.HISTORY_VIEWS, "Kas skatījis", "Who looked",
            id="unit_id number institution_id municipality_id learner_id", figure="at rows digest", staff="actor role",
            document="document salt",
        ),
    )
}  # fmt: skip

# Every other table, and why nothing in it is about a learner.
OF_NOBODY: dict[str, str] = {
    tables.REGISTER_INFO.name: "what the register is made with",
    tables.OVERLAYS.name: "the law as the deployment completes it",
    tables.MUNICIPALITIES.name: "municipalities",
    tables.INSTITUTIONS.name: "institutions",
    tables.PARTNERSHIPS.name: "agreements with municipalities and institutions",
    tables.ASSIGNMENTS.name: "for whom a specialist works: data about staff",
    tables.PAYMENT_BATCHES.name: "what was ordered together, and from whose account: an institution's",
    tables.BUDGETS.name: "what a partner has for a semester",
    tables.HISTORY_UNITS.name: "who worked, and when: data about staff; digests and seals of what was written",
    tables.HISTORY_HEADS.name: "the last hash of each chain, under the id that the register gave",
    tables.ERASURES.name: "how much was erased, with a digest that names nobody",
}
