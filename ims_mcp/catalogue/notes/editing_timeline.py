"""The Timeline of an editing job: tracks of clips, where each is cut out of its source and where it lies in the output.

What is optional stays optional. The web editor writes fields of its own beside those listed, and marks of its own into
the timeline: with one of them the timeline may hold any. Times are seconds with up to four decimals.
"""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue.notes.editing_effects import CLIP_EFFECTS, RECOGNISED_TEXT, SHORTEST, SOUND_EFFECTS, TRACK_ITEMS
from ims_mcp.catalogue.notes.editing_text import (
    ALIGNMENT_TEXT,
    CONTENT,
    END,
    FONT,
    LAYERS,
    LOOK,
    MOTION,
    POSITION,
    SCROLL,
    START,
    STYLE,
)
from ims_mcp.catalogue.notes.note import ParameterNotes, make_element
from ims_mcp.catalogue.operation import Case, Parameter

TIMELINE_SOURCES = (
    "https://help.aliyun.com/zh/ims/developer-reference/timeline-configuration-description",
    "https://help.aliyun.com/zh/vod/developer-reference/effect-configurations",
    "https://help.aliyun.com/zh/ims/use-cases/other-settings",
    "https://help.aliyun.com/document_detail/399788.html",
    "https://help.aliyun.com/document_detail/399765.html",
    "https://github.com/aliyun/alibabacloud-aiops-skills",
)

MEDIA_ID = Parameter("MediaId", "string", text="Asset of the library or of VOD. Give it or MediaURL.")
MEDIA_URL = Parameter(
    "MediaURL",
    "string",
    text=(
        "OSS file in the job's region: https://bucket.oss-cn-shanghai.aliyuncs.com/a.mp4. Give it or MediaId. No web "
        "or CDN address, no oss://."
    ),
    https_for_oss=True,
)
CUT = (
    Parameter("In", "number", text="Use the source from this second; default 0.", minimum=0),
    Parameter("Out", "number", text="Use the source up to this second; default its end.", minimum=0, after="In"),
    Parameter("MaxOut", "number", text="As Out, but a shorter source is used to its end.", minimum=0, after="In"),
)
SPEED = Parameter("Speed", "number", text="2: twice as fast, 0.5: half as fast; default 1.", minimum=0.1, maximum=100)
LINKS = (
    Parameter("ClipId", "string", text="Name of yours, for ReferenceClipId of others."),
    Parameter(
        "ReferenceClipId",
        "string",
        text=(
            "ClipId of another track's clip, whose length this one takes: slowed down or cut to it. Not with "
            "LoopMode or TrackShortenMode; TimelineIn and TimelineOut go before it."
        ),
    ),
)
VOICE = (
    Parameter("Content", "string", text="Text that is spoken; SSML inside <speak> is understood."),
    Parameter("Voice", "string", text="Voice, listed by ListSmartVoiceGroups.", hints=("zhichu", "zhimiao_emo")),
    Parameter(
        "CustomizedVoice",
        "string",
        text="Cloned voice instead of Voice: VoiceId of ListCustomizedVoices. Also written customizedVoice.",
    ),
    Parameter("customizedVoice", "string", text="As CustomizedVoice.", hidden=True),
    Parameter("SpeechRate", "number", text="Speed of speech, -500 to 500; default 0."),
    Parameter("PitchRate", "number", text="Pitch, -500 to 500; default 0."),
)
FRAMES = Parameter("DyncFrames", "integer", text="Number of frames of an animated picture (GIF); needed for one.")
PLACE = (
    Parameter("X", "number", text="Left edge. 0 to 1: share of the output's width; more: pixels."),
    Parameter("Y", "number", text="Top edge. 0 to 1: share of the output's height; more: pixels."),
    Parameter(
        "Width",
        "number",
        text="Width. 0 to 1: share of the output; more: pixels. Without place and size it is fitted and centred.",
    ),
    Parameter("Height", "number", text="Height. 0 to 1: share of the output; more: pixels."),
)

SUBTITLE_FORM = Parameter("SubType", "string", text="Form of the file.", hints=("srt", "ass"))
COMMENT = Parameter("Comment", "string", text="Remark of yours; ignored.")
REMARKS = (
    replace(COMMENT, hidden=True),
    Parameter("Count", "integer", text="Number of clips; ignored.", hidden=True),
)
_UNPLACED_STYLE = tuple(row for row in STYLE if row.name not in ("X", "Y", "AdaptMode"))

