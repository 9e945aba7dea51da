"""The law behind each step of a bound rule in words, for every day at once: what changes is the day, not the words."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from attrs import frozen

from pmp_core.programme import Pack
from pmp_core.rules.binding import keys
from pmp_core.rules.decision import clause_of
from pmp_core.rules.explanation import clause_line
from pmp_core.rules.rule import Rule, Step, parameters, tree_of
from pmp_core.values import Language

Days = tuple[date, ...]  # on which something changes, ascending


@frozen
class LawTexts:
    """What some paths of the programme say, each in a line of its own that begins with the end of the line above.

    Args:
        on: the fact that tells the day.
        by: the fact whose code goes into the paths, if any.
        paths: by that code; by None where there is none.
    """

    on: str
    by: str | None
    paths: Mapping[str | None, tuple[str, ...]]


def laws_of(rule: Rule, step: Step, pack: Pack) -> list[LawTexts]:
    """What `BoundRule.clauses` reads behind a step, for any facts. Neighbours that are read on the same day go together."""
    pieces: list[tuple[str, str | None, dict[str | None, str]]] = []
    for p in parameters(tree_of(step)):
        among = (None,) if p.by is None else keys(p.among, pack)
        pieces += [(p.on, p.by, {key: p.path.format(key) for key in among})]
    pieces += [(rule.on, None, {None: path}) for path in step.clauses]
    laws = []
    for (on, by), group in groupby(pieces, lambda piece: piece[:2]):
        paths: dict[str | None, tuple[str, ...]] = {}
        for _, _, keyed in group:
            paths |= {key: (*paths.get(key, ()), path) for key, path in keyed.items() if pack.says(path)}
        laws.append(LawTexts(on, by, paths))
    return laws


def turns(pack: Pack, paths: Iterable[str]) -> Days:
    """The days on which what the programme says at one of these paths becomes something else."""
    entries = [entry for path in paths for entry in pack.value(path).entries]
    ends = [min(entry.until.toordinal() + 1, date.max.toordinal()) for entry in entries if entry.until is not None]
    return tuple(sorted({entry.first for entry in entries} | {date.fromordinal(day) for day in ends}))


def texts(pack: Pack, paths: Sequence[str], days: Days, language: Language) -> tuple[str, ...]:
    """What the paths say before the first of these days, and from each of them on: to be found by `bisect`."""
    before = date.fromordinal(max(1, days[0].toordinal() - 1)) if days else date.min
    read = [[clause_of(pack.read(path, day), pack) for path in paths] for day in (before, *days)]
    return tuple("".join(f"\n{clause_line(clause, language)}" for clause in clauses) for clauses in read)


def by_key(law: LawTexts, pack: Pack, language: Language) -> dict[str | None, tuple[Days, tuple[str, ...]]]:
    """The days and the texts for each key."""
    days = {key: turns(pack, paths) for key, paths in law.paths.items()}
    return {key: (days[key], texts(pack, paths, days[key], language)) for key, paths in law.paths.items()}


def said(keyed: Mapping[str | None, tuple[Days, tuple[str, ...]]], key: str | None, day: date | None) -> str:
    """What holds for a key on a day; nothing where one of them is not known."""
    if day is None or key not in keyed:
        return ""
    days, lines = keyed[key]
    return lines[bisect(days, day)]
