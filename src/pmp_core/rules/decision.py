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
from pmp_core.rules.explanation import USED_BEFORE, Plain, explained, written
from pmp_core.rules.expression import PRIOR, FactValue, MemberOfParameter, Parameter, Present, nodes
from pmp_core.rules.result import Outcome, Result
from pmp_core.rules.rule import Check, Cut, FactType, Let, Rule, Step, tree_of
from pmp_core.values import Day, DayRange, Entity, Language, Money, Text, iso_day, write_day

Stored = Annotated[int, Field(strict=True)] | Annotated[bool, Field(strict=True)] | Annotated[str, Field(strict=True)] | None


# Handed to the validation by `decision_of` alone: what comes from anywhere else has to bring its digest.
_SEAL = object()


class FactUsed(Entity):
    """A fact as it was used. Days are kept as ISO text, so that JSON and back is exact. Never an identity.

    Args:
        name: of the fact, in its rule.
        type: of the value.
        meaning: what the fact is.
        value: the fact itself; None: it was not known.
        words: the value in words, where it is a code.
    """

    name: str
    type: FactType
    meaning: Text
    value: Stored
    words: Text | None = None

    def plain(self) -> Plain:
        """The value in its Python type."""
        return _plain(self.value, self.type)


class Clause(Entity):
    """The law behind a step: the entry of the programme that held on the day.

    Args:
        path: in the programme.
        title: what the path says.
        state: whether it was set on the day, not set, not yet in force, or ended.
        written: the value in words; None where there was none.
        first: the entry's first day.
        until: the last day that the entry names.
        source: the act and paragraph, or the page.
        status: how well it is known.
    """

    path: str
    title: Text
    state: State
    written: Text | None = None
    first: Day | None = None
    until: Day | None = None
    source: str = ""
    status: EntryStatus | None = None


class DecisionStep(Entity):
    """One step: what it gave, from which facts, by which clauses.

    Args:
        name: of the step, in its rule.
        kind: a check, a value, or a cut of the amount.
        title: what has to be so, or what the value is.
        failed: what is said where a check fails.
        passed: whether a check passes; None: it is no check, or not known.
        value: what the step gave.
        unit: the type of the value.
        before: what the amount was before a cut, in cents.
        reached: whether the steps before let it be reached.
        facts: those it used.
        clauses: those it stands on.
    """

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

    def plain(self) -> Plain:
        """The value in its Python type."""
        return _plain(self.value, self.unit)


class Decision(Entity):
    """An answer with its reasons, its clauses and the facts as they were: enough to decide again, and to appeal.

    `digest` is the SHA-256 of everything else; a decision whose digest does not fit, or that has none, cannot be made.
    Only a result makes a new one: `Result.decision`.

    Args:
        rule: the rule's name.
        title: the rule's title.
        programme: the programme's id.
        programme_title: the programme's title.
        programme_hash: of everything the programme said, overlays included.
        decided_on: the day of the decision.
        outcome: granted, reduced, refused or undetermined.
        outcome_text: the outcome in words.
        amount: what is granted; None where undetermined, or where the rule is not about money.
        asked: what was asked for; None where the rule is not about money.
        reasons: names of the checks that failed, the cuts that bit, or the things that are missing.
        prior_cents: what earlier claims had used, in cents; None: it was not known, or nothing was handed in.
        facts: all facts used, as they were.
        steps: every step with its clauses.
        digest: SHA-256 of everything else.

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
        return explained(self, language)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.explain('lv'))}</pre>"


def _plain(kept: Stored, kind: FactType) -> Plain:
    return iso_day(kept) if kind == "day" and isinstance(kept, str) else kept


def _kept(value: Plain) -> Stored:
    return value.isoformat() if isinstance(value, date) else value


def decision_of(result: Result, decided_on: date) -> Decision:
    """The decision that a result makes."""
    definition, pack, facts = result.rule.definition, result.rule.pack, _facts(result)
    asked = facts[definition.asked].value if definition.asked else None
    content = {
        "rule": definition.name,
        "title": definition.title,
        "programme": pack.id,
        "programme_title": pack.title,
        "programme_hash": pack.hash,
        "decided_on": decided_on,
        "outcome": result.outcome,
        "outcome_text": definition.wording.of(result.outcome),
        "amount": result.amount,
        "asked": Money.from_cents(asked) if isinstance(asked, int) else None,
        "reasons": result.reasons,
        "prior_cents": result.prior,
        "facts": tuple(facts.values()),
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
                value=None if isinstance(step, Check) else _kept(value),
                unit=step.type if isinstance(step, Let) else "cents" if cut else "boolean",
                before=before if cut and value is not None else None,
                reached=result.outcome != "refused" or isinstance(step, Check),
                facts=(
                    *(used[name] for name in names_of(step, rule.definition)),
                    *((used_before,) if PRIOR in nodes(tree_of(step)) else ()),
                ),
                clauses=tuple(clause_of(reading, rule.pack) for reading in rule.clauses(step, plain)),
            )
        )
        if cut and value is not None:
            before = value
    return tuple(steps)


def _facts(result: Result) -> dict[str, FactUsed]:
    used = {}
    for fact, value in zip(result.rule.definition.facts, result.facts, strict=True):
        words = result.rule.words(fact, value)
        used[fact.name] = FactUsed(name=fact.name, type=fact.type, meaning=fact.meaning, value=_kept(value), words=words)
    return used


def names_of(step: Step, rule: Rule) -> tuple[str, ...]:
    """The facts that a step names, in the order of the rule's."""
    names: list[str] = []
    for node in nodes(tree_of(step)):
        match node:
            case FactValue(name) | Present(name):
                names.append(name)
            case Parameter(_, on, by, _) | MemberOfParameter(_, Parameter(_, on, by, _)):
                names += [on, *([by] if by is not None else [])]
    return tuple(name for name in (fact.name for fact in rule.facts) if name in names)


