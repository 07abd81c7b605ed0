"""One asset of a search or a list: the facts it is chosen and sorted by, and its row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ims_mcp.foreign_text import fold
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.typed_fields import join_size
from ims_mcp.summaries.values import Json, as_number, as_object, as_objects, as_whole, label

ROW_BYTES = 200
"""A row has so many bytes where there are many of them, on the average of all where they are few."""
_FEW_BYTES = 1_000
"""Of all rows together, however few they are."""
_SHORTEST_TITLE_BYTES, _LONGEST_TITLE_BYTES = 24, 400
_TAGS_BYTES = (160, 40)
"""What is tried one after the other, before the tags are left out."""
_SOURCE_FILE = "source_file"
_NORMAL = "Normal"
# Where a word may stand, and what it is worth there as a word of its own and as part of another.
_WORTH = {"title": (8, 6), "tags": (5, 4), "description": (3, 2), "file name": (3, 2)}


@dataclass(frozen=True, slots=True)
class FoundMedia:
    """An element of MediaInfoList or MediaInfos, read. What it does not say is empty, None or 0."""

    media_id: str
    title: str
    description: str
    tags: str
    file_name: str
    media_type: str
    category: str
    category_id: int | None
    status: str
    created: float
    """Seconds since 1970."""
    seconds: float | None
    size: int | None
    resolution: str

    def find_places(self, words: Sequence[str]) -> dict[str, list[str]] | None:
        """Folded word -> where it stands; None where one stands nowhere."""
        texts = self._fold_texts()
        places = {word: [place for place, text in texts.items() if word in text] for word in words}
        return places if all(places.values()) else None

    def has_inside_words(self, words: Sequence[str]) -> bool:
        """Whether some folded word is seen here only as a part of others."""
        texts = self._fold_texts().values()
        seen = [word for word in words if any(word in text for text in texts)]
        return any(not any(stands_in(word, text) for text in texts) for word in seen)

    def rank(self, words: Sequence[str]) -> int:
        """How well the folded words fit; a word that the service found in its own way counts nothing."""
        texts = self._fold_texts()
        total = 10 if texts["title"] == " ".join(words) else 0
        for place, folded in texts.items():
            apart = {*"".join(character if character.isalnum() else " " for character in folded).split()}
            whole, part = _WORTH[place]
            total += sum(whole if word in apart else part if word in folded else 0 for word in words)
        return total

    def write_row(self, words: Sequence[str]) -> Json:
        """What :meth:`write_full_row` tells, in :data:`ROW_BYTES`: a long title is cut, the category makes room."""
        row = self._write_facts(words)
        if ROW_BYTES - size_bytes(row) < min(size_bytes(self.title), _SHORTEST_TITLE_BYTES):
            row.pop("category", None)
        room = ROW_BYTES - size_bytes(row)
        row["title"] = label(self.title, max(room, 0))
        while size_bytes(row) > ROW_BYTES and room > 0:
            # Quotes and backslashes take two bytes each in JSON.
            room -= size_bytes(row) - ROW_BYTES
            row["title"] = label(self.title, max(room, 0))
        return row

    def write_full_row(self, words: Sequence[str], *, tags_bytes: int = 0) -> Json:
        """``{MediaId, title, type, seconds, bytes, resolution, created, category, status, found_in, tags}``: what there
        is, ``status`` where it is not Normal, ``found_in`` where the title does not hold every word."""
        row = self._write_facts(words) | {"title": label(self.title, _LONGEST_TITLE_BYTES)}
        if tags_bytes and self.tags:
            row["tags"] = label(self.tags, tags_bytes)
        return row

    def _fold_texts(self) -> dict[str, str]:
        """Place -> what stands there, folded."""
        texts = {"title": self.title, "tags": self.tags, "description": self.description, "file name": self.file_name}
        return {place: fold(text) for place, text in texts.items()}

    def _write_facts(self, words: Sequence[str]) -> Json:
        """The row with an empty title."""
        created = datetime.fromtimestamp(self.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if self.created else ""
        row: Json = {
            "MediaId": label(self.media_id, 64),
            "title": "",
            "type": label(self.media_type, 10),
            "seconds": None if self.seconds is None else round(self.seconds, 1),
            "bytes": self.size,
            "resolution": self.resolution,
            "created": created,
            "category": label(self.category, 30),
            "status": "" if self.status == _NORMAL else label(self.status, 20),
            "found_in": ", ".join(self._name_other_places(words)),
        }
        return {name: value for name, value in row.items() if value not in ("", None) or name == "title"}

    def _name_other_places(self, words: Sequence[str]) -> list[str]:
        places = self.find_places(words) or {}
        others = [place for found in places.values() if "title" not in found for place in found]
        return list(dict.fromkeys(others))


def stands_in(word: str, text: str) -> bool:
    """Whether a folded word stands in a folded text, as one of its own where it is written with letters: ``tea`` does
    not stand in ``autumn teaser``."""
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None


def write_rows(found: Sequence[FoundMedia], words: Sequence[str]) -> tuple[list[Json], list[str]]:
    """A row for each: with whole titles, categories and tags as long as all have room for them. And the columns that a
    row lacks though the asset has them: nobody may take it for untagged."""
    room = max(_FEW_BYTES, ROW_BYTES * len(found))
    for tags_bytes in (*_TAGS_BYTES, 0):
        rows = [media.write_full_row(words, tags_bytes=tags_bytes) for media in found]
        if size_bytes(rows) <= room:
            break
    else:
        rows = [media.write_row(words) for media in found]
    pairs = list(zip(found, rows, strict=True))
    lacking = {
        "tags": any(media.tags and "tags" not in row for media, row in pairs),
        "category": any(media.category and "category" not in row for media, row in pairs),
    }
    return rows, [name for name, is_lacking in lacking.items() if is_lacking]


def read_media(info: Json) -> FoundMedia:
    """An element of MediaInfoList (SearchMedia) or MediaInfos (ListMediaBasicInfos), of whatever shape it is."""
    basic = as_object(info.get("MediaBasicInfo"))
    files = [as_object(file.get("FileBasicInfo")) for file in as_objects(info.get("FileInfoList"))]
    file = next((each for each in files if each.get("FileType") == _SOURCE_FILE), files[0] if files else {})
    category_id = as_whole(basic.get("CateId"))
    seconds = as_number(file.get("Duration"))
    return FoundMedia(
        media_id=_read_text(info.get("MediaId")) or _read_text(basic.get("MediaId")),
        title=_read_text(basic.get("Title")),
        description=_read_text(basic.get("Description")),
        tags=_read_text(basic.get("MediaTags")),
        file_name=_read_text(file.get("FileName"))
        or _read_text(basic.get("InputURL")).partition("?")[0].rpartition("/")[2],
        media_type=_read_text(basic.get("MediaType")),
        category=_read_text(basic.get("CateName")),
        category_id=category_id,
        status=_read_text(basic.get("Status")),
        created=_read_time(basic.get("CreateTime")),
        seconds=seconds or None,
        size=as_whole(file.get("FileSize")),
        resolution=join_size(file),
    )


def _read_text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _read_time(value: Any) -> float:
    """``2026-01-31T08:00Z`` or with seconds; 0 for anything else."""
    try:
        moment = datetime.fromisoformat(_read_text(value))
        return max(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp(), 0.0)
    except (ValueError, OverflowError):
        return 0.0
