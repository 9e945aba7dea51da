"""`pmp payments`, `pmp budgets`, and `pmp claims` after the decision: from a decided claim to the last cent back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Pmp

from pmp_core.cli.payments import export

ACCOUNT = "LV80BANK0000435195001"
DEBTOR = ("--debtor-name", "Parauga novads", "--debtor-iban", "LV07 HABA 0000 0000 0000 1")


@pytest.fixture
def run(pmp: Pmp, demo_copy: Path) -> Any:
    """The exit code, and what a command on the sample register says in JSON: its answer, or its error's code."""

    def ended(*arguments: str | Path, given: Any = None, who: bool = True) -> tuple[int, Any]:
        by = ("--by", "Jana") if who else ()
        done = pmp(*arguments, "--register", demo_copy, *by, "--json", given="" if given is None else json.dumps(given))
        assert ACCOUNT not in done.stdout + done.stderr
        return done.returncode, json.loads(done.stderr)["error"]["code"] if done.stderr else json.loads(done.stdout)

    return ended


def listed(run: Any, *arguments: str) -> Any:
    code, rows = run(*arguments, who=False)
    assert code == 0
    return rows


def decided(run: Any) -> list[dict[str, Any]]:
    """The claims of the sample that were granted something."""
    return [row for row in listed(run, "claims", "list") if row["balance"] not in (None, "0.00")]


def paid(run: Any, claims: list[str], on: str = "2023-06-05") -> Any:
    named = [part for id in claims for part in ("--claim", id)]
    return run("payments", "pay", "--on", on, "--execution-on", "2023-07-03", *named)


def with_payee(run: Any) -> tuple[str, list[dict[str, Any]]]:
    """One payee for all claims that are decided, and these."""
    code, (payee,) = run("payments", "payees", "add", "-", given={"name": "Māra Ozola", "iban": ACCOUNT})
    assert (code, payee["iban"]) == (0, "LV…5001")
    claims = decided(run)
    for claim in claims:
        assert run("claims", "payee", claim["id"], payee["id"])[0] == 0
    return payee["id"], claims


def test_decided_claims_are_paid_once_and_the_batch_goes_out(run: Any, tmp_path: Path) -> None:
    _, claims = with_payee(run)
    code, made = run("payments", "pay", "--on", "2023-06-05", "--execution-on", "2023-06-07")
    assert (code, len(made["entries"]), made["left_out"]) == (0, len(claims), [])
    assert {entry["amount"] for entry in made["entries"]} == {claim["balance"] for claim in claims}
    assert run("payments", "pay", "--on", "2023-06-05", "--execution-on", "2023-06-07")[1]["batch"] is None
    (batch,) = listed(run, "payments", "list")
    assert (batch["id"], batch["total"], batch["exported on"]) == (made["batch"], made["total"], None)
    assert listed(run, "payments", "list", "--batch", batch["id"]) == made["entries"]
    export = ("payments", "export", batch["id"], "--on", "2023-06-06")
    table, order = tmp_path / "b.csv", tmp_path / "b.xml"
    code, (told,) = run(*export, "--format", "csv", "--out", table)
    assert (code, told["exported on"], told["bytes"]) == (0, "2023-06-06", table.stat().st_size)
    assert ACCOUNT in table.read_text("utf-8-sig")
    assert run(*export, "--format", "pain.001", "--out", order, *DEBTOR, "--moment", "2023-06-06T09:00:00")[0] == 0
    assert b"<CreDtTm>2023-06-06T09:00:00</CreDtTm>" in order.read_bytes()
    for arguments, code, error in (
        (("--format", "csv", "--out", table), 2, "file-exists"),
        (("--format", "xls", "--out", tmp_path / "c"), 2, "format-unknown"),
        (("--format", "pain.001", "--out", tmp_path / "c"), 2, "debtor-missing"),
        (("--format", "pain.001", "--out", tmp_path / "c", *DEBTOR, "--moment", "noon"), 2, "option-invalid"),
        (("--format", "csv", "--out", tmp_path / "c", "--role", "plan-author"), 1, "step-by-role"),
    ):
        assert run(*export, *arguments) == (code, error)
    before = table.read_bytes()
    assert run(*export, "--format", "csv", "--out", table, "--force")[0] == 0
    assert table.read_bytes() == before


def test_what_could_not_be_written_has_not_gone_out(run: Any, tmp_path: Path) -> None:
    with_payee(run)
    batch = run("payments", "pay", "--on", "2023-06-05", "--execution-on", "2023-06-07")[1]["batch"]
    there = tmp_path / "b.csv"
    there.write_text("")
    export = ("payments", "export", batch, "--format", "csv", "--on", "2023-06-08", "--out")
    assert run(*export, there) == (1, "batch-too-late")
    assert run("payments", "move", batch, "--execution-on", "2023-06-09", "--on", "2023-06-08")[1] == [
        {"batch": batch, "execution on": "2023-06-09"}
    ]
    for out, error in ((there, "file-exists"), (tmp_path / "none" / "b.csv", "folder-missing")):
        assert run(*export, out) == (2, error)
        assert listed(run, "payments", "list")[0]["exported on"] is None
    assert run(*export, tmp_path / "c.csv")[0] == 0


