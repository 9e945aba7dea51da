"""Makes `docs/reference/life-cycles.md` and its drawings from the programme packs. To write them anew:

    python tests/docs/life_cycles_page.py

A test holds what is kept against what would be made.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pmp_core import Programme, load_programme
from pmp_core.programme import LifeCycle, LifeCycleStep
from pmp_core.reports import draw_life_cycle
from pmp_core.values import Text

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
PROGRAMME, SUCCESSOR = "lv-8.3.4", "lv-4.2.3.1"
COMMAND = "python tests/docs/life_cycles_page.py"
TITLES = {"plan": Text("Plāns", "The plan"), "claim": Text("Pieteikums", "The claim")}
# What a guard asks for, in words. A guard that a shipped cycle names and that does not stand here is an error.
GUARDS = {
    "application-first": Text(
        "ir parakstīts iesniegums, un tā diena ir ievadīta", "there is a signed application, and its day is entered"
    ),
    "has-risk": Text("plānā izvērtēts vismaz viens risks", "the plan assesses at least one risk"),
    "measures-justified": Text(
        "plānā ir vismaz viens pasākums; katram ir risks un pamatojums",
        "the plan foresees at least one measure; each has a risk and a justification",
    ),
    "next-station": Text(
        "soli veic ķēdes nākamais posms; statuss mainās, kad saskaņojis pēdējais",
        "the next station of the chain takes the step; the status changes when the last has",
    ),
    "same-semester": Text("tajā pašā semestrī", "in the plan's own semester"),
    "no-money-used": Text("projekta nauda plānam nav izlietota", "no project money was used for the plan"),
    "no-measures": Text("visi pasākumi un riski ir dzēsti", "all measures and risks are removed"),
    "enrolled-at-receiving": Text(
        "izglītojamais šajā dienā ir uzņemts saņēmējā iestādē", "the learner is enrolled at the receiving institution on this day"
    ),
    "evaluated-or-reason": Text(
        "plāns ir izvērtēts, un izvērtējums aptver plānu, kāds tas ir; vai ir norādīts iemesls, kāpēc nav",
        "the plan is evaluated as it is now, or a reason is given why it is not",
    ),
    "evaluated": Text("plāns ir izvērtēts, un izvērtējums aptver plānu, kāds tas ir", "the plan is evaluated as it is now"),
}


def made() -> dict[Path, str]:
    """Every file, by its path, with its text."""
    programme = load_programme(PROGRAMME)
    files = {REFERENCE / "life-cycles.md": "\n".join(_page(programme))}
    for cycle in programme.pack.life_cycles.values():
        files[REFERENCE / "drawings" / f"{cycle.name}.svg"] = draw_life_cycle(cycle, "lv")
        files[REFERENCE / "drawings" / f"{cycle.name}.en.svg"] = draw_life_cycle(cycle, "en")
    return files


def _page(programme: Programme) -> Iterator[str]:
    yield "# Life cycles"
    yield ""
    yield f"Statuses, steps and chains of approval of `{PROGRAMME}`, as its pack has them. This page and its drawings are made from the pack, by"
    yield f"`{COMMAND}`; a test holds them equal. `pmp programmes life-cycle {PROGRAMME} plan` prints the same, with your overlays,"
    yield "and `--svg FILE` draws it. What has the status `chosen` is a choice where the law is silent or was not read; an overlay replaces it: see"
    yield "[Set your rates](../how-to/set-your-rates.md)."
    yield ""
    yield f"`{SUCCESSOR}` takes these life cycles over, with VIAA in the place of IKVD; there all of it is `chosen`."
    for cycle in sorted(programme.pack.life_cycles.values(), key=lambda cycle: [*TITLES, cycle.name].index(cycle.name)):
        yield ""
        yield from _cycle(programme, cycle)
    yield ""


def _cycle(programme: Programme, cycle: LifeCycle) -> Iterator[str]:
    title = TITLES.get(cycle.name, Text(cycle.name, cycle.name))
    yield f"## {title.en}: `{cycle.name}`"
    yield ""
    shown = f"The life cycle “{cycle.name}”, drawn: each step as an arrow from its statuses to the one it leads to."
    file = f"drawings/{cycle.name}.en.svg"
    yield f"[![{shown} The table below says the same.]({file})]({file})"
    yield ""
    yield f"It leads to itself in full size. The same drawing [in Latvian](drawings/{cycle.name}.svg)."
    yield ""
    yield "| status | Latvian | English | |"
    yield "|---|---|---|---|"
    for code, status in cycle.statuses.items():
        remarks = ["it begins here"] if code == cycle.initial else []
        remarks += [] if cycle.possible(code) else ["no step leads out of it"]
        remarks += ["the learner's place is free again"] if code in cycle.released else []
        yield f"| `{code}` | {status.lv} | {status.en} | {'; '.join(remarks)} |"
    yield ""
    yield "| step | Latvian | English | from | to | who | only if | status |"
    yield "|---|---|---|---|---|---|---|---|"
    for step in cycle.steps:
        where = f"{_codes(step.sources)} | `{step.target}` | {_codes(step.actors)}"
        yield f"| `{step.step}` | {step.title.lv} | {step.title.en} | {where} | {_conditions(step)} | {step.status} |"
    yield ""
    yield "Where each step stands, and what is known of it:"
    yield ""
    for step in cycle.steps:
        yield f"- `{step.step}`: {_source(step.source)}.{'' if step.note is None else f' {step.note.lv} / {step.note.en}'}"
    guards = list(dict.fromkeys(guard for step in cycle.steps for guard in step.guards))
    if guards:
        yield ""
        yield "| condition | Latvian | English |"
        yield "|---|---|---|"
        for guard in guards:
            yield f"| `{guard}` | {GUARDS[guard].lv} | {GUARDS[guard].en} |"
    if cycle.chains:
        yield ""
        yield "Who approves, one after the other, for each kind of partner:"
        yield ""
        yield "| kind of partner | Latvian | English | stations | status | source | note |"
        yield "|---|---|---|---|---|---|---|"
        for chain in cycle.chains:
            kind = programme.pack.term("partner-kinds", chain.partner_kind).title
            stations = " → ".join(f"`{station}`" for station in chain.stations)
            note = "" if chain.note is None else f"{chain.note.lv} / {chain.note.en}"
            yield f"| `{chain.partner_kind}` | {kind.lv} | {kind.en} | {stations} | {chain.status} | {_source(chain.source)} | {note} |"


def _codes(codes: tuple[str, ...]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _conditions(step: LifeCycleStep) -> str:
    return ", ".join((*(f"`{guard}`" for guard in step.guards), *(["a reason is given"] if step.reason_required else [])))


def _source(source: str) -> str:
    """A source as it stands in a table: a plain address becomes a link."""
    return f"<{source}>" if source.startswith("http") and " " not in source else source


def write() -> list[Path]:
    """Write every file that differs from what is kept.

    Returns:
        The files that were written.
    """
    changed = []
    for path, text in made().items():
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    sys.stdout.write("".join(f"{path}\n" for path in write()))
