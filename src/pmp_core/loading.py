"""A programme ready to work with: its pack, its calendar, and the stages' rules bound to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from attrs import define, field

from pmp_core import compensation, learners, measures, outcomes, plans, risks
from pmp_core.errors import ProgrammeError, RuleError, nearest
from pmp_core.plugins import PluginSet
from pmp_core.programme import DatedValue, LifeCycle, OverlayText, Pack, Reading, SchoolCalendar, available_packs, load_pack
from pmp_core.rules import BoundRule, Rule

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

    def value(self, path: str) -> DatedValue:
        """Everything the programme says of a path: see `Pack.value`."""
        return self.pack.value(path)

    def read(self, path: str, day: date) -> Reading:
        """What holds on a day: see `Pack.read`."""
        return self.pack.read(path, day)

    def life_cycle(self, name: str) -> LifeCycle:
        """A life cycle, `plan` or `claim`."""
        return self.pack.life_cycle(name)


def load_programme(
    programme_id: str, *, overlays: Sequence[str | Path | OverlayText] = (), plugins: PluginSet | None = None
) -> Programme:
    """Load a programme, lay overlays over it, and bind the rules of the stages and of plug-ins to it.

    Args:
        programme_id: such as `lv-8.3.4`.
        overlays: YAML files of a deployment: its rates, caps, local codes, each with its own source.
        plugins: plug-ins that bring programmes or rules; None: those installed are loaded only if the id is not ours.

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
    if plugins is None:
        plugins = PluginSet() if programme_id in available_packs() else PluginSet.load()
    pack = load_pack(programme_id, overlays, plugins.programmes)
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
    for path, only in FIXED.items():
        values = [entry.value for entry in pack.value(path).entries] if path in pack.values else []
        if any(value != only for value in values):
            raise ProgrammeError(
                "value-fixed",
                "This is built into the library, and an overlay cannot say otherwise.",
                found=path,
                remedy="Leave this value as the programme has it.",
            )
    for rule in plugins.rules:
        programme.rule(rule.name)  # a plug-in's rule that does not fit is told at once
    return programme
