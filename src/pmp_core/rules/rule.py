"""What a rule is: facts it asks for, and named steps over them. Stages define rules; binding makes them ready to run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from keyword import kwlist
from typing import Literal, get_args

from attrs import field, frozen

from pmp_core.errors import Place, RuleError, nearest
from pmp_core.rules.expression import (
    AMOUNT,
    PRIOR,
    Catalogue,
    Constant,
    Expression,
    FactValue,
    MemberOfParameter,
    Parameter,
    Present,
    StepValue,
    nodes,
)
from pmp_core.rules.kinds import KIND_OF_TYPE, Kinds
from pmp_core.values import Text

FactType = Literal["integer", "boolean", "code", "day", "cents"]
_FACT_TYPES: tuple[FactType, ...] = get_args(FactType)
_TYPES_ARE = f"Give it one: {', '.join(_FACT_TYPES)}."
_FACT_NAME, _STEP_NAME = re.compile(r"[a-z][a-z0-9_]*"), re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_RESERVED = frozenset({"prior", "facts", "named", *kwlist})
# Steps that lowering adds, and the reason that is none of the rule's own.
RESERVED_STEPS = frozenset(
    ["amount", "asked", "blocked", "counted", "earlier-claim", "eligible", "prior", "reasons", "refused", "undetermined"]
)


@frozen
class Fact:
    """Something a rule has to know.

    Args:
        name: as an attribute or a column is named.
        type: `cents` are whole euro cents.
        meaning: what it is, in both languages.
        unit: what the number counts.
        required: asked for at the door; every other fact may be missing, and the answer then says so.
        choices: the codes there are, or the catalogue that lists them; any other is an error.
        absent: what a missing value *means*, if it means anything.
        at_least: for a whole number, the smallest that can be; anything below is an error at the door.
        words: what its codes are called, where no catalogue says it.
        from_law: whether the programme itself says it, as its calendar does the number of school days: under another programme
            it has to be found anew.
    """

    name: str
    type: FactType
    meaning: Text
    unit: str = ""
    required: bool = False
    choices: tuple[str, ...] | Catalogue = ()
    absent: Constant = None
    at_least: int | None = None
    words: Mapping[str, Text] = field(factory=dict, eq=False)
    from_law: bool = False

    @property
    def can_be_missing(self) -> bool:
        """Whether a decision may find it not known."""
        return not self.required and self.absent is None


@frozen
class Check:
    """A condition. The name is also the reason where it fails.

    Args:
        title: what has to be so.
        failed: what is the matter where it is not.
        clauses: paths in the pack whose entries are the law behind it, beside the parameters it reads itself.
    """

    name: str
    condition: Expression
    title: Text
    failed: Text
    clauses: tuple[str, ...] = ()


@frozen
class Let:
    """A value that later steps use; `type` says what it is."""

    name: str
    value: Expression
    title: Text
    clauses: tuple[str, ...] = ()
    type: FactType = "cents"


@frozen
class Cut:
    """The amount so far is cut down to `limit`, never below 0. The name is also the reason where it bites."""

    name: str
    limit: Expression
    title: Text
    clauses: tuple[str, ...] = ()


Step = Check | Let | Cut
GRANTED, REDUCED = Text("piešķirts", "granted"), Text("samazināts", "reduced")
REFUSED, UNDETERMINED = Text("atteikts", "refused"), Text("nav nosakāms", "undetermined")


@frozen
class Wording:
    """What the outcomes of a rule are called, where the usual words do not fit."""

    granted: Text = GRANTED
    reduced: Text = REDUCED
    refused: Text = REFUSED
    undetermined: Text = UNDETERMINED

    def of(self, outcome: str) -> Text:
        """The words for an outcome."""
        words: Text = getattr(self, outcome)
        return words


@frozen
class Rule:
    """A rule as a stage defines it.

    Args:
        name: kebab-case.
        title: in both languages.
        facts: every fact it asks for.
        steps: in order; a step sees the `Let`s above it.
        asked: the fact, in cents, that is asked for; None for a rule without money.
        by: the columns within which `prior` runs. They identify, and so are no facts: a decision does not keep them.
        order: the columns in whose order it runs.
        on: the day whose law the steps' `clauses` are read on.

    Raises:
        RuleError: `rule-malformed`, with the place in the rule: a name used twice, a fact without a type, a fact or step that
            is not there, values that need each other in a circle, more than one running sum, parts of a step that do not fit
            together, such as a number compared with text.
    """

    name: str
    title: Text
    facts: tuple[Fact, ...]
    steps: tuple[Step, ...]
    asked: str | None = None
    by: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    on: str = "on"
    wording: Wording = field(factory=Wording)

    def __attrs_post_init__(self) -> None:
        facts = {fact.name: fact for fact in self.facts}
        names = [*(fact.name for fact in self.facts), *(step.name for step in self.steps)]
        for name in names:
            if names.count(name) > 1:
                place = f"/facts/{name}" if name in facts else f"/steps/{name}"
                raise self._malformed(f"the name {name!r} is used twice", "Give each fact and step a name of its own.", place)
        for fact in self.facts:
            place = f"/facts/{fact.name}"
            if not _FACT_NAME.fullmatch(fact.name) or fact.name in _RESERVED:
                remedy = "Use snake_case, and not `prior`, `facts`, `named` or a word of Python's own."
                raise self._malformed(f"{fact.name!r} cannot name a fact", remedy, place)
            if fact.type not in _FACT_TYPES:
                raise self._malformed(f"the fact {fact.name!r} has no type that a rule knows", _TYPES_ARE, place, fact.type)
        for step in self.steps:
            place = f"/steps/{step.name}"
            if not _STEP_NAME.fullmatch(step.name) or step.name in RESERVED_STEPS:
                remedy = f"Use kebab-case, and none of {', '.join(sorted(RESERVED_STEPS))}."
                raise self._malformed(f"{step.name!r} cannot name a step", remedy, place)
            if isinstance(step, Let) and step.type not in _FACT_TYPES:
                raise self._malformed(f"the value {step.name!r} has no type that a rule knows", _TYPES_ARE, place, step.type)
        for name, kind in ((self.on, "day"), *(((self.asked, "cents"),) if self.asked else ())):
            if name not in facts or facts[name].type != kind:
                raise self._malformed(f"{name!r} is no fact of type {kind}", "Declare it among the facts.", "/facts")
        self._check_circles()
        keys = (*self.by, *self.order)
        for key in keys:
            if keys.count(key) > 1 or (key in facts and not facts[key].required):
                raise self._malformed(
                    f"the column {key!r} of the running sum stands there twice, or is a fact that may be missing",
                    "Name each once, and let a fact among them be `required`.",
                    "",
                )
        self._check_steps(facts)
        self._check_kinds()

    def _check_circles(self) -> None:
        needs = {let.name: [node.name for node in nodes(let.value) if isinstance(node, StepValue)] for let in self.lets}
        clear: set[str] = set()

        def follow(name: str, way: tuple[str, ...]) -> None:
            if name in way:
                circle = " → ".join(map(repr, (*way[way.index(name) :], name)))
                remedy = "Let each value need only those above it."
                raise self._malformed(f"values need each other in a circle: {circle}", remedy, f"/steps/{name}")
            if name not in clear:
                for needed in needs.get(name, ()):
                    follow(needed, (*way, name))
                clear.add(name)

        for name in needs:
            follow(name, ())

    def _check_steps(self, facts: dict[str, Fact]) -> None:
        above: set[str] = set()
        sums = 0
        for step in self.steps:
            tree = tree_of(step)
            for node in nodes(tree):
                self._check_node(step, node, facts, above)
            sums += PRIOR in nodes(tree)
            if not isinstance(step, Cut) and (PRIOR in nodes(tree) or AMOUNT in nodes(tree)):
                what = f"{step.name!r} uses the amount or `prior` outside a cut"
                raise self._malformed(what, "Only a Cut may.", f"/steps/{step.name}")
            above |= {step.name} if isinstance(step, Let) else set()
        cuts = [step for step in self.steps if isinstance(step, Cut)]
        if sums > 1 or not bool(sums) == bool(self.by) == bool(self.order) or (cuts and self.asked is None):
            raise self._malformed("a cut needs `asked`, and one running sum needs `by` and `order`", "Name them.", "")

    def _check_node(self, step: Step, node: Expression, facts: dict[str, Fact], above: set[str]) -> None:
        needs: list[tuple[str, str | None]] = []
        place = f"/steps/{step.name}"
        match node:
            case FactValue(name) | Present(name):
                needs = [(name, None)]
            case Parameter(_, on, by, _) | MemberOfParameter(_, Parameter(_, on, by, _)):
                needs = [(on, "day"), *([(by, "code")] if by is not None else [])]
            case StepValue(name) if name not in above:
                what = f"the step {step.name!r} uses {name!r}, which no `Let` above it gives"
                raise self._malformed(what, "Move it below, or name it.", place)
        for name, kind in needs:
            if name not in facts:
                near = nearest(name, facts)
                remedy = f"Nearest: {', '.join(near)}." if near else f"Facts: {', '.join(facts)}."
                raise self._malformed(f"the step {step.name!r} names {name!r}, which is no fact", remedy, place)
            if kind is not None and facts[name].type != kind:
                what = f"the step {step.name!r} needs {name!r} to be of type {kind}"
                raise self._malformed(what, "Correct the fact's type.", place)

    def _check_kinds(self) -> None:
        kinds = {fact.name: KIND_OF_TYPE[fact.type] for fact in self.facts}
        kinds |= {let.name: KIND_OF_TYPE[let.type] for let in self.lets}
        for step in self.steps:

            def malformed(what: str, remedy: str, found: object, name: str = step.name) -> RuleError:
                return self._malformed(f"the step {name!r} {what}", remedy, f"/steps/{name}", found)

            looking = Kinds(kinds, malformed)
            if isinstance(step, Check):
                looking.expect(step.condition, "a truth", "takes as a condition")
            elif isinstance(step, Let):
                looking.expect(step.value, kinds[step.name], f"has the type {step.type} and gives")
            else:
                looking.expect(step.limit, "a number", "cuts down to")

    def _malformed(self, what: str, remedy: str, place: str, found: object = None) -> RuleError:
        pointer = f"/rules/{self.name}{place}"
        return RuleError(
            "rule-malformed", f"In the rule {self.name!r} {what}.", place=Place(pointer=pointer), found=found, remedy=remedy
        )

    @property
    def checks(self) -> tuple[Check, ...]:
        """The conditions, in order."""
        return tuple(step for step in self.steps if isinstance(step, Check))

    @property
    def lets(self) -> tuple[Let, ...]:
        """The values, in order."""
        return tuple(step for step in self.steps if isinstance(step, Let))

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """The limits, in order."""
        return tuple(step for step in self.steps if isinstance(step, Cut))

    def fact(self, name: str) -> Fact:
        """The fact of this name."""
        return next(fact for fact in self.facts if fact.name == name)


def tree_of(step: Step) -> Expression:
    """The expression of a step."""
    return step.condition if isinstance(step, Check) else step.value if isinstance(step, Let) else step.limit


def parameters(tree: Expression) -> tuple[Parameter, ...]:
    """The parameters a tree reads, each once."""
    found = [node.parameter if isinstance(node, MemberOfParameter) else node for node in nodes(tree)]
    return tuple(dict.fromkeys(node for node in found if isinstance(node, Parameter)))
