"""Lines from a client to JSON-RPC messages; of a line that is none, why, and the id its sender waits under."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from mcp_types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

LONGEST_LINE_BYTES = 32 * 1024 * 1024
"""Far beyond any call: the largest parameter of IMS takes a few megabytes."""

Id = str | int | float | None

_BOM = b"\xef\xbb\xbf"
_LONGEST_ID = 1000  # characters; what is echoed is short
# A string, a run of brackets that open, a run of brackets that close: enough to know where the outermost members are.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{]+|[\]}]+', re.DOTALL)
_ID_VALUE = re.compile(rb'\s*:\s*(-?\d{1,18}(?=\s*[,}])|"(?:[^"\\]|\\.){0,1000}+")', re.DOTALL)
_LAST_ID = re.compile(rb'[,{]\s*"id"\s*:\s*(-?\d{1,18}|"[^"\\]{0,200}")\s*\}\s*\Z')
_MOST_TOKENS = 1_000_000


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that is not a message: the error its sender gets, under each id it may wait for."""

    code: int
    reason: str
    ids: tuple[Id, ...] = (None,)


class LineSplitter:
    """Bytes as they come to whole lines. Of a line that is too long only its two ends are kept, then it is refused."""

    def __init__(self, longest: int = LONGEST_LINE_BYTES) -> None:
        self._longest = longest
        self._begun = bytearray()
        self._refused: RefusedLine | None = None
        self._tail = b""

    def feed(self, piece: bytes) -> list[bytes | RefusedLine]:
        """The lines that end in ``piece``, without their line ends."""
        *ends, rest = piece.split(b"\n")
        lines = [self._end_line(end) for end in ends]
        self._keep(rest)
        return lines

    def end(self) -> bytes | RefusedLine:
        """What stands after the last line end, once nothing more comes."""
        return self._end_line(b"")

    def _keep(self, piece: bytes) -> None:
        if self._refused is None:
            self._begun += piece
            if len(self._begun) > self._longest:
                self._refused = RefusedLine(
                    INVALID_REQUEST,
                    f"The line is longer than {self._longest:,} bytes and was not read to its end.",
                    (_find_outer_id(bytes(self._begun[: 1 << 20])),),
                )
                self._tail = bytes(self._begun[-4096:])
                self._begun = bytearray()
        else:
            self._tail = (self._tail + piece)[-4096:]

    def _end_line(self, end: bytes) -> bytes | RefusedLine:
        self._keep(end)
        if self._refused is None:
            line, self._begun = bytes(self._begun), bytearray()
            return line
        refused, self._refused = self._refused, None
        # Many clients write the id last.
        last = _LAST_ID.search(self._tail)
        if refused.ids == (None,) and last:
            return RefusedLine(refused.code, refused.reason, (json.loads(last[1]),))
        return refused


def read_message(line: bytes) -> JSONRPCMessage | RefusedLine | None:
    """The message a line holds, why it holds none, or None for a blank line.

    An answer of the client's that cannot be read comes back as an error answer, so that who waits for it goes on.
    """
    line = line.strip().removeprefix(_BOM).strip()
    if not line:
        return None
    try:
        message = jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        broken = str(first.get("ctx", {}).get("error", "")) if first["type"] == "json_invalid" else ""
        return _explain_refusal(line, broken)
    # An id that is neither a string nor a whole number is passed over: the request would count as a notification.
    if isinstance(message, JSONRPCNotification) and b'"id"' in line:
        content, _ = _read_loosely(line)
        if isinstance(content, dict) and "id" in content:
            identity = cast("dict[str, Any]", content)["id"]
            return RefusedLine(
                INVALID_REQUEST, "The id of a request is a string or a whole number.", (_make_echoable(identity),)
            )
    return message


