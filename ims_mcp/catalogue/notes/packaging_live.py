"""MediaPackage, live: channel groups, and the channels that take a stream in.

Sources: what SDK 6.20.2 declares and the operation pages say. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Rows

NEW_NAME: ParameterNotes = {
    "text": "New name: 1 to 200 letters, digits, - or _; it cannot change.",
    "pattern": "[A-Za-z0-9_-]{1,200}",
}
GROUP: ParameterNotes = {"text": "Name of the channel group, from ListLivePackageChannelGroups."}
CHANNEL: ParameterNotes = {"text": "Name of the channel in that group, from ListLivePackageChannels."}
DESCRIPTION: ParameterNotes = {"text": "What it is for, at most 1,000 characters.", "max_characters": 1000}
KEYWORD: ParameterNotes = {"text": "Part of the name or description; left out: all."}
PAGING: dict[str, ParameterNotes] = {
    "PageNo": {"text": "Page, from 1; default 1.", "minimum": 1},
    "PageSize": {"text": "Entries a page; default 10.", "minimum": 1},
    "SortBy": {
        "text": "Order by creation time: desc (default) is newest first.",
        "choices": ("desc", "asc"),
    },
}
INGEST_PROTOCOL: ParameterNotes = {"text": "How the stream comes in: only HLS so far.", "hints": ("HLS",)}
SEGMENT_COUNT: ParameterNotes = {
    "text": "Segments in the incoming playlist, such as 3. Give it: what leaving it out does is not said.",
    "minimum": 2,
    "maximum": 100,
}
SEGMENT_DURATION: ParameterNotes = {
    "text": "Incoming segment length in seconds, such as 6. Give it: what leaving it out does is not said.",
    "minimum": 1,
    "maximum": 30,
}
GROUP_NAME = "stage"
AT_CHANNEL = {"GroupName": GROUP_NAME, "ChannelName": "main"}
PAGE_EXAMPLE = {"PageNo": 1, "PageSize": 20}
INGEST_SECRETS = ("Username", "Password")

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
        example={"GroupName": GROUP_NAME, "Description": "Streams from the stage"},
        then="Open a channel in it with CreateLivePackageChannel.",
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
        example={"GroupName": GROUP_NAME},
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
        parameters={
            "Keyword": KEYWORD,
            **PAGING,
            "PageSize": {"text": "Entries a page; default 10, at most 100.", "minimum": 1, "maximum": 100},
        },
        idempotent=True,
        example={**PAGE_EXAMPLE},
        rows=Rows(
            path="LivePackageChannelGroups",
            columns=(
                ("GroupName", "GroupName"),
                ("OriginDomain", "OriginDomain"),
                ("Description", "Description"),
                ("created", "CreateTime"),
                ("modified", "LastModified"),
            ),
        ),
        then="List the channels of one with ListLivePackageChannels.",
    ),
    OperationNotes(
        operation="UpdateLivePackageChannelGroup",
        title="Describe a live packaging group",
        purpose=(
            "Change the description of a MediaPackage channel group; nothing else of it can change, neither its name "
            "nor its domain. Returns the group as it is now."
        ),
        effect=Effect.WRITE,
        parameters={
            "GroupName": GROUP,
            "Description": {"text": "New description, at most 1,000 characters.", "max_characters": 1000},
        },
        idempotent=True,
        example={"GroupName": GROUP_NAME, "Description": "Streams from the stage, second season"},
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
        example={"GroupName": GROUP_NAME},
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
        heed="Where to push, with user and password: GetLivePackageChannel with include_credentials.",
        parameters={
            "GroupName": GROUP,
            "ChannelName": NEW_NAME,
            "Protocol": INGEST_PROTOCOL,
            "SegmentCount": SEGMENT_COUNT,
            "SegmentDuration": SEGMENT_DURATION,
            "Description": DESCRIPTION,
        },
        secret_fields=INGEST_SECRETS,
        secrets_read_by="GetLivePackageChannel",
        example={**AT_CHANNEL, "Protocol": "HLS", "SegmentCount": 3, "SegmentDuration": 6},
        then="Publish it with CreateLivePackageOriginEndpoint; GetLivePackageChannel tells where to push.",
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
        example=AT_CHANNEL,
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
        parameters={"GroupName": GROUP, "Keyword": KEYWORD, **PAGING},
        idempotent=True,
        example={"GroupName": GROUP_NAME, **PAGE_EXAMPLE},
        rows=Rows(
            path="LivePackageChannels",
            columns=(
                ("ChannelName", "ChannelName"),
                ("Protocol", "Protocol"),
                ("segment_seconds", "SegmentDuration"),
                ("segments", "SegmentCount"),
                ("push_to", "IngestEndpoints[].Url"),
                ("Description", "Description"),
                ("created", "CreateTime"),
            ),
        ),
        then="Where one is played from is listed by ListLivePackageOriginEndpoints.",
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
        secrets_read_by="GetLivePackageChannel",
        example={**AT_CHANNEL, "Protocol": "HLS", "SegmentCount": 5, "SegmentDuration": 6},
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
        heed="RotateCredentials 1 primary, 2 backup, 3 both; the old passwords end at once.",
        destructive_when=(AskWhen("replaces ingest passwords for good; an encoder that uses the old ones goes dark"),),
        parameters={
            "GroupName": GROUP,
            "ChannelName": CHANNEL,
            "RotateCredentials": {
                "text": "Which endpoint: 1 primary, 2 backup, 3 both.",
                "minimum": 1,
                "maximum": 3,
            },
        },
        secret_fields=INGEST_SECRETS,
        secrets_read_by="GetLivePackageChannel",
        example={**AT_CHANNEL, "RotateCredentials": 2},
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
        example=AT_CHANNEL,
    ),
)
