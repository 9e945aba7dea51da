"""The sample school, taken through the whole of the programme: two schools, one school year, all of it invented.

Absences and marks of the first semester suggest risks; persons decide on them; plans for the second semester are drafted,
approved along the chain and delivered; claims are decided with invented rates; at the end the plans are evaluated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pmp_core.compensation import Claim, Receipt
from pmp_core.errors import RegisterError
from pmp_core.learners import Partnership
from pmp_core.loading import load_programme
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation, MeasureOutcome, RiskOutcome
from pmp_core.plans import PlannedRisk, ResponsiblePerson, SupportMeasure, SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, UnitOfWork, casework, facts
from pmp_core.risks import RiskSuggestion
from pmp_core.sources import ingest
from pmp_core.staff import Assignment
from pmp_core.values import Actor, Money, RiskResult, Semester, SuggestionState, Weekday

OBSERVED, PLANNED = Semester("2022/23-1"), Semester("2022/23-2")
IMPORTED_ON, SUGGESTED_ON, ENTERED_ON = date(2023, 1, 4), date(2023, 1, 5), date(2023, 1, 9)
DECIDED_ON, EVALUATED_ON = date(2023, 4, 12), date(2023, 5, 26)
AUTHOR = Actor(name="Plāna ievadītājs (paraugs)", role="plan-author")
DIRECTOR = Actor(name="Direktors (paraugs)", role="director")
COORDINATOR = Actor(name="Pašvaldības koordinators (paraugs)", role="municipal-coordinator")
SPECIALIST = "Speciālists (paraugs)"
SERVICE = Actor(name="IKVD (paraugs)", role="ikvd")


def sample_school() -> Path:
    """The folder of the sample school: in the installed package, or in the source tree's examples.

    Raises:
        RegisterError: `sample-school-missing`.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "sample_school", here.parents[1] / "examples" / "sample-school"):
        if (folder / "mapping.yaml").is_file():
            return folder
    raise RegisterError("sample-school-missing", "The sample school's files are not there.", remedy="Install pmp-core again.")


def demo_register(target: Any = "memory:", *, progress: Callable[[str], None] | None = None) -> Register:
    """A register with the sample school in it, worked through from import to evaluation; the same each time.

    Args:
        target: as for `Register.open`; in memory unless told otherwise. Has to be empty.
        progress: called with a line before each part of the work.

    Returns:
        The open register. Nobody in it exists, and its rates are examples.

    Raises:
        RegisterError: `register-not-empty`.
        PluginError: the plug-ins `pmp-sis-tabular` and, for a file, `pmp-storage-sql` are not installed.
    """
    tell = progress or (lambda line: None)
    folder = sample_school()
    plugins = PluginSet.load(["tabular"] if target == "memory:" else ["sql", "tabular"])
    programme = load_programme("lv-8.3.4", overlays=[folder / "rates.example.yaml"])
    register = Register.open(target, programme=programme, actor=AUTHOR, plugins=plugins, new_id=_numbered(), access="host")
    try:
        with register.unit_of_work() as work:
            if work.learners.count():
                raise RegisterError("register-not-empty", "The register already has learners.", remedy="Name a new file.")
        tell("Reading the two schools' exports through their mapping")
        source = plugins.source("tabular").open(mapping=folder / "mapping.yaml", folder=folder, school_year=OBSERVED.school_year)
        ingest(register, source, on=IMPORTED_ON)
        with register.unit_of_work() as work:
            for municipality in work.municipalities.find():
                work.partnerships.add(
                    Partnership(
                        id=register.new_id("A"),
                        municipality_id=municipality.id,
                        first_day=date(2018, 9, 1),
                        agreement="PARAUGS-2018",
                    )
                )
        tell("Signals suggest risks; persons confirm, reject and add")
        register.suggest_risks(OBSERVED, on=SUGGESTED_ON)
        _decide_on_risks(register)
        tell("Plans are drafted, submitted and approved along the chain")
        _make_plans(register)
        tell("Sessions are held, claims submitted and decided")
        _deliver(register)
        _claim(register)
        tell("The semester ends: plans are evaluated and closed")
        _evaluate(register)
    except BaseException:
        register.close()
        raise
    return register


def _numbered() -> Callable[[str], str]:
    """Ids that come out the same each time: only for examples, since they tell how many there are."""
    given: Counter[str] = Counter()

    def new_id(prefix: str) -> str:
        given[prefix] += 1
        return f"{prefix}-{given[prefix]:04d}"

    return new_id


