"""PostObject: a form that a web page uploads a file with, turned into the put it stands for as it arrives.

The fields come first and are small; the file comes last and is passed on as a stream. What may be uploaded stands in
the form's policy, which is what is signed.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from ims_mcp.local.identity import Identities
from ims_mcp.local.oss.caller import Caller, identify, read_form_claim
from ims_mcp.local.oss.documents import tag, wrap
from ims_mcp.local.oss.errors import OssError, access_denied, invalid_argument
from ims_mcp.local.oss.reply import Reply, reply_with_xml
from ims_mcp.local.oss.request import Request
from ims_mcp.request_body import Message, RequestBody

_MAX_FIELD_BYTES = 256 * 1024
"""Of all fields together, the heads of the parts included."""
_MAX_FIELDS = 200
_END_OF_HEAD = b"\r\n\r\n"
# Name and value of one parameter of a header. It takes time in proportion to the text, whatever that is: a form is
# read before anybody has proved who sends it.
_PARAMETER = re.compile(r';\s*+([^\s=;"]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^";]*+))', re.DOTALL)
# Fields that are headers of the put, beside those with a name of OSS's own.
_HEADERS = frozenset(
    """
    cache-control content-disposition content-encoding content-language content-md5 content-type expires
    """.split()  # noqa: SIM905 - one look instead of seven lines
)
# Fields with such a name that say who signs, or would make another operation of the put.
_NO_HEADERS = frozenset(
    """
    x-oss-copy-source x-oss-credential x-oss-date x-oss-security-token x-oss-signature x-oss-signature-version
    """.split()  # noqa: SIM905 - as above
)
_VARIABLE = "${filename}"
_STATUSES = ("200", "201", "204")


@dataclass(frozen=True, slots=True)
class Form:
    """What came before the file."""

    fields: Mapping[str, str]
    """By lower-case name."""
    file_name: str
    file_type: str | None
    file: AsyncGenerator[bytes]
    """The data of the file, as it arrives."""


def is_form(request: Request) -> bool:
    """Whether a request is a form upload: what is signed is in its body."""
    content_type = (request.get_header("content-type") or "").lower()
    is_signed = request.query or request.get_header("authorization") is not None
    return request.method == "POST" and content_type.startswith("multipart/form-data") and not is_signed


async def _read_form(request: Request) -> Form:
    """The fields of the form, read up to its file. MalformedPOSTRequest, EntityTooLarge."""
    boundary = _read_parameters(request.get_header("content-type") or "").get("boundary", "")
    if not 1 <= len(boundary) <= 256:
        raise _malformed("The Content-Type names no boundary.")
    parts = _Parts(request.body.read_chunks(), boundary.encode("latin-1", "replace"))
    fields: dict[str, str] = {}
    while (head := await parts.next_head()) is not None:
        disposition = _read_parameters(head.get("content-disposition", ""))
        name = disposition.get("name")
        if name is None:
            raise _malformed("A part of the form has no name.")
        if name.lower() == "file":
            # As bytes that travelled: browsers send a name in UTF-8.
            file_name = _decode(disposition.get("filename", ""))
            file_type = _decode(head["content-type"]) if "content-type" in head else None
            return Form(fields, re.split(r"[/\\]", file_name)[-1], file_type, parts.read_part())
        if len(fields) >= _MAX_FIELDS:
            raise _malformed("The form has too many fields.")
        value = await parts.read_value()
        try:
            fields[name.lower()] = value.decode("utf-8")
        except UnicodeDecodeError:
            raise _malformed("A field of the form is not valid UTF-8.") from None
    raise invalid_argument("file", "", "The form has no field called file; it comes last.")


def _make_put(request: Request, form: Form, now: float) -> Request:
    """The PutObject that the form stands for, if its policy allows it.

    AccessDenied, InvalidPolicyDocument; while the file is read EntityTooSmall, EntityTooLarge, MalformedPOSTRequest.
    """
    fields = form.fields
    if not (key := fields.get("key", "").replace(_VARIABLE, form.file_name)):
        raise invalid_argument("key", "", "The form has no field called key.")
    if "callback" in fields:
        raise OssError("NotImplemented", "The local OSS has no callback for form uploads.")
    headers = {name: value for name, value in request.headers.items() if name in ("host", "origin", "user-agent")}
    for name, value in fields.items():
        if name in _HEADERS or (name.startswith("x-oss-") and name not in _NO_HEADERS):
            headers[name] = _write_header(name, value)
    # The type of the file is a field, or is said where the file begins; that of the request is the form's.
    file_type = fields.get("x-oss-content-type") or fields.get("content-type") or form.file_type
    headers.pop("x-oss-content-type", None)
    if file_type:
        headers["content-type"] = _write_header("content-type", file_type)
    # The policy speaks of the file's type however it was said.
    values = {"content-type": file_type or "", **fields, "bucket": request.bucket or "", "key": key}
    smallest, largest = _check_policy(values, now)
    body = RequestBody(_bound(form.file, smallest, largest), expected=True, waits=False)
    return replace(request, method="PUT", key=key, query=(), headers=headers, body=body)


def _answer(form: Form, put: Request, stored: Reply) -> Reply:
    """What the form wants to hear of it: success_action_redirect, else success_action_status (204 by default)."""
    headers = {name: value for name, value in stored.headers.items() if name in ("etag", "x-oss-hash-crc64ecma")}
    etag, bucket, key = headers.get("etag", ""), put.bucket or "", put.key or ""
    target = form.fields.get("success_action_redirect", "")
    if re.match(r"https?://[^/]", target) and target.isascii() and target.isprintable():
        query = f"bucket={quote(bucket, safe='')}&key={quote(key, safe='')}&etag={quote(etag, safe='')}"
        return Reply(303, {**headers, "location": f"{target}{'&' if '?' in target else '?'}{query}"})
    status = form.fields.get("success_action_status", "")
    if status == "201":
        location = f"{put.bucket_address}/{quote(key)}"
        document = wrap(
            "PostResponse", tag("Bucket", bucket), tag("Location", location), tag("Key", key), tag("ETag", etag)
        )
        return Reply(201, {**headers, "content-type": "application/xml"}, reply_with_xml(document).body)
    return Reply(int(status) if status in _STATUSES else 204, headers)


def _check_policy(values: Mapping[str, str], now: float) -> tuple[int, int | None]:
    """The bounds of the file's size."""
    try:
        policy = json.loads(base64.b64decode(values.get("policy", ""), validate=True).decode("utf-8"))
        expires = datetime.fromisoformat(policy["expiration"].removesuffix("Z") + "+00:00")
        conditions: list[Any] = list(policy["conditions"])
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _bad_policy("it is the base64 of a JSON object with expiration and conditions") from None
    if now > expires.timestamp():
        raise access_denied("Invalid according to Policy: Policy expired.")
    smallest, largest = 0, None
    for condition in conditions:
        if isinstance(condition, dict):
            given = cast(dict[str, Any], condition)
            wanted = [("eq", name, value) for name, value in given.items()]
        elif isinstance(condition, list) and len(cast(list[Any], condition)) == 3:
            operator, name, value = cast(list[Any], condition)
            if str(operator).lower() == "content-length-range":
                if not isinstance(name, int) or not isinstance(value, int) or not 0 <= name <= value:
                    raise _bad_policy("content-length-range has two numbers")
                smallest, largest = max(smallest, name), value if largest is None else min(largest, value)
                continue
            wanted = [(str(operator).lower(), str(name).removeprefix("$"), value)]
        else:
            raise _bad_policy("a condition is an object, or a list of three")
        for operator, name, value in wanted:
            if not _holds(operator, values.get(name.lower()), value):
                shown = json.dumps(condition, ensure_ascii=True)[:200]
                raise access_denied(f"Invalid according to Policy: Policy Condition failed: {shown}")
    return smallest, largest


