"""The work during which processes are killed: units of work that come out the same each time, numbered from 0 without an end.

`imports` reads a school's exports, one after another; `money` submits, decides, corrects, pays and recovers claims; `plans`
writes plans and takes their steps; `migration` brings an old register to this release.
"""

from __future__ import annotations

import importlib.util
import io
import os
import random
import signal
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import given_source
import paid_school
from fork_server import say

import pmp_storage_sql.plugin
from pmp_core.errors import PmpError
from pmp_core.loading import load_programme
from pmp_core.plugins import PluginSet
from pmp_core.register import Register
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.values import Actor, Money

PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
KEYS = RegisterKeys([RegisterKey(bytes(range(32)))])
RATED = paid_school.programme(accommodation="500.00", ceiling="90000.00")
PLAIN = load_programme("lv-8.3.4")
MOMENT = datetime(2022, 11, 1, 8, 0, tzinfo=UTC)
MIGRATES = importlib.util.find_spec("pmp_core.register.maintenance") is not None


def opened(target: str, job: str = "money") -> Register:
    """The register of a job, made if it is not there yet."""
    return Register.open(
        target, actor=paid_school.CLERK, programme=PLAIN if job == "imports" else RATED, plugins=PLUGINS, access="host", keys=KEYS
    )


def begin(register: Register, job: str) -> None:
    """What has to be there before the first unit of a job."""
    if job != "imports":
        paid_school.fill(register)


def do(register: Register, job: str, number: int) -> None:
    """One unit of work."""
    ids = count()
    register.new_id = lambda prefix: f"{prefix}-{number}-{next(ids)}"
    {"imports": _import, "money": _money, "plans": _plan}[job](register, number)


def work(job: str, target: str, first: int) -> None:
    """Do one unit after another, and say when each begins and when it is done, until killed."""
    with opened(target, job) as register:
        for number in count(first):
            say("begins", number)
            do(register, job, number)
            say("done", number)


def migrate(target: str, backup: str | None) -> None:
    """Bring an old register to this release, and say so."""
    say("begins", 0)
    migrated(target, backup)
    say("done", 0)
    signal.pause()  # until killed, if that comes late


def migrated(target: str, backup: str | None) -> None:
    """Bring an old register to this release."""
    if MIGRATES:
        from pmp_core.register import maintenance

        maintenance.migrate(target, backup=backup, plugins=PLUGINS)
    adopted(target).close()


def adopted(target: str) -> Register:
    """An old register opened under this release's version of its programme."""
    return Register.open(
        target, actor=paid_school.CLERK, programme="lv-8.3.4", plugins=PLUGINS, access="host", adopt_programme=True
    )


def opened_after(target: str) -> Register:
    """A register that was brought to this release."""
    return Register.open(target, actor=paid_school.CLERK, plugins=PLUGINS, access="host")


def _import(register: Register, number: int) -> None:
    """An export that differs a little from the one before it: some learners are new, some are called otherwise, some are gone."""
    chosen = random.Random(number)
    records: list[Any] = [given_source.school("S"), given_source.school("T")]
    keys = [f"A{learner}" for learner in range(30 + number % 10) if chosen.random() < 0.9]
    for key in keys:
        name = f"Ž-{key}" if chosen.random() < 0.9 else f"Ķ-{key}-{number}"
        records += [given_source.learner(key, family_name=name), given_source.enrolment(key, chosen.choice("ST"))]
    for key in keys:
        school = records[
            records.index(next(r for r in records if r.kind == "enrolment" and r.learner_key == key))
        ].institution_key
        days = chosen.sample(range(60), 4)
        records += [given_source.absence(key, date(2022, 9, 5) + timedelta(days=day), 1, school) for day in days]
        records.append(given_source.mark(key, institution_key=school, points=chosen.randint(1, 10)))
    given = given_source.items(records, *given_source.ALL_COVERED)
    given_source.take(register, given, on=date(2022, 12, 1) + timedelta(days=number), most_withdrawn=1.0)


