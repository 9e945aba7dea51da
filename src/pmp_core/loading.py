"""A programme ready to work with: its pack, its calendar, and the stages' rules bound to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from attrs import define, field, frozen

from pmp_core import compensation, learners, measures, outcomes, plans, risks
from pmp_core.compensation.claim import CORRECT, DECIDE, WITHDRAW
from pmp_core.errors import Place, PmpError, ProgrammeError, RuleError, nearest
from pmp_core.plans.plan import APPROVE, SUBMIT, TRANSFER
from pmp_core.plugins import PluginSet
from pmp_core.programme import (
    AccessTable,
    CycleDifference,
    CycleNeeds,
    DatedValue,
    Difference,
    Effect,
    Inventory,
    LifeCycle,
    NotSet,
    OverlayText,
    Pack,
    ProgrammesOn,
    Reading,
    SchoolCalendar,
    Standing,
    available_packs,
    cycle_differences,
    differences,
    draft_overlay,
    effect,
    inventory,
    load_pack,
    not_set,
    overlay_for,
    overlay_for_none,
    read_overlay,
    standing,
)
from pmp_core.rules import BlockedRule, BoundRule, Decision, Redecision, Rule
from pmp_core.rules.blocked import blocked, unsaid
from pmp_core.values import Language

STAGE_RULES: tuple[Rule, ...] = (
    *learners.RULES,
    *risks.RULES,
    *plans.RULES,
    *measures.RULES,
    *compensation.RULES,
    *outcomes.RULES,
)
# What the code does in one way only. The pack says it with its source; another value would be silently ignored.
FIXED: Mapping[str, bool | str] = {
    "compensation.ceiling-gross-of-co-funding": True,
    "plans.measure-addresses-risk": True,
    "plans.one-per-semester": True,
    "school-year.vocational-calendar": "general",
}
# What the code does with a life cycle by name. An overlay that takes it away would leave plans or claims that nobody can move.
CYCLE_NEEDS: Mapping[str, CycleNeeds] = {
    "plan": CycleNeeds(
        steps=(SUBMIT, APPROVE, "close"),
        guards=tuple(plans.GUARDS),
        guard_of={"next-station": APPROVE, "enrolled-at-receiving": TRANSFER},
        by_chain=APPROVE,
    ),
    # A claim asks no guards. One that waits for its decision makes later ones of the same ceiling wait: it must be seen as waiting.
    "claim": CycleNeeds(
        steps=("submit", WITHDRAW, DECIDE, "pay", CORRECT, "settle", "recover"),
        begins="submit",
        takes_back=WITHDRAW,
        settles=DECIDE,
        unasked=("submit", DECIDE, "pay", "settle"),
    ),
}


@define(frozen=True, slots=False)
class Programme:
    """A programme with its overlays; everything in it can be asked, and its rules are ready to run."""

    pack: Pack
    definitions: Mapping[str, Rule] = field(repr=False)
    _bound: dict[str, BoundRule] = field(factory=dict, repr=False, eq=False)

    @property
    def id(self) -> str:
        """Its id, such as `lv-8.3.4`."""
        return self.pack.id

    @property
    def hash(self) -> str:
        """The content hash, overlays included. Every decision carries it."""
        return self.pack.hash

    @cached_property
    def calendar(self) -> SchoolCalendar:
        """The school calendar of its national data."""
        return SchoolCalendar(self.pack)

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of its rules."""
        return tuple(self.definitions)

    def rule(self, name: str) -> BoundRule:
        """A rule of the programme, ready to run.

        Raises:
            RuleError: `rule-unknown`, with the nearest names; and what binding finds wrong with it.
        """
        if name not in self.definitions:
            near = nearest(name, self.definitions) or self.rules
            raise RuleError("rule-unknown", f"There is no rule {name!r}.", remedy=f"Rules: {', '.join(near)}.")
        if name not in self._bound:
            self._bound[name] = BoundRule(self.definitions[name], self.pack)
        return self._bound[name]

    def redecide(
        self,
        decision: Decision,
        *,
        decided_on: date,
        prior: int | Literal["as-frozen"] | None = "as-frozen",
        facts: Mapping[str, Any] | None = None,
    ) -> Redecision:
        """Whether and why a decision made under an older version of this programme would differ: see `BoundRule.redecide`.

        Args:
            decision: the old decision; its rule is found by its name.
            decided_on: the day of the new one.
            prior: what earlier claims used, in cents, where it is another than the decision froze; None: it is not known.
            facts: facts that take the place of the frozen ones, or that the decision does not hold.

        Returns:
            Both decisions, and what differs between them. Nothing is changed: a person decides.

        Raises:
            RuleError: `decision-other-programme`; `rule-unknown`.
            FactError: `fact-outdated`, `fact-unknown`, `prior-wrong`.
        """
        return self.rule(decision.rule).redecide(decision, decided_on=decided_on, prior=prior, facts=facts)

    def value(self, path: str) -> DatedValue:
        """Everything the programme says of a path: see `Pack.value`."""
        return self.pack.value(path)

    def read(self, path: str, day: date) -> Reading:
        """What holds on a day: see `Pack.read`."""
        return self.pack.read(path, day)

    def life_cycle(self, name: str) -> LifeCycle:
        """A life cycle, `plan` or `claim`."""
        return self.pack.life_cycle(name)

    @property
    def access(self) -> AccessTable:
        """Who may do what, and how far."""
        return self.pack.access

    def standing(self, day: date) -> Standing:
        """Whether the programme is in force on a day; if not, when it ended and when it begins."""
        return standing(self.pack, day)

    def differences(self, first: date, second: date, *, other: Programme | None = None) -> tuple[Difference, ...]:
        """What the law says otherwise on the second day than on the first.

        Args:
            first: a day of this law.
            second: a day of the other.
            other: another version of the law, or another programme; None: this one.
        """
        return differences(self.pack, first, (other or self).pack, second)

    def cycle_differences(self, other: Programme) -> tuple[CycleDifference, ...]:
        """Which steps and chains of life cycles another version of the law, or another programme, has otherwise; they have no days."""
        return cycle_differences(self.pack, other.pack)

    def inventory(self) -> Inventory:
        """What the law stands on: every source, with the paths and days behind it and how well it is known."""
        return inventory(self.pack)

    def not_set(self) -> tuple[NotSet, ...]:
        """What nobody has set on days on which the programme is in force, paths that only rules name included."""
        named: dict[str, DatedValue] = {}
        for rule in self.definitions.values():
            named |= unsaid(rule, self.pack)
        return not_set(self.pack, named.values())

    def misfits(self) -> dict[str, PmpError]:
        """The rules that cannot be used with this programme, and why: a pack or an overlay that they do not fit."""
        found = {}
        for name in self.definitions:
            try:
                self.rule(name)
            except PmpError as error:
                found[name] = error
        return found

    def blocked(self) -> tuple[BlockedRule, ...]:
        """Which decisions unset values block, rule by rule: on which days, for which codes."""
        misfits = self.misfits()
        return tuple(
            BlockedRule(name, always=True, misfit=misfits[name]) if name in misfits else blocked(rule, self.pack)
            for name, rule in self.definitions.items()
        )

    def draft(self, language: Language = "lv") -> str:
        """The text of an overlay with everything that is not set, commented out, for a deployment to fill in.

        Args:
            language: of titles and notes.
        """
        needed: dict[str, dict[str, None]] = {}
        for rule in self.blocked():
            for one in rule.blocked:
                needed.setdefault(one.path, {})[rule.rule] = None
        return draft_overlay(self.pack, self.not_set(), needed, language)