def clause_of(reading: Reading, pack: Pack) -> Clause:
    """The clause that a reading of the programme gives."""
    entry, title = reading.entry, pack.value(reading.path).title
    if entry is None:
        return Clause(path=reading.path, title=title, state=reading.state)
    value = None
    if reading.value is not None:
        said, per = (reading.value, pack, reading.path), _per(entry.unit or pack.value(reading.path).unit)
        value = Text(written_value(*said, "lv") + per.lv, written_value(*said, "en") + per.en)
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


# What an amount is for: the codes of its units.
PER = {
    "EUR/claim": Text(" par pieteikumu", " per claim"),
    "EUR/school-day": Text(" par skolas dienu", " per school day"),
    "EUR/item": Text(" par vienību", " per item"),
    "EUR/day": Text(" par dienu", " per day"),
    "EUR/month": Text(" par mēnesi", " per month"),
    "EUR/learner-semester": Text(" izglītojamajam semestrī", " per learner and semester"),
    "EUR/cent-spent": Text(" par katru iztērēto centu", " for each cent spent"),
    "EUR/hour": Text(" par stundu", " per hour"),
    "EUR/academic-hour": Text(" par akadēmisko stundu", " per academic hour"),
    "EUR/plan": Text(" par plānu", " per plan"),
    "EUR/project": Text(" par projektu", " per project"),
}


def _per(unit: str | None) -> Text:
    other = f" ({unit})" if unit is not None and unit.startswith("EUR/") else ""
    return PER.get(unit or "", Text(other, other))


_NONE_OF_THEM = Text("neviens", "none")


def written_value(value: Value, pack: Pack, path: str, language: Language) -> str:
    """What stands at a path of the programme, for people: codes by the titles of their catalogue."""
    catalogue = pack.value(path).catalogue
    if value == ():
        return _NONE_OF_THEM[language]
    if catalogue is not None and isinstance(value, tuple):
        return ", ".join(pack.term(catalogue, str(code)).title[language] for code in value)
    match value:
        case Money():
            return value.write(language)
        case DayRange(first, last):
            return f"{write_day(first, language)}–{'' if last is None else write_day(last, language)}"
        case tuple():
            return _listed(value)
        case Decimal():  # a percentage
            return f"{value:f}%" if language == "en" else f"{value:f}\u00a0%".replace(".", ",")
    return written(value, "integer", language)


def _listed(value: tuple[int | str, ...]) -> str:
    """A list for people: levels without a gap by their ends."""
    levels = [level for level in value if isinstance(level, int)]
    if len(levels) > 2 and levels == list(range(levels[0], levels[-1] + 1)):
        return f"{levels[0]}–{levels[-1]}"
    return ", ".join(map(str, value))
