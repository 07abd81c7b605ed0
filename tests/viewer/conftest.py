"""One library for the tests of this package."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from ims_mcp.local.media.clip import make_clip
from tests.local_ims.server import running_ims
from tests.viewer.furnished import AI, SRT, Library


@pytest.fixture(scope="package")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """``film`` with everything, ``song`` without a picture, ``poster``, ``hls``, ``notes`` of text."""
    files = tmp_path_factory.mktemp("files")
    clip = make_clip(files / "clip.mp4", seconds=2, width=320, height=180, subtitles=False)
    long_clip = make_clip(files / "long.mp4", seconds=4, width=320, height=180, subtitles=False)
    song = make_clip(files / "song.m4a", seconds=2, video_codec=None)
    poster = make_clip(files / "poster.png", width=64, height=48, video_codec="png")
    with running_ims(tmp_path_factory.mktemp("ims")) as ims:
        library = Library(ims, clip, long_clip)
        library.add("film", clip, "film.mp4", AI, title="Harbour <b>morning</b>", media_tags="sea,boats")
        library.attach("film", SRT.encode(), "film.en.srt")
        library.await_files("film", 2)
        marks = [{"MarkStartTime": "0.5", "MarkEndTime": "1.0", "MarkTag": "cut", "MarkContent": "too long"}]
        library.call("AddMediaMarks", MediaId=library.ids["film"], MediaMarks=json.dumps(marks))
        library.add("song", song, "song.m4a", title="Song")
        library.add("poster", poster, "poster.png", title="Poster")
        library.add("notes", SRT.encode(), "notes.srt", title="Notes", media_type="text", business_type="subtitles")
        library.add_hls("hls", files / "hls")
        yield library
