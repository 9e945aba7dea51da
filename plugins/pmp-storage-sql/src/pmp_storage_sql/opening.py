"""Opening a storage from what the host has: a URL, an engine or a connection."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from pmp_core.errors import RegisterError
from pmp_storage_sql.database import Database
from pmp_storage_sql.storage import SqlStorage
from pmp_storage_sql.url_errors import driver_missing, unsupported, url_invalid

SCHEMES = ("sqlite", "postgresql", "mariadb")
_TIMEOUT = 30.0  # seconds: an import of a whole municipality may hold the writer's place for some
# By SQLAlchemy's names of dialect and driver. MariaDB can be met under the name of MySQL.
_DATABASES = {
    ("sqlite", "pysqlite"): ("pmp_storage_sql.sqlite", "Sqlite", ""),
    ("postgresql", "psycopg"): ("pmp_storage_sql.postgresql", "PostgreSQL", "postgresql"),
    ("mariadb", "pymysql"): ("pmp_storage_sql.mariadb", "MariaDB", "mariadb"),
    ("mysql", "pymysql"): ("pmp_storage_sql.mariadb", "MariaDB", "mariadb"),
}
_DRIVERS = dict(pair for pair in _DATABASES if pair[0] != "mysql")


def open_storage(target: object) -> SqlStorage:
    """A storage.

    Args:
        target: a URL (`sqlite:///register.sqlite`, `sqlite://` in memory, `postgresql://user@host/database`,
            `mariadb://user@host/database`, all with `?timeout=5` for the seconds to wait for another transaction), a path, or
            the host's SQLAlchemy engine or open connection, which `close` leaves open.

    Raises:
        RegisterError: `storage-unsupported`, `storage-url-invalid`, `storage-driver-missing`, `storage-not-a-database`,
            `storage-unavailable`, …
    """
    if isinstance(target, Engine | Connection):
        return SqlStorage(target, _database(target.dialect.name, target.dialect.driver))
    if isinstance(target, Path):  # whatever stands in its name, even what would mean something in a URL
        target = URL.create("sqlite", database=str(target))
    url, timeout = _read(target)
    backend = url.get_backend_name()
    # SQLAlchemy's own choice of a driver is another one in some of its releases.
    database = _database(backend, url.get_driver_name() if "+" in url.drivername else _DRIVERS.get(backend, ""))
    engine = database.engine(url.difference_update_query(["timeout"]), timeout)
    try:
        with database.told(), engine.connect() as connection:
            database.look_at(connection)
    except RegisterError:
        engine.dispose()
        raise
    return SqlStorage(engine, database, owned=True, timeout=timeout)


def _read(target: object) -> tuple[URL, float]:
    try:
        url = make_url(target if isinstance(target, URL) else str(target))
        if isinstance(secret := url.query.get("password"), str):  # there the engine would show it
            url = url.set(password=secret).difference_update_query(["password"])
        return url, float(str(url.query.get("timeout", _TIMEOUT)))
    except (ArgumentError, ValueError):
        invalid = url_invalid()
    raise invalid  # here, so that it does not carry along an error with the URL in it


def _database(backend: str, driver: str) -> Database:
    if (backend, driver) not in _DATABASES:
        raise unsupported(f"{backend}+{driver}" if driver else backend)
    module, name, extra = _DATABASES[backend, driver]
    try:
        database: Database = getattr(import_module(module), name)()
    except ImportError:
        raise driver_missing(extra) from None
    return database
