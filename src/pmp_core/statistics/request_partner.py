"""What belongs to a partner: its institutions, day by day, and everything that was done under their plans."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property

from pmp_core.compensation import Claim
from pmp_core.errors import InvalidValue
from pmp_core.learners import Enrolment, Partnership
from pmp_core.plans import SupportPlan
from pmp_core.register import UnitOfWork, tables
from pmp_core.statistics.request_content import Partner, PartnerKind
from pmp_core.values import DayRange


class Belonging:
    """Which institution is whose on which day.

    An institution with an agreement of its own on a day is its own partner on that day, wherever it lies. Otherwise it is its
    municipality's, if that has one. On a day with neither it is nobody's, and nothing of that day is asked for.

    Args:
        work: the unit of work.
        institution_id: the partner, where it is an institution; `municipality_id`: where it is a municipality.

    Raises:
        NotFound: `not-found`, no such institution or municipality.
        InvalidValue: `partner-unclear`, unless exactly one of both is given; `partner-without-agreement`, where it never had one.
    """

    def __init__(self, work: UnitOfWork, institution_id: str | None, municipality_id: str | None) -> None:
        self._work = work
        self._asking: dict[str, list[Partnership]] = {}
        if institution_id is not None and municipality_id is None:
            own = work.institutions.get(institution_id)
            self.kind: PartnerKind = "institution"
            self.id, self.name, self.institutions = own.id, own.name, [own]
            self._agreements = work.partnerships.find(institution_id=own.id)
            self._others: dict[str, list[Partnership]] = {}
            self._beneath = [] if own.municipality_id is None else work.partnerships.find(municipality_id=own.municipality_id)
        elif municipality_id is not None and institution_id is None:
            municipality = work.municipalities.get(municipality_id)
            self.kind = "municipality"
            self.id, self.name = municipality.id, municipality.name
            self.institutions = work.institutions.find(municipality_id=municipality.id)
            self._agreements = work.partnerships.find(municipality_id=municipality.id)
            self._others = defaultdict(list)
            for agreement in work.partnerships.find(institution_id=[one.id for one in self.institutions]):
                self._others[str(agreement.institution_id)].append(agreement)
            self._beneath = []
        else:
            raise InvalidValue(
                "partner-unclear", "A request is of an institution or of a municipality.", remedy="Give exactly one of the two."
            )
        if not self._agreements:
            through = {agreement.municipality_id for agreement in self._beneath}
            ask = (
                f"ask for its municipality, {', '.join(map(str, through))}" if through else "ask for its institutions, one by one"
            )
            raise InvalidValue(
                "partner-without-agreement",
                "There is no agreement with this partner, so that it can ask for nothing.",
                found=self.id,
                remedy=f"Keep its agreement (`pmp partners add`), or {ask}.",
            )

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of the institutions that may be the partner's on some day."""
        return tuple(sorted(institution.id for institution in self.institutions))

    def of(self, institution_id: str, day: date) -> bool | None:
        """Whether an institution is the partner's on a day; None where it is nobody's, and lies with this partner."""
        if institution_id not in self.ids:
            return False
        if any(day in agreement.days for agreement in self._others.get(institution_id, ())):
            return False
        if any(day in agreement.days for agreement in self._agreements):
            return True
        return False if any(day in agreement.days for agreement in self._beneath) else None

    def asked_for(self, institution_id: str, day: date) -> bool:
        """Whether an institution, of this partner or another, is some partner's on a day."""
        if institution_id not in self._asking:
            municipality_id = self._work.institutions.get(institution_id).municipality_id
            own = self._work.partnerships.find(institution_id=institution_id)
            above = [] if municipality_id is None else self._work.partnerships.find(municipality_id=municipality_id)
            self._asking[institution_id] = [*own, *above]
        return any(day in agreement.days for agreement in self._asking[institution_id])

    def partner(self, days: DayRange) -> Partner:
        """Who asks, with the agreements of a period."""
        named = [one.agreement or one.id for one in self._agreements if one.days.overlaps(days)]
        return Partner(kind=self.kind, id=self.id, name=self.name, agreements=tuple(sorted(named)), institutions=self.ids)

    @cached_property
    def plans(self) -> dict[str, SupportPlan]:
        """Every plan that was one of its institutions' on some day, or of which something is delivered there."""
        find, ids = self._work.transaction.find, list(self.ids)
        found = {row["id"] for row in find(tables.PLANS, {"institution_id": ids})}
        found |= {row["plan_id"] for row in find(tables.PLAN_TRANSFERS, {"source_institution_id": ids})}
        found |= {row["plan_id"] for row in find(tables.PLAN_MEASURES, {"institution_id": ids})}
        return {plan.id: plan for plan in self._work.plans.find(id=sorted(map(str, found)))}

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Every claim under these plans."""
        return {claim.id: claim for claim in self._work.claims.find(plan_id=list(self.plans))}

    def owner(self, claim: Claim) -> str:
        """The institution whose claim it is: the plan's on the claim's first day."""
        return self.plans[claim.plan_id].institution_on(claim.first_day)


def enrolments_of(work: UnitOfWork, learners: set[str]) -> dict[str, list[Enrolment]]:
    """The enrolments of learners, of each the one that began last first."""
    found: dict[str, list[Enrolment]] = defaultdict(list)
    for enrolment in work.enrolments.find(learner_id=sorted(learners), order=("-first_day",)):
        found[enrolment.learner_id].append(enrolment)
    return found
