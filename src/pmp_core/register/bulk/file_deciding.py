"""A file of claims decided: read in pieces, put together by learner, decided part by part, and written in the order of the file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from attrs import define, field

from pmp_core.loading import Programme
from pmp_core.register.bulk import file_conflicts
from pmp_core.register.bulk.deciding import decided_claims, decided_lines
from pmp_core.register.bulk.file_checks import FAULT, row_checks
from pmp_core.register.bulk.file_lines import file_lines
from pmp_core.register.bulk.file_outputs import check_outputs, gather, put, writable, written
from pmp_core.register.bulk.file_reading import ROW, ClaimsFile, opened, polars, unreadable
from pmp_core.register.bulk.file_receipts import RECEIPT_IDENTITY, with_receipts
from pmp_core.register.bulk.file_refused import RefusedRows
from pmp_core.register.bulk.file_results import OF_CLAIMS, OF_LINES, SHOWN, result
from pmp_core.register.bulk.file_totals import FileTotals
from pmp_core.register.bulk.law import RULE, ClaimLaw
from pmp_core.register.bulk.parts import CLAIM

Advance = Callable[[int, int], None]
# So many rows are read at once, and about so many are decided at once.
AT_ONCE, IN_A_PART = 500_000, 500_000


def decide_file(
    file: Path,
    programme: Programme,
    *,
    on: date,
    out: Path,
    lines: Path | None = None,
    refused: Path | None = None,
    replace: bool = False,
    progress: Advance | None = None,
    at_once: int = AT_ONCE,
) -> FileTotals:
    """Decide the claims of a file, each as it would be decided alone after those before it of the same learner and semester.

    A row that cannot be a claim is refused with a reason, and the rest is decided. The results are written whole or not at all.

    Args:
        file: CSV or Parquet with the columns that `file_columns.COLUMNS` tells.
        programme: whose rates and calendar count.
        on: the day of the decision.
        out: where the decisions go: a row for each claim that is decided, in the order of the file.
        lines: where their lines go; None: nowhere.
        refused: where the rows go that are no claims; None: nowhere.
        replace: whether files that are there may be replaced.
        progress: called with how many of how many steps are done.
        at_once: how many rows are held in memory at once, about.

    Raises:
        InvalidValue: `claims-file-unreadable`, `claims-file-columns`, `file-missing`, `output-unfit`, `file-exists`,
            `folder-missing`: nothing was written then.
        FactError: `backend-missing`; `group-too-large`.
        RegisterError: `file-unwritable`, before anything is decided where it can be seen then.
    """
    read = opened(file)
    outputs = [path for path in (out, lines, refused) if path is not None]
    check_outputs(file, outputs, replace=replace)
    with writable(out), tempfile.TemporaryDirectory(prefix=".pmp-", dir=out.parent) as folder:
        run = _Run(read, programme, on, Path(folder), at_once, progress or (lambda done, total: None))
        run.read_rows()
        run.look_for_twins()
        run.decide_parts(with_lines=lines is not None)
        made = [(run.decisions(out.suffix.lower()), out)]
        if lines is not None:
            made.append((run.lines(lines.suffix.lower()), lines))
        if refused is not None:
            made.append((run.refusals(refused.suffix.lower()), refused))
        totals = run.totals()
        put(made)
    return totals


@define
class _Run:
    """One run over a file."""

    file: ClaimsFile
    programme: Programme
    on: date
    folder: Path
    at_once: int
    progress: Advance
    refused: RefusedRows = field(factory=RefusedRows)
    rows: int = 0
    asked: int = 0
    asked_decided: int = 0
    parts: int = 1
    pieces: int = 0
    done: int = 0
    hashes: dict[str, list[Any]] = field(factory=lambda: {file_conflicts.SAME_ID: [], file_conflicts.SAME_RECEIPT: []})
    results: list[Any] = field(factory=list)
    line_pieces: list[Path] = field(factory=list)

    def read_rows(self) -> None:
        """Look at every row, and put the claims together by learner."""
        pl, checks = polars(), row_checks(polars(), self.file, self.programme, self.on)
        with _readable(pl, self.file.name):
            frame = self._as_parquet(pl)
            readable = int(frame.select(pl.len()).collect().item())
            self.rows = readable + self.refused.broken
        self.parts = max(1, -(-readable // min(IN_A_PART, self.at_once)))
        self.pieces = max(1, -(-readable // self.at_once))
        part = (pl.col("learner_id").hash(seed=7) % self.parts).cast(pl.Int32)
        for piece in range(self.pieces):
            with _readable(pl, self.file.name):
                rows = frame.slice(piece * self.at_once, self.at_once).collect()
            looked_at = checks.looked_at(pl, rows)
            self.refused.of_cells(self.file, checks, rows, looked_at)
            self.asked += int(looked_at["requested_cents"].filter(looked_at["requested_cents"] >= 0).sum() or 0)
            claims = with_receipts(pl, looked_at.filter(pl.col(FAULT).is_null()).drop(FAULT))
            claims = claims.with_columns(part=part, **file_conflicts.keys(pl)).with_columns(
                pl.col(ROW).cast(pl.Int64).alias(CLAIM)
            )
            for name, of in self.hashes.items():
                of.append(claims[name])
            for (number,), of_part in claims.partition_by("part", as_dict=True, include_key=False).items():
                written(of_part, self._piece("claims", piece, int(number)))
            self._advance()

    def _as_parquet(self, pl: Any) -> Any:
        """The file as Parquet, of which any rows can be read without those before them."""
        frame = self.file.rows(self.folder, self.refused.of_records)
        if not self.file.name.lower().endswith(".csv"):
            return frame
        whole = self.folder / "rows.parquet"
        frame.sink_parquet(whole, compression="lz4", statistics=False, row_group_size=self.at_once)
        return pl.scan_parquet(whole, glob=False)

    def look_for_twins(self) -> None:
        """Refuse the claims whose id, receipt or days one before them has."""
        pl = polars()
        ids, receipts = (file_conflicts.met_twice(self.hashes.pop(name)) for name in tuple(self.hashes))
        if not ids.is_empty():
            paths = sorted(self.folder.glob("claims-*.parquet"))
            maybe = pl.scan_parquet(paths, glob=False).filter(pl.col(file_conflicts.SAME_ID).is_in(ids.implode())).collect()
            self.refused.of_claims(file_conflicts.same_id(maybe), "claim_id", "claim-twice")
        gone, before, found = self.refused.numbers(), 0, []
        for part in range(self.parts):
            if paths := self._of_part(part):
                claims = pl.scan_parquet(paths, glob=False).select(file_conflicts.LOOKED_AT).collect()
                claims = claims.join(gone, on=ROW, how="anti")
                found.append(file_conflicts.meeting(claims, receipts, before))
                before += len(claims)
        if found:
            twice, over = file_conflicts.in_the_way(pl.concat(found))
            self.refused.of_claims(twice, "receipt_number", "receipt-twice")
            self.refused.of_claims(over, "first_day", "claim-overlaps")

    def decide_parts(self, *, with_lines: bool) -> None:
        """Decide the claims part by part; all of a learner lie in one."""
        pl, law, rule = polars(), ClaimLaw(self.programme), self.programme.rule(RULE)
        gone = self.refused.numbers()
        for part in range(self.parts):
            paths = self._of_part(part)
            self._advance()
            if not paths:
                continue
            claims = pl.concat([pl.read_parquet(path, glob=False) for path in paths]).drop(
                file_conflicts.SAME_ID, file_conflicts.SAME_RECEIPT, RECEIPT_IDENTITY
            )
            claims = claims.join(gone, on=ROW, how="anti")
            if claims.is_empty():
                continue
            lines = file_lines(law, claims)
            unknown = claims.join(lines.filter("school_days_unknown"), on=ROW, how="semi")
            if not unknown.is_empty():
                claims = self._refuse(claims, unknown, "level", "semester-unset")
                lines = lines.join(claims.select(ROW), on=ROW, how="semi")
            decided = decided_lines(rule, lines)
            self.asked_decided += int(claims["requested_cents"].sum())
            self.results.append(decided_claims(decided, rule))
            if with_lines:
                told = result(pl, OF_LINES, self._in_words(decided.rename({"on": "first_day"}).select(OF_LINES)))
                self.line_pieces.append(written(told, self._piece("lines", part, 0)))

    def _refuse(self, claims: Any, those: Any, column: str, code: str) -> Any:
        """The claims without those, which are refused."""
        self.refused.of_claims(those, column, code)
        return claims if those.is_empty() else claims.join(those.select(ROW), on=ROW, how="anti")

    def decisions(self, kind: str) -> Path:
        """The decisions in the order of the file, as one file."""
        pl = polars()
        self.results = [pl.concat(self.results)] if self.results else []
        made = []
        for piece in range(self.pieces):
            paths = sorted(self.folder.glob(f"claims-{piece}-*.parquet"))
            self._advance()
            if paths and self.results:
                claims = pl.scan_parquet(paths, glob=False).select(ROW, CLAIM, *SHOWN).collect().sort(ROW)
                decided = claims.join(self.results[0], on=CLAIM, how="inner", maintain_order="left").drop(CLAIM)
                made.append(written(result(pl, OF_CLAIMS, self._in_words(decided)), self._piece("decided", piece, 0)))
        if not made:
            made.append(written(result(pl, OF_CLAIMS), self._piece("decided", 0, 0)))
        return self._gathered(made, "out", kind)

    def lines(self, kind: str) -> Path:
        """The lines, as one file; those of a claim lie together."""
        if not self.line_pieces:
            self.line_pieces.append(written(result(polars(), OF_LINES), self._piece("lines", 0, 0)))
        return self._gathered(self.line_pieces, "lines", kind)

    def refusals(self, kind: str) -> Path:
        """The refused rows, as one file."""
        return self._gathered([written(self.refused.frame(), self._piece("refused", 0, 0))], "refused", kind)

    def totals(self) -> FileTotals:
        """What was read, decided and refused."""
        pl = polars()
        refused = self.refused.frame()
        decided = self.results[0] if self.results else result(pl, OF_CLAIMS)
        outcomes = decided["outcome"].cast(pl.String).value_counts()
        return FileTotals(
            programme=self.programme.id,
            programme_hash=self.programme.hash,
            decided_on=self.on,
            rows=self.rows,
            decided=len(decided),
            refused=len(refused),
            outcomes=dict(sorted(zip(outcomes["outcome"].to_list(), outcomes["count"].to_list(), strict=True))),
            faults=self.refused.by_code(),
            asked_cents=self.asked,
            asked_decided_cents=self.asked_decided,
            asked_refused_cents=int(refused["requested_cents"].sum() or 0),
            amount_cents=int(decided["amount_cents"].sum() or 0),
            ignored=tuple(self.file.ignored),
        )

    def _in_words(self, frame: Any) -> Any:
        """Reasons by their names in place of the mask: there are few different ones."""
        masks = frame.select("reasons").unique()
        words = self.programme.rule(RULE).spell_reasons(masks).rename({"reasons_in_words": "words"})
        told = frame.join(words, on="reasons", how="left", maintain_order="left")
        return told.with_columns(reasons=polars().col("words")).drop("words")

    def _of_part(self, part: int) -> list[Path]:
        return sorted(self.folder.glob(f"claims-*-{part}.parquet"))

    def _piece(self, what: str, piece: int, part: int) -> Path:
        return self.folder / f"{what}-{piece}-{part}.parquet"

    def _gathered(self, pieces: list[Path], name: str, kind: str) -> Path:
        target = self.folder / f"{name}{kind}"
        gather(pieces, target, kind)
        return target

    def _advance(self) -> None:
        self.done += 1
        self.progress(self.done, 2 * self.pieces + self.parts)


@contextmanager
def _readable(pl: Any, name: str) -> Iterator[None]:
    """What Polars says of a broken file may repeat its cells: so it is not told."""
    try:
        yield
    except pl.exceptions.PolarsError:
        raise unreadable(name) from None
