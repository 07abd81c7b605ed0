"""MediaPackage, live: the origin endpoints that hand a stream out, with playlist, DRM and who may fetch.

Sources: what SDK 6.20.2 declares and the operation pages say. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.packaging_live import AT_CHANNEL, CHANNEL, GROUP, KEYWORD, NEW_NAME, PAGE_EXAMPLE, PAGING
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Rows

ENDPOINT_PAGE = "https://help.aliyun.com/en/ims/developer-reference/api-ice-2020-11-09-createlivepackageoriginendpoint"
ENDPOINT: ParameterNotes = {"text": "Name of the origin endpoint, from ListLivePackageOriginEndpoints."}
ENDPOINT_DESCRIPTION: ParameterNotes = {"text": "What the endpoint is for, in words of yours."}
AT_ENDPOINT = {**AT_CHANNEL, "EndpointName": "hls"}
ENDPOINT_SECRETS = ("AuthorizationCode",)
SYSTEM_IDS = (
    "FairPlay 94ce86fb-07ff-4f43-adb8-93d2fa968ca2, Widevine edef8ba9-79d6-4ace-a3c8-27dcd51d21ed, PlayReady "
    "9a04f079-9840-4286-ab92-e65be0885f95."
)
MANIFEST: dict[str, ParameterNotes] = {
    "SegmentCount": {
        "text": "Segments in the playlist; default that of the channel. HLS and HLS_CMAF.",
        "minimum": 2,
        "maximum": 100,
    },
    "StreamOrder": {
        "text": "Order of the renditions in the master playlist.",
        "hints": ("ORIGINAL", "VIDEO_BITRATE_ASCENDING", "VIDEO_BITRATE_DESCENDING"),
    },
    "MinVideoBitrate": {"text": "Renditions below this bit/s are left out; default none.", "minimum": 1},
    "MaxVideoBitrate": {
        "text": "Renditions above this bit/s are left out; default none.",
        "minimum": 1,
        "not_before": "MinVideoBitrate",
    },
    "AdMarkers": {
        "text": "Ad markers: NONE removes them. DATE_RANGE keeps them as EXT-X-DATERANGE (HLS, HLS_CMAF), XML as DASH "
        "has them.",
        "hints": ("NONE", "DATE_RANGE", "XML"),
    },
    "DateTimeInterval": {
        "text": "Seconds between EXT-X-PROGRAM-DATE-TIME tags; default none. HLS and HLS_CMAF.",
        "minimum": 1,
        "maximum": 3600,
    },
    "ManifestDuration": {
        "text": "Seconds of the stream that the manifest offers; default 60. DASH only.",
        "minimum": 1,
        "maximum": 3600,
    },
    "MinBufferTime": {
        "text": "Least buffer in seconds; default 2 segments. DASH only; shorter makes playback halt.",
        "minimum": 1,
        "maximum": 30,
    },
    "MinUpdatePeriod": {
        "text": "Seconds between fetches of the manifest; default 2 segments. DASH only; keep it below MinBufferTime.",
        "minimum": 1,
        "maximum": 3600,
    },
    "PresentationDelay": {
        "text": "Seconds that players should lag behind; default 3 segments.",
        "minimum": 1,
        "maximum": 60,
    },
    "SegmentTemplateFormat": {
        "text": "How segments are named, DASH only: NUMBER_TIMELINE (default).",
        "hints": ("NUMBER_TIMELINE",),
    },
    "PartHoldBackMs": {
        "text": "Low-latency HLS: ms that players stay behind the live edge.",
        "inferred": True,
    },
}
DRM: dict[str, ParameterNotes] = {
    "Url": {"text": "Address of the DRM provider that hands out keys."},
    "ContentId": {
        "text": "Id of this stream in the DRM system, unique. Up to 256 letters, digits, - or _.",
        "pattern": "[A-Za-z0-9_-]{1,256}",
    },
    "SystemIds": {
        "text": f"DRM systems by UUID; none with HLS. HLS_CMAF takes all three, DASH the last two: {SYSTEM_IDS}"
    },
    "EncryptionMethod": {"text": "Encryption; left out: none.", "hints": ("SAMPLE_AES",)},
    "IV": {"text": "Start vector, 32 hex digits; left out: made for you.", "pattern": "[0-9A-Fa-f]{32}"},
    "RotatePeriod": {"text": "Seconds after which keys change; default 0, never.", "minimum": 0},
}
ENDPOINT_SETTINGS: dict[str, ParameterNotes] = {
    "Protocol": {"text": "What it hands out: HLS, HLS_CMAF or DASH.", "hints": ("HLS", "HLS_CMAF", "DASH")},
    "AuthorizationCode": {
        "text": "Secret that requests have to carry. At most 200 letters, digits, -, _ or dots. Give it, IpWhitelist "
        "or both.",
        "pattern": "[A-Za-z0-9_.-]{1,200}",
    },
    "IpWhitelist": {
        "text": "Addresses that may fetch, comma-separated: 192.168.1.0/24. Not 0.0.0.0/0.",
        "max_characters": 1000,
        "comma_list": True,
    },
    "IpBlacklist": {
        "text": "Addresses that may not fetch, comma-separated: 103.21.222.1/32. Not 0.0.0.0/0.",
        "max_characters": 1000,
        "comma_list": True,
    },
    "ManifestName": {"text": "Name of the playlist in the address; default manifest."},
    "TimeshiftVision": {"text": "Days viewers can go back; default 0, none.", "minimum": 0, "maximum": 30},
    "LivePackagingConfig": {
        "text": "Segments, playlist and DRM; left out: as the channel has them.",
        "nested": {
            "SegmentDuration": {
                "text": "Segment length in seconds; default that of the channel. The next multiple of the channel's is "
                "taken.",
                "minimum": 1,
                "maximum": 30,
            },
            "LiveManifestConfigs": {"text": "The playlist: a list of one entry.", "nested": MANIFEST},
            "DrmConfig": {"text": "DRM; left out: not encrypted.", "nested": DRM},
            "UseAudioRenditionGroups": {"text": "true puts the sound in streams of its own, not into the TS segments."},
            "PartDurationMs": {"text": "Low-latency HLS: length of a part in ms.", "inferred": True},
        },
    },
}

NOTES = (
    OperationNotes(
        operation="CreateLivePackageOriginEndpoint",
        title="Publish a live stream",
        purpose=(
            "Make an origin endpoint of a MediaPackage channel: the form in which viewers or a CDN fetch the stream "
            "(protocol, playlist, DRM, time shift, who may). Returns EndpointUrl, the address to play. One channel can "
            "have several, such as one for HLS and one for DASH. Who may fetch has to be limited by a code or by "
            "address."
        ),
        effect=Effect.WRITE,
        heed="TimeshiftVision in days. IpWhitelist (not 0.0.0.0/0) or AuthorizationCode is needed.",
        parameters={
            "GroupName": GROUP,
            "ChannelName": CHANNEL,
            "EndpointName": NEW_NAME,
            **ENDPOINT_SETTINGS,
            "Description": ENDPOINT_DESCRIPTION,
        },
        rules=(AtLeastOne(("AuthorizationCode", "IpWhitelist")),),
        example={
            **AT_ENDPOINT,
            "Protocol": "HLS",
            "IpWhitelist": "203.0.113.0/24",
            "ManifestName": "index",
            "TimeshiftVision": 1,
            "LivePackagingConfig": {
                "SegmentDuration": 6,
                "LiveManifestConfigs": [{"AdMarkers": "NONE", "StreamOrder": "ORIGINAL"}],
            },
        },
        then="LivePackageOriginEndpoint.EndpointUrl is the address to play; AddAdInsertion puts ads into it.",
        sources=(ENDPOINT_PAGE,),
        secret_fields=ENDPOINT_SECRETS,
        secrets_read_by="GetLivePackageOriginEndpoint",
        costs="What is packaged and fetched through it is billed.",
    ),
    OperationNotes(
        operation="GetLivePackageOriginEndpoint",
        title="Inspect a live origin",
        purpose=(
            "Read one origin endpoint of a MediaPackage channel: EndpointUrl to play, protocol, packaging and DRM "
            "settings, time shift, and the addresses that may fetch. Its authorization code stays hidden unless "
            "include_credentials. Only this call shows LivePackagingConfig; the list does not."
        ),
        effect=Effect.READ,
        parameters={"GroupName": GROUP, "ChannelName": CHANNEL, "EndpointName": ENDPOINT},
        idempotent=True,
        example=AT_ENDPOINT,
        secret_fields=ENDPOINT_SECRETS,
    ),
    OperationNotes(
        operation="ListLivePackageOriginEndpoints",
        title="List live origins",
        purpose=(
            "Find the origin endpoints of one MediaPackage channel, with their playback addresses (EndpointUrl) and "
            "access limits, newest first. Packaging settings are left out: see GetLivePackageOriginEndpoint. "
            "Authorization codes stay hidden unless include_credentials. Pages with PageNo and PageSize."
        ),
        effect=Effect.READ,
        parameters={"GroupName": GROUP, "ChannelName": CHANNEL, "Keyword": KEYWORD, **PAGING},
        idempotent=True,
        example={**AT_CHANNEL, **PAGE_EXAMPLE},
        rows=Rows(
            path="LivePackageOriginEndpoints",
            columns=(
                ("EndpointName", "EndpointName"),
                ("Protocol", "Protocol"),
                ("EndpointUrl", "EndpointUrl"),
                ("timeshift_days", "TimeshiftVision"),
                ("allowed", "IpWhitelist"),
                ("refused", "IpBlacklist"),
                ("created", "CreateTime"),
            ),
        ),
        then="Segments and DRM of one are shown by GetLivePackageOriginEndpoint.",
        secret_fields=ENDPOINT_SECRETS,
    ),
    OperationNotes(
        operation="UpdateLivePackageOriginEndpoint",
        title="Change a live origin",
        purpose=(
            "Replace the settings of an origin endpoint of a MediaPackage channel: access limits, playlist name, time "
            "shift, packaging and DRM. Read it with GetLivePackageOriginEndpoint and send again what should stay, "
            "the code or the allowed addresses among it."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Replaces all settings: send what stays as well, from GetLivePackageOriginEndpoint.",
        destructive_when=(
            AskWhen(
                "replaces the settings of an origin endpoint and who may fetch from it; what is not sent again is lost",
                shows=("AuthorizationCode", "IpWhitelist", "IpBlacklist"),
            ),
        ),
        parameters={
            "GroupName": GROUP,
            "ChannelName": CHANNEL,
            "EndpointName": ENDPOINT,
            **ENDPOINT_SETTINGS,
            "Description": ENDPOINT_DESCRIPTION,
        },
        rules=(AtLeastOne(("AuthorizationCode", "IpWhitelist")),),
        example={**AT_ENDPOINT, "Protocol": "HLS", "IpWhitelist": "203.0.113.0/24", "TimeshiftVision": 7},
        idempotent=True,
        secret_fields=ENDPOINT_SECRETS,
        secrets_read_by="GetLivePackageOriginEndpoint",
    ),
    OperationNotes(
        operation="DeleteLivePackageOriginEndpoint",
        title="Delete a live origin",
        purpose=(
            "Remove an origin endpoint of a MediaPackage channel for good: whoever plays its EndpointUrl loses the "
            "stream. The channel and its other endpoints go on."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes an origin endpoint for good: whoever plays from it loses the stream"),),
        parameters={"GroupName": GROUP, "ChannelName": CHANNEL, "EndpointName": ENDPOINT},
        idempotent=True,
        example=AT_ENDPOINT,
    ),
)
