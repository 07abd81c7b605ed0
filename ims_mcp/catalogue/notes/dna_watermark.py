"""Fingerprints and watermarks: find copies of media, embed and read invisible copyright and tracing marks.

Sources: the value sets and limits of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll

OSS_OR_MEDIA: ParameterNotes = {"choices": ("OSS", "Media"), "any_case": True}
MEDIA: ParameterNotes = {"text": "oss://bucket/key or OSS URL of this region, or asset id."}
INPUT: ParameterNotes = {"text": "The media.", "nested": {"Type": OSS_OR_MEDIA, "Media": MEDIA}}
OUTPUT: ParameterNotes = {
    "text": "Where the result goes.",
    "nested": {
        "Type": {"choices": ("OSS",), "any_case": True},
        "Media": {"text": "oss://bucket/key or OSS URL of this region."},
    },
}
DB_ID: ParameterNotes = {"text": "Id of the fingerprint library."}
LEVEL: ParameterNotes = {"text": "Colour channels: 0 U, 1 UV, 2 YUV.", "minimum": 0, "maximum": 2}
USER_DATA: ParameterNotes = {"text": "Returned as it is; at most 1,024 bytes.", "max_bytes": 1024}
JOB_ID: ParameterNotes = {"text": "Id of the job."}
CREATED_AFTER: ParameterNotes = {"text": "Created after, Unix seconds."}
CREATED_BEFORE: ParameterNotes = {"text": "Created before, Unix seconds."}
LIST_PAGE_NUMBER: ParameterNotes = {"text": "From 1."}
LIST_PAGE_SIZE: ParameterNotes = {"text": "Jobs a page."}


def _algorithm(name: str, text: str) -> ParameterNotes:
    return {
        "text": "Options.",
        "kind": "object",
        "json_text": True,
        "fields": (Parameter(name, "string", text=text, choices=("v1", "v2")),),
        "extra_fields": True,
    }


COPYRIGHT_PARAMS = _algorithm("algoType", "v1 from 3 minutes (default), v2 short videos.")


def _list_poll(operation: str) -> Poll:
    # Only the value of success is documented: everything else counts as pending and is reported.
    return Poll(
        operation=operation,
        arguments=(("JobId", "Data.JobId"),),
        status_field="Data[].Status",
        success=("success",),
    )


BY_LENGTH = "Billed by the length of the media."

NOTES = (
    OperationNotes(
        operation="CreateDNADB",
        title="Create a fingerprint library",
        purpose=(
            "Make an empty library for fingerprints (media DNA) of videos or audio, against which other media are "
            "compared to find copies and duplicates. Fill and search it with SubmitDNAJob. A new library is "
            "offline at first: ListDNADB shows when it is active. Returns DBInfo.DBId."
        ),
        effect=Effect.WRITE,
        parameters={
            "Name": {"text": "Name of the library."},
            "Model": {
                "text": "Video or Audio; Image and Text are obsolete.",
                "choices": ("Video", "Audio", "Image", "Text"),
            },
        },
    ),
    OperationNotes(
        operation="ListDNADB",
        title="List fingerprint libraries",
        purpose=(
            "List the fingerprint libraries of the account, or look up some by id, with name, model and status "
            "(offline, active, deleted). What a library contains is in ListDNAFiles."
        ),
        effect=Effect.READ,
        parameters={"DBIds": {"text": "Comma-separated, about 10 at most.", "comma_list": True}},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteDNADB",
        title="Delete a fingerprint library",
        purpose=(
            "Remove a fingerprint library with all fingerprints in it, for good. The videos themselves stay, but "
            "copies of them can no longer be found. To remove single entries use DeleteDNAFiles."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a fingerprint library with all fingerprints in it for good"),),
        parameters={"DBId": DB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitDNAJob",
        title="Fingerprint media and find copies",
        purpose=(
            "Take the fingerprint of a video or audio file and compare it with a library, to find duplicates or "
            "pirated copies; Config decides whether it is also saved there. Runs in the background: "
            "QueryDNAJobList returns the address of the matches (DNAResult). Not for invisible marks: see "
            "SubmitCopyrightJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": INPUT,
            "DBId": DB_ID,
            "PrimaryKey": {"text": "Your own unique key of this media in the library."},
            "Config": {
                "text": 'Over the template: {"SaveType": "save", "MediaType": "video"}.',
                "kind": "object",
                "json_text": True,
            },
            "UserData": {"text": "Returned as it is; at most 128 bytes.", "max_bytes": 128},
            "PipelineId": {"text": "Queue."},
        },
        poll=Poll(
            operation="QueryDNAJobList",
            arguments=(("JobIds", "JobId"),),
            status_field="JobList[].Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Queuing", "Analysing"),
        ),
        costs=BY_LENGTH,
    ),
    OperationNotes(
        operation="QueryDNAJobList",
        title="Follow fingerprint jobs",
        purpose=(
            "See one or several jobs of SubmitDNAJob by id: status (Queuing, Analysing, Success, Fail), error, and "
            "DNAResult, the address of a file with the matches. There is no way to list jobs without their ids."
        ),
        effect=Effect.READ,
        parameters={"JobIds": {"text": "Comma-separated, about 10 at most.", "required": True, "comma_list": True}},
        idempotent=True,
    ),
    OperationNotes(
        operation="CancelDNAJob",
        title="Stop a fingerprint job",
        purpose=(
            "Stop a job of SubmitDNAJob that still waits or runs. Its work is lost and it cannot be resumed; submit "
            "it again instead. Fingerprints already saved are removed with DeleteDNAFiles."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("cancels a fingerprint job; its work is lost and it cannot be resumed"),),
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListDNAFiles",
        title="List a library's fingerprints",
        purpose=(
            "Browse what a fingerprint library contains: for every entry the PrimaryKey and the file it was taken "
            "from. The next page needs the NextPageToken of the answer. Use it to see whether a media is already "
            "known or to find keys for DeleteDNAFiles."
        ),
        effect=Effect.READ,
        parameters={
            "DBId": DB_ID,
            "NextPageToken": {"text": "NextPageToken of the previous page."},
            "PageSize": {"text": "Entries a page; default 20.", "minimum": 1, "maximum": 100},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteDNAFiles",
        title="Delete fingerprints",
        purpose=(
            "Remove up to 50 fingerprints from a library by their primary keys, for good. The media files stay, but "
            "copies of them are no longer found. To drop a whole library use DeleteDNADB."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes fingerprints from a library for good"),),
        parameters={
            "DBId": DB_ID,
            "PrimaryKeys": {"text": "Comma-separated, at most 50.", "max_parts": 50, "comma_list": True},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitCopyrightJob",
        title="Embed a copyright watermark",
        purpose=(
            "Write an invisible mark with a text of yours into a copy of a video, to prove ownership later with "
            "SubmitCopyrightExtractJob. One copy for everybody; to find out which viewer leaked a video use "
            "SubmitTraceAbJob, for a visible logo an editing or transcoding job. Follow Data.JobId with "
            "QueryCopyrightJobList; only its value success is documented."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": INPUT,
            "Output": OUTPUT,
            "Message": {"text": "Text to embed."},
            "Level": LEVEL,
            "StartTime": {"text": "First second; default 0.", "minimum": 0},
            # Named as a duration, described as the end.
            "TotalTime": {"text": "Second it ends at; default the end.", "minimum": 0},
            "Params": COPYRIGHT_PARAMS,
            "UserData": USER_DATA,
        },
        poll=_list_poll("QueryCopyrightJobList"),
        costs=BY_LENGTH,
    ),
    OperationNotes(
        operation="QueryCopyrightJobList",
        title="Follow copyright watermark jobs",
        purpose=(
            "See one job of SubmitCopyrightJob by id, or browse them by creation time and level: embedded text, "
            "input, output, Status and Result. StatusCode and the outer Message speak of this call, not of the job."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": JOB_ID,
            "Level": LEVEL,
            "CreateTimeStart": CREATED_AFTER,
            "CreateTimeEnd": CREATED_BEFORE,
            "PageNumber": LIST_PAGE_NUMBER,
            "PageSize": LIST_PAGE_SIZE,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitCopyrightExtractJob",
        title="Read a copyright watermark",
        purpose=(
            "Look for the invisible copyright mark in a video, such as a suspected copy, and read its text. algoType "
            "has to be the one it was embedded with. Runs in the background; QueryCopyrightExtractJob has no "
            "status field and shows the text in Data.Message once it is there, so ask again while that is empty."
        ),
        effect=Effect.WRITE,
        parameters={"Input": INPUT, "Params": COPYRIGHT_PARAMS, "UserData": USER_DATA},
        # There is no status: the text, once it is there, is the sign of the end.
        poll=Poll(
            operation="QueryCopyrightExtractJob",
            arguments=(("JobId", "Data.JobId"),),
            status_field="Data.Message",
            success=(),
        ),
        costs=BY_LENGTH,
    ),
    OperationNotes(
        operation="QueryCopyrightExtractJob",
        title="Get the copyright mark found",
        purpose=(
            "Get the text that SubmitCopyrightExtractJob read out of a video: Data.Message. The outer Message and "
            "StatusCode speak of this call. There is no status field; an empty Data.Message means not ready or "
            "nothing found."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitTraceAbJob",
        title="Prepare a video for leak tracing",
        purpose=(
            "First step of tracing leaks: make two variants (A and B) of a video of at least 3 minutes in an OSS "
            "directory, from which SubmitTraceM3u8Job later builds a playlist of its own for every viewer with "
            "the returned TraceMediaId. Shorter videos may fail. Follow Data.JobId with QueryTraceAbJobList; "
            "only its value success is documented."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": INPUT,
            "Output": {
                "text": "Directory of the two variants.",
                "nested": {
                    "Type": OSS_OR_MEDIA,
                    "Media": {"text": "oss://bucket/directory/ of this region."},
                },
            },
            "Level": LEVEL,
            "StartTime": {"text": "First second of the mark.", "minimum": 0},
            "TotalTime": {"text": "Seconds of the mark.", "minimum": 0},
            "CipherBase64ed": {"text": "Secret: encryption key in Base64."},
            "UserData": USER_DATA,
        },
        poll=_list_poll("QueryTraceAbJobList"),
        costs=BY_LENGTH,
    ),
    OperationNotes(
        operation="QueryTraceAbJobList",
        title="Follow leak tracing preparation",
        purpose=(
            "See one job of SubmitTraceAbJob by JobId or TraceMediaId, or browse them by creation time: input, "
            "output directory, Status and Result. StatusCode and Message speak of this call, not of the job."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": JOB_ID,
            "TraceMediaId": {"text": "TraceMediaId of SubmitTraceAbJob."},
            "CreateTimeStart": CREATED_AFTER,
            "CreateTimeEnd": CREATED_BEFORE,
            "PageNumber": LIST_PAGE_NUMBER,
            "PageSize": LIST_PAGE_SIZE,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitTraceExtractJob",
        title="Find who leaked a video",
        purpose=(
            "Read the tracing mark out of a leaked video to learn for which viewer its playlist was made. For "
            "copyright marks use SubmitCopyrightExtractJob. Runs in the background; QueryTraceExtractJob has "
            "no status field and shows the mark in Data.Trace once it is there, so ask again while that is empty."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": INPUT,
            "Params": _algorithm("m3u8Type", "As submitted: v1 absolute (default), v2 relative."),
            "UserData": USER_DATA,
        },
        # There is no status: the mark, once it is there, is the sign of the end.
        poll=Poll(
            operation="QueryTraceExtractJob",
            arguments=(("JobId", "Data.JobId"),),
            status_field="Data.Trace",
            success=(),
        ),
        costs=BY_LENGTH,
    ),
    OperationNotes(
        operation="QueryTraceExtractJob",
        title="Get the tracing mark found",
        purpose=(
            "Get the mark that SubmitTraceExtractJob read out of a leaked video: Data.Trace, the text that "
            "SubmitTraceM3u8Job was given for one viewer. There is no status field; empty means not ready or "
            "nothing found."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitTraceM3u8Job",
        title="Make a traceable playlist",
        purpose=(
            "Second step of tracing leaks: build an HLS playlist for one viewer out of the variants of "
            "SubmitTraceAbJob, with a text such as the viewer's id woven in. m3u8Type v1 plays anywhere but only "
            "for 24 hours; v2 has to lie beside the TS files. Follow Data.JobId with QueryTraceM3u8JobList; only "
            "its value success is documented."
        ),
        effect=Effect.WRITE,
        parameters={
            "TraceMediaId": {"text": "TraceMediaId of SubmitTraceAbJob.", "required": True},
            "Trace": {"text": "Text of the viewer to weave in.", "required": True},
            "Output": {**OUTPUT, "text": "The m3u8 file."},
            "KeyUri": {"text": "Address of the key server, if encrypted."},
            "Params": _algorithm("m3u8Type", "v1 absolute paths (default), v2 relative."),
        },
        poll=_list_poll("QueryTraceM3u8JobList"),
    ),
    OperationNotes(
        operation="QueryTraceM3u8JobList",
        title="Follow traceable playlist jobs",
        purpose=(
            "See one job of SubmitTraceM3u8Job by id, or browse them by creation time: the woven-in text, "
            "TraceMediaId, Output with the address of the playlist, and Status. StatusCode and Message speak of this "
            "call, not of the job."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": JOB_ID,
            "CreateTimeStart": CREATED_AFTER,
            "CreateTimeEnd": CREATED_BEFORE,
            "PageNumber": LIST_PAGE_NUMBER,
            "PageSize": LIST_PAGE_SIZE,
        },
        idempotent=True,
    ),
)