def _holds(operator: str, sent: str | None, wanted: Any) -> bool:
    match operator, wanted:
        case "eq", str():
            return sent == wanted
        case "starts-with", str():
            return sent is not None and sent.startswith(wanted)
        case "in", list():
            return sent in cast(Sequence[Any], wanted)
        case "not-in", list():
            return sent is not None and sent not in cast(Sequence[Any], wanted)
        case _:
            raise _bad_policy(f"{operator[:50]} is not a condition with such a value")


def _write_header(name: str, value: str) -> str:
    """The value as it would have travelled in a header: without blanks around it, as Latin-1 text of its bytes."""
    if not re.fullmatch(r"[a-z0-9!#$%&'*+.^_`|~-]+", name) or not value.isprintable():
        raise invalid_argument(name, value, "The field cannot be kept as a header.")
    return value.strip(" ").encode().decode("latin-1")


def _bound(file: AsyncGenerator[bytes], smallest: int, largest: int | None) -> Any:
    """A ``receive`` that gives the file, if its size lies in the bounds."""
    size_bytes = 0

    async def receive() -> Message:
        nonlocal size_bytes
        chunk = await anext(file, None)
        if chunk is None:
            if size_bytes < smallest:
                raise OssError("EntityTooSmall", "Your proposed upload smaller than the minimum allowed size.")
            return {"type": "http.request", "body": b"", "more_body": False}
        size_bytes += len(chunk)
        if largest is not None and size_bytes > largest:
            raise OssError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.")
        return {"type": "http.request", "body": chunk, "more_body": True}

    return receive


