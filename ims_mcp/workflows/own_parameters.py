"""The parameters that are this server's and not the service's, in snake_case, as rows of a table like any other."""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.summaries.ai_view import AI_SECTIONS
from ims_mcp.summaries.media_info import VIEWS

QUERY = Parameter("query", "string", text="JMESPath")
WAIT_SECONDS = Parameter(
    "wait_seconds",
    "number",
    text="Wait for its end: default 0, at most 45.",
    minimum=0,
    maximum=int(MAX_WAIT_SECONDS),
    cut=True,
)
INCLUDE_SIGNED_URLS = Parameter("include_signed_urls", "boolean", text="Show URLs with their signatures.")
INCLUDE_CREDENTIALS = Parameter("include_credentials", "boolean", text="Show keys and tokens.")
VIEW = Parameter(
    "view",
    "string",
    text="Default summary.",
    choices=VIEWS,
)
PAGE = Parameter("page", "integer", text="Of view files or ai, from 1.", minimum=1, maximum=100_000)
AI_SECTION = Parameter("ai_section", "string", text="Part of view ai.", choices=AI_SECTIONS)

ALLOW_DUPLICATE = Parameter("allow_duplicate", "boolean", text="true: record it twice.")

# Operations whose responses carry signed URLs; GetMediaInfo has views on top.
_SIGNED = frozenset(
    {
        *("GetMediaInfo", "BatchGetMediaInfos", "ListMediaBasicInfos", "GetPlayInfo", "SearchMedia"),
        *("GetSnapshotUrls", "GetDynamicImageJob", "GetPackageJob", "GetTranscodeJob", "GetMediaConvertJob"),
        *("GetPublicMediaInfo", "ListPublicMediaBasicInfos"),
        # Live addresses and callbacks, whose queries let somebody in.
        *("GetLiveRecordJob", "ListLiveRecordJobs", "ListLiveRecordFiles", "GetLiveSnapshotJob"),
        *("GetLiveTranscodeJob", "ListLiveTranscodeJobs", "GetEditingProjectMaterials", "ListTranscodeJobs"),
        *("GetMediaLiveChannel", "ListMediaLiveChannels", "GetEventCallback", "DescribeNotifyConfig"),
    }
)


def own_parameters(operation: Operation, *, list_query: bool = False) -> tuple[Parameter, ...]:
    """The rows this server adds to the operation's own table.

    ``query`` is taken everywhere. It is listed for reads, and with ``list_query`` for writes as well: what a write
    answers is short, and among 400 tools every line counts.
    """
    rows: list[Parameter] = []
    if operation.name == "GetMediaInfo":
        rows += [VIEW, PAGE, AI_SECTION]
    if operation.name in _SIGNED:
        rows.append(INCLUDE_SIGNED_URLS)
    if operation.name == "SubmitLiveRecordJob":
        rows.append(ALLOW_DUPLICATE)
    if operation.secret_fields:
        rows.append(INCLUDE_CREDENTIALS)
    if operation.poll is not None:
        rows.append(WAIT_SECONDS)
    listed = list_query or operation.effect is Effect.READ
    return (*rows, QUERY if listed else replace(QUERY, hidden=True))


def whole_table(operation: Operation, *, list_query: bool = False) -> Operation:
    """The operation with this server's own parameters added: what a caller's arguments are checked against."""
    return replace(operation, parameters=(*operation.parameters, *own_parameters(operation, list_query=list_query)))
