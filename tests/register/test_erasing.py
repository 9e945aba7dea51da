"""Erasing a learner: who it was and what was written is nowhere any more; money, counts and references are what they were."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked_learners import ERASED_ON, KEPT, OFFICER, Marks, every_text, marked, secrets_of
from paid_school import AUTHOR, DECIDED, PAID, claim, decided, paid, school, submitted

import pmp_sis_tabular.plugin
import pmp_storage_sql.plugin
from pmp_core.demo import sample_school
from pmp_core.errors import InvalidValue, NotFound, StepRefused
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, UnitOfWork, casework, tables
from pmp_core.register.collection import Collection
from pmp_core.register.privacy import ERASED, TREATMENTS, Confirmation, erase_learner
from pmp_core.register.schema import ColumnType
from pmp_core.sources import ingest
from pmp_core.statistics import overview, partner_request
from pmp_core.values import SchoolYear

Dump = dict[str, list[dict[str, Any]]]
WAYS = ("erase", "pseudonymise")
# What `pseudonymise` leaves: what the school recorded.
RECORDED = {"EvidenceRecord.subject", "Mark.subject", "Mark.word"}


def erased(register: Register, learner_id: str = "L-1", **fields: Any) -> Any:
    return register.erase_learner(learner_id, on=ERASED_ON, by=OFFICER, **fields)


def found_in(text: str, n: str, marks: Marks) -> set[str]:
    """Which of a learner's marks stand in a text: where they came from."""
    return {where for mark, where in secrets_of(n, marks).items() if mark in text}


def every_row(register: Register) -> Dump:
    """Every row of every table, those of the history among them."""
    with register.unit_of_work(keep=False) as work:
        return {table.name: work.transaction.find(table) for table in tables.TABLES}


def said(dump: Dump) -> str:
    return "\n".join(str(cell) for rows in dump.values() for row in rows for cell in row.values())


# --- nothing personal is left -------------------------------------------------------------------------------------------


def test_the_marks_stand_in_every_field_that_people_write_in() -> None:
    register, marks = marked()
    register.close()
    of_nobody = {"Municipality", "Institution", "Partnership", "Assignment", "PaymentBatch", "Budget"}
    fields = {where for where in every_text() if where.split(".")[0] not in of_nobody}
    for own in marks.values():
        assert fields - KEPT.keys() == set(own.of.values()) & fields
    assert fields >= KEPT.keys(), "a field that there is not"


@pytest.mark.parametrize("how", WAYS)
def test_nothing_personal_is_left_in_any_table_and_of_others_everything(how: str) -> None:
    register, marks = marked()
    with register:
        before = said(every_row(register))
        assert found_in(before, "1", marks["1"]) == set(secrets_of("1", marks["1"]).values())
        erased(register, how=how)
        after = said(every_row(register))
    assert found_in(after, "1", marks["1"]) == (set() if how == "erase" else RECORDED)
    others = {where for mark, where in secrets_of("2", marks["2"]).items() if mark in before}
    assert found_in(after, "2", marks["2"]) == others


