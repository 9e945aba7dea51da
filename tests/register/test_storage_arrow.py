"""Columns by ADBC: that they go that way at all, and when they do not."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from pmp_core.errors import VersionConflict
from pmp_core.register.arrow_tables import arrow_table
from pmp_core.register.frames_of_tables import polars_frame
from pmp_core.register.layer import Layer
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.schema import Scalar, Table
from pmp_core.testing.storage_tables import CELLS, DAY, GROUPS, MEMBERS, MOMENT, TABLES, cells, group, member
from pmp_storage_sql import SqlStorage, open_storage

pytest.importorskip("pyarrow", reason="columns as Arrow need PyArrow")
pytest.importorskip("adbc_driver_manager", reason="the extra `arrow` of pmp-storage-sql is not installed")
ROWS = [
    cells("b"),
    cells("a", text="Ķ", integer=2**60, boolean=True, day=DAY, moment=MOMENT, cents=-5),
    cells("c", text="", boolean=False),
]


@pytest.fixture(params=["sqlite", "file", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    if request.param == "postgresql":
        with request.getfixturevalue("postgresql").database() as url:
            yield from _filled(f"{url}&timeout=5")
    else:
        yield from _filled("sqlite://" if request.param == "sqlite" else f"sqlite:///{tmp_path}/r.sqlite?timeout=0.2")


def _filled(url: str) -> Iterator[SqlStorage]:
    storage = open_storage(url)
    storage.arrow_from = 0
    storage.create(TABLES)
    with storage.begin() as tx:
        tx.insert(CELLS, ROWS)
    yield storage
    storage.close()


def by_adbc(tx: Any, table: Table = CELLS, names: Sequence[str] = CELLS.names) -> Any:
    """What goes by ADBC; None where lists have to be taken."""
    return tx.arrow_way.read(tx._queries(tx._raw, table), names)


def test_columns_go_by_adbc_and_are_those_of_the_lists(storage: SqlStorage) -> None:
    with storage.begin() as tx:
        found = by_adbc(tx)
        assert found is not None
        assert found.equals(arrow_table(CELLS, tx.scan(CELLS)))
        assert by_adbc(tx, names=["cents", "id"]).equals(found.select(["cents", "id"]))
        assert by_adbc(tx, GROUPS, GROUPS.names).equals(arrow_table(GROUPS, tx.scan(GROUPS)))


def test_few_rows_are_quicker_as_lists(storage: SqlStorage) -> None:
    for rows, way in ((3, True), (4, False)):
        storage.arrow_from = rows
        with storage.begin() as tx:
            assert (by_adbc(tx) is not None) is way
            assert tx.scan_arrow(CELLS).num_rows == 3


def test_own_writes_are_read_from_a_copy_or_from_lists(storage: SqlStorage) -> None:
    with storage.begin() as tx:
        tx.insert(GROUPS, [group("s")])
        assert (by_adbc(tx) is not None) is (storage.name == "sqlite")
        assert tx.scan_arrow(GROUPS).to_pylist() == [group("s")]


def test_a_cell_that_is_not_of_its_type_goes_by_lists(tmp_path: Path) -> None:
    storage = next(_filled(f"sqlite:///{tmp_path}/r.sqlite"))
    with storage.begin() as tx:
        tx._raw.execute("UPDATE kit_cells SET text = x'ff' WHERE id = 'a'")
        assert by_adbc(tx, names=["id", "text"]) is None
        assert by_adbc(tx, names=["id"]) is None  # having failed once, it is not tried again in the transaction
    storage.close()


def test_a_place_without_room_for_the_copy_goes_by_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = next(_filled(f"sqlite:///{tmp_path}/r.sqlite"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with storage.begin() as tx:
        assert by_adbc(tx) is None
        assert tx.scan_arrow(CELLS).num_rows == 3
    storage.close()


def test_the_copy_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = next(_filled("sqlite://"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with storage.begin() as tx:
        assert by_adbc(tx) is not None
        assert tx._raw.execute("SELECT count(*) FROM temp.sqlite_schema").fetchone() == (0,)
    assert list(tmp_path.iterdir()) == []
    storage.close()


def test_the_writers_place_in_a_file_is_kept(tmp_path: Path) -> None:
    """Two SQLites on one file in one process would lose it: the other process would write."""
    storage = next(_filled(f"sqlite:///{tmp_path}/r.sqlite"))
    write = (
        "import sqlite3, sys\n"
        "sqlite3.connect(sys.argv[1], timeout=0.1, isolation_level=None).execute(\"INSERT INTO kit_groups VALUES ('x', 'y')\")"
    )
    with storage.begin() as tx:
        assert by_adbc(tx) is not None
        done = subprocess.run([sys.executable, "-c", write, tmp_path / "r.sqlite"], capture_output=True, text=True, check=False)
        assert "database is locked" in done.stderr
    with storage.begin() as tx:
        assert tx.count(GROUPS) == 0
    storage.close()


def test_a_host_s_engine_and_connection(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/r.sqlite")
    next(_filled(f"sqlite:///{tmp_path}/r.sqlite")).close()
    with open_storage(engine).begin() as tx:
        assert by_adbc_or_none(tx)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        with open_storage(connection).begin() as tx:
            assert tx.arrow_way is None
            assert tx.scan_arrow(CELLS).num_rows == 3
    engine.dispose()


def by_adbc_or_none(tx: Any) -> bool:
    tx.arrow_way.rows_from = 0
    return by_adbc(tx) is not None


def test_a_snapshot_does_not_see_what_others_keep_meanwhile(postgresql: Any) -> None:
    with postgresql.database() as url:
        storage = next(_filled(url))
        with storage.begin() as tx:
            assert by_adbc(tx).num_rows == 3
            with storage.begin() as other:
                other.insert(CELLS, [cells("d")])
                other.insert(GROUPS, [group("s")])
            assert by_adbc(tx).num_rows == 3
            assert by_adbc(tx, GROUPS, GROUPS.names).num_rows == 0
        storage.close()


def test_what_was_read_by_adbc_counts_as_read(postgresql: Any) -> None:
    """Each of two reads what the other writes: they cannot be put in a row, and one is told."""
    with postgresql.database() as url:
        storage = next(_filled(url))
        first, second = storage.begin(), storage.begin()
        one, two = first.__enter__(), second.__enter__()
        assert by_adbc(one).num_rows == 3
        assert by_adbc(two, MEMBERS, MEMBERS.names).num_rows == 0
        one.insert(MEMBERS, [member("m")])
        two.insert(CELLS, [cells("d")])
        first.__exit__(None, None, None)
        with pytest.raises(VersionConflict) as caught:
            second.__exit__(None, None, None)
        assert caught.value.code == "transaction-conflict"
        storage.close()


class _Shouting(Layer):
    """Changes what is read."""

    def scan(self, table: Table, columns: Sequence[str] | None = None) -> dict[str, list[Scalar]]:
        found = super().scan(table, columns)
        return {name: [str(cell).upper() for cell in column] for name, column in found.items()}


def test_a_layer_that_changes_what_is_read_is_not_passed_by() -> None:
    storage = MemoryStorage()
    storage.create(TABLES)
    with storage.begin() as tx:
        tx.insert(GROUPS, [group("a", "x")])
        assert Layer(tx).scan_arrow(GROUPS).to_pylist() == [group("a", "x")]
        assert _Shouting(tx).scan_arrow(GROUPS).to_pylist() == [group("A", "X")]
        assert Layer(_Shouting(tx)).scan_arrow(GROUPS, ["id"]).to_pylist() == [{"id": "A"}]


def test_without_pyarrow_frames_are_made_of_lists() -> None:
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pmp_core.errors import PluginError\n"
        "from pmp_core.register.frames_of_tables import polars_frame\n"
        "from pmp_core.register.memory import MemoryStorage\n"
        "from pmp_core.testing.storage_tables import *\n"
        "storage = MemoryStorage(); storage.create(TABLES)\n"
        "with storage.begin() as tx:\n"
        "    tx.insert(CELLS, [cells('a', day=DAY, moment=MOMENT, cents=5), cells('b')])\n"
        "    print(polars_frame(tx, CELLS, CELLS.names).schema)\n"
        "    try: tx.scan_arrow(CELLS)\n"
        "    except PluginError as error: print(error.code)\n"
    )
    storage = MemoryStorage()
    storage.create(TABLES)
    with storage.begin() as tx:
        schema = polars_frame(tx, CELLS, CELLS.names).schema
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [str(schema), "extra-missing"], done.stderr
