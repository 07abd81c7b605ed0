"""The GetMediaInfo summary: what the model reads beside the raw body, and its time beside parsing alone."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable

from benchmarks.rows import Effort, Row, bounded, compared, interleaved
from ims_mcp.client.answers import CallContext, Reply, read_answer
from ims_mcp.summaries.media_info import media_info_view
from tests.bodies.media_info import CASES, MEDIA_ID, body, json_strings

TIME_AT_MOST = 1.5
AT_MOST_BYTES = {
    "page example": 1536,
    "one source, signed": 1536,
    "21 files, signed": 4096,
    "21 files, 120 min of tags": 8192,
}
_CONTEXT = CallContext("GetMediaInfo", "127.0.0.1")
_HEADERS = {"content-type": "application/json;charset=utf-8"}
# Many short turns of about this long, whatever the size of the body.
_TURN_SECONDS = 0.05
_TURNS = 4


def rows(effort: Effort) -> list[Row]:
    """Two rows for each size of response: bytes, then time."""
    # What the other benchmarks imported is nobody's garbage here: looking through it would hit one side or the other.
    gc.collect()
    gc.freeze()
    try:
        return [row for case in CASES for row in _rows_of(case, effort)]
    finally:
        gc.unfreeze()


def _rows_of(case: str, effort: Effort) -> list[Row]:
    raw = body(case)

    def ours() -> object:
        # By the client's own path from bytes to data.
        reply = read_answer(_CONTEXT, 200, _HEADERS, raw)
        assert isinstance(reply, Reply)
        return media_info_view(reply.data, call={"MediaId": MEDIA_ID})

    def parsing() -> object:
        return [_opened(text) for text in json_strings(json.loads(raw))]

    # As the server writes it.
    text = json.dumps(ours(), ensure_ascii=False, separators=(",", ":"))
    turn = max(1, round(_TURN_SECONDS * effort.share / _seconds(ours, 3)))
    measured = interleaved(
        effort.turns(_TURNS),
        {"ours": lambda: _seconds(ours, turn) * 1000, "parsing": lambda: _seconds(parsing, turn) * 1000},
    )
    return [
        bounded(f"summary bytes, {case}", len(text.encode()), len(raw), "B", at_most=AT_MOST_BYTES.get(case)),
        compared(
            f"summary time, {case}, beside json.loads",
            measured["ours"],
            measured["parsing"],
            "ms",
            at_most=TIME_AT_MOST,
        ),
    ]


def _opened(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:  # the page's own example holds strings that only look like JSON
        return text


def _seconds(work: Callable[[], object], times: int) -> float:
    """CPU seconds of one ``work``: it waits for nothing, so what else runs on the machine stays out of it."""
    gc.collect()  # neither side pays for what the other left behind
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times
