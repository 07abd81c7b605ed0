"""How much of ``ims_mcp`` the tests reach: lines and branches, and the modules that lag; 1 below what is promised.

    python scripts/report_coverage.py coverage.json

``coverage report`` counts lines and branches as one figure; the promise is about branches alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PROMISED_PERCENT = 92.0
LAGGING_PERCENT = 85.0


def share(totals: dict[str, Any], of: str) -> float:
    """Percent of the ``of`` ("branches" or "statements") that were run."""
    covered = totals["covered_branches" if of == "branches" else "covered_lines"]
    every = totals[f"num_{of}"]
    return 100.0 * covered / every if every else 100.0


def main(path: Path) -> int:
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for name, file in sorted(report["files"].items(), key=lambda item: share(item[1]["summary"], "branches")):
        branches, lines = (share(file["summary"], of) for of in ("branches", "statements"))
        if min(branches, lines) < LAGGING_PERCENT:
            print(f"{branches:6.1f} % of branches, {lines:6.1f} % of lines  {name}")
    branches, lines = (share(report["totals"], of) for of in ("branches", "statements"))
    print(f"{branches:6.1f} % of branches, {lines:6.1f} % of lines  in all")
    if branches < PROMISED_PERCENT:
        print(f"Tests reach less than {PROMISED_PERCENT} % of the branches.")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
