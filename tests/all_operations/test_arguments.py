"""Drawn and mutated arguments for every operation: sent, or refused with every problem named; never an opaque error."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from mcp_types import CallToolResult

from ims_mcp.catalogue import Effect, Operation, operations
from ims_mcp.cli.connection import open_connection
from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.operation_tools import OperationTools
from ims_mcp.settings import Settings
from tests.client.scripted_service import Arrived, ScriptedService
from tests.drawn_arguments import EXAMPLES, drawn, mutated, seeds
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import CREDENTIAL, by_nobody, text_of

COUNTS = [EXAMPLES, pytest.param(4 * EXAMPLES, marks=pytest.mark.slow)]

Make = Callable[[Operation, Random], dict[str, Any]]


async def try_all(make: Make, count: int, *, by_call_tool: bool) -> tuple[int, int]:
    """(calls sent, calls refused) of every operation with arguments from ``make``; asserts that each was clear."""
    sent = refused = 0
    settings = Settings(allow_destructive=True)
    with ScriptedService() as service:
        async with open_connection(settings, service.endpoint, service.endpoint, FixedCredentials(CREDENTIAL)) as to:
            maker = OperationTools(Confirmations())
            call_tools = {effect: maker.make_effect_tool(effect) for effect in Effect}
            for operation in operations():
                tool = call_tools[operation.effect] if by_call_tool else maker.make_operation_tool(operation)
                for random in seeds(operation, count):
                    arguments = make(operation, random)
                    before = service.count
                    given = {"operation": operation.name, "arguments": arguments} if by_call_tool else arguments
                    result = await tool.run(given, by_nobody(to))
                    assert isinstance(result, CallToolResult)
                    assert_clear(operation, arguments, result, service.arrived[before:])
                    sent, refused = sent + (not result.is_error), refused + bool(result.is_error)
    return sent, refused


def assert_clear(
    operation: Operation, arguments: dict[str, Any], result: CallToolResult, arrived: list[Arrived]
) -> None:
    text = text_of(result)
    about = (operation.name, arguments, text)
    assert "Traceback" not in text, about
    assert "failed inside this server" not in text, about
    text.encode("utf-8")
    calls = [request.action for request in arrived]
    if result.is_error:
        # Text that is no Unicode stops at the call tool itself.
        names = (operation.name, f"Call{operation.effect.title()}Operation")
        assert any(f"{name} was not sent" in text for name in names), about
        assert "\n- " in text, about
        assert operation.name not in calls, about
    else:
        json.loads(text)
        # Some read before or after it what the asset is like.
        assert calls.count(operation.name) == 1, about


@pytest.mark.anyio
@pytest.mark.parametrize("count", COUNTS)
async def test_arguments_drawn_from_the_schemas_are_sent_or_clearly_refused(count: int) -> None:
    sent, refused = await try_all(drawn, count, by_call_tool=False)
    assert sent + refused == 400 * count
    assert sent > refused  # most of what the schema allows is right


@pytest.mark.anyio
@pytest.mark.parametrize("count", COUNTS)
async def test_mutated_arguments_are_clearly_refused_or_sent(count: int) -> None:
    sent, refused = await try_all(mutated, count, by_call_tool=False)
    assert sent + refused == 400 * count
    assert refused > 100 * count


@pytest.mark.anyio
@pytest.mark.parametrize("count", COUNTS)
async def test_mutated_arguments_of_the_call_tools_are_clearly_refused_or_sent(count: int) -> None:
    sent, refused = await try_all(mutated, count, by_call_tool=True)
    assert sent + refused == 400 * count


@pytest.mark.anyio
@pytest.mark.parametrize("effect", list(Effect))
async def test_arguments_of_a_call_tool_that_are_no_object_are_refused(effect: Effect) -> None:
    with ScriptedService() as service:
        settings = Settings(allow_destructive=True)
        async with open_connection(settings, service.endpoint, service.endpoint, FixedCredentials(CREDENTIAL)) as to:
            tool = OperationTools(Confirmations()).make_effect_tool(effect)
            for wrong in ("[1]", "text", 5, [1], True, "{", '{"a": NaN}'):
                result = await tool.run({"operation": "GetMediaInfo", "arguments": wrong}, by_nobody(to))
                assert isinstance(result, CallToolResult)
                assert result.is_error
                assert "arguments: " in text_of(result), text_of(result)
            names: list[Any] = ["", "No Such", "\ud800", 5, None, [], "x" * 1000]
            for wrong in names:
                result = await tool.run({"operation": wrong, "arguments": {}}, by_nobody(to))
                assert isinstance(result, CallToolResult)
                assert result.is_error
                assert "failed inside this server" not in text_of(result)
                text_of(result).encode()
        assert service.count == 0
