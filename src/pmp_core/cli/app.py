"""The command's tree, and how errors end it."""

from __future__ import annotations

import sys
from io import TextIOWrapper

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
    overlays,
    payments,
    plan_delivery,
    plan_steps,
    plans,
    printing,
    programmes,
    requesting,
    risks,
    rules,
    schemas,
    statistics,
)
from pmp_core.cli.output import show, show_error
from pmp_core.errors import FactError, NotFound, PluginError, PmpError, RuleError
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
    }
)

app = typer.Typer(
    name="pmp",
    help="Keeping children in school: risks, support plans, measures, compensation, outcomes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
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
app.command("stats")(statistics.stats)
for command in (overlays.check, overlays.draft, overlays.schema, overlays.territories):
    programmes.app.command(command.__name__)(command)
programmes.app.command("life-cycle")(life_cycles.life_cycle)
app.add_typer(programmes.app, name="programmes")
app.add_typer(rules.app, name="rules")
app.add_typer(schemas.schemas, name="schemas")


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
        app()
    except PmpError as error:
        show_error(error)
        sys.exit(2 if _is_wrong_use(error) else 1)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        cause = first.get("ctx", {}).get("error")
        where = ".".join(map(str, first["loc"]))
        show_error(cause if isinstance(cause, PmpError) else PmpError("input-invalid", f"{where}: {first['msg']}"))
        sys.exit(1)


def _is_wrong_use(error: PmpError) -> bool:
    if isinstance(error, FactError | RuleError | PluginError | NotFound):
        return True
    # What stands in a row of a file, such as an overlay's unknown path, is the file's fault and not the caller's.
    return error.code in WRONG_USE and error.place.row is None and error.place.pointer is None
