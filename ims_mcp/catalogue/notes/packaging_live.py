"""MediaPackage, live: channel groups, the channels that take a stream in, the origin endpoints that hand it out.

Sources: what SDK 6.20.2 declares and the operation pages say. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect

NEW_NAME: ParameterNotes = {
    "text": "1 to 200 letters, digits, - or _; cannot change later.",
    "pattern": "[A-Za-z0-9_-]{1,200}",
}
GROUP: ParameterNotes = {"text": "Name of the channel group."}
CHANNEL: ParameterNotes = {"text": "Name of the channel in that group."}
ENDPOINT: ParameterNotes = {"text": "Name of the origin endpoint."}
DESCRIPTION: ParameterNotes = {"text": "At most 1,000 characters.", "max_characters": 1000}
KEYWORD: ParameterNotes = {"text": "Part of the name or description."}
INGEST_PROTOCOL: ParameterNotes = {"text": "Only HLS so far.", "hints": ("HLS",)}
SEGMENT_COUNT: ParameterNotes = {"text": "Segments in the incoming playlist.", "minimum": 2, "maximum": 100}
SEGMENT_DURATION: ParameterNotes = {"text": "Incoming segment length in seconds.", "minimum": 1, "maximum": 30}
ENDPOINT_SETTINGS: dict[str, ParameterNotes] = {
    "Protocol": {"text": "What it hands out: HLS, HLS_CMAF or DASH.", "hints": ("HLS", "HLS_CMAF", "DASH")},
    "AuthorizationCode": {
        "text": "Secret that requests have to carry: at most 200 letters, digits, -, _ or dots.",
        "pattern": "[A-Za-z0-9_.-]{1,200}",
    },
    "IpWhitelist": {
        "text": "Addresses or ranges allowed, comma-separated; not 0.0.0.0/0.",
        "max_characters": 1000,
        "comma_list": True,
    },
    "IpBlacklist": {
        "text": "Addresses or ranges refused, comma-separated; not 0.0.0.0/0.",
        "max_characters": 1000,
        "comma_list": True,
    },
    "ManifestName": {"text": "Name of the playlist; default manifest."},
    "TimeshiftVision": {"text": "Days viewers can go back; default 0, none.", "minimum": 0, "maximum": 30},
    "LivePackagingConfig": {
        "text": "Segments, playlist and DRM.",
        "nested": {
            "SegmentDuration": {"text": "Seconds; default that of the channel.", "minimum": 1, "maximum": 30},
            "LiveManifestConfigs": {
                "text": "At most one. AdMarkers NONE, DATE_RANGE (HLS) or XML (DASH).",
            },
            "DrmConfig": {"text": "None: not encrypted. SystemIds: not with HLS."},
            "UseAudioRenditionGroups": {"text": "Audio apart from the video segments."},
        },
    },
}
INGEST_SECRETS = ("Username", "Password")
ENDPOINT_SECRETS = ("AuthorizationCode",)

NOTES = (
    OperationNotes(
        operation="CreateLivePackageChannelGroup",
        title="Set up a live packaging group",
        purpose=(
            "Make a channel group, the container of MediaPackage live channels, and get the origin domain "
            "(OriginDomain) that all its channels are played from. First step of live packaging: then "
            "CreateLivePackageChannel and CreateLivePackageOriginEndpoint. For videos on demand use "
            "CreateVodPackagingGroup."
        ),
        effect=Effect.WRITE,
        parameters={"GroupName": NEW_NAME, "Description": DESCRIPTION},
    ),
    OperationNotes(
        operation="GetLivePackageChannelGroup",
        title="Inspect a live packaging group",
        purpose=(
            "Read one MediaPackage channel group by name: its description, times and OriginDomain, the host to put "
            "behind a CDN. The channels in it are listed by ListLivePackageChannels."
        ),
        effect=Effect.READ,
        parameters={"GroupName": GROUP},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListLivePackageChannelGroups",
        title="List live packaging groups",
        purpose=(
            "Find MediaPackage channel groups by part of their name or description, with origin domain and times, "
            "newest first. Pages with PageNo and PageSize (at most 100) up to TotalCount. Start here when no group "
            "name is known: every other live packaging call needs one."
        ),
        effect=Effect.READ,
        parameters={"Keyword": KEYWORD},
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateLivePackageChannelGroup",
        title="Describe a live packaging group",
        purpose=(
            "Change the description of a MediaPackage channel group; nothing else of it can change, neither its name "
            "nor its domain. Returns the group as it is now."
        ),
        effect=Effect.WRITE,
        parameters={"GroupName": GROUP, "Description": DESCRIPTION},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteLivePackageChannelGroup",
        title="Delete a live packaging group",
        purpose=(
            "Remove an empty MediaPackage channel group for good; its origin domain is gone. Refused while it holds "
            "channels: remove each with DeleteLivePackageChannel first."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a channel group for good, with its origin domain"),),
        parameters={"GroupName": GROUP},
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateLivePackageChannel",
        title="Open a live packaging channel",
        purpose=(
            "Make a MediaPackage channel, which takes in one live HLS stream, with two ingest endpoints, primary and "
            "backup, whose user names and passwords are hidden unless include_credentials. Name it as output of "
            "CreateMediaLiveChannel or push to it yourself; what viewers get is made by "
            "CreateLivePackageOriginEndpoint."
        ),
        effect=Effect.WRITE,
        parameters={
            "GroupName": GROUP,
            "ChannelName": NEW_NAME,
            "Protocol": INGEST_PROTOCOL,
            "SegmentCount": SEGMENT_COUNT,
            "SegmentDuration": SEGMENT_DURATION,
            "Description": DESCRIPTION,
        },
        secret_fields=INGEST_SECRETS,
    ),
    OperationNotes(
        operation="GetLivePackageChannel",
        title="Inspect a live packaging channel",
        purpose=(
            "Read one MediaPackage channel: protocol, segment settings and its ingest endpoints. Their user names "
            "and passwords stay hidden unless include_credentials. Playback addresses are not here: see "
            "ListLivePackageOriginEndpoints."
        ),
        effect=Effect.READ,
        parameters={"GroupName": GROUP, "ChannelName": CHANNEL},
        idempotent=True,
        secret_fields=INGEST_SECRETS,
    ),
    OperationNotes(
        operation="ListLivePackageChannels",
        title="List live packaging channels",
        purpose=(
            "Find MediaPackage channels of one group by part of their name or description, newest first. Ingest user "
            "names and passwords stay hidden unless include_credentials. Pages with PageNo and PageSize up to "
            "TotalCount. Live encoders are in ListMediaLiveChannels, MediaWeaver channels in ListChannels."
        ),
        effect=Effect.READ,
        parameters={"GroupName": GROUP, "Keyword": KEYWORD},
        idempotent=True,
        secret_fields=INGEST_SECRETS,
    ),
    OperationNotes(
        operation="UpdateLivePackageChannel",
        title="Change a live packaging channel",
        purpose=(
            "Set segment length, number of segments in the playlist and description of a MediaPackage channel. "
            "Protocol has to be sent again; names and ingest addresses stay. For new ingest passwords use "
            "UpdateLivePackageChannelCredentials."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen("changes the number of segments of a live channel for everyone who plays it", path="SegmentCount"),
            AskWhen("changes the segment length of a live channel for everyone who plays it", path="SegmentDuration"),
        ),
        parameters={
            "GroupName": GROUP,
            "ChannelName": CHANNEL,
            "Protocol": INGEST_PROTOCOL,
            "SegmentCount": SEGMENT_COUNT,
            "SegmentDuration": SEGMENT_DURATION,
            "Description": DESCRIPTION,
        },
        idempotent=True,
        secret_fields=INGEST_SECRETS,
    ),
    OperationNotes(
        operation="UpdateLivePackageChannelCredentials",
        title="Renew ingest passwords",
        purpose=(
            "Generate new user names and passwords for the ingest endpoints of a MediaPackage channel, for instance "
            "after a leak. The old ones stop working, so an encoder that still uses them goes dark: renew one endpoint "
            "while the other carries the stream. Every call renews again. The new ones are hidden unless "
            "include_credentials."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("replaces ingest passwords for good; an encoder that uses the old ones goes dark"),),
        parameters={
            "GroupName": GROUP,
            "ChannelName": CHANNEL,
            "RotateCredentials": {"text": "1 primary, 2 backup, 3 both.", "minimum": 1, "maximum": 3},
        },
        secret_fields=INGEST_SECRETS,
    ),
    OperationNotes(
        operation="DeleteLivePackageChannel",
        title="Delete a live packaging channel",
        purpose=(
            "Remove a MediaPackage channel for good; its ingest addresses stop working. Refused while it has origin "
            "endpoints: remove each with DeleteLivePackageOriginEndpoint first."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a live packaging channel for good; its ingest addresses stop working"),),
        parameters={"GroupName": GROUP, "ChannelName": CHANNEL},
        idempotent=True,
    ),
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
        parameters={
            "GroupName": GROUP,
            "ChannelName": CHANNEL,
            "EndpointName": NEW_NAME,
            **ENDPOINT_SETTINGS,
        },
        rules=(AtLeastOne(("AuthorizationCode", "IpWhitelist")),),
        secret_fields=ENDPOINT_SECRETS,
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
        parameters={"GroupName": GROUP, "ChannelName": CHANNEL, "Keyword": KEYWORD},
        idempotent=True,
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
        },
        rules=(AtLeastOne(("AuthorizationCode", "IpWhitelist")),),
        idempotent=True,
        secret_fields=ENDPOINT_SECRETS,
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
    ),
)
