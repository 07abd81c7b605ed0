"""What was recorded as HLS can be registered: its playlist names the slices as the embedded IMS reads them."""

from __future__ import annotations

from pathlib import Path

from tests.local_ims.server import running_ims
from tests.local_recording import scenarios
from tests.local_recording.recording import read
from tests.local_recording.scenarios import Played


def test_the_playlist_of_a_recording_can_be_registered(played: Played, tmp_path: Path) -> None:
    outcome = played(scenarios.formats)
    index = played.kept(scenarios.formats)["m3u8"]
    recorded = read(index)
    with running_ims(tmp_path) as ims:
        for path in index.parent.rglob("*"):
            if path.is_file():
                ims.put(f"kept/{path.relative_to(index.parent).as_posix()}", path)
        info = ims.settled(ims.register(f"oss://local-media/kept/{index.name}"))
    assert info["MediaBasicInfo"]["Status"] == "Normal"
    (file,) = info["FileInfoList"]
    (listed,) = [each for each in outcome.files if each.format == "m3u8"]
    assert abs(float(file["FileBasicInfo"]["Duration"]) - listed.duration) < 0.1
    assert file["VideoStreamInfoList"][0]["NumFrames"] == str(len(recorded.packets["video"]))
    assert file["AudioStreamInfoList"][0]["NumFrames"] == str(len(recorded.packets["audio"]))
