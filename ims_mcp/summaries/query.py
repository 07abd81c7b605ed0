"""JMESPath over a response: what a query picks, as a model should read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.bounds import LONGEST_QUERY, fit, size_bytes
from ims_mcp.summaries.shaping import HIDDEN_UNLESS_ASKED, MAX_BYTES, present
from ims_mcp.summaries.values import Json, as_object

if TYPE_CHECKING:  # imported where a call brings a query: most bring none
    from jmespath.parser import ParsedResult

    from ims_mcp.summaries.metered_jmespath import QueryLimits


def pick(
    forms: Sequence[Json],
    query: str,
    *,
    include_signed_urls: bool = False,
    secret_fields: Iterable[str] = (),
    include_credentials: bool = False,
    hidden: str = HIDDEN_UNLESS_ASKED,
    max_bytes: int = MAX_BYTES,
    limits: QueryLimits | None = None,
) -> Json:
    """``{"result": ..}``: what the JMESPath ``query`` picks, bounded as ``shape`` is; with a ``note`` where it picks
    nothing because a name in it is nowhere.

    ``forms`` are those in which the answer can be read, presented already (JSON strings opened, credentials hidden),
    as one document: what a reader has seen of it, the response, what this server has added. Of a name that stands in
    several the last counts. May take ``limits.seconds``: call it beside the event loop. Raises InvalidArguments where
    the query is no JMESPath, fails on this answer or asks for too much.
    """
    from ims_mcp.summaries.metered_jmespath import QueryLimits, evaluate
    from ims_mcp.summaries.query_misses import explain_nothing

    expression = check_query(query)
    document: Json = {name: value for form in forms for name, value in form.items()}
    try:
        found = evaluate(expression.parsed, document, limits or QueryLimits())
        # Once more: a function such as to_string or to_number can make what no response holds.
        read = present(
            found,
            include_signed_urls=include_signed_urls,
            secret_fields=secret_fields,
            include_credentials=include_credentials,
            hidden=hidden,
            again=True,
        )
        note = explain_nothing(cast("Any", expression.parsed), document) if is_nothing(found) else ""
        told = {"note": note} if note else {}
        return fit({"result": read}, max_bytes - size_bytes(told), query_prefix=query) | told
    except Exception as error:
        # Of any kind: a query may find a fault of the library, or the end of the memory, but it fails alone.
        raise _refuse_query(query, _describe_error(error), _find_example(document)) from error


def is_nothing(found: Any) -> bool:
    """Whether what a query has picked says nothing: null, an empty list or object, or such a list or object of them."""
    if isinstance(found, list):
        return all(map(_is_null, cast("list[Any]", found)))
    if isinstance(found, dict):
        return all(map(_is_null, cast("Json", found).values()))
    return found is None


def _is_null(value: Any) -> bool:
    return value is None or value in ([], {})


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
        if isinstance(value, list):
            return f"{name}[0]"
        for child, grandchild in as_object(value).items():
            if isinstance(grandchild, list):
                return f"{name}.{child}[0]"
    return next(iter(document), "@")
