"""What the service answers about a job, built from the poll rule alone: the submission and every later look."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue import Operation, Poll, ResponseField, get_operation, operations

ADDRESS = "oss://bucket/film-720p.mp4"
REASON = "the third frame is upside down"
UNHEARD_OF = "Transmogrifying"


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


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Set the field at a path; ``[]`` makes a list of one element."""
    *parents, last = path.split(".")
    for name in parents:
        plain = name.removesuffix("[]")
        body = body.setdefault(plain, [{}])[0] if name.endswith("[]") else body.setdefault(plain, {})
    body[last] = value
