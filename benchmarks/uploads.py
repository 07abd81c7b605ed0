"""Uploading one large file to the embedded OSS, beside oss2's own resumable upload with the same number of threads.

``python -m benchmarks.uploads oss|ours|plain DIR …`` are the processes that do it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from benchmarks.child import Child, environment
from benchmarks.lateness import Window, lateness_into, percentile_99
from benchmarks.peak import read_peak_bytes
from benchmarks.rows import Effort, Row, bounded, compared, interleaved
from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.oss.uploader import OssUploader

MIB = 1024**2
THREADS = 4
BUCKET = "benchmark"
RATE_AT_LEAST = 0.9
GROWTH_AT_MOST_MIB = 64
DELAY_AT_MOST_MS = 50.0
_FULL_BYTES = 1024 * MIB
_SHORT_BYTES = 640 * MIB  # times the share: a fifth of it is 128 MiB
_SMALL_BYTES = MIB


def rows(effort: Effort) -> list[Row]:
    """Three rows: throughput, growth of memory over a small upload, and how late the event loop gets meanwhile."""
    size = _FULL_BYTES if effort.share >= 1 else round(_SHORT_BYTES * effort.share)
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        env = environment(home)
        small, large = home / "small.bin", home / "large.bin"
        _write(small, _SMALL_BYTES)
        _write(large, size)
        with Child("benchmarks.uploads", "oss", directory, env=env) as oss:
            endpoint = oss.read()["endpoint"]
            with (
                Child("benchmarks.uploads", "ours", directory, endpoint, env=env) as ours,
                Child("benchmarks.uploads", "plain", directory, endpoint, env=env) as plain,
            ):
                sides = {"ours": ours, "plain": plain}
                # The first upload of each loads what it needs; from then on memory is compared.
                before = {name: side.ask(source=str(small))["peak_bytes"] for name, side in sides.items()}
                peaks: dict[str, int] = {}
                windows: list[Window] = []

                def rate(name: str) -> float:
                    answer = sides[name].ask(source=str(large))
                    peaks[name] = answer["peak_bytes"]
                    if name == "ours":
                        windows.append((answer["began"], answer["ended"]))
                    return size / 1e6 / (answer["ended"] - answer["began"])

                measured = interleaved(effort.repetitions, {name: lambda name=name: rate(name) for name in sides})
        growth = {name: peaks[name] - before[name] for name in sides}
        delay_ms = percentile_99(home / "lateness.json", windows) * 1000
    what = f"{size // MIB:,} MiB in {THREADS} threads"
    return [
        compared(
            f"upload, MB, {what}, beside oss2.resumable_upload",
            measured["ours"],
            measured["plain"],
            "/s",
            at_least=RATE_AT_LEAST,
        ),
        Row(
            f"upload, memory over that of 1 MiB, {what}",
            f"{growth['ours'] / MIB:.1f} MiB",
            f"{growth['plain'] / MIB:.1f} MiB",
            target=f"<= {GROWTH_AT_MOST_MIB} MiB",
            holds=growth["ours"] <= GROWTH_AT_MOST_MIB * MIB,
        ),
        bounded(f"upload, event loop delay p99, {what}", delay_ms, None, "ms", at_most=DELAY_AT_MOST_MS),
    ]


def _write(path: Path, size: int) -> None:
    block = os.urandom(min(size, 8 * MIB))
    with path.open("wb") as file:
        for offset in range(0, size, len(block)):
            file.write(block[: size - offset])


async def _ours(directory: Path, endpoint: str) -> None:
    uploader = OssUploader(threads=THREADS)
    journal = UploadJournal(directory / "upload.json")
    target = UploadTarget(endpoint, BUCKET, "ours.bin")

    async def credentials(*, force: bool = False) -> Credential:
        del force
        return Credential("local", "local")

    async def upload(source: Path) -> None:
        await uploader.upload(source, target, credentials, journal)

    async with lateness_into(directory / "lateness.json"):
        await _serve(upload)


async def _plain(directory: Path, endpoint: str) -> None:
    oss2: Any = importlib.import_module("oss2")
    bucket = oss2.Bucket(oss2.Auth("local", "local"), endpoint, BUCKET)
    store = oss2.ResumableStore(root=str(directory))

    async def upload(source: Path) -> None:
        await anyio.to_thread.run_sync(
            lambda: oss2.resumable_upload(bucket, "plain.bin", str(source), store=store, num_threads=THREADS)
        )

    await _serve(upload)


async def _serve(upload: Callable[[Path], Awaitable[None]]) -> None:
    """Answer each line on stdin, ``{"source": PATH}``, when the file is uploaded."""
    while line := await anyio.to_thread.run_sync(sys.stdin.readline):
        source = Path(json.loads(line)["source"])
        began = time.monotonic()
        await upload(source)
        print(json.dumps({"began": began, "ended": time.monotonic(), "peak_bytes": read_peak_bytes()}), flush=True)


def _oss(directory: Path) -> None:
    from ims_mcp.local.app import LocalIms, serve

    serve(
        LocalIms(directory / "oss"),
        on_ready=lambda endpoint: print(json.dumps({"endpoint": endpoint}), flush=True),
        exit_with_parent=True,
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["oss", directory]:
            _oss(Path(directory))
        case ["ours", directory, endpoint]:
            anyio.run(_ours, Path(directory), endpoint)
        case ["plain", directory, endpoint]:
            anyio.run(_plain, Path(directory), endpoint)
        case words:
            raise SystemExit(f"unknown: {words}")
