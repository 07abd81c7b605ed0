"""Write ims_mcp/catalogue/facts.json from the official SDK's source: names, types, nesting, placement, method.

Run with the development dependencies installed: ``python scripts/generate_facts.py [--check]``.
Only facts are taken; the vendor's sentences stay in the SDK. The SDK is read as a syntax tree, not imported,
because what a parameter table needs (where a parameter travels, whether it is required) stands in its code
and comments, not in its objects.

The file is one JSON object with one operation a line, so a diff between two SDK releases reads by operation.
"""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DISTRIBUTION = "alibabacloud-ice20201109"
MODULE = "alibabacloud_ice20201109"
TARGET = Path(__file__).resolve().parent.parent / "ims_mcp" / "catalogue" / "facts.json"
REQUIRED_MARK = "This parameter is required."
SCALARS = {"str": "string", "int": "integer", "bool": "boolean", "float": "number"}

Facts = dict[str, Any]


class ModelClass:
    """One model class of the SDK: its fields in declaration order, as (wire name, type expression, required)."""

    def __init__(self, node: ast.ClassDef, source_lines: list[str]) -> None:
        self.name = node.name
        methods = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
        init = methods["__init__"]
        types = {arg.arg: arg.annotation for arg in init.args.args[1:]}
        required = _required_attributes(init, source_lines)
        wire_names = _wire_names(methods["from_map"])
        self.fields = [(wire_names[name], types[name], name in required) for name in types]


def _required_attributes(init: ast.FunctionDef, source_lines: list[str]) -> set[str]:
    """Attributes whose comment block (the lines right above the assignment) carries the required mark."""
    found: set[str] = set()
    for statement in init.body:
        if not isinstance(statement, ast.Assign):
            continue
        target = statement.targets[0]
        assert isinstance(target, ast.Attribute)
        line = statement.lineno - 2
        while line >= 0 and source_lines[line].lstrip().startswith("#"):
            if REQUIRED_MARK in source_lines[line]:
                found.add(target.attr)
            line -= 1
    return found


