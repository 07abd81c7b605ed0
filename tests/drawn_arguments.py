"""Arguments drawn from an operation's schema, and mutated ones, by a seeded random: 400 operations in seconds."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.schema import input_schema
from ims_mcp.workflows.server_parameters import list_server_parameters

EXAMPLES = 5
ODD_VALUES: list[Any] = [
    None, "", " ", 0, -1, 1.5, 10**30, True, [], {}, [None], {"": None}, "x" * 5000, "é" * 700, "a\ud800b", "\x00",
    "{", "[1", '{"a": NaN}', "null", "oss://", "http://", "rtmp://", [[[[["deep"]]]]], {"a": {"b": {"c": [1]}}},
    float("nan"), float("inf"), "1e400", "٣", "\u202e", {"__proto__": 1}, [1, "2", {"3": 4}], "a,b,,c", "true",
]  # fmt: skip
ODD_NAMES = ["mediaid", "Media_Id", "", "a.b", "é", "x" * 300, "\ud800", "query ", "Arguments"]
ADDRESSES = ["oss://b/k.mp4", "https://b.oss-cn-shanghai.aliyuncs.com/k?x=1", "rtmp://h/a/s", "http://127.0.0.1/a b"]
TEXTS = [
    "example", "example-1", "0123456789abcdef0123456789abcdef", "2026-01-31T08:00:00Z", "oss://bucket/film.mp4",
    "snapshots/{JobId}.jpg", "{JobId}_{Sequence}_{EscapedStartTime}_{EscapedEndTime}", "1", "16:9", "1280x720", "desc",
    "10.0.0.0/8", "00:00:05", "{UnixTimestamp}_{Sequence}", "a,b,c", "utcCreate:Desc", '{"a": 1}', "0.5", "1920",
]  # fmt: skip
LETTERS = string.ascii_letters + string.digits + " -_.,:/{}[]\"'\\\n\t&=%+#éü中文😀\u200b\u202e\x00\x7f"


def drawn(operation: Operation, random: Random) -> dict[str, Any]:
    """Arguments that fit the whole schema; waiting and queries are left out, they are tested elsewhere."""
    own = tuple(row for row in list_server_parameters(operation) if row.name not in ("wait_seconds", "query"))
    return fitting(input_schema(replace(operation, parameters=(*operation.parameters, *own))), random)


def fitting(schema: dict[str, Any], random: Random) -> Any:
    """A value that fits one of this project's lean schemas; a pattern that no known text fits is given any text."""
    if "enum" in schema:
        return random.choice(schema["enum"])
    match schema.get("type"):
        case "string":
            return _text(schema, random)
        case "integer":
            least, most = int(schema.get("minimum", -(2**31))), int(schema.get("maximum", 2**31))
            return random.choice([least, most, random.randint(least, most)])
        case "number":
            least, most = schema.get("minimum", -1e6), schema.get("maximum", 1e6)
            return random.choice([least, most, random.uniform(least, most), round(random.uniform(least, most), 2)])
        case "boolean":
            return random.random() < 0.5
        case "array":
            return [fitting(schema["items"], random) for _ in range(random.randint(0, 4))]
        case "object" if "properties" in schema:
            needed = set(schema.get("required", ()))
            often = random.choice([0.1, 0.5, 1.0])
            return {
                name: fitting(part, random)
                for name, part in schema["properties"].items()
                if name in needed or random.random() < often
            }
        case _:
            return {_junk(random, 10): _any(random, 3) for _ in range(random.randint(0, 4))}


def mutated(operation: Operation, random: Random) -> dict[str, Any]:
    """Drawn arguments with one to four of them changed, added or taken away."""
    arguments = drawn(operation, random)
    names = [*(row.name for row in operation.parameters), *ODD_NAMES]
    for _ in range(random.randint(1, 4)):
        name = random.choice(names)
        if name in arguments and random.random() < 0.2:
            del arguments[name]
        else:
            arguments[name] = random.choice([random.choice(ODD_VALUES), _junk(random, 50), random.randint(-9, 9)])
    return arguments


def seeds(operation: Operation, count: int) -> Iterator[Random]:
    """The randoms of one operation: the same at every run, others for every operation."""
    for number in range(count):
        yield Random(f"{operation.name} {number}")


def _text(schema: dict[str, Any], random: Random) -> str:
    if "pattern" in schema:
        known = [text for text in TEXTS if re.fullmatch(str(schema["pattern"]), text)]
        return random.choice(known or TEXTS)
    text = random.choice([random.choice(TEXTS), random.choice(ADDRESSES), _junk(random, 40)])
    return text[: schema.get("maxLength", 200)]


def _junk(random: Random, most: int) -> str:
    return "".join(random.choices(LETTERS, k=random.randint(0, most)))


def _any(random: Random, depth: int) -> Any:
    kinds = [None, True, random.randint(-1000, 1000), random.random(), _junk(random, 20)]
    if depth and random.random() < 0.4:
        inner = [_any(random, depth - 1) for _ in range(random.randint(0, 3))]
        return random.choice([inner, {_junk(random, 5): each for each in inner}])
    return random.choice(kinds)
