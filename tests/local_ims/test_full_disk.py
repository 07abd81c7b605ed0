"""A full disk is called a full disk at every door, what was begun ends, and what was stored can still be read."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from ims_mcp.local.disk import DISK_IS_FULL, is_disk_full
from ims_mcp.local.store import Store
from tests.cli.running import without_measuring
from tests.local_ims.server import ImsProcess, oss2, refusal_of, wait_for
from tests.local_uploads.source import serving

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and mounts of POSIX")
LIMIT_BYTES = 1024**2


@pytest.fixture
def full(tmp_path: Path) -> Iterator[ImsProcess]:
    """An IMS none of whose files, the database's journal included, may grow beyond 1 MiB."""
    process = ImsProcess(tmp_path / "data", file_limit_bytes=LIMIT_BYTES)
    yield process
    process.kill()


def test_oss_and_pulls_say_so_and_leave_nothing_behind(full: ImsProcess) -> None:
    ims, content = full.ims, bytes(2 * LIMIT_BYTES)
    ims.put("small.bin", b"small")
    with pytest.raises(oss2.exceptions.ServerError, match="The disk of the local OSS is full"):
        ims.put("large.bin", content)
    with serving() as source:
        url = source.file("/large.mp4", content)
        job_id = ims.call("UploadMediaByURL", UploadURLs=url)["UploadJobs"][0]["JobId"]

        def ended() -> dict[str, str] | None:
            (job,) = ims.call("GetUrlUploadInfos", JobIds=job_id)["URLUploadInfoList"]
            return job if job["Status"] not in ("PENDING", "DOWNLOADING", "UPLOADING") else None

        job = wait_for(ended)
    assert (job["Status"], job["ErrorCode"], job["ErrorMessage"]) == ("DOWNLOAD_FAIL", "StorageFailed", DISK_IS_FULL)
    assert [path.stat().st_size for path in (ims.data_dir / "objects").iterdir()] == [5]
    assert not list((ims.data_dir / "pulls").iterdir())
    assert ims.bucket().get_object("small.bin").read() == b"small"


def test_a_call_that_finds_no_room_says_so_and_is_undone(full: ImsProcess) -> None:
    client, last = full.ims.client(), 0
    from alibabacloud_ice20201109 import models

    def add() -> None:
        nonlocal last
        while True:
            client.add_category(models.AddCategoryRequest(cate_name=f"category {last}", parent_id=-1))
            last += 1
            client.delete_category(models.DeleteCategoryRequest(cate_id=last))

    refused = refusal_of(add)
    assert (refused.code, refused.status) == ("OperationDenied", 403)
    assert f"{DISK_IS_FULL} The call was not carried out." in refused.message
    # It was rolled back as a whole, and the next is not mistaken for a part of it.
    assert refusal_of(add).code == "OperationDenied"
    assert len(full.ims.call("GetCategories").get("SubCategories", [])) <= 1


@pytest.mark.parametrize("limit_bytes", [0, 20_000, 150_000])
def test_a_start_without_room_says_so_and_not_to_move_the_state_away(tmp_path: Path, limit_bytes: int) -> None:
    """None of its files may grow beyond the limit."""
    code = (
        "import resource, sys; from ims_mcp.cli import main;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}));"
        f"sys.exit(main(['local', '--port', '0', '--data-dir', {str(tmp_path / 'data')!r}]))"
    )
    environ = without_measuring(os.environ)
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr == f"The disk that holds {tmp_path / 'data'} is full. Make room there.\n"


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as pad, suppress(OSError):
        while pad.write(bytes(4096)):
            pass


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root mounts a small file system")
def test_how_something_ended_finds_room_where_nothing_else_does(tmp_path: Path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], check=False).returncode != 0:
        pytest.skip("this root may not mount")

    async def main() -> None:
        async with Store(tmp_path, schema="CREATE TABLE IF NOT EXISTS t (x)") as store:
            fill(tmp_path / "pad")

            async def write_on() -> None:
                for _ in range(100):
                    await store.write(lambda connection: connection.execute("INSERT INTO t VALUES (randomblob(9000))"))

            with pytest.raises(sqlite3.OperationalError) as full:
                await write_on()
            assert is_disk_full(full.value)
            await store.write_end(lambda connection: connection.execute("INSERT INTO t VALUES ('the end')"))
            (tmp_path / "pad").unlink()
            await store.write(lambda connection: connection.execute("INSERT INTO t VALUES ('after')"))
            found = await store.read(lambda c: c.execute("SELECT x FROM t WHERE typeof(x) = 'text'").fetchall())
            assert [row[0] for row in found] == ["the end", "after"]

    try:
        anyio.run(main)
    finally:
        subprocess.run(["umount", tmp_path], check=True)
