"""AI agents, first part: starting, steering, ending and handing over calls with an agent.

Sources: what SDK 6.20.2 declares of the operations and of their shared configuration objects.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_agents_config import AGENT_CONFIG, OUTBOUND_CONFIG, RUNTIME_CONFIG, VOLUME_TEXT
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter

AGENT_ID: ParameterNotes = {"text": "Id of the agent, set up in the console."}
INSTANCE_ID: ParameterNotes = {"text": "InstanceId of the running agent, from the call that started it."}
SESSION_ID: ParameterNotes = {"text": "Id of yours that joins the dialogues of several calls."}
USER_DATA: ParameterNotes = {"text": "Data of yours, returned as it is."}
CALLED_NUMBER: ParameterNotes = {"text": "Number to ring, as the vendor's samples write it, without +86: 13800000000."}
OLD_TEMPLATE_CONFIG: ParameterNotes = {"hidden": True}
CHAT_SYNC: ParameterNotes = {
    "text": "Also write the dialogue to a message chat.",
    "nested": {
        "IMAIAgentId": {"text": "Chat agent that writes."},
        "ReceiverId": {"text": "Chat user who gets it."},
    },
}
# What a running instance takes, of the about hundred settings of AgentConfig.
LIVE_CONFIG: ParameterNotes = {
    "text": "What changes: only these take effect on a running agent.",
    "fields": (
        Parameter("EnablePushToTalk", "boolean", text="true: it listens only while a key is held."),
        Parameter("Greeting", "string", text="Said when the agent joins; changes only what was not played yet."),
        Parameter(
            "InterruptConfig",
            "object",
            text="How the user may break in.",
            fields=(Parameter("EnableVoiceInterrupt", "boolean", text="Whether speaking interrupts the agent."),),
        ),
        Parameter(
            "LlmConfig",
            "object",
            text="The language model.",
            fields=(
                Parameter("BailianAppParams", "string", text="Parameters of a Model Studio application, as JSON text."),
            ),
        ),
        Parameter(
            "TtsConfig",
            "object",
            text="The voice.",
            fields=(Parameter("VoiceId", "string", text="Preset voice, from the next sentence on."),),
        ),
        Parameter(
            "VoiceprintConfig",
            "object",
            text="Recognises who speaks.",
            fields=(Parameter("UseVoiceprint", "boolean", text="true turns it on."),),
        ),
        Parameter("Volume", "integer", text=VOLUME_TEXT, minimum=0, maximum=400),
    ),
    "extra_fields": True,
}

NOTES = (
    OperationNotes(
        operation="StartAIAgentInstance",
        title="Send an agent into a channel",
        purpose=(
            "Start a voice, vision or avatar agent in an RTC channel you already have, with a token you made from your "
            "own AppKey. If channel and token are still missing, GenerateAIAgentCall makes them and starts the "
            "agent in one step; to ring a telephone use StartAIAgentOutboundCall. Each call starts another agent. "
            "Returns the InstanceId; DescribeAIAgentInstance shows Executing or Finished."
        ),
        effect=Effect.WRITE,
        example={
            "AIAgentId": "39f8e0bc005e4f309379701645f4c1d2",
            "RuntimeConfig": {
                "ChannelId": "70f22d5784194938a7e387052f2b3208",
                "AgentUserId": "agent-1",
                "AuthToken": "eyJhcHBpZCI6IjEyMyJ9",
            },
            "AgentConfig": {"Greeting": "Hello, how can I help?"},
        },
        parameters={
            "AIAgentId": AGENT_ID,
            "RuntimeConfig": RUNTIME_CONFIG,
            "AgentConfig": AGENT_CONFIG,
            "SessionId": SESSION_ID,
            "ChatSyncConfig": CHAT_SYNC,
            "UserData": USER_DATA,
            "TemplateConfig": OLD_TEMPLATE_CONFIG,
        },
        costs="Billed by the minute of the call.",
    ),
    OperationNotes(
        operation="UpdateAIAgentInstance",
        title="Change a running agent",
        purpose=(
            "Change settings of an agent while its call goes on: voice, volume, greeting, push-to-talk, whether it may "
            "be interrupted, voiceprint use, parameters of the Bailian app. They are merged with what the agent has; "
            "other settings need a new call. It does not change the agent in the console."
        ),
        effect=Effect.WRITE,
        example={
            "InstanceId": "39f8e0bc005e4f309379701645f4ab12",
            "AgentConfig": {"TtsConfig": {"VoiceId": "zhixiaoxia"}, "Volume": 120},
        },
        parameters={
            "InstanceId": INSTANCE_ID,
            "AgentConfig": LIVE_CONFIG,
            "UserData": USER_DATA,
            "TemplateConfig": OLD_TEMPLATE_CONFIG,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DescribeAIAgentInstance",
        title="Inspect one agent call",
        purpose=(
            "Read one agent instance by its id: whether the call runs (Executing) or has ended (Finished), its "
            "settings and channel, for telephone calls numbers, duration and who hung up, and the address of the call "
            "log. The channel token stays hidden unless include_credentials. For the calls of an agent use "
            "ListAIAgentInstance."
        ),
        effect=Effect.READ,
        example={"InstanceId": "39f8e0bc005e4f309379701645f4ab12"},
        parameters={"InstanceId": INSTANCE_ID},
        idempotent=True,
        secret_fields=("AuthToken", "OpenAIExtraQuery"),
    ),
    OperationNotes(
        operation="ListAIAgentInstance",
        title="List calls of an agent",
        purpose=(
            "List the calls of one agent, running and past, in a span of time: status (Created, Executing, Finished), "
            "settings and call log of each. Pages with PageNumber, at most 100 pages, and the answer holds no total: "
            "a page shorter than PageSize is the last. Channel tokens stay hidden unless include_credentials."
        ),
        effect=Effect.READ,
        heed="StartTime and EndTime in UTC; no total: a page shorter than PageSize is the last.",
        example={"AIAgentId": "39f8e0bc005e4f309379701645f4c1d2", "PageSize": 20},
        then="DescribeAIAgentInstance reads one call.",
        parameters={
            "AIAgentId": AGENT_ID,
            "StartTime": {"text": "Start of the span, UTC: 2026-01-31T08:00:00Z. Default: no limit."},
            "EndTime": {
                "text": "End of the span, UTC: 2026-01-31T08:00:00Z. Default: no limit.",
                "not_before": "StartTime",
            },
            "PageNumber": {"text": "Page; default 1.", "minimum": 1, "maximum": 100},
            "PageSize": {"text": "Calls a page; default 10.", "minimum": 0, "maximum": 100},
        },
        idempotent=True,
        secret_fields=("AuthToken", "OpenAIExtraQuery"),
    ),
    OperationNotes(
        operation="StopAIAgentInstance",
        title="End an agent's call",
        purpose=(
            "Take the agent out of its channel or hang up its telephone call. The call is over and cannot be taken "
            "up again; a new one has to be started. To let a person go on instead use TakeoverAIAgentCall, to put "
            "a caller through to another number ForwardAIAgentCall."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"InstanceId": "39f8e0bc005e4f309379701645f4ab12"},
        destructive_when=(AskWhen("ends a call for whoever is in it; it cannot be taken up again"),),
        parameters={"InstanceId": INSTANCE_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="GenerateAIAgentCall",
        title="Start a call with an agent",
        purpose=(
            "Make an RTC channel and start the agent in it at once: more than the generating of a token that the name "
            "suggests, and the minutes count from here. Returns InstanceId, channel and user names, and the token with "
            "which a person's app joins, hidden unless include_credentials. With a channel and token of your own use "
            "StartAIAgentInstance. Each call starts another agent."
        ),
        effect=Effect.WRITE,
        heed="It starts at once, and its minutes; the Token needs include_credentials. AIAgentId: from the console.",
        example={"AIAgentId": "39f8e0bc005e4f309379701645f4c1d2", "UserId": "caller-17", "Expire": 3600},
        then="StopAIAgentInstance ends the call.",
        parameters={
            "AIAgentId": AGENT_ID,
            "UserId": {"text": "Person's name in the channel; made up if not given.", "max_characters": 64},
            "Expire": {"text": "Lifetime of the token in seconds; default 3600.", "minimum": 0, "maximum": 604800},
            "AgentConfig": AGENT_CONFIG,
            "SessionId": SESSION_ID,
            "ChatSyncConfig": CHAT_SYNC,
            "UserData": USER_DATA,
            "TemplateConfig": OLD_TEMPLATE_CONFIG,
        },
        secret_fields=("Token",),
        costs="Billed by the minute of the call.",
    ),
    OperationNotes(
        operation="StartAIAgentOutboundCall",
        title="Let an agent ring a phone",
        purpose=(
            "Let an agent ring a real telephone and talk to whoever answers. Be sure of the number and that the "
            "person may be called: it rings at once, and every further call of this tool rings again; after an "
            "unclear failure look with ListAIAgentInstance first. Returns the InstanceId; "
            "DescribeAIAgentInstance shows how the call went, StopAIAgentInstance hangs up."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="It rings at once. CalledNumber without +86; AIAgentId is copied from the web console.",
        sources=("https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-startaiagentoutboundcall",),
        example={
            "AIAgentId": "39f8e0bc005e4f309379701645f4c1d2",
            "CalledNumber": "13800000000",
            "CallerNumber": "057126883072",
            "Config": {"Greeting": "Good morning, this is Harbour TV."},
        },
        then="DescribeAIAgentInstance shows how the call went.",
        destructive_when=(AskWhen("rings a real telephone at once, and is billed by the minute"),),
        parameters={
            "AIAgentId": AGENT_ID,
            "CalledNumber": CALLED_NUMBER,
            "CallerNumber": {
                "text": "Number of yours in mainland China: see ListAIAgentPhoneNumber. It takes 15 calls at a time."
            },
            "Config": OUTBOUND_CONFIG,
            "SessionId": SESSION_ID,
            "UserData": USER_DATA,
            "ImsAIAgentFreeObCall": {"hidden": True},
        },
        costs="Dials a real phone number; billed by the minute.",
    ),
    OperationNotes(
        operation="TakeoverAIAgentCall",
        title="Let a person take over",
        purpose=(
            "Let a person take the agent's place in its call. The person joins the channel under HumanAgentUserId with "
            "a token, which is returned only with RequireToken=true and hidden unless include_credentials. To send a "
            "telephone call to another number use ForwardAIAgentCall."
        ),
        effect=Effect.DESTRUCTIVE,
        example={
            "InstanceId": "39f8e0bc005e4f309379701645f4ab12",
            "HumanAgentUserId": "operator-3",
            "RequireToken": True,
        },
        destructive_when=(AskWhen("takes the agent out of its call; a person has to go on with it"),),
        parameters={
            "InstanceId": INSTANCE_ID,
            "HumanAgentUserId": {"text": "The person's name in the channel; made up if not given."},
            "RequireToken": {"text": "true returns a channel token; default false."},
        },
        rules=(AtLeastOne(("InstanceId",)),),
        secret_fields=("Token",),
    ),
    OperationNotes(
        operation="ForwardAIAgentCall",
        title="Put a phone call through",
        purpose=(
            "Put a telephone call that an agent is having through to another number, which rings at once. The agent "
            "can announce it, and say something if it fails. For a person who joins by app instead of telephone use "
            "TakeoverAIAgentCall."
        ),
        effect=Effect.DESTRUCTIVE,
        example={
            "InstanceId": "39f8e0bc005e4f309379701645f4ab12",
            "CalledNumber": "13800000000",
            "TransferPrompt": "I am putting you through.",
        },
        destructive_when=(AskWhen("rings a real telephone at once and puts a call through to it"),),
        parameters={
            "InstanceId": {
                "text": "InstanceId of the running call. The vendor says it only counts for calls that came in."
            },
            "CalledNumber": CALLED_NUMBER,
            "CallerNumber": {"text": "Number shown there; not on lines of Alibaba Cloud. Default: the agent's number."},
            "TransferPrompt": {"text": "Said before; default only the ringing tone."},
            "ErrorPrompt": {"text": "Said if it fails; default nothing."},
        },
        costs="Dials a real phone number.",
    ),
    OperationNotes(
        operation="GetAIAgentConcurrency",
        title="Count an agent's running calls",
        purpose=(
            "Read how many calls one agent is having at this moment, for instance before starting more or to watch "
            "the load. It is a number only; which calls they are is in ListAIAgentInstance."
        ),
        effect=Effect.READ,
        example={"AIAgentId": "39f8e0bc005e4f309379701645f4c1d2"},
        parameters={"AIAgentId": AGENT_ID},
        idempotent=True,
    ),
)
