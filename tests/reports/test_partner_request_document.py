"""A partner's request as a document: what stands there, in both languages, and that it names nobody."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

pytest.importorskip("typst", reason="documents need the extra `reports`")

from pmp_core.compensation import Payee
from pmp_core.demo import SPECIALIST
from pmp_core.errors import InvalidValue
from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText
from pmp_core.register import Register
from pmp_core.reports import request_document
from pmp_core.statistics import PartnerRequest, partner_request
from pmp_core.values import Actor, Money

RATES = """overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
values:
  unit-rates.specialist-hour:
    entries:
      - {from: 2022-09-01, value: "12.50", unit: EUR/academic-hour, source: "Invented, 1", status: example}
  unit-rates.plan-preparation:
    entries:
      - {from: 2022-09-01, value: "8.00", unit: EUR/plan, source: "Invented, 2", status: example}
  unit-rates.plan-monitoring:
    entries:
      - {from: 2022-09-01, value: "3.00", unit: EUR/month, source: "Invented, 3", status: example}
  funding.ineligible-costs.measure-kinds:
    entries:
      - {from: 2022-09-01, value: [consultative-support], source: "Invented, 4", status: example}
"""
PERIOD = {"first_day": date(2023, 1, 1), "last_day": date(2023, 6, 30), "made_on": date(2023, 7, 3)}


@pytest.fixture
def paying(demo_copy: Any) -> Register:
    """The sample school, whose claims are paid on 14 April 2023, under invented unit rates."""
    actor = Actor(name="Jana", role="municipal-coordinator")
    with Register.open(demo_copy, actor=actor, access="host") as shipped:
        overlays = [*shipped.programme.pack.overlays, OverlayText("unit.example.yaml", RATES)]
        programme = load_programme("lv-8.3.4", overlays=overlays)
    register = Register.open(demo_copy, actor=actor, programme=programme, adopt_programme=True, access="host")
    with register.unit_of_work() as work:
        work.payees.add(Payee(id="Y-1", name="Izdomāts saņēmējs"))
        decided = work.claims.find(status="decided")
    for claim in decided:
        register.name_payee(claim.id, "Y-1", on=date(2023, 4, 14))
    register.pay_claims(on=date(2023, 4, 14), execution_on=date(2023, 4, 14))
    return register


@pytest.fixture
def made(paying: Register) -> PartnerRequest:
    with paying:
        return partner_request(paying, municipality_id="M-0001", **PERIOD)


@pytest.fixture
def programme(paying: Register) -> Any:
    return paying.programme


def test_html_and_pdf_say_the_same_in_both_languages(
    made: PartnerRequest, programme: Any, text_of_pdf: Callable[[bytes], str]
) -> None:
    assert made.complete
    total = made.total.total
    assert total is not None
    for language, words in (
        (
            "lv",
            (
                "Partnera pieprasījums",
                "Netiešās izmaksas",
                "pilnīgs",
                "ēdināšana",
                "12,50 EUR par akadēmisko stundu",
                "Rindas atšifrējums",
                "Avota statuss",
                "pēc vienības izmaksām",
                "Šeit lasīts par 23.1.2. p. darbības neattiecināmajām",
            ),
        ),
        (
            "en",
            (
                "Partner's request",
                "Indirect costs",
                "complete",
                "catering",
                "EUR 12.50 per academic hour",
                "(40 min)",
                "EUR 3.00 per month",
            ),
        ),
    ):
        document = request_document(made, programme, language=language)  # type: ignore[arg-type]
        html = document.html().replace("&#39;", "'")
        assert [word for word in words if word not in html] == []
        assert total.write(language) in html  # type: ignore[arg-type]
        pdf = document.pdf()
        assert pdf == document.pdf()
        text = text_of_pdf(pdf).replace("\u00a0", " ")
        assert words[1] in text
        assert made.digest[:12] in text
        assert made.reconciliation.lines.write(language).replace("\u00a0", " ") in text  # type: ignore[arg-type]


def test_every_clause_and_rate_stands_with_its_source_and_there_are_lines_to_sign(made: PartnerRequest, programme: Any) -> None:
    html = request_document(made, programme, language="en").html()
    for source in (
        "MK noteikumi Nr. 780, 30.11.2021, 30.1. p.",
        "MK noteikumi Nr. 780, 30.11.2021, 7.1. p.",
        "Invented, 1",
        "Invented, 3",
    ):
        assert source in html
    assert html.count('class="sign"') == 1
    for who in ("prepared by", "for the partner", "checked by: Izglītības kvalitātes valsts dienests (IKVD)"):
        assert who in html


def test_it_names_no_learner_and_no_specialist(made: PartnerRequest, programme: Any) -> None:
    document = request_document(made, programme, language="en")
    said = document.html() + document.csv().decode() + made.model_dump_json()
    assert "L-0021" in said
    assert SPECIALIST not in said
    assert "Izdomāts saņēmējs" not in said


def test_the_rows_behind_come_to_the_total(made: PartnerRequest, programme: Any) -> None:
    written = request_document(made, programme).csv().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(written), delimiter=";"))
    assert {row["part"] for row in rows} == {"compensation", "specialist", "plan-monitoring", "indirect"}
    assert sum((Money(row["amount"]) for row in rows), Money(0)) == made.total.total
    assert {row["eligible"] for row in rows} == {"true", "false"}


def test_a_cell_is_no_formula_to_a_spreadsheet(made: PartnerRequest, programme: Any) -> None:
    lines = tuple(
        line.model_copy(update={"meetings": tuple(one.model_copy(update={"institution_id": "=1+1"}) for one in line.meetings)})
        for line in made.work
    )
    written = request_document(made.model_copy(update={"work": lines}), programme).csv().decode("utf-8-sig")
    cells = {row["institution_id"] for row in csv.DictReader(io.StringIO(written), delimiter=";") if row["part"] == "specialist"}
    assert cells == {"'=1+1"}


def test_what_is_missing_is_named_across_the_page(demo_copy: Any, text_of_pdf: Callable[[bytes], str]) -> None:
    with Register.open(demo_copy, actor=Actor(name="Jana", role="plan-author"), access="host") as register:
        made = partner_request(register, municipality_id="M-0002", **PERIOD)
        document = request_document(made, register.programme)
    html = document.html()
    assert "nav nosakāms" in html
    assert "Pieprasījums ir nepilnīgs: nav noteikts unit-rates.plan-monitoring, unit-rates.specialist-hour." in html
    assert "nepilnīgs</div>" in html
    assert "Programmā nav noteikts, kuras izmaksas ir neattiecināmas" in html
    assert "NEPILNĪGS" in text_of_pdf(document.pdf())
    assert "Izlemts, bet perioda beigās nenokārtots" in html


def test_what_is_not_asked_for_says_why_and_a_learner_who_left_has_no_level(demo_copy: Any) -> None:
    none = """overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