def test_nothing_personal_is_left_in_the_file_after_a_vacuum(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    register, marks = marked(str(file))
    with register:
        erased(register)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    written = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert {where for mark, where in secrets_of("1", marks["1"]).items() if mark.encode() in written} == set()
    assert b"M2x0001x" in written  # the search itself works


# --- what stays -----------------------------------------------------------------------------------------------------------


def amounts(dump: Dump) -> dict[str, list[Any]]:
    """Every amount there is, with its row's key."""
    found = {}
    for table in tables.TABLES:
        cents = [column.name for column in table.columns if column.type is ColumnType.CENTS]
        if cents:
            found[table.name] = [[row[name] for name in (*table.key, *cents)] for row in dump[table.name]]
    return found


def counts(dump: Dump, how: str) -> dict[str, int]:
    """How many rows there are of what is not taken out."""
    grow = {"history", "history_units", "history_views", "history_heads", "plan_versions", "claim_versions", "erasures"}
    return {name: len(rows) for name, rows in dump.items() if name not in grow and how not in _removed_by(name)}


def _removed_by(name: str) -> tuple[str, ...]:
    return TREATMENTS[name].removed_by if name in TREATMENTS else ()


@pytest.mark.parametrize("how", WAYS)
def test_every_amount_and_every_count_is_what_it_was(how: str) -> None:
    register, _ = marked()
    with register:
        before, balance = every_row(register), register.claim_account("C-1")
        erased(register, how=how)
        after, account = every_row(register), register.claim_account("C-1")
    assert amounts(before)["payment_entries"] != []
    assert amounts(after) == amounts(before)
    assert counts(after, how) == counts(before, how)
    assert (account.granted, account.balance, account.entered) == (balance.granted, balance.balance, balance.entered)


@pytest.mark.parametrize("how", WAYS)
def test_everything_that_stays_is_read_as_before(how: str) -> None:
    register, _ = marked()
    with register:
        erased(register, how=how)
        with register.unit_of_work(keep=False) as work:
            for collection in collections(work):
                assert len(collection.find()) == collection.count()
            learner = work.learners.get("L-1")
            assert (learner.given_name, learner.family_name, learner.birth_date, learner.erased_on) == (
                ERASED,
                ERASED,
                None,
                ERASED_ON,
            )
            payee = work.payees.get("Y-1")
            assert (payee.name, payee.iban) == (ERASED, None)
        versions = register.plan_versions("P-1")
        assert (versions[-1].change, versions[-1].actor) == ("erased", OFFICER.name)
        assert {version.plan.aims for version in versions} <= {None, ERASED}
        decisions = register.decisions("C-1")
        assert [decision.reason for decision in decisions] == [None, ERASED, ERASED]
        account = register.claim_account("C-1")
        assert account.claim.decision_digest == decisions[-1].digest
        assert {entry.decision_digest for entry in account.entries} <= {decision.digest for decision in decisions}
        assert account.explain("lv")
        assert register.see_plan("P-1", "I-1", on=ERASED_ON)


def collections(work: UnitOfWork) -> list[Collection[Any]]:
    return [value for value in vars(work).values() if isinstance(value, Collection)]


def test_what_is_pseudonymised_keeps_what_the_school_recorded() -> None:
    register, _ = marked()
    with register:
        erased(register, how="pseudonymise")
        with register.unit_of_work(keep=False) as work:
            assert (work.absences.count(learner_id="L-1"), work.marks.count(learner_id="L-1")) == (1, 1)
            (suggestion,) = work.suggestions.find(learner_id="L-1")
            assert (suggestion.measured, len(suggestion.evidence)) == (21, 2)
        erased(register)
        with register.unit_of_work(keep=False) as work:
            assert (work.absences.count(learner_id="L-1"), work.marks.count(learner_id="L-1")) == (0, 0)
            (suggestion,) = work.suggestions.find(learner_id="L-1")
            assert (suggestion.measured, suggestion.evidence, suggestion.evidence_records) == (None, (), 0)
            assert work.learners.get("L-1").erased_on == ERASED_ON


def test_a_payee_whom_others_are_paid_to_keeps_the_account_and_one_of_nobody_else_does_not() -> None:
    register, marks = marked()
    with register:
        with register.unit_of_work() as work:
            claim = work.claims.get("C-2")
            work.claims.put(claim.changed(payee_id="Y-1"))
        erased(register)
        with register.unit_of_work(keep=False) as work:
            assert work.payees.get("Y-1").name in marks["1"].of
        erased(register, "L-2")
        with register.unit_of_work(keep=False) as work:
            assert work.payees.get("Y-1").name in marks["1"].of, "L-1's claims are paid to it still"


def test_a_payee_of_the_learner_goes_whoever_else_is_paid_to_it() -> None:
    register, _ = marked()
    with register:
        with register.unit_of_work() as work:
            work.payees.put(work.payees.get("Y-1").changed(learner_id="L-1"))
            work.claims.put(work.claims.get("C-2").changed(payee_id="Y-1"))
        erased(register)
        with register.unit_of_work(keep=False) as work:
            assert work.payees.get("Y-1").name == ERASED


@settings(max_examples=12)
@given(data=st.data())
def test_statistics_and_requests_are_the_same_before_and_after(data: Any, demo_file: Path, tmp_path_factory: Any) -> None:
    file = Path(shutil.copy(demo_file, tmp_path_factory.mktemp("erased") / "demo.sqlite"))
    plugins = PluginSet([("sql", pmp_storage_sql.plugin)])
    with Register.open(file, actor=OFFICER, access="host", plugins=plugins) as register:
        before = _figures(register)
        with register.unit_of_work(keep=False) as work:
            planned = sorted({plan.learner_id for plan in work.plans.find()})
            others = sorted({learner.id for learner in work.learners.find()} - set(planned))
        chosen = data.draw(st.lists(st.sampled_from(planned), min_size=1, max_size=4, unique=True))
        chosen += data.draw(st.lists(st.sampled_from(others), max_size=2, unique=True))
        for learner_id in chosen:
            register.erase_learner(learner_id, on=ERASED_ON, how=data.draw(st.sampled_from(WAYS)), even_if_open=True)
        assert _figures(register) == before
        assert register.verify() == []
    shutil.rmtree(file.parent)


def _figures(register: Register) -> list[Any]:
    found: list[Any] = [overview(register, level).as_dicts() for level in ("state", "municipality", "institution")]
    period = {"first_day": date(2023, 1, 1), "last_day": date(2023, 6, 30), "made_on": date(2023, 7, 3)}
    found += [partner_request(register, municipality_id=id, **period).model_dump() for id in ("M-0001", "M-0002")]
    with register.unit_of_work(keep=False) as work:
        granted = [(row["claim_id"], row["number"], row["amount_cents"]) for row in work.transaction.find(tables.DECISIONS)]
    return [*found, granted]


# --- the history keeps its chain ----------------------------------------------------------------------------------------------


def test_the_history_holds_and_says_what_there_is_and_nothing_of_what_there_was() -> None:
    register, marks = marked()
    with register:
        entries = len(register.history("learners", "L-1"))
        seen = {view.unit_id for view in register.views_of("L-1")}
        done = erased(register, reason="Pieprasījums Nr. 5.")
        assert register.verify() == []
        told = register.history("learners", "L-1")
        assert [entry.erased for entry in told] == [True] * entries + [False]
        last = told[-1]
        assert (last.action, last.who, last.why) == ("erase", OFFICER.name, "Pieprasījums Nr. 5.")
        assert done.history_cleared > entries
        assert found_in(str(told) + str(register.history_of_learner("L-1")), "1", marks["1"]) == set()
        gone = register.history("sessions", "S-1-gone")
        assert gone[0].erased, "a session that was taken out before"
        assert not register.history("sessions", "S-2-gone")[0].erased
        assert {view.erased for view in register.views_of("L-1") if view.unit_id in seen} == {True}
        assert not register.views_of("L-2")[0].erased
        with register.as_of(told[0].when).unit_of_work(keep=False) as work:
            assert work.learners.get("L-1").family_name == ERASED


def test_what_the_same_unit_did_before_is_not_told_either() -> None:
    register, marks = marked()
    with register:
        with register.unit_of_work() as work:
            work.learners.put(work.learners.get("L-1").changed(given_name="Cita"))
            erase_learner(work, register.programme, "L-1", by=OFFICER, on=ERASED_ON, new_id=register.new_id)
        told = str(register.history("learners", "L-1"))
        assert register.verify() == []
    assert "Cita" not in told
    assert found_in(told, "1", marks["1"]) == set()


# --- the record of the erasure ------------------------------------------------------------------------------------------------


def test_the_record_names_nobody_and_the_confirmation_proves_whom_it_is_about() -> None:
    register, _ = marked()
    with register:
        done = erased(register)
        (row,) = every_row(register)["erasures"]
        assert row == done.row()
        assert {str(cell) for cell in row.values()}.isdisjoint({"L-1", OFFICER.name})
        assert (row["kind"], row["role"], row["on"]) == ("erase", OFFICER.role, ERASED_ON)
        assert row["rows_removed"] == sum(done.confirmation.rows_removed.values()) > 0
        assert row["cells_cleared"] == sum(done.confirmation.cells_cleared.values()) > 0
        given_out = Confirmation.from_json(done.confirmation.to_json())
        assert register.was_erased(given_out)
        assert not register.was_erased(attrs.evolve(given_out, learner_id="L-2"))
        assert not register.was_erased(attrs.evolve(given_out, salt="0" * 32))
        assert not register.was_erased(attrs.evolve(given_out, erasure_id="X-9"))
        assert done.confirmation.salt not in repr(done) + repr(given_out) + said(every_row(register))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"on": 1}', "nav"])
