"""What does not fit together in a rule is told before anything runs: frames of different kinds would make different things of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

import pytest

from pmp_core.errors import RuleError
from pmp_core.programme import Pack
from pmp_core.rules import (
    AMOUNT,
    PRIOR,
    BoundRule,
    Catalogue,
    Check,
    Cut,
    Fact,
    Let,
    Rule,
    choose,
    fact,
    maximum,
    minimum,
    parameter,
    pick,
    present,
    term_in_force,
    where_required,
)
from pmp_core.rules.expression import (
    FALSE,
    TRUE,
    Binary,
    Choice,
    Known,
    Mask,
    Member,
    Not,
    Running,
    StepValue,
    Unset,
)
from pmp_core.rules.rule import Step
from pmp_core.values import Text

WORD = Text("vārds", "word")
DAY, NOON = date(2022, 3, 1), datetime(2022, 3, 1, 12, tzinfo=UTC)
FACTS = (
    Fact("on", "day", WORD, required=True),
    Fact("n", "integer", WORD),
    Fact("cents", "cents", WORD),
    Fact("truth", "boolean", WORD),
    Fact("code", "code", WORD, choices=("general", "vocational")),
    Fact("day", "day", WORD),
    Fact("asked_cents", "cents", WORD, required=True),
)
N, CENTS, TRUTH, CODE, A_DAY = (fact(name) for name in ("n", "cents", "truth", "code", "day"))
ANY = parameter("a.path", on="on")  # of which nobody knows yet what it is


class Track(StrEnum):
    GENERAL = "general"


class Grade(IntEnum):
    FIRST = 1


def rule(*steps: Step, **more: Any) -> Rule:
    return Rule("mine", WORD, FACTS, steps, asked="asked_cents", **more)


def check(condition: Any) -> Check:
    return Check("step", condition, WORD, WORD)


def let(kind: Any, value: Any) -> Let:
    return Let("step", value, WORD, type=kind)


def cut(limit: Any) -> Cut:
    return Cut("step", limit, WORD)


ILL: list[tuple[Step, str, str | None]] = [
    # comparisons
    (check(N.equals("1")), "compares a number with text", "n, '1'"),
    (check(CENTS.equals(TRUE)), "compares a number with a truth", "cents, True"),
    (check(N.equals(True)), "compares a number with a truth", "n, True"),
    (check(CODE.equals(1)), "compares text with a number", "code, 1"),
    (check(A_DAY >= 20220301), "compares a day with a number", "day, 20220301"),
    (check(A_DAY <= "2022-03-01"), "compares a day with text", "day, '2022-03-01'"),
    (check(A_DAY.between(DAY, 5)), "compares a day with a number", "day, 5"),
    (check(present("n").equals(N)), "compares a truth with a number", "n"),
    (check(TRUTH < TRUE), "compares truths by '<'", "truth, True"),
    (check((N >= 1) >= (N >= 2)), "compares truths by '>='", "n, 1, 2"),
    (check(~(TRUTH > FALSE)), "compares truths by '<='", "truth, False"),
    (check(TRUTH >= ANY), "compares truths by '>='", "truth, a.path"),
    (check(pick(N, {"general": TRUTH}, present("n"))), "compares a number with text", "n, 'general'"),
    # conditions
    (check(N), "takes as a condition a number", "n"),
    (check(CODE), "takes as a condition text", "code"),
    (check(Known(1)), "takes as a condition a number", "1"),
    (check(TRUTH & A_DAY), "takes as a condition a day", "day"),
    (check(N | TRUTH), "takes as a condition a number", "n"),
    (check(~N), "takes as a condition a number", "n"),
    (check(Not(CODE)), "takes as a condition text", "code"),
    (check(where_required("a.path", N)), "takes as a condition a number", "n"),
    (check(choose(TRUTH, N, 1)), "takes as a condition a number", "truth, n, 1"),
    (let("integer", choose(N, 1, 2)), "takes as a condition a number", "n"),
    # arithmetic
    (let("integer", CODE + 1), "calculates by '+' with text", "code"),
    (let("integer", N - CODE), "calculates by '-' with text", "code"),
    (let("integer", N * TRUTH), "calculates by '*' with a truth", "truth"),
    (let("day", A_DAY + 1), "calculates by '+' with a day", "day"),
    (let("integer", A_DAY - fact("on")), "calculates by '-' with a day", "day"),
    (check(ANY + "1" >= 1), "calculates by '+' with text", "'1'"),  # type: ignore[operator]
    (let("code", minimum(CODE, Known("a"))), "takes the smaller or larger of text", "code, 'a'"),
    (let("boolean", maximum(TRUTH, TRUE)), "takes the smaller or larger of a truth", "truth, True"),
    (let("integer", maximum(A_DAY, 0)), "takes the smaller or larger of a day and a number", "day, 0"),
    # choices
    (let("integer", choose(TRUTH, N, "1")), "chooses between a number and text", "truth, n, '1'"),
    (let("day", choose(TRUTH, A_DAY, 0)), "chooses between a day and a number", "truth, day, 0"),
    (check(choose(N >= 1, TRUTH, 0)), "chooses between a truth and a number", "n, 1, truth, 0"),
    # membership
    (check(N.is_in(["1"])), "looks for a number in a list of text", "('1',), n"),
    (check(CODE.is_in([1, 2])), "looks for text in a list of numbers", "(1, 2), code"),
    (check(TRUTH.is_in([1])), "looks for a truth in a list of numbers", "(1,), truth"),
    (check(N.is_in([True])), "looks for a number in a list of truths", "(True,), n"),
    (check(N.is_in([1, "2"])), "has members of several kinds: a number, text", "(1, '2'), n"),
    (check(Member(TRUTH, (0, True))), "has members of several kinds: a number, a truth", "(0, True), truth"),
    (check(A_DAY.is_in([DAY])), "looks for a day in a list", None),  # type: ignore[list-item]
    (check(Member(ANY, (DAY,))), "looks for a day in a list", None),  # type: ignore[arg-type]
    (check(Member(A_DAY, ())), "looks for a day in a list", "(), day"),
    (check(A_DAY.is_in(ANY)), "looks for a day in a list", "a.path, day"),
    (check((CODE + 1).is_in(ANY)), "calculates by '+' with text", "code"),
    # None, and what no rule can use
    (check(N.equals(None)), "uses None as a value", None),
    (check(ANY.equals(None)), "uses None as a value", None),
    (check(Known(None)), "uses None as a value", None),
    (let("integer", choose(TRUTH, N, None)), "uses None as a value", None),
    (cut(Known(None)), "uses None as a value", None),
    (check(Member(CODE, ("general", None))), "uses None as a value", None),  # type: ignore[arg-type]
    (check(N >= 1.5), "has a constant that no rule can use: float", "1.5"),  # type: ignore[operator]
    (let("cents", CENTS * Decimal("1.5")), "has a constant that no rule can use: Decimal", "1.5"),  # type: ignore[operator]
    (check(fact("day") >= NOON), "has a constant that no rule can use: datetime", "2022-03-01 12:00:00+00:00"),
    (check(Unset("b", 1.5) >= 1), "has a constant that no rule can use: float", "1.5"),  # type: ignore[arg-type]
    # what is no part of a definition
    (check(N == 3), "has a part that is no expression of a rule: bool", "False"),
    (check(True), "has a part that is no expression of a rule: bool", "True"),
    (check(TRUTH & (N == 3)), "has a part that is no expression of a rule: bool", "False"),  # type: ignore[operator]
    (cut(1000), "has a part that is no expression of a rule: int", "1000"),
    (cut(Running(CENTS)), "has a part that is no expression of a rule: Running", "cents"),
    (cut(Mask(())), "has a part that is no expression of a rule: Mask", None),
    # the whole of a step
    (let("integer", CODE), "has the type integer and gives text", "code"),
    (let("cents", TRUTH), "has the type cents and gives a truth", "truth"),
    (let("code", N), "has the type code and gives a number", "n"),
    (let("day", Unset("b", "")), "has the type day and gives text", "b"),
    (let("boolean", choose(TRUTH, N, CENTS)), "has the type boolean and gives a number", "truth, n, cents"),
    (cut(CODE), "cuts down to text", "code"),
    (cut(AMOUNT >= 1), "cuts down to a truth", "1"),
    (cut(choose(TRUTH, A_DAY, DAY)), "cuts down to a day", None),
]


@pytest.mark.parametrize(("step", "words", "found"), ILL, ids=range(len(ILL)))
def test_what_does_not_fit_together_is_told_with_its_step(step: Step, words: str, found: str | None) -> None:
    with pytest.raises(RuleError) as caught:
        rule(Let("before", N, WORD), step)
    error = caught.value
    assert (error.code, error.place.pointer) == ("rule-malformed", "/rules/mine/steps/step")
    assert error.message == f"In the rule 'mine' the step 'step' {words}."
    assert error.remedy
    assert found is None or error.found == found


@pytest.mark.parametrize(
    "step",
    [
        check(TRUTH),
        check(TRUE),
        check(N.equals(CENTS)),
        check(N.equals(Grade.FIRST)),
        check(CODE.equals(Track.GENERAL)),
        check(CODE < "mid"),
        check(A_DAY.between(DAY, fact("on"))),
        check(TRUTH.equals(N >= 1)),
        check(~present("n") | (TRUTH & (CENTS > N * 2))),
        check(choose(TRUTH, N >= 1, CODE.equals("general"))),
        check(N.is_in([1, 2]) & CODE.is_in(["general", Track.GENERAL])),
        check(Member(N, ()) | TRUTH.is_in([False])),
        check(Member(ANY, ("general",))),
        check(minimum(A_DAY, Known(DAY)) >= DAY),
        check(ANY),
        check(ANY & ~ANY),
        check((N >= ANY) & ANY.equals("general") & (ANY <= DAY) & ANY.equals(ANY)),
        check(N.is_in(ANY) & ANY.is_in(ANY) & TRUTH.is_in(ANY)),
        check(term_in_force(Catalogue("measure-kinds"), by="code", on="on")),
        check(Unset("b", None)),
        check(Unset("b", False) & Unset("c", None).equals("general") & (Unset("d", DAY) >= A_DAY)),
        let("cents", N + CENTS),
        let("integer", minimum(N, 5) - maximum(ANY, ANY)),
        let("integer", choose(ANY, ANY, 1)),
        let("boolean", choose(TRUTH, ANY, ANY)),
        let("code", choose(TRUTH, CODE, "none")),
        let("day", maximum(A_DAY, fact("on"))),
        let("day", ANY),
        let("integer", Unset("b")),
        cut(ANY),
        cut(choose(TRUTH, AMOUNT - 1, Unset("b"))),
    ],
    ids=lambda step: type(step).__name__,
)
def test_what_fits_is_a_rule(step: Step) -> None:
    assert rule(Let("before", N, WORD), step).steps[1] is step


def test_the_running_sum_is_a_number() -> None:
    running: dict[str, Any] = {"by": ("learner_id",), "order": ("claim_id",)}
    assert rule(cut(Known(100) - PRIOR), **running).cuts
    with pytest.raises(RuleError, match="compares a number with text"):
        rule(cut(choose(PRIOR.equals("1"), 1, 2)), **running)


@pytest.mark.parametrize(
    ("kind", "value", "fits", "does_not"),
    [
        ("integer", N, StepValue("value") + 1 >= 1, StepValue("value").equals("1")),
        ("cents", ANY, StepValue("value") + 1 >= 1, StepValue("value")),
        ("boolean", ANY, StepValue("value"), StepValue("value") >= 1),
        ("code", ANY, StepValue("value").is_in(["general"]), StepValue("value").is_in([1])),
        ("day", ANY, StepValue("value") >= DAY, StepValue("value") >= 5),
    ],
)
def test_a_value_has_the_type_that_its_let_says(kind: Any, value: Any, fits: Any, does_not: Any) -> None:
    given = Let("value", value, WORD, type=kind)
    assert rule(given, check(fits)).checks
    with pytest.raises(RuleError) as caught:
        rule(given, check(does_not))
    assert caught.value.place.pointer == "/rules/mine/steps/step"


def test_arms_built_without_folding_are_looked_at_too() -> None:
    with pytest.raises(RuleError, match="chooses between a truth and a number"):
        rule(check(Choice(TRUE, TRUE, Known(1))))
    with pytest.raises(RuleError, match="takes as a condition a number"):
        rule(check(Binary("or", TRUE, Known(1))))


# --- once the rule is bound, its parameters are known ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (check(parameter("plans.risks-at-least", on="on")), "takes as a condition a number"),
        (check(CODE.equals(parameter("plans.risks-at-least", on="on"))), "compares text with a number"),
        (check(parameter("programme.in-force", on="on") >= 1), "compares a truth with a number"),
        (
            check(CODE.is_in(parameter("target-group.iap-support.general.levels", on="on"))),
            "looks for text in a list of numbers",
        ),
        (check(N.is_in(parameter("plans.statuses-in-force", on="on"))), "looks for a number in a list of text"),
        (let("day", parameter("compensation.ceiling", on="on")), "has the type day and gives a number"),
        (cut(parameter("programme.in-force", on="on")), "cuts down to a truth"),
    ],
)
def test_a_parameter_of_another_kind_is_told_when_the_rule_is_bound(pack: Pack, step: Step, words: str) -> None:
    made = rule(step)
    with pytest.raises(RuleError) as caught:
        BoundRule(made, pack)
    assert (caught.value.code, caught.value.place.pointer) == ("rule-malformed", "/rules/mine/steps/step")
    assert words in caught.value.message


@pytest.mark.parametrize(
    "step",
    [
        check(parameter("programme.in-force", on="on")),
        check(fact("n") >= parameter("plans.risks-at-least", on="on")),
        check(N.is_in(parameter("target-group.iap-support.general.levels", on="on"))),
        check(CODE.is_in(parameter("plans.statuses-in-force", on="on"))),
        let("cents", parameter("compensation.ceiling", on="on")),
        cut(parameter("compensation.ceiling", on="on") - 1),
    ],
    ids=lambda step: type(step).__name__,
)
def test_a_parameter_that_fits_is_bound(pack: Pack, step: Step) -> None:
    assert BoundRule(rule(step), pack).definition.steps == (step,)
