"""The scripts of examples/scripts do what the user's words at their top ask for, on an embedded IMS."""

from __future__ import annotations

import ast
import json
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.assistant.by_script import TOOLSETS
from benchmarks.assistant.desk import Desk, open_desk
from benchmarks.assistant.script import Script
from ims_mcp.local.media.clip import make_clip
from ims_mcp.local.rpc.service_errors import RpcFault
from tests.local_ims.server import RunningIms, running_ims

pytestmark = pytest.mark.anyio
SCRIPTS = Path(__file__).resolve().parents[2] / "examples" / "scripts"
SPOKEN = {
    "AiResult": '[{"content": "Welcome to your first day.", "from": 0.5, "to": 2.0}, '
    '{"content": "This is the canteen.", "from": 2.5, "to": 4.0}]'
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    place = tmp_path_factory.mktemp("clips")
    return {
        "long.mp3": make_clip(place / "long.mp3", seconds=62, video_codec=None, audio_codec="libmp3lame"),
        "subtitled.mp4": make_clip(
            place / "subtitled.mp4", seconds=61, width=64, height=36, bitrate=40_000, frames_per_second=2
        ),
        "short.mp4": make_clip(place / "short.mp4", seconds=1, width=64, height=36),
        "tall.mp4": make_clip(place / "tall.mp4", seconds=1, width=36, height=64, subtitles=False),
        "hevc.mp4": make_clip(
            place / "hevc.mp4",
            seconds=1,
            width=64,
            height=36,
            audio=False,
            video_codec="libx265",
            video_options={"x265-params": "log-level=none"},
        ),
    }


@pytest.fixture
def script() -> Script:
    """What the embedded IMS does not do."""
    script = Script()
    script.answer("SubmitASRJob", refuse_speech)
    script.answer("GetSmartHandleJob", refuse_speech)
    return script


def refuse_speech(arguments: Mapping[str, Any]) -> dict[str, Any]:
    raise RpcFault("OperationDenied", "Nobody speaks here.")


@pytest.fixture
def ims(tmp_path: Path, script: Script) -> Generator[RunningIms]:
    with running_ims(tmp_path / "ims", services=script.list_services()) as ims:
        yield ims


def register(ims: RunningIms, clip: Path, title: str, tags: str = "", **more: Any) -> str:
    key = f"{title}{clip.suffix}".replace(" ", "-")
    media_id = ims.register(ims.put(key, clip), title=title, media_tags=tags, **more)
    ims.settled(media_id)
    return media_id


@asynccontextmanager
async def opening(ims: RunningIms, place: Path) -> AsyncGenerator[Desk]:
    async with open_desk(ims.endpoint, place / "state", place, agree=bool, toolsets=TOOLSETS) as desk:
        yield desk


async def run(ims: RunningIms, place: Path, name: str) -> dict[str, Any]:
    """What run_script answers to an example."""
    async with opening(ims, place) as desk:
        return await desk.call("run_script", code=(SCRIPTS / name).read_text(encoding="utf-8"))


async def test_speech_is_recognised_and_attached_where_subtitles_are_missing(
    ims: RunningIms, script: Script, clips: Mapping[str, Path], tmp_path: Path
) -> None:
    wanted = register(ims, clips["long.mp3"], "First day", "welcome,hr")
    register(ims, clips["subtitled.mp4"], "Safety", "hr")
    register(ims, clips["tall.mp4"], "Greeting", "hr")
    register(ims, clips["long.mp3"], "Concert", "chronicle")
    done = {"JobId": "job-1", "State": "Finished", "JobResult": SPOKEN}
    script.run_job("SubmitASRJob", {"JobId": "job-1", "State": "Created"}, "GetSmartHandleJob", [done])
    answer = await run(ims, tmp_path, "recognise_speech.py")
    assert answer["result"] == [{"MediaId": wanted, "JobId": "job-1", "outcome": "succeeded", "sentences": 2}]
    assert [made["InputFile"] for made in script.made("SubmitASRJob")] == [wanted]
    marks = json.loads(ims.call("ListMediaMarks", MediaId=wanted)["MediaMarks"])
    assert [(each["MarkContent"], float(each["MarkStartTime"]), each["MarkTag"]) for each in marks] == [
        ("Welcome to your first day.", 0.5, "speech"),
        ("This is the canteen.", 2.5, "speech"),
    ]
    assert [each["operation"] for each in answer["done"]] == ["SubmitASRJob", "AddMediaMarks"]


async def test_videos_of_another_codec_and_silent_ones_are_named(
    ims: RunningIms, clips: Mapping[str, Path], tmp_path: Path
) -> None:
    register(ims, clips["short.mp4"], "Usual")
    register(ims, clips["long.mp3"], "No video")
    odd = register(ims, clips["hevc.mp4"], "Odd")
    answer = await run(ims, tmp_path, "not_h264.py")
    told = {"MediaId": odd, "title": "Odd", "codecs": ["hevc"], "has_sound": False}
    assert answer["result"] == {"videos": 2, "not_h264": [told], "without_sound": [told]}
    assert "done" not in answer


async def test_upright_videos_get_a_tag_and_keep_theirs(
    ims: RunningIms, clips: Mapping[str, Path], tmp_path: Path
) -> None:
    media_id = register(ims, clips["tall.mp4"], "Tower", "city")
    wide = register(ims, clips["short.mp4"], "River", "city")
    register(ims, clips["tall.mp4"], "Lighthouse", "vertical,sea")
    assert (await run(ims, tmp_path, "tag_upright.py"))["result"] == ["Tower"]
    assert sorted(ims.media_info(media_id)["MediaBasicInfo"]["MediaTags"].split(",")) == ["city", "vertical"]
    assert ims.media_info(wide)["MediaBasicInfo"]["MediaTags"] == "city"
    assert (await run(ims, tmp_path / "again", "tag_upright.py"))["result"] == []


async def test_titles_go_into_a_category_that_is_made(
    ims: RunningIms, clips: Mapping[str, Path], tmp_path: Path
) -> None:
    news = ims.call("AddCategory", CateName="News")["Category"]["CateId"]
    one = register(ims, clips["short.mp4"], "Evening News 12 April")
    other = register(ims, clips["short.mp4"], "Morning News")
    result = (await run(ims, tmp_path, "file_by_title.py"))["result"]
    assert (result["filed"], result["failed"]) == (["Evening News 12 April"], [])
    assert ims.media_info(one)["MediaBasicInfo"]["CateId"] == result["category"]
    assert ims.media_info(other)["MediaBasicInfo"].get("CateId") is None
    made = ims.call("GetCategories", CateId=str(news))["SubCategories"]["Category"]
    assert [(each["CateName"], each["CateId"]) for each in made] == [("Evening", result["category"])]


async def test_doubles_are_deleted_by_one_call_that_is_asked_about_once(
    ims: RunningIms, clips: Mapping[str, Path], tmp_path: Path
) -> None:
    kept = [register(ims, clips["short.mp4"], "First"), register(ims, clips["tall.mp4"], "Another")]
    doubles = [register(ims, clips["short.mp4"], "Second"), register(ims, clips["short.mp4"], "Third")]
    async with opening(ims, tmp_path) as desk:
        code = (SCRIPTS / "find_doubles.py").read_text(encoding="utf-8")
        answer = await desk.call("run_script", code=code)
        assert [(each["title"], each["same_as"]) for each in answer["result"]] == [
            ("Second", "First"),
            ("Third", "First"),
        ]
        assert len(ims.call("ListMediaBasicInfos")["MediaInfos"]) == 4
        await desk.follow(answer)
        [question] = desk.questions
        assert all(media_id in question for media_id in doubles)
    assert sorted(each["MediaId"] for each in ims.call("ListMediaBasicInfos")["MediaInfos"]) == sorted(kept)


def test_every_script_says_what_the_user_asked() -> None:
    scripts = sorted(SCRIPTS.glob("*.py"))
    assert len(scripts) == 5
    tested = Path(__file__).read_text(encoding="utf-8")
    for path in scripts:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith('# "')
        assert first.endswith('"')
        assert f'"{path.name}"' in tested
        ast.parse(path.read_text(encoding="utf-8"))
