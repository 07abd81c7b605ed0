"""What a call is about to change, as it stands: read with at most two calls, for the question before and the answer
after it.

Nothing here decides whether a call is sent. A look that fails, or takes longer than it is worth, leaves the words out
and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, cast

import anyio

from ims_mcp.catalogue import Operation, ResponseField, find_declared, get_operation, values_at
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, ServiceError
from ims_mcp.secrets import SecretNames
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.values import Json, as_object, label
from ims_mcp.workflows.waiting import is_same_object

LOOK_SECONDS = 5.0
"""What a look may take: somebody waits for the question, or for the write."""
MOST_NAMED = 20
"""Things that one look asks for."""
_MOST_LOOKS = 2
"""Looks before one call."""
_TITLE_BYTES = 120
_FACT_BYTES = 160


class Absent(Enum):
    """The answer of a look that found nothing."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Thing:
    """Something a call names, in the words of whoever made it."""

    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """Where it is and how it stands: (field of the service's, value)."""


@dataclass(frozen=True, slots=True)
class PresentState:
    """What was found before a call. Empty where nothing could be read."""

    things: Mapping[str, Thing] = field(default_factory=dict[str, Thing])
    """By the id or address that names it in the call."""
    missing: tuple[str, ...] = ()
    """Ids and addresses of the call under which there is nothing."""
    named_count: int = 0
    """How many things the call names."""
    was: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Parameters of the operation, given in the call or not, and their present values."""
    comparable: frozenset[str] = frozenset()
    """Parameters whose present values can be read at all: one that is not in ``was`` has none."""
    secret_fields: frozenset[str] = frozenset()
    """Names of fields, and of parameters, that hold credentials in what was read."""
    harmless: Mapping[str, Any] | None = None
    """Arguments that do the same without destroying anything, as things stand: they are sent in place of the call's,
    and nobody has to be asked."""
    beside: Mapping[str, Thing] = field(default_factory=dict[str, Thing])
    """What else the call names, like ``things``: the project whose materials are deleted."""

    @property
    def is_all_missing(self) -> bool:
        """Whether nothing of what the call names exists."""
        return bool(self.missing) and len(self.missing) >= self.named_count


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read what an operation changes."""

    operation: str
    """Reads the thing, or a list in which it is."""
    path: str = ""
    """Where the thing lies in the answer; of a list its elements: ``MediaInfos[]``."""
    title: str = ""
    """Path in the thing: what people call it; from the top of the answer with a ``/`` before."""
    by: str = ""
    """The arguments that name it: those of both operations, or ``changing>reading`` where their names differ. One with
    ``?`` may be missing. The last one names the thing, unless ``names`` does."""
    names: str = ""
    """The argument that names the thing, where it is not the last of ``by``."""
    key: str = ""
    """Of a list: the field of an element that the argument names."""
    tells: str = ""
    """Such paths, of what says where it is and how it stands."""
    fields: tuple[tuple[str, str], ...] = ()
    """(parameter, path in the thing), where the thing has it under another name."""
    more: tuple[tuple[str, Any], ...] = ()
    """Further arguments of the look."""
    whole: bool = False
    """Of a list, where one page holds all there are: what is not in it does not exist."""
    beside: bool = False
    """Read as well as another one, for the words of what it names."""

    @property
    def pairs(self) -> list[tuple[str, str, bool]]:
        """(argument of the change, argument of the look, whether it may be missing)."""
        found: list[tuple[str, str, bool]] = []
        for word in self.by.split():
            ours, _, theirs = word.removesuffix("?").partition(">")
            found.append((ours, theirs or ours.removesuffix("?"), word.endswith("?")))
        return found

    @property
    def naming(self) -> str:
        """The argument of the change that names the thing."""
        return self.names or (self.pairs[-1][0] if self.pairs else "")

    def fits(self, arguments: Mapping[str, Any]) -> bool:
        """Whether these arguments name what it reads."""
        return all(may_lack or list_names(arguments, ours) for ours, _, may_lack in self.pairs)


def list_names(arguments: Mapping[str, Any], path: str) -> list[str]:
    """The ids or names at an argument: of a list, of a comma-separated text, of the elements of a list of objects."""
    found: list[str] = []
    for value in values_at({name: _open(entry) for name, entry in arguments.items()}, path):
        entries = cast("list[Any]", value) if isinstance(value, list) else [value]
        for entry in entries:
            parts = entry.split(",") if isinstance(entry, str) and _is_plural(path) else [entry]
            found += [str(part).strip() for part in parts if part not in (None, "") and not isinstance(part, dict)]
    return list(dict.fromkeys(found))


