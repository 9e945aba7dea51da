"""The rows of a file that are no claims to decide: which, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import define, field

from pmp_core.errors import masked
from pmp_core.register.bulk.file_cells import text_of
from pmp_core.register.bulk.file_checks import FAULT, FAULTS, RowChecks
from pmp_core.register.bulk.file_reading import ROW, ClaimsFile, polars
from pmp_core.register.bulk.file_rows import BrokenRow

_LONGEST = 60


@define
class RefusedRows:
    """Collects refused rows; a row is refused once, by the first thing that is wrong with it."""

    _frames: list[Any] = field(factory=list)
    broken: int = 0

    def of_records(self, broken: Sequence[BrokenRow]) -> None:
        """Rows that are no rows of a table; what they ask for cannot be read."""
        pl = polars()
        self.broken += len(broken)
        for column, code in sorted({(one.column or "", one.code) for one in broken}):
            rows = [(one.row, one.claim_id, one.found) for one in broken if ((one.column or ""), one.code) == (column, code)]
            schema = {ROW: pl.get_index_type(), "claim_id": pl.String, "found": pl.String}
            told = pl.DataFrame(rows, schema=schema, orient="row")
            self._add(pl, told.with_columns(requested_cents=pl.lit(None, pl.Int64)), column or None, code)

    def of_cells(self, file: ClaimsFile, checks: RowChecks, rows: Any, looked_at: Any) -> None:
        """Rows with a fault of their own.

        Args:
            rows: of the file.
            looked_at: the same rows, as `RowChecks.looked_at` gives them.
        """
        pl = polars()
        wrong = looked_at.filter(pl.col(FAULT).is_not_null()).select(ROW, FAULT, "claim_id", "requested_cents")
        cells = rows.join(wrong.select(ROW), on=ROW, how="semi")
        for number in wrong[FAULT].unique().to_list():
            fault = checks.faults[number]
            heading = file.given[fault.column]
            found = cells.select(ROW, found=text_of(pl, heading, file.types[fault.column]))
            of_it = wrong.filter(pl.col(FAULT) == number).join(found, on=ROW, how="left")
            self._add(pl, of_it, file.given[fault.column], fault.code)

    def of_claims(self, claims: Any, column: str, code: str) -> None:
        """Claims that are nothing to decide beside others, or under the programme.

        Args:
            column: what is told of them, one of theirs.
        """
        pl = polars()
        self._add(pl, claims.select(ROW, "claim_id", "requested_cents", found=pl.col(column).cast(pl.String)), column, code)

    def _add(self, pl: Any, rows: Any, column: str | None, code: str) -> None:
        if rows.is_empty():
            return
        what, remedy = FAULTS[code]
        texts = {"column": column, "code": code, "message": what, "remedy": remedy}
        asked = pl.when(pl.col("requested_cents") >= 0).then("requested_cents")
        told = rows.select(ROW, *(_masked(pl, name) for name in ("claim_id", "found")), requested_cents=asked, **{
            name: pl.lit(text, pl.String) for name, text in texts.items()
        })  # fmt: skip
        self._frames.append(told.select(_COLUMNS))

    def numbers(self) -> Any:
        """The numbers of the rows, as a frame."""
        return self.frame().select(ROW)

    def frame(self) -> Any:
        """All of them, in the order of the file."""
        pl = polars()
        empty = pl.DataFrame(
            schema={ROW: pl.get_index_type(), **dict.fromkeys(_COLUMNS[1:], pl.String), "requested_cents": pl.Int64}
        )
        return pl.concat([empty.select(_COLUMNS), *self._frames]).sort(ROW)

    def by_code(self) -> dict[str, int]:
        """How many rows were refused for what."""
        counted = self.frame()["code"].value_counts().sort("count", "code", descending=[True, False])
        return dict(zip(counted["code"].to_list(), counted["count"].to_list(), strict=True))


_COLUMNS: Sequence[str] = (ROW, "claim_id", "column", "code", "message", "found", "remedy", "requested_cents")


def _masked(pl: Any, name: str) -> Any:
    """Short, and with what looks like a personal code masked. Only what is refused is gone through one after another."""
    return pl.col(name).map_elements(masked, return_dtype=pl.String, skip_nulls=True).str.slice(0, _LONGEST).alias(name)
