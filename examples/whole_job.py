"""The whole job in memory: import, a signal, a person, a plan, its approval, a claim, a decision, an evaluation.

Nobody in it exists, and its rates are examples. Run it from anywhere: python examples/whole_job.py
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pmp_core as pmp
from pmp_core.register import casework

SCHOOL = Path(__file__).parent / "sample-school"
AUTHOR, *STATIONS = (
    pmp.Actor(name=f"{r} (paraugs)", role=r) for r in ("plan-author", "director", "municipal-coordinator", "ikvd")
)
FIRST, LAST, DECIDED = date(2023, 1, 9), date(2023, 5, 31), date(2023, 4, 12)


def main() -> None:
    """Do the job, and print what comes of it."""
    programme = pmp.load_programme("lv-8.3.4", overlays=[SCHOOL / "rates.example.yaml"])
    register = pmp.Register.open("memory:", programme=programme, actor=AUTHOR, access="host")  # this script has looked who may
    source = pmp.PluginSet.load(["tabular"]).source("tabular").open(mapping=SCHOOL / "mapping.yaml", folder=SCHOOL)
    report = pmp.ingest(register, source, on=date(2023, 1, 4))
    print(f"Import: {report.counts['learner'].added} learners, {len(report.problems)} problems.")

    risk = max(register.suggest_risks("2022/23-1", on=date(2023, 1, 5)), key=lambda suggested: suggested.measured or 0)
    with register.unit_of_work() as work:
        risk = casework.confirm_risk(work, programme, risk.id, by=AUTHOR, on=date(2023, 1, 5))  # a person decides
        print(f"Risk: {risk.factor}, measured {risk.measured}, threshold {risk.threshold}, {risk.state} by {risk.decided_by}.")
        school = work.institutions.get(risk.institution_id)
        work.partnerships.add(pmp.Partnership(id="A-1", municipality_id=school.municipality_id, first_day=date(2018, 9, 1)))
        why = {"risks": (risk.factor,), "justification": "Mazina plānā izvērtēto risku (paraugs)."}
        fields: dict[str, object] = {
            "id": "P-1", "learner_id": risk.learner_id, "institution_id": school.id, "partner_kind": school.partner_kind,
            "semester": "2022/23-2", "first_day": FIRST, "last_day": LAST, "applied_on": FIRST, "entered_on": FIRST,
            "prepared_by": AUTHOR.name, "status": "draft", "risks": ({"factor": risk.factor, "suggestion_id": risk.id},),
            "measures": ({"number": 1, "kind": "individual-learning-materials", **why},),
        }  # fmt: skip
    register.add_plan(pmp.SupportPlan.model_validate(fields))
    register.take_plan_step("P-1", "submit", on=FIRST)
    for station in STATIONS:
        register.take_plan_step("P-1", "approve", by=station, on=date(2023, 1, 12))
    plan = register.take_plan_step("P-1", "start", on=date(2023, 1, 16))
    print(f"Plan: {plan.status} after {len(plan.steps)} steps.")

    fields = {
        "id": "C-1", "plan_id": "P-1", "measure": 1, "kind": "individual-learning-materials", "status": "draft", "requested": "64.80",
        "first_day": date(2023, 3, 1), "last_day": date(2023, 3, 31),
        "receipts": ({"number": "1", "issuer": "SIA Paraugs", "day": date(2023, 3, 31), "amount": "64.80"},),
    }  # fmt: skip
    register.submit_claim(pmp.Claim.model_validate(fields), on=date(2023, 4, 5))
    claim, decision = register.decide_claim("C-1", by=STATIONS[1], on=DECIDED)
    print(f"Claim: {claim.status}, {decision.outcome}, {decision.amount} EUR of {decision.asked} EUR, {decision.reasons}.")

    fields = {
        "id": "V-1", "plan_id": "P-1", "evaluated_on": LAST, "evaluated_by": AUTHOR.name,
        "risks": ({"factor": risk.factor, "result": "gone"},), "measures": ({"number": 1, "delivered": True, "useful": True},),
    }  # fmt: skip
    register.add_evaluation(pmp.Evaluation.model_validate(fields))
    print(f"Plan: {register.take_plan_step('P-1', 'close', on=LAST).status}.")
    line = pmp.overview(register, "state", "2022/23-2").lines[0]
    print(f"Statistics: {line.learners} learners, {line.plans} plan, {line.granted_cents} cents granted.")


if __name__ == "__main__":
    main()
