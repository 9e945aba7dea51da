"""The versions of a plan: each one that was kept, with who made it, when and why."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from pmp_core.errors import NotFound, VersionConflict
from pmp_core.plans import SupportPlan
from pmp_core.register import tables
from pmp_core.register.access.doors import door
from pmp_core.register.casework.written_versions import WrittenVersion, version_fields, write_version
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.schema import Row
from pmp_core.values import Actor


@frozen
class PlanVersion(WrittenVersion):
    """One version of a plan.

    Args:
        plan: the plan as it was then.
    """

    plan: SupportPlan


def keep_version(
    work: UnitOfWork, plan: SupportPlan, change: str, *, by: Actor, on: date, reason: str | None = None
) -> SupportPlan:
    """Write down a version of a plan that was just kept, and give the plan back."""
    key, table = {"plan_id": plan.id}, tables.PLAN_VERSIONS
    write_version(work.transaction, table, key, plan, version=plan.version, change=change, by=by, on=on, reason=reason)
    return plan


@door("see-plans", "plan_id")
def plan_versions(work: UnitOfWork, plan_id: str) -> list[PlanVersion]:
    """Every version of a plan that was written down, oldest first. What 0.1.0 kept has none.

    Raises:
        NotFound: no such plan.
    """
    work.plans.get(plan_id)
    return [_version(row) for row in work.transaction.find(tables.PLAN_VERSIONS, {"plan_id": plan_id}, order=["version"])]


@door("see-plans", "plan_id")
def plan_version(work: UnitOfWork, plan_id: str, version: int) -> SupportPlan:
    """A plan as it was in one of its versions.

    Raises:
        NotFound: `plan-version-unknown`; or no such plan.
    """
    plan = work.plans.get(plan_id)
    if plan.version == version:
        return plan
    row = work.transaction.get(tables.PLAN_VERSIONS, (plan_id, version))
    if row is None:
        known = [str(kept.version) for kept in plan_versions(work, plan_id)]
        raise NotFound(
            "plan-version-unknown",
            "This version of the plan was not written down.",
            found=version,
            remedy=f"Versions: {', '.join(dict.fromkeys((*known, str(plan.version))))}.",
        )
    return _version(row).plan


def check_version(work: UnitOfWork, plan: SupportPlan, version: int | None) -> None:
    """Whether the plan still has the version that a person looked at before changing it; None does not ask.

    Raises:
        VersionConflict: `version-conflict`, naming who changed the plan since, how and when.
    """
    if version is None or version == plan.version:
        return
    since = [kept for kept in plan_versions(work, plan.id) if kept.version > version]
    who = "; ".join(f"{kept.version}: {kept.actor} ({kept.role}), {kept.change}, {kept.on}" for kept in since)
    raise VersionConflict(
        "version-conflict",
        f"The plan was changed since it was read in version {version}." + (f" Since then: {who}." if who else ""),
        found=plan.version,
        remedy="Read it again, look at what changed (`plan.diff`, `pmp plans diff`), and repeat your change on it.",
    )


def _version(row: Row) -> PlanVersion:
    return PlanVersion(**version_fields(row), plan=SupportPlan.model_validate_json(str(row["document"])))
