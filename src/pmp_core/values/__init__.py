"""Floor 0: identifiers, calendar arithmetic, money, vocabulary types, bilingual text."""

from pmp_core.values.actor import Actor, PersonName
from pmp_core.values.days import DayRange, SchoolYear, Semester, iso_day
from pmp_core.values.entity import Count, Day, Entity, Name, Note
from pmp_core.values.iban import Iban
from pmp_core.values.identifiers import Id, OpaqueId, RegistrationNumber, TerritoryCode
from pmp_core.values.money import Money
from pmp_core.values.personal_code import PersonalCode
from pmp_core.values.text import Language, Text, write_cents, write_day
from pmp_core.values.vocabulary import AbsenceKind, Attendance, Mode, RiskResult, SuggestionState, Track, Vocabulary, Weekday

__all__ = [
    "AbsenceKind",
    "Actor",
    "Attendance",
    "Count",
    "Day",
    "DayRange",
    "Entity",
    "Iban",
    "Id",
    "Language",
    "Mode",
    "Money",
    "Name",
    "Note",
    "OpaqueId",
    "PersonName",
    "PersonalCode",
    "RegistrationNumber",
    "RiskResult",
    "SchoolYear",
    "Semester",
    "SuggestionState",
    "TerritoryCode",
    "Text",
    "Track",
    "Vocabulary",
    "Weekday",
    "iso_day",
    "write_cents",
    "write_day",
]
