"""`pmp exchange`: the check for double funding across municipalities, without exchanging identities."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.files import FORCE, check_apart
from pmp_core.cli.opening import ON, REGISTER, file_of, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, progress, say, show, show_error, show_json
from pmp_core.errors import InvalidValue
from pmp_core.exchange import (
    ExchangeKey,
    Match,
    OwnTokens,
    Strength,
    TokenFile,
    compare,
    own_tokens,
    read_personal_codes,
    write_token_file,
)
from pmp_core.exchange.comparison import written_days
from pmp_core.register.other_funding import keep_match
from pmp_core.values import DayRange

exchange = typer.Typer(
    help="What municipalities exchange to find double funding: hashes, and no identities.", no_args_is_help=True
)
KEY_FILE = typer.Option(..., "--key-file", help="The file of the key that the municipalities share.")
SENDER = typer.Option(..., "--sender", help="Who you are: a territory code, or an institution's registration number.")
CODES = typer.Option(None, "--codes", help="A CSV file with the columns learner_id and personal_code; it is read, and not kept.")
MUNICIPALITY = typer.Option(
    None,
    "--municipality",
    help="Only claims of this municipality's institutions; the sender's if left out.",
)
ALL = typer.Option(False, "--all", help="All claims of the register, whosever they are.")
FIRST = typer.Option(None, "--from", help="Only costs from this day, YYYY-MM-DD.")
UNTIL = typer.Option(None, "--until", help="Only costs until this day; needs --from.")


@exchange.command("new-key")
def new_key(
    file: Path = typer.Argument(..., help="The file to make; one that is there is not replaced."), json: bool = JSON
) -> None:
    """Make a random key, in a file that its owner alone can read. Hand it to the other municipalities over a safe way."""
    key = ExchangeKey.random()
    key.write(file)
    show([{"file": str(file), "key id": key.id}], json=json)


@exchange.command("tokens")
def tokens(
    register: str = REGISTER,
    key_file: Path = KEY_FILE,
    sender: str = SENDER,
    out: Path = typer.Option(..., "--out", help="The file to write and to send."),
    codes: Path | None = CODES,
    municipality: str | None = MUNICIPALITY,
    everybody: bool = ALL,
    first: str | None = FIRST,
    until: str | None = UNTIL,
    on: str | None = ON,
    force: bool = FORCE,
    json: bool = JSON,
) -> None:
    """Write the file of tokens for the other municipalities: of every claim that was submitted and not granted nothing."""
    made_on = day(on)
    check_apart(out, (file_of(register), key_file, codes))
    with progress("Hashing"):
        own, problems = _own(register, ExchangeKey.read(key_file), sender, codes, municipality, everybody, first, until)
        header = write_token_file(out, own, made_on=made_on, replace=force)
    row = {"file": str(out), "key id": header.key_id, "tokens": header.count, "claims": own.claims}
    lacking = {"without code": len(own.without_code), "without name": len(own.without_name), "not found": len(own.not_told)}
    show([{**row, **lacking}], json=json)
    if everybody and not json:
        say("These are all claims of the register, whosever they are: check that all of them are yours to send.")
    if own.not_told and not json:
        say(f"Nobody can find these learners, for want of a code and of a name with a birth date: {', '.join(own.not_told)}")
    _tell(problems)


@exchange.command("compare")
def compare_(
    files: list[Path] = typer.Argument(..., help="The files that were received."),
    register: str = REGISTER,
    key_file: Path = KEY_FILE,
    sender: str = SENDER,
    codes: Path | None = CODES,
    municipality: str | None = MUNICIPALITY,
    everybody: bool = ALL,
    first: str | None = FIRST,
    until: str | None = UNTIL,
    keep: bool = typer.Option(False, "--keep", help="Keep what is found as other funding, so that it stands in the claims' way."),
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Compare own claims with the files of other municipalities, and show what both have, with the evidence."""
    code, key = language(language_), ExchangeKey.read(key_file)
    received = [TokenFile(file, key) for file in files]
    with progress("Comparing"):
        own, problems = _own(register, key, sender, codes, municipality, everybody, first, until)
        matches = compare(own, received)
    if keep:
        _keep(register, matches)
    if json:
        read = [
            {"file": file.name, "own": file.header.sender == own.sender, **file.header.model_dump(mode="json")}
            for file in received
        ]
        show_json({"files": read, "matches": [match.as_dict() for match in matches]})
    else:
        show([_received(file) for file in received], json=False, title="Received")
        rows = [
            {
                "claim": match.claim_id,
                "kind": match.kind,
                "days": written_days(match.days, code),
                "sender": match.sender,
                "strength": match.strength.text[code],
                "found by": match.found_by.text[code],
                "reference": match.reference,
            }
            for match in matches
        ]
        show(rows, json=False, title="Claimed elsewhere too")
        for match in matches:
            say(f"{match.claim_id}: {match.evidence[code]}")
        for file in received:
            if file.header.sender == own.sender:
                say(f"{file.name} is your own file: nothing in it is a match.")
    _tell(problems)


