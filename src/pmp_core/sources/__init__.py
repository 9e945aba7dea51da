"""Floor 3: what school information systems send, and how it gets into the register."""

from pmp_core.sources.ingestion import ingest
from pmp_core.sources.records import (
    AbsenceRecord,
    EnrolmentRecord,
    InstitutionRecord,
    LearnerRecord,
    MarkRecord,
    Record,
)
from pmp_core.sources.report import IngestReport
from pmp_core.sources.source import Coverage, Located, Problem, Source

__all__ = [
    "AbsenceRecord",
    "Coverage",
    "EnrolmentRecord",
    "IngestReport",
    "InstitutionRecord",
    "LearnerRecord",
    "Located",
    "MarkRecord",
    "Problem",
    "Record",
    "Source",
    "ingest",
]
