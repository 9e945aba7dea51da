"""Knowledge time: an old decision under a newer law. Whether it differs, by how much, why, and how that reads."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.errors import FactError, PmpError, RuleError
from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText, Pack, load_pack
from pmp_core.rules import BoundRule, Check, Decision, Fact, Let, Redecision, Rule, choose, fact, parameter, present
from pmp_core.rules.comparison import Change, says_else
from pmp_core.rules.decision import Clause
from pmp_core.rules.expression import AMOUNT, FALSE, TRUE, StepValue
from pmp_core.values import Language, Money, Text

THEN, NOW = date(2022, 3, 2), date(2023, 1, 2)
MEALS: dict[str, Any] = {"on": date(2022, 3, 1), "present": True, "kind": "catering", "units": 5, "asked_cents": 1900}
WORD = Text("vārds", "word")


def overlaid(pack: Pack, values: str) -> Pack:
    """The pack with one overlay more."""
    head = "overlay_for: lv-8.3.4\ntitle: {lv: a, en: a}\nvalues:\n"
    return load_pack("lv-8.3.4", [*pack.overlays, OverlayText("amendment.yaml", head + values)])


def amended(pack: Pack, path: str = "compensation.cap.catering", value: str = "2.50", **fields: str) -> Pack:
    """The pack with an entry of 2018 replaced, for all days or from another one on."""
    told = {"from": "2018-01-01", "unit": "EUR/school-day", "source": "an act", "status": "example", **fields}
    written = ", ".join(f"{name}: {text}" for name, text in told.items())
    return overlaid(pack, f'  {path}:\n    entries: [{{value: "{value}", {written}, replaces: true}}]\n')


def decided(rule: BoundRule, prior: int | None = 0, **changed: Any) -> Decision:
    return rule.decide({**MEALS, **changed}, prior=prior).decision(decided_on=THEN)


def redefined_rule(meals: BoundRule, *steps: Any, without: tuple[str, ...] = (), **changed: Any) -> BoundRule:
    """The rule with these steps above its own, or in place of those of the same name."""
    new = {step.name: step for step in steps}
    own = {step.name: step for step in meals.definition.steps if step.name not in without}
    ordered = {**{name: step for name, step in new.items() if name not in own}, **own, **new}
    return BoundRule(attrs.evolve(meals.definition, steps=tuple(ordered.values()), **changed), meals.pack)


def error_of(kind: type[PmpError], rule: BoundRule, decision: Decision, **named: Any) -> PmpError:
    with pytest.raises(kind) as caught:
        rule.redecide(decision, decided_on=NOW, **named)
    assert caught.value.remedy
    return caught.value


def names(changes: tuple[Any, ...]) -> list[str]:
    return [change.name for change in changes]


# --- whether and by how much -------------------------------------------------------------------------------------------------


def test_a_cap_raised_for_days_long_past_would_have_given_more(meals: BoundRule) -> None:
    old = decided(meals)
    found = BoundRule(meals.definition, amended(meals.pack)).redecide(old, decided_on=NOW)
    assert (found.old, found.old.amount, found.new.amount) == (old, Money("10.75"), Money("12.50"))
    assert (found.differs, found.difference) == (True, Money("1.75"))
    assert found.new.decided_on == NOW
    assert found.because == ("compensation.cap.catering",)
    assert (names(found.steps), found.without_effect) == (["cap", "cut-to-cap"], ("cut-to-rest",))
    [clause] = found.clauses
    assert (clause.old and clause.old.written, clause.new and clause.new.written) == (
        Text("2,15 EUR par skolas dienu", "EUR 2.15 per school day"),
        Text("2,50 EUR par skolas dienu", "EUR 2.50 per school day"),
    )
    assert (found.facts, found.redefined, found.carried) == ((), (), ())


def test_a_cap_lowered_would_have_given_less(meals: BoundRule) -> None:
    found = BoundRule(meals.definition, amended(meals.pack, value="2.00")).redecide(decided(meals), decided_on=NOW)
    assert found.difference == Money("-0.75")


@pytest.mark.parametrize(("first", "differs"), [("2022-03-01", True), ("2022-03-02", False)])
def test_only_days_from_the_first_of_the_amendment_on_are_another(meals: BoundRule, first: str, differs: bool) -> None:
    newer = BoundRule(meals.definition, amended(meals.pack, **{"from": first}))
    found = newer.redecide(decided(meals), decided_on=NOW)
    assert found.differs is differs
    [clause] = found.clauses  # that the older entry ends the day before is another law too, if one that changes nothing
    assert clause.new is not None
    assert (clause.new.until, found.because) == ((None, ("compensation.cap.catering",)) if differs else (date(2022, 3, 1), ()))


def test_under_the_same_law_nothing_differs_and_it_is_told_so(meals: BoundRule) -> None:
    found = meals.redecide(decided(meals), decided_on=NOW)
    assert (found.differs, found.difference) == (False, Money(0))
    assert (found.because, found.steps, found.clauses, found.facts, found.redefined) == ((), (), (), (), ())
    assert found.explain("en").startswith("REVIEW OF A DECISION: it would be the same.\n")
    assert "the programme is the same" in found.explain("en")


def test_another_source_of_the_same_value_is_another_law_that_changes_nothing(meals: BoundRule) -> None:
    newer = BoundRule(meals.definition, amended(meals.pack, value="2.15", source="another act"))
    found = newer.redecide(decided(meals), decided_on=NOW)
    assert (found.differs, found.because, names(found.clauses)) == (False, (), ["compensation.cap.catering"])
    assert "Law that differs and does not change this decision:\n     basis: cap on compensation of catering\n" in found.explain(
        "en"
    )


def test_a_value_that_is_no_longer_set_leaves_it_undetermined(meals: BoundRule, pack: Pack) -> None:
    found = BoundRule(meals.definition, pack).redecide(decided(meals), decided_on=NOW)
    assert (found.new.outcome, found.difference) == ("undetermined", None)
    assert found.because == ("compensation.cap.catering", "compensation.ceiling")
    assert "undetermined, asked for EUR 19.00, missing: cap on compensation of catering, ceiling on all" in found.explain("en")


def test_a_refusal_that_the_newer_law_lifts_reaches_its_values(meals: BoundRule) -> None:
    old = decided(meals, on=date(2024, 1, 1))
    entry = "{from: 2017-03-01, value: true, source: an act, status: example, replaces: true}"
    newer = BoundRule(meals.definition, overlaid(meals.pack, f"  programme.in-force:\n    entries: [{entry}]\n"))
    found = newer.redecide(old, decided_on=NOW)
    assert (old.outcome, found.new.outcome, found.difference) == ("refused", "reduced", Money("10.75"))
    assert found.because == ("programme.in-force",)
    assert found.redefined == ()
    assert "then the programme is not in force, now met." in found.explain("en")
    assert "Cap: then not reached, now EUR 10.75." in found.explain("en")


facts = st.fixed_dictionaries(
    {
        "on": st.sampled_from([date(2017, 3, 1), date(2021, 8, 31), date(2021, 9, 1), date(2023, 12, 31), date(2024, 1, 1)]),
        "present": st.sampled_from([True, False, None]),
        "kind": st.sampled_from(["catering", "accommodation"]),
        "units": st.one_of(st.none(), st.integers(0, 30)),
        "asked_cents": st.integers(0, 20_000),
    }
)
priors = st.one_of(st.none(), st.integers(0, 15_000))


@given(facts, priors)
def test_under_the_same_law_a_decision_comes_back_whole_but_for_its_day(
    meals: BoundRule, given_facts: dict[str, Any], prior: int | None
) -> None:
    old = meals.decide(given_facts, prior=prior).decision(decided_on=THEN)
    found = meals.redecide(old, decided_on=NOW)
    assert not found.differs
    assert (found.because, found.steps, found.clauses, found.facts) == ((), (), (), ())
    day = {"decided_on", "digest"}
    assert found.new.model_dump(exclude=day) == old.model_dump(exclude=day)
    assert meals.redecide(old, decided_on=THEN).new == old


@given(facts, priors, st.sampled_from(["0.00", "1.00", "2.15", "9.99"]), st.sampled_from(["2018-01-01", "2021-09-01"]))
def test_a_newer_law_answers_as_it_would_have_answered_then(
    meals: BoundRule, given_facts: dict[str, Any], prior: int | None, cap: str, first: str
) -> None:
    newer = BoundRule(meals.definition, amended(meals.pack, value=cap, **{"from": first}))
    old = meals.decide(given_facts, prior=prior).decision(decided_on=THEN)
    found = newer.redecide(old, decided_on=NOW)
    assert found.new == newer.decide(given_facts, prior=prior).decision(decided_on=NOW)
    assert found.differs is ((found.new.outcome, found.new.amount, found.new.reasons) != (old.outcome, old.amount, old.reasons))
    assert bool(found.because) or not found.differs
    assert found.redefined == ()


def test_what_is_lacking_for_another_reason_is_told(meals: BoundRule, pack: Pack) -> None:
    found = meals.redecide(decided(meals, units=None), decided_on=NOW, prior=None)
    assert (found.old.reasons, found.new.reasons) == (("units",), ("units", "earlier-claim"))
    assert (found.differs, found.because) == (True, ("prior",))
    assert (
        "what is left: then not known, now not known.\n     fact: used before – then EUR 0.00, now not known."
        in found.explain("en")
    )
    bare = BoundRule(meals.definition, pack).redecide(decided(meals, units=None), decided_on=NOW)
    assert bare.because == ("compensation.cap.catering", "compensation.ceiling")
    raised = BoundRule(meals.definition, amended(meals.pack)).redecide(decided(meals, units=None), decided_on=NOW)
    assert (raised.differs, raised.steps, names(raised.clauses)) == (False, (), ["compensation.cap.catering"])


# --- facts -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prior", "amount", "used"), [("as-frozen", "10.00", 11_000), (11_500, "5.00", 11_500), (0, "10.75", 0), (None, None, None)]
)
def test_what_earlier_claims_used_is_what_the_decision_froze_unless_it_is_handed_in(
    meals: BoundRule, prior: Any, amount: str | None, used: int | None
) -> None:
    old = decided(meals, prior=11_000)
    found = meals.redecide(old, decided_on=NOW, prior=prior)
    assert (found.new.amount, found.new.prior_cents) == (None if amount is None else Money(amount), used)
    assert found.because == (() if prior == "as-frozen" else ("prior",))
    assert names(found.facts) == list(found.because)


def test_a_fact_that_is_found_anew_takes_the_place_of_the_old_one(meals: BoundRule) -> None:
    found = meals.redecide(decided(meals), decided_on=NOW, facts={"units": 8})
    assert (found.new.amount, found.because, found.handed_in) == (Money("17.20"), ("units",), ("units",))
    assert "     fact: days – then 5, now 8." in found.explain("en")


def test_a_fact_that_there_is_not_is_refused(meals: BoundRule) -> None:
    assert error_of(FactError, meals, decided(meals), facts={"unit": 8}).code == "fact-unknown"


def test_a_fact_that_only_the_newer_rule_asks_for_is_missing_unless_its_absence_says_something(meals: BoundRule) -> None:
    asks = Check("has-permit", fact("allowed"), Text("Ir atļauja", "There is a permit"), WORD)
    for absent, outcome, said in (
        (None, "undetermined", "not known"),
        (True, "reduced", "yes; this is what its absence means"),
    ):
        permit = Fact("allowed", "boolean", Text("atļauja", "permit"), absent=absent)
        newer = redefined_rule(meals, asks, facts=(*meals.definition.facts, permit))
        found = newer.redecide(decided(meals), decided_on=NOW)
        assert found.new.outcome == outcome
        assert found.differs is (outcome == "undetermined")
        assert names(found.facts) == ["allowed"]
        assert (found.facts[0].old, found.redefined) == (None, ("has-permit",))
        assert f"The old decision does not hold this fact: permit – {said}.\n" in found.explain("en")
        assert "The rule itself has changed in the steps: There is a permit.\n" in found.explain("en")
        assert found.because == (("allowed", "rule") if found.differs else ())


def test_a_fact_that_the_old_decision_does_not_hold_can_be_handed_in(meals: BoundRule) -> None:
    permit = Fact("allowed", "boolean", Text("atļauja", "permit"), required=True)
    asks = Check("allowed-by-permit", fact("allowed"), WORD, Text("atļaujas nav", "there is no permit"))
    newer = redefined_rule(meals, asks, facts=(*meals.definition.facts, permit))
    error = error_of(FactError, newer, decided(meals))
    assert (error.code, "'allowed'" in error.message) == ("fact-outdated", True)
    found = newer.redecide(decided(meals), decided_on=NOW, facts={"allowed": False})
    assert found.new.outcome == "refused"
    assert "permit – no; handed in now." in found.explain("en")
    assert "word: then no such step in the rule, now there is no permit." in found.explain("en")


def test_a_fact_that_the_newer_rule_no_longer_asks_for_is_told(meals: BoundRule) -> None:
    facts_left = tuple(one for one in meals.definition.facts if one.name != "present")
    newer = redefined_rule(meals, without=("at-school",), facts=facts_left)
    found = newer.redecide(decided(meals, present=False), decided_on=NOW)
    assert (found.old.outcome, found.new.outcome) == ("refused", "reduced")
    assert (names(found.facts), found.redefined) == (["present"], ("at-school",))
    assert "rule" in found.because
    assert "At school: then not at school, now no such step in the rule." in found.explain("en")
    assert "The newer rule no longer asks for this fact: at school." in found.explain("en")


def test_a_code_that_the_newer_law_no_longer_has_is_named(meals: BoundRule) -> None:
    only = tuple(attrs.evolve(one, choices=("accommodation",)) if one.name == "kind" else one for one in meals.definition.facts)
    newer = redefined_rule(meals, facts=only)
    error = error_of(FactError, newer, decided(meals))
    assert (error.code, error.found) == ("fact-outdated", "catering")
    assert "'kind'" in error.message
    assert "accommodation" in error.remedy
    assert newer.redecide(decided(meals), decided_on=NOW, facts={"kind": "accommodation"}).differs


def test_a_fact_that_became_another_type_is_named(meals: BoundRule) -> None:
    other = tuple(attrs.evolve(one, type="day", at_least=None) if one.name == "units" else one for one in meals.definition.facts)
    newer = redefined_rule(meals, Let("cap", choose(fact("units") <= NOW, 0, 1), WORD), facts=other)
    error = error_of(FactError, newer, decided(meals))
    assert (error.code, "'units'" in error.message) == ("fact-outdated", True)


def test_what_the_older_law_gave_itself_is_told_where_it_is_taken_over(meals: BoundRule) -> None:
    by_law = tuple(attrs.evolve(one, from_law=one.name == "units") for one in meals.definition.facts)
    rule = attrs.evolve(meals.definition, facts=by_law)
    older, newer = BoundRule(rule, meals.pack), BoundRule(rule, amended(meals.pack))
    old = decided(older)
    assert newer.redecide(old, decided_on=NOW).carried == ("units",)
    assert "Taken as the programme of that time gave it: days." in newer.redecide(old, decided_on=NOW).explain("en")
    assert newer.redecide(old, decided_on=NOW, facts={"units": 5}).carried == ()
    assert older.redecide(old, decided_on=NOW).carried == ()


def test_the_facts_of_a_claim_that_the_programme_gives_are_marked() -> None:
    facts_of_claims = load_programme("lv-8.3.4").rule("compensation").facts
    assert [one.name for one in facts_of_claims if one.from_law] == [
        "semester_first_day",
        "semester_last_day",
        "units",
        "cap_used_cents",
    ]


# --- what has no part in it --------------------------------------------------------------------------------------------------


def test_a_value_is_a_reason_only_where_its_cut_takes_something_off_then_or_now(meals: BoundRule) -> None:
    both = amended(amended(meals.pack, value="2.00"), "compensation.ceiling", "400.00", unit="EUR/learner-semester")
    found = BoundRule(meals.definition, both).redecide(decided(meals), decided_on=NOW)
    assert (found.because, found.without_effect) == (("compensation.cap.catering",), ("cut-to-rest",))
    low = amended(amended(meals.pack, value="2.00"), "compensation.ceiling", "8.00", unit="EUR/learner-semester")
    found = BoundRule(meals.definition, low).redecide(decided(meals), decided_on=NOW)
    assert (found.because, found.without_effect) == (("compensation.cap.catering", "compensation.ceiling"), ())


def test_a_value_that_rests_on_no_cut_or_on_one_that_bites_stays_a_reason(meals: BoundRule) -> None:
    twice = Let("twice", StepValue("cap") * 2, WORD)
    unused = Let("unused", StepValue("twice") * 2, WORD)
    checks_and_cap, rest = meals.definition.steps[:3], meals.definition.steps[4]
    cut = attrs.evolve(meals.definition.cuts[0], limit=StepValue("twice"))
    rule = BoundRule(attrs.evolve(meals.definition, steps=(*checks_and_cap, twice, cut, rest)), meals.pack)
    newer = BoundRule(rule.definition, amended(meals.pack, value="3.00"))
    high = newer.redecide(decided(rule), decided_on=NOW)
    assert (high.old.amount, high.new.amount, high.without_effect) == (
        Money("19.00"), Money("19.00"), ("cap", "twice"),
    )  # fmt: skip
    low = newer.redecide(decided(rule, asked_cents=2500), decided_on=NOW)
    assert (low.because, low.without_effect) == (("compensation.cap.catering",), ("cut-to-rest",))
    shown = attrs.evolve(rule.definition, steps=(*rule.definition.steps, unused))  # for people: no cut takes it
    older, newer = (BoundRule(shown, pack) for pack in (meals.pack, newer.pack))
    found = newer.redecide(decided(older), decided_on=NOW)
    assert (names(found.steps), found.without_effect) == (["cap", "twice", "unused"], ())


def test_a_cut_that_the_newer_rule_no_longer_has_is_a_reason_only_if_it_took_something_off(meals: BoundRule) -> None:
    newer = redefined_rule(meals, without=("cut-to-rest",), by=(), order=())
    assert newer.redecide(decided(meals), decided_on=NOW).without_effect == ("cut-to-rest",)
    assert newer.redecide(decided(meals, prior=11_500), decided_on=NOW).because == (
        "compensation.ceiling", "on", "prior", "rule",
    )  # fmt: skip


# --- the rule itself ---------------------------------------------------------------------------------------------------------


def test_a_step_that_gives_something_else_for_no_other_reason_was_redefined(meals: BoundRule) -> None:
    twice = Let(
        "cap",
        parameter("compensation.cap.{}", on="on", by="kind", among=("catering", "accommodation")) * fact("units") * 2,
        Text("Robeža", "Cap"),
    )
    found = redefined_rule(meals, twice).redecide(decided(meals), decided_on=NOW)
    assert (found.redefined, found.because, found.difference) == (("cap",), ("rule",), Money("8.25"))
    assert "The rule itself has changed in the steps: Cap." in found.explain("en")


def test_a_cut_that_gives_something_else_for_no_other_reason_was_redefined(meals: BoundRule) -> None:
    half = attrs.evolve(meals.definition.cuts[0], limit=StepValue("cap") - 100)
    found = redefined_rule(meals, half).redecide(decided(meals), decided_on=NOW)
    assert (found.redefined, found.difference) == (("cut-to-cap",), Money("-1.00"))


def test_a_cut_that_was_not_reached_was_not_redefined(meals: BoundRule) -> None:
    found = meals.redecide(decided(meals), decided_on=NOW, prior=None)
    assert names(found.steps) == ["cut-to-cap", "cut-to-rest"]
    assert (found.redefined, found.because) == ((), ("prior",))


def test_a_step_that_asks_for_something_else_was_redefined_whatever_it_gives(meals: BoundRule) -> None:
    other = attrs.evolve(meals.definition.checks[1], condition=fact("present") & (fact("units") >= 0))
    found = redefined_rule(meals, other).redecide(decided(meals), decided_on=NOW)
    assert (found.differs, found.redefined, found.because) == (False, ("at-school",), ())


def test_a_rule_that_had_no_running_sum_does_not_know_what_was_used(meals: BoundRule) -> None:
    without = attrs.evolve(meals.definition, by=(), order=(), steps=meals.definition.steps[:-1])
    old = BoundRule(without, meals.pack).decide(MEALS).decision(decided_on=THEN)
    found = meals.redecide(old, decided_on=NOW)
    assert (old.prior_cents, found.new.reasons) == (0, ("earlier-claim",))
    assert "missing: the decision on an earlier claim" in found.explain("en")
    assert not meals.redecide(old, decided_on=NOW, prior=0).difference
    back = BoundRule(without, meals.pack).redecide(decided(meals), decided_on=NOW)
    assert (back.differs, names(back.facts)) == (False, ["prior"])
    assert error_of(FactError, BoundRule(without, meals.pack), decided(meals), prior=5).code == "prior-wrong"


def test_two_readings_of_one_path_in_a_step_are_put_beside_one_another(pack: Pack) -> None:
    days = tuple(Fact(name, "day", WORD) for name in ("on", "later"))
    open_on = {name: parameter("compensation.allowed", on=name) for name in ("on", "later")}
    both = Check("both", open_on["on"] & open_on["later"], WORD, WORD)
    once = Check("both", open_on["on"] & fact("later").equals(date(2022, 3, 1)), WORD, WORD)
    older, newer = (BoundRule(Rule("mine", WORD, days, (check,)), pack) for check in (both, once))
    old = older.decide(on=date(2022, 3, 1), later=date(2020, 3, 12)).decision(decided_on=THEN)
    [gone] = newer.redecide(old, decided_on=NOW).clauses
    assert (gone.new, gone.old and gone.old.first) == (None, date(2020, 3, 12))
    assert "       now: nothing is said." in newer.redecide(old, decided_on=NOW).explain("en")


# --- decisions that an older release kept -----------------------------------------------------------------------------------

KEPT = json.loads((Path(__file__).parent / "decisions-of-0.1.0.example.json").read_text(encoding="utf-8"))["decisions"]
EXAMPLE = Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"


@pytest.mark.parametrize("claim", KEPT)
def test_what_an_older_release_wrote_otherwise_is_no_other_law(claim: str) -> None:
    old = Decision.model_validate(KEPT[claim])
    found = load_programme("lv-8.3.4", overlays=[EXAMPLE]).redecide(old, decided_on=NOW)
    assert not found.differs
    # That the days lie in the semester, which this release asks besides, is not required.
    assert [change.name for change in found.clauses if says_else(change)] == ["compensation.within-semester-required"]
    by_example = [change.name for change in found.clauses if change.new is not None and change.new.status == "example"]
    assert by_example == []  # the rates are the same in all: the words alone were others


def test_of_a_decision_that_an_older_release_kept_only_what_was_amended_is_the_reason() -> None:
    old = Decision.model_validate(KEPT["C-0004"])
    cap = """overlay_for: lv-8.3.4
