"""The test vectors: what is written, what is hashed of it, the token. `python tests/exchange/vectors_page.py` writes them anew.

The tokens are computed here with the standard library alone, by the page's own description, and not by the library.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FILE = HERE / "vectors.example.json"
PAGE = HERE.parents[1] / "docs" / "how-to" / "check-double-funding-across-municipalities.md"
EXAMPLE = "PARAUGS – izdomāti dati (example: invented data). No person, personal code, receipt or key here is real."
KEY = bytes(range(32)).hex()
BEGIN, END = "<!-- vectors: begin -->\n", "<!-- vectors: end -->\n"
HEAD = "| type | written | hashed | kind | day | token |\n|---|---|---|---|---|---|\n"
BORN = "2099-12-31"  # nobody was

# As written; by its letters; without diacritics.
NAMES = [
    ("Līga", "Ozoliņa", "līga", "ozoliņa", "liga", "ozolina"),
    ("LĪGA", "OZOLIŅA", "līga", "ozoliņa", "liga", "ozolina"),
    ("Li\u0304ga", "Ozolin\u0327a", "līga", "ozoliņa", "liga", "ozolina"),
    ("Līga", "Ozolin\u0326a", "līga", "ozoliņa", "liga", "ozolina"),
    ("Liga", "Ozolina", "liga", "ozolina", "liga", "ozolina"),
    ("Jānis", "Bērziņš-Kalniņš", "jānis", "bērziņškalniņš", "janis", "berzinskalnins"),
    ("Jānis", "Bērziņš – Kalniņš", "jānis", "bērziņškalniņš", "janis", "berzinskalnins"),
    ("Ja\u0304nis", "Be\u0304rzin\u0327s\u030c Kalnin\u0327s\u030c", "jānis", "bērziņškalniņš", "janis", "berzinskalnins"),
    ("Anna Marija", "Šķēle-Čūska", "annamarija", "šķēlečūska", "annamarija", "skelecuska"),
    ("Anna-Marija", "Šķēle\u2011Čūska", "annamarija", "šķēlečūska", "annamarija", "skelecuska"),
    ("Ģirts", "Ūdris", "ģirts", "ūdris", "girts", "udris"),
    ("Žanete", "Ļaudaka", "žanete", "ļaudaka", "zanete", "laudaka"),
    ("Ķirils", "O'Konors", "ķirils", "okonors", "kirils", "okonors"),
    ("Ķirils", "O’Konors", "ķirils", "okonors", "kirils", "okonors"),
    ("Ķirils", "O´Konors", "ķirils", "okonors", "kirils", "okonors"),
    ("Łucja", "Groß", "łucja", "gross", "lucja", "gross"),
]
# Of people born in 2099, and of a new style that nobody was given: beginning with 39.
CODES = [
    ("311299-20000", "31129920000"),
    ("31129920000", "31129920000"),
    ("311299 – 20000", "31129920000"),
    ("399999-99999", "39999999999"),
    ("39999999999", "39999999999"),
]
RECEIPTS = [
    ('SIA "Parauga satiksme"', "Nr. AB-000123", "paraugasatiksme", "ab000123"),
    ("Parauga Satiksme, SIA", "ab 000123", "paraugasatiksme", "ab000123"),
    ("Ēdnīca „Zīle”", "0042", "ednicazile", "0042"),
]
DIGESTS = [("SHA256:9F86D081884C7D65", "9f86d081884c7d65"), ("9f86d081884c7d65", "9f86d081884c7d65")]


def sealed(*parts: str) -> str:
    """HMAC-SHA-256 over texts, each after its length in four bytes."""
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(bytes.fromhex(KEY), message, hashlib.sha256).hexdigest()


def computed(type_: str, fields: list[str], kind: str | None, day: str | None) -> str:
    """A token: over the domain, the type, the fields, the kind and the day."""
    return sealed("pmp-core/double-funding/v1", type_, *fields, *(part for part in (kind, day) if part is not None))


KEY_ID = sealed("pmp-core/double-funding/key-id/v1")[:16]


def vectors() -> list[dict[str, Any]]:
    """Every vector with its token."""
    found: list[dict[str, Any]] = []

    def add(
        type_: str, written: list[str], hashed: list[str], kind: str | None = "catering", day: str | None = "2022-10-03"
    ) -> None:
        told = {"type": type_, "written": written, "hashed": hashed, "kind": kind, "day": day}
        found.append({**told, "token": computed(type_, hashed, kind, day)})

    for written, hashed in CODES:
        add("person-code", [written], [hashed])
    add("person-code", ["311299-20000"], ["31129920000"], "catering", "2022-10-04")
    add("person-code", ["311299-20000"], ["31129920000"], "public-transport-tickets", "2022-10-03")
    for given, family, given_form, family_form, given_folded, family_folded in NAMES:
        add("name-birthdate", [given, family, BORN], [given_form, family_form, BORN])
        add("name-folded", [given, family, BORN], [given_folded, family_folded, BORN])
    for issuer, number, issuer_form, number_form in RECEIPTS:
        add("receipt", [issuer, number], [issuer_form, number_form], None, None)
    for digest, form in DIGESTS:
        add("receipt-digest", [digest], [form], None, None)
    return found


def seen(text: str) -> str:
    """The text with what cannot be told by eye as `\\uXXXX`: combining marks, and hyphens and spaces of other kinds."""
    return re.sub(r"[\u0300-\u036f\u00a0\u2010\u2011\u00b4]", lambda found: f"\\u{ord(found[0]):04x}", text)


def file_text() -> str:
    """The file as it is kept."""
    told = {"example": EXAMPLE, "key": KEY, "key_id": KEY_ID, "domain": "pmp-core/double-funding/v1", "vectors": vectors()}
    return seen(json.dumps(told, ensure_ascii=False, indent=1)) + "\n"


def table() -> str:
    """The table of the page."""
    rows = []
    for vector in vectors():
        written, hashed = (" ".join(f"`{seen(one)}`" for one in vector[name]) for name in ("written", "hashed"))
        kind, day = vector["kind"] or "", vector["day"] or ""
        rows.append(f"| {vector['type']} | {written} | {hashed} | {kind} | {day} | `{vector['token']}` |\n")
    return HEAD + "".join(rows)


def page_text() -> str:
    """The page with the table in its place."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    FILE.write_text(file_text(), encoding="utf-8")
    PAGE.write_text(page_text(), encoding="utf-8")