async def read_state(
    client: ImsClient, operation: Operation, arguments: Mapping[str, Any], readings: tuple[Reading, ...]
) -> PresentState:
    """The first of ``readings`` that fits is made, within LOOK_SECONDS, and what is to be read beside it. Never raises
    ImsError.

    Where more things are named than can be looked at one by one, a list of them is read, if there is one, and one look
    is left for a thing that it lacks.
    """
    fitting = [each for each in readings if each.fits(arguments)]
    beside = next((each for each in fitting if each.beside), None)
    reading = next((each for each in fitting if not each.beside), None)
    if reading is None:
        return PresentState()
    named = list_names(arguments, reading.naming) if reading.naming else []
    if len(named) > _MOST_LOOKS and not reading.key:
        listing = next((each for each in fitting if each.key and each.naming == reading.naming), None)
        if listing is not None:
            return await _read_many(client, arguments, named, listing, reading)
    if beside is None:
        return await _read_things(client, operation, arguments, reading, named)
    found: list[PresentState] = [PresentState(), PresentState()]

    async def read(at: int, each: Reading) -> None:
        found[at] = await _read_things(client, operation, arguments, each, list_names(arguments, each.naming))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read, 0, reading)
        tasks.start_soon(read, 1, beside)
    return replace(found[0], beside=found[1].things)


async def _read_many(
    client: ImsClient, arguments: Mapping[str, Any], named: list[str], listing: Reading, single: Reading
) -> PresentState:
    """Things that a list names. What it lacks does not exist if it holds all there are, and if one of these is not
    found by itself either."""
    began = anyio.current_time()
    (call,) = _make_calls(listing, arguments, named)
    answer = await look(client, listing.operation, call)
    state = _find_in_list(listing, named, answer if isinstance(answer, dict) else None)
    lacking = next((name for name in named[:MOST_NAMED] if name not in state.things), None)
    left = LOOK_SECONDS - (anyio.current_time() - began)
    if lacking is None or left <= 0:
        return replace(state, missing=())
    (call,) = _make_calls(single, arguments, [lacking])
    match await look(client, single.operation, call, left):
        case Absent():
            return replace(state, missing=state.missing or (lacking,))
        case dict(data) if thing := find_thing(single, data):
            things = {**state.things, lacking: describe_thing(single, thing, data)}
            return replace(state, things={name: things[name] for name in named if name in things}, missing=())
        case _:
            return replace(state, missing=())


async def _read_things(
    client: ImsClient, operation: Operation, arguments: Mapping[str, Any], reading: Reading, named: list[str]
) -> PresentState:
    calls = _make_calls(reading, arguments, named)
    answers: list[Json | Absent | None] = [None] * len(calls)

    async def make(at: int) -> None:
        answers[at] = await look(client, reading.operation, calls[at])

    async with anyio.create_task_group() as tasks:
        for at in range(len(calls)):
            tasks.start_soon(make, at)
    if reading.key:
        return _find_in_list(reading, named, answers[0])
    things: dict[str, Thing] = {}
    for name, data in zip(named, answers, strict=False):
        if isinstance(data, dict) and (thing := find_thing(reading, data)):
            things[name] = describe_thing(reading, thing, data)
    missing = tuple(name for name, data in zip(named, answers, strict=False) if data is ABSENT)
    state = PresentState(things, missing, len(named))
    only = answers[0]
    if len(calls) != 1 or not isinstance(only, dict):
        return state
    found, at = find_thing(reading, only), dict(reading.fields)
    readable = find_readable(operation, reading)
    was = {name: value for name in readable if (value := _value_at(found, at.get(name, name))) is not None}
    # A title that looks like JSON was written by whoever named the thing, and stays a text.
    structured = {row.name for row in operation.parameters if row.kind in ("object", "array")}
    was = {name: _open(value) if name in structured else value for name, value in was.items()}
    comparable = readable if found else frozenset[str]()
    return replace(state, was=was, comparable=comparable, secret_fields=_find_secret_fields(reading))


async def look(
    client: ImsClient, operation: str, arguments: Mapping[str, Any], seconds: float = LOOK_SECONDS
) -> Json | Absent | None:
    """What a reading operation answers within ``seconds``, ABSENT where it knows nothing under the id, else None."""
    try:
        return (await client.call(get_operation(operation), arguments, timeout_seconds=seconds)).data
    except ServiceError as error:
        return ABSENT if error.is_not_found else None
    except ImsError:
        return None


