"""MediaLive: live encoding channels, the inputs they read and the security groups that say who may push.

Sources: what SDK 6.20.2 declares and the operation pages say of states and of what may change when. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs, Parameter, Poll, Result, Rows

NAME: ParameterNotes = {
    "text": "Name: 1 to 64 letters, digits, - or _.",
    "pattern": "[A-Za-z0-9_-]{1,64}",
}
CHANNEL_ID: ParameterNotes = {
    "text": "Id of the channel. CreateMediaLiveChannel returned it; ListMediaLiveChannels has all.",
    "required": True,
}
INPUT_ID: ParameterNotes = {
    "text": "Id of the input. CreateMediaLiveInput returned it; ListMediaLiveInputs has all.",
    "required": True,
}
GROUP_ID: ParameterNotes = {
    "text": "Id of the security group. ListMediaLiveInputSecurityGroups has all.",
    "required": True,
}
KEYWORD: ParameterNotes = {"text": "Part of the id or name. Default: all."}
PAGE: ParameterNotes = {"text": "Entries a page, 10 (default) to 100.", "maximum": 100}
SKIP: ParameterNotes = {"text": "Entries to skip. Default 0.", "minimum": 0}
SORT_ORDER: ParameterNotes = {"text": "By creation time; default asc.", "choices": ("asc", "desc")}
SECURITY_GROUPS: ParameterNotes = {
    "text": "Ids of the security groups that may push. RTMP_PUSH and SRT_PUSH need one.",
}
RULES: ParameterNotes = {
    "text": 'Addresses that may push, in CIDR form: ["10.1.1.0/24"]. A /0 lets anybody push.',
}
LANGUAGE_NAME: ParameterNotes = {
    "text": "Name of the language as viewers see it: English. At most 32 letters, digits, spaces, - or _.",
    "max_characters": 32,
}
LANGUAGE_CODE: ParameterNotes = {"text": "Language by ISO 639-2, three letters: eng.", "max_characters": 3}
INPUT_SETTINGS: ParameterNotes = {
    "text": "One source, or two: primary and backup. Push types take StreamName, pull types SourceUrl.",
    "nested": {
        "StreamName": {
            "text": "Name of the stream, for RTMP_PUSH and SRT_PUSH. With DestHost of GetMediaLiveInput it makes "
            "the address to push to. At most 255 characters.",
            "max_characters": 255,
        },
        "SourceUrl": {"text": "Address to pull from, for RTMP_PULL and SRT_PULL: rtmp://domain/app/stream."},
        "FlowId": {"text": "MediaConnect flow, for MEDIA_CONNECT. CreateMediaConnectFlow returned it."},
        "FlowOutputName": {
            "text": "Output of that flow, for MEDIA_CONNECT. GetMediaConnectFlowAllOutputName lists them."
        },
        "SrtLatency": {"text": "SRT latency in ms.", "minimum": 100, "maximum": 10_000},
        "SrtMaxBitrate": {"text": "Most that SRT lets in, in bit/s.", "minimum": 100, "maximum": 100_000_000},
        "SrtPassphrase": {
            "text": "SRT passphrase, 10 to 79 visible ASCII characters. Without one SRT is not encrypted.",
            "min_characters": 10,
            "max_characters": 79,
        },
        "SrtPbKeyLen": {"text": "SRT key length in bytes: 0, 16, 24 or 32.", "minimum": 0, "maximum": 32},
    },
}
INPUT_ATTACHMENTS: ParameterNotes = {
    "text": "The inputs to read, by InputId.",
    "nested": {
        "InputId": {"text": "Input of CreateMediaLiveInput."},
        "LanguageName": LANGUAGE_NAME,
        "AudioSelectors": {
            "text": "Which sound of the input is taken. Default: what the input has. AudioSettings names a selector.",
            "nested": {
                "Name": {"text": "Name for AudioSelectorName: 1 to 64 letters, digits, - or _."},
                "AudioLanguageSelection": {"text": "By language.", "nested": {"LanguageCode": LANGUAGE_CODE}},
                "AudioPidSelection": {
                    "text": "By PID of the transport stream.",
                    "nested": {"Pid": {"text": "The PID."}},
                },
                "AudioTrackSelection": {
                    "text": "By tracks, one or several.",
                    "nested": {"TrackId": {"text": "Id of the track in the source."}},
                },
            },
        },
    },
}
OUTPUT_GROUPS: ParameterNotes = {
    "text": "Where the encoded stream goes: MediaPackage only.",
    "nested": {
        "Name": NAME,
        "Type": {"text": "Kind of destination.", "choices": ("MediaPackage",)},
        "MediaPackageGroupSetting": {
            "text": "The channel of MediaPackage that is fed. Made with CreateLivePackageChannel.",
            "nested": {
                "GroupName": {"text": "Its group (CreateLivePackageChannelGroup)."},
                "ChannelName": {"text": "Its channel in that group."},
            },
        },
        "Outputs": {
            "text": "The renditions: each names a video setting, audio settings or both.",
            "nested": {
                "Name": NAME,
                "MediaType": {
                    "text": "0 audio and video, 1 audio only, 2 video only. With 1 no VideoSettingName, with 2 no "
                    "AudioSettingNames.",
                    "minimum": 0,
                    "maximum": 2,
                },
                "VideoSettingName": {"text": "Name of the entry in VideoSettings."},
                "AudioSettingNames": {"text": "Names of entries in AudioSettings."},
                "MediaPackageOutputSetting": {
                    "text": "How the rendition appears in the manifest.",
                    "nested": {
                        "NameModifier": {
                            "text": "Added to the name of the rendition's playlist: 720p. At most 40 letters, digits, "
                            "- or _.",
                            "max_characters": 40,
                        },
                        "AudioGroupId": {
                            "text": "Audio tracks of one group are offered for choice. At most 40 letters, digits, "
                            "- or _.",
                            "max_characters": 40,
                        },
                    },
                },
            },
        },
    },
}
VIDEO_SETTINGS: ParameterNotes = {
    "text": "Video encodings, named so that outputs can use them.",
    "nested": {
        "Name": NAME,
        "VideoCodec": {"text": "Codec of the output.", "choices": ("H264", "H265")},
        "VideoCodecType": {
            "text": "NORMAL (default), or NBHD for Narrowband HD.",
            "choices": ("NORMAL", "NBHD"),
        },
        "Width": {
            "text": "Pixels; 0 or none follows Height and the shape of the source. NORMAL: longer side at most 3840, "
            "shorter 2160; NBHD: 1920 and 1080.",
            "minimum": 0,
            "maximum": 3840,
        },
        "Height": {
            "text": "Pixels; 0 or none follows Width and the shape of the source. Limits as for Width.",
            "minimum": 0,
            "maximum": 3840,
        },
        "VideoCodecSetting": {
            "text": "Rates and GOP. What is left out is as in the source.",
            "nested": {
                "Rate": {
                    "text": "Bitrates, all multiples of 1000.",
                    "nested": {
                        "RateControlMode": {"text": "How the rate is held.", "choices": ("CBR", "ABR", "VBR")},
                        "Bitrate": {
                            "text": "bit/s, 50000 to 6000000 by 1000. 0 or none: as the source.",
                            "maximum": 6_000_000,
                        },
                        "MaxBitrate": {"text": "bit/s, 100000 to 6000000.", "maximum": 6_000_000},
                        "BufferSize": {"text": "bit/s, 100000 to 6000000.", "maximum": 6_000_000},
                    },
                },
                "Framerate": {
                    "text": "Frame rate. Default: that of the source.",
                    "nested": {
                        "FramerateControl": {
                            "text": "SPECIFIED needs numerator and denominator.",
                            "choices": ("SPECIFIED", "FROM_SOURCE"),
                        },
                        "FramerateNumerator": {
                            "text": "Frames, a multiple of the denominator: 25.",
                            "minimum": 1,
                            "maximum": 60,
                        },
                        "FramerateDenominator": {"text": "Seconds: 1.", "minimum": 1, "maximum": 60},
                    },
                },
                "Gop": {
                    "text": "Distance of key frames. Default: that of the source.",
                    "nested": {
                        "GopSize": {
                            "text": "1 to 20 in SECONDS, 1 to 3000 in FRAMES.",
                            "minimum": 1,
                            "maximum": 3000,
                        },
                        "GopSizeUnits": {"text": "Unit of GopSize.", "choices": ("FRAMES", "SECONDS")},
                        "BframesNum": {"text": "B frames in a row.", "minimum": 1, "maximum": 3},
                    },
                },
                "CodecDetail": {
                    "text": "Profile of H264.",
                    "nested": {
                        "Profile": {
                            "text": "Default MAIN; for H264 only.",
                            "choices": ("BASELINE", "MAIN", "HIGH"),
                        },
                        "Level": {"text": "Not supported yet."},
                    },
                },
            },
        },
    },
}
AUDIO_SETTINGS: ParameterNotes = {
    "text": "Audio encodings, named so that outputs can use them.",
    "nested": {
        "Name": NAME,
        "AudioCodec": {"text": "Default: that of the source.", "choices": ("aac", "libfdk_aac")},
        "AudioSelectorName": {"text": "Selector in InputAttachments that brings the sound."},
        "LanguageCode": {
            "text": "Language by ISO 639-2, three letters: eng. Used where the selected track has none.",
            "max_characters": 3,
        },
        "LanguageName": LANGUAGE_NAME,
        "AudioCodecSetting": {
            "text": "Rates of the sound. What is left out is as in the source.",
            "nested": {
                "Bitrate": {
                    "text": "bit/s, a multiple of 1000.",
                    "minimum": 8000,
                    "maximum": 1_000_000,
                },
                "Profile": {
                    "text": "aac: AAC-LOW, AAC-MAIN; libfdk_aac: AAC-LOW, AAC-HE, AAC-HEV2.",
                    "choices": ("AAC-LOW", "AAC-MAIN", "AAC-HE", "AAC-HEV2"),
                },
                "SampleRate": {"text": "Hz: 22050, 32000, 44100, 48000 or 96000."},
            },
        },
    },
}
STATES = ("IDLE", "STARTING", "RUNNING", "RECOVERING", "STOPPING")
# Where to push and the key of the stream, in three pieces: whoever has them can put a picture on the air.
INPUT_SECRETS = ("SrtPassphrase", "SourceUrl", "DestHost", "StreamName")
INPUT_TYPES = ("RTMP_PUSH", "RTMP_PULL", "SRT_PUSH", "SRT_PULL", "MEDIA_CONNECT")
EXAMPLE_CHANNEL = {
    "Name": "news",
    "InputAttachments": [{"InputId": "G6G4X5T4SZYPSTT5"}],
    "VideoSettings": [
        {
            "Name": "v720",
            "VideoCodec": "H264",
            "Width": 1280,
            "Height": 720,
            "VideoCodecSetting": {"Rate": {"Bitrate": 2500000}},
        }
    ],
    "AudioSettings": [{"Name": "a1", "AudioCodec": "aac"}],
    "OutputGroups": [
        {
            "Name": "g1",
            "Type": "MediaPackage",
            "MediaPackageGroupSetting": {"GroupName": "news", "ChannelName": "main"},
            "Outputs": [
                {
                    "Name": "o720",
                    "MediaType": 0,
                    "VideoSettingName": "v720",
                    "AudioSettingNames": ["a1"],
                    "MediaPackageOutputSetting": {"NameModifier": "720p"},
                }
            ],
        }
    ],
}

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
        heed="Bitrate in bit/s. StartMediaLiveChannel starts it.",
        example=EXAMPLE_CHANNEL,
        then="StartMediaLiveChannel puts it on the air.",
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
        example={"ChannelId": "SEGK5KA6KYKAWQQH"},
        heed="The address to push to is in GetMediaLiveInput (InputId of InputAttachments), include_credentials.",
        then="GetMediaLiveInput with an InputId of InputAttachments has the address to push to.",
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
        example={"MaxResults": 10, "SortOrder": "desc"},
        signed_addresses=True,
        rows=Rows(
            "Channels",
            (
                ("ChannelId", "ChannelId"),
                ("name", "Name"),
                ("state", "State"),
                ("inputs", "InputAttachments[].InputId"),
                ("created", "CreateTime"),
            ),
        ),
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
        heed="Replaces the whole configuration: send what stays as well, from GetMediaLiveChannel.",
        example={"ChannelId": "SEGK5KA6KYKAWQQH", **EXAMPLE_CHANNEL},
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
        example={"ChannelId": "SEGK5KA6KYKAWQQH"},
        heed="The address to push to is in GetMediaLiveInput (input_id of the result), include_credentials.",
        then="Push to the address that GetMediaLiveInput shows of each input.",
        parameters={"ChannelId": CHANNEL_ID},
        # A steady state ends only the call that leads to it: an idle channel has not started yet.
        poll=Poll(
            operation="GetMediaLiveChannel",
            arguments=(("ChannelId", "ChannelId"),),
            status_field="Channel.State",
            success=("RUNNING",),
            pending=("IDLE", "STARTING", "RECOVERING", "STOPPING"),
            result=Result(
                fields=(
                    ("state", "Channel.State"),
                    ("started", "Channel.LastStartTime"),
                    ("inputs[].input_id", "Channel.InputAttachments[].InputId"),
                    ("outputs[].url", "Channel.OutputGroups[].MonitorUrl"),
                    ("outputs[].name", "Channel.OutputGroups[].Name"),
                    ("outputs[].package_channel", "Channel.OutputGroups[].MediaPackageGroupSetting.ChannelName"),
                )
            ),
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
        example={"ChannelId": "SEGK5KA6KYKAWQQH"},
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
            result=Result(fields=(("state", "Channel.State"), ("stopped", "Channel.LastStopTime"))),
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
        example={"ChannelId": "SEGK5KA6KYKAWQQH"},
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
        heed='Push address: GetMediaLiveInput. Pull: [{"SourceUrl"}]; MEDIA_CONNECT: [{"FlowId","FlowOutputName"}].',
        example={
            "Name": "studio-a",
            "Type": "RTMP_PUSH",
            "InputSettings": [{"StreamName": "studio-a"}],
            "SecurityGroupIds": ["KZ7QJ2V5X8M3N4TB"],
        },
        then="GetMediaLiveInput has the address to push to; CreateMediaLiveChannel reads the input.",
        parameters={
            "Name": NAME,
            "Type": {
                "text": "How the stream arrives; cannot change later. Push types need SecurityGroupIds.",
                "choices": INPUT_TYPES,
            },
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
        heed="An encoder pushes to DestHost with its StreamName; shown with include_credentials.",
        example={"InputId": "G6G4X5T4SZYPSTT5"},
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
        example={"MaxResults": 10, "SortOrder": "desc"},
        rows=Rows(
            "Inputs",
            (
                ("InputId", "InputId"),
                ("name", "Name"),
                ("type", "Type"),
                ("channels", "ChannelIds"),
                ("groups", "SecurityGroupIds"),
                ("created", "CreateTime"),
            ),
        ),
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
        heed="Replaces all sources: send what stays as well, from GetMediaLiveInput.",
        example={
            "InputId": "G6G4X5T4SZYPSTT5",
            "Name": "studio-a",
            "InputSettings": [{"StreamName": "studio-a"}],
            "SecurityGroupIds": ["KZ7QJ2V5X8M3N4TB"],
        },
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
        example={"InputId": "G6G4X5T4SZYPSTT5"},
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
        example={"Name": "studio-network", "WhitelistRules": ["203.0.113.0/24"]},
        then="CreateMediaLiveInput takes the SecurityGroupId.",
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
        example={"SecurityGroupId": "KZ7QJ2V5X8M3N4TB"},
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
        example={"MaxResults": 10},
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
        example={
            "SecurityGroupId": "KZ7QJ2V5X8M3N4TB",
            "Name": "studio-network",
            "WhitelistRules": ["203.0.113.0/24", "198.51.100.7/32"],
        },
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
        example={"SecurityGroupId": "KZ7QJ2V5X8M3N4TB"},
        destructive_when=(AskWhen("deletes a list of addresses that may push to live inputs for good"),),
        parameters={"SecurityGroupId": GROUP_ID},
        idempotent=True,
    ),
)
