"""Recorders and servers that are killed in the middle of a recording."""

from __future__ import annotations

import sys

import pytest

from tests.local_recording import scenarios
from tests.local_recording.publisher import Sent
from tests.local_recording.recording import Recorded, decodes, read
from tests.local_recording.scenarios import Played

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


def _is_part_of(recorded: Recorded, sent: Sent) -> bool:
    """Whether every recorded picture was sent, in this order."""
    left = iter(packet[4] for packet in sent if packet[0] == "video")
    return all(digest in left for _, digest in recorded.packets["video"])


def test_a_killed_recorder_is_replaced_and_its_file_goes_on(played: Played) -> None:
    paths = played.kept(scenarios.killed_recorder)
    assert set(paths) == {"mp4", "flv"}
    for path in paths.values():
        recorded = read(path)
        # The server sends a newcomer what it has since the last keyframe, so that little is missing and some is twice.
        assert recorded.seconds > 4.5
        assert decodes(path) == len(recorded.packets["video"])
        stamps = [stamp for stamp, _ in recorded.packets["video"]]
        assert stamps == sorted(set(stamps))


def test_a_killed_server_takes_its_recorder_with_it_and_the_next_goes_on_with_the_file(played: Played) -> None:
    paths = played.kept(scenarios.killed_server)
    assert set(paths) == {"mp4", "m3u8"}
    for path in paths.values():
        recorded = read(path)
        assert recorded.seconds > 4
        assert decodes(path) == len(recorded.packets["video"])


def test_a_server_that_comes_back_too_late_closes_what_was_recorded(played: Played) -> None:
    outcome = played(scenarios.server_away_for_too_long)
    paths = played.kept(scenarios.server_away_for_too_long)
    recorded = read(paths["mp4"])
    assert _is_part_of(recorded, outcome.sent)
    # What was sent before the kill, less the last packets.
    assert 0.5 < recorded.seconds < 2.7
    assert decodes(paths["mp4"]) == len(recorded.packets["video"])
