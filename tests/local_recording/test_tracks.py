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
import av
import pytest

from ims_mcp.local.media.clip import make_clip
from tests.local_recording.ffmpeg_publisher import AAC, H264, ffmpeg_publishing, find_ffmpeg, picture, sound
from tests.local_recording.nginx_rtmp import nginx_rtmp
from tests.local_recording.publisher import publishing
from tests.local_recording.recording import Recorder, read
from tests.local_recording.rtmp_server import RtmpServer
from tests.local_recording.scenarios import wait_for_player
from tests.local_recording.tag_publisher import SentTag, TagPublisher, read_tags
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
        publisher.wait(60)
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
        publisher.wait(60)
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
        asked = {"operation": "ListLiveRecordFiles", "arguments": {"JobIds": [job_id]}}
        rows = content_of(await client.call_tool("call_read_operation", asked))["rows"]
    assert over["outcome"] == "succeeded"
    assert "cannot hold pcm_alaw" in over["note"]
    assert {row["format"]: row.get("lacks", "").count("pcm_alaw") for row in rows} == {"flv": 0, "mp4": 1, "m3u8": 1}


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


def test_a_codec_that_cannot_be_written_at_all_is_left_out_with_the_reason(recorder: Recorder, base: str) -> None:
    speex = ["-c:a", "libspeex", "-ar", "16000", "-ac", "1"]
    job_id = _record(recorder, f"{base}/speex", picture(2), sound(2), H264, speex, formats=("flv",))
    (file,) = recorder.ims.call("ListLiveRecordFiles", **{"JobIds.1": job_id})["Files"]
    assert file["FailReason"] == "The flv file lacks speex, which the local IMS writes into no format."


@pytest.mark.parametrize("absent", ["", "audio:0:99"], ids=["with sound", "alone"])
def test_a_track_that_a_server_does_not_pass_on_is_said_to_lack(
    recorder: Recorder, base: str, tmp_path: Path, absent: str
) -> None:
    """nginx passes on no picture of enhanced RTMP."""
    clip = make_clip(tmp_path / "hevc.flv", seconds=4, width=320, height=180, video_codec="libx265", subtitles=False)
    url = f"{base}/absent{absent[:5]}"
    with publishing(clip, url, speed=1.0, absent=absent) as publisher:
        publisher.connect()
        job_id = recorder.submit(url, recorder.template("mp4"))
        publisher.begin_sending(4.0)
        publisher.finish()
    recorder.reached(job_id, "paused")
    files = recorder.ims.call("ListLiveRecordFiles", **{"JobIds.1": job_id})["Files"]
    job = recorder.ims.call("GetLiveRecordJob", JobId=job_id)["RecordJob"]
    assert len(files) == (0 if absent else 1)
    tracks = "the picture and the sound" if absent else "the picture"
    for told in [*files, job]:
        assert told["FailReason"].startswith(f"The stream announced {tracks}, and nothing came")


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


def _record_tags(recorder: Recorder, rtmp: RtmpServer, name: str, tags: list[SentTag]) -> list[Any]:
    url = rtmp.url(name)
    with TagPublisher(url) as publisher:
        job_id = recorder.submit(url, recorder.template("mp4", "flv", "m3u8"))
        wait_for_player(rtmp, url)
        publisher.send(tags)
    recorder.reached(job_id, "paused")
    return recorder.files(job_id)


def test_a_codec_that_changes_in_the_middle_of_a_connection_begins_new_files(
    recorder: Recorder, rtmp: RtmpServer, clip: Path, tmp_path: Path
) -> None:
    first = read_tags(clip)
    path = tmp_path / "sorenson.flv"
    with av.open(path, "w") as made:
        stream = made.add_stream("flv1", rate=25, width=320, height=180, pix_fmt="yuv420p")
        for _ in range(50):
            made.mux(stream.encode(av.VideoFrame(320, 180, "yuv420p")))
        made.mux(stream.encode())
    tags = first + [(kind, 4000 + stamp, body) for kind, stamp, body in read_tags(path)]
    tags += [(kind, 6000 + stamp, body) for kind, stamp, body in first]
    files = _record_tags(recorder, rtmp, "changes", tags)
    kinds = [read(recorder.fetch(file, tmp_path)).codecs["video"][0] for file in files if file.format == "flv"]
    assert kinds == ["h264", "flv", "h264"]
    lengths = [round(float(file.duration)) for file in files if file.format == "mp4"]
    assert (lengths[0], lengths[-1]) == (4, 4)


def test_a_header_that_describes_nothing_makes_no_file(
    recorder: Recorder, rtmp: RtmpServer, clip: Path, tmp_path: Path
) -> None:
    tags = [
        (kind, stamp, body[:5] + b"\x01\xff\xff" if body[:2] == b"\x17\0" else body)
        for kind, stamp, body in read_tags(clip)
    ]
    for file in _record_tags(recorder, rtmp, "nothing", tags):
        assert not _say_errors(recorder.fetch(file, tmp_path)), file.format
