"""The published test vectors: the file, the page and the library say the same, and so does the standard library alone."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from vectors_page import FILE, NAMES, PAGE, computed, file_text, page_text, vectors

from pmp_core.exchange import (
    ExchangeKey,
    Identity,
    TokenType,
    day_tokens,
    learner_identities,
    receipt_identities,
    receipt_token,
)

KEPT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
KEY = ExchangeKey(bytes.fromhex(KEPT["key"]))


def identity_of(vector: dict[str, Any]) -> Identity:
    """What the library makes of what is written."""
    type_, written = TokenType(vector["type"]), vector["written"]
    match type_:
        case TokenType.PERSON_CODE:
            found = learner_identities("", "", None, written)
        case TokenType.RECEIPT:
            found = receipt_identities(*written)
        case TokenType.RECEIPT_DIGEST:
            found = receipt_identities("", "", *written)
        case _:
            found = learner_identities(written[0], written[1], date.fromisoformat(written[2]))
    (identity,) = [one for one in found if one.type is type_]
    return identity


def test_the_file_and_the_page_are_as_they_are_written() -> None:
    assert FILE.read_text(encoding="utf-8") == file_text()
    assert PAGE.read_text(encoding="utf-8") == page_text()


def test_the_first_thing_in_the_file_says_that_it_is_an_example() -> None:
    assert next(iter(KEPT)) == "example"
    assert "izdomāti dati" in KEPT["example"]


@pytest.mark.parametrize("vector", KEPT["vectors"], ids=lambda vector: f"{vector['type']} {vector['token'][:6]}")
def test_the_library_makes_the_token_that_is_published(vector: dict[str, Any]) -> None:
    identity = identity_of(vector)
    assert list(identity.fields) == vector["hashed"]
    if identity.type.of_receipt:
        assert receipt_token(KEY, identity) == vector["token"]
    else:
        assert day_tokens(KEY, identity, vector["kind"], [date.fromisoformat(vector["day"])]) == (vector["token"],)


@pytest.mark.parametrize("vector", KEPT["vectors"], ids=lambda vector: f"{vector['type']} {vector['token'][:6]}")
def test_the_standard_library_makes_the_same(vector: dict[str, Any]) -> None:
    assert computed(vector["type"], vector["hashed"], vector["kind"], vector["day"]) == vector["token"]


def test_the_key_goes_by_the_id_that_is_published() -> None:
    assert KEY.id == KEPT["key_id"]
    assert f"Its id is `{KEY.id}`" in PAGE.read_text(encoding="utf-8")


def test_every_latvian_letter_with_a_mark_has_a_vector() -> None:
    written = "".join(given + family for given, family, *_ in NAMES).casefold()
    assert set("āčēģīķļņšūž") <= set(written)


def test_tokens_are_equal_where_what_is_hashed_is_equal_and_only_there() -> None:
    told = {(v["type"], *v["hashed"], v["kind"], v["day"]): v["token"] for v in vectors()}
    assert len(set(told.values())) == len(told)
    assert all(told[v["type"], *v["hashed"], v["kind"], v["day"]] == v["token"] for v in KEPT["vectors"])
