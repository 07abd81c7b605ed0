"""The summary of an asset: every fact a reader acts on, typed, in as few bytes as they take."""

from __future__ import annotations

from typing import Any, cast

from ims_mcp.foreign_text import clean
from ims_mcp.summaries.ai_results import AiResults
from ims_mcp.summaries.ai_view import digest_ai
from ims_mcp.summaries.bounds import fit, size_bytes
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.media_files import Files, find_duration, read_files
from ims_mcp.summaries.omissions import DETAILED, describe_omitted, repeat_call
from ims_mcp.summaries.shaping import present
from ims_mcp.summaries.smart_tags import open_results
from ims_mcp.summaries.values import Json, as_object, as_objects, as_whole, find_expiry, is_plain, label

# What a summary takes at most beside its files, where it has no AI results: a sum of the limits of its parts.
_MOST_BESIDE_FILES = 12_000
# Where a summary aims to end when AI results compete with the files for room.
_AIM_BYTES = 8_000
_LEAST_FOR_AI = 2_500

# (name in the summary, field of MediaBasicInfo, longest in bytes)
_TEXTS = (
    ("media_id", "MediaId", 80),
    ("title", "Title", 300),
    ("description", "Description", 500),
    ("status", "Status", 40),
    ("media_type", "MediaType", 40),
    ("business_type", "BusinessType", 40),
    ("source", "Source", 40),
    ("reference_id", "ReferenceId", 80),
    ("created", "CreateTime", 40),
    ("modified", "ModifiedTime", 40),
    ("deleted", "DeletedTime", 40),
)
_NAMES = tuple(name for name, _, _ in _TEXTS)
_KEYS = tuple(key for _, key, _ in _TEXTS)
_USUAL_TEXT = 800
_LONGEST_URL = 1000
_LARGEST_USER_DATA = 700
_LONGEST_SIGNED_URL = 4000
_MOST_TAGS = 40
_IDS_BYTES = 120
_STREAM_DETAILS = "stream details, file URLs"
_REST = "the rest of the response"
ALWAYS_LEFT_OUT = frozenset({_STREAM_DETAILS, _REST})
"""What every summary leaves out, by the ``what`` of its entries."""


def summarize(info: Json, call: Json, *, include_signed_urls: bool, max_bytes: int) -> Json:
    """The summary of MediaInfo. ``call``: the arguments that got it, for what is left out."""
    basic = as_object(info.get("MediaBasicInfo"))
    summary = _summarize_basic(basic, include_signed_urls)
    arguments = repeat_call(call, basic.get("MediaId") or info.get("MediaId"))
    files = read_files(info.get("FileInfoList"), include_signed_urls=include_signed_urls)
    if files.objects:
        summary["files"] = files.objects
    if files.tables:
        summary["file_tables"] = files.tables
    if files.failures:
        summary["file_failures"] = files.failures
    rest: list[Json] = []
    if files.about_bytes:
        rest.append(describe_omitted(_STREAM_DETAILS, files.about_bytes, arguments, view="files"))
    rough = info.get("AiRoughData")
    results: AiResults | None = None
    if isinstance(rough, dict) and rough:
        results = _read_ai(as_object(rough), info, summary, rest, arguments)
    rest.append(describe_omitted(_REST, _measure_pictures(basic), arguments, view="full"))
    if results is None and files.most_bytes + _MOST_BESIDE_FILES <= max_bytes:
        summary["left_out"] = rest
        return summary
    return _fit_summary(summary, rest, results, files, arguments, max_bytes)


def _summarize_basic(basic: Json, include_signed_urls: bool) -> Json:
    """The asset itself."""
    get = basic.get
    texts: list[Any] = [get(key) or "" for key in _KEYS]
    tags, name, custom, user_data = (
        get("MediaTags") or "",
        get("CateName") or "",
        get("Category") or "",
        get("UserData"),
    )
    try:
        joined = "".join(texts) + tags + name + custom
    except TypeError:
        joined = "="
    if len(joined) > _USUAL_TEXT or not is_plain(joined):
        texts = [label(text, longest) for text, (_, _, longest) in zip(texts, _TEXTS, strict=True)]
        tags, name, custom = label(tags, 800), label(name, 120), label(custom, 120)
    summary: Json = dict(zip(_NAMES, texts, strict=True))
    if "" in texts:
        summary = {name: text for name, text in summary.items() if text}
    if tags:
        summary["tags"] = [tag for part in tags.split(",") if (tag := part.strip())][:_MOST_TAGS]
    category: Json = {}
    if number := as_whole(get("CateId")):
        category["id"] = number
    if name:
        category["name"] = name
    if custom:
        category["custom"] = custom
    if category:
        summary["category"] = category
    if reason := get("PrepareFailReason"):
        # A field of the embedded IMS alone: the service does not say why.
        summary["failure_reason"] = label(reason, 400)
    _add_addresses(summary, get("InputURL"), get("CoverURL"), include_signed_urls)
    _add_lists(summary, get("Snapshots"), get("SpriteImages"))
    if user_data:
        summary["user_data"] = _read_user_data(user_data)
    return summary


