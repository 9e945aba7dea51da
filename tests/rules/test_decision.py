"""A decision: what it keeps, that it comes back exact and can be made again, and how it reads."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError
from pydantic.json_schema import JsonSchemaMode

from pmp_core.learners.rules import TARGET_GROUP
from pmp_core.programme import DatedValue, Pack
from pmp_core.programme.entries import Entry, Value, ValueType
from pmp_core.rules import OUTCOMES, BoundRule, Catalogue, Check, Decision, Fact, Let, Rule, Wording, fact, parameter, present
from pmp_core.rules.decision import written_value
from pmp_core.rules.explanation import written
from pmp_core.rules.expression import TRUE, StepValue
from pmp_core.values import DayRange, Language, Money, Text

DECIDED = date(2022, 3, 2)
MEALS: dict[str, Any] = {"on": date(2022, 3, 1), "present": True, "kind": "catering", "units": 9, "asked_cents": 1900}
CASES: dict[str, tuple[dict[str, Any], int | None]] = {
    "granted": (MEALS, 0),
    "reduced": (MEALS | {"units": 5}, 1900),
    "refused": (MEALS | {"on": date(2024, 1, 1), "present": None}, 0),
    "undetermined": (MEALS | {"units": None, "on": date(2017, 3, 1)}, None),
}
LANGUAGES: tuple[Language, ...] = ("lv", "en")
EXPLANATIONS = Path(__file__).parent / "explanations"


def golden(meals: BoundRule, case: str, language: Language) -> str:
    text = (EXPLANATIONS / f"{case}.{language}.txt").read_text(encoding="utf-8")
    return text.removesuffix("\n").replace("{hash}", meals.pack.hash[:12])


def decision(meals: BoundRule, case: str) -> Decision:
    facts, prior = CASES[case]
    return meals.decide(facts, prior=prior).decision(decided_on=DECIDED)


# --- how it reads ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_an_explanation_says_every_step_its_facts_and_its_law(meals: BoundRule, case: str, language: Language) -> None:
    facts, prior = CASES[case]
    text = meals.decide(facts, prior=prior).explain(language)
    assert text == golden(meals, case, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_a_decision_reads_as_its_result_does_but_for_the_day_of_the_decision(
    meals: BoundRule, case: str, language: Language
) -> None:
    facts, prior = CASES[case]
    result = meals.decide(facts, prior=prior)
    lines = result.decision(decided_on=DECIDED).explain(language).splitlines()
    lines.remove({"lv": "Lēmuma diena: 02.03.2022.", "en": "Decided on: 2 March 2022."}[language])
    assert lines == result.explain(language).splitlines()


def test_an_explanation_is_in_latvian_unless_asked_otherwise(meals: BoundRule) -> None:
    made = decision(meals, "granted")
    assert made.explain() == made.explain("lv")
    assert meals.decide(MEALS).explain() == golden(meals, "granted", "lv")


def test_a_refusal_of_the_target_group_cites_the_grades_of_the_day(pack: Pack) -> None:
    text = BoundRule(TARGET_GROUP, pack).decide(on=date(2021, 8, 31), track="general", level=3).explain("lv")
    reason = "klase vai kurss šajā dienā nepieder mērķgrupai."
    assert text.startswith(f"LĒMUMS: atteikts.\nKāpēc: {reason}\nNoteikums: Mērķgrupa.\nProgramma: ")
    assert f"Izglītojamais pieder mērķgrupai: nav izpildīts – {reason}" in text
    assert "ziņas: diena – 31.08.2021; izglītības programmas veids – vispārējā izglītība; klase vai kurss – 3." in text
    assert "vispārējās izglītības klases: 5–12 [no 01.03.2017. līdz 31.08.2021.; " in text


def test_what_a_notebook_shows_is_escaped(meals: BoundRule) -> None:
    shown = decision(meals, "granted")._repr_html_()
    assert "ēdināšana &lt;b&gt;" in shown
    assert "<b>" not in shown
    assert (shown[:5], shown[-6:]) == ("<pre>", "</pre>")


def test_a_missing_fact_keeps_its_name_even_where_the_explanation_uses_the_word(pack: Pack) -> None:
    word = Text("vārds", "word")
    facts = (Fact("on", "day", word, required=True), *(Fact(name, "boolean", word) for name in ("rule", "steps", "passed")))
    checks = tuple(Check(f"{one.name}-holds", fact(one.name), word, word) for one in facts[1:])
    text = BoundRule(Rule("mine", word, facts, checks), pack).decide(on=DECIDED).explain("lv")
    assert "Trūkst: vārds (rule), vārds (steps), vārds (passed)." in text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "integer", "nav zināms"),
        (True, "boolean", "jā"),
        (False, "boolean", "nē"),
        (0, "integer", "0"),
        (123456, "cents", "1\u00a0234,56 EUR"),
        ("kods", "code", "kods"),
        (date(2022, 3, 1), "day", "01.03.2022."),
    ],
)
def test_a_value_is_written_for_people(value: Any, kind: str, text: str) -> None:
    assert written(value, kind, "lv") == text


@pytest.mark.parametrize(
    ("path", "day", "text"),
    [
        ("programme.in-force", "2022-03-01", Text("jā", "yes")),
        ("plans.risks-at-least", "2022-03-01", Text("1", "1")),
        ("compensation.cap.catering", "2022-03-01", Text("2,15 EUR par skolas dienu", "EUR 2.15 per school day")),
        ("programme.planned-until", "2022-03-01", Text("31.12.2023.", "31 December 2023")),
        ("school-year.2022/23.semester-1", "2022-09-01", Text("01.09.2022.–23.12.2022.", "1 September 2022–23 December 2022")),
        ("target-group.iap-support.general.levels", "2021-09-01", Text("1–12", "1–12")),
        ("plans.statuses-in-force", "2022-03-01", Text("Apstiprināts, Īstenošanā", "approved, being implemented")),
        ("programme.owner", "2022-03-01", Text(*["Izglītības kvalitātes valsts dienests (IKVD)"] * 2)),
    ],
)
def test_a_clause_writes_what_the_programme_says(example_pack: Pack, path: str, day: str, text: Text) -> None:
    word = Text("vārds", "word")
    rule = Rule("mine", word, (Fact("on", "day", word),), (Check("check", TRUE, word, word, clauses=(path,)),))
    made = BoundRule(rule, example_pack).decide(on=date.fromisoformat(day)).decision(decided_on=DECIDED)
    assert made.steps[0].clauses[0].written == text


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("levels", (5, 7), "5, 7"),
        ("levels", (5, 6), "5, 6"),
        ("levels", (5, 6, 7), "5–7"),
        ("codes", ("a", "b", "c"), "a, b, c"),
        ("days", DayRange(date(2022, 9, 1)), "01.09.2022.–"),
        ("percent", Decimal("15"), "15\u00a0%"),
        ("percent", Decimal("0.85"), "0,85\u00a0%"),
    ],
)
def test_other_values_are_written_too(kind: ValueType, value: Value, text: str) -> None:
    said = DatedValue("a.b", Text("a", "b"), kind, ())
    assert written_value(value, Pack("x", said.title, {"a.b": said}, {}, {}), "a.b", "lv") == text


def test_a_percentage_is_written_in_english_too() -> None:
    said = DatedValue("a.b", Text("a", "b"), "percent", ())
    assert written_value(Decimal("12.5"), Pack("x", said.title, {"a.b": said}, {}, {}), "a.b", "en") == "12.5%"


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("EUR/item", Text("9,00 EUR par vienību", "EUR 9.00 per item")),
        ("EUR/km", Text("9,00 EUR (EUR/km)", "EUR 9.00 (EUR/km)")),
        ("EUR", Text("9,00 EUR", "EUR 9.00")),
        (None, Text("9,00 EUR", "EUR 9.00")),
    ],
)
def test_an_amount_says_what_it_is_for(unit: str | None, text: Text) -> None:
    word = Text("vārds", "word")
    entry = Entry(date(2022, 1, 1), "made up", "example", "test", Money("9.00"))
    pack = Pack("x", word, {"a.b": DatedValue("a.b", word, "money", (entry,), unit=unit)}, {}, {})
    rule = Rule("mine", word, (Fact("on", "day", word, required=True),), (Check("check", TRUE, word, word, clauses=("a.b",)),))
    assert BoundRule(rule, pack).decide(on=DECIDED).decision(decided_on=DECIDED).steps[0].clauses[0].written == text


def test_a_clause_of_a_path_without_any_entry_says_that_no_value_is_set() -> None:
    word = Text("vārds", "word")
    pack = Pack("x", word, {"a.b": DatedValue("a.b", word, "boolean", ())}, {}, {})
    rule = Rule("mine", word, (Fact("on", "day", word),), (Check("check", TRUE, word, word, clauses=("a.b",)),))
    result = BoundRule(rule, pack).decide(on=DECIDED)
    assert "basis: word [no value is set]." in result.explain("en")


def test_a_code_of_a_catalogue_is_called_what_the_catalogue_calls_it(pack: Pack) -> None:
    word = Text("vārds", "word")
    facts = (Fact("on", "day", word), Fact("kind", "code", word, choices=Catalogue("specialists")))
    rule = BoundRule(Rule("mine", word, facts, (Check("check", present("kind"), word, word),)), pack)
    assert "vārds – psihologs" in rule.decide(on=DECIDED, kind="psychologist").explain("lv")
    assert "vārds – nav zināms" in rule.decide(on=DECIDED, kind=None).explain("lv")


# --- what it keeps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_a_decision_comes_back_from_json_exactly(meals: BoundRule, case: str) -> None:
    made = decision(meals, case)
    again = Decision.model_validate_json(made.model_dump_json())
    assert again == made
    assert again.model_dump_json() == made.model_dump_json()
    assert [one.plain() for one in again.facts] == [one.plain() for one in made.facts]
    assert [type(one.value) for one in again.facts] == [type(one.value) for one in made.facts]
    assert Decision.model_validate(made.model_dump()) == made


@pytest.mark.parametrize("case", CASES)
def test_a_decision_can_be_made_again_from_its_own_facts(meals: BoundRule, case: str) -> None:
    made = Decision.model_validate_json(decision(meals, case).model_dump_json())
    again = meals.decide(made.facts_as_used(), prior=made.prior_cents).decision(decided_on=made.decided_on)
    assert again == made
    assert again.digest == made.digest


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_schema_of_a_decision_takes_what_is_kept_and_nothing_else(meals: BoundRule, mode: JsonSchemaMode) -> None:
    schema = Draft202012Validator(Decision.model_json_schema(mode=mode), format_checker=FormatChecker())
    schema.check_schema(schema.schema)
    for case in CASES:
        kept = json.loads(decision(meals, case).model_dump_json())
        schema.validate(kept)
        for changes in ({"amount": 12.5}, {"outcome": "approved"}, {"decided_on": "tomorrow"}, {"learner_id": "L-1"}):
            assert not schema.is_valid(kept | changes), changes
        assert not schema.is_valid({name: value for name, value in kept.items() if name != "facts"})


def altered(made: Decision, **changes: Any) -> dict[str, Any]:
    return {**json.loads(made.model_dump_json()), **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "granted"},
        {"amount": "19.00"},
        {"asked": None},
        {"decided_on": "2022-03-03"},
        {"prior_cents": 0},
        {"programme_hash": "0" * 64},
        {"reasons": []},
        {"facts": []},
        {"digest": "0" * 64},
    ],
)
def test_a_decision_that_was_altered_is_refused(meals: BoundRule, changes: dict[str, Any]) -> None:
    made = decision(meals, "reduced")
    with pytest.raises(ValidationError, match="decision-altered"):
        Decision.model_validate(altered(made, **changes))


def test_one_euro_more_in_a_step_is_an_alteration(meals: BoundRule) -> None:
    data = altered(decision(meals, "reduced"))
    data["steps"][2]["value"] += 100
    with pytest.raises(ValidationError, match="decision-altered"):
        Decision.model_validate(data)


def test_a_decision_without_a_digest_is_refused(meals: BoundRule) -> None:
    made = decision(meals, "granted")
    assert len(made.digest) == 64
    for data in (altered(made, digest=""), {name: value for name, value in altered(made).items() if name != "digest"}):
        with pytest.raises(ValidationError, match="decision-altered"):
            Decision.model_validate(data)
        with pytest.raises(ValidationError, match="decision-altered"):
            Decision.model_validate_json(json.dumps(data))


def test_digests_differ_where_anything_differs(meals: BoundRule) -> None:
    assert len({decision(meals, case).digest for case in CASES}) == len(CASES)
    later = meals.decide(MEALS).decision(decided_on=date(2022, 3, 3))
    assert later.digest != decision(meals, "granted").digest


def test_a_decision_keeps_no_identity(meals: BoundRule) -> None:
    facts, prior = CASES["granted"]
    made = meals.decide({**facts, "learner_id": "L-4F7K2", "claim_id": "C-1"}, prior=prior).decision(decided_on=DECIDED)
    assert [one.name for one in made.facts] == list(MEALS)
    assert not any(identity in made.model_dump_json() for identity in ("L-4F7K2", "C-1", "learner_id", "claim_id"))


def test_a_decision_says_what_was_asked_granted_and_used_before(meals: BoundRule) -> None:
    made = decision(meals, "reduced")
    assert (made.rule, made.programme, made.programme_hash) == ("meals", "lv-8.3.4", meals.pack.hash)
    assert (made.asked, made.amount, made.prior_cents) == (Money("19.00"), Money("10.75"), 1900)
    assert (made.outcome, made.reasons, made.missing) == ("reduced", ("cut-to-cap",), ())
    assert made.outcome_text == Text("samazināts", "reduced")


def test_an_undetermined_decision_names_what_is_missing_and_grants_no_amount(meals: BoundRule) -> None:
    made = decision(meals, "undetermined")
    assert made.missing == ("units", "compensation.cap.catering", "compensation.ceiling", "earlier-claim")
    assert (made.amount, made.prior_cents) == (None, None)


def test_steps_keep_what_they_gave_their_facts_and_the_entries_in_force(meals: BoundRule) -> None:
    in_force, at_school, cap, cut, rest = decision(meals, "reduced").steps
    assert (in_force.kind, in_force.passed, in_force.value, in_force.unit) == ("check", True, None, "boolean")
    assert [clause.path for clause in at_school.clauses] == ["compensation.receipts-required"]
    assert (cap.kind, cap.passed, cap.value, cap.unit) == ("let", None, 1075, "cents")
    assert [one.name for one in cap.facts] == ["on", "kind", "units"]
    assert (cut.kind, cut.before, cut.value) == ("cut", 1900, 1075)
    assert (rest.before, rest.value) == (1075, 1075)
    clause = cap.clauses[0]
    assert (clause.path, clause.state, clause.status) == ("compensation.cap.catering", "set", "example")
    assert (clause.first, clause.until, clause.source) == (date(2018, 1, 1), None, "made up")
    assert clause.written == Text("2,15 EUR par skolas dienu", "EUR 2.15 per school day")


@pytest.mark.parametrize(("day", "state"), [(date(2023, 12, 31), "set"), (date(2024, 1, 1), "ended")])
def test_a_clause_says_in_which_state_the_law_was_on_the_day(meals: BoundRule, day: date, state: str) -> None:
    step = meals.decide(MEALS | {"on": day}).decision(decided_on=DECIDED).steps[0]
    assert step.clauses[0].state == state
    assert (step.clauses[0].written is None) is (state != "set")


def test_a_refused_claim_did_not_reach_its_values_whether_facts_are_missing_or_not(meals: BoundRule) -> None:
    for facts in (MEALS | {"present": False}, MEALS | {"present": False, "units": None}):
        result = meals.decide(facts)
        assert result.values == (True, False, None, None, None)
        steps = result.decision(decided_on=DECIDED).steps
        assert [step.reached for step in steps] == [True, True, False, False, False]


def test_a_step_whose_entry_cannot_be_told_cites_none(pack: Pack) -> None:
    word = Text("vārds", "word")
    facts = (
        Fact("on", "day", word),
        Fact("kind", "code", word, choices=("catering", "accommodation")),
    )
    cap = parameter("compensation.cap.{}", on="on", by="kind", among=("catering", "accommodation"))
    rule = BoundRule(
        Rule(
            "mine",
            word,
            facts,
            (Let("cap", cap, word), Check("check", StepValue("cap") >= 1, word, word, ("plans.measure-justified",))),
        ),
        pack,
    )
    both, only_day, only_kind = (
        rule.decide(on=on, kind=kind).decision(decided_on=DECIDED)
        for on, kind in ((None, None), (DECIDED, None), (None, "catering"))
    )
    assert [len(step.clauses) for step in both.steps] == [0, 0]
    assert [len(step.clauses) for step in only_day.steps] == [0, 1]
    assert [len(step.clauses) for step in only_kind.steps] == [0, 0]


def test_a_code_that_a_deployment_added_has_no_clause_until_it_has_a_value(pack: Pack) -> None:
    word = Text("vārds", "word")
    facts = (Fact("on", "day", word, required=True), Fact("kind", "code", word, choices=("catering", "scooter")))
    cap = parameter("compensation.cap.{}", on="on", by="kind", among=("catering", "scooter"))
    rule = BoundRule(Rule("mine", word, facts, (Let("cap", cap, word),)), pack)
    result = rule.decide(on=DECIDED, kind="scooter")
    assert (result.outcome, result.reasons) == ("undetermined", ("compensation.cap.scooter",))
    assert result.decision(decided_on=DECIDED).steps[0].clauses == ()


def test_a_rule_words_its_outcomes_itself(pack: Pack) -> None:
    rule = BoundRule(TARGET_GROUP, pack)
    made = rule.decide(on=date(2021, 9, 1), track="general", level=3).decision(decided_on=DECIDED)
    assert made.explain("lv").startswith("LĒMUMS: pieder mērķgrupai.")
    assert (made.amount, made.asked) == (None, None)
    assert [Wording().of(outcome).en for outcome in OUTCOMES] == list(OUTCOMES)


def test_a_list_of_no_codes_is_written_as_none(pack: Pack) -> None:
    written = [written_value((), pack, "signals.unexcused-lessons.factor", language) for language in ("lv", "en")]
    assert written == ["neviens", "none"]
