"""An asset by its title wherever an operation takes its id, on the embedded IMS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.settings import Settings
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.local_ims.server import RunningIms, running_ims
from tests.server.connected import LOCAL, connected, content_of, text_of

pytestmark = pytest.mark.anyio
TITLES = ("Lighthouse at dusk", "Harbour, morning", "Harbour, evening", "灯塔的夜晚", "Take 1", "Take 10")


@dataclass
class Library:
    ims: RunningIms
    ids: dict[str, str]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with running_ims(tmp_path_factory.mktemp("titles")) as ims:
        ids = {
            title: ims.register(ims.put(f"films/film-{number}.mp4", b"no film"), title=title)
            for number, title in enumerate(TITLES)
        }
        yield Library(ims, ids)


async def call(library: Library, tool: str, **arguments: Any) -> Any:
    async with connected(library.ims.endpoint, credential=LOCAL) as client:
        return await client.call_tool(tool, arguments)


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Lighthouse at dusk", "Lighthouse at dusk"),
        (" lighthouse AT dusk", "Lighthouse at dusk"),
        ("lighthouse", "Lighthouse at dusk"),
        ("Harbour, evening", "Harbour, evening"),
        ("灯塔的夜晚", "灯塔的夜晚"),
        ("film-3.mp4", "灯塔的夜晚"),
        ("Take 1", "Take 1"),
    ],
)
async def test_an_asset_is_meant_by_its_title_its_file_or_the_words_it_alone_has(
    library: Library, said: str, title: str
) -> None:
    told = content_of(await call(library, "update_media_info", MediaId=f"title:{said}", Description=said))
    assert told["MediaId"] == library.ids[title]
    assert told["assets"] == {library.ids[title]: title}


async def test_a_text_of_the_callers_own_stays_a_text(library: Library) -> None:
    data = '{"note": "title: of the cut"}'
    told = content_of(await call(library, "update_media_info", MediaId="title:Take 10", UserData=data))
    assert told["MediaId"] == library.ids["Take 10"]
    assert library.ims.media_info(told["MediaId"])["MediaBasicInfo"]["UserData"] == data


async def test_titles_stand_in_lists_and_deep_in_structures(library: Library) -> None:
    ids = f"title:Harbour, morning,{library.ids['Take 1']}, title:灯塔的夜晚"
    rows = content_of(await call(library, "batch_get_media_infos", MediaIds=ids))
    assert {row["title"] for row in rows["rows"]} == {"Harbour, morning", "Take 1", "灯塔的夜晚"}
    marks = [{"MarkStartTime": 1, "MarkEndTime": 2, "MarkContent": "title: of this mark"}]
    added = await call(
        library,
        "call_write_operation",
        operation="AddMediaMarks",
        arguments={"MediaId": "title:Harbour, morning", "MediaMarks": json.dumps(marks)},
    )
    assert content_of(added)["assets"] == {library.ids["Harbour, morning"]: "Harbour, morning"}
    kept = library.ims.call("ListMediaMarks", MediaId=library.ids["Harbour, morning"])
    assert json.loads(kept["MediaMarks"])[0]["MarkContent"] == "title: of this mark"


async def test_a_rendition_is_uploaded_to_the_asset_with_a_title(library: Library, tmp_path: Path) -> None:
    (tmp_path / "small.mp4").write_bytes(b"no film")
    settings = Settings(upload_dirs=(tmp_path,))
    async with connected(library.ims.endpoint, credential=LOCAL, settings=settings) as client:
        told = content_of(
            await client.call_tool(
                "upload_stream", {"path": "small.mp4", "MediaId": "title:Take 10", "wait_seconds": 3}
            )
        )
    assert told["MediaId"] == library.ids["Take 10"]


@pytest.mark.parametrize("said", ["harbour", "Take"])
async def test_several_assets_are_listed_and_none_is_changed(library: Library, said: str) -> None:
    told = await call(library, "update_media_info", MediaId=f"title:{said}", Title="wrong")
    assert told.is_error
    fitting = [title for title in TITLES if said.lower() in title.lower()]
    assert all(library.ids[title] in text_of(told) and title in text_of(told) for title in fitting)


async def test_what_is_destroyed_is_named_by_its_whole_title(library: Library) -> None:
    told = await call(library, "delete_media_infos", MediaIds="title:lighthouse")
    assert told.is_error
    assert library.ids["Lighthouse at dusk"] in text_of(told)


@pytest.mark.parametrize("said", ["no such film", "no'such"])
async def test_a_title_that_nothing_has_is_refused_before_anything_is_sent(library: Library, said: str) -> None:
    told = await call(library, "get_media_info", MediaId=f"title:{said}")
    assert told.is_error
    assert "find_media" in text_of(told)


async def test_a_part_of_a_word_means_no_asset(library: Library) -> None:
    told = await call(library, "update_media_info", MediaId="title:light", Title="wrong")
    assert told.is_error
    assert f"no asset is called just so\nGive the id of the one that is meant: {library.ids['Lighthouse at dusk']}" in (
        text_of(told)
    )


async def test_an_empty_title_means_no_asset_rather_than_any(library: Library) -> None:
    told = await call(library, "get_media_info", MediaId="title: ")
    assert told.is_error
    assert "names no asset" in text_of(told)


async def test_a_timeline_is_sent_with_the_ids_of_its_clips() -> None:
    clips = {f"{number:032x}": title for number, title in enumerate(("Opening", "Interview"), 1)}

    def answer(request: Arrived) -> Answer:
        if request.action == "SearchMedia":
            infos = [{"MediaId": key, "MediaBasicInfo": {"Title": title}} for key, title in clips.items()]
            return Answer(body={"MediaInfoList": infos, "Total": len(infos)})
        return Answer(body={"JobId": "j"})

    timeline = {"VideoTracks": [{"VideoTrackClips": [{"MediaId": f"title:{title}"} for title in clips.values()]}]}
    with ScriptedService(usual=answer) as service:
        async with connected(service.url) as client:
            target = {"MediaURL": "https://b.oss-cn-shanghai.aliyuncs.com/new.mp4"}
            arguments = {"Timeline": timeline, "OutputMediaConfig": target}
            told = await client.call_tool(
                "call_write_operation", {"operation": "SubmitMediaProducingJob", "arguments": arguments}
            )
    assert content_of(told)["assets"] == clips
    sent = next(each for each in service.arrived if each.action == "SubmitMediaProducingJob")
    tracks = json.loads({**sent.query, **sent.form}["Timeline"])["VideoTracks"]
    assert [clip["MediaId"] for clip in tracks[0]["VideoTrackClips"]] == [*clips]


async def test_in_read_only_mode_no_title_is_looked_up() -> None:
    with ScriptedService() as service:
        async with connected(service.url, settings=Settings(read_only=True)) as client:
            refused = await client.call_tool("update_media_info", {"MediaId": "title:One", "Title": "Two"})
    assert refused.is_error
    assert not service.arrived
