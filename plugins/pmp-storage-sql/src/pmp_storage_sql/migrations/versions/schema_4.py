"""Schema 4: personal codes, the history, what was erased."""

from pmp_storage_sql.migrations.steps import Steps

revision = "4"
down_revision = "3"


def upgrade(steps: Steps) -> None:
    """What schema 4 has more than schema 3."""
    steps.table(
        "personal_codes",
        "learner_id:text(760) number:integer cipher match:text(760) key_id noted_on:day source?",
        key="learner_id number",
        references=("learner_id -> learners",),
        indexes=("match",),
    )
    steps.table(
        "history_units",
        "id:text(760) at:moment actor role institution_id? municipality_id? access entries:integer views:integer digest key_id? "
        "seal?",
        key="id",
        indexes=("at",),
    )
    steps.table(
        "history",
        "kind:text(380) entity_id:text(380) number:integer unit_id:text(760) at:moment action actor role institution_id? "
        "municipality_id? document? salt? digest hash",
        key="kind entity_id number",
        references=("unit_id -> history_units",),
        indexes=("unit_id",),
    )
    steps.table(
        "history_heads",
        "kind:text(380) entity_id:text(380) hash key_id? seal? version:integer",
        key="kind entity_id",
    )
    steps.table(
        "history_views",
        "unit_id:text(760) number:integer at:moment actor role institution_id? municipality_id? learner_id:text(760)? "
        "rows:integer document? salt? digest",
        key="unit_id number",
        references=("unit_id -> history_units",),
        indexes=("learner_id",),
    )
    steps.table(
        "erasures",
        "id:text(760) on:day kind role rows_removed:integer cells_cleared:integer history_cleared:integer digest",
        key="id",
    )
    steps.columns("learners", "erased_on:day?")