VIDEO_CLIP = make_element(
    Parameter(
        "Type",
        "string",
        text=(
            "Kind of clip; default Video, so a picture needs Image. GlobalImage shows a picture during the whole "
            "output (logo, background). AI_Avatar speaks Content; Text, Subtitle and AI_ASR take the fields of "
            "SubtitleTrackClips as well."
        ),
        hints=("Video", "Image", "GlobalImage", "AI_Avatar", "AI_ASR", "Text", "Subtitle"),
    ),
    MEDIA_ID,
    MEDIA_URL,
    *CUT,
    Parameter(
        "TimelineIn",
        "number",
        text="Where it begins in the output, seconds. Default: where the clip before it ends.",
        minimum=0,
    ),
    Parameter(
        "TimelineOut",
        "number",
        text="Where it ends in the output, seconds. Default: TimelineIn plus the length of the cut.",
        minimum=0,
        after="TimelineIn",
    ),
    Parameter(
        "Duration",
        "number",
        text="How long it is shown, seconds; usual for pictures. A GlobalImage needs it only where no video is.",
        minimum=SHORTEST,
    ),
    SPEED,
    *PLACE,
    Parameter(
        "AdaptMode",
        "string",
        text="How the source fills Width and Height. Contain: whole, Cover: cut off, Fill (default): distorted.",
        hints=("Contain", "Cover", "Fill"),
    ),
    Parameter("Opacity", "number", text="0 invisible to 1 opaque (default).", minimum=0, maximum=1),
    CLIP_EFFECTS,
    *LINKS,
    Parameter("MaskVideoUrl", "string", text="OSS address of a video that masks it.", inferred=True),
    COMMENT,
    cases=(
        Case("Type", ("Image", "GlobalImage"), (FRAMES,)),
        Case(
            "Type",
            ("AI_Avatar",),
            (
                Parameter("AvatarId", "string", text="Avatar, listed by ListSmartSysAvatarModels."),
                *VOICE,
                Parameter("LoopMotion", "boolean", text="Whether its gestures repeat.", inferred=True),
            ),
        ),
        Case("Type", ("Text",), (CONTENT, *_UNPLACED_STYLE)),
        Case(
            "Type",
            ("Subtitle",),
            (
                Parameter("FileURL", "string", text="https address in OSS of the .srt or .ass file."),
                replace(SUBTITLE_FORM, hidden=True),
                *_UNPLACED_STYLE,
            ),
        ),
        Case(
            "Type",
            ("AI_ASR",),
            tuple(
                row if row is ALIGNMENT_TEXT else replace(row, hidden=True)
                for row in RECOGNISED_TEXT
                if row.name not in ("X", "Y", "AdaptMode")
            ),
        ),
    ),
)
AUDIO_CLIP = make_element(
    Parameter(
        "Type",
        "string",
        text="Kind of clip; default Audio. AI_TTS speaks Content.",
        hints=("Audio", "AI_TTS", "AI_ASR"),
    ),
    MEDIA_ID,
    MEDIA_URL,
    *CUT,
    Parameter(
        "TimelineIn",
        "number",
        text="Where it begins in the output, seconds. Clips of one audio track must not overlap.",
        minimum=0,
    ),
    Parameter(
        "TimelineOut",
        "number",
        text="Where it ends in the output, seconds; what is longer is cut off, not sped up.",
        minimum=0,
        after="TimelineIn",
    ),
    Parameter("Duration", "number", text="How long it lasts, seconds.", minimum=SHORTEST),
    SPEED,
    Parameter(
        "LoopMode",
        "boolean",
        text="Whether the cut repeats from TimelineIn to TimelineOut; default false.",
    ),
    SOUND_EFFECTS,
    *LINKS,
    cases=(
        Case(
            "Type",
            ("AI_TTS",),
            (*VOICE, Parameter("Format", "string", text="Audio format of the speech; rarely needed.")),
        ),
    ),
)
SUBTITLE_CLIP = make_element(
    Parameter(
        "Type",
        "string",
        text="Text: Content; Subtitle: a file; AI_ASR: written down from speech.",
        hints=("Text", "Subtitle", "AI_ASR"),
    ),
    START,
    END,
    *POSITION,
    *FONT,
    *LOOK,
    LAYERS,
    *MOTION,
    *LINKS,
    cases=(
        Case("Type", ("Text",), (CONTENT, *SCROLL)),
        Case(
            "Type",
            ("Subtitle",),
            (
                Parameter(
                    "FileURL",
                    "string",
                    text="https address in OSS of the .srt or .ass file; .ass brings its own style.",
                ),
                SUBTITLE_FORM,
            ),
        ),
        Case(
            "Type",
            ("AI_ASR",),
            (
                Parameter("MediaId", "string", text="Asset whose speech is written down."),
                Parameter("MediaURL", "string", text="OSS address of what is written down.", https_for_oss=True),
                *CUT,
                ALIGNMENT_TEXT,
            ),
        ),
    ),
)
IMAGE_CLIP = make_element(
    Parameter("ImageId", "string", text="Picture of the library."),
    Parameter("MediaId", "string", text="The same under the name of other tracks.", inferred=True),
    Parameter("MediaURL", "string", text="OSS address of the picture.", https_for_oss=True),
    *PLACE,
    Parameter("TimelineIn", "number", text="From this second of the output; default 0.", minimum=0),
    Parameter(
        "TimelineOut",
        "number",
        text="To this second of the output; default its end.",
        minimum=0,
        after="TimelineIn",
    ),
    FRAMES,
)
LENGTHS = (
    Parameter(
        "MainTrack",
        "boolean",
        text="Whether the output lasts as long as this track; default false. One track at most.",
    ),
    Parameter(
        "TrackShortenMode",
        "string",
        text="AutoSpeed: faster where it is longer than the main track.",
        hints=("AutoSpeed",),
    ),
    Parameter(
        "TrackExpandMode",
        "string",
        text="AutoSpeed: slower where it is shorter than the main track.",
        hints=("AutoSpeed",),
    ),
)


