"""A plan from draft to close: what is kept of it, and its steps."""

from __future__ import annotations

from datetime import date

from pmp_core.compensation import Claim
from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.measures import Schedule, Session
from pmp_core.plans import SupportPlan
from pmp_core.plans.guards import EVALUATED, EVALUATED_OR_REASON, GUARDS, NO_MONEY_USED, Circumstances
from pmp_core.plans.plan import SUBMIT, TRANSFER
from pmp_core.programme import LifeCycle
from pmp_core.register import admission, claim_admission, facts
from pmp_core.register.access.doors import door
from pmp_core.register.casework.versions import check_version, keep_version
from pmp_core.register.collection import UnitOfWork
from pmp_core.rules import Result
from pmp_core.values import Actor, DayRange


@door("write-plan", "plan")
def add_plan(work: UnitOfWork, programme: Programme, plan: SupportPlan, *, by: Actor) -> SupportPlan:
    """Keep a new draft, if it fits its institution, its learner, its semester and the risks that were confirmed.

    Raises:
        StepRefused: `plan-not-initial`, `step-by-role`, `other-institution`, `other-municipality`, `learner-erased`, and with
            ProgrammeError and InvalidValue what `admission.check_plan` raises.
    """
    cycle = programme.life_cycle("plan")
    if plan.status != cycle.initial or plan.released or plan.steps or plan.transfers or plan.preparation_paid_on is not None:
        raise StepRefused(
            "plan-not-initial",
            "A new plan begins as a draft that holds its learner's place.",
            found=plan.status,
            remedy=f"Give it the status {cycle.initial!r}, not released, and neither steps nor transfers nor a day of payment.",
        )
    _check_author(cycle, by)
    admission.check_scope(work, by, plan.institution_id)
    admission.check_known(work, plan.learner_id)
    admission.check_plan(work, programme, plan)
    return keep_version(work, work.plans.add(plan), "draft", by=by, on=plan.entered_on)


@door("write-plan", "plan")
def change_plan(
    work: UnitOfWork, programme: Programme, plan: SupportPlan, *, by: Actor, on: date, reason: str | None = None
) -> SupportPlan:
    """Keep a plan with other contents: risks, measures, days. Only while it is open: from where it can be submitted.

    Args:
        work: the unit of work.
        programme: whose life cycle and law count.
        plan: the plan as it is to be, with the version that was read.
        by: who changes it; `on`: the day; `reason`: why.

    Raises:
        NotFound: no such plan.
        VersionConflict: `version-conflict`, naming who changed the plan since it was read.
        StepRefused: `plan-not-open`; `change-without-step`, where what only steps change differs from what is kept;
            `measure-in-use`, `plan-days-in-use`, where sessions, schedules or claims need what would be gone;
            `step-by-role`, `step-before-the-last`, `other-institution`, `other-municipality`; and with ProgrammeError and
            InvalidValue what `admission.check_plan` raises.
    """
    kept, cycle = work.plans.get(plan.id), programme.life_cycle("plan")
    check_version(work, kept, plan.version)
    if kept.status not in (cycle.initial, *cycle.step("submit").sources):
        raise StepRefused(
            "plan-not-open",
            "The contents of a plan change only in a draft or under revision.",
            found=kept.status,
            remedy=f"Possible from here: {', '.join(cycle.possible(kept.status)) or 'nothing'}.",
        )
    if _fixed(plan) != _fixed(kept):
        raise without_step(plan.status)
    _check_author(cycle, by)
    kept.check_not_before_the_last_step(on)
    admission.check_scope(work, by, kept.institution_id)
    admission.check_plan(work, programme, plan)
    _check_used(work, programme, kept, plan)
    return keep_version(work, work.plans.put(plan), "contents", by=by, on=on, reason=reason)


def _check_used(work: UnitOfWork, programme: Programme, kept: SupportPlan, plan: SupportPlan) -> None:
    """What was delivered, scheduled or claimed names its measure by number and lies within the plan: that stays so."""
    sessions, schedules = work.sessions.find(plan_id=plan.id), work.schedules.find(plan_id=plan.id)
    claims = _standing(work, programme, plan)
    before, after = ({m.number: (m.kind, m.institution_id) for m in one.measures} for one in (kept, plan))
    uses: list[Session | Schedule | Claim] = [*sessions, *schedules, *claims]
    for used in uses:
        if before.get(used.measure) != after.get(used.measure):
            raise StepRefused(
                "measure-in-use",
                f"Measure {used.measure} has sessions, a schedule or a claim, and would be gone, or become another kind or another institution's.",
                found=used.id,
                remedy="Leave it with its number, kind and institution; add a new measure, or take the schedule out (`end_schedule`).",
            )
    days = [DayRange(session.day, session.day) for session in sessions]
    days += [schedule.days for schedule in schedules] + [claim.days for claim in claims]
    for used_days in days:
        if kept.days.covers(used_days) and not plan.days.covers(used_days):
            raise StepRefused(
                "plan-days-in-use",
                "Sessions were held or are scheduled, or money is claimed, for days that would be outside the plan.",
                found=f"{used_days.first}..{used_days.last}",
                remedy=f"The plan was {kept.first_day}..{kept.last_day}: keep these days in it, or end the schedule first.",
            )