def _explain_refusal(line: bytes, broken: str) -> JSONRPCMessage | RefusedLine:
    """``broken``: what the parser says, empty where the line is JSON but not a message."""
    content, good_bytes = _read_loosely(line)
    if good_bytes is not None:
        return RefusedLine(PARSE_ERROR, _explain_parsing(line, broken, None), (_find_outer_id(line[:good_bytes]),))
    if isinstance(content, list):
        requests = [cast("dict[str, Any]", each) for each in cast("list[object]", content) if isinstance(each, dict)]
        ids = tuple(_make_echoable(each.get("id")) for each in requests if "method" in each)
        reason = "Batches are not taken: send each message on a line of its own."
        return RefusedLine(INVALID_REQUEST, reason, tuple(known for known in ids if known is not None) or (None,))
    if not isinstance(content, dict):
        return RefusedLine(INVALID_REQUEST, "A message is a JSON object.")
    message = cast("dict[str, Any]", content)
    if broken:
        code, reason = PARSE_ERROR, _explain_parsing(line, broken, message)
    else:
        code, reason = INVALID_REQUEST, _explain_members(message)
    identity = _make_echoable(message.get("id"))
    if "method" not in message and ("result" in message or "error" in message):
        if isinstance(identity, str | int):
            return JSONRPCError(jsonrpc="2.0", id=identity, error=ErrorData(code=code, message=reason))
        identity = None
    return RefusedLine(code, reason, (identity,))


def _explain_parsing(line: bytes, broken: str, content: object) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"The line is not UTF-8 (byte {error.start + 1:,}). Send JSON in UTF-8."
    if "recursion" in broken:
        return "The JSON is nested too deeply; 200 levels are read."
    if "number out of range" in broken:
        return "A number has too many digits; send it as a string."
    if _holds_half_pair(content):
        return (
            "A string holds half a surrogate pair (\\ud800 to \\udfff): a character such as an emoji was cut in two. "
            "Send it whole or leave it out."
        )
    return f"The line is not JSON ({broken or 'it cannot be read'})."


def _holds_half_pair(content: object) -> bool:
    try:
        json.dumps(content, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    except RecursionError:
        return False
    return False


def _explain_members(message: dict[str, Any]) -> str:
    if message.get("jsonrpc") != "2.0":
        return 'A message has "jsonrpc": "2.0".'
    if "method" not in message:
        if "result" in message:
            return "A result is a JSON object."
        return "An error has a code and a message." if "error" in message else "A request has a method."
    if not isinstance(message["method"], str):
        return "The method of a request is a string."
    if not isinstance(message.get("params"), dict | None):
        return "The params of a request are a JSON object."
    return "The id of a request is a string or a whole number."


def _read_loosely(line: bytes) -> tuple[object, int | None]:
    """The line's content, with what strict JSON refuses: half pairs, numbers of any length, more depth. Where it cannot
    be read all the same, None and how many bytes of it can be looked through for an id."""
    text = line.decode("utf-8", "surrogateescape")
    try:
        return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) <= 1000 else None), None
    except json.JSONDecodeError as error:
        return None, len(text[: error.pos].encode("utf-8", "surrogateescape"))
    except RecursionError:
        return None, len(line)


def _make_echoable(identity: object) -> Id:
    """The id as it can be sent back, None where it cannot."""
    if isinstance(identity, str):
        return identity if len(identity) <= _LONGEST_ID and not _holds_half_pair(identity) else None
    if isinstance(identity, int | float) and not isinstance(identity, bool):
        return identity if abs(identity) < 1e300 else None
    return None


def _find_outer_id(line: bytes) -> Id:
    """The id among the outermost members of an object that cannot be read whole."""
    depth = 0
    found: Id = None
    for count, token in enumerate(_TOKEN.finditer(line)):
        if count > _MOST_TOKENS:
            break
        match token[0][:1]:
            case b"{" | b"[":
                if depth == 0 and not token[0].startswith(b"{"):
                    return None
                depth += len(token[0])
            case b"}" | b"]":
                depth -= len(token[0])
                if depth <= 0:
                    break
            case _:
                if depth == 1 and token[0] == b'"id"' and (value := _ID_VALUE.match(line, token.end())):
                    try:
                        found = _make_echoable(json.loads(value[1]))
                    except ValueError:
                        found = None
    return found
