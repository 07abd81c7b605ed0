"""Ten recordings at once on one machine."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.local_recording.publisher import publishing
from tests.local_recording.recording import Recorder, decodes
from tests.local_recording.rtmp_server import RtmpServer

_SECONDS = 10.0


@pytest.mark.slow
def test_ten_jobs_record_ten_streams_at_once(recorder: Recorder, rtmp: RtmpServer, clip: Path, tmp_path: Path) -> None:
    template = recorder.template("mp4", "flv", "m3u8")
    urls = [rtmp.url(f"many{number}") for number in range(10)]
    with ExitStack() as publishers:
        started = [publishers.enter_context(publishing(clip, url, speed=1.0)) for url in urls]
        for publisher in started:
            publisher.connect()
        jobs = [recorder.submit(url, template) for url in urls]
        for publisher in started:
            publisher.begin_sending(_SECONDS)
        sent = [publisher.finish() for publisher in started]
    for job_id, packets in zip(jobs, sent, strict=True):
        recorder.reached(job_id, "paused")
        files = recorder.files(job_id)
        assert sorted(str(file.format) for file in files) == ["flv", "m3u8", "mp4"]
        pictures = sum(1 for packet in packets if packet[0] == "video")
        for file in files:
            # A job that joins late begins at the keyframe that the server remembers, two seconds back at most.
            assert abs(decodes(recorder.fetch(file, tmp_path)) - pictures) <= 100
        assert max(file.duration for file in files) - min(file.duration for file in files) < 0.5