def _standing(work: UnitOfWork, programme: Programme, plan: SupportPlan) -> list[Claim]:
    """The plan's claims that stand, and those for which money moved: one that was paid and then refused has to stay decidable."""
    claims = work.claims.find(plan_id=plan.id)
    live = claim_admission.live(work, programme.life_cycle("claim"), claims)
    moved = {entry.claim_id for entry in work.entries.find(claim_id=[claim.id for claim in claims])} if claims else set()
    return [*live, *(claim for claim in claims if claim.id in moved and claim not in live)]


def _check_author(cycle: LifeCycle, by: Actor) -> None:
    """Whether the role may work on contents: those that submit a plan, or take it under revision."""
    authors = tuple(dict.fromkeys((*cycle.step(SUBMIT).actors, *cycle.step("revise").actors)))
    if by.role not in authors:
        raise StepRefused(
            "step-by-role",
            f"The role {by.role!r} does not work on the contents of a plan.",
            found=by.role,
            remedy=f"It is for: {', '.join(authors)}.",
        )


def _fixed(plan: SupportPlan) -> tuple[object, ...]:
    """What of a plan only steps, transfers and pay change."""
    entered = plan.entered_on if plan.steps else None  # once it was submitted: whether it came late is measured by it
    own = (plan.learner_id, plan.institution_id, plan.partner_kind, plan.semester, entered)
    return (*own, plan.status, plan.released, plan.steps, plan.transfers, plan.rolled_over_from, plan.preparation_paid_on)


def without_step(status: str) -> StepRefused:
    """The refusal of a changed status or of changed steps where no step was taken."""
    return StepRefused(
        "change-without-step",
        "The learner, the institution, the semester, the status and the steps do not change with the contents.",
        found=status,
        remedy="Leave them as they are, and take the step, or the transfer.",
    )


@door("take-plan-step", "plan_id")
def take_plan_step(
    work: UnitOfWork,
    programme: Programme,
    plan_id: str,
    step: str,
    *,
    by: Actor,
    on: date,
    reason: str | None = None,
    version: int | None = None,
) -> SupportPlan:
    """A step of a plan's life. Status and role are looked at first, then the law where the plan is submitted or closed.

    Args:
        work: the unit of work.
        programme: whose life cycle and law count.
        plan_id: which plan; `step`: a name of its life cycle's steps.
        by: who takes it, in which role; `on`: the day; `reason`: why; some steps need one.
        version: of the plan that the person looked at; None does not ask whether it was changed since.

    Raises:
        NotFound: no such plan.
        VersionConflict: `version-conflict`, naming who changed the plan since.
        StepRefused: `transfer-unnamed`; `plan-cleared`; `other-institution`, `other-municipality`; `plan-entry-refused` with the decision's reasons;
            `evaluation-stale`, where the kept evaluation no longer covers the plan; or what `SupportPlan.take` raises.
    """
    plan = work.plans.get(plan_id)
    check_version(work, plan, version)
    if step == TRANSFER:
        raise StepRefused(
            "transfer-unnamed",
            "A transfer names the institution that takes the plan over.",
            found=step,
            remedy="Use `transfer_plan`, or `pmp plans transfer`.",
        )
    cycle = programme.life_cycle("plan")
    row = cycle.allowed(step, plan.status, by.role, reason)
    admission.check_scope(work, by, plan.institution_id)
    if row.target in facts.statuses_in_force(programme, on) and not (plan.risks and plan.measures):
        raise StepRefused(
            "plan-cleared",
            "All measures were taken out of the plan, so that it can be deleted.",
            found=plan.id,
            remedy="Delete it; or take it under revision, and plan measures again.",
        )
    if step == SUBMIT:
        result: Result = programme.rule("plan-entry").decide(facts.plan_entry_facts(work, plan))
        if result.outcome != "granted":
            raise StepRefused(
                "plan-entry-refused",
                f"The plan cannot be submitted: {', '.join(result.reasons)}.",
                found=result.outcome,
                remedy=f"`pmp rules show plan-entry` tells what has to be so.\n{result.explain('en')}",
            )
    if {EVALUATED, EVALUATED_OR_REASON} & set(row.guards):
        _check_evaluation(work, programme, plan)
    now = circumstances(work, programme, plan, on)
    kept = work.plans.put(plan.take(step, life_cycle=cycle, by=by, on=on, reason=reason, circumstances=now))
    return keep_version(work, kept, step, by=by, on=on, reason=reason)