def _describe_tracks(name: str, text: str, clips: Parameter, *more: Parameter) -> Parameter:
    return Parameter(name, "array", text=text, items=make_element(clips, *more, *REMARKS))


TRACKS = (
    _describe_tracks(
        "VideoTracks",
        "Videos and pictures; a later track lies above the earlier ones. At least a video or an audio track is needed.",
        Parameter("VideoTrackClips", "array", text="Clips, one after the other.", items=VIDEO_CLIP),
        Parameter("Type", "string", text="Effect: its clips are effects.", hints=("Effect",)),
        *LENGTHS,
    ),
    _describe_tracks(
        "AudioTracks",
        "Music, speech, sound of videos; all tracks are mixed.",
        Parameter("AudioTrackClips", "array", text="Clips that do not overlap.", items=AUDIO_CLIP),
        *LENGTHS,
    ),
    _describe_tracks(
        "SubtitleTracks",
        "Titles, subtitles, credits; drawn above the pictures.",
        Parameter("SubtitleTrackClips", "array", text="Texts, each with its time.", items=SUBTITLE_CLIP),
    ),
    _describe_tracks("EffectTracks", "Effects on all of the output.", TRACK_ITEMS),
    _describe_tracks(
        "ImageTracks",
        "Outdated: put pictures into VideoTracks with Type Image.",
        Parameter("ImageTrackClips", "array", text="Pictures above the video.", items=IMAGE_CLIP),
    ),
)
TIMELINE_FIELDS = (
    *TRACKS,
    Parameter(
        "MaxDuration", "number", text="Cuts the output off at this second; goes before MainTrack.", minimum=SHORTEST
    ),
    Parameter(
        "FECanvas",
        "object",
        text="Picture size that FontSize is meant for, so that text keeps its share of any output.",
        fields=(
            Parameter("Width", "integer", text="Width in pixels."),
            Parameter("Height", "integer", text="Height in pixels."),
        ),
    ),
)
TIMELINE: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": (
        "Tracks of clips; In, Out, TimelineIn, TimelineOut in seconds. In and Out cut a piece out of the source; "
        "TimelineIn and TimelineOut place it in the output; clips without them follow each other whole. At most 100 "
        "tracks of a kind."
    ),
    "fields": TIMELINE_FIELDS,
    "open_with": ("Version", "SdkVersion", "From", "AspectRatio"),
}