def _money(register: Register, number: int) -> None:
    """Two claims at a time: submitted, decided, corrected, paid, exported, and what was paid too much comes back."""
    round_, step = divmod(number, 8)
    first, second = (f"C-{2 * round_ + which}" for which in (0, 1))
    day = date(2022, 9, 12) + timedelta(days=round_ % 90)
    if step in (0, 2):
        id, learner = (first, "1") if step == 0 else (second, "2")
        made = paid_school.claim(id, f"{20 + round_ % 60}.00", learner=learner, first_day=day)
        register.submit_claim(made, by=paid_school.AUTHOR, on=day)
    elif step in (1, 3):
        register.decide_claim(first if step == 1 else second, on=day)
    elif step == 4:
        register.pay_claims(on=day, execution_on=day + timedelta(days=1), claims=[first, second])
    elif step == 5:
        register.export_batch(_last_batch(register), on=day, file_format="csv")
    elif step == 6:
        less = paid_school.changed(register, first, "10.00")
        register.correct_claim(first, on=day + timedelta(days=3), reason="Čeks atsaukts.", claim=less)
    else:
        back = Money(f"{10 + round_ % 60}.00")
        when = day + timedelta(days=9)
        register.recover(first, on=when, amount=back, received_on=when, reference=f"R-{round_}")


def _last_batch(register: Register) -> str:
    with register.unit_of_work(keep=False) as work:
        return work.batches.find(exported_on=None)[0].id


APPROVING = (("director", 1), ("municipal-coordinator", 2), ("ikvd", 4))


def _plan(register: Register, number: int) -> None:
    """A learner at a time: enrolled with a draft, changed, submitted, approved three times, begun."""
    round_, step = divmod(number, 7)
    id = f"P-N{round_}"
    author, on = paid_school.AUTHOR, paid_school.BEGIN
    if step == 0:
        with register.unit_of_work(reason="Jauns plāns") as work:
            paid_school.learner(work, f"N{round_}", "I-1", status="draft", applied_on="2022-09-08")
    elif step == 1:
        with register.unit_of_work(keep=False) as work:
            read = work.plans.get(id)
        register.change_plan(read.changed(aims=f"{number}. mērķis"), by=author, on=on)
    elif step == 2:
        register.take_plan_step(id, "submit", by=author, on=on)
    elif step == 6:
        register.take_plan_step(id, "start", by=author, on=on + timedelta(days=7))
    else:
        role, days = APPROVING[step - 3]
        register.take_plan_step(id, "approve", by=Actor(name="Ieva", role=role), on=on + timedelta(days=days))


def without_room(job: str, target: str, number: int) -> None:
    """A unit in a process none of whose files may grow."""
    import resource

    with opened(target, job) as register:
        size = Path(target.removeprefix("sqlite:///")).stat().st_size
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, size))
        _refusal(register, job, number)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))  # so that the write-ahead log can be taken in at the end


def without_rights(job: str, target: str, number: int) -> None:
    """A unit in a process that may read the file and not write it."""
    with opened("sqlite://", job) as other:  # whatever is imported late, while it can still be read
        begin(other, job)
        for each in range(number + 1):
            do(other, job, each)
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        with opened(target, job) as register:
            _refusal(register, job, number)
    except PmpError as error:
        say("not-opened", error.code)


def _refusal(register: Register, job: str, number: int) -> None:
    try:
        do(register, job, number)
    except PmpError as error:
        say("refused", error.code)
    else:
        say("done", number)


def command_on_a_full_disk(arguments: list[str]) -> None:
    """The command, with a standard output that takes nothing."""
    from pmp_core.cli import main

    sys.argv = ["pmp", *arguments]
    told = io.StringIO()
    sys.stdout, sys.stderr = Path("/dev/full").open("w", encoding="utf-8"), told  # noqa: SIM115
    try:
        main()
    except SystemExit as end:
        say("exit", end.code, *told.getvalue().split(" ")[:1])
