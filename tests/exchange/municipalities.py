"""What the tests of the exchange share: registers of municipalities with claims for the children they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pmp_storage_sql.plugin
from pmp_core.compensation import Claim
from pmp_core.exchange import ExchangeKey, OwnTokens, TokenFile, own_tokens, write_token_file
from pmp_core.learners import Enrolment, Institution, Learner, Municipality
from pmp_core.loading import load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import Register
from pmp_core.values import Actor

PROGRAMME = load_programme("lv-8.3.4")
CLERK = Actor(name="Jana", role="municipal-coordinator")
KEY = ExchangeKey(bytes(range(32)))
OURS, THEIRS = "PARAUG1", "PARAUG2"
# Of people born in 2099, and of a new style that nobody was given.
CODE, OTHER_CODE, NEW_CODE = "311299-20000", "301299-20000", "399999-99999"
KINDS = ("catering", "public-transport-tickets")
FIRST, LAST = date(2022, 10, 3), date(2022, 10, 7)
MADE_ON = date(2023, 1, 9)


def child(id: str = "L-1", given_name: str = "Līga", family_name: str = "Ozoliņa", **fields: Any) -> Learner:
    return Learner.model_validate(
        {"id": id, "given_name": given_name, "family_name": family_name, "birth_date": date(2099, 12, 31), **fields}
    )


def claim(id: str = "C-1", learner: str = "L-1", **fields: Any) -> Claim:
    """A claim that was submitted; its kind says its measure."""
    kind = fields.get("kind", KINDS[0])
    return Claim.model_validate(
        {
            "id": id, "plan_id": learner.replace("L", "P"), "measure": KINDS.index(kind) + 1, "kind": kind, "first_day": FIRST,
            "last_day": LAST, "requested": "0.00", "status": "submitted", "submitted_on": "2022-11-01", **fields,
        }
    )  # fmt: skip


def receipt(number: str, **fields: Any) -> dict[str, Any]:
    return {"issuer": 'SIA "Parauga satiksme"', "number": number, "day": FIRST, "amount": "1.00", **fields}


def register_of(
    claims: Iterable[Claim],
    learners: Iterable[Learner] | None = None,
    *,
    sender: str = OURS,
    target: str | Path = "memory:",
) -> Register:
    """A municipality with its school, these children (one if none is named), a plan for each, and these claims."""
    plugins = PluginSet([("sql", pmp_storage_sql.plugin)])
    register = Register.open(target, programme=PROGRAMME, actor=CLERK, plugins=plugins, access="host")
    measures = [
        {"number": number, "kind": kind, "risks": ["often-ill"], "justification": "Palīdz."}
        for number, kind in enumerate(KINDS, 1)
    ]
    with register.unit_of_work() as work:
        work.municipalities.add(Municipality(id="M-1", name="Novads", territory_code=sender))
        for number, code in (("1", "4100000001"), ("2", "4100000002")):
            school = {"id": f"I-{number}", "name": "Skola", "registration_number": code}
            work.institutions.add(Institution.model_validate({**school, "municipality_id": "M-1" if number == "1" else None}))
        for learner in learners or [child()]:
            work.learners.add(learner)
            where = {"learner_id": learner.id, "institution_id": "I-1"}
            enrolment = {"id": learner.id.replace("L", "E"), "track": "general", "level": 5, "first_day": "2022-09-01", **where}
            work.enrolments.add(Enrolment.model_validate(enrolment))
            work.plans.add(
                SupportPlan.model_validate(
                    {
                        "id": learner.id.replace("L", "P"), "partner_kind": "municipality", "semester": "2022/23-1",
                        "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09", "prepared_by": "Jana",
                        "status": "in-progress", "risks": [{"factor": "often-ill"}], "measures": measures, **where,
                    }
                )
            )  # fmt: skip
        work.claims.add_all(claims)
    return register


def tokens_of(register: Register, codes: Mapping[str, list[str]] | None = None, *, sender: str = OURS, **named: Any) -> OwnTokens:
    with register.unit_of_work(keep=False) as work:
        return own_tokens(work, PROGRAMME, named.pop("key", KEY), sender=sender, codes=codes, **named)


def tokens(
    claims: Iterable[Claim],
    learners: Iterable[Learner] | None = None,
    codes: Mapping[str, list[str]] | None = None,
    *,
    sender: str = OURS,
    **named: Any,
) -> OwnTokens:
    with register_of(claims, learners, sender=sender) as register:
        return tokens_of(register, codes, sender=sender, **named)


def sent(own: OwnTokens, folder: Path) -> TokenFile:
    """The file of these tokens, as the receiver opens it."""
    file = folder / f"from-{own.sender}.jsonl"
    write_token_file(file, own, made_on=MADE_ON, replace=True)
    return TokenFile(file, own.key)
