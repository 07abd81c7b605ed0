"""A parameter table as a lean JSON schema: object root, no ``$ref``, no unions with null, no titles."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue.operation import AtLeastOne, Needs, Operation, Parameter, Rule

Schema = dict[str, Any]


def input_schema(operation: Operation) -> Schema:
    """The JSON schema of the operation's arguments, in the table's order."""
    return object_schema(operation.parameters)


def object_schema(parameters: tuple[Parameter, ...], *, extra_fields: bool = False) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {row.name: parameter_schema(row) for row in parameters if not row.hidden},
    }
    required = [row.name for row in parameters if row.required]
    if required:
        schema["required"] = required
    if not extra_fields:
        schema["additionalProperties"] = False
    return schema


def parameter_schema(parameter: Parameter) -> Schema:
    """The schema of one value. Byte limits appear as ``maxLength``: a character is at least one byte."""
    schema: Schema
    if parameter.kind == "array":
        schema = {"type": "array", "items": parameter_schema(parameter.items) if parameter.items else {}}
    elif parameter.kind == "object" and parameter.fields:
        schema = object_schema(parameter.fields, extra_fields=parameter.extra_fields)
    else:
        schema = {"type": parameter.kind}
    if parameter.text:
        schema["description"] = parameter.text
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    if parameter.pattern:
        schema["pattern"] = f"^{parameter.pattern}$"
    for keyword, value in (
        ("minimum", parameter.minimum),
        ("maximum", parameter.maximum),
        ("minLength", parameter.min_characters),
        ("maxLength", _max_length(parameter)),
    ):
        if value is not None and not (keyword.endswith("Length") and (parameter.pattern or schema["type"] != "string")):
            schema[keyword] = value
    return schema


def _max_length(parameter: Parameter) -> int | None:
    limits = [limit for limit in (parameter.max_characters, parameter.max_bytes) if limit is not None]
    return min(limits) if limits else None


def rule_text(rule: Rule) -> str:
    """A rule between parameters as a sentence of the tool's description."""
    match rule:
        case AtLeastOne(names):
            return f"Give {' or '.join(names)}."
        case Needs(parameter, value, needs, values):
            when = f"{parameter}={value}" if value is not None else parameter
            return f"{when} needs {needs}{'=' + ' or '.join(values) if values else ''}."
