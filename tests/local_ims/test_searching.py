"""SearchMedia: what a Match finds, in which order and pages, and what is refused as no Match."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_ice20201109 import models
from darabonba.exceptions import DaraException
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ims_mcp.local.media_library.asset_search import AssetSearch
from ims_mcp.local.media_library.match_syntax import FIELDS, MatchError, list_compared, parse_match
from ims_mcp.local.media_library.text_index import TextIndex
from ims_mcp.local.store import Store
from tests.local_ims.server import RunningIms, refusal_of, running_ims

LIBRARY: dict[str, dict[str, Any]] = {
    "launch": {"title": "Spring launch event", "description": "The whole keynote", "media_tags": "launch,spring"},
    "teaser": {"title": "Teaser for the LAUNCH", "description": "30 s cut", "media_tags": "launch,teaser"},
    "interview": {"title": "新品发布会采访", "description": "采访 CEO", "media_tags": "采访,发布会"},
    "harbour": {"title": "Harbour at night", "description": "", "media_tags": "sea"},
    "odd": {"title": '100% "of" it\'s_a [test] (v1.2)', "description": "a\\b", "media_tags": "odd"},
    "song": {"title": "Launch theme", "media_type": "audio"},
    "poster": {"title": "Launch poster", "media_type": "image"},
}


class Library:
    """One asset of each kind above, ten seconds apart in this order; none of them has a file."""

    def __init__(self, ims: RunningIms, clock: dict[str, float]) -> None:
        self.ims = ims
        self.start = int(clock["now"])
        self.ids: dict[str, str] = {}
        self.category = str(ims.call("AddCategory", CateName="Ads")["Category"]["CateId"])
        for number, (name, facts) in enumerate(LIBRARY.items()):
            clock["now"] = self.start + number * 10
            given = {"media_type": "video", **facts}
            if name == "teaser":
                given["cate_id"] = int(self.category)
            self.ids[name] = ims.register(f"oss://local-media/{name}.bin", **given)
        for media_id in self.ids.values():
            ims.settled(media_id)

    def find(self, match: str = "", **parameters: str) -> list[str]:
        names = {media_id: name for name, media_id in self.ids.items()}
        answer = self.ims.call("SearchMedia", Match=match, PageSize="50", SortBy="utcCreate:Asc", **parameters)
        assert answer["Total"] == len(answer["MediaInfoList"])
        return [names[info["MediaId"]] for info in answer["MediaInfoList"]]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    clock = {
        "now": time.time() - 300
    }  # of now, and not of when this file was read: a call's date may be 15 minutes old
    with running_ims(tmp_path_factory.mktemp("searching"), clock=lambda: clock["now"]) as ims:
        yield Library(ims, clock)


VIDEOS = ["launch", "teaser", "interview", "harbour", "odd"]


@pytest.mark.parametrize(
    ("match", "found"),
    [
        ("", VIDEOS),
        ("title = 'launch'", ["launch", "teaser"]),
        ('Title = "LAUNCH"', ["launch", "teaser"]),
        ("title = 'aun'", ["launch", "teaser"]),
        ("title='l'", ["launch", "teaser"]),
        ("title = 'launch event'", ["launch"]),
        ("title = 'event launch'", []),
        ("title = '发布'", ["interview"]),
        ("title = '会'", ["interview"]),
        ("title = '发会'", []),
        ("title = '采访' and description = 'ceo'", ["interview"]),
        ("description = '30 s'", ["teaser"]),
        ('title = "it\'s_a"', ["odd"]),
        ("title = '100%'", ["odd"]),
        ("title = '1%'", []),
        ("title = '\"of\"'", ["odd"]),
        ("title = '(v1.2)'", ["odd"]),
        ("title = 'v1-2'", []),
        ("description = '\\'", ["odd"]),
        ("tagList in ('launch')", ["launch", "teaser"]),
        ("tagList in ('spring','sea')", ["launch", "harbour"]),
        ("tagList in ('laun')", []),
        ("tagList in ('launch,spring')", []),
        ("mediaType == 'audio'", ["song"]),
        ("mediaType in ('video','audio') and title = 'launch'", ["launch", "teaser", "song"]),
        ("mediaType == 'image'", ["poster"]),
        ("(title = 'night' or description = 'keynote')", ["launch", "harbour"]),
        ("(title = 'night' OR (title = 'launch' AND description = 'cut'))", ["teaser", "harbour"]),
        ("status == 2", VIDEOS),
        ("status == '3'", []),
        ("status in ('0','1','2')", VIDEOS),
        ("status in (17, 18)", []),
        ("fileInfo.storageLocation == 'cn-shanghai'", VIDEOS),
        ("fileInfo.storageLocation in ('cn-beijing')", []),
        ("ocrInfo.tracks.content = 'launch'", []),
        ("aiLabelInfo.category == 'x'", []),
    ],
)
def test_a_match_finds_what_the_vendor_describes(library: Library, match: str, found: list[str]) -> None:
    assert library.find(match) == found


def test_ids_categories_and_times_are_compared(library: Library) -> None:
    ids, start = library.ids, library.start
    assert library.find(f"mediaId == '{ids['odd']}'") == ["odd"]
    assert library.find(f"cateId == {library.category}") == ["teaser"]
    second, third = (start + 10) * 1000, (start + 20) * 1000
    assert library.find(f"utcCreate = ['{second}','{third}']") == ["teaser", "interview"]
    assert library.find(f"utcCreate = ('{second}','{third}']") == ["interview"]
    assert library.find(f"utcCreate = ({second},{third})") == []
    assert library.find(f"utcCreate = (,'{second}')") == ["launch"]
    assert library.find(f"utcModified = ['{start * 1000}','')") == VIDEOS
    assert library.find(f"utcModified = ('{(start + 60) * 1000}',)") == []


@pytest.mark.parametrize(
    ("match", "why"),
    [
        ("launch", "there is no field launch"),
        ("title", "ends where ==, = or in after title"),
        ("title == 'launch'", "title is compared as title = 'text'"),
        ("title in ('a')", "title is compared as title = 'text'"),
        ("cateId = 5", "cateId is compared as cateId == 'value'"),
        ("cateId == 'Ads'", "whole numbers"),
        ("cateId == 99999999999999999999999", "whole numbers"),
        ("tagList = 'launch'", "tagList is compared as tagList in ('a','b')"),
        ("utcCreate == 5", "utcCreate is compared as utcCreate = ('1','2')"),
        ("utcCreate = (,)", "no bound"),
        ("utcCreate = ('2026-01-01','2026-02-01')", "whole numbers"),
        ("fileName = 'x'", "there is no field fileName; there are title, description"),
        ("title = launch", "launch stands where a value in quotes should"),
        ("title = 'a' or title = 'b'", "or stands in parentheses only"),
        ("(title = 'a' or title = 'b' and title = 'c')", "and and or need parentheses"),
        ("not title = 'a'", "there is no field not"),
        ("title != 'a'", "'!' at character 7"),
        ("title = 'it's'", "has no meaning there"),
        ("title = ''", "a value is empty"),
        ("title = 'a' title = 'b'", "title is one too many"),
        ("(title = 'a'", "ends where )"),
        (f"title = '{'a' * 61}'", "longer than 60 characters"),
        ("(" * 5000, "deep"),
        (" and ".join(["title = 'a'"] * 101), "more than 100 comparisons"),
        ("mediaType == 'text'", "mediaType text does not exist"),
        ("mediaType in ('video','image')", "images cannot be searched together"),
        ("status == 5", "status 5 does not exist"),
        ("title = ‘launch’", "has no meaning there"),
        (" ", "holds no condition"),
    ],
)
def test_a_match_that_is_not_understood_is_refused_with_the_reason(library: Library, match: str, why: str) -> None:
    refused = refusal_of(library.ims.call, "SearchMedia", Match=match)
    assert (refused.code, refused.status) == ("InvalidParameter", 400)
    assert "Match: " in refused.message
    assert why in refused.message


def test_other_parameters_that_cannot_be_served_are_refused(library: Library) -> None:
    def refuse(**parameters: str) -> str:
        return refusal_of(library.ims.call, "SearchMedia", **parameters).code

    assert refuse(SearchLibName="other") == "ResourceNotFound"
    assert refuse(EntityId="e") == "UnsupportedOperation"
    assert refuse(CustomFilters='{"intField1": 1}') == "UnsupportedOperation"
    assert refuse(SortBy="title:Desc") == "InvalidParameter"
    assert refuse(SortBy="utcCreate") == "InvalidParameter"
    assert refuse(PageSize="51") == "InvalidParameter"
    assert library.find("title = 'teaser'", SearchLibName="ims-default-search-lib") == ["teaser"]


def test_the_official_client_reads_the_answer(library: Library) -> None:
    request = models.SearchMediaRequest(match="title = 'teaser'", sort_by="utcCreate:Desc", page_no=1, page_size=5)
    body = library.ims.client().search_media(request).body
    assert (body.code, body.success, body.total) == ("200", "true", 1)
    (found,) = body.media_info_list
    assert found.media_id == library.ids["teaser"]
    assert found.media_basic_info.title == "Teaser for the LAUNCH"
    assert found.media_basic_info.cate_name == "Ads"


def test_a_found_asset_shows_the_basic_facts_of_its_files(ims: RunningIms, clip: Path) -> None:
    media_id = ims.register(ims.put("found/clip.mp4", clip), title="Facts of a found file")
    ims.settled(media_id)
    (found,) = ims.call("SearchMedia", Match="title = 'Facts of a found file'")["MediaInfoList"]
    (file,) = found["FileInfoList"]
    assert set(file) == {"FileBasicInfo"}
    basic = file["FileBasicInfo"]
    assert (basic["FileName"], basic["Width"], basic["Height"]) == ("clip.mp4", "320", "180")
    assert float(basic["Duration"]) == pytest.approx(2, abs=0.2)


def test_pages_and_tokens_show_every_asset_once_and_go_forward_only(library: Library) -> None:
    def read(number: int, token: str = "", **parameters: str) -> dict[str, Any]:
        query = {"PageNo": str(number), "PageSize": "2", "SortBy": "utcModified:Asc,utcCreate:Desc", **parameters}
        return library.ims.call("SearchMedia", ScrollToken=token, **query)

    seen: list[str] = []
    token = ""
    for number in (1, 2, 3):
        page = read(number, token)
        token = page["ScrollToken"]
        assert len(token) == 32
        assert page["Total"] == 5
        seen += [info["MediaId"] for info in page["MediaInfoList"]]
    assert sorted(seen) == sorted(library.ids[name] for name in VIDEOS)
    first = read(1)["ScrollToken"]
    by_token = library.ims.call("SearchMedia", PageSize="2", SortBy="utcModified:Asc,utcCreate:Desc", ScrollToken=first)
    assert [info["MediaId"] for info in by_token["MediaInfoList"]] == seen[2:4]
    beyond = read(4, token)
    assert (beyond["MediaInfoList"], "ScrollToken" in beyond) == ([], False)
    for number, parameters in ((1, {}), (600, {}), (4, {"SortBy": "utcCreate:Asc"}), (4, {"Match": "title = 'a'"})):
        assert refusal_of(read, number, token, **parameters).code == "InvalidParameter"
    assert refusal_of(read, 2, "0" * 31).code == "InvalidParameter"


def test_the_newest_come_first_and_sorting_turns_them_round(library: Library) -> None:
    def order(**parameters: str) -> list[str]:
        answer = library.ims.call("SearchMedia", **parameters)
        return [info["MediaBasicInfo"]["CreateTime"] for info in answer["MediaInfoList"]]

    assert order() == sorted(order(), reverse=True) == order(SortBy="utcCreate:Desc")
    assert order(SortBy="utcCreate:Asc") == sorted(order())


def test_new_changed_and_deleted_titles_count_at_once(tmp_path: Path) -> None:
    with running_ims(tmp_path) as ims:

        def find(title: str) -> list[str]:
            return [info["MediaId"] for info in ims.call("SearchMedia", Match=f"title = '{title}'")["MediaInfoList"]]

        media_id = ims.register("oss://local-media/a.mp4", title="旧标题 before")
        assert find("before") == find("旧标") == [media_id]
        ims.call("UpdateMediaInfo", MediaId=media_id, Title="after")
        assert (find("before"), find("after")) == ([], [media_id])
        other = ims.register("oss://local-media/a.mp4", title="after all", overwrite=True)
        assert find("after") == [other]
        ims.call("DeleteMediaInfos", MediaIds=other)
        assert find("after") == []
        # What is uploaded is found as what is registered.
        sent = ims.call(
            "CreateUploadMedia",
            FileInfo='{"Type":"video","Name":"a","Ext":"mp4"}',
            MediaMetaData='{"Title":"sent","BusinessType":"general"}',
        )
        assert find("sent") == [sent["MediaId"]]


def test_a_data_directory_of_an_earlier_version_is_indexed_when_it_is_opened(tmp_path: Path) -> None:
    with running_ims(tmp_path) as ims:
        ims.register("oss://local-media/a.mp4", title="made before there was an index")
    with closing(sqlite3.connect(tmp_path / "ims.sqlite3")) as connection:
        connection.executescript(
            "DROP TABLE media_text; DROP TABLE media_text_due; "
            "DROP TRIGGER media_text_added; DROP TRIGGER media_text_changed;"
        )
        # The earlier version goes on for a while without the index.
        connection.execute("UPDATE media_asset SET title = 'made without an index'")
        connection.commit()
    with running_ims(tmp_path) as ims:
        assert ims.call("SearchMedia", Match="title = 'without'")["Total"] == 1
    with closing(sqlite3.connect(tmp_path / "ims.sqlite3")) as connection:
        # And once more, beside an index that there is by now.
        connection.execute("UPDATE media_asset SET title = 'changed by another program'")
        connection.commit()
    with running_ims(tmp_path) as ims:
        assert ims.call("SearchMedia", Match="title = 'another'")["Total"] == 1
        assert ims.call("SearchMedia", Match="title = 'without'")["Total"] == 0


@pytest.mark.anyio
async def test_without_fts5_every_text_is_looked_at(tmp_path: Path) -> None:
    with running_ims(tmp_path) as ims:
        ims.register("oss://local-media/a.mp4", title="ＡＢＣ 发布会", description="Straße")
        ims.register("oss://local-media/b.mp4", title="other")
    async with Store(tmp_path, schema="") as store:
        for index in (TextIndex(), TextIndex(wants_fts5=False)):
            search = AssetSearch(store, "cn-shanghai", index)
            await search.open()
            for match, total in (
                ("title = 'abc'", 1),
                ("title = '布'", 1),
                ("title = '发布'", 1),
                ("description = 'STRASSE'", 1),
                ("title = 'x'", 0),
                ("description = 'x'", 0),
            ):
                page = await search.find(parse_match(match), order=(), offset=0, limit=5)
                assert (match, page.total) == (match, total)


PIECES = [
    *(*FIELDS, "and", "or", "not", "in", "(", ")", "[", "]", ",", "=", "==", "!=", "'", '"', "''", "'a'", "'发布'"),
    *("5", "-1", "\\", "\x00", "\ud800", "‘", "%", "*", "\n", "9" * 30, "'1'", "('1','2')", "title = 'a'"),
]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join)))
@settings(max_examples=500)
@example("title = 'a' and (utcCreate = [1,2) or status in ('1'))")
def test_any_text_is_read_as_a_match_or_refused_as_none(text: str) -> None:
    try:
        condition = parse_match(text)
    except MatchError as error:
        assert str(error)  # noqa: PT017 - most texts are none
    else:
        assert {each.field for each in list_compared(condition)} <= FIELDS.keys()


def test_what_is_read_as_a_match_is_carried_out_whatever_its_values(library: Library) -> None:
    draw = random.Random(20260131)
    values = ["a", "0", "-1", "9" * 30, "%", "*", "\x00", "発", '"', "\\", "NEAR(", "a OR b", "😀", "ß", ",", " "]
    for name, ways in FIELDS.items():
        for _ in range(6):
            first, second = draw.choices(values, k=2)
            for way in ways:
                match way:
                    case "exact":
                        text = f"{name} == '{first}'"
                    case "fuzzy":
                        text = f"{name} = '{first}'"
                    case "any":
                        text = f"{name} in ('{first}','{second}')"
                    case "range":
                        text = f"{name} = ('{first}','{second}']"
                try:
                    library.ims.call("SearchMedia", Match=text)
                except DaraException as error:
                    raised: Any = error
                    assert raised.code == "InvalidParameter", text


def test_a_list_of_tags_may_be_as_long_as_a_match(library: Library) -> None:
    tags = ",".join([*(f"'t{number}'" for number in range(1_200)), "'sea'", "'a,b'"])
    assert library.find(f"tagList in ({tags})") == ["harbour"]


def test_blanks_at_the_end_of_a_match_are_none_of_its_words() -> None:
    assert parse_match(f"title = 'a'{' ' * 9_900}") == parse_match("title = 'a'")
    with pytest.raises(MatchError, match="holds no condition"):
        parse_match(" " * 9_999)
