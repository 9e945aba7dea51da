"""The adapter passes the conformance kit, and so that this means something: a source that breaks a clause fails it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pmp_core.sources.records import LearnerRecord
from pmp_core.sources.source import Located, Problem, Source
from pmp_core.testing import SourceSuite
from pmp_sis_tabular import TabularSource, open_tabular

MAPPING = """\
name: kit
files:
  all:
    match: all.csv
    fields: {id: id, given: given, family: family, code: code, school: school, from: from}
    records:
      - {kind: learner, fields: {key: id, given_name: given, family_name: family, personal_code: code, institution_key: school}}
      - kind: enrolment
        fields: {learner_key: id, institution_key: school, track: {constant: general}, level: {constant: 7}, first_day: from}
"""
HEADER = "id;given;family;code;school;from\n"
ROWS = """\
1;Ērika;Ļaudama;161175-19997;S1;01.09.2022
2;Ģirts;Žņaugs;12345;S1;01.09.2022
161175-19997;Ķērsta;Šūpols;;S1;01.09.2022
161175 19997;Ķērsta;Šūpols;;S1;31.09.2022
"""


class TestTabularSource(SourceSuite):
    @pytest.fixture
    def source(self, put: Callable[..., Path], opened: Callable[..., TabularSource]) -> Source:
        put("all.csv", HEADER + ROWS)
        return opened(MAPPING)

    @pytest.fixture
    def empty_source(self, put: Callable[..., Path], opened: Callable[..., TabularSource]) -> Source:
        put("all.csv", HEADER)
        return opened(MAPPING)

    @pytest.fixture
    def unreachable_source(self, opened: Callable[..., TabularSource]) -> Source:
        return opened(MAPPING)

    @pytest.fixture
    def expected_texts(self) -> list[str]:
        return ["Ērika", "Ļaudama"]

    @pytest.fixture
    def planted_secrets(self, folder: Path) -> list[str]:
        return ["161175", "19997", "12345", "Ērika", "Ļaudama", "Ģirts", "Žņaugs", "Ķērsta", "Šūpols", str(folder)]


class TestSampleSchool(SourceSuite):
    @pytest.fixture
    def source(self, sample_school: Path) -> Source:
        return open_tabular(mapping=sample_school / "mapping.yaml", folder=sample_school)

    @pytest.fixture
    def expected_texts(self) -> list[str]:
        return ["Ērika", "Žagarkalna", "Latviešu valoda", "Paraugu pamatskola"]


def test_every_clause_has_a_test_that_names_it() -> None:
    told = " ".join(str(test.__doc__) for name, test in vars(SourceSuite).items() if name.startswith("test_"))
    assert [clause for clause in SourceSuite.CLAUSES if f"{clause}." not in told and f"{clause} and" not in told] == []


class Leaking:
    """A source that does much of what it must not."""

    name = "leaking"
    kinds = frozenset({"learner"})

    def read(self) -> Iterator[Any]:
        yield Located(LearnerRecord(key="1", given_name="A", family_name="B"))
        yield Located(LearnerRecord(key="1", given_name="A", family_name="B"))
        yield Problem("bad", "the secret is told", kind="mark")


def test_the_kit_finds_what_is_wrong(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    suite, source = SourceSuite(), Leaking()
    items = list(source.read())
    with pytest.raises(AssertionError):
        suite.test_s4_diacritics_survive(items, ["Ērika"])
    with pytest.raises(AssertionError):
        suite.test_s6_identities_are_unique(items)
    with pytest.raises(AssertionError):
        suite.test_s8_problems_say_what_and_of_which_kind(source, items)
    with pytest.raises(AssertionError):
        suite.test_s9_empty_is_empty(source)
    with pytest.raises(pytest.fail.Exception):
        suite.test_s10_unreachable_is_an_error(source, ())
    with pytest.raises(AssertionError, match="1 of the planted secrets"):
        suite.test_s11_nothing_personal_leaks(source, ["secret"], caplog, capfd)
