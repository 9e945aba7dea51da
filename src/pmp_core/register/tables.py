"""The register's tables, described once: storages make them, statistics read them as columns, BI tools query them."""

from __future__ import annotations

from pmp_core.register.schema import Column, ColumnType, Reference, Table

_TYPES = {
    "text": ColumnType.TEXT,
    "integer": ColumnType.INTEGER,
    "boolean": ColumnType.BOOLEAN,
    "day": ColumnType.DAY,
    "moment": ColumnType.MOMENT,
    "cents": ColumnType.CENTS,
}
SCHEMA_VERSION = 4


def _table(
    name: str,
    columns: str,
    key: str,
    *,
    unique: tuple[str, ...] = (),
    references: tuple[str, ...] = (),
    indexes: tuple[str, ...] = (),
) -> Table:
    """A table from words: `column:type` with `?` where it may be empty, text where no type is given; keys as words."""
    made = []
    for word in columns.split():
        column, _, kind = word.removesuffix("?").partition(":")
        made.append(Column(column, _TYPES[kind or "text"], word.endswith("?")))
    refers = []
    for reference in references:
        own, _, table = reference.partition(" -> ")
        refers.append(Reference(tuple(own.split()), table))
    return Table(
        name,
        tuple(made),
        tuple(key.split()),
        tuple(tuple(u.split()) for u in unique),
        tuple(refers),
        tuple(tuple(i.split()) for i in indexes),
    )