def load_programme(
    programme_id: str,
    *,
    overlays: Sequence[str | Path | OverlayText] = (),
    plugins: PluginSet | None = None,
    strict: bool = True,
) -> Programme:
    """Load a programme, lay overlays over it, and bind the rules of the stages and of plug-ins to it.

    Args:
        programme_id: such as `lv-8.3.4`.
        overlays: YAML files of a deployment: its rates, caps, local codes, each with its own source.
        plugins: plug-ins that bring programmes or rules; None: those installed are loaded only if the id is not ours.
        strict: whether a plug-in's rule that does not fit the programme is an error at once; if not, it is one when it is asked
            for, and `Programme.misfits` tells it.

    Returns:
        The programme; `programme.rule(name)` is ready to run.

    Raises:
        ProgrammeError: an unknown id, or whatever is wrong in a file, with file, line and pointer.
        RuleError: a rule that does not fit the programme.

    >>> from datetime import date
    >>> programme = load_programme("lv-8.3.4")
    >>> programme.rule("target-group").decide(on=date(2021, 8, 31), track="general", level=3).outcome
    'refused'
    """
    plugins = _plugins(programme_id, plugins)
    pack = load_pack(programme_id, overlays, plugins.programmes, FIXED, CYCLE_NEEDS)
    definitions: dict[str, Rule] = {}
    for rule in (*STAGE_RULES, *plugins.rules):
        if rule.name in definitions:
            raise RuleError(
                "rule-twice", f"Two rules are named {rule.name!r}.", remedy="Load only one of the plug-ins, or rename the rule."
            )
        definitions[rule.name] = rule
    programme = Programme(pack, definitions)
    for cycle in pack.life_cycles.values():
        unknown = [guard for step in cycle.steps for guard in step.guards if guard not in plans.GUARDS]
        if unknown:
            raise ProgrammeError(
                "guard-unknown",
                f"The life cycle {cycle.name!r} names a guard that no room implements.",
                found=unknown[0],
                remedy=f"Guards: {', '.join(plans.GUARDS)}.",
            )
    _check_fixed(pack)
    for rule in plugins.rules if strict else ():
        programme.rule(rule.name)  # a plug-in's rule that does not fit is told at once
    return programme


