"""Media library, second part: stream deletion, video list, playback records, categories, marks, review.

Sources: what SDK 6.20.2 declares, and the documentation page of CreateAudit for the entries of AuditContent.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter, Rows

CATEGORY_ID: ParameterNotes = {"text": "Category id, from GetCategories."}
CATEGORY_NAME: ParameterNotes = {"text": "Name, at most 64 bytes.", "max_bytes": 64}
CATEGORY_TYPE: ParameterNotes = {
    "text": "default: video, audio, images; material: short video material.",
    "choices": ("default", "material"),
}
CREATION_ORDER: ParameterNotes = {
    "text": "Default CreationTime:Desc, newest first.",
    "choices": ("CreationTime:Desc", "CreationTime:Asc"),
}
MARKS: ParameterNotes = {
    "text": "The marks: passages with a tag and a text.",
    "kind": "array",
    "json_text": True,
    "items": Parameter(
        "",
        "object",
        fields=(
            Parameter("MarkStartTime", "number", text="Where it begins, in seconds: 12.5.", minimum=0),
            Parameter(
                "MarkEndTime",
                "number",
                text="Where it ends, in seconds. The same as the start for a moment.",
                minimum=0,
            ),
            Parameter("MarkTag", "string", text="Tag of yours to sort marks by: chapter."),
            Parameter("MarkContent", "string", text="What is said of the passage."),
            Parameter("MarkStatus", "string", text="State of yours; the service gives it no meaning.", inferred=True),
            Parameter("MarkId", "string", text="Which mark is changed; only UpdateMediaMarks needs it."),
            Parameter("MediaMarkId", "string", hidden=True),
        ),
    ),
}
MARK_IDS: ParameterNotes = {"text": "Comma-separated mark ids. ListMediaMarks has them as MarkId.", "comma_list": True}

NOTES = (
    OperationNotes(
        operation="DeletePlayInfo",
        title="Delete streams of an asset",
        purpose=(
            "Remove renditions (media streams) from an asset, named by their file URLs as GetPlayInfo lists them. "
            "The asset itself and its source file stay. The stream's file in OSS is kept unless "
            "DeletePhysicalFiles=true, which works for transcoded streams only. Streams that do not exist come back "
            "in IgnoredList, those you may not delete in ForbiddenList. For whole assets use DeleteMediaInfos."
        ),
        effect=Effect.DESTRUCTIVE,
        example={
            "MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "FileURLs": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/videos/launch-720p.mp4",
        },
        destructive_when=(
            AskWhen("removes renditions from an asset for good"),
            AskWhen(
                "leaves their files in OSS where they are", path="DeletePhysicalFiles", values=("false",), absent=True
            ),
            AskWhen(
                "deletes the files of these renditions in OSS too, which cannot be undone",
                path="DeletePhysicalFiles",
                values=("true",),
            ),
        ),
        parameters={
            "MediaId": {"text": "Id of the asset that has the streams.", "max_bytes": 64},
            "FileURLs": {"text": "Comma-separated FileURL values of the streams.", "comma_list": True},
            "DeletePhysicalFiles": {
                "text": "true deletes the streams' files too. Default false; it works for transcoded streams only."
            },
        },
        # What a call without URLs would delete is not documented: a deletion has to say what it means.
        rules=(AtLeastOne(("FileURLs",)),),
        idempotent=True,
    ),
    OperationNotes(
        operation="GetVideoList",
        title="List videos by category or status",
        purpose=(
            "List video and audio assets filtered by category, processing status and creation "
            "time: title, duration, size, cover, status. Its status words are those of VOD (UploadSucc, Transcoding, "
            "Blocked), not those of ListMediaBasicInfos, which lists every asset of the library and is the usual "
            "choice. Pages with PageNo through the first 5,000 that match; narrow the times for more."
        ),
        effect=Effect.READ,
        example={"PageSize": 20},
        parameters={
            "CateId": {"text": "Only this category, from GetCategories."},
            "Status": {
                "text": "Only these states, comma-separated: Normal,Blocked.",
                "hints": (
                    "PrepareFail",
                    "UploadFail",
                    "UploadSucc",
                    "Transcoding",
                    "TranscodeFail",
                    "ProduceFail",
                    "Normal",
                    "Uploading",
                    "Preparing",
                    "Blocked",
                    "checking",
                ),
                "comma_list": True,
            },
            "SortBy": CREATION_ORDER,
            "PageSize": {"text": "Entries a page; default 10.", "maximum": 50},
            "StartTime": {"text": "Created from this UTC time: 2026-01-31T08:00:00Z."},
            "EndTime": {"text": "Created up to this UTC time, after StartTime: 2026-01-31T08:00:00Z."},
        },
        idempotent=True,
        rows=Rows(
            "MediaList",
            (
                ("MediaId", "MediaId"),
                ("title", "Title"),
                ("duration_seconds", "Duration"),
                ("size_bytes", "Size"),
                ("status", "Status"),
                ("category", "CateName"),
                ("tags", "Tags"),
                ("created", "CreationTime"),
            ),
        ),
    ),
    OperationNotes(
        operation="DescribePlayList",
        title="List playback sessions",
        purpose=(
            "List what viewers' players reported within a span of at most 24 hours: which video was played, for how "
            "long, how long the first frame took, how long playback stalled, whether it failed. Use it to look into "
            "complaints about playback quality. It is not a list of videos (use ListMediaBasicInfos) nor of "
            "playback addresses (use GetPlayInfo). Pages with PageNo; TotalNum says how many."
        ),
        effect=Effect.READ,
        example={
            "BeginTs": 1779811200000,
            "EndTs": 1779897600000,
            "OrderName": "StuckDuration",
            "OrderType": "DESC",
            "PageNo": 1,
            "PageSize": 20,
        },
        parameters={
            "PageNo": {"text": "Page, from 1."},
            "BeginTs": {"text": "Start of the span, Unix milliseconds: 1779840000000 is 2026-05-27 08:00 in Beijing."},
            "EndTs": {"text": "End of the span, Unix milliseconds. At most 24 hours after BeginTs."},
            "Status": {
                "text": "Only sessions in this state; unusual: playback failed.",
                "choices": ("complete", "playing", "unusual"),
            },
            "TraceId": {"text": "Only the player with this TraceId."},
            "PlayType": {"text": "Always vod.", "choices": ("vod",)},
            "OrderName": {
                "text": "What to sort by.",
                "choices": ("FirstFrameDuration", "PlayDuration", "VideoDuration", "StuckDuration"),
            },
            "OrderType": {"text": "Order of OrderName.", "choices": ("ASC", "DESC")},
            "PageSize": {"text": "Entries a page.", "minimum": 1, "maximum": 100},
        },
        idempotent=True,
        rows=Rows(
            "PlayList",
            (
                ("VideoId", "VideoId"),
                ("played_at", "PlayTs"),
                ("played_ms", "PlayDuration"),
                ("video_ms", "VideoDuration"),
                ("first_frame_ms", "FirstFrameDuration"),
                ("stuck_ms", "StuckDuration"),
                ("status", "Status"),
                ("type", "PlayType"),
                ("SessionId", "SessionId"),
            ),
        ),
    ),
    OperationNotes(
        operation="AddCategory",
        title="Create a category",
        purpose=(
            "Create a folder-like category for assets, at the top or below ParentId. There are at most 3 levels and "
            "100 categories under one parent. Returns the category with its CateId, which UpdateMediaInfo and "
            "RegisterMediaInfo take. What exists already is in GetCategories."
        ),
        effect=Effect.WRITE,
        example={"CateName": "Archive", "ParentId": 45},
        then="UpdateMediaInfo files an asset there by CateId.",
        parameters={
            "CateName": CATEGORY_NAME,
            "ParentId": {"text": "Category to create it in; without it, at the top. GetCategories lists ids."},
            "Type": CATEGORY_TYPE,
        },
    ),
    OperationNotes(
        operation="GetCategories",
        title="Read a category and its children",
        purpose=(
            "Read one category with a page of its direct subcategories, or the top level where no CateId is given: "
            "names, ids, levels. SubTotal says how many children there are. Use it to find the CateId for "
            "AddCategory, UpdateCategory or for filing an asset. The assets in a category are not in it."
        ),
        effect=Effect.READ,
        example={"PageSize": 100},
        parameters={
            "CateId": {"text": "Category to read; without it, the top level."},
            "Type": CATEGORY_TYPE,
            "SortBy": CREATION_ORDER,
            "PageSize": {"text": "Children a page, 10 (default) to 100.", "minimum": 10, "maximum": 100},
        },
        idempotent=True,
        rows=Rows(
            "SubCategories.Category",
            (
                ("CateId", "CateId"),
                ("name", "CateName"),
                ("subcategories", "SubTotal"),
                ("type", "Type"),
            ),
        ),
    ),
    OperationNotes(
        operation="UpdateCategory",
        title="Rename a category",
        purpose=(
            "Give a category another name. Only the name changes: its place, its subcategories and the assets in it "
            "stay as they are, and there is no call that moves a category. To file an asset elsewhere use "
            "UpdateMediaInfo with another CateId."
        ),
        effect=Effect.WRITE,
        example={"CateId": 46, "CateName": "Sports 2026"},
        parameters={"CateId": CATEGORY_ID, "CateName": CATEGORY_NAME},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteCategory",
        title="Delete a category with its children",
        purpose=(
            "Delete a category and everything below it: all its subcategories go too. It cannot be undone; look at "
            "what is below with GetCategories first. To rename one instead use UpdateCategory, to delete the "
            "assets themselves DeleteMediaInfos."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"CateId": 46},
        destructive_when=(AskWhen("deletes a category and everything below it for good"),),
        parameters={"CateId": CATEGORY_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="AddMediaMarks",
        title="Mark passages of an asset",
        purpose=(
            "Add marks to an asset: passages from a start to an end time with a tag and a text, such as chapters, "
            "bookmarks or review remarks. They are notes beside the asset; the video itself does not change. Each call "
            "adds, it never replaces. Returns the ids of the new marks, comma-separated in MediaMarkIds."
        ),
        effect=Effect.WRITE,
        example={
            "MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "MediaMarks": [
                {"MarkStartTime": 12.5, "MarkEndTime": 48, "MarkTag": "chapter", "MarkContent": "Opening words"}
            ],
        },
        parameters={"MediaId": {"text": "Asset to mark.", "max_bytes": 64}, "MediaMarks": MARKS},
    ),
    OperationNotes(
        operation="GetMediaMarks",
        title="Read certain marks",
        purpose=(
            "Read marks of an asset by their ids: start and end time, tag, text. MediaMarks in the answer is JSON "
            "text. Where the ids are not known, ListMediaMarks gives all marks of the asset."
        ),
        effect=Effect.READ,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "MediaMarkIds": "mark-f82d690c2f0347ad8d5e2d1a"},
        parameters={"MediaId": {"text": "Asset the marks belong to.", "max_bytes": 64}, "MediaMarkIds": MARK_IDS},
        rules=(AtLeastOne(("MediaId", "MediaMarkIds")),),
        idempotent=True,
        rows=Rows(
            "MediaMarks",
            (
                ("MarkId", "MarkId"),
                ("MediaMarkId", "MediaMarkId"),
                ("start_seconds", "MarkStartTime"),
                ("end_seconds", "MarkEndTime"),
                ("content", "MarkContent"),
                ("tag", "MarkTag"),
                ("status", "MarkStatus"),
            ),
        ),
    ),
    OperationNotes(
        operation="ListMediaMarks",
        title="List all marks of an asset",
        purpose=(
            "List every mark of one asset: ids, passages, tags, texts, as JSON text in MediaMarks. There are no "
            "pages. For marks whose ids are known use GetMediaMarks; filtering by ids here is no longer supported."
        ),
        effect=Effect.READ,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        then="UpdateMediaMarks and DeleteMediaMarks take the MarkId values.",
        parameters={
            "MediaId": {"text": "Asset whose marks to list.", "max_bytes": 64},
            "MediaMarkIds": {"hidden": True},
        },
        rules=(AtLeastOne(("MediaId",)),),
        idempotent=True,
        rows=Rows(
            "MediaMarks",
            (
                ("MarkId", "MarkId"),
                ("MediaMarkId", "MediaMarkId"),
                ("start_seconds", "MarkStartTime"),
                ("end_seconds", "MarkEndTime"),
                ("content", "MarkContent"),
                ("tag", "MarkTag"),
                ("status", "MarkStatus"),
            ),
        ),
    ),
    OperationNotes(
        operation="UpdateMediaMarks",
        title="Change marks",
        purpose=(
            "Change marks of an asset: passage, tag, text or status. Each entry names its mark by MarkId, as "
            "ListMediaMarks has it. Give all fields of the mark: whether what is left out stays is not documented. "
            "Look at the result with ListMediaMarks."
        ),
        # Not idempotent: nobody says that an entry which finds no mark does not add one.
        effect=Effect.DESTRUCTIVE,
        example={
            "MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "MediaMarks": [
                {
                    "MarkId": "mark-f82d690c2f0347ad8d5e2d1a",
                    "MarkStartTime": 12.5,
                    "MarkEndTime": 50,
                    "MarkTag": "chapter",
                    "MarkContent": "Welcome",
                }
            ],
        },
        destructive_when=(AskWhen("replaces what marks of an asset say; what they said is not kept"),),
        parameters={"MediaId": {"text": "Asset the marks belong to.", "max_bytes": 64}, "MediaMarks": MARKS},
    ),
    OperationNotes(
        operation="DeleteMediaMarks",
        title="Delete marks",
        purpose=(
            "Delete marks of an asset by their ids. Without MediaMarkIds every mark of the asset is deleted. The "
            "asset and its files stay. It cannot be undone; ListMediaMarks shows what would be lost. Returns the "
            "ids of the deleted marks."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "MediaMarkIds": "mark-f82d690c2f0347ad8d5e2d1a"},
        destructive_when=(
            AskWhen("deletes marks of an asset for good"),
            AskWhen("deletes every mark of the asset, since none is named", path="MediaMarkIds", absent=True),
        ),
        parameters={
            "MediaId": {"text": "Asset the marks belong to.", "max_bytes": 64},
            "MediaMarkIds": {"text": "Comma-separated mark ids; without it, ALL marks.", "comma_list": True},
        },
        rules=(AtLeastOne(("MediaId", "MediaMarkIds")),),
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateAudit",
        title="Record a manual review verdict",
        purpose=(
            "Record the result of a person's review for up to 20 assets: Normal lets them be played, Blocked bars "
            "them and needs a reason. It reviews nothing by itself; for automatic moderation use "
            "SubmitMediaCensorJob. The answer is empty but for its RequestId."
        ),
        effect=Effect.WRITE,
        example={
            "AuditContent": [{"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "Status": "Normal", "Comment": "Checked"}]
        },
        destructive_when=(
            AskWhen(
                "bars assets from being played until they are set to Normal",
                path="AuditContent.Status",
                values=("Blocked",),
            ),
        ),
        parameters={
            "AuditContent": {
                "text": "One entry per asset, at most 20.",
                "kind": "array",
                "json_text": True,
                "items": Parameter(
                    "",
                    "object",
                    fields=(
                        Parameter("Comment", "string", text="Remark, at most 512 bytes.", max_bytes=512),
                        Parameter("MediaId", "string", required=True, text="Id of the asset that was reviewed."),
                        Parameter("Reason", "string", text="Why Blocked; at most 128 bytes.", max_bytes=128),
                        Parameter("Status", "string", required=True, text="Verdict.", choices=("Normal", "Blocked")),
                    ),
                    extra_fields=True,
                ),
            },
        },
        idempotent=True,
    ),
)
