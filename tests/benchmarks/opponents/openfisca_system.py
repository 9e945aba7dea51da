"""OpenFisca: the same rule as variables with formulas over dated parameters, by its own means; and with three formulas that step
past them into plain NumPy.

It knows no missing facts, so it gets claims without gaps: an easier job. Its parameters are read on one day for a whole
calculation; claims of many days read them on the three days on which something changes. Choosing parameters by an array (its
fancy indexing) is a loop in Python, so `select` stands there instead. The running sum goes over the places of claims within
learner and semester. One decision is handed what earlier claims used.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit, period
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from workload import CAP_DAYS, CAPS, CEILINGS, EARLY, FIRST, KINDS, LAST, NEVER

from opponents.reasons import CUT_CAP, CUT_CEILING, CUT_COFUNDING, FAILED, FIRST_FAILED

Array = npt.NDArray[Any]
WHEN = period(f"day:{LAST}")  # days of claims are facts; the calculation itself is of one day
CLAIM = build_entity("claim", "claims", "a claim", is_person=True)
GROUP = build_entity("learner_semester", "learner_semesters", "the claims of a learner in a semester", roles=[{"key": "member"}])
FACTS: dict[str, type] = {
    "date": date,
    "inst": int,
    "level": int,
    "p_from": date,
    "p_to": date,
    "risks": int,
    "mtype": int,
    "requested": int,
    "cofunded": int,
    **{f"econ{kind}": bool for kind in range(5)},
}
TURNS = tuple(day.isoformat() for day in CAP_DAYS)
ANSWERS = ("outcome", "paid", "reasons")


class Outcome(Enum):
    """What a claim comes to."""

    granted = "granted"
    reduced = "reduced"
    refused = "refused"


def system(*, by_numpy: bool) -> TaxBenefitSystem:
    """The rule as OpenFisca takes it.

    Args:
        by_numpy: whether three formulas step past its own means.
    """
    made = TaxBenefitSystem([CLAIM, GROUP])
    made.parameters = ParameterNode("", data=_parameters())
    for name, kind in FACTS.items():
        made.add_variable(_variable(name, kind, None))
    for name, (kind, formula) in FORMULAS.items():
        made.add_variable(_variable(name, kind, BY_NUMPY.get(name, formula) if by_numpy else formula))
    return made


def _parameters() -> dict[str, Any]:
    def dated(*entries: tuple[date, int]) -> dict[str, Any]:
        return {"values": {day.isoformat(): {"value": value} for day, value in entries}}

    return {
        "caps": {
            f"kind{number}": dated(*zip(CAP_DAYS, caps, strict=True))
            for number, (_, caps) in enumerate(zip(KINDS, CAPS, strict=True))
        },
        "ceiling": dated((FIRST, CEILINGS[0]), (EARLY, CEILINGS[1])),
        "general": {"lowest": dated((FIRST, 5), (EARLY, 1)), "highest": dated((FIRST, 12))},
        "vocational": {"lowest": dated((FIRST, 1)), "highest": dated((FIRST, 4))},
    }


def _variable(name: str, kind: Any, formula: Any) -> type[Variable]:
    body: dict[str, Any] = {"value_type": kind, "entity": CLAIM, "definition_period": DateUnit.DAY, "label": name}
    if isinstance(kind, type) and issubclass(kind, Enum):
        body |= {"value_type": Enum, "possible_values": kind, "default_value": Outcome.granted}
    if formula is not None:
        body["formula"] = formula
    return type(name, (Variable,), body)


def _era(claim: Any, when: Any) -> Array:
    """Which of the three days on which something changes came last: 0, 1 or 2."""
    day = claim("date", when)
    return (day >= np.datetime64(TURNS[1])).astype(np.int8) + (day >= np.datetime64(TURNS[2]))


def in_period(claim: Any, when: Any, parameters: Any) -> Array:
    day = claim("date", when)
    return (day >= np.datetime64(FIRST)) & (day <= np.datetime64(LAST))


def in_target_group(claim: Any, when: Any, parameters: Any) -> Array:
    level, day = claim("level", when), claim("date", when)
    before, since = (parameters(turn) for turn in (TURNS[0], TURNS[2]))
    general = np.where(
        day >= np.datetime64(TURNS[2]),
        (level >= since.general.lowest) & (level <= since.general.highest),
        (level >= before.general.lowest) & (level <= before.general.highest),
    )
    vocational = (level >= before.vocational.lowest) & (level <= before.vocational.highest)
    return (day >= np.datetime64(FIRST)) & np.where(claim("inst", when) == 0, general, vocational)


def is_partner(claim: Any, when: Any, parameters: Any) -> Array:
    day = claim("date", when)
    return (day >= claim("p_from", when)) & (day <= claim("p_to", when))


def with_plan(claim: Any, when: Any, parameters: Any) -> Array:
    return claim("risks", when) >= 1


def addressed(claim: Any, when: Any, parameters: Any) -> Array:
    kind = claim("mtype", when)
    return np.select([kind == number for number in range(5)], [claim(f"econ{number}", when) for number in range(5)])


def addressed_by_numpy(claim: Any, when: Any, parameters: Any) -> Array:
    kind = claim("mtype", when)
    return np.any([(kind == number) & claim(f"econ{number}", when) for number in range(5)], axis=0)


def eligible(claim: Any, when: Any, parameters: Any) -> Array:
    passed = claim("in_period", when)
    for check in CHECKS[1:]:
        passed = passed & claim(check, when)
    return passed


def cap(claim: Any, when: Any, parameters: Any) -> Array:
    day, kind, caps = claim("date", when), claim("mtype", when), [parameters(turn).caps for turn in TURNS]
    second, third = day >= np.datetime64(TURNS[1]), day >= np.datetime64(TURNS[2])
    by_kind = [np.select([third, second], [caps[2][f"kind{n}"], caps[1][f"kind{n}"]], caps[0][f"kind{n}"]) for n in range(5)]
    return np.select([kind == number for number in range(5)], by_kind)


def cap_by_numpy(claim: Any, when: Any, parameters: Any) -> Array:
    caps = [parameters(turn).caps for turn in TURNS]
    table = np.array([[at[f"kind{number}"] for at in caps] for number in range(5)], dtype=np.int32)
    return table.ravel()[claim("mtype", when) * 3 + _era(claim, when)]


def ceiling(claim: Any, when: Any, parameters: Any) -> Array:
    since = claim("date", when) >= np.datetime64(TURNS[2])
    return np.where(since, parameters(TURNS[2]).ceiling, parameters(TURNS[0]).ceiling)


def capped(claim: Any, when: Any, parameters: Any) -> Array:
    return np.minimum(claim("requested", when), claim("cap", when)) * claim("eligible", when)


def prior(claim: Any, when: Any, parameters: Any) -> Array:
    learners, counted = claim.simulation.populations["learner_semester"], claim("capped", when)
    place = learners.members_position
    used = np.zeros(len(counted), dtype=counted.dtype)
    for earlier in range(place.max()):
        used += np.where(place > earlier, learners.project(learners.value_nth_person(earlier, counted)), 0)
    return used


def prior_by_numpy(claim: Any, when: Any, parameters: Any) -> Array:
    counted = claim("capped", when).astype(np.int64)
    before = np.cumsum(counted) - counted
    group = claim.simulation.populations["learner_semester"].members_entity_id
    starts = np.concatenate([[0], np.flatnonzero(group[1:] != group[:-1]) + 1])
    return before - np.repeat(before[starts], np.diff(starts, append=len(group)))


def gross(claim: Any, when: Any, parameters: Any) -> Array:
    return np.minimum(claim("capped", when), np.maximum(claim("ceiling", when) - claim("prior", when), 0))


def paid(claim: Any, when: Any, parameters: Any) -> Array:
    return np.maximum(claim("gross", when) - claim("cofunded", when), 0)


def reasons(claim: Any, when: Any, parameters: Any) -> Array:
    mask = (claim("eligible", when) & (claim("requested", when) > claim("cap", when))) * np.int32(CUT_CAP)
    mask += (claim("gross", when) < claim("capped", when)) * np.int32(CUT_CEILING)
    mask += (claim("paid", when) < claim("gross", when)) * np.int32(CUT_COFUNDING)
    for check, bit in zip(CHECKS, FAILED, strict=True):
        mask += ~claim(check, when) * np.int32(bit)
    return mask


def outcome(claim: Any, when: Any, parameters: Any) -> Array:
    mask = claim("reasons", when)
    return ((mask > 0).astype(np.int16) + (mask >= FIRST_FAILED)).astype(np.int16)


CHECKS = ("in_period", "in_target_group", "is_partner", "with_plan", "addressed")
FORMULAS: dict[str, tuple[Any, Any]] = {
    formula.__name__: (bool, formula) for formula in (in_period, in_target_group, is_partner, with_plan, addressed, eligible)
}
FORMULAS |= {formula.__name__: (int, formula) for formula in (cap, ceiling, capped, prior, gross, paid, reasons)}
FORMULAS |= {"outcome": (Outcome, outcome)}
BY_NUMPY = {"addressed": addressed_by_numpy, "cap": cap_by_numpy, "prior": prior_by_numpy}


def inputs(frame: pl.DataFrame) -> dict[str, Array]:
    """The columns as OpenFisca keeps them."""
    arrays = {}
    for name, kind in FACTS.items():
        array = (frame[name].fill_null(NEVER) if name == "p_to" else frame[name]).to_numpy()
        arrays[name] = array.astype("datetime64[D]") if kind is date else array.astype(np.int32) if kind is int else array
    return arrays


def group_ids(frame: pl.DataFrame) -> Array:
    """For each claim, the number of its learner and semester; rows lie sorted."""
    return frame.select(pl.struct("learner_id", "sem").rle_id()).to_series().to_numpy()


def built(of: TaxBenefitSystem, groups: Array) -> Simulation:
    """A simulation of these claims, as the documentation builds one from columns."""
    builder = SimulationBuilder()
    builder.create_entities(of)
    builder.declare_person_entity("claim", np.arange(len(groups)))
    learners = builder.declare_entity("learner_semester", np.arange(groups[-1] + 1))
    builder.join_with_persons(learners, groups, np.zeros(len(groups), dtype=np.int8))
    made: Simulation = builder.build(of)
    return made


def built_by_hand(of: TaxBenefitSystem, groups: Array) -> Simulation:
    """The same, past the builder: it makes lists of all ids and roles."""
    made = SimulationBuilder().build_default_simulation(of, 1)
    people, learners = made.populations["claim"], made.populations["learner_semester"]
    people.count, people.ids = len(groups), np.arange(len(groups))
    learners.count, learners.ids, learners.members_entity_id = int(groups[-1]) + 1, np.arange(groups[-1] + 1), groups
    return made


def decided(simulation: Simulation, arrays: dict[str, Array]) -> list[Array]:
    """Outcome codes, amounts and reasons."""
    for name, array in arrays.items():
        simulation.set_input(name, WHEN, array)
    return [simulation.calculate(name, WHEN) for name in ANSWERS]


class OneClaim:
    """Decides one claim with its trace; a fresh simulation each time, or always the same, emptied first."""

    def __init__(self, of: TaxBenefitSystem) -> None:
        self.of = of
        self.kept = SimulationBuilder().build_default_simulation(of, 1)

    def fresh(self, arrays: dict[str, Array]) -> tuple[list[Array], Any]:
        """The answers and the trace, as the documentation does it."""
        return self._decided(SimulationBuilder().build_default_simulation(self.of, 1), arrays)

    def reused(self, arrays: dict[str, Array]) -> tuple[list[Array], Any]:
        """The same without making a simulation."""
        for name in (*FACTS, *FORMULAS):
            self.kept.delete_arrays(name)
        return self._decided(self.kept, arrays)

    def _decided(self, simulation: Simulation, arrays: dict[str, Array]) -> tuple[list[Array], Any]:
        simulation.trace = True
        return decided(simulation, arrays), simulation.tracer
