"""How far an actor reaches with an action: the table's scope for its role, within what the actor names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from pmp_core.errors import AccessDenied
from pmp_core.programme import AccessTable, Scope
from pmp_core.register import tables
from pmp_core.register.storage import Transaction
from pmp_core.values import Actor


@frozen
class Reach:
    """What is within reach.

    Args:
        institutions: their ids; None: every one, and what is nobody's.
        municipalities: whose own things are within reach.
    """

    institutions: frozenset[str] | None = None
    municipalities: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether it is the whole register."""
        return self.institutions is None

    def has(self, institution_id: object) -> bool:
        """Whether an institution is within reach."""
        return self.institutions is None or institution_id in self.institutions

    def has_municipality(self, municipality_id: object) -> bool:
        """Whether what is a municipality's own is within reach."""
        return self.institutions is None or municipality_id in self.municipalities

    def rows(self, frame: Any, column: str = "institution_id") -> Any:
        """The rows of a frame that are of an institution within reach.

        Args:
            frame: a native frame of whatever backend.
            column: whose.
        """
        if self.institutions is None:
            return frame
        import narwhals as nw

        return nw.from_native(frame).filter(nw.col(column).is_in(sorted(self.institutions))).to_native()


WHOLE = Reach()


def reach_of(transaction: Transaction, access: AccessTable, actor: Actor, action: str) -> Reach:
    """How far an actor reaches with an action.

    Args:
        transaction: beneath the guard, for the institutions of a municipality.
        access: the programme's table.
        actor: who; what it names narrows the scope of its role.
        action: a code of the table.

    Raises:
        AccessDenied: `access-denied`: its role may not do it; `actor-without-scope`: it does not name what it acts for.
    """
    scope = access.scope_of(actor.role, action)
    if scope is None:
        raise denied(access, actor, action)
    if actor.institution_id is not None:
        return Reach(frozenset({actor.institution_id}))
    if scope in (Scope.STATE, Scope.PSEUDONYMOUS) and actor.municipality_id is None and not actor.region:
        return WHOLE
    if scope is not Scope.INSTITUTION and actor.municipality_id is not None:
        return _of_municipalities(transaction, [actor.municipality_id])
    if scope in (Scope.REGION, Scope.STATE, Scope.PSEUDONYMOUS) and actor.region:
        return _of_municipalities(transaction, actor.region)
    named = {Scope.INSTITUTION: "institution_id", Scope.MUNICIPALITY: "municipality_id"}.get(scope, "region")
    raise AccessDenied(
        "actor-without-scope",
        f"The role {actor.role!r} may {action} for {scope.text.en}, and the actor does not say which.",
        found=actor.role,
        remedy=f"Give the actor its `{named}`; for the command `--{named.removesuffix('_id')}`.",
    )


def check_whole(access: AccessTable, actor: Actor, action: str) -> None:
    """Whether an actor may do something with the whole register.

    Raises:
        AccessDenied: `access-denied`.
    """
    limited = actor.institution_id is not None or actor.municipality_id is not None or bool(actor.region)
    if limited or access.scope_of(actor.role, action) is not Scope.STATE:
        raise denied(access, actor, action, found="the whole register")


def denied(access: AccessTable, actor: Actor, action: str, *, found: object = None) -> AccessDenied:
    """The refusal of an action, naming the role and who may.

    Args:
        found: whose it is, where the role may do it elsewhere.
    """
    who = ", ".join(f"{role} ({scope})" for role, scope in access.lines[action].roles.items()) if access.who(action) else "nobody"
    far = " there" if found is not None else ""
    return AccessDenied(
        "access-denied",
        f"The role {actor.role!r} may not do this{far}: {action}.",
        found=actor.role if found is None else found,
        remedy=f"Who may, and how far: {who}. The programme's access table says so; an overlay can say otherwise.",
    )


def _of_municipalities(transaction: Transaction, ids: Iterable[str]) -> Reach:
    municipalities = sorted(ids)
    rows = transaction.find(tables.INSTITUTIONS, {"municipality_id": municipalities})
    return Reach(frozenset(str(row["id"]) for row in rows), frozenset(municipalities))
