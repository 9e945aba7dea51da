"""The paths of the school calendar: how they are named, what they hold, and which of their entries the calendar follows."""

from __future__ import annotations

import re
from datetime import date

from pmp_core.programme.entries import DatedValue, Entry, Value
from pmp_core.programme.reading import Reader
from pmp_core.values import DayRange

PREFIX = "school-year."
_DAYS = re.compile(
    r"school-year\.(\d{4})/(\d{2})\.(?:semester-[12](?P<end>\.level-(?:9|12)\.last-day)?|holidays\.[a-z0-9-]+(?:\.level-12)?)"
)


def told(value: DatedValue) -> Value | None:
    """What the calendar follows: of the entries of a path, the one in force on the last of the days that it names.

    So an amendment in the middle of a semester counts for the whole of it, and an entry that holds on other days only does
    not. None where no entry is in force on its own last day.
    """
    followed = (entry.value for entry in value.entries if _is_followed(value, entry))
    return next(followed, None)


def _is_followed(value: DatedValue, entry: Entry) -> bool:
    last = _last(entry.value)
    return last is not None and value.on(last).entry is entry and value.on(last).state == "set"


def _last(value: Value | None) -> date | None:
    if isinstance(value, DayRange):
        return value.last
    return value if isinstance(value, date) else None


def check_school_year(reader: Reader, value: DatedValue, pointer: str, *, new: bool) -> None:
    """Whether a path of the calendar is named and typed so that the calendar reads it, and its days lie in its year.

    Args:
        reader: of the document.
        value: the path with the entries of this document.
        pointer: where it stands.
        new: whether an overlay adds the path.
    """
    rest = value.path.removeprefix(PREFIX)
    if rest == value.path or not (new or rest[0].isdigit()):
        return
    shape = _DAYS.fullmatch(value.path)
    if shape is None or int(shape[2]) != (int(shape[1]) + 1) % 100:
        raise reader.wrong(
            "school-year-wrong",
            "The school calendar reads no such path.",
            pointer,
            found=value.path,
            remedy="Write school-year.2025/26.semester-1, ….semester-2.level-9.last-day or ….holidays.autumn.",
        )
    kind = "day" if shape["end"] else "days"
    if value.type != kind:
        message, remedy = f"The school calendar reads this path as {kind}.", f"Write `type: {kind}`."
        raise reader.wrong("school-year-wrong", message, f"{pointer}/type", found=value.type, remedy=remedy)
    year = DayRange(date(int(shape[1]), 9, 1), date(int(shape[1]) + 1, 8, 31))
    for i, entry in enumerate(value.entries):
        last = _last(entry.value)
        inside = entry.value.first in year if isinstance(entry.value, DayRange) else True
        if last is not None and not (inside and last in year):
            message, remedy = "These days do not lie in the school year of the path.", "Correct the days or the path."
            raise reader.wrong("school-year-wrong", message, f"{pointer}/entries/{i}/value", found=last, remedy=remedy)


def check_followed(reader: Reader, own: DatedValue, laid: DatedValue, pointer: str) -> None:
    """Whether the calendar follows what an overlay says: each of its entries holds on the last day that it names.

    Args:
        reader: of the overlay.
        own: the path with the overlay's entries.
        laid: the same, laid over the pack's.
        pointer: where it stands.
    """
    if not own.path.startswith(PREFIX):
        return
    for i, entry in enumerate(own.entries):
        last = _last(entry.value)
        if last is not None and laid.on(last).value != entry.value:
            raise reader.wrong(
                "school-year-wrong",
                f"The entry does not hold on {last}, the last day that it names, so the calendar would not follow it.",
                f"{pointer}/entries/{i}",
                found=last,
                remedy="Let it hold on that day: correct `from`, and leave `until` out.",
            )
