"""Completions: assets by title, buckets, recording templates; bounded, by the caller's rights, never an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mcp import Client
from mcp_types import PromptReference, ResourceTemplateReference

from ims_mcp.local.media.clip import make_clip
from tests.client.scripted_service import Answer, ScriptedService, refusal
from tests.local_ims.server import running_ims
from tests.server.connected import ERAS, Era, connected
from tests.viewer.furnished import Library, looking

pytestmark = pytest.mark.anyio
ATTACH = PromptReference(type="ref/prompt", name="attach_rendition")
RECORD = PromptReference(type="ref/prompt", name="record_stream")
ASSET = ResourceTemplateReference(type="ref/resource", uri="ims://media/{MediaId}")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    poster = make_clip(tmp_path_factory.mktemp("files") / "p.png", width=32, height=32, video_codec="png")
    titles = {"dawn": "Harbour at dawn", "dusk": "Harbour at dusk", "twin-1": "Quay", "twin-2": "Quay"}
    titles |= {"hidden": "Harbour\u202e at night"}
    with running_ims(tmp_path_factory.mktemp("ims")) as ims:
        library = Library(ims, poster, poster)
        for word, title in titles.items():
            library.add(word, poster, f"{word}.png", title=title)
        ims.call(
            "CreateLiveRecordTemplate",
            Name="Films",
            RecordFormat='[{"Format":"mp4","OssObjectPrefix":"a/{StartTime}-{EndTime}"}]',
        )
        yield library


async def ask(client: Client, ref: PromptReference | ResourceTemplateReference, name: str, typed: str) -> list[str]:
    return (await client.complete(ref, {"name": name, "value": typed})).completion.values


@pytest.mark.parametrize("era", ERAS)
async def test_an_asset_is_found_by_words_of_its_title(library: Library, era: Era) -> None:
    async with looking(library.ims, era, shows_apps=False) as client:
        for typed in ("dawn", "title:dawn", "Harbour dawn"):
            assert await ask(client, ATTACH, "MediaId", typed) == ["title:Harbour at dawn"], typed
            assert await ask(client, ASSET, "MediaId", typed) == [library.ids["dawn"]], typed
        newest = await ask(client, ATTACH, "MediaId", "")
    ids = library.ids
    assert sorted(newest) == sorted(
        ["title:Harbour at dawn", "title:Harbour at dusk", ids["twin-1"], ids["twin-2"], ids["hidden"]]
    ), "titles that are not one asset's alone, or cannot be read, are no names"


async def test_what_is_completed_is_what_tools_take(library: Library) -> None:
    async with looking(library.ims, shows_apps=False) as client:
        (value,) = await ask(client, ATTACH, "MediaId", "dusk")
        answer = await client.call_tool("get_media_info", {"MediaId": value})
        (media_id,) = await ask(client, ASSET, "MediaId", "dusk")
        read = await client.read_resource(f"ims://media/{media_id}")
    assert not answer.is_error
    assert (answer.structured_content or {})["media_id"] == media_id
    assert read.contents


async def test_buckets_and_recording_templates_come_from_the_account(library: Library) -> None:
    async with looking(library.ims, shows_apps=False) as client:
        assert await ask(client, RECORD, "bucket", "local") == ["local-media"]
        assert await ask(client, RECORD, "bucket", "nothing") == []
        assert await ask(client, ATTACH, "InputURL", "") == ["oss://local-media/"]
        (template,) = await ask(client, RECORD, "TemplateId", "film")
        assert await ask(client, RECORD, "TemplateId", template[:6]) == [template]
        assert await ask(client, RECORD, "Name", "x") == []
        assert (
            await ask(client, ResourceTemplateReference(type="ref/resource", uri="ims://x/{MediaId}"), "MediaId", "")
            == []
        )


@pytest.mark.parametrize("era", ERAS)
async def test_nobody_is_told_of_an_error_while_typing(era: Era) -> None:
    with ScriptedService(usual=lambda _: refusal(403, "Forbidden.NoPermission")) as service:
        async with connected(service.url, era=era) as client:
            for ref, name in ((ATTACH, "MediaId"), (ASSET, "MediaId"), (RECORD, "bucket"), (RECORD, "TemplateId")):
                assert await ask(client, ref, name, "dawn") == []
    async with connected("http://127.0.0.1:9", era=era) as client:
        assert await ask(client, ATTACH, "MediaId", "x" * 100_000) == []


async def test_more_than_a_hundred_are_counted(library: Library) -> None:
    rows = [{"TemplateId": f"template-{number}", "Name": "t"} for number in range(130)]
    body = {"RequestId": "r", "RecordTemplateList": rows, "TotalCount": 130}
    with ScriptedService(usual=lambda _: Answer(body=body)) as service:
        async with connected(service.url) as client:
            found = (await client.complete(RECORD, {"name": "TemplateId", "value": ""})).completion
    assert (len(found.values), found.total, found.has_more) == (100, 130, True)
