"""Clauses on transactions: all or nothing, and what others see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from pmp_core.errors import NotUnique, RegisterError, VersionConflict
from pmp_core.register.schema import Row
from pmp_core.register.storage import Storage, Transaction
from pmp_core.testing.storage_clause import Broken, clause, refuses, same, started
from pmp_core.testing.storage_tables import GROUPS, MEMBERS, TABLES, group, member

_WRITERS, _TURNS = 4, 5
_TRIES = 10_000  # a storage that never lets anyone in is told, and not waited for


class Interrupted(BaseException):
    """What a transaction is broken off with here: no `Exception`, as the interruption of a program is none."""


class StorageTransactions:
    """Clauses on transactions."""

    claims: ClassVar[frozenset[str]]

    @clause
    def test_s_transaction_1_a_good_end_keeps_all(self, storage: Storage) -> None:
        """What was written in a block that ends well is there in the next transaction."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "old"), group("b"), group("c")])
        with storage.begin() as tx:
            tx.update(GROUPS, group("a", "new"))
            tx.delete(GROUPS, {"id": "b"})
        with storage.begin() as tx:
            same(tx.find(GROUPS), [group("a", "new"), group("c")], "find after a transaction that ended well")

    @clause
    def test_s_transaction_2_an_error_undoes_all(self, storage: Storage) -> None:
        """Of a block that raises, whatever it raises, nothing is kept, and the error goes on as it is."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "old"), group("b")])
        for kind in (LookupError, Interrupted):
            error = kind("broken off")
            try:
                _broken_off(storage, error)
            except kind as found:
                if found is not error:
                    raise Broken(f"a block that raises {kind.__name__} ended with another one") from found
            else:
                raise Broken(f"a block that raises {kind.__name__} ended without it")
            with storage.begin() as tx:
                same(tx.find(GROUPS), [group("a", "old"), group("b")], "find after a transaction that was broken off")

    @clause
    def test_s_transaction_3_own_writes_are_visible(self, storage: Storage) -> None:
        """A transaction reads what it wrote itself at once: through get, find, count and scan."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "old"), group("b")])
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("c")])
            tx.update(GROUPS, group("a", "new"))
            tx.delete(GROUPS, {"id": "b"})
            same(tx.get(GROUPS, ("a",)), group("a", "new"), "get of a row that the transaction changed")
            same(tx.get(GROUPS, ("b",)), None, "get of a row that the transaction deleted")
            same(tx.find(GROUPS), [group("a", "new"), group("c")], "find in the transaction that wrote")
            same(tx.count(GROUPS), 2, "count in the transaction that wrote")
            same(tx.scan(GROUPS), {"id": ["a", "c"], "name": ["new", None]}, "scan in the transaction that wrote")

    @clause
    def test_s_transaction_4_a_refusal_leaves_the_transaction_usable(self, storage: Storage) -> None:
        """After a call that was refused the transaction goes on, and what it wrote before and after is kept."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("s")])
            tx.insert(MEMBERS, [member("a", "s", "x")])
            calls: tuple[Callable[[], object], ...] = (
                partial(tx.insert, GROUPS, [group("s")]), partial(tx.insert, MEMBERS, [member("b", "none")]),
                partial(tx.update, MEMBERS, member("a"), version=2), partial(tx.update, GROUPS, group("none")),
                partial(tx.delete, GROUPS, {"id": "s"}), partial(tx.insert, GROUPS, [group("a\0")]), partial(tx.find, GROUPS, {"nmae": "a"}),
            )  # fmt: skip
            between = [group(f"t{number}") for number in range(len(calls))]
            for call, row in zip(calls, between, strict=True):
                with suppress(RegisterError):  # with which code, and whether at all, is told by other clauses
                    call()
                tx.insert(GROUPS, [row])
        with storage.begin() as tx:
            same(tx.find(GROUPS, {"id": [row["id"] for row in between]}), between, "find of what was written between refusals")

    @clause
    def test_s_transaction_5_after_its_end_it_is_over(self, storage: Storage) -> None:
        """Every call on a transaction that has ended, well or not, is refused."""
        with storage.begin() as ended:
            ended.insert(GROUPS, [group("a")])
        try:
            with storage.begin() as broken:
                raise LookupError
        except LookupError:
            pass
        for tx in (ended, broken):
            calls: tuple[Callable[[], object], ...] = (
                partial(tx.get, GROUPS, ("a",)), partial(tx.find, GROUPS), partial(tx.count, GROUPS), partial(tx.scan, GROUPS), partial(tx.scan_arrow, GROUPS),
                partial(tx.insert, GROUPS, [group("b")]), partial(tx.update, GROUPS, group("a", "x")), partial(tx.delete, GROUPS, {}),
            )  # fmt: skip
            for call in calls:
                refuses("transaction-over", call, f"{call.func.__name__} on a transaction that has ended")  # type: ignore[attr-defined]
        with storage.begin() as tx:
            same(tx.find(GROUPS), [group("a")], "find after calls on transactions that had ended")

    @clause
    def test_s_isolation_1_others_do_not_see_what_may_yet_be_undone(self, storage: Storage) -> None:
        """What a transaction wrote, others see only after it ended well: until then they read what was there before, or are told
        `storage-locked`.
        """
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "old")])
        with storage.begin() as tx:
            tx.update(GROUPS, group("a", "new"))
            tx.insert(GROUPS, [group("b")])
            found = started(partial(_read, storage), "a transaction beside one that has written")()
            if not (isinstance(found, RegisterError) and found.code == "storage-locked"):
                same(found, [group("a", "old")], "find beside a transaction that has not ended")
        same(in_turn(storage, _groups), [group("a", "new"), group("b")], "find after the other transaction ended")

    @clause
    def test_s_isolation_2_several_transactions_at_once(self, storage: Storage) -> None:
        """A storage that claims `concurrent` begins a transaction while another is open, and both can write. One that does not
        claim it says `storage-locked` when its waiting time is over, and works on afterwards.
        """

        def beside() -> object:
            with storage.begin() as other:
                other.insert(GROUPS, [group("b")])
            return "both wrote"

        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a")])
            found = started(beside, "a transaction beside another")()
        if "concurrent" in self.claims:
            same(found, "both wrote", "a transaction beside another")
        elif not (isinstance(found, RegisterError) and found.code == "storage-locked"):
            raise Broken("a transaction beside another was not refused with `storage-locked`, and `concurrent` is not claimed")
        expected = [group("a"), group("b")] if "concurrent" in self.claims else [group("a")]
        same(in_turn(storage, _groups), expected, "find after two transactions at once")

    @clause
    def test_s_isolation_3_of_two_writers_one_gets_a_conflict(self, storage: Storage) -> None:
        """Of two transactions that replace the same version of a row, the first to end well is kept, and the other gets the
        conflict.
        """
        with storage.begin() as tx:
            tx.insert(MEMBERS, [member("a", level=0)])

        def second() -> object:
            return in_turn(storage, lambda tx: tx.update(MEMBERS, member("a", level=2, version=2), version=1))

        with storage.begin() as tx:
            tx.update(MEMBERS, member("a", level=1, version=2), version=1)
            ended = started(second, "the second of two writers")
        found = ended()
        if not isinstance(found, VersionConflict):
            raise Broken(f"the second of two writers of one version got {found!r}, not a VersionConflict")
        same(
            in_turn(storage, lambda tx: tx.find(MEMBERS)),
            [member("a", level=1, version=2)],
            "find after two writers of one version",
        )

    @clause
    def test_s_isolation_4_of_two_that_add_one_key_one_is_refused(self, storage: Storage) -> None:
        """Of two transactions that add rows with the same key, or the same unique set, the first to end well is kept, and the
        other is refused.
        """
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("s")])
        for row in (member("a", "s", "x"), member("b", "s", "x")):
            with storage.begin() as tx:
                tx.delete(MEMBERS, {"id": ["a", "b"]})
            with storage.begin() as tx:
                tx.insert(MEMBERS, [member("a", "s", "x", level=1)])
                ended = started(partial(in_turn, storage, partial(_insert, row)), "the second of two that add the same")
            found = ended()
            if not isinstance(found, NotUnique):
                raise Broken(f"the second of two that add the same got {found!r}, not a NotUnique")
            same(in_turn(storage, lambda tx: tx.find(MEMBERS)), [member("a", "s", "x", level=1)], "find after two added the same")

    @clause
    def test_s_isolation_5_no_update_is_lost(self, storage: Storage) -> None:
        """Writers in several threads that read, change and repeat on a conflict lose no update of each other."""
        with storage.begin() as tx:
            tx.insert(MEMBERS, [member("a", level=0)])

        def count_up(tx: Transaction) -> None:
            row = tx.get(MEMBERS, ("a",)) or {}
            level, version = row["level"], row["version"]
            assert isinstance(level, int)
            assert isinstance(version, int)
            tx.update(MEMBERS, row | {"level": level + 1, "version": version + 1}, version=version)

        def writer() -> None:
            for _ in range(_TURNS):
                in_turn(storage, count_up, repeated=("storage-locked", "version-conflict", "transaction-conflict"))

        writers = [started(writer, "one of several writers") for _ in range(_WRITERS)]
        same([ended() for ended in writers], [None] * _WRITERS, "several writers at once")
        total = _WRITERS * _TURNS
        found = in_turn(storage, lambda tx: tx.find(MEMBERS))
        same(found, [member("a", level=total, version=total + 1)], f"find after {total} updates by {_WRITERS} writers")

    @clause
    def test_s_isolation_6_another_thread_may_end_it(self, storage: Storage) -> None:
        """A transaction may be used and ended in another thread than the one that began it, by one thread at a time."""
        block = storage.begin()
        tx = block.__enter__()
        tx.insert(GROUPS, [group("a")])

        def end() -> object:
            tx.insert(GROUPS, [group("b")])
            return block.__exit__(None, None, None)

        found = started(end, "a transaction in a second thread")()
        if isinstance(found, Exception):
            raise Broken(f"a transaction in a second thread raised {type(found).__name__} ({found})") from found
        same(in_turn(storage, _groups), [group("a"), group("b")], "find after a second thread ended the transaction")

    @clause
    def test_s_shared_1_several_storages_on_one_place(self, opened: Callable[[], Storage]) -> None:
        """Two storages opened on one place: where `shared` is claimed, each sees what the other's transactions kept, and nothing
        before they ended; where it is not, they share nothing.
        """
        first, second = opened(), opened()
        first.create(TABLES)
        with first.begin() as tx:
            tx.insert(GROUPS, [group("a", "old")])
        if "shared" not in self.claims:
            with second.begin() as tx:
                refuses("table-unknown", lambda: tx.count(GROUPS), "count in a second storage, which does not claim `shared`")
            return
        second.create(TABLES)
        with first.begin() as tx:
            tx.update(GROUPS, group("a", "new"))
            found = started(partial(_read, second), "a second storage beside a transaction of the first")()
            if not (isinstance(found, RegisterError) and found.code == "storage-locked"):
                same(found, [group("a", "old")], "find in a second storage beside a transaction of the first")
        same(in_turn(second, _groups), [group("a", "new")], "find in a second storage")

    @clause
    def test_s_shared_2_versions_hold_between_storages(self, opened: Callable[[], Storage]) -> None:
        """Where `shared` is claimed, versions, keys and references hold between storages on one place; where it is not, neither
        touches the rows of the other.
        """
        first, second = opened(), opened()
        for storage in (first, second):
            storage.create(TABLES)
        with first.begin() as tx:
            tx.insert(GROUPS, [group("s")])
            tx.insert(MEMBERS, [member("a", "s", level=0)])
        if "shared" not in self.claims:
            with second.begin() as tx:
                tx.insert(MEMBERS, [member("a", level=5)])
            with first.begin() as tx:
                same(
                    tx.find(MEMBERS),
                    [member("a", "s", level=0)],
                    "find after a second storage, which does not claim `shared`, wrote",
                )
            return
        with second.begin() as tx:
            tx.update(MEMBERS, member("a", "s", level=2, version=2), version=1)
            refuses("not-unique", lambda: tx.insert(MEMBERS, [member("a")]), "insert of a key that another storage wrote")
            refuses("reference-in-use", lambda: tx.delete(GROUPS, {}), "delete of a row that another storage's refers to")
        with first.begin() as tx:
            call = partial(tx.update, MEMBERS, member("a", "s", level=1, version=2), version=1)
            refuses("version-conflict", call, "update with a version that another storage replaced")


def in_turn(storage: Storage, work: Callable[[Transaction], Any], repeated: tuple[str, ...] = ("storage-locked",)) -> Any:
    """What some work gives in a transaction of its own, begun again as often as the storage says it is another's turn.

    Args:
        storage: where.
        work: what to do.
        repeated: the codes upon which it is begun again.
    """
    for _ in range(_TRIES):
        try:
            with storage.begin() as tx:
                return work(tx)
        except RegisterError as error:
            if error.code not in repeated:
                raise
    raise Broken(f"a transaction was refused {_TRIES} times with {' or '.join(f'`{code}`' for code in repeated)}")


def _broken_off(storage: Storage, error: BaseException) -> None:
    with storage.begin() as tx:
        tx.update(GROUPS, group("a", "new"))
        tx.delete(GROUPS, {"id": "b"})
        tx.insert(GROUPS, [group("c")])
        raise error


def _read(storage: Storage) -> list[Row]:
    with storage.begin() as tx:
        return tx.find(GROUPS)


def _groups(tx: Transaction) -> list[Row]:
    return tx.find(GROUPS)


def _insert(row: Row, tx: Transaction) -> None:
    tx.insert(MEMBERS, [row])
