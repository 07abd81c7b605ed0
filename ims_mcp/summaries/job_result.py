"""What a job has brought, read out of an answer at the places that the table of its submission names (``Result``).

A wait and a read of the job show it alike. A name such as ``files[].url`` makes one object of each element of the list
that its path leads through (``("files[].url", "Job.OutputDetails[].Result.OutputFile")``), several lists into one where
the name is the same; ``files[]`` puts the fields of an object into it. Such an element says its resolution and why it
has failed. Lists that lie beside each other make one, too: ``("files[].url", "OutputUrls[]")``. Without a name of its
own a list is called as the response calls it; where only one field of it is named, its values come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from ims_mcp.catalogue import ResponseField, find_declared
from ims_mcp.secrets import fold_name
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.job_fields import FieldReader, drop_passed
from ims_mcp.summaries.json_strings import JSON_STARTS, open_json
from ims_mcp.summaries.typed_fields import is_envelope
from ims_mcp.summaries.values import Json, as_number, as_object

ResultFields = Sequence[tuple[str, str]]
"""Name in our answer, path in the response; what is wanted first comes first."""
Declared = Sequence[ResponseField]
# Ends of names, folded: Duration, FileSize, size_bytes, bitrate_kbps.
_NUMBERS = (
    *("duration", "size", "width", "height", "bitrate", "fps", "seconds", "bytes", "kbps", "framerate", "hz"),
    *("channels", "rotate"),
)
_SAID = (str, int)
_KINDS = frozenset({"Type", "Biz"})
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_CODES = ("ErrorCode", "Code")
_MESSAGES = ("ErrorMessage", "Message")


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of the list at ``path``, each as it is shown, in order; empty where nothing is named of one."""

    path: str
    rows: list[Json]
    is_named: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A value, or what is named of the elements of lists."""

    value: Any = None
    lists: list[Elements] = field(default_factory=list[Elements])
    only: str = ""
    """The one field that is named of the elements, of which the values come."""
    is_job: bool = False
    """An only element is the job itself."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """What lies at the places, by our names."""

    parts: dict[str, _Part]
    reader: FieldReader

    def count_left_out(self) -> dict[str, int]:
        """The names of what is not shown, each with its bytes."""
        left_out = dict(self.reader.left_out)
        for part in self.parts.values():
            rows = [row for each in part.lists for row in each.rows if row]
            if not part.only and (count := size_bytes(rows) - size_bytes(drop_passed(rows))):
                name = part.lists[0].path.rpartition(".")[2].removesuffix("[]")
                left_out[name] = left_out.get(name, 0) + count
        return left_out

    @property
    def lists(self) -> list[Elements]:
        """Those whose elements are shown as objects under a name of ours."""
        return [each for part in self.parts.values() for each in part.lists if each.is_named]

    def show(self) -> Json:
        shown: Json = {}
        for name, part in self.parts.items():
            rows = [row for each in part.lists for row in each.rows]
            if part.is_job and len(rows) == 1:
                shown |= rows[0]
            elif part.only:
                shown[name] = [row[part.only] for row in rows if row]
            elif rows:
                shown[name] = drop_passed([row for row in rows if row])
            elif name:
                shown[name] = part.value
            else:
                shown |= {key: value for key, value in as_object(part.value).items() if key not in shown}
        return {name: value for name, value in shown.items() if value not in _NOTHING}


def read_result(response: Declared, data: Any, fields: ResultFields, job_list: str = "") -> JobResult:
    """``response`` says what is declared of ``data``. ``job_list``: the list that holds one element a job, whose fields
    are the job's own where it is the only one."""
    reader = FieldReader({}, is_result=True)
    return JobResult(_read_parts(reader, response, data, fields, job_list), reader)


def _read_parts(
    reader: FieldReader, response: Declared, data: Any, fields: ResultFields, job_list: str
) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    done: set[str] = set()
    for name, path in fields:
        list_name, list_path, _ = _split(name, path)
        if not list_path:
            value = _read_value(reader, response, data, name, path)
            if list_name and isinstance(value, list):
                rows = parts.setdefault(list_name, _Part(lists=[Elements(path, [], is_named=False)])).lists[0].rows
                _put_beside(rows, name.rpartition(".")[2], cast("list[Any]", value))
            elif value not in _NOTHING:
                parts[name] = _Part(value)
        elif list_path not in done:
            done.add(list_path)
            inner = [(_split(*each)[2], each[1][len(list_path) + 1 :]) for each in fields if _is_in(each, list_path)]
            is_named = "[]" in name
            found = find_declared(response, list_path)
            declared = found.items.fields if found is not None and found.items is not None else ()
            rows = [
                _read_row(reader, declared, each, inner, is_named=is_named) for each in walk(data, list_path.split("."))
            ]
            elements = Elements(list_path, rows, is_named)
            if list_name in parts:
                parts[list_name].lists.append(elements)
                continue
            is_job = list_path == f"{job_list}[]"
            only = inner[0][0] if len(inner) == 1 and not is_named and not is_job else ""
            parts[name if only else list_name] = _Part(lists=[elements], only=only, is_job=is_job)
    return parts


