"""AI jobs that make a text or a voice: transcripts, speech, copy and scripts; and what the other jobs share with them.

Sources: SDK 6.20.2, the vendor's pages of the operations with their samples of results, and, for the range of
SentenceMaxLength, what the vendor's skill for video editing measured. The words are ours.
"""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Case, Effect, Parameter, Poll, Result

OPEN: ParameterNotes = {"kind": "object", "json_text": True}
TITLE: ParameterNotes = {
    "text": "Title of the job, at most 128 bytes. Left out: one made of the date.",
    "max_bytes": 128,
}
LONG_DESCRIPTION: ParameterNotes = {"text": "Description of the job, at most 1,024 bytes.", "max_bytes": 1024}
NOTIFIED_USER_DATA: ParameterNotes = {
    "text": (
        "JSON text of yours, at most 512 bytes. It comes back in results and callbacks. With "
        '{"NotifyAddress": "https://example.com/done"}, or the name of an SMQ queue that begins with ice-callback-, '
        "the end of the job is announced there."
    ),
    "max_bytes": 512,
}
SMART_POLL = Poll(
    operation="GetSmartHandleJob",
    arguments=(("JobId", "JobId"),),
    status_field="State",
    success=("Finished",),
    failure=("Failed",),
    pending=("Created", "Executing"),
)
CALLBACK_PAGE = "https://help.aliyun.com/document_detail/451631.html"
PAGE = "https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-"

