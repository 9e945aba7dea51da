"""The clause on any run of calls: a storage gives what a model of a few lines gives, found by Hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any, ClassVar, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from pmp_core.errors import RegisterError
from pmp_core.register.schema import Row, Table
from pmp_core.register.storage import Storage
from pmp_core.testing.storage_clause import Broken, clause, same
from pmp_core.testing.storage_tables import GROUPS, MEMBERS, group, member

# What each run begins with, so that there is something to find, to tie and to be in the way.
_GROUPS = [group("s"), group("t", "Ā")]
_MEMBERS = [member("a", "s", "ž", 1), member("b", "s", None, 1), member("c", None, "ž"), member("d", "t", "ž", 2)]

_KEYS = st.sampled_from("abcdefgh")
_LEVELS = st.sampled_from([None, 1, 2])
_GROUP = st.builds(group, st.sampled_from("stu"), st.sampled_from([None, "", "Ā"]))
_CELLS = (st.sampled_from([None, "s", "t", "u"]), st.sampled_from([None, "", "ž"]), _LEVELS, st.integers(1, 2))
_NEW = st.builds(member, st.sampled_from("aefghi"), *_CELLS)
_CHANGED = st.builds(member, st.sampled_from("abcde"), *_CELLS)
_WHERE = st.fixed_dictionaries(
    {},
    optional={
        "id": st.lists(_KEYS, max_size=4),
        "group": st.sampled_from([None, "s"]),
        "level": st.lists(_LEVELS, max_size=3),
    },
)
_ORDER = st.lists(st.sampled_from(["level", "-level", "place", "-place", "group", "-id"]), min_size=1, max_size=2)


class Model:
    """Two tables as dictionaries, with the rules of the contract and nothing else."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, Row]] = {GROUPS.name: {}, MEMBERS.name: {}}

    def find(self, table: Table, where: Mapping[str, Any], order: list[str], limit: int | None) -> list[Row]:
        """The rows that meet all conditions, in order."""
        found = [
            row
            for _, row in sorted(self.rows[table.name].items())
            if all(_meets(row[name], asked) for name, asked in where.items())
        ]
        for name in reversed(order):
            found.sort(key=lambda row: _empty_first(row[name.removeprefix("-")]), reverse=name.startswith("-"))
        return found[:limit]

    def insert(self, table: Table, rows: list[Row]) -> set[str]:
        """Add rows, or say for what reasons they may be refused; then nothing is added."""
        reasons, before = set(), deepcopy(self.rows)
        for row in rows:
            if row["id"] in self.rows[table.name]:
                reasons.add("not-unique")
            else:
                reasons |= self._placed(table, row)
        if reasons:
            self.rows = before
        return reasons

    def update(self, row: Row, version: int) -> set[str]:
        """Replace a member, or say for what reasons it may be refused."""
        stored = self.rows[MEMBERS.name].get(row["id"])
        if stored is None:
            return {"not-found"}
        if stored["version"] != version:
            return {"version-conflict"}
        reasons = self._placed(MEMBERS, row)
        if reasons:
            self.rows[MEMBERS.name][row["id"]] = stored
        return reasons

    def delete(self, table: Table, where: Mapping[str, Any]) -> int | set[str]:
        """Remove rows and say how many, or say why not."""
        gone = {row["id"] for row in self.find(table, where, [], None)}
        if table is GROUPS and any(row["group"] in gone for row in self.rows[MEMBERS.name].values()):
            return {"reference-in-use"}
        for key in gone:
            del self.rows[table.name][key]
        return len(gone)

    def _placed(self, table: Table, row: Row) -> set[str]:
        reasons, others = set(), [other for key, other in self.rows[table.name].items() if key != row["id"]]
        self.rows[table.name][row["id"]] = row
        if table is MEMBERS:
            taken = (row["group"], row["place"])
            if None not in taken and any((other["group"], other["place"]) == taken for other in others):
                reasons.add("not-unique")
            if row["group"] is not None and row["group"] not in self.rows[GROUPS.name]:
                reasons.add("reference-missing")
        return reasons