title: {lv: a, en: a}
values:
  compensation.cap.accommodation:
    entries: [{from: 2022-09-01, value: "60.00", unit: EUR/claim, source: an act, status: example, replaces: true}]
"""
    newer = load_programme("lv-8.3.4", overlays=[EXAMPLE, OverlayText("amendment.yaml", cap)])
    found = newer.redecide(old, decided_on=NOW)
    assert (found.difference, found.because) == (Money("-30.00"), ("compensation.cap.accommodation", "cap_used_cents", "rule"))
    assert "then: EUR 90.00 [" in found.explain("en")
    assert "now: EUR 60.00 per claim [" in found.explain("en")


@pytest.mark.parametrize(
    ("old", "new", "else_"),
    [
        ("EUR 9.00", "EUR 9.00 per claim", False),
        ("EUR 9.00", "EUR 9.00 per learner and semester", False),
        ("EUR 9.00", "EUR 9.00 (EUR/kit)", False),
        ("10", "10%", False),
        ("yes", "yes", False),
        ("1", "10%", True),
        ("EUR 9.00", "EUR 9.001 per claim", True),
        ("EUR 9.00 per claim", "EUR 9.00 per item", True),
        ("EUR 9.00 per claim", "EUR 9.00", True),
        (None, "10%", True),
        ("10%", None, True),
        (None, None, False),
    ],
)
def test_a_clause_says_the_same_where_the_older_words_only_lack_the_unit(old: str | None, new: str | None, else_: bool) -> None:
    then, now = (
        Clause(path="a", title=WORD, state="set", written=None if said is None else Text(f"{said} {n}", said))
        for n, said in enumerate((old, new))
    )
    assert says_else(Change("a", then, now)) is else_
    assert says_else(Change("a", then, None))
    assert says_else(Change("a", None, now))


# --- what cannot be decided again --------------------------------------------------------------------------------------------


def test_a_decision_of_another_programme_or_rule_is_refused(meals: BoundRule) -> None:
    other = Pack("lv-9", meals.pack.title, meals.pack.values, meals.pack.terms, meals.pack.life_cycles)
    error = error_of(RuleError, BoundRule(meals.definition, other), decided(meals))
    assert (error.code, error.found) == ("decision-other-programme", "lv-8.3.4")
    error = error_of(RuleError, BoundRule(attrs.evolve(meals.definition, name="lunch"), meals.pack), decided(meals))
    assert (error.code, error.found) == ("decision-other-rule", "meals")


def test_a_programme_finds_the_rule_by_its_name_and_says_where_it_has_none(meals: BoundRule) -> None:
    programme = load_programme("lv-8.3.4")
    old = programme.rule("target-group").decide(on=date(2021, 8, 31), track="general", level=3).decision(decided_on=THEN)
    assert not programme.redecide(old, decided_on=NOW).differs
    with pytest.raises(RuleError) as caught:
        programme.redecide(decided(meals), decided_on=NOW)
    assert caught.value.code == "rule-unknown"


def test_a_programme_hands_on_what_is_handed_in() -> None:
    programme = load_programme("lv-8.3.4")
    old = programme.rule("target-group").decide(on=date(2021, 9, 1), track="general", level=3).decision(decided_on=THEN)
    assert programme.redecide(old, decided_on=NOW, facts={"level": 13}).new.outcome == "refused"
    with pytest.raises(FactError):
        programme.redecide(old, decided_on=NOW, prior=0)


# --- how it reads ------------------------------------------------------------------------------------------------------------

TOLD = {
    "lv": """LĒMUMA PĀRSKATĪŠANA: lēmums būtu citāds.
