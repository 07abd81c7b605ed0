"""What every test may use, and how a run of them all goes. Tests reach nothing outside this machine."""

from __future__ import annotations

import os
import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests.programs import MISSING

# How long an example takes says more of the machine than of what is tested.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What ``-n auto`` means: many tests wait for a process or a stream, so two workers share a core."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return 2 * cores


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--leave-nothing-out", action="store_true", help="fail where a test needs a missing program")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A test that was left out for want of a program is not passed over in a list of skips."""
    for what, count in count_left_out(terminalreporter).items():
        terminalreporter.write_line(f"{count} tests were LEFT OUT, a program is missing: {what}", red=True, bold=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")  # workers have none
    if reporter is not None and session.config.getoption("leave_nothing_out") and count_left_out(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def count_left_out(reporter: pytest.TerminalReporter) -> Counter[str]:
    """How many tests wanted a program that is missing, by the program."""
    # A report of a skip has (path, line, reason) in place of a trace.
    reasons = [str(report.longrepr[2]) for report in reporter.stats.get("skipped", ())]
    return Counter(reason.partition(MISSING)[2] for reason in reasons if MISSING in reason)
