"""A register whose programme has a procedure of its own: new statuses, steps and chains are worked with, as the pack's are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmp_core.errors import StepRefused
from pmp_core.learners import Enrolment, Institution, Learner, Partnership
from pmp_core.loading import load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, casework
from pmp_core.values import Actor

AUTHOR = Actor(name="Ilze", role="plan-author")
FIRST, DAY = date(2022, 9, 1), date(2022, 9, 12)
# Whoever coordinates at the institution checks a plan first; the coordinator of the municipality approves those of state schools too.
PROCEDURE = OverlayText(
    "procedure.yaml",
    """
overlay_for: lv-8.3.4
title: {lv: kārtība, en: procedure}
terms:
  plan-statuses:
    checked: {title: {lv: Pārbaudīts, en: checked}, entries: [{from: 2017-03-01, source: made up, status: example}]}
life_cycles:
  plan:
    steps:
      - {step: check, title: {lv: pārbaudīt, en: check}, from: [draft], to: checked, actors: [institution-coordinator], source: made up, status: example}
      - {step: submit, replaces: true, from: [checked, under-revision], to: in-approval, actors: [plan-author], guards: [has-risk], source: made up, status: example}
      - {step: revise, replaces: true, from: [], source: made up, status: example}
    chains:
      state-general-institution: {replaces: true, stations: [director, municipal-coordinator, ikvd], source: made up, status: example}
""",
)


@pytest.fixture
def register() -> Any:
    programme = load_programme("lv-8.3.4", overlays=[PROCEDURE])
    with Register.open("memory:", actor=AUTHOR, programme=programme, plugins=PluginSet(), access="host") as made:
        with made.unit_of_work() as work:
            work.institutions.add(Institution(id="I-1", name="Valsts ģimnāzija", partner_kind="state-general-institution"))
            work.partnerships.add(Partnership(id="A-1", first_day=FIRST, institution_id="I-1"))
            work.learners.add(Learner(id="L-1", given_name="Anna", family_name="Ozola"))
            work.enrolments.add(
                Enrolment(id="E-1", learner_id="L-1", institution_id="I-1", track="general", level=10, first_day=FIRST)
            )
        measure = {"number": 1, "kind": "consultation", "risks": ("violence",), "justification": "Palīdz."}
        made.add_plan(
            SupportPlan.model_validate(
                {
                    "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "state-general-institution",
                    "semester": "2022/23-1", "first_day": DAY, "last_day": "2022-12-23", "entered_on": DAY, "applied_on": DAY,
                    "prepared_by": "Ilze", "status": "draft", "risks": ({"factor": "violence"},), "measures": (measure,),
                }
            )
        )  # fmt: skip
        yield made


def taken(register: Register, step: str, role: str) -> str:
    plan: SupportPlan = register.take_plan_step("P-1", step, on=DAY, by=Actor(name="Zane", role=role))
    return plan.status


def test_a_plan_goes_the_way_of_the_overlay(register: Register) -> None:
    with pytest.raises(StepRefused, match="Possible from here: delete, transfer, check"):
        taken(register, "submit", "plan-author")
    assert taken(register, "check", "institution-coordinator") == "checked"
    assert taken(register, "submit", "plan-author") == "in-approval"
    assert taken(register, "approve", "director") == "in-approval"
    with pytest.raises(StepRefused, match="Next: municipal-coordinator"):
        taken(register, "approve", "ikvd")
    assert taken(register, "approve", "municipal-coordinator") == "in-approval"
    assert taken(register, "approve", "ikvd") == "approved"
    with pytest.raises(StepRefused, match="step-from-status"):
        taken(register, "revise", "director")


def test_a_plan_can_be_changed_where_it_can_be_submitted(register: Register) -> None:
    taken(register, "check", "institution-coordinator")
    with register.unit_of_work() as work:
        checked = work.plans.get("P-1")
        changed = casework.change_plan(work, register.programme, checked.changed(aims="Turēties skolā."), by=AUTHOR, on=DAY)
    assert (changed.status, changed.aims) == ("checked", "Turēties skolā.")
