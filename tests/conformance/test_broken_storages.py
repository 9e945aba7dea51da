"""The storage suite is itself tested: each broken storage is caught by exactly the clauses that say what it does wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import broken_storages
import pytest
from broken_storages import Kept, Sound, Through
from caught import TESTS, caught
from hypothesis import Phase, settings

from pmp_core.testing import StorageSuite

# By fault: the clauses that catch it, without their `S-`.
CAUGHT_BY = {
    "RoundsCents": "ARROW-4 CELL-8 CELL-14",
    "LosesLetter": "ARROW-4 CELL-1 CELL-5 FILTER-7",
    "CutsLongText": "ARROW-4 CELL-4",
    "CutsLongKeys": "CELL-5",
    "CutsAtNul": "CELL-3",
    "EmptyTextIsEmptyCell": "ARROW-4 CELL-6 MODEL-1",
    "QuotesByHand": "CELL-2 FILTER-3 FILTER-6",
    "NumbersOf53Bits": "ARROW-4 CELL-7 CELL-14 FILTER-6",
    "BooleansAreNumbers": "CELL-9 CREATE-3 DELETE-1 FILTER-6",
    "DaysSince1900": "ARROW-4 CELL-10",
    "ShiftsTimeZones": "ARROW-3 ARROW-4 CELL-11 CREATE-3 FILTER-1 FILTER-6",
    "DropsMicroseconds": "ARROW-4 CELL-11 CREATE-3 FILTER-1 FILTER-6 ORDER-2",
    "EmptyNumbersAreZero": "CELL-12",
    "RefusesSubclasses": "CELL-13",
    "TakesOddCells": "CELL-3 CELL-14 CELL-15",
    "FillsMissingColumns": "CELL-15",
    "KeepsTheRowHandedIn": "CELL-16",
    "GetsByAnyKey": "GET-2",
    "GetsByTheFirstColumn": "GET-1",
    "IgnoresFilter": "COUNT-1 DELETE-1 FILTER-5 MODEL-1",
    "NoneInListsFindsNothing": "COUNT-1 FILTER-4 FILTER-6 MODEL-1",
    "EmptyListFindsAll": "COUNT-1 DELETE-1 FILTER-3 MODEL-1",
    "NoConditionFindsNothing": "COUNT-1 DELETE-1 FILTER-2 MODEL-1 REOPEN-2",
    "FewParameters": "DELETE-1 FILTER-6",
    "FoldsText": "FILTER-7",
    "IgnoresUnknownColumns": "FILTER-8 ORDER-7",
    "ScansUnknownColumns": "SCAN-2",
    "FindsByAnyType": "CELL-3 FILTER-9 LIMIT-2",
    "EmptyCellsLast": "ORDER-2 ORDER-4 ORDER-6",
    "EmptyCellsFirstDescending": "ORDER-3 ORDER-4 ORDER-6",
    "SortsByAlphabet": "ORDER-5",
    "SortsKeysAsText": "ORDER-1",
    "ReordersTies": "ORDER-4",
    "SortsByTheFirstColumn": "ORDER-6",
    "LimitOffByOne": "LIMIT-1",
    "LimitBeforeOrder": "LIMIT-1",
    "CountsAll": "COUNT-1 MODEL-1",
    "ScansInNoOrder": "CELL-6 CREATE-3 INSERT-2 MODEL-1 SCAN-1 TRANSACTION-3",
    "ScansNothingOfNothing": "MODEL-1 SCAN-3",
    "ScansAsItBegan": "CREATE-3 MODEL-1 SCAN-1 SCAN-2 TRANSACTION-3",
    "ArrowInNoOrder": "ARROW-1 ARROW-2 ARROW-3 ARROW-4 ARROW-5 ARROW-6",
    "ArrowOfAllColumns": "ARROW-1 ARROW-2 ARROW-4 ARROW-5 ARROW-6",
    "ArrowOfUnknownColumns": "ARROW-2",
    "ArrowOfGuessedTypes": "ARROW-3",
    "ArrowOfTheFirstRows": "ARROW-5",
    "ArrowByFloats": "ARROW-4",
    "ArrowOfWhatWasKept": "ARROW-6",
    "ArrowIsLists": "ARROW-1 ARROW-2 ARROW-3 ARROW-4 ARROW-5 ARROW-6",
    "DropsLastBatch": "ARROW-5 INSERT-1 INSERT-2",
    "InsertsHalf": "INSERT-2 MODEL-1 UNIQUE-1 UNIQUE-2",
    "ChangesAll": "UPDATE-1",
    "UpdatesPart": "MODEL-1 UNIQUE-4 UPDATE-1",
    "SameIsMissing": "UPDATE-2",
    "AddsWhatIsMissing": "MODEL-1 UPDATE-3",
    "IgnoresVersions": "ISOLATION-3 MODEL-1 VERSION-1",
    "CountsVersionsItself": "MODEL-1 UNIQUE-4 VERSION-2",
    "LosesUpdates": "ISOLATION-5",
    "NeedsNoVersion": "VERSION-3",
    "DeletesTooMuch": "DELETE-1 MODEL-1",
    "DeletesRowByRow": "REFERENCE-5",
    "ReplacesKeys": "INSERT-2 ISOLATION-4 MODEL-1 UNIQUE-1 UNIQUE-2",
    "EmptyEqualsEmpty": "UNIQUE-3",
    "FoldsKeys": "UNIQUE-5",
    "KeepsValuesTaken": "UNIQUE-4",
    "EmptyRefersToo": "ARROW-1 GET-1 ORDER-1 REFERENCE-2 REFERENCE-5",
    "ReferencesToWhatWasThere": "GET-1 REFERENCE-3 REFERENCE-5",
    "TellsCells": "ERROR-2",
    "SaysNothingOfWhatToDo": "ERROR-1",
    "RaisesItsOwn": "ERROR-1 ERROR-2 INSERT-2 ISOLATION-4 MODEL-1 TRANSACTION-4 UNIQUE-1 UNIQUE-2",
    "WorksWhenOver": "TRANSACTION-5",
    "UnknownTablesAreEmpty": "CREATE-4 CREATE-5 CREATE-6 REOPEN-1 SHARED-1",
    "TakesAnyDescription": "CREATE-7",
    "CommitsOnError": "MODEL-1 TRANSACTION-2",
    "SwallowsErrors": "TRANSACTION-2",
    "ForgetsUpdates": "ISOLATION-1 TRANSACTION-1",
    "LosesAfterRefusal": "MODEL-1 REFERENCE-1 TRANSACTION-4",
    "OneThread": "ISOLATION-6",
    "SeesUnfinished": "ISOLATION-1",
    "BeginsRegardless": "ISOLATION-2",
    "ClaimsConcurrency": "ISOLATION-2",
    "ClaimsToKeep": "CREATE-3 CREATE-4 REOPEN-1 REOPEN-2",
    "ClaimsToShare": "SHARED-1 SHARED-2",
    "KeepsWithoutClaim": "REOPEN-1 REOPEN-2",
    "SharesWithoutClaim": "SHARED-1 SHARED-2",
    "LosesRowsOnReopening": "CREATE-3 CREATE-4 REOPEN-1 REOPEN-2",
    "LosesKeysOnReopening": "REOPEN-2 SHARED-2",
    "WithoutUniqueSets": "CREATE-4 ISOLATION-4 MODEL-1 UNIQUE-2",
    "WithoutReferences": "CREATE-4 CREATE-5 MODEL-1 REFERENCE-1 REFERENCE-4 REFERENCE-5",
    "CreateDropsRows": "CREATE-2 CREATE-3 CREATE-4",
    "CreateMakesHalf": "CREATE-4 CREATE-5",
    "CreateTakesAnyShape": "CREATE-4",
    "CreateAddsNoColumns": "CREATE-3",
    "CreateInOrder": "CREATE-1 CREATE-5",
    "HasNoName": "PORT-1",
    "ClosesOnce": "CLOSE-1",
    "WorksWhenClosed": "CLOSE-2",
}
FAULTS = {
    name: kind if issubclass(kind, Sound) else type(name, (Sound,), {"transaction": kind})
    for name, kind in vars(broken_storages).items()
    if isinstance(kind, type)
    and issubclass(kind, Through | Sound)
    and name[0] != "_"
    and name not in ("Through", "Sound", "Kept")
}


@pytest.fixture(autouse=True, scope="module")
def unshrunk() -> Iterator[None]:
    """That a run is caught matters here, and not which is the shortest."""
    settings.register_profile("unshrunk", settings.get_profile("untimed"), phases=(Phase.generate,))
    settings.load_profile("unshrunk")
    yield
    settings.load_profile("untimed")


@pytest.mark.parametrize("kind", [Sound, Kept])
def test_a_storage_without_a_fault_is_not_caught(kind: type[Sound]) -> None:
    assert caught(kind) == {}


@pytest.mark.parametrize("name", CAUGHT_BY)
def test_a_fault_is_caught_by_the_clauses_on_it_and_no_other(name: str) -> None:
    said = caught(FAULTS[name])
    assert set(said) == {f"S-{number}" for number in CAUGHT_BY[name].split()}, said
    for id, sentence in said.items():
        first = sentence.splitlines()[0]
        assert re.fullmatch(rf"{id}: .+\. \(The clause: .+\)", first)
        assert len(first) < 1_500


def test_every_fault_has_its_prediction_and_every_clause_its_fault() -> None:
    assert set(CAUGHT_BY) == set(FAULTS)
    assert (
        {f"S-{number}" for numbers in CAUGHT_BY.values() for number in numbers.split()} == set(StorageSuite.CLAUSES) == set(TESTS)
    )


def test_pytest_shows_the_sentence(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "import pytest\nfrom broken_storages import ClaimsToShare\nfrom pmp_core.testing import StorageSuite\n\n"
        "class TestMine(StorageSuite):\n    claims = ClaimsToShare.claims\n\n    @pytest.fixture\n"
        "    def open_storage(self):\n        return ClaimsToShare\n\n"
        "class TestNothing(StorageSuite):\n    pass\n",
        encoding="utf-8",
    )
    options = ["-q", "-p", "no:cacheprovider", "-W", "error", "-k"]
    arguments = [*options, "s_shared_1 or s_limit_2", "--rootdir", str(tmp_path), str(tmp_path)]
    path = {"PYTHONPATH": ":".join([str(Path(__file__).parent), *filter(None, sys.path)])}
    done = subprocess.run([sys.executable, "-m", "pytest", *arguments], env=path, capture_output=True, text=True, check=False)
    told = done.stdout
    assert done.returncode == 1, told + done.stderr
    assert "\nS-SHARED-1: find in a second storage beside a transaction of the first gave [], not [{" in told
    assert "Override the fixture `open_storage`" in told
    assert f"1 failed, 1 passed, {2 * len(TESTS) - 4} deselected, 2 errors" in told
