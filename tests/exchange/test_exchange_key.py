"""The shared key: long enough, in a file of its own, and never shown."""

from __future__ import annotations

import pickle
import stat
import sys
from pathlib import Path

import pytest

from pmp_core.errors import InvalidValue, RegisterError
from pmp_core.exchange import ExchangeKey
from pmp_core.exchange.key import LEAST_BYTES, packed

SECRET = bytes(range(LEAST_BYTES))


def refused(text: str | bytes, folder: Path) -> InvalidValue:
    file = folder / "some.key"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidValue) as caught:
        ExchangeKey.read(file)
    return caught.value


def test_a_key_has_at_least_32_bytes() -> None:
    with pytest.raises(InvalidValue) as caught:
        ExchangeKey(SECRET[:-1])
    assert (caught.value.code, caught.value.found) == ("exchange-key-short", "31 bytes")
    assert ExchangeKey(SECRET).id != ExchangeKey(SECRET + b"!").id


def test_a_key_is_written_for_its_owner_and_read_again(tmp_path: Path) -> None:
    file, key = tmp_path / "new.key", ExchangeKey.random()
    key.write(file)
    assert ExchangeKey.read(file).id == key.id
    assert ExchangeKey.read(file).seal(b"x") == key.seal(b"x")
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_keys_are_two() -> None:
    assert ExchangeKey.random().id != ExchangeKey.random().id


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "new.key"
    file.write_text("mine", encoding="ascii")
    with pytest.raises(InvalidValue) as caught:
        ExchangeKey.random().write(file)
    assert (caught.value.code, file.read_text(encoding="ascii")) == ("file-exists", "mine")


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegisterError) as unwritable:
        ExchangeKey.random().write(tmp_path / "nowhere" / "new.key")
    with pytest.raises(InvalidValue) as missing:
        ExchangeKey.read(tmp_path / "nowhere.key")
    assert (unwritable.value.code, missing.value.code) == ("file-unwritable", "file-missing")


@pytest.mark.parametrize("text", ["here is no key", SECRET.hex()[:-1], b"\xff\xfe" * 40, "00 11 zz"])
def test_a_file_without_a_key_is_refused_and_not_repeated(text: str | bytes, tmp_path: Path) -> None:
    error = refused(text, tmp_path)
    assert (error.code, error.found) == ("exchange-key-invalid", "some.key")
    assert str(text) not in str(error)


@pytest.mark.parametrize("text", ["", "# a remark\n", SECRET.hex()[:-2]])
def test_a_file_with_too_short_a_key_is_refused(text: str, tmp_path: Path) -> None:
    assert refused(text, tmp_path).code == "exchange-key-short"


def test_remarks_breaks_and_a_mark_at_the_beginning_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "some.key"
    file.write_text(f"\ufeff# remark\n{SECRET.hex()[:32]}\r\n {SECRET.hex().upper()[32:]}\n\n", encoding="utf-8")
    assert ExchangeKey.read(file).id == ExchangeKey(SECRET).id


def test_a_key_shows_its_id_only_and_is_not_pickled() -> None:
    key = ExchangeKey(SECRET)
    assert repr(key) == str(key) == f"<ExchangeKey {key.id}>"
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_fields_are_told_apart_wherever_they_are_cut() -> None:
    cuts = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), ("ā", "bc")]
    assert len({packed(*fields) for fields in cuts}) == len(cuts)
