"""`pmp plans print`: a plan as a document."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import typer

from pmp_core.cli.files import FORCE, to_standard_output, write_whole
from pmp_core.cli.opening import ON, REGISTER, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, show
from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.reports import plan_document
from pmp_core.values import PersonalCode

FORMATS = ("html", "pdf")


def print_(
    id: str = typer.Argument(..., help="The plan."),
    register: str = REGISTER,
    language_: str = LANGUAGE,
    format_: str | None = typer.Option(None, "--format", help="html or pdf; as --out ends if left out, else html."),
    out: str | None = typer.Option(None, "--out", help="The file, named after the plan if left out; - for standard output."),
    force: bool = FORCE,
    sessions: bool = typer.Option(False, "--sessions", help="List the sessions one by one."),
    role: str | None = typer.Option(None, "--role", help="Who asks for the personal code: a code of the programme's `roles`."),
    personal_code_file: Path | None = typer.Option(
        None, "--personal-code-file", help="A file with the learner's personal code, and nothing else; it is printed masked."
    ),
    kept_personal_code: bool = typer.Option(
        False,
        "--kept-personal-code",
        help="Print the personal code that the register keeps, masked; it needs the register's keys.",
    ),
    show_personal_code: bool = typer.Option(False, "--show-personal-code", help="Print it in clear, if the role may see it."),
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Print a plan as a document, to be read on a screen or signed on paper."""
    kind = _format(format_, out)
    if kept_personal_code and personal_code_file is not None:
        raise InvalidValue("option-invalid", "The personal code comes from the register or from a file.", remedy="Leave one out.")
    code: PersonalCode | Literal["kept"] | None = "kept" if kept_personal_code else None
    if personal_code_file is not None:
        code = _code(personal_code_file)
    if show_personal_code and role is None:  # `opened` would take a role for granted
        raise StepRefused(
            "personal-code-not-for-role", "The personal code is shown to a named role only.", remedy="Say in which role: --role."
        )
    with opened(register, role=role) as opened_register:
        document = plan_document(
            opened_register,
            id,
            language=language(language_),
            on=day(on),
            sessions=sessions,
            personal_code=code,
            show_personal_code=show_personal_code,
            role=role,
            asked_on=day(None),  # today, whatever day the document is of
        )
    content = document.pdf() if kind == "pdf" else document.html().encode()
    if out == "-":
        to_standard_output(content)
        return
    file = Path(re.sub(r"[^\w.-]", "_", f"{id}.{kind}") if out is None else out)
    write_whole(file, content, replace=force)
    show([{"plan": id, "format": kind, "file": str(file), "bytes": len(content)}], json=json)


def _format(asked: str | None, out: str | None) -> str:
    ending = Path(out or "").suffix.lower().removeprefix(".")
    kind = asked or (ending if ending in FORMATS else "html")
    if kind not in FORMATS:
        raise InvalidValue("option-invalid", "There is no such format.", found=kind, remedy="Use html or pdf.")
    return kind


def _code(file: Path) -> PersonalCode:
    """A code from a file: on the command's line it would stay in the shell's history."""
    try:
        return PersonalCode(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidValue(
            "file-missing", f"The file cannot be read: {error.strerror}.", found=file.name, remedy="Check its name."
        ) from None
    except UnicodeDecodeError:
        raise InvalidValue("personal-code-invalid", "The file is not UTF-8 text.", remedy="Write the code alone in it.") from None
