"""How arguments travel: checked arguments into method, query and form, just as the official SDK places them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import quote, urlencode

from ims_mcp.catalogue.operation import Operation, Parameter
from ims_mcp.errors import InvalidArguments, Problem

# A request line beyond 64 KB is refused by HTTP servers before anyone reads it; the rest is room for the headers.
MAX_QUERY_BYTES = 60_000
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class EncodedRequest:
    """A call ready to be signed. ``query`` and ``body`` are percent-encoded; ``parameters`` is the query before."""

    operation: str
    method: Literal["GET", "POST"]
    query: str
    parameters: Mapping[str, str]
    body: bytes = b""
    is_form: bool = False
    """Whether the body, even an empty one, is declared as a form."""
    version: str = ""
    """Of another product's API; empty for that of IMS."""


def encode_request(operation: Operation, arguments: Mapping[str, Any]) -> EncodedRequest:
    """Put every argument where the table says. ``arguments`` have been checked; None means not given.

    Raises InvalidArguments where the query would be longer than an HTTP request line can be.
    """
    query: dict[str, str] = {}
    form: dict[str, str] = {}
    for parameter in operation.parameters:
        value = arguments.get(parameter.name)
        if value is not None:
            (form if parameter.place == "body" else query).update(_encode_value(parameter, value))
    encoded = _percent_encode(query)
    if len(encoded) > MAX_QUERY_BYTES:
        longest = max(query, key=lambda name: len(query[name]))
        raise InvalidArguments(
            operation.name,
            [Problem(longest, f"the arguments are {len(encoded)} bytes of URL, at most {MAX_QUERY_BYTES} can be sent")],
        )
    return EncodedRequest(
        operation=operation.name,
        method=operation.method,
        query=encoded,
        parameters=query,
        body=_percent_encode(form).encode("ascii"),
        # The SDK sends the form's content type wherever an operation could have a form.
        is_form=any(parameter.place == "body" for parameter in operation.parameters),
    )


def _encode_value(parameter: Parameter, value: Any) -> dict[str, str]:
    if parameter.style == "flat" and not isinstance(value, str):
        return dict(_flatten(parameter.name, value))
    if isinstance(value, dict | list):
        # As the SDK writes it: no spaces, characters as they are.
        return {parameter.name: json.dumps(value, ensure_ascii=False, separators=(",", ":"))}
    # str(True) is "True": what the official SDK for Python sends, and the service reads it in any case.
    return {parameter.name: str(value)}


def _flatten(name: str, value: Any) -> list[tuple[str, str]]:
    """``Name.1``, ``Name.2`` for a list, ``Name.Key`` for an object, to any depth; None is left out."""
    if value is None:
        return []
    if isinstance(value, list):
        elements = enumerate(cast("list[Any]", value), start=1)
        return [pair for index, element in elements for pair in _flatten(f"{name}.{index}", element)]
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return [pair for key, entry in entries for pair in _flatten(f"{name}.{key}", entry)]
    return [(name, str(value))]


def _percent_encode(pairs: Mapping[str, str]) -> str:
    # %20 for a space, as in the canonical form that is signed: a proxy that rewrites "+" cannot break the signature.
    return urlencode(pairs, quote_via=quote, safe="~")
