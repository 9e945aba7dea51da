"""The tables that the storage suite works on: small, invented, and with all that a table can have."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pmp_core.register.schema import Column, ColumnType, Reference, Row, Scalar, Table

_T = ColumnType

GROUPS = Table("kit_groups", (Column("id", _T.TEXT), Column("name", _T.TEXT, nullable=True)), key=("id",))
"""Something to refer to; not versioned."""

CELLS = Table(
    "kit_cells",
    (
        Column("id", _T.TEXT), Column("text", _T.TEXT, nullable=True), Column("integer", _T.INTEGER, nullable=True),
        Column("boolean", _T.BOOLEAN, nullable=True), Column("day", _T.DAY, nullable=True),
        Column("moment", _T.MOMENT, nullable=True), Column("cents", _T.CENTS, nullable=True),
    ),
    key=("id",), indexes=(("integer", "boolean"),),
)  # fmt: skip
"""A column of every type, named as words of SQL are."""

MEMBERS = Table(
    "kit_members",
    (
        Column("id", _T.TEXT), Column("group", _T.TEXT, nullable=True), Column("place", _T.TEXT, nullable=True),
        Column("level", _T.INTEGER, nullable=True), Column("version", _T.INTEGER),
    ),
    key=("id",), unique=(("group", "place"),), references=(Reference(("group",), "kit_groups"),),
)  # fmt: skip
"""Versioned, with a unique set of two columns that may both be empty."""

DAYS = Table(
    "kit_days",
    (Column("member", _T.TEXT), Column("day", _T.DAY), Column("after", _T.DAY, nullable=True)),
    key=("member", "day"),
    references=(Reference(("member",), "kit_members"), Reference(("member", "after"), "kit_days")),
)
"""A key of two columns, and a reference of two columns to the table itself, one of which may be empty."""

NUMBERS = Table("kit_numbers", (Column("number", _T.INTEGER),), key=("number",))
"""Nothing but a key."""

# Those that refer stand before those they refer to: a storage finds the order itself.
TABLES = (DAYS, MEMBERS, CELLS, GROUPS, NUMBERS)

LETTERS = "ĀāČčĒēĢģĪīĶķĻļŅņŠšŪūŽžŌōŖŗ"  # the last two are of the old orthography
MOMENT = datetime(2021, 9, 1, 8, 30, 15, 123456, UTC)
DAY = date(2021, 9, 1)


def group(key: str, name: str | None = None) -> Row:
    """A row of `GROUPS`."""
    return {"id": key, "name": name}


def cells(key: str, **filled: Scalar) -> Row:
    """A row of `CELLS`, empty but for what is given."""
    return dict.fromkeys(CELLS.names, None) | {"id": key} | filled


def member(key: str, group: str | None = None, place: str | None = None, level: int | None = None, version: int = 1) -> Row:
    """A row of `MEMBERS`."""
    return {"id": key, "group": group, "place": place, "level": level, "version": version}


def day_of(key: str, day: date, after: date | None = None) -> Row:
    """A row of `DAYS`."""
    return {"member": key, "day": day, "after": after}
