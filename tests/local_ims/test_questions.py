"""What a user reads before a deletion in the embedded IMS: five things by title, and those apart that do not exist."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from mcp_types import ElicitResult

from ims_mcp.settings import Language, Settings
from tests.local_ims.server import RunningIms
from tests.server.connected import ERAS, LOCAL, Era, connected, content_of, text_of

GONE = ["0" * 31 + digit for digit in "12"]


async def delete(
    ims: RunningIms,
    operation: str,
    arguments: dict[str, Any],
    *,
    agree: bool,
    era: Era = "2026-07-28",
    language: Language = "auto",
) -> tuple[list[str], Any]:
    """(the question's lines, the result) of a call whose user answers so."""
    asked: list[str] = []

    async def answer(context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"confirm": agree})

    settings = Settings(language=language)
    async with connected(ims.endpoint, credential=LOCAL, settings=settings, era=era, elicitation=answer) as client:
        call = {"operation": operation, "arguments": arguments}
        result = await client.call_tool("call_destructive_operation", call)
    assert len(asked) <= 1
    return "".join(asked).splitlines(), result


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_of_seven_assets_five_are_named_and_two_ids_without_an_asset_are_set_apart(
    ims: RunningIms, new_clip: Callable[[], str], era: Era
) -> None:
    films = [ims.register(new_clip(), title=f"Film {number}") for number in range(7)]
    arguments = {"MediaIds": [GONE[0], *films, GONE[1]]}
    lines, result = await delete(ims, "DeleteMediaInfos", arguments, agree=True, era=era)
    named = ", ".join(f'"Film {number}"' for number in range(5))
    assert f" 7 in all: {named} and 2 more. Not found, and not asked about: 2. " in lines[0]
    assert lines[2] == "MediaIds (7):"
    assert [line.split()[1] for line in lines[3:10]] == films
    assert lines[10:] == ["Does not exist (2):", *(f"- {each}" for each in GONE)]
    told = content_of(result)
    assert {entry["id"] for entry in told["deleted"]} == set(films)
    assert told["IgnoredList"] == GONE


@pytest.mark.anyio
async def test_who_is_asked_in_chinese_reads_the_count_so(ims: RunningIms, new_clip: Callable[[], str]) -> None:
    films = [ims.register(new_clip(), title=f"夏天 {number}") for number in range(6)]
    lines, _ = await delete(ims, "DeleteMediaInfos", {"MediaIds": [*films, GONE[0]]}, agree=False, language="zh")
    named = "、".join(f"“夏天 {number}”" for number in range(5))
    assert f"共 6 个：{named} 等，另有 1 个。另有 1 个不存在，不在此列。" in lines[0]
    assert lines[-2:] == ["不存在（1）：", f"- {GONE[0]}"]
    assert ims.media_info(films[0])["MediaBasicInfo"]["Title"] == "夏天 0"


@pytest.mark.anyio
async def test_an_address_without_an_asset_is_set_apart_from_one_that_has_one(
    ims: RunningIms, new_clip: Callable[[], str]
) -> None:
    kept, empty = new_clip(), "oss://local-media/clips/never.mp4"
    ims.register(kept, title="By its address")
    lines, _ = await delete(ims, "DeleteMediaInfos", {"InputURLs": [empty, kept]}, agree=False)
    assert ' It is "By its address". Not found, and not asked about: 1. ' in lines[0]
    assert lines[2] == "InputURLs (1):"
    assert lines[3].startswith(f'- {kept} ("By its address"')
    assert lines[4:] == ["Does not exist (1):", f"- {empty}"]


@pytest.mark.anyio
async def test_marks_that_are_not_there_are_set_apart(ims: RunningIms, new_clip: Callable[[], str]) -> None:
    media_id = ims.register(new_clip())
    marks = [{"MarkStartTime": "1", "MarkEndTime": "2", "MarkContent": text} for text in ("kick-off", "goal")]
    added = ims.call("AddMediaMarks", MediaId=media_id, MediaMarks=json.dumps(marks))["MediaMarkIds"].split(",")
    arguments = {"MediaId": media_id, "MediaMarkIds": [*added, "mark-x"]}
    lines, _ = await delete(ims, "DeleteMediaMarks", arguments, agree=False)
    assert ' 2 in all: "kick-off", "goal". Not found, and not asked about: 1. ' in lines[0]
    assert lines[-2:] == ["Does not exist (1):", "- mark-x"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("operation", "arguments", "told"),
    [
        ("DeleteMediaInfos", {"MediaIds": GONE}, f"nothing of what it names exists ({GONE[0]}, {GONE[1]})"),
        ("DeleteMediaInfos", {"InputURLs": ["oss://local-media/never.mp4"]}, "what it names does not exist"),
        ("DeleteLiveRecordFiles", {"RecordIds": ["never-1", "never-2"]}, "nothing of what it names exists (never-1"),
        ("DeleteLiveRecordTemplate", {"TemplateId": GONE[0]}, "what it names does not exist"),
        ("DeleteCategory", {"CateId": 999_999}, "what it names does not exist (999999)"),
        ("DeleteMediaMarks", {"MediaId": GONE[0]}, "what it names does not exist"),
    ],
)
async def test_nobody_is_asked_where_nothing_of_it_exists(
    ims: RunningIms, operation: str, arguments: dict[str, Any], told: str
) -> None:
    lines, result = await delete(ims, operation, arguments, agree=True)
    assert lines == []
    said = text_of(result)
    assert result.is_error
    assert told in said
    assert "Nothing was sent. Nobody was asked." in said
