"""The command's tree, and how errors end it."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import redirect_stderr
from io import TextIOBase, TextIOWrapper
from typing import TextIO

import typer
from pydantic import ValidationError

from pmp_core.cli import (
    budgets,
    claim_money,
    claims,
    conflicts,
    deciding,
    demo,
    evaluating,
    exchange,
    importing,
    life_cycles,
    opening,
    overlays,
    payments,
    plan_delivery,
    plan_steps,
    plans,
    printing,
    privacy,
    privacy_extract,
    privacy_subject,
    programmes,
    register_access,
    register_encryption,
    register_history,
    register_maintenance,
    registers,
    requesting,
    risks,
    rules,
    schemas,
    statistics,
)
from pmp_core.cli.output import show, show_error
from pmp_core.errors import FactError, NotFound, PluginError, PmpError, RuleError, masked
from pmp_core.plugins import PluginSet

# Beside every FactError, RuleError, PluginError and NotFound: what the caller mistyped, and not what the data have wrong.
WRONG_USE = frozenset(
    {
        "programme-unknown",
        "path-unknown",
        "catalogue-unknown",
        "code-unknown",
        "step-unknown",
        "life-cycle-unknown",
        "file-unwritable",
        "overlay-missing",
        "mapping-missing",
        "day-invalid",
        "semester-invalid",
        "semester-unset",
        "school-year-invalid",
        "level-unknown",
        "register-without-programme",
        "register-missing",
        "register-exists",
        "year-missing",
        "option-invalid",
        "share-invalid",
        "file-exists",
        "output-unfit",
        "threshold-invalid",
        "outcome-unknown",
        "file-missing",
        "format-unknown",
        "debtor-missing",
        "kind-not-compensated",
        "folder-missing",
        "partner-without-agreement",
        "request-not-over",
        "exchange-key-invalid",
        "exchange-key-short",
        "exchange-sender-invalid",
        "exchange-sender-unknown",
        "register-key-invalid",
        "register-keys-missing",
        "register-key-unknown",
        "erasure-unknown",
        "confirmation-invalid",
        "retention-unset",
        "moment-invalid",
        "moment-before-history",
        "checkpoint-invalid",
        "register-keys-needed",
        "encryption-unchosen",
        "purpose-invalid",
        "extract-table-unknown",
    }
)

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

app = typer.Typer(
    name="pmp",
    help="Keeping children in school: risks, support plans, measures, compensation, outcomes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.callback()(opening.acts_for)
app.command("demo")(demo.demo)
app.command("import")(importing.import_)
risks.risks.command("evaluate")(evaluating.evaluate)
app.add_typer(risks.risks, name="risks")
for part in (plan_steps, plan_delivery):
    plans.plans.add_typer(part.commands)
plans.plans.command("print")(printing.print_)
app.add_typer(plans.plans, name="plans")
claims.claims.add_typer(conflicts.commands)
claims.claims.add_typer(conflicts.funding, name="funding")
claims.claims.add_typer(claim_money.commands)
app.add_typer(claims.claims, name="claims")
claims.partners.command("request")(requesting.request)
app.add_typer(payments.payments, name="payments")
app.add_typer(budgets.budgets, name="budgets")
app.add_typer(claims.partners, name="partners")
app.command("decide")(deciding.decide)
app.add_typer(exchange.exchange, name="exchange")
privacy.privacy.add_typer(privacy_subject.commands)
app.command("stats")(statistics.stats)
for command in (overlays.check, overlays.draft, overlays.schema, overlays.territories):
    programmes.app.command(command.__name__)(command)
programmes.app.command("life-cycle")(life_cycles.life_cycle)
app.add_typer(programmes.app, name="programmes")
app.add_typer(rules.app, name="rules")
app.add_typer(schemas.schemas, name="schemas")
registers.registers.add_typer(register_history.commands)
registers.registers.add_typer(register_maintenance.commands)
registers.registers.add_typer(register_encryption.commands)
registers.registers.add_typer(register_access.commands)
app.add_typer(registers.registers, name="register")
privacy.privacy.add_typer(privacy_extract.commands)
app.add_typer(privacy.privacy, name="privacy")


@app.command("plugins")
def plugins(json: bool = typer.Option(False, "--json", help="As JSON, for scripts.")) -> None:
    """List the installed plug-ins and what they register."""
    found = []
    for plugin in PluginSet.discover():
        loaded = PluginSet.load([plugin.name])
        registers = [f"source {kind.name}" for kind in loaded.sources] + [f"storage {kind.name}" for kind in loaded.storages]
        registers += [f"programme {folder.name}" for folder in loaded.programmes] + [f"rule {rule.name}" for rule in loaded.rules]
        registers += [str(error) for error in loaded.broken.values()]
        row = {"name": plugin.name, "distribution": plugin.distribution, "version": plugin.version}
        found.append({**row, "registers": ", ".join(registers)})
    show(found, json=json, title="Installed plug-ins")


def run() -> None:
    """Run the command, and end with the exit code that fits."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a letter that the terminal's encoding lacks is written as its number
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            with redirect_stderr(_Masked(sys.stderr)):
                app()
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        _drop_output()
        told = f"What the command says cannot be written: {error.strerror}."
        show_error(PmpError("output-unwritable", told, remedy="Make room there, or send it elsewhere, and repeat the command."))
        sys.exit(1)
    except PmpError as error:
        show_error(error)
        sys.exit(2 if _is_wrong_use(error) else 1)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        cause = first.get("ctx", {}).get("error")
        where = ".".join(map(str, first["loc"]))
        show_error(cause if isinstance(cause, PmpError) else PmpError("input-invalid", f"{where}: {first['msg']}"))
        sys.exit(1)


class _Masked(TextIOBase):
    """Standard error, where the parser of the command's line repeats in its own words what was mistyped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text with every personal code masked."""
        self._stream.write(masked(text))
        return len(text)

    def flush(self) -> None:
        """Flush."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Whether a person reads it."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The number of its file."""
        return self._stream.fileno()


def _drop_output() -> None:
    """What waits to be written goes nowhere: at the end Python would try once more, and complain in its own words."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_wrong_use(error: PmpError) -> bool:
    if isinstance(error, FactError | RuleError | PluginError | NotFound):
        return True
    # What stands in a row of a file, such as an overlay's unknown path, is the file's fault and not the caller's.
    return error.code in WRONG_USE and error.place.row is None and error.place.pointer is None
