"""`pmp claims conflicts`, `override` and `funding`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Pmp, answer, said

from pmp_core.errors import InvalidValue
from pmp_core.sources.other_funding_file import thousandths

DAY = ("--on", "2023-04-12")
FUNDING = {"payer": "other-programme", "kind": "special-transport", "first_day": "2023-01-09", "covers": "all"}


def ended(pmp: Pmp, *arguments: str | Path, given: Any = None) -> tuple[int, Any]:
    """The exit code, and what the command says in JSON: its answer, or its error's code."""
    done = pmp(*arguments, "--json", given="" if given is None else json.dumps(given))
    return done.returncode, json.loads(done.stderr)["error"]["code"] if done.stderr else json.loads(done.stdout)


def funded(pmp: Pmp, register: Path, **fields: Any) -> str:
    given = {**FUNDING, **fields}
    code, (row,) = ended(pmp, "claims", "funding", "add", "-", "--register", register, "--by", "Jana", given=given)
    assert code == 0
    return str(row["id"])


def told(pmp: Pmp, register: Path, *options: str) -> list[tuple[str, str]]:
    rows = answer(pmp, "claims", "conflicts", *options, "--register", register)
    return [(row["claim_id"], row["kind"]) for row in rows]


def test_conflicts_are_shown_overridden_and_clear(pmp: Pmp, demo_copy: Path) -> None:
    assert "Conflicts: none" in said(pmp, "claims", "conflicts", "--register", demo_copy)
    assert told(pmp, demo_copy, "C-0001") == [("C-0001", "other-funding-unknown")]
    assert told(pmp, demo_copy, "C-0001", "--hard") == []
    id = funded(pmp, demo_copy)
    waiting = told(pmp, demo_copy)
    assert ("C-0005", "other-funding-all") in waiting
    assert told(pmp, demo_copy, "--hard") == waiting
    (row,) = answer(pmp, "claims", "conflicts", "C-0005", "--register", demo_copy)
    assert (row["key"], row["blocks"], row["severity"]) == (f"other-funding:{id}", True, "hard")
    assert row["words"]["en"].startswith("All of it is paid by another programme or project (")
    shown = said(pmp, "claims", "conflicts", "C-0005", "--register", demo_copy, "--language", "en")
    assert all(words in shown for words in ("holds up decision and payment", "Withdraw the claim"))
    decide = ("decide", "C-0005", "--register", demo_copy, "--by", "Jana", *DAY)
    assert ended(pmp, *decide) == (1, "claim-in-conflict")
    override = ("claims", "override", "C-0005", f"other-funding:{id}", "--register", demo_copy, "--by", "Jana", *DAY)
    assert ended(pmp, *override) == (1, "override-needs-reason")
    assert ended(pmp, *override, "--role", "director", "--reason", "x") == (1, "override-by-role")
    assert "Jana, 2023-04-12" in said(pmp, *override, "--reason", "Cits maršruts.")
    assert told(pmp, demo_copy, "C-0005", "--hard") == []
    assert ended(pmp, *decide)[0] == 0


def test_a_decided_claim_whose_money_is_held_up_is_listed_and_not_paid(pmp: Pmp, demo_copy: Path) -> None:
    id = funded(pmp, demo_copy, kind="accommodation")
    rows = [row for row in answer(pmp, "claims", "conflicts", "--register", demo_copy) if row["claim_id"] == "C-0004"]
    assert [row["key"] for row in rows] == [f"other-funding:{id}"]
    pay = ("payments", "pay", "--register", demo_copy, "--by", "Jana", "--on", "2023-05-02", "--execution-on", "2023-05-02")
    assert "in-conflict" in said(pmp, *pay, "--claim", "C-0004")


def test_other_funding_is_listed_ended_and_removed(pmp: Pmp, demo_copy: Path) -> None:
    id = funded(pmp, demo_copy, covers="part", per_day_thousandths=1075, lowest_level=1, track="general", school_days=True)
    assert (
        funded(pmp, demo_copy, covers="part", per_day_thousandths=1075, lowest_level=1, track="general", school_days=True) == id
    )
    of_one = funded(pmp, demo_copy, learner_id="L-0021")
    command = ("claims", "funding", "list", "--register", demo_copy)
    rows = {row["id"]: row for row in answer(pmp, *command)}
    assert (rows[id]["of"], rows[id]["levels"], rows[id]["per day"]) == ("everybody", "1–", "1.075")
    assert (rows[of_one]["of"], rows[of_one]["levels"], rows[of_one]["per day"]) == ("learner L-0021", None, None)
    assert [row["id"] for row in answer(pmp, *command, "--learner", "L-0021")] == [of_one]
    assert answer(pmp, *command, "--kind", "catering") == []
    end = ("claims", "funding", "end", id, "--register", demo_copy, "--by", "Jana", "--last-day")
    assert ended(pmp, *end, "2023-01-08") == (1, "funding-ended-before")
    assert [row["last day"] for row in ended(pmp, *end, "2023-01-09")[1]] == ["2023-01-09"]
    for expected in (0, 2):
        assert ended(pmp, "claims", "funding", "remove", id, "--register", demo_copy, "--by", "Jana")[0] == expected


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"payer": "nobody"}, (2, "code-unknown")),
        ({"kind": "nothing"}, (2, "code-unknown")),
        ({"learner_id": "L-9"}, (2, "not-found")),
        ({"institution_id": "I-9"}, (2, "not-found")),
        ({"municipality_id": "M-9"}, (2, "not-found")),
        ({"covers": "some"}, (1, "input-invalid")),
    ],
)
def test_other_funding_that_names_what_is_not_there_is_not_kept(
    pmp: Pmp, demo_copy: Path, fields: dict[str, str], error: tuple[int, str]
) -> None:
    given = {**FUNDING, **fields}
    assert ended(pmp, "claims", "funding", "add", "-", "--register", demo_copy, "--by", "Jana", given=given) == error


