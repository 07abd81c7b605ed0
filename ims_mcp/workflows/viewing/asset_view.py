"""An asset as the viewer shows it: cards of several, or one with files, subtitles, chapters and all that plays.

Every address in it is signed and lives for :data:`LIFETIME_SECONDS`. It is for an app, never for a model.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import anyio

from ims_mcp.catalogue import Effect, Operation, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.oss.place import ObjectPlace
from ims_mcp.client.oss.signed_reads import SignedReads
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.ai_results import AiResults
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.subtitles import MAX_BYTES, SUFFIXES, find_language, read_subtitles
from ims_mcp.summaries.values import Json, as_object, as_objects, find_expiry, label
from ims_mcp.workflows.viewing import timeline
from ims_mcp.workflows.viewing.cards import (
    MOST_FILES,
    list_files,
    make_card,
    name_definitions,
    read_address,
    read_suffix,
)
from ims_mcp.workflows.viewing.playlists import sign_playlist
from ims_mcp.workflows.viewing.sprite import describe_sprite

LIFETIME_SECONDS = 1_800
MOST_CARDS = 40
_BATCH = 20
"""Ids that BatchGetMediaInfos takes in one call."""
_MOST_SUBTITLES = 8
_MOST_PLAYLISTS = 4
MOST_CUES = 5_000
_MOST_SNAPSHOTS = 100
_PART_SECONDS = 15.0
"""For what an asset can be shown without."""
_DETAILED = {"AiRoughData.StandardSmartTagJob": True}

T = TypeVar("T")
May = Callable[[Operation, Effect], bool]
"""Whether the caller may call this."""


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """A track and its cues; ``source`` is the file it came from, or what recognised it."""

    id: str
    label: str
    language: str
    cues: list[Json]
    cue_count: int


async def view_cards(client: ImsClient, media_ids: Sequence[str]) -> Json:
    """``{assets: [AssetCard], missing: [id], addresses_expire_at}``, in the order of the ids. Raises ImsError."""
    operation = get_operation("BatchGetMediaInfos")
    wanted = list(dict.fromkeys(media_ids))[:MOST_CARDS]
    cards: dict[str, Json] = {}
    for first in range(0, len(wanted), _BATCH):
        ids = ",".join(wanted[first : first + _BATCH])
        arguments = {"MediaIds": ids, "AdditionType": "FileInfo", "AuthTimeout": LIFETIME_SECONDS}
        reply = await client.call(operation, arguments)
        for entry in as_objects(reply.data.get("MediaInfos")):
            card = make_card(entry)
            cards[card.get("MediaId", "")] = card
    shown = [cards[media_id] for media_id in wanted if media_id in cards]
    covers = [card["cover"] for card in shown if "cover" in card]
    missing = [media_id for media_id in wanted if media_id not in cards]
    return {"assets": shown, "addresses_expire_at": _find_end(client, covers)} | (
        {"missing": missing} if missing else {}
    )


async def view_whole(client: ImsClient, media_id: str, may: May) -> Json:
    """``{asset: AssetView}``. What fails beside the asset itself is left out and named in ``problems``.

    Raises ImsError where the asset itself cannot be read.
    """
    return {"asset": await _View(client, SignedReads(client), may).make(media_id)}


async def read_tracks(client: ImsClient, media_id: str) -> tuple[list[SubtitleTrack], AiResults]:
    """An asset's subtitles with all their cues, and its AI results. Raises ImsError where it cannot be read."""
    info = await _read_info(client, media_id)
    results = timeline.read_results(info)
    files = list_files(as_objects(info.get("FileInfoList")), {})
    problems: list[str] = []
    tracks = await _read_subtitles(SignedReads(client), files, results, problems)
    return tracks, results


