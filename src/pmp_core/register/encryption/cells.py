"""One cell, encrypted: AES-256-GCM, bound to its table, column and row, so that no cell passes for another."""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from pmp_core.errors import Place, PluginError, RegisterError
from pmp_core.register.keys import RegisterKeys
from pmp_core.register.schema import Scalar

PREFIX = "enc:1:"
_CELL = re.compile(r"enc:1:([0-9a-f]{16}):([A-Za-z0-9_-]+)", re.ASCII)
_NONCE = 12
_DOMAIN = "pmp-core/cell/v1"


def keys_needed() -> RegisterError:
    """The error for a register that has something encrypted, and was opened without keys."""
    return RegisterError(
        "register-keys-needed",
        "This needs the register's keys, and none were handed in.",
        remedy="Hand them in: `Register.open(…, keys=RegisterKeys.read(file))`, or name the file in PMP_REGISTER_KEYS.",
    )


class CellCipher:
    """Encrypts with the newest key, and decrypts with whichever it was.

    Args:
        keys: of the register.

    Raises:
        PluginError: `extra-missing`.
    """

    def __init__(self, keys: RegisterKeys) -> None:
        self.keys = keys
        self._with: dict[str, Any] = {}
        self._aes_gcm, self._refused = _library()
        self._current, self._id = self._key(keys.current.id), keys.current.id

    def sealed(self, text: str, table: str, column: str, key: Sequence[Scalar]) -> str:
        """The text of a cell, encrypted."""
        nonce = os.urandom(_NONCE)
        hidden = self._current.encrypt(nonce, text.encode(), _place(table, column, key))
        return f"{PREFIX}{self._id}:{urlsafe_b64encode(nonce + hidden).rstrip(b'=').decode()}"

    def opened(self, cell: Scalar, table: str, column: str, key: Sequence[Scalar]) -> str:
        """What a cell says.

        Raises:
            RegisterError: `cell-damaged`: it was altered, put there from elsewhere, or never encrypted;
                `register-key-unknown`.
        """
        written = _CELL.fullmatch(cell) if isinstance(cell, str) else None
        if written is None:
            raise _damaged(table, column, key)
        with_key = self._key(written[1])
        try:
            hidden = urlsafe_b64decode(written[2] + "=" * (-len(written[2]) % 4))
            text: bytes = with_key.decrypt(hidden[:_NONCE], hidden[_NONCE:], _place(table, column, key))
        except (ValueError, self._refused):
            raise _damaged(table, column, key) from None
        return text.decode()

    def written_with(self, cell: Scalar) -> str | None:
        """The id of the key that a cell was encrypted with; None for anything else."""
        written = _CELL.fullmatch(cell) if isinstance(cell, str) else None
        return None if written is None else written[1]

    def _key(self, id: str) -> Any:
        if id not in self._with:
            self._with[id] = self._aes_gcm(self.keys.key(id).derived("cells"))
        return self._with[id]


def _library() -> tuple[Any, type[Exception]]:
    """The cipher, and the error it refuses an altered text with."""
    try:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "cryptography":
            raise  # it is there, and lacks something of its own
        raise PluginError(
            "extra-missing",
            "The library that encrypts is not installed.",
            found="cryptography",
            remedy="Install the extra: `pip install 'pmp-core[crypto]'`.",
        ) from None
    return AESGCM, InvalidTag


def _place(table: str, column: str, key: Sequence[Scalar]) -> bytes:
    """Where a cell stands, as bytes: each part after its length, so that no two places come out alike."""
    parts = [part.encode() for part in (_DOMAIN, table, column, *map(str, key))]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _damaged(table: str, column: str, key: Sequence[Scalar]) -> RegisterError:
    return RegisterError(
        "cell-damaged",
        f"Table {table}, row {'/'.join(map(str, key))}: what stands in column {column} is not what the register encrypted there.",
        place=Place(column=column),
        remedy="Somebody changed it behind the library's back, or the copy is broken: take the row from a backup.",
    )
