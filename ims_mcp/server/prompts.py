"""The prompts of ``prompts/*.md``, served over MCP.

A file is a head in TOML between two ``+++`` lines, then the text. The head has ``title``, ``description``, the table
``arguments`` (name -> what it is) and ``required``, their names that have to be given; one with a ``toolset`` is for
servers that list it. ``{{NAME}}`` in the text is replaced by the argument; a line that names an argument that was not
given is left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from mcp_types import GetPromptResult, Prompt, PromptArgument, PromptMessage, TextContent

from ims_mcp.foreign_text import clean
from ims_mcp.server.icons import make_icon
from ims_mcp.server.tool import quote_name

_NAMED = re.compile(r"`([a-z_]+)`")
_MOST_UNKNOWN = 10
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One prompt as written."""

    listed: Prompt
    text: str
    toolset: str = ""
    """The one that it needs."""

    @property
    def named(self) -> frozenset[str]:
        """What the text names in backquotes: tools, and words of their answers."""
        return frozenset(_NAMED.findall(self.text))

    def find_problem(self, given: Mapping[str, Any]) -> str:
        """What is wrong with the arguments of a request, or an empty text."""
        arguments = self.listed.arguments or []
        known = [argument.name for argument in arguments]
        missing = [argument.name for argument in arguments if argument.required and not given.get(argument.name)]
        unknown = [name for name in given if name not in known]
        problems = [f"missing: {', '.join(missing)}"] if missing else []
        if unknown:
            problems.append(f"unknown: {', '.join(map(quote_name, unknown[:_MOST_UNKNOWN]))}")
            if len(unknown) > _MOST_UNKNOWN:
                problems.append(f"and {len(unknown) - _MOST_UNKNOWN:,} more")
        return f"{'; '.join(problems)}. Its arguments are {', '.join(known)}." if problems else ""

    def render(self, given: Mapping[str, str]) -> GetPromptResult:
        """The text with the arguments in place."""
        lines = [line for line in self.text.splitlines() if all(given.get(n) for n in _PLACEHOLDER.findall(line))]
        text = _PLACEHOLDER.sub(lambda match: clean(given[match[1]]), "\n".join(lines)).strip()
        message = PromptMessage(role="user", content=TextContent(type="text", text=text))
        return GetPromptResult(description=self.listed.description, messages=[message])


def read_prompts(toolsets: Iterable[str] | None = None) -> dict[str, PromptFile]:
    """The prompts of the package by name, those that do without other than these toolsets; None: all."""
    packaged = files("ims_mcp").joinpath("prompts")
    # In a checkout the prompts lie beside the package; the wheel carries them inside it.
    directory = packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "prompts"
    entries = {entry.name: entry for entry in directory.iterdir() if entry.name.endswith(".md")}
    texts = {name.removesuffix(".md"): entries[name].read_text(encoding="utf-8") for name in sorted(entries)}
    parsed = {name: parse_prompt(name, text) for name, text in texts.items()}
    return {name: file for name, file in parsed.items() if toolsets is None or file.toolset in ("", *toolsets)}


def parse_prompt(name: str, content: str) -> PromptFile:
    """Raises ValueError for a file that is not of the form above."""
    try:
        _, head, text = content.split("+++\n", 2)
        fields = tomllib.loads(head)
        described: dict[str, str] = fields["arguments"]
        required = {*fields["required"]}
        arguments = [
            PromptArgument(name=each, description=words, required=each in required) for each, words in described.items()
        ]
        listed = Prompt(
            name=name,
            title=fields["title"],
            description=fields["description"],
            arguments=arguments,
            icons=[make_icon(name)],
        )
    except (ValueError, KeyError) as error:
        raise ValueError(f"the head of the prompt {name} cannot be used: {error!r}") from error
    if unknown := {*_PLACEHOLDER.findall(text), *required} - described.keys():
        raise ValueError(f"the prompt {name} lacks the arguments {sorted(unknown)}")
    return PromptFile(listed, text, str(fields.get("toolset", "")))
