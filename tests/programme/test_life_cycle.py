"""Life cycles: which step can be taken from where, by whom, and why not."""

from __future__ import annotations

import attrs
import pytest

from pmp_core.errors import PmpError, ProgrammeError, StepRefused
from pmp_core.programme import Chain, LifeCycle, LifeCycleStep
from pmp_core.values import Text

WORD = Text("vārds", "word")


def step(name: str, sources: tuple[str, ...], target: str, *, reason: bool = False) -> LifeCycleStep:
    return LifeCycleStep(name, WORD, sources, target, ("author", "director"), "an act", "verified", reason_required=reason)


CYCLE = LifeCycle(
    "plan",
    "draft",
    {"draft": WORD, "submitted": WORD, "closed": WORD},
    (
        step("submit", ("draft",), "submitted"),
        step("return", ("submitted",), "draft", reason=True),
        step("delete", ("draft", "submitted"), "closed"),
    ),
    (Chain("municipality", ("director", "coordinator"), "an act", "verified"), Chain("state", ("director",), "an act", "chosen")),
)


@pytest.mark.parametrize(
    ("status", "possible"), [("draft", ("submit", "delete")), ("submitted", ("return", "delete")), ("closed", ()), ("other", ())]
)
def test_the_steps_that_can_be_taken_from_a_status(status: str, possible: tuple[str, ...]) -> None:
    assert CYCLE.possible(status) == possible


@pytest.mark.parametrize(
    ("name", "status", "reason"), [("submit", "draft", None), ("return", "submitted", " x "), ("delete", "submitted", "")]
)
def test_a_step_that_is_allowed_is_given(name: str, status: str, reason: str | None) -> None:
    assert CYCLE.allowed(name, status, "author", reason) is CYCLE.step(name)


@pytest.mark.parametrize(
    ("asked", "kind", "code", "words"),
    [
        (("sumbit", "draft", "author", None), ProgrammeError, "step-unknown", "Steps: submit"),
        (("xyz", "draft", "author", None), ProgrammeError, "step-unknown", "Steps: submit, return, delete"),
        (("return", "draft", "author", "x"), StepRefused, "step-from-status", "Possible from here: submit, delete"),
        (("submit", "closed", "author", None), StepRefused, "step-from-status", "Possible from here: nothing"),
        (("submit", "draft", "ikvd", None), StepRefused, "step-by-role", "It is for: author, director"),
        (("return", "submitted", "author", None), StepRefused, "step-needs-reason", "Say why"),
        (("return", "submitted", "author", " "), StepRefused, "step-needs-reason", "Say why"),
    ],
)
def test_a_step_that_is_not_allowed_says_why_and_what_is(
    asked: tuple[str, str, str, str | None], kind: type[PmpError], code: str, words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        CYCLE.allowed(*asked)
    assert caught.value.code == code


def test_the_chain_of_approval_is_that_of_the_kind_of_partner() -> None:
    assert [CYCLE.chain(kind).stations for kind in ("municipality", "state")] == [("director", "coordinator"), ("director",)]


@pytest.mark.parametrize(
    ("cycle", "words"), [(CYCLE, "Chains: municipality, state"), (LifeCycle("claim", "draft", {}, ()), "Chains: none")]
)
def test_a_kind_of_partner_without_a_chain_is_told(cycle: LifeCycle, words: str) -> None:
    with pytest.raises(ProgrammeError, match=words) as caught:
        cycle.chain("parish")
    assert caught.value.code == "chain-unknown"


@pytest.mark.parametrize(
    ("without", "reached"),
    [(None, {"draft", "submitted", "closed"}), ("submit", {"draft", "closed"}), ("delete", {"draft", "submitted"})],
)
def test_the_statuses_that_can_be_reached(without: str | None, reached: set[str]) -> None:
    assert CYCLE.reached(without=without) == reached


def test_every_step_and_chain_has_a_path() -> None:
    assert list(dict(CYCLE.rows())) == [
        "life_cycles/plan/submit",
        "life_cycles/plan/return",
        "life_cycles/plan/delete",
        "life_cycles/plan/chains/municipality",
        "life_cycles/plan/chains/state",
    ]


def test_a_notebook_shows_the_table_with_everything_escaped() -> None:
    odd = attrs.evolve(CYCLE.steps[0], title=Text("<b>ā</b>", "a & b"), sources=(), guards=("has-risk",), reason_required=True)
    page = attrs.evolve(CYCLE, steps=(odd, CYCLE.steps[1]))._repr_html_()
    assert "<td>submit: &lt;b&gt;ā&lt;/b&gt; (a &amp; b)</td><td>–</td><td>submitted</td><td>author, director</td>" in page
    assert "<td>has-risk, reason</td><td>verified</td>" in page
    assert "<td>submitted</td><td>draft</td><td>author, director</td><td>reason</td>" in page
    assert "<ol><li>municipality: director → coordinator</li><li>state: director</li></ol>" in page
