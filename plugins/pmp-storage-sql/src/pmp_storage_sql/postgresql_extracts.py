"""Views for analysts: the rows of the register for the purpose of their login, without anybody in them.

They give what `Register.extract` gives, and come to the same pseudonyms: HMAC-SHA-256 by PostgreSQL's own `sha256`, with the
blocks of the purpose's key from a table that only the views read.
"""

from __future__ import annotations

from collections.abc import Iterator

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from pmp_core.register.encryption.extract import BIRTH, GIVEN, is_id
from pmp_core.register.encryption.pseudonyms import ALPHABET, HEXADECIMAL, LETTERS, PREFIX
from pmp_core.register.schema import Table

SCHEMA = "pmp_pseudonymous"
VIEWS = tuple(GIVEN)

_PSEUDONYM = SQL(
    "{} || translate(left(encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(t.{}, 'UTF8'))), 'hex'), {}), {}, {})"
)
# Rows come in the order of the pseudonyms: that of the table would tell which row is which under another purpose.
_VIEW = SQL(
    "CREATE VIEW {} WITH (security_barrier) AS SELECT {} FROM {} t CROSS JOIN ("
    "SELECT u.inner_pad, u.outer_pad FROM pmp_access.logins l JOIN pmp_access.purposes u ON u.purpose = l.purpose "
    "WHERE l.login = session_user::text AND (SELECT pmp_access.takes_extracts())) k ORDER BY {}"
)


def views(register: str) -> Iterator[Composed]:
    """The views, one for each table of which anything is given.

    Args:
        register: the schema of the register's tables.
    """
    for name, (table, columns) in GIVEN.items():
        given = SQL(", ").join(_given(column) for column in columns)
        order = SQL(", ").join(SQL("{}").format(Literal(_place(table, columns, key))) for key in table.key)
        yield _VIEW.format(Identifier(SCHEMA, name), given, Identifier(register, name), order)


def _given(column: str) -> Composable:
    if column == BIRTH:
        return SQL("extract(year FROM t.{})::bigint AS birth_year").format(Identifier(column))
    if is_id(column):
        made = _PSEUDONYM.format(Literal(PREFIX), Identifier(column), Literal(LETTERS), Literal(HEXADECIMAL), Literal(ALPHABET))
        return SQL('({}) COLLATE "C" AS {}').format(made, Identifier(column))
    return SQL("t.{}").format(Identifier(column))


def _place(table: Table, columns: tuple[str, ...], key: str) -> int:
    """By number: a name would mean the column of the table."""
    return columns.index(key) + 1
