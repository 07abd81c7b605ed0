"""Live snapshots: jobs that take pictures of a live stream at an interval, their files and templates.

Sources: the comments of SDK 6.20.2. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Poll, Result, Rows

KEYWORD: ParameterNotes = {"text": "Id, or part of a name.", "max_characters": 128}
SORT: ParameterNotes = {"text": "Order by creation time: desc (default) is newest first.", "choices": ("desc", "asc")}
PAGE_NO: ParameterNotes = {"text": "Page, from 1; default 1.", "minimum": 1}
PAGE_SIZE: ParameterNotes = {"text": "Entries a page; default 10.", "minimum": 1, "maximum": 100}
JOB_ID: ParameterNotes = {"text": "Id of the job, from SubmitLiveSnapshotJob or ListLiveSnapshotJobs."}
TEMPLATE_ID: ParameterNotes = {"text": "Id of the template, from ListLiveSnapshotTemplates."}
OVERWRITE_FORMAT: ParameterNotes = {
    "text": "Path of the one .jpg that every picture replaces. Only {JobId} may stand in it; no slash at the "
    "beginning; at most 255 characters. Left out: no such picture.",
    "pattern": r"[^/].{0,250}\.jpg",
}
SEQUENCE_FORMAT: ParameterNotes = {
    "text": "Path of each .jpg, all of which are kept. It needs {UnixTimestamp} or {Sequence}; {JobId} and {Date} "
    "may stand in it; no slash at the beginning; at most 255 characters. Left out: no such pictures.",
    "pattern": r"[^/].{0,250}\.jpg",
}
TEMPLATE_NAME: ParameterNotes = {"text": "Name of the template, at most 128 characters.", "max_characters": 128}
INTERVAL: ParameterNotes = {"text": "Seconds between two pictures.", "minimum": 5, "maximum": 3600}
FORMATS = AtLeastOne(("OverwriteFormat", "SequenceFormat"))
JOB = "0c1b3e5f-7a9d-4c2e-8b6f-0a1d3c5e7b90"
TEMPLATE = "4f2a8c0e-6b1d-4d3f-9a7e-5c3b1d0f2e48"
SETTINGS_EXAMPLE = {
    "TemplateName": "every 10 seconds",
    "TimeInterval": 10,
    "OverwriteFormat": "snapshots/{JobId}/latest.jpg",
    "SequenceFormat": "snapshots/{JobId}/{Date}/{UnixTimestamp}.jpg",
}

NOTES = (
    OperationNotes(
        operation="SubmitLiveSnapshotJob",
        title="Take pictures of a live stream",
        purpose=(
            "Start taking pictures of an RTMP live stream at the interval of a template, into an OSS bucket. The job "
            "has no end of its own, and no state means done or failed: it goes on until SendLiveSnapshotJobCommand "
            "stops it. Whether it takes pictures (started) is shown by GetLiveSnapshotJob, the pictures by "
            "ListLiveSnapshotFiles. For pictures of a file use SubmitSnapshotJob."
        ),
        effect=Effect.WRITE,
        heed="The interval is the template's (CreateLiveSnapshotTemplate, TimeInterval). Runs until stopped.",
        parameters={
            "JobName": {"text": "Name of the job, to find it in the list.", "max_characters": 128},
            "StreamInput": {
                "text": "The stream to take pictures of.",
                "nested": {
                    "Type": {"text": "Kind of stream: always rtmp.", "choices": ("rtmp",)},
                    "Url": {
                        "text": "Address of the live stream: rtmp://host/app/stream.",
                        "max_characters": 255,
                        "url_schemes": ("rtmp", "rtmps"),
                    },
                },
            },
            "TemplateId": {"text": "Interval and file names, from ListLiveSnapshotTemplates."},
            "SnapshotOutput": {
                "text": "Where the pictures go.",
                "nested": {
                    "StorageType": {"text": "Kind of storage: always oss.", "choices": ("oss",)},
                    "Bucket": {"text": "Name of the OSS bucket: example-bucket."},
                    "Endpoint": {"text": "Host of OSS in the bucket's region: oss-cn-shanghai.aliyuncs.com."},
                },
            },
            "CallbackUrl": {
                "text": "Address of yours that is told of each picture; default none.",
                "max_characters": 255,
                "url_schemes": ("http", "https"),
            },
        },
        example={
            "JobName": "stage pictures",
            "StreamInput": {"Type": "rtmp", "Url": "rtmp://push.example.com/live/stage"},
            "TemplateId": TEMPLATE,
            "SnapshotOutput": {
                "StorageType": "oss",
                "Bucket": "example-bucket",
                "Endpoint": "oss-cn-shanghai.aliyuncs.com",
            },
        },
        # No terminal state exists: success stays empty, and a wait ends once pictures are taken. The list of pictures
        # wants a span of time, which no answer holds; so the result is where they lie.
        poll=Poll(
            operation="GetLiveSnapshotJob",
            arguments=(("JobId", "JobId"),),
            status_field="Status",
            success=(),
            pending=("init", "paused"),
            running=("started",),
            result=Result(
                fields=(
                    ("bucket", "SnapshotOutput.Bucket"),
                    ("latest_picture_goes_to", "OverwriteFormat"),
                    ("every_picture_goes_to", "SequenceFormat"),
                    ("interval_seconds", "TimeInterval"),
                ),
            ),
        ),
        then="List the pictures with ListLiveSnapshotFiles; stop the job with SendLiveSnapshotJobCommand.",
        costs="Every picture is billed for as long as the job runs.",
    ),
    OperationNotes(
        operation="GetLiveSnapshotJob",
        title="Inspect a live snapshot job",
        purpose=(
            "Show one job that takes pictures of a live stream: state (init, started, paused), stream, target bucket, "
            "template, interval and file name patterns. The pictures themselves are listed by "
            "ListLiveSnapshotFiles."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": JOB},
        then="List its pictures with ListLiveSnapshotFiles.",
    ),
    OperationNotes(
        operation="ListLiveSnapshotJobs",
        title="List live snapshot jobs",
        purpose=(
            "List jobs that take pictures of live streams, created within a span of at most 30 days (default: the "
            "last 7), filtered by state and by a word of the name. Use it to find a job's id, or to see what still "
            "runs and costs."
        ),
        effect=Effect.READ,
        heed="Without StartTime only jobs of the last seven days; at most 30 days at a time.",
        parameters={
            "SearchKeyWord": KEYWORD,
            "Status": {
                "text": "Only this state; left out: all. Values: init (not begun), started (takes pictures), paused "
                "(takes none).",
                "hints": ("init", "started", "paused"),
            },
            "StartTime": {
                "text": "Created from this UTC time: 2026-01-31T08:00:00Z. Default 7 days ago, at most 30 days before "
                "EndTime."
            },
            "EndTime": {
                "text": "Created up to this UTC time: 2026-01-31T08:00:00Z. Default now.",
                "not_before": "StartTime",
            },
            "SortBy": SORT,
            "PageNo": PAGE_NO,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="JobList",
            columns=(
                ("JobId", "JobId"),
                ("JobName", "JobName"),
                ("Status", "Status"),
                ("template", "TemplateName"),
                ("interval_seconds", "TimeInterval"),
                ("bucket", "SnapshotOutput.Bucket"),
                ("created", "CreateTime"),
            ),
        ),
        then="List the pictures of one with ListLiveSnapshotFiles; stop it with SendLiveSnapshotJobCommand.",
    ),
    OperationNotes(
        operation="SendLiveSnapshotJobCommand",
        title="Start or stop live snapshots",
        purpose=(
            "Stop, start again or restart a job that takes pictures of a live stream. Stopping is how such a job ends "
            "and stops costing; its pictures stay and it can be started again. There is no operation that deletes a "
            "job."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen(
                "stops taking pictures of a live stream until it is started again", path="Command", values=("stop",)
            ),
        ),
        parameters={
            "Command": {
                "text": "stop, start or restart. stop ends the pictures, start begins them again.",
                "choices": ("start", "stop", "restart"),
            },
            "JobId": JOB_ID,
        },
        example={"Command": "stop", "JobId": JOB},
    ),
    OperationNotes(
        operation="ListLiveSnapshotFiles",
        title="List pictures of a stream",
        purpose=(
            "List the pictures a live snapshot job took within a span of at most one day: bucket, object and creation "
            "time. CreateTimestamp is what DeleteLiveSnapshotFiles wants. The next page begins where NextStartTime "
            "says: pass it as StartTime; when it is missing, that was all."
        ),
        effect=Effect.READ,
        heed="UTC, at most one day apart. Next page: NextStartTime of the answer as StartTime.",
        parameters={
            "JobId": JOB_ID,
            "StartTime": {
                "text": "Taken from this UTC time: 2026-01-31T08:00:00Z. For the next page: NextStartTime of this one."
            },
            "EndTime": {
                "text": "Taken up to this UTC time, at most one day after StartTime.",
                "not_before": "StartTime",
            },
            "Limit": {"text": "Pictures at a time; default 10.", "minimum": 1, "maximum": 100},
            "SortBy": {"text": "Order by time: asc (default) is oldest first.", "choices": ("asc", "desc")},
        },
        idempotent=True,
        example={
            "JobId": JOB,
            "StartTime": "2026-03-05T00:00:00Z",
            "EndTime": "2026-03-05T23:59:59Z",
            "Limit": 20,
        },
        rows=Rows(
            path="FileList",
            columns=(
                ("object", "OssObject"),
                ("bucket", "OssBucket"),
                ("endpoint", "OssEndpoint"),
                ("taken", "CreateTime"),
                ("CreateTimestamp", "CreateTimestamp"),
                ("replaced_each_time", "IsOverlay"),
            ),
        ),
        then="The address of a picture is https://{bucket}.{endpoint}/{object}; DeleteLiveSnapshotFiles removes some.",
    ),
    OperationNotes(
        operation="DeleteLiveSnapshotFiles",
        title="Delete pictures of a stream",
        purpose=(
            "Delete up to 200 pictures of a live snapshot job from its list, named by the creation timestamps that "
            "ListLiveSnapshotFiles gives. With DeleteOriginalFile=true the objects in OSS are deleted too and "
            "cannot be brought back; by default they stay. The answer tells for each whether it worked (OK)."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("takes pictures of a live stream off the list for good"),
            AskWhen(
                "leaves the pictures in OSS where they are", path="DeleteOriginalFile", values=("false",), absent=True
            ),
            AskWhen(
                "deletes the pictures in OSS too, which cannot be undone", path="DeleteOriginalFile", values=("true",)
            ),
        ),
        parameters={
            "JobId": JOB_ID,
            "CreateTimestampList": {
                "text": "Which pictures: CreateTimestamp of each, at most 200. Milliseconds since 1970, from "
                "ListLiveSnapshotFiles.",
            },
            "DeleteOriginalFile": {"text": "true deletes the OSS objects too; default false: they stay."},
        },
        idempotent=True,
        example={"JobId": JOB, "CreateTimestampList": [1772704800000], "DeleteOriginalFile": False},
    ),
    OperationNotes(
        operation="CreateLiveSnapshotTemplate",
        title="Create a live snapshot template",
        purpose=(
            "Define how live streams are pictured: the interval and the file names. OverwriteFormat keeps one picture "
            "that is always the newest, SequenceFormat keeps every picture; give one or both. Returns the TemplateId "
            "that SubmitLiveSnapshotJob wants."
        ),
        effect=Effect.WRITE,
        parameters={
            "TemplateName": TEMPLATE_NAME,
            "TimeInterval": INTERVAL,
            "OverwriteFormat": OVERWRITE_FORMAT,
            "SequenceFormat": SEQUENCE_FORMAT,
        },
        rules=(FORMATS,),
        example=SETTINGS_EXAMPLE,
        then="Name its TemplateId in SubmitLiveSnapshotJob.",
    ),
    OperationNotes(
        operation="GetLiveSnapshotTemplate",
        title="Inspect a live snapshot template",
        purpose=(
            "Show one template for pictures of live streams: interval in seconds, both file name patterns, and whether "
            "it is one of the service's own (system) or yours (custom)."
        ),
        effect=Effect.READ,
        parameters={"TemplateId": TEMPLATE_ID},
        idempotent=True,
        example={"TemplateId": TEMPLATE},
    ),
    OperationNotes(
        operation="ListLiveSnapshotTemplates",
        title="List live snapshot templates",
        purpose=(
            "List the templates for pictures of live streams, the service's own and yours, with their intervals. Use "
            "it to find the TemplateId for SubmitLiveSnapshotJob. Templates for pictures of files are in "
            "ListCustomTemplates with Type 2."
        ),
        effect=Effect.READ,
        parameters={
            "Type": {
                "text": "system: the service's own; custom: yours. Left out: both.",
                "hints": ("system", "custom"),
            },
            "SearchKeyWord": KEYWORD,
            "TemplateIds": {"text": "Only templates with these ids, at most 200. SearchKeyWord makes it void."},
            "SortBy": SORT,
            "PageNo": PAGE_NO,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        example={"SortBy": "desc", "PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="TemplateList",
            columns=(
                ("TemplateId", "TemplateId"),
                ("TemplateName", "TemplateName"),
                ("Type", "Type"),
                ("interval_seconds", "TimeInterval"),
                ("created", "CreateTime"),
            ),
        ),
        then="GetLiveSnapshotTemplate shows the file names; name the TemplateId in SubmitLiveSnapshotJob.",
    ),
    OperationNotes(
        operation="UpdateLiveSnapshotTemplate",
        title="Change a live snapshot template",
        purpose=(
            "Replace name, interval and file name patterns of one of your templates for pictures of live streams. It "
            "takes the whole definition, so read it first with GetLiveSnapshotTemplate. Stop and start a running "
            "job to be sure that it follows."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Replaces all: a format that is left out is no longer written.",
        destructive_when=(AskWhen("replaces the whole definition of a template for pictures of live streams"),),
        parameters={
            "TemplateId": {"text": "The template to change, from ListLiveSnapshotTemplates."},
            "TemplateName": TEMPLATE_NAME,
            "TimeInterval": INTERVAL,
            "OverwriteFormat": OVERWRITE_FORMAT,
            "SequenceFormat": SEQUENCE_FORMAT,
        },
        rules=(FORMATS,),
        idempotent=True,
        example={"TemplateId": TEMPLATE, **SETTINGS_EXAMPLE},
    ),
    OperationNotes(
        operation="DeleteLiveSnapshotTemplate",
        title="Delete a live snapshot template",
        purpose=(
            "Delete one of your templates for pictures of live streams; it cannot be brought back, and new jobs can no "
            "longer name it. Pictures already taken stay. To stop taking pictures use "
            "SendLiveSnapshotJobCommand instead."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a template for pictures of live streams for good"),),
        parameters={"TemplateId": {"text": "The template to delete, from ListLiveSnapshotTemplates."}},
        idempotent=True,
        example={"TemplateId": TEMPLATE},
    ),
)
