"""A result says the same in its text and in its structure, fits its tool's schema, and keeps numbers exact."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from mcp.types import Tool

from ims_mcp.settings import Settings
from tests.bodies.media_info import CASES, body
from tests.client.scripted_service import Answer, ScriptedService, refusal
from tests.server.connected import connected, text_of

Json = dict[str, Any]
HOW: tuple[Json, ...] = ({}, {"view": "files"}, {"view": "ai"}, {"view": "full"}, {"query": "MediaInfo"})
OTHERS: dict[str, Json] = {
    "register_media_info": {"InputURL": "oss://b/k.mp4"},
    "register_media_stream": {"InputURL": "oss://b/k.mp4", "MediaId": "m"},
    "create_upload_stream": {"MediaId": "m"},
    "list_media_basic_infos": {},
    "get_play_info": {"MediaId": "m"},
}
ODD: tuple[Any, ...] = (
    None,
    "",
    "x",
    0,
    -1,
    2**70,
    1e300,
    True,
    [],
    [None],
    ["x", [{}]],
    {},
    {"a": None},
    "\u202e\ud800",
    "[{",
)


def assets() -> dict[str, bytes | Json]:
    """Assets as the service describes them, and with something odd in place of each part."""
    basic: Json = {"MediaId": "m", "Title": "t", "Status": "Normal", "CoverURL": "http://h/c.jpg"}
    file: Json = {"FileBasicInfo": {"FileName": "a.mp4", "FileSize": "1", "Duration": "1.5"}}

    def asset(**parts: Any) -> Json:
        return {"MediaInfo": {"MediaId": "m", "MediaBasicInfo": basic, "FileInfoList": [file], **parts}}

    odd = {f"{number}": value for number, value in enumerate(ODD)}
    return {
        **{case: body(case) for case in CASES if len(body(case)) < 300_000},
        **{f"the whole {name}": {"MediaInfo": value} for name, value in odd.items()},
        **{f"files {name}": asset(FileInfoList=value) for name, value in odd.items()},
        **{f"a file {name}": asset(FileInfoList=[value, file]) for name, value in odd.items()},
        **{f"facts {name}": asset(MediaBasicInfo=dict.fromkeys(basic, value)) for name, value in odd.items()},
        **{f"analysis {name}": asset(AiRoughData=value) for name, value in odd.items()},
    }


def assert_says_one_thing(tool: Tool, result: Any) -> None:
    assert not result.is_error, text_of(result)
    assert json.loads(text_of(result)) == result.structured_content
    if tool.output_schema is not None:
        jsonschema.validate(result.structured_content, tool.output_schema)


@pytest.mark.anyio
async def test_every_view_of_every_asset_says_the_same_twice_and_fits_its_schema() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            for asset in assets().values():
                service.usual = Answer(body=asset)
                for how in HOW:
                    result = await client.call_tool("get_media_info", {"MediaId": "m", **how})
                    assert_says_one_thing(tools["get_media_info"], result)


@pytest.mark.anyio
@pytest.mark.parametrize("tool", OTHERS)
async def test_a_result_says_the_same_twice_and_an_error_only_once(tool: str) -> None:
    with ScriptedService() as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            tools = {each.name: each for each in (await client.list_tools()).tools}
            for odd in ODD:
                service.usual = Answer(body={"Data": odd, "MediaInfos": odd})
                assert_says_one_thing(tools[tool], await client.call_tool(tool, OTHERS[tool]))
            for refused in (refusal(403, "NoPermission"), refusal(404, "ResourceNotFound"), Answer(400, b"<html>")):
                service.usual = refused
                result = await client.call_tool(tool, OTHERS[tool])
                assert result.is_error
                assert result.structured_content is None


@pytest.mark.anyio
@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, 2**64 - 1, -(2**63), 10**30 + 7])
@pytest.mark.parametrize("how", [{}, {"query": "Data.Id"}])
async def test_an_id_beyond_what_a_float_holds_stays_exact(number: int, how: Json) -> None:
    with ScriptedService(usual=Answer(body={"Data": {"Id": number, "Ids": [number], "Text": str(number)}})) as service:
        async with connected(service.url) as client:
            result = await client.call_tool("get_play_info", {"MediaId": "m", **how})
    assert f"{number}" in text_of(result)
    assert json.loads(text_of(result)) == result.structured_content
    found: Json = result.structured_content or {}
    assert (found["result"] if how else found["Data"]["Ids"][0]) == number
