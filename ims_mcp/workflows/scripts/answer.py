"""How a script stands, as its reader is told: in the bytes of a result, with the way to what is left out of writes."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, cast

from ims_mcp.foreign_text import clean, shorten
from ims_mcp.summaries.bounds import fit, size_bytes
from ims_mcp.summaries.shaping import MAX_BYTES, present, present_ours
from ims_mcp.workflows.next_call import propose
from ims_mcp.workflows.scripts import limits
from ims_mcp.workflows.scripts.destructions import join_destructions, propose_destruction
from ims_mcp.workflows.scripts.record import ScriptRecord

TOOL = "run_script"
_DONE_BYTES = 6 * 1024
_DESTROY_BYTES = 4 * 1024
_PROBLEM_BYTES = 3 * 1024
_MARGIN_BYTES = 200
_ENDINGS = {
    "out_of_time": "The script was ended: ",
    "out_of_memory": "The script was ended: ",
    "stopped": "The script was ended: ",
    "crashed": "The script was lost: ",
    "failed": "",
    "done": "",
}


def write_answer(record: ScriptRecord, *, listed: Container[str] | None, done_from: int = 0) -> dict[str, Any]:
    """``{outcome, result, problem, calls, done, would_destroy, notes, script_id, next_call}``, each where there is
    something to tell.

    ``done`` are the writes from ``done_from`` on, as many as there is room for; ``listed`` the tools that the reader
    has.
    """
    ended = record.ended
    told: dict[str, Any] = {"outcome": "running" if ended is None else ended.outcome}
    if ended is None:
        told["script_id"] = record.script_id
    if ended is not None and ended.problem:
        told["problem"] = _shorten_as_json(clean(f"{_ENDINGS[ended.outcome]}{ended.problem}"), _PROBLEM_BYTES)
    told["calls"] = {
        name: count
        for name, count in (("reads", record.reads), ("writes", len(record.done)), ("failed", record.failed))
        if count
    }
    told |= _tell_writes(record, done_from)
    joined = join_destructions(record.would_destroy)
    if joined:
        calls = [{"operation": each.operation.name, "arguments": dict(each.arguments)} for each in joined]
        told |= fit({"would_destroy": calls}, _DESTROY_BYTES, query_prefix=None)
    if record.printed.text:
        told |= _tell_printed(record)
    told = present_ours(told)
    told |= _propose_next(record, told) or propose_destruction(joined, listed)
    if ended is None or ended.outcome != "done":
        return told
    if record.value_note:
        told["note"] = clean(record.value_note)
    room = MAX_BYTES - size_bytes(told) - _MARGIN_BYTES
    shown = present(
        {"result": record.value},
        include_signed_urls=record.shows_signed_urls,
        include_credentials=record.shows_credentials,
        again=True,
        opens_json=False,
    )
    size = size_bytes(shown)
    fitted = fit(cast("dict[str, Any]", shown), room, query_prefix=None)
    if size > room:
        told["note"] = f"the result has {size:,} bytes, of which {room:,} fit: let the script return less"
    return {"outcome": "done", **fitted, **told}


def _tell_writes(record: ScriptRecord, done_from: int) -> dict[str, Any]:
    """The writes of a page, and those that are not answered yet."""
    told: dict[str, Any] = {}
    left, page = _DONE_BYTES, list[dict[str, Any]]()
    for entry in record.done[done_from:]:
        left -= size_bytes(entry) + 1
        if left < 0 and page:
            break
        page.append(entry)
    if page:
        told["done"] = page
    if page and len(page) < len(record.done):
        told["done_shown"] = f"{done_from + 1} to {done_from + len(page)} of {len(record.done)}"
    if record.under_way:
        told["under_way"] = list(record.under_way.values())
    return told


def _tell_printed(record: ScriptRecord) -> dict[str, Any]:
    whole = clean(record.printed.text)
    kept = _shorten_as_json(whole, limits.KEPT_PRINTED_BYTES)
    if kept == whole and record.printed.size_bytes <= len(record.printed.text):
        return {"notes": kept}
    return {"notes": kept, "notes_cut": f"the first {len(kept):,} of {record.printed.size_bytes:,} characters printed"}


def _shorten_as_json(text: str, max_bytes: int) -> str:
    """Cut to so many bytes of JSON, where a quote and the end of a line take two."""
    kept = shorten(text, max_bytes)
    while (size := size_bytes(kept)) > max_bytes + 2:
        kept = shorten(kept, len(kept.encode()) * max_bytes // size)
    return kept


def _propose_next(record: ScriptRecord, told: dict[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {"script_id": record.script_id}
    if record.ended is None:
        return propose(TOOL, arguments, "brings the result when the script has ended")
    if record.under_way:
        return propose(TOOL, arguments, "says what became of the writes that are under way")
    shown = len(told.get("done", ()))
    first = int(told["done_shown"].split(" ")[0]) - 1 if "done_shown" in told else 0
    if first + shown < len(record.done):
        return propose(TOOL, arguments | {"done_from": first + shown}, "the next writes that it has done")
    return {}
