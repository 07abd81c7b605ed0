"""What a caller usually sets beside an operation's example, in one short line: ``TemplateConfig.OverwriteParams:
Type=Normal|Sprite|WebVtt, Width px, Height px; Name``."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ims_mcp.catalogue.example import make_example
from ims_mcp.catalogue.operation import AtLeastOne, Needs, Operation, Parameter

_UNUSUAL = re.compile(
    r"ClientToken|UserData|Notif|Call[Bb]ack|Page|NextToken|MaxResults|Skip|Limit|Sort|Order|Schedule|Pipeline|Priority"
    r"|Metadata|Threshold|^IsCheck|AccessKey|RoleArn|^Description$|^(?:Job)?Name$|^Endpoint$|BusinessType|ReferenceId"
)
"""Of what few callers ever set, and what a list has for its pages."""
_UNITS = {
    re.compile(rf"\b(?:{words})\b"): unit
    for words, unit in {
        "hh:mm:ss": "hh:mm:ss",
        "[Mm]illiseconds?|ms": "ms",
        "[Ff]rames per second": "fps",
        "kbit/s|kbps|Kbps": "kbit/s",
        "bits? per second|bit/s|bps": "bit/s",
        "[Ss]econds": "s",
        "minutes": "min",
        "hours": "h",
        "days": "days",
        "pixels?|px": "px",
        "[Pp]er ?cent|percent": "%",
        "UTC": "UTC",
    }.items()
}
_BUILT_IN = re.compile(r"Built in: (.+?)\.(?:\s|$)")
_TIMES = re.compile(r"Time|Duration|Interval|Start|End|Seek|Length")
"""What of a text of letters and numbers is a time."""
_MEANT = {
    re.compile(said, re.ASCII): frozenset(words.split())
    for said, words in {
        r"\d{3,4}p\b|[248]k\b|size|resolution|分辨率|尺寸|清晰度": "width height resolution definition",
        r"\d{3,4} ?[x*×] ?\d{3,4}": "width height",
        r"\bwide\b|宽": "width",
        r"\b(?:high|tall)\b|高": "height",
        r"portrait|vertical|landscape|竖|横": "width height aspect ratio",
        r"[mk]bps|[mk]bit|码率": "bitrate",
        r"h\.?26[45]|hevc|编码": "codec",
        r"帧率|\bfps\b": "fps",
        r"\bevery\b|每隔|每\d|间隔": "interval",
        r"music|song|sound|音乐|音频|声音|配乐": "audio volume",
        r"volume|loud|音量": "volume",
        r"字幕|caption": "subtitle",
        r"水印|\blogo\b|台标": "watermark logo",
        r"转场|过渡|fade|dissolve": "transition effect",
        r"语言|english|chinese|[中英日韩]文": "language lang",
        r"声音|女声|男声|speaker": "voice gender",
        r"[秒分]|\bminute|\bsecond|\buntil\b|o'clock": "time duration",
        r"密码|password|encrypt|加密": "passphrase encryption password",
        r"格式|format|\bmp4\b|\bhls\b|m3u8": "format container",
        r"雪碧图|sprite|thumbnail": "sprite",
        r"完成|complete|finish|ended": "complete",
        r"转码|transcod": "transcode",
    }.items()
}
"""What a request speaks of, in English or Chinese -> words of the parameters that are meant."""
_MOST_WORDS, _MOST_CHARACTERS, _MOST_CHARACTERS_DECIDING = 8, 90, 150
"""Values of a parameter, and how long they may be; longer of a required one, which decides on all the others."""
_MOST_FIELDS = 4
"""Fields that are named of an object that the example does not have."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One parameter or field, as it is told."""

    owner: str
    name: str
    told: str
    rank: float
    """The smaller, the sooner it is told."""


def is_unusual(row: Parameter) -> bool:
    """Whether few callers ever set it."""
    return row.hidden or row.unlisted or (not row.required and bool(_UNUSUAL.search(row.name)))


def find_unit(row: Parameter) -> str:
    """The unit or the form of a value, where the text of the row says it: ``px``, ``ms``, ``hh:mm:ss``."""
    if row.kind in ("boolean", "object", "array") or row.choices:
        return ""
    if row.kind == "string" and not _TIMES.search(row.name):
        return ""
    found = [(match.start(), unit) for pattern, unit in _UNITS.items() if (match := pattern.search(row.text))]
    return min(found)[1] if found else ""


