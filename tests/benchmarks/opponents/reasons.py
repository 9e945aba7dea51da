"""Outcomes and the bits of the reasons, as the rule numbers them: cuts lie lowest, then failed checks, then missing things."""

from __future__ import annotations

from workload import rule

OUTCOMES = ("granted", "reduced", "refused", "undetermined")
_BITS = rule().bits
CUT_CAP, CUT_CEILING, CUT_COFUNDING = (_BITS[f"cut-{name}"] for name in ("cap", "ceiling", "cofunding"))
CHECKS = ("outside-period", "not-target-group", "institution-not-partner", "no-plan-or-risk", "risk-not-addressed")
FAILED = tuple(_BITS[name] for name in CHECKS)
OUTSIDE_PERIOD, NOT_TARGET_GROUP, NOT_PARTNER, NO_PLAN, NOT_ADDRESSED = FAILED
NO_LEVEL, NO_RISKS, NO_COFUNDED, EARLIER = (_BITS[name] for name in ("level", "risks", "cofunded", "earlier-claim"))
# The lowest bit of a failed check and of a missing thing: the outcome is a comparison of the mask.
FIRST_FAILED, FIRST_MISSING = min(FAILED), 2 * max(FAILED)
# An undetermined claim adds this to the running sum, which so tells whether an earlier claim is undetermined.
UNKNOWN_SUM = 1 << 36
