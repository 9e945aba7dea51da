"""The page of entities and the schemas beside it are those of the library."""

from __future__ import annotations

from entity_pages import SCHEMAS, written


def test_the_page_and_the_schemas_are_up_to_date() -> None:
    files = written()
    stale = [file.name for file, text in files.items() if not file.is_file() or file.read_text(encoding="utf-8") != text]
    assert stale == [], "run `python tests/docs/entity_pages.py`"
    assert sorted(SCHEMAS.iterdir()) == sorted(file for file in files if file.parent == SCHEMAS)