@exchange.command("resolve")
def resolve(
    references: list[str] = typer.Argument(..., help="The references that another municipality asks about."),
    register: str = REGISTER,
    key_file: Path = KEY_FILE,
    sender: str = SENDER,
    codes: Path | None = CODES,
    municipality: str | None = MUNICIPALITY,
    everybody: bool = ALL,
    json: bool = JSON,
) -> None:
    """Find the claims of yours that stand behind references from your file."""
    with progress("Looking"):
        own, problems = _own(register, ExchangeKey.read(key_file), sender, codes, municipality, everybody, None, None)
    found = [
        {"claim": one.claim_id, "kind": one.kind, "day": one.day, "found by": one.type.value} for one in own.resolve(references)
    ]
    show(found, json=json, title="Yours")
    _tell(problems)


def _keep(register: str, matches: list[Match]) -> None:
    """The matches as other funding: of a receipt for all days of the claim, as its own day may be another."""
    with opened(register) as opened_register, opened_register.unit_of_work() as work:
        for match in matches:
            keep_match(
                work,
                opened_register.programme,
                match.claim_id,
                days=None if match.found_by.of_receipt else match.days,
                sender=match.sender,
                reference=match.reference,
                found_by=match.found_by.value,
                sure=match.strength is Strength.HARD,
            )


def _received(file: TokenFile) -> dict[str, Any]:
    """A file, with the days of which its silence says something."""
    header = file.header
    days = {"first day": header.first_day, "last day": header.last_day}
    return {"file": file.name, "sender": header.sender, **days, "made on": header.made_on, "tokens": header.count}


def _own(
    register: str,
    key: ExchangeKey,
    sender: str,
    codes: Path | None,
    municipality: str | None,
    everybody: bool,
    first: str | None,
    until: str | None,
) -> tuple[OwnTokens, list[InvalidValue]]:
    """The register's tokens, and what is wrong with rows of the file of codes."""
    if everybody and municipality is not None:
        raise InvalidValue(
            "option-invalid", "All claims are not those of one municipality.", remedy="Give --all or --municipality."
        )
    period = _period(None if first is None else day(first), None if until is None else day(until))
    known, problems = ({}, []) if codes is None else read_personal_codes(codes)
    with opened(register) as opened_register, opened_register.unit_of_work(keep=False) as work:
        return (
            own_tokens(
                work,
                opened_register.programme,
                key,
                sender=sender,
                codes=known,
                period=period,
                municipality_id=municipality,
                everybody=everybody,
            ),
            problems,
        )


def _period(first: date | None, last: date | None) -> DayRange | None:
    if first is None and last is not None:
        raise InvalidValue("option-invalid", "--until needs the first day.", remedy="Add --from.")
    return None if first is None else DayRange(first, last)


def _tell(problems: list[Any]) -> None:
    """Rows of the file of codes that were left out: the rest is done, and the command says that something is wrong."""
    for problem in problems:
        show_error(problem)
    if problems:
        raise typer.Exit(1)