def _wire_names(from_map: ast.FunctionDef) -> dict[str, str]:
    """Attribute -> name on the wire, from ``if m.get('X') is not None: self.x = …`` (or ``self.x.append(…)``)."""
    names: dict[str, str] = {}
    for node in from_map.body:
        if not isinstance(node, ast.If):
            continue
        keys = [n.value for n in ast.walk(node.test) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        attributes = [
            n.attr
            for statement in node.body
            for n in ast.walk(statement)
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "self"
        ]
        if len(keys) == 1 and len(set(attributes)) == 1:
            names[attributes[0]] = keys[0]
    return names


def _model_classes(package: Path) -> dict[str, ModelClass]:
    classes: dict[str, ModelClass] = {}
    for path in sorted((package / "models").glob("_*.py")):
        if path.name == "__init__.py":
            continue
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                classes[node.name] = ModelClass(node, lines)
    return classes


def _type_facts(expression: ast.expr | None, classes: dict[str, ModelClass], inside: tuple[str, ...]) -> Facts:
    """A type expression of the SDK as facts: {"type": …[, "fields": […]][, "items": {…}]}."""
    if isinstance(expression, ast.Name):
        return {"type": SCALARS[expression.id]} if expression.id in SCALARS else {"type": "any"}
    if isinstance(expression, ast.Attribute):
        name = expression.attr
        if name in inside:
            return {"type": "object", "recursive": True}
        return {"type": "object", "fields": _field_facts(classes[name], classes, (*inside, name))}
    assert isinstance(expression, ast.Subscript) and isinstance(expression.value, ast.Name), ast.dump(expression)  # type: ignore[arg-type]
    if expression.value.id == "List":
        return {"type": "array", "items": _type_facts(expression.slice, classes, inside)}
    assert expression.value.id == "Dict"
    return {"type": "object"}


def _field_facts(model: ModelClass, classes: dict[str, ModelClass], inside: tuple[str, ...]) -> list[Facts]:
    result: list[Facts] = []
    for wire_name, expression, required in model.fields:
        facts: Facts = {"name": wire_name, **_type_facts(expression, classes, inside)}
        if required:
            facts["required"] = True
        result.append(facts)
    return result


def _operation_methods(client: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every synchronous method that names an action; five of them are spelled without the usual suffix."""
    for node in ast.walk(client):
        if isinstance(node, ast.FunctionDef):
            for inner in ast.walk(node):
                if (
                    isinstance(inner, ast.keyword)
                    and inner.arg == "action"
                    and isinstance(inner.value, ast.Constant)
                    and isinstance(inner.value.value, str)
                ):
                    yield inner.value.value, node


def _constants(method: ast.FunctionDef, name: str) -> str:
    for node in ast.walk(method):
        if isinstance(node, ast.keyword) and node.arg == name and isinstance(node.value, ast.Constant):
            return str(node.value.value)
    raise LookupError(f"{method.name} sets no {name}")


def _placements(method: ast.FunctionDef) -> dict[str, str]:
    """Wire name -> "query" or "body", from ``query['X'] = …`` and ``body['X'] = …``."""
    places: dict[str, str] = {}
    for node in ast.walk(method):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0]
            if isinstance(target.value, ast.Name) and target.value.id in ("query", "body"):
                assert isinstance(target.slice, ast.Constant)
                places[str(target.slice.value)] = target.value.id
    return places


def _sends_whole_request(method: ast.FunctionDef) -> bool:
    """True for the GET operations, which put ``request.to_map()`` into the query as it is."""
    return any(isinstance(node, ast.Attribute) and node.attr == "to_map" for node in ast.walk(method))


def _json_strings(method: ast.FunctionDef) -> set[str]:
    """Wire names that travel as one compact JSON string."""
    found: set[str] = set()
    for node in ast.walk(method):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "array_to_string_with_specified_style"
        ):
            name, style = node.args[1], node.args[2]
            assert isinstance(name, ast.Constant) and isinstance(style, ast.Constant) and style.value == "json"
            found.add(str(name.value))
    return found


def _request_class(method: ast.FunctionDef) -> str | None:
    """The request model's name, or None for an operation without parameters."""
    for argument in method.args.args[1:]:
        if isinstance(argument.annotation, ast.Attribute) and argument.annotation.attr.endswith("Request"):
            return argument.annotation.attr
    return None


def _operation_facts(action: str, method: ast.FunctionDef, classes: dict[str, ModelClass]) -> Facts:
    places = _placements(method)
    whole_request = _sends_whole_request(method)
    json_strings = _json_strings(method)
    parameters: list[Facts] = []
    request_class = _request_class(method)
    if request_class is not None:
        for facts in _field_facts(classes[request_class], classes, (request_class,)):
            place = places.get(facts["name"], "query" if whole_request else None)
            if place is None:  # declared but never sent by the SDK
                continue
            if place == "body":
                facts["in"] = "body"
            if facts["name"] in json_strings:
                facts["style"] = "json"
            elif facts["type"] in ("array", "object"):
                facts["style"] = "flat"
            parameters.append(facts)
    response_body = classes.get(f"{action}ResponseBody") or _spelled_otherwise(f"{action}ResponseBody", classes)
    operation: Facts = {"method": _constants(method, "method")}
    if _constants(method, "auth_type") == "Anonymous":
        operation["anonymous"] = True
    operation["parameters"] = parameters
    operation["response"] = _field_facts(response_body, classes, (response_body.name,))
    return operation


def _spelled_otherwise(name: str, classes: dict[str, ModelClass]) -> ModelClass:
    matches = [model for key, model in classes.items() if key.lower() == name.lower()]
    if len(matches) != 1:
        raise LookupError(f"no model {name} in the SDK")
    return matches[0]


def generate() -> str:
    """The text of facts.json for the SDK that is installed.

    Raises LookupError where the SDK's source no longer has the shape this script reads.
    """
    spec = importlib.util.find_spec(MODULE)
    if spec is None or spec.origin is None:
        raise LookupError(f"{DISTRIBUTION} is not installed: pip install -c constraints.txt -e '.[dev]'")
    package = Path(spec.origin).parent
    classes = _model_classes(package)
    client = ast.parse((package / "client.py").read_text(encoding="utf-8"))
    operations = {action: _operation_facts(action, method, classes) for action, method in _operation_methods(client)}
    version = importlib.metadata.version(DISTRIBUTION)
    api_version = re.search(r"version = '(\d{4}-\d\d-\d\d)'", (package / "client.py").read_text(encoding="utf-8"))
    assert api_version is not None
    lines = [
        f"{json.dumps(action)}: {json.dumps(operations[action], separators=(',', ':'))}"
        for action in sorted(operations)
    ]
    head = (
        f'{{"source": {json.dumps(f"{DISTRIBUTION} {version}")}, "api_version": "{api_version[1]}", "operations": {{\n'
    )
    return head + ",\n".join(lines) + "\n}}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the file is out of date")
    options = parser.parse_args()
    text = generate()
    if options.check:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        if text != current:
            print(f"{TARGET.name} differs from the installed SDK: run python {Path(__file__).name}", file=sys.stderr)
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET}: {text.count(chr(10)) - 2} operations, {len(text):,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
