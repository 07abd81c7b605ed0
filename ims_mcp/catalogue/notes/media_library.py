"""Media library: register assets and renditions, read, list, change and delete them, get playback addresses.

Sources: the documentation pages of the operations (March 2026), the value sets of SDK 6.20.2, and what its models
declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.asset_rows import list_assets
from ims_mcp.catalogue.notes.media_library_more import NOTES as MORE
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Needs, Parameter, Poll, Result, Rows

MEDIA_ID: ParameterNotes = {"text": "Id of the asset, 32 hex digits.", "max_bytes": 64}
OSS_URL = "https://bucket.oss-region.aliyuncs.com/key or oss://bucket/key (bucket in this region)"
SCHEMES = ("http", "https", "oss", "vod")
AUTH_TIMEOUT: ParameterNotes = {
    "text": "Seconds that signed URLs live; default 3600.",
    "unlisted": True,
    "minimum": 1,
    "maximum": 86400,
}
MEDIA_TYPES = ("image", "video", "audio", "text")
BUSINESS_TYPES = ("subtitles", "watermark", "opening", "ending", "general", "font")
TITLE: ParameterNotes = {"text": "At most 128 bytes.", "max_bytes": 128}
DESCRIPTION: ParameterNotes = {"text": "At most 1,024 bytes.", "max_bytes": 1024}
TAGS: ParameterNotes = {
    "text": "Comma-separated: at most 16 tags of 32 bytes.",
    "max_parts": 16,
    "max_part_bytes": 32,
    "comma_list": True,
}
COVER_URL: ParameterNotes = {"text": "Cover picture; at most 128 bytes.", "max_bytes": 128}
REFERENCE_ID: ParameterNotes = {
    "text": "Your own unique id: 6 to 64 letters, digits, - or _.",
    "unlisted": True,
    "pattern": "[A-Za-z0-9_-]{6,64}",
}
REGISTER_CONFIG = (
    Parameter("NeedSprite", "boolean", text="Make a sprite sheet; default true.", unlisted=True),
    Parameter("NeedSnapshot", "boolean", text="Make snapshots; default true.", unlisted=True),
    Parameter(
        "CoverConfig",
        "object",
        text="Where the cover comes from.",
        unlisted=True,
        fields=(Parameter("StartTime", "number", text="Second the cover is taken at.", minimum=0, max_decimals=4),),
        extra_fields=True,
    ),
    Parameter("SearchLibName", "string", text="Search library that indexes the asset.", unlisted=True),
)

_FIRST = (
    OperationNotes(
        operation="RegisterMediaInfo",
        title="Register a media asset",
        purpose=(
            "Make a file that lies in OSS (or ApsaraVideo VOD) an asset of the library and get its MediaId. "
            "Nothing is copied. The service then probes the file for 2 to 3 seconds: wait_seconds waits for Normal or "
            "PrepareFail. A URL belongs to one asset: a second registration fails with MediaAlreadyExist, unless "
            "Overwrite=true, which deletes the existing asset and needs confirmation. A repeated call makes no second "
            "asset. For a rendition of an asset use RegisterMediaStream."
        ),
        effect=Effect.WRITE,
        example={
            "InputURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/videos/launch.mp4",
            "Title": "Product launch",
            "MediaTags": "launch,2026",
        },
        then="Attach renditions with RegisterMediaStream, read all of it with GetMediaInfo.",
        sources=("https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-registermediainfo",),
        declares_output=True,
        recovery="Read GetMediaInfo with the same InputURL: if the asset is there, it was registered.",
        destructive_when=(
            AskWhen(
                "deletes the asset that has this URL now, with its title, tags and results",
                path="Overwrite",
                values=("true",),
            ),
        ),
        parameters={
            "InputURL": {
                "text": f"{OSS_URL}, or vod://id. Cannot be changed later.",
                "url_schemes": SCHEMES,
            },
            "Title": {"text": "At most 128 bytes; default made from the date.", "max_bytes": 128},
            "MediaType": {
                "text": "Default: from the file extension.",
                "choices": MEDIA_TYPES,
            },
            "BusinessType": {
                "text": "Purpose of the material; text needs subtitles or font.",
                "choices": BUSINESS_TYPES,
            },
            "Description": DESCRIPTION,
            "MediaTags": TAGS,
            "CateId": {"text": "From GetCategories. Default none."},
            "CoverURL": COVER_URL,
            "ReferenceId": REFERENCE_ID,
            "UserData": {
                "text": (
                    "Any JSON of yours, at most 1,024 bytes. NotifyAddress in it names a callback URL or a queue that "
                    "is told when the registration has ended; the rest comes back as it is."
                ),
                "kind": "object",
                "json_text": True,
                "max_bytes": 1024,
                "extra_fields": True,
            },
            "RegisterConfig": {
                "text": "NeedSprite, NeedSnapshot (default true), CoverConfig.StartTime in seconds, SearchLibName.",
                "kind": "object",
                "json_text": True,
                "fields": REGISTER_CONFIG,
                "extra_fields": True,
            },
            "Overwrite": {"text": "true deletes the asset that has this URL and registers anew; default false."},
            "SmartTagTemplateId": {
                "text": (
                    "Starts a paid AI analysis: S00000101-300080 text understanding, S00000103-000002 all tags, "
                    "S00000103-000001 both."
                ),
                "choices": ("S00000101-300080", "S00000103-000001", "S00000103-000002"),
            },
            "WorkflowId": {"text": "Workflow to run on the new asset. Default none.", "unlisted": True},
            "ClientToken": {
                "text": "32 characters that make a repeat the same call; made for you.",
                "unlisted": True,
                "pattern": "[A-Za-z0-9-]{32,36}",
            },
        },
        rules=(Needs("MediaType", "text", "BusinessType", ("subtitles", "font")),),
        poll=Poll(
            operation="GetMediaInfo",
            arguments=(("MediaId", "MediaId"),),
            status_field="MediaInfo.MediaBasicInfo.Status",
            success=("Normal",),
            failure=("PrepareFail",),
            pending=("Init", "Preparing"),
            result=Result(fields=(("asset", "MediaInfo"),)),
        ),
    ),
    OperationNotes(
        operation="RegisterMediaStream",
        title="Attach a rendition to an asset",
        purpose=(
            "Attach another file in OSS, such as a 720p rendition or an audio-only version, to an existing asset. "
            "Nothing is copied or transcoded. It is probed in the background; wait_seconds waits until GetPlayInfo "
            "lists it as playable. GetMediaInfo then shows it as a transcode_file."
        ),
        effect=Effect.WRITE,
        example={
            "MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "InputURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/videos/launch-720p.mp4",
            "StreamTags": {"quality": "720p"},
        },
        sources=("https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-registermediastream",),
        declares_output=True,
        recovery="Read GetMediaInfo of the asset: if the file is in its list, it was attached.",
        parameters={
            # The page marks both as optional; neither the service nor a person can do anything without them.
            "MediaId": {"text": "The asset that gets it.", "max_bytes": 64, "required": True},
            "InputURL": {
                "text": f"{OSS_URL}. Cannot be changed later.",
                "url_schemes": ("http", "https", "oss"),
                "required": True,
            },
            "StreamTags": {
                "text": 'Your own, such as {"quality": "720p"}; GetPlayInfo returns them.',
                "kind": "object",
                "json_text": True,
                "extra_fields": True,
            },
            "UserData": {
                "text": "Any JSON of yours; MessageCallback.CallbackURL names a callback.",
                "unlisted": True,
                "kind": "object",
                "json_text": True,
                "fields": (
                    Parameter(
                        "MessageCallback",
                        "object",
                        text="Who is told of the end.",
                        unlisted=True,
                        fields=(Parameter("CallbackURL", "string", text="URL that is called."),),
                        extra_fields=True,
                    ),
                    Parameter(
                        "Extend", "object", text="Yours, handed on to the callback.", extra_fields=True, unlisted=True
                    ),
                ),
                "extra_fields": True,
            },
        },
        poll=Poll(
            operation="GetPlayInfo",
            arguments=(("MediaId", "MediaId"),),
            status_field="PlayInfoList[].Status",
            success=("Normal",),
            entry=("FileURL", "InputURL"),
            result=Result(fields=(("streams", "PlayInfoList"),)),
        ),
    ),
    OperationNotes(
        operation="GetMediaInfo",
        title="Inspect a media asset",
        purpose=(
            "Everything known of one asset: status, title, tags, category, and for every file container, size, "
            "duration, bitrate, resolution, video codec with profile and level, frame rate, audio and subtitle "
            "tracks, plus AI results (chapters, labels, people, transcript). Answers with a short typed summary; "
            "view=files and ai page through the details, view=full is the whole response as far as it fits."
        ),
        effect=Effect.READ,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        sources=("https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-getmediainfo",),
        signed_addresses=True,
        parameters={
            "MediaId": {"text": "Id of the asset; wins over InputURL.", "max_bytes": 64},
            "InputURL": {"text": "Address the asset was registered with.", "url_schemes": SCHEMES},
            "OutputType": {
                "text": "oss (default), or cdn for assets imported from VOD with a CDN domain.",
                "unlisted": True,
                "choices": ("oss", "cdn"),
            },
            "ReturnDetailedInfo": {
                "text": "AI results as content instead of an address; set by views summary and ai.",
                "unlisted": True,
                "kind": "object",
                "json_text": True,
                "fields": (
                    Parameter("AiRoughData.StandardSmartTagJob", "boolean", text="true: content; default false."),
                ),
            },
            "AuthTimeout": AUTH_TIMEOUT,
        },
        rules=(AtLeastOne(("MediaId", "InputURL")),),
        idempotent=True,
    ),
    OperationNotes(
        operation="BatchGetMediaInfos",
        title="Read several assets",
        purpose=(
            "Read several assets by id in one call: basic information and the facts of their files. Ids that do not "
            "exist come back in IgnoredList instead of failing the call. For one asset in detail use GetMediaInfo."
        ),
        effect=Effect.READ,
        declares_output=True,
        example={
            "MediaIds": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90,5f2d1a7c9b3e4d68a0c4e6f81b2d3a75",
            "AdditionType": "FileInfo",
        },
        signed_addresses=True,
        parameters={
            "MediaIds": {
                "text": "Comma-separated asset ids.",
                "required": True,
                "comma_list": True,
                "max_part_bytes": 64,
            },
            "AdditionType": {
                "text": "Comma-separated: FileInfo (set unless given), DynamicMetaData.",
                "unlisted": True,
                "comma_list": True,
            },
            "AuthTimeout": AUTH_TIMEOUT,
        },
        idempotent=True,
        rows=list_assets("MediaInfos"),
    ),
    OperationNotes(
        operation="ListMediaBasicInfos",
        title="List assets",
        purpose=(
            "List the assets of the library, newest first, filtered by exact media type, business type, source, "
            "status and creation time, with size, duration and resolution of the source file. To find one by its title "
            "use find_media."
        ),
        effect=Effect.READ,
        declares_output=True,
        example={"IncludeFileBasicInfo": True, "MaxResults": 20},
        then="GetMediaInfo reads one of them.",
        signed_addresses=True,
        parameters={
            "MediaType": {"text": "Only this type.", "choices": MEDIA_TYPES},
            "Status": {"text": "Only this status.", "choices": ("Init", "Preparing", "PrepareFail", "Normal")},
            "Source": {
                "text": "Only this source. Where the file came from: OSS, VOD, a live recording, or elsewhere.",
                "hints": ("oss", "vod", "live", "general"),
            },
            "BusinessType": {"text": "Only this business type.", "hints": BUSINESS_TYPES},
            "StartTime": {
                "text": "Created after this UTC time: 2026-01-31T08:00:00Z.",
                "pattern": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
            },
            "EndTime": {
                "text": "Created at or before this UTC time: 2026-01-31T08:00:00Z.",
                "pattern": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
            },
            "IncludeFileBasicInfo": {
                "text": "Add size, duration and resolution of the files; set unless given.",
                "unlisted": True,
            },
            "MaxResults": {"text": "Assets a page; default 10.", "minimum": 1, "maximum": 100},
            "NextToken": {"text": "Token of the previous page."},
            "SortBy": {"text": "By creation time; default desc.", "choices": ("desc", "asc")},
            "MediaId": {"text": "Only this asset.", "max_bytes": 64, "unlisted": True},
            "AuthTimeout": AUTH_TIMEOUT,
        },
        idempotent=True,
        rows=list_assets("MediaInfos"),
    ),
    OperationNotes(
        operation="UpdateMediaInfo",
        title="Change an asset's basic information",
        purpose=(
            "Change title, description, tags, category, cover, purpose, reference id or user data of an asset. "
            "What is not given, or empty, stays. MediaTags replaces all tags unless AppendTags=true. The address an "
            "asset was registered with cannot be changed: InputURL only finds the asset where MediaId is not given."
        ),
        effect=Effect.WRITE,
        declares_output=True,
        example={
            "MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "Title": "Product launch, final cut",
            "MediaTags": "final",
            "AppendTags": True,
        },
        recovery="Read GetMediaInfo of the asset and compare; with AppendTags=true a second call adds the tags twice.",
        parameters={
            "MediaId": {"text": "Id of the asset; wins over InputURL.", "max_bytes": 64},
            "InputURL": {"text": "Address the asset was registered with.", "url_schemes": SCHEMES},
            "Title": TITLE,
            "Description": DESCRIPTION,
            "MediaTags": TAGS,
            "AppendTags": {"text": "true adds MediaTags to the existing ones; default false."},
            "CateId": {"text": "Category id."},
            "Category": {"text": "A label, files nothing; 64 bytes.", "max_bytes": 64},
            "CoverURL": COVER_URL,
            "BusinessType": {"text": "Purpose of the material.", "choices": BUSINESS_TYPES},
            "ReferenceId": REFERENCE_ID,
            "UserData": {
                "text": "Any JSON of yours, at most 1,024 bytes. It replaces what was there.",
                "kind": "object",
                "json_text": True,
                "max_bytes": 1024,
                "extra_fields": True,
            },
        },
        rules=(AtLeastOne(("MediaId", "InputURL")),),
    ),
    OperationNotes(
        operation="DeleteMediaInfos",
        title="Delete assets",
        purpose=(
            "Delete up to 20 assets from the library, by id or by the address they were registered with. The files "
            "in OSS stay unless DeletePhysicalFiles=true, which cannot be undone. Needs confirmation. Assets that do "
            "not exist come back in IgnoredList, those you may not delete in ForbiddenList."
        ),
        effect=Effect.DESTRUCTIVE,
        declares_output=True,
        example={"MediaIds": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        recovery="Look with GetMediaInfo or BatchGetMediaInfos which of the assets are still there.",
        destructive_when=(
            AskWhen("deletes assets from the library for good"),
            AskWhen(
                "leaves their files in OSS where they are", path="DeletePhysicalFiles", values=("false",), absent=True
            ),
            AskWhen(
                "deletes their files in OSS too, which cannot be undone", path="DeletePhysicalFiles", values=("true",)
            ),
        ),
        parameters={
            "MediaIds": {
                "text": "Comma-separated asset ids, at most 20; win over InputURLs.",
                "max_parts": 20,
                "max_part_bytes": 64,
                "comma_list": True,
            },
            "InputURLs": {
                "text": "Comma-separated addresses, at most 20. As they were registered: "
                "https://bucket.oss-region.aliyuncs.com/key or oss://bucket/key.",
                "max_parts": 20,
                "comma_list": True,
            },
            "DeletePhysicalFiles": {
                "text": "true deletes the files too; default false. In a bucket of your own the role "
                "AliyunICEDefaultRole has to be allowed to."
            },
        },
        rules=(AtLeastOne(("MediaIds", "InputURLs")),),
        idempotent=True,
    ),
    OperationNotes(
        operation="GetPlayInfo",
        title="Get playback addresses",
        purpose=(
            "List the playable streams of an asset with format, resolution, bitrate, definition, HDR type and the "
            "StreamTags they were registered with. Use it to choose what to play or to see whether a rendition has "
            "arrived. Play URLs lose their signature unless include_signed_urls=true."
        ),
        effect=Effect.READ,
        declares_output=True,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        signed_addresses=True,
        parameters={
            "MediaId": {"text": "Id of the asset; wins over InputURL.", "max_bytes": 64},
            "InputURL": {"text": "Address the asset was registered with.", "url_schemes": SCHEMES},
            "AuthTimeout": AUTH_TIMEOUT,
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
)

NOTES = (*_FIRST, *MORE)
