"""Live snapshots: jobs that take pictures of a live stream at an interval, their files and templates.

Sources: the comments of SDK 6.20.2. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Poll, Result

KEYWORD: ParameterNotes = {"text": "Part of a name, or an id.", "max_characters": 128}
SORT: ParameterNotes = {"text": "By creation time; default desc.", "choices": ("desc", "asc")}
OVERWRITE_FORMAT: ParameterNotes = {
    "text": "Path of the one .jpg that every picture replaces; only {JobId} may stand in it.",
    "pattern": r"[^/].{0,250}\.jpg",
}
SEQUENCE_FORMAT: ParameterNotes = {
    "text": "Path of each .jpg: {UnixTimestamp} or {Sequence} needed, {JobId}, {Date} allowed.",
    "pattern": r"[^/].{0,250}\.jpg",
}
TEMPLATE_NAME: ParameterNotes = {"text": "At most 128 characters.", "max_characters": 128}
INTERVAL: ParameterNotes = {"text": "Seconds between two pictures.", "minimum": 5, "maximum": 3600}
FORMATS = AtLeastOne(("OverwriteFormat", "SequenceFormat"))

NOTES = (
    OperationNotes(
        operation="SubmitLiveSnapshotJob",
        title="Take pictures of a live stream",
        purpose=(
            "Start taking pictures of an RTMP live stream at the interval of a template, into an OSS bucket. The job "
            "has no end of its own: it stays started or paused until SendLiveSnapshotJobCommand stops it, and no "
            "state means done or failed, so do not wait for one; see whether it runs with GetLiveSnapshotJob and "
            "the pictures with ListLiveSnapshotFiles. For pictures of a file use SubmitSnapshotJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "JobName": {"text": "Name of the job, to find it again.", "max_characters": 128},
            "StreamInput": {
                "text": "The stream.",
                "nested": {
                    "Type": {"text": "Always rtmp.", "choices": ("rtmp",)},
                    "Url": {"text": "rtmp://host/app/stream", "max_characters": 255, "url_schemes": ("rtmp", "rtmps")},
                },
            },
            "TemplateId": {"text": "From ListLiveSnapshotTemplates: interval and file names."},
            "SnapshotOutput": {
                "text": "Where the pictures go.",
                "nested": {
                    "StorageType": {"text": "Always oss.", "choices": ("oss",)},
                    "Bucket": {"text": "Name of the bucket."},
                    "Endpoint": {"text": "Such as oss-cn-shanghai.aliyuncs.com."},
                },
            },
            "CallbackUrl": {"text": "Told of pictures.", "max_characters": 255, "url_schemes": ("http", "https")},
        },
        # It has no end of its own, and paused (no stream, or stopped) can become started again: a wait ends where it
        # runs. The pictures are listed for a window of time, which no field of the answer tells.
        poll=Poll(
            operation="GetLiveSnapshotJob",
            arguments=(("JobId", "JobId"),),
            status_field="Status",
            success=(),
            pending=("init", "paused"),
            running=("started",),
            result=Result(
                fields=(
                    ("interval_seconds", "TimeInterval"),
                    ("bucket", "SnapshotOutput.Bucket"),
                    ("pictures", "SequenceFormat"),
                    ("newest_picture", "OverwriteFormat"),
                ),
            ),
        ),
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
        idempotent=True,
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
        parameters={
            "SearchKeyWord": KEYWORD,
            "Status": {"text": "Only this state: init, started, paused."},
            "StartTime": {"text": "Created after this UTC time; default 7 days ago, at most 30 days before EndTime."},
            "SortBy": SORT,
        },
        idempotent=True,
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
        parameters={"Command": {"text": "What to do.", "choices": ("start", "stop", "restart")}},
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
        parameters={
            "StartTime": {"text": "UTC, 2026-01-31T08:00:00Z."},
            "EndTime": {"text": "UTC, at most one day after StartTime."},
            "Limit": {"text": "Files at a time; default 10.", "minimum": 1, "maximum": 100},
            "SortBy": {"text": "By creation time; default asc.", "choices": ("asc", "desc")},
        },
        idempotent=True,
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
            "CreateTimestampList": {"text": "CreateTimestamp of each picture, at most 200."},
            "DeleteOriginalFile": {"text": "true deletes the OSS objects too; default false."},
        },
        idempotent=True,
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
    ),
    OperationNotes(
        operation="GetLiveSnapshotTemplate",
        title="Inspect a live snapshot template",
        purpose=(
            "Show one template for pictures of live streams: interval in seconds, both file name patterns, and whether "
            "it is one of the service's own (system) or yours (custom)."
        ),
        effect=Effect.READ,
        idempotent=True,
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
            "Type": {"text": "Only system or custom ones."},
            "SearchKeyWord": KEYWORD,
            "TemplateIds": {"text": "Only these, at most 200; ignored with SearchKeyWord."},
            "SortBy": SORT,
        },
        idempotent=True,
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
        destructive_when=(AskWhen("replaces the whole definition of a template for pictures of live streams"),),
        parameters={
            "TemplateId": {"text": "The template to change."},
            "TemplateName": TEMPLATE_NAME,
            "TimeInterval": INTERVAL,
            "OverwriteFormat": OVERWRITE_FORMAT,
            "SequenceFormat": SEQUENCE_FORMAT,
        },
        rules=(FORMATS,),
        idempotent=True,
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
        idempotent=True,
    ),
)
