"""Write the sample school beside this file: invented pupils, absences and marks, and the truth about them.

Run ``python make.py``. The same seed gives the same bytes. Standard library only. Nobody in here exists.
"""

# ruff: noqa: SIM905 - lists of words are easier to read as words

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
SEED = 20220901
TITLE = "PARAUGS – izdomāti dati (example: invented data)"

# The calendar: 2022/23, semester 1, without weekends, the autumn holidays and 18 November.
FIRST_DAY, LAST_DAY = date(2022, 9, 1), date(2022, 12, 23)
NO_SCHOOL = {date(2022, 11, 18)} | {date(2022, 10, 24) + timedelta(n) for n in range(5)}
TERM = (FIRST_DAY + timedelta(n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
SCHOOL_DAYS = [day for day in TERM if day.weekday() < 5 and day not in NO_SCHOOL]

# The schools and their classes. A pupil's number goes round the classes, so that an id says nothing about the pupil.
BASIC, SECONDARY = "0000000001", "0000000002"
SCHOOLS = [
    (BASIC, "Paraugu pamatskola", "Paraugu novads", "pašvaldības"),
    (SECONDARY, "Izdomu vidusskola", "Izdomu novads", "pašvaldības"),
]
CLASSES = [(BASIC, name) for name in "1.a 2.a 3.a 4.a 5.a 6.a 7.a 7.b 8.a 9.a".split()]
CLASSES += [(SECONDARY, name) for name in "5.a 6.a 7.a 8.a 9.a 9.b 10.a 11.a 12.a".split()]
SEATS = CLASSES * 6 + [(SECONDARY, f"{year}. kurss") for year in (1, 2, 3)] * 2

GIRLS = "Agnese Dārta Elīza Ērika Ģertrūde Ieva Īva Ķērsta Līga Ļena Madara Ņina Rūta Šarlote Undīne Zane Žanete".split()
BOYS = "Ādams Čārlijs Ēriks Ģirts Jānis Kārlis Klāvs Ļevs Māris Miķelis Oskars Rūdis Šarls Toms Ūdris Valdis Žanis".split()
STEMS = "Ābol Čiekur Ēn Ģips Īkšķ Ķirš Ļip Mākoņ Ņirb Pīlādž Pūč Šūpol Ūden Vāģ Zīļ Žagar".split()
ENDINGS = [("kalna", "kalns"), ("dārziņa", "dārziņš"), ("lauka", "lauks"), ("strautiņa", "strautiņš")]

SUBJECTS = ["Latviešu valoda", "Matemātika", "Angļu valoda", "Vēsture", "Sports"]
LATER_SUBJECTS = {8: ["Fizika", "Ķīmija"], 10: ["Ģeogrāfija"]}

# Pupils with a part to play. Everybody else has few absences and no mark below 4.
UNEXCUSED = {  # unexcused lessons in the semester; the limit is 20, and only more than 20 is above it
    "P-0010": 19, "P-0016": 20, "P-0009": 21, "P-0015": 21,
    "P-0027": 24,  # half in each school: above the limit only when the two are added up
    "P-0029": 34, "P-0034": 47, "P-0036": 28, "P-0042": 23, "P-0046": 22, "P-0051": 25,
    "P-0056": 38, "P-0066": 31, "P-0073": 63, "P-0116": 41, "P-0119": 29,
}  # fmt: skip
LOW_MARKS = {  # how many subjects below 4: the first six are above the limit of absences too
    "P-0027": 1, "P-0029": 2, "P-0034": 3, "P-0051": 1, "P-0073": 4, "P-0116": 2,
    "P-0012": 2, "P-0045": 1, "P-0053": 3, "P-0070": 1, "P-0105": 2,
}  # fmt: skip
NO_MARK = {"P-0056": 1, "P-0063": 2, "P-0073": 1}  # how many subjects "nv"
NEVER_ABSENT = {"P-0002", "P-0024", "P-0040"}  # the dirty rows below use them
NAMESAKES = {"P-0048": "P-0005"}  # 9.a and 5.a of the same school: one name, two pupils

# The dirty rows. The import has to refuse each of them, and nothing else.
DIRTY_PUPILS = [
    # The id of a pupil listed above, with another birth date: which is right, nobody can tell from the file.
    ("P-0002", None, "17.03.2013", "2.a", BASIC, "vispārējā", "01.09.2022", ""),
    # A birth date that does not exist.
    ("P-0901", "Vējlauka, Rūta", "31.02.2010", "6.a", BASIC, "vispārējā", "01.09.2022", ""),
    # An enrolment that ends before it begins.
    ("P-0902", "Vējkalns, Toms", "05.06.2009", "7.a", SECONDARY, "vispārējā", "01.09.2022", "15.08.2022"),
    # A personal code (in form) where an opaque id should stand: to refuse, and to mask in what is said about it.
    ("311299-99999", "Vējlauks, Oskars", "31.12.2007", "9.b", SECONDARY, "vispārējā", "01.09.2022", ""),
]
DIRTY_ABSENCES = [
    ("P-0024", BASIC, "14.11.2022", "3", "x"),  # a code that nobody defined
    ("", BASIC, "12.10.2022", "2", "n"),  # no pupil id
    ("P-0040", BASIC, "31.11.2022", "4", "n"),  # a day that does not exist
    ("P-9999", SECONDARY, "07.12.2022", "1", "n"),  # a pupil who is in no list
]
DIRTY_MARKS = {  # pupil: (row in the pupil's group, subject, cell)
    "P-0014": (0, "Mūzika", "11"),  # above 10; in the row that carries the id for the rows below it
    "P-0061": (5, "Mūzika", "7,5"),  # a semester mark is a whole number
}


@dataclass(frozen=True)
class Stay:
    """A pupil in one class of one school. No absence falls on ``end``: read it as the last day or as the first day out."""

    school: str
    klass: str
    start: date = FIRST_DAY
    end: date | None = None

    @property
    def grade(self) -> int:
        number = int(self.klass.split(".")[0])
        return number + 9 if "kurss" in self.klass else number

    @property
    def programme(self) -> str:
        return "profesionālā" if "kurss" in self.klass else "vispārējā"

    def as_truth(self) -> dict[str, str | None]:
        start, end = str(self.start), str(self.end) if self.end else None
        return {"school": self.school, "class": self.klass, "programme": self.programme, "from": start, "to": end}


@dataclass(frozen=True)
class Pupil:
    pid: str
    name: str
    born: date
    stays: tuple[Stay, ...]


STAYS: dict[str, tuple[Stay, ...]] = {  # everybody else is there from the first day to the last
    # Changes school in the middle of the semester, with the same id.
    "P-0027": (Stay(BASIC, "7.b", end=date(2022, 10, 21)), Stay(SECONDARY, "7.a", start=date(2022, 10, 31))),
    "P-0063": (Stay(BASIC, "6.a", start=date(2022, 10, 10)),),  # comes in October
    "P-0089": (Stay(SECONDARY, "7.a", end=date(2022, 11, 25)),),  # leaves in November, before the semester's marks
}


def make_pupils(rng: Random) -> list[Pupil]:
    pupils: list[Pupil] = []
    names: dict[str, str] = {}
    for number, (school, klass) in enumerate(SEATS, start=1):
        pid = f"P-{number:04}"
        stays = STAYS.get(pid, (Stay(school, klass),))
        name = names.get(NAMESAKES.get(pid, ""), "")
        while not name or (name in names.values() and pid not in NAMESAKES):
            boy = rng.randrange(2)
            name = f"{rng.choice(STEMS)}{rng.choice(ENDINGS)[boy]}, {rng.choice((GIRLS, BOYS)[boy])}"
        names[pid] = name
        pupils.append(Pupil(pid, name, date(2016 - stays[0].grade, 1, 1) + timedelta(rng.randrange(365)), stays))
    return pupils


def make_absences(rng: Random, pupil: Pupil, stay: Stay) -> dict[tuple[date, int], str]:
    """The lessons missed during a stay: (day, lesson) to code."""
    if pupil.pid in NEVER_ABSENT:
        return {}
    days = [day for day in SCHOOL_DAYS if stay.start <= day and (stay.end is None or day < stay.end)]
    lessons = 5 if stay.grade <= 3 else 6 if stay.grade <= 6 else 7
    missed: dict[tuple[date, int], str] = {}
    if rng.random() < 0.45:  # one illness, whole days on end
        ill = rng.randrange(len(days))
        for day in days[ill : ill + rng.randint(1, 3)]:
            missed |= {(day, lesson): "s" for lesson in range(1, lessons + 1)}
    unexcused = UNEXCUSED.get(pupil.pid, rng.choice((0, 0, 0, 0, 1, 1, 2, 3, 6))) // len(pupil.stays)
    for code, count, run in (("n", unexcused, 7), ("a", rng.choice((0, 0, 1, 2, 4)), 3), ("k", rng.choice((0, 0, 1, 2)), 1)):
        while count > 0:
            day, first = rng.choice(days), rng.randint(1, lessons)
            for lesson in range(first, min(first + run, lessons + 1)):
                if count and (day, lesson) not in missed:
                    missed[day, lesson] = code
                    count -= 1
    return missed


def make_marks(rng: Random, pupil: Pupil) -> dict[str, int | str]:
    """The semester's marks; none in grades 1 to 3, and none for a pupil who left before the end."""
    stay = pupil.stays[-1]
    if stay.grade <= 3 or stay.end:
        return {}
    subjects = SUBJECTS + [name for grade, names in LATER_SUBJECTS.items() if stay.grade >= grade for name in names]
    marks: dict[str, int | str] = {subject: rng.choice((4, 5, 6, 6, 7, 7, 7, 8, 8, 9, 10)) for subject in subjects}
    low, unmarked = LOW_MARKS.get(pupil.pid, 0), NO_MARK.get(pupil.pid, 0)
    for place, subject in enumerate(rng.sample(subjects, low + unmarked)):
        marks[subject] = rng.randint(1, 3) if place < low else "nv"
    return marks


def lv(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def spread(rows: Sequence[Sequence[str]], dirty: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Put the dirty rows among the clean ones, at even distances."""
    step, out = len(rows) // (len(dirty) + 1), list(rows)
    for place, row in enumerate(dirty, start=1):
        out.insert(place * step + place - 1, row)
    return out


def write(name: str, what: str, encoding: str, header: str, rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO()
    text.write(f"{TITLE} – {what}\n{header}\n")
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    (HERE / name).write_bytes(text.getvalue().encode(encoding))
    print(f"{name}: {len(rows)} rows")


def mark_rows(rng: Random, pupil: Pupil, marks: dict[str, int | str]) -> list[list[str]]:
    """A pupil's group of rows: who it is stands in the first row only; one mark in ten looks as a spreadsheet has it, 7,0."""
    cells = [[subject, f"{mark},0" if mark != "nv" and rng.random() < 0.1 else str(mark)] for subject, mark in marks.items()]
    if pupil.pid in DIRTY_MARKS:
        place, *dirty = DIRTY_MARKS[pupil.pid]
        cells.insert(place, [str(cell) for cell in dirty])
    who = [pupil.name, pupil.pid, pupil.stays[-1].school]
    return [(who if number == 0 else [""] * 3) + pair for number, pair in enumerate(cells)]


def main() -> None:
    rng = Random(SEED)
    pupils = make_pupils(rng)
    names = {pupil.pid: pupil.name for pupil in pupils}
    enrolled: list[tuple[str, int, str, str, Sequence[str]]] = []
    absences: list[tuple[date, str, str, int, str]] = []
    marked: list[tuple[str, int, str, str, list[list[str]]]] = []
    truth: dict[str, object] = {"_": TITLE}
    for pupil in pupils:
        pid, counts, marks = pupil.pid, Counter[str](), make_marks(rng, pupil)
        for s in pupil.stays:
            row = (pid, pupil.name, lv(pupil.born), s.klass, s.school, s.programme, lv(s.start), lv(s.end))
            enrolled.append((s.school, s.grade, s.klass, pid, row))
            missed = make_absences(rng, pupil, s)
            counts.update(missed.values())
            absences += [(day, s.school, pid, lesson, code) for (day, lesson), code in missed.items()]
        if marks:
            marked.append((s.school, s.grade, s.klass, pid, mark_rows(rng, pupil, marks)))
        lessons = {"unexcused": counts["n"], "excused": counts["s"] + counts["a"], "of_which_illness": counts["s"]}
        truth[pid] = lessons | {"late": counts["k"], "marks": marks, "enrolments": [s.as_truth() for s in pupil.stays]}
    clean_pupils = [row for *_, row in sorted(enrolled)]
    dirty_pupils = [(pid, name or names[pid], *rest) for pid, name, *rest in DIRTY_PUPILS]
    clean_absences = [(pid, school, lv(day), str(lesson), code) for day, school, pid, lesson, code in sorted(absences)]
    term = "2022/23, 1. semestris"
    write("iestades.example.csv", "iestādes", "utf-8-sig", "Reģ. nr.;Iestāde;Pašvaldība;Veids", SCHOOLS)
    header = "Skolēna ID;Uzvārds, vārds;Dzimšanas datums;Klase;Reģ. nr.;Programma;Ieskaitīts;Atskaitīts"
    write("skoleni.example.csv", f"skolēni, {term}", "utf-8-sig", header, spread(clean_pupils, dirty_pupils))
    header = "Skolēna ID;Reģ. nr.;Datums;Stunda;Veids"
    write("kavejumi.example.csv", f"kavējumi, {term}", "cp1257", header, spread(clean_absences, DIRTY_ABSENCES))
    header = "Skolēns;Skolēna ID;Reģ. nr.;Mācību priekšmets;1. semestris"
    write("atzimes.example.csv", f"atzīmes, {term}", "utf-8", header, [row for *_, group in sorted(marked) for row in group])
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in truth.items())
    (HERE / "truth.example.json").write_bytes(f"{{\n{lines}\n}}\n".encode())


if __name__ == "__main__":
    main()
