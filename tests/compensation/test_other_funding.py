"""Who else pays: for whom, on which days, how much, and when a claim is in conflict with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pmp_core.compensation import (
    Claim,
    Conflict,
    Covers,
    Funded,
    OtherFunding,
    Source,
    Spell,
    funded,
    source_of,
    state_meals,
    whole_cents,
    with_funding,
)
from pmp_core.errors import PmpError
from pmp_core.loading import Programme, load_programme
from pmp_core.programme import OverlayText
from pmp_core.values import DayRange, Money, Text, Track

HARD = ("other-funding-all", "other-municipality")
TITLES = {code: Text(f"{code} (lv)", code) for code in ("municipal-meals", "other-municipality", "state-meals")}
WEEK = DayRange(date(2022, 10, 3), date(2022, 10, 9))
GRADES = "  meals.state-money.levels: {entries: [{from: 2022-09-01, value: [1, 2, 3, 4, 5], source: made up, status: example}]}\n"


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme("lv-8.3.4")


@pytest.fixture(scope="module")
def with_grades() -> Programme:
    text = f"overlay_for: lv-8.3.4\ntitle: {{lv: izdomāts, en: made up}}\nvalues:\n{GRADES}"
    return load_programme("lv-8.3.4", overlays=[OverlayText("grades.example.yaml", text)])


def claim(**fields: Any) -> Claim:
    given = {"id": "C-1", "plan_id": "P-1", "measure": 1, "kind": "catering", "requested": "5.00", "status": "submitted"}
    return Claim.model_validate(
        {**given, "first_day": "2022-10-03", "last_day": "2022-10-07", "submitted_on": "2022-11-01", **fields}
    )


def funding(**fields: Any) -> OtherFunding:
    given = {"id": "F-1", "payer": "municipal-meals", "kind": "catering", "first_day": "2022-09-01", "covers": "all"}
    return OtherFunding.model_validate({**given, **fields})


def spell(days: DayRange = WEEK, **fields: Any) -> Spell:
    given = {"learner_id": "L-1", "institution_id": "I-1", "municipality_id": "M-1", "partner_kind": "municipality"}
    return Spell(**{"days": days, **given, "track": Track.GENERAL, "level": 5, **fields})


def paid(programme: Programme, source: OtherFunding | list[Source], *spells: Spell) -> list[Funded]:
    sources = source if isinstance(source, list) else [source_of(source)]
    return funded(spells or [spell()], sources, programme.calendar)


def conflicts(of: Claim, sources: list[Funded]) -> list[Conflict]:
    return with_funding(of, sources, blocking=HARD, titles=TITLES)


# --- what it is ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"last_day": "2022-08-31"}, "days-reversed"),
        ({"learner_id": "L-1", "institution_id": "I-1"}, "funding-scope"),
        ({"municipality_id": "M-1", "institution_id": "I-1"}, "funding-scope"),
        ({"per_day_thousandths": 1}, "funding-amount"),
        ({"lowest_level": 6, "highest_level": 5}, "funding-levels"),
    ],
)
def test_what_contradicts_itself_is_no_other_funding(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        funding(**fields)
    (error,) = caught.value.errors()
    cause = error["ctx"]["error"]
    assert isinstance(cause, PmpError)
    assert cause.code == code


def test_one_level_is_a_range_of_levels() -> None:
    assert funding(lowest_level=5, highest_level=5).pays_for(spell()) is True


@pytest.mark.parametrize(
    ("fields", "pays"),
    [
        ({}, True),
        ({"learner_id": "L-1"}, True),
        ({"learner_id": "L-2"}, False),
        ({"institution_id": "I-1"}, True),
        ({"institution_id": "I-2"}, False),
        ({"municipality_id": "M-1"}, True),
        ({"municipality_id": "M-2"}, False),
        ({"track": "general"}, True),
        ({"track": "vocational"}, False),
        ({"lowest_level": 5}, True),
        ({"lowest_level": 6}, False),
        ({"highest_level": 5}, True),
        ({"highest_level": 4}, False),
    ],
)
def test_for_whom_it_pays(fields: dict[str, Any], pays: bool) -> None:
    assert funding(**fields).pays_for(spell()) is pays


@pytest.mark.parametrize("fields", [{"track": "general"}, {"lowest_level": 1}, {"highest_level": 12}])
def test_of_whom_the_track_and_level_are_not_known_it_cannot_be_told(fields: dict[str, Any]) -> None:
    assert funding(**fields).pays_for(spell(track=None, level=None)) is None
    assert funding().pays_for(spell(track=None, level=None)) is True


# --- on which days, and how much -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last", "there"), [("2022-10-02", False), ("2022-10-03", True)])
def test_it_pays_through_its_last_day(programme: Programme, last: str, there: bool) -> None:
    assert bool(paid(programme, funding(last_day=last))) is there


@pytest.mark.parametrize(("school_days", "count"), [(False, 7), (True, 5)])
def test_it_pays_for_all_days_or_for_school_days(programme: Programme, school_days: bool, count: int) -> None:
    (one,) = paid(programme, funding(covers="part", per_day_thousandths=1075, school_days=school_days))
    assert (one.parts[0].count, one.amount) == (count, whole_cents(count * 1075))


def test_on_days_that_are_no_school_days_a_payer_of_school_days_pays_nothing(programme: Programme) -> None:
    weekend = spell(DayRange(date(2022, 10, 8), date(2022, 10, 9)))
    assert paid(programme, funding(school_days=True), weekend) == []


def test_where_the_end_of_a_levels_semester_is_not_known_all_days_count_and_it_is_not_certain(programme: Programme) -> None:
    days = DayRange(date(2017, 5, 1), date(2017, 5, 7))
    (one,) = paid(programme, funding(first_day="2016-09-01", school_days=True), spell(days, level=9))
    assert ([part.count for part in one.parts], one.covers) == ([7], Covers.UNKNOWN)


def test_the_amount_is_rounded_once_for_all_days(programme: Programme) -> None:
    spells = [spell(DayRange(date(2022, 10, n), date(2022, 10, n))) for n in (3, 4, 5)]
    (one,) = paid(programme, funding(covers="part", per_day_thousandths=1075), *spells)
    assert len(one.parts) == 3
    assert one.amount == Money("3.23")  # 3.225, where three rounded ones are 3.24


@given(st.integers(0, 10**9))
def test_rounding_half_up_is_never_off_by_more_than_half_a_cent(thousandths: int) -> None:
    assert -5 < 10 * whole_cents(thousandths).cents - thousandths <= 5


@pytest.mark.parametrize(
    ("fields", "of", "covers"),
    [
        ({}, {}, "all"),
        ({"covers": "part", "per_day_thousandths": 1}, {}, "part"),
        ({"covers": "part"}, {}, "unknown"),
        ({"covers": "unknown"}, {}, "unknown"),
        ({"lowest_level": 1}, {"level": None}, "unknown"),
    ],
)
def test_how_much_is_paid(programme: Programme, fields: dict[str, Any], of: dict[str, Any], covers: str) -> None:
    (one,) = paid(programme, funding(**fields), spell(**of))
    assert one.covers is Covers(covers)


# --- in conflict ---------------------------------------------------------------------------------------------------------


def test_who_pays_all_is_in_the_claims_way(programme: Programme) -> None:
    (conflict,) = conflicts(claim(cofunded="5.00"), paid(programme, funding(reference="Nr. 7")))
    assert (conflict.key, conflict.kind, conflict.blocks) == ("other-funding:F-1", "other-funding-all", True)
    assert conflict.words.en == "All of it is paid by municipal-meals (3 October 2022–9 October 2022); reference: Nr. 7."
    assert conflict.words.lv == "Visu sedz municipal-meals (lv) (03.10.2022.–09.10.2022.); atsauce: Nr. 7."


@pytest.mark.parametrize(("stated", "there"), [("3.76", True), ("3.77", False), ("5.00", False)])
def test_a_part_is_no_conflict_where_the_claim_states_it(programme: Programme, stated: str, there: bool) -> None:
    part = funding(covers="part", per_day_thousandths=538)  # 7 days: 3.766
    found = conflicts(claim(cofunded=stated), paid(programme, part))
    assert [(one.kind, one.severity.value) for one in found] == ([("other-funding-part", "soft")] if there else [])


def test_a_part_is_told_with_how_it_comes_about(programme: Programme) -> None:
    (one,) = conflicts(claim(), paid(programme, funding(covers="part", per_day_thousandths=538)))
    assert one.words.en == (
        "A part is paid by municipal-meals: EUR 3.77 (3 October 2022–9 October 2022), 7 × EUR 0.538; "
        "what others pay comes to EUR 3.77, the claim states EUR 0.00."
    )
    assert (one.evidence.amount, one.evidence.expected, one.evidence.stated) == (Money("3.77"), Money("3.77"), Money(0))


@pytest.mark.parametrize(("stated", "there"), [("4.99", 2), ("5.00", 0)])
def test_parts_count_together_and_no_more_than_is_asked_for(programme: Programme, stated: str, there: int) -> None:
    both = [source_of(funding(id=f"F-{n}", covers="part", per_day_thousandths=500)) for n in (1, 2)]
    found = conflicts(claim(cofunded=stated), paid(programme, both))
    assert [one.evidence.expected for one in found] == [Money("5.00")] * there


def test_who_pays_nobody_knows_how_much_is_told_whatever_the_claim_states(programme: Programme) -> None:
    (one,) = conflicts(claim(cofunded="5.00"), paid(programme, funding(covers="unknown")))
    assert (one.kind, one.blocks) == ("other-funding-unknown", False)
    assert one.words.lv.startswith("Nav nosakāms, vai un cik sedz municipal-meals (lv)")


@pytest.mark.parametrize(("covers", "kind", "blocks"), [("all", "", True), ("unknown", "-unsure", False)])
def test_another_municipality_is_a_payer_of_its_own_kind(programme: Programme, covers: str, kind: str, blocks: bool) -> None:
    (one,) = conflicts(claim(), paid(programme, funding(payer="other-municipality", covers=covers)))
    assert (one.kind, one.blocks) == (f"other-municipality{kind}", blocks)
    assert one.remedy.en.startswith("Agree with the other municipality;")
    assert all(f"`pmp claims funding remove {one.other}`" in text for text in (one.remedy.lv, one.remedy.en))


@pytest.mark.parametrize(("each", "kind"), [(1000, "part"), (None, "unknown")])
def test_a_part_is_a_part_whoever_pays_it(programme: Programme, each: int | None, kind: str) -> None:
    part = funding(payer="other-municipality", covers="part", per_day_thousandths=each)
    (one,) = conflicts(claim(), paid(programme, part))
    assert one.kind == f"other-funding-{kind}"
    assert "other-municipality (lv)" in one.words.lv
    assert bool(conflicts(claim(cofunded="5.00"), paid(programme, part))) is (each is None)


# --- the state's money for meals -----------------------------------------------------------------------------------------


def meals(programme: Programme, days: DayRange = WEEK, **fields: Any) -> list[Funded]:
    return paid(programme, state_meals(programme.pack, days), spell(days, **fields))


def test_without_the_grades_it_cannot_be_told_and_the_answer_says_so(programme: Programme) -> None:
    (one,) = meals(programme)
    assert (one.covers, one.amount, one.source.id) == (Covers.UNKNOWN, None, "state-meals")
    assert meals(programme, track=Track.VOCATIONAL) == []
    assert [found.covers for found in meals(programme, track=None, level=None)] == [Covers.UNKNOWN]


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ({}, "5.38"),  # 5 × 1.075 = 5.375
        ({"partner_kind": "state-general-institution"}, "10.75"),
        ({"level": 6}, None),
        ({"track": Track.VOCATIONAL, "level": 1}, None),
    ],
)
def test_with_the_grades_it_comes_to_so_much_for_the_school_days(
    with_grades: Programme, fields: dict[str, Any], amount: str | None
) -> None:
    found = meals(with_grades, **fields)
    assert [(one.covers, str(one.amount)) for one in found] == ([] if amount is None else [(Covers.PART, amount)])


@pytest.mark.parametrize("fields", [{"partner_kind": None}, {"level": None}, {"track": None}])
def test_of_whom_something_is_not_known_it_is_not_certain(with_grades: Programme, fields: dict[str, Any]) -> None:
    assert [(one.covers, one.amount) for one in meals(with_grades, **fields)] == [(Covers.UNKNOWN, Money("5.38"))]


def test_before_the_grades_are_set_it_cannot_be_told(with_grades: Programme) -> None:
    days = DayRange(date(2022, 5, 30), date(2022, 5, 31))
    assert [(one.covers, one.amount) for one in meals(with_grades, days)] == [(Covers.UNKNOWN, None)]


def test_where_the_amount_becomes_unset_within_the_claim_it_cannot_be_told(with_grades: Programme) -> None:
    days = DayRange(date(2023, 5, 29), date(2023, 5, 31))
    assert [(one.covers, str(one.amount)) for one in meals(with_grades, days)] == [(Covers.PART, "2.15")]  # the 29th was free
    after = DayRange(date(2023, 9, 4), date(2023, 9, 8))
    assert [(one.covers, one.amount) for one in meals(with_grades, after)] == [(Covers.UNKNOWN, None)]


def test_before_the_first_school_year_nothing_is_derived(with_grades: Programme) -> None:
    sources = state_meals(with_grades.pack, DayRange(date(2016, 8, 31), date(2016, 9, 1)))
    assert [source.days.first for source in sources] == [date(2016, 9, 1)]
