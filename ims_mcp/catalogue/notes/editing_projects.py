"""Editing projects: saved timelines, and templates filled with materials.

Sources: the value sets of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.editing_materials import MATERIAL_MAPS, PROJECT_ID
from ims_mcp.catalogue.notes.editing_template_config import CLIPS_PARAM, NEEDS_CLIPS
from ims_mcp.catalogue.notes.editing_timeline import TIMELINE, TIMELINE_SOURCES
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Case, Effect, Parameter, Rows

PROJECT_TYPE: ParameterNotes = {
    "text": "Ordinary project (default) or live clipping project.",
    "choices": ("EditingProject", "LiveEditingProject"),
}
COVER_URL: ParameterNotes = {
    "text": "Address of a cover picture. Such as https://example-bucket.oss-cn-shanghai.aliyuncs.com/cover.jpg."
}
CREATE_SOURCE: ParameterNotes = {
    "text": "Where it was made: by a program, in the console, in a web editor.",
    "choices": ("OpenAPI", "AliyunConsole", "WebSDK"),
}
CREATION_ORDER: ParameterNotes = {
    "text": "Order by creation; default newest first.",
    "choices": ("CreationTime:Desc", "CreationTime:Asc"),
}
CREATED_FROM: ParameterNotes = {"text": "Created from this UTC time on: 2026-01-31T08:00:00Z."}
CREATED_UNTIL: ParameterNotes = {
    "text": "Created up to this UTC time: 2026-01-31T08:00:00Z.",
    "not_before": "StartTime",
}
PROJECT_TEMPLATE_TYPE: ParameterNotes = {
    "text": "Kind of its template; None: made without one.",
    "choices": ("Timeline", "VETemplate", "None"),
}
LIVE_STORAGE = Parameter(
    "OutputMediaConfig",
    "object",
    required=True,
    text="Where clips of the stream are stored.",
    fields=(
        Parameter(
            "StorageLocation",
            "string",
            required=True,
            text="Bucket host, without http://: example-bucket.oss-cn-shanghai.aliyuncs.com.",
        ),
        Parameter("Path", "string", text="Folder in the bucket; default its root. Not for vod-media."),
    ),
)
BUSINESS_CONFIG: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": "Of live clipping projects only: storage and time of the stream.",
    "cases": (
        Case(
            "ProjectType",
            ("LiveEditingProject",),
            (
                LIVE_STORAGE,
                Parameter(
                    "OutputMediaTarget",
                    "string",
                    text="Kind of storage; default oss-object.",
                    choices=("oss-object", "vod-media"),
                ),
                Parameter(
                    "ReservationTime",
                    "string",
                    text="When the announced stream begins, UTC: 2026-06-21T08:05:00Z.",
                    inferred=True,
                ),
            ),
        ),
    ),
}
PROJECT_ROWS = (
    ("ProjectId", "ProjectId"),
    ("Title", "Title"),
    ("Status", "Status"),
    ("type", "ProjectType"),
    ("template", "TemplateType"),
    ("created", "CreateTime"),
    ("modified", "ModifiedTime"),
)

PROJECT_NOTES = (
    OperationNotes(
        operation="CreateEditingProject",
        title="Create an editing project",
        purpose=(
            "Save a new online editing project: a timeline, or a template filled with materials, that people can open "
            "in the web editor and that can be rendered later. Nothing is rendered: pass the returned ProjectId to "
            "SubmitMediaProducingJob. To render once without keeping a project, give the timeline to that job "
            "directly. ProjectType=LiveEditingProject makes a project for SubmitLiveEditingJob."
        ),
        effect=Effect.WRITE,
        heed="Renders nothing: SubmitMediaProducingJob with its ProjectId does. In and Out are seconds.",
        parameters={
            "Title": {"text": "Name of the project."},
            "Timeline": TIMELINE,
            "TemplateId": {"text": "Template instead of Timeline, listed by ListTemplates. Give only one of the two."},
            "ClipsParam": CLIPS_PARAM,
            "TemplateType": {
                "text": "Kind of the template; default Timeline. VETemplate: made with After Effects.",
                "choices": ("Timeline", "VETemplate"),
            },
            "MaterialMaps": MATERIAL_MAPS,
            "ProjectType": PROJECT_TYPE,
            "BusinessConfig": BUSINESS_CONFIG,
            "Description": {"text": "What the project is about."},
            "CoverURL": COVER_URL,
        },
        rules=(NEEDS_CLIPS,),
        example={
            "Title": "Launch trailer",
            "Timeline": {
                "VideoTracks": [
                    {
                        "VideoTrackClips": [
                            {"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "In": 5, "Out": 12},
                            {"MediaId": "7d2e4f6a8b0c1d3e5f7a9b1c3d5e7f90"},
                        ]
                    }
                ]
            },
        },
        then="Render it with SubmitMediaProducingJob and the ProjectId of the answer.",
        sources=TIMELINE_SOURCES,
    ),
    OperationNotes(
        operation="GetEditingProject",
        title="Open an editing project",
        purpose=(
            "Read one editing project: its timeline or template with clip parameters, title, status (Draft, Editing, "
            "Producing, Produced, ProduceFailed) and duration. Use it before changing a project. RequestSource=WebSDK "
            "starts converting the timeline for the web editor; look at TimelineConvertStatus then. The attached "
            "materials come from GetEditingProjectMaterials."
        ),
        effect=Effect.READ,
        parameters={
            "ProjectId": PROJECT_ID,
            "RequestSource": {
                "text": (
                    "Who asks; default OpenAPI. WebSDK starts converting the timeline for the web editor and adds its "
                    "materials to the project."
                ),
                "choices": ("OpenAPI", "WebSDK"),
            },
        },
        example={"ProjectId": "5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10"},
        then="Change it with UpdateEditingProject, render it with SubmitMediaProducingJob.",
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateEditingProject",
        title="Change an editing project",
        purpose=(
            "Change the timeline, template and clip parameters, title, description or cover of an existing project. "
            "What is not given stays; a given Timeline replaces the whole old one, so read it with "
            "GetEditingProject first. It renders nothing: SubmitMediaProducingJob does."
        ),
        effect=Effect.WRITE,
        heed="Timeline replaces the whole old one: send what stays as well, from GetEditingProject.",
        destructive_when=(
            AskWhen("replaces the whole timeline of an editing project", path="Timeline"),
            AskWhen("replaces the template of an editing project", path="TemplateId"),
            AskWhen("replaces the clips of an editing project's template", path="ClipsParam"),
            AskWhen(
                "cancels the reservation of a live editing project",
                path="BusinessStatus",
                values=("ReservationCanceled",),
            ),
        ),
        parameters={
            "ProjectId": PROJECT_ID,
            "Title": {"text": "New name; left out: unchanged."},
            "Timeline": TIMELINE,
            "TemplateId": {"text": "Template instead of Timeline, listed by ListTemplates. Give only one of the two."},
            "ClipsParam": CLIPS_PARAM,
            "BusinessStatus": {
                "text": "Of live clipping projects: announced, or called off.",
                "choices": ("Reserving", "ReservationCanceled"),
            },
            "Description": {"text": "New description; left out: unchanged."},
            "CoverURL": COVER_URL,
        },
        rules=(NEEDS_CLIPS,),
        example={
            "ProjectId": "5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10",
            "Timeline": {
                "VideoTracks": [
                    {"VideoTrackClips": [{"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "In": 0, "Out": 20}]}
                ]
            },
        },
        then="Render it with SubmitMediaProducingJob.",
        sources=TIMELINE_SOURCES,
        idempotent=True,
    ),
    OperationNotes(
        operation="ListEditingProjects",
        title="List editing projects",
        purpose=(
            "Browse editing projects page by page with NextToken, filtered by creation time, status, type, template "
            "kind or keyword. Timelines are not included; read one with GetEditingProject. Use "
            "SearchEditingProject instead when you need a total count or page numbers."
        ),
        effect=Effect.READ,
        parameters={
            "Keyword": {"text": "Searched text, such as an id."},
            "Status": {
                "text": "Only projects in this state; default all.",
                "hints": ("Draft", "Editing", "Producing", "Produced", "ProduceFailed"),
            },
            "ProjectType": {
                "text": "Only ordinary or only live clipping projects.",
                "choices": ("EditingProject", "LiveEditingProject"),
            },
            "TemplateType": PROJECT_TEMPLATE_TYPE,
            "CreateSource": CREATE_SOURCE,
            "StartTime": CREATED_FROM,
            "EndTime": CREATED_UNTIL,
            "SortBy": CREATION_ORDER,
            # A string in the SDK, though it is a number everywhere else.
            "MaxResults": {"text": "Projects a page, at most 100; default 10."},
            "NextToken": {"text": "NextToken of the page before; left out: the first page."},
        },
        example={"MaxResults": "20"},
        rows=Rows(path="ProjectList", columns=(*PROJECT_ROWS, ("problem", "ErrorMessage"))),
        then="Read the timeline of one with GetEditingProject.",
        idempotent=True,
    ),
    OperationNotes(
        operation="SearchEditingProject",
        title="Search editing projects",
        purpose=(
            "Find editing projects by status, creation time, type or source, with page numbers, a total count and "
            "the timelines in the answer. Several statuses can be asked at once. It has no keyword: use "
            "ListEditingProjects for that. Results can be large because every timeline is returned."
        ),
        effect=Effect.READ,
        parameters={
            "Status": {
                "text": "States, comma-separated; default all.",
                "comma_list": True,
                "hints": ("Draft", "Producing", "Produced", "ProduceFailed"),
            },
            "ProjectType": PROJECT_TYPE,
            "TemplateType": PROJECT_TEMPLATE_TYPE,
            "CreateSource": CREATE_SOURCE,
            "StartTime": CREATED_FROM,
            "EndTime": CREATED_UNTIL,
            "SortBy": CREATION_ORDER,
            "PageNo": {"text": "Page, from 1 (default).", "minimum": 1},
            "PageSize": {"text": "Projects a page; default 10.", "minimum": 1, "maximum": 100},
        },
        example={"SortBy": "CreationTime:Desc", "PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="ProjectList",
            columns=(*PROJECT_ROWS, ("duration_seconds", "Duration"), ("problem", "ErrorMessage")),
        ),
        then="Read the timeline of one with GetEditingProject.",
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteEditingProjects",
        title="Delete editing projects",
        purpose=(
            "Remove one or several editing projects with their timelines for good. The assets they use and the videos "
            "already rendered from them stay. To take only a material out of a project use "
            "DeleteEditingProjectMaterials."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes editing projects with their timelines for good"),),
        parameters={
            "ProjectIds": {
                "text": "Projects, comma-separated, listed by ListEditingProjects.",
                "required": True,
                "comma_list": True,
            },
        },
        example={"ProjectIds": "5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10"},
        idempotent=True,
    ),
)
