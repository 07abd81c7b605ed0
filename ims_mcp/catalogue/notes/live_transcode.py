"""Live transcoding: jobs that turn an RTMP stream into others while it runs, and their templates.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Poll, Result

TEMPLATE_TYPES = ("normal", "narrow-band", "audio-only", "origin")
STREAM_INPUT: ParameterNotes = {
    "text": "The stream to transcode.",
    "nested": {
        "Type": {"text": "Always rtmp.", "choices": ("rtmp",)},
        "InputUrl": {"text": "rtmp://host/app/stream", "url_schemes": ("rtmp", "rtmps")},
    },
}
OUTPUT: ParameterNotes = {
    "text": "Where the new stream is played from.",
    "nested": {
        "Type": {"text": "Always LiveCenter.", "choices": ("LiveCenter",)},
        "DomainName": {"text": "Streaming domain of ApsaraVideo Live."},
    },
}
TIMED: ParameterNotes = {
    "text": "Begin and end, UTC, at most 7 days ahead; needed with StartMode 1.",
    "nested": {"StartTime": {"text": "2026-01-31T08:00:00Z"}, "EndTime": {"text": "2026-01-31T10:00:00Z"}},
}
TEMPLATE_CONFIG: ParameterNotes = {
    "text": "Type normal needs Width or Height, Fps and Bitrate of the video.",
    "nested": {
        "VideoParams": {
            "nested": {
                "Codec": {"choices": ("H.264", "H.265")},
                "Width": {"text": "Pixels, 128 or more; long side to 2560, short side to 1440."},
                "Height": {"text": "Pixels, as Width."},
                "Fps": {"text": "1 to 60."},
                "Bitrate": {"text": "kbit/s, 1 to 6000."},
                "Gop": {"text": "Frames, 1 to 3000."},
                "Profile": {"text": "1 baseline, 2 main, 3 high.", "choices": ("1", "2", "3")},
            },
        },
        "AudioParams": {
            "nested": {
                "Codec": {"choices": ("AAC", "MP3")},
                "Bitrate": {"text": "kbit/s, 1 to 1000."},
                "Channels": {"choices": ("1", "2")},
                "Samplerate": {"text": "Hz, 22050 to 96000; with aac_ld to 44100."},
                "Profile": {"text": "Of AAC.", "choices": ("aac_low", "aac_he", "aac_he_v2", "aac_ld")},
            },
        },
    },
}
KEYWORD: ParameterNotes = {"text": "Id, or part of a name."}
SORT: ParameterNotes = {"text": "By creation time; default desc.", "choices": ("desc", "asc")}

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
        parameters={
            "Name": {"text": "Name of the job, to find it again."},
            "StreamInput": STREAM_INPUT,
            "TemplateId": {"text": "From ListLiveTranscodeTemplates."},
            "StartMode": {"text": "0 at once, 1 scheduled by TimedConfig.", "minimum": 0, "maximum": 1},
            "TranscodeOutput": OUTPUT,
            "TimedConfig": TIMED,
        },
        # The states arrive as numbers: 0 not started, 1 in progress, 2 stopped, by its schedule or by hand.
        poll=Poll(
            operation="GetLiveTranscodeJob",
            arguments=(("JobId", "JobId"),),
            status_field="Job.Status",
            success=("2",),
            pending=("0",),
            running=("1",),
            result=Result(fields=(("output_url", "Job.OutputStream.StreamInfos[].OutputUrl"),)),
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
        idempotent=True,
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
            "Status": {"text": "0 not started, 1 running, 2 stopped.", "minimum": 0, "maximum": 2},
            "StartMode": {"text": "0 at once, 1 scheduled.", "minimum": 0, "maximum": 1},
            "Type": {"text": "Kind of template.", "choices": TEMPLATE_TYPES},
            "SortBy": SORT,
        },
        idempotent=True,
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
            "JobId": {"text": "The job to change."},
            "StreamInput": STREAM_INPUT,
            "TranscodeOutput": OUTPUT,
            "TimedConfig": {
                "text": "Begin and end, UTC, at most 7 days ahead.",
                "nested": {"StartTime": {"text": "2026-01-31T08:00:00Z"}, "EndTime": {"text": "2026-01-31T10:00:00Z"}},
            },
        },
        idempotent=True,
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
        parameters={"Command": {"text": "Always stop.", "choices": ("stop",)}},
        idempotent=True,
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
        idempotent=True,
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
        parameters={
            "Name": {"text": "Name of the template."},
            "Type": {"text": "Kind of template.", "choices": TEMPLATE_TYPES},
            "TemplateConfig": TEMPLATE_CONFIG,
        },
    ),
    OperationNotes(
        operation="GetLiveTranscodeTemplate",
        title="Inspect a live transcoding template",
        purpose=(
            "Show one live transcoding template: its kind, whether it is the service's own or yours, and the video and "
            "audio parameters that a stream is transcoded to."
        ),
        effect=Effect.READ,
        idempotent=True,
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
            "Category": {"text": "The service's own or yours.", "choices": ("system", "customized")},
            "Type": {"text": "Kind of template.", "choices": TEMPLATE_TYPES},
            "VideoCodec": {"text": "Only this codec.", "choices": ("H.264", "H.265")},
            "KeyWord": KEYWORD,
            "SortBy": SORT,
        },
        idempotent=True,
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
        destructive_when=(AskWhen("replaces settings of a live transcoding template", path="TemplateConfig"),),
        parameters={
            "TemplateId": {"text": "The template to change."},
            "Name": {"text": "New name."},
            "TemplateConfig": TEMPLATE_CONFIG,
        },
        idempotent=True,
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
        idempotent=True,
    ),
)
