"""Digital humans that speak: SubmitAvatarVideoJob.

Sources: SDK 6.20.2, the page of the operation with its supplementary text, and the vendor's sample of the web editor
for the size of the video.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect, Parameter, Poll, Result

OPEN: ParameterNotes = {"kind": "object", "json_text": True}

VIDEO_NOTES = (
    OperationNotes(
        operation="SubmitAvatarVideoJob",
        title="Make a digital human speak",
        purpose=(
            "Make a video in which a digital human speaks a text (at least 5 characters) or a given MP3 or WAV file. "
            "Avatars: ListSmartSysAvatarModels or ListAvatars; voices: ListSmartVoiceGroups. Runs in the "
            "background: follow JobId with GetSmartHandleJob; MediaId names the asset. For sound alone use "
            "SubmitAudioProduceJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputConfig": {
                **OPEN,
                "text": "What is said: one of Text, InputFile and MediaId.",
                "required": True,
                "fields": (
                    Parameter("Text", "string", text="Text to speak. At least 5 characters.", min_characters=5),
                    Parameter(
                        "InputFile", "string", text="OSS address of spoken sound, MP3 or WAV. Of your own bucket."
                    ),
                    Parameter("MediaId", "string", text="Asset id of spoken sound, MP3 or WAV."),
                ),
            },
            "EditingConfig": {
                **OPEN,
                "text": "Who speaks and how.",
                "required": True,
                "fields": (
                    Parameter(
                        "AvatarId",
                        "string",
                        required=True,
                        text="The digital human, from ListSmartSysAvatarModels or ListAvatars.",
                    ),
                    Parameter(
                        "Voice",
                        "string",
                        text="Ready voice, from ListSmartVoiceGroups. Only with Text; default the avatar's.",
                    ),
                    Parameter(
                        "CustomizedVoice",
                        "string",
                        text="Cloned voice, from ListCustomizedVoices. Instead of Voice.",
                    ),
                    Parameter(
                        "SpeechRate",
                        "integer",
                        text="Speed, -500 slowest, 0 normal, 500 fastest. Only with Text; default 0.",
                        minimum=-500,
                        maximum=500,
                    ),
                    Parameter(
                        "PitchRate",
                        "integer",
                        text="Pitch, -500 lowest, 0 normal, 500 highest. Only with Text; default 0.",
                        minimum=-500,
                        maximum=500,
                    ),
                    Parameter(
                        "Volume",
                        "integer",
                        text="Loudness of the voice. Default 50. Only with Text.",
                        minimum=0,
                        maximum=100,
                    ),
                    Parameter(
                        "BackgroundUrl",
                        "string",
                        text="Picture behind the digital human: jpg, png. 1080P, upright or lying as the avatar is. "
                        "Without it: as OutputConfig.MediaURL says.",
                    ),
                    Parameter(
                        "LoopMotion",
                        "boolean",
                        text="true: ends on the picture it begins with. For videos played in a loop; default false.",
                    ),
                ),
                "extra_fields": True,
            },
            "OutputConfig": {
                **OPEN,
                "text": "The video: address and size.",
                "required": True,
                "fields": (
                    Parameter(
                        "MediaURL",
                        "string",
                        text="OSS address ending in .mp4 or .webm. mp4: green background and a mask video beside it "
                        "(BackgroundUrl's own text says black: look); webm: transparent, slower. Of your own bucket.",
                    ),
                    Parameter(
                        "Width", "integer", text="Width in pixels, such as 1080. Default the avatar's.", minimum=1
                    ),
                    Parameter(
                        "Height", "integer", text="Height in pixels, such as 1920. Default the avatar's.", minimum=1
                    ),
                    Parameter("Bitrate", "integer", text="Bit rate in kbit/s, such as 4000.", minimum=1, inferred=True),
                ),
            },
            "Title": {"text": "Title of the job. At most 128 bytes.", "max_bytes": 128},
            "Description": {"text": "Description of the job. At most 128 bytes.", "max_bytes": 128},
            "UserData": {
                **OPEN,
                "text": "JSON of yours, any keys. Returned by GetSmartHandleJob.",
                "extra_fields": True,
            },
        },
        poll=Poll(
            operation="GetSmartHandleJob",
            arguments=(("JobId", "JobId"),),
            status_field="State",
            success=("Finished",),
            failure=("Failed",),
            pending=("Created", "Executing"),
            # AiResult is JSON: subtitleClips, JSON as text once more, has from and to in seconds and content.
            result=Result(
                fields=(
                    ("video", "JobResult.MediaUrl"),
                    ("video", "JobResult.AiResult.outputVideoUrl"),
                    ("MediaId", "JobResult.MediaId"),
                    ("sentences", "JobResult.AiResult.subtitleClips"),
                ),
            ),
        ),
        costs="Billed by the length of the video produced.",
        heed=".mp4 has a green background and a mask video beside it, .webm is transparent; or give BackgroundUrl.",
        example={
            "InputConfig": {"Text": "Welcome to our spring sale, which begins on Monday."},
            "EditingConfig": {"AvatarId": "yunqiao", "Voice": "zhitian", "SpeechRate": 0},
            "OutputConfig": {
                "MediaURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/avatars/sale.mp4",
                "Width": 1080,
                "Height": 1920,
            },
            "Title": "Spring sale",
        },
        sources=(
            "https://help.aliyun.com/en/ims/developer-reference/api-ice-2020-11-09-submitavatarvideojob",
            "https://help.aliyun.com/en/ims/user-guide/creating-a-digital-human-video-synthesis-task",
        ),
    ),
)
