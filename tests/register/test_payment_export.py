"""A batch as it goes out: CSV that no spreadsheet runs, credit transfers that fit the schema, and the same bytes each time."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from paid_school import ACCOUNTS, AUTHOR, CLERK, CORRECTED, LATER, PAID, decided, owed, paid, school

from pmp_core.compensation import Payee
from pmp_core.errors import InvalidValue, NotFound, PluginError, StepRefused
from pmp_core.register import Register, casework, credit_transfer
from pmp_core.register.payment_order import Debtor
from pmp_core.values import Iban, Money

DEBTOR = Debtor("Ķeguma novada pašvaldība «Dome»", Iban("LV07HABA0000000000001"), "HABALV22")
SPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


@pytest.fixture
def register() -> Iterator[Register]:
    """A batch with two payments to Y-1 and one to Y-2, and 25.00 of what Y-1 owes set off."""
    with school() as made:
        owed(made)
        decided(made, "C-2", "20.00")
        decided(made, "C-3", "15.05")
        decided(made, "C-4", "0.07", learner="2")
        assert paid(made, on=CORRECTED).batch is not None
        made.set_off("C-1", on=CORRECTED, amount=Money("25.00"))
        yield made


def exported(register: Register, file_format: str = "pain.001", **named: Any) -> casework.ExportedBatch:
    debtor = DEBTOR if file_format == "pain.001" else None
    return register.export_batch("B-2", **{"on": CORRECTED, "file_format": file_format, "debtor": debtor, **named})


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def texts(content: bytes, path: str) -> list[str | None]:
    return [found.text for found in ElementTree.fromstring(content).iterfind(path, SPACE)]


def test_the_table_has_a_row_for_each_entry_and_adds_up(register: Register) -> None:
    made = exported(register, "csv")
    found = rows(made.content)
    assert [(row["reference"], row["kind"], row["claim"], row["amount"], row["ordered"]) for row in found] == [
        ("B-2-1", "payment", "C-2", "20.00", "0.00"),
        ("B-2-2", "payment", "C-3", "15.05", "10.05"),
        ("B-2-3", "payment", "C-4", "0.07", "0.07"),
        ("B-2-4", "set-off", "C-1", "-25.00", "0.00"),
    ]
    assert sum((Money(row["amount"]) for row in found), Money(0)) == sum((Money(row["ordered"]) for row in found), Money(0))
    assert {(row["iban"], row["payee name"]) for row in found} == {(ACCOUNTS[0], "Māra Ozola 1"), (ACCOUNTS[1], "Māra Ozola 2")}
    assert {(row["currency"], row["execution day"]) for row in found} == {("EUR", str(CORRECTED))}
    assert {row["decision"] for row in found} == {"1", "2"}
    assert made.content.startswith(b"\xef\xbb\xbfreference;kind;claim;")
    assert "Ozola" not in repr(made)


@pytest.mark.parametrize("name", ["=HYPERLINK(A1)", "+371", "-1", "@SUM(A1)"])
def test_what_a_spreadsheet_would_run_is_a_text(register: Register, name: str) -> None:
    with register.unit_of_work() as work:
        work.payees.put(work.payees.get("Y-2").changed(name=name))
    assert rows(exported(register, "csv").content)[2]["payee name"] == f"'{name}"


def test_the_credit_transfers_are_what_is_left_after_the_set_off(register: Register) -> None:
    content = exported(register, moment=datetime(2022, 12, 1, 9, 30, tzinfo=UTC)).content
    assert texts(content, ".//p:EndToEndId") == ["B-2-2", "B-2-3"]
    assert texts(content, ".//p:InstdAmt") == ["10.05", "0.07"]
    assert texts(content, ".//p:CdtrAcct//p:IBAN") == list(ACCOUNTS)
    assert texts(content, ".//p:Cdtr/p:Nm") == ["Mara Ozola 1", "Mara Ozola 2"]
    assert texts(content, ".//p:RmtInf/p:Ustrd") == ["B-2-2 C-3", "B-2-3 C-4"]
    assert texts(content, ".//p:NbOfTxs") == ["2", "2"]
    assert texts(content, ".//p:CtrlSum") == ["10.12", "10.12"]
    assert texts(content, ".//p:MsgId") + texts(content, ".//p:PmtInfId") == ["B-2", "B-2"]
    assert texts(content, ".//p:CreDtTm") == ["2022-12-01T09:30:00"]
    assert texts(content, ".//p:ReqdExctnDt/p:Dt") == [str(CORRECTED)]
    assert texts(content, ".//p:Dbtr/p:Nm") == ["Keguma novada pasvaldiba   Dome"]
    assert texts(content, ".//p:DbtrAgt//p:BICFI") == ["HABALV22"]


def test_the_message_fits_the_published_schema(register: Register) -> None:
    from sepaxml.validation import ValidationError, try_valid_xml

    content = exported(register).content
    try_valid_xml(content, "pain.001.001.09")
    with pytest.raises(ValidationError):  # it is looked at indeed
        try_valid_xml(content.replace(b"EndToEndId", b"EndToEnd"), "pain.001.001.09")


def test_without_a_bic_the_bank_is_said_not_to_be_named(register: Register) -> None:
    content = exported(register, debtor=Debtor("Dome", DEBTOR.iban)).content
    assert texts(content, ".//p:DbtrAgt/p:FinInstnId/p:Othr/p:Id") == ["NOTPROVIDED"]


def test_a_batch_goes_out_with_a_mark_and_comes_out_the_same_again(register: Register) -> None:
    first = exported(register)
    assert (first.batch.exported_on, first.batch.digest) == (CORRECTED, first.batch.digest)
    again = exported(register, on=date(2023, 1, 9))
    assert (again.content, again.batch) == (first.content, first.batch)
    assert exported(register, "csv").batch == first.batch  # another format orders the same
    assert exported(register, "csv").content == exported(register, "csv").content


def test_what_would_order_something_else_does_not_go_out_again(register: Register) -> None:
    exported(register, "csv")
    with register.unit_of_work() as work:
        work.payees.put(work.payees.get("Y-1").changed(iban=ACCOUNTS[1]))
    with pytest.raises(StepRefused) as caught:
        exported(register)
    assert caught.value.code == "batch-altered"
    assert ACCOUNTS[1][4:] not in str(caught.value)


def test_a_batch_that_was_not_sent_in_time_is_paid_on_another_day(register: Register) -> None:
    moved = register.move_batch("B-2", on=LATER, execution_on=LATER)
    assert moved.execution_on == LATER
    assert texts(exported(register, on=LATER).content, ".//p:ReqdExctnDt/p:Dt") == [str(LATER)]
    assert exported(register, on=LATER + timedelta(days=1)).batch.exported_on == LATER  # again at any time


def test_what_cannot_be_moved_is_told(register: Register) -> None:
    with pytest.raises(InvalidValue) as wrong:
        register.move_batch("B-2", on=LATER, execution_on=CORRECTED)
    assert wrong.value.code == "execution-before"
    for by, refused in ((AUTHOR, "step-by-role"), (CLERK.changed(municipality_id="M-1"), "other-municipality")):
        with pytest.raises(StepRefused) as caught:
            register.move_batch("B-2", on=CORRECTED, execution_on=LATER, by=by)
        assert caught.value.code == refused
    exported(register)
    with pytest.raises(StepRefused) as caught:
        register.move_batch("B-2", on=CORRECTED, execution_on=LATER)
    assert caught.value.code == "batch-exported"


def test_a_bank_is_told_one_account_to_pay_from(register: Register) -> None:
    assert exported(register, "csv").batch.debtor_iban is None
    assert exported(register).batch.debtor_iban == DEBTOR.iban
    other = Debtor(DEBTOR.name, Iban(ACCOUNTS[0]))
    with pytest.raises(StepRefused) as caught:
        exported(register, debtor=other)
    assert caught.value.code == "batch-other-debtor"
    assert DEBTOR.iban.reveal() not in str(caught.value)
    assert exported(register, debtor=Debtor("Cits nosaukums", DEBTOR.iban)).batch.debtor_iban == DEBTOR.iban


def test_whose_name_a_bank_does_not_take_is_told(register: Register) -> None:
    with register.unit_of_work() as work:
        work.payees.put(work.payees.get("Y-2").changed(name="«»"))
    with pytest.raises(InvalidValue) as caught:
        exported(register)
    assert (caught.value.code, caught.value.found) == ("export-invalid", "Y-2")


def test_what_cannot_go_out_is_told(register: Register) -> None:
    for named, kind, code in (
        ({"file_format": "xlsx"}, InvalidValue, "format-unknown"),
        ({"debtor": None}, InvalidValue, "debtor-missing"),
        ({"on": PAID}, StepRefused, "export-before"),
        ({"on": LATER}, StepRefused, "batch-too-late"),
        ({"by": AUTHOR}, StepRefused, "step-by-role"),
        ({"by": CLERK.changed(municipality_id="M-1")}, StepRefused, "other-municipality"),
        ({"by": CLERK.changed(institution_id="I-1")}, StepRefused, "other-institution"),
        ({"debtor": Debtor("«»", DEBTOR.iban)}, InvalidValue, "export-invalid"),
    ):
        with pytest.raises(kind) as caught:
            exported(register, **named)
        assert caught.value.code == code
    with pytest.raises(NotFound):
        register.export_batch("B-9", on=CORRECTED, file_format="csv")
    with pytest.raises(InvalidValue) as wrong:
        Debtor("Dome", DEBTOR.iban, "habalv22")
    assert wrong.value.code == "bic-invalid"
    with register.unit_of_work() as work:
        assert work.batches.get("B-2").exported_on is None


def test_a_payee_without_an_account_is_named_and_can_be_paid_otherwise() -> None:
    with school() as register:
        decided(register, "C-1", "20.00", payee_id="Y-3")
        paid(register)
        with pytest.raises(StepRefused, match="Y-3") as caught:
            register.export_batch("B-1", on=PAID, file_format="pain.001", debtor=DEBTOR)
        assert caught.value.code == "payee-without-iban"
        [row] = rows(register.export_batch("B-1", on=PAID, file_format="csv").content)
        assert (row["iban"], row["ordered"]) == ("", "20.00")


def test_a_batch_that_is_set_off_whole_is_nothing_for_the_bank() -> None:
    with school() as register:
        owed(register)
        decided(register, "C-2", "20.00")
        paid(register, on=CORRECTED)
        register.set_off("C-1", on=CORRECTED)
        with pytest.raises(StepRefused) as caught:
            exported(register)
        assert caught.value.code == "export-empty"


def test_without_the_extra_it_is_said_what_to_install(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str) -> Any:
        raise ModuleNotFoundError(f"No module named {module!r}", name="sepaxml")

    monkeypatch.setattr(credit_transfer, "import_module", missing)
    with pytest.raises(PluginError, match=r"pmp-core\[payments\]") as caught:
        exported(register)
    assert caught.value.code == "extra-missing"

    def broken(module: str) -> Any:
        raise ModuleNotFoundError("No module named 'elementpath'", name="elementpath")

    monkeypatch.setattr(credit_transfer, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="elementpath"):
        exported(register)


def test_an_account_is_shown_to_nobody_by_accident() -> None:
    payee = Payee.model_validate({"id": "Y-1", "name": "Māra Ozola", "iban": ACCOUNTS[0]})
    for shown in (repr(payee), repr(payee.iban), str(payee.iban), f"{payee.iban:>9}", payee._repr_html_()):
        assert ACCOUNTS[0] not in shown
    assert (repr(payee), str(payee.iban)) == ("<Payee Y-1>", "LV…5001")
