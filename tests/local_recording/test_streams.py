"""What publishers and servers do, and what is recorded of it."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.local_recording import scenarios
from tests.local_recording.publisher import Sent
from tests.local_recording.recording import Recorded, Recorder, decodes
from tests.local_recording.rtmp_server import RtmpServer
from tests.local_recording.scenarios import Outcome, Played


def _read(outcome: Outcome, directory: Path) -> list[Recorded]:
    return [outcome.recorder.read(file, directory) for file in outcome.files]


def _video(sent: Sent) -> list[str]:
    return [packet[4] for packet in sent if packet[0] == "video"]


def test_a_new_file_begins_at_the_first_keyframe_after_each_cycle(played: Played, tmp_path: Path) -> None:
    outcome = played(scenarios.cycles)
    for format_ in ("mp4", "flv"):
        files = [file for file in outcome.files if file.format == format_]
        found = [outcome.recorder.read(file, tmp_path) for file in files]
        assert [round(recorded.seconds) for recorded in found] == [2, 2, 2]
        assert [digest for recorded in found for _, digest in recorded.packets["video"]] == _video(outcome.sent)
        numbers = [str(file.record_url).rsplit("/", 1)[1].partition("-")[0] for file in files]
        assert numbers == ["1", "2", "3"]
    assert outcome.recorder.segments(outcome.job_id) == []


def test_slices_lie_under_the_templates_names_and_the_index_names_them(played: Played, tmp_path: Path) -> None:
    outcome = played(scenarios.slices)
    (file,) = outcome.files
    path = outcome.recorder.fetch(file, tmp_path)
    index = path.read_text(encoding="utf-8")
    named = [line for line in index.splitlines() if line and not line.startswith("#")]
    assert [name.rpartition("-")[2] for name in named] == ["1.ts", "2.ts"]
    assert all(name.startswith("slices/") for name in named)
    assert index.endswith("#EXT-X-ENDLIST\n")
    assert decodes(path) == len(_video(outcome.sent))
    stored: Any = outcome.recorder.ims.bucket(outcome.recorder.bucket).list_objects(prefix=f"live/{outcome.job_id}/")
    assert len(stored.object_list) == 3


def test_a_recording_for_vod_goes_to_the_vod_bucket(played: Played, tmp_path: Path) -> None:
    outcome = played(scenarios.vod)
    (file,) = outcome.files
    assert str(file.record_url).startswith("http://outin-")
    assert json.loads(file.record_output)["Type"] == "vod"
    assert abs(outcome.recorder.read(file, tmp_path).seconds - 2) < 0.5


@pytest.mark.parametrize("scenario", [scenarios.clocks_an_hour_apart, scenarios.one_clock_that_jumps])
def test_picture_and_sound_on_two_clocks_are_as_long_as_they_were_and_together(
    played: Played, tmp_path: Path, scenario: scenarios.Scenario
) -> None:
    (recorded,) = _read(played(scenario), tmp_path)
    assert abs(recorded.seconds - 6) < 0.5
    first = [recorded.packets[kind][0][0] for kind in ("video", "audio")]
    last = [recorded.packets[kind][-1][0] for kind in ("video", "audio")]
    assert max(first) - min(first) < 500
    assert max(last) - min(last) < 500


def test_a_publisher_that_comes_late_is_recorded_from_its_beginning(played: Played, tmp_path: Path) -> None:
    outcome = played(scenarios.late_publisher)
    (recorded,) = _read(outcome, tmp_path)
    assert [digest for _, digest in recorded.packets["video"]] == _video(outcome.sent)


def test_a_stream_that_drops_and_comes_back_stays_in_one_file(played: Played, tmp_path: Path) -> None:
    outcome = played(scenarios.dropping_publisher)
    assert sorted(str(file.format) for file in outcome.files) == ["m3u8", "mp4"]
    for file in outcome.files:
        recorded = outcome.recorder.read(file, tmp_path)
        assert abs(recorded.seconds - 4) < 0.5
        assert len(recorded.packets["video"]) == len(_video(outcome.sent))
        if file.format == "mp4":
            assert [digest for _, digest in recorded.packets["video"]] == _video(outcome.sent)
        stamps = [stamp for stamp, _ in recorded.packets["video"]]
        assert stamps == sorted(set(stamps))


def test_a_stream_that_comes_back_to_a_server_without_memory_goes_on_at_its_next_keyframe(
    played: Played, tmp_path: Path
) -> None:
    outcome = played(scenarios.dropping_publisher_at_nginx)
    assert sorted(str(file.format) for file in outcome.files) == ["m3u8", "mp4"]
    for file in outcome.files:
        recorded = outcome.recorder.read(file, tmp_path)
        # Twice 5 s, of each of which a GOP of 2 s and the time to connect may be missing; and the seam.
        assert 4 < recorded.seconds < 10.4
        assert decodes(outcome.recorder.fetch(file, tmp_path)) == len(recorded.packets["video"])


@pytest.mark.parametrize(
    "scenario", [scenarios.other_size_after_a_reconnect, scenarios.other_size_on_the_same_connection]
)
def test_a_change_of_resolution_begins_a_new_file_of_every_format(
    played: Played, tmp_path: Path, scenario: scenarios.Scenario
) -> None:
    outcome = played(scenario)
    for format_ in ("mp4", "flv"):
        files = [file for file in outcome.files if file.format == format_]
        assert [(file.width, file.height) for file in files] == [(640, 360), (320, 180)]
        paths = [outcome.recorder.fetch(file, tmp_path) for file in files]
        assert sum(decodes(path) for path in paths) == len(_video(outcome.sent))


def test_hevc_is_recorded_packet_for_packet(played: Played, tmp_path: Path) -> None:
    outcome = played(scenarios.hevc)
    assert sorted(str(file.format) for file in outcome.files) == ["flv", "m3u8", "mp4"]
    for file in outcome.files:
        recorded = outcome.recorder.read(file, tmp_path)
        assert recorded.codecs["video"][0] == "hevc"
        assert len(recorded.packets["video"]) == len(_video(outcome.sent))
        if file.format == "mp4":
            # Apple's players know no other name for it.
            assert recorded.tags["video"] == "hvc1"
        if file.format != "m3u8":
            assert [digest for _, digest in recorded.packets["video"]] == _video(outcome.sent)


def test_a_job_without_a_stream_is_paused_in_the_end_and_leaves_no_file(recorder: Recorder, rtmp: RtmpServer) -> None:
    template = recorder.template("mp4", "flv", "m3u8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"rtmp://127.0.0.1:{free.getsockname()[1]}/live/nobody"
    with scenarios.garbage_server() as garbage:
        jobs = [recorder.submit(url, template) for url in (rtmp.url("never"), nobody, garbage)]
        assert [recorder.status(job_id) for job_id in jobs] == ["initial"] * 3
        for job_id in jobs:
            recorder.reached(job_id, "paused")
            assert recorder.files(job_id) == []


def test_a_server_that_stalls_without_hanging_up_ends_the_recording(played: Played, tmp_path: Path) -> None:
    outcome = played(scenarios.stalling_server)
    (file,) = outcome.files
    assert 0.5 < outcome.recorder.read(file, tmp_path).seconds < 10
    assert decodes(outcome.recorder.fetch(file, tmp_path)) > 12


def test_states_and_files_are_told_to_the_notify_url_until_it_takes_them(played: Played) -> None:
    outcome = played(scenarios.callback)
    assert [event["EventType"] for event in outcome.told] == [
        "LiveRecordTaskStatus",
        "LiveRecordFileCreated",
        "LiveRecordTaskStatus",
    ]
    started, created, paused = (event["MessageBody"] for event in outcome.told)
    assert (started["Status"], paused["Status"]) == ("started", "paused")
    assert {body["JobId"] for body in (started, created, paused)} == {outcome.job_id}
    (file,) = outcome.files
    assert (created["RecordId"], created["RecordUrl"]) == (file.record_id, file.record_url)


@pytest.mark.parametrize(
    ("scenario", "kind", "seconds"), [(scenarios.sound_only, "audio", 6), (scenarios.picture_only, "video", 4)]
)
def test_a_stream_of_sound_or_picture_alone_is_recorded_to_every_format(
    played: Played, tmp_path: Path, scenario: scenarios.Scenario, kind: str, seconds: float
) -> None:
    outcome = played(scenario)
    assert sorted(str(file.format) for file in outcome.files) == ["flv", "m3u8", "mp4"]
    for file in outcome.files:
        recorded = outcome.recorder.read(file, tmp_path)
        assert set(recorded.packets) == {kind}
        assert abs(recorded.seconds - seconds) < 0.5
