"""Media library: playback addresses, streams that are deleted, the list of videos, playback records.

Sources: the documentation pages of the operations (March 2026), the value sets of SDK 6.20.2, and what its models
declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.media_library_assets import AUTH_TIMEOUT
from ims_mcp.catalogue.notes.media_library_registration import SCHEMES
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Rows

CREATION_ORDER: ParameterNotes = {
    "text": "Default CreationTime:Desc, newest first.",
    "choices": ("CreationTime:Desc", "CreationTime:Asc"),
}

NOTES = (
    OperationNotes(
        operation="GetPlayInfo",
        title="Get playback addresses",
        purpose=(
            "List the playable streams of an asset with format, resolution, bitrate, definition and StreamTags; see "
            "whether a rendition has arrived. Play URLs lose their signature unless include_signed_urls=true."
        ),
        effect=Effect.READ,
        declares_output=True,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        signed_addresses=True,
        parameters={
            "MediaId": {"text": "Id or title:WORDS; wins over InputURL.", "max_bytes": 64},
            "InputURL": {"text": "Address the asset was registered with.", "url_schemes": SCHEMES},
            "AuthTimeout": {**AUTH_TIMEOUT, "unlisted": False},
        },
        rules=(AtLeastOne(("MediaId", "InputURL")),),
        idempotent=True,
        rows=Rows(
            "PlayInfoList",
            (
                ("url", "PlayURL"),
                ("definition", "Definition"),
                ("format", "Format"),
                ("resolution", "Width"),
                ("duration_seconds", "Duration"),
                ("size_bytes", "Size"),
                ("bitrate_kbps", "Bitrate"),
                ("fps", "Fps"),
                ("status", "Status"),
                ("encrypt_type", "EncryptType"),
            ),
        ),
    ),
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
        heed="The stream's file stays in OSS unless DeletePhysicalFiles is true.",
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
            "EndTime": {
                "text": "Created up to this UTC time, after StartTime: 2026-01-31T08:00:00Z.",
                "not_before": "StartTime",
            },
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
        heed="BeginTs and EndTs are Unix milliseconds, at most 24 hours apart.",
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
            "EndTs": {
                "text": "End of the span, Unix milliseconds. At most 24 hours after BeginTs.",
                "not_before": "BeginTs",
            },
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
)
