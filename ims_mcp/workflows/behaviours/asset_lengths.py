"""Times that lie beyond the end of an asset: marks there are told, a cut that would be empty is not sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.values import as_number, as_objects
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall, Submission
from ims_mcp.workflows.behaviours.present_state import MOST_NAMED, look
from ims_mcp.workflows.found_media import read_media

_SLACK_SECONDS = 0.1
"""Streams of a file end apart by a frame or two."""
_MOST_TOLD = 3
_DEEPEST = 12


class AddMediaMarks(OperationBehaviour):
    """Says where the asset ends if a mark lies beyond."""

    async def submit(self, call: OperationCall) -> Submission:
        """Adds ``note``."""
        return await add_mark_note(call, await super().submit(call))


class SubmitMediaProducingJob(OperationBehaviour):
    """A rendering is billed: a clip that begins behind the end of its asset is refused before."""

    async def submit(self, call: OperationCall) -> Submission:
        """Adds ``note`` where a clip goes on beyond the end. Raises InvalidArguments where nothing is left of it."""
        clips = [*_list_clips(_open(call.arguments.get("Timeline")), 0)]
        if not clips:
            return await super().submit(call)
        call.client.guard(call.operation, call.arguments, confirmed=call.confirmed)
        lengths = await read_lengths(call.client, [clip["MediaId"] for clip in clips])
        told = [(clip, lengths[clip["MediaId"]]) for clip in clips if clip["MediaId"] in lengths]
        empty = [each for each in told if (as_number(each[0].get("In")) or 0) >= each[1]]
        if empty:
            what = "a clip has nothing of its asset, with In {} where {}"
            problems = [Problem("Timeline", what.format(clip.get("In"), _tell(clip, end))) for clip, end in empty]
            raise InvalidArguments(call.operation.name, problems[:_MOST_TOLD])
        submission = await super().submit(call)
        beyond = [_tell(*each) for each in told if (as_number(each[0].get("Out")) or 0) > each[1] + _SLACK_SECONDS]
        if not beyond:
            return submission
        return _add_note(submission, f"Out lies beyond the end of the asset: {', '.join(dict.fromkeys(beyond))}")


async def add_mark_note(call: OperationCall, submission: Submission) -> Submission:
    """The answer with a note where a mark of the call lies behind the end of its asset."""
    media_id, marks = str(call.arguments.get("MediaId", "")), as_objects(_open(call.arguments.get("MediaMarks")))
    ends = [max(as_number(mark.get(name)) or 0 for name in ("MarkStartTime", "MarkEndTime")) for mark in marks]
    if not media_id or max(ends, default=0) <= 0:
        return submission
    length = (await read_lengths(call.client, [media_id])).get(media_id)
    count = 0 if length is None else sum(end > length + _SLACK_SECONDS for end in ends)
    if not count:
        return submission
    return _add_note(submission, f"the asset ends at {length:.1f} s, and {count} of {len(ends)} marks lie beyond")


async def read_lengths(client: ImsClient, media_ids: list[str]) -> dict[str, float]:
    """The seconds of these assets, by one read of the first ones. What has none, or cannot be read, is not in it."""
    wanted = [*dict.fromkeys(media_ids)][:MOST_NAMED]
    query = {"MediaIds": ",".join(wanted), "AdditionType": "FileInfo"}
    answer = await look(client, "BatchGetMediaInfos", query)
    found = map(read_media, as_objects(answer.get("MediaInfos")) if isinstance(answer, dict) else [])
    return {media.media_id: media.seconds for media in found if media.seconds}


def _list_clips(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """The objects in a timeline that cut a part out of an asset."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _list_clips(each, depth + 1)
    elif isinstance(value, dict):
        clip = cast("dict[str, Any]", value)
        cuts = (as_number(clip.get(name)) for name in ("In", "Out"))
        if isinstance(clip.get("MediaId"), str) and any(cuts):
            yield clip
        for each in clip.values():
            yield from _list_clips(each, depth + 1)


def _open(value: Any) -> Any:
    return open_json(value) if isinstance(value, str) else value


def _tell(clip: Mapping[str, Any], end: float) -> str:
    return f"{plain(str(clip['MediaId']), 64)} ends at {end:.1f} s"


def _add_note(submission: Submission, note: str) -> Submission:
    notes = "; ".join(filter(None, [submission.added.get("note"), note]))
    return Submission(submission.reply, submission.added | {"note": notes})
