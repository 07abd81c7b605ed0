"""The script of official suites: how it judges the end of a test, and what it does where nothing can be had."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


@pytest.fixture
def suites(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("official_suites")


def test_a_test_that_did_not_pass_is_declared_or_elsewhere_or_failed(suites: Any) -> None:
    tally = suites.Tally("some")
    tally.count("a", "passed", "")
    tally.count("b", "skipped", "")
    tally.count("c", "failed", "OssError: NotImplemented, The local OSS has no acl")
    tally.count("d", "failed", f"kms.example {suites.ELSEWHERE}")
    tally.count("e", "failed", "first line\nAssertionError: 1 != 2")
    assert (tally.run, tally.passed, tally.declared, tally.elsewhere) == (4, 1, 1, 1)
    assert tally.failed == ["e: AssertionError: 1 != 2"]
    table = suites.write_table([tally, suites.Tally("other", missing="no registry")])
    assert "| some | 4 | 1 | 1 | 1 | 1 |" in table
    assert "| other | not had: no registry |" in table
    assert table.endswith("1 of 2 suites could not be had.")


def test_without_registries_and_node_every_suite_is_said_to_be_missing() -> None:
    nowhere = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PATH": str(Path(sys.executable).parent), "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "official_suites.py"), "sts", "V1", "ali-oss"],
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(re.findall("not had: ", done.stdout)) == 3
    assert "3 of 3 suites could not be had." in done.stdout
