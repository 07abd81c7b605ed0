"""Editing projects, the materials they use, and editing templates.

Sources: the value sets of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs, Parameter

OPEN: ParameterNotes = {"kind": "object", "json_text": True}
PROJECT_ID: ParameterNotes = {"text": "Id of the project."}
TIMELINE: ParameterNotes = {
    **OPEN,
    "text": 'Tracks and clips: {"VideoTracks": [{"VideoTrackClips": [{"MediaId": id}]}]}.',
}
CLIPS_PARAM: ParameterNotes = {
    **OPEN,
    "text": "Values for the template's slots, by the keys of GetTemplateParams.",
}
PROJECT_TYPE: ParameterNotes = {
    "text": "Ordinary project (default) or live clipping project.",
    "choices": ("EditingProject", "LiveEditingProject"),
}
TEMPLATE_ID: ParameterNotes = {"text": "Id of the editing template."}
NEEDED_TEMPLATE_ID: ParameterNotes = {"text": "Id of the editing template.", "required": True}
MATERIAL_MAPS: ParameterNotes = {
    **OPEN,
    "text": 'Ids by kind (video, audio, image, liveStream, ...), at most 10: {"video": "id1,id2"}.',
}
CREATE_SOURCE: ParameterNotes = {
    "text": "Where it was made.",
    "choices": ("OpenAPI", "AliyunConsole", "WebSDK"),
}
CREATION_ORDER: ParameterNotes = {
    "text": "Default: newest first.",
    "choices": ("CreationTime:Desc", "CreationTime:Asc"),
}
TEMPLATE_STATES = ("Available", "Created", "Uploading", "Processing", "UploadFailed", "ProcessFailed")
PROJECT_TEMPLATE_TYPE: ParameterNotes = {
    "text": "Kind of template; None: made without one.",
    "choices": ("Timeline", "VETemplate", "None"),
}
NEEDS_CLIPS = Needs("TemplateId", None, "ClipsParam")
RELATED_MEDIA: ParameterNotes = {**OPEN, "text": 'Assets the template uses: {"video": [id]}.'}
PREVIEW_MEDIA: ParameterNotes = {"text": "Asset id of the preview video."}

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
        parameters={
            "Title": {"text": "Name of the project."},
            "Timeline": TIMELINE,
            "TemplateId": {"text": "Template instead of Timeline."},
            "ClipsParam": CLIPS_PARAM,
            "TemplateType": {
                "text": "Kind of the template; default Timeline.",
                "choices": ("Timeline", "VETemplate"),
            },
            "MaterialMaps": MATERIAL_MAPS,
            "ProjectType": PROJECT_TYPE,
            "BusinessConfig": {
                **OPEN,
                "text": 'Live projects: {"OutputMediaConfig": {"StorageLocation": bucket host, "Path": path}}.',
            },
        },
        rules=(NEEDS_CLIPS,),
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
                "text": "WebSDK converts the timeline; default OpenAPI.",
                "choices": ("OpenAPI", "WebSDK"),
            },
        },
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
            "Title": {"text": "New name."},
            "Timeline": TIMELINE,
            "TemplateId": {"text": "Template instead of Timeline."},
            "ClipsParam": CLIPS_PARAM,
            "BusinessStatus": {
                "text": "Live projects: reservation state.",
                "choices": ("Reserving", "ReservationCanceled"),
            },
        },
        rules=(NEEDS_CLIPS,),
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
            "Status": {"text": "Only this status; default all."},
            "ProjectType": PROJECT_TYPE,
            "TemplateType": PROJECT_TEMPLATE_TYPE,
            "CreateSource": CREATE_SOURCE,
            "SortBy": CREATION_ORDER,
            # A string in the SDK, though it is a number everywhere else.
            "MaxResults": {"text": "Projects a page, at most 100; default 10."},
        },
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
                "text": "Comma-separated: Draft, Producing, Produced, ProduceFailed; default all.",
                "comma_list": True,
            },
            "ProjectType": PROJECT_TYPE,
            "TemplateType": PROJECT_TEMPLATE_TYPE,
            "CreateSource": CREATE_SOURCE,
            "SortBy": CREATION_ORDER,
        },
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
            "ProjectIds": {"text": "Comma-separated project ids.", "required": True, "comma_list": True},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="AddEditingProjectMaterials",
        title="Add materials to a project",
        purpose=(
            "Put assets, live streams or other projects into the material bin of an editing project, so that an editor "
            "can pick them. It does not place them on the timeline: UpdateEditingProject does. Answers with the "
            "details of everything the project now holds."
        ),
        effect=Effect.WRITE,
        parameters={"ProjectId": PROJECT_ID, "MaterialMaps": MATERIAL_MAPS},
    ),
    OperationNotes(
        operation="GetEditingProjectMaterials",
        title="Show a project's materials",
        purpose=(
            "List what lies in the material bin of an editing project: assets with their files, live streams, nested "
            "projects. These need not all be on the timeline; for that read GetEditingProject."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"ProjectId": PROJECT_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteEditingProjectMaterials",
        title="Remove materials from a project",
        purpose=(
            "Take up to 10 materials of one kind out of an editing project's bin. The assets themselves stay in the "
            "library: DeleteMediaInfos removes those. Clips that use them on the timeline are not changed."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("takes materials out of an editing project; the assets stay"),),
        parameters={
            "ProjectId": PROJECT_ID,
            "MaterialIds": {"text": "Comma-separated, at most 10.", "max_parts": 10, "comma_list": True},
            "MaterialType": {
                "text": "Kind of all the ids given.",
                "choices": ("video", "image", "audio", "subtitle", "text"),
            },
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="AddTemplate",
        title="Create an editing template",
        purpose=(
            "Save a reusable editing template whose slots are filled later with other videos, pictures or texts. "
            "Timeline templates are written as a Config, VETemplate ones come from an After Effects package, "
            "BatchEditing ones style one-click jobs. Advanced templates are analysed first (10 seconds to 5 minutes) "
            "and usable once GetTemplate shows Available. Not for transcoding: see CreateCustomTemplate."
        ),
        effect=Effect.WRITE,
        parameters={
            "Name": {"text": "Name of the template."},
            "Type": {"text": "Kind of template.", "choices": ("Timeline", "VETemplate", "BatchEditing")},
            "Config": {**OPEN, "text": "The template itself; its shape depends on Type."},
            "CoverUrl": {"text": "Cover picture."},
            "PreviewMedia": PREVIEW_MEDIA,
            "RelatedMediaids": RELATED_MEDIA,
            "Status": {"text": "State to start in.", "choices": TEMPLATE_STATES},
            "Source": CREATE_SOURCE,
        },
    ),
    OperationNotes(
        operation="GetTemplate",
        title="Read an editing template",
        purpose=(
            "Read one editing template: Config, type, status, cover, preview and the sample ClipsParam to copy when "
            "rendering with it. Use it to see whether a new advanced template is Available yet. For the list of "
            "replaceable slots alone use GetTemplateParams."
        ),
        effect=Effect.READ,
        parameters={
            "TemplateId": NEEDED_TEMPLATE_ID,
            "RelatedMediaidFlag": {"text": "1 adds the template's assets (Timeline only).", "choices": ("0", "1")},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="ListTemplates",
        title="List editing templates",
        purpose=(
            "Browse the account's video editing templates by type, status, source or keyword, with page numbers and a "
            "total count. Use it to find a TemplateId for SubmitMediaProducingJob. Transcoding and AI templates "
            "are elsewhere: ListCustomTemplates and ListSystemTemplates."
        ),
        effect=Effect.READ,
        parameters={
            "Keyword": {"text": "Template id or part of its title."},
            "Type": {"text": "Kind of template.", "hints": ("Timeline", "VETemplate")},
            "Status": {"text": "Only this state.", "choices": TEMPLATE_STATES},
            "CreateSource": CREATE_SOURCE,
            "SortType": CREATION_ORDER,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateTemplate",
        title="Change an editing template",
        purpose=(
            "Change an editing template's name, Config, cover, preview or state. A given Config replaces the old one "
            "completely, so read it with GetTemplate first. Videos and projects already made from the template do "
            "not change."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen("replaces the whole content of an editing template", path="Config"),
            AskWhen("replaces the list of assets that an editing template uses", path="RelatedMediaids"),
            AskWhen(
                "makes an editing template unusable until it is Available again",
                path="Status",
                values=("Created", "Uploading", "Processing", "UploadFailed", "ProcessFailed"),
            ),
        ),
        parameters={
            "TemplateId": NEEDED_TEMPLATE_ID,
            "Name": {"text": "New name."},
            "Config": {**OPEN, "text": "The whole new template."},
            "CoverUrl": {"text": "Cover picture."},
            "PreviewMedia": PREVIEW_MEDIA,
            "RelatedMediaids": RELATED_MEDIA,
            "Status": {"text": "Usable only as Available.", "choices": TEMPLATE_STATES},
            "Source": CREATE_SOURCE,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteTemplate",
        title="Delete editing templates",
        purpose=(
            "Remove one or several video editing templates for good. Finished videos stay, but projects and jobs that "
            "name the template can no longer be rendered from it. Transcoding and AI templates are removed with "
            "DeleteCustomTemplate."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes editing templates for good"),),
        parameters={
            "TemplateIds": {"text": "Comma-separated template ids.", "required": True, "comma_list": True},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="GetTemplateParams",
        title="List a template's slots",
        purpose=(
            "Show what can be replaced in an editing template: for every slot its Key, kind (video, text, ...), sample "
            "content, position and time range. Use the keys to write the ClipsParam of SubmitMediaProducingJob or "
            "CreateEditingProject."
        ),
        effect=Effect.READ,
        parameters={"TemplateId": NEEDED_TEMPLATE_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="GetTemplateMaterials",
        title="Get an advanced template's files",
        purpose=(
            "Get download addresses for the files inside an advanced (After Effects) editing template, such as music, "
            "pictures or its config.json, to preview it. MaterialUrls is a text with addresses that expire after 30 "
            "minutes. Ordinary templates have no such files."
        ),
        effect=Effect.READ,
        parameters={
            "TemplateId": TEMPLATE_ID,
            "FileList": {
                "text": 'Files wanted: ["music.mp3", "config.json"].',
                "kind": "array",
                "items": Parameter("", "string"),
                "json_text": True,
            },
        },
        idempotent=True,
    ),
)
