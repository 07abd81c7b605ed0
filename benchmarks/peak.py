"""How much memory a process has had."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any


def read_peak_bytes() -> int:
    """The most memory this process had resident at any time."""
    # Not ru_maxrss: that begins at what the parent had when it started this process.
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        return int(found[1]) * 1024 if found else 0
    resource: Any = importlib.import_module("resource")
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