def _check_fixed(pack: Pack) -> None:
    """Whether a pack of a plug-in says of what the code does in one way only that it does so; overlays are checked before."""
    for path, only in FIXED.items():
        for entry in pack.value(path).entries if path in pack.values else ():
            if entry.value != only:
                raise ProgrammeError(
                    "value-fixed",
                    "This is built into the library, and a pack cannot say otherwise.",
                    place=Place(entry.origin, pointer=f"/values/{path}"),
                    found=path,
                    remedy="Give this value as the shipped programmes have it.",
                )


def programmes_on(day: date, *, plugins: PluginSet | None = None) -> ProgrammesOn:
    """Which programmes are in force on a day, and where the others stand: «none» is an answer.

    Overlays of a deployment do not count here; `Programme.standing` asks one programme with its overlays.

    Args:
        day: which day.
        plugins: plug-ins that bring programmes; None: all that are installed.

    >>> from datetime import date
    >>> programmes_on(date(2022, 9, 1)).in_force
    ('lv-8.3.4',)
    """
    folders = (PluginSet.load() if plugins is None else plugins).programmes
    standings = [standing(load_pack(name, folders=folders), day) for name in available_packs(folders)]
    return ProgrammesOn(day, tuple(sorted(standings, key=lambda one: [days.first for days in one.days])))


@frozen
class OverlayCheck:
    """What overlays do to a programme.

    Args:
        programme: with all of them.
        effects: of each, laid over the programme and those before it.
    """

    programme: Programme
    effects: tuple[Effect, ...]


def check_overlays(
    overlay: str | Path | OverlayText, *more: str | Path | OverlayText, plugins: PluginSet | None = None
) -> OverlayCheck:
    """Lay overlays over the programme that the first of them names, and tell what each of them does.

    Args:
        overlay: the first.
        more: what is laid over it, in order.
        plugins: whose rules are looked at too, and which may bring the programme; None: all that are installed.

    Raises:
        ProgrammeError: whatever is wrong in an overlay, with file, line and pointer; `overlay-breaks-rule`, where a rule can be
            used without it and cannot be used with it.
    """
    texts = [one if isinstance(one, OverlayText) else read_overlay(Path(one)) for one in (overlay, *more)]
    programme_id = overlay_for(texts[0])
    plugins = PluginSet.load() if plugins is None else plugins
    packs = available_packs(plugins.programmes)
    if programme_id not in packs:
        raise overlay_for_none(texts[0], packs)
    laid = [load_programme(programme_id, overlays=texts[:i], plugins=plugins, strict=False) for i in range(len(texts) + 1)]
    for text, (under, over) in zip(texts, pairwise(laid), strict=True):
        for name, misfit in over.misfits().items():
            if name not in under.misfits():
                raise ProgrammeError(
                    "overlay-breaks-rule",
                    f"With this overlay the rule {name!r} cannot be used. {misfit.message}",
                    place=Place(text.name),
                    remedy=misfit.remedy,
                )
    return OverlayCheck(laid[-1], tuple(effect(under.pack, over.pack) for under, over in pairwise(laid)))


def _plugins(programme_id: str, plugins: PluginSet | None) -> PluginSet:
    """The plug-ins to load a programme with: those given, or the installed ones if the programme is not ours."""
    if plugins is not None:
        return plugins
    return PluginSet() if programme_id in available_packs() else PluginSet.load()