REGISTER_INFO = _table("register_info", "name value", "name")
OVERLAYS = _table("overlays", "position:integer name text", "position")
MUNICIPALITIES = _table("municipalities", "id name territory_code? version:integer", "id")
INSTITUTIONS = _table(
    "institutions",
    "id name partner_kind? municipality_id? registration_number? version:integer",
    "id",
    references=("municipality_id -> municipalities",),
)
PARTNERSHIPS = _table(
    "partnerships",
    "id first_day:day last_day:day? municipality_id? institution_id? agreement? version:integer",
    "id",
    references=("municipality_id -> municipalities", "institution_id -> institutions"),
)
# `erased_on` is the day on which who the learner is was taken out of the register; empty: never.
LEARNERS = _table("learners", "id given_name family_name middle_name? birth_date:day? erased_on:day? version:integer", "id")
ENROLMENTS = _table(
    "enrolments",
    "id learner_id institution_id track level:integer first_day:day last_day:day? class_name? version:integer",
    "id",
    unique=("learner_id institution_id first_day",),
    references=("learner_id -> learners", "institution_id -> institutions"),
)
ABSENCES = _table(
    "absences",
    "id learner_id institution_id day:day lesson:integer? absence source",
    "id",
    references=("learner_id -> learners", "institution_id -> institutions"),
    indexes=("learner_id day", "source institution_id day"),
)
MARKS = _table(
    "marks",
    "id learner_id institution_id semester subject points:integer? word? source",
    "id",
    references=("learner_id -> learners", "institution_id -> institutions"),
    indexes=("learner_id semester", "source institution_id semester"),
)
RISK_SUGGESTIONS = _table(
    "risk_suggestions",
    "id learner_id institution_id semester factor suggested_on:day signal? measured:integer? threshold:integer? at_least:boolean? "
    "signalled_on:day? evidence_first_day:day? evidence_last_day:day? evidence_records:integer programme_hash? "
    "state decided_by? decided_role? decided_on:day? reason? version:integer",
    "id",
    unique=("learner_id semester factor signal",),
    references=("learner_id -> learners", "institution_id -> institutions"),
)
# Copies: an import may replace the absences later. The institution is no reference, since the records are only told.
RISK_EVIDENCE = _table(
    "risk_evidence",
    "suggestion_id position:integer record institution_id day:day? lesson:integer? absence? semester? subject? points:integer? track? "
    "level:integer? first_day:day? last_day:day?",
    "suggestion_id position",
    references=("suggestion_id -> risk_suggestions",),
)
PLANS = _table(
    "plans",
    "id learner_id institution_id partner_kind semester first_day:day last_day:day entered_on:day prepared_by status released:boolean "
    "applied_on:day? aims? rolled_over_from? preparation_paid_on:day? holds_place:boolean? version:integer",
    "id",
    # One plan for a learner and semester: `holds_place` is empty where a plan was deleted, and empty is equal to nothing.
    unique=("learner_id semester holds_place",),
    references=("learner_id -> learners", "institution_id -> institutions"),
)
PLAN_RISKS = _table(
    "plan_risks",
    "plan_id position:integer factor suggestion_id? note?",
    "plan_id position",
    references=("plan_id -> plans", "suggestion_id -> risk_suggestions"),
)
PLAN_MEASURES = _table(
    "plan_measures",
    "plan_id position:integer number:integer kind justification specialist? sessions:integer? minutes:integer? responsible? institution_id?",
    "plan_id position",
    unique=("plan_id number",),
    references=("plan_id -> plans",),
)
PLAN_MEASURE_RISKS = _table(
    "plan_measure_risks",
    "plan_id measure_position:integer position:integer factor",
    "plan_id measure_position position",
    references=("plan_id -> plans",),
)
PLAN_STEPS = _table(
    "plan_steps",
    "plan_id position:integer step source target actor role on:day reason?",
    "plan_id position",
    references=("plan_id -> plans",),
)
PLAN_PEOPLE = _table("plan_people", "plan_id position:integer name duty", "plan_id position", references=("plan_id -> plans",))
PLAN_TRANSFERS = _table(
    "plan_transfers",
    "plan_id position:integer source_institution_id source_partner_kind target_institution_id on:day plan_version:integer actor role reason?",
    "plan_id position",
    references=("plan_id -> plans", "source_institution_id -> institutions", "target_institution_id -> institutions"),
)
# Every version that was kept, with who made it and why: `document` is the plan as JSON.
PLAN_VERSIONS = _table(
    "plan_versions",
    "plan_id version:integer change on:day actor role reason? document",
    "plan_id version",
    references=("plan_id -> plans",),
)
ASSIGNMENTS = _table(
    "assignments",
    "id person institution_id specialist first_day:day last_day:day? agreement? version:integer",
    "id",
    references=("institution_id -> institutions",),
)
SCHEDULES = _table(
    "schedules",
    "id plan_id measure:integer first_day:day last_day:day every_weeks:integer minutes:integer specialist delivered_by mode attendance "
    "version:integer",
    "id",
    references=("plan_id -> plans",),
)
SCHEDULE_WEEKDAYS = _table(
    "schedule_weekdays",
    "schedule_id position:integer weekday",
    "schedule_id position",
    references=("schedule_id -> schedules",),
)
SESSIONS = _table(
    "sessions",
    "id plan_id measure:integer day:day minutes:integer specialist mode attendance delivered_by directors_order? attested_on:day? note? "
    "assignment_id? group_id? absent_because? version:integer",
    "id",
    references=("plan_id -> plans",),
)
CLAIMS = _table(
    "claims",
    "id plan_id measure:integer kind first_day:day last_day:day requested_cents:cents cofunded_cents:cents items:integer status "
    "submitted_on:day? decision_digest? payee_id? version:integer",
    "id",
    references=("plan_id -> plans",),
)
# `identity` is issuer and number in the form in which they are compared; empty in rows of registers that are older than it.
CLAIM_RECEIPTS = _table(
    "claim_receipts",
    "claim_id position:integer number issuer day:day amount_cents:cents digest? identity?",
    "claim_id position",
    references=("claim_id -> claims",),
    indexes=("identity", "digest"),
)
DECISIONS = _table(
    "decisions",
    "claim_id number:integer digest rule outcome amount_cents:cents? asked_cents:cents? counted_cents:cents? programme programme_hash "
    "decided_on:day decided_by decided_role reason? document",
    "claim_id number",
    references=("claim_id -> claims",),
)
# The lines of each decision, flat: what they ask for, grant, and use up. `document` of the decision holds them whole.
DECISION_LINES = _table(
    "decision_lines",
    "claim_id number:integer position:integer first_day:day last_day:day outcome asked_cents:cents cofunded_cents:cents "
    "amount_cents:cents? counted_cents:cents? cap_counted_cents:cents? cap_window? digest",
    "claim_id number position",
    references=("claim_id -> claims",),
)
# Every version that was kept, with who made it and why: `document` is the claim as JSON.
CLAIM_VERSIONS = _table(
    "claim_versions",
    "claim_id version:integer change on:day actor role reason? document",
    "claim_id version",
    references=("claim_id -> claims",),
)
PAYEES = _table(
    "payees",
    "id name iban? learner_id? institution_id? version:integer",
    "id",
    references=("learner_id -> learners", "institution_id -> institutions"),
)
PAYMENT_BATCHES = _table(
    "payment_batches",
    "id reference made_on:day execution_on:day made_by made_role exported_on:day? digest? debtor_iban? version:integer",
    "id",
    unique=("reference",),
)
# The ledger: what was paid is above 0, what was recovered or set off below. An entry never changes.
# `payment_of` is the number of the decision that a payment pays, and empty for all else: a decision is paid once.
PAYMENT_ENTRIES = _table(
    "payment_entries",
    "id claim_id kind amount_cents:cents decision_number:integer decision_digest payment_of:integer? batch_id? payee_id? reference? "
    "received_on:day? entered_on:day actor role reason?",
    "id",
    unique=("claim_id payment_of",),
    references=("claim_id -> claims", "batch_id -> payment_batches", "payee_id -> payees"),
    indexes=("batch_id",),
)
BUDGETS = _table(
    "budgets",
    "id institution_id? municipality_id? kind? semester amount_cents:cents scope version:integer",
    "id",
    # One for a partner, kind and semester: `scope` is all three as one text, since what is empty is equal to nothing.
    unique=("scope",),
    references=("institution_id -> institutions", "municipality_id -> municipalities"),
)
# Who else pays for a kind of expense on some days: of one learner, of an institution's or a municipality's learners, or of all.
OTHER_FUNDING = _table(
    "other_funding",
    "id payer kind first_day:day last_day:day? learner_id? institution_id? municipality_id? track? lowest_level:integer? "
    "highest_level:integer? covers per_day_thousandths:integer? school_days:boolean reference? version:integer",
    "id",
    references=(
        "learner_id -> learners",
        "institution_id -> institutions",
        "municipality_id -> municipalities",
    ),
    indexes=("kind learner_id",),
)
# A person's word that a conflict of a claim does not stand in the way. `conflict` names it, whatever else there is; the last
# word on it counts, as long as `evidence` is what it was.
CONFLICT_OVERRIDES = _table(
    "conflict_overrides",
    "claim_id conflict number:integer on:day actor role reason evidence",
    "claim_id conflict number",
    references=("claim_id -> claims",),
)
EVALUATIONS = _table(
    "evaluations",
    "id plan_id evaluated_on:day evaluated_by version:integer",
    "id",
    unique=("plan_id",),
    references=("plan_id -> plans",),
)
EVALUATION_RISKS = _table(
    "evaluation_risks",
    "evaluation_id position:integer factor result signal? before:integer? after:integer? note?",
    "evaluation_id position",
    references=("evaluation_id -> evaluations",),
)
EVALUATION_MEASURES = _table(
    "evaluation_measures",
    "evaluation_id position:integer number:integer delivered:boolean useful:boolean? sessions:integer? minutes:integer? note?",
    "evaluation_id position",
    references=("evaluation_id -> evaluations",),
)
SOURCE_KEYS = _table(
    "source_keys",
    "source kind identity entity_id fingerprint read_on:day withdrawn_on:day?",
    "source kind identity",
    indexes=("kind entity_id",),
)

