"""Who does something: a person in a role, with a scope."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from pmp_core.errors import InvalidValue, masked
from pmp_core.values.entity import Entity, Name
from pmp_core.values.identifiers import Id


def _no_personal_code(name: str) -> str:
    if masked(name) != name:
        raise InvalidValue(
            "name-is-personal-code",
            "A person's name must not contain a personal code: it stands in the history.",
            found=name,
            remedy="Write the name, or the user name in the host's system.",
        )
    return name


# A person as the register names staff: staff are known by personal code elsewhere, and it is easily pasted here.
PersonName = Annotated[Name, AfterValidator(_no_personal_code)]


class Actor(Entity):
    """A person in a role of the programme's catalogue `roles`.

    Args:
        name: who, as it shall stand in the history; without a personal code.
        role: a code of `roles`.
        institution_id: the institution the person acts for; None for municipality and state.
        municipality_id: the municipality the person acts for; None for the state.
        region: the municipalities a regional coordinator acts for.

    Raises:
        InvalidValue: `name-is-personal-code`.
    """

    name: PersonName
    role: Name
    institution_id: Id | None = None
    municipality_id: Id | None = None
    region: tuple[Id, ...] = ()
