"""JobParams of SubmitIProductionJob: the options of each function.

Sources: the page of SubmitIProductionJob; that of MPS on the same algorithms for sep, formatter and the strengths of
FaceBeauty, which the vendor's skill for video editing lists too. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.operation import Case, Parameter

WITHOUT_OPTIONS = (
    "VideoClip",
    "VideoH2V",
    "MusicSegmentDetect",
    "AudioBeatDetection",
    "AudioQualityAssessment",
    "SpeechDenoise",
    "MusicDemix",
)

JOB_PARAMS = (
    Case(
        "FunctionName",
        ("Cover",),
        (
            Parameter(
                "Model", "string", text="gif makes moving covers. Left out or empty: still pictures.", hints=("gif",)
            ),
        ),
    ),
    Case(
        "FunctionName",
        ("VideoDelogo",),
        (
            Parameter(
                "LogoModel",
                "string",
                text="Kinds of logos to look for: tv (stations), internet (platforms), or both.",
                comma_list=True,
                hints=("tv", "internet"),
            ),
            Parameter(
                "Boxes",
                "string",
                text='Where logos are, as a text: "[[0, 0, 0.3, 0.3]]". Each is [x, y, width, height] from the top '
                "left in shares of the picture; two at most.",
            ),
        ),
    ),
    Case(
        "FunctionName",
        ("VideoDetext",),
        (
            Parameter(
                "LimitRegion",
                "array",
                text="Where subtitles are, as a list: [[0, 0.65, 1, 0.2]]. Each is [x, y, width, height] from the top "
                "left in shares of the picture. Left out: the lowest 30 % only.",
                items=Parameter("", "array", items=Parameter("", "number")),
            ),
            Parameter(
                "Time",
                "array",
                text="Seconds to erase in: [5, 20]; default all. Several spans, [[5, 20], [25, 43]], only with ModelId "
                "algo-video-detext-new.",
            ),
        ),
    ),
    Case(
        "FunctionName",
        ("CaptionExtraction",),
        (
            Parameter("fps", "integer", text="Pictures read a second, 2 to 10; default 5.", minimum=2, maximum=10),
            Parameter(
                "roi",
                "array",
                text="Where captions are, as [[top, bottom], [left, right]]. In shares of the picture: the lower half "
                "is [[0.5, 1], [0, 1]]. Left out: the lowest quarter.",
                items=Parameter("", "array", items=Parameter("", "number")),
            ),
            Parameter(
                "lang",
                "string",
                text="Language: ch Chinese (default), en English, ch_ml both.",
                choices=("ch", "en", "ch_ml"),
            ),
            Parameter(
                "track",
                "string",
                text="main reads the main captions only. Left out: all text there.",
                hints=("main",),
            ),
            Parameter(
                "sep",
                "boolean",
                text="true writes Chinese and English to files of their own. The Output needs {resultType} then; "
                "default false. Documented for MPS.",
            ),
            Parameter(
                "formatter",
                "string",
                text=r"Put before each line of the SRT, such as {\an8}. Documented for MPS.",
            ),
        ),
    ),
    Case(
        "FunctionName",
        ("VideoGreenScreenMatting",),
        (
            Parameter(
                "bgimage",
                "string",
                text="Address of the picture to put behind, which gives an mp4. Left out: a webm with transparency.",
                url_schemes=("http", "https", "oss"),
            ),
        ),
    ),
    Case(
        "FunctionName",
        ("FaceBeauty",),
        (
            Parameter(
                "beauty_params",
                "string",
                text="Strengths as a text: whiten=20,smooth=50,face_thin=50. 0 to 100: whiten, smooth, detail (each "
                "default 20), face_thin, face_cut, cheek_thin, chin_thin, eye_size, smile (default 0). -100 to 100: "
                "face_length, chin_length, nose_thin, mouth_size, lip_thickness, hair_line (default 0). detect_mode 0 "
                "follows faces through a video.",
            ),
        ),
    ),
    Case(
        "FunctionName",
        ("AudioMixing",),
        (
            Parameter(
                "inputs",
                "object",
                required=True,
                text="The sound to mix in; only one.",
                fields=(
                    Parameter(
                        "file",
                        "string",
                        required=True,
                        text="Address of its file: http://example-bucket.oss-cn-shanghai.aliyuncs.com/music.mp3.",
                    ),
                ),
            ),
        ),
    ),
    Case("FunctionName", WITHOUT_OPTIONS, ()),
)
