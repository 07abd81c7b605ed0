"""The resources: an asset's summary, everything of it, its subtitles and what is said in it, as text.

What an asset's address brings is what get_media_info answers, by the same checks and rights. No text holds a signed
address; every one is bounded, and says what it has left out and where that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    ReadResourceResult,
    ResourceTemplate,
    TextResourceContents,
)

from ims_mcp.catalogue import get_operation
from ims_mcp.errors import ImsError, InvalidArguments, Refused, ServiceError
from ims_mcp.foreign_text import clean, shorten, size_of
from ims_mcp.server.icons import make_icon
from ims_mcp.server.media_uris import FROM, MediaUri, write_media_uri
from ims_mcp.server.operation_tools import check_granted
from ims_mcp.server.reach import ACCOUNT, REGION, Reach
from ims_mcp.server.tool import LONGEST_BYTES, ToolRequest, name_place
from ims_mcp.summaries.bounds import compact
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.summaries.subtitles import write_time
from ims_mcp.summaries.values import Json
from ims_mcp.workflows.behaviours.behaviour import OperationCall
from ims_mcp.workflows.operation_call import resolve_arguments, run_operation

TTL_MS = 5_000
"""An asset changes: what was read a moment ago may be read again from memory, and no longer."""
_HEAD_BYTES = 600
_TEMPLATES = {
    "": ("asset", "Asset", "An asset as get_media_info sums it up.", "application/json"),
    "full": ("asset-full", "Asset, everything", "All fields of an asset.", "application/json"),
    "subtitles": ("asset-subtitles", "Subtitles", "Subtitle files of an asset, line by line with times.", "text/plain"),
    "transcript": ("asset-transcript", "Transcript", "What was recognised of the speech, with times.", "text/plain"),
}


def list_templates(reach: Reach) -> list[ResourceTemplate]:
    """Those of the assets this caller may read, with account and region where there is a choice."""
    if not reach.may_call(get_operation("GetMediaInfo")):
        return []
    places = [ACCOUNT] * (len(reach.accesses) > 1) + [REGION] * any(len(each.regions) > 1 for each in reach.accesses)
    return [
        ResourceTemplate(
            uri_template=f"ims://media/{{MediaId}}{f'/{part}' if part else ''}{_write_query(places, part)}",
            name=name,
            title=title,
            description=description,
            mime_type=mime_type,
            icons=[make_icon("text" if mime_type == "text/plain" else "asset")],
        )
        for part, (name, title, description, mime_type) in _TEMPLATES.items()
    ]


def _write_query(places: Sequence[str], part: str) -> str:
    names = [*places, FROM] if _is_lines(part) else [*places]
    return f"{{?{','.join(names)}}}" if names else ""


async def read_media(uri: str, wanted: MediaUri, request: ToolRequest, *, has_own_tool: bool) -> ReadResourceResult:
    """Serves resources/read of an address that was taken apart. Raises ImsError.

    ``has_own_tool``: whether the caller has get_media_info, which what is left out may be got with.
    """
    if _is_lines(wanted.part):
        text = await _read_lines(wanted, request)
    else:
        text = await _read_json(wanted, request, has_own_tool=has_own_tool)
    mime_type = _TEMPLATES[wanted.part][3]
    contents = TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return ReadResourceResult(contents=[contents], ttl_ms=TTL_MS, cache_scope="private")


def explain_refusal(uri: str, error: ImsError) -> MCPError:
    """The protocol's error: whether there is nothing of that address for this caller, or it could not be read now."""
    # Also what nobody may read is not there for them.
    is_unknown = isinstance(error, InvalidArguments | Refused) or (
        isinstance(error, ServiceError) and error.is_not_found
    )
    code = INVALID_PARAMS if is_unknown else INTERNAL_ERROR
    return MCPError(code, shorten(clean(error.explain()), LONGEST_BYTES), {"uri": uri})


def _is_lines(part: str) -> bool:
    return part in ("subtitles", "transcript")


async def _read_json(wanted: MediaUri, request: ToolRequest, *, has_own_tool: bool) -> str:
    """What get_media_info answers."""
    operation = get_operation("GetMediaInfo")
    given: Json = {"MediaId": wanted.media_id} | ({"view": wanted.part} if wanted.part else {})
    checked = await check_granted(operation, given, request)
    arguments, own = await resolve_arguments(request.client, operation, checked)
    call = OperationCall(request.client, operation, arguments, own, False, request.listed, has_own_tool, None)
    return compact(name_place(await run_operation(call), request.target.named))


async def _read_lines(wanted: MediaUri, request: ToolRequest) -> str:
    from ims_mcp.workflows.viewing.asset_view import read_tracks  # only who reads them pays for it
    from ims_mcp.workflows.viewing.timeline import list_transcript

    await check_granted(get_operation("GetMediaInfo"), {"MediaId": wanted.media_id}, request)
    tracks, results = await read_tracks(request.client, wanted.media_id)
    if wanted.part == "transcript":
        lines = list_transcript(results)
        blocks = [("", lines)] if lines else []
    else:
        blocks = [(f"{track.label}{f' ({track.language})' if track.language else ''}", track.cues) for track in tracks]
    if not blocks:
        missing = "no subtitle file" if wanted.part == "subtitles" else "no recognised speech"
        return f"The asset has {missing}.\n"
    return _write_lines(blocks, wanted, request.target.named)


def _write_lines(blocks: Iterable[tuple[str, list[Json]]], wanted: MediaUri, named: Mapping[str, str]) -> str:
    """A heading for each track and a line for each cue; what has no room is counted, with where it begins."""
    room = MAX_BYTES - _HEAD_BYTES
    written: list[str] = []
    left_out: list[tuple[float, int]] = []
    for heading, cues in blocks:
        fresh = [cue for cue in cues if cue["end_seconds"] >= wanted.from_seconds]
        if heading:
            written.append(f"# {heading}")
            room -= size_of(heading) + 3
        for number, cue in enumerate(fresh):
            line = f"{write_time(cue['start_seconds'])} - {write_time(cue['end_seconds'])}  {cue['text']}"
            room -= size_of(line) + 1
            if room < 0:
                left_out.append((cue["start_seconds"], len(fresh) - number))
                break
            written.append(line)
    if left_out:
        start = f"{min(start for start, _ in left_out):g}"
        more = write_media_uri(wanted.media_id, named, wanted.part, **{FROM: start})
        written.append(f"… {sum(count for _, count in left_out):,} more lines are left out. They begin at {more}")
    return "\n".join(written) + "\n"
