"""PySpark on this machine, beside the same SQL by hand. Starting it is no part of the time, and neither is handing rows over."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sides
from opponents import polars_lazy, sql_query
from plan import DisagreementError, Plan, SkippedError, need
from report import Report, compared
from sides import ANSWER, Side
from timing import timed
from workload import claims, rule

GROUP = "PySpark"
SETTINGS = {
    "spark.driver.memory": "6g",
    "spark.driver.maxResultSize": "0",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def measure(report: Report, plan: Plan) -> None:
    """All claims on two threads of this machine; every answer is worked out, and none is kept."""
    need("pyspark", "pyarrow")
    if shutil.which("java") is None:
        raise SkippedError("no Java")
    from pyspark.sql import SparkSession

    building = SparkSession.builder.master("local[2]").appName("workload W")
    for name, value in SETTINGS.items():
        building = building.config(name, value)
    session = building.getOrCreate()
    try:
        session.sparkContext.setLogLevel("ERROR")
        with tempfile.TemporaryDirectory() as folder:
            _measure(session, Path(folder), report, plan)
    finally:
        session.stop()


def _measure(session: Any, folder: Path, report: Report, plan: Plan) -> None:
    runs: dict[str, Callable[[], Any]] = {}
    for gaps, name in ((False, "nothing missing"), (True, "5 % gaps")):
        frame = claims(plan.claims // 2, gaps=gaps)
        file = folder / f"claims-{gaps}.parquet"
        frame.write_parquet(file)
        given = session.read.parquet(str(file)).cache()
        given.count()
        view = f"claims_{gaps}"
        given.createOrReplaceTempView(view)
        made: dict[str, Callable[[], Any]] = {
            "ours": lambda given=given: rule().decide_frame(given).select(*ANSWER),
            "by hand": lambda view=view, gaps=gaps: session.sql(sql_query.query(view, gaps=gaps)),
        }
        as_sides = {side: Side(lambda decided=decided: decided().toArrow(), in_order=False) for side, decided in made.items()}
        different = sides.disagreements(as_sides, polars_lazy.decide(frame.lazy(), gaps=gaps, text=True).collect())
        if different:
            raise DisagreementError(f"{GROUP}: {', '.join(different)}")
        for side, decided in made.items():
            runs[f"{side}: {name}"] = lambda decided=decided: decided().write.format("noop").mode("overwrite").save()
    times = timed(runs, max(3, plan.rounds // 2))
    for name in ("nothing missing", "5 % gaps"):
        report.add(compared(GROUP, f"ours: {name}", times, f"ours: {name}", f"by hand: {name}"))
