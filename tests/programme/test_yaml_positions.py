"""YAML with 1.2 rules, the lines of its nodes, and schema errors that say where, what and what is near."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from pmp_core.errors import Place, ProgrammeError, SourceError
from pmp_core.programme import yaml_positions
from pmp_core.programme.yaml_positions import check_schema, read_yaml, to_pointer

TEXT = """\
# a comment
title: PuMPuRS
from: 2021-09-01
share: 0.85
words: [on, off, yes, no, True, NULL, ~, null, true, false, 0x1F, 1_000, 007, -12, 0, "5", 'true', 1e3]
nested:
  "a/b":
    - one
    - two: {deep: 3}
2022: year
nothing:
"""


def test_only_null_booleans_and_whole_numbers_are_more_than_text() -> None:
    data = read_yaml(TEXT, "pack.yaml").data
    assert data["from"] == "2021-09-01"
    assert data["share"] == "0.85"
    assert data["words"] == [
        "on", "off", "yes", "no", "True", "NULL", None, None, True, False, "0x1F", "1_000", "007", -12, 0, "5", "true", "1e3",
    ]  # fmt: skip
    assert data["2022"] == "year"
    assert data["nothing"] is None


@pytest.mark.parametrize(
    ("pointer", "row"),
    [
        ("", 2), ("/title", 2), ("/nested", 6), ("/nested/a~1b/0", 8), ("/nested/a~1b/1/two/deep", 9), ("/2022", 10),
        ("/nested/a~1b/7", 7), ("/nested/a~1b/x", 7), ("/nested/none/of/this", 6), ("/title/below-text", 2), ("/unknown", 2),
    ],
)  # fmt: skip
def test_the_place_of_a_pointer_is_its_line_or_that_of_the_nearest_above(pointer: str, row: int) -> None:
    assert read_yaml(TEXT, "pack.yaml").place(pointer) == Place("pack.yaml", row, pointer=pointer)


def test_pointers_are_escaped() -> None:
    assert to_pointer(["a/b", "~", 3]) == "/a~1b/~0/3"
    assert to_pointer([]) == ""


def test_an_empty_document_and_a_byte_order_mark() -> None:
    assert read_yaml("", "empty.yaml").data is None
    assert read_yaml("", "empty.yaml").place("/a").row == 1
    assert read_yaml("\ufeffā: ž", "bom.yaml").data == {"ā": "ž"}


def test_aliases_stand_for_what_is_anchored_and_merge_keys_are_plain() -> None:
    document = read_yaml("a: &x {b: 1}\nc: *x\nd: {<<: text}\n", "t.yaml")
    assert document.data == {"a": {"b": 1}, "c": {"b": 1}, "d": {"<<": "text"}}
    assert document.data["a"] is document.data["c"]


@pytest.mark.parametrize(
    ("text", "code", "row", "words"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "yaml-invalid", 3, "not YAML"),
        ("a: 1\n\tb: 2\n", "yaml-invalid", 2, "not YAML"),
        ("a: *nowhere\n", "yaml-invalid", 1, "not YAML"),
        ("a: 1\n---\nb: 2\n", "yaml-invalid", 2, "not YAML"),
        ("a: 1\nb: \x00\n", "yaml-invalid", None, "characters"),
        ("a: 1\nb: 2\na: 3\n", "yaml-key-twice", 3, "'a'"),
        ("5: 1\n'5': 2\n", "yaml-key-twice", 2, "'5'"),
        ("? [a, b]\n: 1\n", "yaml-invalid", 1, "key must be text"),
        ("a: 1\nb: !!python/object:os.system {}\n", "yaml-invalid", 2, "tag"),
        ("a: !mine [1]\n", "yaml-invalid", 1, "tag"),
        ("a: !!int five\n", "yaml-invalid", 1, "tag"),
        ("a: !!float 1.5\n", "yaml-invalid", 1, "tag"),
        ("a: 1\nb: &x [*x]\n", "yaml-invalid", 2, "inside of what it stands for"),
    ],
)
def test_what_cannot_be_read_says_the_line(text: str, code: str, row: int | None, words: str) -> None:
    with pytest.raises(ProgrammeError, match=words) as caught:
        read_yaml(text, "bad.yaml")
    assert (caught.value.code, caught.value.place.file, caught.value.place.row) == (code, "bad.yaml", row)


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "level": {"type": "integer", "minimum": 0},
        "track": {"enum": ["general", "vocational"]},
        "title": {"type": ["string", "null"]},
        "day": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$", "description": "Write it as YYYY-MM-DD."},
        "codes": {"type": "object", "propertyNames": {"pattern": "^[a-z-]+$", "description": "Use small letters."}},
        "kinds": {"type": "object", "propertyNames": {"enum": ["mark", "absence"]}},
        "step": {"type": "object", "required": ["from", "to"], "description": "A step leads somewhere."},
        "either": {"anyOf": [{"type": "boolean"}, {"type": "array"}]},
        "pair": {"type": "object", "dependentRequired": {"zero": [], "by": ["lookup", "take"]}},
        "typo": {"type": "object", "required": ["level"], "properties": {"level": {}}, "additionalProperties": False},
        "never": False,
    },
    "patternProperties": {"^x-": {}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("text", "row", "pointer", "words"),
    [
        ("x-mine: 1\nlevle: 3\n", 2, "/levle", "Did you mean 'level'"),
        ("level: 1\nqqq: 1\n", 2, "/qqq", "Allowed: level, track"),
        ("track: vocationall\n", 1, "/track", "Did you mean 'vocational'"),
        ("level: '7'\n", 1, "/level", "a whole number"),
        ("level: -1\n", 1, "/level", "minimum"),
        ("title: [1]\n", 1, "/title", "text or nothing"),
        ("level: 1\nday: 1.9.2021\n", 2, "/day", "YYYY-MM-DD"),
        ("codes:\n  a: 1\n  B: 2\n", 3, "/codes/B", "small letters"),
        ("kinds: {marks: 1}\n", 1, "/kinds/marks", "Did you mean 'mark'"),
        ("level: 1\nstep:\n  from: 2\n", 2, "/step", "'to'.*leads somewhere"),
        ("pair: {zero: 1, by: 2, lookup: 3}\n", 1, "/pair", "Where 'by' stands, 'take' is needed"),
        ("typo: {levle: 1}\n", 1, "/typo/levle", "Did you mean 'level'"),
        ("never: 1\n", 1, "", "False schema"),
        ("either: text\n", 1, "/either", "not valid under any"),
    ],
)
def test_a_schema_error_says_the_line_the_pointer_and_what_is_allowed(text: str, row: int, pointer: str, words: str) -> None:
    with pytest.raises(ProgrammeError, match=words) as caught:
        check_schema(read_yaml(text, "t.yaml"), SCHEMA)
    assert caught.value.code == "yaml-not-allowed"
    assert caught.value.place == Place("t.yaml", row, pointer=pointer)


def test_what_fits_the_schema_passes_and_the_callers_error_is_raised() -> None:
    check_schema(read_yaml("level: 3\nx-note: [1]\n", "t.yaml"), SCHEMA)
    with pytest.raises(SourceError, match="mapping-invalid"):
        check_schema(read_yaml("levl: 3\n", "t.yaml"), SCHEMA, error=SourceError, code="mapping-invalid")


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        (f"a: 1\nb: {'9' * 19}\n", 2, "too long"),
        (f"a: 1\nb: -{'9' * 5000}\n", 2, "too long"),
        (f"a: 1\nb: {'[' * 51}{']' * 51}\n", 2, "more than 50 levels"),
        (f"a: {'[' * 20000}{']' * 20000}\n", 1, "more than 50 levels"),
        (BOMB, 5, "stand for more"),
    ],
    ids=["a number", "a number below 0", "brackets", "very many brackets", "aliases"],
)
def test_what_cannot_be_read_in_a_moment_is_refused(text: str, row: int | None, words: str) -> None:
    with pytest.raises(ProgrammeError, match=words) as caught:
        read_yaml(text, "bomb.yaml")
    assert (caught.value.code, caught.value.place.file, caught.value.place.row) == ("yaml-invalid", "bomb.yaml", row)


def test_what_is_too_deep_for_the_composer_written_in_python_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_positions, "_Loader", yaml.SafeLoader)
    with pytest.raises(ProgrammeError, match="more than 50 levels") as caught:
        read_yaml("[" * 5000 + "]" * 5000, "deep.yaml")
    assert (caught.value.code, caught.value.place.file) == ("yaml-invalid", "deep.yaml")


def test_what_is_just_short_enough_is_read() -> None:
    deep = read_yaml(f"{'[' * 49}1{']' * 49}", "deep.yaml").data
    assert str(deep) == f"{'[' * 49}1{']' * 49}"
    assert read_yaml("9" * 18, "long.yaml").data == int("9" * 18)
