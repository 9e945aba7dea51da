"""A rule bound to a programme, ready to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pmp_core.programme import Pack, Reading
from pmp_core.programme.pack import IN_FORCE
from pmp_core.rules.binding import bound, keys
from pmp_core.rules.expression import Catalogue
from pmp_core.rules.lowering import EARLIER_CLAIM, bits, gaps
from pmp_core.rules.python_function import python_function
from pmp_core.rules.result import Result
from pmp_core.rules.rule import Check, Fact, Rule, Step, parameters, tree_of
from pmp_core.values import Language, Text

if TYPE_CHECKING:
    from pmp_core.rules.decision import Decision
    from pmp_core.rules.explainer import Explainer
    from pmp_core.rules.frames.columns import Column
    from pmp_core.rules.frames.deciding import FrameRule
    from pmp_core.rules.redecision import Redecision

T = TypeVar("T")


_SOME_DAY = date(2022, 9, 1)  # for an example where the programme tells no day
EARLIER = Text("nav zināms agrāka pieteikuma lēmums", "the decision on an earlier claim is not known")


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
        self._explainers: dict[Language, Explainer] = {}

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

    def columns(self) -> tuple[Column, ...]:
        """What `decide_frame` wants, a column each: the facts with type, unit and meaning, and what the running sum goes by."""
        from pmp_core.rules.frames.columns import columns

        return columns(self._bound)

    def example_frame(self, backend: Literal["polars", "pandas", "pyarrow"] = "polars") -> Any:
        """Two rows as `decide_frame` wants them: one complete, one in which everything that may be missing is.

        Args:
            backend: `polars`, `pandas` or `pyarrow`; it has to be installed.

        Raises:
            FactError: `backend-unknown`, `backend-missing`.
        """
        from pmp_core.rules.frames.columns import example_frame

        days = self.pack.days_in_force() if self.pack.says(IN_FORCE) else ()
        return example_frame(self._bound, (days[-1].last or days[-1].first) if days else _SOME_DAY, backend)

    def decide_frame(self, frame: T, *, keep_order: bool = True) -> T:
        """Decide every row of a data frame at once: the same answers as `decide`, row for row.

        The running sum of a rule with money runs over the claims of the frame itself: within `by`, in the order of `order`;
        a group starts with nothing used. Rows may come in any order; rows that lie in the order of these columns are
        recognised, and decided several times faster.

        Args:
            frame: of Polars (eager or lazy), pandas, PyArrow, DuckDB or PySpark, with the columns that `columns()` tells; others
                are carried along. An empty cell is a fact that is not known. A lazy frame is looked at once, at the call.
            keep_order: whether a relation of DuckDB comes back in the order of its rows, which costs a sort. Polars, pandas
                and PyArrow always keep it; PySpark has no order of rows.

        Returns:
            The same kind of frame, its rows and columns as they were, and three more: `outcome` (enumerated where the frame
            has such a type, else text); `amount_cents` (64-bit; empty where undetermined, or where the rule is not about
            money); `reasons` (64-bit mask; `bits` tells what each bit means, `spell_reasons` makes words).

        Raises:
            FactError: `frame-unreadable`, `columns-wrong` before anything runs; `fact-required`, `fact-type`, `fact-value` with
                the column and the row (the first row is 1); `claim-twice`, `group-too-large`.
            RuleError: `rule-too-large`.

        >>> from pmp_core import load_programme
        >>> rule = load_programme("lv-8.3.4").rule("target-group")
        >>> rule.decide_frame(rule.example_frame("polars"))["outcome"].to_list()
        ['granted', 'undetermined']
        """
        decided: T = self._frames.decide(frame, keep_order=keep_order)
        return decided

    def spell_reasons(self, frame: T, language: Language | None = None) -> T:
        """A decided frame with a column `reasons_in_words`: the names of the reasons, or what they say in a language.

        Args:
            frame: as `decide_frame` gave it.
            language: None: the names, as in `Result.reasons`, with commas; `lv` or `en`: sentences, with semicolons.

        Raises:
            FactError: `columns-wrong`, if it has no column `reasons`.

        >>> from pmp_core import load_programme
        >>> rule = load_programme("lv-8.3.4").rule("target-group")
        >>> decided = rule.decide_frame(rule.example_frame("polars"))
        >>> rule.spell_reasons(decided)["reasons_in_words"].to_list()
        ['', 'track']
        """
        from pmp_core.rules.frames.spelling import spelled

        words = {bit: name if language is None else self._reason(name)[language] for name, bit in self.bits.items()}
        told: T = spelled(frame, words, ", " if language is None else "; ")
        return told

    def _reason(self, name: str) -> Text:
        """What a reason says: what failed, what was cut, or what is missing."""
        for step in self.definition.steps:
            if step.name == name:
                return step.failed if isinstance(step, Check) else step.title
        if name == EARLIER_CLAIM:
            return EARLIER
        meaning = next((fact.meaning for fact in self.facts if fact.name == name), None) or self.pack.value(name).title
        return Text(f"nav zināms: {meaning.lv}", f"not known: {meaning.en}")

    @cached_property
    def _frames(self) -> FrameRule:
        from pmp_core.rules.frames.deciding import FrameRule

        return FrameRule(self._bound)

    def redecide(
        self,
        decision: Decision,
        *,
        decided_on: date,
        prior: int | Literal["as-frozen"] | None = "as-frozen",
        facts: Mapping[str, Any] | None = None,
    ) -> Redecision:
        """Whether and why a decision of an older version of the programme would differ under this one. Nothing is changed.

        The facts are those of the decision. One that this rule asks for and the decision does not hold is missing.

        Args:
            decision: the old decision.
            decided_on: the day of the new one.
            prior: what earlier claims used, in cents, where it is another than the decision froze; None: it is not known.
            facts: facts by name that take the place of the frozen ones: what the law itself gives, such as the number of
                units where the cap's unit changed, and what the decision does not hold.

        Raises:
            RuleError: `decision-other-programme`, `decision-other-rule`.
            FactError: `fact-outdated`, such as for a code that this version no longer has; `fact-unknown`, `prior-wrong`.
        """
        from pmp_core.rules.redecision import decide_again, redecision_of

        result = decide_again(self, decision, prior=prior, facts=facts)
        return redecision_of(decision, result, decided_on=decided_on, handed_in=facts or ())

    def clauses(self, step: Step, facts: Mapping[str, Any], *, only: str | None = None) -> tuple[Reading, ...]:
        """What the pack says behind a step, for these facts: the parameters it reads, and the clauses it names.

        Args:
            only: leave out the parameters that are read on another day than this fact's.
        """
        on = facts[self.definition.on]
        readings = []
        for p in parameters(tree_of(step)):
            day, key = facts[p.on], facts[p.by] if p.by is not None else None
            if only not in (None, p.on):
                continue
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
        own = self.definition.on  # a value of another day, such as the ceiling of a semester's first, changes nothing inside
        paths = {reading.path for step in self.definition.steps for reading in self.clauses(step, facts, only=own)}
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

    def explainer(self, language: Language) -> Explainer:
        """What explains its results in this language: made when first asked for, and kept."""
        from pmp_core.rules.explainer import Explainer

        language = "lv" if language == "lv" else "en"
        if language not in self._explainers:
            self._explainers[language] = Explainer(self, language)
        return self._explainers[language]

    def __reduce__(self) -> tuple[type[BoundRule], tuple[Rule, Pack]]:
        """A rule is sent elsewhere as its definition and its law, and made anew there: functions cannot be sent."""
        return type(self), (self.definition, self.pack)

    def __repr__(self) -> str:
        return f"<BoundRule {self.name} of {self.pack.id}: {', '.join(fact.name for fact in self.facts)}>"


def _unit(reading: Reading) -> str | None:
    return None if reading.entry is None else reading.entry.unit
