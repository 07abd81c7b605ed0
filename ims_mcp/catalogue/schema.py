"""A parameter table as a lean JSON schema: object root, no ``$ref``, no unions with null, no titles.

The root says nothing of unknown arguments, since google-genai refuses a tool whose root does; they are refused at the
call. An object of any shape says so: pydantic-ai and strict modes take one that does not for one without fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ims_mcp.catalogue.operation import AtLeastOne, HoldsOne, Needs, Operation, Parameter, Rule
from ims_mcp.catalogue.published_names import publish_name

Schema = dict[str, Any]
Describe = Callable[[Parameter], str]


def any_shape() -> Schema:
    """What an open object says of fields it does not name: a schema that everything fits and that is not empty.

    It means what ``true`` means. google-genai's own MCP support looks for fields in it, which a boolean has not, and
    then refuses the tool and all others with it. openai-agents up to 0.6 sees nothing in an empty one and sends the
    tool as strict, which OpenAI's API refuses while an object is open. Every byte of it stands in the list 200 times.
    """
    return {"additionalProperties": {"title": ""}}


def describe_limits(parameter: Parameter) -> str:
    """The text of a parameter with its limits: several clients pass on texts, but no ``maximum`` or ``maxLength``."""
    return add_limits(parameter.text, parameter)


def input_schema(operation: Operation, describe: Describe = describe_limits) -> Schema:
    """The JSON schema of the operation's arguments under their published names, in the table's order."""
    shown = [row for row in operation.parameters if not row.hidden]
    schema: Schema = {
        "type": "object",
        "properties": {publish_name(row.name): parameter_schema(row, describe) for row in shown},
    }
    return _add_required(schema, [publish_name(row.name) for row in shown if row.required])


def parameter_schema(parameter: Parameter, describe: Describe = describe_limits) -> Schema:
    """The schema of one value. Byte limits appear as ``maxLength``: a character is at least one byte."""
    schema: Schema = {"type": parameter.kind}
    if parameter.kind == "array":
        schema["items"] = parameter_schema(parameter.items, describe) if parameter.items else {"type": "string"}
    elif parameter.kind == "object":
        fields = {row.name: row for case in parameter.cases for row in case.fields}
        fields = {row.name: row for row in parameter.fields} | fields
        if fields:
            schema["properties"] = {
                name: parameter_schema(row, describe) for name, row in fields.items() if not row.hidden
            }
            schema = _add_required(schema, [row.name for row in parameter.fields if row.required])
        if parameter.extra_fields or not fields:
            schema |= any_shape()
    text = describe(parameter)
    if text:
        schema["description"] = text
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    if parameter.pattern:
        schema["pattern"] = f"^(?:{parameter.pattern})$"
    for keyword, value in (
        ("minimum", parameter.minimum),
        ("maximum", parameter.maximum),
        ("minLength", parameter.min_characters),
        ("maxLength", _find_max_length(parameter)),
    ):
        if value is not None and not (keyword.endswith("Length") and (parameter.pattern or schema["type"] != "string")):
            schema[keyword] = value
    return schema


def _add_required(schema: Schema, required: list[str]) -> Schema:
    return {**schema, "required": required} if required else schema


def _find_max_length(parameter: Parameter) -> int | None:
    limits = [limit for limit in (parameter.max_characters, parameter.max_bytes) if limit is not None]
    return min(limits) if limits else None


def add_limits(text: str, parameter: Parameter) -> str:
    """``text`` and those limits of the parameter that it does not name yet, in a few words."""
    said = set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d)", "", text)))
    limits: list[str] = []

    def is_unsaid(number: float | None) -> bool:
        return number is not None and f"{number:.15g}" not in said

    def say(limit: str, number: float) -> None:
        if is_unsaid(number):
            limits.append(limit)

    def say_span(least: float | None, most: float | None, unit: str = "") -> None:
        if is_unsaid(least) and is_unsaid(most):
            limits.append(f"{_write_number(least)} to {_write_number(most)}{unit}")
        elif is_unsaid(most):
            limits.append(f"at most {_write_number(most)}{unit}")
        elif is_unsaid(least):
            limits.append(f"at least {_write_number(least)}{unit}")

    say_span(parameter.minimum, parameter.maximum)
    if parameter.max_decimals is not None:
        say(f"at most {parameter.max_decimals} decimals", parameter.max_decimals)
    if parameter.max_parts is not None:
        say(f"at most {parameter.max_parts}", parameter.max_parts)
    if parameter.max_part_bytes is not None:
        say(f"at most {parameter.max_part_bytes} bytes each", parameter.max_part_bytes)
    if not parameter.pattern:
        shortest = parameter.min_characters
        say_span(shortest if shortest != 1 else None, parameter.max_characters, " characters")
        if parameter.max_bytes is not None:
            say(f"at most {_write_number(parameter.max_bytes)} bytes", parameter.max_bytes)
    if not limits:
        return text
    sentence = f"{', '.join(limits)}."
    return f"{text} {sentence[0].upper()}{sentence[1:]}" if text else f"{sentence[0].upper()}{sentence[1:]}"


def _write_number(value: float | None) -> str:
    return "" if value is None else f"{value:,.15g}"


def first_sentence(text: str) -> str:
    """A text up to the end of its first sentence: what a list has room for."""
    found = re.match(r".*?[^.\s][.!?](?=\s+[A-Z(\"'0-9]|\s*$)", text, re.DOTALL)
    return found[0] if found else text


def rule_text(rule: Rule) -> str:
    """A rule between parameters as a sentence of the tool's description."""
    match rule:
        case AtLeastOne(names):
            return f"Give {' or '.join(map(publish_name, names))}."
        case HoldsOne():
            return ""  # The parameter's own text says what it needs.
        case Needs(parameter, value, needs, values):
            when = f"{publish_name(parameter)}={value}" if value is not None else publish_name(parameter)
            return f"{when} needs {publish_name(needs)}{'=' + ' or '.join(values) if values else ''}."
