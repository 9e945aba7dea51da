"""A learner who changes institution: who has the plan, and who sees what of it."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import frozen

from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.measures import Session
from pmp_core.plans import SupportPlan
from pmp_core.register import admission, facts, tables
from pmp_core.register.access.doors import door
from pmp_core.register.casework.delivery import end_schedule
from pmp_core.register.casework.plans import circumstances
from pmp_core.register.casework.versions import check_version, keep_version, plan_version
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Actor


@door("transfer-plan", "institution_id")
def transfer_plan(
    work: UnitOfWork,
    programme: Programme,
    plan_id: str,
    institution_id: str,
    *,
    by: Actor,
    on: date,
    reason: str | None = None,
    version: int | None = None,
) -> SupportPlan:
    """Take a plan over at the institution its learner went to. It stays one plan: risks, measures, sessions, claims, steps.

    It goes under revision there, and the receiving institution's chain approves it again. The old institution's schedules end
    the day before. `plans.transfer.owner` says whether plans go with their learners at all. While the learner is still enrolled
    at the old institution, it takes a reason.

    Args:
        work: the unit of work.
        programme: whose life cycle and law count.
        plan_id: which plan; `institution_id`: the receiving institution.
        by: who takes it over there, in which role; `on`: the first day on which it is theirs; `reason`: why.
        version: of the plan that the person looked at; None does not ask whether it was changed since.

    Raises:
        NotFound: no such plan or institution.
        VersionConflict: `version-conflict`.
        ProgrammeError: `chain-unknown`, `step-unknown`.
        StepRefused: `transfer-owner-stays`, `transfer-without-partner`, `transfer-after-session`, `transfer-still-enrolled`,
            `partner-kind-unset`, `other-institution`, `other-municipality`; what `SupportPlan.transferred` raises.
    """
    plan = work.plans.get(plan_id)
    check_version(work, plan, version)
    owner = programme.read("plans.transfer.owner", on)
    if owner.value != ("receiving-institution",):
        raise StepRefused(
            "transfer-owner-stays",
            "Under this programme a plan does not go with its learner to another institution.",
            found=owner.state if owner.value is None else owner.value,
            remedy="Suspend or close it where it is. `plans.transfer.owner` says so; an overlay can say otherwise.",
        )
    kind = admission.partner_kind_of(work, institution_id)
    cycle = programme.life_cycle("plan")
    cycle.chain(kind)
    admission.check_scope(work, by, institution_id)
    if not facts.partner_on(work, institution_id, on):
        raise StepRefused(
            "transfer-without-partner",
            "The receiving institution does not take part in the programme on this day.",
            found=institution_id,
            remedy="Suspend or close the plan where it is, or add the agreement if there is one.",
        )
    # What a measure's own institution delivers it goes on delivering, be it the old one.
    sessions = work.sessions.find(plan_id=plan.id)
    late = [s for s in sessions if s.day >= on and plan.measure(s.measure).institution_id is None]
    if late and institution_id != plan.institution_id:
        raise StepRefused(
            "transfer-after-session",
            "Sessions of the plan were held at the old institution on or after this day.",
            found=max(session.day for session in late),
            remedy="Take the plan over on a later day, or correct the sessions.",
        )
    enrolled = {e.institution_id for e in work.enrolments.find(learner_id=plan.learner_id) if on in e.days}
    if plan.institution_id in enrolled and institution_id in enrolled - {plan.institution_id} and not (reason or "").strip():
        raise StepRefused(
            "transfer-still-enrolled",
            "On this day the learner is still enrolled at the institution that has the plan.",
            found=plan.institution_id,
            remedy="Say why the plan is to go with the learner all the same, or have its people add measures that you deliver.",
        )
    now = circumstances(work, programme, plan, on, enrolled_at_receiving=institution_id in enrolled)
    taken = plan.transferred(institution_id, kind, life_cycle=cycle, by=by, on=on, reason=reason, circumstances=now)
    _end_schedules(work, plan, on)
    if work.transaction.get(tables.PLAN_VERSIONS, (plan.id, plan.version)) is None:
        # Of a release that wrote no versions down; it is what the old institution goes on seeing.
        keep_version(
            work, plan, "kept-before", by=_last_to_act(plan, by), on=plan.steps[-1].on if plan.steps else plan.entered_on
        )
    return keep_version(work, work.plans.put(taken), "transfer", by=by, on=on, reason=reason)


def _last_to_act(plan: SupportPlan, by: Actor) -> Actor:
    """Who took the plan's last step, or entered it: not who takes it over."""
    last = plan.steps[-1] if plan.steps else None
    return Actor(name=last.actor, role=last.role) if last else Actor(name=plan.prepared_by, role=by.role)


