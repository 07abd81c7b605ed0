"""Media library: assets read, listed, changed and deleted.

Sources: the documentation pages of the operations (March 2026), the value sets of SDK 6.20.2, and what its models
declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.asset_rows import list_assets
from ims_mcp.catalogue.notes.media_library_registration import (
    BUSINESS_TYPES,
    COVER_URL,
    DESCRIPTION,
    MEDIA_TYPES,
    REFERENCE_ID,
    SCHEMES,
    TAGS,
)
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter

AUTH_TIMEOUT: ParameterNotes = {
    "text": "Seconds that signed URLs live; default 3600.",
    "unlisted": True,
    "minimum": 1,
    "maximum": 86400,
}
TITLE: ParameterNotes = {"text": "At most 128 bytes.", "max_bytes": 128}

NOTES = (
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
            "MediaId": {"text": "Id or title:WORDS; wins over InputURL.", "max_bytes": 64},
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
                "not_before": "StartTime",
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
            "MediaId": {"text": "Id or title:WORDS; wins over InputURL.", "max_bytes": 64},
            "InputURL": {"text": "Address the asset was registered with.", "url_schemes": SCHEMES},
            "Title": TITLE,
            "Description": DESCRIPTION,
            "MediaTags": TAGS,
            "AppendTags": {"text": "true adds MediaTags to the existing ones; default false."},
            "CateId": {"text": "Category id, or give category_name.", "unlisted": True},
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
)
