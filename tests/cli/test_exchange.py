"""`pmp exchange`: a key, a file of tokens, the comparison, and the way back to the claim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Pmp, answer, said

from pmp_core.errors import masked
from pmp_core.exchange import ExchangeKey, TokenFile
from pmp_core.register import Register
from pmp_core.values import Actor

ONE, OTHER = "PARAUG1", "PARAUG2"


@pytest.fixture
def key(pmp: Pmp, tmp_path: Path) -> Path:
    (row,) = answer(pmp, "exchange", "new-key", tmp_path / "some.key")
    assert row == {"file": str(tmp_path / "some.key"), "key id": ExchangeKey.read(tmp_path / "some.key").id}
    return tmp_path / "some.key"


def common(register: Path, key: Path, sender: str = ONE) -> tuple[str | Path, ...]:
    return ("--register", register, "--key-file", key, "--sender", sender, "--all")


def claims_of(register: Path) -> set[str]:
    with (
        Register.open(register, actor=Actor(name="Tester", role="plan-author"), access="host") as opened,
        opened.unit_of_work() as work,
    ):
        return {claim.id for claim in work.claims.find() if claim.status != "draft"}


def test_what_one_sends_another_finds_and_the_first_resolves(pmp: Pmp, demo_file: Path, key: Path, tmp_path: Path) -> None:
    out = tmp_path / "one.jsonl"
    command = ("exchange", "tokens", *common(demo_file, key), "--out", out, "--on", "2023-06-01")
    (row,) = answer(pmp, *command)
    header = TokenFile(out, ExchangeKey.read(key)).header
    assert (row["tokens"], str(header.made_on), header.sender) == (header.count, "2023-06-01", ONE)
    found = answer(pmp, "exchange", "compare", out, *common(demo_file, key, OTHER))
    assert [(file["file"], file["own"], file["count"]) for file in found["files"]] == [("one.jsonl", False, header.count)]
    matched = {match["claim_id"] for match in found["matches"]}
    assert matched
    assert matched <= claims_of(demo_file)
    some = found["matches"][0]
    resolved = answer(pmp, "exchange", "resolve", *some["references"], *common(demo_file, key))
    assert some["claim_id"] in {one["claim"] for one in resolved}
    assert answer(pmp, "exchange", "resolve", "ABC", *common(demo_file, key)) == []


def test_what_is_found_is_kept_once_and_stands_in_the_claims_way(
    pmp: Pmp, demo_file: Path, demo_copy: Path, key: Path, tmp_path: Path
) -> None:
    out = tmp_path / "one.jsonl"
    answer(pmp, "exchange", "tokens", *common(demo_file, key), "--out", out)
    told = answer(pmp, "exchange", "compare", out, *common(demo_copy, key, OTHER), "--keep")
    listed = ("claims", "funding", "list", "--register", demo_copy)
    kept = answer(pmp, *listed)
    assert {row["payer"] for row in kept} == {"other-municipality"}
    assert {row["reference"] for row in kept} <= {f"{ONE} {match['reference']}" for match in told["matches"]}
    answer(pmp, "exchange", "compare", out, *common(demo_copy, key, OTHER), "--keep")
    assert answer(pmp, *listed) == kept
    claim = next(match["claim_id"] for match in told["matches"] if match["strength"] == "hard")
    rows = answer(pmp, "claims", "conflicts", claim, "--hard", "--register", demo_copy)
    assert {row["kind"] for row in rows} == {"other-municipality"}


def test_what_is_found_is_said_in_words(pmp: Pmp, demo_file: Path, key: Path, tmp_path: Path) -> None:
    out = tmp_path / "one.jsonl"
    told = said(pmp, "exchange", "tokens", *common(demo_file, key), "--out", out)
    assert "without code" in told
    assert "all claims of the register" in told
    (match, *_) = answer(pmp, "exchange", "compare", out, *common(demo_file, key, OTHER))["matches"]
    for language, title in (("lv", "droša"), ("en", "hard")):
        shown = said(pmp, "exchange", "compare", out, *common(demo_file, key, OTHER), "--language", language)
        assert match["evidence"][language] in shown
        assert title in shown
    assert "Received" in shown
    own = said(pmp, "exchange", "compare", out, *common(demo_file, key))
    assert "Claimed elsewhere too: none" in own
    assert "one.jsonl is your own file" in own


def test_only_a_period_or_a_municipality(pmp: Pmp, demo_file: Path, key: Path, tmp_path: Path) -> None:
    with (
        Register.open(demo_file, actor=Actor(name="Tester", role="plan-author"), access="host") as register,
        register.unit_of_work() as work,
    ):
        municipalities = [one.id for one in work.municipalities.find()]

    def made(*options: str, name: str) -> dict[str, Any]:
        whose = common(demo_file, key)[: -1 if "--municipality" in options else None]
        (row,) = answer(pmp, "exchange", "tokens", *whose, "--out", tmp_path / name, *options)
        return dict(row)

    everything = made(name="all")
    parts = [made("--municipality", one, name=one) for one in municipalities]
    assert sum(part["claims"] for part in parts) == everything["claims"] > 0
    assert made("--from", "2020-01-01", "--until", "2020-12-31", name="none")["claims"] == 0
    assert made("--from", "2020-01-01", name="open")["tokens"] == everything["tokens"]


def test_learners_that_nobody_can_find_are_named(pmp: Pmp, demo_copy: Path, key: Path, tmp_path: Path) -> None:
    with (
        Register.open(demo_copy, actor=Actor(name="Tester", role="plan-author"), access="host") as register,
        register.unit_of_work() as work,
    ):
        claim = next(claim for claim in work.claims.find() if claim.status != "draft")
        learner = work.learners.get(work.plans.get(claim.plan_id).learner_id)
        work.learners.put(learner.changed(birth_date=None))
    told = said(pmp, "exchange", "tokens", *common(demo_copy, key), "--out", tmp_path / "x.jsonl")
    assert "Nobody can find these learners" in told
    assert learner.id in told


WRONG: dict[str, tuple[tuple[str, ...], int, str]] = {
    "a sender that is not there": (("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "x"), 2, "exchange-sender-unknown"),
    "all of one": (
        ("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "x", "--all", "--municipality", "M-9"), 2, "option-invalid",
    ),
    "a key that is there": (("new-key", "KEY"), 2, "file-exists"),
    "no key": (("tokens", "--key-file", "nowhere", "--sender", ONE, "--out", "x"), 2, "file-missing"),
    "no key in the file": (("tokens", "--key-file", "BAD", "--sender", ONE, "--out", "x"), 2, "exchange-key-invalid"),
    "too short a key": (("tokens", "--key-file", "SHORT", "--sender", ONE, "--out", "x"), 2, "exchange-key-short"),
    "no such sender": (("tokens", "--key-file", "KEY", "--sender", "Rīga", "--out", "x"), 2, "exchange-sender-invalid"),
    "no such municipality": (
        ("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "x", "--municipality", "M-9"), 2, "not-found",
    ),
    "only a last day": (("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "x", "--until", "2023-01-01"), 2, "option-invalid"),
    "a file that is there": (("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "BAD", "--all"), 2, "file-exists"),
    "over the key": (("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "KEY", "--force"), 2, "output-unfit"),
    "over the codes": (
        ("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "./bad", "--codes", "BAD", "--force"), 2, "output-unfit",
    ),
    "over the register": (("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "REGISTER", "--force"), 2, "output-unfit"),
    "over the register by another name": (
        ("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "LINK", "--force"), 2, "output-unfit",
    ),
    "no codes": (("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "x", "--codes", "nowhere"), 2, "file-missing"),
    "no file of codes": (("tokens", "--key-file", "KEY", "--sender", ONE, "--out", "x", "--codes", "BAD"), 1, "csv-invalid"),
    "no received file": (("compare", "nowhere", "--key-file", "KEY", "--sender", ONE), 2, "file-missing"),
    "no file of tokens": (("compare", "BAD", "--key-file", "KEY", "--sender", ONE), 1, "exchange-file-unreadable"),
    "no such language": (("compare", "BAD", "--key-file", "KEY", "--sender", ONE, "--language", "de"), 2, "option-invalid"),
}  # fmt: skip


@pytest.mark.parametrize("how", WRONG)
def test_what_is_wrong_ends_with_its_code_and_leaves_no_file(
    how: str, pmp: Pmp, demo_file: Path, key: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad").write_text("nothing of the kind\n", encoding="utf-8")
    (tmp_path / "short").write_text("00" * 31, encoding="utf-8")
    names = {"KEY": str(key), "BAD": str(tmp_path / "bad"), "SHORT": str(tmp_path / "short"), "REGISTER": str(demo_file)}
    names["LINK"] = str(tmp_path / "link")
    (tmp_path / "link").symlink_to(demo_file)
    arguments, code, error = WRONG[how]
    register = () if arguments[0] == "new-key" else ("--register", demo_file)
    ended = pmp("exchange", *(names.get(one, one) for one in arguments), *register, "--json", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert json.loads(ended.stderr)["error"]["code"] == error
    assert masked(ended.stderr) == ended.stderr
    assert not (tmp_path / "x").exists()