class Compared(RuleBasedStateMachine):
    """A storage and the model, call by call; one transaction after another, kept or undone."""

    def __init__(self, storage: Storage) -> None:
        super().__init__()
        self.storage = storage
        with storage.begin() as tx:  # what the run before left behind
            tx.delete(MEMBERS, {"id": list("abcdefghi")})
            tx.delete(GROUPS, {"id": list("stu")})
            tx.insert(GROUPS, _GROUPS)
            tx.insert(MEMBERS, _MEMBERS)
        self.kept = Model()
        self.kept.insert(GROUPS, _GROUPS)
        self.kept.insert(MEMBERS, _MEMBERS)
        self._begin()

    @rule(rows=st.lists(_GROUP, min_size=1, max_size=2))
    def add_groups(self, rows: list[Row]) -> None:
        """Insert groups."""
        self._refused_alike(self.model.insert(GROUPS, rows), lambda: self.tx.insert(GROUPS, rows), f"insert of {rows}")

    @rule(rows=st.lists(_NEW, min_size=1, max_size=2))
    def add_members(self, rows: list[Row]) -> None:
        """Insert members."""
        self._refused_alike(self.model.insert(MEMBERS, rows), lambda: self.tx.insert(MEMBERS, rows), f"insert of {rows}")

    @rule(row=_CHANGED, version=st.integers(1, 2))
    def change_member(self, row: Row, version: int) -> None:
        """Update a member."""
        reasons = self.model.update(row, version)
        self._refused_alike(
            reasons, lambda: self.tx.update(MEMBERS, row, version=version), f"update to {row} from version {version}"
        )

    @rule(where=_WHERE)
    def remove_members(self, where: dict[str, Any]) -> None:
        """Delete members."""
        same(self.tx.delete(MEMBERS, where), self.model.delete(MEMBERS, where), f"delete by {where}")
        self._alike(f"find after the delete by {where}")

    @rule(key=st.sampled_from("stu"))
    def remove_group(self, key: str) -> None:
        """Delete a group."""
        expected = self.model.delete(GROUPS, {"id": key})
        if isinstance(expected, set):
            self._refused_alike(expected, lambda: self.tx.delete(GROUPS, {"id": key}), f"delete of group {key}")
        else:
            same(self.tx.delete(GROUPS, {"id": key}), expected, f"delete of group {key}")

    @rule(where=_WHERE, order=_ORDER, limit=st.sampled_from([None, 0, 1, 2]))
    def ask(self, where: dict[str, Any], order: list[str], limit: int | None) -> None:
        """Find, count and scan."""
        same(self.tx.find(MEMBERS, order=order), self.model.find(MEMBERS, {}, order, None), f"find in the order of {order}")
        expected = self.model.find(MEMBERS, where, order, limit)
        same(self.tx.find(MEMBERS, where, order=order, limit=limit), expected, f"find by {where}, order {order}, limit {limit}")
        same(self.tx.count(MEMBERS, where), len(self.model.find(MEMBERS, where, [], None)), f"count by {where}")
        ids = [row["id"] for row in self.model.find(MEMBERS, {}, [], None)]
        same(self.tx.scan(MEMBERS, ["id"]), {"id": ids}, "scan")

    @rule(kept=st.booleans())
    def end(self, kept: bool) -> None:
        """End the transaction, well or not, look at what is there, and begin another one."""
        self._end(kept)
        self.kept = deepcopy(self.model) if kept else self.kept
        self._begin()
        self._alike(f"find after a transaction that was {'kept' if kept else 'undone'}")

    def teardown(self) -> None:
        """Undo what is open."""
        self._end(False)

    def _begin(self) -> None:
        self.model = deepcopy(self.kept)
        self.block = self.storage.begin()
        self.tx = self.block.__enter__()

    def _end(self, kept: bool) -> None:
        error = None if kept else LookupError()
        self.block.__exit__(type(error) if error else None, error, None)

    def _refused_alike(self, reasons: set[str], call: Callable[[], object], what: str) -> None:
        try:
            call()
        except RegisterError as error:
            if error.code not in reasons:
                wanted = f"refused with {' or '.join(sorted(reasons))}" if reasons else "taken"
                raise Broken(f"{what} was refused with `{error.code}`, and is to be {wanted}") from error
        else:
            if reasons:
                raise Broken(f"{what} was taken, and is to be refused with {' or '.join(sorted(reasons))}")
        self._alike(f"find after the {what}")

    def _alike(self, what: str) -> None:
        for table in (GROUPS, MEMBERS):
            same(self.tx.find(table), self.model.find(table, {}, [], None), what)


class StorageModel:
    """The clause on any run of calls."""

    examples: ClassVar[int]

    @clause
    def test_s_model_1_any_run_of_calls(self, storage: Storage) -> None:
        """Any run of transactions, kept and undone, gives row by row and refusal by refusal what the rules of this page give."""
        how = settings(
            max_examples=self.examples, stateful_step_count=20, deadline=None, database=None, derandomize=True, report_multiple_bugs=False,
            print_blob=False,
        )  # fmt: skip
        # Whatever makes a machine will do, although a class is what its type asks for.
        try:
            run_state_machine_as_test(cast("type[Compared]", partial(Compared, storage)), settings=how)
        except Flaky as error:
            raise Broken("a run of calls, repeated on the same rows, did not do the same") from error


def _meets(cell: object, asked: object) -> bool:
    return cell in asked if isinstance(asked, list) else cell == asked


def _empty_first(cell: Any) -> tuple[bool, Any]:
    return cell is not None, cell
