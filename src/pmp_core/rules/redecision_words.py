"""What differs between two decisions in words, as a clerk would write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pmp_core.rules.comparison import Change, clauses_of, facts_of, steps_beside
from pmp_core.rules.decision import Clause, Decision, DecisionStep, FactUsed
from pmp_core.rules.explanation import STATUSES, written
from pmp_core.rules.lowering import EARLIER_CLAIM
from pmp_core.values import Language, Text, write_cents, write_day

if TYPE_CHECKING:
    from pmp_core.rules.redecision import Redecision

_WORDS = {
    "differs": Text("LĒMUMA PĀRSKATĪŠANA: lēmums būtu citāds.", "REVIEW OF A DECISION: it would differ."),
    "same": Text("LĒMUMA PĀRSKATĪŠANA: lēmums būtu tāds pats.", "REVIEW OF A DECISION: it would be the same."),
    "rule": Text("Noteikums", "Rule"),
    "programme": Text("Programma", "Programme"),
    "same-law": Text("programma ir tā pati", "the programme is the same"),
    "contents": Text("satura nospiedums {hash}", "content digest {hash}"),
    "decided-on": Text("lemts", "decided on"),
    "reviewed-on": Text("pārskatīts", "reviewed on"),
    "old": Text("toreiz", "then"),
    "new": Text("tagad", "now"),
    "asked": Text("prasīts", "asked for"),
    "missing": Text("trūkst", "missing"),
    "more": Text("Starpība: par {amount} vairāk.", "Difference: {amount} more."),
    "less": Text("Starpība: par {amount} mazāk.", "Difference: {amount} less."),
    "equal": Text("Summa ir tā pati.", "The amount is the same."),
    "why": Text("Kāpēc:", "Why:"),
    "fact": Text("ziņa", "fact"),
    "clause": Text("pamats", "basis"),
    "no-step": Text("noteikumā tāda soļa nav", "no such step in the rule"),
    "no-clause": Text("nekas nav teikts", "nothing is said"),
    "met": Text("izpildīts", "met"),
    "unknown": Text("nav zināms", "not known"),
    "not-reached": Text("nav vērtēts", "not reached"),
    "cut-to": Text("samazināts no {before} līdz {amount}", "cut from {before} to {amount}"),
    "limit-holds": Text("paliek {amount}", "{amount} stays"),
    "redefined": Text("Pats noteikums ir mainījies soļos", "The rule itself has changed in the steps"),
    "new-fact": Text("Vecajā lēmumā šīs ziņas nav", "The old decision does not hold this fact"),
    "absent": Text("{value}; tieši to nozīmē, ka ziņas nav", "{value}; this is what its absence means"),
    "given": Text("{value}; iesniegta tagad", "{value}; handed in now"),
    "old-fact": Text("Jaunajā noteikumā šo ziņu vairs neprasa", "The newer rule no longer asks for this fact"),
    "carried": Text("Kā toreiz noteikts pēc tā laika programmas", "Taken as the programme of that time gave it"),
    "no-effect": Text("Cits pamats, kas šo lēmumu nemaina:", "Law that differs and does not change this decision:"),
    "person": Text("Nekas nav grozīts: lemj cilvēks.", "Nothing was changed: a person decides."),
    "unset": Text("vērtība nav noteikta", "no value is set"),
    "not-yet-in-force": Text("vēl nav spēkā", "not yet in force"),
    "ended": Text("vairs nav spēkā", "no longer in force"),
    "since": Text("no {day}", "since {day}"),
    "until": Text(" līdz {day}", " until {day}"),
    EARLIER_CLAIM: Text("agrāka pieteikuma lēmums", "the decision on an earlier claim"),
}


def told(redecision: Redecision, language: Language) -> str:
    """The whole of it, lines separated by newlines."""
    return "\n".join(_Telling(redecision, language).lines())


class _Telling:
    def __init__(self, redecision: Redecision, language: Language) -> None:
        self.all, self.language = redecision, language

    def words(self, key: str, **put_in: str) -> str:
        return _WORDS[key][self.language].format(**put_in)

    def lines(self) -> Iterator[str]:
        all_, new = self.all, self.all.new
        yield self.words("differs" if all_.differs else "same")
        yield f"{self.words('rule')}: {new.title[self.language]}."
        yield f"{self.words('programme')}: {new.programme_title[self.language]} ({new.programme}; {self.versions()})."
        yield f"{self.words('old').capitalize()}: {self.outcome(all_.old, 'decided-on')}"
        yield f"{self.words('new').capitalize()}: {self.outcome(new, 'reviewed-on')}"
        if all_.differs and all_.difference is not None:
            amount, cents = write_cents(abs(all_.difference.cents), self.language), all_.difference.cents
            yield self.words("more" if cents > 0 else "less" if cents else "equal", amount=amount)
        yield from self.reasons()
        yield from self.rest()
        yield self.words("person")

    def versions(self) -> str:
        old, new = (self.words("contents", hash=one.programme_hash[:12]) for one in (self.all.old, self.all.new))
        return f"{self.words('same-law')}, {new}" if old == new else self.beside(old, new)

    def outcome(self, decision: Decision, on: str) -> str:
        parts = [decision.outcome_text[self.language]]
        parts += [write_cents(decision.amount.cents, self.language)] if decision.amount is not None else []
        asked = decision.asked
        parts += [f"{self.words('asked')} {write_cents(asked.cents, self.language)}"] if asked is not None else []
        names = {clause.path: clause.title for step in decision.steps for clause in step.clauses}
        names |= {fact.name: fact.meaning for fact in decision.facts} | {EARLIER_CLAIM: _WORDS[EARLIER_CLAIM]}
        missing = [names[name][self.language] if name in names else name for name in decision.missing]
        parts += [f"{self.words('missing')}: {', '.join(missing)}"] if missing else []
        day = write_day(decision.decided_on, self.language).removesuffix(".")
        return f"{', '.join(parts)}; {self.words(on)} {day}."

    def reasons(self) -> Iterator[str]:
        """The steps that give something else, each with what differs beneath it."""
        if self.all.steps:
            yield self.words("why")
        for number, step in enumerate(self.all.steps, 1):
            given = self.beside(self.given(step.old), self.given(step.new))
            yield f"{number:3}. {step.either.title[self.language]}: {given}."
            for fact in facts_of(step):
                if fact.old is not None and fact.new is not None:
                    values = self.beside(self.value(fact.old), self.value(fact.new))
                    yield f"     {self.words('fact')}: {fact.either.meaning[self.language]} – {values}."
            for clause in clauses_of(step):
                yield from self.clause(clause)

    def rest(self) -> Iterator[str]:
        """What else differs: the rule itself, the facts it asks for, law that has no effect here."""
        titles = [step.either.title for step in steps_beside(self.all.old, self.all.new) if step.name in self.all.redefined]
        yield from self.named("redefined", titles)
        for fact in self.all.facts:
            if fact.old is None and fact.new is not None:
                said = "given" if fact.name in self.all.handed_in else "unknown" if fact.new.value is None else "absent"
                value = self.words(said, value=self.value(fact.new))
                yield f"{self.words('new-fact')}: {fact.new.meaning[self.language]} – {value}."
        yield from self.named("old-fact", [fact.old.meaning for fact in self.all.facts if fact.old and fact.new is None])
        carried = [fact.meaning for fact in self.all.new.facts if fact.name in self.all.carried]
        yield from self.named("carried", carried)
        shown = {clause for step in self.all.steps for clause in clauses_of(step)}
        others = [clause for clause in self.all.clauses if clause not in shown]
        if others:
            yield self.words("no-effect")
        for clause in others:
            yield from self.clause(clause)

    def named(self, key: str, titles: list[Text]) -> Iterator[str]:
        if titles:
            yield f"{self.words(key)}: {'; '.join(title[self.language] for title in titles)}."

    def beside(self, old: str, new: str) -> str:
        return f"{self.words('old')} {old}, {self.words('new')} {new}"

    def given(self, step: DecisionStep | None) -> str:
        if step is None:
            return self.words("no-step")
        if step.kind == "check":
            passed = self.words("met" if step.passed else "unknown")
            return (step.failed or step.title)[self.language] if step.passed is False else passed
        if step.value is None:
            return self.words("unknown" if step.reached else "not-reached")
        if step.kind == "cut" and step.before is not None:
            before, amount = write_cents(step.before, self.language), write_cents(int(step.value), self.language)
            return self.words("cut-to" if step.before > int(step.value) else "limit-holds", before=before, amount=amount)
        return written(step.value, step.unit, self.language)

    def value(self, fact: FactUsed) -> str:
        if fact.words is not None:
            return fact.words[self.language]
        return written(fact.plain(), fact.type, self.language).removesuffix(".")

    def clause(self, clause: Change[Clause]) -> Iterator[str]:
        yield f"     {self.words('clause')}: {clause.either.title[self.language]}"
        for side, entry in (("old", clause.old), ("new", clause.new)):
            yield f"       {self.words(side)}: {self.words('no-clause') if entry is None else self.entry(entry)}."

    def entry(self, entry: Clause) -> str:
        days = "" if entry.first is None else self.words("since", day=write_day(entry.first, self.language))
        days += "" if entry.until is None else self.words("until", day=write_day(entry.until, self.language))
        status = "" if entry.status is None else STATUSES[entry.status][self.language]
        said = entry.written[self.language] if entry.state == "set" and entry.written else self.words(entry.state)
        return f"{said} [{'; '.join(part for part in (days, entry.source, status) if part)}]"
