"""MediaWeaver: channels, the programs in them and the schedule that results.

Sources: what SDK 6.20.2 declares, and the examples of the operation pages for what travels as JSON text. The words are
ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter

CHANNEL: ParameterNotes = {"text": "Name of the channel."}
PROGRAM: ParameterNotes = {"text": "Name of the program."}
TIER: ParameterNotes = {"text": "basic or standard.", "choices": ("basic", "standard")}
PLAYBACK_MODE: ParameterNotes = {
    "text": "loop repeats the programs, linear plays them once.",
    "choices": ("loop", "linear"),
}
BY_CHANGE: ParameterNotes = {"text": "By time of change.", "choices": ("asc", "desc")}
SOURCE_TYPE: ParameterNotes = {"text": "Video or live stream.", "choices": ("vodSource", "liveSource")}
PAGE_NUMBER: ParameterNotes = {"text": "Page, from 1.", "pattern": "[0-9]{1,9}"}
PAGE_SIZE: ParameterNotes = {"text": "Entries a page, 1 to 100; default 20.", "pattern": "[0-9]{1,3}"}
OUTPUTS: ParameterNotes = {
    "text": "What the channel hands out; SourceGroupName picks a group of its sources.",
    "kind": "array",
    "json_text": True,
    "items": Parameter(
        "",
        "object",
        fields=(
            Parameter("ManifestName", "string", required=True),
            Parameter("Format", "string", text="Only HLS so far."),
            Parameter("SourceGroupName", "string", required=True),
            Parameter(
                "ManifestSettings",
                "object",
                fields=(
                    Parameter("WindowDuration", "integer", text="Seconds."),
                    Parameter("AdMarkType", "string", text="Such as Daterange."),
                ),
                extra_fields=True,
            ),
        ),
        extra_fields=True,
    ),
}
CHANNEL_SETTINGS: dict[str, ParameterNotes] = {
    "OutPutConfigList": OUTPUTS,
    "FillerSourceLocationName": {"text": "Source location of the filler."},
    "FillerSourceName": {"text": "Source played where no program is."},
    "AccessPolicy": {"text": "true: playing needs AccessToken."},
    "AccessToken": {"text": "Secret that players have to show."},
}
PROGRAM_SETTINGS: dict[str, ParameterNotes] = {
    "SourceType": SOURCE_TYPE,
    "SourceLocationName": {"text": "Location of the source."},
    "SourceName": {"text": "Source that is played."},
    # Only the relative form is documented, so other keys pass.
    "Transition": {
        "text": "Place in the schedule.",
        "kind": "object",
        "json_text": True,
        "fields": (
            Parameter("Type", "string", text="Such as RELATIVE."),
            Parameter("RelativePosition", "string", text="Such as AFTER_PROGRAM."),
            Parameter("RelativeProgram", "string", text="Program it is placed by."),
        ),
        "extra_fields": True,
    },
    "ClipRange": {
        "text": "Part of the source to play.",
        "kind": "object",
        "json_text": True,
        "fields": (Parameter("StartOffsetMillis", "integer"), Parameter("EndOffsetMillis", "integer")),
        "extra_fields": True,
    },
    "AdBreaks": {
        "text": "Objects {MessageType: SPLICE_INSERT, OffsetMillis, SourceLocationName, SourceName}.",
        "kind": "array",
        "json_text": True,
        "items": Parameter("", "object"),
    },
}
CHANNEL_SECRETS = ("AccessToken",)

NOTES = (
    OperationNotes(
        operation="CreateChannel",
        title="Set up an assembled channel",
        purpose=(
            "Make a MediaWeaver channel: a TV-like stream assembled from existing videos and live streams. Mode and "
            "tier cannot change later. Returns the playback address of each output. Fill it with CreateProgram from "
            "sources of CreateSource, then StartChannel. To encode a live feed use CreateMediaLiveChannel; to "
            "package one, CreateLivePackageChannel."
        ),
        effect=Effect.WRITE,
        parameters={
            "ChannelName": CHANNEL,
            "ChannelTier": TIER,
            "PlaybackMode": PLAYBACK_MODE,
            **CHANNEL_SETTINGS,
        },
        secret_fields=CHANNEL_SECRETS,
    ),
    OperationNotes(
        operation="GetChannel",
        title="Inspect an assembled channel",
        purpose=(
            "Read one MediaWeaver channel by name: State (0 stopped, 1 running), mode, tier, filler, outputs with "
            "PlaybackUrl, and Arn, which ListChannelAlerts wants. Its access token stays hidden unless "
            "include_credentials. What it plays is in ListPrograms and ListSchedules."
        ),
        effect=Effect.READ,
        parameters={"ChannelName": CHANNEL},
        idempotent=True,
        secret_fields=CHANNEL_SECRETS,
    ),
    OperationNotes(
        operation="ListChannels",
        title="List assembled channels",
        purpose=(
            "Find MediaWeaver channels by name, state, tier and mode, with outputs and playback addresses. Pages with "
            "PageNo and PageSize (at most 100) up to TotalCount. Live encoders are in ListMediaLiveChannels, "
            "MediaPackage channels in ListLivePackageChannels."
        ),
        effect=Effect.READ,
        parameters={
            "ChannelName": CHANNEL,
            "State": {"text": "0 stopped, 1 running.", "minimum": 0, "maximum": 1},
            "ChannelTier": TIER,
            "PlaybackMode": {"text": "Only this mode.", "choices": ("loop", "linear")},
            "SortByModifiedTime": BY_CHANGE,
        },
        idempotent=True,
        secret_fields=CHANNEL_SECRETS,
    ),
    OperationNotes(
        operation="UpdateChannel",
        title="Change an assembled channel",
        purpose=(
            "Replace outputs, filler and access control of a MediaWeaver channel. All outputs are sent again, so take "
            "them from GetChannel and hand back what should stay. Mode and tier cannot change: make a new channel "
            "with CreateChannel."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen(
                "replaces outputs, filler and access control of a channel; what is not sent again is lost",
                shows=("AccessPolicy",),
            ),
        ),
        parameters={"ChannelName": CHANNEL, **CHANNEL_SETTINGS},
        idempotent=True,
        secret_fields=CHANNEL_SECRETS,
    ),
    OperationNotes(
        operation="StartChannel",
        title="Put an assembled channel on air",
        purpose=(
            "Let a stopped MediaWeaver channel play its programs; State in GetChannel becomes 1. Nothing has to be "
            "waited for. For a live encoder use StartMediaLiveChannel."
        ),
        effect=Effect.WRITE,
        parameters={"ChannelName": CHANNEL},
        idempotent=True,
        costs="A running channel is billed until it is stopped.",
    ),
    OperationNotes(
        operation="StopChannel",
        title="Take an assembled channel off air",
        purpose=(
            "Interrupt a running MediaWeaver channel: viewers lose the stream, programs and settings stay and "
            "StartChannel resumes. State in GetChannel becomes 0. For a live encoder use StopMediaLiveChannel."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("takes a channel off the air: viewers lose the stream until it is started again"),),
        parameters={"ChannelName": CHANNEL},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteChannel",
        title="Delete an assembled channel",
        purpose=(
            "Remove a MediaWeaver channel for good; its playback addresses stop working. Take it off air with "
            "StopChannel before. The sources its programs played stay. To interrupt a channel only, stop it."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a channel for good; its playback addresses stop working"),),
        parameters={"ChannelName": CHANNEL},
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateProgram",
        title="Schedule a program",
        purpose=(
            "Put a source, or a part of it (ClipRange), into the schedule of a MediaWeaver channel, next to another "
            "program as Transition says, with ad breaks if wanted. The source has to be there first: CreateSource. "
            "Look at the outcome with ListSchedules."
        ),
        effect=Effect.WRITE,
        parameters={"ChannelName": CHANNEL, "ProgramName": PROGRAM, **PROGRAM_SETTINGS},
    ),
    OperationNotes(
        operation="GetProgram",
        title="Inspect a program",
        purpose=(
            "Read one program of a MediaWeaver channel: the source it plays, the clip, its place (Transition) and its "
            "ad breaks. When it is on air is in ListSchedules."
        ),
        effect=Effect.READ,
        parameters={"ChannelName": CHANNEL, "ProgramName": PROGRAM},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListPrograms",
        title="List programs",
        purpose=(
            "List the programs defined in a MediaWeaver channel with source, clip and ad breaks, newest first. Pages "
            "with PageNo and PageSize up to TotalCount. For the order and times they are played at use ListSchedules."
        ),
        effect=Effect.READ,
        parameters={
            "ChannelName": CHANNEL,
            "ProgramName": PROGRAM,
            "PageNo": PAGE_NUMBER,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateProgram",
        title="Change a program",
        purpose=(
            "Change source, clip, place in the schedule or ad breaks of a program of a MediaWeaver channel. Ad breaks "
            "are given as a whole: take them from GetProgram and hand back those that should stay."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen(
                "changes what a channel plays: source, clip, place in the schedule or ad breaks of a program",
                shows=("SourceType",),
            ),
        ),
        parameters={"ChannelName": CHANNEL, "ProgramName": PROGRAM, **PROGRAM_SETTINGS},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteProgram",
        title="Drop a program",
        purpose=(
            "Take a program out of a MediaWeaver channel's schedule for good. The source it played stays, and the "
            "channel goes on with what is left, or with its filler."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("takes a program out of a channel's schedule for good"),),
        parameters={"ChannelName": CHANNEL, "ProgramName": PROGRAM},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListSchedules",
        title="See what is on",
        purpose=(
            "Read the schedule of a MediaWeaver channel for the coming time window: which program or filler plays "
            "when, with approximate start and duration. Times shift as programs change. Pages with PageNo and PageSize "
            "up to TotalCount. The definitions behind it are in ListPrograms."
        ),
        effect=Effect.READ,
        parameters={
            "ChannelName": CHANNEL,
            "WindowDurationSeconds": {"text": "Length of the window in seconds, such as 14400.", "minimum": 1},
        },
        idempotent=True,
    ),
)
