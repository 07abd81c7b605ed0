"""Resources: an asset as text, by its address, and its subtitles and speech line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, ResourceLink, TextResourceContents

from ims_mcp.local.media.clip import make_clip
from tests.client.scripted_service import Answer, ScriptedService, refusal
from tests.local_ims.server import running_ims
from tests.server.connected import ERAS, Era, connected, content_of, text_of
from tests.viewer.furnished import AI, SRT, Library, looking

pytestmark = pytest.mark.anyio
TITLE = "Harbour\u202e <b>morning</b>"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    clip = make_clip(tmp_path_factory.mktemp("files") / "clip.mp4", seconds=1, width=64, height=48, subtitles=False)
    with running_ims(tmp_path_factory.mktemp("ims")) as ims:
        library = Library(ims, clip, clip)
        library.add("film", clip, "film.mp4", AI, title=TITLE)
        library.attach("film", SRT.encode(), "film.en.srt")
        library.await_files("film", 2)
        library.add("plain", clip, "plain.mp4", title="Plain")
        lines = [{"from": n, "to": n + 1, "content": f"sentence {n} {'word ' * 12}"} for n in range(3600)]
        library.add("long", clip, "long.mp4", {"ASR": {"details": lines}}, title="Long")
        yield library


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.uri == uri
    return content.text


async def refused(client: Client, uri: str) -> MCPError:
    with pytest.raises(MCPError) as caught:
        await client.read_resource(uri)
    assert caught.value.error.data == {"uri": uri}
    return caught.value


def strip(told: dict[str, Any]) -> dict[str, Any]:
    """What two answers of one asset have in common: signed anew, addresses differ in length."""
    left_out = [{**entry, "about_bytes": 0} for entry in told.get("left_out", ())]
    return {**told, "RequestId": "", "left_out": left_out}


@pytest.mark.parametrize("era", ERAS)
async def test_an_asset_reads_as_get_media_info_answers(library: Library, era: Era) -> None:
    media_id = library.ids["film"]
    async with looking(library.ims, era, shows_apps=False) as client:
        for part, view in (("", "summary"), ("/full", "full")):
            text = await read(client, f"ims://media/{media_id}{part}")
            answered = await client.call_tool("get_media_info", {"MediaId": media_id, "view": view})
            assert strip(json.loads(text)) == strip(content_of(answered)), part
            assert "\u202e" not in text


async def test_subtitles_and_speech_read_as_lines_with_times(library: Library) -> None:
    async with looking(library.ims, shows_apps=False) as client:
        subtitles = await read(client, f"ims://media/{library.ids['film']}/subtitles")
        speech = await read(client, f"ims://media/{library.ids['film']}/transcript")
        nothing = [
            await read(client, f"ims://media/{library.ids['plain']}/{part}") for part in ("subtitles", "transcript")
        ]
    assert subtitles.splitlines() == [
        "# film.en.srt (en)",
        "00:00:00.500 - 00:00:01.200  Good morning, harbour",
        "00:00:01.500 - 00:00:02.000  alert(1) & gulls",
    ]
    assert speech.splitlines() == ["00:00:00.200 - 00:00:00.900  The boats are coming in."]
    assert nothing == ["The asset has no subtitle file.\n", "The asset has no recognised speech.\n"]


async def test_an_hour_of_speech_is_read_to_its_end_piece_by_piece(library: Library) -> None:
    seen: list[str] = []
    uri = f"ims://media/{library.ids['long']}/transcript"
    async with looking(library.ims, shows_apps=False) as client:
        for _ in range(20):
            text = await read(client, uri)
            assert len(text.encode()) <= 32 * 1024
            *lines, last = text.splitlines()
            seen += lines
            if "more lines are left out" not in last:
                seen.append(last)
                break
            uri = last.rpartition(" ")[2]
        else:
            raise AssertionError("there is no end to it")
    assert [line.split()[4] for line in dict.fromkeys(seen)] == [str(number) for number in range(3600)]


@pytest.mark.parametrize("era", ERAS)
async def test_an_address_of_nothing_is_an_error_of_the_request(library: Library, era: Era) -> None:
    film = library.ids["film"]
    strange = [
        *("ims://media/", f"ims://media/{film}/", f"ims://media/{film}/files", f"ims://Media/{film}x/full/"),
        *(
            f"ims://media/{film}?account=east",
            f"ims://media/{film}?x=1",
            f"ims://media/{film}#a",
            f"IMS://other/{film}",
        ),
        *("ims://media/..%2F..%2Fetc", "file:///etc/passwd", "ui://ims/asset", f"ims://media/{'a' * 70}"),
        *(f"ims://media/{film}/transcript?from_seconds=nan", f"ims://media/{film}/transcript?from_seconds=-1"),
        f"ims://media/{'f' * 32}",
        f"ims://media/{'f' * 32}/subtitles",
    ]
    async with looking(library.ims, era, shows_apps=False) as client:
        for uri in strange:
            error = await refused(client, uri)
            assert error.error.code == INVALID_PARAMS, uri
            assert len(error.error.message) < 2_000


@pytest.mark.parametrize("part", ["", "/full", "/subtitles", "/transcript"])
async def test_a_service_that_is_away_is_no_missing_resource(part: str) -> None:
    down: list[Answer] = [refusal(503, "ServiceUnavailable")] * 9
    with ScriptedService(usual=lambda _: down[0]) as service:
        async with connected(service.url) as client:
            error = await refused(client, f"ims://media/{'a' * 32}{part}")
    assert error.error.code == INTERNAL_ERROR
    assert "ServiceUnavailable" in error.error.message


async def test_what_is_read_may_be_kept_for_seconds_and_by_nobody_else(library: Library) -> None:
    async with looking(library.ims) as client:
        asset = await client.read_resource(f"ims://media/{library.ids['film']}")
        page = await client.read_resource("ui://ims/asset")
        templates = await client.list_resource_templates()
    assert (asset.ttl_ms, asset.cache_scope) == (5_000, "private")
    assert (page.ttl_ms, page.cache_scope) == (600_000, "private")
    assert (templates.ttl_ms, templates.cache_scope) == (3_600_000, "public")


@pytest.mark.parametrize("era", ERAS)
async def test_templates_name_every_part_and_have_pictures_as_data(library: Library, era: Era) -> None:
    async with looking(library.ims, era, shows_apps=False) as client:
        templates = (await client.list_resource_templates()).resource_templates
        prompts = (await client.list_prompts()).prompts
        assert (await client.list_resources()).resources == []
        tools = (await client.list_tools()).tools
    assert [template.uri_template for template in templates] == [
        "ims://media/{MediaId}",
        "ims://media/{MediaId}/full",
        "ims://media/{MediaId}/subtitles{?from_seconds}",
        "ims://media/{MediaId}/transcript{?from_seconds}",
    ]
    icons = [each.icons for each in (*templates, *prompts)]
    assert all(found and found[0].src.startswith("data:image/svg+xml,%3Csvg") for found in icons)
    assert len({found[0].src for found in icons if found}) >= 6
    assert all(tool.icons is None for tool in tools)


async def test_no_answer_carries_a_picture_of_the_server(library: Library) -> None:
    async with looking(library.ims, "legacy") as client:
        info = client.server_info
    assert info is not None
    assert info.icons is None


async def test_a_link_goes_behind_all_the_facts_and_only_to_hosts_that_show_things(library: Library) -> None:
    given = {"MediaId": library.ids["film"]}
    async with looking(library.ims) as client:
        with_link = await client.call_tool("get_media_info", given)
        failed = await client.call_tool("get_media_info", {"MediaId": "f" * 32})
        found = await client.call_tool("find_media", {"text": "Harbour"})
    async with looking(library.ims, shows_apps=False) as client:
        without = await client.call_tool("get_media_info", given)
    text, link = with_link.content
    assert text.type == "text"
    assert [each.type for each in without.content] == ["text"]
    assert strip(content_of(with_link)) == strip(content_of(without))
    assert isinstance(link, ResourceLink)
    assert (link.uri, link.title) == (f"ims://media/{given['MediaId']}", "Harbour <b>morning</b>")
    assert [len(each.content) for each in (failed, found)] == [1, 1]
    assert json.loads(text_of(with_link)) == content_of(with_link)


async def test_all_is_served_without_the_tool_for_it_too(library: Library) -> None:
    async with looking(library.ims, shows_apps=False, toolsets=("transcoding",)) as client:
        told = cast("dict[str, Any]", json.loads(await read(client, f"ims://media/{library.ids['film']}")))
    assert {entry["tool"] for entry in told["left_out"]} == {"call_read_operation"}


def test_nothing_of_it_is_imported_at_the_start(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys, ims_mcp.cli.serve, ims_mcp.server.build; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = done.stdout.split()
    late = (
        "ims_mcp.server.viewer",
        "ims_mcp.server.resources",
        "ims_mcp.server.completions",
        "ims_mcp.workflows.viewing",
    )
    assert not [name for name in loaded if name.startswith((*late, "mcp.server.apps"))]
