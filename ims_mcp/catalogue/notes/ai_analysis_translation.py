"""Video translation: what goes in, what comes out, and the three kinds (subtitles, speech, lips) with their switches.

Sources: the vendor's page on the parameters of video translation, its skill for video translation (switches, addresses,
sizes of letters), and for the keys of the result what clients of the service read. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_jobs import NOTIFIED_USER_DATA, OPEN
from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.operation import Case, Effect, Parameter, Poll, Result

LANGUAGES = ("zh", "en", "ja", "ko", "yue", "de", "fr", "es", "ar", "it", "pt", "ru", "az")
FILE = "asset id, or http(s) address of OSS (not oss://) or of the web"

INPUT_FIELDS = (
    Parameter(
        "Type",
        "string",
        required=True,
        text="What is translated. Subtitles: Video or Subtitle; speech: Video or Audio; lips: Video only.",
        choices=("Video", "Audio", "Subtitle"),
    ),
)
INPUT_CASES = (
    Case(
        "Type",
        ("Video",),
        (
            Parameter(
                "Video", "string", required=True, https_for_oss=True, text=f"The video: {FILE}. mp4, webm, mov or m3u8."
            ),
            Parameter(
                "Subtitle",
                "string",
                https_for_oss=True,
                text=f"SRT file that says what is spoken: {FILE}. Taken with TextSource SubtitleFile; an entry without "
                "words makes the job fail.",
            ),
        ),
    ),
    Case(
        "Type",
        ("Audio",),
        (Parameter("Audio", "string", required=True, https_for_oss=True, text=f"The sound: {FILE}. mp3 or wav."),),
    ),
    Case(
        "Type",
        ("Subtitle",),
        (Parameter("Subtitle", "string", required=True, https_for_oss=True, text=f"The SRT file: {FILE}."),),
    ),
)
OUTPUT_FIELDS = (
    Parameter(
        "MediaURL",
        "string",
        text=(
            "OSS address of the file to write, https:// and not oss://. The ending follows the input: .mp4 for Video, "
            ".wav for Audio, .srt for Subtitle. With several target languages the name holds {language_id}."
        ),
        https_for_oss=True,
        url_schemes=("http", "https"),
    ),
    Parameter(
        "OutputTarget",
        "string",
        text="OSS (default) or VOD. VOD takes StorageLocation and FileName in place of MediaURL.",
        choices=("OSS", "VOD"),
    ),
    Parameter(
        "StorageLocation",
        "string",
        text="For VOD: its bucket, such as outin-example.oss-cn-shanghai.aliyuncs.com. From GetStorageList.",
    ),
    Parameter("FileName", "string", text="For VOD: name of the file with its ending."),
    Parameter("Width", "integer", text="Width of the video in pixels. Left out: that of the source."),
    Parameter("Height", "integer", text="Height of the video in pixels. Left out: that of the source."),
)
SUBTITLE_CONFIG = Parameter(
    "SubtitleConfig",
    "object",
    text="How the new subtitles look; the style fields of a subtitle clip in a Timeline.",
    fields=(
        Parameter("Type", "string", text="Text.", hints=("Text",)),
        Parameter("FontSize", "integer", text="Size of the letters, such as 60 small, 95 middle, 130 large."),
        Parameter("FontColor", "string", text="Colour of the letters as #RRGGBB, such as #ffffff."),
        Parameter("FontColorOpacity", "number", text="How opaque the letters are, 0 to 1."),
        Parameter("Font", "string", text="Font, such as Alibaba PuHuiTi."),
        Parameter("X", "number", text="Distance from the left edge as a share of the width, 0 to 1."),
        Parameter("Y", "number", text="Distance from the top as a share of the height: 0.15 top, 0.85 bottom."),
        Parameter("TextWidth", "number", text="Widest line as a share of the width, such as 0.9."),
        Parameter("Alignment", "string", text="Where the text is anchored, such as Center or TopCenter."),
        Parameter("AdaptMode", "string", text="AutoWrap breaks lines that are too long.", hints=("AutoWrap",)),
        Parameter("BorderStyle", "integer", text="1 outline and shadow, 3 opaque box."),
        Parameter("Outline", "integer", text="Width of the outline in pixels."),
        Parameter("OutlineColour", "string", text="Colour of the outline as #RRGGBB."),
    ),
    extra_fields=True,
)
OCR_AREA = Parameter(
    "OcrArea",
    "string",
    text='Where burnt-in subtitles are read: Auto, or "[x, y, width, height]" as a text, in shares of the picture.',
)
CUSTOM_SRT_TYPE = Parameter(
    "CustomSrtType",
    "string",
    text="What the SRT file of the input holds; needed where one is given. Source language, translation, or both in "
    "either order.",
    choices=("SourceSrt", "TargetSrt", "BilingualSrtSrcFirst", "BilingualSrtTgtFirst"),
)
EDITING_FIELDS = (
    Parameter(
        "SourceLanguage",
        "string",
        required=True,
        text="Language spoken or written in the input: zh, en, ja and others. No value for automatic detection is "
        "documented: ask, or transcribe a part first.",
        hints=LANGUAGES,
    ),
    Parameter(
        "TargetLanguage",
        "string",
        required=True,
        text="Language to translate into, such as en. Several, comma-separated, give one file each.",
        hints=LANGUAGES,
        comma_list=True,
    ),
    Parameter(
        "NeedSpeechTranslate",
        "boolean",
        text="true dubs: the speech is spoken in the target language. Default false: subtitles only. Settings in "
        "SpeechTranslate; NeedFaceTranslate stays false.",
    ),
    Parameter(
        "NeedFaceTranslate",
        "boolean",
        text="true dubs and moves the lips along. Only in Shanghai and Singapore. Settings in FaceTranslate; "
        "NeedSpeechTranslate stays false.",
    ),
    Parameter(
        "DetextArea",
        "string",
        text='Erases burnt-in subtitles there: Auto, or "[[x, y, width, height]]" as a text. In shares of the picture: '
        "[[0, 0.9, 1, 0.1]] is the lowest tenth. Left out: nothing is erased.",
    ),
    Parameter(
        "TextSource",
        "string",
        text="Where the words come from; default OCR_ASR. That reads the picture, else the speech. OCR and ASR use one "
        "of them, ALL both together (subtitles only), SubtitleFile the Subtitle of the input.",
        choices=("OCR_ASR", "SubtitleFile", "ASR", "OCR", "ALL"),
    ),
    CUSTOM_SRT_TYPE,
    Parameter("BilingualSubtitle", "boolean", text="true shows both languages in the subtitles; default false."),
    Parameter(
        "SupportEditing",
        "boolean",
        text="true keeps what is needed to correct the result later, with OriginalJobId. Default false.",
    ),
    Parameter(
        "SubtitleTranslate",
        "object",
        text="Settings for subtitles only. Leave out when dubbing.",
        fields=(OCR_AREA, SUBTITLE_CONFIG),
    ),
    Parameter(
        "SpeechTranslate",
        "object",
        text="Settings for dubbing, with NeedSpeechTranslate. Leave SubtitleTranslate out then.",
        fields=(
            Parameter(
                "VoiceConfig",
                "object",
                text="The voice that speaks. Left out: the service chooses.",
                fields=(Parameter("Voice", "string", text="Id of a ready voice, such as zhiyan_emo."),),
            ),
            OCR_AREA,
            CUSTOM_SRT_TYPE,
            SUBTITLE_CONFIG,
            Parameter(
                "SubtitleTimeForce",
                "boolean",
                text="true translates only what is spoken while a subtitle shows; default false.",
            ),
            Parameter(
                "SkipSong", "integer", text="1 leaves sung passages as they are; default 0.", minimum=0, maximum=1
            ),
            Parameter(
                "OriginalJobId",
                "string",
                text="Job whose result this one corrects; it was submitted with SupportEditing true.",
            ),
        ),
    ),
    Parameter(
        "FaceTranslate",
        "object",
        text="Settings for dubbing with lips, with NeedFaceTranslate.",
        fields=(OCR_AREA, CUSTOM_SRT_TYPE),
    ),
)

TRANSLATION_NOTES = (
    OperationNotes(
        operation="SubmitVideoTranslationJob",
        title="Translate a video",
        purpose=(
            "Translate a video or subtitle file into another language: subtitles only, dubbed speech, or dubbing with "
            "matching lips. Burnt-in subtitles can be erased. Runs in the background; GetSmartHandleJob returns "
            "the result. The JobId is in Data of the answer. OSS addresses have to lie in the region of the call. "
            "Offered in Shanghai, Beijing, Hangzhou, Shenzhen, Singapore and Silicon Valley."
        ),
        effect=Effect.WRITE,
        heed="Subtitles only: no NeedSpeechTranslate, SubtitleTranslate in place of SpeechTranslate.",
        parameters={
            "InputConfig": {
                **OPEN,
                "text": 'What to translate: {"Type": "Video", "Video": asset id or address}.',
                "required": True,
                "fields": INPUT_FIELDS,
                "cases": INPUT_CASES,
            },
            "EditingConfig": {
                **OPEN,
                "text": "Languages, and the kind: subtitles, NeedSpeechTranslate, NeedFaceTranslate.",
                "required": True,
                "fields": EDITING_FIELDS,
            },
            "OutputConfig": {
                **OPEN,
                "text": 'Where the result goes: {"MediaURL": https address in OSS}.',
                "required": True,
                "fields": OUTPUT_FIELDS,
            },
            "Title": {"text": "Title of the job."},
            "Description": {"text": "Description of the job."},
            "UserData": NOTIFIED_USER_DATA,
            # Parts of the request's signature that the SDK declares here by mistake.
            "Signature": {"hidden": True},
            "SignatureMehtod": {"hidden": True},
            "SignatureNonce": {"hidden": True},
            "SignatureType": {"hidden": True},
            "SignatureVersion": {"hidden": True},
        },
        poll=Poll(
            operation="GetSmartHandleJob",
            arguments=(("JobId", "Data.JobId"),),
            status_field="State",
            success=("Finished",),
            failure=("Failed",),
            pending=("Created", "Executing"),
            result=Result(
                fields=(
                    ("MediaUrl", "JobResult.MediaUrl"),
                    ("MediaId", "JobResult.MediaId"),
                    ("files", "JobResult.AiResult"),
                    ("Output", "Output"),
                )
            ),
        ),
        costs="Billed by the length of the video and the kind of translation.",
        example={
            "InputConfig": {"Type": "Video", "Video": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "EditingConfig": {
                "SourceLanguage": "zh",
                "TargetLanguage": "en",
                "NeedSpeechTranslate": True,
                "NeedFaceTranslate": False,
                "SpeechTranslate": {"SubtitleConfig": {"Type": "Text", "FontSize": 60, "Y": 0.85}},
            },
            "OutputConfig": {
                "MediaURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/translated/launch-en.mp4"
            },
        },
        then=(
            "Files of the result, one set for each language, are in JobResult.AiResult of GetSmartHandleJob: video, "
            "sound and subtitles."
        ),
        sources=(
            "https://help.aliyun.com/zh/ims/use-cases/introduction-and-examples-of-video-translation-parameters",
            "https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-submitvideotranslationjob",
            "https://github.com/aliyun/alibabacloud-aiops-skills",
        ),
    ),
)
