"""Operations with several uses: the example of the use that a request asks for."""

from __future__ import annotations

import json

import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.folding import count_bytes
from ims_mcp.catalogue.search import search
from ims_mcp.catalogue.uses import USES, Use, find_use, fit_to_wish
from ims_mcp.server.search_hits import EXAMPLE_BYTES, describe_hits

EVERY = [pytest.param(name, use, id=f"{name}-{use.words[0]}") for name, uses in USES.items() for use in uses]


@pytest.mark.parametrize(("name", "use"), EVERY)
def test_the_table_takes_the_example_of_every_use(name: str, use: Use) -> None:
    operation = get_operation(name)
    assert check(operation, use.example).keys() == use.example.keys()
    assert use.example != operation.example
    assert count_bytes(dict(use.example)) <= EXAMPLE_BYTES
    assert len(use.heed.encode()) <= 110
    assert use.words == tuple(word.lower() for word in use.words)


@pytest.mark.parametrize(
    ("wish", "name", "shown"),
    [
        ("burn a subtitle file (srt) into my film", "SubmitMediaProducingJob", '"FileURL"'),
        ("lay calm music under the video", "SubmitMediaProducingJob", '"LoopMode"'),
        ("把 ep4.srt 字幕文件压进视频", "SubmitMediaProducingJob", '"FileURL"'),
        ("给视频加文字水印", "SubmitMediaProducingJob", '"Content"'),
        ("画中画：主播放在右下角", "SubmitMediaProducingJob", '"X":0.65'),
        ("transcode to 720p with our logo in the corner", "SubmitMediaConvertJob", '"Watermarks"'),
        ("turn this film into adaptive HLS", "SubmitMediaConvertJob", '"OutputGroups"'),
        ("把视频转码成多码率自适应 HLS", "SubmitMediaConvertJob", '"OutputGroups"'),
        ("make a sprite sheet of thumbnails of this video", "SubmitSnapshotJob", '"SpriteSnapshotConfig"'),
        ("create a text watermark template", "CreateCustomTemplate", '"Type":5'),
        ("new SRT push input for MediaLive", "CreateMediaLiveInput", '"SRT_PUSH"'),
    ],
)
def test_a_search_shows_the_example_of_the_use_that_is_asked_for(wish: str, name: str, shown: str) -> None:
    best = describe_hits(search(wish), frozenset[str](), wish)[0]
    assert best["operation"] == name
    assert shown in json.dumps(best["example"], ensure_ascii=False, separators=(",", ":"))


def test_a_request_for_none_of_them_has_the_usual_example() -> None:
    operation = get_operation("SubmitMediaConvertJob")
    assert find_use(operation, "convert this mov to mp4") is None
    assert fit_to_wish(operation, "convert this mov to mp4") is operation


@pytest.mark.parametrize(
    ("wish", "first"),
    [
        ("提交转码任务", "SubmitMediaConvertJob"),
        (
            "create and start a MediaLive channel with RTMP push input and HLS output to MediaPackage",
            "CreateMediaLiveChannel",
        ),
        ("has my transcoding job finished?", "GetMediaConvertJob"),
    ],
)
def test_what_is_to_be_begun_comes_before_what_tells_of_it(wish: str, first: str) -> None:
    assert search(wish)[0].operation.name == first
