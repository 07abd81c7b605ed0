"""What a row asks of a text: its length, the parts between its commas, its shape. Each problem is a text of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from ims_mcp.catalogue.operation import Parameter
from ims_mcp.catalogue.written_values import show_value

_SHOWN_NAMES = 10
"""Of an open list, in an error."""


def find_length_problems(row: Parameter, value: str) -> Iterator[str]:
    if row.max_bytes is not None and (size := len(value.encode("utf-8"))) > row.max_bytes:
        yield f"is {size} bytes in UTF-8, at most {row.max_bytes} are allowed"
    shortest, longest = row.min_characters or 0, row.max_characters or math.inf
    if not row.pattern and not shortest <= len(value) <= longest:
        limit = f"{shortest} to {longest}" if longest < math.inf else f"at least {shortest}"
        yield f"has {len(value)} characters, {limit} are allowed"


def find_part_problems(row: Parameter, value: str) -> Iterator[str]:
    parts = value.split(",")
    if row.max_parts is not None and len(parts) > row.max_parts:
        yield f"has {len(parts)} comma-separated parts, at most {row.max_parts} are allowed"
        return
    for part in parts if row.max_part_bytes is not None else ():
        size = len(part.encode("utf-8"))
        if size > (row.max_part_bytes or 0):
            yield f"the part {show_value(part)} is {size} bytes, at most {row.max_part_bytes} are allowed"


def find_shape_problems(row: Parameter, value: str) -> Iterator[str]:
    if row.pattern and not re.fullmatch(row.pattern, value, re.ASCII):
        yield f"{show_value(value)} does not fit: {row.text or row.pattern}"
    if row.https_for_oss and value.lower().startswith("oss://"):
        bucket, _, key = value[len("oss://") :].partition("/")
        yield f"{show_value(value)} has to be an https address: https://{bucket[:63]}.oss-REGION.aliyuncs.com/{key[:200]}"
    elif row.url_schemes and value:
        scheme, separator, rest = value.partition("://")
        if not separator or scheme.lower() not in row.url_schemes or not rest.strip("/ "):
            forms = ", ".join(f"{name}://…" for name in row.url_schemes)
            yield f"{show_value(value)} is not an address of the form {forms}"


def find_display_names(row: Parameter, value: str) -> Iterator[str]:
    """Of a value, or several with commas: those that are what people call it, or another spelling of what the service
    takes. A name nobody knows may be new, if it is in ASCII."""
    known = dict(row.display_names)
    names = [name for name in (*row.hints, *known.values()) if " " not in name]
    spellings = {_fold(name): name for name in names}
    for part in re.split("[,\uff0c]", value):
        name = part.strip()
        spelled = spellings.get(_fold(name), name)
        meant = known.get(name) or ("" if name in (spelled, spelled.lower()) else spelled)
        if meant:
            yield f"{show_value(name)} is not a value of the service; did you mean {meant}?"
        elif not name.isascii():
            yield f"{show_value(name)} is not a value of the service; such as {', '.join(names[:_SHOWN_NAMES])}"
    if "\uff0c" in value and value.replace("\uff0c", ",").isascii():
        yield f"{show_value(value)} has to be separated with the ASCII comma"


def _fold(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()
