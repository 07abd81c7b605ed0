"""What the fields of a response are called and typed where an answer is short, and which of them are passed over there.

Numbers come as text (``"216.206667"``, ``"480"``). Only fields whose names say that they hold one are read so: an id of
digits stays the text that goes back into a call. A time in seconds or milliseconds since 1970 is written out, and
one with an offset in the same zone as these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timezone
from typing import Any, cast

from ims_mcp.summaries.values import Json, as_number, as_whole

Measure = Callable[[Any], int | float | None]


def read_measure(value: Any) -> int | float | None:
    """A number to three decimals, as an integer where it is one."""
    number = as_number(value)
    if number is None:
        return None
    return int(number) if number == int(number) else round(number, 3)


MEASURES: dict[str, tuple[str, Measure]] = {
    "Duration": ("duration_seconds", read_measure),
    "FileSize": ("size_bytes", as_whole),
    "Size": ("size_bytes", as_whole),
    "Bitrate": ("bitrate_kbps", read_measure),
}
"""Field -> (name with its unit, how it is read): the names that the summary of an asset has for them."""
_MEASURED = frozenset({"resolution", *(name for name, _ in MEASURES.values())})
NUMBERS = frozenset(
    {
        *("AvgFPS", "ByteSize", "Count", "EndTimeOffset", "Fps", "From", "Height", "JobCount", "Level", "Percent"),
        *("Priority", "Progress", "Rate", "Score", "To", "TotalCount", "Width"),
        *("MarkStartTime", "MarkEndTime"),
    }
)
_TEXTS = re.compile(r"(Title|Name|Tags?|Description|Content|Text|UserData)$")
_BOOLEANS = {"true": True, "false": False}
# Addresses of pictures of the thing, not of the thing.
_PICTURES = re.compile(
    r"(Snapshots|SpriteImages|Cover_?U?R?L?|Thumbnails?|Thumb\w*|\w*Avatar\w*U[Rr][Ll])$", re.IGNORECASE
)
# What whoever made the thing has said himself, or what only machines read.
_ECHOED = re.compile(
    r"(\w*(Config|Configs|Configuration|Settings?|Params|Param|ParamOverride)|Timeline|UserData|Template|TriggerSource"
    r"|NotifyUrl|CallbackUrl|CallbackURL|Encryption|FEExtend|Extend\w*|ClipsParam|StreamTags|\w*StreamInfoList)$"
)
_STATES = re.compile(r"(Status|State|Suggestion|Label|IsDefault)$")
_VERDICTS = re.compile(r"Suggestion|Verdict|Label")
_REASONS = re.compile(r"(Code|Message|Reason|Error\w*)$")
_CHANGED = re.compile(r"(Modif\w*|Updat\w*|LastModified|DeletedTime)")
_TIMES = re.compile(r"(Time|Date|Ts|Created?|At)$")
# CreateTimestamp is none of them: it is the key that DeleteLiveSnapshotFiles takes, and its row has a CreateTime.
_MOMENTS = re.compile(r"(Time|Date|Ts|Created?|At)$|^Gmt[A-Z]")
_WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?[+-]\d\d:?\d\d", re.ASCII)
_SPANS = re.compile(r"Idle|Wait|Buffer|Remaining|Offset|Duration|Seg")
_FIRST_SECOND, _LAST_SECOND = 978_307_200, 4_133_980_800
"""The years 2001 to 2100."""
_MOMENT_DIGITS = frozenset({9, 10, 12, 13})
_OWN_IDS = ("JobId", "MediaId", "TaskId")
_UNTOLD = frozenset(
    {
        *("RequestId", "ClientToken", "PageNo", "PageNum", "PageNumber", "PageSize", "MaxResults", "SortBy"),
        *("NextToken", "NextPageToken", "ScrollToken", "NextStartTime"),
    }
)
_GOOD = {
    "Code": ("", "200", 200, "OK", "Success"),
    "HttpStatusCode": ("200", 200),
    "StatusCode": ("200", 200),
    "RetCode": ("0", 0),
    "Retcode": ("0", 0),
    "Success": (True, "true", "True"),
    "Message": ("", "OK", "ok", "Success", "success"),
}


def is_picture(name: str) -> bool:
    """Whether the field holds the address of a still, a sprite or a cover."""
    return _PICTURES.fullmatch(name) is not None


def is_echoed(name: str) -> bool:
    """Whether the field repeats a configuration that the caller, or a template, has given."""
    return _ECHOED.fullmatch(name) is not None


def is_state(name: str) -> bool:
    """Whether the field says how a thing stands."""
    return _STATES.search(name) is not None


def is_envelope(name: str, value: Any) -> bool:
    """Whether a field beside the list says no more than that the call went well, or on which page the reader is."""
    return name in _UNTOLD or value in _GOOD.get(name, ())


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: absent, an empty text, list or object; zero and false are something."""
    return value is None or value in ("", "{}", "[]", [], {})


