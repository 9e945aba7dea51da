"""The expression tree: its operators, and that folding never changes what an expression says, in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import pytest

from pmp_core.rules.expression import (
    AMOUNT,
    FALSE,
    PRIOR,
    TRUE,
    Binary,
    Catalogue,
    Choice,
    Expression,
    FactValue,
    Known,
    Mask,
    Member,
    MemberOfParameter,
    Not,
    Operator,
    Parameter,
    Present,
    Running,
    StepValue,
    choose,
    fact,
    maximum,
    minimum,
    negated,
    nodes,
    parameter,
    parts,
    pick,
    present,
    rebuilt,
    wrapped,
)

P, Q, R = fact("p"), fact("q"), fact("r")
ATOMS: tuple[Expression, ...] = (P, Q, R, TRUE, FALSE)
WORLDS = [dict(zip("pqr", truths, strict=True)) for truths in product((True, False, None), repeat=3)]


def small() -> list[Expression]:
    """Every tree of one operator over the atoms, unfolded."""
    junctions: tuple[Operator, ...] = ("and", "or")
    return [
        *ATOMS,
        *(Not(a) for a in ATOMS),
        *(Binary(operator, a, b) for operator in junctions for a in ATOMS for b in ATOMS),
    ]


SMALL = small()
Meaning = Callable[[Expression], tuple[bool | None, ...]]


@pytest.fixture(scope="module")
def meaning(evaluate: Callable[..., Any]) -> Meaning:
    """What a tree says in every world, in three-valued logic."""
    return cache(lambda tree: tuple(evaluate(tree, world) for world in WORLDS))


def tells_no_less(folded: tuple[bool | None, ...], plain: tuple[bool | None, ...]) -> bool:
    """Folding may tell more than the plain tree, never something else."""
    return all(one is other or other is None for one, other in zip(folded, plain, strict=True))


@pytest.mark.parametrize("operator", ["and", "or"])
def test_folding_of_and_and_or_says_what_the_plain_tree_says(operator: Operator, meaning: Meaning) -> None:
    fold = {"and": Expression.__and__, "or": Expression.__or__}[operator]
    for atom in ATOMS:
        for inner in SMALL:
            for left, right in ((atom, inner), (inner, atom)):
                assert meaning(fold(left, right)) == meaning(Binary(operator, left, right)), (left, right)


def test_folding_of_not_says_what_the_plain_tree_says(meaning: Meaning) -> None:
    for inner in SMALL:
        assert meaning(~inner) == meaning(Not(inner)), inner


def test_folding_of_a_choice_never_says_something_else(meaning: Meaning) -> None:
    for condition, yes, no in product((P, TRUE, FALSE, ~Q, P & R), SMALL, ATOMS):
        for first, second in ((yes, no), (no, yes)):
            plain = Choice(condition, first, second)
            assert tells_no_less(meaning(choose(condition, first, second)), meaning(plain)), plain


def test_rebuilding_folds_the_plain_tree_and_never_says_something_else(meaning: Meaning) -> None:
    for operator, left, right in product(("and", "or"), SMALL, SMALL[::2]):
        plain = Binary("and" if operator == "and" else "or", left, right)
        assert meaning(rebuilt(plain, {})) == meaning(plain), plain


@pytest.mark.parametrize(
    ("folded", "is_"),
    [
        (P & TRUE, P),
        (TRUE & P, P),
        (P & FALSE, FALSE),
        (P | FALSE, P),
        (P | TRUE, TRUE),
        (P & P, P),
        (P | P, P),
        (P & (P | Q), P),
        ((Q | P) & P, P),
        (P | (P & Q), P),
        ((Q & P) | P, P),
        (P & (P & Q), Binary("and", P, Binary("and", P, Q))),
        (P | (Q & R), Binary("or", P, Binary("and", Q, R))),
        (~TRUE, FALSE),
        (~FALSE, TRUE),
        (~~P, P),
        (~P, Not(P)),
        (choose(TRUE, P, Q), P),
        (choose(FALSE, P, Q), Q),
        (choose(P, Q, Q), Q),
        (choose(P, 1, 0), Choice(P, Known(1), Known(0))),
    ],
)
def test_what_folds_away(folded: Expression, is_: Expression) -> None:
    assert folded == is_


def test_true_is_not_one() -> None:
    assert Known(True) != Known(1)
    assert Known(False) != Known(0)
    assert wrapped(True) == TRUE
    assert Known(1) & P == Binary("and", Known(1), P)
    assert choose(P, True, 1) == Choice(P, TRUE, Known(1))
    assert negated(Known(1)) == Not(Known(1))
    assert hash(P & Q) == hash(fact("p") & fact("q"))


def test_operators_build_the_tree_they_look_like() -> None:
    one = Known(1)
    assert [P <= 1, P >= 1, P < 1, P > 1, P + 1, P - 1, P * 1, P.equals(1)] == [
        Binary("<=", P, one),
        Binary(">=", P, one),
        Binary("<", P, one),
        Binary(">", P, one),
        Binary("+", P, one),
        Binary("-", P, one),
        Binary("*", P, one),
        Binary("==", P, one),
    ]
    assert (minimum(P, 1), maximum(P, Q)) == (Binary("min", P, one), Binary("max", P, Q))
    assert present("p") == Present("p")
    assert P.between(1, Q) == Binary("and", Binary(">=", P, one), Binary("<=", P, Q))


def test_membership_is_of_constants_or_of_a_dated_list() -> None:
    listed = parameter("a.b", on="day")
    assert P.is_in([1, 2]) == Member(P, (1, 2))
    assert P.is_in(listed) == MemberOfParameter(P, listed)
    assert parameter("a.{}", on="day", by="k", among=["x"]) == Parameter("a.{}", "day", "k", ("x",))
    assert parameter("a.{}", on="day", by="k", among=Catalogue("c")).among == Catalogue("c")


def test_picking_compares_keys_in_order_and_ends_with_the_rest() -> None:
    assert pick(P, {"a": Q, "b": R}, FALSE) == Choice(P.equals("a"), Q, Choice(P.equals("b"), R, FALSE))
    assert pick(P, {}, R) == R


LISTED = parameter("a.b", on="day")
EVERYTHING = [
    Not(P),
    Binary("and", P, Q),
    Binary("or", P, Q),
    Binary("+", P, Known(1)),
    Choice(P, Q, R),
    Member(P, (1,)),
    MemberOfParameter(P, LISTED),
    Running(P),
    Mask(((1, P), (2, Q))),
]


@pytest.mark.parametrize("tree", EVERYTHING, ids=lambda tree: type(tree).__name__)
def test_rebuilding_reaches_every_part(tree: Expression) -> None:
    assert P in nodes(tree)
    again = rebuilt(tree, {P: StepValue("s")})
    assert P not in nodes(again)
    assert StepValue("s") in nodes(again)
    assert rebuilt(again, {StepValue("s"): P}) == tree
    assert rebuilt(tree, {tree: TRUE}) == TRUE


def test_leaves_have_no_parts_and_stay_as_they_are() -> None:
    for leaf in (P, Known(date(2021, 9, 1)), AMOUNT, PRIOR, StepValue("s"), Present("p"), LISTED):
        assert parts(leaf) == ()
        assert rebuilt(leaf, {Q: R}) is leaf


def test_a_mask_loses_the_bits_that_never_hold() -> None:
    assert rebuilt(Mask(((1, P), (2, Q))), {P: FALSE}) == Mask(((2, Q),))


def test_parts_of_different_kinds_differ_though_their_names_do_not() -> None:
    assert len({FactValue("p"), StepValue("p"), Present("p")}) == 3
