"""One of two people, in a process of their own: adds a plan, changes it, submits it, each as soon as a line comes in.

Before each it reads what is there and says `ready`, and then `done` or the code of the refusal.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from plan_table import AUTUMN
from plan_values import plan

import pmp_storage_sql.plugin
from pmp_core.errors import PmpError
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import Register
from pmp_core.values import Actor

DAY = date(2022, 9, 12)


def do(register: Register, number: int, read: list[SupportPlan]) -> None:
    if number == 0:
        register.add_plan(plan(f"P-{register.actor.name}", "L-1", "I-1", AUTUMN, "whole"))
    elif number == 1:
        register.change_plan(read[0].changed(aims=register.actor.name), on=DAY)
    else:
        register.take_plan_step(read[0].id, "submit", on=DAY, version=read[0].version)


def main(path: Path, name: str) -> None:
    """Three times: read, say `ready`, wait for a line, do it, say how it went."""
    by, plugins = Actor(name=name, role="plan-author"), PluginSet([("sql", pmp_storage_sql.plugin)])
    with Register.open(path, actor=by, plugins=plugins, access="host") as register:
        for number in range(3):
            with register.unit_of_work(keep=False) as work:
                read = work.plans.find()
            print("ready", flush=True)
            sys.stdin.readline()
            try:
                do(register, number, read)
            except PmpError as error:
                print(error.code, flush=True)
            else:
                print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
