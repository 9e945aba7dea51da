"""Who does something: a person in a role, with a scope."""

from __future__ import annotations

from pmp_core.values.entity import Entity, Name
from pmp_core.values.identifiers import Id


class Actor(Entity):
    """A person in a role of the programme's catalogue `roles`.

    Args:
        name: who, as it shall stand in the history.
        role: a code of `roles`.
        institution_id: the institution the person acts for; None for municipality and state.
        municipality_id: the municipality the person acts for; None for the state.
    """

    name: Name
    role: Name
    institution_id: Id | None = None
    municipality_id: Id | None = None
