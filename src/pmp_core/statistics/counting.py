"""The overview: learners, risks, plans, measures, money and outcomes, by state, municipality or institution.

Plans and learners are counted apart: a learner with plans in two semesters is one learner. A plan counts once it was
submitted for the first time; before that it is a draft, and nothing of it but its number counts. The figures are for those who
work with the register; nothing is suppressed, so they are not for publication.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from html import escape
from typing import Any, Literal

import narwhals as nw
from narwhals.typing import IntoDataFrame

from pmp_core.errors import AccessDenied, InvalidValue
from pmp_core.register import Register, tables
from pmp_core.register.access.doors import admitting
from pmp_core.register.access.reach import Reach
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.schema import Scalar, Table
from pmp_core.register.storage import Transaction
from pmp_core.values import Language, Money, RiskResult, Semester, SuggestionState, Text

Level = Literal["state", "municipality", "institution"]
LEVELS: tuple[Level, ...] = ("state", "municipality", "institution")


@dataclass(slots=True)
class Line:
    """The figures of one place. Amounts are in euro cents."""

    place_id: str
    place: str
    learners: int = 0
    learners_with_risk: int = 0
    suggestions_open: int = 0
    learners_with_plan: int = 0
    plans: int = 0
    plans_in_draft: int = 0
    measures: int = 0
    sessions: int = 0
    claims: int = 0
    requested_cents: int = 0
    granted_cents: int = 0
    risks_evaluated: int = 0
    risks_gone_or_lowered: int = 0


TITLES: dict[str, Text] = {
    "place": Text("Vieta", "Place"),
    "learners": Text("Izglītojamie", "Learners"),
    "learners_with_risk": Text("ar apstiprinātu risku", "with a confirmed risk"),
    "suggestions_open": Text("gaida izvērtējumu", "suggestions open"),
    "learners_with_plan": Text("ar plānu", "with a plan"),
    "plans": Text("Plāni", "Plans"),
    "plans_in_draft": Text("plāni sagatavošanā", "plans in draft"),
    "measures": Text("Pasākumi", "Measures"),
    "sessions": Text("Konsultācijas", "Sessions"),
    "claims": Text("Pieteikumi", "Claims"),
    "requested_cents": Text("Prasīts, EUR", "Asked, EUR"),
    "granted_cents": Text("Piešķirts, EUR", "Granted, EUR"),
    "risks_evaluated": Text("Izvērtēti riski", "Risks evaluated"),
    "risks_gone_or_lowered": Text("novērsti vai mazinājušies", "gone or lowered"),
}


@dataclass(frozen=True, slots=True)
class Overview:
    """The overview of one level, a line for each place; shows itself as a table in a notebook.

    Attributes:
        level: `state`, `municipality` or `institution`.
        semester: which; None: all.
        lines: sorted by name.
    """

    level: Level
    semester: Semester | None
    lines: tuple[Line, ...] = field(default=())

    def as_dicts(self) -> list[dict[str, Any]]:
        """The lines as dictionaries, amounts in cents."""
        return [asdict(line) for line in self.lines]

    def to_frame(self, backend: str = "polars") -> Any:
        """The lines as a data frame, one row a place, columns as the fields of a line.

        Args:
            backend: `polars`, `pandas` or `pyarrow`; it has to be installed.

        Returns:
            A native frame: `place_id` and `place` text, everything else 64-bit integers, amounts in cents.
        """
        columns = {f.name: [getattr(line, f.name) for line in self.lines] for f in fields(Line)}
        schema = {name: nw.String() if name in ("place_id", "place") else nw.Int64() for name in columns}
        frame: nw.DataFrame[IntoDataFrame] = nw.from_dict(columns, schema, backend=backend)  # type: ignore[arg-type]
        return frame.to_native()

    def rows(self, language: Language) -> tuple[list[str], list[list[str]]]:
        """Headings and cells for people."""
        headings = [title[language] for title in TITLES.values()]
        return headings, [[_cell(name, getattr(line, name), language) for name in TITLES] for line in self.lines]

    def _repr_html_(self) -> str:
        headings, rows = self.rows("lv")
        head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(name: str, value: int | str, language: Language) -> str:
    if name.endswith("_cents") and isinstance(value, int):
        return Money.from_cents(value).write(language).replace("EUR", "").strip()
    return str(value)


def is_draft(status: object, has_steps: bool, initial: str) -> bool:
    """Whether a plan was never submitted: before that it is a draft, and nothing of it but its number counts.

    Args:
        status: the plan's.
        has_steps: whether it has taken any.
        initial: the status in which plans begin.
    """
    return status == initial and not has_steps


def overview(register: Register, level: Level = "institution", semester: Semester | str | None = None) -> Overview:
    """Count what the register holds.

    Args:
        register: what is counted.
        level: by which places.
        semester: only this one; None: all. Learners are those enrolled on a day of it.

    Returns:
        A line for each place.

    Raises:
        InvalidValue: `level-unknown`, `semester-invalid`.
        ProgrammeError: `semester-unset`.
        AccessDenied: `access-denied`: the actor does not reach whole places of this level.
    """
    if level not in LEVELS:
        raise InvalidValue("level-unknown", "There is no such level.", found=level, remedy=f"Levels: {', '.join(LEVELS)}.")
    wanted = None if semester is None else Semester(semester)
    with register.unit_of_work() as work, admitting(work, "see-statistics", narrows=True) as reach:
        _check_level(work, level, reach)
        lines = _Counting(work.transaction, register, level, wanted).lines()
        has = reach.has_municipality if level == "municipality" else reach.has
        return Overview(level, wanted, tuple(line for line in lines if has(line.place_id)))


def _check_level(work: UnitOfWork, level: Level, reach: Reach) -> None:
    """Whether an actor reaches whole places of a level: who acts for an institution does not see its municipality counted.

    Raises:
        AccessDenied: `access-denied`.
    """
    if not reach.whole and (level == "state" or (level == "municipality" and not reach.municipalities)):
        raise AccessDenied(
            "access-denied",
            f"The role {work.acting.actor.role!r} may not see the {level} counted.",
            found=level,
            remedy="Count the institutions within what you act for.",
        )


class _Counting:
    """One pass over the columns."""

    def __init__(self, transaction: Transaction, register: Register, level: Level, semester: Semester | None) -> None:
        self.transaction, self.semester = transaction, semester
        institutions = list(self.rows(tables.INSTITUTIONS))
        names = {row["id"]: str(row["name"]) for row in self.rows(tables.MUNICIPALITIES)}
        self.place: dict[Scalar, tuple[str, str]] = {}
        for row in institutions:
            municipality = str(row["municipality_id"] or "")
            self.place[row["id"]] = {
                "state": ("LV", "Latvija"),
                "municipality": (municipality, names.get(municipality, "–")),
                "institution": (str(row["id"]), str(row["name"])),
            }[level]
        self.of: dict[tuple[str, str], Line] = {
            place: Line(*place) for place in sorted(set(self.place.values()), key=lambda p: (p[1], p[0]))
        }
        self.initial = register.programme.life_cycle("plan").initial
        self.days = None if semester is None else register.programme.calendar.days(semester)

    def rows(self, table: Table) -> list[dict[str, Scalar]]:
        columns = self.transaction.scan(table)
        return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]

    def line(self, institution_id: Scalar) -> Line:
        return self.of[self.place[institution_id]]

    def line_on(self, plan: dict[str, Scalar], day: Scalar) -> Line:
        """The place of the institution that had a plan on a day: what was delivered and granted there stays there."""
        owner = plan["institution_id"]
        for went in reversed(self.transfers[plan["id"]]):
            if str(went["on"]) > str(day):
                owner = went["source_institution_id"]
        return self.line(owner)

    @cached_property
    def transfers(self) -> dict[Scalar, list[dict[str, Scalar]]]:
        """The transfers of each plan, oldest first."""
        found: dict[Scalar, list[dict[str, Scalar]]] = defaultdict(list)
        for row in self.rows(tables.PLAN_TRANSFERS):
            found[row["plan_id"]].append(row)
        return found

    def lines(self) -> tuple[Line, ...]:
        self._learners()
        plans = {
            row["id"]: row for row in self.rows(tables.PLANS) if not row["released"] and self.semester in (None, row["semester"])
        }
        plans = self._submitted(plans)
        self._plans(plans)
        self._money(plans)
        self._outcomes(plans)
        return tuple(self.of.values())

    def _learners(self) -> None:
        there: dict[int, set[Scalar]] = defaultdict(set)
        for row in self.rows(tables.ENROLMENTS):
            if self.days is None or (
                str(row["first_day"]) <= str(self.days.last)
                and (row["last_day"] is None or str(row["last_day"]) >= str(self.days.first))
            ):
                there[id(self.line(row["institution_id"]))].add(row["learner_id"])
        at_risk: dict[int, set[Scalar]] = defaultdict(set)
        for row in self.rows(tables.RISK_SUGGESTIONS):
            if self.semester in (None, row["semester"]):
                line = self.line(row["institution_id"])
                line.suggestions_open += row["state"] == SuggestionState.OPEN.value
                if row["state"] == SuggestionState.CONFIRMED.value:
                    at_risk[id(line)].add(row["learner_id"])
        for line in self.of.values():
            line.learners, line.learners_with_risk = len(there[id(line)]), len(at_risk[id(line)])

    def _submitted(self, plans: dict[Scalar, dict[str, Scalar]]) -> dict[Scalar, dict[str, Scalar]]:
        """The plans that were submitted at least once; the drafts are counted here."""
        with_steps = {row["plan_id"] for row in self.rows(tables.PLAN_STEPS)}
        drafts = {id for id, row in plans.items() if is_draft(row["status"], id in with_steps, self.initial)}
        for id in drafts:
            self.line(plans[id]["institution_id"]).plans_in_draft += 1
        return {id: row for id, row in plans.items() if id not in drafts}

    def _plans(self, plans: dict[Scalar, dict[str, Scalar]]) -> None:
        planned: dict[int, set[Scalar]] = defaultdict(set)
        for row in plans.values():
            line = self.line(row["institution_id"])
            line.plans += 1
            planned[id(line)].add(row["learner_id"])
        for line in self.of.values():
            line.learners_with_plan = len(planned[id(line)])
        for table, name in ((tables.PLAN_MEASURES, "measures"), (tables.SESSIONS, "sessions")):
            for row in self.rows(table):
                if row["plan_id"] in plans and row.get("absent_because") is None:  # a session that was missed is none
                    plan = plans[row["plan_id"]]
                    line = self.line_on(plan, row["day"]) if "day" in row else self.line(plan["institution_id"])
                    setattr(line, name, getattr(line, name) + 1)

    def _money(self, plans: dict[Scalar, dict[str, Scalar]]) -> None:
        granted = {(row["claim_id"], row["digest"]): row["amount_cents"] for row in self.rows(tables.DECISIONS)}
        for row in self.rows(tables.CLAIMS):
            if row["plan_id"] in plans and row["submitted_on"] is not None:
                line = self.line_on(plans[row["plan_id"]], row["first_day"])
                line.claims += 1
                line.requested_cents += int(str(row["requested_cents"]))
                line.granted_cents += int(str(granted.get((row["id"], row["decision_digest"])) or 0))

    def _outcomes(self, plans: dict[Scalar, dict[str, Scalar]]) -> None:
        plan_of = {row["id"]: row["plan_id"] for row in self.rows(tables.EVALUATIONS)}
        for row in self.rows(tables.EVALUATION_RISKS):
            plan = plans.get(plan_of[row["evaluation_id"]])
            if plan is not None:
                line = self.line(plan["institution_id"])
                line.risks_evaluated += 1
                line.risks_gone_or_lowered += row["result"] in (RiskResult.GONE.value, RiskResult.LOWERED.value)
