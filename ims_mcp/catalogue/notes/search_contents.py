"""Search: what a library holds. Assets and live streams put in, tagged, indexed and taken out.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.search_queries import LIBRARY, NAMESPACE
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter, Poll, Rows

ASSET_FIELDS: ParameterNotes = {
    "text": "What is searchable beside the content.",
    "kind": "object",
    "json_text": True,
    "fields": (
        Parameter("title", "string"),
        Parameter("customFields", "object", text='Your own: {"intField1": 12, "strField1": "abc"}.'),
    ),
    "extra_fields": True,
}
STREAM: ParameterNotes = {"text": "Asset that CreateStreamToSearchLib returned.", "required": True}
INDEX_STATUS = "IndexJobInfoList[].Status"

NOTES = (
    OperationNotes(
        operation="InsertMediaToSearchLib",
        title="Put an asset into search",
        purpose=(
            "Put a video, audio or picture file into a search library and start every index that is switched on there. "
            "Create library and index first. Input is the file's address; with MediaId it becomes the entry of that "
            "asset, without a new id is made and returned. Indexing runs in the background: wait, or look with "
            "QueryMediaIndexJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": {"text": "oss://bucket/key or its http address; the bucket in the region of this call."},
            "SearchLibName": LIBRARY,
            "MediaId": {"text": "Asset the file belongs to; default a new id."},
            "MediaType": {"text": "Default video.", "choices": ("video", "image", "audio")},
            "MsgBody": ASSET_FIELDS,
            "Namespace": {"text": "Part of the library to put it into."},
            "ImagesInput": {
                "text": "Only for surveillance cameras (MediaType video): pictures that stand for the video.",
                "kind": "object",
                "json_text": True,
                "fields": (Parameter("images", "array", items=Parameter("", "string")),),
                "extra_fields": True,
            },
        },
        poll=Poll(
            operation="QueryMediaIndexJob",
            arguments=(("MediaId", "MediaId"), ("SearchLibName", "SearchLibName")),
            status_field=INDEX_STATUS,
            success=("Success",),
            failure=("Fail",),
            pending=("Running",),
        ),
        costs="Indexing is billed as AI analysis.",
    ),
    OperationNotes(
        operation="UpdateMediaToSearchLib",
        title="Change an asset's search fields",
        purpose=(
            "Change the searchable fields of an asset that is already in a search library, such as its title or your "
            "custom fields. The content is not analysed again; that is SearchIndexJobRerun. The asset's entry in "
            "the media library is changed with UpdateMediaInfo."
        ),
        effect=Effect.WRITE,
        parameters={"MsgBody": ASSET_FIELDS, "SearchLibName": LIBRARY, "Namespace": NAMESPACE},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteMediaFromSearchLib",
        title="Take an asset out of search",
        purpose=(
            "Remove one asset and what was indexed of it from a search library; it is no longer found there. The asset "
            "and its file stay in the media library, where DeleteMediaInfos removes them. Putting it back with "
            "InsertMediaToSearchLib costs the analysis again."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen(
                "removes an asset from a search library with what was indexed of it; indexing again is billed again"
            ),
        ),
        parameters={
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
            "MsgBody": {"text": "Rarely needed.", "kind": "object", "json_text": True},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="QueryMediaIndexJob",
        title="Follow the indexing of an asset",
        purpose=(
            "See how far the indexing of one asset in a search library is: for every kind of index a job with submit "
            "and finish time and the state Running, Success or Fail. Use it after InsertMediaToSearchLib and "
            "SearchIndexJobRerun; where one failed, run it again with the latter."
        ),
        effect=Effect.READ,
        parameters={"SearchLibName": LIBRARY},
        idempotent=True,
        rows=Rows(
            "IndexJobInfoList",
            (
                ("index", "IndexType"),
                ("status", "Status"),
                ("submitted", "GmtSubmit"),
                ("finished", "GmtFinish"),
            ),
        ),
    ),
    OperationNotes(
        operation="SearchIndexJobRerun",
        title="Index assets again",
        purpose=(
            "Despite its name no search: analyses assets of a search library again, for instance after an index was "
            "added or a job failed. At most 20 assets, chosen kinds of index with Task. Ids that do not exist come "
            "back in MediaIdsNoExist. It runs in the background: look at each asset with QueryMediaIndexJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "MediaIds": {"text": "Comma-separated asset ids, at most 20.", "comma_list": True, "max_parts": 20},
            "Task": {"text": "Comma-separated kinds of index: aiLabel, face, mm.", "comma_list": True},
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
        },
        # The look takes one asset: of several ids in MediaIds each is looked at.
        poll=Poll(
            operation="QueryMediaIndexJob",
            arguments=(("MediaId", "MediaIds"), ("SearchLibName", "SearchLibName")),
            status_field=INDEX_STATUS,
            success=("Success",),
            failure=("Fail",),
            pending=("Running",),
        ),
        costs="Every run is billed as AI analysis.",
    ),
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
            "Input": {"text": "Address of the live stream, such as rtmp://host/app/stream.", "required": True},
            "SearchLibName": LIBRARY,
            "Namespace": {"text": "Part of the library to put it into."},
        },
        costs="The stream is analysed, and billed, until it is closed.",
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
                "text": "The tag.",
                "kind": "object",
                "json_text": True,
                "fields": (
                    Parameter("startTime", "integer", text="Milliseconds since 1970."),
                    Parameter("endTime", "integer", text="Milliseconds since 1970."),
                    Parameter("userData", "string", text="Any text of yours, such as JSON."),
                ),
                "extra_fields": True,
            },
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
        },
        rules=(AtLeastOne(("MsgBody",)),),
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
            "SortBy": {"text": "Default StartTime:Desc.", "choices": ("StartTime:Desc", "StartTime:Asc")},
        },
        idempotent=True,
        rows=Rows(
            "StreamTagList",
            (
                ("start", "StartTime"),
                ("end", "EndTime"),
                ("data", "UserData"),
            ),
        ),
    ),
)
