"""The middle of a plan's page: its risks, its measures, what was delivered, and what came of it."""

from __future__ import annotations

from pmp_core.reports.blocks import Block, Fields, Line, Paragraph, Table
from pmp_core.reports.plan_content import EvidencePart, MeasurePart, SessionPart, Titled
from pmp_core.reports.worded import NOTHING, Worded, title_of
from pmp_core.reports.writing import RECORDS, SESSIONS, UNITS
from pmp_core.risks.signals import REPEATED_LEVEL


class Support(Worded):
    """Sets what a plan is about."""

    def risks(self) -> tuple[Block, ...]:
        """Each risk with what is behind it."""
        blocks: list[Block] = []
        for number, risk in enumerate(self.content.risks, 1):
            lines = [self.line("group", title_of(risk.group))]
            lines += [] if risk.evidence is None else self._evidence(risk.evidence)
            lines.append(self.line("note", risk.note))
            blocks.append(Fields(tuple(lines), heading=f"{number}. {risk.factor.title}"))
        return tuple(blocks) or (Paragraph(self.say("no-risks"), remark=True),)

    def _evidence(self, evidence: EvidencePart) -> list[Line]:
        lines = []
        if evidence.signal is None:
            lines.append(self.line("evidence", self.say("added-by-person")))
        else:
            lines += [self.line("evidence", evidence.signal.title), self.line("measured", self._measured(evidence))]
            lines.append(self.line("evidence-days", self._evidence_days(evidence)))
        if evidence.decided_by is not None and evidence.decided_role is not None and evidence.decided_on is not None:
            decided = (evidence.decided_by, evidence.decided_role.title, self.writing.day(evidence.decided_on))
            lines.append(self.line("decided-by", ", ".join(decided)))
        if evidence.reason is not None:
            lines.append(self.line("reason", evidence.reason))
        return lines

    def _measured(self, evidence: EvidencePart) -> str | None:
        if evidence.measured is None:
            return None
        if evidence.signal is not None and (evidence.signal.code, evidence.measured) == (REPEATED_LEVEL.name, 1):
            return self.say("repeated")  # the fact is yes or no: "1, threshold 0" tells a reader nothing
        measured = self._amount_of(evidence.measured, evidence.unit)
        if evidence.at_least:
            measured = self.say("at-least", amount=measured)
        if evidence.threshold is None:
            return measured
        return f"{measured} ({self.say('threshold', number=self.writing.number(evidence.threshold))})"

    def _amount_of(self, number: int, unit: str | None) -> str:
        if unit in UNITS:
            return self.writing.counted(number, UNITS[unit])
        return f"{self.writing.number(number)} {unit or ''}".rstrip()

    def _evidence_days(self, evidence: EvidencePart) -> str | None:
        records = self.writing.counted(evidence.records, RECORDS)
        if evidence.first_day is None:
            return records if evidence.records else None
        return f"{self.writing.days(evidence.first_day, evidence.last_day)}, {records}"

    def measures(self) -> tuple[Block, ...]:
        """Each measure, and then what was planned and delivered of all of them."""
        measures = self.content.measures
        if not measures:
            return (Paragraph(self.say("no-measures"), remark=True),)
        in_sessions = tuple(one for one in measures if one.sessions or one.delivered_sessions or one.missed_sessions)
        return (*map(self._measure, measures), *([self._delivery(in_sessions)] if in_sessions else []))

    def _measure(self, measure: MeasurePart) -> Fields:
        lines = [
            self.line("addresses", "; ".join(risk.title for risk in measure.risks)),
            self.line("justification", measure.justification),
        ]
        if measure.specialist is not None or measure.sessions is not None or measure.minutes is not None:
            lines.append(self.line("specialist", title_of(measure.specialist)))
            lines.append(self.line("planned", self._dosage(measure)))
        lines.append(self.line("in-charge", measure.responsible))
        lines.append(self.line("where", measure.where.name))
        return Fields(tuple(lines), heading=f"{measure.number}. {measure.kind.title}")

    def _dosage(self, measure: MeasurePart) -> str | None:
        if measure.sessions is None:
            return None if measure.minutes is None else self.say("dosage-minutes", minutes=self.writing.minutes(measure.minutes))
        sessions = self.writing.counted(measure.sessions, SESSIONS)
        if measure.minutes is None:
            return self.say("dosage-sessions", sessions=sessions)
        total = self.writing.minutes(measure.sessions * measure.minutes)
        return self.say("dosage", sessions=sessions, minutes=self.writing.number(measure.minutes), total=total)

    def _delivery(self, measures: tuple[MeasurePart, ...]) -> Table:
        rows = tuple((f"{one.number}. {one.kind.title}", *self._delivered(one)) for one in measures)
        headings = tuple(map(self.say, ("measure", "planned", "delivered", "missed", "last")))
        caption = self.say("delivery", day=self.writing.day(self.content.day))
        return Table(caption, headings, rows, (8, 7, 7, 5, 5))

    def _delivered(self, measure: MeasurePart) -> tuple[str, str, str, str]:
        planned = NOTHING if measure.sessions is None else self.writing.counted(measure.sessions, SESSIONS)
        held = self.writing.counted(measure.delivered_sessions, SESSIONS)
        if measure.delivered_sessions:
            held = f"{held}, {self.writing.minutes(measure.delivered_minutes)}"
        last = NOTHING if measure.last_delivered_on is None else self.writing.day(measure.last_delivered_on)
        return planned, held, self.writing.number(measure.missed_sessions), last

    def sessions(self) -> tuple[Block, ...]:
        """The sessions one by one."""
        if not self.content.sessions:
            return (Paragraph(self.say("no-sessions"), remark=True),)
        headings = tuple(map(self.say, ("day", "measure", "minutes", "held-by", "how", "attested", "note")))
        rows = tuple(self._session(one) for one in self.content.sessions)
        caption = self.say("sessions-each", day=self.writing.day(self.content.day))
        return (Table(caption, headings, rows, (6, 5, 6, 8, 6, 6, 6)),)

    def _session(self, one: SessionPart) -> tuple[str, ...]:
        absent = None if one.absent_because is None else self.say("absent", reason=one.absent_because)
        return (
            self.writing.day(one.day),
            str(one.measure),
            self.writing.minutes(one.minutes),
            f"{one.delivered_by}, {one.specialist.title}",
            f"{one.mode.title}, {one.attendance.title}",
            NOTHING if one.attested_on is None else self.writing.day(one.attested_on),
            "\n".join(filter(None, (absent, one.note))),
        )

    def evaluation(self) -> tuple[Block, ...]:
        """What became of the risks and of the measures."""
        evaluation = self.content.evaluation
        if evaluation is None:
            return (Paragraph(self.say("no-evaluation"), remark=True),)
        by = f"{evaluation.evaluated_by}, {self.writing.day(evaluation.evaluated_on)}"
        risks = tuple(
            (one.factor.title, one.result.title, self._figure(one.before), self._figure(one.after), one.note or NOTHING)
            for one in evaluation.risks
        )
        measures = tuple(
            (
                f"{one.number}. {self._kind(one.kind)}".strip(),
                self._whether(one.delivered),
                self._whether(one.useful),
                self._amount(one.sessions, one.minutes),
                one.note or NOTHING,
            )
            for one in evaluation.measures
        )
        blocks: list[Block] = [Fields((self.line("evaluated", by),))]
        if risks:
            headings = tuple(map(self.say, ("risk", "result", "before", "after", "note")))
            blocks.append(Table(self.say("outcome-risks"), headings, risks, (8, 5, 4, 4, 9), numbers=(2, 3)))
        if measures:
            headings = tuple(map(self.say, ("measure", "delivered", "useful", "how-much", "why")))
            blocks.append(Table(self.say("outcome-measures"), headings, measures, (8, 4, 4, 6, 9)))
        return tuple(blocks)

    def _kind(self, kind: Titled | None) -> str:
        return NOTHING if kind is None else kind.title

    def _figure(self, number: int | None) -> str:
        return NOTHING if number is None else self.writing.number(number)

    def _whether(self, said: bool | None) -> str | None:
        return None if said is None else self.say("yes" if said else "no")

    def _amount(self, sessions: int | None, minutes: int | None) -> str:
        parts = [] if sessions is None else [self.writing.counted(sessions, SESSIONS)]
        parts += [] if minutes is None else [self.writing.minutes(minutes)]
        return ", ".join(parts)
