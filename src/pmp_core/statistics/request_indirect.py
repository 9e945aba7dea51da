"""Indirect costs of a partner's request: a flat rate of those direct costs that the programme names, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from pmp_core.statistics.request_content import CompensationLine, Cost, IndirectLine, WorkLine
from pmp_core.statistics.request_law import COMPENSATION, PERSONNEL, Law, added, half_up
from pmp_core.values import Money

RATE, BASE = "funding.indirect-costs.flat-rate", "funding.indirect-costs.base"
# A cost with the kind of direct cost it is, and whether it is eligible.
_Direct = tuple[str, bool, Cost]


def indirect_lines(law: Law, compensation: Sequence[CompensationLine], work: Sequence[WorkLine]) -> list[IndirectLine]:
    """The lines of indirect costs: one for each rate and base that held on the days of the costs.

    The rate is taken of the sum of a line and rounded once, so that whoever counts it again with a calculator finds the same; of
    two parts of a period it comes to the same but for a cent a line.
    """
    direct: list[_Direct] = [(COMPENSATION, line.eligible, cost) for line in compensation for cost in line.entries]
    direct += [(PERSONNEL, line.eligible, cost) for line in work for cost in (*line.meetings, *line.plans)]
    groups: dict[tuple[bool, str, str], list[Cost]] = defaultdict(list)
    for kind, eligible, cost in direct:
        base = law.codes(BASE, cost.day)
        if base is None or kind in base:
            groups[not eligible, _since(law, RATE, cost.day), _since(law, BASE, cost.day)].append(cost)
    return [_line(law, not key[0], groups[key]) for key in sorted(groups)]


def _since(law: Law, path: str, day: date) -> str:
    return str(law.said(path, day).since or "")


def _line(law: Law, eligible: bool, costs: Iterable[Cost]) -> IndirectLine:
    costs = list(costs)
    day = min(cost.day for cost in costs)
    percent, base = law.percent(RATE, day), law.codes(BASE, day)
    missing = [path for path, value in ((BASE, base), (RATE, percent)) if value is None]
    of = None if base is None else added(cost.amount for cost in costs)
    amount = None
    if of is not None and percent is not None:
        number, parts = percent.as_integer_ratio()
        amount = Money.from_cents(half_up(of.cents * number, 100 * parts))
    missing += [path for cost in costs for path in cost.missing]
    return IndirectLine(
        eligible=eligible,
        rate=law.said(RATE, day),
        base=law.said(BASE, day),
        of=of,
        amount=amount,
        missing=tuple(sorted(set(missing))),
    )
