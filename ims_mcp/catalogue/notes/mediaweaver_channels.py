"""MediaWeaver: channels, their outputs and who may play them.

Sources: what SDK 6.20.2 declares, the examples of the operation pages for what travels as JSON text, and the pages on
channel assembly. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes, make_element
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Rows

INTRODUCTION = "https://www.alibabacloud.com/help/en/ims/user-guide/channel-assembly-introduction"
QUICK_START = "https://www.alibabacloud.com/help/zh/ims/user-guide/channel-assembly-quick-start"
CHANNEL: ParameterNotes = {"text": "Name of the channel, from ListChannels."}
NEW_CHANNEL: ParameterNotes = {"text": "Name of the new channel, used once. It identifies it ever after."}
TIER: ParameterNotes = {
    "text": "basic or standard. basic: recorded sources only; standard: live ones too.",
    "choices": ("basic", "standard"),
    "inferred": True,
}
PLAYBACK_MODE: ParameterNotes = {
    "text": "loop repeats the programs, linear plays them once. A loop takes no live sources; linear fills gaps with "
    "the filler.",
    "choices": ("loop", "linear"),
}
BY_CREATION: ParameterNotes = {"text": "By creation time; newest first by default.", "choices": ("asc", "desc")}
BY_CHANGE: ParameterNotes = {"text": "By time of the last change.", "choices": ("asc", "desc")}
PAGE_NUMBER: ParameterNotes = {"text": "Page, from 1. Default 1.", "pattern": "[0-9]{1,9}"}
PAGE_SIZE: ParameterNotes = {"text": "Entries a page, 1 to 100. Default 20.", "pattern": "[0-9]{1,3}"}
OUTPUTS: ParameterNotes = {
    "text": "Outputs of the channel; each gets a playback address.",
    "kind": "array",
    "json_text": True,
    "items": make_element(
        Parameter("ManifestName", "string", required=True, text="Name of the output's playlist, used once."),
        Parameter("Format", "string", text="Kind of playlist; only HLS so far.", hints=("HLS",)),
        Parameter(
            "SourceGroupName",
            "string",
            required=True,
            text="Source group it plays. Every source in the channel has to have it: see sourceGroupName in "
            "CreateSource.",
        ),
        Parameter(
            "ManifestSettings",
            "object",
            text="Length of the playlist and marks for ads.",
            fields=(
                Parameter("WindowDuration", "integer", text="Seconds in the playlist, such as 60.", minimum=1),
                Parameter("AdMarkType", "string", text="How ads are marked, such as Daterange.", hints=("Daterange",)),
            ),
        ),
    ),
}
CHANNEL_SETTINGS: dict[str, ParameterNotes] = {
    "OutPutConfigList": OUTPUTS,
    "FillerSourceLocationName": {"text": "Source location of the filler. Beside FillerSourceName."},
    "FillerSourceName": {"text": "Source played where no program is. For linear channels."},
    "AccessPolicy": {"text": "true: playing needs AccessToken. Default: anybody with the address can play."},
    "AccessToken": {"text": "Secret that players have to show. With AccessPolicy; ask the person for it."},
}
MAIN_OUTPUT = {
    "ManifestName": "main",
    "Format": "HLS",
    "SourceGroupName": "hd",
    "ManifestSettings": {"WindowDuration": 60, "AdMarkType": "Daterange"},
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
        heed="linear plays once, loop repeats. Live sources need tier standard and linear.",
        parameters={
            "ChannelName": NEW_CHANNEL,
            "ChannelTier": TIER,
            "PlaybackMode": PLAYBACK_MODE,
            **CHANNEL_SETTINGS,
        },
        secret_fields=CHANNEL_SECRETS,
        secrets_read_by="GetChannel",
        example={
            "ChannelName": "MovieNight",
            "ChannelTier": "basic",
            "PlaybackMode": "loop",
            "OutPutConfigList": [MAIN_OUTPUT],
        },
        then="Add what it plays with CreateProgram, then StartChannel.",
        sources=(INTRODUCTION, QUICK_START),
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
        example={"ChannelName": "MovieNight"},
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
            "ChannelName": {"text": "Only the channel of this name."},
            "State": {"text": "0 stopped, 1 running.", "minimum": 0, "maximum": 1},
            "ChannelTier": {"text": "Only this tier.", "choices": ("basic", "standard")},
            "PlaybackMode": {"text": "Only this mode.", "choices": ("loop", "linear")},
            "SortBy": BY_CREATION,
            "SortByModifiedTime": BY_CHANGE,
            "PageNo": {"text": "Page, from 1. Default 1."},
            "PageSize": {"text": "Entries a page, 1 to 100. Default 10.", "maximum": 100},
        },
        idempotent=True,
        secret_fields=CHANNEL_SECRETS,
        rows=Rows(
            path="ChannelList",
            columns=(
                ("ChannelName", "ChannelName"),
                ("State", "State"),
                ("PlaybackMode", "PlaybackMode"),
                ("ChannelTier", "ChannelTier"),
                ("playback", "OutPutConfigList[].PlaybackUrl"),
                ("Arn", "Arn"),
                ("modified", "GmtModified"),
            ),
            meanings={"State": {0: "stopped", 1: "running"}},
        ),
        example={"PageNo": 1, "PageSize": 20},
        then="See what one plays with ListSchedules.",
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
        heed="OutPutConfigList replaces all outputs: send those that stay as well, from GetChannel.",
        destructive_when=(
            AskWhen(
                "replaces outputs, filler and access control of a channel; what is not sent again is lost",
                shows=("AccessPolicy",),
            ),
        ),
        parameters={"ChannelName": CHANNEL, **CHANNEL_SETTINGS},
        idempotent=True,
        secret_fields=CHANNEL_SECRETS,
        secrets_read_by="GetChannel",
        example={
            "ChannelName": "MovieNight",
            "OutPutConfigList": [MAIN_OUTPUT, {"ManifestName": "mobile", "Format": "HLS", "SourceGroupName": "sd"}],
            "FillerSourceLocationName": "Films",
            "FillerSourceName": "Logo",
        },
        sources=(INTRODUCTION,),
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
        costs="A running channel is billed until it is stopped, and for the traffic of its viewers.",
        example={"ChannelName": "MovieNight"},
        then="Its playback addresses are in GetChannel.",
        sources=(INTRODUCTION,),
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
        example={"ChannelName": "MovieNight"},
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
        example={"ChannelName": "MovieNight"},
    ),
)
