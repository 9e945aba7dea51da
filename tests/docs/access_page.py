"""Makes `docs/reference/access.md` from the programme packs. To write it anew:

    python tests/docs/access_page.py

A test holds what is kept against what would be made.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pmp_core import Programme, load_programme
from pmp_core.programme import AccessLine, Scope
from pmp_core.programme.access import DOING, READING
from pmp_core.register.access.paths import PATHS, TablePath, Way

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "access.md"
PROGRAMME, SUCCESSOR = "lv-8.3.4", "lv-4.2.3.1"
COMMAND = "python tests/docs/access_page.py"
LETTERS = {
    Scope.INSTITUTION: "I",
    Scope.MUNICIPALITY: "M",
    Scope.REGION: "R",
    Scope.STATE: "S",
    Scope.PSEUDONYMOUS: "P",
}


def made() -> str:
    """The page."""
    return "\n".join(_page(load_programme(PROGRAMME)))


def _page(programme: Programme) -> Iterator[str]:
    yield "# Access"
    yield ""
    yield f"Who may do what, and how far: the access table of `{PROGRAMME}`, as its pack has it. This page is made from the pack and from the paths of the"
    yield f"tables, by `{COMMAND}`; a test holds them equal. All of it is `chosen`, since the sources name the roles and the levels, and"
    yield "not what each may do; an overlay replaces a row, see below. What it means for people is told in [Privacy](../explanation/privacy.md#who-sees-what)."
    yield ""
    yield f"`{SUCCESSOR}` takes the table over, with VIAA in the place of IKVD and without regional coordinators."
    yield ""
    yield "## Scopes"
    yield ""
    yield "| | scope | Latvian | English | the actor names |"
    yield "|---|---|---|---|---|"
    names = {Scope.INSTITUTION: "`institution_id`", Scope.MUNICIPALITY: "`municipality_id`", Scope.REGION: "`region`"}
    for scope, letter in LETTERS.items():
        yield f"| **{letter}** | `{scope}` | {scope.text.lv} | {scope.text.en} | {names.get(scope, '')} |"
    yield ""
    yield "Whoever may do something for the whole register and names an institution, a municipality or a region does it there only. A role that"
    yield "needs a name and has none is refused (`actor-without-scope`)."
    for title, actions in (("What is read", READING), ("What is done", DOING)):
        yield ""
        yield f"## {title}"
        yield ""
        yield from _table(programme, [programme.access.lines[action] for action in actions])
    yield ""
    yield "A role that takes a step of a life cycle is one of those that the [life cycle](life-cycles.md) names, too."
    yield ""
    yield "Where each row stands, and what is known of it:"
    yield ""
    for line in programme.access.lines.values():
        note = "" if line.note is None else f" {line.note.lv} / {line.note.en}"
        yield f"- `{line.action}`: <{line.source}>.{note}"
    yield ""
    yield "## Whose a row is"
    yield ""
    yield "Rows that somebody reads or writes by themselves, such as with `work.plans.find()`, need these actions; “–”: the library's own functions alone"
    yield "write it. The way leads from a row to the institution whose it is; of several, one has to. Rows that no way leads from are seen by who"
    yield "has the whole register, and by everybody where it says so."
    yield ""
    yield "| table | read with | written with | whose |"
    yield "|---|---|---|---|"
    for path in PATHS.values():
        yield f"| `{path.table.name}` | {_action(path.see, 'every role')} | {_action(path.change, '–')} | {_whose(path)} |"
    yield ""
    yield "A row about a learner, a plan or a claim is written by who reaches that one too. An import looks at whatever it has to match with, and"
    yield "writes only what is within its scope."
    yield ""
    yield "## Another table"
    yield ""
    yield "An overlay replaces a row as a whole: it names every role that is to have the action."
    yield ""
    yield '```yaml title="who-pays.example.yaml"'
    yield "# An example: made up."
    yield f"overlay_for: {PROGRAMME}"
    yield 'title: {lv: "Kas maksā (paraugs)", en: "Who pays (an example)"}'
    yield "access:"
    yield "  pay:"
    yield "    replaces: true"
    yield "    roles: {ikvd: state}"
    yield '    source: "Rīkojums Nr. 7 (paraugs)"'
    yield "    status: example"
    yield "```"
    yield ""
    yield "```python"
    yield "from pmp_core import load_programme"
    yield ""
    yield f'programme = load_programme("{PROGRAMME}", overlays=["who-pays.example.yaml"])'
    yield 'print(programme.access.scope_of("ikvd", "pay"), programme.access.scope_of("municipal-coordinator", "pay"))'
    yield "```"
    yield ""
    yield "```text"
    yield "state None"
    yield "```"
    yield ""
    yield "Another table is another version of the programme: a register adopts it once, by who looks after the register (`migrate`)."
    yield ""


def _table(programme: Programme, lines: Iterable[AccessLine]) -> Iterator[str]:
    roles = list(programme.pack.terms["roles"])
    yield f"| action | Latvian | English | {' | '.join(roles)} |"
    yield f"|---|---|---|{':-:|' * len(roles)}"
    for line in lines:
        cells = [LETTERS[line.roles[role]] if role in line.roles else "" for role in roles]
        yield f"| `{line.action}` | {line.title.lv} | {line.title.en} | {' | '.join(cells)} |"


def _action(action: str | None, otherwise: str) -> str:
    return otherwise if action is None else f"`{action}`"


def _whose(path: TablePath) -> str:
    said = ["all of it is read"] if path.open else []
    said += [" or ".join(map(_said, path.ways))]
    said += ["nobody's: everybody's"] if path.nobodys == "everybody" else []
    said += ["what is nobody's yet may be added"] if path.adds_nobodys else []
    return "; ".join(one for one in said if one) or "the whole register"


def _said(way: Way) -> str:
    return " → ".join(
        (*(f"`{hop.table.name}`" for hop in way.hops), f"`{way.column}`{' (a municipality)' * (way.ends == 'municipality')}")
    )


def write() -> bool:
    """Write the page if it differs from what is kept; whether it did."""
    differs = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made()
    if differs:
        PAGE.write_text(made(), encoding="utf-8")
    return differs


if __name__ == "__main__":
    sys.stdout.write(f"{PAGE}\n" if write() else "")
