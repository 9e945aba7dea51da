"""The file that municipalities exchange: JSON Lines, a header and a row for each token. It holds no identity and no period of one.

The first line is the header, every other one a row; rows stand in the order of their tokens, so that their place tells
nothing. The header's digest is keyed with the shared key, over the header and all rows: who lacks the key changes nothing unseen.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, Self

from attrs import frozen
from pydantic import ValidationError, model_validator

from pmp_core.errors import InvalidValue, Place, RegisterError
from pmp_core.exchange.key import ExchangeKey, packed
from pmp_core.exchange.own_tokens import OwnTokens, Sender
from pmp_core.exchange.tokens import REFERENCE, TokenType, reference_of
from pmp_core.values import Count, Day, DayRange, Entity, Name

FORMAT: Final = "pmp-core/double-funding"
VERSION: Final = 1
_DOMAIN = "pmp-core/double-funding/file/v1"
_TOKEN = re.compile(r"[0-9a-f]{64}")
_WRITTEN_DIGEST = re.compile(r"hmac-sha256:[0-9a-f]{64}")
_TYPES = {kind.value: kind for kind in TokenType}
_FIELDS = {"token", "type", "reference"}


class FileHeader(Entity):
    """What a file of tokens says of itself.

    Args:
        key_id: which key its tokens were made with.
        sender: who sends it: a territory code, or an institution's registration number.
        programme: the programme of the claims.
        first_day: the first day that was looked at; None: no limit.
        last_day: the last one; None: no limit.
        made_on: the day it was made.
        count: how many rows follow.

    Raises:
        InvalidValue: `days-reversed`.
    """

    format: Literal["pmp-core/double-funding"] = FORMAT
    version: Literal[1] = VERSION
    key_id: Name
    sender: Sender
    programme: Name
    first_day: Day | None = None
    last_day: Day | None = None
    made_on: Day
    count: Count

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        DayRange(self.first_day or date.min, self.last_day)
        return self


@frozen
class TokenRow:
    """A row of a file.

    Attributes:
        token: 64 hexadecimal digits.
        type: what was hashed.
        reference: by which the sender finds it again; opaque to everybody else.
        row: on which row of the file.
    """

    token: str
    type: TokenType
    reference: str
    row: int


class _Digest:
    """The keyed digest of a file's contents, whatever its lines end with."""

    def __init__(self, key: ExchangeKey, header: FileHeader) -> None:
        self._sums = key.running(packed(_DOMAIN, json.dumps(header.model_dump(mode="json"), sort_keys=True)))

    def add(self, token: str, type_: str, reference: str) -> None:
        self._sums.update(packed(token, type_, reference))

    @property
    def written(self) -> str:
        return f"hmac-sha256:{self._sums.hexdigest()}"


def write_token_file(file: Path | str, own: OwnTokens, *, made_on: date, replace: bool = False) -> FileHeader:
    """Write own tokens into a file to be sent: whole or not at all, for its owner's eyes until it is sent.

    Args:
        file: where.
        own: the tokens; a token that two claims have in common is written once.
        made_on: today.
        replace: whether a file that is there may be replaced.

    Raises:
        InvalidValue: `file-exists`, `folder-missing`.
        RegisterError: `file-unwritable`.
    """
    path = Path(file)
    rows = {one.token: one.type.value for one in own.tokens}  # in the order of the tokens, as they are
    days = {} if own.period is None else {"first_day": own.period.first, "last_day": own.period.last}
    header = FileHeader.model_validate(
        {"key_id": own.key.id, "sender": own.sender, "programme": own.programme, "made_on": made_on, "count": len(rows), **days}
    )
    written = [(token, type_, reference_of(own.key, token)) for token, type_ in rows.items()]
    digest = _Digest(own.key, header)
    for row in written:
        digest.add(*row)
    head = {**header.model_dump(mode="json"), "digest": digest.written}
    lines = (_line({"token": token, "type": type_, "reference": reference}) for token, type_, reference in written)
    _write(path, (_line(head), lines), replace=replace)
    return header


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n"


def _write(path: Path, content: tuple[bytes, Iterator[bytes]], *, replace: bool) -> None:
    try:
        if path.exists() and not (replace and path.is_file()):
            raise InvalidValue("file-exists", "There is a file there already.", found=path.name, remedy="Name another.")
        if not path.parent.is_dir():
            raise InvalidValue("folder-missing", "There is no such folder.", found=path.parent.name, remedy="Make it first.")
        handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as opened_file:
                opened_file.write(content[0])
                opened_file.writelines(content[1])
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RegisterError(
            "file-unwritable", f"The file cannot be written: {error.strerror}.", found=path.name, remedy="Name another place."
        ) from None


