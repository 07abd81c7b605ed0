"""Live transcoding: jobs that turn an RTMP stream into others while it runs, and their templates.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Poll, Result, Rows

TEMPLATE_TYPES = ("normal", "narrow-band", "audio-only", "origin")
TYPE_TEXT = "Values: normal; narrow-band: smaller at the same quality; audio-only: sound only; origin: unchanged."
STREAM_INPUT: ParameterNotes = {
    "text": "The stream to transcode.",
    "nested": {
        "Type": {"text": "Kind of stream: always rtmp.", "choices": ("rtmp",)},
        "InputUrl": {"text": "Address of the live stream: rtmp://host/app/stream.", "url_schemes": ("rtmp", "rtmps")},
    },
}
OUTPUT: ParameterNotes = {
    "text": "Where the new stream is played from.",
    "nested": {
        "Type": {"text": "Kind of output: always LiveCenter.", "choices": ("LiveCenter",)},
        "DomainName": {
            "text": "Streaming domain of ApsaraVideo Live: play.example.com. The output address is made from it."
        },
    },
}
TIMES: dict[str, ParameterNotes] = {
    "StartTime": {"text": "Begin, UTC: 2026-01-31T08:00:00Z. At most 7 days ahead."},
    "EndTime": {"text": "End, UTC: 2026-01-31T10:00:00Z. At most 7 days ahead.", "after": "StartTime"},
}
TIMED: ParameterNotes = {"text": "When it begins and ends; needed with StartMode 1.", "nested": TIMES}
TEMPLATE_CONFIG: ParameterNotes = {
    "text": "Picture and sound of the result. Type normal needs Width or Height, Fps and Bitrate of the picture.",
    "nested": {
        "VideoParams": {
            "text": "The picture.",
            "nested": {
                "Codec": {"text": "Codec of the picture.", "choices": ("H.264", "H.265")},
                "Width": {
                    "text": "Width in pixels, 128 or more. The long side at most 2560, the short one 1440; narrow-band "
                    "with H.265 at most 1280 x 720."
                },
                "Height": {"text": "Height in pixels, 128 or more; limits as for Width."},
                "Fps": {"text": "Frames a second, 1 to 60."},
                "Bitrate": {"text": "Bitrate in kbit/s, 1 to 6000."},
                "Gop": {"text": "Frames between key frames, 1 to 3000."},
                "Profile": {
                    "text": "1 baseline: phones; 2 main: standard; 3 high: high resolution.",
                    "choices": ("1", "2", "3"),
                },
            },
        },
        "AudioParams": {
            "text": "The sound.",
            "nested": {
                "Codec": {"text": "Codec of the sound.", "choices": ("AAC", "MP3")},
                "Bitrate": {"text": "Bitrate in kbit/s, 1 to 1000."},
                "Channels": {"text": "1 mono, 2 stereo.", "choices": ("1", "2")},
                "Samplerate": {"text": "Samples a second in Hz, 22050 to 96000; with aac_ld to 44100."},
                "Profile": {
                    "text": "AAC profile.",
                    "choices": ("aac_low", "aac_he", "aac_he_v2", "aac_ld"),
                },
            },
        },
    },
}
TEMPLATE_EXAMPLE = {
    "VideoParams": {
        "Codec": "H.264",
        "Width": "1280",
        "Height": "720",
        "Fps": "25",
        "Bitrate": "1500",
        "Gop": "50",
        "Profile": "2",
    },
    "AudioParams": {"Codec": "AAC", "Bitrate": "96", "Channels": "2", "Samplerate": "44100", "Profile": "aac_low"},
}
KEYWORD: ParameterNotes = {"text": "Id, or part of a name."}
SORT: ParameterNotes = {"text": "Order by creation time: desc (default) is newest first.", "choices": ("desc", "asc")}
PAGE_NO: ParameterNotes = {"text": "Page, from 1; default 1.", "minimum": 1}
PAGE_SIZE: ParameterNotes = {"text": "Entries a page; default 10, at most 100.", "minimum": 1, "maximum": 100}
JOB_ID: ParameterNotes = {"text": "Id of the job, from SubmitLiveTranscodeJob or ListLiveTranscodeJobs."}
TEMPLATE_ID: ParameterNotes = {"text": "Id of the template, from ListLiveTranscodeTemplates."}
JOB = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
TEMPLATE = "4f2a8c0e6b1d4d3f9a7e5c3b1d0f2e48"

NOTES = (
    OperationNotes(
        operation="SubmitLiveTranscodeJob",
        title="Transcode a live stream",
        purpose=(
            "Turn an RTMP live stream into another resolution, bitrate or codec while it runs, at once or at a "
            "scheduled time; the result is played from an ApsaraVideo Live domain. Returns a JobId; "
            "GetLiveTranscodeJob shows the output address. State 0 is waiting, 1 running, 2 stopped: a started job "
            "is at 1 and never finishes by itself unless it has an end time. Stop it with "
            "SendLiveTranscodeJobCommand."
        ),
        effect=Effect.WRITE,
        heed='StartMode 1 needs "TimedConfig":{"StartTime","EndTime"} in UTC; 0 runs until it is stopped.',
        parameters={
            "Name": {"text": "Name of the job, to find it again."},
            "StreamInput": STREAM_INPUT,
            "TemplateId": {"text": "What it is transcoded to, from ListLiveTranscodeTemplates."},
            "StartMode": {"text": "0 at once, 1 scheduled by TimedConfig.", "minimum": 0, "maximum": 1},
            "TranscodeOutput": OUTPUT,
            "TimedConfig": TIMED,
        },
        example={
            "Name": "stage 720p",
            "StreamInput": {"Type": "rtmp", "InputUrl": "rtmp://push.example.com/live/stage"},
            "TemplateId": TEMPLATE,
            "StartMode": 0,
            "TranscodeOutput": {"Type": "LiveCenter", "DomainName": "play.example.com"},
        },
        # The states arrive as numbers; "2" only says that the job was stopped, by its schedule or by hand.
        poll=Poll(
            operation="GetLiveTranscodeJob",
            arguments=(("JobId", "JobId"),),
            status_field="Job.Status",
            success=("2",),
            pending=("0",),
            running=("1",),
            result=Result(
                fields=(
                    ("addresses", "Job.OutputStream.StreamInfos[].OutputUrl"),
                    ("template", "Job.TemplateName"),
                ),
            ),
        ),
        costs="Billed by the minute for as long as the job runs.",
    ),
    OperationNotes(
        operation="GetLiveTranscodeJob",
        title="Inspect a live transcoding job",
        purpose=(
            "Show one live transcoding job: state (0 not started, 1 running, 2 stopped), input stream, template and "
            "the addresses the transcoded stream is played from."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": JOB},
        then="A running job is stopped with SendLiveTranscodeJobCommand.",
    ),
    OperationNotes(
        operation="ListLiveTranscodeJobs",
        title="List live transcoding jobs",
        purpose=(
            "List live transcoding jobs by state, start mode, kind of template or a word of the name. Use it to find "
            "a job's id or to see what still runs and costs (Status 1)."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={
            "KeyWord": KEYWORD,
            "Status": {"text": "0 not started, 1 running, 2 stopped. Left out: all.", "minimum": 0, "maximum": 2},
            "StartMode": {"text": "0 started at once, 1 scheduled. Left out: both.", "minimum": 0, "maximum": 1},
            "Type": {"text": f"Kind of their template. {TYPE_TEXT}", "choices": TEMPLATE_TYPES},
            "SortBy": SORT,
            "PageNo": PAGE_NO,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        example={"SortBy": "desc", "PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="JobList",
            columns=(
                ("JobId", "JobId"),
                ("Name", "Name"),
                ("Status", "Status"),
                ("template", "TemplateName"),
                ("input", "StreamInput.InputUrl"),
                ("created", "CreateTime"),
            ),
            meanings={"Status": {0: "not started", 1: "running", 2: "stopped"}},
        ),
        then="GetLiveTranscodeJob shows where the output of one is played from; SendLiveTranscodeJobCommand stops it.",
    ),
    OperationNotes(
        operation="UpdateLiveTranscodeJob",
        title="Change a live transcoding job",
        purpose=(
            "Change the name of a live transcoding job, or input, output and schedule of a scheduled one that has not "
            "begun. What is not given stays. The template of a job cannot be changed: stop it and submit another with "
            "SubmitLiveTranscodeJob."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen("replaces the input stream of a live transcoding job", path="StreamInput"),
            AskWhen("replaces where a live transcoding job's stream goes", path="TranscodeOutput"),
            AskWhen("replaces the schedule of a live transcoding job", path="TimedConfig"),
        ),
        parameters={
            "JobId": {"text": "The job to change, from ListLiveTranscodeJobs."},
            "Name": {"text": "New name; left out: it stays."},
            "StreamInput": STREAM_INPUT,
            "TranscodeOutput": OUTPUT,
            "TimedConfig": {"text": "When it begins and ends.", "nested": TIMES},
        },
        idempotent=True,
        example={
            "JobId": JOB,
            "Name": "stage 720p, second evening",
            "StreamInput": {"Type": "rtmp", "InputUrl": "rtmp://push.example.com/live/stage2"},
            "TranscodeOutput": {"Type": "LiveCenter", "DomainName": "play.example.com"},
            "TimedConfig": {"StartTime": "2026-03-05T18:00:00Z", "EndTime": "2026-03-05T21:00:00Z"},
        },
    ),
    OperationNotes(
        operation="SendLiveTranscodeJobCommand",
        title="Stop a live transcoding job",
        purpose=(
            "Stop a live transcoding job: its output stream ends for everyone watching, and so do the costs. Stop is "
            "the only command there is; a stopped job does not start again, submit a new one with "
            "SubmitLiveTranscodeJob. The input stream goes on. The job stays in the list until "
            "DeleteLiveTranscodeJob."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("ends a live transcoding job for good: everyone watching its output loses the stream"),
        ),
        parameters={
            "Command": {"text": "What to do: always stop.", "choices": ("stop",)},
            "JobId": {"text": "The job to stop, from ListLiveTranscodeJobs with Status 1."},
        },
        idempotent=True,
        example={"Command": "stop", "JobId": JOB},
    ),
    OperationNotes(
        operation="DeleteLiveTranscodeJob",
        title="Delete a live transcoding job",
        purpose=(
            "Delete a live transcoding job from the list for good. Stop it first with "
            "SendLiveTranscodeJobCommand, to know that no output stream is cut off. Input stream and template stay."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a live transcoding job for good"),),
        parameters={"JobId": {"text": "The job to delete, from ListLiveTranscodeJobs."}},
        idempotent=True,
        example={"JobId": JOB},
    ),
    OperationNotes(
        operation="CreateLiveTranscodeTemplate",
        title="Create a live transcoding template",
        purpose=(
            "Define what live streams are transcoded to: codec, size, frame rate and bitrate of the video, and the "
            "audio. Kinds: normal, narrow-band (smaller at the same quality; with H.265 at most 1280 x 720), "
            "audio-only, origin (unchanged). Returns the TemplateId for SubmitLiveTranscodeJob. Templates for files "
            "are made with CreateCustomTemplate."
        ),
        effect=Effect.WRITE,
        heed="All values are texts; Bitrate in kbit/s. Type narrow-band or audio-only as well.",
        parameters={
            "Name": {"text": "Name of the template, to find it in the list."},
            "Type": {"text": f"Kind of template; it cannot be changed later. {TYPE_TEXT}", "choices": TEMPLATE_TYPES},
            "TemplateConfig": TEMPLATE_CONFIG,
        },
        example={"Name": "stage 720p", "Type": "normal", "TemplateConfig": TEMPLATE_EXAMPLE},
        then="Name its TemplateId in SubmitLiveTranscodeJob.",
    ),
    OperationNotes(
        operation="GetLiveTranscodeTemplate",
        title="Inspect a live transcoding template",
        purpose=(
            "Show one live transcoding template: its kind, whether it is the service's own or yours, and the video and "
            "audio parameters that a stream is transcoded to."
        ),
        effect=Effect.READ,
        parameters={"TemplateId": TEMPLATE_ID},
        idempotent=True,
        example={"TemplateId": TEMPLATE},
    ),
    OperationNotes(
        operation="ListLiveTranscodeTemplates",
        title="List live transcoding templates",
        purpose=(
            "List the live transcoding templates, the service's own and yours, with their parameters, by kind, codec "
            "or a word of the name. Use it to choose the TemplateId for SubmitLiveTranscodeJob."
        ),
        effect=Effect.READ,
        parameters={
            "Category": {
                "text": "system: the service's own; customized: yours. Left out: both.",
                "choices": ("system", "customized"),
            },
            "Type": {"text": f"Only this kind. {TYPE_TEXT}", "choices": TEMPLATE_TYPES},
            "VideoCodec": {"text": "Only this codec of the picture.", "choices": ("H.264", "H.265")},
            "KeyWord": KEYWORD,
            "SortBy": SORT,
            "PageNo": PAGE_NO,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="TemplateContentList",
            columns=(
                ("TemplateId", "TemplateId"),
                ("Name", "Name"),
                ("Type", "Type"),
                ("Category", "Category"),
                ("codec", "TemplateConfig.VideoParams.Codec"),
                ("width", "TemplateConfig.VideoParams.Width"),
                ("height", "TemplateConfig.VideoParams.Height"),
                ("kbit_s", "TemplateConfig.VideoParams.Bitrate"),
            ),
        ),
        then="Name the TemplateId of one in SubmitLiveTranscodeJob.",
    ),
    OperationNotes(
        operation="UpdateLiveTranscodeTemplate",
        title="Change a live transcoding template",
        purpose=(
            "Change name or parameters of one of your live transcoding templates; its kind stays what it is. Jobs "
            "already running are not promised to follow, new ones do. Read the present values with "
            "GetLiveTranscodeTemplate first."
        ),
        effect=Effect.WRITE,
        heed="TemplateConfig replaces all of it: send what stays as well, from GetLiveTranscodeTemplate.",
        destructive_when=(AskWhen("replaces settings of a live transcoding template", path="TemplateConfig"),),
        parameters={
            "TemplateId": {"text": "The template to change, from ListLiveTranscodeTemplates."},
            "Name": {"text": "New name; left out: it stays."},
            "TemplateConfig": {
                **TEMPLATE_CONFIG,
                "text": "Picture and sound anew; left out: they stay. Send all of what GetLiveTranscodeTemplate shows, "
                "with your change in it. Type normal needs Width or Height, Fps and Bitrate.",
            },
        },
        idempotent=True,
        example={"TemplateId": TEMPLATE, "TemplateConfig": TEMPLATE_EXAMPLE},
    ),
    OperationNotes(
        operation="DeleteLiveTranscodeTemplate",
        title="Delete a live transcoding template",
        purpose=(
            "Delete one of your live transcoding templates for good; new jobs can no longer name it. Jobs are not "
            "deleted with it. Templates for files are deleted with DeleteCustomTemplate."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a live transcoding template for good"),),
        parameters={"TemplateId": {"text": "The template to delete, from ListLiveTranscodeTemplates."}},
        idempotent=True,
        example={"TemplateId": TEMPLATE},
    ),
)
