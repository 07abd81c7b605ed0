"""An answer in short: a list as rows, the read of a job without what it echoes, everything else as it came.

What is left out is named once, in ``left_out``, with the way to get it; a caller can name fields or ask for all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from functools import cache
from typing import Any, cast

from ims_mcp.catalogue import Effect, Operation, ResponseField, find_declared
from ims_mcp.foreign_text import plain, size_of
from ims_mcp.secrets import SecretNames
from ims_mcp.summaries.bounds import compact, size_bytes
from ims_mcp.summaries.job_read import drop_told, is_job_read, read_job
from ims_mcp.summaries.paging import TOTALS, read_total
from ims_mcp.summaries.rows import HOISTED, METERS, Table, find_field, find_list, hoist, make_table
from ims_mcp.summaries.shaping import HIDDEN_UNLESS_ASKED
from ims_mcp.summaries.typed_fields import (
    is_echoed,
    is_empty,
    is_envelope,
    is_picture,
    rank_column,
    rank_of_job,
    type_scalar,
    write_times,
)
from ims_mcp.summaries.values import Json, as_object, as_whole

ALL = "all"
"""The name among ``fields`` that stands for the whole answer."""
_HOW = f"the same call with show_fields: names of these, or {ALL}"
_LEAST_SAVED_BYTES = 300
_MOST_NAMES = 24
_MOST_UNKNOWN = 5
_LONGEST_NAME = 60
_ADDRESS = "url"
"""The column of the address of the file that a row is about."""
_OSS_ADDRESS = re.compile(r"(oss://|https?://[a-z0-9-]+\.oss-[a-z0-9-]+\.aliyuncs\.com/)[^?]*$")
_CLOSED = (
    "addresses carry no signature, so they open only where everyone may read the bucket; for one that plays: "
    "RegisterMediaInfo with it as InputURL, then GetPlayInfo"
)
_BEIJING = timezone(timedelta(hours=8))
PLAIN_KINDS = frozenset({"string", "integer", "number", "boolean"})
_VERDICT_OF_A_CALL = frozenset(
    {"AccessDeniedDetail", "Code", "Message", "Success", "HttpStatusCode", "StatusCode", "RetCode", "Retcode"}
)
LIST_FIELDS: dict[str, Any] = {
    "total": {"type": "integer"},
    HOISTED: {"type": "object"},
    "rows": {"type": "array", "items": {"type": "object"}},
    "left_out": {"type": "object"},
}
"""What the short form of a list has, as properties of a schema."""


def has_short_form(operation: Operation) -> bool:
    """Whether answers of the operation are shortened, so that a caller may have to ask for more."""
    return is_job_read(operation) or (operation.effect is Effect.READ and find_list(operation) is not None)


def shorten_answer(
    operation: Operation,
    data: Json,
    fields: Sequence[str] = (),
    *,
    with_signed_urls: bool = False,
    with_whole_texts: bool = False,
) -> Json | None:
    """The short form of a presented answer, unbounded; None where there is none, or where all was asked for.

    Of a list ``{total, rows, ...}``, of which :func:`say_once` takes out what all rows share.
    """
    if ALL in fields or not has_short_form(operation):
        return None
    data = write_times(data, _BEIJING if operation.name.startswith(METERS) else UTC)
    path = find_list(operation)
    if path is not None:
        beside, listed = _take_list(data, path)
        if listed is None or not all(isinstance(element, dict) for element in listed):
            return None
        table = make_table(
            operation,
            path,
            cast("list[Json]", listed),
            fields,
            with_signed_urls=with_signed_urls,
            with_whole_texts=with_whole_texts,
        )
        if operation.rows is not None and operation.rows.meanings:
            table = replace(table, rows=[_add_meanings(row, operation.rows.meanings) for row in table.rows])
        return _describe_table(operation, table, listed, read_total(data), beside, is_asked=bool(fields))
    shown, left_out = read_job(operation, data)
    if fields:
        known = ((name, find_field(data, name)) for name in fields)
        found = {name: shown.get(name) if is_empty(value) else value for name, value in known}
        found = {name: value for name, value in found.items() if not is_empty(value)}
        return found | _tell_unknown([name for name in fields if name not in found])
    return shown | _tell_left_out(list(left_out), sum(left_out.values()))


def shorten_reply(operation: Operation, reply: Json) -> tuple[Json, Json]:
    """The answer of a submission as it stands beside its result, and ``{left_out: …}``; as it came where that would
    save little."""
    poll = operation.poll
    shown, left_out = drop_told(operation, reply)
    saved = size_bytes(reply) - size_bytes(shown)
    if poll is None or saved < _LEAST_SAVED_BYTES:
        return reply, {}
    told = _tell_left_out(list(left_out), sum(left_out.values()))
    if told:
        told["left_out"]["how"] = f"{poll.operation} with show_fields: names of these, or {ALL}"
    return shown, told


def _add_meanings(row: Json, meanings: Mapping[str, Mapping[int, str]]) -> Json:
    """The row with what its numbers mean beside them; one that the table does not know stays alone."""
    told: Json = {}
    for name, value in row.items():
        told[name] = value
        number = as_whole(value) if name in meanings else None
        if number is not None and number in meanings[name]:
            told[f"{name}_means"] = meanings[name][number]
    return told


def say_once(operation: Operation, short: Json) -> Json:
    """The short form as it is shown: what all rows of a long list share stands beside them."""
    rows, shared = hoist(cast("list[Json]", short["rows"])) if find_list(operation) else ([], {})
    if not shared:
        return short
    told: Json = {}
    for name, value in short.items():
        if name == "rows":
            told[HOISTED] = shared
        told[name] = rows if name == "rows" else value
    return told


def _describe_table(
    operation: Operation, table: Table, listed: list[Any], total: int | None, beside: Json, *, is_asked: bool
) -> Json:
    shown: Json = {"total": total} if total is not None else {}
    for name, value in beside.items():
        if name not in TOTALS and not is_envelope(name, value) and not is_empty(value):
            shown[f"service_{name}" if name in LIST_FIELDS else name] = _shorten_beside(value)
    shown["rows"] = table.rows
    if is_asked:
        return shown | _tell_unknown(table.unknown)
    if operation.parameter("MediaId") is None and any(_has_closed_address(row) for row in table.rows):
        shown["note"] = _CLOSED
    whole, kept = compact(listed), compact(table.rows)
    told = _tell_left_out(table.left_out, size_of(whole) - size_of(kept))
    if told and HIDDEN_UNLESS_ASKED in whole and HIDDEN_UNLESS_ASKED not in kept:
        told["left_out"]["credentials"] = HIDDEN_UNLESS_ASKED
    return shown | told


def _has_closed_address(row: Json) -> bool:
    """Whether the row is one of a file in OSS at its plain address, and of no asset that plays by its id."""
    return "MediaId" not in row and _OSS_ADDRESS.match(str(row.get(_ADDRESS, ""))) is not None


def _take_list(data: Json, path: tuple[str, ...]) -> tuple[Json, list[Any] | None]:
    """What stands beside the list, and the list: empty where the answer has none, None where it has something else."""
    value = data.get(path[0])
    beside = {name: each for name, each in data.items() if name != path[0]}
    if value is None:
        return beside, []
    if len(path) > 1 and isinstance(value, dict):
        inner, listed = _take_list(cast("Json", value), path[1:])
        return {**inner, **beside}, listed
    if isinstance(value, list) and len(path) == 1:
        return beside, cast("list[Any]", value)
    if isinstance(value, list):
        return beside, _join_inner(cast("list[Any]", value), path[1:])
    return beside, None


def _join_inner(owners: list[Any], path: tuple[str, ...]) -> list[Any] | None:
    """The lists in these elements as one, each entry with what its element says of itself."""
    joined: list[Any] = []
    for owner in owners:
        if not isinstance(owner, dict):
            return None
        of_owner, listed = _take_list(cast("Json", owner), path)
        if listed is None:
            return None
        joined += [{**of_owner, **as_object(each)} if isinstance(each, dict) else each for each in listed]
    return joined


def _shorten_beside(value: Any) -> Any:
    """An object beside the list: its scalars, without pictures of it."""
    if not isinstance(value, dict):
        return value
    fields = cast("Json", value)
    return {
        name: type_scalar(name, each) for name, each in fields.items() if not is_empty(each) and not is_picture(name)
    }


def _tell_left_out(names: list[str], about_bytes: int) -> Json:
    if not names:
        return {}
    more = {"more_fields": len(names) - _MOST_NAMES} if len(names) > _MOST_NAMES else {}
    return {"left_out": {"fields": names[:_MOST_NAMES], **more, "about_bytes": about_bytes, "how": _HOW}}


def _tell_unknown(names: list[str]) -> Json:
    """Fields that were asked for and are in no element."""
    if not names:
        return {}
    told = ", ".join(plain(name, _LONGEST_NAME) for name in names[:_MOST_UNKNOWN])
    return {"note": f"not in this answer: {told}; show_fields: {ALL} shows what is"}


@cache
def suggest_query(operation: Operation) -> str:
    """A JMESPath that finds something in what a reader has seen of the operation's answer: ``rows[].MediaId``."""
    path = find_list(operation)
    if operation.rows is not None:
        return f"rows[].{operation.rows.columns[0][0]}"
    listed = find_declared(operation.response, ".".join(path)) if path is not None else None
    if path is not None and listed is not None and operation.effect is Effect.READ:
        names = [each.name for each in listed.inner if each.kind in PLAIN_KINDS and not is_echoed(each.name)]
        if names:
            return f"rows[].{min(names, key=lambda name: rank_column(name, path[-1], names))}"
    secret = SecretNames(operation.secret_fields)
    beside = [field for field in operation.response if field.name not in _VERDICT_OF_A_CALL]
    return _find_telling_path(tuple(beside), secret) or "@"


def _find_telling_path(fields: tuple[ResponseField, ...], secret: SecretNames, before: str = "") -> str:
    """The state of the thing, else its name, else whatever says something, nearest to the top."""
    telling = [each for each in fields if not is_envelope(each.name, None) and each.name not in secret]
    plain = [each.name for each in telling if each.kind in PLAIN_KINDS]
    if plain:
        return before + min(plain, key=rank_of_job)
    for each in telling:
        if each.fields and (found := _find_telling_path(each.fields, secret, f"{before}{each.name}.")):
            return found
        if each.items is not None:
            inner = _find_telling_path(each.items.fields, secret, f"{before}{each.name}[0].")
            return inner or f"{before}{each.name}[0]"
    return ""
