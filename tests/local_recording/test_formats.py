"""A stream recorded to several formats at once: the same packets everywhere, nothing encoded again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local_recording import scenarios
from tests.local_recording.publisher import Sent
from tests.local_recording.recording import Recorded, decodes, read
from tests.local_recording.scenarios import Played


def _nal_units(sample: bytes) -> list[bytes]:
    """The units of an AVC sample with lengths of four bytes."""
    units: list[bytes] = []
    while sample:
        length = int.from_bytes(sample[:4], "big")
        units.append(sample[4 : 4 + length])
        sample = sample[4 + length :]
    return units


@pytest.mark.parametrize("scenario", [scenarios.formats, scenarios.formats_at_nginx])
def test_a_stream_is_recorded_to_mp4_flv_and_hls_at_once_without_encoding(
    played: Played, clip: Path, scenario: scenarios.Scenario
) -> None:
    outcome = played(scenario)
    sent, paths = outcome.sent, played.kept(scenario)
    assert set(paths) == {"mp4", "flv", "m3u8"}
    found = {name: read(path) for name, path in paths.items()}
    seconds = [recorded.seconds for recorded in found.values()]
    assert max(seconds) - min(seconds) < 0.5
    first_sent = _first_kept(sent, found["flv"])
    lasted = (max(packet[1] for packet in sent) - sent[first_sent][1]) / 1000
    assert all(abs(length - lasted) < 0.5 for length in seconds)
    # All that was sent from the first keyframe that arrived on, in order and byte for byte.
    for kind in ("video", "audio"):
        digests = [packet[4] for packet in sent[first_sent:] if packet[0] == kind]
        for name in ("mp4", "flv"):
            assert _tail(found[name], kind, len(digests)) == digests
        assert found["mp4"].extradata[kind] == found["flv"].extradata[kind]
        assert found["m3u8"].codecs[kind] == found["mp4"].codecs[kind] == read(clip).codecs[kind]
    # A transport stream has start codes instead of lengths, and carries the parameter sets before keyframes.
    pairs = zip(found["mp4"].payloads["video"], found["m3u8"].payloads["video"], strict=True)
    assert all(unit in in_slices for sample, in_slices in pairs for unit in _nal_units(sample))
    assert decodes(paths["mp4"]) == decodes(paths["flv"]) == decodes(paths["m3u8"]) > (scenarios.SECONDS - 4) * 25
    for file in outcome.files:
        assert abs(file.duration - lasted) < 0.5
        assert (file.width, file.height, file.job_id) == (640, 360, outcome.job_id)
    # Copying packets takes next to nothing: less than a tenth of a core, were the stream sent as slowly as it plays.
    assert outcome.cpu_seconds < 0.10 * scenarios.SECONDS


def _first_kept(sent: Sent, recorded: Recorded) -> int:
    first = recorded.packets["video"][0][1]
    return next(index for index, packet in enumerate(sent) if packet[0] == "video" and packet[4] == first)


def _tail(recorded: Recorded, kind: str, count: int) -> list[str]:
    """The last packets: sound that came just after the first keyframe may lie before it in time."""
    return [digest for _, digest in recorded.packets[kind]][-count:]
