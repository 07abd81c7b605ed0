"""What an IMS operation is: one parameter table, its effect, how to poll it. Frozen data, no behaviour of a call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Literal, cast

Kind = Literal["string", "integer", "number", "boolean", "array", "object"]


class Effect(StrEnum):
    """What an operation does to the account: decides annotations, retries, read-only mode and confirmation."""

    READ = "read"
    WRITE = "write"
    DESTRUCTIVE = "destructive"
    """Deletes, replaces, interrupts, orders or calls: the user is asked before every call."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of a parameter table, or one field of a structured parameter.

    Facts (from the SDK): ``name``, ``kind``, ``required``, ``place``, ``style``, ``fields``, ``items``.
    Notes (by hand): all the rest.
    """

    name: str
    kind: Kind
    required: bool = False
    place: Literal["query", "body"] = "query"
    style: Literal["plain", "json", "flat"] = "plain"
    """How a structured value travels: one JSON string, or ``Name.1``, ``Name.2``."""
    fields: tuple[Parameter, ...] = ()
    """Fields of an object."""
    items: Parameter | None = None
    """Element of an array (its name is empty)."""

    text: str = ""
    """What a model should know of it, in our words: what it is for, unit, time zone, default. The first sentence is
    what tools/list shows; describe_operation shows all of it."""
    choices: tuple[str, ...] = ()
    """The closed list of values."""
    any_case: bool = False
    """``choices`` are compared without case; the listed spelling is sent."""
    hints: tuple[str, ...] = ()
    """Known values of a list that may grow: said, not enforced."""
    minimum: float | None = None
    maximum: float | None = None
    max_decimals: int | None = None
    min_characters: int | None = None
    max_characters: int | None = None
    max_bytes: int | None = None
    """Length limit in UTF-8 bytes, of the value as it travels."""
    pattern: str | None = None
    """A regular expression the whole value matches; ``text`` says it in words."""
    max_parts: int | None = None
    """Limit on the parts of a comma-separated list."""
    max_part_bytes: int | None = None
    url_schemes: tuple[str, ...] = ()
    """Schemes an address may have."""
    https_for_oss: bool = False
    """A file in OSS goes by its https address here: ``oss://`` is refused."""
    json_text: bool = False
    """The documented type is "string in JSON format": an object here, serialised when it is sent."""
    comma_list: bool = False
    """The documented type is a comma-separated string: a list of strings is accepted too."""
    keeps_empty: bool = False
    """An empty text says something here; elsewhere it counts as not given."""
    cut: bool = False
    """A number above ``maximum`` is cut to it instead of refused."""
    extra_fields: bool = False
    """An object may hold keys beside ``fields``: the vendor says so, or does not say all there are. A name that is
    nearly one of ``fields`` is refused all the same: ``Kodec``. An object of a kind that no case
    and no hint names is open by itself."""
    open_with: tuple[str, ...] = ()
    """Marks of another program: an object that has one was written by it, and may hold anything, as may all inside."""
    hidden: bool = False
    """Left out of schema and description: the client fills it (ClientToken), or another row has said it."""
    unlisted: bool = False
    """Left out of tools/list, for few ever need it; taken all the same, and shown by describe_operation."""
    inferred: bool = False
    """``text`` says what follows from other sources: no page of the vendor says it. The description says so."""
    cases: tuple[Case, ...] = ()
    """Further fields of an object, by the value of another field."""
    after: str = ""
    """A field of the same object, or a parameter of the call, that has to be smaller or earlier where both are given:
    ``In`` of ``Out``."""
    not_before: str = ""
    """As ``after``, but the two may be the same."""
    display_names: tuple[tuple[str, str], ...] = ()
    """What people read or write for some values -> what the service takes: ``fade`` for what the editor shows in
    Chinese. A row with some takes names in ASCII only; the list of values stays open."""


