"""MediaLive: live encoding channels, the inputs they read and the security groups that say who may push.

Sources: what SDK 6.20.2 declares and the operation pages say of states and of what may change when. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs, Parameter, Poll

NAME: ParameterNotes = {
    "text": "1 to 64 letters, digits, - or _.",
    "pattern": "[A-Za-z0-9_-]{1,64}",
}
CHANNEL_ID: ParameterNotes = {"text": "Id of the channel."}
INPUT_ID: ParameterNotes = {"text": "Id of the input."}
GROUP_ID: ParameterNotes = {"text": "Id of the security group."}
KEYWORD: ParameterNotes = {"text": "Part of the id or name."}
PAGE: ParameterNotes = {"text": "Entries a page; under 10 counts as 10, over 100 as 100.", "maximum": 100}
SKIP: ParameterNotes = {"text": "Entries to skip.", "minimum": 0}
SORT_ORDER: ParameterNotes = {"text": "By creation time; default asc.", "choices": ("asc", "desc")}
SECURITY_GROUPS: ParameterNotes = {"text": "Ids of the security groups that may push; PUSH types need one."}
RULES: ParameterNotes = {"text": 'Addresses that may push, in CIDR form: ["10.1.1.0/24"].'}
INPUT_SETTINGS: ParameterNotes = {
    "text": "One or two. PUSH: StreamName; PULL: SourceUrl; MEDIA_CONNECT: FlowId, FlowOutputName.",
}
INPUT_ATTACHMENTS: ParameterNotes = {"text": "The inputs to read, by InputId."}
OUTPUT_GROUPS: ParameterNotes = {
    "text": "Type MediaPackage only; MediaType of an output: 0 audio and video, 1 audio, 2 video.",
}
VIDEO_SETTINGS: ParameterNotes = {
    "text": "VideoCodec H264, H265; VideoCodecType NORMAL, NBHD; rates in bit/s, multiples of 1000.",
}
AUDIO_SETTINGS: ParameterNotes = {"text": "AudioCodec aac or libfdk_aac; Bitrate in bit/s, a multiple of 1000."}
STATES = ("IDLE", "STARTING", "RUNNING", "RECOVERING", "STOPPING")
# Where to push and the key of the stream, in three pieces: whoever has them can put a picture on the air.
INPUT_SECRETS = ("SrtPassphrase", "SourceUrl", "DestHost", "StreamName")
INPUT_TYPES = ("RTMP_PUSH", "RTMP_PULL", "SRT_PUSH", "SRT_PULL", "MEDIA_CONNECT")

NOTES = (
    OperationNotes(
        operation="CreateMediaLiveChannel",
        title="Set up a live encoder",
        purpose=(
            "Set up a MediaLive channel: a live encoder that reads existing inputs, transcodes them as the video and "
            "audio settings say, and delivers to a MediaPackage channel. Make the parts first with "
            "CreateMediaLiveInput and CreateLivePackageChannel. Outputs name the settings they use. Returns "
            "ChannelId; nothing runs until StartMediaLiveChannel. For channels assembled from finished videos use "
            "CreateChannel (MediaWeaver)."
        ),
        effect=Effect.WRITE,
        parameters={
            "Name": NAME,
            "InputAttachments": INPUT_ATTACHMENTS,
            "OutputGroups": OUTPUT_GROUPS,
            "VideoSettings": VIDEO_SETTINGS,
            "AudioSettings": AUDIO_SETTINGS,
        },
    ),
    OperationNotes(
        operation="GetMediaLiveChannel",
        title="Inspect a live encoder",
        purpose=(
            "Read one MediaLive channel: its State (IDLE, STARTING, RUNNING, RECOVERING, STOPPING), inputs, encoding "
            "settings, outputs with their MonitorUrl, and when it was last started and stopped. This is the call to "
            "repeat after StartMediaLiveChannel or StopMediaLiveChannel."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"ChannelId": CHANNEL_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListMediaLiveChannels",
        title="List live encoders",
        purpose=(
            "Find MediaLive channels by part of their id or name and by state; each comes with its whole "
            "configuration, so keep pages small. Pages with NextToken, oldest first unless SortOrder=desc. "
            "Channels of MediaPackage are in ListLivePackageChannels, those of MediaWeaver in ListChannels."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={
            "Keyword": KEYWORD,
            "States": {
                "text": "Only these states.",
                "kind": "array",
                "json_text": True,
                "items": Parameter("", "string", choices=STATES),
            },
            "MaxResults": PAGE,
            "Skip": SKIP,
            "SortOrder": SORT_ORDER,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateMediaLiveChannel",
        title="Reconfigure a live encoder",
        purpose=(
            "Replace name, inputs, outputs and encoding settings of a MediaLive channel that is not running: stop it "
            "first with StopMediaLiveChannel. The whole configuration is sent again, so read it with "
            "GetMediaLiveChannel and hand back what should stay too; do not count on what is left out being kept."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("replaces the whole configuration of a live channel; what is not sent again is lost"),
        ),
        parameters={
            "ChannelId": CHANNEL_ID,
            "Name": NAME,
            "InputAttachments": INPUT_ATTACHMENTS,
            "OutputGroups": OUTPUT_GROUPS,
            "VideoSettings": VIDEO_SETTINGS,
            "AudioSettings": AUDIO_SETTINGS,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="StartMediaLiveChannel",
        title="Start a live encoder",
        purpose=(
            "Let an idle MediaLive channel begin to read its inputs and encode. Returns at once while the channel is "
            "STARTING: look at Channel.State with GetMediaLiveChannel until it is RUNNING. A channel that is not "
            "IDLE refuses to start again."
        ),
        effect=Effect.WRITE,
        parameters={"ChannelId": CHANNEL_ID},
        # A steady state ends only the call that leads to it: an idle channel has not started yet.
        poll=Poll(
            operation="GetMediaLiveChannel",
            arguments=(("ChannelId", "ChannelId"),),
            status_field="Channel.State",
            success=("RUNNING",),
            pending=("IDLE", "STARTING", "RECOVERING", "STOPPING"),
        ),
        idempotent=True,
        costs="A running channel is billed until it is stopped.",
    ),
    OperationNotes(
        operation="StopMediaLiveChannel",
        title="Stop a live encoder",
        purpose=(
            "Take a running MediaLive channel off air: viewers lose the stream, the configuration stays and "
            "StartMediaLiveChannel resumes. Returns at once while the channel is STOPPING: look at Channel.State "
            "with GetMediaLiveChannel until it is IDLE. Needed before a channel can be changed or deleted."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("takes a live channel off the air: viewers lose the stream until it is started again"),
        ),
        parameters={"ChannelId": CHANNEL_ID},
        poll=Poll(
            operation="GetMediaLiveChannel",
            arguments=(("ChannelId", "ChannelId"),),
            status_field="Channel.State",
            success=("IDLE",),
            pending=("RUNNING", "STARTING", "RECOVERING", "STOPPING"),
        ),
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteMediaLiveChannel",
        title="Delete a live encoder",
        purpose=(
            "Remove a MediaLive channel and its configuration for good. It must not be running: call "
            "StopMediaLiveChannel first and wait for IDLE. Its inputs and the MediaPackage channel it fed stay. "
            "To pause a broadcast only, stop it instead."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a live channel with its configuration for good"),),
        parameters={"ChannelId": CHANNEL_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateMediaLiveInput",
        title="Define a live source",
        purpose=(
            "Define where a MediaLive channel gets its picture: an address that an encoder pushes to (RTMP or SRT), a "
            "URL to pull from, or an output of a MediaConnect flow. Up to two sources, primary and backup. Returns "
            "InputId; the address to push to is then DestHost in GetMediaLiveInput. Attach the input with "
            "CreateMediaLiveChannel or UpdateMediaLiveChannel."
        ),
        effect=Effect.WRITE,
        parameters={
            "Name": NAME,
            "Type": {"text": "How the stream arrives.", "choices": INPUT_TYPES},
            "InputSettings": INPUT_SETTINGS,
            "SecurityGroupIds": SECURITY_GROUPS,
        },
        rules=(
            Needs("Type", "RTMP_PUSH", "SecurityGroupIds"),
            Needs("Type", "SRT_PUSH", "SecurityGroupIds"),
        ),
    ),
    OperationNotes(
        operation="GetMediaLiveInput",
        title="Inspect a live source",
        purpose=(
            "Read one MediaLive input: type, the address to push to (DestHost), or the address that is pulled, "
            "MonitorUrl to watch it, its security groups and the channels that use it. Addresses and SRT passphrase "
            "stay hidden unless include_credentials: whoever has them can push."
        ),
        effect=Effect.READ,
        parameters={"InputId": INPUT_ID},
        idempotent=True,
        secret_fields=INPUT_SECRETS,
    ),
    OperationNotes(
        operation="ListMediaLiveInputs",
        title="List live sources",
        purpose=(
            "Find MediaLive inputs by part of their id or name and by type, with their addresses and the channels "
            "that use them; an empty ChannelIds marks one that can be changed or deleted. Pages with NextToken, "
            "oldest first unless SortOrder=desc."
        ),
        effect=Effect.READ,
        parameters={
            "Keyword": KEYWORD,
            "Types": {
                "text": "Only these types.",
                "kind": "array",
                "json_text": True,
                "items": Parameter("", "string", choices=INPUT_TYPES),
            },
            "MaxResults": PAGE,
            "Skip": SKIP,
            "SortOrder": SORT_ORDER,
        },
        idempotent=True,
        secret_fields=INPUT_SECRETS,
    ),
    OperationNotes(
        operation="UpdateMediaLiveInput",
        title="Change a live source",
        purpose=(
            "Replace name, sources and security groups of a MediaLive input, for instance another pull URL or SRT "
            "passphrase. Only while no channel uses it (ChannelIds in GetMediaLiveInput is empty). The type "
            "cannot change: make a new one with CreateMediaLiveInput."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen(
                "replaces the sources and security groups of a live input; what is not sent again is lost",
                shows=("InputSettings", "SecurityGroupIds"),
            ),
        ),
        parameters={
            "InputId": INPUT_ID,
            "Name": NAME,
            "InputSettings": INPUT_SETTINGS,
            "SecurityGroupIds": SECURITY_GROUPS,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteMediaLiveInput",
        title="Delete a live source",
        purpose=(
            "Remove a MediaLive input for good; its push address stops working. Refused while a channel uses it: "
            "take it out with UpdateMediaLiveChannel or delete that channel first."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a live input for good; its push address stops working"),),
        parameters={"InputId": INPUT_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateMediaLiveInputSecurityGroup",
        title="Allow addresses to push",
        purpose=(
            "Make a list of IP ranges that are allowed to push to MediaLive inputs and get its SecurityGroupId. Push "
            "inputs need one, so this comes before CreateMediaLiveInput. Keep the ranges narrow: a /0 lets "
            "anybody push."
        ),
        effect=Effect.WRITE,
        parameters={"Name": NAME, "WhitelistRules": RULES},
    ),
    OperationNotes(
        operation="GetMediaLiveInputSecurityGroup",
        title="Inspect a push whitelist",
        purpose=(
            "Read one MediaLive security group: the IP ranges that may push, and the ids of the inputs that use it. "
            "Look here when an encoder's push is refused, or before changing or deleting the group."
        ),
        effect=Effect.READ,
        parameters={"SecurityGroupId": GROUP_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListMediaLiveInputSecurityGroups",
        title="List push whitelists",
        purpose=(
            "Find MediaLive security groups by part of their id or name, with their IP ranges and the inputs that "
            "use them. Pages with NextToken, oldest first unless SortOrder=desc."
        ),
        effect=Effect.READ,
        parameters={"Keyword": KEYWORD, "MaxResults": PAGE, "Skip": SKIP, "SortOrder": SORT_ORDER},
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateMediaLiveInputSecurityGroup",
        title="Change a push whitelist",
        purpose=(
            "Replace the name and the whole list of IP ranges of a MediaLive security group. Only while no input uses "
            "it (InputIds in GetMediaLiveInputSecurityGroup is empty); otherwise make another group with "
            "CreateMediaLiveInputSecurityGroup and give it to the input."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("replaces the whole list of addresses that may push to live inputs", shows=("WhitelistRules",)),
        ),
        parameters={"SecurityGroupId": GROUP_ID, "Name": NAME, "WhitelistRules": RULES},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteMediaLiveInputSecurityGroup",
        title="Delete a push whitelist",
        purpose=(
            "Remove a MediaLive security group for good. Refused while an input uses it: give that input another "
            "group with UpdateMediaLiveInput first."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a list of addresses that may push to live inputs for good"),),
        parameters={"SecurityGroupId": GROUP_ID},
        idempotent=True,
    ),
)