def test_a_batch_is_written_to_standard_output(
    run: Any, pmp: Pmp, demo_copy: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    with_payee(run)
    batch = run("payments", "pay", "--on", "2023-06-05", "--execution-on", "2023-06-07")[1]["batch"]
    export(
        batch, str(demo_copy), "csv", "-", debtor_name=None, debtor_iban=None, debtor_bic=None, moment=None, force=False, by="J",
        role="municipal-coordinator", on="2023-06-06", json=False,
    )  # fmt: skip
    written = capsysbinary.readouterr().out
    assert written.startswith(b"\xef\xbb\xbfreference;")
    assert ACCOUNT.encode() in written
    shown = pmp("payments", "pay", "--register", demo_copy, "--by", "J", "--execution-on", "2033-06-07")
    assert "Nothing to pay: none" in shown.stdout


def test_a_correction_is_recovered_or_set_off_and_the_account_tells_all(
    run: Any, pmp: Pmp, demo_copy: Path, tmp_path: Path
) -> None:
    _, claims = with_payee(run)
    first, second = claims[0]["id"], claims[1]["id"]
    batch = paid(run, [first])[1]["batch"]
    assert run("payments", "export", batch, "--format", "csv", "--out", tmp_path / "b.csv", "--on", "2023-06-06")[0] == 0
    correct = ("claims", "correct", first, "--reason", "Čeks atsaukts.", "--on", "2023-06-12")
    code, (told,) = run(*correct, "--file", "-", given={"requested": "0.00", "receipts": []})
    granted = claims[0]["granted"]
    assert (code, told["status"], told["granted before"], told["balance"]) == (0, "corrected", granted, f"-{granted}")
    assert run("claims", "settle", first) == (1, "claim-unsettled")
    recover = ("claims", "recover", first, "--reference", "SEB 17", "--on", "2023-06-19")
    assert run(*recover, "--amount", "0.01")[1][0]["status"] == "corrected"
    assert run(*recover, "--amount", "9999.00") == (1, "recovery-beyond")
    next_batch = paid(run, [second], on="2023-06-20")[1]["batch"]
    code, (entry,) = run("claims", "set-off", first, "--amount", "0.01", "--batch", next_batch, "--on", "2023-06-20")
    assert (code, entry["batch"], entry["amount"]) == (0, next_batch, "-0.01")
    account = listed(run, "claims", "account", first)
    assert [one["kind"] for one in account["entries"]] == ["payment", "recovery", "set-off"]
    assert [one["change"] for one in account["versions"]][-4:] == ["pay", "correct", "recovery", "set-off"]
    assert [one["number"] for one in account["decisions"]] == [1, 2]
    shown = pmp("claims", "account", first, "--register", demo_copy, "--language", "en").stdout
    assert "because: Čeks atsaukts." in shown
    assert "owed back" in shown
    code, (more,) = run("claims", "correct", second, "--reason", "Pārbaudīts.", "--on", "2023-06-21")
    assert (code, more["balance"]) == (0, "0.00")
    assert run("claims", "settle", second)[1] == [{"id": second, "status": "paid"}]


def test_a_claim_beyond_the_budget_says_so(run: Any) -> None:
    _, claims = with_payee(run)
    account = listed(run, "claims", "account", claims[0]["id"])
    semester = "2022/23-2"
    institution = listed(run, "plans", "show", account["claim"]["plan_id"])
    institution = institution[0]["institution"] if isinstance(institution, list) else institution["institution_id"]
    code, (kept,) = run("budgets", "set", "--semester", semester, "--institution", institution, "--amount", "0.01")
    assert (code, kept["amount"]) == (0, "0.01")
    (row,) = listed(run, "budgets", "list", "--semester", semester)
    assert claims[0]["id"] in row["beyond"].split(", ")
    now = {one["id"]: one for one in listed(run, "claims", "list")}
    assert now[claims[0]["id"]]["beyond budget"] == kept["id"]
    made = paid(run, [claims[0]["id"]])[1]
    assert (made["batch"], made["left_out"][0]["why"]) == (None, "beyond-budget")
    wrong = ("budgets", "set", "--semester", semester, "--institution", institution, "--amount", "1.00", "--kind", "consultation")
    assert run(*wrong) == (2, "kind-not-compensated")
    assert run("budgets", "set", "--semester", semester, "--amount", "1.00") == (1, "partner-unclear")


def test_payees_are_listed_masked_and_changed_from_a_file(run: Any) -> None:
    assert run("payments", "payees", "add", "-", given={"name": "A", "learner_id": "L-9"}) == (2, "not-found")
    assert run("payments", "payees", "add", "-", given={"name": "A", "institution_id": "I-9"}) == (2, "not-found")
    assert run("payments", "payees", "add", "-", given={"name": "A", "iban": "LV00"}) == (1, "iban-invalid")
    code, (payee,) = run("payments", "payees", "add", "-", given={"name": "Anna"})
    assert (code, payee["iban"]) == (0, None)
    code, (changed,) = run("payments", "payees", "change", payee["id"], "-", given={"iban": ACCOUNT})
    assert (code, changed["iban"], changed["name"]) == (0, "LV…5001", "Anna")
    assert run("payments", "payees", "change", payee["id"], "-", given={"learner_id": "L-1"}) == (2, "option-invalid")
    assert listed(run, "payments", "payees", "list") == [changed]
    assert listed(run, "payments", "payees", "list", "--learner", "L-1") == []
