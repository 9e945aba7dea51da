"""What every source must do, as tests to inherit."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from typing import ClassVar

import pytest

from pmp_core.errors import SourceError, masked
from pmp_core.sources.records import RECORD_KINDS, EnrolmentRecord, LearnerRecord, Record
from pmp_core.sources.source import Coverage, Located, Problem, Source

Item = Located | Problem | Coverage


class SourceSuite:
    """Inherit it in a class whose name begins with `Test`, and override the fixtures.

    `source` must be given. A clause whose fixture is not given is skipped and says so.

    Example:
        ```python
        class TestMySource(SourceSuite):
            @pytest.fixture
            def source(self, tmp_path):
                return open_my_source(...)

            @pytest.fixture
            def expected_texts(self):
                return ["Ērika", "Ļaudama"]
        ```

    Attributes:
        CLAUSES: what a source must do, by the number that the tests name.
    """

    CLAUSES: ClassVar[dict[str, str]] = {
        "S1": "It is a source: a name that is not empty, kinds, and a `read` that gives records, problems and coverages only.",
        "S2": "Records are valid, and the same after a journey through JSON.",
        "S3": "Two reads give the same items in the same order.",
        "S4": "Texts arrive as they are: no diacritic is lost.",
        "S5": "Only kinds that were declared are given.",
        "S6": "No two records of a kind have one identity.",
        "S7": "The learner of every enrolment is given too, or a problem says why not.",
        "S8": "Problems have a code, a message and, where it is known, a kind that was declared.",
        "S9": "Nothing in it gives no records and no error.",
        "S10": "What cannot be reached is an error with a code and a remedy, not an empty source.",
        "S11": "No personal code and no planted secret is in a log, a problem, an error or the look of a record.",
    }

    @pytest.fixture
    def source(self) -> Source:
        """The source under test, with data of as many kinds as it can give."""
        pytest.fail("Override the fixture `source`: it gives the source under test, with data in it.")

    @pytest.fixture
    def empty_source(self) -> Source:
        """The same source with nothing in it."""
        pytest.skip("no `empty_source` was given")

    @pytest.fixture
    def unreachable_source(self) -> Source:
        """The same source where it cannot be reached: a file that is gone, a server that is down."""
        pytest.skip("no `unreachable_source` was given")

    @pytest.fixture
    def expected_texts(self) -> Iterable[str]:
        """Texts with diacritics that must be found in the records' fields, whole or in part."""
        pytest.skip("no `expected_texts` were given")

    @pytest.fixture
    def planted_secrets(self) -> Iterable[str]:
        """Texts in the source's data or settings, such as personal codes, names and passwords, that must not leak."""
        return ()

    @pytest.fixture
    def items(self, source: Source) -> list[Item]:
        """All that the source gives."""
        return list(source.read())

    def test_s1_it_is_a_source(self, source: Source, items: list[Item]) -> None:
        """Clause S1."""
        assert isinstance(source, Source)
        assert source.name
        assert source.kinds
        assert source.kinds <= set(RECORD_KINDS)
        assert {type(item).__name__ for item in items} <= {"Located", "Problem", "Coverage"}
        assert _records(items), "the source under test must have data"

    def test_s2_records_are_valid(self, items: list[Item]) -> None:
        """Clause S2."""
        for record in _records(items):
            assert type(record).model_validate(dict(record)) == record
            # A personal code is masked in JSON, and does not come back.
            if not (isinstance(record, LearnerRecord) and record.personal_code):
                assert type(record).model_validate_json(record.model_dump_json()) == record

    def test_s3_two_reads_give_the_same(self, source: Source, items: list[Item]) -> None:
        """Clause S3."""
        assert list(source.read()) == items

    def test_s4_diacritics_survive(self, items: list[Item], expected_texts: Iterable[str]) -> None:
        """Clause S4."""
        texts = {str(value) for record in _records(items) for value in dict(record).values()}
        missing = [text for text in expected_texts if not any(text in one for one in texts)]
        assert missing == []

    def test_s5_only_declared_kinds_are_given(self, source: Source, items: list[Item]) -> None:
        """Clause S5."""
        assert {record.kind for record in _records(items)} <= source.kinds
        assert {item.kind for item in items if isinstance(item, Coverage)} <= source.kinds

    def test_s6_identities_are_unique(self, items: list[Item]) -> None:
        """Clause S6."""
        counts = Counter((record.kind, record.identity) for record in _records(items))
        assert [key for key, count in counts.items() if count > 1] == []

    def test_s7_the_learner_of_every_enrolment_is_known(self, source: Source, items: list[Item]) -> None:
        """Clause S7."""
        if not {"learner", "enrolment"} <= source.kinds:
            pytest.skip("the source does not give both learners and enrolments")
        learners = {record.key for record in _records(items) if isinstance(record, LearnerRecord)}
        refused = {item.identity for item in items if isinstance(item, Problem) and item.kind == "learner"}
        enrolled = {record.learner_key for record in _records(items) if isinstance(record, EnrolmentRecord)}
        assert enrolled - learners - refused == set()

    def test_s8_problems_say_what_and_of_which_kind(self, source: Source, items: list[Item]) -> None:
        """Clause S8."""
        for item in items:
            if isinstance(item, Problem):
                assert item.code
                assert item.message
                assert item.kind is None or item.kind in source.kinds

    def test_s9_empty_is_empty(self, empty_source: Source) -> None:
        """Clause S9."""
        items = list(empty_source.read())
        assert [item for item in items if not isinstance(item, Coverage)] == []

    def test_s10_unreachable_is_an_error(self, unreachable_source: Source, planted_secrets: Iterable[str]) -> None:
        """Clauses S10 and S11."""
        with pytest.raises(SourceError) as caught:
            list(unreachable_source.read())
        assert caught.value.code
        assert caught.value.remedy
        _assert_silent(str(caught.value), planted_secrets)

    def test_s11_nothing_personal_leaks(
        self, source: Source, planted_secrets: Iterable[str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Clause S11."""
        with caplog.at_level(logging.DEBUG):
            items = list(source.read())
        printed = capfd.readouterr()
        _assert_silent(caplog.text + printed.out + printed.err, planted_secrets)
        for item in items:
            if isinstance(item, Problem):
                _assert_silent(f"{item} {item!r}", planted_secrets)
            elif isinstance(item, LearnerRecord) and item.personal_code is not None:
                for look in (repr(item), str(item), item.model_dump_json()):
                    assert item.personal_code.reveal() not in look
                    assert item.personal_code.reveal(hyphen=False) not in look


def _records(items: Iterable[Item]) -> list[Record]:
    return [item.record for item in items if isinstance(item, Located)]


def _assert_silent(text: str, secrets: Iterable[str]) -> None:
    assert masked(text) == text, "something that looks like a personal code is told"
    # The secrets themselves are not shown here: a test's output is a log too.
    leaked = sum(secret in text for secret in secrets)
    assert not leaked, f"{leaked} of the planted secrets are told"
