"""The script of official suites: how it judges the end of a test, and what it does where nothing can be had."""

from __future__ import annotations

import importlib
import json
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
    tally.count("tests/test_object.py::TestObject::test_sign_url_with_callback", "failed", "AssertionError: 400 != 203")
    tally.count("tests/test_object.py::TestObject::test_default_timeout", "failed", "AssertionError: not raised")
    tally.count("e", "failed", "first line\nAssertionError: 1 != 2")
    assert (tally.run, tally.passed, tally.declared, tally.elsewhere) == (6, 1, 2, 2)
    assert tally.failed == ["e: AssertionError: 1 != 2"]
    table = suites.write_table([tally, suites.Tally("other", missing="no registry")])
    assert "| some | 6 | 1 | 2 | 2 | 1 |" in table
    assert "| other | not had: no registry |" in table
    assert table.endswith("1 of 2 suites could not be had.")


def test_what_one_test_of_a_suite_sets_for_all_is_not_there_for_the_next(tmp_path: Path) -> None:
    suite = tmp_path / "test_two.py"
    suite.write_text(
        "import oss2\n"
        "def test_one():\n    oss2.defaults.connect_timeout = 0.001\n    assert False\n"
        "def test_two():\n    assert oss2.defaults.connect_timeout == 60\n",
        encoding="utf-8",
    )
    report = tmp_path / "report.jsonl"
    command = [sys.executable, "-m", "pytest", "-p", "confined_suite", "-p", "no:cacheprovider", "-p", "no:xdist"]
    subprocess.run(
        [*command, "-o", "addopts=", "--rootdir", str(tmp_path), str(suite)],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": str(SCRIPTS), "CONFINED_SUITE_REPORT": str(report)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    ends = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert [(end["name"].rpartition("::")[2], end["outcome"]) for end in ends] == [
        ("test_one", "failed"),
        ("test_two", "passed"),
    ]


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
