"""Search: what a library holds. Assets put in, changed, indexed and taken out.

Sources: the texts of SDK 6.20.2 and the pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.search_parameters import EXAMPLE_LIBRARY, EXAMPLE_MEDIA, LIBRARY, NAMESPACE, PAGE
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll, Result, Rows

ASSET_FIELDS: ParameterNotes = {
    "text": "What is searchable beside the content: title and custom fields.",
    "kind": "object",
    "json_text": True,
    "fields": (
        Parameter("title", "string", text="Title of the asset."),
        Parameter(
            "customFields",
            "object",
            text="Fields of your own, for CustomFilters of the searches. They cannot be changed once set.",
            fields=(
                Parameter("intField1", "integer", text="A whole number of yours."),
                Parameter("strField1", "string", text="A text of yours."),
                Parameter("strField2", "string", text="Another text of yours."),
            ),
            extra_fields=True,
        ),
    ),
    "extra_fields": True,
}
MEDIA_ID: ParameterNotes = {"text": "Id of the asset, as InsertMediaToSearchLib answered or was given."}
INDEX_STATUS = "IndexJobInfoList[].Status"
INDEX_RESULT = Result(
    fields=(("indexes", "IndexJobInfoList"),),
    empty="the library has no index that is switched on, so nothing is indexed; see CreateSearchIndex",
)

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
        heed="Input is the file's lasting address; give MediaId as well, or it becomes an entry of its own.",
        parameters={
            "Input": {
                "text": "Address of the file: oss://bucket/key, or public http. The bucket lies in the region of the "
                "call. No temporary address: the file has to stay where it is."
            },
            "SearchLibName": LIBRARY,
            "MediaId": {"text": "Asset the file belongs to. Left out: a new id."},
            "MediaType": {"text": "Type of the file; default video.", "choices": ("video", "image", "audio")},
            "MsgBody": ASSET_FIELDS,
            "Namespace": {"text": "Part of the library to put it into; a name of yours. Left out: no part."},
            "ImagesInput": {
                "text": "Only for surveillance cameras: pictures that stand for the video. MediaType is video, the "
                "library's name begins with IPCamera_.",
                "kind": "object",
                "json_text": True,
                "fields": (
                    Parameter(
                        "images",
                        "array",
                        text="Their addresses: oss://example-bucket/camera/1.jpg.",
                        items=Parameter("", "string"),
                    ),
                ),
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
            result=INDEX_RESULT,
        ),
        costs="Indexing is billed as AI analysis.",
        example={
            "Input": "oss://example-bucket/videos/final-2026.mp4",
            "SearchLibName": EXAMPLE_LIBRARY,
            "MediaType": "video",
            "MsgBody": {"title": "Final 2026", "customFields": {"intField1": 2026, "strField1": "sports"}},
        },
        sources=(f"{PAGE}insertmediatosearchlib",),
    ),
    OperationNotes(
        operation="UpdateMediaToSearchLib",
        title="Change an asset's search fields",
        purpose=(
            "Change the searchable fields of an asset that is already in a search library, such as its title. The "
            "content is not analysed again; that is SearchIndexJobRerun. The asset's entry in the media library is "
            "changed with UpdateMediaInfo."
        ),
        effect=Effect.WRITE,
        parameters={
            "MediaId": MEDIA_ID,
            "MsgBody": {
                **ASSET_FIELDS,
                "text": "The fields to change, as in InsertMediaToSearchLib. By its page customFields cannot be "
                "changed once set.",
            },
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
        },
        idempotent=True,
        example={"MediaId": EXAMPLE_MEDIA, "SearchLibName": EXAMPLE_LIBRARY, "MsgBody": {"title": "Final 2026, cut"}},
        sources=(f"{PAGE}updatemediatosearchlib",),
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
            "MediaId": MEDIA_ID,
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
            "MsgBody": {
                "text": "No field is documented: leave it out.",
                "kind": "object",
                "json_text": True,
                "extra_fields": True,
            },
        },
        idempotent=True,
        example={"MediaId": EXAMPLE_MEDIA, "SearchLibName": EXAMPLE_LIBRARY},
        sources=(f"{PAGE}deletemediafromsearchlib",),
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
        parameters={"MediaId": MEDIA_ID, "SearchLibName": LIBRARY},
        idempotent=True,
        example={"MediaId": EXAMPLE_MEDIA},
        rows=Rows(
            path="IndexJobInfoList",
            columns=(
                ("index", "IndexType"),
                ("status", "Status"),
                ("submitted", "GmtSubmit"),
                ("finished", "GmtFinish"),
            ),
        ),
        sources=(f"{PAGE}querymediaindexjob",),
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
            "Task": {
                "text": "Comma-separated kinds of index: aiLabel, face, mm. What leaving it out does is not "
                "documented: name those you want.",
                "comma_list": True,
                "hints": ("aiLabel", "face", "mm"),
            },
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
            result=INDEX_RESULT,
        ),
        costs="Every run is billed as AI analysis.",
        example={"MediaIds": EXAMPLE_MEDIA, "Task": "aiLabel,mm", "SearchLibName": EXAMPLE_LIBRARY},
        sources=(f"{PAGE}searchindexjobrerun",),
    ),
)
