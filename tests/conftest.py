"""What every test may use, and how a run of them all goes. Tests reach nothing outside this machine."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.programs import MISSING


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the server does."""
    return "asyncio"


def pytest_xdist_auto_num_workers() -> int:
    """What ``-n auto`` means: many tests wait for a process or a stream, so two workers share a core."""
    return 2 * (os.cpu_count() or 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A test that was left out for want of a program is not passed over in a list of skips."""
    # A report of a skip has (path, line, reason) in place of a trace.
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())]
    missing = Counter(reason.partition(MISSING)[2] for reason in reasons if MISSING in reason)
    for what, count in missing.items():
        terminalreporter.write_line(f"{count} tests were LEFT OUT, a program is missing: {what}", red=True, bold=True)
