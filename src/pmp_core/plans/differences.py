"""What two versions of a plan say otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pmp_core.errors import masked

if TYPE_CHECKING:
    from pmp_core.plans.plan import SupportPlan

# What stands in a tuple is the same thing in both versions where this is the same; steps and transfers only grow.
_KEYS = {"risks": "factor", "measures": "number", "responsible": "name"}
_ABSENT: Mapping[str, Any] = {}


@frozen
class PlanDifference:
    """One thing that differs.

    Args:
        path: where: `aims`, `measures/2/minutes`, `risks/violence`, `steps/4`.
        before: what the one version says; None: nothing. A part that is only in the other version stands as a whole there.
        after: what the other says.
    """

    path: str
    before: Any
    after: Any

    def __repr__(self) -> str:
        return masked(f"PlanDifference({self.path!r}, {self.before!r}, {self.after!r})")


def plan_differences(before: SupportPlan, after: SupportPlan) -> tuple[PlanDifference, ...]:
    """What the second version of a plan says otherwise than the first, in the order of the plan's fields.

    Risks are compared by factor, measures by number, people by name: their order does not count. What a person answers for
    besides stands at `responsible/<name>#2`. `version` is left out.
    """
    old, new = before.model_dump(mode="json", exclude={"version"}), after.model_dump(mode="json", exclude={"version"})
    found: list[PlanDifference] = []
    for name in old:
        if isinstance(old[name], list):
            found += _parts(name, _by_key(name, old[name]), _by_key(name, new[name]))
        elif old[name] != new[name]:
            found.append(PlanDifference(name, old[name], new[name]))
    return tuple(found)


def _by_key(name: str, parts: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    key = _KEYS.get(name)
    seen: Counter[str] = Counter()
    found: dict[str, dict[str, Any]] = {}
    for i, part in enumerate(parts, 1):
        own = str(i if key is None else part[key])
        seen[own] += 1
        found[own if seen[own] == 1 else f"{own}#{seen[own]}"] = part  # a person may answer for two things
    return found


def _parts(name: str, old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> list[PlanDifference]:
    found = []
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key, _ABSENT), new.get(key, _ABSENT)
        if not was or not now:
            found.append(PlanDifference(f"{name}/{key}", was or None, now or None))
            continue
        found += [PlanDifference(f"{name}/{key}/{field}", was[field], now[field]) for field in was if was[field] != now[field]]
    return found
