"""One ready algorithm on one file (intelligent production): covers, erasure, captions, matting, sound.

Sources: the page of SubmitIProductionJob with what each function takes and writes, that of QueryIProductionJob with the
results, the page of MPS on the same algorithms (face retouching, sep and formatter), and what the vendor's skill for
video editing measured. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_job_params import JOB_PARAMS
from ims_mcp.catalogue.notes.ai_analysis_jobs import OPEN, PAGE
from ims_mcp.catalogue.notes.dna_watermark_fingerprints import INPUT
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs, Poll, Result

JOB_ID: ParameterNotes = {"text": "Id of the job, from the answer of SubmitIProductionJob."}
OLDER_PAGE = "https://help.aliyun.com/en/mps/developer-reference/parameters-for-smart-production-api-operations"
IPRODUCTION_NOTES = (
    OperationNotes(
        operation="SubmitIProductionJob",
        title="Improve or take apart media",
        purpose=(
            "Run one ready algorithm on a file: pick a cover, make a short or GIF, remove logos or subtitles, read "
            "burnt-in captions, cut out a green screen, beautify faces, turn landscape into portrait, find beats or "
            "choruses, judge sound quality, reduce noise, mix audio, separate vocals. FunctionName chooses. Offered in "
            "Shanghai, Beijing and Hangzhou. Runs in the background; follow it with QueryIProductionJob."
        ),
        effect=Effect.WRITE,
        heed="JobParams here are VideoDetext's. VideoH2V: portrait; MusicDemix: vocals; Cover: key with {sequenceId}.",
        parameters={
            "FunctionName": {
                "text": (
                    "The algorithm. VideoDetext erases subtitles, VideoDelogo logos; VideoH2V makes portrait, "
                    "MusicDemix separates vocals, VideoClip sums up. AudioQualityAssessment writes no file: its "
                    "marks are in Result. SpeechDenoise takes WAV of 16 or 48 kHz only."
                ),
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
            "Input": {
                **INPUT,
                "text": "The file to work on. A video for Cover, CaptionExtraction, FaceBeauty and all that begin with "
                "Video; a sound for the others.",
            },
            "Output": {
                "text": "Where the result goes. Needed for every function, also where no file is written.",
                "nested": {
                    "Type": {
                        "text": "OSS for an address, Media for an asset.",
                        "choices": ("OSS", "Media"),
                        "any_case": True,
                    },
                    "Media": {
                        "text": (
                            "oss://bucket/key, or an asset id (empty: a new asset). In the key {source}, {timestamp}, "
                            "{sequenceId} and {resultType} are filled in: Cover needs {sequenceId}, MusicDemix "
                            "{resultType}. The bucket has to lie in the region of the call: another one fails only at "
                            "the end."
                        ),
                        "required": False,
                        "keeps_empty": True,
                    },
                    "OutputUrl": {
                        "text": "With Type Media: OSS address of the file. Its bucket is registered with IMS or VOD "
                        "(GetStorageList)."
                    },
                    "Biz": {
                        "text": "With Type Media and a new asset: the service that gets it, IMS or VOD.",
                        "hints": ("IMS", "VOD"),
                    },
                },
            },
            "JobParams": {
                **OPEN,
                "text": (
                    "Options of the algorithm; each FunctionName has its own. Left out: its defaults. The names Logo "
                    "and Text of the older MPS interface do nothing here."
                ),
                "cases": JOB_PARAMS,
            },
            "ModelId": {
                "text": "Another model; usually left out. For VideoDetext algo-video-detext-new erases better, takes "
                "longer and costs more.",
                "hints": ("algo-video-detext-new",),
            },
            "ScheduleConfig": {
                "text": "Queue and priority. Left out: the default queue.",
                "nested": {
                    "PipelineId": {"text": "Queue, from ListPipelines. Left out: the default one."},
                    "Priority": {
                        "text": "1 to 10, usually 6. The vendor's texts differ on whether 1 or 10 comes first.",
                        "minimum": 1,
                        "maximum": 10,
                    },
                },
            },
            "Name": {"text": "Name of the job, at most 100 characters.", "max_characters": 100},
            "UserData": {
                "text": "Text of yours, at most 256 characters; comes back as it is.",
                "max_characters": 256,
            },
            "TemplateId": {
                "text": "Template with the options, in place of JobParams. From ListCustomTemplates.",
                "inferred": True,
            },
        },
        rules=(Needs("Output.Type", "OSS", "Output.Media"),),
        poll=Poll(
            operation="QueryIProductionJob",
            arguments=(("JobId", "JobId"),),
            status_field="Status",
            success=("Success",),
            failure=("Fail",),
            # The SDK writes Analyzing, the page Analysing.
            pending=("Init", "Queuing", "Analyzing", "Analysing", "Processing"),
            result=Result(
                fields=(
                    ("Result", "Result"),
                    ("files[].url", "OutputUrls[]"),
                    ("files[].path", "OutputFiles[]"),
                    ("files[].MediaId", "OutputMediaIds[]"),
                ),
            ),
        ),
        costs="AI processing, billed by the length of the media.",
        example={
            "FunctionName": "VideoDetext",
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "Output": {"Type": "OSS", "Media": "oss://example-bucket/clean/{source}-{timestamp}.mp4"},
            "JobParams": {"LimitRegion": [[0, 0.65, 1, 0.25]]},
            "Name": "Launch without subtitles",
        },
        sources=(
            f"{PAGE}submitiproductionjob",
            OLDER_PAGE,
            "https://github.com/aliyun/alibabacloud-aiops-skills",
        ),
    ),
    OperationNotes(
        operation="QueryIProductionJob",
        title="Follow an algorithm job",
        purpose=(
            "See the state (Queuing, Analysing, Success, Fail) and the outcome of one SubmitIProductionJob. Result is "
            "JSON text: times of covers in ms, of summaries and choruses in seconds, marks of sound; {} where the file "
            "is all. OutputFiles, OutputUrls (good for about an hour) and OutputMediaIds name what was made; an entry "
            "that speaks of a failure to save was not written, even with Success."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        sources=(f"{PAGE}queryiproductionjob", "https://github.com/aliyun/alibabacloud-aiops-skills"),
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
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        sources=(f"{PAGE}canceliproductionjob",),
    ),
)
