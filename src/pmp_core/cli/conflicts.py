"""`pmp claims conflicts`, `override` and `funding`: what would be paid for twice, and who else pays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.opening import FIELDS, ON, REASON, REGISTER, WHO, json_object, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, show, show_error, show_json
from pmp_core.compensation import Conflict, OtherFunding
from pmp_core.register import conflicts, other_funding
from pmp_core.sources.other_funding_file import read_funding
from pmp_core.values import Language

commands = typer.Typer()
funding = typer.Typer(help="Other funding: who else pays for an expense, on which days.", no_args_is_help=True)
FUNDING = typer.Argument(..., help="The other funding.")


@commands.command("conflicts")
def conflicts_(
    claim: str | None = typer.Argument(
        None, help="The claim; if left out: every one that waits for its decision, and those whose payment is held up."
    ),
    register: str = REGISTER,
    hard: bool = typer.Option(False, "--hard", help="Only those that hold a claim up."),
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Show in which ways claims would be paid for twice, with the evidence and what to do."""
    code = language(language_)
    with opened(register) as opened_register, opened_register.unit_of_work(keep=False) as work:
        programme = opened_register.programme
        asked = None if claim is None else work.claims.get(claim)
        found = (
            [
                one
                for of_claims in (conflicts.waiting_conflicts(work, programme), conflicts.held_payments(work, programme))
                for several in of_claims.values()
                for one in several
            ]
            if asked is None
            else conflicts.claim_conflicts(work, programme, asked)
        )
    told = [conflict for conflict in found if conflict.blocks or not hard]
    _show(told, code, json=json)


@commands.command("override")
def override(
    claim: str = typer.Argument(..., help="The claim."),
    conflict: str = typer.Argument(..., help="The conflict, as `pmp claims conflicts` names it."),
    register: str = REGISTER,
    by: str = WHO,
    role: str = typer.Option("municipal-coordinator", "--role", help="In which role."),
    reason: str | None = REASON,
    on: str | None = ON,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Say that a conflict does not stand in a claim's way, as long as its evidence is what it is now."""
    code = language(language_)
    with opened(register, by=by, role=role) as opened_register:
        kept = opened_register.override_conflict(claim, conflict, on=day(on), reason=reason)
    _show([kept], code, json=json)


@funding.command("add")
def add(file: str = FIELDS, register: str = REGISTER, by: str = WHO, json: bool = JSON) -> None:
    """Keep other funding: payer, kind, first_day and covers; and what else its JSON Schema has, `pmp schemas show OtherFunding`."""
    fields = json_object(file)
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        made = OtherFunding.model_validate({**fields, "id": opened_register.new_id("F")})
        kept = other_funding.add_funding(work, opened_register.programme, made)
    show([_row(kept)], json=json)


@funding.command("import")
def import_(
    file: Path = typer.Argument(..., help="A CSV file with headings; a wrong row is told, and the others are kept."),
    register: str = REGISTER,
    by: str = WHO,
    json: bool = JSON,
) -> None:
    """Keep the other funding of a CSV file. What is there already is not kept again."""
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        read = read_funding(work, opened_register.programme, file, new_id=opened_register.new_id)
    show(list(map(_row, read.kept)), json=json, title="Other funding")
    for problem in read.problems:
        show_error(problem)
    if read.problems:
        raise typer.Exit(1)


@funding.command("list")
def list_(
    register: str = REGISTER,
    learner: str | None = typer.Option(None, "--learner", help="Only what is of this learner alone."),
    kind: str | None = typer.Option(None, "--kind", help="Only for this kind of expense."),
    json: bool = JSON,
) -> None:
    """List other funding."""
    where: dict[str, Any] = {name: value for name, value in (("learner_id", learner), ("kind", kind)) if value is not None}
    with opened(register) as opened_register, opened_register.unit_of_work(keep=False) as work:
        rows = [_row(one) for one in work.other_funding.find(**where)]
    show(rows, json=json, title="Other funding")


@funding.command("end")
def end(
    id: str = FUNDING,
    last_day: str = typer.Option(..., "--last-day", help="Its last day, YYYY-MM-DD."),
    register: str = REGISTER,
    by: str = WHO,
    json: bool = JSON,
) -> None:
    """Say which is the last day on which other funding pays."""
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        kept = other_funding.end_funding(work, id, day(last_day))
    show([_row(kept)], json=json)


@funding.command("remove")
def remove(id: str = FUNDING, register: str = REGISTER, by: str = WHO, json: bool = JSON) -> None:
    """Take out other funding that never was."""
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        gone = other_funding.remove_funding(work, id)
    show([_row(gone)], json=json)


def _row(one: OtherFunding) -> Mapping[str, Any]:
    whose = (("learner", one.learner_id), ("institution", one.institution_id), ("municipality", one.municipality_id))
    levels = (one.lowest_level, one.highest_level)
    each = one.per_day_thousandths
    return {
        "id": one.id,
        "payer": one.payer,
        "kind": one.kind,
        "of": next((f"{what} {id}" for what, id in whose if id is not None), "everybody"),
        "track": one.track,
        "levels": None if levels == (None, None) else "–".join("" if level is None else str(level) for level in levels),
        "first day": one.first_day,
        "last day": one.last_day,
        "covers": one.covers.value,
        "per day": None if each is None else f"{each // 1000}.{each % 1000:03}",
        "school days": one.school_days,
        "reference": one.reference,
    }


def _show(found: Iterable[Conflict], code: Language, *, json: bool) -> None:
    if json:
        show_json([_told(conflict) for conflict in found])
        return
    rows = [
        {
            "claim": conflict.claim_id,
            "conflict": conflict.key,
            "severity": conflict.severity.text[code],
            "evidence": conflict.words[code],
            "what to do": conflict.remedy[code] if conflict.override is None else "",
            "overridden": "" if conflict.override is None else f"{conflict.override.by}, {conflict.override.on}",
        }
        for conflict in found
    ]
    show(rows, json=False, title="Conflicts")


def _told(conflict: Conflict) -> Mapping[str, Any]:
    words, remedy = conflict.words, conflict.remedy
    return {
        **conflict.model_dump(mode="json"),
        "blocks": conflict.blocks,
        "words": {"lv": words.lv, "en": words.en},
        "remedy": {"lv": remedy.lv, "en": remedy.en},
    }
