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
            "create_media_live_input and create_live_package_channel. Outputs name the settings they use. Returns "
            "ChannelId; nothing runs until start_media_live_channel. For channels assembled from finished videos use "
            "create_channel (MediaWeaver)."
        ),
        effect=Effect.WRITE,
        parameters={
            "Name": NAME,
            "InputAttachments": INPUT_ATTACHMENTS,
            "OutputGroups": OUTPUT_GROUPS,
            "VideoSettings": VIDEO_SETTINGS,
            "AudioSettings": AUDIO_SETTINGS,
        },
        words=(
            "live encoder",
            "live transcoding",
            "broadcast",
            "new channel",
            "直播频道",
            "直播转码",
            "创建频道",
            "cloud live channel",
            "new live channel",
            "云直播频道",
            "新建直播频道",
        ),
    ),
    OperationNotes(
        operation="GetMediaLiveChannel",
        title="Inspect a live encoder",
        purpose=(
            "Read one MediaLive channel: its State (IDLE, STARTING, RUNNING, RECOVERING, STOPPING), inputs, encoding "
            "settings, outputs with their MonitorUrl, and when it was last started and stopped. This is the call to "
            "repeat after start_media_live_channel or stop_media_live_channel."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"ChannelId": CHANNEL_ID},
        idempotent=True,
        words=(
            "channel state",
            "is it running",
            "live status",
            "monitor",
            "直播频道状态",
            "查询频道",
            "频道详情",
            "is the live channel running",
            "live channel status",
            "直播频道在跑吗",
        ),
    ),
    OperationNotes(
        operation="ListMediaLiveChannels",
        title="List live encoders",
        purpose=(
            "Find MediaLive channels by part of their id or name and by state; each comes with its whole "
            "configuration, so keep pages small. Pages with NextToken, oldest first unless SortOrder=desc. "
            "Channels of MediaPackage are in list_live_package_channels, those of MediaWeaver in list_channels."
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
        words=(
            "find live channels",
            "running encoders",
            "which channels",
            "直播频道列表",
            "运行中的频道",
            "which live channels are running",
            "哪些直播频道在跑",
        ),
    ),
    OperationNotes(
        operation="UpdateMediaLiveChannel",
        title="Reconfigure a live encoder",
        purpose=(
            "Replace name, inputs, outputs and encoding settings of a MediaLive channel that is not running: stop it "
            "first with stop_media_live_channel. The whole configuration is sent again, so read it with "
            "get_media_live_channel and hand back what should stay too; do not count on what is left out being kept."
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
        words=(
            "change bitrate",
            "change resolution",
            "edit channel",
            "switch input",
            "修改频道",
            "修改直播转码",
            "switch to backup input",
            "change live bitrate",
            "swap input",
            "切换输入",
            "切到备用源",
        ),
    ),
    OperationNotes(
        operation="StartMediaLiveChannel",
        title="Start a live encoder",
        purpose=(
            "Let an idle MediaLive channel begin to read its inputs and encode. Returns at once while the channel is "
            "STARTING: look at Channel.State with get_media_live_channel until it is RUNNING. A channel that is not "
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
        words=(
            "go live",
            "begin broadcast",
            "run channel",
            "resume",
            "启动频道",
            "开播",
            "开始直播",
            "start the live channel",
            "channel go live",
            "启动直播频道",
        ),
    ),
    OperationNotes(
        operation="StopMediaLiveChannel",
        title="Stop a live encoder",
        purpose=(
            "Take a running MediaLive channel off air: viewers lose the stream, the configuration stays and "
            "start_media_live_channel resumes. Returns at once while the channel is STOPPING: look at Channel.State "
            "with get_media_live_channel until it is IDLE. Needed before a channel can be changed or deleted."
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
        words=(
            "end broadcast",
            "off air",
            "halt channel",
            "interrupt",
            "停止频道",
            "停播",
            "下播",
            "stop the live channel",
            "shut the live channel down",
            "停止直播频道",
            "关掉直播",
            "结束直播",
        ),
    ),
    OperationNotes(
        operation="DeleteMediaLiveChannel",
        title="Delete a live encoder",
        purpose=(
            "Remove a MediaLive channel and its configuration for good. It must not be running: call "
            "stop_media_live_channel first and wait for IDLE. Its inputs and the MediaPackage channel it fed stay. "
            "To pause a broadcast only, stop it instead."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a live channel with its configuration for good"),),
        parameters={"ChannelId": CHANNEL_ID},
        idempotent=True,
        words=("remove live channel", "tear down", "删除直播频道", "删除频道"),
    ),
    OperationNotes(
        operation="CreateMediaLiveInput",
        title="Define a live source",
        purpose=(
            "Define where a MediaLive channel gets its picture: an address that an encoder pushes to (RTMP or SRT), a "
            "URL to pull from, or an output of a MediaConnect flow. Up to two sources, primary and backup. Returns "
            "InputId; the address to push to is then DestHost in get_media_live_input. Attach the input with "
            "create_media_live_channel or update_media_live_channel."
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
        words=(
            "push address",
            "ingest",
            "OBS",
            "rtmp",
            "srt",
            "pull stream",
            "推流地址",
            "直播输入",
            "拉流",
            "where can obs push",
            "rtmp ingest address",
            "srt input",
            "new live input",
            "新建直播输入",
            "接入信号",
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
        words=(
            "where to push",
            "push url",
            "ingest address",
            "source details",
            "推流地址",
            "输入详情",
            "push address of the input",
            "stream key",
            "输入的推流地址",
        ),
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
        words=(
            "find inputs",
            "unused inputs",
            "push sources",
            "输入列表",
            "直播源列表",
            "which live inputs exist",
            "有哪些输入",
        ),
    ),
    OperationNotes(
        operation="UpdateMediaLiveInput",
        title="Change a live source",
        purpose=(
            "Replace name, sources and security groups of a MediaLive input, for instance another pull URL or SRT "
            "passphrase. Only while no channel uses it (ChannelIds in get_media_live_input is empty). The type "
            "cannot change: make a new one with create_media_live_input."
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
        words=("edit source url", "change passphrase", "rename input", "修改输入", "修改拉流地址"),
    ),
    OperationNotes(
        operation="DeleteMediaLiveInput",
        title="Delete a live source",
        purpose=(
            "Remove a MediaLive input for good; its push address stops working. Refused while a channel uses it: "
            "take it out with update_media_live_channel or delete that channel first."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a live input for good; its push address stops working"),),
        parameters={"InputId": INPUT_ID},
        idempotent=True,
        words=("remove input", "drop source", "删除输入", "删除直播源"),
    ),
    OperationNotes(
        operation="CreateMediaLiveInputSecurityGroup",
        title="Allow addresses to push",
        purpose=(
            "Make a list of IP ranges that are allowed to push to MediaLive inputs and get its SecurityGroupId. Push "
            "inputs need one, so this comes before create_media_live_input. Keep the ranges narrow: a /0 lets "
            "anybody push."
        ),
        effect=Effect.WRITE,
        parameters={"Name": NAME, "WhitelistRules": RULES},
        words=(
            "whitelist",
            "allow ip",
            "firewall",
            "cidr",
            "安全组",
            "白名单",
            "推流白名单",
            "only our ip may push",
            "restrict who can push",
            "ip whitelist",
            "allow office ip",
            "限制推流ip",
            "新建安全组",
            "只允许",
        ),
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
        words=("push refused", "allowed addresses", "whitelist details", "安全组详情", "白名单查询"),
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
        words=(
            "find whitelists",
            "ip rules",
            "who may push",
            "安全组列表",
            "白名单列表",
            "which ips may push",
            "哪些ip能推流",
        ),
    ),
    OperationNotes(
        operation="UpdateMediaLiveInputSecurityGroup",
        title="Change a push whitelist",
        purpose=(
            "Replace the name and the whole list of IP ranges of a MediaLive security group. Only while no input uses "
            "it (InputIds in get_media_live_input_security_group is empty); otherwise make another group with "
            "create_media_live_input_security_group and give it to the input."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("replaces the whole list of addresses that may push to live inputs", shows=("WhitelistRules",)),
        ),
        parameters={"SecurityGroupId": GROUP_ID, "Name": NAME, "WhitelistRules": RULES},
        idempotent=True,
        words=(
            "add ip",
            "remove ip",
            "edit whitelist",
            "修改安全组",
            "修改白名单",
            "add ip to whitelist",
            "白名单加ip",
        ),
    ),
    OperationNotes(
        operation="DeleteMediaLiveInputSecurityGroup",
        title="Delete a push whitelist",
        purpose=(
            "Remove a MediaLive security group for good. Refused while an input uses it: give that input another "
            "group with update_media_live_input first."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a list of addresses that may push to live inputs for good"),),
        parameters={"SecurityGroupId": GROUP_ID},
        idempotent=True,
        words=("remove whitelist", "drop ip rules", "删除安全组", "删除白名单"),
    ),
)