values:
  funding.ineligible-costs.any:
    entries:
      - {from: 2017-03-01, value: false, source: "Invented, 5", status: example}
"""
    actor = Actor(name="Jana", role="plan-author")
    with Register.open(demo_copy, actor=actor, access="host") as shipped:
        programme = load_programme("lv-8.3.4", overlays=[*shipped.programme.pack.overlays, OverlayText("any.example.yaml", none)])
    with Register.open(demo_copy, actor=actor, programme=programme, adopt_programme=True, access="host") as register:
        with register.unit_of_work() as work:
            session = work.sessions.find(plan_id="P-0001")[0]
            work.sessions.put(session.changed(mode="remote"))
            learner_id = work.plans.get("P-0001").learner_id
            for stay in work.enrolments.find(learner_id=learner_id):
                work.enrolments.put(stay.changed(last_day=date(2022, 12, 31)))
        made = partner_request(register, municipality_id="M-0001", **PERIOD)
        html = request_document(made, programme, language="en").html()
    assert not made.ineligible_unclear
    assert "stand among the eligible" not in html
    assert f"session {session.id}" in html
    assert "there is no director" in html
    assert "not enrolled" in html


def test_a_request_of_nothing_says_so(demo_copy: Any) -> None:
    with Register.open(demo_copy, actor=Actor(name="Jana", role="plan-author"), access="host") as register:
        days = {"first_day": date(2022, 7, 1), "last_day": date(2022, 7, 31), "made_on": date(2022, 8, 1)}
        made = partner_request(register, municipality_id="M-0001", **days)
        document = request_document(made, register.programme, language="en")
    html = document.html()
    for said in ("No compensation was paid", "no such work", "no indirect costs", "Everything that is decided is settled"):
        assert said in html
    assert document.csv().count(b"\n") == 1


def test_it_is_told_by_its_partner_in_a_repr_and_shows_itself_in_a_notebook(made: PartnerRequest, programme: Any) -> None:
    document = request_document(made, programme, language="en")
    assert repr(document) == "<RequestDocument M-0001, en>"
    assert "<iframe sandbox" in document._repr_html_()
    assert PartnerRequest.model_validate(document.as_dict()) == made


def test_it_is_in_a_language_and_of_its_programme(made: PartnerRequest, programme: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        request_document(made, programme, language="ru")  # type: ignore[arg-type]
    assert caught.value.code == "language-unknown"
    with pytest.raises(InvalidValue) as caught:
        request_document(made, load_programme("lv-4.2.3.1"))
    assert caught.value.code == "request-other-programme"


def test_a_code_that_the_programme_does_not_know_is_written_as_it_is(made: PartnerRequest) -> None:
    other = made.model_copy(
        update={"compensation": tuple(line.model_copy(update={"kind": "a-code"}) for line in made.compensation)}
    )
    assert "a-code" in request_document(other, load_programme("lv-8.3.4"), language="en").html()
