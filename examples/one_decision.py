"""One decision without a register: who is in the target group, on the two days around a change of the law.

Run it from anywhere: python examples/one_decision.py
"""

from __future__ import annotations

from datetime import date

from pmp_core import load_programme


def main() -> None:
    """Print the answers, and the whole explanation of the first."""
    rule = load_programme("lv-8.3.4").rule("target-group")
    before, after = (rule.decide(on=day, track="general", level=3) for day in (date(2021, 8, 31), date(2021, 9, 1)))
    print(f"31.08.2021: {before.outcome}, 01.09.2021: {after.outcome}")
    print(before.explain("lv"))
    print(f"Digest of the decision: {before.decision(decided_on=date(2021, 8, 31)).digest}")


if __name__ == "__main__":
    main()
