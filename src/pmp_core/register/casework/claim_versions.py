"""The versions of a claim: each one that was kept, with who made it, when and why."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from pmp_core.compensation import Claim
from pmp_core.register import tables
from pmp_core.register.access.doors import door
from pmp_core.register.casework.written_versions import WrittenVersion, version_fields, write_version
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Actor


@frozen
class ClaimVersion(WrittenVersion):
    """One version of a claim.

    Args:
        claim: the claim as it was then.
    """

    claim: Claim


def keep_claim(work: UnitOfWork, claim: Claim, change: str, *, by: Actor, on: date, reason: str | None = None) -> Claim:
    """Keep a claim, and write the version down."""
    kept = work.claims.put(claim) if claim.version else work.claims.add(claim)
    key, table = {"claim_id": kept.id}, tables.CLAIM_VERSIONS
    write_version(work.transaction, table, key, kept, version=kept.version, change=change, by=by, on=on, reason=reason)
    return kept


@door("see-money", "claim_id")
def claim_versions(work: UnitOfWork, claim_id: str) -> list[ClaimVersion]:
    """Every version of a claim that was written down, oldest first. What an older release kept has none.

    Raises:
        NotFound: no such claim.
    """
    work.claims.get(claim_id)
    rows = work.transaction.find(tables.CLAIM_VERSIONS, {"claim_id": claim_id}, order=["version"])
    return [ClaimVersion(**version_fields(row), claim=Claim.model_validate_json(str(row["document"]))) for row in rows]
