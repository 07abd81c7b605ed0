"""JSON that arrives as a string inside JSON: Snapshots, UserData, Results[].Data and more.

Only fields that are documented to hold JSON are opened. A title, a description or a name that looks like JSON was
written by whoever named the thing, and stays a text.
"""

from __future__ import annotations

import base64
import binascii
import json
from json.scanner import make_scanner
from typing import Any, cast

from pydantic_core import from_json

Opened = dict[str, Any] | list[Any]

# By the example values of the operations' pages (SDK 6.20.2), and by the parameters that are "a string in JSON format"
# and come back under their own name; a test looks for those.
JSON_FIELDS = frozenset(
    {
        "ActivityResults", "AiResult", "AppInputConfig", "AppParams", "BailianAppParams", "BusinessConfig",
        "BusinessStatus", "ClipRange", "Clips", "ClipsParam", "Config", "ConfigAliases", "CustomFields", "Data",
        "EditingConfig", "EntityInfo", "ExceptionStoryboardIds", "Extend", "ExtendInput", "ExtendOutput",
        "FailureShotList", "Features", "Graph", "HttpPackageConfigurations", "ImagesInput", "InputConfig", "Inputs",
        "JobParams", "ManifestSettings", "MaterialUrls", "MediaMarks", "MetaData", "ModelParams", "NodeResults",
        "Output", "OutputConfig", "Outputs", "OverrideParams", "Params", "RecordOutput", "RelatedMediaids", "Result",
        "SearchLibConfig", "Snapshots", "SpliceInsertSettings", "SpriteImages", "StoryboardInfoList", "StreamTags",
        "SubJobMaterials", "SuccessStoryboardList", "TaskInput", "TemplateConfig",
        "TimeSignalSettings", "Timeline", "Transition", "Usage", "UserData", "WorkflowOverrideParams",
    }
)  # fmt: skip
"""Response fields whose strings are opened; of a list, its elements."""
BASE64_FIELDS = frozenset({"UploadAddress"})


def _refuse_number(name: str) -> None:
    """NaN and Infinity are not JSON: nothing downstream may have to write them."""


# What raw_decode calls, without its error message: most strings that only look like JSON end here, and naming line and
# column of each takes longer than reading it did.
_scan = make_scanner(json.JSONDecoder(parse_constant=_refuse_number))  # pyright: ignore[reportArgumentType] - typeshed takes
# it for the Python twin of the scanner; what it is made from is a decoder.
_SPACE = " \t\r\n"
JSON_STARTS = frozenset('{["\xa0' + _SPACE)
"""What a text begins with that :func:`open_json` may open."""
_LONGEST_QUOTED = 1 << 20


def open_json(text: str) -> Opened | None:
    """The object or array that the whole of ``text`` is, or None where it is anything else.

    A no-break space between the elements (the page's own example has one) and one more layer of quoting (StreamTags
    comes so at times) are read as well.
    """
    start = text[:1]
    if start not in ("{", "["):
        if start == '"':
            return _unquote(text)
        if start not in JSON_STARTS or (stripped := text.strip(_SPACE + "\xa0")) == text:
            return None
        return open_json(stripped)
    try:
        # Half again as fast as json, and stricter: what it refuses is read once more below.
        return from_json(text, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        pass
    try:
        value, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError):
        # ValueError also for an integer of more digits than Python reads.
        return open_json(text.replace("\xa0", " ")) if "\xa0" in text else None
    return None if end < len(text) and text[end:].strip(_SPACE + "\xa0") else value


def _unquote(text: str) -> Opened | None:
    if len(text) > _LONGEST_QUOTED or text[1:2] not in ("{", "[", " "):
        return None
    try:
        inner: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return open_json(inner) if isinstance(inner, str) else None


def open_base64_json(text: str) -> dict[str, Any] | None:
    """The object that ``text`` holds as JSON in base64, or None: so the service sends UploadAddress, which opens to
    ``{Endpoint, Bucket, FileName}``."""
    try:
        value: Any = json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
