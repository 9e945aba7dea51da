"""What a rule may look like: whatever cannot be a rule is told when it is defined or bound, and never when it decides."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import pytest

from pmp_core.errors import RuleError
from pmp_core.programme import Pack
from pmp_core.rules import AMOUNT, PRIOR, BoundRule, Check, Cut, Fact, Let, Rule, choose, fact, parameter, present
from pmp_core.rules.expression import TRUE, Known, StepValue, Unset
from pmp_core.rules.lowering import Lowering, lower
from pmp_core.rules.python_function import PythonCode
from pmp_core.rules.rule import RESERVED_STEPS, Step, parameters, tree_of
from pmp_core.values import Text

WORD = Text("vārds", "word")
ON = Fact("on", "day", WORD, required=True)
LEVEL, TRACK = Fact("level", "integer", WORD), Fact("track", "code", WORD, choices=("general", "vocational"))
ASKED = Fact("asked_cents", "cents", WORD, required=True)
FACTS = (ON, LEVEL, TRACK, ASKED)
DAY = date(2022, 3, 1)


def check(name: str = "check", condition: Any = TRUE) -> Check:
    return Check(name, condition, WORD, WORD)


def let(name: str, *needed: str) -> Let:
    value = fact("level")
    for other in needed:
        value = value + StepValue(other)
    return Let(name, value, WORD)


def cut(limit: Any, name: str = "cut") -> Cut:
    return Cut(name, limit, WORD)


def rule(*steps: Step, facts: tuple[Fact, ...] = FACTS, **more: Any) -> Rule:
    return Rule("mine", WORD, facts, steps, **more)


@pytest.mark.parametrize(
    ("steps", "more", "words"),
    [
        ((check(), check()), {}, "'check' is used twice"),
        ((check("level"),), {}, "'level' is used twice"),
        ((), {"facts": (ON, LEVEL, LEVEL)}, "'level' is used twice"),
        ((check("Big"),), {}, "'Big' cannot name a step"),
        ((check("a_b"),), {}, "'a_b' cannot name a step"),
        ((check("a--b"),), {}, "'a--b' cannot name a step"),
        ((check("a-"),), {}, "'a-' cannot name a step"),
        ((check("earlier-claim"),), {}, "'earlier-claim' cannot name a step.*kebab-case, and none of amount, asked"),
        ((), {"facts": (ON, Fact("Level", "integer", WORD))}, "'Level' cannot name a fact.*snake_case"),
        ((), {"facts": (ON, Fact("class", "integer", WORD))}, "'class' cannot name a fact"),
        ((), {"facts": (ON, Fact("prior", "integer", WORD))}, "'prior' cannot name a fact"),
        ((), {"on": "level"}, "'level' is no fact of type day"),
        ((), {"on": "day"}, "'day' is no fact of type day"),
        ((), {"asked": "level"}, "'level' is no fact of type cents"),
        ((check(condition=StepValue("cap")), Let("cap", fact("level"), WORD)), {}, "'check' uses 'cap', which no `Let` above"),
        ((check("first"), check(condition=StepValue("first"))), {}, "uses 'first', which no `Let` above"),
        ((Let("a", StepValue("a"), WORD),), {}, "in a circle: 'a' → 'a'"),
        ((let("a", "b"), let("b", "a")), {}, "in a circle: 'a' → 'b' → 'a'"),
        ((let("a", "b"), let("b", "c", "d"), let("d", "c"), let("c", "b")), {}, "in a circle: 'b' → 'c' → 'b'"),
        ((let("a", "b", "c"), let("b", "c"), let("c")), {}, "'a' uses 'b', which no `Let` above"),
        ((), {"facts": (ON, Fact("level", None, WORD))}, "'level' has no type that a rule knows.*one: integer, boolean"),  # type: ignore[arg-type]
        ((), {"facts": (ON, Fact("level", "number", WORD))}, "'level' has no type.*Found: 'number'"),  # type: ignore[arg-type]
        ((Let("a", fact("level"), WORD, type="number"),), {}, "the value 'a' has no type"),  # type: ignore[arg-type]
        ((check(condition=fact("levle") >= 1),), {}, "'levle', which is no fact.*Nearest: level"),
        ((check(condition=present("qqqqqq")),), {}, "'qqqqqq', which is no fact.*Facts: on, level, track"),
        ((check(condition=parameter("a.b", on="level")),), {}, "needs 'level' to be of type day"),
        ((check(condition=parameter("a.{}", on="on", by="level")),), {}, "needs 'level' to be of type code"),
        ((check(condition=fact("level").is_in(parameter("a.{}", on="on", by="trakc"))),), {}, "'trakc'.*Nearest: track"),
        ((check(condition=AMOUNT >= 1),), {"asked": "asked_cents"}, "'check' uses the amount or `prior` outside a cut"),
        ((Let("let", AMOUNT + 1, WORD),), {"asked": "asked_cents"}, "'let' uses the amount"),
        ((check(condition=PRIOR >= 1),), {"asked": "asked_cents", "by": ("a",), "order": ("b",)}, "`prior` outside a cut"),
        ((cut(Known(1)),), {}, "a cut needs `asked`"),
        ((cut(Known(1) - PRIOR),), {"asked": "asked_cents"}, "one running sum needs `by` and `order`"),
        ((cut(Known(1) - PRIOR),), {"asked": "asked_cents", "by": ("a",)}, "one running sum"),
        ((cut(Known(1) - PRIOR),), {"asked": "asked_cents", "order": ("a",)}, "one running sum"),
        ((cut(Known(1)),), {"asked": "asked_cents", "by": ("a",)}, "one running sum"),
        ((), {"by": ("a",), "order": ("b",)}, "one running sum"),
        (
            (cut(Known(1) - PRIOR), cut(Known(2) - PRIOR, "again")),
            {"asked": "asked_cents", "by": ("a",), "order": ("b",)},
            "one running sum",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_told_when_it_is_defined(steps: tuple[Step, ...], more: dict[str, Any], words: str) -> None:
    with pytest.raises(RuleError, match=words) as caught:
        rule(*steps, **more)
    assert caught.value.code == "rule-malformed"
    assert "'mine'" in caught.value.message
    assert str(caught.value.place.pointer).startswith("/rules/mine")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("steps", "facts", "pointer"),
    [
        ((check(), check()), FACTS, "/rules/mine/steps/check"),
        ((check("level"),), FACTS, "/rules/mine/facts/level"),
        ((check(condition=fact("levle") >= 1),), FACTS, "/rules/mine/steps/check"),
        ((let("b", "a"), let("a", "b")), FACTS, "/rules/mine/steps/b"),
        ((), (ON, Fact("Level", "integer", WORD)), "/rules/mine/facts/Level"),
        ((cut(Known(1)),), FACTS, "/rules/mine"),
    ],
)
def test_the_place_in_the_rule_is_told(steps: tuple[Step, ...], facts: tuple[Fact, ...], pointer: str) -> None:
    with pytest.raises(RuleError) as caught:
        rule(*steps, facts=facts)
    assert caught.value.place.pointer == pointer


def test_a_step_sees_the_lets_above_it_and_the_amount_and_prior_belong_to_cuts() -> None:
    made = rule(
        Let("cap", fact("level") * 100, WORD),
        check(condition=StepValue("cap") >= 1),
        cut(StepValue("cap") - PRIOR + PRIOR * 0),
        cut(AMOUNT - 1, "less"),
        asked="asked_cents",
        by=("learner_id",),
        order=("claim_id",),
    )
    assert [[step.name for step in kind] for kind in (made.lets, made.checks, made.cuts)] == [["cap"], ["check"], ["cut", "less"]]
    assert made.fact("level") is LEVEL
    assert [tree_of(step) for step in made.steps[:2]] == [fact("level") * 100, StepValue("cap") >= 1]


def test_the_parameters_of_a_tree_are_told_once() -> None:
    cap = parameter("a.b", on="on")
    assert parameters((fact("level") >= cap) & fact("level").is_in(cap) & (cap <= 3)) == (cap,)


def test_every_name_that_lowering_gives_is_reserved() -> None:
    made = rule(
        Let("cap", fact("level") * 100, WORD),
        check(condition=fact("level") >= 1),
        cut(StepValue("cap") - PRIOR),
        asked="asked_cents",
        by=("learner_id",),
        order=("claim_id",),
    )
    own = {"cap", "check", "cut"}
    names = set(lower(made, {"level"}, carried=True).steps)
    assert {name for name in names if " " not in name} - own == RESERVED_STEPS - {"earlier-claim"}


# --- names that would get into each other's way ------------------------------------------------------------------------------

CLASHING = [
    "rule",
    "values",
    "check",
    "gather",
    "lacking",
    "error",
    "outcome",
    "used",
    "type",
    "k1",
    "has_level",
    "decide",
    "int",
]


@pytest.mark.parametrize("name", CLASHING)
def test_a_fact_may_have_a_name_that_the_generated_function_uses_too(name: str, pack: Pack) -> None:
    bound = BoundRule(rule(check("is-there", fact(name) >= 1), facts=(*FACTS, Fact(name, "integer", WORD))), pack)
    facts = {"on": DAY, "level": 3, "track": "general", "asked_cents": 1}
    assert bound.decide(facts, **{name: 1}).outcome == "granted"
    assert bound.decide(facts, **{name: 0}).reasons == ("is-there",)
    assert bound.decide(facts, **{name: None}).reasons == (name,)


# --- what shows when the rule is bound to a pack ---------------------------------------------------------------------------


def binding_error(pack: Pack, *steps: Step, **more: Any) -> RuleError:
    with pytest.raises(RuleError) as caught:
        BoundRule(rule(*steps, **more), pack)
    return caught.value


@pytest.mark.parametrize(
    ("step", "code", "near"),
    [
        (check(condition=parameter("programme.in-forse", on="on")), "parameter-unknown", "programme.in-force"),
        (
            check(condition=fact("level").is_in(parameter("target-group.iap-suport.general.levels", on="on"))),
            "parameter-unknown",
            "target-group.iap-support.general.levels",
        ),
        (
            Let("let", parameter("compensation.cup.{}", on="on", by="track", among=("general", "vocational")), WORD),
            "parameter-unknown",
            "compensation.cap.catering",
        ),
        (Check("check", TRUE, WORD, WORD, clauses=("plans.aplication-first",)), "clause-unknown", "plans.application-first"),
        (Cut("cut", Known(1), WORD, clauses=("compensation.ceilin",)), "clause-unknown", "compensation.ceiling"),
    ],
)
def test_a_path_that_the_pack_does_not_have_is_told_with_the_nearest(pack: Pack, step: Step, code: str, near: str) -> None:
    error = binding_error(pack, step, asked="asked_cents")
    assert (error.code, error.place.pointer) == (code, f"/rules/mine/steps/{step.name}")
    assert near in error.remedy
    assert f"step {step.name!r}" in error.message


def test_a_path_like_no_other_is_told_without_neighbours(pack: Pack) -> None:
    assert binding_error(pack, check(condition=parameter("zzz", on="on"))).remedy == "Add the path to the pack."


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (parameter("school-year.2022/23.semester-1", on="on"), "DayRange"),
        (parameter("target-group.iap-support.general.levels", on="on"), "tuple"),
        (fact("level").is_in(parameter("plans.risks-at-least", on="on")), "int"),
    ],
)
def test_a_value_that_no_rule_can_use_is_told(pack: Pack, tree: Any, found: str) -> None:
    error = binding_error(pack, check(condition=tree))
    assert (error.code, error.found, error.place.pointer) == ("parameter-type", found, "/rules/mine/steps/check")


@pytest.mark.parametrize("choices", [(), ("general", "vocational", "other")])
def test_a_code_that_no_key_of_the_parameter_fits_could_get_anothers_value_and_is_told(
    pack: Pack, choices: tuple[str, ...]
) -> None:
    listed = parameter("target-group.iap-support.{}.levels", on="on", by="track", among=("general", "vocational"))
    facts = (ON, LEVEL, Fact("track", "code", WORD, choices=choices), ASKED)
    assert binding_error(pack, check(condition=fact("level").is_in(listed)), facts=facts).code == "parameter-keys"


def test_a_limit_that_needs_other_facts_for_other_amounts_is_told(pack: Pack) -> None:
    limit = choose(AMOUNT > 100, fact("level"), Known(5))
    assert binding_error(pack, cut(limit), asked="asked_cents").code == "rule-malformed"


@pytest.mark.parametrize(("facts", "fits"), [(29, True), (30, False)])
def test_a_rule_with_more_reasons_than_its_mask_holds_is_refused_when_it_is_bound(pack: Pack, facts: int, fits: bool) -> None:
    """Each fact brings two: it can be missing, and its check can fail. Five more come from what else the rule has."""
    numbers = tuple(Fact(f"number_{i}", "integer", WORD) for i in range(facts))
    steps: list[Step] = [check(f"check-{i}", fact(number.name) >= 1) for i, number in enumerate(numbers)]
    steps += [check("a"), check("b"), check("c"), cut(Known(1) - PRIOR)]
    made = rule(*steps, facts=(*FACTS, *numbers), asked="asked_cents", by=("learner_id",), order=("claim_id",))
    given = {"on": DAY, "asked_cents": 1, **{number.name: 1 for number in numbers}, "level": 1, "track": "general"}
    if fits:
        bound = BoundRule(made, pack)
        assert (len(bound.bits), max(bound.bits.values())) == (63, 1 << 62)
        assert bound.decide(**{**given, "number_0": 0}).reasons == ("check-0",)
        return
    with pytest.raises(RuleError, match="65 reasons, and 63 fit") as caught:
        BoundRule(made, pack)
    assert (caught.value.code, caught.value.place.pointer) == ("rule-too-wide", "/rules/mine")
    assert "31 reasons are things that can be missing, such as number_28, number_29, earlier-claim." in caught.value.remedy


def test_a_limit_may_depend_on_the_amount_where_nothing_can_be_missing(pack: Pack) -> None:
    bound = BoundRule(rule(cut(choose(AMOUNT > 100, Known(90), Known(50))), facts=(ON, ASKED), asked="asked_cents"), pack)
    assert [bound.decide(on=DAY, asked_cents=asked).amount_cents for asked in (100, 101)] == [50, 90]


def test_only_a_bound_rule_can_be_lowered_and_only_a_lowered_one_written() -> None:
    with pytest.raises(TypeError, match="Parameter cannot be lowered: is the rule bound"):
        Lowering(()).lower(parameter("a.b", on="on"))
    with pytest.raises(TypeError, match="AmountSoFar is no part of a lowered rule"):
        PythonCode().write(AMOUNT)


class Kind(StrEnum):
    GENERAL = "general"


def test_a_member_of_an_enumeration_stands_for_its_code(pack: Pack) -> None:
    facts = (ON, Fact("track", "code", WORD, choices=("general", "vocational"), absent=Kind.GENERAL))
    bound = BoundRule(rule(check(condition=fact("track").equals(Kind.GENERAL)), facts=facts), pack)
    outcomes = [bound.decide(on=DAY, track=track).outcome for track in ("general", Kind.GENERAL, None, "vocational")]
    assert outcomes == ["granted", "granted", "granted", "refused"]


# --- what folds to a constant still decides ----------------------------------------------------------------------------------


def outcome(pack: Pack, *steps: Step, prior: int | None = 0, **more: Any) -> tuple[str, tuple[str, ...], int | None]:
    used = {"prior": prior} if "by" in more else {}
    result = BoundRule(rule(*steps, facts=(ON, ASKED), asked="asked_cents", **more), pack).decide(on=DAY, asked_cents=100, **used)
    return result.outcome, result.reasons, result.used


def test_a_check_that_never_holds_refuses(pack: Pack) -> None:
    assert outcome(pack, check(condition=Known(False))) == ("refused", ("check",), 0)


def test_a_check_that_always_holds_refuses_nobody(pack: Pack) -> None:
    assert outcome(pack, check()) == ("granted", (), 0)


def test_a_limit_that_nobody_ever_set_leaves_the_amount_undetermined(pack: Pack) -> None:
    assert outcome(pack, cut(Unset("a.b"))) == ("undetermined", ("a.b",), None)


def test_what_a_claim_uses_is_handed_on_where_nothing_can_be_missing(pack: Pack) -> None:
    running: dict[str, Any] = {"by": ("learner_id",), "order": ("claim_id",)}
    assert outcome(pack, cut(Known(150) - PRIOR), **running) == ("granted", (), 100)
    assert outcome(pack, cut(Known(70), "first"), cut(Known(150) - PRIOR), prior=100, **running) == (
        "reduced",
        ("first", "cut"),
        170,
    )