def type_scalar(name: str, value: Any) -> Any:
    """The value of the field ``name``: a number or a boolean where the name says that the text is one."""
    if isinstance(value, str | float) and (name in MEASURES or name in NUMBERS):
        number = read_measure(value)
        return value if number is None else number
    if not isinstance(value, str):
        return value
    if value in _BOOLEANS and not _TEXTS.search(name):
        return _BOOLEANS[value]
    return value


def write_times(value: Any, zone: timezone = UTC, name: str = "") -> Any:
    """``value`` with every time that is a number of seconds or milliseconds since 1970, the text of one, or one with an
    offset (``2026-03-04T16:00:00+08:00``), as ISO 8601 in ``zone``: ``2026-03-04T08:00:00Z``. What a caller has put in
    himself stays as it is."""
    if isinstance(value, dict):
        fields = cast("Json", value)
        return {key: each if is_echoed(key) else write_times(each, zone, key) for key, each in fields.items()}
    if isinstance(value, list):
        return [write_times(each, zone, name) for each in cast("list[Any]", value)]
    if isinstance(value, str) and _WITH_OFFSET.fullmatch(value) and _names_moment(name):
        return _move_time(value, zone)
    return _write_time(value, zone) if _is_moment(name, value) else value


def _move_time(value: str, zone: timezone) -> str:
    try:
        moment = datetime.fromisoformat(value).astimezone(zone)
    except (ValueError, OverflowError):
        return value
    is_milli = moment.microsecond and moment.microsecond % 1000 == 0
    return moment.isoformat(timespec="milliseconds" if is_milli else "auto").replace("+00:00", "Z")


def _names_moment(name: str) -> bool:
    return _MOMENTS.search(name) is not None and name not in NUMBERS and not _SPANS.search(name)


def _is_moment(name: str, value: Any) -> bool:
    if isinstance(value, str):
        if len(value) not in _MOMENT_DIGITS or not (value.isascii() and value.isdecimal()):
            return False
    elif type(value) is not int or value < _FIRST_SECOND:
        return False
    seconds = int(value) // 1000 if int(value) > _LAST_SECOND else int(value)
    is_in_time = _FIRST_SECOND <= seconds < _LAST_SECOND
    return is_in_time and _names_moment(name)


def _write_time(value: int | str, zone: timezone) -> str:
    seconds, milliseconds = divmod(int(value), 1000) if int(value) > _LAST_SECOND else (int(value), 0)
    moment = datetime.fromtimestamp(seconds, zone).replace(microsecond=milliseconds * 1000)
    return moment.isoformat(timespec="milliseconds" if milliseconds else "seconds").replace("+00:00", "Z")


def join_size(fields: Json) -> str:
    """``1920x1080`` of an object with Width and Height; empty where it does not have both."""
    width, height = as_whole(fields.get("Width")), as_whole(fields.get("Height"))
    return f"{width}x{height}" if width and height else ""


def rank_column(name: str, list_name: str, names: Collection[str]) -> int:
    """Where a column stands in its row: what names the thing, its title, its state, why it failed, its measures, its
    times, all else, what other things it belongs to, when it was changed."""
    if name == _find_own_id(list_name, names):
        return 0
    if name == "Title" or name.endswith("Name"):
        return 1
    if _STATES.search(name):
        return 2
    if _REASONS.search(name):
        return 3
    if name in _MEASURED or name.endswith("Type"):
        return 4
    if _CHANGED.search(name):
        return 8
    if name.endswith("Id"):
        return 7
    return 5 if _TIMES.search(name) else 6


def _find_own_id(list_name: str, names: Collection[str]) -> str:
    """The id that the elements of the list have of their own: ``TemplateId`` of ``RecordTemplateList``."""
    ids = [name for name in names if name.endswith("Id")]
    own = [name for name in ids if name.removesuffix("Id").lower() in list_name.lower()]
    return next((name for name in _OWN_IDS if name in ids), (own or ids or [""])[0])


def rank_of_job(name: str) -> int:
    """Where a field of a job stands: the verdict, the state, why it failed, its id, what it has made, all else, what it
    was made from, when."""
    if _VERDICTS.fullmatch(name):
        return 0 if name == "Label" else -1
    if _STATES.search(name):
        return 1
    if _REASONS.search(name):
        return 2
    if name in _OWN_IDS or name == "Name":
        return 3
    if name.startswith(("Output", "Out", "Result", "JobResult", "AiResult", "MediaURL", "MediaUrl")):
        return 4
    if name.startswith("Input"):
        return 6
    return 7 if _TIMES.search(name) else 5
