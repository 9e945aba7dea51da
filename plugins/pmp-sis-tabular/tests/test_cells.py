"""Cells as text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pmp_sis_tabular.cells import cell_text, shown, shown_code


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), ("  Ķ \u00a0 Ļ\n", "Ķ Ļ"), ("01", "01"), (190.0, "190"), (7.5, "7.5"), (4512903001.0, "4512903001"), (3, "3"),
        (True, "true"), (False, "false"), (dt.date(2022, 9, 1), "2022-09-01"), (dt.time(8, 30), "08:30:00"),
        (dt.datetime.fromisoformat("2022-09-01 00:00"), "2022-09-01"),
        (dt.datetime.fromisoformat("2022-09-01 08:30"), "2022-09-01 08:30:00"), (dt.timedelta(minutes=40), "0:40:00"),
    ],
)  # fmt: skip
def test_cells(cell: Any, text: str) -> None:
    assert cell_text(cell) == text


def test_what_an_error_may_repeat() -> None:
    assert [shown(text) for text in ("31.02.2022", "Ērika", "", None)] == ["31.02.2022", None, None, None]
    told = [shown_code(text) for text in ("x", "Present", "A Aizgāja bez atļaujas", "Anna Bērziņa", "7 b")]
    assert told == ["x", "Present", None, None, "7 b"]
