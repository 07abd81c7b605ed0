"""The committed snapshots and the ledger of bytes: current, complete, and under their ceilings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.catalogue import TOOLSETS, operations
from scripts import write_snapshots

CEILINGS = {"core": 28 * 1024, "all": 400 * 1024}
TOOL_CEILING = 3_600
AVERAGE_CEILING = 1_024
TOOLSET_CEILING = 36 * 1024


def read_ledger() -> dict[str, Any]:
    return json.loads(write_snapshots.LEDGER.read_text(encoding="utf-8"))


def test_the_ledger_is_under_its_ceilings() -> None:
    ledger = read_ledger()
    for name, ceiling in CEILINGS.items():
        assert ledger["lists"][name]["bytes"] <= ceiling, name
    assert max(ledger["tools"].values()) <= TOOL_CEILING
    assert sum(ledger["tools"].values()) / len(ledger["tools"]) <= AVERAGE_CEILING
    for name, toolset in ledger["toolsets"].items():
        assert toolset["bytes"] <= TOOLSET_CEILING, name


def test_the_ledger_counts_every_tool_and_toolset() -> None:
    ledger = read_ledger()
    assert list(ledger["toolsets"]) == list(TOOLSETS)
    assert sum(toolset["tools"] for toolset in ledger["toolsets"].values()) == 400
    assert {each.tool_name for each in operations()} < set(ledger["tools"])
    assert len(ledger["tools"]) == ledger["lists"]["all"]["tools"]


def test_there_is_one_schema_snapshot_of_every_operation() -> None:
    found: list[str] = []
    for toolset in TOOLSETS:
        text = (write_snapshots.SNAPSHOTS / "operations" / f"{toolset}.json").read_text(encoding="utf-8")
        snapshot = json.loads(text)
        assert list(snapshot) == [each.tool_name for each in operations(toolset)]
        # One line an operation: a change of one shows as a change of one line.
        assert len(text.splitlines()) == len(snapshot) + 2
        assert all(entry["inputSchema"]["type"] == "object" for entry in snapshot.values())
        found += snapshot
    assert len(found) == len(set(found)) == 400


def test_snapshots_that_differ_are_missing_or_belong_to_nothing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = tmp_path / "tests" / "snapshots"
    shutil.copytree(write_snapshots.SNAPSHOTS, snapshots)
    shutil.copy(write_snapshots.README, tmp_path)
    for name, path in {
        "ROOT": tmp_path, "SNAPSHOTS": snapshots, "README": tmp_path / "README.md",
        "LEDGER": snapshots / "ledger.json", "ASKED": snapshots / "asked.json",
    }.items():  # fmt: skip
        monkeypatch.setattr(write_snapshots, name, path)
    before = write_snapshots.differences()
    (snapshots / "operations" / "upload.json").unlink()
    (snapshots / "operations" / "downloads.json").write_text("{}")
    (snapshots / "wait_for_jobs.json").write_text("{}")
    (snapshots / "wait_for_job.json").write_text("{}")
    named = set(write_snapshots.differences()) - set(before)
    assert named == {
        "tests/snapshots/operations/upload.json is missing",
        "tests/snapshots/operations/downloads.json belongs to no tool",
        "tests/snapshots/wait_for_jobs.json belongs to no tool",
        "tests/snapshots/wait_for_job.json differs",
    } - set(before)
