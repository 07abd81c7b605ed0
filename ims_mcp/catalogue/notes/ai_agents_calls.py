"""AI agents, first part: starting, steering, ending and handing over calls with an agent.

Sources: what SDK 6.20.2 declares of the operations and of their shared configuration objects.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter

AGENT_ID: ParameterNotes = {"text": "Id of the agent, set up in the console."}
INSTANCE_ID: ParameterNotes = {"text": "InstanceId of the running agent, from the call that started it."}
SESSION_ID: ParameterNotes = {"text": "Id of yours that joins the dialogues of several calls."}
USER_DATA: ParameterNotes = {"text": "Data of yours, returned as it is."}
# The older spelling of one list: it is described once, under its newer name.
OLD_BACK_CHANNELING: ParameterNotes = {
    "text": "Deprecated: BackChannelingConfigs.",
    "items": Parameter("", "object"),
}
VOLUME: ParameterNotes = {"text": "Percent of the normal volume.", "minimum": 0, "maximum": 400}
AGENT_CONFIG: ParameterNotes = {
    "text": "Overrides for this call; what is not given stays as in the console. Timeouts in seconds.",
    "nested": {"BackChannelingConfig": OLD_BACK_CHANNELING, "Volume": VOLUME},
}
OLD_TEMPLATE_CONFIG: ParameterNotes = {"text": "Older form of AgentConfig, which wins; leave it out.", "fields": ()}
CHAT_SYNC: ParameterNotes = {
    "text": "Also write the dialogue to a message chat.",
    "nested": {"IMAIAgentId": {"text": "Chat agent."}, "ReceiverId": {"text": "Chat user."}},
}
# What a running instance takes, of the about hundred settings of AgentConfig.
LIVE_CONFIG: ParameterNotes = {
    "text": "Only these take effect on a running agent.",
    "fields": (
        Parameter("EnablePushToTalk", "boolean"),
        Parameter("Greeting", "string"),
        Parameter("InterruptConfig", "object", fields=(Parameter("EnableVoiceInterrupt", "boolean"),)),
        Parameter(
            "LlmConfig",
            "object",
            fields=(Parameter("BailianAppParams", "string", text="JSON text."),),
        ),
        Parameter("TtsConfig", "object", fields=(Parameter("VoiceId", "string"),)),
        Parameter("VoiceprintConfig", "object", fields=(Parameter("UseVoiceprint", "boolean"),)),
        Parameter("Volume", "integer", minimum=0, maximum=400),
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
        parameters={
            "AIAgentId": AGENT_ID,
            "RuntimeConfig": {
                "text": "Where it joins: ChannelId, AgentUserId and AuthToken, here or under the agent's kind.",
            },
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
        parameters={
            "AIAgentId": AGENT_ID,
            "StartTime": {"text": "Start of the span, ISO 8601."},
            "EndTime": {"text": "End of the span, ISO 8601."},
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
        destructive_when=(AskWhen("rings a real telephone at once, and is billed by the minute"),),
        parameters={
            "AIAgentId": AGENT_ID,
            "CalledNumber": {"text": "Number to ring."},
            "CallerNumber": {"text": "Number of yours in mainland China: see ListAIAgentPhoneNumber."},
            "Config": {
                "text": "Overrides for this call; what is not given stays as in the console.",
                "nested": {
                    "BackChannelingConfig": OLD_BACK_CHANNELING,
                    "GreetingDelay": {"text": "Milliseconds.", "minimum": 0, "maximum": 5000},
                },
            },
            "SessionId": SESSION_ID,
            "UserData": USER_DATA,
            "ImsAIAgentFreeObCall": {"text": "Reserved: leave it out."},
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
        destructive_when=(AskWhen("rings a real telephone at once and puts a call through to it"),),
        parameters={
            "InstanceId": INSTANCE_ID,
            "CalledNumber": {"text": "Number to ring."},
            "CallerNumber": {"text": "Number shown there; not on lines of Alibaba Cloud."},
            "TransferPrompt": {"text": "Said before; default only the ringing tone."},
            "ErrorPrompt": {"text": "Said if it fails."},
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
        parameters={"AIAgentId": AGENT_ID},
        idempotent=True,
    ),
)