Noteikums: Pusdienas.
Programma: {title} (lv-8.3.4; toreiz satura nospiedums {old}, tagad satura nospiedums {new}).
Toreiz: samazināts, 10,75 EUR, prasīts 19,00 EUR; lemts 02.03.2022.
Tagad: samazināts, 6,00 EUR, prasīts 19,00 EUR; pārskatīts 02.01.2023.
Starpība: par 4,75 EUR mazāk.
Kāpēc:
  1. Ne vairāk par atlikumu: toreiz paliek 10,75 EUR, tagad samazināts no 10,75 EUR līdz 6,00 EUR.
     ziņa: agrāk izlietots – toreiz 0,00 EUR, tagad 19,00 EUR.
     pamats: visu kompensāciju griesti
       toreiz: 120,00 EUR izglītojamajam semestrī [no 01.09.2021.; made up; PARAUGS, izdomāts].
       tagad: 25,00 EUR izglītojamajam semestrī [no 01.09.2021. līdz 31.08.2022.; akts; PARAUGS, izdomāts].
Nekas nav grozīts: lemj cilvēks.""",
    "en": """REVIEW OF A DECISION: it would differ.
Rule: Meals.
Programme: {title} (lv-8.3.4; then content digest {old}, now content digest {new}).
Then: reduced, EUR 10.75, asked for EUR 19.00; decided on 2 March 2022.
Now: reduced, EUR 6.00, asked for EUR 19.00; reviewed on 2 January 2023.
Difference: EUR 4.75 less.
Why:
  1. Not more than what is left: then EUR 10.75 stays, now cut from EUR 10.75 to EUR 6.00.
     fact: used before – then EUR 0.00, now EUR 19.00.
     basis: ceiling on all compensation together
       then: EUR 120.00 per learner and semester [since 1 September 2021; made up; EXAMPLE, invented].
       now: EUR 25.00 per learner and semester [since 1 September 2021 until 31 August 2022; akts; EXAMPLE, invented].
