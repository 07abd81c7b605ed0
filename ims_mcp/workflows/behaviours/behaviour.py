"""How an operation is served: the general path, and what one operation may do its own way instead."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.client.answers import Reply
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import InvalidArguments
from ims_mcp.summaries.bounds import OMITTED, fit, size_bytes
from ims_mcp.summaries.hidden import describe_hidden
from ims_mcp.summaries.json_strings import BASE64_FIELDS, JSON_FIELDS
from ims_mcp.summaries.paging import NO_FILTERS, next_page
from ims_mcp.summaries.rows import find_list
from ims_mcp.summaries.shaping import present
from ims_mcp.summaries.short_form import LIST_FIELDS, PLAIN_KINDS, say_once, shorten_answer, suggest_query
from ims_mcp.workflows.behaviours.present_state import PresentState
from ims_mcp.workflows.next_call import propose_operation

_MOST_FIELDS = 30
_NO_FILTERS = re.compile(rf"{NO_FILTERS.pattern}|Ids?$")


@dataclass(frozen=True, slots=True)
class ServerArguments:
    """The arguments of a call that are this server's and never travel."""

    query: str | None = None
    show_fields: str | None = None
    wait_seconds: float | None = None
    include_signed_urls: bool = False
    include_credentials: bool = False
    special: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Those of the operation's behaviour, by name."""
    assets: Mapping[str, str] = field(default_factory=dict[str, str])
    """Id -> title of the assets that the caller named by title: the answer says which they were."""

    @property
    def named_fields(self) -> tuple[str, ...]:
        """The names in ``show_fields``, without blanks around them, as many as are looked for."""
        parts = (self.show_fields or "").split(",", _MOST_FIELDS)[:_MOST_FIELDS]
        return tuple(name for part in parts if (name := part.strip()))

    @property
    def shaping(self) -> dict[str, Any]:
        """Those that shape an answer, where they are not the defaults: a next page is asked for with the same ones."""
        names = ("query", "show_fields", "include_signed_urls", "include_credentials")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class OperationCall:
    """One call of an operation with checked arguments, and what its reader can call next."""

    client: ImsClient
    operation: Operation
    arguments: Mapping[str, Any]
    """The service's own."""
    own: ServerArguments = field(default_factory=ServerArguments)
    confirmed: bool = False
    """The user has agreed to it."""
    listed: Container[str] | None = None
    """The operations' tools that the reader has, None for all."""
    by_its_own_tool: bool = True
    """Whether the reader called the operation's own tool, so that it knows where the arguments of another call go."""
    before: PresentState | None = None
    """What the question before it has read; None where nothing was read for it yet."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What the service answered, and fields that the result has beside those of the response."""

    reply: Reply
    added: dict[str, Any] = field(default_factory=dict[str, Any])


class OperationBehaviour:
    """The general path. A subclass says what one operation does differently; what is plain data of an operation
    belongs into its notes. One instance serves all calls."""

    parameters: tuple[Parameter, ...] = ()
    """This server's own rows for the operation, beside those that every operation of its kind has."""

    def describe_output(self, operation: Operation) -> dict[str, Any] | None:
        """The schema of its tool's structured result, None where it declares none. In general the plain fields of the
        response; none is required, since with ``query`` the result holds only ``result``."""
        if not operation.declares_output:
            return None
        if operation.effect is Effect.READ and find_list(operation) is not None:
            return {"type": "object", "properties": LIST_FIELDS}
        # A text that is opened has no type to declare: one that cannot be opened stays the text it came as.
        fields = [row for row in operation.response if row.name not in BASE64_FIELDS | JSON_FIELDS]
        properties: dict[str, Any] = {row.name: {"type": row.kind} for row in fields if row.kind in PLAIN_KINDS}
        if operation.poll is not None:
            properties |= {name: {"type": "object"} for name in ("wait", "next_call")}
        return {"type": "object", "properties": properties}

    def suggest_query(self, operation: Operation) -> str:
        """A JMESPath that finds something in what its reader sees."""
        return suggest_query(operation)

    async def advise(self, client: ImsClient, error: InvalidArguments) -> str:
        """What to add to the refusal of a caller's arguments, such as values that exist. Never raises ImsError."""
        return ""

    async def resolve(
        self, client: ImsClient, operation: Operation, arguments: dict[str, Any], own: ServerArguments
    ) -> tuple[dict[str, Any], ServerArguments]:
        """The arguments with what names of ours stand for looked up, before anybody is asked. Raises ImsError."""
        return arguments, own

    async def read_before(self, client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> PresentState:
        """What the call would change, as it stands: for the question before the call, and for what its answer says.
        The words are strangers'. Never raises ImsError."""
        return PresentState()

    async def submit(self, call: OperationCall) -> Submission:
        """Send the call. Raises ImsError where the operation failed, or is not to be sent."""
        arguments = self.prepare(call)
        return Submission(await call.client.call(call.operation, arguments, confirmed=call.confirmed))

    def prepare(self, call: OperationCall) -> Mapping[str, Any]:
        """The arguments as they are sent."""
        return call.arguments

    def propose_next(self, call: OperationCall, data: Mapping[str, Any]) -> dict[str, Any]:
        """``{next_call: {tool, arguments, why}}`` after the response ``data`` of a call that starts nothing in the
        background, or nothing. In general the next page."""
        page = next_page(call.operation, call.arguments, data) if call.operation.effect is Effect.READ else None
        if page is None:
            return {}
        return propose_operation(call.operation, page | call.own.shaping, "the next page", call.listed)

    def present(self, call: OperationCall, data: dict[str, Any]) -> dict[str, Any]:
        """The whole response as this call may read it: JSON opened, what is secret hidden."""
        return present(
            data,
            include_signed_urls=call.own.include_signed_urls,
            secret_fields=call.operation.secret_fields,
            include_credentials=call.own.include_credentials,
            hidden=describe_hidden(call.operation),
        )

    def shorten(self, call: OperationCall, presented: dict[str, Any]) -> dict[str, Any] | None:
        """What a model reads instead of the whole response, unbounded; None where it reads all of it. A query finds
        these fields beside those of the response. In general rows of a list, and the short form of a job; whoever asks
        for credentials reads all."""
        if call.own.include_credentials:
            return None
        own = call.own
        short = shorten_answer(
            call.operation,
            presented,
            own.named_fields,
            with_signed_urls=own.include_signed_urls,
            with_whole_texts=own.query is not None,
        )
        if short is not None and short.get("rows") == [] and (filters := _list_filters(call)):
            short["hint"] = f"nothing fits {', '.join(filters)}: leave {'them' if filters[1:] else 'it'} out for more"
        return short

    def show(self, call: OperationCall, data: dict[str, Any], added: dict[str, Any], max_bytes: int) -> dict[str, Any]:
        """The response as a model reads it, with the fields ``added``, in at most ``max_bytes`` of compact JSON. May
        take long where the response is large: it runs beside the event loop then."""
        presented = self.present(call, data)
        short = self.shorten(call, presented)
        shown = fit(presented if short is None else say_once(call.operation, short), max_bytes - size_bytes(added))
        # Both may have been cut.
        cuts = [*shown.pop(OMITTED, []), *added.get(OMITTED, [])]
        return shown | added | ({OMITTED: cuts} if cuts else {})


def _list_filters(call: OperationCall) -> list[str]:
    """The arguments that a caller need not have given and that choose among what is listed; an id says of what."""
    optional = [row.name for row in call.operation.parameters if not row.required and not _NO_FILTERS.search(row.name)]
    return [name for name in optional if name in call.arguments]
