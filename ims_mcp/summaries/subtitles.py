"""Subtitle files (SRT, WebVTT, ASS and SSA, LRC) read into cues, whatever is wrong with them.

A cue: ``(start_seconds, end_seconds, text)``, in the order of time. What is no cue is passed over; markup is taken out
and the text cleaned, as every text of a stranger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import NamedTuple

from ims_mcp.summaries.values import label

SUFFIXES = frozenset({"srt", "vtt", "ass", "ssa", "lrc"})
MAX_BYTES = 2 * 1024**2
"""Of a file: ten hours of dialogue have a tenth of it."""
MOST_CUES = 20_000
_LONGEST_TEXT = 1_000
_LONGEST_LINE = 10_000
_LAST_SECONDS = 4.0
"""How long the last line of a file is shown whose lines have no end."""
_CLOCK = r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})(?:[.,:](\d{1,6}))?"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}")
_LRC = re.compile(rf"\[{_CLOCK}\]")
_MARKUP = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,500}\}")
_ASS_FIELDS = ("start", "end", "text")
_LANGUAGE = re.compile(r"[._-]([a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2})$")


class Cue(NamedTuple):
    """One line of text and when it is shown."""

    start_seconds: float
    end_seconds: float
    text: str


def read_subtitles(content: bytes) -> list[Cue]:
    """The cues of a file, at most :data:`MOST_CUES`; none where it is no subtitle file."""
    lines = [line[:_LONGEST_LINE] for line in _decode(content).splitlines()]
    found = _read_blocks(lines) or _read_ass(lines) or _read_lrc(lines)
    cues = [cue for cue in found if cue.text and cue.end_seconds >= cue.start_seconds]
    return sorted(cues, key=lambda cue: cue[:2])[:MOST_CUES]


def find_language(file_name: str) -> str:
    """``zh-Hans`` of ``film.zh-Hans.srt``; empty where the name does not say."""
    found = _LANGUAGE.search(file_name.rpartition(".")[0])
    return found[1] if found else ""


def write_time(seconds: float) -> str:
    """``00:01:23.480``."""
    whole = round(max(seconds, 0.0) * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"


def _decode(content: bytes) -> str:
    """By its mark, as UTF-8, else as the Chinese files of the past are written."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _read_blocks(lines: list[str]) -> list[Cue]:
    """SRT and WebVTT: a line of times, then lines of text until an empty one."""
    cues: list[Cue] = []
    position = 0
    while position < len(lines) and len(cues) < MOST_CUES:
        found = _TIMES.match(lines[position]) if "-->" in lines[position] else None
        position += 1
        if found is None:
            continue
        texts: list[str] = []
        while position < len(lines) and lines[position].strip() and "-->" not in lines[position]:
            texts.append(lines[position])
            position += 1
        if position < len(lines) and "-->" in lines[position] and texts and texts[-1].strip().isdecimal():
            texts.pop()  # the number of the next one: an empty line is missing
        parts = found.groups()
        cues.append(Cue(_read_clock(parts[:4]), _read_clock(parts[4:]), _clean(" ".join(texts))))
    return cues


def _read_ass(lines: list[str]) -> list[Cue]:
    """``Dialogue:`` lines, their fields in the order of the last ``Format:`` line."""
    order = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
    cues: list[Cue] = []
    for line in lines:
        kind, _, rest = line.partition(":")
        if kind.strip() == "Format":
            named = [name.strip().lower() for name in rest.split(",")]
            order = named if set(_ASS_FIELDS) <= set(named) else order
        elif kind.strip() == "Dialogue" and len(cues) < MOST_CUES:
            fields = dict(zip(order, rest.split(",", len(order) - 1), strict=False))
            times = [re.fullmatch(_CLOCK, fields.get(name, "").strip()) for name in _ASS_FIELDS[:2]]
            if times[0] and times[1]:
                text = re.sub(r"\\[Nnh]", " ", fields.get("text", ""))
                cues.append(Cue(_read_clock(times[0].groups()), _read_clock(times[1].groups()), _clean(text)))
    return cues


def _read_lrc(lines: list[str]) -> list[Cue]:
    """``[01:23.45] text``, shown until the next."""
    starts = sorted(_walk_lrc(lines))[: MOST_CUES + 1]
    cues = [Cue(start, after, text) for (start, text), (after, _) in pairwise(starts)]
    return [*cues, Cue(starts[-1][0], starts[-1][0] + _LAST_SECONDS, starts[-1][1])] if starts else []


def _walk_lrc(lines: list[str]) -> Iterator[tuple[float, str]]:
    for line in lines:
        times = list(_LRC.finditer(line))
        if times and not line[: times[0].start()].strip():
            text = _clean(line[times[-1].end() :])
            yield from ((_read_clock(found.groups()), text) for found in times)


def _read_clock(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "" for part in parts)
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return round(whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0), 3)


def _clean(text: str) -> str:
    return label(" ".join(unescape(_MARKUP.sub("", text)).split()), _LONGEST_TEXT)
