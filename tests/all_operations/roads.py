"""Every operation with arguments that pass its table, and the roads by which a call of it can be made."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from mcp import Client
from mcp_types import CallToolResult

from ims_mcp.catalogue import AskWhen, Effect, Operation, get_operation, operations
from ims_mcp.catalogue.example import make_example
from ims_mcp.settings import Settings
from tests.server.connected import connected, text_of

EVERYTHING = ("all",)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is right in every respect."""

    operation: Operation
    arguments: dict[str, Any]

    @property
    def effect(self) -> Effect:
        return self.operation.effect_of(self.arguments)


def calls() -> list[Call]:
    """One of every operation, and one more for each condition under which the user is asked."""
    found = [Call(operation, make_example(operation)) for operation in operations()]
    for operation in operations():
        found += [
            Call(operation, meeting(operation, condition)) for condition in operation.destructive_when if condition.path
        ]
    return found


def meeting(operation: Operation, condition: AskWhen) -> dict[str, Any]:
    """A good call that the condition applies to."""
    name, *inner = condition.path.split(".")
    if condition.absent:
        return {each: value for each, value in make_example(operation).items() if each != name}
    rows = tuple(replace(row, required=True) if row.name == name else row for row in operation.parameters)
    given = make_example(replace(operation, parameters=rows, example={})) | make_example(operation)
    if not condition.values:
        return given
    if inner:  # a list of objects, so far
        (field,) = inner
        return {**given, name: [{**entry, field: condition.values[0]} for entry in given[name]]}
    return {**given, name: condition.values[0] == "true" if given[name] is True else condition.values[0]}


def calls_that(*effects: Effect) -> list[Call]:
    return [call for call in calls() if call.effect in effects]


async def by_its_own_tool(client: Client, call: Call) -> CallToolResult:
    return await client.call_tool(call.operation.tool_name, call.arguments)


async def by_the_call_tool(client: Client, call: Call) -> CallToolResult:
    tool = f"call_{call.operation.effect}_operation"
    return await client.call_tool(tool, {"operation": call.operation.name, "operation_arguments": call.arguments})


ROADS = (by_its_own_tool, by_the_call_tool)


@asynccontextmanager
async def everything(endpoint: str, **more: Any) -> AsyncGenerator[Client]:
    """A client of a server that has a tool for every operation."""
    async with connected(endpoint, settings=Settings(toolsets=EVERYTHING, **more)) as client:
        yield client


def refusal_of(result: CallToolResult) -> str:
    """What a call that was not made says."""
    assert result.is_error, text_of(result)
    return text_of(result)


def operation(name: str) -> Operation:
    return get_operation(name)
