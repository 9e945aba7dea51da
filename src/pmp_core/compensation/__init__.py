"""Floor 2: money: claims, their decision, and why."""

from pmp_core.compensation.budget import Budget
from pmp_core.compensation.claim import Claim, Receipt
from pmp_core.compensation.conflict_evidence import ClaimedDays, Evidence, SharedReceipt
from pmp_core.compensation.conflicts import Conflict, Override, Severity, between, with_funding
from pmp_core.compensation.decision import ClaimDecision, DecidedLine, cap_counted, decided_line, decision_on, outcome_of
from pmp_core.compensation.lines import ClaimLine, lines_of, months_of, shared, split
from pmp_core.compensation.other_funding import (
    Covers,
    Funded,
    FundedDays,
    OtherFunding,
    Source,
    Spell,
    funded,
    source_of,
    whole_cents,
)
from pmp_core.compensation.payment import EntryKind, Payee, PaymentBatch, PaymentEntry
from pmp_core.compensation.quantity import unit_on, units_of, window
from pmp_core.compensation.rules import RULES
from pmp_core.compensation.state_meals import state_meals
from pmp_core.compensation.transfers import CreditTransfer, batch_reference, credit_transfers, payee_sums

__all__ = [
    "RULES",
    "Budget",
    "Claim",
    "ClaimDecision",
    "ClaimLine",
    "ClaimedDays",
    "Conflict",
    "Covers",
    "CreditTransfer",
    "DecidedLine",
    "EntryKind",
    "Evidence",
    "Funded",
    "FundedDays",
    "OtherFunding",
    "Override",
    "Payee",
    "PaymentBatch",
    "PaymentEntry",
    "Receipt",
    "Severity",
    "SharedReceipt",
    "Source",
    "Spell",
    "batch_reference",
    "between",
    "cap_counted",
    "credit_transfers",
    "decided_line",
    "decision_on",
    "funded",
    "lines_of",
    "months_of",
    "outcome_of",
    "payee_sums",
    "shared",
    "source_of",
    "split",
    "state_meals",
    "unit_on",
    "units_of",
    "whole_cents",
    "window",
    "with_funding",
]
