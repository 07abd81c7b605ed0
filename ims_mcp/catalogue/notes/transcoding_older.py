"""File processing: the older transcoding jobs, which the vendor has announced to end.

Sources: the comments of SDK 6.20.2, where those of the answers say more than those of the request, and the page of
SubmitTranscodeJob. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.transcoding_jobs import (
    CREATED_FROM,
    CREATED_TO,
    FILE_TYPE,
    INPUT_MEDIA,
    JOB_NAME,
    ORDER_BY,
    PAGE_SIZE,
    PAGE_TOKEN,
    SCHEDULE,
)
from ims_mcp.catalogue.notes.transcoding_settings import TEMPLATE_PAGE
from ims_mcp.catalogue.operation import Effect, Poll, Result, Rows

PAGE = "https://help.aliyun.com/en/ims/developer-reference/api-ice-2020-11-09-submittranscodejob"
USER_DATA: ParameterNotes = {
    "text": "Text or JSON of yours, returned with the job and in callbacks. "
    'With {"NotifyAddress": "https://example.com/hook"} the callback of this job goes there.',
    "max_bytes": 512,
}
PIXELS_OR_SHARE = "Whole pixels from 8, or a share of the output such as 0.05."

VIDEO: dict[str, ParameterNotes] = {
    "Codec": {
        "text": "Codec of the picture.",
        "choices": ("H.264", "H.265", "AV1", "GIF", "WEBP", "AVC-Intra"),
    },
    "Width": {"text": "Width in pixels, 128 to 4096; default as the source. With LongShortMode the long side."},
    "Height": {"text": "Height in pixels, 128 to 4096; default as the source. With LongShortMode the short side."},
    "LongShortMode": {"text": "true: Width is the long side, upright or not."},
    "Bitrate": {"text": "Average bitrate in kbit/s, 10 to 50000. A Crf makes it void."},
    "Crf": {"text": "Quality instead of bitrate: 0 best, 51 worst. Default 23 (H.264), 26 (H.265)."},
    "Maxrate": {"text": "Highest bitrate in kbit/s, 10 to 50000."},
    "Bufsize": {"text": "Rate control buffer in kbit, 1000 to 128000; default 6000."},
    "AbrMax": {"text": "Highest bitrate in kbit/s, 10 to 50000, for Narrowband HD 1.0 only."},
    "Fps": {"text": "Frames a second, up to 60; default as the source."},
    "Gop": {"text": "Most frames between key frames, 1 to 1080000; default 250."},
    "Profile": {"text": "H.264 profile; default high.", "choices": ("baseline", "main", "high")},
    "Preset": {
        "text": "Speed against quality, H.264 only; default medium.",
        "choices": ("veryfast", "fast", "medium", "slow", "slower"),
    },
    "PixFmt": {"text": "Pixel format.", "hints": ("yuv420p", "yuvj420p")},
    "ScanMode": {"text": "Interlacing.", "choices": ("interlaced", "progressive")},
    "Crop": {"text": "Cut the picture: width:height:left:top. border removes black bars."},
    "Pad": {"text": "Add black bars: width:height:left:top."},
    "Remove": {"text": "true leaves the picture out: sound only."},
}
AUDIO: dict[str, ParameterNotes] = {
    "Codec": {
        "text": "Codec of the sound; default AAC.",
        "choices": ("AAC", "MP3", "VORBIS", "FLAC"),
        "any_case": True,
    },
    "Bitrate": {"text": "Bitrate in kbit/s, 8 to 1000; default 128."},
    "Samplerate": {
        "text": "Samples a second in Hz; default 44100.",
        "hints": ("22050", "32000", "44100", "48000", "96000"),
    },
    "Channels": {"text": "Number of channels; default 2."},
    "Profile": {
        "text": "AAC profile.",
        "choices": ("aac_low", "aac_he", "aac_he_v2", "aac_ld", "aac_eld"),
    },
    "Remove": {"text": "true leaves the sound out."},
    "Volume": {
        "text": "Loudness of the result.",
        "nested": {
            "Method": {"text": "How loudness is set.", "choices": ("auto", "dynamic", "linear")},
            "IntegratedLoudnessTarget": {"text": "Target loudness in dB, -70 to -5; default -6."},
            "LoudnessRangeTarget": {"text": "Loudness range in dB, 1 to 20; default 8."},
            "TruePeak": {"text": "Peak in dB, -9 to 0; default -1."},
        },
    },
}
TRANS: dict[str, ParameterNotes] = {
    "TransMode": {
        "text": "Rate control; default onepass. twopass evens out and is slower; CBR is constant.",
        "choices": ("onepass", "twopass", "CBR"),
    },
    "AdjDarMethod": {
        "text": "Where Width and Height do not fit the source; default none. Needs both of them.",
        "choices": ("rescale", "crop", "pad", "none"),
    },
    "IsCheckReso": {"text": "true keeps the resolution of a smaller source."},
    "IsCheckResoFail": {"text": "true fails for a smaller source; goes before IsCheckReso."},
    "IsCheckVideoBitrate": {"text": "true keeps the video bitrate of a source below it."},
    "IsCheckVideoBitrateFail": {
        "text": "true fails for a source with less video bitrate. Goes before IsCheckVideoBitrate."
    },
    "IsCheckAudioBitrate": {"text": "true keeps the audio bitrate of a source below it."},
    "IsCheckAudioBitrateFail": {
        "text": "true fails for a source with less audio bitrate. Goes before IsCheckAudioBitrate."
    },
}
TRANSCODE: ParameterNotes = {
    "text": "Template, and what differs from it.",
    "nested": {
        "TemplateId": {
            "text": "Transcoding template: S00000001-100031 is MP4 720p. From ListSystemTemplates or "
            "ListCustomTemplates with Type 1."
        },
        "OverwriteParams": {
            "text": "What differs from the template.",
            "nested": {
                "Container": {
                    "text": "File format.",
                    "nested": {"Format": {"text": "Container.", "hints": ("mp4", "m3u8", "flv", "ts", "mpd", "mp3")}},
                },
                "Video": {"text": "The picture.", "nested": VIDEO},
                "Audio": {"text": "The sound.", "nested": AUDIO},
                "TransConfig": {"text": "Rate control, and sources below the target.", "nested": TRANS},
                "MuxConfig": {
                    "text": "Segments of HLS or DASH.",
                    "nested": {
                        "Segment": {
                            "text": "How the file is cut.",
                            "nested": {
                                "Duration": {"text": "Segment length in seconds; default 10."},
                                "ForceSegTime": {"text": "Points in seconds where a segment has to end: 2,3."},
                            },
                        }
                    },
                },
            },
        },
    },
}
IMAGE_WATERMARKS: ParameterNotes = {
    "text": "Pictures laid over the video.",
    "nested": {
        "TemplateId": {"text": "Image watermark template, from ListCustomTemplates with Type 4."},
        "OverwriteParams": {
            "text": "What differs from the template.",
            "nested": {
                "File": {
                    "text": "The picture.",
                    "nested": {
                        "Type": FILE_TYPE,
                        "Media": {"text": "OSS address of the picture, or id of the asset."},
                    },
                },
                "ReferPos": {
                    "text": "Corner that Dx and Dy count from.",
                    "hints": ("TopRight", "TopLeft", "BottomRight", "BottomLeft"),
                },
                "Dx": {"text": f"Distance from the side. {PIXELS_OR_SHARE}"},
                "Dy": {"text": f"Distance from top or bottom. {PIXELS_OR_SHARE}"},
                "Width": {"text": f"Width of the picture. {PIXELS_OR_SHARE}"},
                "Height": {"text": f"Height of the picture. {PIXELS_OR_SHARE}"},
                "Timeline": {
                    "text": "When it is seen.",
                    "nested": {
                        "Start": {"text": "Begin, in seconds or hh:mm:ss; default 0."},
                        "Duration": {"text": "Length in seconds, or ToEND; default ToEND."},
                    },
                },
            },
        },
    },
}
TEXT_WATERMARKS: ParameterNotes = {
    "text": "Words laid over the video.",
    "nested": {
        "TemplateId": {"text": "Text watermark template, from ListCustomTemplates with Type 5."},
        "OverwriteParams": {
            "text": "What differs from the template.",
            "nested": {
                "Content": {"text": "The words, as plain text in UTF-8."},
                "FontName": {"text": "Font; default SimSun."},
                "FontSize": {"text": "Font size, between 4 and 120; default 16."},
                "FontColor": {"text": "Colour, #RRGGBB."},
                "FontAlpha": {"text": "Opacity, above 0 up to 1; default 1.0."},
                "BorderColor": {"text": "Colour of the outline, #RRGGBB; default black."},
                "BorderWidth": {"text": "Outline in pixels; default 0."},
                "Left": {"text": "Distance from the left in pixels; default 0."},
                "Top": {"text": "Distance from the top in pixels; default 0."},
                "Adaptive": {"text": "true fits the font size to the output; default false."},
            },
        },
    },
}
SUBTITLES: ParameterNotes = {
    "text": "Subtitle files burnt into the picture.",
    "nested": {
        "TemplateId": {"text": "Subtitle template, from ListCustomTemplates with Type 6."},
        "OverwriteParams": {
            "text": "What differs from the template.",
            "nested": {
                "File": {
                    "text": "The subtitle file.",
                    "nested": {
                        "Type": FILE_TYPE,
                        "Media": {"text": "OSS address of the subtitle file, or id of the asset."},
                    },
                },
                "Format": {"text": "Format of the file.", "hints": ("ass", "srt", "vtt", "ttml", "stl")},
                "CharEnc": {"text": "Character encoding of the file.", "hints": ("auto", "UTF-8", "GBK", "BIG5")},
            },
        },
    },
}
ENCRYPTION: ParameterNotes = {
    "text": "Encryption of an HLS output.",
    "nested": {
        "EncryptType": {
            "text": "Kind of encryption. PrivateEncryption plays in Alibaba Cloud's players only and needs no key of "
            "yours; the other fields belong to standard encryption.",
            "hints": ("PrivateEncryption", "HLSEncryption"),
            "inferred": True,
        },
        "KeyServiceType": {"text": "Who wrapped the key: KMS, or Base64.", "hints": ("KMS", "Base64")},
        "CipherText": {"text": "Wrapped key: CiphertextBlob of GenerateKMSDataKey."},
        "DecryptKeyUri": {
            "text": "Address of your service that hands out the key. Players ask it: "
            "https://example.com/key?CipherText=MTYi."
        },
    },
}
COMBINE: ParameterNotes = {
    "text": "How several inputs are joined: one entry for each.",
    "nested": {
        "VideoIndex": {"text": "Video stream of this input: 0, or exclude for none.", "hints": ("0", "exclude")},
        "AudioIndex": {"text": "Audio stream of this input: 0, or exclude for none.", "hints": ("0", "exclude")},
        "Start": {"text": "Begin in this input, in seconds; default 0."},
        "Duration": {"text": "Length taken of this input, in seconds; default to the end."},
    },
}

NOTES = (
    OperationNotes(
        operation="SubmitTranscodeJob",
        title="Transcode a file (older)",
        purpose=(
            "Transcode a file in OSS or an asset into other formats by template, with watermarks, burnt-in subtitles "
            "or encryption; several inputs are merged into one. Returns TranscodeParentJob with its ParentJobId and "
            "runs in the background: follow it with GetTranscodeJob. The vendor announced the end of this operation "
            "for the end of 2025: for new work use SubmitMediaConvertJob."
        ),
        effect=Effect.WRITE,
        heed="Was to end on 2025-12-31: take SubmitMediaConvertJob.",
        replaced_by="SubmitMediaConvertJob",
        parameters={
            "InputGroup": {
                "text": "The files: one is transcoded, several are merged.",
                "nested": {
                    "Type": FILE_TYPE,
                    "Media": {"text": INPUT_MEDIA},
                    "InputUrl": {"text": "One file of the asset, by address; Type Media only. Left out: its source."},
                },
            },
            "OutputGroup": {
                "text": "One entry for each result: where it goes, by which template.",
                "nested": {
                    "Output": {
                        "text": "Where the result goes.",
                        "nested": {
                            "Type": FILE_TYPE,
                            "Media": {"text": "OSS address of the new object, or id of the asset that gets it."},
                            "OutputUrl": {
                                "text": "Address of the new file of the asset; Type Media only. {MediaId} and {JobId} "
                                "may stand in it."
                            },
                        },
                    },
                    "ProcessConfig": {
                        "text": "What is done.",
                        "nested": {
                            "Transcode": TRANSCODE,
                            "ImageWatermarks": IMAGE_WATERMARKS,
                            "TextWatermarks": TEXT_WATERMARKS,
                            "Subtitles": SUBTITLES,
                            "CombineConfigs": COMBINE,
                            "Encryption": ENCRYPTION,
                        },
                    },
                },
            },
            "Name": JOB_NAME,
            "ScheduleConfig": SCHEDULE,
            "UserData": USER_DATA,
        },
        example={
            "Name": "launch 720p",
            "InputGroup": [{"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"}],
            "OutputGroup": [
                {
                    "Output": {"Type": "OSS", "Media": "oss://example-bucket/transcoded/launch-720p.mp4"},
                    "ProcessConfig": {"Transcode": {"TemplateId": "S00000001-100031"}},
                }
            ],
        },
        poll=Poll(
            operation="GetTranscodeJob",
            arguments=(("ParentJobId", "TranscodeParentJob.ParentJobId"),),
            status_field="TranscodeParentJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init", "Processing"),
            # The whole counts as a success where one part was: the parts say which.
            result=Result(
                fields=(
                    ("files[].url", "TranscodeParentJob.TranscodeJobList[].Output"),
                    ("files[].state", "TranscodeParentJob.TranscodeJobList[].Status"),
                    ("files[]", "TranscodeParentJob.TranscodeJobList[].OutFileMeta"),
                ),
            ),
        ),
        costs="Billed by the minute of output.",
        sources=(PAGE, TEMPLATE_PAGE),
    ),
    OperationNotes(
        operation="GetTranscodeJob",
        title="Follow a transcoding job",
        purpose=(
            "Show one job of SubmitTranscodeJob: state (Init, Processing, Success, Fail), percent, and for each of "
            "its parts the output with address, size, duration and streams. Jobs of SubmitMediaConvertJob are shown "
            "by GetMediaConvertJob, and their ids are not known here."
        ),
        effect=Effect.READ,
        replaced_by="GetMediaConvertJob",
        signed_addresses=True,
        parameters={"ParentJobId": {"text": "ParentJobId that the submit returned.", "required": True}},
        idempotent=True,
        example={"ParentJobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
    ),
    OperationNotes(
        operation="ListTranscodeJobs",
        title="List transcoding jobs",
        purpose=(
            "List jobs of SubmitTranscodeJob by state and creation time, to find a ParentJobId or the failed ones. "
            "Pages with NextPageToken; no token means the end. Newer jobs are listed by ListMediaConvertJobs."
        ),
        effect=Effect.READ,
        replaced_by="ListMediaConvertJobs",
        signed_addresses=True,
        parameters={
            "Status": {
                "text": "Only this state: Init, Processing, Success or Fail.",
                "hints": ("Init", "Processing", "Success", "Fail"),
            },
            "StartOfCreateTime": CREATED_FROM,
            "EndOfCreateTime": CREATED_TO,
            "ParentJobId": {"text": "Only the job with this id."},
            "OrderBy": ORDER_BY,
            "PageSize": PAGE_SIZE,
            "NextPageToken": PAGE_TOKEN,
        },
        idempotent=True,
        example={"PageSize": 20},
        rows=Rows(
            path="Jobs",
            columns=(
                ("ParentJobId", "ParentJobId"),
                ("Name", "Name"),
                ("Status", "Status"),
                ("percent", "Percent"),
                ("created", "CreateTime"),
                ("finished", "FinishTime"),
                ("parts", "JobCount"),
            ),
        ),
        then="Read the outputs of one of them with GetTranscodeJob by its ParentJobId.",
    ),
)
