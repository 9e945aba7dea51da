"""The record of an erasure, which names nobody, and its confirmation, which proves whom it is about."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Self

from attrs import asdict, field, frozen

from pmp_core.errors import InvalidValue, nearest
from pmp_core.register import tables
from pmp_core.register.privacy.treatments import HOWS, How
from pmp_core.register.schema import Row
from pmp_core.register.storage import Transaction


@frozen
class Confirmation:
    """What proves that a record of erasure is about a certain learner. It is handed out and not kept in the register.

    Args:
        erasure_id: the record's.
        learner_id: the learner's, who has no name in the register any more.
        on: the day, as ISO text.
        how: `erase` or `pseudonymise`.
        rows_removed: how many rows were taken out, by table.
        cells_cleared: how many cells were cleared, by table.
        salt: 32 hexadecimal digits at random; without them nobody can try ids against the record.
    """

    erasure_id: str
    learner_id: str
    on: str
    how: How
    rows_removed: dict[str, int]
    cells_cleared: dict[str, int]
    salt: str = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the salt and everything else: what the register keeps of it."""
        said = {name: value for name, value in asdict(self).items() if name != "salt"}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256((self.salt + text).encode()).hexdigest()

    def proves(self, transaction: Transaction) -> bool:
        """Whether the register has the record of just this erasure."""
        row = transaction.get(tables.ERASURES, (self.erasure_id,))
        return row is not None and row["digest"] == self.digest

    def to_json(self) -> str:
        """As a file: whoever asked for the erasure is given it."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From such a file.

        Raises:
            InvalidValue: `confirmation-invalid`.
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError):
            raise InvalidValue(
                "confirmation-invalid",
                "This is no confirmation of an erasure.",
                remedy="Take the file that `pmp privacy erase --confirmation` wrote, unchanged.",
            ) from None


@frozen
class Erasure:
    """What was erased.

    Args:
        id: of the record.
        on: the day.
        how: `erase` or `pseudonymise`.
        role: in which role it was done; who did it stands in the history.
        rows_removed: rows taken out.
        cells_cleared: cells cleared, documents that were written anew among them.
        history_cleared: entries and views of the history that were emptied.
        digest: of the confirmation.
        confirmation: what proves whom it is about.
    """

    id: str
    on: date
    how: How
    role: str
    rows_removed: int
    cells_cleared: int
    history_cleared: int
    digest: str
    confirmation: Confirmation = field(repr=False)

    def row(self) -> Row:
        """As it is kept."""
        return Row(
            id=self.id,
            on=self.on,
            kind=self.how,
            role=self.role,
            rows_removed=self.rows_removed,
            cells_cleared=self.cells_cleared,
            history_cleared=self.history_cleared,
            digest=self.digest,
        )


def check_how(how: str) -> How:
    """A way of erasing.

    Raises:
        InvalidValue: `erasure-unknown`.
    """
    for known in HOWS:
        if how == known:
            return known
    raise InvalidValue(
        "erasure-unknown",
        "A learner is erased or pseudonymised.",
        found=how,
        remedy=f"Use one of {', '.join(nearest(how, HOWS) or HOWS)}.",
    )
