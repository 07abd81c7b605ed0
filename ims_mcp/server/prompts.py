"""The prompts of ``prompts/*.md``, served over MCP.

A file is a head of ``key: value`` lines between two ``---`` lines, then the text. Keys: ``title``, ``description``,
and one ``argument NAME`` or ``argument NAME (required)`` for each argument. ``{{NAME}}`` in the text is replaced by
the argument; a line that names an argument that was not given is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument

from ims_mcp.foreign_text import clean
from ims_mcp.server.failures import quote_name

_HEAD = re.compile(r"---\n(?P<head>.*?)\n---\n+(?P<text>.*)", re.DOTALL)
_ARGUMENT = re.compile(r"argument (?P<name>\w+)(?P<required> \(required\))?")
_NAMED = re.compile(r"`([a-z_]+)`")
_MOST_UNKNOWN = 10
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One prompt as written."""

    name: str
    title: str
    description: str
    arguments: tuple[PromptArgument, ...]
    text: str

    @property
    def named(self) -> frozenset[str]:
        """What the text names in backquotes: tools, and words of their answers."""
        return frozenset(_NAMED.findall(self.text))

    def problem_with(self, given: Mapping[str, Any]) -> str:
        """What is wrong with the arguments of a request, or an empty text."""
        known = [argument.name for argument in self.arguments]
        missing = [argument.name for argument in self.arguments if argument.required and not given.get(argument.name)]
        unknown = [name for name in given if name not in known]
        problems = [f"missing: {', '.join(missing)}"] if missing else []
        if unknown:
            problems.append(f"unknown: {', '.join(map(quote_name, unknown[:_MOST_UNKNOWN]))}")
            if len(unknown) > _MOST_UNKNOWN:
                problems.append(f"and {len(unknown) - _MOST_UNKNOWN:,} more")
        return f"{'; '.join(problems)}. Its arguments are {', '.join(known)}." if problems else ""

    def rendered(self, given: dict[str, str]) -> str:
        """The text with the arguments in place."""
        lines = [line for line in self.text.splitlines() if all(given.get(n) for n in _PLACEHOLDER.findall(line))]
        return _PLACEHOLDER.sub(lambda match: clean(given[match[1]]), "\n".join(lines)).strip()


def prompt_files() -> list[PromptFile]:
    """Every prompt of the package, by name."""
    return [
        parsed(entry.name.removesuffix(".md"), entry.read_text(encoding="utf-8"))
        for entry in sorted(_directory().iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".md")
    ]


def _directory() -> Traversable:
    packaged = files("ims_mcp").joinpath("prompts")
    # In a checkout the prompts lie beside the package; the wheel carries them inside it.
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "prompts"


def parsed(name: str, content: str) -> PromptFile:
    """Raises ValueError for a file that is not of the form above."""
    match = _HEAD.fullmatch(content)
    if match is None:
        raise ValueError(f"the prompt {name} has no head between two --- lines")
    fields: dict[str, str] = {}
    arguments: list[PromptArgument] = []
    for line in match["head"].splitlines():
        key, separator, value = (part.strip() for part in line.partition(":"))
        argument = _ARGUMENT.fullmatch(key)
        if not separator or not value or (argument is None and key not in ("title", "description")):
            raise ValueError(f"the prompt {name} has an unusable line in its head: {line!r}")
        if argument is None:
            fields[key] = value
        else:
            arguments.append(
                PromptArgument(name=argument["name"], description=value, required=argument["required"] is not None)
            )
    unknown = set(_PLACEHOLDER.findall(match["text"])) - {argument.name for argument in arguments}
    if unknown or set(fields) != {"title", "description"}:
        raise ValueError(f"the prompt {name} lacks a title, a description or the arguments {sorted(unknown)}")
    return PromptFile(name, fields["title"], fields["description"], tuple(arguments), match["text"])


def prompt(file: PromptFile) -> Prompt:
    """The prompt in the form the MCP server takes."""

    def render(**given: str) -> str:
        return file.rendered(given)

    return Prompt(
        name=file.name,
        title=file.title,
        description=file.description,
        arguments=list(file.arguments),
        fn=render,
        context_kwarg=None,
    )