@dataclass(frozen=True, slots=True)
class Case:
    """The fields that an object has beside its others where ``parameter`` has one of ``values``."""

    parameter: str
    """A field of the same object, or else a parameter of the call: ``FunctionName``."""
    values: tuple[str, ...]
    fields: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class AtLeastOne:
    """At least one of these parameters has to be given."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldsOne:
    """Where ``parameter`` is given, it holds something at one of these paths: ``VideoTracks[].VideoTrackClips[]``."""

    parameter: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """Where ``parameter`` has ``value`` (None: any value), ``needs`` has to be given, with one of ``values`` if listed.

    Names may be paths into a structured parameter: ``RecordOutput.Type``.
    """

    parameter: str
    value: str | None
    needs: str
    values: tuple[str, ...] = ()

    def is_broken_by(self, arguments: Mapping[str, Any]) -> bool:
        """Whether these arguments lack what the rule asks for."""
        given, needed = values_at(arguments, self.parameter), values_at(arguments, self.needs)
        if not given or self.value not in (None, write_scalar(given[0])):
            return False
        return not needed or bool(self.values and needed[0] not in self.values)


Rule = AtLeastOne | HoldsOne | Needs


@dataclass(frozen=True, slots=True)
class AskWhen:
    """Calls before which the user is asked, and what the question says of them."""

    reason: str
    """What such a call does, as it follows the operation's name: ``deletes the asset that has this URL now``."""
    path: str = ""
    """A parameter or a field of one, through lists too: ``AuditContent.Status``. Empty: every call."""
    values: tuple[str, ...] = ()
    """The values that decide, in any case; none: whatever is given."""
    absent: bool = False
    """Calls without ``path`` are meant, beside those with one of ``values``."""
    shows: tuple[str, ...] = ()
    """Further parameters that say what is lost or where it goes: the question shows them first."""

    @property
    def when(self) -> str:
        """The condition in short: ``Overwrite=true``. Empty where every call counts."""
        if not self.path:
            return ""
        if self.absent:
            return " or ".join([f"{self.path} not given", *self.values])
        return f"{self.path}={' or '.join(self.values)}" if self.values else f"{self.path} given"

    def applies(self, arguments: Mapping[str, Any]) -> bool:
        """Whether these arguments, checked or as they came, make such a call. What cannot be read counts."""
        if not self.path:
            return True
        found = [value for value in _find_deciding_values(arguments, self.path) if value is not None]
        deciding = {_fold(value) for value in self.values}
        if self.absent and all(value in ("", [], {}) for value in found):
            return True
        if not deciding:
            return bool(found) and not self.absent
        return any(_is_unreadable(value) or _fold(value) in deciding for value in found)


_UNREADABLE = object()
_LONGEST_WHOLE = 10**64


class _Fields(list[tuple[str, Any]]):
    """A JSON object as it was written: a name that stands twice is there twice, whichever the service goes by."""


def _find_deciding_values(arguments: Mapping[str, Any], path: str) -> list[Any]:
    """Every value the service may read at ``path``: through lists and JSON texts, names in any case and with any
    separators, as some JSON libraries take them."""
    found: list[Any] = []
    waiting: list[tuple[Any, list[str]]] = [(arguments, [_fold_name(name) for name in path.split(".")])]
    while waiting:
        value, names = waiting.pop()
        if not names:
            found.append(value)
        elif isinstance(value, str):
            try:
                waiting.append((json.loads(value, object_pairs_hook=_Fields), names))
            except (ValueError, RecursionError):
                found.append(_UNREADABLE)
        elif isinstance(value, Mapping | _Fields):
            fields = cast("Mapping[str, Any]", value).items() if isinstance(value, Mapping) else value
            waiting.extend((inner, names[1:]) for name, inner in fields if _fold_name(name) == names[0])
        elif isinstance(value, list):
            waiting.extend((element, names) for element in cast("list[Any]", value))
    return found


