"""AI agents, third part: RTC robots, callbacks of agents, licences for devices.

Sources: what SDK 6.20.2 declares of the operations.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_agents_calls import AGENT_ID
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Rows

ROBOT_INSTANCE: ParameterNotes = {"text": "InstanceId from StartRtcRobotInstance."}
ROBOT_SETTINGS: dict[str, ParameterNotes] = {
    "Greeting": {"text": "Said when a user joins."},
    "VoiceId": {"text": "Voice, from the next sentence on."},
    "EnableVoiceInterrupt": {"text": "Whether speaking interrupts the robot. It works at once."},
}
ROBOT_CONFIG: ParameterNotes = {
    "text": "Overrides for this call; what is not given stays as set up.",
    "nested": {
        **ROBOT_SETTINGS,
        "AsrMaxSilence": {"text": "Silence that ends a sentence, in ms, as for agents.", "inferred": True},
        "UserOnlineTimeout": {"text": "Seconds it waits for a user to come, as for agents.", "inferred": True},
        "UserOfflineTimeout": {"text": "Seconds it stays after the user has left, as for agents.", "inferred": True},
        "UseVoiceprint": {"text": "Recognise who speaks; needs VoiceprintId, as for agents.", "inferred": True},
        "VoiceprintId": {"text": "Registered voiceprint, as for agents.", "inferred": True},
        "Volume": {"text": "Loudness in percent, 0 to 400, as for agents.", "inferred": True},
    },
}
BATCH_ID: ParameterNotes = {"text": "Batch of licences, from GetAiRtcLicenseInfoList."}
CALL_KINDS = {1: "voice", 2: "vision"}
CALL_KIND: ParameterNotes = {"text": "Kind of call: 1 voice, 2 vision.", "minimum": 1, "maximum": 2}
NEED_TOTAL: ParameterNotes = {"text": "Add TotalCount; default true."}

NOTES = (
    OperationNotes(
        operation="StartRtcRobotInstance",
        title="Send a robot into a channel",
        purpose=(
            "Start a voice robot in an RTC channel you already have. It takes a RobotId and few settings; "
            "agents set up in the console have StartAIAgentInstance and GenerateAIAgentCall. Returns the "
            "InstanceId for DescribeRtcRobotInstance and StopRtcRobotInstance. Each call starts another robot."
        ),
        effect=Effect.WRITE,
        example={
            "RobotId": "727dc0e296014bb58670940a3da95592",
            "ChannelId": "70f22d5784194938a7e387052f2b3208",
            "UserId": "robot-1",
            "AuthToken": "eyJhcHBpZCI6IjEyMyJ9",
        },
        replaced_by="StartAIAgentInstance",
        parameters={
            "RobotId": {"text": "Id of the robot."},
            "ChannelId": {"text": "RTC channel it joins."},
            "UserId": {"text": "The robot's name in the channel."},
            "AuthToken": {"text": "Token for that name, made from your RTC AppKey."},
            "Config": ROBOT_CONFIG,
            "UserData": {"text": "Data of yours, returned as it is."},
        },
        costs="Billed by the minute of the call.",
    ),
    OperationNotes(
        operation="UpdateRtcRobotInstance",
        title="Change a running robot",
        purpose=(
            "Change a robot started with StartRtcRobotInstance while it talks: its voice from the next sentence on, "
            "whether it may be interrupted at once, its greeting unless that was played already. Agents started "
            "otherwise are changed with UpdateAIAgentInstance."
        ),
        effect=Effect.WRITE,
        example={"InstanceId": "39f8e0bc005e4f309379701645f4ab12", "Config": {"VoiceId": "zhixiaoxia"}},
        replaced_by="UpdateAIAgentInstance",
        parameters={
            "InstanceId": ROBOT_INSTANCE,
            "Config": {
                "text": "What changes.",
                "nested": {name: ROBOT_SETTINGS[name] for name in ("EnableVoiceInterrupt", "Greeting", "VoiceId")},
            },
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DescribeRtcRobotInstance",
        title="Inspect a running robot",
        purpose=(
            "Read a robot started with StartRtcRobotInstance: whether it is Executing or Finished, its channel and "
            "settings. The channel token stays hidden unless include_credentials. Agents started otherwise are in "
            "DescribeAIAgentInstance."
        ),
        effect=Effect.READ,
        example={"InstanceId": "39f8e0bc005e4f309379701645f4ab12"},
        replaced_by="DescribeAIAgentInstance",
        parameters={"InstanceId": ROBOT_INSTANCE},
        rules=(AtLeastOne(("InstanceId",)),),
        idempotent=True,
        secret_fields=("AuthToken",),
    ),
    OperationNotes(
        operation="StopRtcRobotInstance",
        title="End a robot's call",
        purpose=(
            "Take a robot started with StartRtcRobotInstance out of its channel. The conversation is over and "
            "cannot be taken up again. Agents started otherwise are ended with StopAIAgentInstance."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"InstanceId": "39f8e0bc005e4f309379701645f4ab12"},
        replaced_by="StopAIAgentInstance",
        destructive_when=(AskWhen("ends a robot's conversation, which cannot be taken up again"),),
        parameters={"InstanceId": ROBOT_INSTANCE},
        idempotent=True,
    ),
    OperationNotes(
        operation="SetNotifyConfig",
        title="Configure an agent's callbacks",
        purpose=(
            "Set for one agent whether and where its events are announced and whether calls are recorded to OSS. It "
            "overwrites the whole configuration of that agent: read it with DescribeNotifyConfig first and send "
            "all that is to stay. Events of media jobs are set with SetEventCallback instead."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Replaces the agent's whole configuration: send what stays as well, from DescribeNotifyConfig.",
        example={
            "AIAgentId": "39f8e0bc005e4f309379701645f4c1d2",
            "EnableNotify": True,
            "CallbackUrl": "https://example.com/agent-events",
            "EventTypes": "agent_start,agent_stop,error",
        },
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
    ),
    OperationNotes(
        operation="DescribeNotifyConfig",
        title="Read an agent's callbacks",
        purpose=(
            "Read where one agent's events are announced, which events, and whether its calls are recorded. Use it "
            "before SetNotifyConfig, which replaces everything. The token that callbacks carry stays hidden unless "
            "include_credentials. Callbacks of media jobs are in GetEventCallback."
        ),
        effect=Effect.READ,
        example={"AIAgentId": "39f8e0bc005e4f309379701645f4c1d2"},
        signed_addresses=True,
        parameters={"AIAgentId": AGENT_ID},
        idempotent=True,
        secret_fields=("Token",),
    ),
    OperationNotes(
        operation="ActiveAiRtcLicense",
        title="Activate a device licence",
        purpose=(
            "Bind one licence of a batch to a device, so that it may talk to agents. It cannot be undone and uses the "
            "licence up. Free codes are in GetAiRtcAuthCodeList (Status=2). The licence that comes back is "
            "hidden unless include_credentials; whether it worked is Success in the answer."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"LicenseItemId": "17712345", "AuthCode": "iU1IeJech7", "DeviceId": "device-1"},
        destructive_when=(AskWhen("uses up a paid licence for this device, which cannot be undone"),),
        parameters={
            "LicenseItemId": {**BATCH_ID, "required": True},
            "AuthCode": {"text": "Authorisation code that is used up, from GetAiRtcAuthCodeList.", "required": True},
            "DeviceId": {"text": "Id of the device.", "required": True},
        },
        secret_fields=("License",),
        secrets_read_by="GetAiRtcAuthCodeList",
        costs="Uses up a paid licence for good.",
    ),
    OperationNotes(
        operation="GetAiRtcAuthCodeList",
        title="List device licence codes",
        purpose=(
            "List the authorisation codes of a batch of device licences: activated or not, on which device, when. "
            "Codes and licences stay hidden unless include_credentials. What batches there are, and how much of each "
            "is left, is in GetAiRtcLicenseInfoList. Pages with PageNo."
        ),
        effect=Effect.READ,
        example={"LicenseItemId": "17712345", "PageSize": 20},
        then="ActiveAiRtcLicense uses a code up.",
        rows=Rows(
            path="AuthCodeList",
            columns=(
                ("DeviceId", "DeviceId"),
                ("Status", "Status"),
                ("Type", "Type"),
                ("AuthCode", "AuthCode"),
                ("License", "License"),
                ("LicenseItemId", "LicenseItemId"),
                ("activated", "ActivatedTime"),
                ("created", "CreationTime"),
            ),
            meanings={"Status": {1: "activated", 2: "not activated"}, "Type": CALL_KINDS},
        ),
        parameters={
            "LicenseItemId": {**BATCH_ID, "required": True},
            "Status": {"text": "1 activated, 2 not yet.", "minimum": 1, "maximum": 2},
            "Type": CALL_KIND,
            "NeedTotalCount": NEED_TOTAL,
        },
        idempotent=True,
        # Whoever has a code can use up the licence behind it.
        secret_fields=("AuthCode", "License"),
    ),
    OperationNotes(
        operation="GetAiRtcLicenseInfoList",
        title="List batches of device licences",
        purpose=(
            "List the batches of licences for devices that talk to agents: how many were bought, how many are left, "
            "contract, when they begin and end. The single codes of a batch are in GetAiRtcAuthCodeList. Pages "
            "with PageNo."
        ),
        effect=Effect.READ,
        example={"PageSize": 20},
        then="GetAiRtcAuthCodeList has the codes of a batch.",
        rows=Rows(
            path="LicenseInfoList",
            columns=(
                ("LicenseItemId", "LicenseItemId"),
                ("Status", "Status"),
                ("Type", "Type"),
                ("bought", "LicenseCount"),
                ("left", "AvailableCapacity"),
                ("contract", "ContractNo"),
                ("begins", "BeginOn"),
                ("ends", "ExpiredOn"),
            ),
            meanings={"Status": {1: "normal", 2: "expired"}, "Type": CALL_KINDS},
        ),
        parameters={
            "LicenseItemId": {"text": "Only this batch."},
            "Status": {"text": "1 normal, 2 expired.", "minimum": 1, "maximum": 2},
            "Type": CALL_KIND,
            "NeedTotalCount": NEED_TOTAL,
        },
        idempotent=True,
    ),
)
