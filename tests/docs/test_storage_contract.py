"""The page of the storage contract and the suite of storages say the same: clause by clause, with the codes that are tested."""

from __future__ import annotations

import inspect
import re

from pages import ROOT

from pmp_core.testing import StorageSuite

PAGE = (ROOT / "docs" / "reference" / "storage-contract.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(S-[A-Z]+-\d+)` \| (.+?) \| (.*?) ?\|$", PAGE, re.MULTILINE)
CODES = {
    test.clause.id: sorted(set(re.findall(r"refuses\(\s*\"([a-z-]+)\"", inspect.getsource(test))))
    for name, test in inspect.getmembers(StorageSuite, inspect.isfunction)
    if name.startswith("test_")
}


def test_every_test_is_a_clause_and_every_clause_a_test() -> None:
    assert len(ROWS) == len(StorageSuite.CLAUSES) > 80
    assert {id: text for id, text, _ in ROWS} == StorageSuite.CLAUSES


def test_the_codes_of_a_clause_are_those_that_its_test_asks_for() -> None:
    assert {id: re.findall(r"`([a-z-]+)`", codes) for id, _, codes in ROWS} == CODES


def test_clauses_are_numbered_without_gaps() -> None:
    for family in dict.fromkeys(re.findall(r"S-([A-Z]+)-", " ".join(id for id, _, _ in ROWS))):
        numbers = [int(id.rpartition("-")[2]) for id, _, _ in ROWS if id.split("-")[1] == family]
        assert numbers == list(range(1, len(numbers) + 1)), family
