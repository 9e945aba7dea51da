"""Small files of all sorts, written to a folder and read through a mapping."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from pmp_core.sources.records import Record
from pmp_core.sources.source import Coverage, Located, Problem
from pmp_sis_tabular import TabularSource, open_tabular

Item = Located | Problem | Coverage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the exports lie; the mapping lies beside it."""
    path = tmp_path / "exports"
    path.mkdir()
    return path


@pytest.fixture
def put(folder: Path) -> Callable[..., Path]:
    """Write a file: text is UTF-8, bytes are as they are, rows make a workbook."""

    def write(name: str, content: str | bytes | Sequence[Sequence[Any]], sheets: Sequence[str] = ("Sheet1",)) -> Path:
        path = folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        else:
            workbook = Workbook()
            workbook.remove(workbook.worksheets[0])
            for sheet in sheets:
                page = workbook.create_sheet(sheet)
                for row in content if sheet == sheets[-1] else [["another sheet"]]:
                    page.append(list(row))
            workbook.save(path)
        return path

    return write


@pytest.fixture
def opened(tmp_path: Path, folder: Path) -> Callable[..., TabularSource]:
    """Open the folder with a mapping given as text."""

    def open_(mapping: str, **options: Any) -> TabularSource:
        path = tmp_path / "mapping.yaml"
        path.write_text(mapping, encoding="utf-8")
        return open_tabular(mapping=path, folder=folder, **options)

    return open_


@pytest.fixture
def sorted_out() -> Callable[[Iterable[Item]], tuple[list[Record], list[Problem], list[Coverage]]]:
    """Records, problems and coverages, apart."""

    def sort(items: Iterable[Item]) -> tuple[list[Record], list[Problem], list[Coverage]]:
        records: list[Record] = []
        problems: list[Problem] = []
        covered: list[Coverage] = []
        for item in items:
            if isinstance(item, Problem):
                problems.append(item)
            elif isinstance(item, Coverage):
                covered.append(item)
            else:
                records.append(item.record)
        return records, problems, covered

    return sort


@pytest.fixture(scope="session")
def school_a() -> Path:
    """Real exports of RosarioSIS, which are not part of this repository."""
    beside = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]
    places = [Path(os.environ["PMP_SHARED_DATA"])] if "PMP_SHARED_DATA" in os.environ else beside
    for place in places:
        if (place / "rosariosis" / "school-a" / "expected.json").is_file():
            return place / "rosariosis" / "school-a"
    pytest.skip("the shared exports are not here; set PMP_SHARED_DATA to the folder that holds rosariosis/school-a")


@pytest.fixture(scope="session")
def sample_school() -> Path:
    """The invented school of this repository."""
    return next(path for parent in Path(__file__).resolve().parents if (path := parent / "examples" / "sample-school").is_dir())
