"""AI agents, second part: dialogues, phone numbers, voiceprints, and what is sent to agents and users.

Sources: what SDK 6.20.2 declares of the operations.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_agents_calls import AGENT_ID, INSTANCE_ID
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Rows

REGISTRATION_MODE: ParameterNotes = {
    "text": "Registered by call (default), or during conversations.",
    "choices": ("Explicit", "Implicit"),
}

NOTES = (
    OperationNotes(
        operation="ListAIAgentDialogues",
        title="Read a conversation",
        purpose=(
            "Read what was said in one session between a user and agents, newest first: texts with speaker, time, "
            "round, reasoning and attached files, from voice calls and chats. Give a span of time, and either pages "
            "or RoundLimit for the last rounds, which overrides pages. There is no total: a page shorter than "
            "PageSize is the last."
        ),
        effect=Effect.READ,
        heed="StartTime and EndTime in Unix milliseconds, both included.",
        example={
            "SessionId": "c1e5b2a4f7d84c0f9a3b6d2e8f1a7c90",
            "StartTime": 1779811200000,
            "EndTime": 1779897599999,
            "Order": "ASC",
        },
        then="DeleteAIAgentDialogue takes the ids of an entry.",
        parameters={
            "SessionId": {"text": "Session the calls or chats were started with."},
            "StartTime": {"text": "Start, Unix milliseconds, inclusive: 1793462400000 is 2026-11-01 in Beijing."},
            "EndTime": {"text": "End, Unix milliseconds, inclusive.", "not_before": "StartTime"},
            "RoundLimit": {"text": "Only the last so many rounds: a whole number from 1.", "pattern": r"[1-9]\d*"},
            "Order": {"text": "By time; default DESC.", "choices": ("ASC", "DESC")},
            "PageSize": {"text": "Entries a page; default 20.", "maximum": 100},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteAIAgentDialogue",
        title="Delete an entry of a conversation",
        purpose=(
            "Delete one entry of a session's stored conversation, for instance because it holds personal data. It "
            "cannot be undone. The ids of session, entry and workflow node are in ListAIAgentDialogues; several "
            "entries need several calls."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"SessionId": "c1e5b2a4f7d84c0f9a3b6d2e8f1a7c90", "DialogueId": "19de81b3b3d94abda22e5b1a2c3d4e5f"},
        destructive_when=(AskWhen("deletes an entry of a stored conversation for good"),),
        parameters={
            "SessionId": {"text": "Session of the entry."},
            "DialogueId": {"text": "Entry to delete."},
            "NodeId": {"text": "Workflow node of the entry."},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="ListAIAgentPhoneNumber",
        title="List phone numbers of agents",
        purpose=(
            "List the telephone numbers the account has for agents, with their state. Use it to choose the "
            "CallerNumber for StartAIAgentOutboundCall: status 2 is a working number. Pages with "
            "PageNumber; TotalNumber says how many."
        ),
        effect=Effect.READ,
        example={"PageSize": 50},
        then="StartAIAgentOutboundCall takes one as CallerNumber.",
        rows=Rows(
            path="Data",
            columns=(("PhoneNumber", "PhoneNumber"), ("Status", "Status")),
            meanings={"Status": {1: "being activated", 2: "normal", 3: "being deactivated", 4: "deactivated"}},
        ),
        parameters={
            "Status": {
                "text": "Only this state: 1 being activated, 2 normal, 3 being deactivated, 4 deactivated.",
                "minimum": 1,
                "maximum": 4,
            },
            "Number": {"text": "Only this number."},
            "PageSize": {"text": "Numbers a page; default 50.", "maximum": 100},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="ListAIAgentVoiceprints",
        title="List registered voiceprints",
        purpose=(
            "List the voiceprints by which agents recognise speakers, with the times they were made and changed, or "
            "one with VoiceprintId. The recordings are not returned. Pages with PageNumber; TotalCount says how many."
        ),
        effect=Effect.READ,
        example={"PageSize": 20},
        parameters={
            "VoiceprintId": {"text": "Only this voiceprint."},
            "RegistrationMode": REGISTRATION_MODE,
            "PageNumber": {"text": "Page, from 1.", "minimum": 1},
            "PageSize": {"text": "Voiceprints a page.", "minimum": 1, "maximum": 100},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SetAIAgentVoiceprint",
        title="Register a speaker's voiceprint",
        purpose=(
            "Register a person's voice from a WAV recording, so that agents with voiceprint recognition know "
            "that speaker. A VoiceprintId that exists is registered anew: the old print is lost. Have the person's "
            "consent. Name the id in VoiceprintConfig when starting a call."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="A VoiceprintId that exists is replaced. WAV only; have the speaker's consent.",
        example={
            "VoiceprintId": "anchor-li",
            "Input": {"Type": "oss", "Format": "wav", "Data": "oss://example-bucket/voices/li.wav"},
        },
        then="StartAIAgentInstance names it in VoiceprintConfig.",
        destructive_when=(AskWhen("registers a person's voice; a print that exists under this id is lost"),),
        parameters={
            "VoiceprintId": {"text": "Id of your choice.", "min_characters": 1, "max_characters": 127},
            "Input": {
                "text": "The recording.",
                "nested": {
                    "Data": {
                        "text": "Address of the recording: https://host/voice.wav for url, oss://bucket/key for oss."
                    },
                    "Format": {"text": "Always wav."},
                    "Type": {
                        "text": "Web address, or OSS object (same region).",
                        "choices": ("url", "oss"),
                    },
                },
            },
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="ClearAIAgentVoiceprint",
        title="Delete a voiceprint",
        purpose=(
            "Delete a registered voiceprint; agents no longer recognise that speaker. It cannot be undone: the person "
            "has to be recorded and registered again with SetAIAgentVoiceprint. Prints taken during conversations "
            "need RegistrationMode=Implicit."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"VoiceprintId": "anchor-li"},
        destructive_when=(AskWhen("deletes a person's voiceprint for good"),),
        parameters={
            "VoiceprintId": {"text": "Voiceprint to delete: the id given to SetAIAgentVoiceprint."},
            "RegistrationMode": REGISTRATION_MODE,
        },
        rules=(AtLeastOne(("VoiceprintId",)),),
        idempotent=True,
    ),
    OperationNotes(
        operation="SendAIAgentDataChannelMessage",
        title="Send data to a call",
        purpose=(
            "Send a JSON message over the data channel of a running call, for the app at the other end to act on: show "
            "a card, change a screen. It is meant for the app, not for the model. To make the agent speak use "
            "SendAIAgentSpeech, to ask the model SendAIAgentText."
        ),
        effect=Effect.WRITE,
        example={"InstanceId": "39f8e0bc005e4f309379701645f4ab12", "Message": {"type": "show_card", "card": "weather"}},
        parameters={
            "InstanceId": INSTANCE_ID,
            "Message": {
                "text": "The message: any JSON object of yours, at most 8,192 characters.",
                "extra_fields": True,
                "kind": "object",
                "json_text": True,
                "max_characters": 8192,
            },
        },
    ),
    OperationNotes(
        operation="SendAIAgentSpeech",
        title="Make the agent say something",
        purpose=(
            "Let the agent in a running call speak a given text word for word, or play an audio file, without asking "
            "the model. With EnableInterrupt it breaks into what is being said. To let the model answer something use "
            "SendAIAgentText."
        ),
        effect=Effect.WRITE,
        example={
            "InstanceId": "39f8e0bc005e4f309379701645f4ab12",
            "Text": "Please hold the line.",
            "EnableInterrupt": True,
        },
        parameters={
            "InstanceId": INSTANCE_ID,
            "Text": {"text": "Text to speak, or address of the audio; at most 1,024.", "max_characters": 1024},
            "Type": {"text": "What Text is; default Text.", "choices": ("Text", "AudioUrl")},
            "EnableInterrupt": {"text": "Break into running speech; default true."},
        },
    ),
    OperationNotes(
        operation="SendAIAgentText",
        title="Ask the agent in writing",
        purpose=(
            "Hand the model of a running call a text as if the user had said it; the agent then answers by voice. To "
            "have a text spoken as it is use SendAIAgentSpeech. The answer does not come back with this call: it "
            "is heard, and readable with ListAIAgentDialogues."
        ),
        effect=Effect.WRITE,
        heed="The model answers it. To have a text spoken word for word: SendAIAgentSpeech.",
        example={"InstanceId": "39f8e0bc005e4f309379701645f4ab12", "Text": "What is the weather in Hangzhou?"},
        parameters={"InstanceId": INSTANCE_ID, "Text": {"text": "Input for the model."}},
    ),
    OperationNotes(
        operation="SubmitAIAgentVideoAuditTask",
        title="Let an agent review a video",
        purpose=(
            "Let an agent's multimodal model look at frames of a video in OSS, taken as each capture policy says, and "
            "judge them by its prompt. It runs in the background and no call reads the result: it goes to the address "
            "in CallbackConfig only, so give one. For ordinary moderation with results to read use "
            "SubmitMediaCensorJob."
        ),
        effect=Effect.WRITE,
        example={
            "AIAgentId": "39f8e0bc005e4f309379701645f4c1d2",
            "Input": {"Type": "OSS", "Media": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/videos/launch.mp4"},
            "CapturePolicies": [{"StartTime": 0, "Duration": 30, "FrameCount": 10, "Prompt": "Is anybody smoking?"}],
            "CallbackConfig": {"Url": "https://example.com/audit"},
        },
        parameters={
            "AIAgentId": AGENT_ID,
            "Input": {
                "text": "The video.",
                "nested": {
                    "Media": {"text": "http(s) address of the OSS object."},
                    "Type": {"text": "Always OSS.", "choices": ("OSS",)},
                },
            },
            "CapturePolicies": {
                "text": "Which frames are judged by what: one result each.",
                "nested": {
                    "StartTime": {"text": "Where it begins in the video, in seconds."},
                    "Duration": {"text": "Span in seconds over which frames are taken."},
                    "FrameCount": {"text": "Frames to take in that span."},
                    "Prompt": {"text": "What the model is asked about them."},
                },
            },
            "CallbackConfig": {
                "text": "Where the result goes.",
                "nested": {
                    "Url": {"text": "Address that is called with the result.", "url_schemes": ("http", "https")},
                    "Token": {"text": "Sent along as proof."},
                },
            },
            "AuditInterval": {
                "text": "Milliseconds between frames handed over; default 3000; 0: all at once.",
                "minimum": 0,
                "maximum": 5000,
            },
            "UserData": {"text": "Data of yours, returned as it is."},
        },
        costs="Billed as AI analysis.",
    ),
    OperationNotes(
        operation="GenerateMessageChatToken",
        title="Get a chat login token",
        purpose=(
            "Get what a user's app needs to log in to the message chat with an agent: app id, token, signature and "
            "when they expire (TimeStamp). Nothing is started. The secrets stay hidden unless include_credentials. For "
            "a voice or video call use GenerateAIAgentCall."
        ),
        effect=Effect.WRITE,
        example={"AIAgentId": "39f8e0bc005e4f309379701645f4c1d2", "UserId": "user_17"},
        parameters={
            "AIAgentId": AGENT_ID,
            "UserId": {"text": "User: at most 64 letters, digits or _.", "pattern": "[A-Za-z0-9_]{1,64}"},
            "Role": {"text": "admin lets the user manage; default empty.", "hints": ("admin",)},
            "Expire": {"text": "Lifetime in seconds; default 3600."},
        },
        # It hands out a token and changes nothing else.
        idempotent=True,
        secret_fields=("Token", "AppSign"),
    ),
    OperationNotes(
        operation="SendMessageChatText",
        title="Push a chat message",
        purpose=(
            "Push a text from an agent into a user's message chat without being asked: a notice, or a message of your "
            "own format. It is delivered as it is; the model does not write it. Sending again shows it twice. In a "
            "running voice call use SendAIAgentSpeech instead."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Type announcement or custom. Delivered as it is; sending again shows it twice.",
        example={
            "AIAgentId": "39f8e0bc005e4f309379701645f4c1d2",
            "ReceiverId": "user17",
            "SessionId": "c1e5b2a4f7d84c0f9a3b6d2e8f1a7c90",
            "Text": "The match begins at 20:00.",
            "Type": "announcement",
        },
        destructive_when=(AskWhen("sends a message to a person, which cannot be taken back", shows=("Text",)),),
        parameters={
            "AIAgentId": AGENT_ID,
            "ReceiverId": {"text": "User who gets it; letters and digits, at most 64 bytes.", "max_bytes": 64},
            "SessionId": {"text": "Session of the chat."},
            "Text": {"text": "The message."},
            "Type": {"text": "Notice, or your own format.", "choices": ("announcement", "custom")},
            "Mode": {"text": "Default offline.", "choices": ("online", "offline")},
            "NeedArchiving": {"text": "Keep it in the chat record; default true."},
        },
    ),
)