class TokenFile:
    """A file of tokens that was received. Its header is looked at when it is opened, its rows when they are read.

    Args:
        file: where it lies.
        key: the shared key.

    Attributes:
        name: the file's name.
        header: what it says of itself. Nothing of it is sure before all rows were read: the digest stands over both.

    Raises:
        InvalidValue: `file-missing`; `exchange-file-unreadable`, `exchange-file-version`, `exchange-key-other`.
    """

    def __init__(self, file: Path | str, key: ExchangeKey) -> None:
        self._path, self._key = Path(file), key
        self.name = self._path.name
        try:
            with self._path.open("rb") as lines:
                told = self._object(lines.readline())
        except OSError as error:
            raise InvalidValue(
                "file-missing", f"The file cannot be read: {error.strerror}.", found=self.name, remedy="Check its name."
            ) from None
        self.header, self._digest = self._header(told)

    def _header(self, told: dict[str, Any] | None) -> tuple[FileHeader, str]:
        place, again = Place(self.name, 1), "Ask the sender for the file again, as `pmp exchange tokens` writes it."
        if told is None or told.get("format") != FORMAT:
            raise InvalidValue("exchange-file-unreadable", "This is no file of tokens.", place=place, remedy=again)
        if told.get("version") != VERSION:
            raise InvalidValue(
                "exchange-file-version",
                "The file is of another version of the format: its tokens are made in another way.",
                place=place,
                found=told.get("version"),
                remedy=f"This release reads version {VERSION}: both sides use releases with the same one.",
            )
        digest = told.pop("digest", None)
        try:
            header = FileHeader.model_validate(told)
        except ValidationError:
            header = None
        if header is None or not isinstance(digest, str):
            raise InvalidValue("exchange-file-unreadable", "The file's header is not whole.", place=place, remedy=again) from None
        if header.key_id != self._key.id:
            raise InvalidValue(
                "exchange-key-other",
                "The file was made with another key: no token of it can equal one of ours.",
                place=place,
                found=header.key_id,
                remedy=f"The key here is {self._key.id}: all who exchange use the same one.",
            )
        return header, digest

    def rows(self) -> Iterator[TokenRow]:
        """The rows, one after the other. What was read counts only when the last one was: then the file is known to be whole.

        Raises:
            InvalidValue: `exchange-row-malformed`, with the row; `exchange-file-truncated`, `exchange-file-altered`.
        """
        digest, count, before = _Digest(self._key, self.header), 0, ""
        with self._path.open("rb") as lines:
            next(lines)
            for number, line in enumerate(lines, start=2):
                if not line.strip():
                    continue
                row = self._row(line, number)
                if row is None and not line.endswith(b"\n") and count < self.header.count:
                    break  # in the middle of a row
                if row is None:
                    raise self._malformed(number, "The row is not a token, its type and a reference.")
                if row.token <= before:
                    raise self._malformed(number, "The row's token does not come after that of the row before.")
                digest.add(row.token, row.type.value, row.reference)
                count, before = count + 1, row.token
                yield row
        if count < self.header.count:
            raise InvalidValue(
                "exchange-file-truncated",
                "The file ends before its last row.",
                place=Place(self.name, count + 1),
                found=f"{count} of {self.header.count} rows",
                remedy="Ask the sender for the file again: it was cut off on its way.",
            )
        # What is no digest is not compared: the comparison takes ASCII alone.
        if not _WRITTEN_DIGEST.fullmatch(self._digest) or not hmac.compare_digest(digest.written, self._digest):
            raise InvalidValue(
                "exchange-file-altered",
                "The file is not as its sender made it: its digest does not fit.",
                place=Place(self.name),
                remedy="Ask the sender for the file again, and use nothing of this one.",
            )

    def _row(self, line: bytes, number: int) -> TokenRow | None:
        told = self._object(line)
        if told is None or set(told) != _FIELDS or not all(isinstance(value, str) for value in told.values()):
            return None
        token, type_, reference = told["token"], told["type"], told["reference"]
        if not _TOKEN.fullmatch(token) or type_ not in _TYPES or not REFERENCE.fullmatch(reference):
            return None
        return TokenRow(token, _TYPES[type_], reference, number)

    def _malformed(self, number: int, wrong: str) -> InvalidValue:
        return InvalidValue(
            "exchange-row-malformed",
            wrong,
            place=Place(self.name, number),
            remedy="Ask the sender for the file again; it is not to be edited or sorted.",
        )

    @staticmethod
    def _object(line: bytes) -> dict[str, Any] | None:
        try:
            told = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None
        return told if isinstance(told, dict) else None

    def __repr__(self) -> str:
        return f"<TokenFile {self.name} from {self.header.sender}, {self.header.count} tokens>"
