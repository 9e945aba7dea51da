"""The national data: school years, territories, the state's meal money, and hints of general school law."""

from __future__ import annotations

from datetime import date

import pytest

from pmp_core.programme import OverlayText, Pack, load_pack
from pmp_core.programme.entries import Value
from pmp_core.values import DayRange


@pytest.fixture(scope="module", params=["lv-8.3.4", "lv-4.2.3.1"])
def pack(request: pytest.FixtureRequest) -> Pack:
    """It stands beside every pack."""
    return load_pack(request.param)


def holds(pack: Pack, path: str, day: str) -> Value | None:
    return pack.read(path, date.fromisoformat(day)).value


def state(pack: Pack, path: str, day: str) -> str:
    return pack.read(path, date.fromisoformat(day)).state


def test_the_semesters_of_2022_23(pack: Pack) -> None:
    assert holds(pack, "school-year.2022/23.semester-1", "2022-09-01") == DayRange(date(2022, 9, 1), date(2022, 12, 23))
    assert holds(pack, "school-year.2022/23.semester-2", "2023-01-09") == DayRange(date(2023, 1, 9), date(2023, 5, 31))
    assert pack.value("school-year.2022/23.semester-1").entries[0].status == "verified"


@pytest.mark.parametrize(("day", "last"), [("2020-05-11", date(2020, 6, 19)), ("2020-05-12", date(2020, 7, 7))])
def test_grade_12_finished_later_in_2020_from_the_day_of_the_amendment(pack: Pack, day: str, last: date) -> None:
    assert holds(pack, "school-year.2019/20.semester-2.level-12.last-day", day) == last


@pytest.mark.parametrize("start", range(2016, 2025))
def test_a_school_year_is_in_order_and_its_holidays_lie_between_or_inside_its_semesters(pack: Pack, start: int) -> None:
    year = f"school-year.{start}/{(start + 1) % 100:02d}"

    def days(part: str) -> DayRange:
        value = pack.value(f"{year}.{part}").entries[-1].value
        assert isinstance(value, DayRange), part
        return value

    first, second, winter = days("semester-1"), days("semester-2"), days("holidays.winter")
    assert first.first.year == start
    assert first.last is not None
    assert first.last < winter.first
    assert winter.last is not None
    assert winter.last < second.first
    assert first.covers(days("holidays.autumn"))
    assert second.covers(days("holidays.spring"))
    assert second.covers(days("holidays.spring.level-12"))
    for level in (9, 12):
        last = pack.value(f"{year}.semester-2.level-{level}.last-day").entries[-1].value
        assert (last is None) is (start == 2016)  # not known for that year
        assert second.last is not None
        assert last is None or (isinstance(last, date) and last > second.last)


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        ("territories", 119, 43),
        ("units", 564, 582),
        ("republican-city", 9, None),
        ("state-city-municipality", None, 7),
        ("novads", 110, 36),
    ],
)
def test_the_territories_changed_on_the_first_of_july_2021(pack: Pack, what: str, before: int | None, after: int | None) -> None:
    path = f"territories.count.{what}"
    assert (holds(pack, path, "2021-06-30"), holds(pack, path, "2021-07-01")) == (before, after)
    assert {"set", "ended", "not-yet-in-force"} >= {state(pack, path, day) for day in ("2021-06-30", "2021-07-01")}


@pytest.mark.parametrize(("day", "total", "parts"), [("2021-06-30", 119, [9, 110]), ("2021-07-01", 43, [7, 36])])
def test_the_kinds_of_administrative_territory_add_up(pack: Pack, day: str, total: int, parts: list[int]) -> None:
    kinds = pack.codes("territory-kinds", parent="administrative-territory")
    counts = [number for kind in kinds if isinstance(number := holds(pack, f"territories.count.{kind}", day), int)]
    assert (counts, sum(counts)) == (parts, total)
    assert holds(pack, "territories.count.territories", day) == total


@pytest.mark.parametrize("day", ["2021-06-30", "2021-07-01"])
def test_a_kind_of_administrative_territory_is_in_force_on_the_days_on_which_it_is_counted(pack: Pack, day: str) -> None:
    for kind in pack.codes("territory-kinds", parent="administrative-territory"):
        counted = state(pack, f"territories.count.{kind}", day)
        assert pack.term("territory-kinds", kind).on(date.fromisoformat(day)).state == counted, kind


def test_the_kinds_of_unit_are_known_since_the_reform_and_how_many_of_each_there_are_is_not(pack: Pack) -> None:
    kinds = pack.codes("territory-kinds", parent="territorial-unit")
    assert kinds == ("state-city", "town", "parish")
    for kind in kinds:
        term = pack.term("territory-kinds", kind)
        assert [term.on(date(2021, *day)).state for day in ((6, 30), (7, 1))] == ["not-yet-in-force", "set"]
        assert f"territories.count.{kind}" not in pack.values


