"""The door of a rule: what it is handed is checked here, in words, whenever the quick test finds something odd."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Mapping
from datetime import date, datetime
from types import MemberDescriptorType
from typing import Any

from pmp_core.errors import FactError, nearest
from pmp_core.rules.lowering import UNKNOWN_SUM
from pmp_core.rules.rule import Fact, Rule
from pmp_core.values import Money

# How alike two names are (difflib) for a key of a mapping to be taken as a fact, misspelt.
_LOOKS_MISSPELT = 0.8


class Facts:
    """Facts by name, for those handed in as keywords or as a mapping."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.__dict__.update(facts)


class Door:
    """Takes in the facts of one bound rule."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.names = tuple(fact.name for fact in rule.facts)
        self._known = frozenset(self.names)

    def gather(self, facts: object, named: Mapping[str, Any]) -> Facts:
        """Facts from a mapping, from keywords, or from both; what is left out is missing.

        Raises:
            FactError: `fact-unknown` for a keyword that is no fact of the rule, and for a key of a mapping that looks like a
                misspelt fact; `facts-unreadable`; `prior-wrong` where the rule has no running sum.
        """
        if "prior" in named:  # the keyword exists only where the rule has a running sum
            raise FactError(
                "prior-wrong",
                f"The rule {self.rule.name!r} has no running sum, and so nothing was used before.",
                remedy="Leave `prior` out.",
            )
        unknown = [name for name in named if name not in self.names]
        if unknown:
            raise self._unknown(unknown[0], nearest(unknown[0], self.names))
        if facts is not None and not isinstance(facts, Mapping):
            raise FactError("facts-unreadable", "Hand in an object or keywords, not both.", remedy=self.wanted())
        if facts and not facts.keys() >= self._known:
            self._check_misspelt(facts, named)
        return Facts({**dict.fromkeys(self.names), **(facts or {}), **named})

    def _check_misspelt(self, facts: Mapping[str, Any], named: Mapping[str, Any]) -> None:
        absent = [name for name in self.names if name not in facts and name not in named]
        for key in facts:
            if isinstance(key, str) and key not in (*self.names, *self.rule.by, *self.rule.order):
                near = nearest(key, absent, cutoff=_LOOKS_MISSPELT)
                if near:
                    raise self._unknown(key, near)

    def _unknown(self, name: str, near: tuple[str, ...]) -> FactError:
        return FactError(
            "fact-unknown",
            f"The rule {self.rule.name!r} knows no fact {name!r}.",
            remedy=(f"Did you mean {near[0]!r}? " if near else "") + self.wanted(),
        )

    def read(self, facts: object, error: AttributeError) -> Facts:
        """Facts from what has no attributes for them: a mapping, or nothing at all.

        Args:
            facts: what was handed in.
            error: what reading its attributes raised.

        Raises:
            FactError: `fact-lacking` where an object has no such attribute: a misspelt one must not count as a missing fact.
            AttributeError: the host's own, raised by an attribute that is there, such as a property.
        """
        if facts is None or isinstance(facts, Mapping):
            return self.gather(facts, {})
        name = error.name if error.obj is facts else None
        unset = inspect.getattr_static(facts, name, None) if name in self._known else error
        if unset is not None and not isinstance(unset, MemberDescriptorType):  # a slot that was never filled is lacking too
            raise error
        raise FactError(
            "fact-lacking",
            f"The facts handed in, a {type(facts).__name__}, have no attribute {name!r}.",
            remedy=f"Set it to None if the fact is not known. {self.wanted()}",
        ) from None

    def wanted(self) -> str:
        """What the rule asks for, in a line."""
        return "It asks for " + ", ".join(f"{fact.name} ({fact.type})" for fact in self.rule.facts) + "."

    def check(self, values: tuple[Any, ...], prior: Any) -> Facts:
        """The facts as the rule wants them: enumerations as their codes, whole numbers of any kind as int.

        Raises:
            FactError: `fact-required`, `fact-type`, `fact-value`, `prior-wrong`.
        """
        if prior is not None and (type(prior) is not int or not 0 <= prior < UNKNOWN_SUM):
            raise FactError(
                "prior-wrong", "`prior` is what earlier claims used, in whole cents; None if that is not known.", found=prior
            )
        return Facts({fact.name: self.checked(fact, value) for fact, value in zip(self.rule.facts, values, strict=True)})

    def checked(self, fact: Fact, value: Any) -> Any:
        """One value as the rule wants it."""
        if value is None and fact.required:
            raise FactError(
                "fact-required",
                f"The rule {self.rule.name!r} cannot do without the fact {fact.name!r}.",
                remedy=f"Hand in {fact.meaning.en} ({fact.type}).",
            )
        if value is None:
            return fact.absent
        plain = _plain(fact, value)
        if plain is None:
            raise FactError(
                "fact-type",
                f"The fact {fact.name!r} is of another type than {fact.type}.",
                found=f"{type(value).__name__}",
                remedy=_REMEDIES[fact.type],
            )
        if fact.type == "cents" and not 0 <= plain < UNKNOWN_SUM:
            raise FactError(
                "fact-value",
                f"The fact {fact.name!r} lies outside what an amount can be.",
                found=plain,
                remedy="Hand in 0 cents or more, less than 687 million euro.",
            )
        if fact.at_least is not None and plain < fact.at_least:
            raise FactError(
                "fact-value",
                f"The fact {fact.name!r} lies below what it can be.",
                found=plain,
                remedy=f"Hand in {fact.at_least} or more.",
            )
        codes = fact.choices if isinstance(fact.choices, tuple) else ()
        if codes and plain not in codes:
            near = nearest(plain, codes)
            raise FactError(
                "fact-value",
                f"The fact {fact.name!r} has a code that is not known.",
                found=plain,
                remedy=(f"Did you mean {near[0]!r}? " if near else "") + f"Codes: {', '.join(codes)}.",
            )
        return plain


_REMEDIES = {
    "integer": "Hand in an int.",
    "boolean": "Hand in True or False.",
    "code": "Hand in text.",
    "day": "Hand in a date, not a moment: `moment.date()` makes one.",
    "cents": "Hand in whole cents as an int, or Money; never a float.",
}


def _plain(fact: Fact, value: Any) -> Any:
    match fact.type:
        case "boolean":
            return bool(value) if type(value).__name__ in ("bool", "bool_") else None
        case "code":
            return str.__str__(value) if isinstance(value, str) else None
        case "day":
            return (
                date(value.year, value.month, value.day) if isinstance(value, date) and not isinstance(value, datetime) else None
            )
        case "cents" if isinstance(value, Money):
            return value.cents
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None
