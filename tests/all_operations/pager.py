"""A service with 23 items that answers one operation page by page, in the shape the operation's own table declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from ims_mcp.catalogue import Effect, Operation, ResponseField, operations
from tests.client.scripted_service import Answer, Arrived

ITEMS = 23
TOKENS = ("NextToken", "NextPageToken")
NUMBERS = ("PageNo", "PageNumber")
SIZES = ("PageSize", "MaxResults", "MaximumPageSize", "Limit")
TOTALS = ("TotalCount", "Total", "TotalNum", "TotalNumber", "SubTotal")
USUAL_SIZE = 10


def paging() -> list[Operation]:
    """The operations that answer page by page."""
    return [operation for operation in operations() if operation.effect is Effect.READ and _pages(operation)]


def _pages(operation: Operation) -> bool:
    names = {row.name for row in operation.parameters}
    by_time = any(field.name == "NextStartTime" for field in operation.response)
    return bool(names & {*TOKENS, *NUMBERS}) or by_time


def fields_of(fields: tuple[ResponseField, ...], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of every field that lies in no list, nearest to the top first."""
    yield from ((*path, each.name) for each in fields)
    for each in fields:
        yield from fields_of(each.fields, (*path, each.name))


def named(operation: Operation, *names: str) -> tuple[str, ...] | None:
    return next((path for path in fields_of(operation.response) if path[-1] in names), None)


def _kind(fields: tuple[ResponseField, ...], path: tuple[str, ...]) -> ResponseField:
    found = next(each for each in fields if each.name == path[0])
    return _kind(found.fields, path[1:]) if path[1:] else found


def place(body: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        body = body.setdefault(name, {})
    body[path[-1]] = value


def at(body: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        body = cast("dict[str, Any]", body).get(name, {}) if isinstance(body, dict) else {}
    return body


@dataclass
class Pager:
    """Answers requests; ``cap`` is the most it gives on a page whatever is asked for."""

    operation: Operation
    cap: int = 1000
    items: int = ITEMS
    sent: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    @property
    def token(self) -> str | None:
        """The continuation token it takes and returns."""
        names = [row.name for row in self.operation.parameters if row.name in TOKENS]
        return next((name for name in names if named(self.operation, name)), None)

    @property
    def number(self) -> str | None:
        return next((row.name for row in self.operation.parameters if row.name in NUMBERS), None)

    @property
    def list_path(self) -> tuple[str, ...]:
        """Where the items lie: the first list, beside the token where that lies deep."""
        lists = [path for path in fields_of(self.operation.response) if self._is_list(path)]
        token = named(self.operation, self.token) if self.token else None
        beside = [path for path in lists if token and len(token) > 2 and path[: len(token) - 1] == token[:-1]]
        objects = [path for path in lists if (_kind(self.operation.response, path).items or _NONE).fields]
        return (beside or objects or lists)[0]

    def _is_list(self, path: tuple[str, ...]) -> bool:
        return _kind(self.operation.response, path).kind == "array"

    def __call__(self, request: Arrived) -> Answer:
        asked = {**request.query, **request.form}
        self.sent.append(asked)
        size = min(next((int(asked[name]) for name in SIZES if name in asked), USUAL_SIZE), self.cap)
        start = self._start(asked, size)
        end = min(start + size, self.items)
        body: dict[str, Any] = {"RequestId": "r"}
        place(body, self.list_path, [{"Index": index} for index in range(start, end)])
        if self.token:
            path = named(self.operation, self.token)
            assert path is not None
            place(body, path, f"t{end}" if end < self.items else "")
        if (path := named(self.operation, *TOTALS)) is not None:
            place(body, path, self._typed(path, self.items))
        if (path := named(self.operation, "PageSize")) is not None and self.number:
            place(body, path, self._typed(path, size))
        if named(self.operation, "NextStartTime"):
            body["NextStartTime"] = f"2026-01-31T08:{end:02}:00Z" if end < self.items else ""
        return Answer(body=body)

    def _start(self, asked: dict[str, str], size: int) -> int:
        if self.token and asked.get(self.token):
            return int(asked[self.token].removeprefix("t"))
        if named(self.operation, "NextStartTime"):
            given = asked.get("StartTime", "")
            return int(given[14:16]) if len(self.sent) > 1 else 0
        return (int(asked.get(self.number or "", "1")) - 1) * size

    def _typed(self, path: tuple[str, ...], value: int) -> Any:
        return str(value) if _kind(self.operation.response, path).kind == "string" else value


_NONE = ResponseField("", "string")
