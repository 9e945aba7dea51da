"""What is wrong with a target that is no database of ours. What was found is not repeated: a URL may hold a password."""

from __future__ import annotations

from pmp_core.errors import RegisterError


def url_invalid() -> RegisterError:
    """No URL, or one with a setting that the database does not know."""
    return RegisterError(
        "storage-url-invalid", "This is not the URL of a database, or it has a setting that the database does not know.",
        remedy="Write sqlite:///relative.sqlite, sqlite:////absolute.sqlite, sqlite:// (in memory), "
        "postgresql://user@host/database or mariadb://user@host/database.",
    )  # fmt: skip


def unsupported(found: str) -> RegisterError:
    """A database or a driver that the plug-in does not store in."""
    return RegisterError(
        "storage-unsupported",
        "The plug-in stores in SQLite by Python's own driver, PostgreSQL by psycopg and MariaDB by PyMySQL.",
        found=found,
        remedy="Use sqlite:///path/to/file.sqlite, postgresql+psycopg://… or mariadb+pymysql://…, or such an engine.",
    )


def driver_missing(extra: str) -> RegisterError:
    """The driver of a database is not installed."""
    return RegisterError(
        "storage-driver-missing", f"The driver for {extra} is not installed.",
        remedy=f"pip install 'pmp-storage-sql[{extra}]'",
    )  # fmt: skip
