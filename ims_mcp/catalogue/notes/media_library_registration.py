"""Media library: files in OSS registered as assets and renditions; what a registration may say of an asset.

Sources: the documentation pages of the operations (March 2026), the value sets of SDK 6.20.2, and what its models
declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.upload import USER_DATA
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs, Parameter, Poll, Result

OSS_URL = "https://bucket.oss-region.aliyuncs.com/key or oss://bucket/key (bucket in this region)"
SCHEMES = ("http", "https", "oss", "vod")
MEDIA_TYPES = ("image", "video", "audio", "text")
BUSINESS_TYPES = ("subtitles", "watermark", "opening", "ending", "general", "font")
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
    ),
    Parameter("SearchLibName", "string", text="Search library that indexes the asset.", unlisted=True),
)

NOTES = (
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
            "CateId": {"text": "From GetCategories, or give category_name. Default none.", "unlisted": True},
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
            "UserData": USER_DATA,
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
)
