"""Run pytest and say how much of ``ims_mcp`` it reaches: lines and branches, and the modules that lag.

    python scripts/measure_coverage.py -n auto -m 'slow or not slow'

The arguments are pytest's. The exit code is pytest's, or 1 where fewer branches are reached than promised
(``coverage report`` would count lines and branches as one figure). Processes of the embedded IMS are measured as well:
they inherit nothing that could tell them to, so it is told to every Python of this environment while the tests run,
but for those that are started with UNMEASURED in their environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".coverage"
PROMISED_PERCENT = 92.0
LAGGING_PERCENT = 85.0


def main(arguments: list[str]) -> int:
    for path in (DATA, *ROOT.glob(".coverage.*")):
        path.unlink(missing_ok=True)
    with everything_measured():
        code = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode
    for words in (["combine", "-q"], ["json", "-q", "-o", str(ROOT / "coverage.json")]):
        # A process that was killed while it wrote leaves a file that cannot be read; coverage goes on without it.
        subprocess.run([sys.executable, "-m", "coverage", *words], cwd=ROOT, stderr=subprocess.DEVNULL, check=False)
    report: dict[str, Any] = json.loads((ROOT / "coverage.json").read_text(encoding="utf-8"))
    return code or print_shares(report)


@contextmanager
def everything_measured() -> Generator[None]:
    """Any Python of this environment that starts meanwhile starts with coverage, whose own .pth file comes next."""
    told = {"COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"), "COVERAGE_FILE": str(DATA)}
    path = Path(sysconfig.get_path("purelib"), "a0_measured.pth")
    path.write_text(f'import os; os.environ.get("UNMEASURED") or os.environ.update({told!r})\n', encoding="utf-8")
    try:
        yield
    finally:
        path.unlink()


def print_shares(report: dict[str, Any]) -> int:
    """Print what lags and the whole; 1 where the whole is less than promised."""
    shares = {name: share_of(file["summary"]) for name, file in report["files"].items()}
    for name, (branches, lines) in sorted(shares.items(), key=lambda item: item[1]):
        if min(branches, lines) < LAGGING_PERCENT:
            print(f"{branches:6.1f} % of branches, {lines:6.1f} % of lines  {name}")
    branches, lines = share_of(report["totals"])
    print(f"{branches:6.1f} % of branches, {lines:6.1f} % of lines  in all")
    if branches < PROMISED_PERCENT:
        print(f"Tests reach less than {PROMISED_PERCENT} % of the branches.")
        return 1
    return 0


def share_of(totals: dict[str, Any]) -> tuple[float, float]:
    """Percent of the branches and of the lines that were run."""
    counts = (
        (totals["covered_branches"], totals["num_branches"]),
        (totals["covered_lines"], totals["num_statements"]),
    )
    branches, lines = (100.0 * covered / every if every else 100.0 for covered, every in counts)
    return branches, lines


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
