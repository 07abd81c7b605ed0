"""ListMediaBasicInfos: filters, order, and pages that show each asset once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local_ims.server import RunningIms, refusal_of, running_ims


class Library:
    """25 assets, one a minute, each third of them an image; none of them has a file."""

    def __init__(self, ims: RunningIms, clock: dict[str, float]) -> None:
        self.ims = ims
        self.media_ids: list[str] = []
        now = clock["now"]
        for number in range(25):
            clock["now"] = now + number * 20
            kind = "png" if number % 3 == 0 else "mp4"
            parameters = {"business_type": "opening"} if number == 7 else {}
            self.media_ids.append(ims.register(f"oss://local-media/{number}.{kind}", **parameters))
        for media_id in self.media_ids:
            ims.settled(media_id)

    def pages(self, **parameters: str) -> Iterator[dict[str, Any]]:
        token = ""
        for _ in range(30):
            page = self.ims.call("ListMediaBasicInfos", NextToken=token, **parameters)
            yield page
            token = page.get("NextToken", "")
            if not token:
                return
        raise AssertionError("the pages have no end")

    def ids(self, **parameters: str) -> list[str]:
        return [info["MediaId"] for page in self.pages(**parameters) for info in page["MediaInfos"]]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    clock = {"now": time.time()}
    with running_ims(tmp_path_factory.mktemp("listing"), clock=lambda: clock["now"]) as ims:
        yield Library(ims, clock)


@pytest.mark.parametrize("size", ["1", "7", "25", "100"])
@pytest.mark.parametrize("order", ["desc", "asc"])
def test_paging_to_the_end_yields_each_asset_once_in_order(library: Library, size: str, order: str) -> None:
    expected = library.media_ids if order == "asc" else library.media_ids[::-1]
    assert library.ids(MaxResults=size, SortBy=order) == expected
    pages = list(library.pages(MaxResults=size, SortBy=order))
    assert [page["TotalCount"] for page in pages] == [25] * len(pages)
    assert len(pages) == -(-25 // int(size))


def test_pages_are_10_long_and_the_newest_come_first(library: Library) -> None:
    page = next(library.pages())
    assert [info["MediaId"] for info in page["MediaInfos"]] == library.media_ids[:-11:-1]
    assert page["MaxResults"] == 10


def test_assets_that_come_and_go_do_not_shift_the_pages(tmp_path: Path) -> None:
    with running_ims(tmp_path) as ims:
        media_ids = [ims.register(f"oss://local-media/{number}.mp4") for number in range(6)]
        first = ims.call("ListMediaBasicInfos", MaxResults="2")
        ims.register("oss://local-media/new.mp4")
        ims.call("DeleteMediaInfos", MediaIds=media_ids[5])
        second = ims.call("ListMediaBasicInfos", MaxResults="2", NextToken=first["NextToken"])
        assert [info["MediaId"] for info in second["MediaInfos"]] == [media_ids[3], media_ids[2]]


def test_filters_match_exactly(library: Library) -> None:
    oldest_first = {"SortBy": "asc", "MaxResults": "100"}
    assert library.ids(MediaType="image", **oldest_first) == library.media_ids[::3]
    assert library.ids(BusinessType="opening") == [library.media_ids[7]]
    assert library.ids(MediaId=library.media_ids[3]) == [library.media_ids[3]]
    assert library.ids(Status="Normal") == []
    assert library.ids(Source="vod") == []
    assert len(library.ids(Source="oss", Status="PrepareFail", MaxResults="4")) == 25
    assert next(library.pages(MediaType="image"))["TotalCount"] == 9


def test_start_time_is_exclusive_and_end_time_inclusive(library: Library) -> None:
    created = library.ims.media_info(library.media_ids[4])["MediaBasicInfo"]["CreateTime"]
    until = library.ids(EndTime=created, SortBy="asc", MaxResults="100")
    after = library.ids(StartTime=created, SortBy="asc", MaxResults="100")
    assert until == library.media_ids[:5]
    assert after == library.media_ids[5:]


@pytest.mark.parametrize(
    "parameters",
    [
        {"MaxResults": "101"},
        {"MaxResults": "0"},
        {"SortBy": "random"},
        {"NextToken": "nonsense"},
        {"NextToken": "bm9uc2Vuc2U="},
        {"StartTime": "yesterday"},
        {"EndTime": "2026-13-01T00:00:00Z"},
        {"AuthTimeout": "86401"},
    ],
)
def test_what_cannot_be_listed_is_an_invalid_parameter(library: Library, parameters: dict[str, str]) -> None:
    refused = refusal_of(library.ims.call, "ListMediaBasicInfos", **parameters)
    assert refused.code == "InvalidParameter"


def test_a_token_is_good_for_its_own_filters_only(library: Library) -> None:
    token = next(library.pages(MediaType="video"))["NextToken"]
    refused = refusal_of(library.ims.call, "ListMediaBasicInfos", NextToken=token, MediaType="image")
    assert refused.code == "InvalidParameter"


def test_file_basics_are_added_when_asked_for(ims: RunningIms, clip: Path) -> None:
    media_id = ims.register(ims.put("listing/clip.mp4", clip))
    ims.settled(media_id)
    without = ims.call("ListMediaBasicInfos", MediaId=media_id)["MediaInfos"][0]
    assert "FileInfoList" not in without
    files = ims.call("ListMediaBasicInfos", MediaId=media_id, IncludeFileBasicInfo="true")["MediaInfos"][0][
        "FileInfoList"
    ]
    assert [set(file) for file in files] == [{"FileBasicInfo"}]
    assert files[0]["FileBasicInfo"]["Width"] == "320"