def _decide_on_risks(register: Register) -> None:
    programme = register.programme
    with register.unit_of_work() as work:
        suggestions = work.suggestions.find(semester=OBSERVED)
        for i, suggestion in enumerate(suggestions):
            if i == len(suggestions) - 1:
                continue  # one is left open: somebody still has to look at it
            if i % 7 == 3:
                reason = "Kavējumi bija slimības dēļ, zīme saņemta vēlāk (paraugs)."
                casework.reject_risk(work, programme, suggestion.id, by=AUTHOR, on=SUGGESTED_ON, reason=reason)
            else:
                casework.confirm_risk(work, programme, suggestion.id, by=AUTHOR, on=SUGGESTED_ON)
        confirmed = work.suggestions.find(semester=OBSERVED, state=SuggestionState.CONFIRMED)
        for i, learner_id in enumerate(dict.fromkeys(s.learner_id for s in confirmed)):
            if i % 2 == 0:
                institution_id = next(s.institution_id for s in confirmed if s.learner_id == learner_id)
                factor = ("material-circumstances", "hard-to-get-to-school")[i // 2 % 2]
                casework.add_risk(
                    work,
                    programme,
                    id=register.new_id("R"),
                    learner_id=learner_id,
                    institution_id=institution_id,
                    semester=OBSERVED,
                    factor=factor,
                    by=AUTHOR,
                    on=SUGGESTED_ON,
                    reason="Sarunā ar vecākiem (paraugs).",
                )


def _make_plans(register: Register) -> None:
    days = register.programme.calendar.days(PLANNED)
    with register.unit_of_work() as work:
        by_learner: dict[str, list[RiskSuggestion]] = {}
        for suggestion in work.suggestions.find(semester=OBSERVED, state=SuggestionState.CONFIRMED):
            by_learner.setdefault(suggestion.learner_id, []).append(suggestion)
        for learner_id, risks in by_learner.items():
            enrolment = facts.enrolment_on(work, learner_id, days.first, risks[0].institution_id)
            if enrolment is None:
                continue  # has left: no plan, and nobody to make it for
            institution = work.institutions.get(enrolment.institution_id)
            casework.add_plan(
                work,
                register.programme,
                SupportPlan(
                    id=register.new_id("P"),
                    learner_id=learner_id,
                    institution_id=institution.id,
                    partner_kind=institution.partner_kind or "municipality",
                    semester=PLANNED,
                    first_day=days.first,
                    last_day=days.last or days.first,
                    applied_on=SUGGESTED_ON,
                    entered_on=ENTERED_ON,
                    prepared_by=AUTHOR.name,
                    status=register.programme.life_cycle("plan").initial,
                    aims="Samazināt neattaisnotos kavējumus un uzlabot sekmes (paraugs).",
                    risks=tuple(PlannedRisk(factor=risk.factor, suggestion_id=risk.id) for risk in risks),
                    measures=_measures([risk.factor for risk in risks]),
                    responsible=(ResponsiblePerson(name="Klases audzinātājs (paraugs)", duty="klases audzinātājs"),),
                ),
                by=AUTHOR,
            )
        plans = [plan.id for plan in work.plans.find(semester=PLANNED)]
    for i, plan_id in enumerate(plans):
        if i == len(plans) - 1:
            continue  # the last one is still a draft
        register.take_plan_step(plan_id, "submit", by=AUTHOR, on=ENTERED_ON)
        for station, day in ((DIRECTOR, 1), (COORDINATOR, 2), (SERVICE, 4)):
            if i == len(plans) - 2 and station is SERVICE:
                break  # waits for its last station
            register.take_plan_step(plan_id, "approve", by=station, on=ENTERED_ON + timedelta(days=day))
        else:
            register.take_plan_step(plan_id, "start", by=AUTHOR, on=ENTERED_ON + timedelta(days=7))


def _measures(factors: list[str]) -> tuple[SupportMeasure, ...]:
    why = "Mazina plānā izvērtēto risku (paraugs)."
    wanted: list[tuple[str, str | None, tuple[str, ...]]] = []
    study = tuple(factor for factor in factors if factor in ("unexcused-absence", "learning-difficulties"))
    if study:
        wanted += [("consultation", "pedagogue", study), ("consultative-support", "social-pedagogue", study)]
    if "material-circumstances" in factors:
        wanted += [
            ("catering", None, ("material-circumstances",)),
            ("individual-learning-materials", None, ("material-circumstances",)),
        ]
    if "hard-to-get-to-school" in factors:
        far = ("hard-to-get-to-school",)
        wanted += [("public-transport-tickets", None, far), ("accommodation", None, far), ("special-transport", None, far)]
    return tuple(
        SupportMeasure(
            number=number,
            kind=kind,
            risks=risks,
            justification=why,
            specialist=specialist,
            sessions=8 if specialist else None,
            minutes=40 if specialist else None,
        )
        for number, (kind, specialist, risks) in enumerate(wanted, 1)
    )


def _running(work: UnitOfWork) -> list[SupportPlan]:
    return work.plans.find(semester=PLANNED, status="in-progress")


def _deliver(register: Register) -> None:
    """Specialists are assigned; every other week a session is due, in the week before the evaluation the last one."""
    with register.unit_of_work() as work:
        plans = _running(work)
        for institution_id in dict.fromkeys(plan.institution_id for plan in plans):
            for specialist in ("pedagogue", "social-pedagogue"):
                assigned = Assignment(
                    id=register.new_id("D"),
                    person=SPECIALIST,
                    institution_id=institution_id,
                    specialist=specialist,
                    first_day=ENTERED_ON,
                )
                casework.add_assignment(work, register.programme, assigned)
        for i, plan in enumerate(plans):
            for measure in plan.measures:
                if measure.specialist is not None:
                    _hold(register, work, plan, measure, tuple(Weekday)[i % 5])


def _hold(register: Register, work: UnitOfWork, plan: SupportPlan, measure: SupportMeasure, weekday: Weekday) -> None:
    """A schedule of one measure, and its sessions until the spring holidays are over; the third one the learner missed."""
    common = {"plan_id": plan.id, "measure": measure.number, "minutes": measure.minutes, "specialist": measure.specialist}
    named = {**common, "delivered_by": SPECIALIST, "first_day": date(2023, 1, 23), "last_day": date(2023, 5, 19)}
    schedule = Schedule.model_validate({**named, "id": register.new_id("G"), "weekdays": (weekday,), "every_weeks": 2})
    casework.add_schedule(work, register.programme, schedule)
    for number, day in enumerate(casework.session_days(work, register.programme, schedule, plan), 1):
        if day <= date(2023, 4, 6):
            why = {"absent_because": "Slimoja (paraugs)."} if number == 3 else {}
            fields = {**common, **why, "id": register.new_id("S"), "day": day, "delivered_by": SPECIALIST}
            casework.add_session(work, register.programme, Session.model_validate(fields))


def _claim(register: Register) -> None:
    asked = {
        "catering": ("75.00", "0.00"),
        "individual-learning-materials": ("38.50", "0.00"),
        "public-transport-tickets": ("64.80", "10.00"),
        "accommodation": ("120.00", "0.00"),
        "special-transport": ("45.00", "0.00"),
    }
    claims: list[str] = []
    with register.unit_of_work() as work:
        for plan in _running(work):
            for measure in plan.measures:
                if measure.kind not in asked:
                    continue
                requested, cofunded = asked[measure.kind]
                number = register.new_id("C")
                # One claim is for days before its plan was in force, and is refused.
                early = len(claims) == 2
                first, last = (date(2023, 1, 2), date(2023, 1, 5)) if early else (date(2023, 3, 1), date(2023, 3, 31))
                receipt = Receipt(number=f"{number}/1", issuer="SIA “Paraugs” (izdomāts)", day=last, amount=Money(requested))
                claim = Claim(
                    id=number,
                    plan_id=plan.id,
                    measure=measure.number,
                    kind=measure.kind,
                    first_day=first,
                    last_day=last,
                    requested=Money(requested),
                    cofunded=Money(cofunded),
                    receipts=(receipt,),
                    status=register.programme.life_cycle("claim").initial,
                )
                casework.submit_claim(work, register.programme, claim, by=AUTHOR, on=date(2023, 4, 5))
                claims.append(number)
    for number in claims:
        register.decide_claim(number, by=COORDINATOR, on=DECIDED_ON)


def _evaluate(register: Register) -> None:
    results = (RiskResult.LOWERED, RiskResult.GONE, RiskResult.UNCHANGED, RiskResult.LOWERED)
    plans: list[str] = []
    with register.unit_of_work() as work:
        for i, plan in enumerate(_running(work)):
            if i % 6 == 5:
                continue  # not evaluated yet: the plan stays open
            sessions = Counter(session.measure for session in work.sessions.find(plan_id=plan.id) if session.attended)
            claimed = {claim.measure for claim in work.claims.find(plan_id=plan.id) if claim.decision_digest is not None}
            evaluation = Evaluation(
                id=register.new_id("V"),
                plan_id=plan.id,
                evaluated_on=EVALUATED_ON,
                evaluated_by=AUTHOR.name,
                risks=tuple(RiskOutcome(factor=risk.factor, result=results[(i + j) % 4]) for j, risk in enumerate(plan.risks)),
                measures=tuple(_outcome(m.number, bool(sessions[m.number]) or m.number in claimed) for m in plan.measures),
            )
            casework.add_evaluation(work, register.programme, evaluation)
            plans.append(plan.id)
    for plan_id in plans:
        register.take_plan_step(plan_id, "close", by=AUTHOR, on=EVALUATED_ON)


def _outcome(number: int, delivered: bool) -> MeasureOutcome:
    if delivered:
        return MeasureOutcome(number=number, delivered=True, useful=True)
    why = "Nav zināms, vai un cik par šo izdevumu kompensē; pieteikums nav izlemts (paraugs)."
    return MeasureOutcome(number=number, delivered=False, note=why)
