"""The read of a job in short: what it has brought, its state, what failed, its inputs, when; without the configuration
that the caller has given himself.

The result is what the submitting operations name (:mod:`ims_mcp.summaries.job_result`): it comes first, and nothing of
it comes again. What else is known of an element of the result stands in that element.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from functools import cache
from typing import Any, cast

from ims_mcp.catalogue import Effect, Operation, ResponseField, operations
from ims_mcp.summaries.job_fields import FieldReader
from ims_mcp.summaries.job_result import Elements, ResultFields, find_rest, read_result, take_out, walk
from ims_mcp.summaries.rows import find_field, find_list
from ims_mcp.summaries.typed_fields import MEASURES, is_echoed, is_empty, is_envelope, rank_of_job
from ims_mcp.summaries.values import Json, as_object

_JOB_READ = re.compile(r"(Get|Query)\w*(Job|JobDetail|Task)")
_READ_AT_ONCE = re.compile(r"SubmitSync\w+Job")
"""A submission whose answer is the job that is over."""
_KEPT = ("Id", "Ids")
_KIND = "JobType"
"""The field that says which operation has started a job: ``ASR`` is one of SubmitASRJob."""

Fields = Mapping[str, ResponseField]


def is_job_read(operation: Operation) -> bool:
    """Whether the operation answers with one job and what came of it."""
    if _READ_AT_ONCE.fullmatch(operation.name):
        return True
    return (
        operation.effect is Effect.READ
        and _JOB_READ.fullmatch(operation.name) is not None
        and find_list(operation) is None
    )


def list_result_fields(operation: Operation, data: Json) -> ResultFields:
    """What the operation that started this job names as its result; where that cannot be told, what all name whose jobs
    are read here: under the response's own name what they call differently."""
    by_starter = _index_results().get(re.sub("^SubmitSync", "Get", operation.name), {})
    if own := by_starter.get(f"Submit{find_field(data, _KIND)}Job"):
        return own
    names: dict[str, list[str]] = {}
    for fields in by_starter.values():
        for name, path in fields:
            names.setdefault(path, []).append(name)
    return [
        (told[0] if len(set(told)) == 1 else path.rpartition(".")[2].removesuffix("[]"), path)
        for path, told in names.items()
        if not any(path.startswith(f"{other}.") for other in names)
    ]


@cache
def _index_results() -> dict[str, dict[str, ResultFields]]:
    """Reading operation -> starting operation -> what it names as its result."""
    index: dict[str, dict[str, ResultFields]] = {}
    for each in operations():
        if each.poll is not None and each.poll.result is not None:
            reader = each.poll.result.operation or each.poll.operation
            index.setdefault(reader, {})[each.name] = each.poll.result.fields
    return index


def read_job(operation: Operation, data: Json) -> tuple[Json, dict[str, int]]:
    """The short form of a presented answer; the names of what it leaves out, each with its bytes."""
    fields = list_result_fields(operation, data)
    result = read_result(operation.response, data, fields)
    job, declared, before = _unwrap(data, {field.name: field for field in operation.response})
    reader = FieldReader(job)
    reader.told = frozenset(_list_addresses(result.show()))
    rest = find_rest(data, fields)
    for elements in result.lists:
        rest = _complete(reader, rest, elements)
    shown = result.show()
    for name in before:
        rest = as_object(rest).get(name)
    left = as_object(rest)
    for name in sorted(left, key=rank_of_job):
        value = None if name in shown else reader.read_field(name, left[name], declared.get(name), 0)
        if not is_empty(value):
            shown[MEASURES[name][0] if name in MEASURES else name] = value
    left_out = result.count_left_out()
    for name, count in reader.left_out.items():
        left_out[name] = left_out.get(name, 0) + count
    return shown, left_out


def drop_told(operation: Operation, reply: Json) -> tuple[Json, dict[str, int]]:
    """The presented answer of a submission whose result is told beside it: without what the result tells, without
    configuration that the caller has given himself, and the names of what it leaves out, each with its bytes. Ids and
    states stay where they are."""
    poll = operation.poll
    fields = poll.result.fields if poll is not None and poll.result is not None else ()
    fields = [each for each in fields if not each[1].removesuffix("[]").endswith(_KEPT)]
    declared = {field.name: field for field in operation.response}
    given = {row.name for row in operation.parameters}
    reader = FieldReader({}, all_entries=True)
    shown: Json = {}
    for name, value in as_object(find_rest(reply, fields)).items():
        short = value
        if isinstance(value, dict | list):
            short = _drop_given(reader, reader.shorten(name, value, declared.get(name), 1), given)
        if not is_empty(short) or is_empty(value):
            shown[name] = short
    return shown, reader.left_out


def _drop_given(reader: FieldReader, value: Any, given: Container[str]) -> Any:
    """``value`` without the objects and lists that are called like a parameter of the call."""
    if isinstance(value, list):
        return [_drop_given(reader, each, given) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    kept: Json = {}
    for name, each in cast("Json", value).items():
        if name in given and isinstance(each, dict | list):
            reader.leave_out(name, each)
        else:
            kept[name] = _drop_given(reader, each, given)
    return kept


def _complete(reader: FieldReader, rest: Any, elements: Elements) -> Any:
    """Put what else is known of the elements into them, but for what they echo; returns what is left of ``rest``."""
    names = elements.path.split(".")
    if any(is_echoed(name.removesuffix("[]")) for name in names):
        return rest
    for row, left in zip(elements.rows, walk(rest, names), strict=False):
        more = reader.shorten("", left, None, 1)
        for name, value in as_object(more).items():
            row.setdefault(name, value)
    return take_out(rest, names)


def _list_addresses(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for each in cast("Json", value).values() for found in _list_addresses(each)]
    if isinstance(value, list):
        return [found for each in cast("list[Any]", value) for found in _list_addresses(each)]
    return [value] if isinstance(value, str) and "://" in value else []


def _unwrap(data: Json, known: Fields) -> tuple[Json, Fields, list[str]]:
    """The job itself, below the objects that hold nothing else, with what is declared of it and the path to it."""
    path: list[str] = []
    for _ in range(3):
        entries = [(name, value) for name, value in data.items() if not is_envelope(name, value)]
        if len(entries) != 1 or not isinstance(entries[0][1], dict):
            break
        name, inner = entries[0]
        field = known.get(name)
        known = {each.name: each for each in field.fields} if field else {}
        data = cast("Json", inner)
        path.append(name)
    return data, known, path
