"""Schema 2: what stands behind a suggestion, plans with versions and transfers, assignments and schedules. Never released."""

from pmp_storage_sql.migrations.steps import Steps

revision = "2"
down_revision = "1"


def upgrade(steps: Steps) -> None:
    """What schema 2 has more than schema 1."""
    steps.columns("risk_suggestions", "at_least:boolean? signalled_on:day?")
    steps.table(
        "risk_evidence",
        "suggestion_id:text(760) position:integer record institution_id day:day? lesson:integer? absence? semester? subject? "
        "points:integer? track? level:integer? first_day:day? last_day:day?",
        key="suggestion_id position",
        references=("suggestion_id -> risk_suggestions",),
    )
    steps.columns("plans", "rolled_over_from? preparation_paid_on:day?")
    steps.columns("plan_measures", "responsible? institution_id?")
    steps.table(
        "plan_people",
        "plan_id:text(760) position:integer name duty",
        key="plan_id position",
        references=("plan_id -> plans",),
    )
    steps.table(
        "plan_transfers",
        "plan_id:text(760) position:integer source_institution_id:text(760) source_partner_kind target_institution_id:text(760) "
        "on:day plan_version:integer actor role reason?",
        key="plan_id position",
        references=("plan_id -> plans", "source_institution_id -> institutions", "target_institution_id -> institutions"),
        indexes=("source_institution_id", "target_institution_id"),
    )
    steps.table(
        "plan_versions",
        "plan_id:text(760) version:integer change on:day actor role reason? document",
        key="plan_id version",
        references=("plan_id -> plans",),
    )
    steps.table(
        "assignments",
        "id:text(760) person institution_id:text(760) specialist first_day:day last_day:day? agreement? version:integer",
        key="id",
        references=("institution_id -> institutions",),
        indexes=("institution_id",),
    )
    steps.table(
        "schedules",
        "id:text(760) plan_id:text(760) measure:integer first_day:day last_day:day every_weeks:integer minutes:integer "
        "specialist delivered_by mode attendance version:integer",
        key="id",
        references=("plan_id -> plans",),
        indexes=("plan_id",),
    )
    steps.table(
        "schedule_weekdays",
        "schedule_id:text(760) position:integer weekday",
        key="schedule_id position",
        references=("schedule_id -> schedules",),
    )
    steps.columns("sessions", "assignment_id? group_id? absent_because?")
    steps.columns("evaluation_risks", "signal?")
    steps.columns("evaluation_measures", "sessions:integer? minutes:integer?")