SUBMIT_NOTES = (
    OperationNotes(
        operation="SubmitASRJob",
        title="Transcribe speech",
        purpose=(
            "Turn the speech of a video or audio file into sentences with times. No subtitle file is written. Runs in "
            "the background; GetSmartHandleJob returns them in JobResult.AiResult. StartTime and Duration limit it to "
            "a part. For names and jargon make a word list with CreateHotwordLibrary first. To read "
            "subtitles that are burnt into the picture use SubmitIProductionJob (CaptionExtraction)."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputFile": {
                "text": (
                    "The file: asset id, or oss:// address. The vendor writes the address with its host: "
                    "oss://example-bucket.oss-cn-shanghai.aliyuncs.com/talk.mp4; the bucket lies in the region of the "
                    "call."
                ),
                "required": True,
            },
            "StartTime": {"text": "Where to begin, hh:mm:ss, such as 00:01:30. Left out: at the beginning."},
            "Duration": {"text": "How much to transcribe, hh:mm:ss, such as 00:00:10. Left out: up to the end."},
            "EditingConfig": {
                **OPEN,
                "text": "How sentences are cut, and a word list. Left out: the service's own cuts, no punctuation.",
                "fields": (
                    Parameter(
                        "HotwordLibraryIdList",
                        "array",
                        text="Ids of word lists, today one at most. From ListHotwordLibraries with UsageScenario ASR.",
                        items=Parameter("", "string"),
                    ),
                    Parameter(
                        "SentenceMaxLength",
                        "integer",
                        text="Longest sentence in characters, 4 to 50. The smaller, the finer the times; it also "
                        "brings punctuation.",
                        minimum=4,
                        maximum=50,
                    ),
                    Parameter(
                        "EnableSemanticSentenceDetection",
                        "boolean",
                        text="true cuts sentences by meaning; default false.",
                    ),
                ),
                "extra_fields": True,
            },
            "Title": TITLE,
            "Description": {"text": "Description of the job, at most 128 bytes.", "max_bytes": 128},
            "UserData": {
                "text": 'JSON text of yours, such as {"user": "data"}; comes back in the result. Left out: none.'
            },
        },
        poll=replace(
            SMART_POLL,
            result=Result(
                fields=(("sentences", "JobResult.AiResult"),),
                empty="no speech was recognised; this is final",
            ),
        ),
        costs="Billed by the length of the audio.",
        example={
            "InputFile": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "EditingConfig": {"SentenceMaxLength": 20, "EnableSemanticSentenceDetection": True},
            "Title": "Interview, raw cut",
        },
        heed="Brings sentences with times, no subtitle file. In a Timeline the clip effect AI_ASR draws subtitles.",
        then="Sentences come as {content, from, to} with times in seconds, from GetSmartHandleJob. Write an .srt from "
        "them; the clip effect AI_ASR of SubmitMediaProducingJob draws subtitles into a video.",
        sources=(f"{PAGE}submitasrjob", f"{PAGE}getsmarthandlejob"),
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
        heed="object without extension: format adds it. 0.8 times as fast: speech_rate -125; 1.2 times: 166.",
        destructive_when=(
            AskWhen(
                "replaces the file of this name in OSS, if there is one",
                path="Overwrite",
                values=("true",),
                shows=("OutputConfig",),
            ),
        ),
        parameters={
            "InputConfig": {
                "text": (
                    "The text to speak, at most 10,000 Chinese characters. SSML is understood by Chinese and English "
                    "voices. Sentences are cut at punctuation marks."
                )
            },
            "EditingConfig": {
                **OPEN,
                "text": "Voice, format and speed. Give voice, or customizedVoice for a cloned one.",
                "fields": (
                    Parameter(
                        "voice",
                        "string",
                        text="Id of a ready voice, such as Siqi or zhichu. From ListSmartVoiceGroups.",
                    ),
                    Parameter(
                        "customizedVoice",
                        "string",
                        text="VoiceId of a cloned voice, from ListCustomizedVoices. Wins over voice.",
                    ),
                    Parameter(
                        "format", "string", text="Format of the file.", choices=("PCM", "WAV", "MP3"), any_case=True
                    ),
                    Parameter("volume", "integer", text="Loudness, 0 to 100; default 50.", minimum=0, maximum=100),
                    Parameter(
                        "speech_rate",
                        "integer",
                        text="Speed, -500 to 500; default 0. -500 is half, 500 twice as fast; 0.8 times: -125, 1.2 "
                        "times: 166.",
                        minimum=-500,
                        maximum=500,
                    ),
                    Parameter(
                        "pitch_rate",
                        "integer",
                        text="Pitch, -500 (low) to 500 (high); default 0.",
                        minimum=-500,
                        maximum=500,
                    ),
                    Parameter(
                        "sample_rate",
                        "integer",
                        text="Samples per second, such as 16000. Seen in the vendor's samples only.",
                        inferred=True,
                    ),
                ),
            },
            "OutputConfig": {
                **OPEN,
                "text": "Where the audio file goes: bucket and key in OSS.",
                "fields": (
                    Parameter(
                        "bucket",
                        "string",
                        required=True,
                        text="Name of the bucket, in the region of the call. GetStorageList shows those there are.",
                    ),
                    Parameter(
                        "object",
                        "string",
                        required=True,
                        text="Key without extension, which comes from the format: voice/intro gives voice/intro.mp3.",
                    ),
                ),
            },
            "Overwrite": {
                "text": "true replaces a file of that name in OSS. What happens to one that is there otherwise is not "
                "documented."
            },
            "Title": TITLE,
            "Description": LONG_DESCRIPTION,
            "UserData": NOTIFIED_USER_DATA,
        },
        poll=replace(
            SMART_POLL,
            result=Result(
                fields=(
                    ("MediaUrl", "JobResult.MediaUrl"),
                    ("MediaId", "JobResult.MediaId"),
                    ("sentences", "JobResult.AiResult"),
                )
            ),
        ),
        costs="Billed by the length of the text.",
        example={
            "InputConfig": "Welcome to our autumn collection.",
            "EditingConfig": {"voice": "Siqi", "format": "MP3", "volume": 50, "speech_rate": 0},
            "OutputConfig": {"bucket": "example-bucket", "object": "voice/autumn-intro"},
            "Overwrite": False,
            "Title": "Autumn intro",
        },
        sources=(f"{PAGE}submitaudioproducejob", CALLBACK_PAGE),
    ),
    OperationNotes(
        operation="SubmitTextGenerateJob",
        title="Write video texts",
        purpose=(
            "Let a language model write marketing copy or short titles from keywords, or a storyboard script from a "
            "text, to feed a one-click production. The account needs the vendor's enterprise subscription for it. Runs "
            "in the background; the texts are in JobResult.AiResult of GetSmartHandleJob."
        ),
        effect=Effect.WRITE,
        heed='Type Title as well; StoryboardScript takes {"originText"}. Needs an enterprise subscription.',
        parameters={
            "Type": {
                "text": "MarketingCopy, Title (of a short video) or StoryboardScript.",
                "choices": ("MarketingCopy", "Title", "StoryboardScript"),
            },
            "GenerateConfig": {
                **OPEN,
                "text": "What to write about. Copy and titles need keywords, textLength and targetCount, a script "
                "needs originText.",
                "cases": (
                    Case(
                        "Type",
                        ("MarketingCopy", "Title"),
                        (
                            Parameter(
                                "keywords",
                                "string",
                                required=True,
                                text="What the text is about, comma-separated: new cake shop, real cream.",
                            ),
                            Parameter(
                                "textLength",
                                "integer",
                                required=True,
                                text="Characters each text may have, 5 to 1,000. Chinese may come out shorter.",
                                minimum=5,
                                maximum=1000,
                            ),
                            Parameter(
                                "targetCount",
                                "integer",
                                required=True,
                                text="How many texts to write, 1 to 1,000.",
                                minimum=1,
                                maximum=1000,
                            ),
                        ),
                    ),
                    Case(
                        "Type",
                        ("StoryboardScript",),
                        (Parameter("originText", "string", required=True, text="The text to make a script of."),),
                    ),
                ),
                "extra_fields": True,
            },
            "Title": TITLE,
            "Description": LONG_DESCRIPTION,
            "UserData": NOTIFIED_USER_DATA,
        },
        poll=replace(
            SMART_POLL,
            result=Result(fields=(("texts", "JobResult.AiResult"), ("Usage", "JobResult.Usage"))),
        ),
        costs="Billed by tokens, which grow with the text; failed jobs cost nothing.",
        example={
            "Type": "MarketingCopy",
            "GenerateConfig": {"keywords": "new cake shop,real cream", "textLength": 100, "targetCount": 3},
        },
        sources=(f"{PAGE}submittextgeneratejob", CALLBACK_PAGE),
    ),
)
