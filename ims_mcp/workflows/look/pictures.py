"""Fetched pictures made small enough for an answer: by Pillow in a process of its own, else as they are where they fit.

A picture has at most :data:`PICTURE_BYTES`, all of an answer together at most :data:`ALL_BYTES` as they are sent, which
is as base64.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from anyio.lowlevel import RunVar

from ims_mcp.errors import ImsError
from ims_mcp.workflows.look.picture_head import PictureHead, read_head

PICTURE_BYTES = 200_000
ALL_BYTES = 1_000_000
_TEXT_BYTES = 24_000
"""Of an answer, for what stands beside its pictures."""
LONGEST_SIDE = 1280
CELL_WIDTH = 320
SHEET_COLUMNS = 4
_MOST_PIXELS = 64_000_000
_LONGEST_PASSED = 4096
_AT_ONCE = 2
_SECONDS = 25.0
_INSTALL = "`pip install 'ims-mcp[pictures]'` where the server runs lets it make pictures smaller."
_slots: RunVar[anyio.CapacityLimiter] = RunVar("ims_mcp picture slots")
# What a program needs to run at all: no credential is among it.
_KEPT = frozenset(
    {
        *("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "LANG", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE"),
        *("LOCALAPPDATA", "APPDATA", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        *("PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"),
    }
)


@dataclass(frozen=True, slots=True)
class Picture:
    """Ready to be sent. ``size`` in pixels."""

    body: bytes
    mime_type: str
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unusable:
    """In place of a picture: what is wrong with it, as a part of a sentence that begins with "it"."""

    problem: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """``unusable``: of each cell that was to be on it what was wrong with it, else empty."""

    picture: Picture
    columns: int
    rows: int
    unusable: tuple[str, ...]


def can_shrink() -> bool:
    """Whether Pillow is installed; it is not imported here."""
    return importlib.util.find_spec("PIL") is not None


def share_bytes(count: int) -> int:
    """What each of so many pictures may have."""
    return min(PICTURE_BYTES, (ALL_BYTES - _TEXT_BYTES) // max(1, count) // 4 * 3 - 4)


async def fit_pictures(bodies: Sequence[bytes]) -> list[Picture | Unusable]:
    """Each as it is to be sent, in order. Raises ImsError where the process that does it cannot be run."""
    most_bytes = share_bytes(len(bodies))
    checked = [_check(body) for body in bodies]
    if not can_shrink():
        return [
            head if isinstance(head, Unusable) else _pass_on(body, head, most_bytes)
            for body, head in zip(bodies, checked, strict=True)
        ]
    good = [body for body, head in zip(bodies, checked, strict=True) if not isinstance(head, Unusable)]
    request = {"most_bytes": most_bytes, "longest_side": LONGEST_SIDE, "labels": None}
    shrunk = iter(_read_pictures(*await _run(request, good)) if good else [])
    return [head if isinstance(head, Unusable) else next(shrunk) for head in checked]


async def make_sheet(bodies: Sequence[bytes], labels: Sequence[str]) -> Sheet | Unusable:
    """One picture of all, each with its label written in. Raises ImsError, also without Pillow."""
    require_sheets()
    checked = [_check(body) for body in bodies]
    problems = [head.problem if isinstance(head, Unusable) else "" for head in checked]
    good = [place for place, problem in enumerate(problems) if not problem]
    if not good:
        return Unusable(problems[0])
    request = {
        "most_bytes": share_bytes(1),
        "labels": [labels[place] for place in good],
        "columns": SHEET_COLUMNS,
        "cell_width": CELL_WIDTH,
    }
    told, made = await _run(request, [bodies[place] for place in good])
    for place, problem in zip(good, told["problems"], strict=True):
        problems[place] = problem
    pictures = _read_pictures(told, made)
    if not pictures or isinstance(pictures[0], Unusable):
        return Unusable(next(filter(None, problems), "it cannot be opened"))
    return Sheet(pictures[0], int(told["columns"]), int(told["rows"]), tuple(problems))


def require_sheets() -> None:
    """Raises ImsError where no sheet can be made."""
    if not can_shrink():
        raise ImsError(
            "No sheet was made: that takes Pillow, which is not installed.",
            next_step=f"Without layout the pictures come one by one. For whoever runs the server: {_INSTALL}",
        )


def _check(body: bytes) -> PictureHead | Unusable:
    head = read_head(body)
    if head is None:
        return Unusable("it is no JPEG, PNG, WebP or GIF")
    if head.width * head.height > _MOST_PIXELS:
        return Unusable(f"it has {head.width} x {head.height} pixels, more than {_MOST_PIXELS // 1_000_000} million")
    if not head.width or not head.height:
        return Unusable("it has no pixels")
    return head


def _pass_on(body: bytes, head: PictureHead, most_bytes: int) -> Picture | Unusable:
    if len(body) > most_bytes or max(head.width, head.height) > _LONGEST_PASSED:
        return Unusable(f"it has {len(body):,} bytes, and {most_bytes:,} are sent at most: {_INSTALL}")
    if not head.is_whole:
        return Unusable("it is cut off")
    return Picture(body, head.mime_type, (head.width, head.height))


def _read_pictures(told: Mapping[str, Any], made: Sequence[bytes]) -> list[Picture | Unusable]:
    bodies = iter(made)
    return [
        Unusable(str(each["problem"]))
        if "problem" in each
        else Picture(next(bodies), "image/jpeg", (int(each["width"]), int(each["height"])))
        for each in told["pictures"]
    ]


async def _run(request: Mapping[str, Any], bodies: Sequence[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """What the worker answers: its line, and the pictures behind it."""
    slots = _slots.get(None) or anyio.CapacityLimiter(_AT_ONCE)
    _slots.set(slots)
    line = json.dumps({**request, "sizes": [len(body) for body in bodies]}).encode()
    worker = Path(__file__).with_name("shrink_worker.py")
    environment = {name: value for name, value in os.environ.items() if name.upper() in _KEPT}
    async with slots:
        with anyio.move_on_after(_SECONDS):
            try:
                done = await anyio.run_process(
                    # -P: nothing is imported from the directory of the program.
                    [sys.executable, "-P", str(worker)],
                    input=b"".join([line, b"\n", *bodies]),
                    stderr=subprocess.DEVNULL,
                    check=False,
                    cwd=Path(sys.prefix).anchor,
                    env=environment,
                )
            except OSError as error:
                raise ImsError(f"The pictures could not be made smaller ({type(error).__name__}).") from error
            return _read_answer(done.returncode, done.stdout)
    raise ImsError(f"The pictures could not be made smaller within {_SECONDS:g} s.", next_step="Ask for fewer.")


def _read_answer(code: int, answer: bytes) -> tuple[dict[str, Any], list[bytes]]:
    line, _, rest = answer.partition(b"\n")
    if code != 0 or not line:
        # It was stopped by its limits, or by the system.
        raise ImsError(
            f"The process that opens pictures ended with {code}: one of them takes too much memory or time to open.",
            next_step="Ask for other moments, or fewer.",
        )
    told: dict[str, Any] = json.loads(line)
    made: list[bytes] = []
    for each in told["pictures"]:
        if "size" in each:
            made.append(rest[: each["size"]])
            rest = rest[each["size"] :]
    return told, made
