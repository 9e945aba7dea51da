"""Who may do what, and how far: the access table of a programme, action × role → scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

import attrs
from attrs import field, frozen

from pmp_core.errors import nearest
from pmp_core.programme.entries import Status, Term
from pmp_core.programme.reading import Reader
from pmp_core.programme.written import plain, text
from pmp_core.values import Text, Vocabulary


class Scope(Vocabulary):
    """How far a role reaches with an action."""

    INSTITUTION = "institution", "sava iestāde", "its institution"
    MUNICIPALITY = "municipality", "sava pašvaldība un tās iestādes", "its municipality and the institutions of it"
    REGION = "region", "sava reģiona pašvaldības un to iestādes", "the municipalities of its region and their institutions"
    STATE = "state", "viss reģistrs", "the whole register"
    PSEUDONYMOUS = (
        "pseudonymous",
        "viss reģistrs, bet bez vārdiem, piezīmēm un id: tikai izvilkumi",
        "the whole register, but without names, notes and ids: extracts only",
    )


_SCOPES = {str(scope): scope for scope in Scope}

# What is read. Raw rows of a table need the action that its path names; see `pmp_core.register.access.paths`.
READING = (
    "see-institutions",
    "see-learners",
    "see-personal-codes",
    "see-plans",
    "see-money",
    "see-history",
    "see-statistics",
    "take-extract",
)
# What is done: one for each kind of work on cases, and for looking after the register.
DOING = (
    "import-records",
    "exchange-tokens",
    "keep-partners",
    "keep-school-records",
    "keep-staff",
    "suggest-risks",
    "decide-risk",
    "write-plan",
    "take-plan-step",
    "transfer-plan",
    "note-preparation-paid",
    "record-session",
    "evaluate-plan",
    "submit-claim",
    "decide-claim",
    "correct-claim",
    "override-conflict",
    "keep-payees",
    "pay",
    "recover",
    "set-budget",
    "keep-funding",
    "repair",
    "report-on-learner",
    "erase",
    "verify",
    "migrate",
    "keep-keys",
)
ACTIONS = (*READING, *DOING)


@frozen
class AccessLine:
    """One row of the table.

    Args:
        action: what is done or read.
        title: in both languages.
        roles: how far each role reaches; a role that is not named may not do it.
        origin: the pack or the overlay that says so.
    """

    action: str
    title: Text
    roles: Mapping[str, Scope]
    source: str
    status: Status
    note: Text | None = None
    origin: str = ""

    @property
    def path(self) -> str:
        """Such as `access/write-plan`."""
        return f"access/{self.action}"

    def said(self) -> dict[str, Any]:
        """What the row says, as plain data: neither the order of its roles nor the file that it came from is part of that."""
        told = attrs.asdict(self, recurse=False)
        del told["origin"]
        return {**told, "roles": {role: str(scope) for role, scope in sorted(self.roles.items())}}


@frozen
class AccessTable:
    """Every action with the roles that may do it.

    Args:
        lines: by action.
    """

    lines: Mapping[str, AccessLine] = field(factory=dict)

    def scope_of(self, role: str, action: str) -> Scope | None:
        """How far a role reaches with an action; None where it may not do it at all.

        >>> AccessTable().scope_of("director", "see-plans") is None
        True
        """
        line = self.lines.get(action)
        return None if line is None else line.roles.get(role)

    def who(self, action: str) -> tuple[str, ...]:
        """The roles that may do something."""
        return tuple(self.lines[action].roles) if action in self.lines else ()

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>"
            + "".join(
                f"<td>{escape(cell)}</td>"
                for cell in (
                    f"{line.action}: {line.title.lv} ({line.title.en})",
                    ", ".join(f"{role}: {scope}" for role, scope in line.roles.items()) or "–",
                    line.status,
                )
            )
            + "</tr>"
            for line in self.lines.values()
        )
        return f"<table><tr><th>action</th><th>roles and scopes</th><th>status</th></tr>{rows}</table>"


def read_access(reader: Reader, raw: Mapping[str, Any], roles: Mapping[str, Term]) -> Iterator[AccessLine]:
    """The rows that a document of a pack says.

    Args:
        reader: of the document.
        raw: its section `access`.
        roles: the codes of the catalogue `roles`.

    Raises:
        ProgrammeError: `action-unknown`, `code-unknown`, with the nearest.
    """
    for action, item in raw.items():
        yield _line(reader, action, item, roles, text(item["title"]))


def lay_access_over(reader: Reader, raw: Mapping[str, Any], below: AccessTable, roles: Mapping[str, Term]) -> AccessTable:
    """A table with the rows of an overlay over it; a row is replaced as a whole, and says so.

    Args:
        reader: of the overlay.
        raw: its section `access`.
        below: of the pack and the overlays below.
        roles: with those of the overlay.

    Raises:
        ProgrammeError: `action-unknown`, `code-unknown`; `overlay-silent`, where a row would be replaced without saying so;
            `replaces-nothing`.
    """
    lines = dict(below.lines)
    for action, item in raw.items():
        pointer, under, replaces = f"/access/{action}", lines.get(action), item.get("replaces", False)
        if under is None and replaces:
            remedy = f"There are: {', '.join(lines) or 'none'}. Correct the name, or leave `replaces` out."
            raise reader.wrong("replaces-nothing", f"There is no row {action!r} to replace.", pointer, remedy=remedy)
        if under is not None and not replaces:
            message = f"This overrides who may {action}, of which {under.origin!r} says how it is."
            remedy = "If that is meant, add `replaces: true`, and name every role that is to have it: the row is replaced whole."
            raise reader.wrong("overlay-silent", message, pointer, found=under.source, remedy=remedy)
        title = Text(action, action) if under is None else under.title
        lines[action] = _line(reader, action, item, roles, text(item["title"]) if "title" in item else title)
    return AccessTable(lines)


def _line(reader: Reader, action: str, raw: Mapping[str, Any], roles: Mapping[str, Term], title: Text) -> AccessLine:
    pointer = f"/access/{action}"
    if action not in ACTIONS:  # nothing would ever ask for it
        remedy = f"Nearest: {_nearest(action, ACTIONS)}."
        raise reader.wrong("action-unknown", "The library has no such action.", pointer, found=action, remedy=remedy)
    for role in raw["roles"]:
        if role not in roles:
            message, remedy = "The access table names a role that no catalogue has.", f"Nearest: {_nearest(role, roles)}."
            raise reader.wrong("code-unknown", message, f"{pointer}/roles", found=role, remedy=remedy)
    scopes = {role: _SCOPES[scope] for role, scope in raw["roles"].items()}
    return AccessLine(action, title, scopes, plain(raw["source"]), raw["status"], text(raw.get("note")), reader.origin)


def _nearest(name: str, among: Iterable[str]) -> str:
    known = tuple(among)
    return ", ".join(nearest(name, known) or known) or "none"