Nothing was changed: a person decides.""",
}


@pytest.mark.parametrize("language", ["lv", "en"])
def test_a_redecision_reads_as_a_clerk_would_write_it(meals: BoundRule, language: Language) -> None:
    fields = {"from": "2021-09-01", "until": "2022-08-31", "unit": "EUR/learner-semester", "source": "akts"}
    newer = BoundRule(meals.definition, amended(meals.pack, "compensation.ceiling", "25.00", **fields))
    found = newer.redecide(decided(meals), decided_on=NOW, prior=1900)
    hashes = {"old": meals.pack.hash[:12], "new": newer.pack.hash[:12]}
    assert found.explain(language) == TOLD[language].format(title=meals.pack.title[language], **hashes)
    assert found.explain() == found.explain("lv")


def test_a_fact_is_written_as_it_is_called(meals: BoundRule) -> None:
    found = meals.redecide(decided(meals), decided_on=NOW, facts={"kind": "accommodation", "on": date(2021, 8, 31)})
    assert "kind – then catering <b>, now accommodation." in found.explain("en")
    assert "diena – toreiz 01.03.2022, tagad 31.08.2021." in found.explain("lv")
    assert "cap on compensation of" in found.explain("en")
    assert "<b>" not in found._repr_html_()


def test_an_amount_that_stays_with_another_reason_is_told(meals: BoundRule) -> None:
    rest = attrs.evolve(meals.definition.cuts[1], limit=choose(TRUE, 1075, AMOUNT))
    rule = attrs.evolve(meals.definition, steps=(*meals.definition.steps[:3], rest), by=(), order=())
    newer = BoundRule(rule, meals.pack)
    found = newer.redecide(decided(meals), decided_on=NOW)
    assert (found.differs, found.difference, found.new.reasons) == (True, Money(0), ("cut-to-rest",))
    assert "\nThe amount is the same.\n" in found.explain("en")


def test_a_check_that_cannot_be_told_is_not_known(meals: BoundRule) -> None:
    found = meals.redecide(decided(meals), decided_on=NOW, facts={"present": None})
    assert "At school: then met, now not known." in found.explain("en")


def test_a_value_of_another_type_is_written_as_such(pack: Pack) -> None:
    day = Fact("on", "day", WORD)
    older, newer = (
        BoundRule(Rule("mine", WORD, (day,), (Let("value", value, WORD, type=kind), Check("ok", FALSE, WORD, WORD))), pack)
        for value, kind in ((TRUE, "boolean"), (choose(TRUE, 7, 8), "integer"))
    )
    found = newer.redecide(older.decide(on=THEN).decision(decided_on=THEN), decided_on=NOW)
    assert "word: then yes, now 7." in found.explain("en")
    assert (found.differs, found.redefined) == (False, ("value",))


def test_a_value_that_is_known_only_now_is_told_with_what_became_known(meals: BoundRule) -> None:
    found = meals.redecide(decided(meals, units=None), decided_on=NOW, facts={"units": 5})
    assert (found.old.outcome, found.redefined, found.because) == ("undetermined", (), ("units",))
    assert "Cap: then not known, now EUR 10.75." in found.explain("en")
    kinds = ("catering", "accommodation")
    made_up = parameter("compensation.cap.{}", on="on", by="kind", among=kinds) * choose(present("units"), 9, 2)
    newer = redefined_rule(meals, Let("cap", made_up, WORD))
    found = newer.redecide(decided(meals, units=None), decided_on=NOW)
    assert (found.new.amount, found.redefined, found.because) == (Money("4.30"), ("cap",), ("rule",))


def test_a_redecision_comes_back_from_json_exactly(meals: BoundRule) -> None:
    found = BoundRule(meals.definition, amended(meals.pack)).redecide(decided(meals), decided_on=NOW, facts={"units": 6})
    assert Redecision.model_validate_json(found.model_dump_json()) == found
    told = json.loads(json.dumps(found.as_dict()))
    assert (told["differs"], told["difference"]) == (True, "4.25")
    assert told["because"] == ["compensation.cap.catering", "units"]
    [clause] = told["clauses"]
    assert (clause["old"]["source"], clause["new"]["source"]) == ("made up", "an act")
    assert [step["name"] for step in told["steps"]] == ["cap", "cut-to-cap"]
    assert told["without_effect"] == ["cut-to-rest"]
    assert Decision.model_validate(told["old"]) == found.old
    permit = Fact("allowed", "boolean", Text("atļauja", "permit"))
    newer = redefined_rule(meals, facts=(*meals.definition.facts, permit))
    [gone] = newer.redecide(decided(meals), decided_on=NOW).as_dict()["facts"]
    assert (gone["name"], gone["old"], gone["new"]["value"]) == ("allowed", None, None)
    assert newer.redecide(decided(meals, prior=None), decided_on=NOW).as_dict()["difference"] is None