def tell_usual(operation: Operation, max_bytes: int, wish: str = "") -> str:
    """The line, in at most ``max_bytes``: what the words of ``wish`` speak of first, then the values and units of what
    the example has, then what it has not. Empty where there is nothing to tell."""
    words = _find_words(wish).union(*(meant for said, meant in _MEANT.items() if said.search(wish.lower())))
    example = make_example(operation)
    instead = _find_alternatives(operation, example)
    rows = sorted(operation.parameters, key=lambda row: row.name in instead)
    ranked = sorted(_walk(rows, example, words), key=lambda part: part.rank + 9 * (part.name in instead))
    chosen: list[_Part] = []
    for part in ranked:
        if len(_write([*chosen, part]).encode()) <= max_bytes:
            chosen.append(part)
    return _write(chosen)


def _write(parts: list[_Part]) -> str:
    told: dict[str, list[str]] = {}
    for part in parts:
        told.setdefault(part.owner, []).append(part.told)
    lasts = Counter(owner.rpartition(".")[2] for owner in told)
    owners: dict[str, list[str]] = {}
    for owner, each in told.items():
        # The example shows where it lies.
        short = owner.rpartition(".")[2]
        owners.setdefault(", ".join(each), []).append(short if lasts[short] == 1 else owner)
    return "; ".join(f"{', '.join(of)}: {each}" if of != [""] else each for each, of in owners.items())


def _find_alternatives(operation: Operation, given: Mapping[str, Any]) -> frozenset[str]:
    """The parameters that stand instead of one that is given, and what these need."""
    names: set[str] = set()
    for rule in operation.rules:
        if isinstance(rule, AtLeastOne) and given.keys() & set(rule.names):
            names |= set(rule.names) - given.keys()
    needed = {rule.needs for rule in operation.rules if isinstance(rule, Needs) and rule.parameter in names}
    return frozenset(names | needed)


def _walk(rows: Sequence[Parameter], given: Any, words: frozenset[str], owner: str = "") -> Iterator[_Part]:
    """The rows and fields of what ``given`` has, each with its values."""
    depth = owner.count(".") + bool(owner)
    for place, row in enumerate(each for each in rows if not is_unusual(each)):
        at = f"{owner}.{row.name}" if owner else row.name
        is_given = row.name in given
        inner = take_object(given[row.name]) if is_given else {}
        element = row
        while element.items is not None:
            element = element.items
        fields = _list_fields(element, inner if is_given else None, given)
        value = tell_value(element, words)
        if is_given and fields:
            yield from _walk(fields, inner, words, at)
        elif value or not is_given:
            names = [each.name for each in fields if not is_unusual(each)][:_MOST_FIELDS]
            told = f"{row.name}{value}" if not names else f"{row.name}{{{', '.join(names)}}}"
            spoken = words & _find_words(f"{row.name} {value} {' '.join((*element.choices, *element.hints))}")
            # What the example has already is not asked for.
            said = bool(spoken - _find_words(str(given[row.name])) if is_given and value.startswith("=") else spoken)
            rank = (
                place / 10
                + depth / 2
                - 3 * bool(value)
                - 2 * is_given
                - row.required
                - 9 * said
                - 3 * bool(words & _find_words(row.name))
            )
            yield _Part(owner, row.name, told, rank + len(told) / 50)


def _list_fields(row: Parameter, inner: Mapping[str, Any] | None, owner: Mapping[str, Any]) -> list[Parameter]:
    """The fields of an object, with those of the cases that hold where it is given, else of all cases."""
    fields = {each.name: each for each in row.fields}
    for case in row.cases:
        if inner is None or str({**inner, **owner}.get(case.parameter)) in case.values:
            fields |= {each.name: each for each in case.fields if each.name not in fields}
    return list(fields.values())


def take_object(value: Any) -> dict[str, Any]:
    """What is given of an object: of a list its first element, of JSON text what it says."""
    while isinstance(value, list):
        listed = cast("list[Any]", value)
        value = listed[0] if listed else {}
    if isinstance(value, str) and value.startswith("{"):
        return cast("dict[str, Any]", json.loads(value))
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def tell_value(row: Parameter, wanted: frozenset[str] = frozenset()) -> str:
    """``=Normal|Sprite``, `` px`` or nothing; the values that are spoken of first."""
    words = sorted(row.choices or row.hints, key=lambda word: -len(wanted & _find_words(word)))
    if row.kind == "boolean":
        return ""
    if len(words) > 1:
        few = [word for index, word in enumerate(words) if index < _MOST_WORDS]
        while len("|".join(few)) > (_MOST_CHARACTERS_DECIDING if row.required else _MOST_CHARACTERS):
            few.pop()
        return f"={'|'.join(few)}{'|...' if len(few) < len(words) or not row.choices else ''}" if few else ""
    if built_in := _BUILT_IN.search(row.text):
        return f" {built_in[1]}"
    unit = find_unit(row)
    return f" {unit}" if unit else ""


def _find_words(text: str) -> frozenset[str]:
    """The words of a text or a name in small letters, without their plural: ``AudioTracks`` -> audio, track."""
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text)
    return frozenset(word.lower().removesuffix("s") for word in found if len(word) > 2)
