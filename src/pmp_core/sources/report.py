"""What an import did, or would do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from pmp_core.sources.records import RECORD_KINDS, RecordKind
from pmp_core.sources.source import Problem


@dataclass(slots=True)
class Counts:
    """How many records of one kind."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    refused: int = 0


@dataclass(slots=True)
class IngestReport:
    """What an import did, or with `dry_run` would do.

    Attributes:
        source: the source's name.
        counts: by kind of record.
        problems: every record that was refused, with file, row and column.
        closed: how many of the withdrawn enrolments were still open, and were ended.
        held_back: kinds of which nothing was withdrawn, since some refused rows could not be told apart.
        personal_codes_kept: how many personal codes the register has now, encrypted, of the learners that were read.
        personal_codes_dropped: how many were read and not kept: there is no key, or the learner was refused.
    """

    source: str
    dry_run: bool
    counts: dict[RecordKind, Counts] = field(default_factory=lambda: {kind: Counts() for kind in RECORD_KINDS})
    problems: list[Problem] = field(default_factory=list)
    closed: int = 0
    held_back: list[RecordKind] = field(default_factory=list)
    personal_codes_kept: int = 0
    personal_codes_dropped: int = 0

    @property
    def changes(self) -> int:
        """How many records were added, changed or withdrawn."""
        return sum(counts.added + counts.changed + counts.withdrawn for counts in self.counts.values())

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "source": self.source,
            "dry_run": self.dry_run,
            "counts": {kind: asdict(counts) for kind, counts in self.counts.items()},
            "closed": self.closed,
            "held_back": self.held_back,
            "personal_codes_kept": self.personal_codes_kept,
            "personal_codes_dropped": self.personal_codes_dropped,
            "problems": [
                {
                    "code": p.code,
                    "message": p.message,
                    "file": p.place.file,
                    "row": p.place.row,
                    "column": p.place.column,
                    "kind": p.kind,
                    "found": p.found,
                    "remedy": p.remedy,
                }
                for p in self.problems
            ],
        }

    def _repr_html_(self) -> str:
        from html import escape

        heads = "".join(f"<th>{name}</th>" for name in ("", *Counts.__slots__))
        rows = "".join(
            f"<tr><th>{kind}</th>{''.join(f'<td>{value}</td>' for value in asdict(counts).values())}</tr>"
            for kind, counts in self.counts.items()
        )
        problems = "".join(f"<li>{escape(str(problem))}</li>" for problem in self.problems)
        return f"<table><tr>{heads}</tr>{rows}</table><ol>{problems}</ol>"
