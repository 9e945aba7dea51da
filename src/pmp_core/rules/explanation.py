"""A decision in words, as a clerk would write it: the words, and the small functions that put them together.

They take plain values, so that a decision that was kept and a result that was just given read the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pmp_core.rules.lowering import EARLIER_CLAIM
from pmp_core.values import Language, Text, write_cents, write_day

if TYPE_CHECKING:
    from pmp_core.rules.decision import Clause, Decision, DecisionStep

Plain = str | int | bool | date | None


_WORDS = {
    "decision": Text("LĒMUMS: {said}.", "DECISION: {said}."),
    "granted": Text("{outcome} {amount}, viss prasītais", "{outcome} {amount}, as asked"),
    "reduced": Text("{outcome} – piešķirts {amount} no prasītajiem {asked}", "{outcome} – {amount} of the {asked} asked for"),
    "refused": Text("{outcome}; prasītā summa – {asked}", "{outcome}; {asked} was asked for"),
    "rule": Text("Noteikums: {title}.", "Rule: {title}."),
    "programme": Text(
        "Programma: {title} – {id}, satura nospiedums {hash}.", "Programme: {title} – {id}, content digest {hash}."
    ),
    "decided-on": Text("Lēmuma diena: {day}.", "Decided on: {day}."),
    "why": Text("Kāpēc: {reasons}.", "Why: {reasons}."),
    "missing": Text("Trūkst: {names}.", "Missing: {names}."),
    "steps": Text("Soļi:", "Steps:"),
    "step": Text("{number:3}. {title}: {given}.", "{number:3}. {title}: {given}."),
    "facts": Text("     ziņas: {facts}.", "     facts: {facts}."),
    "clause": Text("     pamats: {clause}.", "     basis: {clause}."),
    "fact": Text("{meaning} – {value}", "{meaning} – {value}"),
    "yes": Text("jā", "yes"),
    "no": Text("nē", "no"),
    "unknown": Text("nav zināms", "not known"),
    "not-reached": Text("nav vērtēts", "not reached"),
    "met": Text("izpildīts", "met"),
    "not-met": Text("nav izpildīts – {failed}", "not met – {failed}"),
    "limit-holds": Text("nav jāsamazina, paliek {amount}", "nothing to cut, {amount} remains"),
    "cut-to": Text("samazināts no {before} līdz {amount}", "cut from {before} to {amount}"),
    "since": Text("no {first}", "since {first}"),
    "from-to": Text("no {first} līdz {last}", "from {first} to {last}"),
    "unset": Text("vērtība nav noteikta", "no value is set"),
    "not-yet-in-force": Text("vēl nav spēkā", "not yet in force"),
    "ended": Text("vairs nav spēkā", "no longer in force"),
    EARLIER_CLAIM: Text("agrāka pieteikuma lēmums", "the decision on an earlier claim"),
}
BETWEEN = "; "  # facts of one line
USED_BEFORE = Text("agrāk izlietots", "used before")
STATUSES = {
    "verified": Text("avots pārbaudīts", "verified"),
    "reported": Text("pēc citu sniegtām ziņām", "reported"),
    "derived": Text("aprēķināts", "derived"),
    "chosen": Text("programmatūras autoru izvēle: likums klusē vai nav lasīts", "chosen where the law is silent or was not read"),
    "example": Text("PARAUGS, izdomāts", "EXAMPLE, invented"),
    "unset": Text("nav zināms", "not known"),
}


def phrase(key: str, language: Language, **put_in: object) -> str:
    """One of the phrases, filled in."""
    return _WORDS[key][language].format(**put_in)


def explained(decision: Decision, language: Language) -> str:
    """The whole explanation of a decision, from what it keeps; lines separated by newlines."""
    amount, asked = (None if money is None else money.write(language) for money in (decision.amount, decision.asked))
    lines = [opening(decision.outcome_text, decision.outcome, amount, asked, language)]
    reasons = [reason for step in decision.steps if (reason := _reason(step)) is not None]
    lines += why([reason[language] for reason in reasons], language)
    title, programme_title = decision.title[language], decision.programme_title[language]
    lines += about(title, programme_title, decision.programme, decision.programme_hash, language)
    lines += [phrase("decided-on", language, day=write_day(decision.decided_on, language).removesuffix("."))]
    titles = {clause.path: clause.title for step in decision.steps for clause in step.clauses}
    titles |= {fact.name: fact.meaning for fact in decision.facts}
    lines += missing([missing_name(name, titles.get(name), language) for name in decision.missing], language)
    lines += [phrase("steps", language)]
    for number, step in enumerate(decision.steps, 1):
        lines += [step_line(number, step.title, _given(step, language), language)]
        used = [
            fact_text(fact.meaning, fact_value(fact.plain(), fact.type, fact.words, language), language) for fact in step.facts
        ]
        lines += [phrase("facts", language, facts=BETWEEN.join(used))] if used else []
        lines += [clause_line(clause, language) for clause in step.clauses]
    return "\n".join(lines)


def opening(wording: Text, outcome: str, amount: str | None, asked: str | None, language: Language) -> str:
    """The outcome, with its amount where the rule is about money and the amount is known."""
    said = wording[language]
    if amount is not None and asked is not None:
        said = phrase(outcome, language, outcome=said, amount=amount, asked=asked)
    return phrase("decision", language, said=said)


def step_line(number: int, title: Text, given: str, language: Language) -> str:
    """A step and what it gave."""
    return phrase("step", language, number=number, title=title[language], given=given.removesuffix("."))


def why(reasons: Sequence[str], language: Language) -> list[str]:
    """Why it is no more: what failed, or what cut the amount."""
    return [phrase("why", language, reasons="; ".join(reasons))] if reasons else []


def about(title: str, programme_title: str, programme: str, programme_hash: str, language: Language) -> list[str]:
    """By which rule of which programme."""
    return [
        phrase("rule", language, title=title),
        phrase("programme", language, title=programme_title, id=programme, hash=programme_hash[:12]),
    ]


def missing(names: Sequence[str], language: Language) -> list[str]:
    """What is missing."""
    return [phrase("missing", language, names=", ".join(names))] if names else []


def missing_name(name: str, title: Text | None, language: Language) -> str:
    """What a missing thing is called, and its name for whoever supplies it."""
    if name == EARLIER_CLAIM:
        return phrase(name, language)
    return name if title is None else f"{title[language]} ({name})"


def _reason(step: DecisionStep) -> Text | None:
    if step.kind == "check":
        return (step.failed or step.title) if step.passed is False else None
    bites = step.kind == "cut" and step.before is not None and step.value is not None and step.before > int(step.value)
    return step.title if bites else None


def _given(step: DecisionStep, language: Language) -> str:
    if step.kind == "check":
        return check(step.passed, step.failed or step.title, language)
    if step.value is None:
        return phrase("unknown" if step.reached else "not-reached", language)
    if step.kind == "cut" and step.before is not None:
        before, amount = (write_cents(cents, language) for cents in (step.before, int(step.value)))
        return cut(step.before > int(step.value), before, amount, language)
    return written(step.plain(), step.unit, language)


def check(passed: bool | None, failed: Text, language: Language) -> str:
    """What a check gave."""
    if passed is None:
        return phrase("unknown", language)
    return phrase("met", language) if passed else phrase("not-met", language, failed=failed[language])


def cut(bites: bool, before: str, amount: str, language: Language) -> str:
    """What a cut left."""
    return phrase("cut-to" if bites else "limit-holds", language, before=before, amount=amount)


def fact_text(meaning: Text, value: str, language: Language) -> str:
    """A fact with its value."""
    return phrase("fact", language, meaning=meaning[language], value=value)


def fact_value(value: Plain, kind: str, words: Text | None, language: Language) -> str:
    """The value of a fact in the middle of a line."""
    return (written(value, kind, language) if words is None else words[language]).removesuffix(".")


def written(value: Plain, kind: str, language: Language) -> str:
    """A value of some type, for people."""
    if value is None:
        return phrase("unknown", language)
    if isinstance(value, bool):
        return phrase("yes" if value else "no", language)
    if isinstance(value, date):
        return write_day(value, language)
    return write_cents(value, language) if kind == "cents" and isinstance(value, int) else str(value)


def clause_line(clause: Clause, language: Language) -> str:
    """The law behind a step: what it says, since when, by which source, how well it is known."""
    value = f": {clause.written[language]}" if clause.written is not None and clause.state == "set" else ""
    said = [phrase(clause.state, language)] if clause.state != "set" else []
    if clause.first is not None:
        first = write_day(clause.first, language)
        last = "" if clause.until is None else write_day(clause.until, language)
        said += [phrase("from-to" if last else "since", language, first=first, last=last)]
    said += [clause.source] if clause.source else []
    said += [STATUSES[clause.status][language]] if clause.status is not None and clause.status != "unset" else []
    return phrase("clause", language, clause=f"{clause.title[language]}{value} [{'; '.join(said)}]")