class _View:
    """One view being made."""

    def __init__(self, client: ImsClient, reads: SignedReads, may: May) -> None:
        self._client, self._reads, self._may = client, reads, may
        self._problems: list[str] = []

    async def make(self, media_id: str) -> Json:
        found: dict[str, Any] = {}

        async def keep(name: str, work: Callable[[], Awaitable[Any]]) -> None:
            found[name] = await work()

        async with anyio.create_task_group() as tasks:
            arguments = {"MediaId": media_id, "AuthTimeout": LIFETIME_SECONDS}
            tasks.start_soon(keep, "play", lambda: self._ask("GetPlayInfo", arguments))
            tasks.start_soon(keep, "marks", lambda: self._ask("ListMediaMarks", {"MediaId": media_id}))
            tasks.start_soon(keep, "info", lambda: _try(_read_info(self._client, media_id)))
        if isinstance(found["info"], ImsError):
            raise found["info"]
        info: Json = found["info"]
        basic, card, results = as_object(info.get("MediaBasicInfo")), make_card(info), timeline.read_results(info)
        files = list_files(as_objects(info.get("FileInfoList")), name_definitions(found["play"]))
        left_out = max(0, len(files) - MOST_FILES)
        subtitle_files, files = files, files[:MOST_FILES]
        duration = card.get("duration_seconds") or 0.0
        beside = next((file["address"] for file in files if "address" in file), "")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(
                keep, "subtitles", lambda: _read_subtitles(self._reads, subtitle_files, results, self._problems)
            )
            tasks.start_soon(keep, "sprite", lambda: self._describe_sprite(basic, duration, beside))
            for file in [file for file in files if file["is_hls"] and "address" in file][:_MOST_PLAYLISTS]:
                tasks.start_soon(self._add_playlist, file)
        for file in [file for file in files if file["is_hls"] and "playlist_text" not in file]:
            file["playable"] = False
        marks = timeline.list_marks(found["marks"])
        snapshots = _list_snapshots(basic, duration)
        addresses = [file["address"] for file in files if "address" in file]
        addresses += [each["address"] for each in snapshots] + ([card["cover"]] if "cover" in card else [])
        asset: Json = {
            **card,
            "description": label(basic.get("Description"), 2_000),
            "category": label(basic.get("CateName"), 200),
            "files": files,
            "files_left_out": left_out,
            "sprite": found["sprite"],
            "snapshots": snapshots,
            "subtitles": [_write_track(track) for track in found["subtitles"]],
            "chapters": timeline.list_chapters(results, marks),
            "marks": marks[: timeline.MOST_ITEMS],
            "findings": timeline.list_findings(results),
            "transcript": timeline.list_transcript(results)[: timeline.MOST_ITEMS],
            "about": timeline.describe_about(results),
            "problems": self._problems,
            "addresses_expire_at": _find_end(self._client, addresses),
        }
        always = ("files", "subtitles", "chapters", "marks", "findings")
        return {name: value for name, value in asset.items() if name in always or value not in ("", 0, [], {})}

    async def _ask(self, name: str, arguments: Json) -> Json:
        """An answer that the view can do without."""
        operation = get_operation(name)
        if not self._may(operation, Effect.READ):
            self._problems.append(f"{name} is not among the caller's rights")
            return {}
        answer = await _try(self._call(operation, arguments))
        if isinstance(answer, ImsError):
            self._problems.append(plain(str(answer), 200))
            return {}
        return answer

    async def _call(self, operation: Operation, arguments: Json) -> Json:
        return (await self._client.call(operation, arguments, timeout_seconds=_PART_SECONDS)).data

    async def _describe_sprite(self, basic: Json, duration: float, beside: str) -> Json:
        with anyio.move_on_after(_PART_SECONDS):
            return await describe_sprite(basic, duration, beside, self._reads.fetch, self._sign)
        return {}

    async def _add_playlist(self, file: Json) -> None:
        """To the file itself: ``playlist_text``, or why there is none."""
        with anyio.move_on_after(_PART_SECONDS) as waiting:
            signed = await _try(sign_playlist(file["address"], self._reads.fetch, self._sign))
            if isinstance(signed, ImsError):
                self._problems.append(f"{file['name']} is not played: {plain(str(signed), 200)}")
                return
            file |= {"playlist_text": signed.text}
            if signed.pieces_left_out:
                file |= {"playlist_pieces_left_out": signed.pieces_left_out}
        if waiting.cancelled_caught:
            self._problems.append(f"{file['name']} is not played: its playlist took too long to read")

    async def _sign(self, place: ObjectPlace, keys: list[str]) -> list[str]:
        return await self._reads.sign(place, keys, LIFETIME_SECONDS)


async def _read_info(client: ImsClient, media_id: str) -> Json:
    arguments = {"MediaId": media_id, "AuthTimeout": LIFETIME_SECONDS, "ReturnDetailedInfo": _DETAILED}
    return as_object((await client.call(get_operation("GetMediaInfo"), arguments)).data.get("MediaInfo"))


async def _read_subtitles(
    reads: SignedReads, files: Sequence[Json], results: AiResults, problems: list[str]
) -> list[SubtitleTrack]:
    """Of the files that are called like subtitles; without any what was recognised."""
    wanted = [file for file in files if read_suffix(file["name"]) in SUFFIXES and "address" in file]
    if len(wanted) > _MOST_SUBTITLES:
        problems.append(f"{len(wanted) - _MOST_SUBTITLES} more subtitle files are left out")
    found: dict[str, SubtitleTrack] = {}

    async def read(file: Json) -> None:
        content = await _try(reads.fetch(file["address"], MAX_BYTES))
        if isinstance(content, ImsError):
            problems.append(f"{file['name']}: {plain(str(content), 200)}")
            return
        cues = [cue._asdict() for cue in read_subtitles(content)]
        found[file["id"]] = SubtitleTrack(file["id"], file["name"], find_language(file["name"]), cues, len(cues))

    async with anyio.create_task_group() as tasks:
        for file in wanted[:_MOST_SUBTITLES]:
            tasks.start_soon(read, file)
    tracks = [found[file["id"]] for file in wanted if file["id"] in found and found[file["id"]].cues]
    spoken = [] if tracks else timeline.list_transcript(results)
    return tracks or ([SubtitleTrack("speech", "Recognised speech", "", spoken, len(spoken))] if spoken else [])


def _write_track(track: SubtitleTrack) -> Json:
    shown: Json = {"id": track.id, "label": track.label, "cues": track.cues[:MOST_CUES]}
    shown |= {"language": track.language} if track.language else {}
    return {**shown, "cues_left_out": max(0, track.cue_count - MOST_CUES)}


def _list_snapshots(basic: Json, duration: float) -> list[Json]:
    """Their times are not told: each is taken for the middle of its part, which is where they are made."""
    value: Any = open_json(basic["Snapshots"]) if isinstance(basic.get("Snapshots"), str) else None
    addresses = [read_address(each) for each in value] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType] - JSON
    count = len(addresses)
    return [
        {"seconds": round((number + 0.5) * duration / count, 3), "address": address}
        for number, address in enumerate(addresses)
        if address is not None
    ][:_MOST_SNAPSHOTS]


def _find_end(client: ImsClient, addresses: Sequence[str]) -> str:
    """When the first of them stops working."""
    ends = [end for address in addresses if (end := find_expiry(address))]
    usual = datetime.fromtimestamp(client.service_clock.now() + LIFETIME_SECONDS, UTC)
    return min(ends, default=usual.strftime("%Y-%m-%dT%H:%M:%SZ"))


async def _try(work: Awaitable[T]) -> T | ImsError:
    try:
        return await work
    except ImsError as error:
        return error
