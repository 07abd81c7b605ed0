"""What a line of the audit says, and nothing besides."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ims_mcp.audit.ids import find_ids
from ims_mcp.client.observers import EndedCall, ObservedCall, keep_code, keep_id


def write_line(call: ObservedCall, ended: EndedCall, *, who: str, at: float) -> bytes:
    """One line of ASCII JSON. ``at``: epoch seconds of the call's end."""
    ids, left_out = ({}, 0) if call.operation is None else find_ids(call.operation, call.arguments, ended.answer)
    entry: dict[str, Any] = {
        "time": _write_time(at),
        "who": who,
        "account": call.account,
        "region": call.region,
        "operation": call.name,
        "effect": call.effect.value,
        "ids": ids,
        **({"ids_left_out": left_out} if left_out else {}),
        "outcome": ended.outcome.value,
        "code": keep_code(ended.code),
        "request_id": keep_id(ended.request_id),
        "confirmed": call.confirmation.value,
        **({"approved_by": call.approved_by} if call.approved_by else {}),
        "tries": ended.tries,
        "milliseconds": round(ended.seconds * 1000),
    }
    return _encode(entry)


def write_gap(refused: int, *, at: float) -> bytes:
    """The line that stands for refused calls which could not be written when they were refused."""
    return _encode({"time": _write_time(at), "unwritten_refusals": refused})


def _write_time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _encode(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
