"""Who sees a personal code in a plan's document, on which day, and where nobody does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve

from pmp_core import PersonalCode, Register, plan_document
from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.loading import load_programme
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.reports import PlanDocument
from pmp_core.values import Actor

CODE = PersonalCode("161175-19997")
AUTHOR = Actor(name="Anna Ābele", role="plan-author")
DIRECTOR = Actor(name="Bruno Bērziņš", role="director")
SERVICE = Actor(name="Inga Īve", role="ikvd")
TODAY = date(2023, 6, 1)
CLOSED = "P-0001"


def test_a_code_is_masked_and_without_one_there_is_no_line(register: Register) -> None:
    assert "Personas kods" not in plan_document(register, CLOSED).html()
    html = plan_document(register, CLOSED, personal_code=CODE, role="director").html()
    assert '<dt>Personas kods</dt><dd dir="auto">******-*****</dd>' in html


def in_clear(register: Register, role: str | None = None, *, asked_on: date | None = TODAY) -> PlanDocument:
    return plan_document(
        register, CLOSED, personal_code=CODE, show_personal_code=True, role=role, asked_on=asked_on, on=date(2030, 1, 1)
    )


@pytest.mark.parametrize(("actor", "role"), [(AUTHOR, "plan-author"), (DIRECTOR, "director"), (DIRECTOR, None)])
def test_a_role_that_may_sees_the_code_in_clear(own_register: Register, actor: Actor, role: str | None) -> None:
    own_register.actor = actor
    document = in_clear(own_register, role)
    assert CODE.reveal() in document.html()
    assert CODE.reveal() not in repr(document) + repr(document.content) + repr(document.content.learner) + repr(document.page)


def test_a_notebook_keeps_no_code_in_clear(register: Register) -> None:
    document = in_clear(register)
    assert CODE.reveal() in document.html()
    shown = document._repr_html_()
    assert CODE.reveal() not in shown
    assert "******-*****" in shown


@pytest.mark.parametrize("role", ["director", "ikvd"])
def test_nobody_asks_in_another_role_than_the_register_was_opened_in(register: Register, role: str) -> None:
    with pytest.raises(StepRefused) as refused:
        in_clear(register, role)
    assert (refused.value.code, refused.value.found) == ("personal-code-other-role", role)
    assert "plan-author" in refused.value.remedy


@pytest.mark.parametrize("role", ["municipal-coordinator", "ikvd", "institution-coordinator"])
@pytest.mark.parametrize("named", [True, False])
def test_no_other_role_sees_it_and_the_refusal_says_which_do(own_register: Register, role: str, named: bool) -> None:
    own_register.actor = Actor(name="Cita", role=role)
    with pytest.raises(StepRefused) as refused:
        in_clear(own_register, role if named else None)
    assert refused.value.code == "personal-code-not-for-role"
    assert "director, plan-author" in refused.value.remedy
    assert CODE.reveal() not in str(refused.value)


def test_a_deployment_says_otherwise_and_before_the_law_nobody_sees_it(own_register: Register, tmp_path: Any) -> None:
    overlay = tmp_path / "roles.yaml"
    overlay.write_text(
        "overlay_for: lv-8.3.4\ntitle: {lv: x, en: x}\nvalues:\n  documents.personal-code.shown-to:\n    entries:\n"
        "      - {from: 2023-01-01, replaces: true, value: [ikvd], source: rīkojums Nr. 1, status: verified}\n",
        encoding="utf-8",
    )
    own_register.programme = load_programme("lv-8.3.4", overlays=[overlay])
    for actor, on in ((SERVICE, date(2023, 1, 1)), (DIRECTOR, date(2022, 12, 31)), (DIRECTOR, date(2017, 3, 1))):
        own_register.actor = actor
        assert CODE.reveal() in in_clear(own_register, asked_on=on).html()
    for actor, on in ((SERVICE, date(2022, 12, 31)), (DIRECTOR, date(2023, 1, 1)), (DIRECTOR, date(2017, 2, 28))):
        own_register.actor = actor
        with pytest.raises(StepRefused, match="personal-code-not-for-role"):
            in_clear(own_register, asked_on=on)


def test_the_right_to_see_the_code_is_read_on_the_day_of_asking_and_not_on_the_documents(
    own_register: Register, tmp_path: Any
) -> None:
    overlay = tmp_path / "roles.yaml"
    overlay.write_text(
        "overlay_for: lv-8.3.4\ntitle: {lv: x, en: x}\nvalues:\n  documents.personal-code.shown-to:\n    entries:\n"
        "      - {from: 2023-07-01, replaces: true, value: [director], source: rīkojums Nr. 2, status: verified}\n",
        encoding="utf-8",
    )
    own_register.programme = load_programme("lv-8.3.4", overlays=[overlay])
    asked: dict[str, Any] = {"personal_code": CODE, "show_personal_code": True}
    old = plan_document(own_register, CLOSED, asked_on=date(2023, 6, 30), **asked)
    assert CODE.reveal() in old.html()
    with pytest.raises(StepRefused, match="personal-code-not-for-role"):  # the document's day is in May
        plan_document(own_register, CLOSED, asked_on=date(2023, 7, 1), **asked)


KEYS = RegisterKeys([RegisterKey(bytes(range(32)))])


def test_the_code_that_the_register_keeps_is_printed_the_last_one_and_for_the_same_roles(own_register: Register) -> None:
    own_register.setup = evolve(own_register.setup, keys=KEYS)
    assert "Personas kods" not in plan_document(own_register, CLOSED, personal_code="kept").html()
    with own_register.unit_of_work() as work:
        learner_id = work.plans.get(CLOSED).learner_id
    for code in ("328673-00679", CODE.reveal()):
        own_register.note_personal_code(learner_id, code, on=TODAY)
    asked: dict[str, Any] = {"personal_code": "kept", "asked_on": TODAY}
    assert plan_document(own_register, CLOSED, **asked).content.learner.personal_code == "******-*****"
    assert plan_document(own_register, CLOSED, show_personal_code=True, **asked).content.learner.personal_code == CODE.reveal()
    own_register.actor = SERVICE
    with pytest.raises(StepRefused, match="personal-code-not-for-role"):
        plan_document(own_register, CLOSED, show_personal_code=True, **asked)


def test_a_kept_code_that_is_to_be_shown_and_is_none_is_told(own_register: Register) -> None:
    with pytest.raises(InvalidValue, match="personal-code-missing"):
        plan_document(own_register, CLOSED, personal_code="kept", show_personal_code=True, asked_on=TODAY)
