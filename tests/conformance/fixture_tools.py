"""Tools that MCP's conformance suite calls by name: what they return, what they ask, what they report."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import anyio
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    AudioContent,
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    EmbeddedResource,
    ImageContent,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    SamplingMessage,
    TextContent,
    TextResourceContents,
    Tool,
)

Context = ServerRequestContext[Any]
Answer = CallToolResult | InputRequiredResult
Run = Callable[[Context, CallToolRequestParams], Awaitable[Answer]]

MISSING_CAPABILITY = -32021


def _make_picture() -> bytes:
    """A red PNG of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


PICTURE = base64.b64encode(_make_picture()).decode()
_SOUND = base64.b64encode(
    b"RIFF" + struct.pack("<I", 38) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    + b"data" + struct.pack("<I", 2) + b"\x00\x00"
).decode()  # fmt: skip


def text(words: str, *, is_error: bool = False) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=words)], is_error=is_error)


def embedded(uri: str, mime_type: str, words: str) -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime_type, text=words))


def form(message: str, **properties: str) -> ElicitRequest:
    """A question whose answers are all required; the values are their JSON types."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(words: str) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=words))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=100))


def _returning(*content: ContentBlock) -> Run:
    async def run(context: Context, params: CallToolRequestParams) -> Answer:
        return CallToolResult(content=list(content))

    return run


async def _fail(context: Context, params: CallToolRequestParams) -> Answer:
    return text("This tool intentionally returns an error for testing", is_error=True)


async def _report_progress(context: Context, params: CallToolRequestParams) -> Answer:
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100)
        await anyio.sleep(0.05)
    return text("Three reports of progress were sent")


async def _need_sampling(context: Context, params: CallToolRequestParams) -> Answer:
    capabilities = context.session.client_capabilities
    if capabilities is None or capabilities.sampling is None:
        data: dict[str, Any] = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_CAPABILITY, "This tool needs a client that samples.", data)
    return text("The client samples")


def _asking(requests: Mapping[str, InputRequest], *, state: str | None = None, done: str = "Hello") -> Run:
    """Asks until every question has an answer of its kind, and then says ``done`` and what the answers were."""

    async def run(context: Context, params: CallToolRequestParams) -> Answer:
        given = params.input_responses or {}
        if not set(requests) <= set(given) or (state is not None and params.request_state != state):
            return InputRequiredResult(input_requests=dict(requests), request_state=state)
        said = {name: given[name].model_dump(mode="json", by_alias=True, exclude_none=True) for name in requests}
        return text(f"{done}: {json.dumps(said)}")

    return run


async def _ask_in_rounds(context: Context, params: CallToolRequestParams) -> Answer:
    given = params.input_responses or {}
    if params.request_state == "round 2" and "step2" in given:
        return text("Both steps have been answered")
    if params.request_state == "round 1" and "step1" in given:
        second = {"step2": form("Step 2: What is your favorite color?", color="string")}
        return InputRequiredResult(input_requests=dict[str, InputRequest](second), request_state="round 2")
    first = {"step1": form("Step 1: What is your name?", name="string")}
    return InputRequiredResult(input_requests=dict[str, InputRequest](first), request_state="round 1")


async def _ask_what_the_client_can(context: Context, params: CallToolRequestParams) -> Answer:
    can = context.session.client_capabilities
    requests: dict[str, InputRequest] = {}
    if can is not None and can.sampling is not None:
        requests["sampled"] = sample("What is the capital of France?")
    if can is not None and can.elicitation is not None:
        requests["name"] = form("What is your name?", name="string")
    return InputRequiredResult(input_requests=requests) if requests else text("The client can be asked nothing")


_NAME: dict[str, InputRequest] = {"user_name": form("What is your name?", name="string")}
_CONFIRM: dict[str, InputRequest] = {"confirm": form("Please confirm", ok="boolean")}
_CAPITAL: dict[str, InputRequest] = {"capital_question": sample("What is the capital of France?")}
_ROOTS: dict[str, InputRequest] = {"client_roots": ListRootsRequest()}
_SEVERAL = {**_NAME, "greeting": sample("Generate a greeting"), **_ROOTS}
_IMAGE = ImageContent(type="image", data=PICTURE, mime_type="image/png")
_ASKS = "test_input_required_result_"

RUNS: dict[str, Run] = {
    "test_simple_text": _returning(TextContent(type="text", text="This is a simple text response for testing.")),
    "test_image_content": _returning(_IMAGE),
    "test_audio_content": _returning(AudioContent(type="audio", data=_SOUND, mime_type="audio/wav")),
    "test_embedded_resource": _returning(
        embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    ),
    "test_multiple_content_types": _returning(
        TextContent(type="text", text="Multiple content types test:"),
        _IMAGE,
        embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ),
    "test_error_handling": _fail,
    "test_tool_with_progress": _report_progress,
    "test_missing_capability": _need_sampling,
    "test_logging_tool": _returning(TextContent(type="text", text="Nothing is logged to a client")),
    "test_streaming_elicitation": _asking(_NAME),
    f"{_ASKS}elicitation": _asking(_NAME),
    f"{_ASKS}sampling": _asking(_CAPITAL),
    f"{_ASKS}list_roots": _asking(_ROOTS),
    f"{_ASKS}request_state": _asking(_CONFIRM, state="confirming", done="state-ok"),
    f"{_ASKS}tampered_state": _asking(_CONFIRM, state="confirming", done="state-ok"),
    f"{_ASKS}multiple_inputs": _asking(_SEVERAL, state="several"),
    f"{_ASKS}multi_round": _ask_in_rounds,
    f"{_ASKS}capabilities": _ask_what_the_client_can,
    "test_custom_headers": _returning(TextContent(type="text", text="The header and the argument agree")),
    "json_schema_2020_12_tool": _returning(TextContent(type="text", text="The arguments fit")),
}

_SCHEMAS: dict[str, dict[str, Any]] = {
    "test_custom_headers": {
        "type": "object",
        "properties": {"place": {"type": "string", "x-mcp-header": "Place"}},
        "required": ["place"],
    },
    "json_schema_2020_12_tool": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            }
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": False,
    },
}

TOOLS = [
    Tool(
        name=name,
        description=f"For the conformance suite: {name.replace('_', ' ')}.",
        input_schema=_SCHEMAS.get(name, {"type": "object", "properties": {}}),
    )
    for name in RUNS
]
