"""Editing jobs: rendering a timeline, exporting a project.

Sources: the value sets and limits of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.editing_output import (
    CALLBACK_FIELDS,
    MEDIA_METADATA,
    OUTPUT_CONFIG,
    OUTPUT_SOURCES,
    OUTPUT_TARGET,
    PRODUCE_CONFIG,
    PROJECT_METADATA,
    USER_DATA,
)
from ims_mcp.catalogue.notes.editing_projects import CREATION_ORDER
from ims_mcp.catalogue.notes.editing_template_config import CLIPS_PARAM, NEEDS_CLIPS
from ims_mcp.catalogue.notes.editing_timeline import TIMELINE, TIMELINE_SOURCES
from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.operation import AtLeastOne, Effect, HoldsOne, Parameter, Poll, Result, Rows

JOB_NOTES = (
    OperationNotes(
        operation="SubmitMediaProducingJob",
        title="Render an edited video",
        purpose=(
            "Cut, join and render video: give exactly one of ProjectId, Timeline or TemplateId, and "
            "the place of the result. Clips are assets (MediaId) or OSS files of the region (MediaURL), no web "
            "addresses. The result becomes an asset. For many variants use SubmitBatchMediaProducingJob."
        ),
        effect=Effect.WRITE,
        heed="In, Out, TimelineOut are seconds. The output's MediaURL is https, not oss://.",
        parameters={
            "Timeline": TIMELINE,
            "OutputMediaConfig": OUTPUT_CONFIG,
            "ProjectId": {"text": "Project to render, listed by ListEditingProjects. Instead of Timeline."},
            "TemplateId": {"text": "Template to fill, listed by ListTemplates. Instead of Timeline; needs ClipsParam."},
            "ClipsParam": CLIPS_PARAM,
            "OutputMediaTarget": OUTPUT_TARGET,
            "EditingProduceConfig": PRODUCE_CONFIG,
            "MediaMetadata": MEDIA_METADATA,
            "ProjectMetadata": PROJECT_METADATA,
            "UserData": USER_DATA,
            # The console and the web editor say here that they are asking.
            "Source": {"hidden": True},
        },
        rules=(
            AtLeastOne(("ProjectId", "Timeline", "TemplateId")),
            HoldsOne("Timeline", ("VideoTracks[].VideoTrackClips[]", "AudioTracks[].AudioTrackClips[]")),
            NEEDS_CLIPS,
        ),
        example={
            "Timeline": {
                "VideoTracks": [
                    {
                        "VideoTrackClips": [
                            {
                                "MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
                                "In": 5,
                                "Out": 12,
                                "Effects": [{"Type": "Transition", "SubType": "fade"}],
                            },
                            {"MediaId": "5c3e0f7b1a2d4e6c8b9f0a1d2e3c4b5a", "In": 0, "Out": 8},
                        ]
                    }
                ],
                "SubtitleTracks": [
                    {
                        "SubtitleTrackClips": [
                            {
                                "Type": "Text",
                                "Content": "Spring launch",
                                "TimelineOut": 3,
                                "FontSize": 60,
                                "Alignment": "TopCenter",
                                "Y": 0.85,
                            }
                        ]
                    }
                ],
            },
            "OutputMediaConfig": {
                "MediaURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/launch.mp4",
                "Width": 1280,
                "Height": 720,
            },
        },
        poll=Poll(
            operation="GetMediaProducingJob",
            arguments=(("JobId", "JobId"),),
            status_field="MediaProducingJob.Status",
            success=("Success",),
            failure=("Failed",),
            pending=("Init", "Queuing", "Processing"),
            result=Result(
                fields=(
                    ("MediaURL", "MediaProducingJob.MediaURL"),
                    ("MediaId", "MediaProducingJob.MediaId"),
                    ("VodMediaId", "MediaProducingJob.VodMediaId"),
                    ("duration_seconds", "MediaProducingJob.Duration"),
                )
            ),
        ),
        costs="Billed by the length of the video produced.",
        then="GetMediaInfo with the MediaId brings an address to open.",
        sources=(*TIMELINE_SOURCES, *OUTPUT_SOURCES),
    ),
    OperationNotes(
        operation="GetMediaProducingJob",
        title="Follow a rendering job",
        purpose=(
            "See how far a job of SubmitMediaProducingJob is: status (Init, Queuing, Processing, Success, Failed), "
            "progress, error code and message, and at the end MediaId, MediaURL and duration of the video. Also "
            "answers for a subjob of a one-click batch."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": {
                "text": "Rendering job of the last year, from SubmitMediaProducingJob or a list.",
                "required": True,
            }
        },
        example={"JobId": "cdb3e746399730362c84b0a1d3c5e7f9"},
        then="GetMediaInfo with the MediaId brings an address that can be opened.",
        idempotent=True,
    ),
    OperationNotes(
        operation="ListMediaProducingJobs",
        title="List rendering jobs",
        purpose=(
            "Browse rendering jobs by status, kind, project, batch or creation time (at most 30 days between start "
            "and end), newest first. MasterJobId lists the subjobs of one SubmitBatchMediaProducingJob. Pages "
            "with NextToken. One-click batches themselves are in ListBatchMediaProducingJobs."
        ),
        effect=Effect.READ,
        parameters={
            "Status": {
                "text": "Only jobs in this state; Init has not begun.",
                "choices": ("Init", "Processing", "Success", "Failed"),
            },
            "JobType": {
                "text": "Live clips, timelines and their templates, or After Effects.",
                "choices": ("LiveEditingJob", "EditingJob", "VETemplateJob"),
            },
            "StartTime": {"text": "Created from this UTC time on: 2026-01-31T08:00:00Z."},
            "EndTime": {
                "text": "Created up to this UTC time: 2026-02-28T08:00:00Z. At most 30 days after StartTime.",
                "not_before": "StartTime",
            },
            "ProjectId": {"text": "Only jobs of this project."},
            "MasterJobId": {"text": "Only subjobs of this batch: JobId of SubmitBatchMediaProducingJob."},
            "Keyword": {"text": "Searched text, such as a job id."},
            "SortBy": CREATION_ORDER,
            "MaxResults": {"text": "Jobs a page; default 10.", "minimum": 1, "maximum": 100},
            "NextToken": {"text": "NextToken of the page before; left out: the first page."},
        },
        example={"MaxResults": 20},
        rows=Rows(
            path="MediaProducingJobList",
            columns=(
                ("JobId", "JobId"),
                ("Status", "Status"),
                ("created", "CreateTime"),
                ("completed", "CompleteTime"),
                ("duration_seconds", "Duration"),
                ("MediaId", "MediaId"),
                ("MediaURL", "MediaURL"),
                ("problem", "Message"),
            ),
        ),
        then="Read one with GetMediaProducingJob.",
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitProjectExportJob",
        title="Export a project",
        purpose=(
            "Export an editing project or a timeline into OSS as an Adobe Premiere Pro project or as a plain timeline "
            "with its audio and subtitle files, to go on in another editor. It renders no video: that is "
            "SubmitMediaProducingJob. Runs in the background; the result's addresses come from "
            "GetProjectExportJob."
        ),
        effect=Effect.WRITE,
        heed="AdobePremierePro, or BaseTimeline for a plain timeline. Renders no video.",
        parameters={
            "ProjectId": {
                "text": (
                    "Project to export: of ListEditingProjects, or the ProjectId of a rendering job. Instead of "
                    "Timeline; its speech and avatars are then not made again."
                )
            },
            "Timeline": TIMELINE,
            "ExportType": {
                "text": "Kind of result: the timeline as it was computed, or a Premiere project.",
                "choices": ("BaseTimeline", "AdobePremierePro"),
            },
            "OutputMediaConfig": {
                "kind": "object",
                "json_text": True,
                "text": "Where in OSS the project and its files go.",
                "fields": (
                    Parameter("Bucket", "string", required=True, text="Name of the bucket, in the job's region."),
                    Parameter("Prefix", "string", text="Folder in the bucket; default its root."),
                    Parameter("Width", "integer", text="Width in pixels; default from the project.", minimum=1),
                    Parameter("Height", "integer", text="Height in pixels; default from the project.", minimum=1),
                ),
            },
            "UserData": {
                **USER_DATA,
                "text": "Data of yours, returned with the job. NotifyAddress asks for a callback.",
                "fields": CALLBACK_FIELDS[:1],
            },
        },
        rules=(AtLeastOne(("ProjectId", "Timeline")),),
        example={
            "ProjectId": "5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10",
            "ExportType": "AdobePremierePro",
            "OutputMediaConfig": {"Bucket": "example-bucket", "Prefix": "exports/launch"},
        },
        poll=Poll(
            operation="GetProjectExportJob",
            arguments=(("JobId", "JobId"),),
            status_field="ProjectExportJob.Status",
            success=("Success",),
            failure=("Failed",),
            pending=("Init", "Processing"),
            result=Result(
                fields=(
                    ("ProjectUrl", "ProjectExportJob.ExportResult.ProjectUrl"),
                    ("Timeline", "ProjectExportJob.ExportResult.Timeline"),
                    ("AudioUrl", "ProjectExportJob.ExportResult.AudioUrl"),
                    ("SrtList", "ProjectExportJob.ExportResult.SrtList"),
                )
            ),
        ),
        costs="Speech and avatars of a Timeline that was never rendered are made, and billed.",
        sources=TIMELINE_SOURCES,
    ),
    OperationNotes(
        operation="GetProjectExportJob",
        title="Follow a project export",
        purpose=(
            "See whether an export of SubmitProjectExportJob has ended (Init, Processing, Success, Failed) and get its "
            "result: ProjectUrl (usually a signed address that expires) for Premiere, Timeline for BaseTimeline, audio "
            "and subtitle addresses; or the error."
        ),
        effect=Effect.READ,
        parameters={"JobId": {"text": "Export job, from SubmitProjectExportJob."}},
        example={"JobId": "cdb3e746399730362c84b0a1d3c5e7f9"},
        idempotent=True,
    ),
)
