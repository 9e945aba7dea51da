"""A decision: an answer to keep and exchange, with all facts used, every step, its clauses and a digest."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from pmp_core.errors import InvalidValue
from pmp_core.programme import Pack, Reading
from pmp_core.programme.entries import State, Value
from pmp_core.programme.entries import Status as EntryStatus
from pmp_core.rules.explanation import USED_BEFORE, Plain, Summary, explained, written
from pmp_core.rules.expression import PRIOR, FactValue, MemberOfParameter, Parameter, Present, nodes
from pmp_core.rules.result import Outcome, Result
from pmp_core.rules.rule import Check, Cut, FactType, Let, Rule, Step, Wording, tree_of
from pmp_core.values import Day, DayRange, Entity, Language, Money, Text, iso_day, write_day

Stored = Annotated[int, Field(strict=True)] | Annotated[bool, Field(strict=True)] | Annotated[str, Field(strict=True)] | None


# Handed to the validation by `decision_of` alone: what comes from anywhere else has to bring its digest.
_SEAL = object()


class FactUsed(Entity):
    """A fact as it was used. Days are kept as ISO text, so that JSON and back is exact. Never an identity."""

    name: str
    type: FactType
    meaning: Text
    value: Stored
    words: Text | None = None

    def plain(self) -> Plain:
        """The value in its Python type."""
        return iso_day(self.value) if self.type == "day" and isinstance(self.value, str) else self.value


class Clause(Entity):
    """The law behind a step: the entry of the programme that held on the day."""

    path: str
    title: Text
    state: State
    written: Text | None = None
    first: Day | None = None
    until: Day | None = None
    source: str = ""
    status: EntryStatus | None = None


class DecisionStep(Entity):
    """One step: what it gave, from which facts, by which clauses."""

    name: str
    kind: Literal["check", "let", "cut"]
    title: Text
    failed: Text | None = None
    passed: Annotated[bool, Field(strict=True)] | None = None
    value: Stored = None
    unit: FactType = "boolean"
    before: Annotated[int, Field(strict=True)] | None = None
    reached: bool = True
    facts: tuple[FactUsed, ...] = ()
    clauses: tuple[Clause, ...] = ()


class Decision(Entity):
    """An answer with its reasons, its clauses and the facts as they were: enough to decide again, and to appeal.

    `digest` is the SHA-256 of everything else; a decision whose digest does not fit, or that has none, cannot be made.
    Only a result makes a new one: `Result.decision`.

    Raises:
        InvalidValue: `decision-altered`.
    """

    rule: str
    title: Text
    programme: str
    programme_title: Text
    programme_hash: str
    decided_on: Day
    outcome: Outcome
    outcome_text: Text
    amount: Money | None
    asked: Money | None
    reasons: tuple[str, ...]
    prior_cents: Annotated[int, Field(strict=True)] | None
    facts: tuple[FactUsed, ...]
    steps: tuple[DecisionStep, ...]
    digest: str = ""

    @model_validator(mode="after")
    def _sealed(self, info: ValidationInfo) -> Self:
        sealed = hashlib.sha256(self.model_dump_json(exclude={"digest"}).encode()).hexdigest()
        if self.digest != sealed and info.context is not _SEAL:
            raise InvalidValue(
                "decision-altered",
                "The decision does not fit its digest.",
                found=self.digest,
                remedy="Take it from where it was kept; a decision is never edited, only decided again.",
            )
        object.__setattr__(self, "digest", sealed)
        return self

    @property
    def missing(self) -> tuple[str, ...]:
        """What an undetermined answer lacks: facts, or values of the programme to set in an overlay."""
        return self.reasons if self.outcome == "undetermined" else ()

    def facts_as_used(self) -> dict[str, Plain]:
        """The facts by name, as a rule takes them: the decision can be made again from these."""
        return {fact.name: fact.plain() for fact in self.facts}

    def explain(self, language: Language = "lv") -> str:
        """The decision as a clerk would write it."""
        wording = Wording(**{self.outcome: self.outcome_text})
        cents = [None if money is None else money.cents for money in (self.amount, self.asked)]
        summary = Summary(
            self.title,
            wording,
            self.programme_title,
            self.programme,
            self.programme_hash,
            self.outcome,
            cents[0],
            cents[1],
            self.missing,
            {fact.name: fact.meaning for fact in self.facts},
            self.decided_on,
        )
        return explained(summary, self.steps, language)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.explain('lv'))}</pre>"


def decision_of(result: Result, decided_on: date) -> Decision:
    """The decision that a result makes."""
    rule, summary = result.rule, result.rule.summary(result)
    content = {
        "rule": rule.name,
        "title": summary.title,
        "programme": summary.programme,
        "programme_title": summary.programme_title,
        "programme_hash": summary.programme_hash,
        "decided_on": decided_on,
        "outcome": result.outcome,
        "outcome_text": summary.wording.of(result.outcome),
        "amount": result.amount,
        "asked": None if summary.asked_cents is None else Money.from_cents(summary.asked_cents),
        "reasons": result.reasons,
        "prior_cents": result.prior,
        "facts": tuple(_facts(result).values()),
        "steps": steps_of(result),
    }
    return Decision.model_validate(content, context=_SEAL)


def steps_of(result: Result) -> tuple[DecisionStep, ...]:
    """Every step of a result with its value, facts and clauses."""
    rule, used = result.rule, _facts(result)
    plain = dict(zip(used, result.facts, strict=True))
    values = dict(zip((step.name for step in rule.definition.steps), result.values, strict=True))
    asked = rule.definition.asked
    before = plain[asked] if asked else None
    used_before = FactUsed(name="prior", type="cents", meaning=USED_BEFORE, value=result.prior)
    steps = []
    for step in rule.definition.steps:
        value = values[step.name]
        cut = isinstance(step, Cut)
        steps.append(
            DecisionStep(
                name=step.name,
                kind="check" if isinstance(step, Check) else "cut" if cut else "let",
                title=step.title,
                failed=step.failed if isinstance(step, Check) else None,
                passed=value if isinstance(step, Check) else None,
                value=None if isinstance(step, Check) else value,
                unit=step.type if isinstance(step, Let) else "cents" if cut else "boolean",
                before=before if cut and value is not None else None,
                reached=result.outcome != "refused" or isinstance(step, Check),
                facts=(
                    *(used[name] for name in _names(step, rule.definition)),
                    *((used_before,) if PRIOR in nodes(tree_of(step)) else ()),
                ),
                clauses=tuple(_clause(reading, rule.pack) for reading in rule.clauses(step, plain)),
            )
        )
        if cut and value is not None:
            before = value
    return tuple(steps)


def _facts(result: Result) -> dict[str, FactUsed]:
    used = {}
    for fact, value in zip(result.rule.definition.facts, result.facts, strict=True):
        kept = value.isoformat() if isinstance(value, date) else value
        used[fact.name] = FactUsed(
            name=fact.name, type=fact.type, meaning=fact.meaning, value=kept, words=result.rule.words(fact, value)
        )
    return used


def _names(step: Step, rule: Rule) -> tuple[str, ...]:
    names: list[str] = []
    for node in nodes(tree_of(step)):
        match node:
            case FactValue(name) | Present(name):
                names.append(name)
            case Parameter(_, on, by, _) | MemberOfParameter(_, Parameter(_, on, by, _)):
                names += [on, *([by] if by is not None else [])]
    return tuple(name for name in (fact.name for fact in rule.facts) if name in names)


def _clause(reading: Reading, pack: Pack) -> Clause:
    entry, title = reading.entry, pack.value(reading.path).title
    if entry is None:
        return Clause(path=reading.path, title=title, state=reading.state)
    value = None
    if reading.value is not None:
        said = reading.value, pack, reading.path
        value = Text(written_value(*said, "lv"), written_value(*said, "en"))
    return Clause(
        path=reading.path,
        title=title,
        state=reading.state,
        written=value,
        first=entry.first,
        until=entry.until,
        source=entry.source,
        status=entry.status,
    )


def written_value(value: Value, pack: Pack, path: str, language: Language) -> str:
    """What stands at a path of the programme, for people: codes by the titles of their catalogue."""
    catalogue = pack.value(path).catalogue
    if catalogue is not None and isinstance(value, tuple):
        return ", ".join(pack.term(catalogue, str(code)).title[language] for code in value)
    match value:
        case Money():
            return value.write(language)
        case DayRange(first, last):
            return f"{write_day(first, language)}–{'' if last is None else write_day(last, language)}"
        case tuple():
            return _listed(value)
    return str(value) if isinstance(value, Decimal) else written(value, "integer", language)


def _listed(value: tuple[int | str, ...]) -> str:
    """A list for people: levels without a gap by their ends."""
    levels = [level for level in value if isinstance(level, int)]
    if len(levels) > 2 and levels == list(range(levels[0], levels[-1] + 1)):
        return f"{levels[0]}–{levels[-1]}"
    return ", ".join(map(str, value))