def _fold_name(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def _is_unreadable(value: Any) -> bool:
    """Whether nobody knows what the service makes of it: an object or a list where a word belongs."""
    return value is _UNREADABLE or isinstance(value, Mapping | list)


def _fold(value: Any) -> str:
    return write_scalar(value).strip().casefold()


@dataclass(frozen=True, slots=True)
class Poll:
    """How to learn when an asynchronous operation has ended.

    Call ``operation`` with ``arguments`` (its parameter name -> field of the submit's response) and look at
    ``status_field``, a path such as ``MediaInfo.MediaBasicInfo.Status`` or ``PlayInfoList[].Status``. A value in none
    of the three lists counts as pending and is reported.

    ``entry``, where the path goes through a list: (field of an element, argument of the submitted call) that have to
    name the same object for the element to count.
    """

    operation: str
    arguments: tuple[tuple[str, str], ...]
    status_field: str
    success: tuple[str, ...]
    failure: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    entry: tuple[str, str] | None = None
    running: tuple[str, ...] = ()
    """States in which what was started does its work and goes on until it is stopped: a recording that records. A
    wait ends here too, and says that it runs, not that it is over."""
    result: Result | None = None
    """Where the result lies after success; None: the answer of ``operation`` is all there is."""
    unexplained: str = ""
    """What to check where it has failed and the answer has no reason."""

    @property
    def has_no_states(self) -> bool:
        """No states are documented: ``status_field`` is the result itself, and once it is there, it is done."""
        return not (self.success or self.failure or self.pending or self.running)


@dataclass(frozen=True, slots=True)
class Result:
    """What a reader wants to have once a background operation has succeeded.

    Paths are those of :func:`values_at`: ``MediaProducingJob.MediaURL``, ``PlayInfoList[].PlayURL``.
    """

    fields: tuple[tuple[str, str], ...]
    """Name in our answer -> path in the answer of ``operation``, what was asked for first (the verdict, the text, the
    file). A path that ends in an object or a list brings all of it, shaped."""
    operation: str = ""
    """The operation that reads the result; empty: the answer of the poll holds it already."""
    arguments: tuple[tuple[str, str], ...] = ()
    """Its parameter -> path in the poll's last answer, else in the response or the arguments of the submitted call."""
    empty: str = ""
    """What it means where nothing lies at the paths: ``no watermark was found; this is final``."""
    never: str = ""
    """Of what brings its files some time after its end: what it means where they do not come, and what to do."""


@dataclass(frozen=True, slots=True)
class Rows:
    """How a list in an answer is shown: one compact row for each element."""

    path: str
    """Where the list lies: ``MediaInfos``, ``Data.JobList``. Of a list in each element of another one, all of them:
    ``VoiceGroups.VoiceList``; what the outer element says of itself counts as said of each inner one."""
    columns: tuple[tuple[str, str], ...]
    """Name in our answer -> path in an element (:func:`values_at`); the columns people ask for, in their order."""
    meanings: Mapping[str, Mapping[int, str]] = field(default_factory=dict[str, Mapping[int, str]])
    """Of a column that holds numbers of a closed list, what each says: ``{"Status": {0: "not started"}}``. A row has it
    beside the number, as ``Status_means``."""


@dataclass(frozen=True, slots=True)
class ResponseField:
    """One field of a response, as the SDK declares it."""

    name: str
    kind: str
    fields: tuple[ResponseField, ...] = ()
    items: ResponseField | None = None

    @property
    def inner(self) -> tuple[ResponseField, ...]:
        """The fields of an object, or of the elements of a list."""
        return self.fields if self.items is None else self.items.fields


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One of the operations of IMS: facts from the SDK joined with the notes of its toolset.

    There is one object of each, equal to itself only: what follows from it can be worked out once (functools.cache).
    """

    name: str
    toolset: str
    title: str
    purpose: str
    """What it does and when to use it: the tool's description."""
    effect: Effect
    method: Literal["GET", "POST"] = "POST"
    anonymous: bool = False
    parameters: tuple[Parameter, ...] = ()
    rules: tuple[Rule, ...] = ()
    response: tuple[ResponseField, ...] = ()
    poll: Poll | None = None
    destructive_when: tuple[AskWhen, ...] = ()
    """What the user is asked about. A destructive operation has one for every call, a write may have some."""
    idempotent: bool = False
    """Calling it twice with the same arguments leaves the same state as calling it once."""
    secret_fields: tuple[str, ...] = ()
    """Response fields that are credentials."""
    secrets_read_by: str = ""
    """Of a call that is not to be repeated for them: the operation that shows these credentials, or ones as good."""
    signed_addresses: bool = False
    """Its response holds addresses whose queries let somebody in: hidden unless the caller asks for them."""
    declares_output: bool = False
    """Its tool declares an output schema, made from the fields of its response."""
    recovery: str = ""
    """How to find out what it did, where its answer was lost."""
    costs: str = ""
    """What it costs beyond the call: money, a phone call."""
    replaced_by: str = ""
    """The operation that the vendor wants called instead of this one."""
    example: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Arguments of the smallest useful call, with the choices people make."""
    rows: Rows | None = None
    """How the list it answers with is shown, where the general rule is not good enough."""
    then: str = ""
    """What to read or call next and why, in a sentence."""
    heed: str = ""
    """The one thing that a caller gets wrong without being refused: ``StartTs is midnight in Beijing``. The hits of a
    search and the description show it."""
    sources: tuple[str, ...] = ()
    """Pages that the notes are taken from, beside the SDK's own texts."""

    @property
    def tool_name(self) -> str:
        """The operation's name in snake_case: ``register_media_info``."""
        return snake_case(self.name)

    def parameter(self, name: str) -> Parameter | None:
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    @property
    def has_client_token(self) -> bool:
        """A repeated call with the same ClientToken is the same call: it may be sent again."""
        return self.parameter("ClientToken") is not None

    def asks_about(self, arguments: Mapping[str, Any]) -> tuple[AskWhen, ...]:
        """What the user has to be asked about before this very call; nothing for one that goes through unasked."""
        return tuple(condition for condition in self.destructive_when if condition.applies(arguments))

    def what_it_does(self, arguments: Mapping[str, Any]) -> str:
        """What the user is asked about, in words: ``deletes assets; deletes files (DeletePhysicalFiles=true)``."""
        told = (
            f"{condition.reason} ({condition.when})" if condition.when else condition.reason
            for condition in self.asks_about(arguments)
        )
        usual = "may destroy something" if self.effect is Effect.DESTRUCTIVE else "changes something"
        return "; ".join(told) or usual

    def effect_of(self, arguments: Mapping[str, Any]) -> Effect:
        """The effect of this very call."""
        return Effect.DESTRUCTIVE if self.asks_about(arguments) else self.effect


def values_at(data: Any, path: str) -> list[Any]:
    """The values at a path such as ``RecordOutput.Type`` or ``PlayInfoList[].Status``, without those that are None.

    A list on the way is walked through, marked with ``[]`` or not. A list at the end is one value, or its elements
    where the path ends in ``[]``. Empty where nothing lies there.
    """
    found = [data]
    for part in path.split("."):
        name = part.removesuffix("[]")
        owners = [element for value in found for element in _list_elements(value)]
        found = [cast("Mapping[str, Any]", owner).get(name) for owner in owners if isinstance(owner, Mapping)]
        if part.endswith("[]"):
            found = [element for value in found if isinstance(value, list) for element in _list_elements(value)]
    return [value for value in found if value is not None]


def find_declared(response: Sequence[ResponseField], path: str) -> ResponseField | None:
    """The field at a path such as ``PlayInfoList[].Status``; None where none is declared."""
    found: ResponseField | None = None
    for part in path.split("."):
        found = next((each for each in response if each.name == part.removesuffix("[]")), None)
        if found is None:
            return None
        response = found.inner
    return found


def write_scalar(value: Any) -> str:
    """A text or a number as a rule writes it; empty for what no rule means: a list, an object, a number too long to
    be written out."""
    if isinstance(value, int) and not -_LONGEST_WHOLE < value < _LONGEST_WHOLE:
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def _list_elements(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


@cache
def snake_case(name: str) -> str:
    """``UploadMediaByURL`` -> ``upload_media_by_url``; ``QueryTraceM3u8JobList`` -> ``query_trace_m3u8_job_list``."""
    result: list[str] = []
    for index, character in enumerate(name):
        starts_word = character.isupper() and index > 0
        if starts_word and name[index - 1].isupper():
            # Inside a run of capitals a word starts only where a small letter follows: URLList -> url_list.
            starts_word = index + 1 < len(name) and name[index + 1].islower()
        if starts_word:
            result.append("_")
        result.append(character.lower())
    return "".join(result)
