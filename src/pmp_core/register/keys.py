"""The keys a deployment supplies: with them personal codes are encrypted and matched, and the history is sealed.

They stand in a file of their own, never in the database. The first one is used for whatever is written; the others are
there for what was written before, until `pmp register rotate-keys` has written it anew.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from pmp_core.errors import InvalidValue, RegisterError

BYTES = 32
_DOMAIN = "pmp-core/register-key/v1/"


def write_key_file(path: Path, text: str) -> None:
    """Write a new file of keys that its owner alone can read. A file that is there is never replaced.

    Args:
        path: where.
        text: its lines.

    Raises:
        InvalidValue: `file-exists`.
        RegisterError: `file-unwritable`.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InvalidValue(
            "file-exists", "There is a file there already.", found=path.name, remedy="Name another: a key is never replaced."
        ) from None
    except OSError as error:
        raise RegisterError(
            "file-unwritable", f"The file cannot be written: {error.strerror}.", found=path.name, remedy="Name another place."
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as opened_file:
        opened_file.write(text)


class RegisterKey:
    """One key of 32 bytes. It shows itself by its id only.

    Attributes:
        id: 16 hexadecimal digits that tell one key from another, and nothing of it.

    Raises:
        InvalidValue: `register-key-invalid`.

    >>> RegisterKey(bytes(range(32)))
    <RegisterKey 1e48cb76978b8897>
    """

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != BYTES:
            raise InvalidValue(
                "register-key-invalid",
                f"A key of a register has {BYTES} bytes.",
                found=f"{len(secret)} bytes",
                remedy="Make one with `pmp register new-key`.",
            )
        self._secret = secret
        self.id = self.derived("id").hex()[:16]

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose: HMAC-SHA-256 of its name. Who has one of them knows none of the others."""
        return hmac.digest(self._secret, (_DOMAIN + purpose).encode("utf-8"), "sha256")

    def seal(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA-256 of a message, with the key of a purpose."""
        return hmac.digest(self.derived(purpose), message, "sha256")

    def line(self) -> str:
        """The key as a line of its file. Every call is a place where it leaves its cover."""
        return self._secret.hex()

    @classmethod
    def random(cls) -> Self:
        """A new key."""
        return cls(secrets.token_bytes(BYTES))

    def __repr__(self) -> str:
        return f"<RegisterKey {self.id}>"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a key is not pickled: hand over its file")


class RegisterKeys:
    """The keys of a register: the first is used for whatever is written.

    Args:
        keys: the newest first.

    Raises:
        InvalidValue: `register-keys-missing`.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[RegisterKey]) -> None:
        self._keys = {key.id: key for key in keys}
        if not self._keys:
            raise InvalidValue("register-keys-missing", "No key was handed in.", remedy="Make one: `pmp register new-key`.")

    @property
    def current(self) -> RegisterKey:
        """The key for whatever is written."""
        return next(iter(self._keys.values()))

    @property
    def all(self) -> tuple[RegisterKey, ...]:
        """Every key, the newest first."""
        return tuple(self._keys.values())

    def key(self, id: str) -> RegisterKey:
        """The key of an id.

        Raises:
            RegisterError: `register-key-unknown`.
        """
        if id not in self._keys:
            raise RegisterError(
                "register-key-unknown",
                "Something in the register was written with a key that is not among those handed in.",
                found=id,
                remedy="Add that key to the file of keys, after the newest.",
            )
        return self._keys[id]

    @classmethod
    def read(cls, file: Path | str) -> Self:
        """Keys from a file: hexadecimal digits, one key a line, the newest first; lines of remarks begin with `#`.

        Raises:
            InvalidValue: `file-missing`, `register-key-invalid`, `register-keys-missing`. None repeats what stands there.
        """
        path = Path(file)
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
            found = [bytes.fromhex(line.strip()) for line in lines if line.strip() and not line.lstrip().startswith("#")]
        except OSError as error:
            raise InvalidValue(
                "file-missing", f"The file cannot be read: {error.strerror}.", found=path.name, remedy="Check its name."
            ) from None
        except ValueError:
            raise InvalidValue(
                "register-key-invalid",
                "The file holds something else than keys.",
                found=path.name,
                remedy="Each line has the hexadecimal digits of a key, or a remark after #.",
            ) from None
        return cls(RegisterKey(secret) for secret in found)

    def write(self, file: Path | str) -> None:
        """Write the keys into a new file that its owner alone can read. A file that is there is never replaced.

        Raises:
            InvalidValue: `file-exists`.
            RegisterError: `file-unwritable`.
        """
        lines = (f"# pmp-core register key {key.id}: keep it secret\n{key.line()}\n" for key in self.all)
        write_key_file(Path(file), "".join(lines))

    def __repr__(self) -> str:
        return f"<RegisterKeys {', '.join(self._keys)}>"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("keys are not pickled: hand over their file")
