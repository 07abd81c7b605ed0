"""AI agents: the settings a call may override, shared by calls in a channel and calls to a telephone.

Sources: the SDK's texts on AIAgentConfig, AIAgentOutboundCallConfig and AIAgentRuntimeConfig (6.20.2). Where it gives
ranges that differ from those of older pages, the wider one is kept.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import ParameterNotes, make_element

Notes = dict[str, ParameterNotes]
_JOINING: ParameterNotes = {"text": "Token for joining the channel, made with your AppKey."}
VOLUME_TEXT = "Loudness in percent of the workflow's: 0 is silent, 200 twice as loud. Default: adapts by itself."


def _detection(what: str) -> ParameterNotes:
    return {"text": f"{what} Default off.", "nested": {"Enabled": {"text": "true turns it on."}}}


def _lasting_detection(what: str) -> ParameterNotes:
    return {
        "text": f"{what} Default off.",
        "nested": {
            "Enabled": {"text": "true turns it on."},
            "CallbackDelay": {
                "text": "Milliseconds it has to last before it is reported. Default: as set in the console.",
                "minimum": 200,
                "maximum": 5000,
            },
        },
    }


_PROBABILITY: ParameterNotes = {"text": "Chance of this one, 0 to 1; all together make 1.", "minimum": 0, "maximum": 1}
_MESSAGES: ParameterNotes = {
    "text": "What is said: at most 10.",
    "nested": {
        "Text": {"text": "At most 100 characters.", "max_characters": 100},
        "Probability": _PROBABILITY,
    },
}
_ASR: ParameterNotes = {
    "text": "How the user's speech is recognised.",
    "nested": {
        "AsrLanguageId": {
            "text": "Language spoken: zh_mandarin, en, zh_en (mixed), es or jp.",
            "hints": ("zh_mandarin", "en", "zh_en", "es", "jp"),
        },
        "AsrMaxSilence": {
            "text": "Silence that ends a sentence, in ms. Default 400.",
            "minimum": 200,
            "maximum": 1200,
        },
        "AsrHotWords": {"text": "Words to be recognised better: at most 128, of 1 to 10 characters."},
        "VadDuration": {
            "text": "Speech that interrupts the agent, in ms: 200 to 2000. 200 to 500 is usual; 0 or none: off.",
            "minimum": 0,
            "maximum": 2000,
        },
        "VadLevel": {
            "text": "How hard it is to interrupt: 0 off, 1 easy to 10 hard. 11 (default) resists noise better.",
            "minimum": 0,
            "maximum": 11,
        },
        "CustomParams": {"text": "Passed on to a recogniser of your own: mode=fast&format=wav."},
    },
}
_TTS: ParameterNotes = {
    "text": "The agent's voice.",
    "nested": {
        "VoiceId": {
            "text": "Preset voice, used from the next sentence on. Default: that of the console.",
            "max_characters": 64,
        },
        "VoiceIdList": {"text": "Voices that may be used."},
        "SpeechRate": {"text": "Speed: 1.0 is normal, 0.5 to 2.0.", "minimum": 0.5, "maximum": 2.0},
        "Emotion": {
            "text": "Mood of the voice; MiniMax only.",
            "hints": ("happy", "sad", "angry", "fearful", "disgusted", "surprised", "calm"),
        },
        "ModelId": {"text": "Model; MiniMax only.", "hints": ("speech-01-turbo", "speech-02-turbo")},
        "LanguageId": {
            "text": "Language or dialect to speak better; MiniMax only. Such as English, Chinese,Yue or auto.",
        },
        "PronunciationRules": {
            "text": "Words to be pronounced otherwise: at most 20, in order.",
            "nested": {
                "Word": {"text": "The written word, 1 to 9 Chinese characters."},
                "Pronunciation": {"text": "What is said instead, 1 to 9 Chinese characters."},
                "Type": {"text": "Kind of rule.", "hints": ("replacement",)},
            },
        },
    },
}
_LLM: ParameterNotes = {
    "text": "The language model behind the agent.",
    "nested": {
        "LlmSystemPrompt": {"text": "System prompt from the start of the call."},
        "LlmHistory": {
            "text": "Conversation that went before.",
            "nested": {
                "Role": {
                    "text": "Who spoke.",
                    "hints": ("user", "assistant", "system", "function", "plugin", "tool"),
                },
                "Content": {"text": "What was said."},
            },
        },
        "LlmHistoryLimit": {"text": "Rounds that are remembered. Default 10."},
        "LlmCompleteReply": {"text": "true sends the reply in one piece, not as it is made. Subtitles still stream."},
        "HistorySyncWithTTS": {"text": "true remembers only what was really spoken. Default false."},
        "OutputMinLength": {
            "text": "Characters gathered before they are spoken, 0 to 100. 0 or none: no gathering.",
        },
        "OutputMaxDelay": {"text": "Longest wait for them in ms, 1000 to 10000. 0 or none: no limit."},
        "BailianAppParams": {"text": "Parameters of a Model Studio application, as JSON text."},
        "OpenAIExtraQuery": {"text": "Query for a model of the OpenAI protocol: key1=value1&key2=value2."},
        "FunctionMap": {
            "text": "Functions of your own model that stand for the agent's.",
            "nested": {
                "Function": {"text": "The agent's function.", "hints": ("hangup",)},
                "MatchFunction": {"text": "Name of the function that your model calls."},
            },
        },
    },
}
_INTERRUPT: ParameterNotes = {
    "text": "How the user may break in.",
    "nested": {
        "EnableVoiceInterrupt": {"text": "Whether speaking interrupts the agent. Default true."},
        "InterruptWords": {"text": "Words that interrupt at once."},
        "KeepInterruptWordsForLLM": {"text": "true passes these words on to the model. Default false."},
        "NoInterruptMode": {
            "text": "What becomes of speech that may not interrupt. Default cache: answered in the next turn.",
            "hints": ("cache", "discard"),
        },
    },
}
_EAGERNESS: ParameterNotes = {
    "text": "How soon it answers in turn mode Semantic. Low waits up to 6 s, Medium 4 s, High 2 s.",
    "hints": ("Low", "Medium", "High"),
}
_TURNS: ParameterNotes = {
    "text": "How the end of the user's turn is found.",
    "nested": {
        "Mode": {"text": "By pauses (Normal, default) or by meaning.", "hints": ("Normal", "Semantic")},
        "Eagerness": _EAGERNESS,
        "SemanticWaitDuration": {
            "text": "Pause in mode Semantic, in ms: -1 (default) by itself, or 0 to 10000. 0 to 1500 is usual.",
        },
        "TurnEndWords": {"text": "Words that end the turn."},
    },
}
_BACK_CHANNELING: ParameterNotes = {
    "text": "Short words of attention while the user speaks.",
    "nested": {
        "Enabled": {"text": "true turns it on."},
        "Probability": {"text": "How often, 0 to 1.", "minimum": 0, "maximum": 1},
        "TriggerStage": {"text": "When.", "hints": ("pause_detected",)},
        "Words": {
            "text": "What is said: at most 10.",
            "nested": {"Text": {"text": "At most 20 characters.", "max_characters": 20}, "Probability": _PROBABILITY},
        },
    },
}
_AUTO_SPEECH: ParameterNotes = {
    "text": "What the agent says of its own accord.",
    "nested": {
        "LlmPending": {
            "text": "While the model is slow.",
            "nested": {
                "WaitTime": {"text": "After so many ms.", "minimum": 500, "maximum": 10_000},
                "Mode": {"text": "Which message.", "hints": ("random", "sequence")},
                "Messages": _MESSAGES,
            },
        },
        "UserIdle": {
            "text": "While the user is silent.",
            "nested": {
                "WaitTime": {"text": "After so many ms.", "minimum": 5000, "maximum": 600_000},
                "MaxRepeats": {
                    "text": "How often; then the call is ended.",
                    "minimum": 0,
                    "maximum": 10,
                },
                "HangupEndWord": {"text": "Said before hanging up."},
                "Messages": _MESSAGES,
            },
        },
    },
}
_AMBIENT: ParameterNotes = {
    "text": "Sound in the background of the call.",
    "nested": {
        "ResourceId": {"text": "Id of the sound, from the agent's advanced settings in the console."},
        "Volume": {"text": "0 (off) to 100.", "minimum": 0, "maximum": 100},
    },
}
_GREETING: ParameterNotes = {"text": "Said when the agent joins. Default: nothing."}
_MAX_IDLE: ParameterNotes = {"text": "Seconds without any exchange after which the agent leaves. Default 600."}
_SEGMENTS: ParameterNotes = {"text": "Joins short utterances into one sentence. Default true."}
_EXPERIMENTAL: ParameterNotes = {"text": "Experimental features; ask the vendor's support."}
# The older spelling of one list: it is described once, under its newer name.
_OLD_BACK_CHANNELING: ParameterNotes = {
    "text": "Deprecated: give BackChannelingConfigs.",
    "items": make_element(extra_fields=True),
}
_SHARED: Notes = {
    "Greeting": _GREETING,
    "LlmConfig": _LLM,
    "TtsConfig": _TTS,
    "AsrConfig": _ASR,
    "InterruptConfig": _INTERRUPT,
    "TurnDetectionConfig": _TURNS,
    "AutoSpeechConfig": _AUTO_SPEECH,
    "BackChannelingConfigs": _BACK_CHANNELING,
    "BackChannelingConfig": _OLD_BACK_CHANNELING,
    "AmbientSoundConfig": _AMBIENT,
    "EnableIntelligentSegment": _SEGMENTS,
    "ExperimentalConfig": _EXPERIMENTAL,
    "MaxIdleTime": _MAX_IDLE,
}
AGENT_CONFIG: ParameterNotes = {
    "text": "Overrides for this call; what is not given stays as in the console.",
    "nested": {
        **_SHARED,
        "WakeUpQuery": {"text": "Said to the model at the start as if by the user, so that it speaks first."},
        "Volume": {"text": VOLUME_TEXT, "minimum": 0, "maximum": 400},
        "EnablePushToTalk": {"text": "true: it listens only while a key is held. Default false."},
        "GracefulShutdown": {
            "text": "true lets it finish its sentence, at most 10 s, before it leaves. Default false."
        },
        "UserOnlineTimeout": {"text": "Seconds it waits for a user to come. Default 60."},
        "UserOfflineTimeout": {"text": "Seconds it stays after the user has left. Default 5."},
        "VoiceprintConfig": {
            "text": "Recognises who speaks.",
            "nested": {
                "UseVoiceprint": {"text": "true turns it on; needs VoiceprintId. Default false."},
                "VoiceprintId": {"text": "Registered voiceprint, of SetAIAgentVoiceprint."},
                "RegistrationMode": {
                    "text": "Registered before (Explicit, default) or during the talk.",
                    "hints": ("Explicit", "Implicit"),
                },
            },
        },
        "AvatarConfig": {
            "text": "The avatar, where the workflow has one.",
            "nested": {"AvatarId": {"text": "Model id of the avatar."}},
        },
        "AvatarUrl": {"text": "Picture shown during a voice call. Default: none."},
        "AvatarUrlType": {"text": "Kind of that address. Default: none.", "hints": ("USER",)},
        "VcrConfig": {
            "text": "What is watched for in the picture and reported to the app.",
            "nested": {
                "PeopleCount": _detection("How many people there are."),
                "Equipment": _detection("Devices in view."),
                "HeadMotion": _detection("Movements of the head."),
                "LookAway": _detection("Looking away from the screen."),
                "StillFrameMotion": _lasting_detection("A picture that stands still."),
                "InvalidFrameMotion": _lasting_detection("A picture that shows nothing."),
            },
        },
        "WorkflowOverrideParams": {"text": "Parameters of the workflow to override, as JSON text."},
    },
}
OUTBOUND_CONFIG: ParameterNotes = {
    "text": "Overrides for this call; what is not given stays as in the console.",
    "nested": {
        **_SHARED,
        "InterruptConfig": {
            **_INTERRUPT,
            "nested": {**_INTERRUPT.get("nested", {}), "Eagerness": _EAGERNESS},
        },
        "GreetingDelay": {
            "text": "Milliseconds before the greeting. Default 0.",
            "minimum": 0,
            "maximum": 5000,
        },
    },
}


def _channel(text: str) -> ParameterNotes:
    return {
        "text": text,
        "nested": {
            "ChannelId": {"text": "Id of the channel."},
            "AgentUserId": {"text": "The agent's name in it."},
            "AuthToken": _JOINING,
        },
    }


RUNTIME_CONFIG: ParameterNotes = {
    "text": "Where it joins: ChannelId, AgentUserId and AuthToken.",
    "nested": {
        "ChannelId": {"text": "Id of the RTC channel."},
        "AgentUserId": {"text": "The agent's name in the channel."},
        "AuthToken": _JOINING,
        "VoiceChat": _channel("The same, for a voice call."),
        "VisionChat": _channel("The same, for a vision call."),
        "AvatarChat3D": _channel("The same, for a call with an avatar."),
    },
}
