"""Schema 1: as pmp-core 0.1.0 made it."""

from pmp_storage_sql.migrations.steps import Steps

revision = "1"
down_revision = None


def upgrade(steps: Steps) -> None:
    """What schema 1 has."""
    steps.table(
        "register_info",
        "name:text(760) value",
        key="name",
    )
    steps.table(
        "overlays",
        "position:integer name text",
        key="position",
    )
    steps.table(
        "municipalities",
        "id:text(760) name territory_code? version:integer",
        key="id",
    )
    steps.table(
        "institutions",
        "id:text(760) name partner_kind? municipality_id:text(760)? registration_number? version:integer",
        key="id",
        references=("municipality_id -> municipalities",),
        indexes=("municipality_id",),
    )
    steps.table(
        "partnerships",
        "id:text(760) first_day:day last_day:day? municipality_id:text(760)? institution_id:text(760)? agreement? "
        "version:integer",
        key="id",
        references=("municipality_id -> municipalities", "institution_id -> institutions"),
        indexes=("municipality_id", "institution_id"),
    )
    steps.table(
        "learners",
        "id:text(760) given_name family_name middle_name? birth_date:day? version:integer",
        key="id",
    )
    steps.table(
        "enrolments",
        "id:text(760) learner_id:text(380) institution_id:text(380) track level:integer first_day:day last_day:day? class_name? "
        "version:integer",
        key="id",
        unique=("learner_id institution_id first_day",),
        references=("learner_id -> learners", "institution_id -> institutions"),
        indexes=("institution_id",),
    )
    steps.table(
        "absences",
        "id:text(760) learner_id:text(760) institution_id:text(380) day:day lesson:integer? absence source:text(380)",
        key="id",
        references=("learner_id -> learners", "institution_id -> institutions"),
        indexes=("learner_id day", "source institution_id day", "institution_id"),
    )
    steps.table(
        "marks",
        "id:text(760) learner_id:text(380) institution_id:text(253) semester:text(253) subject points:integer? word? "
        "source:text(253)",
        key="id",
        references=("learner_id -> learners", "institution_id -> institutions"),
        indexes=("learner_id semester", "source institution_id semester", "institution_id"),
    )
    steps.table(
        "risk_suggestions",
        "id:text(760) learner_id:text(190) institution_id:text(760) semester:text(190) factor:text(190) suggested_on:day "
        "signal:text(190)? measured:integer? threshold:integer? evidence_first_day:day? evidence_last_day:day? "
        "evidence_records:integer programme_hash? state decided_by? decided_role? decided_on:day? reason? version:integer",
        key="id",
        unique=("learner_id semester factor signal",),
        references=("learner_id -> learners", "institution_id -> institutions"),
        indexes=("institution_id",),
    )
    steps.table(
        "plans",
        "id:text(760) learner_id:text(380) institution_id:text(760) partner_kind semester:text(380) first_day:day last_day:day "
        "entered_on:day prepared_by status released:boolean applied_on:day? aims? holds_place:boolean? version:integer",
        key="id",
        unique=("learner_id semester holds_place",),
        references=("learner_id -> learners", "institution_id -> institutions"),
        indexes=("institution_id",),
    )
    steps.table(
        "plan_risks",
        "plan_id:text(760) position:integer factor suggestion_id:text(760)? note?",
        key="plan_id position",
        references=("plan_id -> plans", "suggestion_id -> risk_suggestions"),
        indexes=("suggestion_id",),
    )
    steps.table(
        "plan_measures",
        "plan_id:text(760) position:integer number:integer kind justification specialist? sessions:integer? minutes:integer?",
        key="plan_id position",
        unique=("plan_id number",),
        references=("plan_id -> plans",),
    )
    steps.table(
        "plan_measure_risks",
        "plan_id:text(760) measure_position:integer position:integer factor",
        key="plan_id measure_position position",
        references=("plan_id -> plans",),
    )
    steps.table(
        "plan_steps",
        "plan_id:text(760) position:integer step source target actor role on:day reason?",
        key="plan_id position",
        references=("plan_id -> plans",),
    )
    steps.table(
        "sessions",
        "id:text(760) plan_id:text(760) measure:integer day:day minutes:integer specialist mode attendance delivered_by "
        "directors_order? attested_on:day? note? version:integer",
        key="id",
        references=("plan_id -> plans",),
        indexes=("plan_id",),
    )
    steps.table(
        "claims",
        "id:text(760) plan_id:text(760) measure:integer kind first_day:day last_day:day requested_cents:cents "
        "cofunded_cents:cents items:integer status submitted_on:day? decision_digest? version:integer",
        key="id",
        references=("plan_id -> plans",),
        indexes=("plan_id",),
    )
    steps.table(
        "claim_receipts",
        "claim_id:text(760) position:integer number issuer day:day amount_cents:cents digest?",
        key="claim_id position",
        references=("claim_id -> claims",),
    )
    steps.table(
        "decisions",
        "claim_id:text(760) number:integer digest rule outcome amount_cents:cents? asked_cents:cents? counted_cents:cents? "
        "programme programme_hash decided_on:day decided_by decided_role document",
        key="claim_id number",
        references=("claim_id -> claims",),
    )
    steps.table(
        "evaluations",
        "id:text(760) plan_id:text(760) evaluated_on:day evaluated_by version:integer",
        key="id",
        unique=("plan_id",),
        references=("plan_id -> plans",),
    )
    steps.table(
        "evaluation_risks",
        "evaluation_id:text(760) position:integer factor result before:integer? after:integer? note?",
        key="evaluation_id position",
        references=("evaluation_id -> evaluations",),
    )
    steps.table(
        "evaluation_measures",
        "evaluation_id:text(760) position:integer number:integer delivered:boolean useful:boolean? note?",
        key="evaluation_id position",
        references=("evaluation_id -> evaluations",),
    )
    steps.table(
        "source_keys",
        "source:text(253) kind:text(253) identity:text(253) entity_id:text(380) fingerprint read_on:day withdrawn_on:day?",
        key="source kind identity",
        indexes=("kind entity_id",),
    )
    steps.table(
        "source_problems",
        "source:text(760) number:integer kind? code message file? row:integer? column_heading? found? remedy",
        key="source number",
    )
