"""Microsoft SQL Server: nothing is run there, but the tables can be said in its words."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.dialects import mssql
from sqlalchemy.schema import CreateIndex, CreateTable

from pmp_core.register.tables import TABLES
from pmp_storage_sql.tables import sql_table


def test_the_register_s_tables_compile() -> None:
    metadata, described = MetaData(), {table.name: table for table in TABLES}
    made = {table.name: sql_table(table, metadata, described) for table in TABLES}
    dialect = mssql.dialect()  # type: ignore[no-untyped-call]
    said = {name: str(CreateTable(table).compile(dialect=dialect)) for name, table in made.items()}
    assert "id NVARCHAR(440) COLLATE Latin1_General_100_BIN2 NOT NULL" in said["plans"]
    assert "aims NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL" in said["plans"]
    assert "amount_cents BIGINT NOT NULL" in said["budgets"]
    assert "released BIT NOT NULL" in said["plans"]
    assert "UNIQUE" not in said["plans"]  # empty cells would be equal there
    indexes = {str(index.name): str(CreateIndex(index).compile(dialect=dialect)) for index in made["plans"].indexes}
    assert indexes["uq_plans_learner_id_semester_holds_place"].endswith(
        "CREATE UNIQUE INDEX uq_plans_learner_id_semester_holds_place ON plans (learner_id, semester, holds_place) "
        "WHERE holds_place IS NOT NULL"
    )
