"""On which days a programme is in force, and what stands before and after: «none» is an answer too."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from pmp_core.programme.pack import IN_FORCE, Pack
from pmp_core.values import DayRange, Language, Text, write_day


@frozen
class Standing:
    """Where one programme stands on a day.

    Args:
        programme: its id.
        title: in both languages.
        day: which day.
        days: all its days in force.
    """

    programme: str
    title: Text
    day: date
    days: tuple[DayRange, ...]

    @property
    def in_force(self) -> bool:
        """Whether it is in force on the day."""
        return any(self.day in days for days in self.days)

    @property
    def ended_on(self) -> date | None:
        """The last day on which it was in force before the day; None if there was none."""
        return max((days.last for days in self.days if days.last is not None and days.last < self.day), default=None)

    @property
    def begins_on(self) -> date | None:
        """The next day, after the day, on which it comes into force; None if it is not known to."""
        return min((days.first for days in self.days if days.first > self.day), default=None)

    def explain(self, language: Language = "lv") -> str:
        """The answer in a sentence."""
        lv, day = language == "lv", write_day(self.day, language)
        if self.in_force:
            return f"{day} programma {self.programme} ir spēkā." if lv else f"{self.programme} is in force on {day}."
        said = [f"{day} programma {self.programme} nav spēkā" if lv else f"{self.programme} is not in force on {day}"]
        if self.ended_on is not None:
            last = write_day(self.ended_on, language)
            said.append(f"tās pēdējā diena bija {last}" if lv else f"its last day was {last}")
        if self.begins_on is not None:
            first = write_day(self.begins_on, language)
            said.append(f"tās pirmā diena ir {first}" if lv else f"its first day is {first}")
        return "; ".join(said).removesuffix(".") + "."


@frozen
class ProgrammesOn:
    """Which programmes are in force on a day, and where the others stand.

    Args:
        day: which day.
        standings: of every programme that can be loaded.
    """

    day: date
    standings: tuple[Standing, ...]

    @property
    def in_force(self) -> tuple[str, ...]:
        """The ids of those in force; empty where none is."""
        return tuple(standing.programme for standing in self.standings if standing.in_force)

    def explain(self, language: Language = "lv") -> str:
        """The answer in words, one line for each programme."""
        lines = [standing.explain(language) for standing in self.standings]
        if not self.in_force:
            day = write_day(self.day, language)
            lines.insert(0, f"{day} nav spēkā neviena programma." if language == "lv" else f"On {day} no programme is in force.")
        return "\n".join(lines)


def standing(pack: Pack, day: date) -> Standing:
    """Where a programme stands on a day; one that says nothing of its days is in force on none."""
    return Standing(pack.id, pack.title, day, pack.days_in_force() if pack.says(IN_FORCE) else ())
