"""A Spark of two threads on this machine, for the tests of clusters."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "rules"))  # the examples are those of the other kinds of frame

SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """The session. What Java says while it starts is captured with the rest of the output."""
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed: `make test-scale` does it")
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        pytest.skip("PySpark needs Java 17 or newer, and there is none")
    building = sql.SparkSession.builder.master("local[2]").appName("tests")
    for name, value in SETTINGS.items():
        building = building.config(name, value)
    session = building.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
