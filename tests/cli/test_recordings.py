"""The pictures of the documents are what one sees now: every line of the command is in them, and nothing else."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.programs import leave_out

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
MOVING = re.compile("[⠀-⣿━╸╺]")
"""A spinner or a bar: how often it was looked at is chance."""
# What differs from run to run: ids, rates, times, numbers, and how far a bar with a share goes.
CHANGING = (
    (r"[0-9a-f]{6,}[0-9a-f-]*", "ID"),
    (r"(?<=[/_])[0-9a-f]( …)?$", "ID"),
    (r"(?<=record/)[0-9a-f-]+", "ID"),
    (r"[\d.]+ [kMG]?B/s", "RATE"),
    (r"\d+ min \d+ s|[\d.]+ s\b", "TIME"),
    (r"[\d.,:-]+", "0"),
    (r"█+░+", "BAR"),
)
LARGEST_BYTES = 200_000


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return importlib.import_module("record_terminal")


def read_picture(name: str) -> set[str]:
    """The lines that stand in any of its frames."""
    root = ElementTree.parse(ROOT / "docs" / "pictures" / f"{name}.svg").getroot()
    lines: set[str] = set()
    for group in root.iterfind(f"{SVG}defs/{SVG}g"):
        line = ""
        for text in group.iterfind(f"{SVG}text"):
            line = line.ljust(int(text.get("x", "0")) // 8) + (text.text or "")
        lines.add(line)
    return lines


def leave_out_what_changes(lines: set[str]) -> set[str]:
    found: set[str] = set()
    for line in lines:
        kept = line.strip()
        for pattern, word in CHANGING:
            kept = re.sub(pattern, word, kept)
        found.add(kept)
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize("name", ["upload", pytest.param("demo", marks=pytest.mark.slow)])
def test_a_recording_shows_what_one_sees_now(name: str, recorder: Any) -> None:
    if shutil.which("make") is None:
        leave_out("make", "Debian: make")
    seen = {"".join(cell.text for cell in line).rstrip() for frame in recorder.record(name) for line in frame.lines}
    steady = {line for line in seen if line and not MOVING.search(line)}
    # Blocks are drawn as rectangles: there is no text of them.
    steady = {line.replace("▀", "").rstrip() for line in steady}
    recorded = {line for line in read_picture(name) if line and not MOVING.search(line)}
    now, then = leave_out_what_changes(steady), leave_out_what_changes(recorded)
    missing = {line for line in now - then if not line.startswith(("seen", "bytes"))}
    assert not missing - {""}
    assert not {line for line in then - now if not line.startswith(("seen", "bytes"))} - {""}


@pytest.mark.parametrize("name", ["upload", "demo"])
def test_a_recording_is_small_and_names_no_machine(name: str) -> None:
    picture = (ROOT / "docs" / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    assert len(picture.encode()) < LARGEST_BYTES
    assert not re.search(r"/(?:home|root|tmp|Users|private|var|work)/", picture)
    assert "http://www.w3.org" in picture
    assert not re.search(r"(?:href|src|url\()=?[\"'(]?https?:", picture), "nothing is fetched"
    assert "prefers-reduced-motion" in picture
