"""One size of `growth`, in a process of its own: FILE ours|by-hand ENGINE ROUNDS. Tells seconds and peak memory as JSON."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
from opponents import polars_lazy
from sides import ANSWER
from timing import timed
from workload import rule

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _bytes(field: str) -> int:
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))


def main() -> None:
    """Decide the claims of a file again and again."""
    file, who, engine, rounds = sys.argv[1:]
    with pa.OSFile(file) as opened:  # into memory, so that no page of the input is met only later
        claims = pl.DataFrame(pa.ipc.open_file(opened).read_all()).lazy()
    warm_up = claims.head(1000)

    def decided(frame: pl.LazyFrame) -> pl.DataFrame:
        answer = polars_lazy.decide(frame, gaps=True) if who == "by-hand" else rule().decide_frame(frame).select(ANSWER)
        return answer.collect(engine=engine)

    decided(warm_up)
    gc.collect()
    peak = None
    if RESET.exists():  # Linux alone: the highest mark so far is forgotten, and starts anew
        before = _bytes("VmRSS")
        RESET.write_text("5", encoding="utf-8")
    decided(claims)
    if RESET.exists():
        peak = _bytes("VmHWM") - before
    seconds = timed({who: lambda: decided(claims)}, int(rounds))[who].seconds
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main()
