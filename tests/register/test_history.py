"""What the history tells of units of work, and what it does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import pmp_storage_sql.plugin
from pmp_core.errors import InvalidValue, NotFound, VersionConflict
from pmp_core.learners import Institution, Learner
from pmp_core.loading import load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.register.copying import copy_as_of
from pmp_core.register.history.beginning import MARK
from pmp_core.register.history.gathered import ROWS_OF_AN_ENTRY
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.register.schema import Row
from pmp_core.register.seen import MOST_NAMED
from pmp_core.values import Actor

ILZE = Actor(name="Ilze Kalna", role="plan-author", institution_id="I-1")
ANNA = Actor(name="Anna Ozola", role="director")
PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
PROGRAMME = load_programme("lv-8.3.4")
START = datetime(2022, 9, 1, 8, tzinfo=UTC)
OLD = RegisterKeys([RegisterKey(bytes(32))])
NEW = RegisterKeys([RegisterKey(bytes([1] * 32))])


def opened(target: Any = "memory:", **options: Any) -> Register:
    moments = (START + timedelta(minutes=minute) for minute in range(10_000))
    given = {
        "actor": ILZE,
        "programme": PROGRAMME,
        "plugins": PLUGINS,
        "access": "host",
        "clock": lambda: next(moments),
        **options,
    }
    return Register.open(target, **given)


@pytest.fixture(params=["memory", "sqlite"])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Register]:
    with opened("memory:" if request.param == "memory" else tmp_path / "register.sqlite") as made:
        with made.unit_of_work(reason="a new school") as work:
            work.institutions.add(Institution(id="I-1", name="Skola"))
            work.learners.add(learner("L-1"))
        yield made
        assert made.verify() == []


def learner(id: str, name: str = "Anna") -> Learner:
    return Learner(id=id, given_name=name, family_name="Bērziņa")


def plan() -> SupportPlan:
    return SupportPlan.model_validate(
        {
            "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": "2022/23-1",
            "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09", "prepared_by": "Ilze",
            "status": "draft", "responsible": [{"name": "Jānis", "duty": "zvana mājās"}],
        }
    )  # fmt: skip


def rename(work: UnitOfWork, name: str) -> None:
    work.learners.put(work.learners.get("L-1").changed(given_name=name))


def test_an_entry_says_who_when_why_and_what_was_before_and_after(register: Register) -> None:
    with register.unit_of_work(reason="a slip of the pen") as work:
        rename(work, "Marta")
    first, second = register.history("learners", "L-1")
    assert (first.number, first.why, first.changes[0].before) == (1, "a new school", None)
    assert (second.number, second.who, second.role, second.institution_id) == (2, "Ilze Kalna", "plan-author", "I-1")
    assert (second.when, second.why, second.action, second.erased) == (
        START + timedelta(minutes=2),
        "a slip of the pen",
        "change",
        False,
    )
    [change] = second.changes
    assert (change.table, change.key) == ("learners", ("L-1",))
    assert change.before is not None
    assert change.after is not None
    assert (change.before["given_name"], change.after["given_name"]) == ("Anna", "Marta")
    assert (change.before["version"], change.after["version"]) == (1, 2)


def test_the_opening_of_a_new_register_is_its_first_entry(register: Register) -> None:
    [entry] = register.history("register", "register")
    assert (entry.action, {change.table for change in entry.changes}) == ("open-register", {"register_info"})


def test_what_came_of_a_unit_counts_and_not_the_way_there(register: Register) -> None:
    with register.unit_of_work() as work:
        rename(work, "Marta")
        rename(work, "Zane")
        work.learners.add(learner("L-2"))
        work.learners.remove(["L-2"])
    [change] = register.history("learners", "L-1")[1].changes
    assert change.before is not None
    assert change.after is not None
    assert (change.before["given_name"], change.after["given_name"], change.after["version"]) == ("Anna", "Zane", 3)
    assert register.history("learners", "L-2") == []


def test_an_entity_with_its_parts_is_one_chain(register: Register) -> None:
    with register.unit_of_work() as work:
        kept = work.plans.add(plan())
    with register.unit_of_work() as work:
        work.plans.put(kept.changed(responsible=()))
    added, changed = register.history("plans", "P-1")
    assert {change.table for change in added.changes} == {"plans", "plan_people"}
    assert {change.table: change.after for change in changed.changes}["plan_people"] is None
    assert [entry.kind for entry in register.history_of_learner("L-1")] == ["learners", "plans", "plans"]


def test_an_id_that_is_used_again_goes_on_with_its_chain(register: Register) -> None:
    for _ in range(2):
        with register.unit_of_work() as work:
            work.learners.add(learner("L-2"))
        with register.unit_of_work() as work:
            work.learners.remove(["L-2"])
    assert [entry.number for entry in register.history("learners", "L-2")] == [1, 2, 3, 4]


def test_several_people_in_a_unit_have_an_entry_each(register: Register) -> None:
    with register.unit_of_work() as work:
        rename(work, "Marta")
        with work.acting.doing("write-plan", ANNA):
            rename(work, "Zane")
    told = [(entry.who, entry.role, entry.action, entry.institution_id) for entry in register.history("learners", "L-1")[1:]]
    assert told == [("Ilze Kalna", "plan-author", "change", "I-1"), ("Anna Ozola", "director", "write-plan", None)]
    images = [(one.before, one.after) for entry in register.history("learners", "L-1")[1:] for one in entry.changes]
    assert [(before["given_name"], after["given_name"]) for before, after in images if before and after] == [
        ("Anna", "Marta"), ("Marta", "Zane"),
    ]  # fmt: skip


@pytest.mark.parametrize(("rows", "entries"), [(ROWS_OF_AN_ENTRY, 1), (ROWS_OF_AN_ENTRY + 1, 2)])
def test_very_many_rows_of_one_chain_are_divided(register: Register, rows: int, entries: int) -> None:
    absence: Row = {
        "learner_id": "L-1",
        "institution_id": "I-1",
        "day": date(2022, 9, 5),
        "lesson": None,
        "absence": "late",
        "source": "s",
    }
    with register.unit_of_work() as work:
        work.transaction.insert(tables.ABSENCES, [{"id": f"A-{number}", **absence} for number in range(rows)])
    added = register.history("learners", "L-1")[1:]
    assert [len(entry.changes) for entry in added] == [ROWS_OF_AN_ENTRY, rows - ROWS_OF_AN_ENTRY][:entries]


def test_who_changed_it_since_is_told(register: Register) -> None:
    with register.unit_of_work() as work:
        read = work.learners.get("L-1")
    with register.unit_of_work() as work, work.acting.doing("write-plan", ANNA):
        rename(work, "Marta")
    with pytest.raises(VersionConflict) as caught, register.unit_of_work() as work:
        work.learners.put(read.changed(given_name="Zane"))
    assert caught.value.code == "version-conflict"
    assert "Since then: 2: Anna Ozola (director), write-plan, 2022-09-01 08:" in caught.value.message


def test_something_is_tried_again_where_somebody_else_was_quicker(register: Register) -> None:
    with register.unit_of_work() as work:
        read = work.learners.get("L-1")
    tried: list[int] = []

    def late(work: UnitOfWork) -> str:
        tried.append(1)
        stale = read.changed(version=9) if len(tried) < 3 else work.learners.get("L-1")
        return str(work.learners.put(stale.changed(given_name="Zane")).given_name)

    with pytest.raises(VersionConflict):
        register.retried(late, attempts=2)
    assert len(tried) == 2
    assert (register.retried(late, reason="again"), len(tried)) == ("Zane", 3)
    assert [entry.why for entry in register.history("learners", "L-1")][1:] == ["again"]
    with pytest.raises(InvalidValue) as caught:
        register.retried(late, attempts=0)
    assert caught.value.code == "attempts-invalid"


def seen(register: Register) -> list[tuple[str | None, tuple[str, ...], int, str | None]]:
    return [(view.learner_id, view.tables, view.rows, view.why) for view in register.views_of("L-1")]


def test_what_is_handed_out_is_seen_once_for_each_unit_and_learner(register: Register) -> None:
    with register.unit_of_work() as work:
        work.plans.add(plan())
    with register.unit_of_work(reason="a talk with the parents") as work:
        work.learners.get("L-1")
        work.learners.find()
        work.plans.find(learner_id="L-1")
        work.institutions.get("I-1")
    assert seen(register) == [("L-1", ("learners", "plans"), 3, "a talk with the parents")]
    [view] = register.views_of("L-1")
    assert (view.who, view.role, view.institution_id, view.erased) == ("Ilze Kalna", "plan-author", "I-1", False)


@pytest.mark.parametrize("keep", [True, False])
def test_what_was_seen_stays_seen_whatever_becomes_of_the_unit(register: Register, keep: bool) -> None:
    def failing() -> None:
        with register.unit_of_work(keep=keep) as work:
            work.learners.get("L-1")
            raise LookupError

    with pytest.raises(LookupError):
        failing()
    with register.unit_of_work(keep=False) as work:
        work.learners.get("L-1")
    assert seen(register) == [("L-1", ("learners",), 1, None)] * 2


def test_what_a_unit_changes_or_rules_read_is_no_view(register: Register) -> None:
    with register.unit_of_work() as work:
        rename(work, "Marta")
    with register.unit_of_work() as work, work.acting.doing("write-plan"):
        work.learners.get("L-1")
    assert seen(register) == []
    with register.unit_of_work() as work, work.acting.doing("see-learners"):
        work.learners.get("L-1")
    assert len(seen(register)) == 1


def test_to_look_at_a_learners_history_is_a_view(register: Register) -> None:
    with register.unit_of_work() as work:
        work.plans.add(plan())
    assert register.history("plans", "P-1")
    assert seen(register) == [("L-1", ("plan_people", "plans"), 2, None)]


@pytest.mark.parametrize(("more", "named"), [(-1, True), (0, False)])
def test_very_many_learners_at_once_are_one_view_without_an_id(register: Register, more: int, named: bool) -> None:
    with register.unit_of_work() as work:
        work.learners.add_all(learner(f"L-{number}") for number in range(2, MOST_NAMED + 2 + more))
    with register.unit_of_work() as work:
        work.learners.find()
    assert seen(register) == [("L-1", ("learners",), 1, None) if named else (None, ("learners",), MOST_NAMED + 1, None)]


def test_a_trial_writes_neither_history_nor_views(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    with opened(file) as made, made.unit_of_work() as work:
        work.learners.add(learner("L-1"))
    with opened(file, trial=True) as trial, trial.unit_of_work() as work:
        rename(work, "Marta")
        work.learners.get("L-1")
    with opened(file) as made:
        assert (made.views_of("L-1"), len(made.history("learners", "L-1"))) == ([], 1)


def test_a_history_that_was_taken_out_whole_does_not_begin_anew(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    with opened(file) as made, made.unit_of_work() as work:
        work.learners.add(learner("L-1"))
    with opened(file) as made, made.storage.begin() as behind:
        for table in (tables.HISTORY_VIEWS, tables.HISTORY_HEADS, tables.HISTORY, tables.HISTORY_UNITS):
            behind.delete(table, {})
    with opened(file) as again:
        found = again.verify()
    assert {finding.code for finding in found} == {"row-inserted"}
    assert ("learners", ("L-1",)) in {(finding.table, finding.key) for finding in found}


def test_who_looked_is_told_where_it_was_altered_after_an_erasure(register: Register) -> None:
    with register.unit_of_work() as work:
        work.learners.get("L-1")
    with register.unit_of_work(reason="asked for") as work, work.acting.doing("erase", ANNA):
        emptied(work, "learners", "L-1")
        for view in work.transaction.find(tables.HISTORY_VIEWS):
            work.transaction.update(tables.HISTORY_VIEWS, {**view, "document": None, "salt": None})
    assert register.verify() == []
    with register.storage.begin() as behind:
        view = behind.find(tables.HISTORY_VIEWS)[0]
        behind.update(tables.HISTORY_VIEWS, {**view, "actor": "Nobody"})
    assert {finding.code for finding in register.verify()} == {"unit-altered"}
    with register.storage.begin() as behind:
        behind.update(tables.HISTORY_VIEWS, view)


def test_a_cell_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    with opened(file) as made, made.unit_of_work() as work:
        work.learners.add_all([learner("L-1"), learner("L-2")])
    with closing(sqlite3.connect(file)) as behind, behind:
        behind.execute("UPDATE learners SET birth_date = 'junk' WHERE id = 'L-1'")
        behind.execute("UPDATE learners SET given_name = 'Zane' WHERE id = 'L-2'")
    with opened(file) as again:
        found = {(finding.code, finding.key) for finding in again.verify()}
    assert found == {("row-unreadable", ("L-1",)), ("row-altered", ("L-2",))}


def test_a_register_that_is_older_than_its_history_begins_it_when_it_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    with opened(file) as made:
        with made.unit_of_work() as work:
            work.institutions.add(Institution(id="I-1", name="Skola"))
            work.learners.add(learner("L-1"))
            work.plans.add(plan())
        with made.storage.begin() as behind:  # as a migration leaves it
            for table in (tables.HISTORY_VIEWS, tables.HISTORY_HEADS, tables.HISTORY, tables.HISTORY_UNITS):
                behind.delete(table, {})
            behind.delete(tables.REGISTER_INFO, {"name": MARK})
    with opened(file, actor=ANNA) as again:
        assert again.verify() == []
        [entry] = again.history("plans", "P-1")
        assert (entry.action, entry.who, {change.table for change in entry.changes}) == (
            "begin-history", "Anna Ozola", {"plans", "plan_people"},
        )  # fmt: skip
        with again.unit_of_work() as work:
            rename(work, "Marta")
        assert (again.verify(), [one.number for one in again.history("learners", "L-1")]) == ([], [1, 2])


def emptied(work: UnitOfWork, kind: str, id: str) -> None:
    """As an erasure does it."""
    for entry in work.transaction.find(tables.HISTORY, {"kind": kind, "entity_id": id}):
        work.transaction.update(tables.HISTORY, {**entry, "document": None, "salt": None})


def test_an_erasure_keeps_the_chain_and_writes_nothing_of_what_was(register: Register) -> None:
    with register.unit_of_work() as work:
        rename(work, "Sofija")
        work.plans.add(plan())
    with register.unit_of_work(reason="asked for") as work, work.acting.doing("erase", ANNA):
        work.learners.put(work.learners.get("L-1").changed(given_name="-", family_name="-"))
        emptied(work, "learners", "L-1")
        work.plans.remove(["P-1"])
        emptied(work, "plans", "P-1")
    found = register.verify()
    assert (found, found.erased) == ([], 3)
    first, second, last = register.history("learners", "L-1")
    assert (first.erased, second.erased, second.changes, last.action, last.who) == (True, True, (), "erase", "Anna Ozola")
    assert [(change.before, change.after and change.after["given_name"]) for change in last.changes] == [(None, "-")]
    with register.storage.begin() as transaction:
        documents = [str(entry["document"]) for entry in transaction.find(tables.HISTORY)]
    assert not [document for document in documents if "Sofija" in document or "Jānis" in document]
    with register.as_of(START + timedelta(minutes=2)) as past, past.unit_of_work() as work:
        assert (work.learners.get("L-1").given_name, work.plans.count()) == ("-", 0)
    with register.unit_of_work() as work:
        rename(work, "Marta")


def test_what_is_emptied_without_an_erasure_is_found(register: Register) -> None:
    with register.storage.begin() as behind:
        [entry] = behind.find(tables.HISTORY, {"kind": "learners"})
        behind.update(tables.HISTORY, {**entry, "document": None, "salt": None})
    assert [(found.code, found.key) for found in register.verify()] == [("entry-emptied", ("learners", "L-1", 1))]
    with register.storage.begin() as behind:
        behind.update(tables.HISTORY, entry)


def test_seals_are_checked_with_their_keys_and_counted_without(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    with opened(file, keys=OLD) as made, made.unit_of_work() as work:
        work.learners.add(learner("L-1"))
    with opened(file, keys=OLD) as made:
        assert (made.verify(), made.verify().unchecked) == ([], 0)
    with opened(file) as made:
        assert (made.verify(), made.verify().unchecked) == ([], 4)
    with opened(file, keys=NEW) as made:
        assert {found.code for found in made.verify()} == {"seal-key-unknown"}
    with opened(file, keys=RegisterKeys([*NEW.all, *OLD.all])) as made:
        assert made.verify() == []
        with made.unit_of_work() as work:
            rename(work, "Marta")
        assert made.verify() == []
        with made.storage.begin() as behind:
            head = behind.find(tables.HISTORY_HEADS, {"kind": "learners"})[0]
            behind.update(tables.HISTORY_HEADS, {**head, "key_id": None, "seal": None}, version=2)
        assert [found.code for found in made.verify()] == ["seal-missing"]
        assert made.verify()[0].words.en == "The seal is missing."


def test_a_checkpoint_finds_what_was_taken_out_whole(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    with opened(file) as made:
        before = made.checkpoint()
        with made.storage.begin() as behind:
            copies = {table: behind.find(table) for table in (tables.HISTORY_UNITS, tables.HISTORY, tables.HISTORY_HEADS)}
        with made.unit_of_work() as work:
            work.learners.add(learner("L-1"))
        after = made.checkpoint()
        assert (before.items() < after.items(), made.verify(before), made.verify(after)) == (True, [], [])
        with made.storage.begin() as behind:  # put back as it was, with everything that belongs to it
            behind.delete(tables.LEARNERS, {})
            for table in reversed(list(copies)):
                behind.delete(table, {})
            for table, rows in copies.items():
                behind.insert(table, rows)
        assert (made.verify(), made.verify(before)) == ([], [])
        [unit] = after.keys() - before.keys()
        assert [(found.code, found.key) for found in made.verify(after)] == [("checkpoint-missing", (unit,))]
        changed = dict.fromkeys(before, "another")
        assert {found.code for found in made.verify(changed)} == {"checkpoint-differs"}


def test_the_past_is_asked_for_with_a_zone_and_not_before_it_began(register: Register) -> None:
    with pytest.raises(InvalidValue) as naive:
        register.as_of(datetime(2022, 9, 1, 8))  # noqa: DTZ001
    assert naive.value.code == "moment-without-zone"
    with pytest.raises(NotFound) as before:
        register.as_of(START - timedelta(microseconds=1))
    assert (before.value.code, before.value.remedy) == ("moment-before-history", f"It begins at {START}.")
    with register.as_of(START) as past, past.unit_of_work() as work:
        assert (past.trial, work.learners.count()) == (True, 0)


def test_a_copy_of_the_past_is_a_register_of_its_own(register: Register, tmp_path: Path) -> None:
    with register.unit_of_work() as work:
        work.plans.add(plan())
    with register.unit_of_work() as work:
        rename(work, "Marta")
    rows = copy_as_of(register, START + timedelta(minutes=2), tmp_path / "then.sqlite", plugins=PLUGINS)
    assert rows == 4  # the school, the learner, the plan, who answers for it
    with opened(tmp_path / "then.sqlite") as copy:
        assert copy.verify() == []
        with copy.unit_of_work() as work:
            assert (work.learners.get("L-1").given_name, work.plans.get("P-1").version) == ("Anna", 1)
        assert copy.history("learners", "L-1")[0].why == f"as of {(START + timedelta(minutes=2)).isoformat()}"
