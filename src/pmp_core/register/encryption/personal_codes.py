"""The personal codes of learners: encrypted, several over time, and found by a keyed hash.

Above every layer a row of the table holds the code as it is encrypted, so that neither history nor copies see it in clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import frozen

from pmp_core.register import tables
from pmp_core.register.encryption.cells import CellCipher, keys_needed
from pmp_core.register.encryption.rewriting import BATCH
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.register.schema import Row, Scalar
from pmp_core.register.storage import Transaction
from pmp_core.values import PersonalCode

_TABLE = tables.PERSONAL_CODES


@frozen
class KeptCode:
    """A personal code that a learner has or had.

    Args:
        number: from 1, in the order in which they were noted; the last one counts.
        code: the code, masked wherever it is shown.
        noted_on: the day on which the register learnt it, and not the day from which it counts.
        source: the source that told it; None where a person noted it.
    """

    number: int
    code: PersonalCode
    noted_on: date
    source: str | None


def match_of(key: RegisterKey, code: PersonalCode) -> str:
    """What a code is found by: HMAC-SHA-256 with a key of its own. Who lacks the key cannot try guesses."""
    return key.seal("personal-code-match", code.reveal(hyphen=False).encode("ascii")).hex()


def note_codes(
    transaction: Transaction,
    keys: RegisterKeys | None,
    codes: Mapping[str, PersonalCode],
    *,
    on: date,
    source: str | None,
) -> int:
    """Keep what is not known yet of learners' codes.

    A code that a learner had before is known too: a second source may still send it.

    Args:
        transaction: of a unit of work.
        keys: of the register.
        codes: by learner id.
        on: today.
        source: who tells them.

    Returns:
        How many were new.

    Raises:
        RegisterError: `register-keys-needed`, `register-key-unknown`.
    """
    cipher = _cipher(keys)
    ids, new = list(codes), 0
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        kept: dict[str, list[Row]] = {id: [] for id in some}
        for row in transaction.find(_TABLE, {"learner_id": list(some)}):
            kept[str(row["learner_id"])].append(row)
        rows = [
            _row(cipher, id, len(kept[id]) + 1, codes[id], noted_on=on, source=source)
            for id in some
            if not any(row["match"] == match_of(cipher.keys.key(str(row["key_id"])), codes[id]) for row in kept[id])
        ]
        transaction.insert(_TABLE, rows)
        new += len(rows)
    return new


def codes_of(transaction: Transaction, keys: RegisterKeys | None, learner_id: str) -> tuple[KeptCode, ...]:
    """The codes of a learner, the oldest first.

    Raises:
        RegisterError: `register-keys-needed`, `register-key-unknown`, `cell-damaged`.
    """
    rows = transaction.find(_TABLE, {"learner_id": learner_id})
    if not rows:
        return ()
    cipher = _cipher(keys)
    return tuple(_kept(cipher, row) for row in rows)


def learners_with(transaction: Transaction, keys: RegisterKeys | None, code: PersonalCode) -> tuple[str, ...]:
    """The ids of the learners who have a code, or had it: of one child whom two schools sent there may be two.

    Raises:
        RegisterError: `register-keys-needed`.
    """
    if keys is None:
        raise keys_needed()
    rows = transaction.find(_TABLE, {"match": [match_of(key, code) for key in keys.all]})
    return tuple(dict.fromkeys(str(row["learner_id"]) for row in rows))


def renewed(cipher: CellCipher, rows: Iterable[Row]) -> list[Row]:
    """Rows as they are with the newest key: those that were written with another."""
    return [
        {**row, **_secrets(cipher, str(row["learner_id"]), row["number"], _kept(cipher, row).code)}
        for row in rows
        if row["key_id"] != cipher.keys.current.id
    ]


def _cipher(keys: RegisterKeys | None) -> CellCipher:
    if keys is None:
        raise keys_needed()
    return CellCipher(keys)


def _row(cipher: CellCipher, learner_id: str, number: int, code: PersonalCode, *, noted_on: date, source: str | None) -> Row:
    secrets = _secrets(cipher, learner_id, number, code)
    return {"learner_id": learner_id, "number": number, **secrets, "noted_on": noted_on, "source": source}


def _secrets(cipher: CellCipher, learner_id: str, number: Scalar, code: PersonalCode) -> Row:
    text, key = code.reveal(hyphen=False), cipher.keys.current
    return {
        "cipher": cipher.sealed(text, _TABLE.name, "cipher", (learner_id, number)),
        "match": match_of(key, code),
        "key_id": key.id,
    }


def _kept(cipher: CellCipher, row: Row) -> KeptCode:
    number, noted_on, source = row["number"], row["noted_on"], row["source"]
    assert isinstance(number, int)
    assert isinstance(noted_on, date)
    code = PersonalCode(cipher.opened(row["cipher"], _TABLE.name, "cipher", (row["learner_id"], number)))
    return KeptCode(number, code, noted_on, None if source is None else str(source))
