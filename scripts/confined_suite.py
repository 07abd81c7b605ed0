"""A pytest plugin for a suite that was written against the cloud: nothing leaves this machine, nothing takes for ever.

What a test leaves behind stays, since the OSS it ran against is thrown away. How each test ended is written to the file
that CONFINED_SUITE_REPORT names, one JSON object a line: {"name", "outcome", "text"}.
"""

from __future__ import annotations

import importlib
import ipaddress
import json
import os
import signal
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import pytest

REPORT_VARIABLE = "CONFINED_SUITE_REPORT"
ELSEWHERE = "is not on this machine: the suite was kept from it"
_TEST_SECONDS = 30
_connect: Any = socket.socket.connect
_resolve: Any = socket.getaddrinfo


def pytest_configure() -> None:
    """Before any module of the suite is imported."""
    patched: Any = socket
    patched.getaddrinfo = _resolve_here
    patched.socket.connect = _connect_here
    try:
        common: Any = importlib.import_module("tests.common")
    except ImportError:
        return
    for name in ("clean_and_delete_bucket", "clean_and_delete_bucket_by_prefix"):
        if hasattr(common, name):
            setattr(common, name, _leave)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, Any, Any]:
    """A test that waits for what the cloud would do ends all the same."""
    if not hasattr(signal, "SIGALRM"):
        return (yield)
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(_TEST_SECONDS)
    try:
        return (yield)
    finally:
        signal.alarm(0)


@pytest.fixture(autouse=True)
def unchanged_defaults() -> Generator[None]:
    """What one test sets for all of oss2 and, failing, leaves set, such as a time limit, is not there for the next."""
    defaults = sys.modules.get("oss2.defaults")
    before = {} if defaults is None else dict(vars(defaults))
    yield
    if defaults is not None:
        vars(defaults).update(before)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Every call, and whatever did not get as far as one."""
    if report.when == "call" or report.outcome != "passed":
        line = {"name": report.nodeid, "outcome": report.outcome, "text": report.longreprtext[-6000:]}
        with Path(os.environ[REPORT_VARIABLE]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _leave(*_: object) -> None:
    """In place of cleaning up."""


def _give_up(_: int, __: FrameType | None) -> NoReturn:
    raise TimeoutError(f"The test took longer than {_TEST_SECONDS} s.")


def _resolve_here(host: Any, *args: Any, **kwargs: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name is not None and name != "localhost" and not _is_loopback(str(name)):
        raise ConnectionRefusedError(f"{name} {ELSEWHERE}")
    return _resolve(host, *args, **kwargs)


def _connect_here(self: socket.socket, address: Any) -> Any:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(str(address[0])):
        raise ConnectionRefusedError(f"{address[0]} {ELSEWHERE}")
    return _connect(self, address)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
