"""Search: live streams taken into a library, tagged while they run, and closed.

Sources: the texts of SDK 6.20.2 and the pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.search_parameters import EXAMPLE_LIBRARY, EXAMPLE_MEDIA, LIBRARY, NAMESPACE, PAGE, PAGE_NO
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter, Rows

STREAM: ParameterNotes = {"text": "MediaId that CreateStreamToSearchLib returned.", "required": True}

NOTES = (
    OperationNotes(
        operation="CreateStreamToSearchLib",
        title="Make a live stream searchable",
        purpose=(
            "Take a running live stream into a search library as an asset: it is analysed, and tags with times can be "
            "added, while it runs. Returns the MediaId that AddStreamTagToSearchLib, GetStreamTagList and "
            "CloseStreamToSearchLib want. Files are put in with InsertMediaToSearchLib."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": {"text": "Address of the live stream: rtmp://host/app/stream.", "required": True},
            "SearchLibName": LIBRARY,
            "Namespace": {"text": "Part of the library to put it into; a name of yours. Left out: no part."},
        },
        costs="The stream is analysed, and billed, until it is closed.",
        example={"Input": "rtmp://live.example.com/arena/court1", "SearchLibName": EXAMPLE_LIBRARY},
        then="Tag moments with AddStreamTagToSearchLib, and end the costs with CloseStreamToSearchLib.",
        sources=(f"{PAGE}createstreamtosearchlib",),
    ),
    OperationNotes(
        operation="CloseStreamToSearchLib",
        title="End a searchable live stream",
        purpose=(
            "End the analysis and tagging of a live stream that CreateStreamToSearchLib began, and with it the "
            "costs. The live stream itself goes on. To take it in again call CreateStreamToSearchLib, which "
            "returns another MediaId."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("ends the analysis of a live stream, which cannot be taken up again under this MediaId"),
        ),
        parameters={"MediaId": STREAM, "SearchLibName": LIBRARY, "Namespace": NAMESPACE},
        idempotent=True,
        example={"MediaId": EXAMPLE_MEDIA, "SearchLibName": EXAMPLE_LIBRARY},
        sources=(f"{PAGE}closestreamtosearchlib",),
    ),
    OperationNotes(
        operation="AddStreamTagToSearchLib",
        title="Tag a moment of a stream",
        purpose=(
            "Attach a tag of your own to a stretch of a live stream in a search library, with start and end in "
            "milliseconds and any data, for instance to mark a goal or an alarm. Calling it twice adds two tags. "
            "Read them back with GetStreamTagList."
        ),
        effect=Effect.WRITE,
        parameters={
            "MediaId": STREAM,
            "MsgBody": {
                "text": "The tag: its stretch of time and your data.",
                "kind": "object",
                "json_text": True,
                "fields": (
                    Parameter("startTime", "integer", text="Begin, in ms since 1970 (clock time, not stream time)."),
                    Parameter("endTime", "integer", text="End, in ms since 1970.", not_before="startTime"),
                    Parameter("userData", "string", text='Any text of yours, such as {"result": "goal"} as a text.'),
                ),
                "extra_fields": True,
            },
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
        },
        rules=(AtLeastOne(("MsgBody",)),),
        example={
            "MediaId": EXAMPLE_MEDIA,
            "SearchLibName": EXAMPLE_LIBRARY,
            "MsgBody": {
                "startTime": 1772480400000,
                "endTime": 1772480415000,
                "userData": '{"result": "goal"}',
            },
        },
        then="Read the tags back with GetStreamTagList.",
        sources=(f"{PAGE}addstreamtagtosearchlib",),
    ),
    OperationNotes(
        operation="GetStreamTagList",
        title="List tags of a stream",
        purpose=(
            "List the tags that AddStreamTagToSearchLib attached to a live stream, each with its stretch of time "
            "and your data; newest first unless SortBy says otherwise, within a span of time if given. Pages by number "
            "or by NextToken."
        ),
        effect=Effect.READ,
        parameters={
            "MediaId": STREAM,
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
            "StartTime": {"text": "Tags from then on, UTC, such as 2026-03-02T19:00:00Z."},
            "EndTime": {"text": "Tags up to then, UTC, such as 2026-03-02T21:00:00Z.", "not_before": "StartTime"},
            "SortBy": {
                "text": "Order by time; default StartTime:Desc, newest first.",
                "choices": ("StartTime:Desc", "StartTime:Asc"),
            },
            "PageNo": PAGE_NO,
            "PageSize": {"text": "Tags a page, 1 to 100; default 10.", "minimum": 1, "maximum": 100},
            "NextToken": {"text": "NextToken of the previous answer, in place of PageNo."},
        },
        idempotent=True,
        example={"MediaId": EXAMPLE_MEDIA, "SortBy": "StartTime:Asc"},
        rows=Rows(
            path="StreamTagList",
            columns=(("from", "StartTime"), ("to", "EndTime"), ("data", "UserData")),
        ),
        sources=(f"{PAGE}getstreamtaglist",),
    ),
)
