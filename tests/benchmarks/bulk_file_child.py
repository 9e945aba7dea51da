"""One file of claims, in a process of its own: FILE RATES OUT. Tells the totals, seconds and the most memory as JSON."""

from __future__ import annotations

import json
import resource
import sys
from datetime import date
from pathlib import Path
from time import perf_counter

from pmp_core.loading import load_programme
from pmp_core.register.bulk.file_deciding import decide_file

ON = date(2023, 7, 1)


def main() -> None:
    """Decide the claims of the file."""
    file, rates, out = map(Path, sys.argv[1:])
    programme = load_programme("lv-8.3.4", overlays=[rates])

    def advance(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {total}", end="", file=sys.stderr)

    began = perf_counter()
    refused, lines = out.with_name("refused.csv"), out.with_name("lines.parquet")
    totals = decide_file(file, programme, on=ON, out=out, lines=lines, refused=refused, progress=advance)
    seconds = perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"seconds": seconds, "peak": most, "totals": totals.as_dict()}))


if __name__ == "__main__":
    main()