def _check_evaluation(work: UnitOfWork, programme: Programme, plan: SupportPlan) -> None:
    for evaluation in work.evaluations.find(plan_id=plan.id):
        later = [
            session.day
            for session in work.sessions.find(plan_id=plan.id)
            if session.attended and session.day > evaluation.evaluated_on
        ]
        if later:
            raise StepRefused(
                "evaluation-stale",
                "Sessions were held after the plan was evaluated.",
                found=max(later),
                remedy=f"It was evaluated on {evaluation.evaluated_on}: evaluate it again, on that day or later.",
            )
        closing: Result = programme.rule("plan-closing").decide(evaluation.facts(plan))
        if closing.outcome != "granted":
            raise StepRefused(
                "evaluation-stale",
                f"The evaluation does not cover the plan as it is now: {', '.join(closing.reasons)}.",
                found=evaluation.id,
                remedy=f"Complete the evaluation, and keep it again.\n{closing.explain('en')}",
            )


def circumstances(
    work: UnitOfWork, programme: Programme, plan: SupportPlan, on: date, *, enrolled_at_receiving: bool | None = None
) -> Circumstances:
    """What the guards of a plan's steps need to know of the register on a day."""
    claims = _standing(work, programme, plan)
    return Circumstances(
        on=on,
        semester=programme.calendar.semester_of(on),
        money_used=bool(claims or plan.preparation_paid_on or work.sessions.count(plan_id=plan.id)),
        evaluated=bool(work.evaluations.count(plan_id=plan.id)),
        enrolled_at_receiving=enrolled_at_receiving,
    )


@door("write-plan", "plan_id")
def clear_plan(
    work: UnitOfWork, programme: Programme, plan_id: str, *, by: Actor, on: date, reason: str | None = None
) -> SupportPlan:
    """Take all measures, their risks and justifications, and its schedules, out of a plan that is to be deleted.

    The law asks for it before the step `delete`, and the same roles do it, from the same statuses, while no money was used.
    The version before stays written down.

    Raises:
        NotFound: no such plan.
        StepRefused: `step-from-status`, `step-by-role`, `step-guarded`, `other-institution`, `other-municipality`.
    """
    plan, cycle = work.plans.get(plan_id), programme.life_cycle("plan")
    cycle.allowed("delete", plan.status, by.role, reason)
    admission.check_scope(work, by, plan.institution_id)
    refusal = GUARDS[NO_MONEY_USED](plan, circumstances(work, programme, plan, on))
    if refusal is not None:
        raise StepRefused("step-guarded", f"The measures cannot be taken out: {refusal}", found=NO_MONEY_USED)
    work.schedules.remove(schedule.id for schedule in work.schedules.find(plan_id=plan_id))
    kept = work.plans.put(plan.changed(risks=(), measures=()))
    return keep_version(work, kept, "clear", by=by, on=on, reason=reason)


@door("note-preparation-paid", "plan_id")
def pay_preparation(work: UnitOfWork, programme: Programme, plan_id: str, *, by: Actor, on: date, paid_on: date) -> SupportPlan:
    """Write down that the plan's preparation was paid with the project's money: from then on it cannot be deleted.

    Raises:
        NotFound: no such plan.
        StepRefused: `preparation-paid` before; `preparation-not-payable`, where the plan was never in force until `paid_on`, or
            was deleted since; `preparation-paid-later`, where `paid_on` is still to come; `other-institution`, `other-municipality`.
    """
    plan = work.plans.get(plan_id)
    admission.check_code(programme, "roles", by.role, on, "correct the day")
    admission.check_scope(work, by, plan.institution_id)
    if plan.preparation_paid_on is not None:
        raise StepRefused(
            "preparation-paid",
            "The preparation of the plan was paid before.",
            found=plan.preparation_paid_on,
            remedy="It is paid once.",
        )
    if plan.released or not facts.was_in_force(programme, plan, paid_on):
        raise StepRefused(
            "preparation-not-payable",
            "The plan was deleted." if plan.released else "The plan was not yet approved on this day.",
            found=plan.status if plan.released else paid_on,
            remedy="Pay for a plan that all stations have approved. One that money was used for is not deleted.",
        )
    if paid_on > on:
        raise StepRefused(
            "preparation-paid-later", "The payment is still to come.", found=paid_on, remedy="Write it down when it was made."
        )
    kept = work.plans.put(plan.changed(preparation_paid_on=paid_on))
    return keep_version(work, kept, "preparation-paid", by=by, on=on)
