"""What became of a file of claims: rows and amounts, which reconcile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import frozen


@frozen
class FileTotals:
    """What was read, decided and refused.

    Args:
        programme: the programme's id.
        programme_hash: of everything the programme said, overlays included.
        decided_on: the day of the decision.
        rows: rows of the file; `decided` and `refused` together are as many.
        decided: claims with a decision.
        refused: rows that are no claims to decide.
        outcomes: how many decisions of each outcome.
        faults: how many rows were refused for what.
        asked_cents: what all rows ask for whose amount can be read; it is the sum of the next two.
        asked_decided_cents: what the decided claims ask for.
        asked_refused_cents: what refused rows ask for, where that can be read.
        amount_cents: what is granted.
        ignored: columns of the file that mean nothing here.
    """

    programme: str
    programme_hash: str
    decided_on: date
    rows: int
    decided: int
    refused: int
    outcomes: Mapping[str, int]
    faults: Mapping[str, int]
    asked_cents: int
    asked_decided_cents: int
    asked_refused_cents: int
    amount_cents: int
    ignored: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As plain data, with amounts in EUR."""
        return {
            "programme": self.programme,
            "programme hash": self.programme_hash,
            "decided on": self.decided_on.isoformat(),
            "rows": {"read": self.rows, "decided": self.decided, "refused": self.refused},
            "asked": {
                "read": _euro(self.asked_cents),
                "decided": _euro(self.asked_decided_cents),
                "refused": _euro(self.asked_refused_cents),
            },
            "granted": _euro(self.amount_cents),
            "outcomes": dict(self.outcomes),
            "refused for": dict(self.faults),
            "ignored columns": list(self.ignored),
        }


def _euro(cents: int) -> str:
    """A sum of amounts, which may be more than one amount can be."""
    return f"{cents // 100}.{cents % 100:02}"
