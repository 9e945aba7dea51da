"""Which columns a register can encrypt, and what a deployment chooses among: `names` and `notes`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from pmp_core.errors import InvalidValue

Choice = Literal["names", "notes"]
CHOICES: tuple[Choice, ...] = ("names", "notes")


def _columns(words: str) -> dict[str, tuple[str, ...]]:
    lines = (line.split() for line in words.splitlines() if line.strip())
    return {table: tuple(columns) for table, *columns in lines}


# Who somebody is. The names of staff who act are no part of it: the law wants to know who decided.
_NAMES = _columns("""
    learners given_name family_name middle_name
    plans prepared_by
    plan_measures responsible
    plan_people name
    payees name iban
    source_problems found
""")
# What people wrote in sentences of their own: health, family, why.
_NOTES = _columns("""
    risk_suggestions reason
    plans aims
    plan_risks note
    plan_measures justification
    plan_steps reason
    plan_transfers reason
    plan_versions reason
    sessions note absent_because
    claim_versions reason
    decisions reason document
    conflict_overrides reason
    payment_entries reason
    evaluation_risks note
    evaluation_measures note
""")
# Copies of whole entities: encrypted as soon as either of the two is.
_COPIES = _columns("""
    plan_versions document
    claim_versions document
    history document
    history_views document
""")


@cache
def columns_of(choice: frozenset[Choice]) -> Mapping[str, tuple[str, ...]]:
    """The columns that are encrypted with a choice, by table.

    >>> columns_of(frozenset({"names"}))["learners"], columns_of(frozenset())
    (('given_name', 'family_name', 'middle_name'), {})
    """
    groups = [group for one, group in (("names", _NAMES), ("notes", _NOTES)) if one in choice]
    found: dict[str, tuple[str, ...]] = {}
    for group in (*groups, _COPIES) if groups else ():
        for table, columns in group.items():
            found[table] = (*found.get(table, ()), *columns)
    return found


ENCRYPTABLE = columns_of(frozenset(CHOICES))


def choice_of(text: str) -> frozenset[Choice]:
    """A choice as the register keeps it, in words."""
    return frozenset(choice for choice in CHOICES if choice in text.split())


def chosen(*, names: bool, notes: bool) -> frozenset[Choice]:
    """A choice as a caller makes it.

    Raises:
        InvalidValue: `encryption-unchosen`: nothing is.
    """
    if not names and not notes:
        raise InvalidValue("encryption-unchosen", "Neither names nor notes are chosen.", remedy="Choose one of them, or both.")
    return choice_of("names " * names + "notes " * notes)