# What each source still has that could not be taken; replaced as a whole by every import of that source.
SOURCE_PROBLEMS = _table(
    "source_problems",
    "source number:integer kind? code message file? row:integer? column_heading? found? remedy",
    "source number",
)

# What each learner's personal code is or was, encrypted; `match` is its keyed hash, by which it is found.
PERSONAL_CODES = _table(
    "personal_codes",
    "learner_id number:integer cipher match key_id noted_on:day source?",
    "learner_id number",
    references=("learner_id -> learners",),
    indexes=("match",),
)
# One row for each unit of work that changed or showed something; `digest` is over all that it wrote into the two tables below.
HISTORY_UNITS = _table(
    "history_units",
    "id at:moment actor role institution_id? municipality_id? access entries:integer views:integer digest key_id? seal?",
    "id",
    indexes=("at",),
)
# The chain of each entity: `hash` is over the entry before, who, when, and the digest of `salt` and `document`. The document has
# the reason and the rows before and after; where it was erased, it and the salt are empty, and the digest keeps the chain.
HISTORY = _table(
    "history",
    "kind entity_id number:integer unit_id at:moment action actor role institution_id? municipality_id? document? salt? digest hash",
    "kind entity_id number",
    references=("unit_id -> history_units",),
    indexes=("unit_id",),
)
# The last entry of each chain: `version` is its number.
HISTORY_HEADS = _table("history_heads", "kind entity_id hash key_id? seal? version:integer", "kind entity_id")
# Whose personal data were seen; `learner_id` is empty where very many were read at once.
HISTORY_VIEWS = _table(
    "history_views",
    "unit_id number:integer at:moment actor role institution_id? municipality_id? learner_id? rows:integer document? salt? digest",
    "unit_id number",
    references=("unit_id -> history_units",),
    indexes=("learner_id",),
)
# What was erased, and proof of it, without anybody's name or id.
ERASURES = _table(
    "erasures", "id on:day kind role rows_removed:integer cells_cleared:integer history_cleared:integer digest", "id"
)

# In an order in which rows can be written: what is referred to comes first.
TABLES: tuple[Table, ...] = (
    REGISTER_INFO,
    OVERLAYS,
    MUNICIPALITIES,
    INSTITUTIONS,
    PARTNERSHIPS,
    LEARNERS,
    ENROLMENTS,
    ABSENCES,
    MARKS,
    RISK_SUGGESTIONS,
    RISK_EVIDENCE,
    PLANS,
    PLAN_RISKS,
    PLAN_MEASURES,
    PLAN_MEASURE_RISKS,
    PLAN_STEPS,
    PLAN_PEOPLE,
    PLAN_TRANSFERS,
    PLAN_VERSIONS,
    ASSIGNMENTS,
    SCHEDULES,
    SCHEDULE_WEEKDAYS,
    SESSIONS,
    PAYEES,
    CLAIMS,
    CLAIM_RECEIPTS,
    CLAIM_VERSIONS,
    DECISIONS,
    DECISION_LINES,
    OTHER_FUNDING,
    CONFLICT_OVERRIDES,
    PAYMENT_BATCHES,
    PAYMENT_ENTRIES,
    BUDGETS,
    EVALUATIONS,
    EVALUATION_RISKS,
    EVALUATION_MEASURES,
    SOURCE_KEYS,
    SOURCE_PROBLEMS,
    PERSONAL_CODES,
    HISTORY_UNITS,
    HISTORY,
    HISTORY_HEADS,
    HISTORY_VIEWS,
    ERASURES,
)
