"""The state's money for meals, as a source besides the programme: derived from the national data, from day to day."""

from __future__ import annotations

from datetime import timedelta

from pmp_core.compensation.lines import split
from pmp_core.compensation.other_funding import Covers, Source, Spell
from pmp_core.programme import Pack
from pmp_core.values import DayRange, Track

STATE_MEALS = "state-meals"
CATERING = "catering"
LEVELS = "meals.state-money.levels"
# The amount for a day by who runs the institution: the state, or a municipality or somebody private.
OF_STATE = "meals.state-money.state-institutions"
OF_OTHERS = "meals.state-money.municipal-and-private-institutions"


def state_meals(pack: Pack, days: DayRange) -> list[Source]:
    """What the state pays for meals in these days, as sources of one id, `state-meals`.

    It pays a part, for school days, for grades and not for courses. Where the grades are not set, whether it pays cannot be told;
    where the amount is not set, how much cannot.

    Args:
        pack: with the national data.
        days: which, with an end.
    """
    spans = [span for path in (LEVELS, OF_STATE, OF_OTHERS) for span, _ in pack.value(path).spans()]
    turns = [span.first for span in spans] + [span.last + timedelta(days=1) for span in spans if span.last is not None]
    return [source for part in split(days, turns) for source in _on(pack, part)]


def _on(pack: Pack, days: DayRange) -> list[Source]:
    """The sources of days on which one law holds."""
    levels = pack.read(LEVELS, days.first)
    if levels.state == "unset":
        return [Source(STATE_MEALS, STATE_MEALS, days, Covers.UNKNOWN, None, True, None, _may_be_graded)]
    if not isinstance(levels.value, tuple):  # not yet, or no longer
        return []
    grades = frozenset(level for level in levels.value if isinstance(level, int))
    return [_paid(pack, days, grades, of_state=True), _paid(pack, days, grades, of_state=False)]


def _may_be_graded(spell: Spell) -> bool:
    return spell.track is not Track.VOCATIONAL


def _paid(pack: Pack, days: DayRange, grades: frozenset[int], *, of_state: bool) -> Source:
    per_day = pack.read(OF_STATE if of_state else OF_OTHERS, days.first).value

    def pays_for(spell: Spell) -> bool | None:
        graded = _may_be_graded(spell) and spell.level in (None, *grades)
        # Who has no kind of partner takes part in no way that tells: a private institution, as far as it is known.
        if not graded or (spell.partner_kind or "").startswith("state-") is not of_state:
            return False
        return None if None in (spell.track, spell.level, spell.partner_kind) else True

    amount = per_day if isinstance(per_day, int) else None
    return Source(STATE_MEALS, STATE_MEALS, days, Covers.PART, amount, True, None, pays_for)
