"""Who may see a personal code on paper: whom the programme names on the day it is asked for, and nobody else."""

from __future__ import annotations

from datetime import date

from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.programme import Pack
from pmp_core.values import PersonalCode

SHOWN_TO = "documents.personal-code.shown-to"


def written_code(
    pack: Pack, code: PersonalCode | None, *, show: bool, role: str | None, actor_role: str, asked_on: date | None
) -> str | None:
    """The code as the document writes it: masked, or in clear for a role that may see it.

    Args:
        pack: whose roles.
        code: the learner's; None: the document has no line for it.
        show: whether it is asked for in clear.
        role: who asks, a code of `roles`; None: whoever works with the register.
        actor_role: the role of whoever works with the register; nobody asks in another.
        asked_on: the day on which it is asked for, and not the document's: a permission that has ended opens no old document.

    Raises:
        ProgrammeError: `code-unknown`, if there is no such role.
        InvalidValue: if it is to be shown, `personal-code-missing` where there is none, `asked-on-missing`.
        StepRefused: `personal-code-other-role`, `personal-code-not-for-role`.
    """
    if role is not None:
        pack.term("roles", role)
    if not show:
        return None if code is None else str(code)
    if code is None:
        raise InvalidValue(
            "personal-code-missing",
            "The personal code is to be shown, and there is none: it was not handed in, or the register keeps none of this learner.",
            remedy="Hand it in, or leave it out of the document.",
        )
    if asked_on is None:
        raise InvalidValue(
            "asked-on-missing",
            "The personal code is to be shown, and the day on which it is asked for is not known.",
            remedy="Give today's day as `asked_on`: who may see the code is read on it.",
        )
    if role not in (None, actor_role):
        raise StepRefused(
            "personal-code-other-role",
            "The personal code is asked for in another role than the register was opened in.",
            found=role,
            remedy=f"The register was opened as {actor_role}: whoever has the other role opens it and asks.",
        )
    allowed = pack.read(SHOWN_TO, asked_on).value if pack.says(SHOWN_TO) else None
    roles = allowed if isinstance(allowed, tuple) else ()
    if actor_role not in roles:
        raise StepRefused(
            "personal-code-not-for-role",
            "The personal code is not shown to this role.",
            found=actor_role,
            remedy=f"It may be shown to: {', '.join(map(str, roles)) or 'nobody'}. Print the plan without it, or have one of them do it.",
        )
    return code.reveal()
