"""What is done with a register as a whole: migrating, copying, checking, making room."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from pmp_core.errors import InvalidValue, RegisterError
from pmp_core.plugins import PluginSet
from pmp_core.register import opening, soundness, tables
from pmp_core.register.keys import RegisterKeys
from pmp_core.register.storage import Storage
from pmp_core.register.upkeep import Fault, Upkeep


@frozen
class Migrated:
    """What a migration did.

    Args:
        before: the schema that was found.
        after: the schema now.
        backup: where the register is as it was before; None if none was made.
    """

    before: int
    after: int
    backup: Path | None


def migrate(target: Any, *, backup: Path | str | None, plugins: PluginSet | None = None) -> Migrated:
    """Bring a register of an earlier schema to this library's, after a backup. All rows stay as they are.

    One that has this schema already is left as it is, and no backup is made. If it breaks off in the middle, the register is as it
    was; where the database keeps each step by itself (MariaDB), it is run again and goes on.

    Args:
        target: a path, a database URL, or an engine of the host.
        backup: the file to make; None: none.
        plugins: where to look for the storage; None loads the installed one.

    Raises:
        RegisterError: `register-missing`, `register-newer`, `migration-missing`, `migration-unfinished`, `schema-differs`,
            `storage-unsupported`, and what `back_up` raises.
        InvalidValue: as `back_up`.
    """
    with _opened(target, plugins) as storage:
        before = _schema_of(storage)
        made = None
        if before < tables.SCHEMA_VERSION:
            made = None if backup is None else _backed_up(storage, Path(backup))
            before = _upkeep(storage).migrate(tables.TABLES, tables.SCHEMA_VERSION)
        return Migrated(before, tables.SCHEMA_VERSION, made)


def back_up(target: Any, file: Path | str, *, plugins: PluginSet | None = None) -> Path:
    """Write a register, of this schema or an earlier one, into a file of SQLite: all of it as it is at one moment, or nothing.

    Others may go on working. The file can be read by its owner alone, and opened as a register. What the register encrypts is
    encrypted in it too, so that its keys have to be kept as well, elsewhere.

    Args:
        target: as for `migrate`.
        file: the file to make.
        plugins: as for `migrate`.

    Raises:
        RegisterError: `register-missing`, `register-newer`, `file-unwritable`, `storage-damaged`, `schema-differs`,
            `copy-differs`, `storage-unsupported`.
        InvalidValue: `file-exists`, `folder-missing`.
    """
    with _opened(target, plugins) as storage:
        _schema_of(storage)
        return _backed_up(storage, Path(file))


def restore(backup: Path | str, target: Any, *, plugins: PluginSet | None = None) -> int:
    """Write what a backup holds into an empty database: all of it or nothing. It keeps the schema that it has.

    Args:
        backup: the file.
        target: a path where no file is yet, or the URL of an empty database.
        plugins: as for `migrate`.

    Returns:
        How many rows the register has.

    Raises:
        InvalidValue: `file-missing`.
        RegisterError: `register-missing`: the file holds none; `register-newer`, `register-not-empty`, `copy-differs`, …
    """
    file = Path(backup)
    if not file.is_file():
        raise InvalidValue("file-missing", "There is no such file.", found=file.name, remedy="Check its name.")
    with _opened(file, plugins) as source:
        _schema_of(source)
        with _opened(target, plugins) as storage:
            return _upkeep(storage).restore(source, tables.TABLES)


def check(target: Any, *, keys: RegisterKeys | None = None, plugins: PluginSet | None = None) -> list[Fault]:
    """Look through a whole register: the database, its tables and references, every row as an entity, and its programme.

    Nothing is changed. Every row is read, so it takes as long as a backup. Whether somebody altered rows behind the library's back is
    another question, which the history answers.

    Args:
        target: as for `migrate`.
        keys: the keys of a register that encrypts.
        plugins: as for `migrate`.

    Returns:
        What is wrong; nothing if all is well.

    Raises:
        RegisterError: `register-missing`, `register-newer`, `storage-not-a-database`, …
    """
    with _opened(target, plugins) as storage:
        version = _schema_of(storage)
        if version < tables.SCHEMA_VERSION:
            older = Fault("register-older", f"The register has schema {version}: migrate it first, then check again.")
            return [older, *(_upkeep(storage).check(()) if isinstance(storage, Upkeep) else ())]
        info, _ = opening.read_info(storage)
        found = _upkeep(storage).check(tables.TABLES)
    if any(fault.code in ("storage-damaged", "schema-differs", "cell-unreadable") for fault in found):
        return found  # rows cannot all be read
    return found + soundness.faults(target, info, keys, plugins)


def vacuum(target: Any, *, plugins: PluginSet | None = None) -> tuple[int, int]:
    """Make room in the database, and have it count anew what it plans its queries with.

    In SQLite and MariaDB what was deleted is gone from the files afterwards; PostgreSQL overwrites it in time.

    Args:
        target: as for `migrate`.
        plugins: as for `migrate`.

    Returns:
        How many bytes the register took before, and takes after.

    Raises:
        RegisterError: `register-missing`, `register-newer`, `storage-locked`, `storage-full`, …
    """
    with _opened(target, plugins) as storage:
        _schema_of(storage)
        return _upkeep(storage).vacuum(tables.TABLES)


@contextmanager
def _opened(target: Any, plugins: PluginSet | None) -> Iterator[Storage]:
    storage = opening.storage_at(target, plugins)
    try:
        yield storage
    finally:
        storage.close()


def _schema_of(storage: Storage) -> int:
    version = opening.schema_of(opening.read_info(storage)[0])
    if version is None:
        raise RegisterError("register-missing", "There is no register there.", remedy="Check the path or the URL.")
    opening.check_not_newer(version)
    return version


def _upkeep(storage: Storage) -> Upkeep:
    if not isinstance(storage, Upkeep):
        raise RegisterError(
            "storage-unsupported",
            f"The storage {storage.name} has no migrations, copies or checks of its own.",
            remedy="Use the means of the place where it lies.",
        )
    return storage


def _backed_up(storage: Storage, file: Path) -> Path:
    with _whole(file) as beside:
        _upkeep(storage).back_up(beside, tables.TABLES)
    return file


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """An empty file for its owner's eyes only, which takes the name that was asked for once it is written to the end."""
    try:
        if file.exists():
            raise InvalidValue("file-exists", "There is a file there already.", found=file.name, remedy="Name another.")
        if not file.parent.is_dir():
            raise InvalidValue("folder-missing", "There is no such folder.", found=file.parent.name, remedy="Make it first.")
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=file.parent)
        os.close(handle)
        beside = Path(name)
        try:
            yield beside
            beside.replace(file)
        except BaseException:
            for left in (name, f"{name}-journal", f"{name}-wal", f"{name}-shm"):
                Path(left).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RegisterError(
            "file-unwritable", f"The file cannot be written: {error.strerror}.", found=file.name, remedy="Name another place."
        ) from None
