"""Receipts by what tells them."""

from __future__ import annotations

import pytest

from pmp_core.values.receipts import digest_form, receipt_identity


@pytest.mark.parametrize(
    ("issuer", "number"),
    [
        ("Rīgas satiksme, SIA", "AB-17"),
        ("RIGAS SATIKSME", "ab17"),
        ("SIA „Rīgas  Satiksme”", "№ AB 17"),
        ("Ri\u0304gas satiksme", "no. AB/17"),
    ],
)
def test_a_receipt_is_the_same_however_it_is_typed(issuer: str, number: str) -> None:
    assert receipt_identity(issuer, number) == receipt_identity('SIA "Rīgas Satiksme"', "Nr. AB-17")


@pytest.mark.parametrize(
    ("issuer", "number"),
    [("Rīgas satiksmes", "AB-17"), ("Rīgas satiksme", "AB-18"), ("Rīgas satiksme", "0AB-17"), ("Rīgas", "satiksme AB-17")],
)
def test_another_receipt_is_another(issuer: str, number: str) -> None:
    assert receipt_identity(issuer, number) != receipt_identity("Rīgas satiksme", "AB-17")


@pytest.mark.parametrize(("one", "other"), [(("…", "1"), ("–", "1")), (("A", "***"), ("A", "+++"))])
def test_what_is_signs_alone_is_told_by_them(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert receipt_identity(*one) == receipt_identity(*one) != receipt_identity(*other)


def test_a_digest_is_the_same_however_it_is_named() -> None:
    assert digest_form("SHA256:9F86D0") == digest_form("9f86d0") != digest_form("9f86d1")
