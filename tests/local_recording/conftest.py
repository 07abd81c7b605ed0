"""One embedded IMS and one RTMP server for the tests of this package, and clips to publish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ims_mcp.local.media.clip import make_clip
from tests.local_ims.server import running_ims
from tests.local_recording.recording import RECONNECT_TIMEOUT_SECONDS, Recorder
from tests.local_recording.rtmp_server import RtmpServer, rtmp_server
from tests.local_recording.scenarios import Played, Stage


@pytest.fixture(scope="session")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    """An IMS that gives a stream up sooner than the documented three minutes."""
    with running_ims(tmp_path_factory.mktemp("ims"), reconnect_timeout_seconds=RECONNECT_TIMEOUT_SECONDS) as ims:
        yield Recorder(ims)


@pytest.fixture(scope="session")
def rtmp() -> Iterator[RtmpServer]:
    with rtmp_server() as server:
        yield server


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds at 2 Mbit/s, a keyframe every two, with pictures that are sent before they are shown."""
    path = tmp_path_factory.mktemp("clip") / "clip.flv"
    options = {"preset": "veryfast", "bf": "2"}
    return make_clip(path, seconds=4, width=640, height=360, bitrate=1_900_000, subtitles=False, video_options=options)


@pytest.fixture(scope="session")
def other_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As clip, but of another size."""
    path = tmp_path_factory.mktemp("clip") / "other.flv"
    return make_clip(path, seconds=4, width=320, height=180, bitrate=500_000, subtitles=False)


@pytest.fixture(scope="session")
def stage(
    recorder: Recorder,
    rtmp: RtmpServer,
    clip: Path,
    other_clip: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Stage:
    return Stage(recorder, rtmp, clip, other_clip, tmp_path_factory.mktemp("scenarios"))


@pytest.fixture(scope="session")
def played(stage: Stage) -> Played:
    """Each scenario is played when the first test asks for it."""
    return Played(stage)
