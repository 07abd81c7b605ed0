"""What the protocol is told: capabilities that hold, how long a list may be kept, and errors of requests as such."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

from ims_mcp.cli.connection import connect
from ims_mcp.server.build import INSTRUCTIONS, MOST_TOOLS, ImsServer
from ims_mcp.settings import Settings
from tests.server.connected import ERAS, Era, connected

NOWHERE = "http://127.0.0.1:9"
HOUR_MS = 3_600_000


async def refused(request: Any, log: pytest.LogCaptureFixture) -> str:
    """The text of a JSON-RPC error about wrong parameters, with nothing in the log."""
    with log.at_level(logging.INFO), pytest.raises(MCPError) as caught:
        await request
    assert caught.value.error.code == INVALID_PARAMS
    assert not [record for record in log.records if record.exc_info or record.levelno >= logging.ERROR]
    assert len(caught.value.error.message) < 500
    return caught.value.error.message


@pytest.mark.anyio
@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_nothing_is_announced_that_never_happens(era: Era) -> None:
    async with connected(NOWHERE, era=era) as client:
        announced = client.server_capabilities
        assert announced is not None
        assert announced.tools is not None
        assert announced.prompts is not None
        assert not announced.tools.list_changed
        assert not announced.prompts.list_changed
        assert announced.resources is None or not (announced.resources.list_changed or announced.resources.subscribe)
        assert announced.logging is None
        assert announced.completions is not None
        # Clients of the older protocol are not told; hosts look at the tools.
        assert announced.extensions == (None if era == "legacy" else {"io.modelcontextprotocol/ui": {}})


@pytest.mark.anyio
async def test_lists_may_be_kept_for_an_hour_by_everybody() -> None:
    async with connected(NOWHERE) as client:
        for listed in (await client.list_tools(), await client.list_prompts(), await client.list_resources()):
            assert (listed.ttl_ms, listed.cache_scope) == (HOUR_MS, "public")


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("get_media_infos", "Did you mean get_media_info"),
        ("mcp__ims__get_media_info", "This server calls it get_media_info."),
        ("ims-get_media_info", "This server calls it get_media_info."),
        ("submit_transcode_job", "Use call_write_operation with operation SubmitTranscodeJob."),
        ("DeleteTemplate", "Use call_destructive_operation with operation DeleteTemplate."),
        ("zzz", "tools/list has them all."),
        ("x" * 2_000_000, "tools/list has them all."),
        ("", "tools/list has them all."),
        ("a\nb\u202e", "tools/list has them all."),
    ],
    ids=range(9),
)
async def test_an_unknown_tool_is_an_error_of_the_request(
    era: Era, name: str, instead: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(NOWHERE, era=era) as client:
        told = await refused(client.call_tool(name, {}), caplog)
    assert told.startswith("Unknown tool: '")
    assert told.endswith(instead) or instead in told
    assert "\n" not in told
    assert "\u202e" not in told


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("record_streams", {}, "Unknown prompt: 'record_streams'. There are: "),
        ("x" * 100_000, {}, "Unknown prompt: 'xxx"),
        ("record_stream", {"stream": "x"}, "missing: bucket. Its arguments are stream, bucket, Name, TemplateId."),
        ("record_stream", {}, "missing: stream, bucket."),
        ("record_stream", {"stream": "x", "bucket": ""}, "missing: bucket."),
        ("record_stream", {"stream": "x", "bucket": "b", "Bucket": "c"}, "unknown: 'Bucket'."),
        ("record_stream", {f"{n}{'y' * 5000}": "x" for n in range(500)}, "and 490 more. Its arguments are"),
    ],
    ids=range(7),
)
async def test_a_prompt_that_is_unknown_or_not_complete_is_an_error_of_the_request(
    era: Era, name: str, arguments: dict[str, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(NOWHERE, era=era) as client:
        with caplog.at_level(logging.INFO), pytest.raises(MCPError) as caught:
            await client.get_prompt(name, arguments)
    assert caught.value.error.code == INVALID_PARAMS
    assert said in caught.value.error.message
    assert len(caught.value.error.message) < 1500
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("toolset", ["core", "transcoding"])
async def test_prompts_that_write_are_not_there_in_read_only_mode(
    era: Era, toolset: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(read_only=True, toolsets=(toolset,))
    async with connected(NOWHERE, era=era, settings=settings) as client:
        assert (await client.list_prompts()).prompts == []
        given = {"stream": "rtmp://h/a", "bucket": "b"}
        assert "read-only mode" in await refused(client.get_prompt("record_stream", given), caplog)


@pytest.mark.anyio
async def test_a_client_is_told_that_it_may_know_a_tool_by_another_name() -> None:
    async with connected(NOWHERE, era="auto") as client:
        told = client.instructions or ""
    assert told.startswith(INSTRUCTIONS)
    assert "next_call names a tool as this server does: your client may list it under a longer name" in " ".join(
        told.split()
    )
    assert len(told.encode()) <= 2_000


@pytest.mark.anyio
@pytest.mark.parametrize(("toolset", "warned"), [("all", True), ("media_library", False), ("core", False)])
async def test_more_tools_than_large_clients_take_are_warned_of(
    toolset: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(toolsets=(toolset,))
    async with connect(settings, {}) as to:
        server = ImsServer(settings, to.client, to.transfers)
        server.warn_of_too_many_tools()
        assert (len(server.listed_tools) > MOST_TOOLS) is warned
    assert ("choose single --toolsets" in caplog.text) is warned
