"""This server with the fixtures of MCP's conformance suite beside its own tools, over its own HTTP.

``python -m tests.conformance.fixture_server`` prints its address and serves until its stdin is closed.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    BlobResourceContents,
    CallToolRequestParams,
    CallToolResult,
    GetPromptRequestParams,
    GetPromptResult,
    ImageContent,
    InputRequest,
    InputRequiredResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
)

from ims_mcp.server.build import ImsServer
from tests.conformance.fixture_tools import PICTURE, RUNS, TOOLS, Context, embedded, form
from tests.http.served import Served, served

_SCHEMAS = {tool.name: tool.input_schema for tool in TOOLS}
_ASKING_PROMPT = "test_input_required_result_prompt"
_PROMPTS = {
    "test_simple_prompt": [],
    "test_prompt_with_arguments": ["arg1", "arg2"],
    "test_prompt_with_embedded_resource": ["resourceUri"],
    "test_prompt_with_image": [],
    _ASKING_PROMPT: [],
}
_DATA = re.compile(r"test://template/([^/]+)/data")


class FixtureServer(ImsServer):
    """Whatever is no fixture goes to the server itself."""

    def find_input_schema(self, name: str) -> Mapping[str, Any] | None:
        return _SCHEMAS.get(name) or super().find_input_schema(name)

    async def list_tools(self, context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        own = await super().list_tools(context, params)
        return ListToolsResult(tools=[*own.tools, *TOOLS])

    async def call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult | InputRequiredResult:
        run = RUNS.get(params.name)
        return await (super().call_tool(context, params) if run is None else run(context, params))

    async def list_prompts(self, context: Context, params: PaginatedRequestParams | None) -> ListPromptsResult:
        own = await super().list_prompts(context, params)
        return ListPromptsResult(prompts=[*own.prompts, *map(_describe_prompt, _PROMPTS)])

    async def get_prompt(  # pyright: ignore[reportIncompatibleMethodOverride] - this one asks
        self, context: Context, params: GetPromptRequestParams
    ) -> GetPromptResult | InputRequiredResult:
        if params.name not in _PROMPTS:
            return await super().get_prompt(context, params)
        if params.name == _ASKING_PROMPT and "user_context" not in (params.input_responses or {}):
            asked: dict[str, InputRequest] = {
                "user_context": form("What context should the prompt use?", context="string")
            }
            return InputRequiredResult(input_requests=asked)
        return GetPromptResult(messages=_write_messages(params.name, params.arguments or {}))

    async def list_resources(self, context: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        return ListResourcesResult(
            resources=[
                Resource(uri="test://static-text", name="static text", description="A text.", mime_type="text/plain"),
                Resource(uri="test://static-binary", name="picture", description="A pixel.", mime_type="image/png"),
            ]
        )

    async def list_resource_templates(
        self, context: Context, params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        template = ResourceTemplate(
            uri_template="test://template/{id}/data", name="data", description="By id.", mime_type="application/json"
        )
        return ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(self, context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        uri = str(params.uri)
        if uri == "test://static-text":
            words = "This is the content of the static text resource."
            return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type="text/plain", text=words)])
        if uri == "test://static-binary":
            return ReadResourceResult(contents=[BlobResourceContents(uri=uri, mime_type="image/png", blob=PICTURE)])
        if found := _DATA.fullmatch(uri):
            data = json.dumps({"id": found[1], "templateTest": True, "data": f"Data for ID: {found[1]}"})
            return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type="application/json", text=data)])
        return await super().read_resource(context, params)


def _describe_prompt(name: str) -> Prompt:
    arguments = [PromptArgument(name=each, description=each, required=True) for each in _PROMPTS[name]]
    return Prompt(name=name, description=f"For the conformance suite: {name}.", arguments=arguments)


def _write_messages(name: str, arguments: Mapping[str, str]) -> list[PromptMessage]:
    missing = [each for each in _PROMPTS[name] if each not in arguments]
    if missing:
        raise MCPError(INVALID_PARAMS, f"Missing: {', '.join(missing)}")

    def say(words: str) -> PromptMessage:
        return PromptMessage(role="user", content=TextContent(type="text", text=words))

    match name:
        case "test_prompt_with_arguments":
            return [say(f"Prompt with arguments: arg1='{arguments['arg1']}', arg2='{arguments['arg2']}'")]
        case "test_prompt_with_embedded_resource":
            resource = embedded(arguments["resourceUri"], "text/plain", "Embedded resource content for testing.")
            return [PromptMessage(role="user", content=resource), say("Please process the embedded resource above.")]
        case "test_prompt_with_image":
            image = ImageContent(type="image", data=PICTURE, mime_type="image/png")
            return [PromptMessage(role="user", content=image), say("Please analyze the image above.")]
        case _:
            return [say("This is a simple prompt for testing.")]


@asynccontextmanager
async def serve_fixtures() -> AsyncGenerator[Served]:
    """On a free port of loopback, as ``ims-mcp serve --http`` does."""
    async with served(make_server=FixtureServer) as to:
        yield to


async def main() -> None:
    """Until nobody holds the other end of stdin."""
    async with serve_fixtures() as to:
        print(to.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
