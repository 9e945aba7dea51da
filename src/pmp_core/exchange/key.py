"""The key that municipalities share, and with which they hash. Who has it can test guesses; nobody else can."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path
from typing import Self

from pmp_core.errors import InvalidValue
from pmp_core.register.keys import write_key_file

LEAST_BYTES = 32
_KEY_ID = "pmp-core/double-funding/key-id/v1"


def packed(*fields: str) -> bytes:
    """Fields as bytes, each after its length, so that no two lists of fields come out alike.

    >>> packed("ab", "c").hex()
    '0000000261620000000163'
    >>> packed("ab") + packed("c") == packed("ab", "c") != packed("a", "bc")
    True
    """
    written = (field.encode("utf-8") for field in fields)
    return b"".join(len(one).to_bytes(4, "big") + one for one in written)


class ExchangeKey:
    """A shared key. It shows itself by its id only.

    Args:
        secret: the key, at least 32 bytes, made at random and not from words.

    Attributes:
        id: 16 hexadecimal digits that tell one key from another, and nothing of it.

    Raises:
        InvalidValue: `exchange-key-short`.

    >>> ExchangeKey(bytes(range(32)))
    <ExchangeKey fa8d4bc8b75eb689>
    """

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        if len(secret) < LEAST_BYTES:
            raise InvalidValue(
                "exchange-key-short",
                f"A key for the exchange has at least {LEAST_BYTES} bytes.",
                found=f"{len(secret)} bytes",
                remedy="Make one with `pmp exchange new-key`, and share that.",
            )
        self._secret = secret
        self.id = self.seal(packed(_KEY_ID)).hex()[:16]

    def seal(self, message: bytes) -> bytes:
        """HMAC-SHA-256 of a message, 32 bytes."""
        return hmac.digest(self._secret, message, "sha256")

    def running(self, message: bytes) -> hmac.HMAC:
        """HMAC-SHA-256 that has begun with a message, and goes on."""
        return hmac.new(self._secret, message, "sha256")

    @classmethod
    def random(cls) -> Self:
        """A new key of 32 random bytes."""
        return cls(secrets.token_bytes(LEAST_BYTES))

    @classmethod
    def read(cls, file: Path | str) -> Self:
        """A key from its file: hexadecimal digits, with lines of remarks that begin with `#`.

        Raises:
            InvalidValue: `file-missing`, `exchange-key-invalid`, `exchange-key-short`. None repeats what stands there.
        """
        path = Path(file)
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
            secret = bytes.fromhex("".join(line for line in lines if not line.lstrip().startswith("#")))
        except OSError as error:
            raise InvalidValue(
                "file-missing", f"The file cannot be read: {error.strerror}.", found=path.name, remedy="Check its name."
            ) from None
        except ValueError:  # no text, or no hexadecimal digits
            raise InvalidValue(
                "exchange-key-invalid",
                "The file holds no key.",
                found=path.name,
                remedy="It has hexadecimal digits, and remarks after #: take it as whoever made it handed it over.",
            ) from None
        return cls(secret)

    def write(self, file: Path | str) -> None:
        """Write the key into a new file that its owner alone can read. A file that is there is never replaced.

        Raises:
            InvalidValue: `file-exists`.
            RegisterError: `file-unwritable`.
        """
        write_key_file(Path(file), f"# pmp-core exchange key {self.id}: keep it secret\n{self._secret.hex()}\n")

    def __repr__(self) -> str:
        return f"<ExchangeKey {self.id}>"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a key is not pickled: hand over its file")
