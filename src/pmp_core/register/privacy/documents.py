"""The documents that are kept as JSON: written anew without what is cleared in the columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pmp_core.compensation import Claim, ClaimDecision
from pmp_core.compensation.decision import decision_on
from pmp_core.plans import SupportPlan
from pmp_core.register.claim_decisions import kept_decision
from pmp_core.register.privacy.treatments import ERASED, TREATMENTS, How
from pmp_core.register.rows import SHAPES, Part, Shape
from pmp_core.register.schema import Row, Scalar
from pmp_core.values import Entity


def plan_without(document: str, how: How) -> str:
    """A plan's document with the fields cleared that are cleared in the columns of plans.

    Args:
        document: JSON, of this release or an older one.
        how: by which way.
    """
    return _without(document, SupportPlan, how)


def claim_without(document: str, how: How, digests: Mapping[Scalar, str]) -> str:
    """A claim's document, likewise, with the digest of its decision where that was sealed anew.

    Args:
        document: JSON.
        how: by which way.
        digests: the new digests by the old ones.
    """
    without = _without(document, Claim, how)
    fields = json.loads(without)
    digest = fields.get("decision_digest")
    return _written({**fields, "decision_digest": digests[digest]}) if digest in digests else without


def decision_without_reason(row: Row) -> ClaimDecision | None:
    """A decision whose reason is cleared, sealed anew: its digest is over the reason too. None where it gives no reason.

    Lines, facts, amounts and days stay as they are.

    Args:
        row: of the table `decisions`.
    """
    decision = kept_decision(row)
    if decision.reason in (None, ERASED):
        return None
    return decision_on(decision.claim_id, decision.lines, left_out=decision.left_out, reason=ERASED)


def _without(document: str, entity: type[Entity], how: How) -> str:
    fields = json.loads(document)
    shape: Shape[Any] = SHAPES[entity]
    cleared = _cleared(fields, shape.table.name, how)
    for part in shape.parts:
        _clear_part(cleared, part, how)
    return document if cleared == fields else _written(cleared)


def _written(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _clear_part(fields: dict[str, Any], part: Part, how: How) -> None:
    if part.entity is None or part.name not in fields:  # plain codes; or a release that had no such thing
        return
    items = [_cleared(item, part.table.name, how) for item in fields[part.name]]
    for item in items:
        for inner in part.parts:
            _clear_part(item, inner, how)
    fields[part.name] = items


def _cleared(fields: Mapping[str, Any], table: str, how: How) -> dict[str, Any]:
    treatment = TREATMENTS[table]
    row = dict.fromkeys(treatment.table.names) | {name: value for name, value in fields.items() if name in treatment.table.names}
    without = treatment.without(row, how)
    return {name: without.get(name, value) for name, value in fields.items()}