def test_what_is_no_confirmation_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as told:
        Confirmation.from_json(text)
    assert told.value.code == "confirmation-invalid"


# --- what stands in the way -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "code"), [(date(2022, 12, 23), "erase-plan-in-force"), (date(2022, 12, 24), None)])
def test_while_a_plan_runs_nobody_is_erased(on: date, code: str | None) -> None:
    register, _ = marked()
    with register:
        if code is None:
            assert register.erase_learner("L-1", on=on, by=OFFICER).rows_removed
            return
        with pytest.raises(StepRefused) as told:
            register.erase_learner("L-1", on=on, by=OFFICER)
        assert (told.value.code, told.value.found) == (code, "P-1")
        assert register.erase_learner("L-1", on=on, by=OFFICER, even_if_open=True).rows_removed


def test_while_money_is_open_nobody_is_erased() -> None:
    with school() as register:
        submitted(register, "C-1", "20.00")
        _refused(register)
        register.decide_claim("C-1", on=DECIDED)
        _refused(register)
        batch = paid(register, claims=["C-1"]).batch
        assert batch is not None
        _refused(register)  # it was ordered, and not sent to the bank
        register.export_batch(batch.id, on=PAID, file_format="csv")
        with register.unit_of_work(keep=False) as work:  # a draft that nobody submitted is no money
            work.claims.add(claim("C-2", "10.00"))
            assert erase_learner(work, register.programme, "L-1", by=OFFICER, on=ERASED_ON, new_id=register.new_id)
        assert decided(register, "C-3", "10.00")
        _refused(register)
        assert erased(register, even_if_open=True).rows_removed == 0


