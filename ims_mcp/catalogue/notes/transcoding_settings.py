"""File processing: the settings of an encoded file, shared by transcoding templates and by what a job overrides.

Sources: the structures MediaConvertVideo, MediaConvertAudio, MediaConvertTransConfig, MediaConvertMuxConfig and
MediaConvertVolume of SDK 6.20.2, and the page of the transcoding template parameters. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.operation import Parameter

TEMPLATE_PAGE = "https://help.aliyun.com/en/ims/user-guide/transcoding-template-parameters"
CLOCK = "hh:mm:ss.SSS, or seconds such as 180.30"

CONTAINER = Parameter(
    "Container",
    "object",
    text="File format of the result.",
    fields=(
        Parameter(
            "Format",
            "string",
            text="Container: mp4 for one file, m3u8 for HLS. mpd is DASH, mp3, ogg, flac and m4a are sound only.",
            hints=(
                *("mp4", "m3u8", "flv", "ts", "hls-fmp4", "mpd", "cmaf", "mxf", "mp3", "ogg", "flac", "m4a", "gif"),
                "webp",
            ),
        ),
    ),
    extra_fields=True,
)

VIDEO = Parameter(
    "Video",
    "object",
    text="Picture of the result; an empty object keeps the defaults.",
    fields=(
        Parameter(
            "Codec",
            "string",
            text="Codec; default H.264.",
            choices=("H.264", "H.265", "AV1", "GIF", "WEBP", "AVC-Intra"),
        ),
        Parameter(
            "Width",
            "integer",
            text="Width in pixels, even, 128 to 4096. With LongShortMode the long side. Only one of Width and Height "
            "given: the other follows in proportion; none: as the source.",
            minimum=128,
            maximum=4096,
        ),
        Parameter(
            "Height",
            "integer",
            text="Height in pixels, even, 128 to 4096. With LongShortMode the short side.",
            minimum=128,
            maximum=4096,
        ),
        Parameter(
            "LongShortMode",
            "boolean",
            text="true: Width is the long side, upright or not. Default false. Worth it where sources are upright and "
            "wide.",
        ),
        Parameter(
            "Bitrate",
            "integer",
            text="Average bitrate in kbit/s, 10 to 50000; -1 keeps the source's. Where it is given, TransMode is "
            "onepass unless said otherwise; in a template a Crf makes it void.",
        ),
        Parameter(
            "Crf",
            "number",
            text="Quality instead of bitrate: 0 best, 51 worst; 23 to 29 is usual. Default 23 (H.264), 26 (H.265), 32 "
            "(AV1). Goes with TransMode fixCRF.",
            minimum=0,
            maximum=51,
        ),
        Parameter("Maxrate", "integer", text="Highest bitrate in kbit/s.", minimum=10, maximum=50000),
        Parameter(
            "Bufsize",
            "integer",
            text="Rate control buffer in kbit; default 6000. Larger lets the bitrate vary more.",
            minimum=1000,
            maximum=128000,
        ),
        Parameter("Fps", "number", text="Frames a second, up to 60; default as the source.", maximum=60),
        Parameter(
            "MaxFps",
            "number",
            text="Most frames a second: the source's rate is kept below it.",
            inferred=True,
        ),
        Parameter(
            "Gop",
            "string",
            text='Key frame distance: frames ("250") or seconds ("5s"). Default 10s, in a template 250 frames; 2 to 7 '
            "seconds make seeking quick.",
        ),
        Parameter(
            "Profile",
            "string",
            text="H.264 profile; default high. baseline plays on old devices.",
            choices=("baseline", "main", "high"),
        ),
        Parameter(
            "Preset",
            "string",
            text="Speed against quality, H.264 only; default medium.",
            choices=("veryfast", "fast", "medium", "slow", "slower"),
        ),
        Parameter("PixFmt", "string", text="Pixel format.", hints=("yuv420p", "yuvj420p")),
        Parameter(
            "ScanMode",
            "string",
            text="Interlacing; left out: as the source. auto removes it. progressive or interlaced fails where the "
            "source is the other.",
            choices=("auto", "progressive", "interlaced"),
        ),
        Parameter(
            "Crop",
            "string",
            text="Cut the picture: width:height:left:top, or border. border removes black bars by itself. Not "
            "together with AdjDarMethod.",
        ),
        Parameter(
            "Pad",
            "string",
            text="Add black bars: width:height:left:top. Not together with IsCheckReso, IsCheckResoFail or "
            "AdjDarMethod.",
        ),
        Parameter("Rotate", "string", text='Turning of the picture, such as "auto".', hints=("auto",), inferred=True),
        Parameter(
            "Qscale",
            "integer",
            text="Quality with variable bitrate, H.264 only: 0 best, 51 worst.",
            minimum=0,
            maximum=51,
        ),
        Parameter("AbrMax", "integer", text="Highest bitrate in kbit/s, for Narrowband HD 1.0 only.", maximum=50000),
        Parameter("Remove", "boolean", text="true leaves the picture out: sound only. Default false."),
    ),
    extra_fields=True,
)

VOLUME = Parameter(
    "Volume",
    "object",
    text="Loudness of the result.",
    fields=(
        Parameter(
            "Method",
            "string",
            text="How loudness is set; default dynamic. linear adds Level, dynamic aims at the targets below.",
            choices=("auto", "dynamic", "linear"),
        ),
        Parameter("Level", "integer", text="Gain in dB against the source, linear only; default -20.", maximum=20),
        Parameter(
            "IntegratedLoudnessTarget",
            "number",
            text="Target loudness in dB, dynamic only; default -6.",
            minimum=-70,
            maximum=-5,
        ),
        Parameter(
            "LoudnessRangeTarget",
            "number",
            text="Loudness range in dB, dynamic only; default 8.",
            minimum=1,
            maximum=20,
        ),
        Parameter("TruePeak", "number", text="Peak in dB, dynamic only; default -1.", minimum=-9, maximum=0),
    ),
    extra_fields=True,
)

AUDIO = Parameter(
    "Audio",
    "object",
    text="Sound of the result; an empty object keeps the defaults.",
    fields=(
        Parameter(
            "Codec",
            "string",
            text="Codec; default AAC. It has to fit the container.",
            choices=("AAC", "AC3", "EAC3", "MP2", "MP3", "FLAC", "OPUS", "VORBIS", "WMA-V1", "WMA-V2", "pcm_s16le"),
            any_case=True,
        ),
        Parameter(
            "Bitrate",
            "integer",
            text="Bitrate in kbit/s; default 128. 64, 128 and 256 are usual.",
            minimum=8,
            maximum=1000,
        ),
        Parameter(
            "Samplerate",
            "integer",
            text="Samples a second in Hz; default 44100. MP3 takes no 96000, FLV only 22050 and 44100.",
            hints=("22050", "32000", "44100", "48000", "96000"),
        ),
        Parameter(
            "Channels",
            "integer",
            text="Channels; default 2, 0 keeps the source's. MP3 and OPUS take up to 2, AAC and FLAC also 4, 5, 6, 8.",
            minimum=0,
            maximum=8,
        ),
        Parameter(
            "Profile",
            "string",
            text="AAC profile; default aac_low.",
            choices=("aac_low", "aac_he", "aac_he_v2", "aac_ld", "aac_eld"),
        ),
        VOLUME,
        Parameter("Remove", "boolean", text="true leaves the sound out. Default false."),
    ),
    extra_fields=True,
)

MUX = Parameter(
    "MuxConfig",
    "object",
    text="Segments, for m3u8, hls-fmp4, mpd and cmaf.",
    fields=(
        Parameter(
            "Segment",
            "object",
            text="How the file is cut into segments.",
            fields=(
                Parameter("Duration", "integer", text="Segment length in seconds; default 10.", minimum=1, maximum=60),
                Parameter(
                    "ForceSegTime",
                    "string",
                    text="Points in seconds where a segment has to end: 2,3,6.5. At most 10, with up to 3 decimals.",
                ),
            ),
            extra_fields=True,
        ),
    ),
    extra_fields=True,
)

TRANS = Parameter(
    "TransConfig",
    "object",
    text="Rate control, and what to do with sources below the target.",
    fields=(
        Parameter(
            "TransMode",
            "string",
            text="Rate control; default onepass, without a Bitrate fixCRF. onepass is quick, twopass evens out, CBR is "
            "constant (Bitrate, Maxrate and Bufsize alike), fixCRF goes by Crf.",
            choices=("onepass", "twopass", "CBR", "fixCRF"),
        ),
        Parameter(
            "AdjDarMethod",
            "string",
            text="Where Width and Height do not fit the source; default none. Needs both of them. rescale stretches, "
            "crop cuts, pad adds bars.",
            choices=("rescale", "crop", "pad", "none"),
        ),
        Parameter(
            "IsCheckReso",
            "boolean",
            text="true keeps the resolution of a smaller source. Default false: it is scaled up.",
        ),
        Parameter("IsCheckResoFail", "boolean", text="true fails for a source smaller than the target. Default false."),
        Parameter(
            "IsCheckVideoBitrate",
            "boolean",
            text="true keeps the video bitrate of a source below it. Default false.",
        ),
        Parameter(
            "IsCheckVideoBitrateFail",
            "boolean",
            text="true fails for a source with less video bitrate. Default false.",
        ),
        Parameter(
            "IsCheckAudioBitrate",
            "boolean",
            text="true keeps the audio bitrate of a source below it. Default true where the codec stays the same.",
        ),
        Parameter(
            "IsCheckAudioBitrateFail",
            "boolean",
            text="true fails for a source with less audio bitrate. Default false.",
        ),
    ),
    extra_fields=True,
)
