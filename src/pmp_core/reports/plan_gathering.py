"""A plan's document, gathered from the register."""

from __future__ import annotations

import unicodedata
from datetime import date

from pmp_core.errors import masked
from pmp_core.loading import Programme
from pmp_core.measures import Session
from pmp_core.measures.delivery import delivery_of
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.register import UnitOfWork, facts
from pmp_core.reports import plan_content as parts
from pmp_core.reports.signatures import approved, signatures
from pmp_core.rules import Rule
from pmp_core.values import Language, Vocabulary

_KEPT = "\n\t"
# Marks that turn the direction of writing: with them a text is read otherwise than it was written.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """A text that people wrote, as a document shows it: letters in one piece, no control characters and no marks that turn
    the direction of writing, no personal code."""
    kept = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c in _KEPT or not _controls(c))
    return masked(unicodedata.normalize("NFC", kept))


def _controls(character: str) -> bool:
    return character in _BIDI or unicodedata.category(character) == "Cc"


def day_of(plan: SupportPlan, sessions: list[Session], evaluations: list[Evaluation]) -> date:
    """The day on which the last thing happened that the register knows of a plan."""
    return max([changed_on(plan, evaluations), *(session.day for session in sessions)])


def changed_on(plan: SupportPlan, evaluations: list[Evaluation]) -> date:
    """The day of the last thing that a document of the plan tells whatever its own day is: all but the sessions."""
    days = [plan.entered_on, *(step.on for step in plan.steps), *(transfer.on for transfer in plan.transfers)]
    return max(days + [evaluation.evaluated_on for evaluation in evaluations])


class Gathering:
    """One plan, read in one unit of work.

    Args:
        work: where it is read.
        programme: whose titles and chains.
        language: of the titles.
    """

    def __init__(self, work: UnitOfWork, programme: Programme, language: Language) -> None:
        self.work, self.programme, self.language = work, programme, language

    def content(
        self,
        plan: SupportPlan,
        sessions: list[Session],
        evaluation: Evaluation | None,
        *,
        on: date,
        code: str | None,
        listed: bool,
    ) -> parts.PlanContent:
        """Everything the document says; with `listed`, the sessions one by one."""
        held = sorted((one for one in sessions if one.day <= on), key=lambda one: (one.day, one.measure, one.id))
        cycle = self.programme.life_cycle("plan")
        title = self.programme.pack.title[self.language]
        return parts.PlanContent(
            plan_id=plan.id,
            programme=parts.Titled(self.programme.id, title),
            day=on,
            semester=str(plan.semester),
            status=self._titled("plan-statuses", plan.status),
            approved=approved(plan, cycle),
            learner=self._learner(plan, code),
            institution=self._institution(plan.institution_id),
            partner_kind=self._titled("partner-kinds", plan.partner_kind),
            first_day=plan.first_day,
            last_day=plan.last_day,
            applied_on=plan.applied_on,
            entered_on=plan.entered_on,
            prepared_by=clean(plan.prepared_by),
            responsible=tuple(parts.PersonPart(clean(one.name), clean(one.duty)) for one in plan.responsible),
            rolled_over_from=plan.rolled_over_from,
            aims=_free(plan.aims),
            risks=tuple(
                parts.RiskPart(
                    factor=self._titled("risk-factors", risk.factor),
                    group=self._group(risk.factor),
                    evidence=self._evidence(risk.suggestion_id),
                    note=_free(risk.note),
                )
                for risk in plan.risks
            ),
            measures=self._measures(plan, held, on),
            sessions=tuple(self._session(one) for one in held) if listed else None,
            evaluation=None if evaluation is None else self._evaluation(plan, evaluation),
            steps=self._steps(plan),
            transfers=self._transfers(plan),
            signatures=tuple(
                parts.SignaturePart(
                    role=None if line.role is None else self._titled("roles", line.role), name=_free(line.name), day=line.day
                )
                for line in signatures(plan, cycle)
            ),
        )

    def _titled(self, catalogue: str, code: str) -> parts.Titled:
        """A code with its title; of a code that the programme no longer knows, the code: what was signed can be printed."""
        term = self.programme.pack.terms.get(catalogue, {}).get(code)
        return parts.Titled(code, clean(code) if term is None else term.title[self.language])

    def _word(self, word: Vocabulary) -> parts.Titled:
        return parts.Titled(word.value, word.text[self.language])

    def _learner(self, plan: SupportPlan, code: str | None) -> parts.LearnerPart:
        learner = self.work.learners.get(plan.learner_id)
        enrolment = facts.enrolment_on(self.work, learner.id, plan.owned_since, plan.institution_id)
        track = None if enrolment is None else self._word(enrolment.track)
        return parts.LearnerPart(
            id=learner.id,
            name=clean(learner.display_name),
            birth_date=learner.birth_date,
            personal_code=code,
            track=track,
            level=None if enrolment is None else enrolment.level,
            class_name=None if enrolment is None else _free(enrolment.class_name),
        )

    def _institution(self, institution_id: str) -> parts.InstitutionPart:
        found = self.work.institutions.get(institution_id)
        place = None if found.municipality_id is None else clean(self.work.municipalities.get(found.municipality_id).name)
        return parts.InstitutionPart(found.id, clean(found.name), found.registration_number, place)

    def _group(self, factor: str) -> parts.Titled | None:
        term = self.programme.pack.terms.get("risk-factors", {}).get(factor)
        return None if term is None or term.parent is None else self._titled("risk-groups", term.parent)

    def _evidence(self, suggestion_id: str | None) -> parts.EvidencePart | None:
        found = [] if suggestion_id is None else self.work.suggestions.find(id=suggestion_id)
        for one in found:
            rule = self.programme.definitions.get(one.signal or "")
            title = clean(one.signal or "") if rule is None else rule.title[self.language]
            return parts.EvidencePart(
                signal=None if one.signal is None else parts.Titled(one.signal, title),
                measured=one.measured,
                at_least=one.at_least,
                unit=None if rule is None else _unit(rule),
                threshold=one.threshold,
                first_day=one.evidence_first_day,
                last_day=one.evidence_last_day,
                records=one.evidence_records,
                decided_by=_free(one.decided_by),
                decided_role=None if one.decided_role is None else self._titled("roles", one.decided_role),
                decided_on=one.decided_on,
                reason=_free(one.reason),
            )
        return None

    def _measures(self, plan: SupportPlan, held: list[Session], on: date) -> tuple[parts.MeasurePart, ...]:
        return tuple(
            parts.MeasurePart(
                number=measure.number,
                kind=self._titled("measure-kinds", measure.kind),
                risks=tuple(self._titled("risk-factors", factor) for factor in measure.risks),
                justification=clean(measure.justification),
                specialist=None if measure.specialist is None else self._titled("specialists", measure.specialist),
                sessions=measure.sessions,
                minutes=measure.minutes,
                responsible=_free(measure.responsible),
                where=self._institution(measure.institution_id or plan.institution_id),
                delivered_sessions=came.delivered_sessions,
                delivered_minutes=came.delivered_minutes,
                missed_sessions=came.missed_sessions,
                last_delivered_on=came.last_delivered_on,
            )
            for measure, came in zip(plan.measures, delivery_of(plan, held, {}, on=on), strict=True)
        )

    def _session(self, session: Session) -> parts.SessionPart:
        return parts.SessionPart(
            day=session.day,
            measure=session.measure,
            minutes=session.minutes,
            specialist=self._titled("specialists", session.specialist),
            delivered_by=clean(session.delivered_by),
            mode=self._word(session.mode),
            attendance=self._word(session.attendance),
            attested_on=session.attested_on,
            absent_because=_free(session.absent_because),
            note=_free(session.note),
        )

    def _evaluation(self, plan: SupportPlan, evaluation: Evaluation) -> parts.EvaluationPart:
        kinds = {measure.number: self._titled("measure-kinds", measure.kind) for measure in plan.measures}
        return parts.EvaluationPart(
            evaluated_on=evaluation.evaluated_on,
            evaluated_by=clean(evaluation.evaluated_by),
            risks=tuple(
                parts.RiskOutcomePart(
                    self._titled("risk-factors", one.factor), self._word(one.result), one.before, one.after, _free(one.note)
                )
                for one in evaluation.risks
            ),
            measures=tuple(
                parts.MeasureOutcomePart(
                    number=one.number,
                    kind=kinds.get(one.number),
                    delivered=one.delivered,
                    useful=one.useful,
                    sessions=one.sessions,
                    minutes=one.minutes,
                    note=_free(one.note),
                )
                for one in evaluation.measures
            ),
        )

    def _steps(self, plan: SupportPlan) -> tuple[parts.StepPart, ...]:
        titles = {step.step: step.title[self.language] for step in self.programme.life_cycle("plan").steps}
        return tuple(
            parts.StepPart(
                on=taken.on,
                step=parts.Titled(taken.step, titles.get(taken.step, taken.step)),
                target=self._titled("plan-statuses", taken.target),
                actor=clean(taken.actor),
                role=self._titled("roles", taken.role),
                reason=_free(taken.reason),
            )
            for taken in plan.steps
        )

    def _transfers(self, plan: SupportPlan) -> tuple[parts.TransferPart, ...]:
        return tuple(
            parts.TransferPart(
                on=transfer.on,
                source=self._institution(transfer.source_institution_id),
                target=self._institution(transfer.target_institution_id),
                actor=clean(transfer.actor),
                role=self._titled("roles", transfer.role),
                reason=_free(transfer.reason),
            )
            for transfer in plan.transfers
        )


def _unit(rule: Rule) -> str | None:
    """What a signal's rule counts: the unit of the one whole number among its facts."""
    units = [fact.unit for fact in rule.facts if fact.type == "integer"]
    return clean(units[0]) if len(units) == 1 and units[0] is not None else None


def _free(text: str | None) -> str | None:
    return None if text is None else clean(text)
