"""Floor 5: the `pmp` command. Thin: it reads options, calls the library and shows what came back.

Exit codes: 0 done (a refusal is an answer), 1 problems found in the data, 2 wrong use.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of the `pmp` command."""
    try:
        from pmp_core.cli.app import run
    except ImportError as error:
        if error.name not in ("typer", "rich"):
            raise
        sys.stderr.write("The pmp command needs its extra: pip install 'pmp-core[cli]'\n")
        sys.exit(2)
    run()
