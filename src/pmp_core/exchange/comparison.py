"""Own tokens beside those of other municipalities: what both paid for, with the evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pmp_core.exchange.own_tokens import OwnToken, OwnTokens
from pmp_core.exchange.token_file import TokenFile
from pmp_core.exchange.tokens import Strength, TokenType
from pmp_core.values import Day, Entity, Id, Language, Name, Text, write_day

_TYPES = tuple(TokenType)


class Match(Entity):
    """A claim of ours that another municipality has too.

    Args:
        claim_id: our claim.
        kind: its kind, a code of `measure-kinds`.
        days: the days that both have; of a receipt, its day.
        sender: the other municipality, or institution.
        references: by which the sender finds its own. Those of `found_by` come first, then those of other ways in which the
            same days were found: that can be another claim there.
        found_by: what is the same; a day that is found in several ways stands under the one that says most.
    """

    claim_id: Id
    kind: Name
    days: tuple[Day, ...]
    sender: Name
    references: tuple[Id, ...]
    found_by: TokenType

    @property
    def strength(self) -> Strength:
        """`hard` by personal code or receipt; `soft` by name and birth date, which two persons can have in common."""
        return self.found_by.strength

    @property
    def reference(self) -> str:
        """The first of the references: enough to ask the sender about."""
        return self.references[0]

    @property
    def evidence(self) -> Text:
        """What was found, in words, without saying whose it is."""
        return Text(self._written("lv"), self._written("en"))

    def _written(self, language: Language) -> str:
        what = _RECEIPT[language] if self.found_by.of_receipt else f"{_LEARNER[language]} ({self.kind})"
        found = _FOUND[language].format(
            days=written_days(self.days, language), sender=self.sender, what=what, by=self.found_by.text[language]
        )
        doubt = [_DOUBT[self.found_by][language]] if self.found_by in _DOUBT else []
        return " ".join([found, *doubt, f"{_ASK[language]} {self.reference}."])

    def as_dict(self) -> dict[str, Any]:
        """The match for JSON."""
        told = self.model_dump(mode="json")
        return {
            **told,
            "strength": self.strength.value,
            "reference": self.reference,
            "evidence": {"lv": self.evidence.lv, "en": self.evidence.en},
        }


_FOUND = Text(
    "Par {days} pieteikums ir arī pie {sender}: {what}; sakrīt {by}.",
    "For {days} {sender} has a claim too: {what}, by {by}.",
)
_LEARNER = Text("tas pats izglītojamais un izmaksu veids", "the same learner and kind of cost")
_RECEIPT = Text("tas pats darījuma dokuments", "the same receipt")
_ASK = Text("Atsauce, par ko jautāt:", "The reference to ask about:")
_DOUBT = {
    TokenType.NAME_BIRTHDATE: Text("Tās var būt divas dažādas personas.", "It can be two persons."),
    TokenType.NAME_FOLDED: Text(
        "Vārdi var atšķirties ar garumzīmēm vai mīkstinājuma zīmēm, un tās var būt divas dažādas personas.",
        "The names may differ in their diacritics, and it can be two persons.",
    ),
}


def compare(own: OwnTokens, files: Iterable[TokenFile]) -> list[Match]:
    """Which of our claims others have too.

    Every file is read to its end, and known to be whole, before anything is said. What we sent ourselves is no match.

    Args:
        own: our tokens.
        files: what was received, opened with the same key.

    Returns:
        The matches: hard ones first, then by claim and sender.

    Raises:
        InvalidValue: what `TokenFile.rows` raises.
    """
    ours: dict[str, list[OwnToken]] = defaultdict(list)
    for one in own.tokens:
        ours[one.token].append(one)
    # Of each claim and sender: by which types each day was found, with the references.
    found: dict[tuple[str, str], dict[tuple[date, TokenType], dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    kinds: dict[str, str] = {}
    for file in files:
        for row in file.rows():
            if file.header.sender == own.sender:
                continue  # read all the same: a broken file is told
            for one in ours.get(row.token, ()):
                found[one.claim_id, file.header.sender][one.day, one.type][row.reference] = None
                kinds[one.claim_id] = one.kind
    matches = [
        Match(
            claim_id=claim_id,
            kind=kinds[claim_id],
            days=tuple(days),
            sender=sender,
            references=_references(by, type_, days),
            found_by=type_,
        )
        for (claim_id, sender), by in found.items()
        for type_, days in _by_strongest(by).items()
    ]
    return sorted(matches, key=lambda match: (_TYPES.index(match.found_by), match.claim_id, match.sender))


def _references(by: Mapping[tuple[date, TokenType], Iterable[str]], found_by: TokenType, days: Sequence[date]) -> tuple[str, ...]:
    """The references of some days: those of the type they were found by, then those of a learner's other types."""
    others = [type_ for type_ in _TYPES if type_ is not found_by and not (found_by.of_receipt or type_.of_receipt)]
    ordered = (reference for type_ in (found_by, *others) for day in days for reference in sorted(by.get((day, type_), ())))
    return tuple(dict.fromkeys(ordered))


def _by_strongest(by: Iterable[tuple[date, TokenType]]) -> dict[TokenType, list[date]]:
    """The days under each type, in order: those of a learner under the type that says most, those of receipts under each."""
    taken: set[date] = set()
    days: dict[TokenType, list[date]] = {}
    for type_ in _TYPES:
        here = sorted(day for day, found in by if found is type_ and (type_.of_receipt or day not in taken))
        if here:
            days[type_] = here
            taken |= set() if type_.of_receipt else set(here)
    return days


def written_days(days: Sequence[date], language: Language) -> str:
    """Days in order, for people; those that follow each other as a range.

    >>> written_days([date(2022, 10, 3), date(2022, 10, 4), date(2022, 10, 10)], "lv")
    '03.10.2022.–04.10.2022., 10.10.2022.'
    """
    ranges: list[list[date]] = []
    for day in days:
        if ranges and day - ranges[-1][-1] == timedelta(days=1):
            ranges[-1] = [ranges[-1][0], day]
        else:
            ranges.append([day])
    return ", ".join("–".join(write_day(day, language) for day in one) for one in ranges)
