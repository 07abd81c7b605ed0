"""A real model at the desk: reached over an OpenAI- or Anthropic-compatible address with pydantic-ai, within bounds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from mcp_types import Tool as ListedTool
from pydantic_ai import Agent, Tool
from pydantic_ai.models import Model
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.usage import RunUsage, UsageLimits

from benchmarks.assistant.desk import Desk

Api = Literal["openai", "anthropic"]
BRIEF = (
    "You work for a media team, by these tools alone. Nobody answers questions beyond what the tools ask by themselves:"
    " do what is asked, then say in a few sentences, in the user's language, what you did or found."
)
"""What stands in the system prompt before the server's own instructions."""
_AS_LISTED = ModelProfile(json_schema_transformer=None)
"""Schemas are sent as the server lists them, not as pydantic-ai would write them for this provider."""


class ModelGaveUp(Exception):
    """The model came to no answer. The text says why, without the key."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one task."""

    requests: int
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RealModel:
    """A model by its name at an address. ``key`` is sent there and shown nowhere."""

    name: str
    base_url: str
    api: Api
    key: str
    bounds: Bounds

    async def work(self, desk: Desk, request: str, usage: RunUsage) -> str:
        """Plays a task; what it used is added to ``usage`` even where it fails. Raises ModelGaveUp."""
        listed = (await desk.client.list_tools()).tools
        agent = Agent(
            self._connect(),
            instructions="\n\n".join(filter(None, (BRIEF, desk.client.instructions))),
            tools=[_offer(desk, tool) for tool in listed],
        )
        limits = UsageLimits(request_limit=self.bounds.requests, total_tokens_limit=self.bounds.tokens)
        try:
            run = await agent.run(request, usage_limits=limits, usage=usage, timeout=self.bounds.seconds)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise ModelGaveUp(text.replace(self.key, "(key)") if self.key else text) from None
        return run.output

    def _connect(self) -> Model:
        # A given key keeps the clients from looking for others in the environment; local servers want none.
        key = self.key or "none"
        if self.api == "anthropic":
            from pydantic_ai.models.anthropic import AnthropicModel
            from pydantic_ai.providers.anthropic import AnthropicProvider

            return AnthropicModel(
                self.name, provider=AnthropicProvider(api_key=key, base_url=self.base_url), profile=_AS_LISTED
            )
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider

        return OpenAIChatModel(
            self.name, provider=OpenAIProvider(api_key=key, base_url=self.base_url), profile=_AS_LISTED
        )


def _offer(desk: Desk, listed: ListedTool) -> Tool[object]:
    """A listed tool with its schema and text as they are; a refused call is text to be read, too."""
    call: Callable[..., Awaitable[str]] = _make_call(desk, listed.name)
    tool: Tool[object] = Tool.from_schema(call, listed.name, listed.description, dict(listed.input_schema))
    tool.strict = False
    return tool


def _make_call(desk: Desk, name: str) -> Callable[..., Awaitable[str]]:
    async def call(**arguments: Any) -> str:
        return (await desk.use(name, arguments)).text

    return call
