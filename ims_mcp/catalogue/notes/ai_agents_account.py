"""AI agents, third part: RTC robots, callbacks of agents, licences for devices.

Sources: what SDK 6.20.2 declares of the operations.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_agents_calls import AGENT_ID
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect

ROBOT_INSTANCE: ParameterNotes = {"text": "InstanceId from start_rtc_robot_instance."}
BATCH_ID: ParameterNotes = {"text": "Batch of licences, from get_ai_rtc_license_info_list."}
CALL_KIND: ParameterNotes = {"text": "1 voice, 2 vision.", "minimum": 1, "maximum": 2}
NEED_TOTAL: ParameterNotes = {"text": "Add TotalCount; default true."}

NOTES = (
    OperationNotes(
        operation="StartRtcRobotInstance",
        title="Send a robot into a channel",
        purpose=(
            "Start a voice robot in an RTC channel you already have. It takes a RobotId and few settings; "
            "agents set up in the console have start_ai_agent_instance and generate_ai_agent_call. Returns the "
            "InstanceId for describe_rtc_robot_instance and stop_rtc_robot_instance. Each call starts another robot."
        ),
        effect=Effect.WRITE,
        parameters={
            "RobotId": {"text": "Id of the robot."},
            "ChannelId": {"text": "RTC channel it joins."},
            "UserId": {"text": "The robot's name in the channel."},
            "AuthToken": {"text": "Token for that name, made from your RTC AppKey."},
            "Config": {"text": "Overrides for this call; what is not given stays as set up."},
            "UserData": {"text": "Data of yours, returned as it is."},
        },
        costs="Billed by the minute of the call.",
        words=("voice robot", "rtc bot", "robot in a call", "启动机器人", "语音机器人", "RTC机器人"),
    ),
    OperationNotes(
        operation="UpdateRtcRobotInstance",
        title="Change a running robot",
        purpose=(
            "Change a robot started with start_rtc_robot_instance while it talks: its voice from the next sentence on, "
            "whether it may be interrupted at once, its greeting unless that was played already. Agents started "
            "otherwise are changed with update_ai_agent_instance."
        ),
        effect=Effect.WRITE,
        parameters={"InstanceId": ROBOT_INSTANCE, "Config": {"text": "What changes."}},
        idempotent=True,
        words=("change robot voice", "interruptible", "修改机器人", "切换音色", "更新机器人"),
    ),
    OperationNotes(
        operation="DescribeRtcRobotInstance",
        title="Inspect a running robot",
        purpose=(
            "Read a robot started with start_rtc_robot_instance: whether it is Executing or Finished, its channel and "
            "settings. The channel token stays hidden unless include_credentials. Agents started otherwise are in "
            "describe_ai_agent_instance."
        ),
        effect=Effect.READ,
        parameters={"InstanceId": ROBOT_INSTANCE},
        rules=(AtLeastOne(("InstanceId",)),),
        idempotent=True,
        secret_fields=("AuthToken",),
        words=(
            "robot status",
            "is the robot running",
            "机器人状态",
            "查询机器人",
            "RTC机器人",
            "is the robot still there",
            "机器人还在吗",
        ),
    ),
    OperationNotes(
        operation="StopRtcRobotInstance",
        title="End a robot's call",
        purpose=(
            "Take a robot started with start_rtc_robot_instance out of its channel. The conversation is over and "
            "cannot be taken up again. Agents started otherwise are ended with stop_ai_agent_instance."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("ends a robot's conversation, which cannot be taken up again"),),
        parameters={"InstanceId": ROBOT_INSTANCE},
        idempotent=True,
        words=("hang up robot", "end bot session", "停止机器人", "结束通话", "关闭机器人"),
    ),
    OperationNotes(
        operation="SetNotifyConfig",
        title="Configure an agent's callbacks",
        purpose=(
            "Set for one agent whether and where its events are announced and whether calls are recorded to OSS. It "
            "overwrites the whole configuration of that agent: read it with describe_notify_config first and send "
            "all that is to stay. Events of media jobs are set with set_event_callback instead."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("replaces the whole notification configuration of an agent; what is not sent again is lost"),
        ),
        parameters={
            "AIAgentId": AGENT_ID,
            "EnableNotify": {"text": "Whether events are announced."},
            "CallbackUrl": {"text": "Where they go.", "url_schemes": ("http", "https")},
            "EventTypes": {
                "text": "Comma-separated, such as agent_start,agent_stop,error; default all.",
                "hints": ("agent_start", "agent_stop", "error"),
                "comma_list": True,
            },
            "Token": {"text": "Sent in the Authorization header of callbacks."},
            "EnableAudioRecording": {"text": "Record the calls."},
            "AudioOssPath": {"text": "OSS path of the recordings."},
        },
        idempotent=True,
        words=(
            "agent webhook",
            "record calls",
            "notification",
            "智能体回调",
            "通话录音",
            "回调配置",
            "agent events to my server",
            "record agent calls",
            "智能体事件通知",
            "开启通话录音",
        ),
    ),
    OperationNotes(
        operation="DescribeNotifyConfig",
        title="Read an agent's callbacks",
        purpose=(
            "Read where one agent's events are announced, which events, and whether its calls are recorded. Use it "
            "before set_notify_config, which replaces everything. The token that callbacks carry stays hidden unless "
            "include_credentials. Callbacks of media jobs are in get_event_callback."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"AIAgentId": AGENT_ID},
        idempotent=True,
        secret_fields=("Token",),
        words=("agent webhook", "are calls recorded", "查询回调", "智能体回调", "录音配置"),
    ),
    OperationNotes(
        operation="ActiveAiRtcLicense",
        title="Activate a device licence",
        purpose=(
            "Bind one licence of a batch to a device, so that it may talk to agents. It cannot be undone and uses the "
            "licence up. Free codes are in get_ai_rtc_auth_code_list (Status=2). The licence that comes back is "
            "hidden unless include_credentials; whether it worked is Success in the answer."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("uses up a paid licence for this device, which cannot be undone"),),
        parameters={
            "LicenseItemId": BATCH_ID,
            "AuthCode": {"text": "Authorisation code that is used up."},
            "DeviceId": {"text": "Id of the device."},
        },
        secret_fields=("License",),
        costs="Uses up a paid licence for good.",
        words=(
            "activate device",
            "license key",
            "iot toy",
            "激活",
            "激活授权",
            "设备授权",
            "license激活",
            "activate toy",
            "bind licence to device",
            "激活设备",
            "设备激活",
        ),
    ),
    OperationNotes(
        operation="GetAiRtcAuthCodeList",
        title="List device licence codes",
        purpose=(
            "List the authorisation codes of a batch of device licences: activated or not, on which device, when. "
            "Codes and licences stay hidden unless include_credentials. What batches there are, and how much of each "
            "is left, is in get_ai_rtc_license_info_list. Pages with PageNo."
        ),
        effect=Effect.READ,
        parameters={
            "LicenseItemId": BATCH_ID,
            "Status": {"text": "1 activated, 2 not yet.", "minimum": 1, "maximum": 2},
            "Type": CALL_KIND,
            "NeedTotalCount": NEED_TOTAL,
        },
        idempotent=True,
        # Whoever has a code can use up the licence behind it.
        secret_fields=("AuthCode", "License"),
        words=("activation codes", "licence keys", "unused codes", "授权码", "授权码列表", "激活码"),
    ),
    OperationNotes(
        operation="GetAiRtcLicenseInfoList",
        title="List batches of device licences",
        purpose=(
            "List the batches of licences for devices that talk to agents: how many were bought, how many are left, "
            "contract, when they begin and end. The single codes of a batch are in get_ai_rtc_auth_code_list. Pages "
            "with PageNo."
        ),
        effect=Effect.READ,
        parameters={
            "LicenseItemId": {"text": "Only this batch."},
            "Status": {"text": "1 normal, 2 expired.", "minimum": 1, "maximum": 2},
            "Type": CALL_KIND,
            "NeedTotalCount": NEED_TOTAL,
        },
        idempotent=True,
        words=(
            "licences left",
            "license expiry",
            "purchased licences",
            "授权批次",
            "license列表",
            "剩余授权",
            "device licences remaining",
            "还剩多少授权",
        ),
    ),
)
