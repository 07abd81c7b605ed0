"""Live recording: jobs that write a live stream to files."""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes, make_element
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs, Parameter, Poll, Result, Rows

FORMATS = ("m3u8", "flv", "mp4")
TEMPLATE_ID: ParameterNotes = {"text": "From ListLiveRecordTemplates. A UUID."}
RECORD_FORMAT: ParameterNotes = {
    "text": "One entry per format that is written.",
    "items": make_element(
        Parameter("CycleDuration", "integer", text="Seconds until a new file begins; default 21600."),
        Parameter(
            "Format",
            "string",
            required=True,
            text="m3u8 also needs the two Slice fields.",
            choices=FORMATS,
            any_case=True,
        ),
        Parameter(
            "OssObjectPrefix",
            "string",
            text=(
                "Object name. Needs {StartTime} or {EscapedStartTime}, and {EndTime} or {EscapedEndTime}; may "
                "hold {JobId}, {Sequence}. At most 255 bytes."
            ),
            pattern=(
                r".*(\{(Escaped)?StartTime\}.*\{(Escaped)?EndTime\}"
                r"|\{(Escaped)?EndTime\}.*\{(Escaped)?StartTime\}).*"
            ),
            max_bytes=255,
        ),
        Parameter("SliceDuration", "integer", text="Seconds a TS slice; default 30.", minimum=5, maximum=30),
        Parameter(
            "SliceOssObjectPrefix",
            "string",
            text="Name of TS slices. Needs {UnixTimestamp} and {Sequence}; may hold {JobId}. At most 255 bytes.",
            pattern=r".*(\{UnixTimestamp\}.*\{Sequence\}|\{Sequence\}.*\{UnixTimestamp\}).*",
            max_bytes=255,
        ),
    ),
}
EXAMPLE_FORMATS = [
    {
        "Format": "mp4",
        "OssObjectPrefix": "record/{JobId}/{Sequence}_{EscapedStartTime}_{EscapedEndTime}",
        "CycleDuration": 3600,
    }
]

