"""What a person should look at in a plan: it came late, its learner has left, it is behind its schedule."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.register.access.doors import door
from pmp_core.register.casework.delivery import delivery
from pmp_core.register.collection import UnitOfWork
from pmp_core.rules import Result
from pmp_core.values import Text


@frozen
class Finding:
    """Something to look at. It changes nothing, and nothing is refused because of it.

    Args:
        code: stable, kebab-case.
        text: in both languages.
        days: how many days it is about; None where it is about none.
    """

    code: str
    text: Text
    days: int | None = None


@door("see-plans", "plan_id")
def plan_findings(work: UnitOfWork, programme: Programme, plan_id: str, *, on: date) -> list[Finding]:
    """What there is to look at in a plan on a day: when it came, whether its learner is still there, what is behind.

    Raises:
        NotFound: no such plan.
        ProgrammeError: `semester-unset`, where the days of its semester are not known.
    """
    plan = work.plans.get(plan_id)
    found = [_timeliness(programme, plan)]
    found += _since_the_signal(work, plan)
    open_still = plan.status not in programme.life_cycle("plan").released and bool(
        programme.life_cycle("plan").possible(plan.status)
    )
    if open_still:
        found += _enrolment(work, plan, on)
        found += _over(plan, on)
        found += _behind(work, programme, plan, on)
    return found


def _timeliness(programme: Programme, plan: SupportPlan) -> Finding:
    """Whether the plan came within the deadline, by the rule `plan-timeliness`."""
    first = programme.calendar.days(plan.semester).first
    days = max((plan.entered_on - first).days, 0)
    result: Result = programme.rule("plan-timeliness").decide(on=first, days_after_start=days)
    code, said = {
        "granted": ("plan-in-time", Text("plāns ievadīts laikā", "the plan was entered in time")),
        "refused": ("plan-late", Text("plāns ievadīts pēc termiņa", "the plan was entered after the deadline")),
        "undetermined": (
            "plan-deadline-unset",
            Text(
                "termiņš plāna ievadīšanai nav noteikts (plans.entry-deadline-days)",
                "no deadline for entering a plan is set (plans.entry-deadline-days)",
            ),
        ),
    }[result.outcome]
    text = Text(f"{days}. dienā no semestra sākuma: {said.lv}", f"day {days} from the start of the semester: {said.en}")
    return Finding(code, text, days)


def _since_the_signal(work: UnitOfWork, plan: SupportPlan) -> list[Finding]:
    """How long it took from the first signal behind the plan's risks to the plan."""
    before = work.plans.find(id=[] if plan.rolled_over_from is None else [plan.rolled_over_from])
    known = {risk.suggestion_id for other in before for risk in other.risks}  # that plan came for them, not this one
    behind = [risk.suggestion_id for risk in plan.risks if risk.suggestion_id is not None and risk.suggestion_id not in known]
    suggested = [suggestion for suggestion in work.suggestions.find(id=behind) if suggestion.signal is not None]
    # One that came later, for a risk that was added under revision, did not lead to the plan.
    since = [suggestion.signalled_on or suggestion.suggested_on for suggestion in suggested]
    signalled = [day for day in since if day <= plan.entered_on]
    if not signalled:
        return []
    days = (plan.entered_on - min(signalled)).days
    text = Text(
        f"no pirmās pazīmes ({min(signalled)}) līdz plānam: {days} d.",
        f"from the first signal ({min(signalled)}) to the plan: {days} days",
    )
    return [Finding("signal-to-plan", text, days)]


def _enrolment(work: UnitOfWork, plan: SupportPlan, on: date) -> list[Finding]:
    """Whether the plan's learner is enrolled at its institution, at another, at two."""
    there = {e.institution_id for e in work.enrolments.find(learner_id=plan.learner_id) if on in e.days}
    others = ", ".join(sorted(there - {plan.institution_id}))
    if on < plan.first_day:
        return []
    if plan.institution_id in there:
        if not others:
            return []
        text = Text(
            f"izglītojamais mācās arī citā iestādē: {others}", f"the learner is enrolled at another institution too: {others}"
        )
        return [Finding("learner-at-two-institutions", text)]
    if others:
        text = Text(
            f"izglītojamais ir pārgājis uz citu iestādi ({others}): tā var pārņemt plānu",
            f"the learner has gone to another institution ({others}): it can take the plan over",
        )
        return [Finding("learner-moved", text)]
    text = Text(
        "izglītojamais šajā dienā nekur nav uzņemts: plānu var pārtraukt",
        "the learner is not enrolled anywhere on this day: the plan can be suspended",
    )
    return [Finding("learner-left", text)]


def _over(plan: SupportPlan, on: date) -> list[Finding]:
    if on <= plan.last_day:
        return []
    days = (on - plan.last_day).days
    text = Text(
        f"plāna periods beidzās pirms {days} d.: izvērtē un noslēdz plānu",
        f"the plan's period ended {days} days ago: evaluate and close it",
    )
    return [Finding("plan-not-closed", text, days)]


def _behind(work: UnitOfWork, programme: Programme, plan: SupportPlan, on: date) -> list[Finding]:
    """The measures of which fewer sessions took place than their schedules had due."""
    return [
        Finding(
            "delivery-behind",
            Text(
                f"{measure.number}. pasākums: pēc grafika {measure.due_sessions}, notikušas {measure.delivered_sessions}",
                f"measure {measure.number}: {measure.due_sessions} due by its schedule, {measure.delivered_sessions} delivered",
            ),
        )
        for measure in delivery(work, programme, plan.id, on=on)
        if measure.behind_schedule
    ]
