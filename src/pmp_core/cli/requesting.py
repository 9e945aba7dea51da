"""`pmp partners request`: what a partner asks to be reimbursed for a period."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from pmp_core.cli.files import FORCE, to_standard_output, write_whole
from pmp_core.cli.opening import ON, REGISTER, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, show
from pmp_core.errors import InvalidValue
from pmp_core.reports import RequestDocument, request_document
from pmp_core.statistics import partner_request

FORMATS = ("html", "pdf", "csv", "json")


def request(
    register: str = REGISTER,
    institution: str | None = typer.Option(None, "--institution", help="The partner, an institution; or give --municipality."),
    municipality: str | None = typer.Option(None, "--municipality", help="The partner, a municipality, for its schools."),
    first: str = typer.Option(..., "--from", help="The first day of the period, YYYY-MM-DD."),
    until: str = typer.Option(..., "--until", help="Its last day."),
    language_: str = LANGUAGE,
    format_: str | None = typer.Option(None, "--format", help="html, pdf, csv or json; as --out ends if left out, else html."),
    out: str | None = typer.Option(None, "--out", help="The file, named after the partner if left out; - for standard output."),
    force: bool = FORCE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Make a partner's request: direct costs, work by unit costs, indirect costs, persons and plans, and that it adds up."""
    kind, code = _format(format_, out), language(language_)
    with opened(register) as opened_register:
        made = partner_request(
            opened_register,
            first_day=day(first),
            last_day=day(until),
            made_on=day(on),
            institution_id=institution,
            municipality_id=municipality,
        )
        content = _content(request_document(made, opened_register.programme, language=code), kind)
    if out == "-":
        to_standard_output(content)
        return
    file = Path(re.sub(r"[^\w.-]", "_", f"{made.partner.id}-{until}.{kind}") if out is None else out)
    write_whole(file, content, replace=force)
    row = {
        "partner": made.partner.id,
        "complete": made.complete,
        "total": None if made.total.total is None else str(made.total.total),
        "known": str(made.total.known),
        "missing": ", ".join(made.missing),
        "persons": made.people.persons,
        "plans": made.people.plans,
        "format": kind,
        "file": str(file),
        "digest": made.digest,
    }
    show([row], json=json, title="Request")


def _content(document: RequestDocument, kind: str) -> bytes:
    match kind:
        case "pdf":
            return document.pdf()
        case "csv":
            return document.csv()
        case "json":
            return (document.request.model_dump_json(indent=2) + "\n").encode()
    return document.html().encode()


def _format(asked: str | None, out: str | None) -> str:
    ending = Path(out or "").suffix.lower().removeprefix(".")
    kind = asked or (ending if ending in FORMATS else "html")
    if kind not in FORMATS:
        raise InvalidValue("option-invalid", "There is no such format.", found=kind, remedy=f"Use one of {', '.join(FORMATS)}.")
    return kind
