"""Where an editing job puts its result and how it is encoded, and what is remembered with it."""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import ParameterNotes
from ims_mcp.catalogue.operation import Case, Parameter

OUTPUT_SOURCES = (
    "https://help.aliyun.com/zh/ims/developer-reference/clip-composition-parameter-description",
    "https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-submitmediaproducingjob",
    "https://github.com/aliyun/alibabacloud-aiops-skills",
)

OSS_FIELDS = (
    Parameter(
        "MediaURL",
        "string",
        required=True,
        text=(
            "OSS file to write: https://bucket.oss-cn-shanghai.aliyuncs.com/out.mp4. In the job's region, no oss:// "
            "and no CDN address; the extension (mp4, m3u8, webm, mp3) decides the format. An existing file is replaced."
        ),
        https_for_oss=True,
    ),
)
VOD_FIELDS = (
    Parameter(
        "StorageLocation",
        "string",
        required=True,
        text="VOD storage, without http://: outin-example.oss-cn-shanghai.aliyuncs.com.",
    ),
    Parameter("FileName", "string", required=True, text="File name with extension, no path: launch.mp4."),
    Parameter(
        "VodTemplateGroupId",
        "string",
        text="Transcoding template group of VOD to run afterwards; VOD_NO_TRANSCODE: none.",
        hints=("VOD_NO_TRANSCODE",),
    ),
)
S3_FIELDS = (
    Parameter("Endpoint", "string", text="Address of the S3 service: s3.ap-southeast-1.amazonaws.com."),
    Parameter("Bucket", "string", text="Bucket of the S3 service."),
    Parameter("ObjectKey", "string", text="Path of the file in it: videos/launch.mp4."),
    Parameter("AccessKeyId", "string", text="Key that may write there."),
    Parameter("AccessKeySecret", "string", text="Secret of that key; use one that may do nothing else."),
)
VIDEO_STREAM = Parameter(
    "Video",
    "object",
    text="Encoding of the picture; left out: chosen by the service.",
    fields=(
        Parameter("Codec", "string", text="Video codec.", hints=("H.264", "H.265")),
        Parameter("Fps", "number", text="Frames a second."),
        Parameter("Crf", "number", text="Quality instead of a bitrate; smaller is better and larger in bytes."),
        Parameter("Profile", "string", text="Profile of the codec.", hints=("high", "main", "baseline")),
        Parameter("Preset", "string", text="Encoder speed against size.", hints=("veryfast", "medium", "slow")),
    ),
)
SIZE_FIELDS = (
    Parameter("Width", "integer", text="Width, 128 to 4096 pixels; default the widest source.", minimum=128),
    Parameter(
        "Height",
        "integer",
        text="Height, 128 to 4096 pixels; default the highest source. The shorter side at most 2160.",
        minimum=128,
    ),
    Parameter(
        "Bitrate",
        "integer",
        text=(
            "kbit/s, up to 5000; default the highest of the sources. More only with KeepOriginMaxBitrate in "
            "EditingProduceConfig."
        ),
    ),
)
OUTPUT_FIELDS = (
    *SIZE_FIELDS,
    Parameter("MaxDuration", "number", text="Cuts the output off at this second.", minimum=0.0001),
    VIDEO_STREAM,
    Parameter("ProduceTemplateId", "string", text="Transcoding template of MPS to encode with; for special cases."),
)
OUTPUT_CASES = (
    Case("OutputMediaTarget", ("oss-object",), OSS_FIELDS),
    Case("OutputMediaTarget", ("vod-media",), VOD_FIELDS),
    Case("OutputMediaTarget", ("S3",), S3_FIELDS),
)
OUTPUT_CONFIG: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": (
        "Where the result goes and its size: MediaURL for OSS. For VOD StorageLocation and FileName, for S3 Endpoint, "
        "Bucket, ObjectKey and keys. Without Width and Height it gets the size of the largest source."
    ),
    "fields": OUTPUT_FIELDS,
    "cases": OUTPUT_CASES,
}
LIVE_OUTPUT: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": (
        "Where the joined clips go: MediaURL for OSS, StorageLocation and FileName for VOD. Not needed with a "
        "ProjectId, whose storage is used."
    ),
    "fields": (
        Parameter("Width", "integer", text="Width in pixels; only with Mode Accurate or Rough."),
        Parameter("Height", "integer", text="Height in pixels; only with Mode Accurate or Rough."),
        Parameter("Bitrate", "integer", text="kbit/s; default the highest of the sources."),
    ),
    "cases": OUTPUT_CASES[:2],
}
OUTPUT_TARGET: ParameterNotes = {
    "text": "Kind of storage: oss-object (default), vod-media or S3.",
    "choices": ("oss-object", "vod-media", "S3"),
}
PRODUCE_CONFIG: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": "Options of rendering.",
    "fields": (
        Parameter(
            "CoverConfig",
            "object",
            text="Cover picture; default the first frame.",
            fields=(Parameter("StartTime", "number", text="Second of the output whose picture is the cover."),),
        ),
        Parameter(
            "AutoRegisterInputVodMedia",
            "boolean",
            text="Whether VOD assets of the timeline are registered in the library; default true.",
        ),
        Parameter(
            "OutputWebmTransparentChannel",
            "boolean",
            text="Whether the output keeps transparency (webm); default false.",
        ),
        Parameter("MaxBitrate", "integer", text="Highest bitrate of the output, kbit/s.", inferred=True),
        Parameter(
            "KeepOriginMaxBitrate",
            "boolean",
            text="Whether the highest bitrate of the sources is kept, above 5000 too; default false.",
        ),
        Parameter("AudioChannelCopy", "string", text="How the audio channels of the source are copied.", inferred=True),
    ),
}
MEDIA_METADATA: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": "Title and tags of the resulting asset.",
    "fields": (
        Parameter("Title", "string", text="Title of the asset."),
        Parameter("Description", "string", text="Description of the asset."),
        Parameter("Tags", "string", text="Tags, comma-separated: launch,spring.", comma_list=True),
    ),
}
PROJECT_METADATA: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": "Title of the project made for the job.",
    "fields": (
        Parameter("Title", "string", text="Title of the project."),
        Parameter("Description", "string", text="Description of the project."),
    ),
}
CALLBACK_FIELDS = (
    Parameter("NotifyAddress", "string", text="HTTP(S) address or MNS queue told when the job has ended."),
    Parameter(
        "RegisterMediaNotifyAddress",
        "string",
        text="HTTP(S) address or MNS queue told when the new asset has been analysed.",
    ),
)
USER_DATA: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": "Data of yours, returned with the job. NotifyAddress in it asks for a callback. At most 512 bytes as JSON.",
    "fields": CALLBACK_FIELDS,
    "extra_fields": True,
    "max_bytes": 512,
}
