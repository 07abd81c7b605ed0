"""view_media: what the viewer is given of an asset, that plays with nothing but its addresses, and who gets it."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import av
import pytest
from mcp.shared.exceptions import MCPError

from tests.local_ims.server import running_ims
from tests.server.connected import ERAS, Era, text_of
from tests.viewer.furnished import SIGNED, SRT, Json, Library, everything_in, get, list_addresses, looking, view

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("era", ERAS)
async def test_a_film_comes_with_all_that_is_known_of_its_moments(library: Library, era: Era) -> None:
    async with looking(library.ims, era) as client:
        asset = await view(client, library.ids["film"])
    assert (asset["title"], asset["kind"], asset["status"]) == ("Harbour <b>morning</b>", "video", "Normal")
    assert (asset["tags"], asset["width"], asset["height"]) == (["sea", "boats"], 320, 180)
    source = asset["files"][0]
    assert (source["role"], source["name"], source["is_hls"], source["playable"]) == ("source", "film.mp4", False, True)
    assert source["video"] == {"codec": "h264", "fps": 25.0, "width": 320, "height": 180}
    assert source["audio"]["codec"] == "aac"
    (track,) = asset["subtitles"]
    assert (track["label"], track["language"], track["cues_left_out"]) == ("film.en.srt", "en", 0)
    assert track["cues"] == [
        {"start_seconds": 0.5, "end_seconds": 1.2, "text": "Good morning, harbour"},
        {"start_seconds": 1.5, "end_seconds": 2.0, "text": "alert(1) & gulls"},
    ]
    assert [chapter["title"] for chapter in asset["chapters"]] == ["The quay", "<img src=x onerror=alert(1)>"]
    (mark,) = asset["marks"]
    assert {name: mark[name] for name in ("start_seconds", "end_seconds", "title", "text")} == {
        "start_seconds": 0.5,
        "end_seconds": 1.0,
        "title": "cut",
        "text": "too long",
    }
    found = {each["track"]: [item["text"] for item in each["items"]] for each in asset["findings"]}
    assert found == {"speech": ["The boats are coming in."], "text": ["FISH 5"], "person": ["Ada"], "label": ["gull"]}
    assert asset["transcript"] == [{"start_seconds": 0.2, "end_seconds": 0.9, "text": "The boats are coming in."}]
    assert asset["about"]["summary"] == "Boats come in, and fish is sold."
    assert "problems" not in asset


async def test_every_address_answers_a_player_and_a_page_of_another_origin(library: Library) -> None:
    page = {"Origin": "null", "Sec_Fetch_Site": "cross-site"}
    async with looking(library.ims) as client:
        shown = [await view(client, library.ids[word]) for word in ("film", "song", "poster", "hls")]
    addresses = [address for asset in shown for address in list_addresses(asset)]
    assert len(addresses) > 10
    for address in addresses:
        answer = await get(address, **page)
        assert answer.status_code == 200, address
        assert answer.headers["access-control-allow-origin"] == "*"
        assert (await get(address, Sec_Fetch_Site="cross-site")).status_code == 200


async def test_the_sprite_is_measured_by_its_pictures(library: Library) -> None:
    async with looking(library.ims) as client:
        sprite = (await view(client, library.ids["film"]))["sprite"]
    assert (sprite["columns"], sprite["rows"], sprite["count"], sprite["interval_seconds"]) == (2, 1, 2, 1.0)
    assert (sprite["cell_width"], sprite["cell_height"], len(sprite["sheets"])) == (160, 90, 1)


async def test_a_playlist_plays_piece_by_piece_without_a_key(library: Library, tmp_path: Path) -> None:
    async with looking(library.ims) as client:
        file = (await view(client, library.ids["hls"]))["files"][0]
    assert (file["is_hls"], file["playable"]) == (True, True)
    lines = file["playlist_text"].splitlines()
    pieces = [line for line in lines if not line.startswith("#")]
    assert len(pieces) >= 2
    assert "#EXT-X-ENDLIST" in lines
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join([(await get(piece)).content for piece in pieces]))
    with av.open(joined) as film:
        assert sum(1 for _ in film.decode(film.streams.video[0])) == 100
    assert (await get(pieces[0].partition("?")[0])).status_code == 403, "unsigned it is nobody's"


@pytest.mark.parametrize(
    "named",
    [
        "../film/film.mp4",
        "..%2Ffilm%2Ffilm.mp4",
        "/view/film/film.mp4",
        "https://evil.example/piece.ts",
        "film.exe",
        "a/../../film/film.mp4",
        "http://127.0.0.1:1/other-bucket/piece.ts",
    ],
)
async def test_a_playlist_that_names_what_does_not_lie_beside_it_is_not_signed(
    library: Library, tmp_path: Path, named: str
) -> None:
    def change(text: str) -> str:
        return text.replace("piece-001.ts", named)

    word = f"evil-{hashlib.sha256(named.encode()).hexdigest()[:8]}"
    media_id = library.add_hls(word, tmp_path, change)
    async with looking(library.ims) as client:
        asset = await view(client, media_id)
    file = asset["files"][0]
    assert not file["playable"]
    assert "playlist_text" not in file
    assert "is not played: it names" in asset["problems"][0]


async def test_a_playlist_of_playlists_is_played_by_its_best(library: Library, tmp_path: Path) -> None:
    media_id = library.add_hls("ladder", tmp_path)
    text = (tmp_path / "index.m3u8").read_bytes()
    library.put("view/ladder/low/index.m3u8", b"#EXTM3U\n#EXTINF:1,\nnone.ts\n")
    library.put("view/ladder/high/index.m3u8", text)
    ladder = (
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100\nlow/index.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=900\nhigh/index.m3u8\n"
    )
    library.put("view/ladder/index.m3u8", ladder.encode())
    async with looking(library.ims) as client:
        file = (await view(client, media_id))["files"][0]
    assert "/view/ladder/high/piece-000.ts?" in file["playlist_text"]


async def test_addresses_end_and_the_next_view_has_new_ones(tmp_path: Path, library: Library) -> None:
    ahead = [0.0]
    with running_ims(tmp_path, clock=lambda: time.time() + ahead[0]) as ims:
        other = Library(ims, library.clip, library.long_clip)
        media_id = other.add_hls("film", tmp_path / "hls")
        async with looking(ims) as client:
            first = await view(client, media_id)
            early = list_addresses(first)
            assert {(await get(address)).status_code for address in early} == {200}
            ahead[0] = 1_802.0
            assert {(await get(address)).status_code for address in early} == {403}
            second = await view(client, media_id)
        late = list_addresses(second)
        assert second["addresses_expire_at"] > first["addresses_expire_at"]
        assert len(late) == len(early)
        assert {(await get(address)).status_code for address in late} == {200}


async def test_forty_renditions_are_all_listed_and_more_are_counted(library: Library, tmp_path: Path) -> None:
    media_id = library.add("many", library.clip, "many.mp4", title="Many")
    for number in range(64):
        library.attach("many", library.clip, f"many-{number}.mp4")
    library.await_files("many", 65)
    async with looking(library.ims) as client:
        asset = await view(client, media_id)
    assert (len(asset["files"]), asset["files_left_out"]) == (60, 5)
    assert asset["files"][0]["role"] == "source"
    assert len({file["id"] for file in asset["files"]}) == 60


async def test_an_hour_of_ai_results_is_bounded_and_says_so(library: Library) -> None:
    frames = [{"timestamp": n, "info": [{"content": f"text {n}"}]} for n in range(3600)]
    speech = [{"from": n, "to": n + 0.5, "content": f"line {n}"} for n in range(3600)]
    ai = {"OCR": {"details": frames}, "ASR": {"details": speech}}
    media_id = library.add("hour", library.clip, "hour.mp4", ai, title="Hour")
    async with looking(library.ims) as client:
        asset = await view(client, media_id)
    tracks = {each["track"]: each for each in asset["findings"]}
    assert [(len(each["items"]), each["items_left_out"]) for each in tracks.values()] == [(2000, 1600), (2000, 1600)]
    (track,) = asset["subtitles"]
    assert (track["id"], len(track["cues"]), track["cues_left_out"]) == ("speech", 3600, 0)


async def test_an_asset_without_a_picture_and_one_of_text_have_what_they_have(library: Library) -> None:
    async with looking(library.ims) as client:
        song = await view(client, library.ids["song"])
        notes = await view(client, library.ids["notes"])
        poster = await view(client, library.ids["poster"])
    assert (song["kind"], song["files"][0]["playable"], "sprite" in song, "video" in song["files"][0]) == (
        "audio",
        True,
        False,
        False,
    )
    assert (notes["kind"], [track["label"] for track in notes["subtitles"]]) == ("text", ["notes.srt"])
    assert (poster["kind"], poster["width"], poster["files"][0]["playable"]) == ("image", 64, True)


@pytest.mark.parametrize("era", ERAS)
async def test_covers_of_several_come_in_their_order_with_the_missing_named(library: Library, era: Era) -> None:
    missing = "f" * 32
    async with looking(library.ims, era) as client:
        shown = await view(client, library.ids["song"], missing, library.ids["film"], detail="cover")
    assert [card["title"] for card in shown["assets"]] == ["Song", "Harbour <b>morning</b>"]
    assert shown["missing"] == [missing]
    assert (await get(shown["assets"][1]["cover"])).headers["content-type"] == "image/jpeg"


async def test_what_cannot_be_shown_is_said(library: Library) -> None:
    ids = library.ids["film"], library.ids["song"]
    async with looking(library.ims) as client:
        two = await client.call_tool("view_media", {"MediaIds": [*ids], "detail": "whole"})
        many = await client.call_tool("view_media", {"MediaIds": ["a" * 32] * 41})
        none = await client.call_tool("view_media", {"MediaIds": ["f" * 32], "detail": "whole"})
    assert two.is_error and "has 2 ids, whole takes 1 to 1" in text_of(two)
    assert many.is_error and "has 41 ids, cover takes 1 to 40" in text_of(many)
    assert none.is_error and "NotFound" in text_of(none)


@pytest.mark.parametrize("era", ERAS)
async def test_the_tool_is_neither_listed_nor_served_to_clients_without_apps(library: Library, era: Era) -> None:
    async with looking(library.ims, era, shows_apps=False) as client:
        assert "view_media" not in [tool.name for tool in (await client.list_tools()).tools]
        with pytest.raises(MCPError, match="Unknown tool: 'view_media'") as refused:
            await client.call_tool("view_media", {"MediaIds": [library.ids["film"]]})
    assert "Did you mean view_media" not in refused.value.error.message


async def test_only_the_structured_result_of_view_media_holds_a_signature(library: Library) -> None:
    async with looking(library.ims) as client:
        result = await client.call_tool("view_media", {"MediaIds": [library.ids["film"]], "detail": "whole"})
        assert text_of(result) == "Shown in the viewer."
        assert any(mark in json.dumps(result.structured_content) for mark in SIGNED)
        media_id = library.ids["film"]
        calls: dict[str, list[Json]] = {
            "get_media_info": [{}, {"view": "files"}, {"view": "ai"}, {"view": "full"}],
            "get_play_info": [{}],
            "batch_get_media_infos": [{"MediaIds": media_id, "AdditionType": "FileInfo"}],
            "list_media_basic_infos": [{"IncludeFileBasicInfo": True}],
            "find_media": [{"text": "Harbour"}],
            "register_media_stream": [{"InputURL": "oss://local-media/view/film/film.en.srt"}],
            "wait_for_job": [{"operation": "RegisterMediaInfo", "ids": {"MediaId": media_id}}],
            "call_read_operation": [
                {"operation": "GetMediaInfo", "arguments": {"MediaId": media_id, "view": "full"}},
                {"operation": "ListMediaMarks", "arguments": {"MediaId": media_id}},
                {"operation": "SearchMedia", "arguments": {"Match": "title = 'Harbour'"}},
            ],
            "transfer_status": [{}],
        }
        for tool, several in calls.items():
            for more in several:
                takes_id = tool in ("get_media_info", "get_play_info", "register_media_stream")
                answer = await client.call_tool(tool, {**({"MediaId": media_id} if takes_id else {}), **more})
                assert not [mark for mark in SIGNED if mark in everything_in(answer)], (tool, more)
        for part in ("", "/full", "/subtitles", "/transcript"):
            read = await client.read_resource(f"ims://media/{media_id}{part}")
            assert not [mark for mark in SIGNED if mark in read.model_dump_json()], part


async def test_addresses_are_signed_by_what_no_page_can_know(library: Library) -> None:
    async with looking(library.ims) as client:
        asset = await view(client, library.ids["hls"])
    for address in list_addresses(asset):
        query = parse_qs(urlsplit(address).query)
        assert query["OSSAccessKeyId"][0].startswith("STS."), address


def test_the_subtitles_of_the_library_are_those_the_tests_speak_of() -> None:
    assert SRT.count("-->") == 2


@pytest.mark.parametrize("era", ERAS)
async def test_the_list_of_a_host_is_that_of_all_with_the_viewer_named_beside(library: Library, era: Era) -> None:
    async with looking(library.ims, era, shows_apps=False) as client:
        plain = (await client.list_tools()).tools
    async with looking(library.ims, era) as client:
        shown = (await client.list_tools()).tools
        (app,) = (await client.list_resources()).resources
    async with looking(library.ims, era, exclude_tools=("view_media",)) as client:
        excluded = (await client.list_tools()).tools
    assert not [tool.name for tool in plain if tool.meta]
    assert [tool.model_copy(update={"meta": None}) for tool in shown[:-1]] == plain
    assert shown[-1].name == "view_media" and shown[-1].annotations is not None and shown[-1].annotations.read_only_hint
    assert {tool.name for tool in shown[:-1] if tool.meta} >= {"get_media_info", "find_media", "upload_media"}
    assert excluded == shown[:-1]
    assert (app.uri, app.mime_type) == ("ui://ims/asset", "text/html;profile=mcp-app")
