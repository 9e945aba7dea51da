"""A rule bound to a programme, ready to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from pmp_core.programme import Pack, Reading
from pmp_core.rules.binding import bound, keys
from pmp_core.rules.explanation import Summary
from pmp_core.rules.expression import Catalogue
from pmp_core.rules.lowering import bits, gaps
from pmp_core.rules.python_function import python_function
from pmp_core.rules.result import Result
from pmp_core.rules.rule import Fact, Rule, Step, parameters, tree_of
from pmp_core.values import Text


class BoundRule:
    """A rule of one programme.

    Attributes:
        definition: the rule as its stage defines it.
        pack: the programme's pack it is bound to.
        decide: `decide(facts=None, /, *, prior=0, **named) -> Result`. Facts are an object with an attribute for each
            fact (a host's own will do), a mapping, or keywords. `None` means that a fact is not known. For a rule with
            a running sum `prior` is what the group's earlier claims used, in cents; None: one of them is undetermined.
            Raises FactError: `fact-unknown`, `fact-lacking`, `fact-required`, `fact-type`, `fact-value`, `prior-wrong`.
        bits: the bit of each reason in a result's mask.
    """

    decide: Callable[..., Result]

    def __init__(self, definition: Rule, pack: Pack) -> None:
        self.definition, self.pack = definition, pack
        self._bound = bound(definition, pack)
        self.bits = bits(self._bound)
        self.decide, self.source = python_function(self._bound, self)

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.definition.name

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts it asks for, each with its type, unit, meaning and the codes it may have."""
        return self._bound.facts

    def gaps(self) -> tuple[str, ...]:
        """What can make it undetermined: facts that may be missing, values that nobody has set."""
        return gaps(self._bound)

    def clauses(self, step: Step, facts: Mapping[str, Any]) -> tuple[Reading, ...]:
        """What the pack says behind a step, for these facts: the parameters it reads, and the clauses it names."""
        on = facts[self.definition.on]
        readings = []
        for p in parameters(tree_of(step)):
            day, key = facts[p.on], facts[p.by] if p.by is not None else None
            if day is None or (p.by is not None and key not in keys(p.among, self.pack)):
                continue  # which entry applies cannot be told; the missing fact is named among the reasons
            path = p.path.format(key)
            if self.pack.says(path):
                readings.append(self.pack.read(path, day))
        readings += [self.pack.read(path, on) for path in step.clauses if on is not None]
        return tuple(readings)

    def changes(self, facts: Mapping[str, Any], until: date) -> tuple[date, ...]:
        """The days after the rule's own day, up to `until`, on which the law that it reads for these facts changes.

        Args:
            facts: as for `decide`, by name; the rule's day among them.
            until: the last day that is asked about.
        """
        day: date = facts[self.definition.on]
        paths = {reading.path for step in self.definition.steps for reading in self.clauses(step, facts) if reading.day == day}
        found: set[date] = set()
        for path in paths:
            value = self.pack.value(path)
            turns = [
                turn for span, _ in value.spans() for turn in (span.first, span.last and span.last + timedelta(days=1)) if turn
            ]
            for turn in turns:
                before, after = value.on(turn - timedelta(days=1)), value.on(turn)
                if day < turn <= until and (before.state, before.value, _unit(before)) != (
                    after.state,
                    after.value,
                    _unit(after),
                ):
                    found.add(turn)
        return tuple(sorted(found))

    def words(self, fact: Fact, value: Any) -> Text | None:
        """What a code is called, by its catalogue or its fact; None for anything else."""
        among = fact.choices
        if isinstance(among, Catalogue) and value in self.pack.catalogue(among.name):
            return self.pack.term(among.name, value).title
        return fact.words.get(value)

    def summary(self, result: Result) -> Summary:
        """What an explanation says first."""
        asked = self.definition.asked
        facts = dict(zip((fact.name for fact in self.facts), result.facts, strict=True))
        return Summary(
            self.definition.title,
            self.definition.wording,
            self.pack.title,
            self.pack.id,
            self.pack.hash,
            result.outcome,
            result.amount_cents,
            facts[asked] if asked else None,
            result.reasons if result.outcome == "undetermined" else (),
            {fact.name: fact.meaning for fact in self.facts},
        )

    def __repr__(self) -> str:
        return f"<BoundRule {self.name} of {self.pack.id}: {', '.join(fact.name for fact in self.facts)}>"


def _unit(reading: Reading) -> str | None:
    return None if reading.entry is None else reading.entry.unit
