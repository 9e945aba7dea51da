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
SCHEMA_VERSION = 2


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
LEARNERS = _table("learners", "id given_name family_name middle_name? birth_date:day? version:integer", "id")
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
    "submitted_on:day? decision_digest? version:integer",
    "id",
    references=("plan_id -> plans",),
)
CLAIM_RECEIPTS = _table(
    "claim_receipts",
    "claim_id position:integer number issuer day:day amount_cents:cents digest?",
    "claim_id position",
    references=("claim_id -> claims",),
)
DECISIONS = _table(
    "decisions",
    "claim_id number:integer digest rule outcome amount_cents:cents? asked_cents:cents? counted_cents:cents? programme programme_hash "
    "decided_on:day decided_by decided_role document",
    "claim_id number",
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
    CLAIMS,
    CLAIM_RECEIPTS,
    DECISIONS,
    EVALUATIONS,
    EVALUATION_RISKS,
    EVALUATION_MEASURES,
    SOURCE_KEYS,
    SOURCE_PROBLEMS,
)
