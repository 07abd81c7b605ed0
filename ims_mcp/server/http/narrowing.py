"""How a request narrows what its caller has, by its address or its headers. Nothing here gives anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from starlette.requests import HTTPConnection

from ims_mcp.catalogue import Effect
from ims_mcp.catalogue.named_toolsets import NAMED_TOOLSETS, list_named
from ims_mcp.config.rights import Right
from ims_mcp.foreign_text import plain
from ims_mcp.server.http.header_credentials import NAMES as CREDENTIAL_HEADERS
from ims_mcp.server.http.refusals import Refusal
from ims_mcp.server.reach import Reach

PATH = "/mcp"
READ_ONLY_PATH = f"{PATH}/readonly"
PATHS = (PATH, READ_ONLY_PATH)
# ?toolsets=core,transcoding and X-Ims-Toolsets: core,transcoding
_QUERY = ("toolsets", "accounts", "regions", "readonly")
_HEADERS = ("x-ims-toolsets", "x-ims-accounts", "x-ims-regions", "x-ims-readonly")
_TRUE, _FALSE = ("1", "true", "yes", "on", ""), ("0", "false", "no", "off")
_READS = Right(effects=frozenset({Effect.READ}))


def narrow(reach: Reach, connection: HTTPConnection) -> Reach:
    """What is left of ``reach`` for this request. What narrows in the address and in headers narrows twice.

    Raises Refusal for what is no toolset, for an account or region that the caller does not have, and for a parameter
    of the address or a header of ours that means nothing: a misspelled one would narrow nothing.
    """
    if connection.scope["path"] == READ_ONLY_PATH:
        reach = reach.narrow(_READS)
    for name, text in _list_wishes(connection):
        reach = _NARROW[name](reach, text)
    if not reach.accesses:
        raise Refusal(403, "Nothing is left of what you may use: the accounts and regions named exclude each other.")
    return reach


def _list_wishes(connection: HTTPConnection) -> Iterable[tuple[str, str]]:
    for name, value in connection.query_params.multi_items():
        if name not in _QUERY:
            raise Refusal(400, f"The address has a parameter {_quote(name)}. There are: {', '.join(_QUERY)}.")
        yield name, value
    for name, value in connection.headers.items():
        if name in _HEADERS:
            yield name.removeprefix("x-ims-"), value
        elif name.startswith("x-ims-") and name not in CREDENTIAL_HEADERS:
            shown = ", ".join(_HEADERS)
            raise Refusal(400, f"The request has a header {_quote(name)}, which narrows nothing. There are: {shown}.")


def _narrow_toolsets(reach: Reach, text: str) -> Reach:
    names = _split(text)
    for name in names:
        if name not in NAMED_TOOLSETS:
            raise Refusal(400, f"There is no toolset {_quote(name)}. There are: {', '.join(NAMED_TOOLSETS)}.")
    operations = frozenset(operation.name for name in names for operation in list_named(name))
    # Those of two wishes together are what their rights leave.
    toolsets = names if reach.toolsets is None or "all" not in names else reach.toolsets
    return reach.narrow(Right(operations=None if "all" in names else operations), toolsets)


def _narrow_accounts(reach: Reach, text: str) -> Reach:
    return reach.keep_only(accounts=_choose(text, [access.account for access in reach.accesses], "account"))


def _narrow_regions(reach: Reach, text: str) -> Reach:
    return reach.keep_only(regions=_choose(text, reach.regions, "region"))


def _narrow_effects(reach: Reach, text: str) -> Reach:
    said = text.strip().lower()
    if said not in (*_TRUE, *_FALSE):
        raise Refusal(400, f"readonly is {_quote(text)}. Give true, or leave it out.")
    return reach.narrow(_READS) if said in _TRUE else reach


_NARROW: dict[str, Callable[[Reach, str], Reach]] = {
    "toolsets": _narrow_toolsets,
    "accounts": _narrow_accounts,
    "regions": _narrow_regions,
    "readonly": _narrow_effects,
}


def _choose(text: str, known: Iterable[str], what: str) -> tuple[str, ...]:
    names, there = _split(text), [name for name in known if name]
    for name in names:
        if name not in there:
            raise Refusal(
                403, f"You have no {what} {_quote(name)}. You have: {', '.join(there) or 'one without a name'}."
            )
    return names


def _split(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))
    if not names:
        raise Refusal(400, "A list that narrows is empty. Name what is to be left, or leave it out.")
    return names


def _quote(text: str) -> str:
    return f"“{plain(text, 60)}”"