def test_the_code_of_a_territory_has_7_characters_in_both_versions_and_its_layout_is_known_of_the_later(pack: Pack) -> None:
    assert [holds(pack, "territories.code.length", day) for day in ("2021-06-30", "2021-07-01")] == [7, 7]
    assert [holds(pack, "territories.levels", day) for day in ("2021-06-30", "2021-07-01")] == [None, 3]
    assert [state(pack, "territories.levels", day) for day in ("2021-06-30", "2021-07-01")] == ["unset", "set"]
    assert [state(pack, "territories.code.layout", day) for day in ("2021-06-30", "2021-07-01")] == ["unset", "set"]


def test_the_territories_themselves_are_a_deployments_to_load(pack: Pack) -> None:
    assert pack.codes("territories") == ()


@pytest.mark.parametrize(
    ("day", "told", "state_institution", "other_institution"),
    [
        ("2016-09-01", "unset", None, None),
        ("2022-08-31", "unset", None, None),
        ("2022-09-01", "set", 2150, 1075),
        ("2023-06-29", "set", 2150, 1075),
        ("2023-06-30", "unset", None, None),
        ("2029-08-31", "unset", None, None),
    ],
)
def test_the_states_meal_money_in_thousandths_of_a_euro(
    pack: Pack, day: str, told: str, state_institution: int | None, other_institution: int | None
) -> None:
    amounts = {
        "meals.state-money.state-institutions": state_institution,
        "meals.state-money.municipal-and-private-institutions": other_institution,
    }
    for path, amount in amounts.items():
        assert (state(pack, path, day), holds(pack, path, day)) == (told, amount)
        assert [entry.status for entry in pack.value(path).entries] == ["unset", "verified", "unset"]
        assert pack.value(path).unit == "EUR 0.001/day"


def test_a_deployment_can_set_the_meal_money_of_the_later_amendment() -> None:
    path = "meals.state-money.state-institutions"
    entry = "{from: 2023-06-30, value: 9, source: made up, status: example}"
    overlay = f"overlay_for: lv-8.3.4\ntitle: {{lv: izdomāts, en: made up}}\nvalues: {{{path}: {{entries: [{entry}]}}}}\n"
    pack = load_pack("lv-8.3.4", [OverlayText("meals.example.yaml", overlay)])
    assert [holds(pack, path, day) for day in ("2022-08-31", "2023-06-29", "2023-06-30")] == [None, 2150, 9]


def test_for_which_grades_the_state_pays_meals_was_not_read(pack: Pack) -> None:
    assert {state(pack, "meals.state-money.levels", day) for day in ("2016-09-01", "2022-09-01", "2029-08-31")} == {"unset"}


@pytest.mark.parametrize(("day", "status"), [("2019-12-09", "chosen"), ("2019-12-10", "verified")])
def test_the_state_is_known_to_pay_meals_from_the_day_of_its_act(pack: Pack, day: str, status: str) -> None:
    entry = pack.term("other-payers", "state-meals").on(date.fromisoformat(day)).entry
    assert entry is not None
    assert entry.status == status


@pytest.mark.parametrize(("municipality", "by_day"), [("dobele", 7), ("tukums", 10)])
def test_municipalities_pay_for_tickets_by_rules_of_their_own(pack: Pack, municipality: str, by_day: int) -> None:
    path = f"municipal-transport.{municipality}.tickets-by-day"
    assert holds(pack, path, "2022-09-01") == by_day
    assert pack.value(path).entries[0].status == "reported"


def test_what_general_school_law_says_is_a_hint_and_says_so(pack: Pack) -> None:
    hints = [path for path in pack.values if path.startswith("hints.")]
    assert len(hints) == 6
    for path in hints:
        for entry in pack.value(path).entries:
            if entry.value is not None:
                assert entry.status == "reported", path
                assert entry.note is not None, path
                assert "not a rule of the project" in entry.note.en, path


@pytest.mark.parametrize(
    ("path", "day", "value"),
    [
        ("hints.unexcused-lessons.more-than", "2022-09-01", 20),
        ("hints.mark.below", "2022-01-10", 4),
        ("hints.mark.below", "2022-01-11", 4),
        ("hints.moving-up.levels-4-8.subjects-below.at-most", "2022-01-10", None),
        ("hints.moving-up.levels-4-8.subjects-below.at-most", "2022-01-11", 1),
        ("hints.moving-up.levels-10-11.subjects-below.at-most", "2022-01-11", 0),
        ("hints.moving-up.evening-secondary.subjects-below.at-most", "2022-01-10", 2),
        ("hints.moving-up.evening-secondary.subjects-below.at-most", "2022-01-11", None),
        ("grading.in-points.levels", "2022-09-01", tuple(range(4, 13))),
        ("grading.in-levels.levels", "2022-09-01", (1, 2, 3)),
        ("absence.law", "2022-09-01", "MK noteikumi Nr. 89, 01.02.2011"),
        ("school-year.level-1.extra-holiday-weeks", "2022-09-01", 1),
        ("school-year.levels-9-and-12.lessons-end", "2021-08-31", "maija vidū / mid-May"),
        ("school-year.levels-9-and-12.lessons-end", "2021-09-01", None),
    ],
)
def test_what_marks_and_absences_mean_in_school_law(pack: Pack, path: str, day: str, value: Value | None) -> None:
    assert holds(pack, path, day) == value
