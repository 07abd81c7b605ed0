"""What the service answers about a job, built from the poll rule alone: the submission and every later look."""

from __future__ import annotations

import json
from typing import Any

from ims_mcp.catalogue import Operation, Poll, ResponseField, get_operation, operations

ADDRESS = "oss://bucket/film-720p.mp4"
REASON = "the third frame is upside down"
UNHEARD_OF = "Transmogrifying"
NUMBERS = ("duration", "size", "width", "height", "bitrate")
"""What the names of fields end with whose values are numbers, though they are declared texts."""
SUMMARY = ("GetMediaInfo", "MediaInfo")
"""Where a whole asset lies."""


def asynchronous() -> list[Operation]:
    return [operation for operation in operations() if operation.poll is not None]


def poll_of(operation: Operation) -> Poll:
    assert operation.poll is not None
    return operation.poll


def field_at(fields: tuple[ResponseField, ...], path: str) -> ResponseField | None:
    """The declared field at ``Data.JobId`` or ``PlayInfoList[].Status``."""
    found: ResponseField | None = None
    for name in path.split("."):
        found = next((field for field in fields if field.name == name.removesuffix("[]")), None)
        if found is None:
            return None
        fields = found.items.fields if name.endswith("[]") and found.items is not None else found.fields
    return found


def id_of(name: str) -> str:
    return f"{name.lower()}-1"


def ids(operation: Operation) -> dict[str, str]:
    """The ids as a look takes them, and what ties the answer to the submitted call."""
    poll = poll_of(operation)
    found = {name: id_of(name) for name, _ in poll.arguments}
    return found | ({poll.entry[1]: ADDRESS} if poll.entry is not None else {})


def submitted(operation: Operation) -> dict[str, Any]:
    """The answer to the submission: ids at the places the rule says."""
    reply: dict[str, Any] = {"RequestId": "r"}
    for name, field in poll_of(operation).arguments:
        put(reply, field, id_of(name))
    return reply


def looked(operation: Operation, status: str, reason: str = "") -> dict[str, Any]:
    """The answer to a look: the state at its place, as a number where it is declared one."""
    poll = poll_of(operation)
    declared = field_at(get_operation(poll.operation).response, poll.status_field)
    assert declared is not None
    value: Any = int(status) if declared.kind == "integer" and status.isdigit() else status
    body: dict[str, Any] = {"RequestId": "r"}
    put(body, poll.status_field, value)
    where, _, _ = poll.status_field.rpartition(".")
    if reason:
        put(body, f"{where}.ErrorMessage" if where else "ErrorMessage", reason)
    if poll.entry is not None:
        url = ADDRESS.replace("oss://bucket/", "https://bucket.oss-cn-shanghai.aliyuncs.com/")
        put(body, f"{where}.{poll.entry[0]}", url)
    return body


def brought(operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
    """``body`` with something at every place that the operation's result is read from; returns what is to be found
    there by the names it is told under."""
    poll = poll_of(operation)
    assert poll.result is not None
    reader = get_operation(poll.result.operation or poll.operation)
    marks: dict[str, Any] = {}
    for number, (name, path) in enumerate(poll.result.fields):
        if path == poll.status_field:
            continue
        # A whole asset is shown as a summary, in which not everything appears.
        place = "MediaInfo.MediaBasicInfo.Title" if (reader.name, path) == SUMMARY else path
        declared = field_at(reader.response, place)
        is_number = place.lower().endswith(NUMBERS) or (declared is not None and declared.kind in ("integer", "number"))
        marks[name] = 1000 + number if is_number else f"mark {number} of {name}"
        fill(reader.response, body, place.split("."), marks[name])
    return marks


def fill(fields: tuple[ResponseField, ...], body: dict[str, Any], path: list[str], mark: Any) -> None:
    """Put ``mark`` where ``path`` leads to, in what is declared on the way: lists of one, JSON texts."""
    name = path[0].removesuffix("[]")
    found = next(field for field in fields if field.name == name)
    item = found
    while item.items is not None:
        item = item.items
    is_list = found.items is not None or path[0].endswith("[]")
    if not path[1:]:
        if item.kind == "object":
            # Its state may lie in it.
            inside = body.setdefault(name, [{}] if is_list else {})
            (inside[0] if is_list else inside)["Inner"] = mark
        else:
            value = str(mark) if item.kind == "string" else mark
            body[name] = [value] if is_list else value
        return
    if item.kind == "string":  # JSON in a text, of which nothing is declared
        inner: dict[str, Any] = json.loads(body[name]) if name in body else {}
        put(inner, ".".join(path[1:]), mark)
        body[name] = json.dumps(inner)
        return
    body.setdefault(name, [{}] if is_list else {})
    fill(item.fields, body[name][0] if is_list else body[name], path[1:], mark)


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Set the field at a path; ``[]`` makes a list of one element."""
    *parents, last = path.split(".")
    for name in parents:
        plain = name.removesuffix("[]")
        body = body.setdefault(plain, [{}])[0] if name.endswith("[]") else body.setdefault(plain, {})
    body[last] = value
