"""find_media: assets by words and filters, over SearchMedia and, for accounts without it, over the lists."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mcp import Client

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import InvalidArguments
from ims_mcp.local.media.clip import make_clip
from ims_mcp.local.media_library.match_syntax import Compared, Group, parse_match
from ims_mcp.server.build import INSTRUCTIONS
from ims_mcp.server.find_tools import make_find_tool
from ims_mcp.server.toolsets import measure_listed
from ims_mcp.settings import Settings
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.workflows.find_media import MediaFinder
from ims_mcp.workflows.found_media import ROW_BYTES, read_media
from ims_mcp.workflows.media_lanes import LIST_PAGE, SEARCH_PAGE
from ims_mcp.workflows.media_wish import read_wish, split_words
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.fixed_credentials import FixedCredentials
from tests.local_ims.server import RunningIms, running_ims
from tests.server.connected import CREDENTIAL, LOCAL, connected, content_of, text_of

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
START = 1_767_225_600  # 2026-01-01T00:00:00Z
DAY = 86_400


# --- a real library --------------------------------------------------------------------------------------------------


@dataclass
class Library:
    """Real files, registered a day apart from 1 January 2026 on, in this order."""

    ims: RunningIms
    ids: dict[str, str] = field(default_factory=dict[str, str])

    def name(self, answer: Json) -> list[str]:
        names = {media_id: name for name, media_id in self.ids.items()}
        return [names[row["MediaId"]] for row in answer["assets"]]


ASSETS: dict[str, Json] = {
    "keynote.mp4": {"title": "Spring launch keynote", "description": "CEO on stage", "media_tags": "launch,keynote"},
    "teaser.mp4": {"title": "Teaser", "description": "Cut from the spring launch (short)", "media_tags": "social"},
    "interview.mp4": {"title": "新品发布会 CEO 采访", "description": "采访片段", "media_tags": "采访"},
    "jingle.m4a": {"title": "Launch jingle", "media_tags": "music"},
    "poster.png": {"title": "Launch poster", "description": "春季发布会海报"},
    "harbour-night.mp4": {"title": "Drone shot", "media_tags": "Sea"},
    "notes.txt": {"title": "Launch subtitles", "media_type": "text", "business_type": "subtitles"},
    "broken.mp4": {"title": "Broken upload"},
}
SHAPES = {"keynote.mp4": (4, 320), "teaser.mp4": (1, 640), "interview.mp4": (2, 320), "harbour-night.mp4": (3, 640)}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    files = tmp_path_factory.mktemp("files")
    for name, (seconds, width) in SHAPES.items():
        make_clip(files / name, seconds=seconds, width=width, height=180, bitrate=200_000 * seconds, subtitles=False)
    make_clip(files / "jingle.m4a", seconds=5, video_codec=None)
    make_clip(files / "poster.png", width=320, height=180, video_codec="png")
    (files / "notes.txt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    (files / "broken.mp4").write_bytes(b"no film")
    with running_ims(tmp_path_factory.mktemp("library")) as ims:
        library = Library(ims)
        category = ims.call("AddCategory", CateName="广告 Ads")["Category"]["CateId"]
        ims.call("AddCategory", CateName="Spring", ParentId=str(category))
        for name, facts in ASSETS.items():
            given = dict(facts)
            if name in ("teaser.mp4", "poster.png"):
                given["cate_id"] = category
            library.ids[name] = ims.register(ims.put(f"films/{name}", files / name), **given)
            ims.settled(library.ids[name])
    # Creation times lie days apart, and a clock that is wrong by days is refused.
    with closing(sqlite3.connect(ims.data_dir / "ims.sqlite3")) as connection:
        for number, media_id in enumerate(library.ids.values()):
            connection.execute(
                "UPDATE media_asset SET created_at = ? WHERE media_id = ?", (START + number * DAY, media_id)
            )
        connection.commit()
    with running_ims(ims.data_dir) as again:
        library.ims = again
        yield library


@asynccontextmanager
async def finding(library: Library, **options: Any) -> AsyncGenerator[Callable[..., Any]]:
    async with connected(library.ims.endpoint, credential=LOCAL, **options) as client:

        async def find(**arguments: Any) -> Json:
            return content_of(await client.call_tool("find_media", arguments))

        yield find


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({"text": "launch"}, ["keynote.mp4", "poster.png", "jingle.m4a", "teaser.mp4"]),
        ({"text": "LAUNCH spring"}, ["keynote.mp4", "teaser.mp4"]),
        ({"text": "发布会"}, ["interview.mp4", "poster.png"]),
        ({"text": "采访 ceo"}, ["interview.mp4"]),
        ({"text": "CEO采访"}, ["interview.mp4"]),
        ({"text": "海报"}, ["poster.png"]),
        ({"text": "sea"}, ["harbour-night.mp4"]),
        ({"text": "(short)"}, ["teaser.mp4"]),
        ({"text": "launch", "media_type": "audio"}, ["jingle.m4a"]),
        ({"text": "launch", "media_type": "image"}, ["poster.png"]),
        ({"text": "launch", "media_type": "text"}, ["notes.txt"]),
        ({"text": "launch", "sort": "oldest"}, ["keynote.mp4", "teaser.mp4", "jingle.m4a", "poster.png"]),
        ({"category": "广告 ads"}, ["poster.png", "teaser.mp4"]),
        ({"category": "广告", "media_type": "video"}, ["teaser.mp4"]),
        ({"category": "Spring"}, []),
        ({"category": "/广告 ads", "media_type": "video"}, ["teaser.mp4"]),
        ({"category": "广告 Ads > Spring"}, []),
        ({"status": "PrepareFail"}, ["broken.mp4"]),
        (
            {"created_after": "2026-01-02", "created_before": "2026-01-04", "sort": "oldest"},
            ["teaser.mp4", "interview.mp4", "jingle.m4a"],
        ),
        ({"created_before": "2026-01-01T08:00:00+08:00"}, ["keynote.mp4"]),
        ({"created_after": "2026-01-08T00:00:00Z"}, ["broken.mp4"]),
        ({"min_duration": 2.5, "sort": "longest"}, ["jingle.m4a", "keynote.mp4", "harbour-night.mp4"]),
        ({"max_duration": 2.5, "sort": "shortest"}, ["teaser.mp4", "interview.mp4"]),
        ({"min_duration": 1.5, "max_duration": 3.5, "sort": "newest"}, ["harbour-night.mp4", "interview.mp4"]),
        ({"media_type": "text", "max_size": "0.1KiB"}, ["notes.txt"]),
        ({"media_type": "video", "min_size": "1KB", "sort": "largest", "limit": 1}, ["keynote.mp4"]),
        (
            {"media_type": "video", "sort": "title"},
            ["broken.mp4", "harbour-night.mp4", "keynote.mp4", "teaser.mp4", "interview.mp4"],
        ),
        ({"sort": "newest", "limit": 3}, ["broken.mp4", "notes.txt", "harbour-night.mp4"]),
    ],
)  # fmt: skip
async def test_assets_are_found_by_words_and_by_what_they_are(
    library: Library, arguments: Json, names: list[str]
) -> None:
    async with finding(library, settings=Settings(read_only=True)) as find:
        assert library.name(await find(**arguments)) == names


@pytest.mark.parametrize("way", ["search", "lists"])
async def test_every_bound_is_part_of_its_span(library: Library, way: str) -> None:
    """Texts are known to the lists alone."""
    media_id = library.ids["notes.txt" if way == "lists" else "keynote.mp4"]
    info = library.ims.media_info(media_id)
    facts, created = info["FileInfoList"][0]["FileBasicInfo"], info["MediaBasicInfo"]["CreateTime"]
    size, at = int(facts["FileSize"]), datetime.fromisoformat(created)
    second = timedelta(seconds=1)
    spans: list[tuple[str, Any, Any]] = [
        ("min_size", str(size), str(size + 1)),
        ("max_size", str(size), str(size - 1)),
        ("created_after", created, (at + second).isoformat()),
        ("created_before", created, (at - second).isoformat()),
    ]
    if way == "search":
        length = float(facts["Duration"])
        spans += [("min_duration", length, length + 0.001), ("max_duration", length, length - 0.001)]
    async with finding(library) as find:
        for name, bound, beyond in spans:
            kind = {"media_type": "text" if way == "lists" else "video"}
            inside = {row["MediaId"] for row in (await find(**kind, **{name: bound}))["assets"]}
            outside = {row["MediaId"] for row in (await find(**kind, **{name: beyond}))["assets"]}
            assert (media_id in inside, media_id in outside) == (True, False), name


async def test_a_row_says_what_people_ask_for(library: Library) -> None:
    async with finding(library) as find:
        answer = await find(text="teaser")
        (elsewhere,) = (await find(text="short spring"))["assets"]
    (row,) = answer["assets"]
    assert (answer["total"], "next_call" in answer, "looked_at" in answer) == (1, False, False)
    size = row.pop("bytes")
    assert size > 1000
    assert row.pop("seconds") == pytest.approx(1, abs=0.1)
    assert row == {
        "MediaId": library.ids["teaser.mp4"],
        "title": "Teaser",
        "type": "video",
        "resolution": "640x180",
        "created": "2026-01-02T00:00:00Z",
        "category": "广告 Ads",
        "tags": "social",
    }
    assert elsewhere["found_in"] == "description"


async def test_file_names_are_looked_for_where_titles_and_tags_have_nothing(library: Library) -> None:
    async with finding(library) as find:
        answer = await find(text="harbour night")
        assert library.name(answer) == ["harbour-night.mp4"]
        assert answer["assets"][0]["found_in"] == "file name"
        assert "file names" in answer["note"]
        # The list has no names of categories, but its rows have.
        (poster,) = (await find(text="poster.png"))["assets"]
        assert (poster["category"], poster["found_in"]) == ("广告 Ads", "file name")
        assert library.name(await find(text="采")) == ["interview.mp4"]


@pytest.mark.parametrize(("text", "is_inside"), [("tease", True), ("teaser", False), ("采", False), ("launch", False)])
async def test_words_that_stand_only_inside_longer_ones_are_said_to(
    library: Library, text: str, is_inside: bool
) -> None:
    async with finding(library) as find:
        answer = await find(text=text)
    assert answer["assets"]
    assert ("inside longer ones" in answer.get("note", "")) is is_inside


async def test_a_changed_title_and_a_deleted_asset_count_at_once(library: Library) -> None:
    media_id = library.ims.register("oss://local-media/changing.mp4", title="fleeting")
    async with finding(library) as find:
        assert [row["MediaId"] for row in (await find(text="fleeting"))["assets"]] == [media_id]
        library.ims.call("UpdateMediaInfo", MediaId=media_id, Title="lasting")
        assert (await find(text="fleeting"))["assets"] == []
        assert (await find(text="lasting"))["assets"][0]["title"] == "lasting"
        library.ims.call("DeleteMediaInfos", MediaIds=media_id)
        assert (await find(text="lasting"))["assets"] == []


async def test_a_label_that_is_named_as_a_category_files_nothing_there(library: Library) -> None:
    media_id = library.ids["keynote.mp4"]
    async with connected(library.ims.endpoint, credential=LOCAL) as client:
        changed = await client.call_tool("update_media_info", {"MediaId": media_id, "Category": "广告 Ads"})
        assert content_of(changed)["changed"] == {"Category": {"to": "广告 Ads", "from": None}}
        found = content_of(await client.call_tool("find_media", {"category": "广告 Ads"}))["assets"]
    assert media_id not in {row["MediaId"] for row in found}
    label = get_operation("UpdateMediaInfo").parameter("Category")
    assert label is not None
    assert "files nothing" in label.text


async def test_nothing_found_says_what_was_searched_and_what_to_try(library: Library) -> None:
    async with finding(library) as find:
        answer = await find(text="unheard ofword", media_type="video", created_after="2026-01-02")
        assert (answer["total"], answer["assets"]) == (0, [])
        assert answer["searched"] == {
            "words": ["unheard", "ofword"],
            "in": "title, description, tags and file name",
            "filters": {"media_type": "video", "created_after": "2026-01-02"},
        }
        assert "fewer words" in answer["hint"]
        assert "leave out media_type or created_after" in answer["hint"]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("灯塔", "in another language: try English words"),
        ("unheardof", "in another language: try Chinese words"),
        ("unheardof 灯塔", "in one language only: try English and Chinese words each by themselves"),
    ],
)
async def test_nothing_found_points_to_the_other_language_before_another_operation(
    library: Library, text: str, advice: str
) -> None:
    async with finding(library) as find:
        hint = (await find(text=text))["hint"]
        filtered = await find(media_type="text", created_after="2099-01-01")
    assert f"titles and tags may be {advice}; for what is seen or said" in hint
    assert "language" not in filtered["hint"]


@pytest.mark.parametrize("arguments", [{"sort": "newest"}, {"sort": "oldest"}, {"sort": "title"}, {"text": "l"}])
async def test_next_calls_lead_through_all_of_them_once(library: Library, arguments: Json) -> None:
    async with finding(library) as find:
        whole = await find(**arguments, limit=50)
        seen: list[Json] = []
        answer = await find(**arguments, limit=2)
        for _ in range(10):
            seen += answer["assets"]
            assert answer["total"] == whole["total"] == len(whole["assets"])
            if "next_call" not in answer:
                break
            assert answer["next_call"]["tool"] == "find_media"
            answer = await find(**answer["next_call"]["arguments"])
        assert seen == whole["assets"]


async def test_a_page_is_good_for_its_own_search_only(library: Library) -> None:
    async with connected(library.ims.endpoint, credential=LOCAL) as client:
        call = {"min_size": "1", "limit": 2}
        first = content_of(await client.call_tool("find_media", call))
        page = first["next_call"]["arguments"]["page"]
        for wrong in ({"page": page, "text": "x"}, {"page": "x"}, {"page": page + "x"}, {"page": "list-0-0-0-0-"}):
            refused = await client.call_tool("find_media", call | wrong)
            assert refused.is_error
            assert "- page: " in text_of(refused)


async def test_arguments_that_say_nothing_are_refused_together(library: Library) -> None:
    async with connected(library.ims.endpoint, credential=LOCAL) as client:
        wrong: Json = {"text": "!?", "created_after": "yesterday", "created_before": "2026-13-01", "min_size": "big"}
        refused = await client.call_tool("find_media", {**wrong, "min_duration": 5, "max_duration": 4})
        assert refused.is_error
        assert all(f"- {name}: " in text_of(refused) for name in (*wrong, "max_duration"))
        unknown = await client.call_tool("find_media", {"category": "Nothing"})
        assert "There is no category 'Nothing'" in text_of(unknown)
        assert "广告 Ads (id 1), 广告 Ads/Spring (id 2)" in text_of(unknown)
        swapped = await client.call_tool("find_media", {"created_after": "2026-02-01", "created_before": "2026-01-01"})
        assert "- created_before: lies before created_after" in text_of(swapped)


# --- a service that is told what to answer --------------------------------------------------------------------------


def make_info(number: int, **basic: Any) -> Json:
    media_id = f"{number:032x}"
    created = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(START + number * 60))
    file = {"FileType": "source_file", "FileName": f"{number}.mp4", "FileSize": str(number), "Duration": str(number)}
    facts = {"Title": f"Asset {number}", "MediaType": "video", "Status": "Normal", "CreateTime": created, **basic}
    return {"MediaId": media_id, "MediaBasicInfo": facts, "FileInfoList": [{"FileBasicInfo": file}]}


@dataclass
class Account:
    """Assets numbered from 0, the newest first; ``search`` is what SearchMedia is refused with."""

    count: int
    search: Answer | None = None
    facts: Json = field(default_factory=dict[str, Any])

    def __call__(self, arrived: Arrived) -> Answer:
        query = {**arrived.query, **arrived.form}
        if arrived.action == "SearchMedia":
            return self.search or self._find(query)
        assert arrived.action == "ListMediaBasicInfos", arrived.action
        start = int(query.get("NextToken", 0))
        infos = self._slice(start, LIST_PAGE)
        following = start + LIST_PAGE
        more = {"NextToken": str(following)} if following < self.count else {}
        return Answer(body={"RequestId": "R", "MediaInfos": infos, "TotalCount": self.count, **more})

    def _find(self, query: dict[str, str]) -> Answer:
        infos = self._slice((int(query["PageNo"]) - 1) * SEARCH_PAGE, SEARCH_PAGE)
        found, total = (infos, self.count) if "'video'" in query["Match"] else ([], 0)
        return Answer(body={"RequestId": "R", "Code": "200", "Success": "true", "MediaInfoList": found, "Total": total})

    def _slice(self, start: int, size: int) -> list[Json]:
        return [make_info(self.count - 1 - at, **self.facts) for at in range(start, min(start + size, self.count))]


async def find_with(client: Client, **arguments: Any) -> Json:
    return content_of(await client.call_tool("find_media", arguments))


ABSENT = [
    refusal(404, "SearchLibNotFound"),
    refusal(400, "UnsupportedOperation"),
    refusal(403, "Forbidden.SubscriptionRequired"),
    Answer(body={"RequestId": "R", "Code": "SearchLibNotExist", "Success": "false"}),
]


@pytest.mark.parametrize("search", ABSENT)
async def test_an_account_without_search_is_looked_through_by_its_lists(search: Answer) -> None:
    with ScriptedService(usual=Account(250, search, {"MediaTags": "blue,green"})) as service:
        async with connected(service.url) as client:
            found = await find_with(client, text="asset 7 blue", limit=3, sort="newest")
            assert [row["title"] for row in found["assets"]] == ["Asset 247", "Asset 237", "Asset 227"]
            assert found["assets"][0]["found_in"] == "tags"
            assert (found["total_at_least"], found["looked_at"]) == (3, "23 of 250 assets")
            assert "SearchMedia is not to be had here" in found["note"]
            # It is not asked for again.
            again = await find_with(client, text="Asset", sort="longest")
            assert (again["total"], [row["seconds"] for row in again["assets"]]) == (
                250,
                list(range((249.0).__int__(), 239, -1)),
            )
            assert [each.action for each in service.arrived].count("SearchMedia") == 1


async def test_a_match_that_one_call_is_refused_for_is_no_reason_not_to_search_again() -> None:
    with ScriptedService(usual=Account(5, refusal(400, "InvalidParameter"))) as service:
        async with connected(service.url) as client:
            for _ in range(2):
                assert (await find_with(client, text="asset"))["total"] == 5
            assert [each.action for each in service.arrived].count("SearchMedia") == 2


async def test_a_failure_that_is_no_refusal_is_told_as_it_is() -> None:
    with ScriptedService(usual=Account(5, refusal(500, "InternalError"))) as service:
        async with connected(service.url, sleep=no_sleep) as client:
            failed = await client.call_tool("find_media", {"text": "asset"})
            assert failed.is_error
            assert "SearchMedia failed: InternalError" in text_of(failed)


async def no_sleep(seconds: float) -> None:
    """Tries follow at once."""


@pytest.mark.parametrize("search", [None, ABSENT[0]])
async def test_a_long_library_is_walked_in_bounded_calls_and_to_its_end(search: Answer | None) -> None:
    """Only the oldest asset fits, thousands behind the newest."""
    with ScriptedService(usual=Account(2300, search)) as service:
        async with connected(service.url) as client:
            arguments: Json = {"media_type": "video", "max_size": "0", "sort": "newest"}
            most, answer = 0, dict[str, Any]()
            for _ in range(10):
                before = service.count
                answer = await find_with(client, **arguments)
                most = max(most, service.count - before)
                if "next_call" not in answer:
                    break
                assert answer["assets"] == []
                assert answer["total_at_least"] == 0
                assert answer["looked_at"].endswith(" of 2,300 assets")
                arguments = answer["next_call"]["arguments"]
            assert [row["title"] for row in answer["assets"]] == ["Asset 0"]
            assert answer["total"] == 1
            assert most <= 11


async def test_a_sort_that_the_service_does_not_know_goes_on_window_by_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ims_mcp.workflows.find_media.MOST_PAGES", 3)
    with ScriptedService(usual=Account(210)) as service:
        async with connected(service.url) as client:
            answer = await find_with(client, media_type="video", sort="shortest", limit=50)
            assert (answer["total"], answer["looked_at"]) == (210, "150 of 210 assets")
            seen: list[str] = []
            for _ in range(9):
                seen += [row["MediaId"] for row in answer["assets"]]
                if "next_call" not in answer:
                    break
                answer = await find_with(client, **answer["next_call"]["arguments"])
            # The 150 newest by their length, then the others; number 0 has none.
            assert seen == [f"{number:032x}" for number in (*range(60, 210), *range(1, 60), 0)]


async def test_a_call_ends_in_time_and_says_how_far_it_looked() -> None:
    now = {"seconds": 0.0}

    def tell_late(arrived: Arrived) -> Answer:
        now["seconds"] += 3.0
        return Account(1000)(arrived)

    async def endpoint() -> str:
        return service.url

    with ScriptedService(usual=tell_late) as service:
        async with ImsClient(endpoint, FixedCredentials(CREDENTIAL)) as client:
            finder = MediaFinder(client, clock=lambda: now["seconds"])
            answer = await finder.find({"media_type": "video", "sort": "largest", "limit": 1}, longest_seconds=14)
            assert (service.count, answer["looked_at"]) == (3, "150 of 1,000 assets")
            assert answer["assets"][0]["bytes"] == 999
            # The window of the next page is the same, though the service is quick by now.
            service.usual = Account(1000)
            following = await finder.find(answer["next_call"]["arguments"])
            assert following["looked_at"] == "150 of 1,000 assets"
            assert following["assets"][0]["bytes"] == 998


async def test_a_later_page_that_fails_costs_nothing_that_was_found() -> None:
    account = Account(400)

    def fail(arrived: Arrived) -> Answer:
        return refusal(500, "InternalError") if arrived.query.get("PageNo") == "3" else account(arrived)

    with ScriptedService(usual=fail) as service:
        async with connected(service.url, sleep=no_sleep) as client:
            answer = await find_with(client, media_type="video", sort="largest", limit=2)
            assert [row["bytes"] for row in answer["assets"]] == [399, 398]
            assert "a further page failed" in answer["note"]
            assert answer["looked_at"] == "100 of 400 assets"


async def test_rows_stay_small_and_clean_whatever_the_titles() -> None:
    titles = ["x" * 900, "发布会" * 100, '"\\' * 200, "a\u202eb\x07c", "😀" * 80, ""]
    for title in titles:
        facts = {
            "Title": title,
            "CateName": "分类" * 40,
            "Status": "PrepareFail",
            "MediaTags": "blue",
            "Description": title,
        }
        with ScriptedService(usual=Account(50, None, facts)) as service:
            async with connected(service.url) as client:
                answer = await find_with(client, text="blue", media_type="video", limit=50)
                assert len(answer["assets"]) == 50
                assert max(map(size_bytes, answer["assets"])) <= ROW_BYTES
                assert size_bytes(answer["assets"]) <= 50 * ROW_BYTES + 60
                assert not re.search("[\u202e\x07]", json.dumps(answer, ensure_ascii=False))


async def test_few_rows_say_whole_titles_categories_and_tags_and_many_as_long_as_there_is_room() -> None:
    title = "Flood in the harbour, raw footage of the second day"
    facts = {"Title": title, "CateName": "Documentaries", "MediaTags": "news,raw,water", "CateId": 7}
    whole = {"title": title, "category": "Documentaries", "tags": "news,raw,water"}
    with ScriptedService(usual=Account(50, None, facts)) as service:
        async with connected(service.url) as client:
            few = (await find_with(client, text="raw", media_type="video", limit=3))["assets"]
            answer = await find_with(client, text="raw", media_type="video", limit=50)
    many = answer["assets"]
    assert [row | whole for row in few] == few
    assert size_bytes(few) <= 1_000
    assert size_bytes(many) <= 50 * ROW_BYTES
    assert not any("tags" in row for row in many)
    assert answer["left_out"] == {
        "fields": ["tags"],
        "how": "BatchGetMediaInfos with show_fields MediaTags, or a smaller limit",
    }


async def test_short_tags_stay_in_the_rows_of_a_whole_page(library: Library) -> None:
    async with finding(library) as find:
        answer = await find(sort="oldest")
    assert len(answer["assets"]) > 5
    assert answer["assets"][0]["tags"] == "launch,keynote"
    assert "left_out" not in answer


async def test_assets_made_in_the_same_second_come_as_the_list_has_them(tmp_path: Path) -> None:
    """Whichever of them is the oldest: an arbitrary one would be deleted in its place."""
    make_clip(tmp_path / "a.mp4", seconds=1, width=320, height=180, bitrate=200_000, subtitles=False)
    make_clip(tmp_path / "a.png", width=320, height=180, video_codec="png")
    with running_ims(tmp_path / "ims") as ims:
        ids = [
            ims.register(ims.put(f"films/{n}.{kind}", tmp_path / f"a.{kind}"), title=f"same {n}", media_tags="same")
            for n, kind in enumerate(("mp4", "png", "png", "mp4", "mp4"))
        ]
        for media_id in ids:
            ims.settled(media_id)
    with closing(sqlite3.connect(ims.data_dir / "ims.sqlite3")) as connection:
        connection.execute("UPDATE media_asset SET created_at = ?", (START,))
        connection.commit()
    with running_ims(ims.data_dir) as ims:
        async with connected(ims.endpoint, credential=LOCAL) as client:

            async def list_ids(tool: str, name: str, **arguments: Any) -> list[str]:
                answer = content_of(await client.call_tool(tool, arguments))
                return [row["MediaId"] for row in answer[name]]

            for sort, order in (("oldest", "asc"), ("newest", "desc")):
                listed = await list_ids("list_media_basic_infos", "rows", SortBy=order)
                assert listed == (ids if order == "asc" else ids[::-1])
                assert await list_ids("find_media", "assets", sort=sort) == listed
                videos = [each for each in listed if each in (ids[0], ids[3], ids[4])]
                assert await list_ids("find_media", "assets", sort=sort, text="same", media_type="video") == videos
            by_words = [await list_ids("find_media", "assets", sort=each, text="same") for each in ("oldest", "newest")]
            assert by_words[0] == by_words[1][::-1]
            cut = content_of(await client.call_tool("find_media", {"sort": "oldest", "limit": 2}))
            longest = content_of(
                await client.call_tool("find_media", {"sort": "longest", "media_type": "video", "limit": 1})
            )
            all_of_them = content_of(await client.call_tool("find_media", {"sort": "oldest"}))
    assert cut["note"] == "cut inside a tie: 3+ more have the same created"
    assert cut["assets"][0]["created"] == "2026-01-01T00:00:00Z"
    assert longest["note"] == "cut inside a tie: 2+ more have the same seconds"
    assert "note" not in all_of_them


async def test_an_account_that_may_only_search_is_sorted_by_search() -> None:
    account = Account(5)

    def refuse_lists(arrived: Arrived) -> Answer:
        return refusal(403, "NoPermission") if arrived.action == "ListMediaBasicInfos" else account(arrived)

    with ScriptedService(usual=refuse_lists) as service:
        async with connected(service.url) as client:
            found = await find_with(client, sort="newest", limit=2)
    assert [row["title"] for row in found["assets"]] == ["Asset 4", "Asset 3"]


@pytest.mark.parametrize("odd", [None, "", "x", -1, True, [], [None], {}, {"a": None}, "\ud800", 10**400])
async def test_answers_of_any_shape_are_read(odd: Any) -> None:
    read_media({"MediaBasicInfo": odd, "FileInfoList": odd, "MediaId": odd}).write_row(("x",))
    facts = dict.fromkeys(("Title", "CateId", "CreateTime", "MediaTags", "Status", "MediaType"), odd)
    file = dict.fromkeys(("Duration", "FileSize", "Width", "Height", "FileName"), odd)
    media = read_media({"MediaBasicInfo": facts, "FileInfoList": [odd, {"FileBasicInfo": file}]})
    assert size_bytes(media.write_row(("x",))) <= ROW_BYTES


# --- what is sent ---------------------------------------------------------------------------------------------------

HOSTILE = [
    "' or mediaType == 'image",
    "x') or (title = 'y",
    '" or "" = "',
    "a\\' or title = \\'b",
    "＇ or title = ＇b",
    "‘a’ or ’b’",
    "a' in ('b",
    "],(utcCreate = [0,1])",
    "a\x00b",
    "\u2028'x",
    "it's",
]


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80)))
@settings(max_examples=400)
@example("' or title = 'x")
def test_no_word_ends_its_quotes(text: str) -> None:
    words = split_words(text)
    if not words:
        return
    match = read_wish({"text": text}, (5, 6)).write_match(("video", "audio"))
    parsed = parse_match(match)
    assert isinstance(parsed, Group)
    assert parsed.joined_by == "and"
    types, *by_word, categories = parsed.parts
    assert types == Compared("mediaType", "any", ("video", "audio"))
    assert isinstance(categories, Group)
    assert len(by_word) == len(words[:8])
    for word, part in zip(words, by_word, strict=False):
        assert isinstance(part, Group)
        fields = [(each.field, each.values[0]) for each in part.parts if isinstance(each, Compared)]
        assert fields == [("title", word), ("description", word), ("tagList", word)]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_find_nothing_that_does_not_hold_them(library: Library, text: str) -> None:
    async with finding(library) as find:
        names = library.name(await find(text=text))
    for name in names:
        written = " ".join(map(str, (name, *ASSETS[name].values()))).casefold()
        assert all(word.casefold() in written for word in split_words(text))
    assert len(names) < len(ASSETS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Spring  launch", ("Spring", "launch")),
        ("新品发布会2026采访", ("新品发布会", "2026", "采访")),
        ("C++ v1.2, C# and a-b.", ("C++", "v1.2", "C#", "and", "a-b")),
        ("ＡＢＣ abc", ("abc",)),
        ("हिन्दी फ़िल्म", ("हिन्दी", "फ़िल्म")),
        ("--- ...", ()),
        ("x" * 90, ("x" * 60,)),
    ],
)
def test_texts_are_split_into_words_of_any_language(text: str, words: tuple[str, ...]) -> None:
    assert [word.casefold() for word in split_words(text)] == [split_words(word)[0].casefold() for word in words]


async def test_what_is_sent_is_what_the_tables_allow() -> None:
    with ScriptedService(usual=Account(3)) as service:
        async with connected(service.url) as client:
            await find_with(client, text="launch 发布", status="Normal", created_after="2026-01-01", category="7")
            first, second, *_ = service.arrived
            assert first.query["Match"] == (
                "mediaType in ('video','audio') and "
                "(title = 'launch' or description = 'launch' or tagList in ('launch','LAUNCH','Launch')) and "
                "(title = '发布' or description = '发布' or tagList in ('发布')) and "
                "cateId == '7' and utcCreate = ['1767225600000','4102444800999'] and status == '3'"
            )
            assert second.query["Match"].startswith("mediaType == 'image' and ")
            assert (first.query["SortBy"], first.query["PageSize"], first.query["PageNo"]) == (
                "utcCreate:Desc",
                "50",
                "1",
            )


def test_the_tool_costs_little_in_the_list() -> None:
    tool = make_find_tool()
    assert measure_listed(tool.listed) <= 1300
    assert tool.listed.annotations is not None
    assert tool.listed.annotations.read_only_hint
    assert "find_media" in INSTRUCTIONS
    assert get_operation("SearchMedia").parameter("Match") is not None


def test_a_text_that_is_no_search_is_refused_before_it_is_split() -> None:
    with pytest.raises(InvalidArguments, match="has 1,000,000 characters, at most 1,000 are allowed"):
        read_wish({"text": "a'" * 500_000}, ())
    for size in ("10\u212a", "\u0661\u0660MB"):
        with pytest.raises(InvalidArguments, match="has to be bytes, or a size"):
            read_wish({"min_size": size}, ())
