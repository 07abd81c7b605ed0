"""However the process ends: an upload goes on, and an object that was complete is not forgotten."""

from __future__ import annotations

import asyncio
import shutil
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from ims_mcp.local.oss.objects import SCHEMA, Objects
from ims_mcp.local.store import Store
from ims_mcp.local.uploads.sessions import VOD_BUCKET
from tests.local_ims.server import RunningIms, ims_process, running_ims, wait_for
from tests.local_oss.clients import oss2
from tests.local_uploads.grants import Grant, new_media, new_stream, refreshed, status_of

PART_BYTES = 100 * 1024


def store_unnoticed(data_dir: Path, key: str, content: Path) -> None:
    """What a process leaves that is killed between storing an object and doing anything about it."""

    async def work() -> None:
        copy = data_dir / "copy"
        shutil.copy(content, copy)
        async with Store(data_dir, schema=SCHEMA) as store:
            await Objects(store, data_dir).put_file(VOD_BUCKET, key, copy)

    asyncio.run(work())


def test_an_object_nobody_was_told_of_is_taken_up_at_the_next_start(
    tmp_path: Path, clip: Path, other_clip: Path
) -> None:
    with running_ims(tmp_path) as ims:
        asset, finished, waiting = new_media(ims), new_media(ims), new_media(ims)
        finished.put(clip)
        ims.settled(finished.media_id)
        stream = new_stream(ims, finished.media_id, definition="SD")
    # The finished one is replaced.
    for key, content in ((asset.key, clip), (stream.key, other_clip), (finished.key, other_clip)):
        store_unnoticed(tmp_path, key, content)
    with running_ims(tmp_path) as ims:
        assert ims.settled(asset.media_id)["MediaBasicInfo"]["Status"] == "Normal"
        wait_for(lambda: len(ims.media_info(finished.media_id)["FileInfoList"]) == 2 or None)
        files = ims.settled(finished.media_id)["FileInfoList"]
        assert [file["FileBasicInfo"]["Width"] for file in files] == ["160", "160"]
        assert status_of(ims, waiting.media_id) == "Init"
        waiting_again = refreshed(ims, waiting.media_id)
        waiting_again.put(clip)
        assert ims.settled(waiting.media_id)["MediaBasicInfo"]["Status"] == "Normal"


def test_what_was_taken_once_is_not_taken_again_at_the_next_start(tmp_path: Path, clip: Path) -> None:
    with running_ims(tmp_path) as ims:
        grant = new_media(ims)
        grant.put(clip)
        before = ims.settled(grant.media_id)["MediaBasicInfo"]
    # Preparing anew would take this long.
    with running_ims(tmp_path, processing_delay_seconds=30) as ims:
        after = ims.media_info(grant.media_id)["MediaBasicInfo"]
        assert (after["Status"], after["ModifiedTime"]) == ("Normal", before["ModifiedTime"])


def test_a_killed_process_prepares_what_had_come_at_its_next_start(tmp_path: Path, clip: Path) -> None:
    with ims_process(tmp_path, processing_delay_seconds=30) as process:
        grants = [new_media(process.ims) for _ in range(3)]
        for grant in grants:
            grant.put(clip)
        # Settling takes longer than this test: none of them is done.
        assert {status_of(process.ims, grant.media_id) for grant in grants} == {"Init"}
        process.kill()
    with ims_process(tmp_path) as process:
        for grant in grants:
            assert process.ims.settled(grant.media_id)["MediaBasicInfo"]["Status"] == "Normal"


def test_a_multipart_upload_and_its_credential_outlive_the_process(tmp_path: Path, clip: Path) -> None:
    film = clip.read_bytes() + b"\x00\x00\x00\x08free" * PART_BYTES
    with ims_process(tmp_path) as process:
        grant = new_media(process.ims)
        with grant.bucket() as bucket:
            upload_id = bucket.init_multipart_upload(grant.key).upload_id
            parts = [oss2.models.PartInfo(1, bucket.upload_part(grant.key, upload_id, 1, film[:PART_BYTES]).etag)]
        process.kill()
    with ims_process(tmp_path) as process:
        moved = refreshed(process.ims, grant.media_id).address
        assert {**moved, "Endpoint": grant.address["Endpoint"]} == grant.address
        with grant.bucket(endpoint=moved["Endpoint"]) as bucket:
            parts.append(oss2.models.PartInfo(2, bucket.upload_part(grant.key, upload_id, 2, film[PART_BYTES:]).etag))
            bucket.complete_multipart_upload(grant.key, upload_id, parts)
        info = process.ims.settled(grant.media_id)
        assert info["MediaBasicInfo"]["Status"] == "Normal"
        assert info["FileInfoList"][0]["FileBasicInfo"]["FileSize"] == str(len(film))


@pytest.mark.parametrize("arrived", [1, 3, 6])
def test_killed_around_the_completion_it_is_all_or_nothing(tmp_path: Path, clip: Path, arrived: int) -> None:
    """Whatever the client heard, the asset is prepared if and only if the object is there."""
    with ims_process(tmp_path) as process:
        grants = [new_media(process.ims) for _ in range(6)]
        uploads = [threading.Thread(target=_put_quietly, args=(grant, clip)) for grant in grants]
        for upload in uploads:
            upload.start()
        wait_for(lambda: sum(_exists(process.ims, grant) for grant in grants) >= arrived or None)
        process.kill()
        for upload in uploads:
            upload.join()
    with ims_process(tmp_path) as process:
        for grant in grants:
            if _exists(process.ims, grant):
                assert process.ims.settled(grant.media_id)["MediaBasicInfo"]["Status"] == "Normal"
            else:
                assert status_of(process.ims, grant.media_id) == "Init"


def _put_quietly(grant: Grant, clip: Path) -> None:
    # The process is killed under it.
    with suppress(oss2.exceptions.RequestError):
        grant.put(clip)


def _exists(ims: RunningIms, grant: Grant) -> bool:
    return bool(ims.bucket(VOD_BUCKET).object_exists(grant.key))
