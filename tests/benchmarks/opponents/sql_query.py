"""SQL by hand, for DuckDB and for Spark. The running sum looks only at claims that are not refused: the others neither
count nor need it."""

from __future__ import annotations

from workload import CAP_DAYS, CAPS, CEILINGS, EARLY, FIRST, LAST

from opponents.reasons import (
    CHECKS,
    CUT_CAP,
    CUT_CEILING,
    CUT_COFUNDING,
    EARLIER,
    FAILED,
    NO_COFUNDED,
    NO_LEVEL,
    NO_RISKS,
    UNKNOWN_SUM,
)


def _by_kind(arms: list[str]) -> str:
    return "CASE mtype " + " ".join(f"WHEN {kind} THEN {arm}" for kind, arm in enumerate(arms)) + " END"


def _mask(conditions: dict[str, int]) -> str:
    return " + ".join(f"CASE WHEN {condition} THEN {bit} ELSE 0 END" for condition, bit in conditions.items())


def query(table: str, *, gaps: bool, place: str = "") -> str:
    """The query.

    Args:
        table: of the claims.
        gaps: whether facts are missing.
        place: a column that tells the place of a row; the rows then keep their order.
    """
    caps = [
        f"CASE WHEN date >= DATE '{CAP_DAYS[2]}' THEN {third} WHEN date >= DATE '{CAP_DAYS[1]}' THEN {second} ELSE {first} END"
        for first, second, third in CAPS
    ]
    checks = (
        f"date BETWEEN DATE '{FIRST}' AND DATE '{LAST}'",
        f"""date >= DATE '{FIRST}' AND CASE WHEN inst = 0
            THEN level BETWEEN 5 AND 12 OR (level BETWEEN 1 AND 4 AND date >= DATE '{EARLY}') ELSE level BETWEEN 1 AND 4 END""",
        "date >= p_from AND (p_to IS NULL OR date <= p_to)",
        "risks >= 1",
        _by_kind([f"econ{kind}" for kind in range(5)]),
    )
    names = [name.replace("-", "_") for name in CHECKS]
    checked = ", ".join(f"{check} AS {name}" for check, name in zip(checks, names, strict=True))
    cuts = _mask({"requested > cap": CUT_CAP, "gross < capped": CUT_CEILING, "paid < gross": CUT_COFUNDING})
    failed = _mask({f"NOT {name}": bit for name, bit in zip(names, FAILED, strict=True)})
    missing = _mask(
        {
            "level IS NULL": NO_LEVEL,
            "risks IS NULL": NO_RISKS,
            "cofunded IS NULL": NO_COFUNDED,
            f"prior >= {UNKNOWN_SUM}": EARLIER,
        }
    )
    counted, undetermined, reasons = "capped", "false", cuts
    if gaps:
        counted = f"CASE WHEN own_gap THEN {UNKNOWN_SUM} ELSE capped END"
        undetermined = f"own_gap OR prior >= {UNKNOWN_SUM}"
        reasons = f"CASE WHEN undetermined THEN {missing} ELSE {cuts} END"
    keep = f"{place} AS place, " if place else ""
    kept = "place, " if place else ""
    return f"""
WITH checked AS (
  SELECT {keep}claim_id, learner_id, sem, date, requested, cofunded, level, risks, {checked}, {_by_kind(caps)} AS cap,
    CASE WHEN date >= DATE '{EARLY}' THEN {CEILINGS[1]} ELSE {CEILINGS[0]} END AS ceiling FROM {table}),
judged AS (SELECT *, {" AND ".join(names)} AS passed FROM checked),
capped AS (
  SELECT *, passed IS NULL OR cofunded IS NULL AS own_gap, least(requested, cap) AS capped FROM judged
  WHERE passed IS NOT FALSE),
summed AS (
  SELECT *, CAST(coalesce(sum({counted}) OVER (PARTITION BY learner_id, sem ORDER BY date, claim_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS BIGINT) AS prior FROM capped),
cut AS (SELECT *, least(capped, greatest(ceiling - prior, 0)) AS gross FROM summed),
paid AS (SELECT *, greatest(gross - cofunded, 0) AS paid, {undetermined} AS undetermined FROM cut),
answered AS (
  SELECT {kept}claim_id, CASE WHEN undetermined THEN NULL ELSE paid END AS amount, {reasons} AS mask FROM paid),
answers AS (
  SELECT {kept}claim_id,
    CASE WHEN mask = 0 THEN 'granted' WHEN mask < {min(FAILED)} THEN 'reduced' ELSE 'undetermined' END AS outcome,
    CAST(amount AS BIGINT) AS amount_cents, CAST(mask AS BIGINT) AS reasons FROM answered
  UNION ALL SELECT {kept}claim_id, 'refused', CAST(0 AS BIGINT), CAST({failed} AS BIGINT) FROM judged WHERE NOT passed)
SELECT claim_id, outcome, amount_cents, reasons FROM answers{" ORDER BY place" if place else ""}"""
