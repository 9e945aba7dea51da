"""A decision in words, as a clerk would write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from attrs import frozen

from pmp_core.rules.lowering import EARLIER_CLAIM
from pmp_core.values import Language, Text, write_cents, write_day

if TYPE_CHECKING:
    from pmp_core.rules.decision import Clause, DecisionStep, FactUsed
    from pmp_core.rules.rule import Wording

Plain = str | int | bool | date | None


@frozen
class Summary:
    """What an explanation says first."""

    title: Text
    wording: Wording
    programme_title: Text
    programme: str
    programme_hash: str
    outcome: str
    amount_cents: int | None
    asked_cents: int | None
    missing: tuple[str, ...]
    meanings: Mapping[str, Text]
    decided_on: date | None = None


_WORDS = {
    "decision": Text("LĒMUMS", "DECISION"),
    "granted-of": Text("{outcome} – piešķirts {amount} no prasītajiem {asked}", "{outcome} – {amount} of the {asked} asked for"),
    "granted-in-full": Text("{outcome} {amount}, cik prasīts", "{outcome} {amount}, as asked"),
    "programme": Text("Programma", "Programme"),
    "rule": Text("Noteikums", "Rule"),
    "decided-on": Text("Lēmuma diena", "Decided on"),
    "contents": Text("satura nospiedums", "content digest"),
    "missing": Text("Trūkst", "Missing"),
    "steps": Text("Soļi", "Steps"),
    "yes": Text("ir", "yes"),
    "no": Text("nav", "no"),
    "unknown": Text("nav zināms", "not known"),
    "not-reached": Text("nav vērtēts", "not reached"),
    "passed": Text("izpildīts", "met"),
    "facts": Text("ziņas", "facts"),
    "clause": Text("pamats", "basis"),
    "limit-holds": Text("nav jāsamazina, paliek {amount}", "nothing to cut, {amount} stays"),
    "cut-to": Text("samazināts no {before} uz {amount}", "cut from {before} to {amount}"),
    "since": Text("no {first}", "since {first}"),
    "until": Text(" līdz {last}", " until {last}"),
    "unset": Text("vērtība nav noteikta", "no value is set"),
    "not-yet-in-force": Text("vēl nav spēkā", "not yet in force"),
    "ended": Text("vairs nav spēkā", "no longer in force"),
    EARLIER_CLAIM: Text("agrāka pieteikuma lēmums", "the decision on an earlier claim"),
}
USED_BEFORE = Text("agrāk izlietots", "used before")
STATUSES = {
    "verified": Text("pārbaudīts avots", "verified"),
    "reported": Text("pēc citu sniegtām ziņām", "reported"),
    "derived": Text("aprēķināts", "derived"),
    "chosen": Text("programmatūras izvēle, likums nav lasīts vai klusē", "chosen where the law is silent or was not read"),
    "example": Text("PARAUGS, izdomāts", "EXAMPLE, invented"),
    "unset": Text("nav zināms", "not known"),
}


def explained(summary: Summary, steps: Sequence[DecisionStep], language: Language) -> str:
    """The whole explanation, lines separated by newlines."""

    def words(key: str) -> str:
        return _WORDS[key][language]

    outcome = summary.wording.of(summary.outcome)[language]
    if summary.amount_cents is not None and summary.asked_cents is not None:
        amount, asked = write_cents(summary.amount_cents, language), write_cents(summary.asked_cents, language)
        said = "granted-in-full" if summary.outcome == "granted" else "granted-of"
        outcome = words(said).format(outcome=outcome, amount=amount, asked=asked)
    lines = [f"{words('decision')}: {outcome}.", f"{words('rule')}: {summary.title[language]}."]
    lines += [
        f"{words('programme')}: {summary.programme_title[language]} ({summary.programme}, {words('contents')} {summary.programme_hash[:12]})."
    ]
    if summary.decided_on is not None:
        lines += [f"{words('decided-on')}: {write_day(summary.decided_on, language)}"]
    if summary.missing:
        titles = {clause.path: clause.title for step in steps for clause in step.clauses} | dict(summary.meanings)
        names = [
            words(name) if name == EARLIER_CLAIM else f"{titles[name][language]} ({name})" if name in titles else name
            for name in summary.missing
        ]
        lines += [f"{words('missing')}: {', '.join(names)}."]
    lines += [f"{words('steps')}:"]
    for number, step in enumerate(steps, 1):
        lines += [f"{number:3}. {step.title[language]}: {_given(step, language)}."]
        used = "; ".join(_fact(fact, language) for fact in step.facts)
        lines += [f"     {words('facts')}: {used}."] if used else []
        lines += [f"     {words('clause')}: {_clause(clause, language)}" for clause in step.clauses]
    return "\n".join(lines)


def _given(step: DecisionStep, language: Language) -> str:
    if step.kind == "check":
        if step.passed is None:
            return _WORDS["unknown"][language]
        return _WORDS["passed"][language] if step.passed else (step.failed or step.title)[language]
    if step.value is None:
        return _WORDS["unknown" if step.reached else "not-reached"][language]
    if step.kind == "cut" and isinstance(step.before, int):
        before, amount = write_cents(step.before, language), write_cents(int(step.value), language)
        bites = step.before > int(step.value)
        return _WORDS["cut-to" if bites else "limit-holds"][language].format(before=before, amount=amount)
    return written(step.value, step.unit, language)


def _fact(used: FactUsed, language: Language) -> str:
    value = used.words[language] if used.words is not None else written(used.plain(), used.type, language)
    return f"{used.meaning[language]} – {value.removesuffix('.')}"


def written(value: Plain, kind: str, language: Language) -> str:
    """A value of some type, for people."""
    if value is None:
        return _WORDS["unknown"][language]
    if isinstance(value, bool):
        return _WORDS["yes" if value else "no"][language]
    if isinstance(value, date):
        return write_day(value, language)
    return write_cents(value, language) if kind == "cents" and isinstance(value, int) else str(value)


def _clause(clause: Clause, language: Language) -> str:
    state = _WORDS[clause.state][language] if clause.state != "set" else ""
    value = f": {clause.written[language]}" if clause.written is not None and clause.state == "set" else ""
    days = _WORDS["since"][language].format(first=write_day(clause.first, language)) if clause.first is not None else ""
    days += _WORDS["until"][language].format(last=write_day(clause.until, language)) if clause.until is not None else ""
    said = "; ".join(
        part for part in (state, days, clause.source, STATUSES[clause.status][language] if clause.status else "") if part
    )
    return f"{clause.title[language]}{value} [{said}]."
