"""A partner's request as a page: what stands under which heading, in the words of one language."""

from __future__ import annotations

from pmp_core.programme import Pack
from pmp_core.reports.blocks import Block, Fields, Page, Paragraph, Section, Table
from pmp_core.reports.labels import LABELS
from pmp_core.reports.partner_request_costs import RequestCosts
from pmp_core.statistics.request_content import CountedLine, Said, Sums
from pmp_core.values import Money

_OWNER = "programme.owner"


class RequestPage(RequestCosts):
    """Sets one request as a page."""

    def page(self) -> Page:
        """The whole page."""
        request, language = self.request, self.writing.language
        state = self.say("complete" if request.complete else "incomplete")
        period = self.writing.days(request.first_day, request.last_day)
        return Page(
            language=language,
            title=f"{self.say('request')} {request.partner.id}",
            heading=f"{self.say('request')}: {request.partner.name}, {period}",
            above=self.programme.pack.title[language],
            status=self.line("status", state),
            foot=f"{request.partner.id} · {period} · {self.writing.day(request.made_on)} · {request.digest[:12]}",
            watermark=None if request.complete else state,
            missing=LABELS["missing"][language],
            page_of=LABELS["page"][language],
            sections=(
                Section(self.say("partner"), (self._partner(),)),
                Section(self.say("sums"), self._sums()),
                Section(self.say("compensation"), self.compensation()),
                Section(self.say("specialists"), self.specialists()),
                Section(self.say("plan-work"), self.plan_work()),
                Section(self.say("indirect"), self.indirect()),
                Section(self.say("people"), self._people()),
                Section(self.say("reconciliation"), self._reconciliation()),
                Section(self.say("sources"), (self._sources(),)),
                Section(self.say("signatures"), (self._signatures(),)),
            ),
        )

    def _partner(self) -> Fields:
        request, partner = self.request, self.request.partner
        return Fields(
            (
                self.line("name", partner.name),
                self.line("kind-of-partner", self.say(partner.kind)),
                self.line("id", partner.id),
                self.line("agreements", ", ".join(partner.agreements) or self.say("no-agreement")),
                self.line("institutions", ", ".join(partner.institutions)),
                self.line("period", self.writing.days(request.first_day, request.last_day)),
                self.line("made-on", self.writing.day_in_words(request.made_on)),
                self.line("programme-hash", request.programme_hash),
                self.line("digest", request.digest),
            )
        )

    def _sums(self) -> tuple[Block, ...]:
        request = self.request
        parts = (request.eligible, request.ineligible, request.total)
        rows = tuple(
            (self.say(name), *(self.money(_of(sums, name)) for sums in parts))
            for name in ("compensation", "work", "indirect", "total")
        )
        headings = self.headings("costs", "eligible", "ineligible", "together")
        blocks: list[Block] = [Table(self.say("asked"), headings, rows, (9, 5, 5, 5), (1, 2, 3))]
        if not request.complete:
            paths, known = ", ".join(request.missing), self.money(request.total.known)
            blocks.append(Paragraph(self.say("missing-values", paths=paths, known=known)))
        if request.ineligible_unclear:
            blocks.append(Paragraph(self.say("ineligible-unclear"), remark=True))
        if request.ineligible_at_most.value is not None:
            limit = request.ineligible_at_most
            amount, source = Money(str(limit.value)).write(self.writing.language), limit.source or ""
            blocks.append(Paragraph(self.say("at-most", amount=amount, source=source), remark=True))
        return tuple(blocks)

    def _people(self) -> tuple[Block, ...]:
        people, number = self.request.people, self.writing.number
        fields = Fields(
            (
                self.line("persons", number(people.persons)),
                self.line("plans", number(people.plans)),
                self.line("supported", number(people.supported)),
            )
        )
        rows = tuple((one.semester, self._level(one), number(one.persons), number(one.plans)) for one in people.lines)
        headings = self.headings("semester", "level", "persons", "plans")
        table = (Table(self.say("by-level"), headings, rows, (6, 8, 4, 4), (2, 3)),) if rows else ()
        return (fields, *table, Paragraph(self.say("counted"), remark=True))

    def _level(self, line: CountedLine) -> str:
        if line.track is None or line.level is None:
            return self.say("not-enrolled")
        return self.say(line.track, level=self.writing.number(line.level))

    def _reconciliation(self) -> tuple[Block, ...]:
        told = self.request.reconciliation
        sums = Fields(
            (
                self.line("sum-of-lines", self.money(told.lines)),
                self.line("sum-of-ledger", self.money(told.ledger)),
                self.line("sum-of-decisions", self.money(told.settled)),
                self.line("recovered-of-earlier", self.money(told.recovered_of_earlier)),
            )
        )
        blocks: list[Block] = [sums, Paragraph(self.say("nothing-open"), remark=True)]
        if told.open:
            rows = tuple(
                (
                    one.claim_id,
                    one.learner_id,
                    self.title("measure-kinds", one.kind),
                    *map(self.money, (one.decided, one.paid, one.difference)),
                    self.say(one.because),
                )
                for one in told.open
            )
            headings = self.headings("claim", "learner", "kind", "decided", "paid", "difference", "because")
            blocks[1] = Table(self.say("open"), headings, rows, (5, 5, 6, 5, 5, 5, 6), (3, 4, 5))
        if told.not_asked:
            left_out = tuple(
                (f"{self.say(one.what)} {one.id}", self.writing.day(one.day), "\n".join(map(self.told, one.because)))
                for one in told.not_asked
            )
            blocks.append(Table(self.say("not-asked"), self.headings("what", "day", "because"), left_out, (8, 5, 10)))
        return tuple(blocks)

    def _sources(self) -> Table:
        found: dict[tuple[str, str], Said] = {}
        request = self.request
        said = [request.ineligible_at_most, *(line.rate for line in request.work)]
        said += [line.hour for line in request.work if line.hour is not None]
        said += [one for line in request.indirect for one in (line.rate, line.base)]
        for one in said:
            found.setdefault((one.path, str(one.since)), one)
        rows = tuple(
            (
                one.path,
                f"{self.rate(one)}",
                "" if one.since is None else self.writing.day(one.since),
                one.source or "",
                one.status or "",
            )
            for _, one in sorted(found.items())
        )
        headings = self.headings("what", "value", "since", "source", "source-status")
        return Table(self.say("sources"), headings, rows, (7, 5, 4, 9, 4))

    def _signatures(self) -> Table:
        owner = _owner(self.programme.pack, self) or self.say("owner")
        who = (self.say("prepared"), self.say("for-partner"), self.say("checked", owner=owner))
        headings = self.headings("role", "signed-name", "day", "signature")
        return Table(self.say("to-sign"), headings, tuple((one, "", "", "") for one in who), (7, 7, 4, 7), to_sign=True)


def _of(sums: Sums, name: str) -> Money | None:
    amount: Money | None = getattr(sums, name)
    return amount


def _owner(pack: Pack, page: RequestPage) -> str | None:
    value = pack.read(_OWNER, page.request.made_on).value if pack.says(_OWNER) else None
    return None if value is None else str(value)
