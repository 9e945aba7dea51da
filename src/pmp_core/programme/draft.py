"""A draft of the overlay that a deployment has to write: everything that is not set, commented out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pmp_core.programme.entries import Term
from pmp_core.programme.inventory import NotSet
from pmp_core.programme.pack import Pack
from pmp_core.programme.written import HOW_TO_WRITE
from pmp_core.values import Language

_HEAD = """\
# yaml-language-server: $schema=overlay.schema.json
# What is not set in {pack} while it is in force. Fill in what you know: take "# " away from the lines of a path, lines with
# ## apart, and write value, source and status. Leave the rest as it is: what nobody knows stays not set.
# Until one path is filled in, the file is refused. `pmp programmes check` says what it does.
overlay_for: {pack}
title:
  lv: "Mūsu vērtības"
  en: "Our values"
"""


_WHO = [
    "      source: ## The act and paragraph, or the full address of the page.",
    "      status: ## verified, reported, derived, chosen (with a note) or example",
]


def draft_overlay(pack: Pack, missing: Iterable[NotSet], needed: Mapping[str, Iterable[str]], language: Language = "lv") -> str:
    """The text of a draft.

    Args:
        pack: the law.
        missing: what is not set in it.
        needed: the rules that each path blocks; these paths come first.
        language: of titles and notes.
    """
    by_path: dict[str, list[NotSet]] = {}
    for one in missing:
        by_path.setdefault(one.value.path, []).append(one)
    ordered = sorted(by_path, key=lambda path: path not in needed)
    values = [path for path in ordered if not isinstance(by_path[path][0].value, Term)]
    text = _HEAD.format(pack=pack.id) + "values:\n"
    text += "\n".join(_path(pack, by_path[path], _prose(by_path[path][0], needed, language)) for path in values)
    catalogues = dict.fromkeys(path.partition("/")[0] for path in ordered if path not in values)
    text += (
        "\n## Codes of which it is not known whether they can be used. Open the lines above a code too.\n" if catalogues else ""
    )
    text += "# terms:\n" if catalogues else ""
    for name in catalogues:
        codes = [path for path in ordered if path not in values and path.partition("/")[0] == name]
        text += f"#   {name}:\n" + "\n".join(_code(by_path[path], _prose(by_path[path][0], needed, language)) for path in codes)
    return text


def _prose(missing: NotSet, needed: Mapping[str, Iterable[str]], language: Language) -> list[str]:
    """What it is, why it is not set, and which rules ask for it."""
    entry, rules = missing.entry, tuple(needed.get(missing.value.path, ()))
    prose = [missing.value.title[language]]
    prose += [entry.note[language]] if entry is not None and entry.note is not None else []
    return prose + ([f"Needed by: {', '.join(rules)}."] if rules else [])


def _code(missing: list[NotSet], prose: list[str]) -> str:
    """A code of the pack on days of which nobody has said whether it can be used."""
    lines = [f"{missing[0].value.path.partition('/')[2]}:", "  entries:"]
    for one in missing:
        lines += [f"    - from: {one.days.first}", *([f"      until: {last}"] if (last := _last(one)) is not None else [])]
        lines += _WHO
    return "".join(f"    ## {line}\n" for line in prose) + "".join(f"#     {line}\n" for line in lines)


def _path(pack: Pack, missing: list[NotSet], prose: list[str]) -> str:
    value, entry = missing[0].value, missing[0].entry
    how = HOW_TO_WRITE[value.type] + (f" In {value.unit}." if value.unit is not None else "")
    if value.catalogue is not None:
        how += f" Codes: {', '.join(pack.codes(value.catalogue))}."
    lines = [f"{value.path}:"]
    if entry is None:  # a path that the pack does not have says itself what it is
        lines += [
            f"  title: {{lv: {_quoted(value.title.lv)}, en: {_quoted(value.title.en)}}}",
            f"  type: {value.type}",
            "  new: true",
        ]
        lines += [f"  units: [{', '.join(value.units)}]"] if value.units else []
    lines += ["  entries:"]
    for one in missing:
        lines += [f"    - from: {one.days.first}", *([f"      until: {last}"] if (last := _last(one)) is not None else [])]
        lines += [f"      value: ## {how}".rstrip()]
        lines += [f"      unit: ## {_one_of(value.units)}"] if value.units else []
        lines += _WHO
    return "".join(f"  ## {line}\n" for line in prose) + "".join(f"  # {line}\n" for line in lines)


def _last(missing: NotSet) -> date | None:
    """The last day of what is not set, if the pack's own entry ends; None where it may be left open."""
    entry = missing.entry
    ends = entry is not None and (entry.until is not None or entry is not missing.value.entries[-1])
    return missing.days.last if ends else None


def _one_of(units: tuple[str, ...]) -> str:
    return " or ".join((", ".join(units[:-1]), units[-1])) if len(units) > 1 else units[0]


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
