"""The benchmark's modules can be imported by name, as they are when the folder is run."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