def _refused(register: Register) -> None:
    with pytest.raises(StepRefused) as told:
        erased(register)
    assert told.value.code == "erase-money-open"


def test_a_learner_who_is_not_there_and_a_way_that_there_is_not() -> None:
    register, _ = marked()
    with register:
        with pytest.raises(NotFound) as missing:
            erased(register, "L-9")
        assert missing.value.code == "not-found"
        with pytest.raises(InvalidValue) as unknown:
            erased(register, how="pseudonymize")
        assert (unknown.value.code, "pseudonymise" in unknown.value.remedy) == ("erasure-unknown", True)


def test_an_erased_learner_gets_no_new_plan() -> None:
    register, _ = marked()
    with register:
        with register.unit_of_work(keep=False) as work:
            plan = work.plans.get("P-1")
        erased(register)
        fields = {"id": "P-9", "status": "draft", "steps": (), "transfers": (), "semester": "2023/24-1", "version": 0}
        days = {"first_day": date(2023, 9, 4), "last_day": date(2023, 12, 1), "entered_on": date(2023, 9, 4)}
        with pytest.raises(StepRefused) as told, register.unit_of_work() as work:
            casework.add_plan(work, register.programme, plan.changed(**fields, **days), by=AUTHOR)
        assert told.value.code == "learner-erased"


# --- the next import ---------------------------------------------------------------------------------------------------------------


def test_a_child_that_the_source_still_has_comes_again_as_somebody_else(demo_copy: Path) -> None:
    plugins = PluginSet([("sql", pmp_storage_sql.plugin), ("tabular", pmp_sis_tabular.plugin)])
    folder = sample_school()
    source = plugins.source("tabular").open(mapping=folder / "mapping.yaml", folder=folder, school_year=SchoolYear("2022/23"))
    with Register.open(demo_copy, actor=OFFICER, access="host", plugins=plugins) as register:
        with register.unit_of_work(keep=False) as work:
            name, count = work.learners.get("L-0044").family_name, work.learners.count()
        register.erase_learner("L-0044", on=ERASED_ON, by=OFFICER, even_if_open=True)
        told = ingest(register, source, on=ERASED_ON)
        assert {kind: tally.added for kind, tally in told.counts.items() if tally.added} == {
            "learner": 1,
            "enrolment": 2,
            "absence": 35,
            "mark": 5,
        }
        with register.unit_of_work(keep=False) as work:
            assert work.learners.count() == count + 1
            assert (work.learners.get("L-0044").family_name, work.enrolments.count(learner_id="L-0044")) == (ERASED, 2)
            assert work.absences.count(learner_id="L-0044") == 0
            (new,) = [one for one in work.learners.find(family_name=name) if one.id.startswith("L-") and len(one.id) > 6]
            assert work.plans.count(learner_id=new.id) == 0


@pytest.mark.parametrize("server", ["postgresql", "mariadb"])
def test_nothing_personal_is_left_on_a_server_either(server: str, request: pytest.FixtureRequest) -> None:
    with request.getfixturevalue(server).database() as url:
        register, marks = marked(url)
        with register:
            before, figures = every_row(register), overview(register).as_dicts()
            erased(register)
            after = every_row(register)
            assert found_in(said(before), "1", marks["1"]) == set(secrets_of("1", marks["1"]).values())
            assert found_in(said(after), "1", marks["1"]) == set()
            assert (amounts(after), overview(register).as_dicts()) == (amounts(before), figures)
            assert register.verify() == []
