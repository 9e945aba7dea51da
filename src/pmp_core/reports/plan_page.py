"""A plan's content as a page: what stands under which heading, in the words of one language."""

from __future__ import annotations

from pmp_core.reports.blocks import Block, Fields, Page, Paragraph, Section, Table
from pmp_core.reports.labels import LABELS
from pmp_core.reports.plan_content import InstitutionPart, PersonPart, PlanContent, Titled
from pmp_core.reports.plan_support import Support
from pmp_core.reports.worded import NOTHING, Worded, title_of
from pmp_core.reports.writing import Writing
from pmp_core.values import Semester


class PlanPage(Worded):
    """Sets one plan's content as a page."""

    def __init__(self, content: PlanContent, writing: Writing) -> None:
        super().__init__(content, writing)
        self.support = Support(content, writing)

    def page(self) -> Page:
        """The whole page."""
        content = self.content
        title = f"{self.say('plan')} {content.plan_id}"
        return Page(
            language=self.writing.language,
            title=title,
            heading=title,
            above=content.programme.title,
            status=self.line("status", content.status.title),
            foot=f"{self.say('plan-id')}: {content.plan_id} · {content.status.title} · {self.writing.day(content.day)}",
            watermark=None if content.approved else content.status.title,
            missing=self.say("missing"),
            page_of=LABELS["page"][self.writing.language],
            sections=(
                Section(self.say("learner"), (self._learner(),)),
                Section(self.say("about"), (self._about(),)),
                Section(self.say("aims"), (Paragraph(content.aims),)),
                Section(self.say("risks"), self.support.risks()),
                Section(self.say("measures"), self.support.measures()),
                *([] if content.sessions is None else [Section(self.say("sessions"), self.support.sessions())]),
                Section(self.say("evaluation"), self.support.evaluation()),
                Section(self.say("life"), self._life()),
                Section(self.say("signatures"), self._signatures()),
            ),
        )

    def _learner(self) -> Fields:
        learner, institution = self.content.learner, self.content.institution
        born = None if learner.birth_date is None else self.writing.day_in_words(learner.birth_date)
        lines = [self.line("name", learner.name), self.line("birth-date", born)]
        if learner.personal_code is not None:
            lines.append(self.line("personal-code", learner.personal_code))
        lines += [
            self.line("learner-id", learner.id),
            self.line("level", self._level()),
            self.line("track", title_of(learner.track)),
            self.line("institution", institution.name),
            self.line("registration-number", institution.registration_number),
            self.line("municipality", institution.municipality),
            self.line("partner-kind", self.content.partner_kind.title),
        ]
        return Fields(tuple(lines))

    def _level(self) -> str | None:
        learner = self.content.learner
        if learner.level is None or learner.track is None:
            return None
        level = self.say(learner.track.code, level=self.writing.number(learner.level))
        return level if learner.class_name in (None, level) else f"{level} ({learner.class_name})"

    def _about(self) -> Fields:
        content, day = self.content, self.writing.day_in_words
        lines = [
            self.line("plan-id", content.plan_id),
            self.line("status", content.status.title),
            self.line("semester", self._semester()),
            self.line("period", self.writing.days(content.first_day, content.last_day)),
            self.line("applied-on", None if content.applied_on is None else day(content.applied_on)),
            self.line("entered-on", day(content.entered_on)),
            self.line("prepared-by", content.prepared_by),
            self.line("responsible", _people(content.responsible)),
        ]
        if content.rolled_over_from is not None:
            lines.append(self.line("rolled-over-from", content.rolled_over_from))
        return Fields(tuple(lines))

    def _semester(self) -> str:
        semester = Semester(self.content.semester)
        first = int(semester.school_year[:4])
        return self.say("semester-of", first=str(first), second=str(first + 1), number=str(semester.number))

    def _life(self) -> tuple[Block, ...]:
        steps, transfers = self.content.steps, self.content.transfers
        blocks: list[Block] = [Paragraph(self.say("no-steps"), remark=True)]
        if steps:
            rows = tuple(
                (self.writing.day(one.on), one.step.title, one.target.title, one.actor, one.role.title, one.reason or NOTHING)
                for one in steps
            )
            headings = tuple(map(self.say, ("day", "step", "status", "who", "role", "reason")))
            blocks = [Table(self.say("steps"), headings, rows, (5, 6, 5, 7, 7, 7))]
        if transfers:
            moved = tuple(
                (
                    self.writing.day(one.on),
                    *map(_where, (one.source, one.target)),
                    *_who(one.actor, one.role),
                    one.reason or NOTHING,
                )
                for one in transfers
            )
            headings = tuple(map(self.say, ("day", "from", "to", "who", "role", "reason")))
            blocks.append(Table(self.say("transfers"), headings, moved, (5, 7, 7, 6, 6, 6)))
        return tuple(blocks)

    def _signatures(self) -> tuple[Block, ...]:
        rows = tuple(
            (
                self.say("applicant") if one.role is None else one.role.title,
                one.name or NOTHING,
                NOTHING if one.day is None else self.writing.day(one.day),
                NOTHING,
            )
            for one in self.content.signatures
        )
        headings = tuple(map(self.say, ("role", "name", "day", "signature")))
        return (
            Table(self.say("to-sign"), headings, rows, (7, 7, 4, 7), to_sign=True),
            Paragraph(self.say("signed-before"), remark=True),
        )


def _people(people: tuple[PersonPart, ...]) -> str | None:
    return "\n".join(f"{one.name} – {one.duty}" for one in people) or None


def _where(institution: InstitutionPart) -> str:
    return institution.name


def _who(actor: str, role: Titled) -> tuple[str, str]:
    return actor, role.title
