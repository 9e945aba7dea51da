"""A decision on a claim in words: the sum where there are several lines, then each line step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmp_core.values import DayRange, Language, Text, write_day

if TYPE_CHECKING:
    from pmp_core.compensation.decision import ClaimDecision

_OPENING = Text("LĒMUMS PAR PIETEIKUMU: {said}.", "DECISION ON THE CLAIM: {said}.")
_SAID = {
    "granted": Text("piešķirts {amount}, viss prasītais", "granted {amount}, as asked"),
    "reduced": Text("samazināts – piešķirts {amount} no prasītajiem {asked}", "reduced – {amount} of the {asked} asked for"),
    "refused": Text("atteikts; prasītā summa – {asked}", "refused; {asked} was asked for"),
    "undetermined": Text("nav nosakāms; prasītā summa – {asked}", "undetermined; {asked} was asked for"),
}
_BECAUSE = Text("Lemts no jauna: {reason}", "Decided anew: {reason}")
_HEADING = Text("{number}. rinda, {days}, prasīts {asked}", "Line {number}, {days}, {asked} asked for")
_LEFT_OUT = Text("Par šīm dienām nekas nav prasīts: {days}.", "Nothing is asked for these days: {days}.")


def claim_explained(decision: ClaimDecision, language: Language) -> str:
    """The whole explanation of a decision on a claim; lines separated by newlines."""
    told = [] if decision.reason is None else [_BECAUSE[language].format(reason=decision.reason)]
    if decision.left_out:
        told += [_LEFT_OUT[language].format(days=", ".join(_days(line.days, language) for line in decision.left_out))]
    if len(decision.lines) == 1:
        return "\n".join([*told, decision.lines[0].decision.explain(language)])
    amount = "" if decision.amount is None else decision.amount.write(language)
    said = _SAID[decision.outcome][language].format(amount=amount, asked=decision.asked.write(language))
    told = [_OPENING[language].format(said=said), *told]
    for number, line in enumerate(decision.lines, 1):
        asked = line.requested.write(language)
        told += ["", _HEADING[language].format(number=number, days=_days(line.days, language), asked=asked)]
        told += [line.decision.explain(language)]
    return "\n".join(told)


def _days(days: DayRange, language: Language) -> str:
    assert days.last is not None
    return "–".join(write_day(day, language).removesuffix(".") for day in dict.fromkeys((days.first, days.last)))
