"""Tracing watermarks: a playlist of its own for every viewer, and whose playlist a leaked video came from.

Sources: the texts of SDK 6.20.2, and the pages of the operations for regions, lengths and validity. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.dna_watermark_copyright import (
    EXAMPLE_JOB,
    LEVEL,
    LISTED,
    OUTPUT,
    USER_DATA,
    make_list_poll,
)
from ims_mcp.catalogue.notes.dna_watermark_fingerprints import BY_LENGTH, INPUT, OSS_OR_MEDIA, PAGE
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect, Parameter, Poll, Result, Rows

TRACE_MEDIA_ID: ParameterNotes = {"text": "Data.TraceMediaId of SubmitTraceAbJob."}
EXAMPLE_TRACE_MEDIA = "437bd2b516ffda105d07b12a9a82e0c4"


def _describe_playlist_type(text: str) -> ParameterNotes:
    return {
        "text": "Kind of playlist. Left out: v1.",
        "kind": "object",
        "json_text": True,
        "fields": (Parameter("m3u8Type", "string", text=text, choices=("v1", "v2")),),
        "extra_fields": True,
    }


TRACING_NOTES = (
    OperationNotes(
        operation="SubmitTraceAbJob",
        title="Prepare a video for leak tracing",
        purpose=(
            "First step of tracing leaks: make two variants (A and B) of a video of at least 3 minutes in an OSS "
            "directory, from which SubmitTraceM3u8Job later builds a playlist of its own for every viewer with "
            "the returned TraceMediaId. Shorter videos fail or give nothing. Only in Shanghai and Beijing. Follow "
            "Data.JobId with QueryTraceAbJobList; only its value success is documented."
        ),
        effect=Effect.WRITE,
        heed="Only videos of 3 minutes or more; Output is a directory, with a slash at its end.",
        parameters={
            "Input": {**INPUT, "text": "The video, at least 3 minutes long."},
            "Output": {
                "text": "Directory of the two variants.",
                "nested": {
                    "Type": OSS_OR_MEDIA,
                    "Media": {
                        "text": "oss://bucket/directory/ with the slash at its end, or its http(s) OSS address. The "
                        "bucket lies in the region of the call."
                    },
                },
            },
            "Level": LEVEL,
            "StartTime": {"text": "Second the mark begins at; left out: the beginning.", "minimum": 0},
            "TotalTime": {"text": "How many seconds are marked; left out: all.", "minimum": 0},
            "CipherBase64ed": {
                "text": "Secret: key to encrypt the variants, in Base64. Players get it from KeyUri of "
                "SubmitTraceM3u8Job. Left out: no encryption."
            },
            "UserData": USER_DATA,
        },
        poll=make_list_poll(
            "QueryTraceAbJobList",
            (
                ("directory", "Data[].Output.Media"),
                ("TraceMediaId", "Data[].TraceMediaId"),
            ),
        ),
        costs=BY_LENGTH,
        example={
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "Output": {"Type": "OSS", "Media": "oss://example-bucket/trace/premiere/"},
            "Level": 0,
        },
        then="Build a playlist for each viewer from Data.TraceMediaId with SubmitTraceM3u8Job.",
        sources=(f"{PAGE}submittraceabjob",),
    ),
    OperationNotes(
        operation="QueryTraceAbJobList",
        title="Follow leak tracing preparation",
        purpose=(
            "See one job of SubmitTraceAbJob by JobId or TraceMediaId, or browse them by creation time: input, "
            "output directory, Status (success once it is over; no other value is documented) and Result. StatusCode "
            "and Message speak of this call, not of the job. Only in Shanghai and Beijing."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": {"text": "Only this job: Data.JobId of SubmitTraceAbJob."},
            "TraceMediaId": {"text": "Only the job of this TraceMediaId."},
            **LISTED,
        },
        idempotent=True,
        example={"PageSize": 20},
        rows=Rows(
            path="Data",
            columns=(
                ("JobId", "JobId"),
                ("status", "Status"),
                ("TraceMediaId", "TraceMediaId"),
                ("input", "Input.Media"),
                ("output_goes_to", "Output.Media"),
                ("created", "GmtCreate"),
            ),
        ),
        sources=(f"{PAGE}querytraceabjoblist",),
    ),
    OperationNotes(
        operation="SubmitTraceExtractJob",
        title="Find who leaked a video",
        purpose=(
            "Read the tracing mark out of a leaked video to learn for which viewer its playlist was made. The video "
            "has to last at least 3 minutes, or the job fails. Only in Shanghai and Beijing. For "
            "copyright marks use SubmitCopyrightExtractJob. Runs in the background; QueryTraceExtractJob has "
            "no status field and shows the mark in Data.Trace once it is there, so ask again while that is empty."
        ),
        effect=Effect.WRITE,
        heed="Only videos of 3 minutes or more; m3u8Type is the one its playlist was made with.",
        parameters={
            "Input": {**INPUT, "text": "The leaked video, at least 3 minutes long."},
            "Params": _describe_playlist_type(
                "The kind its playlist was made with: v1 absolute paths (default), v2 relative ones."
            ),
            "UserData": USER_DATA,
        },
        # There is no status: the mark, once it is there, is the sign of the end.
        poll=Poll(
            operation="QueryTraceExtractJob",
            arguments=(("JobId", "Data.JobId"),),
            status_field="Data.Trace",
            success=(),
            result=Result(
                fields=(("text_read", "Data.Trace"),),
                empty="no mark yet: not ready, or none of this m3u8Type; the service has no sign for the latter",
            ),
        ),
        costs=BY_LENGTH,
        example={
            "Input": {"Type": "OSS", "Media": "oss://example-bucket/suspects/leak.mp4"},
            "Params": {"m3u8Type": "v1"},
        },
        sources=(f"{PAGE}submittraceextractjob",),
    ),
    OperationNotes(
        operation="QueryTraceExtractJob",
        title="Get the tracing mark found",
        purpose=(
            "Get the mark that SubmitTraceExtractJob read out of a leaked video: Data.Trace, the text that "
            "SubmitTraceM3u8Job was given for one viewer. There is no status field: while Data.Trace is empty the job "
            "may still run, or there is nothing to read, and no answer tells which. If it stays empty much longer than "
            "the video lasts, report that no mark could be read, not that there is none."
        ),
        effect=Effect.READ,
        parameters={"JobId": {"text": "Data.JobId of SubmitTraceExtractJob."}},
        idempotent=True,
        example={"JobId": EXAMPLE_JOB},
        sources=(f"{PAGE}querytraceextractjob",),
    ),
    OperationNotes(
        operation="SubmitTraceM3u8Job",
        title="Make a traceable playlist",
        purpose=(
            "Second step of tracing leaks: build an HLS playlist for one viewer out of the variants of "
            "SubmitTraceAbJob, with a text such as the viewer's id woven in. m3u8Type v1 plays anywhere but only "
            "for 24 hours; v2 has to lie beside the TS files. Only in Shanghai and Beijing. Follow Data.JobId with "
            "QueryTraceM3u8JobList; only its value success is documented."
        ),
        effect=Effect.WRITE,
        heed="v1 plays anywhere, for 24 hours; v2 has to lie beside the TS files of SubmitTraceAbJob.",
        parameters={
            "TraceMediaId": {**TRACE_MEDIA_ID, "required": True},
            "Trace": {"text": "Text to weave in that names the viewer, such as a user id.", "required": True},
            "Output": {**OUTPUT, "text": "Where the m3u8 file goes."},
            "KeyUri": {"text": "Address of the key server, where SubmitTraceAbJob encrypted. Left out: no encryption."},
            "Params": _describe_playlist_type(
                "v1: absolute paths, signed for 24 hours from the end of the job (default). v2: relative paths; the "
                "file has to lie in the directory of the TS files."
            ),
        },
        poll=make_list_poll(
            "QueryTraceM3u8JobList",
            (
                ("playlist", "Data[].Output.Media"),
                ("embedded_text", "Data[].Trace"),
                ("TraceMediaId", "Data[].TraceMediaId"),
            ),
        ),
        example={
            "TraceMediaId": EXAMPLE_TRACE_MEDIA,
            "Trace": "viewer-10293",
            "Output": {"Type": "OSS", "Media": "oss://example-bucket/trace/premiere/viewer-10293.m3u8"},
            "Params": {"m3u8Type": "v2"},
        },
        sources=(f"{PAGE}submittracem3u8job",),
    ),
    OperationNotes(
        operation="QueryTraceM3u8JobList",
        title="Follow traceable playlist jobs",
        purpose=(
            "See one job of SubmitTraceM3u8Job by id, or browse them by creation time: the woven-in text, "
            "TraceMediaId, Output with the address of the playlist, and Status (success once it is over; no other "
            "value is documented). StatusCode and Message speak of this call, not of the job. Only in Shanghai and "
            "Beijing. A playlist of m3u8Type v1 plays for 24 hours after the job; then submit it again."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": {"text": "Only this job: Data.JobId of SubmitTraceM3u8Job."},
            **LISTED,
        },
        idempotent=True,
        example={"PageSize": 20},
        rows=Rows(
            path="Data",
            columns=(
                ("JobId", "JobId"),
                ("status", "Status"),
                ("embedded_text", "Trace"),
                ("TraceMediaId", "TraceMediaId"),
                ("output_goes_to", "Output.Media"),
                ("created", "GmtCreate"),
            ),
        ),
        sources=(f"{PAGE}querytracem3u8joblist",),
    ),
)