NOTES = (
    OperationNotes(
        operation="SubmitLiveRecordJob",
        title="Record a live stream",
        purpose=(
            "Start recording an RTMP live stream into an OSS or VOD bucket. Start the stream first: the job tries to "
            "pull it for 3 minutes, then gives up for good. It cannot be timed, stopped or deleted: it ends with the "
            "stream. A second call records a second time: after an unclear failure look for its Name with "
            "ListLiveRecordJobs."
        ),
        effect=Effect.WRITE,
        example={
            "Name": "press-conference-0412",
            "StreamInput": {"Type": "rtmp", "Url": "rtmp://live.example.com/app/stream"},
            "RecordOutput": {"Type": "oss", "Bucket": "example-bucket", "Endpoint": "oss-cn-shanghai.aliyuncs.com"},
            "TemplateId": "83500793-b1e0-4b4d-9a5b-2f4c1d3e5a67",
        },
        sources=("https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-submitliverecordjob",),
        declares_output=True,
        recovery=(
            "Look with ListLiveRecordJobs for a job of this Name: a second call would start a second recording, and no "
            "operation stops one."
        ),
        parameters={
            "Name": {"text": "Name of the job; make it unique, to find it again.", "max_bytes": 1024},
            "StreamInput": {
                "text": "The stream to record.",
                "nested": {
                    "Type": {"text": "Always rtmp.", "choices": ("rtmp",)},
                    "Url": {"text": "rtmp://host/app/stream", "required": True, "url_schemes": ("rtmp", "rtmps")},
                },
            },
            "RecordOutput": {
                "text": "Where the files go.",
                "nested": {
                    "Type": {"text": "Kind of storage.", "choices": ("oss", "vod")},
                    "Bucket": {"text": "Name of the bucket; needed for oss."},
                    "Endpoint": {"text": "Endpoint of the storage: oss-cn-shanghai.aliyuncs.com."},
                },
            },
            "TemplateId": TEMPLATE_ID,
            "NotifyUrl": {"text": "URL that is told of states and files.", "url_schemes": ("http", "https")},
        },
        rules=(Needs("RecordOutput.Type", "oss", "RecordOutput.Bucket"),),
        # No state says how a job ended: paused is what both a finished and a never started recording show. That it is
        # over shows in its files.
        poll=Poll(
            operation="GetLiveRecordJob",
            arguments=(("JobId", "JobId"),),
            status_field="RecordJob.Status",
            success=("paused",),
            pending=("initial",),
            running=("started",),
            result=Result(
                fields=(
                    ("files[].url", "Files[].RecordUrl"),
                    ("files[].format", "Files[].Format"),
                    ("files[].duration_seconds", "Files[].Duration"),
                    ("files[].width", "Files[].Width"),
                    ("files[].height", "Files[].Height"),
                    ("files[].start", "Files[].StartTime"),
                    ("files[].end", "Files[].EndTime"),
                    ("files[].RecordId", "Files[].RecordId"),
                ),
                operation="ListLiveRecordFiles",
                arguments=(("JobIds", "JobId"),),
                empty=(
                    "nothing is recorded now: the stream has stopped or never came. No file is listed yet: files "
                    "follow an end by some 20 seconds, and none ever comes where no stream did"
                ),
                never=(
                    "As far as the service shows no stream came, or nothing of it was recorded. Check that "
                    "StreamInput.Url is being pushed to, then submit a new job"
                ),
            ),
        ),
        then="Make a recorded file an asset with RegisterMediaInfo and its url; ListLiveRecordFiles lists all of them.",
    ),
    OperationNotes(
        operation="GetLiveRecordJob",
        title="Look at a recording job",
        purpose=(
            "Read one recording job by its id: status, stream address, storage, template, creation time. Status is "
            "initial before the stream is pulled, started while it records, paused when the stream has stopped or "
            "never came (there is no failed status). The recorded files are not in it: use ListLiveRecordFiles."
        ),
        effect=Effect.READ,
        example={"JobId": "83500793-b1e0-4b4d-9a5b-2f4c1d3e5a67"},
        signed_addresses=True,
        parameters={"JobId": {"text": "Id of the recording job, a UUID with dashes."}},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListLiveRecordJobs",
        title="List recording jobs",
        purpose=(
            "List the recording jobs of live streams with their status, newest first, filtered by status, keyword or "
            "creation time (a window of at most 30 days). Use it to find a job by its name, for instance after a "
            "submit whose answer was lost. Pages with PageNo; TotalCount says how many there are. For the recorded "
            "files use ListLiveRecordFiles."
        ),
        effect=Effect.READ,
        example={"PageSize": 20},
        then="ListLiveRecordFiles has what they recorded.",
        signed_addresses=True,
        parameters={
            "Keyword": {"text": "Job id or name."},
            "Status": {"text": "Only this status.", "choices": ("initial", "started", "paused")},
            "StartTime": {"text": "Start of the window, UTC: 2026-01-31T08:00:00Z."},
            "EndTime": {"text": "End of the window, at most 30 days after StartTime.", "not_before": "StartTime"},
            "SortBy": {"text": "By creation time; default desc.", "choices": ("asc", "desc")},
            "PageSize": {"text": "Jobs a page; default 10.", "minimum": 1},
        },
        idempotent=True,
        rows=Rows(
            "LiveRecordJobs",
            (
                ("JobId", "JobId"),
                ("name", "Name"),
                ("status", "Status"),
                ("stream", "StreamInput.Url"),
                ("bucket", "RecordOutput.Bucket"),
                ("template", "TemplateName"),
                ("created", "CreateTime"),
            ),
        ),
    ),
    OperationNotes(
        operation="ListLiveRecordFiles",
        title="List recorded files",
        purpose=(
            "List the files that recording jobs have written: URL, format, length in seconds, picture size, start and "
            "end, storage. Filter by job, format and time (a window of at most 4 days). Oldest first by default, "
            "unlike the list of jobs. Here PageSize and TotalCount come back as strings and RecordOutput as JSON text. "
            "RecordId is what DeleteLiveRecordFiles takes."
        ),
        effect=Effect.READ,
        heed="RecordUrl is not signed: RegisterMediaInfo makes it an asset, which GetPlayInfo plays.",
        example={"SortBy": "desc"},
        then="RegisterMediaInfo makes a file an asset.",
        signed_addresses=True,
        parameters={
            "JobIds": {"text": "Only files of these recording jobs. Default: of all."},
            "RecordFormat": {"text": "Only this format.", "choices": FORMATS, "any_case": True},
            "StartTime": {"text": "Start of the window, UTC: 2026-01-31T08:00:00Z."},
            "EndTime": {"text": "End of the window, at most 4 days after StartTime.", "not_before": "StartTime"},
            "SortBy": {"text": "By creation time; default asc.", "choices": ("asc", "desc")},
            "PageSize": {"text": "Files a page; default 10.", "minimum": 5, "maximum": 30},
        },
        idempotent=True,
        rows=Rows(
            "Files",
            (
                ("url", "RecordUrl"),
                ("format", "Format"),
                ("duration_seconds", "Duration"),
                ("resolution", "Width"),
                ("start", "StartTime"),
                ("end", "EndTime"),
                ("RecordId", "RecordId"),
                ("JobId", "JobId"),
                ("job_name", "JobName"),
                ("lacks", "FailReason"),
            ),
        ),
    ),
    OperationNotes(
        operation="DeleteLiveRecordFiles",
        title="Delete recorded files",
        purpose=(
            "Delete recorded files of live streams from the list of recordings. The objects in OSS stay unless "
            "RemoveFile=true, which deletes them for good. The call succeeds as a whole: whether each file was "
            "deleted stands in its Code and Message in DeleteFileInfoList. Find the ids with ListLiveRecordFiles."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"RecordIds": ["83500793-b1e0-4b4d-9a5b-2f4c1d3e5a67"]},
        destructive_when=(
            AskWhen("takes recordings off the list for good"),
            AskWhen(
                "leaves the recorded files in OSS where they are", path="RemoveFile", values=("false",), absent=True
            ),
            AskWhen(
                "deletes the recorded files in OSS too, which cannot be undone", path="RemoveFile", values=("true",)
            ),
        ),
        parameters={
            "RecordIds": {"text": "RecordId of each file. ListLiveRecordFiles has them."},
            "RemoveFile": {"text": "true deletes the OSS objects too. Default false: they stay."},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateLiveRecordTemplate",
        title="Create a recording template",
        purpose=(
            "Create the template a recording job needs: which formats are written (m3u8, flv, mp4), how the files are "
            "named and after how long a new file begins. A gap in the stream of less than 3 minutes stays in one "
            "file. Returns the TemplateId for SubmitLiveRecordJob. Look at ListLiveRecordTemplates first: "
            "there are ready-made system templates."
        ),
        effect=Effect.WRITE,
        heed="Seconds. m3u8 also needs SliceOssObjectPrefix with {UnixTimestamp} and {Sequence}.",
        example={"Name": "mp4-hourly", "RecordFormat": EXAMPLE_FORMATS},
        parameters={"Name": {"text": "Name of the template."}, "RecordFormat": RECORD_FORMAT},
    ),
    OperationNotes(
        operation="GetLiveRecordTemplate",
        title="Read a recording template",
        purpose=(
            "Read one recording template: its formats, file names and durations, as RecordFormatList (the requests "
            "that write it call the same list RecordFormat). With JobId it answers the copy of the template that job "
            "was started with, which later changes to the template do not touch."
        ),
        effect=Effect.READ,
        example={"TemplateId": "83500793-b1e0-4b4d-9a5b-2f4c1d3e5a67"},
        parameters={
            "TemplateId": TEMPLATE_ID,
            "JobId": {"text": "Recording job whose copy of the template to read."},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="ListLiveRecordTemplates",
        title="List recording templates",
        purpose=(
            "List the recording templates, newest first, with formats, file names and durations: the system's own, "
            "which can only be used, and custom ones. Use it to find the TemplateId for SubmitLiveRecordJob. "
            "Pages with PageNo."
        ),
        effect=Effect.READ,
        example={"PageSize": 20},
        then="SubmitLiveRecordJob takes the TemplateId.",
        parameters={
            "Keyword": {"text": "Template id, or part of its name."},
            "Type": {"text": "Only this kind.", "choices": ("system", "custom")},
            "TemplateIds": {"text": "Only these templates."},
            "SortBy": {"text": "By creation time; default desc.", "hints": ("asc", "desc")},
            "PageSize": {"text": "Templates a page; default 10.", "minimum": 1, "maximum": 100},
            "PageNo": {"text": "Page, from 1.", "minimum": 1},
        },
        idempotent=True,
        rows=Rows(
            "RecordTemplateList",
            (
                ("TemplateId", "TemplateId"),
                ("name", "Name"),
                ("type", "Type"),
                ("formats", "RecordFormatList[].Format[]"),
                ("cycle_seconds", "RecordFormatList[].CycleDuration"),
                ("created", "CreateTime"),
            ),
        ),
    ),
    OperationNotes(
        operation="UpdateLiveRecordTemplate",
        title="Change a recording template",
        purpose=(
            "Replace name and formats of a custom recording template. RecordFormat is replaced as a whole: read it "
            "with GetLiveRecordTemplate, change it and send all of it. System templates cannot be changed. Jobs "
            "already submitted keep the copy they were started with."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="RecordFormat replaces all formats: send those that stay as well, from GetLiveRecordTemplate.",
        example={
            "TemplateId": "83500793-b1e0-4b4d-9a5b-2f4c1d3e5a67",
            "Name": "mp4-hourly",
            "RecordFormat": EXAMPLE_FORMATS,
        },
        destructive_when=(
            AskWhen("replaces name and formats of a recording template; what is not given again is lost"),
        ),
        parameters={
            "TemplateId": TEMPLATE_ID,
            "Name": {"text": "Name of the template; needed even if it stays."},
            "RecordFormat": RECORD_FORMAT,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteLiveRecordTemplate",
        title="Delete a recording template",
        purpose=(
            "Delete a recording template; no further job can be started with it. Jobs that already use it go on with "
            "their copy, and recorded files stay. To change a template instead use UpdateLiveRecordTemplate."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"TemplateId": "83500793-b1e0-4b4d-9a5b-2f4c1d3e5a67"},
        destructive_when=(AskWhen("deletes a recording template for good"),),
        parameters={"TemplateId": TEMPLATE_ID},
        idempotent=True,
    ),
)
