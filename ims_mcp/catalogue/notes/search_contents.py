"""Search: what a library holds. Assets and live streams put in, tagged, indexed and taken out.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.search_queries import LIBRARY, NAMESPACE
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter, Poll

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
STREAM: ParameterNotes = {"text": "Asset that create_stream_to_search_lib returned.", "required": True}
INDEX_STATUS = "IndexJobInfoList[].Status"

NOTES = (
    OperationNotes(
        operation="InsertMediaToSearchLib",
        title="Put an asset into search",
        purpose=(
            "Put a video, audio or picture file into a search library and start every index that is switched on there. "
            "Create library and index first. Input is the file's address; with MediaId it becomes the entry of that "
            "asset, without a new id is made and returned. Indexing runs in the background: wait, or look with "
            "query_media_index_job."
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
        words=(
            "add to search library",
            "index a video",
            "make searchable",
            "媒资入搜索库",
            "建立索引",
            "导入搜索库",
            "add video to search library",
            "import into search library",
            "加入搜索库",
            "视频入库检索",
            "加到检索库",
        ),
    ),
    OperationNotes(
        operation="UpdateMediaToSearchLib",
        title="Change an asset's search fields",
        purpose=(
            "Change the searchable fields of an asset that is already in a search library, such as its title or your "
            "custom fields. The content is not analysed again; that is search_index_job_rerun. The asset's entry in "
            "the media library is changed with update_media_info."
        ),
        effect=Effect.WRITE,
        parameters={"MsgBody": ASSET_FIELDS, "SearchLibName": LIBRARY, "Namespace": NAMESPACE},
        idempotent=True,
        words=("edit search metadata", "custom fields", "更新搜索库媒资", "修改自定义字段", "搜索字段"),
    ),
    OperationNotes(
        operation="DeleteMediaFromSearchLib",
        title="Take an asset out of search",
        purpose=(
            "Remove one asset and what was indexed of it from a search library; it is no longer found there. The asset "
            "and its file stay in the media library, where delete_media_infos removes them. Putting it back with "
            "insert_media_to_search_lib costs the analysis again."
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
        words=(
            "remove from search",
            "stop finding asset",
            "从搜索库删除",
            "移出搜索库",
            "take video out of search library",
            "从检索库移除",
        ),
    ),
    OperationNotes(
        operation="QueryMediaIndexJob",
        title="Follow the indexing of an asset",
        purpose=(
            "See how far the indexing of one asset in a search library is: for every kind of index a job with submit "
            "and finish time and the state Running, Success or Fail. Use it after insert_media_to_search_lib and "
            "search_index_job_rerun; where one failed, run it again with the latter."
        ),
        effect=Effect.READ,
        parameters={"SearchLibName": LIBRARY},
        idempotent=True,
        words=(
            "indexing progress",
            "index job status",
            "索引任务",
            "索引进度",
            "查询索引任务",
            "is the video indexed yet",
            "索引建好了没",
        ),
    ),
    OperationNotes(
        operation="SearchIndexJobRerun",
        title="Index assets again",
        purpose=(
            "Despite its name no search: analyses assets of a search library again, for instance after an index was "
            "added or a job failed. At most 20 assets, chosen kinds of index with Task. Ids that do not exist come "
            "back in MediaIdsNoExist. It runs in the background: look at each asset with query_media_index_job."
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
        words=(
            "reindex",
            "re-run index",
            "retry failed indexing",
            "重建索引",
            "重新索引",
            "重跑索引任务",
            "index again",
            "analyse again for search",
            "重新分析入库",
        ),
    ),
    OperationNotes(
        operation="CreateStreamToSearchLib",
        title="Make a live stream searchable",
        purpose=(
            "Take a running live stream into a search library as an asset: it is analysed, and tags with times can be "
            "added, while it runs. Returns the MediaId that add_stream_tag_to_search_lib, get_stream_tag_list and "
            "close_stream_to_search_lib want. Files are put in with insert_media_to_search_lib."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": {"text": "Address of the live stream, such as rtmp://host/app/stream.", "required": True},
            "SearchLibName": LIBRARY,
            "Namespace": {"text": "Part of the library to put it into."},
        },
        costs="The stream is analysed, and billed, until it is closed.",
        words=(
            "index live stream",
            "tag live stream",
            "直播流入库",
            "流媒资",
            "直播打标",
            "make live stream searchable",
            "直播流可检索",
            "register a live stream for search",
            "analyse a live stream",
        ),
    ),
    OperationNotes(
        operation="CloseStreamToSearchLib",
        title="End a searchable live stream",
        purpose=(
            "End the analysis and tagging of a live stream that create_stream_to_search_lib began, and with it the "
            "costs. The live stream itself goes on. To take it in again call create_stream_to_search_lib, which "
            "returns another MediaId."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("ends the analysis of a live stream, which cannot be taken up again under this MediaId"),
        ),
        parameters={"MediaId": STREAM, "SearchLibName": LIBRARY, "Namespace": NAMESPACE},
        idempotent=True,
        words=(
            "stop live tagging",
            "close stream",
            "关闭流媒资",
            "停止直播打标",
            "stop analysing the live stream",
            "停止分析直播流",
        ),
    ),
    OperationNotes(
        operation="AddStreamTagToSearchLib",
        title="Tag a moment of a stream",
        purpose=(
            "Attach a tag of your own to a stretch of a live stream in a search library, with start and end in "
            "milliseconds and any data, for instance to mark a goal or an alarm. Calling it twice adds two tags. "
            "Read them back with get_stream_tag_list."
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
        words=(
            "mark a moment",
            "live highlight",
            "annotate stream",
            "流媒资标签",
            "直播打点",
            "添加标签",
            "mark a goal in the live stream",
            "给直播流打点",
        ),
    ),
    OperationNotes(
        operation="GetStreamTagList",
        title="List tags of a stream",
        purpose=(
            "List the tags that add_stream_tag_to_search_lib attached to a live stream, each with its stretch of time "
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
        words=("read live tags", "highlights of a stream", "流媒资标签列表", "查询直播标签", "打点列表"),
    ),
)
