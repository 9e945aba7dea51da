"""The plan's document: what it says, who signs, and what it does not say."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from pmp_core import PersonalCode, Register, plan_document
from pmp_core.errors import InvalidValue, NotFound, PmpError, ProgrammeError
from pmp_core.loading import load_programme
from pmp_core.plans import ResponsiblePerson, SupportPlan, Transfer
from pmp_core.reports.blocks import Fields, Table
from pmp_core.reports.plan_support import Support
from pmp_core.reports.writing import UNITS, Writing
from pmp_core.risks.signals import REPEATED_LEVEL, SIGNALS
from pmp_core.values import Actor, Note

CODE = PersonalCode("161175-19997")
AUTHOR = Actor(name="Anna Ābele", role="plan-author")
DIRECTOR = Actor(name="Bruno Bērziņš", role="director")
TODAY = date(2023, 6, 1)
DRAFT, WAITING, RUNNING, CLOSED = "P-0016", "P-0015", "P-0006", "P-0001"


def change(register: Register, plan_id: str, **fields: Any) -> SupportPlan:
    with register.unit_of_work() as work:
        return work.plans.put(work.plans.get(plan_id).changed(**fields))


def signed(register: Register, plan_id: str) -> list[tuple[str | None, str | None, str | None]]:
    lines = plan_document(register, plan_id).content.signatures
    return [(one.role and one.role.code, one.name, one.day and str(one.day)) for one in lines]


def test_a_closed_plan_says_everything_that_the_register_knows_of_it(register: Register) -> None:
    said = json.loads(json.dumps(plan_document(register, CLOSED, sessions=True).as_dict()))
    assert (said["plan_id"], said["status"]["title"], said["approved"]) == ("P-0001", "Noslēgts", True)
    assert said["learner"] == {
        "id": "L-0021", "name": "Undīne Ūdendārziņa", "birth_date": "2012-11-19", "personal_code": None,
        "track": {"code": "general", "title": "vispārējā izglītība"}, "level": 4, "class_name": "4.a",
    }  # fmt: skip
    assert said["institution"]["municipality"] == "Paraugu novads"
    assert (said["applied_on"], said["first_day"], said["last_day"]) == ("2023-01-05", "2023-01-09", "2023-05-31")
    first, second = said["risks"]
    assert first["group"]["title"] == "mācību darba un izglītības iestādes riski"
    assert (first["evidence"]["measured"], first["evidence"]["threshold"], first["evidence"]["records"]) == (23, 20, 23)
    assert (second["evidence"]["signal"], second["evidence"]["reason"]) == (None, "Sarunā ar vecākiem (paraugs).")
    consultation = said["measures"][0]
    assert (consultation["delivered_sessions"], consultation["delivered_minutes"]) == (5, 200)
    assert consultation["specialist"]["title"] == "pedagogs"
    assert [risk["result"]["title"] for risk in said["evaluation"]["risks"]] == ["mazinājies", "novērsts"]
    assert [step["step"]["code"] for step in said["steps"]] == ["submit", *["approve"] * 3, "start", "close"]
    assert len(said["sessions"]) == 12


def test_the_document_is_of_the_day_on_which_the_last_thing_happened(register: Register) -> None:
    assert plan_document(register, CLOSED).content.day == date(2023, 5, 26)
    assert plan_document(register, DRAFT).content.day == date(2023, 1, 9)


def test_what_was_delivered_after_its_day_is_not_in_it(register: Register) -> None:
    whole = plan_document(register, RUNNING, sessions=True).content
    assert whole.sessions is not None
    days = sorted({one.day for one in whole.sessions})
    content = plan_document(register, RUNNING, on=days[1], sessions=True).content
    assert content.sessions is not None
    assert sorted({one.day for one in content.sessions}) == days[:2] != days
    assert sum(one.delivered_sessions for one in content.measures) < sum(one.delivered_sessions for one in whole.measures)


@pytest.mark.parametrize(("plan_id", "last"), [(CLOSED, date(2023, 5, 26)), (DRAFT, date(2023, 1, 9))])
def test_a_day_before_the_last_thing_that_happened_is_refused(register: Register, plan_id: str, last: date) -> None:
    assert plan_document(register, plan_id, on=last).content.day == last
    with pytest.raises(InvalidValue, match=str(last)) as refused:
        plan_document(register, plan_id, on=last - timedelta(days=1))
    assert refused.value.code == "document-day-early"


def test_an_evaluation_after_the_last_step_counts_as_the_last_thing(own_register: Register) -> None:
    with own_register.unit_of_work() as work:
        (evaluation,) = work.evaluations.find(plan_id=CLOSED)
        work.evaluations.put(evaluation.changed(evaluated_on=date(2023, 6, 2)))
    assert plan_document(own_register, CLOSED, on=date(2023, 6, 2)).content.evaluation is not None
    with pytest.raises(InvalidValue, match="document-day-early"):
        plan_document(own_register, CLOSED, on=date(2023, 6, 1))


def test_the_lines_to_sign_are_those_of_the_chain_with_the_approvals_that_were_given(register: Register) -> None:
    service = ("ikvd", None, None)
    assert signed(register, DRAFT) == [
        (None, None, "2023-01-05"), ("plan-author", "Plāna ievadītājs (paraugs)", None),
        ("director", None, None), ("municipal-coordinator", None, None), service,
    ]  # fmt: skip
    assert signed(register, WAITING)[1:] == [
        ("plan-author", "Plāna ievadītājs (paraugs)", "2023-01-09"), ("director", "Direktors (paraugs)", "2023-01-10"),
        ("municipal-coordinator", "Pašvaldības koordinators (paraugs)", "2023-01-11"), service,
    ]  # fmt: skip
    assert all(day for _, _, day in signed(register, CLOSED))


def test_an_institution_of_the_state_has_no_line_for_a_municipality(own_register: Register) -> None:
    change(own_register, DRAFT, partner_kind="state-vocational-institution")
    assert [role for role, _, _ in signed(own_register, DRAFT)] == [None, "plan-author", "director", "ikvd"]


@pytest.mark.parametrize(
    ("step", "by", "plan_id", "reason"), [("return", DIRECTOR, WAITING, "Trūkst pamatojuma."), ("revise", AUTHOR, RUNNING, None)]
)
def test_a_plan_that_has_to_be_submitted_again_has_lost_its_approvals(
    own_register: Register, step: str, by: Actor, plan_id: str, reason: str | None
) -> None:
    own_register.take_plan_step(plan_id, step, by=by, on=date(2023, 4, 20), reason=reason)
    assert [day for _, _, day in signed(own_register, plan_id)[1:]] == [None] * 4
    document = plan_document(own_register, plan_id)
    assert document.content.approved is False
    assert document.page.watermark == document.content.status.title
    own_register.take_plan_step(plan_id, "submit", by=AUTHOR, on=date(2023, 4, 21))
    own_register.take_plan_step(plan_id, "approve", by=DIRECTOR, on=date(2023, 4, 24))
    assert [day for _, _, day in signed(own_register, plan_id)[1:]] == ["2023-04-21", "2023-04-24", None, None]


def with_chain(register: Register, tmp_path: Any, stations: str) -> None:
    """The sample school under an overlay that changed the chain of approval after its plans were approved."""
    overlay = tmp_path / "chain.yaml"
    said = "source: rīkojums Nr. 3, status: verified"
    overlay.write_text(
        "overlay_for: lv-8.3.4\ntitle: {lv: x, en: x}\nlife_cycles:\n  plan:\n    steps:\n"
        "      - {step: approve, replaces: true, from: [in-approval], to: approved, guards: [next-station], "
        f"actors: [director, municipal-coordinator, institution-coordinator, ikvd], {said}}}\n"
        f"    chains:\n      municipality: {{replaces: true, stations: [{stations}], {said}}}\n",
        encoding="utf-8",
    )
    register.programme = load_programme("lv-8.3.4", overlays=[overlay])


SHORT, LONG = "director, municipal-coordinator", "director, municipal-coordinator, institution-coordinator, ikvd"


@pytest.mark.parametrize("chain", [SHORT, LONG])
def test_a_plan_is_approved_by_the_steps_that_were_taken_and_not_by_the_chain_of_today(
    own_register: Register, tmp_path: Any, chain: str
) -> None:
    before = signed(own_register, CLOSED)
    with_chain(own_register, tmp_path, chain)
    for plan_id in (CLOSED, RUNNING):
        assert plan_document(own_register, plan_id).content.approved is True
        assert plan_document(own_register, plan_id).page.watermark is None
    assert signed(own_register, CLOSED) == before


@pytest.mark.parametrize(("chain", "to_come"), [(SHORT, ["municipal-coordinator"]), (LONG, ["institution-coordinator", "ikvd"])])
def test_a_plan_in_approval_stays_so_and_the_chain_of_today_says_who_is_to_come(
    own_register: Register, tmp_path: Any, chain: str, to_come: list[str]
) -> None:
    with_chain(own_register, tmp_path, chain)
    document = plan_document(own_register, WAITING)
    assert (document.content.approved, document.page.watermark) == (False, "Saskaņošanā")
    lines = signed(own_register, WAITING)
    assert [role for role, _, day in lines if day] == [None, "plan-author", "director", "municipal-coordinator"]
    assert [role for role, _, day in lines if not day] == to_come


def test_the_line_of_the_author_is_of_whoever_submitted_the_plan_and_until_then_of_whoever_prepared_it(
    own_register: Register,
) -> None:
    change(own_register, DRAFT, prepared_by="Zane Zvirbule")
    assert signed(own_register, DRAFT)[1] == ("plan-author", "Zane Zvirbule", None)
    own_register.take_plan_step(DRAFT, "submit", by=AUTHOR, on=date(2023, 1, 10))
    assert signed(own_register, DRAFT)[1] == ("plan-author", AUTHOR.name, "2023-01-10")
    assert plan_document(own_register, DRAFT).content.prepared_by == "Zane Zvirbule"


def test_a_suspended_plan_keeps_the_approvals_of_its_round(own_register: Register) -> None:
    own_register.take_plan_step(RUNNING, "suspend", by=DIRECTOR, on=date(2023, 4, 20), reason="Ilgstoši slimo.")
    document = plan_document(own_register, RUNNING)
    assert (document.content.status.title, document.content.approved) == ("Apturēts", True)
    assert document.as_dict()["steps"][-1]["reason"] == "Ilgstoši slimo."


@pytest.mark.parametrize(("plan_id", "mark"), [(DRAFT, "Projekts"), (WAITING, "Saskaņošanā"), (RUNNING, None), (CLOSED, None)])
def test_a_plan_that_is_not_approved_says_so_across_the_page(register: Register, plan_id: str, mark: str | None) -> None:
    document = plan_document(register, plan_id)
    assert document.page.watermark == mark
    assert ('class="watermark"' in document.html()) is (mark is not None)


@pytest.mark.parametrize(
    ("asked", "kind", "code"),
    [
        ({"plan_id": "P-none"}, NotFound, "not-found"),
        ({"language": "ru"}, InvalidValue, "language-unknown"),
        ({"role": "headmaster"}, ProgrammeError, "code-unknown"),
        ({"show_personal_code": True, "asked_on": TODAY}, InvalidValue, "personal-code-missing"),
        ({"show_personal_code": True, "personal_code": CODE}, InvalidValue, "asked-on-missing"),
    ],
)
def test_what_cannot_be_printed_is_told(register: Register, asked: dict[str, Any], kind: type[PmpError], code: str) -> None:
    with pytest.raises(kind) as error:
        plan_document(register, **{"plan_id": CLOSED, **asked})
    assert error.value.code == code


def test_a_code_that_somebody_wrote_into_a_text_is_masked(own_register: Register) -> None:
    change(
        own_register, DRAFT, aims="Mammas kods 161175-19997.", responsible=(ResponsiblePerson(name="Anna", duty="16117519997"),)
    )
    document = plan_document(own_register, DRAFT, personal_code=CODE, show_personal_code=True, asked_on=TODAY)
    assert document.content.aims == "Mammas kods ******-*****."
    assert document.html().count(CODE.reveal()) == 1
    assert "16117519997" not in document.html()


def test_an_empty_plan_says_what_nobody_has_entered(own_register: Register) -> None:
    with own_register.unit_of_work() as work:
        learner = work.learners.get(work.plans.get(DRAFT).learner_id)
        work.learners.put(learner.changed(birth_date=None))
        for enrolment in work.enrolments.find(learner_id=learner.id):
            work.enrolments.put(enrolment.changed(first_day=date(2024, 9, 2), last_day=None))
    change(own_register, DRAFT, risks=(), measures=(), aims=None, applied_on=None, responsible=())
    html = plan_document(own_register, DRAFT).html()
    assert html.count('<span class="missing">nav ievadīts</span>') == 6  # born, level, track, applied, responsible, aims
    for said in ("riski nav ievadīti", "pasākumi nav ievadīti", "vēl nav izvērtēts", "neviens solis"):
        assert said in html
    english = plan_document(own_register, DRAFT, language="en", sessions=True).html()
    assert english.count("not entered") == 6
    assert "No sessions until this day." in english


def test_a_code_that_the_programme_does_not_know_any_more_is_printed_as_it_is(own_register: Register) -> None:
    plan = plan_document(own_register, CLOSED)
    with own_register.unit_of_work() as work:
        kept = work.plans.get(CLOSED)
        risks = (*kept.risks, kept.risks[0].changed(factor="old-factor", suggestion_id=None))
        work.plans.put(kept.changed(risks=risks))
    assert "old-factor" in plan_document(own_register, CLOSED).html()
    assert "old-factor" not in plan.html()


def test_a_transfer_names_both_institutions(own_register: Register) -> None:
    with own_register.unit_of_work() as work:
        plan = work.plans.get(RUNNING)
        (other,) = (one.id for one in work.institutions.find() if one.id != plan.institution_id)
    moved = Transfer(
        source_institution_id=plan.institution_id, source_partner_kind="municipality", target_institution_id=other,
        on=date(2023, 4, 3), plan_version=plan.version, actor="Bruno", role="director", reason="Pārcēlās.",
    )  # fmt: skip
    change(own_register, RUNNING, institution_id=other, transfers=(moved,), rolled_over_from="P-0002")
    html = plan_document(own_register, RUNNING).html()
    assert "Pāriešana uz citu iestādi" in html
    assert "Pārcēlās." in html
    assert "Turpina plānu" in html


def test_a_measure_says_how_much_of_it_is_planned_as_far_as_it_is_known(own_register: Register) -> None:
    with own_register.unit_of_work() as work:
        measure = work.plans.get(DRAFT).measures[0]
    amounts = [(8, 40), (21, None), (None, 45), (None, None), (1, 60)]
    change(
        own_register, DRAFT,
        measures=tuple(measure.changed(number=i, sessions=s, minutes=m) for i, (s, m) in enumerate(amounts, 1)),
    )  # fmt: skip
    html = plan_document(own_register, DRAFT).html()
    assert "8 konsultācijas × 40 min, kopā 5 stundas 20 minūtes" in html
    assert "21 konsultācija, ilgums nav ievadīts" in html
    assert "ilgums 45 minūtes, skaits nav ievadīts" in html
    assert "1 konsultācija × 60 min, kopā 1 stunda" in html


def test_its_repr_and_its_data_keep_people_to_themselves(register: Register) -> None:
    document = plan_document(register, CLOSED)
    assert repr(document) == "<PlanDocument P-0001, lv>"
    for thing in (document.content, document.content.learner, document.content.signatures[1], document.page):
        assert "Undīne" not in repr(thing)
        assert "ievadītājs" not in repr(thing)


def test_a_long_text_of_an_entity_fits(own_register: Register) -> None:
    long = "Ļoti garš teksts. " * 550
    change(own_register, DRAFT, aims=long[:9990])
    assert Note.__metadata__[0].max_length == 10_000
    assert plan_document(own_register, DRAFT).pdf().startswith(b"%PDF")


def test_evidence_that_is_known_in_part_is_told_in_part(register: Register) -> None:
    content = plan_document(register, CLOSED).content
    evidence = content.risks[0].evidence
    assert evidence is not None
    said = []
    for changes in (
        {"measured": None, "first_day": None, "records": 0, "decided_by": None},
        {"threshold": None, "first_day": None, "records": 21},
        {"last_day": None},
    ):
        risk = attrs.evolve(content.risks[0], evidence=attrs.evolve(evidence, **changes))
        (fields,) = Support(attrs.evolve(content, risks=(risk,)), Writing("lv")).risks()
        assert isinstance(fields, Fields)
        said.append({line.label: line.text for line in fields.lines})
    assert (said[0]["Izmērīts"], said[0]["Pierādījumu dienas"], "Risku apstiprināja" in said[0]) == (None, None, False)
    assert (said[1]["Izmērīts"], said[1]["Pierādījumu dienas"]) == ("23 stundas", "21 ieraksts")
    assert said[2]["Pierādījumu dienas"] == "14.09.2022. –, 23 ieraksti"


@pytest.mark.parametrize(
    ("changes", "latvian", "english"),
    [
        ({"at_least": True}, "vismaz 23 stundas (slieksnis 20)", "at least 23 lessons (threshold 20)"),
        ({"at_least": False}, "23 stundas (slieksnis 20)", "23 lessons (threshold 20)"),
        ({"at_least": None}, "23 stundas (slieksnis 20)", "23 lessons (threshold 20)"),
        ({"measured": 21, "at_least": True}, "vismaz 21 stunda (slieksnis 20)", "at least 21 lessons (threshold 20)"),
        ({"unit": "visits"}, "23 visits (slieksnis 20)", "23 visits (threshold 20)"),
        ({"unit": None, "at_least": True}, "vismaz 23 (slieksnis 20)", "at least 23 (threshold 20)"),
    ],
)
def test_evidence_says_what_was_counted_and_whether_it_may_be_more(
    register: Register, changes: dict[str, Any], latvian: str, english: str
) -> None:
    content = plan_document(register, CLOSED).content
    evidence = content.risks[0].evidence
    assert evidence is not None
    assert evidence.unit == "lessons/semester"
    risk = attrs.evolve(content.risks[0], evidence=attrs.evolve(evidence, **{"at_least": False, **changes}))
    said = (
        Support(attrs.evolve(content, risks=(risk,)), Writing("lv")),
        Support(attrs.evolve(content, risks=(risk,)), Writing("en")),
    )
    shown = [{line.label: line.text for line in support.risks()[0].lines} for support in said]  # type: ignore[union-attr]
    assert (shown[0]["Izmērīts"], shown[1]["Measured"]) == (latvian, english)


@pytest.mark.parametrize(
    ("measured", "said"), [(1, "tā pati klase vai kurss, kas iepriekšējā mācību gadā"), (0, "0 reizes (slieksnis 0)")]
)
def test_a_repeated_level_is_said_in_words(own_register: Register, measured: int, said: str) -> None:
    with own_register.unit_of_work() as work:
        suggestion = work.suggestions.get(str(work.plans.get(CLOSED).risks[0].suggestion_id))
        work.suggestions.put(suggestion.changed(signal=REPEATED_LEVEL.name, measured=measured, threshold=0, at_least=False))
    assert f">{said}<" in plan_document(own_register, CLOSED).html()


def test_every_shipped_signal_has_words_for_what_it_counts() -> None:
    for signal in SIGNALS:
        assert signal.rule.fact(signal.measure).unit in UNITS, signal.name


def test_an_evaluation_without_measures_or_risks_leaves_their_tables_out(register: Register) -> None:
    content = plan_document(register, CLOSED).content
    assert content.evaluation is not None
    for changes, tables in (({"risks": ()}, 1), ({"measures": ()}, 1), ({"risks": (), "measures": ()}, 0)):
        evaluation = attrs.evolve(content.evaluation, **changes)
        blocks = Support(attrs.evolve(content, evaluation=evaluation), Writing("en")).evaluation()
        assert sum(isinstance(block, Table) for block in blocks) == tables


def test_a_signal_or_an_unknown_measure_that_the_programme_lacks_is_named_by_its_code(own_register: Register) -> None:
    with own_register.unit_of_work() as work:
        plan = work.plans.get(CLOSED)
        suggestion = work.suggestions.get(str(plan.risks[0].suggestion_id))
        work.suggestions.put(suggestion.changed(signal="signal-of-a-plugin"))
    evidence = plan_document(own_register, CLOSED).content.risks[0].evidence
    assert evidence is not None
    assert evidence.signal is not None
    assert (evidence.signal.title, evidence.unit) == ("signal-of-a-plugin", None)
