"""What GetMediaInfo tells of an asset that matters to whoever wants to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from ims_mcp.foreign_text import plain
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.pictures import Size, read_displayed_size, split_covers
from ims_mcp.summaries.values import Json, as_number, as_object, as_objects, as_whole, label

_SOURCE = "source_file"
_LONGEST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Sprite:
    """Small pictures at even distances that a job has taken."""

    job_id: str
    count: int
    sheet_count: int


@dataclass(frozen=True, slots=True)
class SeenAsset:
    """Addresses are signed: they are for fetching, and in no text. ``video_url`` is the file that is looked at, empty
    where it is the asset's source."""

    media_id: str
    title: str
    media_type: str
    status: str
    source: str
    input_url: str
    duration_seconds: float
    size: Size | None
    has_video: bool
    video_url: str
    image_url: str
    snapshot_urls: tuple[str, ...]
    sprites: tuple[Sprite, ...]
    contents: str
    """What its files hold, in words."""

    def describe(self) -> Json:
        """What every answer begins with."""
        told: Json = {"MediaId": self.media_id, "title": self.title, "media_type": self.media_type}
        if self.duration_seconds:
            told["duration_seconds"] = round(self.duration_seconds, 3)
        if self.size and (self.has_video or self.image_url):
            told["resolution"] = f"{self.size[0]}x{self.size[1]}"
        return {name: value for name, value in told.items() if value}


def read_asset(info: Json) -> SeenAsset:
    """From MediaInfo."""
    basic = as_object(info.get("MediaBasicInfo"))
    files = as_objects(info.get("FileInfoList"))
    # The source first; of an asset whose source is sound, a rendition may have a picture.
    files = sorted(files, key=lambda file: as_object(file.get("FileBasicInfo")).get("FileType") != _SOURCE)
    media_type = label(basic.get("MediaType"), 40)
    is_image = media_type == "image"
    film = next((file for file in files if not is_image and _list_films(file)), None)
    nothing: Json = {}
    shown = film or next(iter(files), nothing)
    shown_basic = as_object(shown.get("FileBasicInfo"))
    pictures = _list_films(shown) or as_objects(shown.get("VideoStreamInfoList"))
    is_source = not files or (shown is files[0] and shown_basic.get("FileType") in (_SOURCE, None))
    return SeenAsset(
        media_id=label(basic.get("MediaId") or info.get("MediaId"), 80),
        title=label(basic.get("Title"), 200),
        media_type=media_type,
        status=label(basic.get("Status"), 40),
        source=label(basic.get("Source"), 40),
        input_url=_read_text(basic.get("InputURL")),
        duration_seconds=_find_duration(shown) if film else 0.0,
        size=read_displayed_size(shown_basic, next(iter(pictures), nothing)) if pictures else None,
        has_video=film is not None,
        video_url="" if is_source else _read_text(shown_basic.get("FileUrl")).partition("?")[0],
        image_url=_read_text(shown_basic.get("FileUrl")) if is_image else "",
        snapshot_urls=tuple(each for each in _open_list(basic.get("Snapshots")) if isinstance(each, str)),
        sprites=_read_sprites(basic.get("SpriteImages")),
        contents=_describe_contents(files),
    )


def _list_films(file: Json) -> list[Json]:
    has_sound = bool(as_objects(file.get("AudioStreamInfoList")))
    return split_covers(as_objects(file.get("VideoStreamInfoList")), has_sound=has_sound)[0]


def _find_duration(file: Json) -> float:
    basic = as_object(file.get("FileBasicInfo"))
    streams = (stream.get("Duration") for stream in _list_films(file))
    # A picture may end before its sound: behind its end there is nothing to see.
    found = [seconds for value in (*streams, basic.get("Duration")) if (seconds := as_number(value))]
    return max(0.0, found[0]) if found else 0.0


def _read_sprites(value: Any) -> tuple[Sprite, ...]:
    return tuple(
        Sprite(job_id, count, as_whole(each.get("tileCount")) or 0)
        for each in as_objects(_open_list(value))
        if (job_id := label(each.get("iceJobId"), 80)) and (count := as_whole(each.get("count")) or 0) > 0
    )


def _describe_contents(files: list[Json]) -> str:
    if not files:
        return "no file that has been read"
    told: list[str] = []
    for file in files[:_LONGEST_NAMED]:
        kinds = (("Video", "picture"), ("Audio", "sound"), ("Subtitle", "subtitle"))
        counts = [(len(as_objects(file.get(f"{kind}StreamInfoList"))), word) for kind, word in kinds]
        streams = ", ".join(f"{count} {word} stream{'s' if count > 1 else ''}" for count, word in counts if count)
        name = label(as_object(file.get("FileBasicInfo")).get("FileName"), 80)
        told.append(f"{plain(name, 80)}: {streams or 'no streams'}")
    more = f"; and {len(files) - _LONGEST_NAMED} more files" if len(files) > _LONGEST_NAMED else ""
    return "; ".join(told) + more


def _open_list(value: Any) -> list[Any]:
    opened = open_json(value) if isinstance(value, str) else value
    return cast("list[Any]", opened) if isinstance(opened, list) else []


def _read_text(value: Any) -> str:
    return value if isinstance(value, str) else ""
