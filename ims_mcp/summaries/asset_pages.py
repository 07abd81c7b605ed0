"""The long views of an asset, page by page: its files in detail, and what AI analysis found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ims_mcp.foreign_text import clean
from ims_mcp.summaries.ai_result import AiResults
from ims_mcp.summaries.ai_view import counts, page_of
from ims_mcp.summaries.bounds import fit, size_bytes
from ims_mcp.summaries.file_details import MOST_STREAMS, file_details
from ims_mcp.summaries.left_out import DETAILED, left_out, repeatable
from ims_mcp.summaries.media_files import duration_of
from ims_mcp.summaries.signed_urls import expiry
from ims_mcp.summaries.smart_tags import Opened, open_results
from ims_mcp.summaries.values import Json, as_object, as_objects, label

# Kept free on every page for what stands around the items.
_AROUND_BYTES = 2_400
_STREAM_LISTS = {"video": "VideoStreamInfoList", "audio": "AudioStreamInfoList", "subtitles": "SubtitleStreamInfoList"}


def files_page(info: Json, call: Json, page: int, *, include_signed_urls: bool, max_bytes: int) -> Json:
    """``{media_id, title, status, file_count, files: [...], page, pages, left_out}``; every file on one page."""
    head, arguments = _head(info, call)
    infos = as_objects(info.get("FileInfoList"))
    room = max(max_bytes - _AROUND_BYTES, 600)
    shown: list[Json] = []
    rest: list[Json] = []
    pages, left = 1, room
    for index, entry in enumerate(infos):
        details = file_details(entry, include_signed_urls=include_signed_urls)
        cost = size_bytes(details) + 1
        if cost > room:
            details, cost = fit(details, room - 1, query_prefix=None), room
        if cost > left and left < room:
            pages, left = pages + 1, room
        left -= cost
        if pages == page:
            shown.append(details)
            rest += _more_streams(index, details, arguments)
    result = {**head, "file_count": len(infos), "files": shown}
    return _paged(result, rest, page, pages, arguments, max_bytes, view="files")


def _more_streams(index: int, details: Json, arguments: Json) -> Iterable[Json]:
    for name, more in as_object(details.get("more_streams")).items():
        query = f"MediaInfo.FileInfoList[{index}].{_STREAM_LISTS[name]}[{MOST_STREAMS}:{MOST_STREAMS * 2}]"
        yield left_out(f"{more} more {name} streams of file {index + 1}", more * 400, arguments, query=query)


def ai_page(
    info: Json, call: Json, page: int, section: str | None, *, include_signed_urls: bool, max_bytes: int
) -> Json:
    """``{media_id, title, status, ai: {status, …, counts, SECTION: {columns, rows}}, page, pages, left_out}``."""
    head, arguments = _head(info, call)
    rough = as_object(info.get("AiRoughData"))
    job = as_object(rough.get("StandardSmartTagJob"))
    states = (("status", rough.get("Status")), ("category", rough.get("AiCategory")))
    jobs = (("smart_tag_status", job.get("Status")), ("job_id", job.get("AiJobId")))
    found: Json = {name: label(state, 80) for name, state in (*states, *jobs) if state}
    for name, url in (("result_url", rough.get("Result")), ("smart_tag_result_url", job.get("ResultUrl"))):
        if isinstance(url, str) and "://" in url[:12]:
            found[name] = clean(url[:4000]) if include_signed_urls else label(url, 1000)
            if include_signed_urls and (end := expiry(url)):
                found[f"{name}_expires"] = end
    opened = open_results(job)
    rest: list[Json] = []
    if opened is None:
        asked = {**arguments, "ReturnDetailedInfo": {DETAILED: True}}
        if job.get("ResultUrl") or job.get("Status") == "AnalyzeSuccess":
            rest.append(left_out("AI results: not in this response", None, asked, view="ai"))
        opened = Opened({}, {}, [])
    results = AiResults(opened, duration_of(info))
    found["counts"] = counts(results)
    room = max(max_bytes - _AROUND_BYTES - size_bytes(found), 600)
    rows, pages = page_of(results, section, page, room)
    changes: Json = {"view": "ai", "ai_section": section} if section else {"view": "ai"}
    return _paged({**head, "ai": {**found, **rows}}, rest, page, pages, arguments, max_bytes, **changes)


def _head(info: Json, call: Json) -> tuple[Json, Json]:
    basic = as_object(info.get("MediaBasicInfo"))
    texts = (("media_id", basic.get("MediaId") or info.get("MediaId"), 80), ("title", basic.get("Title"), 200))
    head: Json = {name: text for name, value, longest in texts if (text := label(value, longest))}
    if status := label(basic.get("Status"), 40):
        head["status"] = status
    return head, repeatable(call, basic.get("MediaId") or info.get("MediaId"))


def _paged(
    result: Json, rest: list[Json], page: int, pages: int, arguments: Json, max_bytes: int, **changes: Any
) -> Json:
    if page < pages:
        rest.insert(0, left_out(f"page {page + 1} of {pages}", None, arguments, **changes, page=page + 1))
    elif page > pages:
        rest.insert(
            0, left_out(f"there is no page {page}: the last is {pages}", None, arguments, **changes, page=pages)
        )
    result |= {"page": page, "pages": pages}
    if rest:
        result["left_out"] = rest
    return fit(result, max_bytes, query_prefix=None)
