"""What a schema cannot say of a document, once it is read: which paths and codes may stand where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmp_core.errors import ProgrammeError, nearest
from pmp_core.programme.entries import DatedValue, Term
from pmp_core.programme.reading import Reader

Terms = Mapping[str, Mapping[str, Term]]
# How alike two paths are (difflib) for one to be taken as the other, misspelt.
_LOOKS_MISSPELT = 0.8


def check_new(reader: Reader, path: str, raw: Mapping[str, Any], pointer: str, known: Mapping[str, DatedValue]) -> None:
    """Whether a path that the pack does not have may be a misspelt one that it has."""
    near = () if raw.get("new", False) else nearest(path, known, cutoff=_LOOKS_MISSPELT)
    if near:
        raise reader.wrong(
            "path-unknown",
            f"No pack has a value {path!r}.",
            pointer,
            found=path,
            remedy=f"Correct the path. Nearest: {', '.join(near)}. If it is meant as a new path, give `title` and `type`, and add `new: true`.",
        )


def check_codes(reader: Reader, value: DatedValue, terms: Terms, pointer: str) -> None:
    """Whether the codes that a value lists are in its catalogue."""
    if value.catalogue is None:
        return
    known = terms.get(value.catalogue, {})
    for i, entry in enumerate(value.entries):
        for code in entry.value if isinstance(entry.value, tuple) else ():
            if code not in known:
                raise reader.wrong(
                    "code-unknown",
                    f"The catalogue {value.catalogue!r} has no such code.",
                    f"{pointer}/entries/{i}/value",
                    found=code,
                    remedy=f"Nearest: {', '.join(nearest(str(code), known) or tuple(known)) or 'none'}.",
                )


def check_apart(reader: Reader, path: str, values: Mapping[str, DatedValue], terms: Terms, pointer: str) -> None:
    """Whether a path is not a value's and a term's, `catalogue/code`, at once: one would hide the other."""
    catalogue, _, code = path.partition("/")
    if path in values and code in terms.get(catalogue, {}):
        raise reader.wrong(
            "path-taken",
            "A value and a code of a catalogue cannot have one path.",
            pointer,
            found=path,
            remedy="Give the new one another name.",
        )


def check_overlay_term(reader: Reader, raw: Mapping[str, Any], pointer: str, term: str, known: Term | None, terms: Terms) -> None:
    """Whether an overlay says enough of a new code, and replaces one only where there is something to replace.

    Args:
        reader: of the overlay.
        raw: what it says of the code.
        pointer: where.
        term: its path, `catalogue/code`.
        known: what the pack says of it; None: it has no such code.
        terms: of the pack.
    """
    catalogue, _, code = term.partition("/")
    replaces = raw.get("replaces", False)
    if replaces and (known is None or ("title" not in raw and all(entry.value is None for entry in known.entries))):
        raise replaces_nothing(reader, pointer)
    if known is None and "title" not in raw:
        near = ", ".join(nearest(code, terms[catalogue])) or "none"
        remedy = f"Correct the code, or give a `title` if it is a new one. Nearest: {near}."
        raise reader.wrong("code-unknown", f"The catalogue {catalogue!r} has no such code.", pointer, found=code, remedy=remedy)


def check_parent_stays(reader: Reader, raw: Mapping[str, Any], pointer: str, known: Term) -> None:
    """Whether an overlay leaves a code of the pack where it is: rules are bound to the codes under a parent."""
    if raw.get("parent", known.parent) != known.parent:
        remedy = f"Leave `parent` out. The pack has: {known.parent or 'none'}."
        message = "The pack has this code under another parent, or under none."
        raise reader.wrong("parent-wrong", message, f"{pointer}/parent", found=raw["parent"], remedy=remedy)


def replaces_nothing(reader: Reader, pointer: str) -> ProgrammeError:
    """The error for `replaces: true` where there is nothing to replace."""
    return reader.wrong(
        "replaces-nothing",
        "The overlay says that it replaces something here, and there is nothing.",
        f"{pointer}/replaces",
        remedy="Leave `replaces` out; where it is to replace what another overlay says, load that one before this one.",
    )


def catalogue_unknown(reader: Reader, name: str, terms: Terms, pointer: str) -> ProgrammeError:
    """The error for a catalogue that no pack has."""
    return reader.wrong(
        "catalogue-unknown",
        f"No pack has a catalogue {name!r}.",
        pointer,
        found=name,
        remedy=f"Nearest: {', '.join(nearest(name, terms) or tuple(terms)) or 'none'}.",
    )


def check_parents(
    reader: Reader, catalogue: str, terms: Terms, pointers: Mapping[str, str], others: Mapping[str, Term] | None = None
) -> None:
    """Whether the codes above those of a catalogue are codes, all of one catalogue, and none stands above itself.

    Args:
        reader: of the document.
        catalogue: its name.
        terms: every catalogue.
        pointers: of the codes to check.
        others: the codes that an overlay's are laid over; their parents say which catalogue is above this one.
    """
    above = {code: term.parent for code, term in terms[catalogue].items() if term.parent is not None}
    theirs = {term.parent for term in (others or {}).values()} - {None}
    homes = [name for name in terms if all(parent in terms[name] for parent in theirs)]
    if others and not theirs:  # no code there has a parent: only codes of its own can be above each other
        homes = [catalogue]
    for code, pointer in pointers.items():
        parent = above.get(code)
        if parent is None:
            continue
        at, possible = f"{pointer}/parent", homes
        if not any(parent in codes for codes in terms.values()):
            codes = sorted({one for known in terms.values() for one in known})
            raise reader.wrong(
                "code-unknown",
                "No catalogue has the code that this term names as its parent.",
                at,
                found=parent,
                remedy=f"Nearest: {', '.join(nearest(parent, codes)) or 'none'}.",
            )
        homes = [name for name in homes if parent in terms[name]]
        if not homes:
            raise _parent_wrong(reader, at, parent, "The codes above this catalogue's are of another catalogue.", possible)
        if homes == [catalogue] and _is_above(code, parent, above):
            raise _parent_wrong(reader, at, parent, "The code stands above itself.", possible)


def _is_above(code: str, parent: str, above: Mapping[str, str]) -> bool:
    """Whether a code is its own parent, its parent's parent and so on."""
    passed: list[str] = []
    upper: str | None = parent
    while upper is not None and upper not in passed:
        passed.append(upper)
        upper = above.get(upper)
    return code in passed


def _parent_wrong(reader: Reader, pointer: str, found: str, message: str, homes: list[str]) -> ProgrammeError:
    remedy = f"Name a code of {' or '.join(homes)} that is not below this one, or leave `parent` out."
    return reader.wrong("parent-wrong", message, pointer, found=found, remedy=remedy)