def _end_schedules(work: UnitOfWork, plan: SupportPlan, on: date) -> None:
    """What the old institution was to hold from the day on, it does not hold; what a third one delivers goes on."""
    for schedule in work.schedules.find(plan_id=plan.id):
        if schedule.last_day >= on and plan.measure(schedule.measure).institution_id is None:
            end_schedule(work, schedule.id, last_day=on - timedelta(days=1))


@frozen
class PlanView:
    """What an institution sees of a plan.

    Args:
        sees: a code of `plan-views`: the whole, until the transfer, the measures it delivers, that there is one, nothing.
        institution_id: whose plan it is; None where nothing is seen.
        plan: as it is, or as it was; None where the contents are not seen.
        sessions: what of its delivery is seen.
    """

    sees: str
    institution_id: str | None = None
    plan: SupportPlan | None = None
    sessions: tuple[Session, ...] = ()


@door("see-plans", "institution_id")
def see_plan(work: UnitOfWork, programme: Programme, plan_id: str, institution_id: str, *, on: date) -> PlanView:
    """What an institution sees of a plan on a day: its own wholly, one that left it as the law says, and likewise one of which
    it delivers a measure, and one of a learner who is enrolled there too. Where the law is not set, nothing.

    Raises:
        NotFound: no such plan.
    """
    plan = work.plans.get(plan_id)
    sessions = work.sessions.find(plan_id=plan_id, order=("day",))
    left = [transfer for transfer in plan.transfers if transfer.source_institution_id == institution_id]
    if institution_id == plan.institution_id:
        sees = "whole"
    elif left:
        sees = _sees(programme, "plans.transfer.former-owner-sees", on)
    elif any(measure.institution_id == institution_id for measure in plan.measures):
        sees = _sees(programme, "plans.delivering-institution-sees", on)
    elif any(on in e.days for e in work.enrolments.find(learner_id=plan.learner_id, institution_id=institution_id)):
        sees = _sees(programme, "plans.transfer.other-institution-sees", on)
    else:
        sees = "nothing"
    if sees == "whole":
        return PlanView(sees, plan.institution_id, plan, tuple(sessions))
    if sees == "until-transfer" and left:
        then = tuple(s for s in sessions if s.day < left[-1].on or facts.delivering_institution(plan, s) == institution_id)
        return PlanView(sees, plan.institution_id, plan_version(work, plan_id, left[-1].plan_version), then)
    if sees == "own-measures":
        own = tuple(measure for measure in plan.measures if measure.institution_id == institution_id)
        addressed = {factor for measure in own for factor in measure.risks}
        risks = tuple(risk.changed(suggestion_id=None, note=None) for risk in plan.risks if risk.factor in addressed)
        hidden = {"aims": None, "responsible": (), "steps": (), "transfers": ()}
        numbers = {measure.number for measure in own}
        held = tuple(session for session in sessions if session.measure in numbers)
        return PlanView(sees, plan.institution_id, plan.changed(measures=own, risks=risks, **hidden), held)
    # Where the other institution never had the plan, there is no «until»: it sees that there is one.
    return PlanView("nothing") if sees == "nothing" else PlanView("existence", plan.institution_id)


def _sees(programme: Programme, path: str, on: date) -> str:
    value = programme.read(path, on).value
    return str(value[0]) if isinstance(value, tuple) and value else "nothing"
