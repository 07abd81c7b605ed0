"""JMESPath over a response: what a query picks, as a model should read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.bounds import LONGEST_QUERY, fit
from ims_mcp.summaries.shaping import MAX_BYTES, present

if TYPE_CHECKING:  # imported where a call brings a query: most bring none
    from jmespath.parser import ParsedResult

    from ims_mcp.summaries.metered_jmespath import QueryLimits


def select(
    data: dict[str, Any],
    query: str,
    *,
    include_signed_urls: bool = False,
    secret_fields: Iterable[str] = (),
    include_credentials: bool = False,
    added: Mapping[str, Any] | None = None,
    max_bytes: int = MAX_BYTES,
    limits: QueryLimits | None = None,
) -> dict[str, Any]:
    """``{"result": …}``: what the JMESPath ``query`` picks from the response, bounded as ``shape`` is.

    The query sees what ``shape`` would show unbounded: JSON strings opened, credentials already hidden, and beside
    the response's fields those that this server has ``added``. May take
    ``limits.seconds``: call it beside the event loop. Raises InvalidArguments where the query is no JMESPath,
    fails on this response or asks for too much.
    """

    from ims_mcp.summaries.metered_jmespath import QueryLimits, evaluate

    read = partial(
        present,
        include_signed_urls=include_signed_urls,
        secret_fields=tuple(secret_fields),
        include_credentials=include_credentials,
    )
    expression = check_query(query)
    document: dict[str, Any] = read(data) | dict(added or {})
    try:
        found = evaluate(expression.parsed, document, limits or QueryLimits())
        # Once more: a function such as to_string or to_number can make what no response holds.
        return fit({"result": read(found, again=True)}, max_bytes, query_prefix=query)
    except Exception as error:
        # Of any kind: a query may find a fault of the library, or the end of the memory, but it fails alone.
        raise _refuse_query(query, _describe_error(error), _find_example(document)) from error


def check_query(query: str) -> ParsedResult:
    """The compiled JMESPath; InvalidArguments with the parser's complaint where it is none. Needs no response: call it
    before anything is sent. Takes 2 ms at most."""
    import jmespath

    if len(query) > LONGEST_QUERY:
        raise _refuse_query(query, f"longer than {LONGEST_QUERY} characters", "RequestId")
    try:
        return jmespath.compile(query)
    except (ValueError, RecursionError) as error:
        raise _refuse_query(query, _describe_error(error), "RequestId") from error


def _describe_error(error: Exception) -> str:
    from jmespath.exceptions import JMESPathTypeError

    if isinstance(error, JMESPathTypeError):
        # Its own text writes out the value, which may be endless.
        expected = " or ".join(map(str, error.expected_types))
        return f"{error.function_name}() takes {expected}, not {error.actual_type}"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, MemoryError):
        return "it takes more memory than there is"
    return str(error) or type(error).__name__


def _refuse_query(query: str, complaint: str, example: str) -> InvalidArguments:
    text = f"{plain(query, 200)!r} is not a JMESPath that works here: {plain(complaint, 400)}."
    return InvalidArguments("query", [Problem("query", text)], next_step=f"A query that works: {example}")


def _find_example(document: dict[str, Any]) -> str:
    """A query that finds something in this response: its first list, else its first name."""
    for name, value in document.items():
        inner = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        if isinstance(value, list):
            return f"{name}[0]"
        for child, grandchild in inner.items():
            if isinstance(grandchild, list):
                return f"{name}.{child}[0]"
    return next(iter(document), "@")
