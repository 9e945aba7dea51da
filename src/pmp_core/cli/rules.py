"""`pmp rules`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.opening import ON, OVERLAY, loaded
from pmp_core.cli.output import JSON, LANGUAGE, day, language, say, show, show_error, show_json
from pmp_core.cli.redeciding import redecide
from pmp_core.errors import FactError, InvalidValue
from pmp_core.loading import load_programme
from pmp_core.plugins import PluginSet
from pmp_core.rules import BoundRule, Fact
from pmp_core.values import Money, iso_day

app = typer.Typer(help="The rules: what they ask for, and what they answer.", no_args_is_help=True)
app.command("redecide")(redecide)
PROGRAMME = typer.Option("lv-8.3.4", "--programme", help="Whose law.")


@app.command("list")
def list_(programme: str = PROGRAMME, overlay: list[Path] = OVERLAY, json: bool = JSON) -> None:
    """List the rules of a programme, and those that installed plug-ins add; whether one does not fit the programme, and why."""
    plugins = PluginSet.load()
    opened = load_programme(programme, overlays=overlay, plugins=plugins, strict=False)
    misfits = opened.misfits()
    for error in plugins.broken.values():
        show_error(error)
    rows: list[dict[str, Any]] = [
        {"name": name, "title": definition.title.en, "facts": len(definition.facts)}
        for name, definition in opened.definitions.items()
    ]
    if json:
        show_json([{**row, "misfit": str(misfits[row["name"]]) if row["name"] in misfits else None} for row in rows])
        return
    show(rows, json=False, title=f"Rules of {opened.id}")
    for name, misfit in misfits.items():
        say(f"{name} does not fit {opened.id}: {misfit}")


@app.command("show")
def show_(
    rule: str = typer.Argument(..., help="Its name."),
    programme: str = PROGRAMME,
    overlay: list[Path] = OVERLAY,
    json: bool = JSON,
) -> None:
    """Show what a rule asks for, its steps, and what can leave it undetermined."""
    opened = _rule(rule, programme, overlay)
    facts = [
        {
            "fact": fact.name,
            "type": fact.type,
            "unit": fact.unit,
            "meaning": fact.meaning.en,
            "required": fact.required,
            "codes": ", ".join(fact.choices) if isinstance(fact.choices, tuple) else "",
        }
        for fact in opened.facts
    ]
    steps = [{"step": step.name, "kind": type(step).__name__.lower(), "title": step.title.en} for step in opened.definition.steps]
    if json:
        show_json({"rule": rule, "facts": facts, "steps": steps, "can be missing": opened.gaps()})
        return
    show(facts, json=False, title=f"{rule}: facts")
    show(steps, json=False, title=f"{rule}: steps")
    say(f"Can be missing: {', '.join(opened.gaps())}.")


@app.command("decide")
def decide(
    rule: str = typer.Argument(..., help="Its name."),
    programme: str = PROGRAMME,
    fact: list[str] = typer.Option([], "--fact", help="name=value; can be repeated. A fact left out is not known."),
    prior: str | None = typer.Option(
        None, "--prior", help="For a rule with money: what earlier claims used, in EUR; `unknown` if not known."
    ),
    overlay: list[Path] = OVERLAY,
    on: str | None = ON,
    decided_on: str | None = typer.Option(None, "--decided-on", help="The day of the decision; today if left out."),
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Ask one rule for one case: the answer with its reasons, clauses and facts. A refusal is an answer."""
    bound = _rule(rule, programme, overlay)
    facts: dict[str, Any] = {}
    for text in fact:
        name, value = _fact(bound, text)
        if name in facts:
            raise FactError("fact-twice", "This fact is given twice.", found=name, remedy="Leave one of the two out.")
        facts[name] = value
    if on is not None or "on" not in facts:
        facts[bound.definition.on] = day(on)
    options: dict[str, Any] = {}
    if prior is not None:
        options["prior"] = None if prior == "unknown" else _prior(prior)
    decision = bound.decide(**facts, **options).decision(decided_on=day(decided_on))
    if json:
        show_json(decision.model_dump(mode="json"))
    else:
        say(decision.explain(language(language_)))


def _rule(name: str, programme: str, overlay: list[Path]) -> BoundRule:
    """A rule by its name. Installed plug-ins are imported only for one that is not the library's own."""
    opened = loaded(programme, overlay)
    if name not in opened.definitions:
        plugins = PluginSet.load()
        opened = load_programme(programme, overlays=overlay, plugins=plugins, strict=False)
        if name not in opened.definitions and plugins.broken:
            raise next(iter(plugins.broken.values()))
    return opened.rule(name)


def _fact(bound: BoundRule, text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    known = {fact.name: fact for fact in bound.facts}
    if not equals:
        raise FactError("fact-unreadable", "A fact is written name=value.", found=text, remedy=f"Facts: {', '.join(known)}.")
    return (name, value) if name not in known else (name, _value(known[name], value))


def _prior(text: str) -> int:
    try:
        cents = Money(text).cents
    except InvalidValue as error:
        raise FactError("prior-wrong", error.message, found=text, remedy=error.remedy) from None
    if cents < 0:
        raise FactError("prior-wrong", "What earlier claims used is not negative.", found=text, remedy="Write it as 0 or more.")
    return cents


def _value(fact: Fact, text: str) -> Any:
    readers: dict[str, Any] = {
        "integer": int,
        "boolean": lambda word: {"true": True, "yes": True, "false": False, "no": False}[word.lower()],
        "code": str,
        "day": iso_day,
        "cents": lambda amount: Money(amount).cents,
    }
    wanted = {
        "integer": "a whole number",
        "boolean": "true or false",
        "code": "a code",
        "day": "a day, YYYY-MM-DD",
        "cents": "an amount in EUR, such as 12.50",
    }
    if text == "":
        return None
    try:
        return readers[fact.type](text)
    except (KeyError, ValueError):
        raise FactError(
            "fact-type", f"The fact {fact.name!r} is {wanted[fact.type]}.", found=text, remedy=f"{fact.meaning.en}."
        ) from None
