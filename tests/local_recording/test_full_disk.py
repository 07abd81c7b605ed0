"""A recording that fills the disk ends, says why, and loses nothing of what it had recorded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.local.disk import DISK_IS_FULL
from tests.local_ims.server import ImsProcess, running_ims, wait_for
from tests.local_recording.publisher import publishing
from tests.local_recording.recording import Recorder, read
from tests.local_recording.rtmp_server import RtmpServer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
LIMIT_BYTES = 700_000


def test_a_recording_ends_where_the_disk_does_and_its_files_are_made_when_there_is_room(
    tmp_path: Path, rtmp: RtmpServer, clip: Path
) -> None:
    url, data_dir = rtmp.url("fills-the-disk"), tmp_path / "data"
    process = ImsProcess(data_dir, file_limit_bytes=LIMIT_BYTES, reconnect_timeout_seconds=60.0)
    try:
        recorder = Recorder(process.ims)
        job_id = recorder.submit(url, recorder.template("mp4"))

        def ended() -> dict[str, Any] | None:
            job = process.ims.call("GetLiveRecordJob", JobId=job_id)["RecordJob"]
            return job if job["Status"] == "paused" else None

        with publishing(clip, url) as publisher:
            publisher.connect()
            publisher.begin_sending(30.0)
            assert wait_for(ended)["FailReason"].startswith(DISK_IS_FULL)
        assert process.ims.call("ListLiveRecordJobs")["LiveRecordJobs"][0]["FailReason"].startswith(DISK_IS_FULL)
    finally:
        process.kill()
    with running_ims(data_dir) as ims:
        recorder = Recorder(ims)
        (file,) = wait_for(lambda: recorder.files(job_id) or None)
        # 700 kB of 2 Mbit/s are 2.8 s; the last packets may be cut.
        assert 1.5 < read(recorder.fetch(file, tmp_path)).seconds < 5
        assert ims.call("GetLiveRecordJob", JobId=job_id)["RecordJob"]["Status"] == "paused"
        wait_for(lambda: True if not list((data_dir / "recordings").iterdir()) else None)
