"""What a killed server keeps, what it leaves behind, and what a large upload costs."""

from __future__ import annotations

import asyncio
import errno
import http.client
import os
import random
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from ims_mcp.local.oss.blobs import Blobs
from ims_mcp.local.oss.objects import SCHEMA, Description, Objects
from ims_mcp.local.store import Store
from tests.local_oss.clients import Client, Reading, oss2, until
from tests.local_oss.server import OssThread

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def served(data_dir: Path) -> Generator[tuple[Any, subprocess.Popen[str]]]:
    """A bucket of a server in a process of its own."""
    command = [sys.executable, "-m", "tests.local_oss.server", str(data_dir)]
    session = oss2.Session(adapter=Reading())
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield (
                oss2.Bucket(oss2.Auth("local", "local"), f"http://127.0.0.1:{port}", "bucket", session=session),
                process,
            )
        finally:
            session.session.close()
            process.kill()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def blob_files(data_dir: Path) -> list[Path]:
    return list((data_dir / "objects").iterdir())


def test_a_kill_right_after_an_answer_loses_nothing(tmp_path: Path) -> None:
    numbers = random.Random(8)
    stored: dict[str, bytes] = {}
    parts: list[bytes] = []
    upload = ""
    for round_ in range(4):
        with served(tmp_path) as (bucket, process):
            for key, data in stored.items():
                assert bucket.get_object(key).read() == data
            if not upload:
                upload = bucket.init_multipart_upload("parts").upload_id
            parts.append(numbers.randbytes(150_000))
            bucket.upload_part("parts", upload, round_ + 1, parts[-1])
            unfinished = begin_upload(bucket, tmp_path)
            for key in (f"new-{round_}", "replaced", "replaced"):
                stored[key] = numbers.randbytes(numbers.randint(0, 400_000))
                bucket.put_object(key, stored[key])
            process.send_signal(signal.SIGKILL)
            process.wait(60)
            unfinished.close()
    assert len(blob_files(tmp_path)) > len(stored) + len(parts)
    with served(tmp_path) as (bucket, _):
        # What the killed servers left half-written is gone, and only that.
        assert len(blob_files(tmp_path)) == len(stored) + len(parts)
        listed = bucket.list_parts("parts", upload).parts
        bucket.complete_multipart_upload("parts", upload, listed)
        stored["parts"] = b"".join(parts)
        assert {one.key for one in bucket.list_objects().object_list} == set(stored)
        for key, data in stored.items():
            assert bucket.get_object(key).read() == data
        assert len(blob_files(tmp_path)) == len(stored)


def begin_upload(bucket: Any, data_dir: Path) -> http.client.HTTPConnection:
    """A put that never ends; returns once its first half is on disk."""
    host = bucket.endpoint.removeprefix("http://")
    made = http.client.HTTPConnection(host, timeout=60)
    url = bucket.sign_url("PUT", "never", 60).removeprefix(bucket.endpoint)
    made.putrequest("PUT", url)
    made.putheader("Content-Length", "3000000")
    made.endheaders(b"x" * 1_500_000)
    until(lambda: any(file.name.endswith(".part") for file in blob_files(data_dir)))
    return made


def resident_bytes(process: subprocess.Popen[str]) -> int:
    """The most memory the process has ever had."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")
def test_memory_stays_flat_whatever_the_size_of_an_object(tmp_path: Path) -> None:
    block = random.Random(9).randbytes(1_000_000)
    with served(tmp_path) as (bucket, process):
        bucket.put_object("small", block)
        assert bucket.get_object("small").read() == block
        before = resident_bytes(process)
        bucket.put_object("large", iter([block] * 32))
        upload = bucket.init_multipart_upload("merged").upload_id
        for number in (1, 2):
            bucket.upload_part_copy("bucket", "large", None, "merged", upload, number)
        bucket.complete_multipart_upload("merged", upload, bucket.list_parts("merged", upload).parts)
        reading = bucket.get_object("merged")
        size_bytes = 0
        while piece := reading.read(1_000_000):
            size_bytes += len(piece)
        assert size_bytes == 64_000_000
        assert resident_bytes(process) - before < 16_000_000


def test_the_loop_stays_free_while_parts_are_merged(tmp_path: Path) -> None:
    async def main() -> None:
        blobs = Blobs(tmp_path)
        part = await blobs.copy(written(tmp_path / "source", random.Random(10).randbytes(30_000_000)), 0, 30_000_000)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.001)
                ticks += 1

        ticking = asyncio.create_task(tick())
        merged = await blobs.merge([part] * 6)
        ticking.cancel()
        assert merged.size_bytes == 180_000_000
        # Merged on the loop, nothing else would have had a turn.
        assert ticks > 3

    anyio.run(main)


def test_a_full_disk_is_told_and_leaves_nothing(fresh: OssThread, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(fresh, "V4")

    def full(file: Any, data: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    try:
        bucket = client.bucket("bucket")
        bucket.put_object("key", b"before")
        monkeypatch.setattr("ims_mcp.local.oss.blobs.crc64", full)
        for call in (
            lambda: bucket.put_object("key", b"x" * 3_000_000),
            lambda: bucket.put_object("small", b"x"),
        ):
            with pytest.raises(oss2.exceptions.ServerError, match="disk of the local OSS is full"):
                call()
        assert len(fresh.blob_files()) == 1
        assert bucket.get_object("key").read() == b"before"
    finally:
        client.close()


def test_a_fault_inside_is_answered_as_oss_does_and_logged(
    fresh: OssThread, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(fresh, "V4")

    async def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(fresh.parts.objects, "stat", broken)
    try:
        with pytest.raises(oss2.exceptions.ServerError) as raised:
            client.bucket("bucket").get_object("key")
        assert (raised.value.status, raised.value.code) == (500, "InternalError")
        assert "a bug" not in str(raised.value)
        assert raised.value.request_id in caplog.text
        assert "a bug" in caplog.text
    finally:
        client.close()


def test_a_file_is_moved_in(tmp_path: Path) -> None:
    async def main() -> None:
        source = tmp_path / "clip.mp4"
        source.write_bytes(b"data")
        async with Store(tmp_path / "state", schema=SCHEMA) as store:
            objects = Objects(store, tmp_path / "state")
            stored = await objects.put_file("bucket", "dir/clip.mp4", source)
            assert not source.exists()
            assert (stored.size_bytes, stored.description.content_type) == (4, "video/mp4")
            assert stored.path.read_bytes() == b"data"
            assert await objects.stat("bucket", "dir/clip.mp4") == stored
            assert await objects.stat("bucket", "other") is None
            assert await objects.stat("no-such-bucket", "other") is None
            assert await objects.delete("bucket", "dir/clip.mp4") is True
            assert await objects.delete("bucket", "dir/clip.mp4") is False
            assert not stored.path.exists()

    anyio.run(main)


def test_a_write_that_fails_leaves_no_file(tmp_path: Path) -> None:
    async def main() -> None:
        async with Store(tmp_path, schema=SCHEMA) as store:
            objects = Objects(store, tmp_path)
            await objects.put_file("bucket", "key", written(tmp_path / "one", b"1"))
            blob = await objects.blobs.take(written(tmp_path / "two", b"2"))
            with pytest.raises(Exception, match="may not be overwritten"):
                await objects.put_blob("bucket", "key", blob, Description(), forbid_overwrite=True)
            assert len(blob_files(tmp_path)) == 1

    anyio.run(main)
