"""What a learner is told: every row, the history and who looked; of others nothing, and codes masked."""

from __future__ import annotations

import json
from datetime import date

import pytest
from marked_learners import ACCOUNTS, ERASED_ON, OFFICER, marked, secrets_of

from pmp_core.errors import NotFound
from pmp_core.learners import Learner
from pmp_core.register import Register, tables
from pmp_core.register.privacy import ERASED, TREATMENTS, LearnerReport
from pmp_core.values import Iban

ON = date(2024, 2, 1)
CODE = "010203-12345"


def report(register: Register, learner_id: str = "L-1", **fields: bool) -> LearnerReport:
    return register.report_on_learner(learner_id, on=ON, by=OFFICER, **fields)


def test_everything_that_is_marked_is_told_and_of_the_other_learner_nothing() -> None:
    register, marks = marked()
    with register:
        told = report(register, in_clear=True)
    own = {mark: where for mark, where in secrets_of("1", marks["1"]).items() if where != "personal_codes.match"}
    own.pop(str(Iban(ACCOUNTS["1"])))
    for text in (told.to_json(), told.explain("lv")):
        assert {where for mark, where in own.items() if mark not in text} == set()
        assert {where for mark, where in secrets_of("2", marks["2"]).items() if mark in text} == set()


def test_every_table_that_can_hold_something_is_named_and_every_row_is_there() -> None:
    register, _ = marked()
    with register:
        told = report(register)
        assert [one.table for one in told.held] == [table.name for table in tables.TABLES if table.name in TREATMENTS]
        rows = {one.table: len(one.rows) for one in told.held}
        assert min(rows.values()) == 1, rows
        assert rows["sessions"] == 2
        assert rows["history"] >= len(register.history_of_learner("L-1"))
        empty = report(register, "L-2").held
        assert {one.table for one in empty} == rows.keys()


def test_codes_and_accounts_are_masked_unless_asked_in_clear() -> None:
    register, _ = marked()
    with register:
        with register.unit_of_work() as work:
            work.learners.put(work.learners.get("L-1").changed(middle_name=f"kods {CODE}"))
            row = work.transaction.find(tables.PERSONAL_CODES, {"learner_id": "L-1"})[0]
            work.transaction.update(tables.PERSONAL_CODES, {**row, "cipher": CODE})
        masked, clear = report(register), report(register, in_clear=True)
    for text in (masked.to_json(), masked.explain("en")):
        assert CODE not in text
        assert ACCOUNTS["1"] not in text
        assert "******-*****" in text
        assert "LV…5001" in text
    assert "Personal codes and numbers of accounts are masked." in masked.explain("en")
    for text in (clear.to_json(), clear.explain("en")):
        assert CODE in text
        assert ACCOUNTS["1"] in text
        assert "masked" not in text
    (code,) = clear.as_dict()["tables"]["personal_codes"]
    assert (code["code"], "match" in code, "cipher" in code) == (CODE, False, False)


def test_a_code_that_cannot_be_read_without_its_key_is_not_shown() -> None:
    register, _ = marked()
    with register:
        with register.unit_of_work() as work:
            row = work.transaction.find(tables.PERSONAL_CODES, {"learner_id": "L-1"})[0]
            work.transaction.update(tables.PERSONAL_CODES, {**row, "cipher": "enc:1:k:AAAA"})
        (code,) = report(register, in_clear=True).as_dict()["tables"]["personal_codes"]
    assert code["code"] is None


def test_the_report_is_a_view_like_any_other() -> None:
    register, _ = marked()
    with register:
        before = len(register.views_of("L-1"))
        report(register)
        views = register.views_of("L-1")
    assert len(views) == before + 1
    assert views[-1].who == OFFICER.name


def test_of_an_erased_learner_only_figures_are_told() -> None:
    register, marks = marked()
    with register:
        register.erase_learner("L-1", on=ERASED_ON, by=OFFICER)
        told = report(register, in_clear=True)
    assert {where for mark, where in secrets_of("1", marks["1"]).items() if mark in told.to_json()} == set()
    (learner,) = told.as_dict()["tables"]["learners"]
    assert (learner["family_name"], learner["erased_on"]) == (ERASED, ERASED_ON.isoformat())
    assert "absences" in told.explain("en").splitlines()[-1], "of what there is nothing, that is said"


def test_the_report_reads_as_text_in_both_languages() -> None:
    register, _ = marked()
    with register:
        told = report(register)
    assert told.explain("lv").startswith("Kas reģistrā ir par izglītojamo L-1, 01.02.2024\n")
    assert told.explain("en").startswith("What the register holds about the learner L-1, ")
    assert "\nUzņemšana (enrolments): 1\n- id: E-1; " in told.explain("lv")
    assert json.loads(told.to_json()) == told.as_dict()


def test_a_learner_about_whom_there_is_next_to_nothing() -> None:
    with marked()[0] as register:
        with register.unit_of_work() as work:
            work.learners.add(Learner(id="L-3", given_name="Jauns", family_name="Bērns"))
        told = report(register, "L-3").as_dict()["tables"]
    assert {name for name, rows in told.items() if rows} == {"learners", "history"}


def test_a_learner_who_is_not_there() -> None:
    with marked()[0] as register, pytest.raises(NotFound) as missing:
        report(register, "L-9")
    assert missing.value.code == "not-found"
