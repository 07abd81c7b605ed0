"""The parameters that are this server's and not the service's, in snake_case, as rows of a table like any other."""

from __future__ import annotations

from ims_mcp.catalogue import Operation, Parameter
from ims_mcp.workflows.waiting import MAX_WAIT_SECONDS

QUERY = Parameter(
    "query",
    "string",
    text="JMESPath over the response; the result holds only what it selects.",
    max_characters=2000,
)
WAIT_SECONDS = Parameter(
    "wait_seconds",
    "number",
    text="Wait this long for the end state; default 0, returns the id at once.",
    minimum=0,
    maximum=MAX_WAIT_SECONDS,
)
INCLUDE_SIGNED_URLS = Parameter("include_signed_urls", "boolean", text="true keeps the signatures of URLs.")
INCLUDE_CREDENTIALS = Parameter(
    "include_credentials", "boolean", text="true returns the temporary upload credential itself."
)
VIEW = Parameter(
    "view",
    "string",
    text="summary (default), files, ai, or full: the whole response.",
    choices=("summary", "files", "ai", "full"),
)
PAGE = Parameter("page", "integer", text="Page of view files or ai, from 1.", minimum=1, maximum=100_000)
AI_SECTIONS = ("chapters", "labels", "people", "transcript", "on_screen_text", "text_labels", "summary")
AI_SECTION = Parameter("ai_section", "string", text="Only this part of view ai.", choices=AI_SECTIONS)

# Operations whose responses carry signed URLs; GetMediaInfo has views on top.
_SIGNED = frozenset({"GetMediaInfo", "BatchGetMediaInfos", "ListMediaBasicInfos", "GetPlayInfo"})


def own_parameters(operation: Operation) -> tuple[Parameter, ...]:
    """The rows this server adds to the operation's own table."""
    rows: list[Parameter] = []
    if operation.name == "GetMediaInfo":
        rows += [VIEW, PAGE, AI_SECTION]
    if operation.name in _SIGNED:
        rows.append(INCLUDE_SIGNED_URLS)
    if operation.secret_fields:
        rows.append(INCLUDE_CREDENTIALS)
    if operation.poll is not None:
        rows.append(WAIT_SECONDS)
    return (*rows, QUERY)
