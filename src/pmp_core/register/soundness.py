"""Whether a register's rows are what its entities allow, and whether its programme can be loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pmp_core.errors import PmpError, ProgrammeError, ProgrammeMismatch
from pmp_core.plugins import PluginSet
from pmp_core.register.keys import RegisterKeys
from pmp_core.register.register import Register
from pmp_core.register.rows import SHAPES, Shape
from pmp_core.register.schema import Row, Scalar
from pmp_core.register.storage import Transaction
from pmp_core.register.upkeep import Fault
from pmp_core.values import Actor

_AT_ONCE = 1_000
_WHO = Actor(name="pmp register check", role="auditor")


def faults(target: Any, info: dict[str, str], keys: RegisterKeys | None, plugins: PluginSet | None) -> list[Fault]:
    """What is wrong with a register's programme and with its rows; nothing is changed.

    Args:
        target: a path, a database URL, or an engine of the host.
        info: what the register says of itself.
        keys: the keys of a register that encrypts.
        plugins: where to look for the storage.
    """
    try:
        register = Register.open(target, actor=_WHO, plugins=plugins, trial=True, access="host", keys=keys)
    except (ProgrammeError, ProgrammeMismatch) as error:  # without its programme no row can be understood
        return [Fault(error.code, error.message, "overlays" if error.code == "register-overlay-unfit" else "register_info")]
    with register:
        found = [_OTHER_VERSION] if info["programme_hash"] != register.programme.hash else []
        with register.unit_of_work(reason="check", keep=False) as work:
            for shape in SHAPES.values():
                found.extend(_of_shape(work.transaction, shape))
    return found


_OTHER_VERSION = Fault(
    "register-other-version",
    "The register was made with another version of its programme: other overlays, or another release. Adopt this one.",
    "register_info",
)


def _of_shape(transaction: Transaction, shape: Shape[Any]) -> Iterator[Fault]:
    [key] = shape.table.key
    ids = transaction.scan(shape.table, [key])[key]
    for start in range(0, len(ids), _AT_ONCE):
        rows = transaction.find(shape.table, {key: ids[start : start + _AT_ONCE]})
        try:
            for row, entity in zip(rows, shape.load(transaction, rows), strict=True):
                yield from _derived(shape, row, entity)
        except (
            ValueError,
            TypeError,
            PmpError,
        ):  # one of them is none: pydantic's error, or one of ours, which says whose it is only one by one
            yield from _one_by_one(transaction, shape, rows)


def _one_by_one(transaction: Transaction, shape: Shape[Any], rows: Sequence[Row]) -> Iterator[Fault]:
    for row in rows:
        key: tuple[Scalar, ...] = tuple(row[name] for name in shape.table.key)
        try:
            [entity] = shape.load(transaction, [row])
        except (ValueError, TypeError, PmpError) as error:
            yield Fault("row-no-entity", f"It is no {shape.entity.__name__}: {_told(error)}.", shape.table.name, key)
        else:
            yield from _derived(shape, row, entity)


def _told(error: Exception) -> str:
    """Which fields, and what is wrong by its code; what stands in them is not repeated."""
    if isinstance(error, PmpError):
        return error.code
    details: list[dict[str, Any]] = getattr(error, "errors", list)()
    told = []
    for detail in details:
        cause = detail.get("ctx", {}).get("error")
        where = ".".join(map(str, detail["loc"])) or "as a whole"
        told.append(f"{where} ({cause.code if isinstance(cause, PmpError) else detail['type']})")
    return ", ".join(dict.fromkeys(told)) or type(error).__name__


def _derived(shape: Shape[Any], row: Row, entity: Any) -> Iterator[Fault]:
    """Cells that are worked out from the others, such as those by which there is one plan for a learner and semester."""
    for name, derive in shape.derived.items():
        if row[name] != derive(entity):
            what = f"{name} is not what follows from the rest of the row."
            yield Fault("row-derived-differs", what, shape.table.name, tuple(row[column] for column in shape.table.key))
