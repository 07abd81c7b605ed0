"""A recording in the viewer: its playlist plays piece by piece with nothing but the addresses in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local_ims.server import running_ims
from tests.local_recording import scenarios
from tests.local_recording.recording import read
from tests.local_recording.scenarios import Played
from tests.viewer.furnished import get, looking, view

pytestmark = pytest.mark.anyio


async def test_the_playlist_of_a_recording_plays_whole_in_the_viewer(played: Played, tmp_path: Path) -> None:
    index = played.kept(scenarios.formats)["m3u8"]
    recorded = read(index)
    with running_ims(tmp_path / "ims") as ims:
        for path in index.parent.rglob("*"):
            if path.is_file():
                ims.put(f"kept/{path.relative_to(index.parent).as_posix()}", path)
        media_id = ims.register(f"oss://local-media/kept/{index.name}", title="Recording")
        ims.settled(media_id)
        async with looking(ims) as client:
            file = (await view(client, media_id))["files"][0]
        pieces = [line for line in file["playlist_text"].splitlines() if not line.startswith("#")]
        answers = [await get(piece) for piece in pieces]
    assert (file["is_hls"], file["playable"]) == (True, True)
    assert {answer.status_code for answer in answers} == {200}
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(answer.content for answer in answers))
    assert len(read(joined).packets["video"]) == len(recorded.packets["video"])