def _split(name: str, path: str) -> tuple[str, str, str]:
    """Name and path of the list that a field is read from, and its name in an element; empty where there is none. Lists
    that lie beside each other have no path."""
    if "[]" in name:
        list_name, _, inner = name.partition("[]")
        list_path, mark, _ = path.rpartition("[].")
        return list_name, f"{list_path}[]" if mark else "", inner.removeprefix(".")
    head, mark, _ = path.partition("[].")
    return (head.rpartition(".")[2], f"{head}[]", name) if mark else ("", "", name)


def _put_beside(rows: list[Json], name: str, values: list[Any]) -> None:
    """Each value into the row of its place: lists beside each other speak of the same things."""
    rows += [{} for _ in values[len(rows) :]]
    for row, value in zip(rows, values, strict=False):
        if value not in _NOTHING:
            row[name] = value


def _is_in(each: tuple[str, str], list_path: str) -> bool:
    return _split(*each)[1] == list_path


def _read_row(reader: FieldReader, declared: Declared, element: Any, fields: ResultFields, *, is_named: bool) -> Json:
    row = JobResult(_read_parts(reader, declared, element, fields, ""), reader).show()
    if not is_named:
        return row
    problem = _find_problem(as_object(element))
    return _join_size(row) | ({"problem": problem} if problem else {})


def _find_problem(element: Json) -> str:
    def read(names: tuple[str, ...]) -> str:
        said = ((name, element.get(name)) for name in names)
        return next((str(text) for name, text in said if isinstance(text, _SAID) and not is_envelope(name, text)), "")

    code, message = read(_CODES), read(_MESSAGES)
    return f"{message.rstrip('.')} ({code})" if code and message else message or code


def _read_value(reader: FieldReader, response: Declared, data: Any, name: str, path: str) -> Any:
    declared = find_declared(response, path)
    last = path.rpartition(".")[2]
    values: list[Any] = walk(data, path.split("."))
    if declared is not None:
        if last.endswith("[]"):
            declared = declared.items
        is_text = declared is not None and declared.kind == "string"
        short = partial(reader.shorten, last.removesuffix("[]"), field=declared)
        values = [each if is_text and not isinstance(each, str) else short(each) for each in values]
    if last.endswith("[]") or len(values) > 1:
        return clear(values, name)
    return clear(values[0], name) if values else None


def _join_size(row: Json) -> Json:
    """Width and height of one picture as its resolution."""
    names = {name.lower(): name for name in row}
    width, height = row.get(names.get("width", "")), row.get(names.get("height", ""))
    if not isinstance(width, int) or not isinstance(height, int):
        return row
    told: Json = {}
    for name, value in row.items():
        if name.lower() == "width":
            told["resolution"] = f"{width}x{height}"
        elif name.lower() != "height":
            told[name] = value
    return told


def find_rest(data: Any, fields: ResultFields) -> Any:
    """``data`` without what :func:`read_result` reads; emptied elements keep their places."""
    for name, path in fields:
        data = take_out(data, path.split("."))
        if "[]" in name and (list_path := _split(name, path)[1]):
            for reason in (*_CODES, *_MESSAGES):
                data = take_out(data, [*list_path.split("."), reason])
    return data


def take_out(value: Any, names: list[str]) -> Any:
    """``value`` without what :func:`walk` finds."""
    if isinstance(value, list):
        return [take_out(each, names) for each in cast("list[Any]", value)]
    if isinstance(value, str) and value[:1] in JSON_STARTS and (opened := open_json(value)) is not None:
        return take_out(opened, names)
    name = names[0].removesuffix("[]")
    if not isinstance(value, dict) or name not in value:
        return cast("Any", value)
    fields = cast("Json", value)
    if not names[1:]:
        left = {key: each for key, each in fields.items() if key != name}
        # Of an address, what kind it is says nothing.
        return {} if left.keys() <= _KINDS else left
    return {**fields, name: take_out(fields[name], names[1:])}


def walk(value: Any, names: list[str]) -> list[Any]:
    """The values at a path as :func:`values_at` reads it, through JSON in texts as well."""
    if not names:
        return [] if value is None else [value]
    if isinstance(value, list):
        return [found for each in cast("list[Any]", value) for found in walk(each, names)]
    if isinstance(value, str):
        opened = open_json(value) if value[:1] in JSON_STARTS else None
        return [] if opened is None else walk(opened, names)
    inner = as_object(value).get(names[0].removesuffix("[]"))
    if not names[1:] and names[0].endswith("[]") and isinstance(inner, list):
        return [each for each in cast("list[Any]", inner) if each is not None]
    return walk(inner, names[1:])


def clear(value: Any, name: str = "") -> Any:
    """``value`` without what is empty, and with numbers where its names say that they are."""
    if isinstance(value, dict):
        fields = {key: clear(entry, key) for key, entry in cast("Json", value).items()}
        return {key: entry for key, entry in fields.items() if entry not in _NOTHING}
    if isinstance(value, list):
        # In a row of a table an empty cell keeps its place.
        return [each for each in (clear(each, name) for each in cast("list[Any]", value)) if each != {}]
    if isinstance(value, str) and fold_name(name).endswith(_NUMBERS):
        number = as_number(value)
        if number is not None:
            return int(number) if number == int(number) else number
    return value