HEAD = "payer,kind,first_day,last_day,learner_id,institution_id,lowest_level,covers,per_day,school_days"


def imported(pmp: Pmp, register: Path, file: Path, text: str | bytes) -> tuple[int, list[dict[str, Any]], list[tuple[Any, ...]]]:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = pmp("claims", "funding", "import", file, "--register", register, "--by", "Jana", "--json")
    errors = [json.loads(line)["error"] for line in done.stderr.splitlines()]
    problems = [(one["code"], one["place"]["row"], one["place"]["column"]) for one in errors]
    return done.returncode, json.loads(done.stdout) if done.stdout else [], problems


def test_a_file_is_kept_but_for_its_wrong_rows_and_twice_is_once(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    rows = [
        "municipal-meals,catering,2022-09-01,2023-05-31,,I-0001,1,part,1.075,true",
        "municipal-transport,public-transport-tickets,2022-09-01,,L-0021,,,all,,",
        "",
        "municipal-meals,catering,2022-02-30,,,,,all,,",
        "municipal-meals,catering,2022-09-01,,,,,part,1.0755,",
        "municipal-meals,catering,2022-09-01,,L-9,,,all,,",
        "municipal-meals,food,2022-09-01,,,,,all,,",
        "municipal-meals,catering,2022-09-01,,,,x,all,,",
        "municipal-meals,catering,2022-09-01,,,,,all,,maybe",
        ",catering,2022-09-01,,,,,all,,",
        "municipal-meals,catering,2022-09-01,,L-0021,I-0001,,all,,",
    ]
    file = tmp_path / "funding.example.csv"
    for _ in range(2):
        code, kept, problems = imported(pmp, demo_copy, file, "\n".join([HEAD, *rows]) + "\n")
        assert (code, len(kept)) == (1, 2)
        assert problems == [
            ("day-invalid", 5, "first_day"),
            ("per-day-invalid", 6, "per_day"),
            ("not-found", 7, "learner_id"),
            ("code-unknown", 8, "kind"),
            ("field-invalid", 9, "lowest_level"),
            ("option-invalid", 10, "school_days"),
            ("field-missing", 11, "payer"),
            ("funding-scope", 12, None),
        ]
    assert len(answer(pmp, "claims", "funding", "list", "--register", demo_copy)) == 2
    good = f"\ufeff{HEAD}\n".replace(",", ";") + "municipal-meals;catering;2023-01-09;;;;;part;0,5;FALSE\n"
    code, kept, problems = imported(pmp, demo_copy, file, good)
    assert (code, [row["per day"] for row in kept], problems) == (0, ["0.500"], [])


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (b"", 1),
        (b"payer,kind,first_day\n", 1),
        (b"payer,kind,first_day,covers,colour\n", 1),
        (b"payer,kind,first_day,covers,covers\n", 1),
        (b"payer,kind,first_day,covers\na,b,c,d,e\n", 2),
        (b'payer,kind,first_day,covers\nmunicipal-meals,catering,2022-09-01,all\n"a,b\n', 3),
        (b"payer,kind,first_day,covers\n\xff,,,\n", 1),
    ],
)
def test_a_file_that_cannot_be_read_keeps_nothing(pmp: Pmp, demo_copy: Path, tmp_path: Path, text: bytes, row: int) -> None:
    code, kept, problems = imported(pmp, demo_copy, tmp_path / "funding.example.csv", text)
    assert (code, kept, problems) == (1, [], [("csv-invalid", row, None)])
    assert answer(pmp, "claims", "funding", "list", "--register", demo_copy) == []


def test_a_file_that_is_not_there_is_told(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    command = ("claims", "funding", "import", tmp_path / "none.csv", "--register", demo_copy, "--by", "Jana")
    assert ended(pmp, *command) == (2, "file-missing")


@pytest.mark.parametrize("text", ["0", "-1", "1.0751", "NaN", "Infinity", "x", "1e9", "1000000.001"])
def test_what_is_no_amount_for_a_day(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        thousandths(text)
    assert caught.value.code == "per-day-invalid"
