"""Names that a table does not have: which of its own each is likely to stand for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from ims_mcp.catalogue.operation import Case, Parameter

_COMPARED_CHARACTERS = 60
"""Of a name: nobody reads how a longer one is spelled."""
_BEGINNING = ("In", "StartTime", "MarkStartTime", "TimelineIn", "Seek")
_ENDING = ("Out", "EndTime", "MarkEndTime", "TimelineOut", "End")
_FILE = ("MediaURL", "InputURL", "FileURL", "URL", "File", "InputFile", "OutputFile", "Media", "SourceURL")
_USUAL_SLIPS = {
    **dict.fromkeys(("start", "begin", "from", "starttime", "begintime", "cutin", "trimstart"), _BEGINNING),
    **dict.fromkeys(("end", "stop", "to", "endtime", "stoptime", "cutout", "trimend"), _ENDING),
    **dict.fromkeys(("text", "words", "caption"), ("Content", "Text", "SpeechText")),
    "content": ("Text", "SpeechText"),
    "media": ("Video", "Audio", "MediaId", "MediaURL"),
    **dict.fromkeys(("url", "fileurl", "mediaurl", "file", "input", "source", "src"), _FILE),
    **dict.fromkeys(("image", "picture", "logo"), (*_FILE, "TemplateId")),
    **dict.fromkeys(("output", "outputurl", "destination"), ("MediaURL", "OutputFile", "OutputURL")),
    **dict.fromkeys(("id", "assetid", "videoid"), ("MediaId", "Media")),
    **dict.fromkeys(
        ("clips", "items"), ("VideoTrackClips", "AudioTrackClips", "SubtitleTrackClips", "ImageTrackClips")
    ),
    **dict.fromkeys(("volume", "loudness"), ("Gain", "Volume")),
    **dict.fromkeys(("position", "corner"), ("ReferPos", "Alignment")),
    "framerate": ("Fps",),
    "quality": ("Crf",),
    "template": ("TemplateId",),
    "color": ("FontColor",),
    "size": ("FontSize",),
}
"""What people and models write -> the names it may stand for, the likeliest first."""


def find_spelled(name: str, known: Iterable[str]) -> str:
    """The known name that differs from this one by case, separators, a plural or a letter. Empty: none does."""
    by_fold = {_fold(each): each for each in known}
    folded = _fold(name)
    return _find_same(folded, by_fold) or _find_alike(folded, by_fold, cutoff=0.8, most_letters=1)


def find_meant(name: str, table: Mapping[str, Parameter]) -> str:
    """What of a table this name most likely stands for: a name or a place inside one. Empty: nothing is near."""
    known = list(table)
    by_fold = {_fold(each): each for each in known}
    folded = _fold(name)
    if same := _find_same(folded, by_fold):
        return same
    for each in _USUAL_SLIPS.get(folded, ()):
        if each in known:
            return each
    # What begins alike is meant rather than what looks alike: MarkStart is MarkStartTime, not MarkStatus.
    longer = [each for each in by_fold if len(folded) >= 3 and each.startswith(folded)]
    shorter = [each for each in by_fold if len(each) >= 4 and folded.startswith(each)]
    if longer or shorter:
        return by_fold[min(longer, key=len) if longer else max(shorter, key=len)]
    return find_inside(name, table) or _find_alike(folded, by_fold, cutoff=0.6)


def find_inside(name: str, table: Mapping[str, Parameter]) -> str:
    """Such a name in an object of the table, or as the Type of a list's element."""
    for row in table.values():
        if row.kind == "object" and (
            spelled := _find_same(_fold(name), {_fold(field.name): field.name for field in row.fields})
        ):
            return f"{row.name}.{spelled}"
        for case in row.items.cases if row.items else ():
            if spelled := _find_same(_fold(name), {_fold(value): value for value in case.values}):
                return f'{row.name}: [{{"{case.parameter}": "{spelled}"}}]'
    return ""


def find_other_cases(name: str, cases: Iterable[Case]) -> str:
    """The cases of an object that have this field: ``Type=Text or Subtitle``."""
    having = [case for case in cases if any(field.name == name for field in case.fields)]
    values = [value for case in having for value in case.values]
    return f"{having[0].parameter}={' or '.join(values)}" if having else ""


def _find_same(folded: str, known: Mapping[str, str]) -> str:
    """What is the same but for case, separators or a plural."""
    stem = folded.removesuffix("s")
    spellings = (folded, f"{folded}s", stem, f"{stem}array", f"{stem}list")
    return next((known[spelling] for spelling in spellings if spelling in known), "")


def _find_alike(
    folded: str, known: Mapping[str, str], *, cutoff: float, most_letters: int = _COMPARED_CHARACTERS
) -> str:
    near = difflib.get_close_matches(folded, known, n=1, cutoff=cutoff)
    return known[near[0]] if near and abs(len(near[0]) - len(folded)) <= most_letters else ""


def _fold(name: str) -> str:
    return "".join(filter(str.isalnum, name[:_COMPARED_CHARACTERS])).casefold()
