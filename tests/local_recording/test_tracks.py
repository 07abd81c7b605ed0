"""Tracks that join late, come alone, or are of a codec that a format has no place for."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from tests.local_recording.ffmpeg_publisher import AAC, H264, ffmpeg_publishing, find_ffmpeg, picture, sound
from tests.local_recording.nginx_rtmp import nginx_rtmp
from tests.local_recording.publisher import publishing
from tests.local_recording.recording import Recorder, read
from tests.local_recording.rtmp_server import RtmpServer
from tests.local_recording.scenarios import wait_for_player
from tests.server.connected import LOCAL, connected, content_of


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nginx_rtmp(tmp_path_factory.mktemp("nginx")) as url:
        yield url


def _record(recorder: Recorder, url: str, *arguments: Any, formats: tuple[str, ...] = ("mp4", "flv", "m3u8")) -> str:
    """Publish and record it to its end; the job."""
    job_id = recorder.submit(url, recorder.template(*formats))
    with ffmpeg_publishing(url, *arguments) as publisher:
        assert publisher.wait(60) == 0
    recorder.reached(job_id, "paused")
    return job_id


def _say_errors(path: Path) -> str:
    words = [find_ffmpeg(), "-v", "error", *(["-allowed_extensions", "ALL"] if path.suffix == ".m3u8" else [])]
    done = subprocess.run([*words, "-i", str(path), "-f", "null", "-"], capture_output=True, text=True, check=False)
    return done.stderr


def _record_absence(
    recorder: Recorder, rtmp: RtmpServer, clip: Path, absent: str, seconds: float, *formats: str
) -> str:
    """As :func:`_record`, of a stream that lacks a track at times, though it is announced."""
    url = rtmp.url(absent)
    job_id = recorder.submit(url, recorder.template(*formats))
    with publishing(clip, url, speed=4.0, absent=absent) as publisher:
        publisher.connect()
        wait_for_player(rtmp, url)
        publisher.begin_sending(seconds)
        publisher.finish()
    recorder.reached(job_id, "paused")
    return job_id


@pytest.mark.parametrize(("late", "seconds"), [("audio", 4), ("video", 4), ("audio", 16), ("video", 16)])
def test_a_track_that_joins_late_is_in_every_file_with_all_that_came_before_it(
    recorder: Recorder, rtmp: RtmpServer, clip: Path, tmp_path: Path, late: str, seconds: int
) -> None:
    whole = seconds + 4
    job_id = _record_absence(recorder, rtmp, clip, f"{late}:0:{seconds}", whole, "mp4", "flv", "m3u8")
    files = recorder.files(job_id)
    assert sorted(file.format for file in files) == ["flv", "m3u8", "mp4"]
    for file in files:
        path = recorder.fetch(file, tmp_path)
        found = read(path)
        assert set(found.packets) == {"video", "audio"}
        first = {kind: packets[0][0] / 1000 for kind, packets in found.packets.items()}
        assert abs(first[late] - min(first.values()) - seconds) < 0.4
        assert abs(found.seconds - whole) < 0.5
        assert abs(float(file.duration) - whole) < 0.5
        assert (file.width, file.height) == (640, 360)
        assert _say_errors(path) == ""


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_times_and_names_of_a_stream_with_one_track_are_true(recorder: Recorder, base: str, kind: str) -> None:
    url = f"{base}/alone-{kind}"
    pattern = "live/{JobId}/{EscapedStartTime}_{EscapedEndTime}"
    job_id = recorder.submit(url, recorder.template("mp4", cycle_seconds=2, pattern=pattern))
    words = (picture(6), H264) if kind == "video" else (sound(6), AAC)
    with ffmpeg_publishing(url, *words) as publisher:
        recorder.reached(job_id, "started")
        assert publisher.poll() is None
        publisher.wait(30)
    recorder.reached(job_id, "paused")
    files = recorder.files(job_id)
    assert len({file.record_url for file in files}) == len(files) == 3
    starts = [_read_time(file.start_time) for file in files]
    assert all(1 <= after - before <= 3 for before, after in pairwise(starts))
    for file in files:
        assert abs(_read_time(file.end_time) - _read_time(file.start_time) - float(file.duration)) <= 1


def _read_time(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def test_files_that_a_pattern_gives_one_name_do_not_replace_each_other(
    recorder: Recorder, base: str, tmp_path: Path
) -> None:
    pattern = "same/{EscapedStartTime}_{EscapedEndTime}"
    template = recorder.template("mp4", "m3u8", pattern=pattern, slice_pattern="same/{UnixTimestamp}_{Sequence}")
    url = f"{base}/same"
    jobs = [recorder.submit(url, template) for _ in range(4)]
    with ffmpeg_publishing(url, picture(3), H264) as publisher:
        publisher.wait(30)
    for job_id in jobs:
        recorder.reached(job_id, "paused")
    files = [file for job_id in jobs for file in recorder.files(job_id)]
    assert len({file.record_url for file in files}) == len(files) == 8
    slices = [
        line
        for file in files
        if file.format == "m3u8"
        for line in recorder.fetch(file, tmp_path).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert len(set(slices)) == len(slices) >= 4


@pytest.mark.anyio
async def test_what_a_format_cannot_hold_is_said_of_job_and_file_and_by_the_wait(
    recorder: Recorder, base: str, tmp_path: Path
) -> None:
    url = f"{base}/alaw"
    job_id = await anyio.to_thread.run_sync(
        _record, recorder, url, picture(3), sound(3), H264, ["-c:a", "pcm_alaw", "-ar", "8000", "-ac", "1"]
    )
    job = recorder.ims.call("GetLiveRecordJob", JobId=job_id)["RecordJob"]
    for format_ in ("mp4", "m3u8"):
        assert f"The {format_} file lacks the sound: {format_} cannot hold pcm_alaw." in job["FailReason"]
    files = {file["Format"]: file for file in recorder.ims.call("ListLiveRecordFiles", **{"JobIds.1": job_id})["Files"]}
    assert {name: "FailReason" in file for name, file in files.items()} == {"flv": False, "mp4": True, "m3u8": True}
    for file in recorder.files(job_id):
        found = recorder.read(file, tmp_path)
        assert set(found.packets) == ({"video", "audio"} if file.format == "flv" else {"video"})
    async with connected(recorder.ims.endpoint, credential=LOCAL) as client:
        waited = await client.call_tool(
            "wait_for_job", {"operation": "SubmitLiveRecordJob", "ids": {"JobId": job_id}, "wait_seconds": 5}
        )
        over = content_of(waited)
    assert over["outcome"] == "succeeded"
    assert "cannot hold pcm_alaw" in over["note"]


@pytest.mark.anyio
async def test_a_recording_none_of_whose_files_can_be_made_has_failed_with_the_reason(
    recorder: Recorder, base: str
) -> None:
    words = (picture(2), ["-c:v", "flv1"])
    job_id = await anyio.to_thread.run_sync(partial(_record, formats=("mp4",)), recorder, f"{base}/flv1", *words)
    assert recorder.files(job_id) == []
    async with connected(recorder.ims.endpoint, credential=LOCAL) as client:
        waited = await client.call_tool(
            "wait_for_job", {"operation": "SubmitLiveRecordJob", "ids": {"JobId": job_id}, "wait_seconds": 5}
        )
    over = content_of(waited)
    assert over["outcome"] == "failed"
    assert "There is no mp4 file: mp4 cannot hold flv1." in over["problem"]


def test_slices_of_sound_that_goes_on_without_a_picture_are_as_long_as_their_index_says(
    recorder: Recorder, rtmp: RtmpServer, clip: Path, tmp_path: Path
) -> None:
    job_id = _record_absence(recorder, rtmp, clip, "video:4:99", 20, "m3u8")
    (file,) = recorder.files(job_id)
    index = recorder.fetch(file, tmp_path)
    lengths = [float(line[8:].rstrip(",")) for line in index.read_text("utf-8").splitlines() if "EXTINF" in line]
    assert abs(sum(lengths) - 20) < 0.5
    assert abs(float(file.duration) - 20) < 0.5
    slices = [index.parent / line for line in index.read_text("utf-8").splitlines() if line[:1] not in ("", "#")]
    for path, length in zip(slices, lengths, strict=True):
        assert abs(read(path).seconds - length) < 0.3