class FormUploads:
    """``put`` stores what a form stands for."""

    def __init__(
        self,
        put: Callable[[Request, Caller], Awaitable[Reply]],
        identities: Identities,
        *,
        region: str,
        clock: Callable[[], float],
    ) -> None:
        self._put = put
        self._identities = identities
        self._region = region
        self._clock = clock

    async def post_object(self, request: Request, _caller: Caller) -> Reply:
        """By a policy signed with V1 or V4, whose conditions are checked; without callbacks."""
        now = self._clock()
        form = await _read_form(request)
        claim = read_form_claim(form.fields, region=self._region, now=now)
        caller = await identify(claim, self._identities, now=now)
        put = _make_put(request, form, now)
        caller.require("oss:PutObject", put.bucket, put.key)
        return _answer(form, put, await self._put(put, caller))


class _Parts:
    """The parts of a multipart body, one after the other; no more of it is held than a field may have."""

    def __init__(self, chunks: AsyncIterator[bytes], boundary: bytes) -> None:
        self._chunks = chunks
        self._delimiter = b"\r\n--" + boundary
        # The first delimiter may stand at the very beginning.
        self._held = bytearray(b"\r\n")
        self._left_bytes = _MAX_FIELD_BYTES
        self._is_begun = False

    async def next_head(self) -> dict[str, str] | None:
        """The headers of the next part by lower-case name; None where the form ends."""
        if not self._is_begun:
            self._is_begun = True
            await self.read_value()  # what stands before the first delimiter is no part
        while len(self._held) < 2:
            await self._receive()
        if self._held.startswith(b"--"):
            return None
        # What is left of the line of the delimiter goes with the head.
        while (end := self._held.find(_END_OF_HEAD)) < 0:
            self._count(0)
            await self._receive()
        head = bytes(self._held[:end]).decode("latin-1")
        self._count(end)
        del self._held[: end + len(_END_OF_HEAD)]
        lines = (line.partition(":") for line in head.split("\r\n"))
        return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}

    async def read_value(self) -> bytes:
        """The whole of a small part."""
        value = bytearray()
        async with aclosing(self.read_part()) as chunks:
            async for chunk in chunks:
                self._count(len(chunk))
                value += chunk
        return bytes(value)

    async def read_part(self) -> AsyncGenerator[bytes]:
        """The data of the part, up to the next delimiter."""
        while (found := self._held.find(self._delimiter)) < 0:
            # Its end may be the beginning of the delimiter.
            ready = len(self._held) - len(self._delimiter)
            if ready > 0:
                chunk = bytes(self._held[:ready])
                del self._held[:ready]
                yield chunk
            await self._receive()
        chunk = bytes(self._held[:found])
        del self._held[: found + len(self._delimiter)]
        if chunk:
            yield chunk

    def _count(self, size_bytes: int) -> None:
        self._left_bytes -= size_bytes
        if self._left_bytes < 0 or len(self._held) > 2 * _MAX_FIELD_BYTES:
            raise OssError("EntityTooLarge", f"The fields of a form may have {_MAX_FIELD_BYTES} bytes.")

    async def _receive(self) -> None:
        chunk = await anext(self._chunks, None)
        if chunk is None:
            raise _malformed("The form ends in the middle.")
        self._held += chunk


def _read_parameters(header: str) -> dict[str, str]:
    """``form-data; name="file"`` -> ``{"name": "file"}``; the first of a name counts."""
    parameters: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(header):
        value = quoted.replace("\\\\", "\\").replace('\\"', '"') if quoted else plain.strip()
        parameters.setdefault(name.lower(), value)
    return parameters


def _decode(header: str) -> str:
    """The text of a header that came as bytes of UTF-8."""
    return header.encode("latin-1", "replace").decode("utf-8", "replace")


def _bad_policy(why: str) -> OssError:
    return OssError("InvalidPolicyDocument", f"The policy of the form cannot be used: {why}.")


def _malformed(why: str) -> OssError:
    return OssError("MalformedPOSTRequest", f"The body is not a form as browsers send it. {why}")
