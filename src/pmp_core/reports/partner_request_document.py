"""A partner's request as a document: on a screen, on paper, as data, as the rows behind it."""

from __future__ import annotations

import csv
import io
from functools import cached_property
from html import escape
from typing import Any

from attrs import define, field

from pmp_core.errors import InvalidValue
from pmp_core.loading import Programme
from pmp_core.reports.blocks import Page
from pmp_core.reports.html_page import html_of
from pmp_core.reports.partner_request_page import RequestPage
from pmp_core.reports.typst_pages import pdf_of
from pmp_core.reports.writing import Writing
from pmp_core.statistics import PartnerRequest
from pmp_core.statistics.request_content import Cost, Meeting, PaidEntry, PlanWork
from pmp_core.values import Language
from pmp_core.values.cells import harmless

COLUMNS = (
    "part", "kind", "specialist", "eligible", "day", "institution_id", "learners", "amount", "missing", "claim_id", "claim_first_day",
    "claim_last_day", "entry", "entry_id", "entered_on", "decision_number", "decision_digest", "of_earlier_payment", "sessions",
    "group_id", "plans", "minutes", "rate", "unit", "rate_since", "base_amount",
)  # fmt: skip


@define(frozen=True, slots=False, repr=False, eq=False)
class RequestDocument:
    """A request's document. It names learners by their opaque ids only.

    Attributes:
        request: everything it says.
        programme: whose titles of codes it writes.
        language: of its labels and titles.
    """

    request: PartnerRequest
    programme: Programme
    language: Language = field(default="lv")

    @cached_property
    def page(self) -> Page:
        """What stands under which heading; what HTML and PDF are set from."""
        return RequestPage(self.request, self.programme, Writing(self.language)).page()

    def html(self) -> str:
        """One HTML file, for a screen and for A4; it loads nothing from elsewhere.

        Raises:
            PluginError: `extra-missing`.
        """
        return html_of(self.page)

    def pdf(self) -> bytes:
        """A PDF on A4 (PDF/A-2a, PDF/UA-1); the same bytes for the same request.

        Raises:
            PluginError: `extra-missing`.
        """
        return pdf_of(self.page, on=self.request.made_on)

    def csv(self) -> bytes:
        """The rows behind the lines, one for each entry, meeting and plan, and one for each line of indirect costs: their amounts
        come to the total. It needs no extra."""
        return rows_of(self.request)

    def as_dict(self) -> dict[str, Any]:
        """Everything the request says as plain data for JSON; `PartnerRequest.model_validate` reads it back."""
        return self.request.model_dump(mode="json")

    def _repr_html_(self) -> str:
        title, style = escape(self.page.title), "width:100%;height:70vh;border:1px solid"
        return f'<iframe sandbox title="{title}" style="{style}" srcdoc="{escape(self.html())}"></iframe>'

    def __repr__(self) -> str:
        return f"<RequestDocument {self.request.partner.id}, {self.language}>"


def request_document(request: PartnerRequest, programme: Programme, *, language: Language = "lv") -> RequestDocument:
    """The document of a partner's request.

    Args:
        request: what `partner_request` made.
        programme: its programme, for the titles of codes.
        language: of its labels and titles.

    Raises:
        InvalidValue: `language-unknown`; `request-other-programme`.
    """
    if language not in ("lv", "en"):
        raise InvalidValue("language-unknown", "There is no such language.", found=language, remedy="Use lv or en.")
    if programme.pack.id != request.programme:
        raise InvalidValue(
            "request-other-programme",
            "The request was made under another programme.",
            found=programme.pack.id,
            remedy=f"Hand in {request.programme}.",
        )
    return RequestDocument(request, programme, language)


def rows_of(request: PartnerRequest) -> bytes:
    """The rows behind the lines of a request, as CSV: UTF-8 with a byte order mark, semicolons; several ids in a cell are set apart
    by spaces. A text that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for paid in request.compensation:
        writer.writerows(_row(cost, part="compensation", kind=paid.kind, eligible=paid.eligible) for cost in paid.entries)
    for line in request.work:
        rate = {"rate": line.rate.value, "unit": line.rate.unit, "rate_since": line.rate.since}
        work = {"part": line.work, "kind": line.kind, "specialist": line.specialist, **rate}
        writer.writerows(_row(cost, eligible=line.eligible, **work) for cost in (*line.meetings, *line.plans))
    for flat in request.indirect:
        flat_rate = {"rate": flat.rate.value, "unit": flat.rate.unit, "rate_since": flat.rate.since, "base_amount": flat.of}
        own = {"part": "indirect", "eligible": _truth(flat.eligible), "amount": flat.amount}
        writer.writerow({**own, **flat_rate, "missing": " ".join(flat.missing)})
    return out.getvalue().encode("utf-8-sig")


def _row(cost: Cost, *, eligible: bool, **said: Any) -> dict[str, Any]:
    row = {
        **said,
        "eligible": _truth(eligible),
        "day": cost.day,
        "institution_id": cost.institution_id,
        "learners": " ".join(cost.learners),
        "amount": cost.amount,
        "missing": " ".join(cost.missing),
    }
    match cost:
        case PaidEntry():
            names = ("claim_id", "claim_first_day", "claim_last_day", "entry", "entry_id", "entered_on", "decision_number")
            row |= {name: getattr(cost, name) for name in (*names, "decision_digest")}
            row["of_earlier_payment"] = _truth(cost.of_earlier_payment)
        case Meeting():
            row |= {"sessions": " ".join(cost.sessions), "plans": " ".join(cost.plans), "minutes": cost.minutes}
            row["group_id"] = cost.group_id
        case PlanWork():
            row |= {"plans": cost.plan_id, "minutes": cost.minutes}
    return {name: harmless(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def _truth(value: bool) -> str:
    return "true" if value else "false"
