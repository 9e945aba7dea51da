"""The costs of a partner's request as tables: compensation, work by unit rates, indirect costs, each with what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence

from pmp_core.errors import ProgrammeError
from pmp_core.loading import Programme
from pmp_core.reports.blocks import Block, Line, Paragraph, Table
from pmp_core.reports.partner_request_labels import REQUEST_LABELS
from pmp_core.reports.writing import Writing
from pmp_core.rules import Check
from pmp_core.rules.decision import PER
from pmp_core.statistics import PartnerRequest
from pmp_core.statistics.request_content import CompensationLine, IndirectLine, PaidEntry, Said, WorkLine
from pmp_core.values import Money

_DIGEST = 12  # so many characters of a digest tell it from all others of a request


class RequestWords:
    """A request, and how a language writes what stands in it.

    Args:
        request: what the document says.
        programme: whose titles of codes are written.
        writing: how its language writes.
    """

    def __init__(self, request: PartnerRequest, programme: Programme, writing: Writing) -> None:
        self.request, self.programme, self.writing = request, programme, writing

    def say(self, label: str, **parts: str) -> str:
        """A label of the document."""
        return REQUEST_LABELS[label][self.writing.language].format(**parts)

    def told(self, code: str) -> str:
        """A label by a code, or what the rule `session` says by it; another code is written as it is."""
        if code in REQUEST_LABELS:
            return self.say(code)
        checks = (step for step in self.programme.rule("session").definition.steps if isinstance(step, Check))
        return next((check.failed[self.writing.language] for check in checks if check.name == code), code)

    def line(self, label: str, text: str | None) -> Line:
        """A label, and what stands beside it."""
        return Line(self.say(label), text)

    def money(self, amount: Money | None) -> str:
        """An amount; what is not known says so."""
        return self.say("unknown") if amount is None else amount.write(self.writing.language)

    def title(self, catalogue: str, code: str) -> str:
        """The title of a code of the programme."""
        try:
            return self.programme.pack.term(catalogue, code).title[self.writing.language]
        except ProgrammeError:
            return code

    def headings(self, *labels: str) -> tuple[str, ...]:
        """The headings of a table."""
        return tuple(map(self.say, labels))

    def eligible(self, title: str, eligible: bool) -> str:
        """What a line is of; what is ineligible says so."""
        return title if eligible else f"{title} ({self.say('ineligible').lower()})"

    def rate(self, said: Said) -> str:
        """A rate with its unit."""
        if said.value is None:
            return self.say("not-set")
        language, unit = self.writing.language, said.unit or ""
        if unit in PER:
            return f"{Money(said.value).write(language)}{PER[unit][language]}"
        return f"{said.value} {unit}".strip()


class RequestCosts(RequestWords):
    """Sets the costs of a request."""

    def compensation(self) -> tuple[Block, ...]:
        """What was paid, by kind, and entry by entry."""
        lines = self.request.compensation
        if not lines:
            return (Paragraph(self.say("no-compensation"), remark=True),)
        rows = tuple((self._kind(one), *map(self.money, (one.paid, one.taken_back, one.amount))) for one in lines)
        headings = self.headings("kind", "paid", "taken-back", "amount")
        table = Table(self.say("by-kind"), headings, rows, (10, 5, 5, 5), (1, 2, 3))
        return (table, *(self._entries(one) for one in lines))

    def _kind(self, line: CompensationLine | WorkLine) -> str:
        return self.eligible(self.title("measure-kinds", str(line.kind)), line.eligible)

    def _entries(self, line: CompensationLine) -> Table:
        headings = self.headings("claim", "learner", "claim-days", "decision", "entry", "amount")
        rows = tuple(self._entry(one) for one in line.entries)
        return Table(self.say("entries", kind=self._kind(line)), headings, rows, (5, 5, 6, 6, 8, 5), (5,))

    def _entry(self, one: PaidEntry) -> tuple[str, ...]:
        entry = f"{self.told(one.entry)} {self.writing.day(one.entered_on)}\n{one.entry_id}"
        return (
            one.claim_id,
            ", ".join(one.learners),
            self.writing.days(one.claim_first_day, one.claim_last_day),
            f"{one.decision_number}: {one.decision_digest[:_DIGEST]}",
            f"{entry}\n{self.say('of-earlier')}" if one.of_earlier_payment else entry,
            self.money(one.amount),
        )

    def specialists(self) -> tuple[Block, ...]:
        """The meetings of specialists, line by line and one by one."""
        lines = [line for line in self.request.work if line.work == "specialist"]
        if not lines:
            return (Paragraph(self.say("no-work"), remark=True),)
        rows = tuple(
            (
                self._kind(one),
                self.title("specialists", str(one.specialist)),
                self.writing.number(one.units),
                self.writing.minutes(one.minutes or 0),
                self._hourly(one),
                self.money(one.amount),
            )
            for one in lines
        )
        headings = self.headings("kind", "specialist", "meetings", "length", "rate", "amount")
        table = Table(self.say("specialists"), headings, rows, (6, 6, 3, 5, 6, 5), (2, 5))
        return (table, *map(self._meetings, lines), Paragraph(self.say("rounded"), remark=True))

    def _hourly(self, line: WorkLine) -> str:
        rate = self.rate(line.rate)
        return rate if line.hour is None else f"{rate}\n({line.hour.value} min)"

    def _meetings(self, line: WorkLine) -> Table:
        kind = f"{self._kind(line)}, {self.title('specialists', str(line.specialist))}, {self.rate(line.rate)}"
        rows = tuple(
            (
                self.writing.day(one.day),
                one.institution_id,
                "\n".join(one.sessions),
                "\n".join(one.learners),
                self.writing.minutes(one.minutes),
                self.money(one.amount),
            )
            for one in line.meetings
        )
        headings = self.headings("day", "institutions", "sessions", "learners", "length", "amount")
        return Table(self.say("entries", kind=kind), headings, rows, (5, 5, 6, 6, 5, 5), (5,))

    def plan_work(self) -> tuple[Block, ...]:
        """The work on plans."""
        lines = [line for line in self.request.work if line.work != "specialist"]
        if not lines:
            return (Paragraph(self.say("no-work"), remark=True),)
        rows = tuple(
            (self._plan_work(one), self.writing.number(one.units), self.rate(one.rate), self.money(one.amount)) for one in lines
        )
        table = Table(self.say("plan-work"), self.headings("kind", "units", "rate", "amount"), rows, (10, 4, 6, 5), (1, 3))
        return (table, *map(self._plans, lines))

    def _plan_work(self, line: WorkLine) -> str:
        return self.eligible(self.say(line.work), line.eligible)

    def _plans(self, line: WorkLine) -> Table:
        rows = tuple(
            (one.plan_id, ", ".join(one.learners), one.institution_id, self.writing.day(one.day), self.money(one.amount))
            for one in line.plans
        )
        headings = self.headings("plan", "learner", "institutions", "day", "amount")
        return Table(self.say("entries", kind=self._plan_work(line)), headings, rows, (6, 6, 6, 5, 5), (4,))

    def indirect(self) -> tuple[Block, ...]:
        """The flat rate, what it is taken of, and by which clause."""
        lines = self.request.indirect
        if not lines:
            return (Paragraph(self.say("no-indirect"), remark=True),)
        rows = tuple(
            (self._base(one), self.money(one.of), self.rate(one.rate), one.rate.source or "", self.money(one.amount))
            for one in lines
        )
        headings = self.headings("base", "of", "flat-rate", "source", "amount")
        table = Table(self.say("indirect"), headings, rows, (7, 5, 4, 9, 5), (1, 4))
        notes = dict.fromkeys(note for one in lines for said in (one.rate, one.base) if (note := self._note(said)) is not None)
        remarks = (self.say("rounded-once"), *notes)
        return (table, *(Paragraph(remark, remark=True) for remark in remarks))

    def _note(self, said: Said) -> str | None:
        """What the programme remarks on a value, such as what its source was read for."""
        entry = None if said.since is None else self.programme.pack.read(said.path, said.since).entry
        return None if entry is None or entry.note is None else entry.note[self.writing.language]

    def _base(self, line: IndirectLine) -> str:
        codes: Sequence[str] = () if line.base.value is None else line.base.value.split(", ")
        kinds = ", ".join(self.title("direct-cost-kinds", code) for code in codes) or self.say("not-set")
        return self.eligible(kinds, line.eligible)
