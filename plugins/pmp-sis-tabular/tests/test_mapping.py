"""Mapping files: what is wrong is told with file, line, pointer and the nearest names; and what is shipped is right."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pmp_core.errors import SourceError
from pmp_core.plugins import PluginSet
from pmp_core.sources.records import RECORD_TYPES
from pmp_core.sources.source import Source
from pmp_sis_tabular import open_tabular, plugin, shipped_mappings
from pmp_sis_tabular.mapping_file import load_mapping, read_mapping

GOOD = """\
name: t
files:
  learners:
    match: learners.csv
    fields:
      id: ID
      given: {column: [Given, Vārds]}
      level: {column: Class, pattern: '(\\d+)'}
    unpivot: {dates: day, value: code}
    records:
      - kind: learner
        fields:
          key: id
          given_name: given
          family_name: {column: Family}
  marks:
    match: {regex: 'marks_(?P<school>.+)\\.csv'}
    fields:
      learner: {lookup: learners, by: {given: name}, take: id}
      name: Name
"""


def test_a_good_one_is_read() -> None:
    mapping = read_mapping(GOOD, "t.yaml")
    assert (mapping.name, [entry.name for entry in mapping.files], mapping.kinds) == ("t", ["learners", "marks"], {"learner"})


@pytest.mark.parametrize(
    ("old", "new", "row", "pointer", "words"),
    [
        ("name: t", "name: t\nname: u", 2, None, "stands twice"),
        ("name: t", "name: [t", None, None, "not YAML"),
        ("name: t\n", "", 1, "", "'name'"),
        ("match: learners.csv", "mach: learners.csv", 4, "/files/learners/mach", "Did you mean 'match'"),
        ("match: learners.csv", "header_row: 0\n    match: l.csv", 4, "/files/learners/header_row", "minimum"),
        ("match: learners.csv", "delimiter: '|'\n    match: l.csv", 4, "/files/learners/delimiter", "Allowed: ;"),
        ("name: t", "name: t\nschool_year: 2022", 2, "/school_year", "2022/23"),
        ("name: t", "name: t\nschool_year: 2022/24", 2, "/school_year", "2022/23"),
        ("name: t", "name: t\nmonths: {13: x}", 2, "/months/13", "Allowed: 1, 2"),
        ("kind: learner", "kind: lerner", 11, "/files/learners/records/0/kind", "Did you mean 'learner'"),
        ("given_name: given", "given_nam: given", 14, "/files/learners/records/0/fields/given_nam", "Did you mean 'given_name'"),
        ("          given_name: given\n", "", 12, "/files/learners/records/0/fields", "'given_name'"),
        ("given_name: given", "given_name: givn", 14, "/files/learners/records/0/fields/given_name", "Did you mean 'given'"),
        ("pattern: '(\\d+)'", "pattern: '(\\d+'", 8, "/files/learners/fields/level/pattern", "regular expression"),
        ("pattern: '(\\d+)'", "pattern: '(\\d+)', group: 2", 8, "/files/learners/fields/level/group", "no group 2"),
        ("pattern: '(\\d+)'", "patern: '(\\d+)'", 8, "/files/learners/fields/level/patern", "Did you mean 'pattern'"),
        (
            "{column: Class, pattern",
            "{field: id, column: Class, pattern",
            8,
            "/files/learners/fields/level",
            "Give one of: column",
        ),
        ("{column: Class, pattern", "{optional: true, field: id, pattern", 8, "/files/learners/fields/level", "column"),
        ("lookup: learners", "lookup: lerners", 19, "/files/marks/fields/learner/lookup", "Did you mean 'learners'"),
        ("by: {given: name}", "by: {givn: name}", 19, "/files/marks/fields/learner/by/givn", "Did you mean 'given'"),
        ("by: {given: name}", "by: {given: nme}", 19, "/files/marks/fields/learner/by/given", "Did you mean 'name'"),
        ("take: id", "take: day", 19, "/files/marks/fields/learner/take", "no field 'day'"),
        (", take: id", "", 19, "/files/marks/fields/learner", "take"),
        ("      name: Name", "      school: Name", 17, "/files/marks/match", "'school' is given twice"),
        ("dates: day", "dates: id", 9, "/files/learners/unpivot", "'id' is given twice"),
        ("dates: day, ", "", 9, "/files/learners/unpivot", "Give one of: dates, pattern"),
        ("id: ID", "id: {field: id}", 6, "/files/learners/fields/id", "needs itself"),
        (
            "name: Name",
            "name: {lookup: marks, by: {learner: school}, take: school}",
            19,
            "/files/marks/fields/learner",
            "needs itself",
        ),
        (
            "    unpivot",
            "    split: [{column: X, pattern: '(\\d)'}]\n    unpivot",
            9,
            "/files/learners/split/0/pattern",
            "named group",
        ),
        (
            "    unpivot",
            "    split: [{column: X, pattern: '(?P<id>.)'}]\n    unpivot",
            9,
            "/files/learners/split/0",
            "given twice",
        ),
        (
            "    unpivot",
            "    split: [{column: X, name: 'first last'}]\n    unpivot",
            9,
            "/files/learners/split/0/name",
            "Allowed: family, given",
        ),
        ("    unpivot", "    where: [{column: X}]\n    unpivot", 9, "/files/learners/where/0", "is_not"),
        (
            "    unpivot",
            "    period: {first: 2022-09-01, last: 2022-08-31}\n    unpivot",
            9,
            "/files/learners/period",
            "ends before",
        ),
        (
            "    unpivot",
            "    period: {first: 2022-09-01, last: 2022-09-31}\n    unpivot",
            9,
            "/files/learners/period",
            "YYYY-MM-DD",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, row: int | None, pointer: str | None, words: str) -> None:
    assert old in GOOD
    with pytest.raises(SourceError, match=words) as caught:
        read_mapping(GOOD.replace(old, new, 1), "t.yaml")
    error = caught.value
    assert (error.code, error.place.file, error.place.pointer) == ("mapping-invalid", "t.yaml", pointer)
    assert row is None or error.place.row == row
    assert error.remedy


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Did you mean 'rosariosis'") as caught:
        open_tabular(mapping="rosariosi")
    assert caught.value.code == "mapping-missing"
    path = tmp_path / "m.yaml"
    path.write_bytes("name: Ķ".encode("utf-16"))
    with pytest.raises(SourceError, match="not UTF-8") as caught:
        open_tabular(mapping=path)
    assert str(tmp_path) not in str(caught.value)


def test_shipped_mappings_are_good_and_named_after_themselves() -> None:
    assert set(shipped_mappings()) == {"rosariosis", "rosariosis-daily"}
    for name, path in shipped_mappings().items():
        assert load_mapping(name).name == load_mapping(path).name == name


def test_the_schema_is_one_and_knows_every_field_of_every_record() -> None:
    schema = json.loads((files("pmp_sis_tabular") / "mapping.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for kind, model in RECORD_TYPES.items():
        told, required = set(schema["$defs"][kind]["properties"]), set(schema["$defs"][kind]["required"])
        fields = set(model.model_fields)
        needed = {name for name, field in model.model_fields.items() if field.is_required()}
        if kind == "mark":  # `mark` stands for both
            fields, needed = fields - {"points", "word"} | {"mark"}, needed | {"mark"}
        if kind == "learner":  # only for telling what is covered
            fields |= {"institution_key"}
        assert (told, required) == (fields, needed), kind


def test_the_plug_in_registers_and_opens() -> None:
    kind = PluginSet([("tabular", plugin)]).source("tabular")
    source = kind.open(mapping="rosariosis", name="Upesciems")
    assert isinstance(source, Source)
    assert (source.name, source.kinds) == ("Upesciems", {"institution", "learner", "enrolment", "absence", "mark"})
    assert open_tabular(mapping="rosariosis").name == "rosariosis"
    assert "Upesciems" in repr(source)
    assert "tabular" in {one.name for one in PluginSet.discover()}


def test_the_example_in_the_readme_is_good() -> None:
    text = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    assert read_mapping(example, "README.md").kinds == {"learner", "enrolment", "absence"}
