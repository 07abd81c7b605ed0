"""AI jobs that make something: transcripts, speech, texts, translations, improved pictures and sound.

Sources: the value sets and limits of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll

OPEN: ParameterNotes = {"kind": "object", "json_text": True}
JOB_ID: ParameterNotes = {"text": "Id of the job.", "required": True}
TITLE: ParameterNotes = {"text": "At most 128 bytes.", "max_bytes": 128}
MEDIA: ParameterNotes = {"text": "oss://bucket/key or OSS URL of this region, or asset id."}
INPUT: ParameterNotes = {
    "text": "The media.",
    "nested": {"Type": {"choices": ("OSS", "Media"), "any_case": True}, "Media": MEDIA},
}
RESERVED: ParameterNotes = {"text": "Leave out."}
SMART_POLL = Poll(
    operation="GetSmartHandleJob",
    arguments=(("JobId", "JobId"),),
    status_field="State",
    success=("Finished",),
    failure=("Failed",),
    pending=("Created", "Executing"),
)

JOB_NOTES = (
    OperationNotes(
        operation="SubmitASRJob",
        title="Transcribe speech",
        purpose=(
            "Turn the speech of a video or audio file into text with times, for subtitles or search. Runs in the "
            "background; GetSmartHandleJob returns the sentences in JobResult.AiResult. StartTime and Duration "
            "limit it to a part. For names and jargon make a word list with CreateHotwordLibrary first. To read "
            "subtitles that are burnt into the picture use SubmitIProductionJob (CaptionExtraction)."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputFile": {"text": "OSS address or asset id.", "required": True},
            "StartTime": {"text": "Where to begin: 00:00:00."},
            "Duration": {"text": "How much: 00:00:10."},
            "EditingConfig": {
                **OPEN,
                "text": "Recognition options.",
                "fields": (
                    Parameter(
                        "HotwordLibraryIdList",
                        "array",
                        text="One library id.",
                        items=Parameter("", "string"),
                    ),
                    Parameter("SentenceMaxLength", "integer", text="Longest sentence.", minimum=1),
                    Parameter("EnableSemanticSentenceDetection", "boolean"),
                ),
                "extra_fields": True,
            },
            "Title": TITLE,
            "Description": TITLE,
        },
        poll=SMART_POLL,
        costs="Billed by the length of the audio.",
    ),
    OperationNotes(
        operation="SubmitAudioProduceJob",
        title="Speak a text",
        purpose=(
            "Turn a text into a spoken audio file in OSS with a ready voice or a cloned one. Voices: "
            "ListSmartVoiceGroups and ListCustomizedVoices. Runs in the background; GetSmartHandleJob shows "
            "the state, and MediaId names the asset that is made. For a talking person in the picture use "
            "SubmitAvatarVideoJob."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen(
                "replaces the file of this name in OSS, if there is one",
                path="Overwrite",
                values=("true",),
                shows=("OutputConfig",),
            ),
        ),
        parameters={
            "InputConfig": {"text": "The text or SSML, at most 10,000 characters."},
            "EditingConfig": {
                **OPEN,
                "text": "How it sounds.",
                "fields": (
                    Parameter("voice", "string", text="Ready voice, such as Siqi."),
                    Parameter("customizedVoice", "string", text="Cloned VoiceId; wins over voice."),
                    Parameter("format", "string", choices=("PCM", "WAV", "MP3"), any_case=True),
                    Parameter("volume", "integer", text="Default 50.", minimum=0, maximum=100),
                    Parameter("speech_rate", "integer", text="0 normal.", minimum=-500, maximum=500),
                    Parameter("pitch_rate", "integer", text="0 normal.", minimum=-500, maximum=500),
                ),
                "extra_fields": True,
            },
            "OutputConfig": {
                **OPEN,
                "text": "Place in OSS.",
                "fields": (
                    Parameter("bucket", "string", required=True),
                    Parameter("object", "string", required=True, text="Key without extension."),
                ),
                "extra_fields": True,
            },
            "Overwrite": {"text": "true replaces a file of that name in OSS."},
            "Title": TITLE,
        },
        poll=SMART_POLL,
        costs="Billed by the length of the text.",
    ),
    OperationNotes(
        operation="SubmitTextGenerateJob",
        title="Write video texts",
        purpose=(
            "Let a language model write marketing copy or short titles from keywords, or a storyboard script from a "
            "text, to feed a one-click production. Runs in the background; the texts are in JobResult.AiResult of "
            "GetSmartHandleJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "Type": {"text": "What to write.", "choices": ("MarketingCopy", "Title", "StoryboardScript")},
            "GenerateConfig": {
                **OPEN,
                "text": "Copy and titles: keywords, textLength, targetCount; script: originText.",
                "fields": (
                    Parameter("keywords", "string"),
                    Parameter("textLength", "integer", text="Characters at most.", minimum=5, maximum=1000),
                    Parameter("targetCount", "integer", text="Variants.", minimum=1, maximum=1000),
                    Parameter("originText", "string"),
                ),
                "extra_fields": True,
            },
            "Title": TITLE,
        },
        poll=SMART_POLL,
        costs="Billed as AI text generation.",
    ),
    OperationNotes(
        operation="SubmitVideoTranslationJob",
        title="Translate a video",
        purpose=(
            "Translate a video or subtitle file into another language: subtitles only, dubbed speech, or dubbing with "
            "matching lips. Burnt-in subtitles can be erased. Runs in the background; GetSmartHandleJob returns "
            "the result. The JobId is in Data of the answer. OSS addresses have to lie in the region of the call."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputConfig": {
                **OPEN,
                "text": 'What to translate: {"Type": "Video", "Video": asset id or address}; or Subtitle.',
                "required": True,
            },
            "EditingConfig": {
                **OPEN,
                "text": 'How: {"SourceLanguage": "zh", "TargetLanguage": "en", "DetextArea": "Auto", ...}.',
                "required": True,
            },
            "OutputConfig": {**OPEN, "text": 'Where to: {"MediaURL": OSS address}.', "required": True},
            "UserData": {"text": "JSON of yours, at most 512 bytes; NotifyAddress names a callback.", "max_bytes": 512},
            # Parts of the request's signature that the SDK declares here by mistake.
            "Signature": RESERVED,
            "SignatureMehtod": RESERVED,
            "SignatureNonce": RESERVED,
            "SignatureType": RESERVED,
            "SignatureVersion": RESERVED,
        },
        poll=Poll(
            operation="GetSmartHandleJob",
            arguments=(("JobId", "Data.JobId"),),
            status_field="State",
            success=("Finished",),
            failure=("Failed",),
            pending=("Created", "Executing"),
        ),
        costs="Billed by the length of the video and the kind of translation.",
    ),
    OperationNotes(
        operation="GetSmartHandleJob",
        title="Follow an AI job",
        purpose=(
            "See the state and result of a smart job: transcription, speech, text generation, translation, avatar "
            "video, highlight extraction, segmentation, chart. State is Created, Executing, Finished or Failed (with "
            "ErrorCode); the result is in JobResult (AiResult as JSON text, MediaId, MediaUrl) or Output. Other "
            "analyses have their own: QuerySmarttagJob, QueryIProductionJob."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListSmartJobs",
        title="List AI jobs",
        purpose=(
            "Browse smart jobs (transcription, speech, translation, charts) by kind and state, newest first. Use "
            "NextToken or page numbers, not both. The results are not included: ask GetSmartHandleJob for each."
        ),
        effect=Effect.READ,
        parameters={
            "JobType": {
                "text": "Kind of job: ASR, DynamicChart, VideoTranslation, TextToSpeech, ...",
                "hints": ("ASR", "DynamicChart", "VideoTranslation", "TextToSpeech"),
            },
            "JobState": {"text": "Only this state.", "choices": ("Created", "Executing", "Finished", "Failed")},
            "SortBy": {"text": "Default: newest first.", "choices": ("CreationTime:Desc", "CreationTime:Asc")},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteSmartJob",
        title="Delete AI jobs",
        purpose=(
            "Remove one or several smart jobs with their results from the list for good. Files and assets that they "
            "made stay. Read the results with GetSmartHandleJob before."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes smart jobs with their results for good"),),
        parameters={"JobId": {"text": "Comma-separated job ids.", "required": True, "comma_list": True}},
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitIProductionJob",
        title="Improve or take apart media",
        purpose=(
            "Run one ready algorithm on a file: pick a cover, make a short or GIF, remove logos or subtitles, read "
            "burnt-in captions, cut out a green screen, beautify faces, turn landscape into portrait, find beats or "
            "choruses, reduce noise, mix audio, separate vocals. FunctionName chooses. Runs in the background; "
            "follow it with QueryIProductionJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "FunctionName": {
                "text": "VideoH2V: to portrait; VideoDetext: remove subtitles; MusicDemix: separate vocals.",
                "choices": (
                    "Cover",
                    "VideoClip",
                    "VideoDelogo",
                    "VideoDetext",
                    "CaptionExtraction",
                    "VideoGreenScreenMatting",
                    "FaceBeauty",
                    "VideoH2V",
                    "MusicSegmentDetect",
                    "AudioBeatDetection",
                    "AudioQualityAssessment",
                    "SpeechDenoise",
                    "AudioMixing",
                    "MusicDemix",
                ),
            },
            "Input": INPUT,
            "Output": {
                "text": "The result.",
                "nested": {
                    "Type": {"choices": ("OSS", "Media"), "any_case": True},
                    "Media": {"text": "OSS address, or asset id."},
                    "OutputUrl": {"text": "With Type Media: OSS address of the file."},
                    "Biz": {"text": "With Type Media: where the asset belongs."},
                },
            },
            "JobParams": {**OPEN, "text": 'Options of the algorithm, such as {"Model": "gif"} for Cover.'},
            "ModelId": {"text": "Leave out; algo-video-detext-new is better, slower, dearer."},
            "ScheduleConfig": {
                "text": "Queue.",
                "nested": {"Priority": {"text": "1 is highest.", "minimum": 1, "maximum": 10}},
            },
            "Name": {"text": "At most 100 characters.", "max_characters": 100},
            "UserData": {"text": "Returned as it is.", "max_characters": 256},
        },
        poll=Poll(
            operation="QueryIProductionJob",
            arguments=(("JobId", "JobId"),),
            status_field="Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Queuing", "Analyzing"),
        ),
        costs="AI processing, billed by the length of the media.",
    ),
    OperationNotes(
        operation="QueryIProductionJob",
        title="Follow an algorithm job",
        purpose=(
            "See the state (Queuing, Analyzing, Success, Fail) and the outcome of one SubmitIProductionJob: "
            "Result as JSON text, and OutputFiles, OutputUrls or OutputMediaIds of what was made."
        ),
        effect=Effect.READ,
        parameters={"JobId": {"text": "Id of the job."}},
        idempotent=True,
    ),
    OperationNotes(
        operation="CancelIProductionJob",
        title="Stop an algorithm job",
        purpose=(
            "Stop a queued or running job of SubmitIProductionJob, such as a subtitle removal started by mistake. "
            "Its work is lost and it cannot be resumed; submit it again instead. Finished jobs are not undone."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("cancels a job; its work is lost and it cannot be resumed"),),
        parameters={"JobId": {"text": "Id of the job."}},
        idempotent=True,
    ),
)
