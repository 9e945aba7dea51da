"""Whether what the register keeps is what the walk brought about, and nothing that the table does not have."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from plan_kept import ModelPlan
from plan_model import Model
from plan_table import CHAINS, INITIAL, RELEASED, STATUSES, STEPS

from pmp_core.plans import SupportPlan
from pmp_core.register import UnitOfWork, tables

# All that a walk writes to, in an order in which rows can be written.
CASE_TABLES = tuple(
    table
    for table in tables.TABLES
    if table.name.startswith(("plan", "assignment", "schedule", "session", "claim", "decision", "evaluation"))
)
Dump = dict[str, list[dict[str, Any]]]


def dump(work: UnitOfWork) -> Dump:
    """Every row that a walk could have changed."""
    return {table.name: work.transaction.find(table) for table in CASE_TABLES}


def by_plan(rows: list[dict[str, Any]], *columns: str) -> dict[str, list[tuple[Any, ...]]]:
    """These columns of the rows, plan by plan, in the order of the key."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        found[row["plan_id"]].append(tuple(row[column] for column in columns))
    return found


def check_rows(rows: Dump, model: Model) -> None:
    """The rows say what the model says, of every plan and of what hangs on it."""
    steps = by_plan(rows["plan_steps"], "step", "source", "target", "actor", "role", "on", "reason")
    transfers = by_plan(
        rows["plan_transfers"], "source_institution_id", "source_partner_kind", "target_institution_id", "on", "plan_version"
    )
    versions = by_plan(rows["plan_versions"], "version", "change", "on", "actor", "role", "reason")
    risks, measures = by_plan(rows["plan_risks"], "factor"), by_plan(rows["plan_measures"], "number", "kind", "specialist")
    addressed = by_plan(rows["plan_measure_risks"], "factor")
    assert [row["id"] for row in rows["plans"]] == sorted(model.plans)
    for row in rows["plans"]:
        plan = model.plans[row["id"]]
        kept = plan.contents
        assert (row["status"], row["released"], row["holds_place"]) == (
            plan.status,
            plan.released,
            None if plan.released else True,
        )
        assert (row["learner_id"], row["semester"]) == (plan.learner, plan.semester)
        assert (row["institution_id"], row["partner_kind"]) == (plan.institution, plan.kind)
        assert (row["first_day"], row["last_day"], row["applied_on"]) == (kept.first_day, kept.last_day, kept.applied_on)
        assert (row["preparation_paid_on"], row["rolled_over_from"]) == (plan.paid, kept.rolled_over_from)
        assert steps[plan.id] == plan.steps
        assert transfers[plan.id] == plan.transfers
        assert versions[plan.id] == [(n, *version) for n, version in enumerate(plan.versions, 1)]
        assert row["version"] == len(plan.versions)
        assert risks[plan.id] == [(risk.factor,) for risk in kept.risks]
        assert measures[plan.id] == [(m.number, m.kind, m.specialist) for m in kept.measures]
        assert addressed[plan.id] == [(factor,) for m in kept.measures for factor in m.risks]
        check_life(plan, steps[plan.id], transfers[plan.id])
    holding = [(row["learner_id"], row["semester"]) for row in rows["plans"] if row["status"] not in RELEASED]
    assert len(holding) == len(set(holding)), "two plans of one learner and semester"
    check_beside(rows, model)


def check_beside(rows: Dump, model: Model) -> None:
    """What hangs on the plans: delivery, evaluations, claims, and who is assigned."""

    def of(table: str, *columns: str) -> list[tuple[Any, ...]]:
        return [tuple(row[column] for column in ("id", *columns)) for row in rows[table]]

    def held(entities: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
        found = sorted(entities.values(), key=lambda entity: entity.id)
        return [tuple(getattr(entity, name) for name in ("id", *names)) for entity in found]

    for table, entities, names in (
        ("sessions", model.sessions, ("plan_id", "measure", "day", "absent_because", "group_id", "assignment_id", "version")),
        ("schedules", model.schedules, ("plan_id", "measure", "first_day", "last_day", "version")),
        ("evaluations", model.evaluations, ("plan_id", "evaluated_on", "version")),
        ("claims", model.claims, ("plan_id", "status", "submitted_on", "decision_digest", "version")),
        ("assignments", model.assignments, ("person", "institution_id", "first_day", "last_day", "version")),
    ):
        assert of(table, *names) == held(entities, *names), table
    assert {row["schedule_id"] for row in rows["schedule_weekdays"]} == set(model.schedules)


def check_life(plan: ModelPlan, steps: list[tuple[Any, ...]], transfers: list[tuple[Any, ...]]) -> None:
    """Every step is a row of the table, from where the one before it led, by who may take it, and approvals follow the chain."""
    status, approved, day = INITIAL, 0, None
    kinds = [kind for _, kind, *_ in transfers] + [plan.kind]  # the one before each transfer, then the present one
    for name, source, target, _, role, on, reason in steps:
        row, chain = STEPS[name], CHAINS[kinds[0]]
        assert source == status
        assert source in row["from"]
        assert role in row["actors"]
        assert reason or not row.get("reason_required")
        assert day is None or day <= on
        last = name != "approve" or approved == len(chain) - 1
        assert target == (row["to"] if last else source)
        if name == "approve":
            assert role == chain[approved], "not this station's turn"
        approved = approved + 1 if name == "approve" else 0
        kinds = kinds[1:] if name == "transfer" else kinds
        status, day = target, on
    assert status == plan.status
    assert status in STATUSES
    assert len(kinds) == 1


def check_documents(rows: Dump, seen: dict[tuple[str, int], str], told: dict[tuple[str, int], SupportPlan]) -> None:
    """Each version reads back as the library gave it when it was made, and stays as it was."""
    for row in rows["plan_versions"]:
        key = (row["plan_id"], row["version"])
        if key not in seen:
            assert SupportPlan.model_validate_json(row["document"]) == told[key]
            seen[key] = row["document"]
        assert seen[key] == row["document"], "a version was changed afterwards"