def _add_addresses(summary: Json, source: Any, cover: Any, include_signed_urls: bool) -> None:
    if source:
        summary["input_url"] = _clean_address(source)
    if cover:
        summary["cover_url"] = _clean_address(cover)
        if include_signed_urls and isinstance(cover, str):
            summary["cover_url"] = clean(cover[:_LONGEST_SIGNED_URL])
            if end := find_expiry(cover):
                summary["cover_url_expires"] = end


def _add_lists(summary: Json, snapshots: Any, sprites: Any) -> None:
    if snapshots and (count := len(_read_list(snapshots))):
        summary["snapshot_count"] = count
    if sprites and (pictures := _read_list(sprites)):
        counts = [as_whole(picture.get("tileCount")) or 1 for picture in as_objects(pictures)]
        summary["sprite_image_count"] = sum(counts)


def _read_user_data(value: Any) -> Any:
    opened = open_json(value) if isinstance(value, str) else value
    if isinstance(opened, dict | list):
        if isinstance(value, str) and len(value) <= _LARGEST_USER_DATA // 2:
            return present(opened, depth=1)
        return fit({"user_data": present(opened, depth=1)}, _LARGEST_USER_DATA, query_prefix=None)["user_data"]
    return label(value, 500)


def _read_list(value: Any) -> list[Any]:
    if isinstance(value, str):
        # A no-break space stands between the elements in the documentation's own example.
        value = open_json(value.replace("\xa0", " ") if "\xa0" in value else value)
    return cast("list[Any]", value) if isinstance(value, list) else []


def _clean_address(url: Any) -> str:
    """A URL without its signature."""
    if url.__class__ is not str:
        return ""
    address, _, query = url.partition("?")
    if (not query or "Signature=" in query) and is_plain(address) and '"' not in address:
        return address if len(address) <= _LONGEST_URL else label(address, _LONGEST_URL)
    return label(url, _LONGEST_URL)


def _measure_pictures(basic: Json) -> int:
    """Bytes of the two lists a summary only counts, and of the ids around them."""
    lists = (basic.get("Snapshots"), basic.get("SpriteImages"))
    return _IDS_BYTES + sum(len(value) for value in lists if isinstance(value, str))


def _read_ai(rough: Json, info: Json, summary: Json, rest: list[Json], arguments: Json) -> AiResults | None:
    """Writes the states of the analysis into ``summary``; returns its results where the response holds any."""
    job = as_object(rough.get("StandardSmartTagJob"))
    status = job.get("Status")
    overall = rough.get("Status")
    # The two states are almost always the same.
    tagging = None if status == overall else status
    states = (("status", overall), ("category", rough.get("AiCategory")), ("smart_tag_status", tagging))
    summary["ai"] = {name: label(state, 60) for name, state in states if state}
    opened = open_results(job)
    if opened is None:
        if status == "AnalyzeSuccess" or job.get("ResultUrl"):
            asked = {**arguments, "ReturnDetailedInfo": {DETAILED: True}}
            rest.append(describe_omitted("AI results: not in this response", None, asked, view="ai"))
        return None
    if opened.parts:
        return AiResults(opened, find_duration(info))
    if opened.unknown:
        size = sum(unread.about_bytes for unread in opened.unknown)
        rest.append(describe_omitted("unreadable AI results", size, arguments, view="ai"))
    return None


def _fit_summary(
    summary: Json, rest: list[Json], results: AiResults | None, files: Files, arguments: Json, max_bytes: int
) -> Json:
    """The summary with its AI results, measured, and cut where there are too many files for it."""
    taken = size_bytes(summary) + size_bytes(rest) + len(',"left_out":')
    if results is not None:
        found, more = digest_ai(results, max(_AIM_BYTES - taken, _LEAST_FOR_AI), arguments)
        summary["ai"].update(found)
        rest[-1:-1] = more
        taken += size_bytes(found) + size_bytes(more)
    summary["left_out"] = rest
    if taken <= max_bytes:
        return summary
    shown = _cut_files(summary, max_bytes - size_bytes({**summary, "files": [], "file_tables": []}) - 400)
    what = f"{files.file_count - shown} of {files.file_count} files"
    rest.insert(0, describe_omitted(what, files.about_bytes, arguments, view="files"))
    return fit(summary, max_bytes, query_prefix=None)


def _cut_files(summary: Json, room: int) -> int:
    """Keeps the first files of every kind that have room; the number kept."""
    shown = 0
    objects: list[Json] = []
    for entry in summary.get("files", ()):
        cost = size_bytes(entry) + 1
        if cost <= room:
            room -= cost
            objects.append(entry)
    shown += len(objects)
    summary["files"] = objects
    tables: list[Json] = summary.get("file_tables", [])
    for waiting, table in zip(range(len(tables), 0, -1), tables, strict=True):
        rows: list[Any] = []
        share = room // waiting - size_bytes({**table, "rows": rows}) - 1
        for row in table["rows"]:
            share -= size_bytes(row) + 1
            if share < 0:
                break
            rows.append(row)
        table["rows"] = rows
        room -= size_bytes(table) + 1
        shown += len(rows)
    return shown
