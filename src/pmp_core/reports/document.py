"""The plan as a document: on a screen, on paper, as data."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from html import escape
from typing import Any, Literal

import attrs
from attrs import define, field

from pmp_core.errors import MASK, InvalidValue
from pmp_core.plans import SupportPlan
from pmp_core.register import Register, UnitOfWork
from pmp_core.register.access.doors import admitting
from pmp_core.register.encryption.personal_codes import codes_of
from pmp_core.reports.blocks import Page
from pmp_core.reports.html_page import html_of
from pmp_core.reports.identity import written_code
from pmp_core.reports.plan_content import PlanContent
from pmp_core.reports.plan_gathering import Gathering, changed_on, day_of
from pmp_core.reports.plan_page import PlanPage
from pmp_core.reports.typst_pages import pdf_of
from pmp_core.reports.writing import Writing
from pmp_core.values import Language, PersonalCode


@define(frozen=True, slots=False, repr=False, eq=False)
class PlanDocument:
    """A plan's document. It is personal data, and shows only the plan's id in its `repr`.

    Attributes:
        content: everything it says, as plain data.
        language: of its labels and titles.
    """

    content: PlanContent
    language: Language = field(default="lv")

    @cached_property
    def page(self) -> Page:
        """What stands under which heading; what HTML and PDF are set from."""
        return PlanPage(self.content, Writing(self.language)).page()

    def html(self) -> str:
        """One HTML file, for a screen and for A4; it loads nothing from elsewhere.

        Raises:
            PluginError: `extra-missing`.
        """
        return html_of(self.page)

    def pdf(self) -> bytes:
        """A PDF on A4 (PDF/A-2a, PDF/UA-1); the same bytes for the same document.

        Raises:
            PluginError: `extra-missing`.
        """
        return pdf_of(self.page, on=self.content.day)

    def as_dict(self) -> dict[str, Any]:
        """Everything the document says as plain data for JSON, days as ISO text."""
        said = attrs.asdict(self.content, value_serializer=lambda _, __, value: _plain(value))
        return {"language": self.language, **said}

    def _repr_html_(self) -> str:
        # A notebook keeps what it shows, and is sent on: a code in clear stays in `html()` and `pdf()`.
        title, shown = escape(self.page.title), self._masked().html()
        style = "width:100%;height:70vh;border:1px solid"
        return f'<iframe sandbox title="{title}" style="{style}" srcdoc="{escape(shown)}"></iframe>'

    def _masked(self) -> PlanDocument:
        learner = self.content.learner
        if learner.personal_code is None:
            return self
        hidden = attrs.evolve(self.content, learner=attrs.evolve(learner, personal_code=MASK))
        return PlanDocument(hidden, self.language)

    def __repr__(self) -> str:
        return f"<PlanDocument {self.content.plan_id}, {self.language}>"


def plan_document(
    register: Register,
    plan_id: str,
    *,
    language: Language = "lv",
    on: date | None = None,
    sessions: bool = False,
    personal_code: PersonalCode | Literal["kept"] | None = None,
    show_personal_code: bool = False,
    role: str | None = None,
    asked_on: date | None = None,
) -> PlanDocument:
    """The document of a plan as it stands.

    Args:
        register: where the plan is.
        plan_id: which.
        language: of its labels and titles.
        on: the day of the document; None: of the last thing that happened with the plan. Sessions after it are left out.
            Not before the plan's last step, transfer or evaluation: the plan is told as it stands, and not as it stood.
        sessions: whether to list the sessions one by one.
        personal_code: the learner's; `"kept"`: the one that the register keeps, where it has keys. None, or none kept: the document
            has no line for it.
        show_personal_code: whether it stands there in clear. Otherwise it is masked, as it is in a notebook in any case.
        role: who asks for it in clear, a code of `roles`: the role of `register.actor`, and no other. None: that one. The
            programme says which may (`documents.personal-code.shown-to`).
        asked_on: the day on which it is asked for in clear: today's. Who may see it is read on that day.

    Returns:
        The document, with `html()`, `pdf()` and `as_dict()`.

    Raises:
        NotFound: `not-found`.
        InvalidValue: `language-unknown`; `document-day-early`; where the code is to be shown, `personal-code-missing` if there is
            none, and `asked-on-missing`.
        RegisterError: `register-keys-needed`, `register-key-unknown`, `cell-damaged`, where the code is the kept one.
        ProgrammeError: `code-unknown`, for a role; `chain-unknown`.
        StepRefused: `personal-code-other-role`, `personal-code-not-for-role`.
        PluginError: `extra-missing`.

    >>> from pmp_core import demo_register
    >>> with demo_register() as register:
    ...     document = plan_document(register, "P-0001", language="en")
    >>> document
    <PlanDocument P-0001, en>
    >>> document.as_dict()["status"]
    {'code': 'closed', 'title': 'closed'}
    """
    if language not in ("lv", "en"):
        raise InvalidValue("language-unknown", "There is no such language.", found=language, remedy="Use lv or en.")
    with register.unit_of_work() as work, admitting(work, "see-plans", plan_id=plan_id):
        plan = work.plans.get(plan_id)
        held = work.sessions.find(plan_id=plan.id)
        evaluations = work.evaluations.find(plan_id=plan.id, order=("-evaluated_on",))
        day = on or day_of(plan, held, evaluations)
        if day < (last := changed_on(plan, evaluations)):
            raise InvalidValue(
                "document-day-early",
                "The document's day lies before the last thing that happened with the plan, which it would tell.",
                found=day,
                remedy=f"Use {last} or a later day, or leave the day out.",
            )
        code = written_code(
            register.programme.pack,
            _kept(work, register, plan) if personal_code == "kept" else personal_code,
            show=show_personal_code,
            role=role,
            actor_role=register.actor.role,
            asked_on=asked_on,
        )
        content = Gathering(work, register.programme, language).content(
            plan, held, next(iter(evaluations), None), on=day, code=code, listed=sessions
        )
    return PlanDocument(content, language)


def _kept(work: UnitOfWork, register: Register, plan: SupportPlan) -> PersonalCode | None:
    codes = codes_of(work.transaction, register.setup.keys, plan.learner_id)
    return codes[-1].code if codes else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
