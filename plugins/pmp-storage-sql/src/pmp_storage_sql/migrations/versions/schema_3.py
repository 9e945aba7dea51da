"""Schema 3: payments, budgets, other funding, versions and lines of claims. Never released."""

from pmp_storage_sql.migrations.steps import Steps

revision = "3"
down_revision = "2"


def upgrade(steps: Steps) -> None:
    """What schema 3 has more than schema 2."""
    steps.table(
        "payees",
        "id:text(760) name iban? learner_id:text(760)? institution_id:text(760)? version:integer",
        key="id",
        references=("learner_id -> learners", "institution_id -> institutions"),
        indexes=("learner_id", "institution_id"),
    )
    steps.columns("claims", "payee_id?")
    steps.text("claim_receipts", "digest:text(760)?")
    steps.columns("claim_receipts", "identity:text(760)?")
    steps.index("claim_receipts", "identity")
    steps.index("claim_receipts", "digest")
    steps.table(
        "claim_versions",
        "claim_id:text(760) version:integer change on:day actor role reason? document",
        key="claim_id version",
        references=("claim_id -> claims",),
    )
    steps.columns("decisions", "reason?")
    steps.table(
        "decision_lines",
        "claim_id:text(760) number:integer position:integer first_day:day last_day:day outcome asked_cents:cents "
        "cofunded_cents:cents amount_cents:cents? counted_cents:cents? cap_counted_cents:cents? cap_window? digest",
        key="claim_id number position",
        references=("claim_id -> claims",),
    )
    steps.table(
        "other_funding",
        "id:text(760) payer kind:text(380) first_day:day last_day:day? learner_id:text(380)? institution_id:text(760)? "
        "municipality_id:text(760)? track? lowest_level:integer? highest_level:integer? covers per_day_thousandths:integer? "
        "school_days:boolean reference? version:integer",
        key="id",
        references=("learner_id -> learners", "institution_id -> institutions", "municipality_id -> municipalities"),
        indexes=("kind learner_id", "learner_id", "institution_id", "municipality_id"),
    )
    steps.table(
        "conflict_overrides",
        "claim_id:text(380) conflict:text(380) number:integer on:day actor role reason evidence",
        key="claim_id conflict number",
        references=("claim_id -> claims",),
    )
    steps.table(
        "payment_batches",
        "id:text(760) reference:text(760) made_on:day execution_on:day made_by made_role exported_on:day? digest? debtor_iban? "
        "version:integer",
        key="id",
        unique=("reference",),
    )
    steps.table(
        "payment_entries",
        "id:text(760) claim_id:text(760) kind amount_cents:cents decision_number:integer decision_digest payment_of:integer? "
        "batch_id:text(760)? payee_id:text(760)? reference? received_on:day? entered_on:day actor role reason?",
        key="id",
        unique=("claim_id payment_of",),
        references=("claim_id -> claims", "batch_id -> payment_batches", "payee_id -> payees"),
        indexes=("batch_id", "payee_id"),
    )
    steps.table(
        "budgets",
        "id:text(760) institution_id:text(760)? municipality_id:text(760)? kind? semester amount_cents:cents scope:text(760) "
        "version:integer",
        key="id",
        unique=("scope",),
        references=("institution_id -> institutions", "municipality_id -> municipalities"),
        indexes=("institution_id", "municipality_id"),
    )