def find_thing(reading: Reading, data: Mapping[str, Any]) -> dict[str, Any]:
    """The thing in the answer of a look that reads one."""
    values = values_at(data, reading.path) if reading.path else [data]
    return as_object(values[0]) if values else {}


def describe_thing(reading: Reading, thing: Mapping[str, Any], data: Mapping[str, Any]) -> Thing:
    """What a person recognizes it by."""
    facts: list[tuple[str, str]] = []
    secrets = SecretNames(get_operation(reading.operation).secret_fields)
    for path in reading.tells.split():
        name = path.rpartition("/")[2].rpartition(".")[2]
        if name not in secrets and (shown := label(_find_field(path, thing, data), _FACT_BYTES)):
            facts.append((name, shown))
    title = label(_find_field(reading.title, thing, data), _TITLE_BYTES) if reading.title else ""
    return Thing(title, tuple(facts))


def find_readable(operation: Operation, reading: Reading) -> frozenset[str]:
    """The parameters of ``operation`` whose present value the reading shows."""
    if reading.key:
        return frozenset()
    named = {ours for ours, _, _ in reading.pairs}
    known = find_fields(get_operation(reading.operation).response, reading.path)
    at = dict(reading.fields)
    rows = [row.name for row in operation.parameters if not row.hidden and row.name not in named]
    return frozenset(name for name in rows if at.get(name, name).partition(".")[0] in known)


def find_fields(response: tuple[ResponseField, ...], path: str) -> frozenset[str]:
    """The names of the fields at a path of a response, as the SDK declares them."""
    if path:
        found = find_declared(response, path)
        response = found.inner if found is not None else ()
    return frozenset(each.name for each in response)


def _find_secret_fields(reading: Reading) -> frozenset[str]:
    """The reader's own names of credentials, and the parameters whose present values it has under such a name."""
    own = get_operation(reading.operation).secret_fields
    secrets = SecretNames(own)
    return frozenset(own) | {name for name, path in reading.fields if path.rpartition(".")[2] in secrets}


def _make_calls(reading: Reading, arguments: Mapping[str, Any], named: list[str]) -> list[dict[str, Any]]:
    """The arguments of the looks: one for all the things where they come in a list, else one for each of the first."""
    shared: dict[str, Any] = dict(reading.more)
    for ours, theirs, _ in reading.pairs:
        names = list_names(arguments, ours)
        if names and (reading.key or ours != reading.naming):
            shared[theirs] = ",".join(names[:MOST_NAMED])
    if reading.key or not named:
        return [shared]
    (theirs,) = (theirs for ours, theirs, _ in reading.pairs if ours == reading.naming)
    return [{**shared, theirs: name} for name in named[:_MOST_LOOKS]]


def _find_in_list(reading: Reading, named: list[str], data: Json | Absent | None) -> PresentState:
    if not isinstance(data, dict):
        return PresentState({}, tuple(named) if data is ABSENT else (), len(named))
    ignored = {str(each) for name in ("IgnoredList", "NonExists") for each in values_at(data, f"{name}[]")}
    listed = values_at(data, reading.path)
    things: dict[str, Thing] = {}
    for value in listed:
        element = as_object(value)
        key = label(_value_at(element, reading.key), 1000)
        for name in named[:MOST_NAMED]:
            if name == key or ("://" in name and is_same_object(name, key)):
                things[name] = describe_thing(reading, element, data)
    if reading.whole and _holds_all(reading, data, len(listed)):
        ignored = {*named[:MOST_NAMED]} - things.keys()
    things = {name: things[name] for name in named if name in things}
    return PresentState(things, tuple(name for name in named if name in ignored), len(named))


def _holds_all(reading: Reading, data: Mapping[str, Any], count: int) -> bool:
    """Whether this page of a list is the only one: its total says so, or it is not full and no page follows."""
    if (total := label(data.get("TotalCount"), 20)).isdigit():
        return int(total) <= count
    size = next((value for name, value in reading.more if name in ("PageSize", "MaxResults")), 0)
    return (
        isinstance(data.get(reading.path.removesuffix("[]")), list)
        and count < int(size)
        and not (data.get("NextToken") or data.get("NextPageToken"))
    )


def _find_field(path: str, thing: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
    return _value_at(data, path[1:]) if path.startswith("/") else _value_at(thing, path)


def _value_at(data: Any, path: str) -> Any:
    return next(iter(values_at(data, path)), None)


def _open(value: Any) -> Any:
    """What a text that holds JSON holds."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        opened = open_json(value)
        return value if opened is None else opened
    return value


def _is_plural(path: str) -> bool:
    return path.rpartition(".")[2].endswith("s")
