"""Editing templates: made, found, changed, deleted, and what can be replaced in them.

Sources: SDK 6.20.2 and the vendor's pages on templates, named below. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.editing_projects import COVER_URL, CREATE_SOURCE, CREATION_ORDER
from ims_mcp.catalogue.notes.editing_template_config import CONFIG, RELATED_MEDIA, TEMPLATE_SOURCES
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll, Result, Rows

TEMPLATE_ID: ParameterNotes = {"text": "Editing template, listed by ListTemplates.", "required": True}
TEMPLATE_SOURCE: ParameterNotes = {
    "text": "Who makes the call; default OpenAPI.",
    "choices": ("OpenAPI", "AliyunConsole", "WebSDK"),
}
PREVIEW_MEDIA: ParameterNotes = {"text": "Asset shown as the template's preview: its MediaId."}
TEMPLATE_STATES = ("Available", "Created", "Uploading", "Processing", "UploadFailed", "ProcessFailed")

TEMPLATE_NOTES = (
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
        heed="$Name marks a slot; SubmitMediaProducingJob fills it with TemplateId and ClipsParam.",
        parameters={
            "Name": {"text": "Name of the template."},
            "Type": {
                "text": (
                    "Kind of template. Timeline: a Timeline with variables; VETemplate: an After Effects package; "
                    "BatchEditing: style of one-click jobs."
                ),
                "choices": ("Timeline", "VETemplate", "BatchEditing"),
            },
            "Config": CONFIG,
            "CoverUrl": COVER_URL,
            "PreviewMedia": PREVIEW_MEDIA,
            "RelatedMediaids": RELATED_MEDIA,
            "Status": {
                "text": "State to start in; rarely needed. Only Available can be used.",
                "choices": TEMPLATE_STATES,
            },
            "Source": TEMPLATE_SOURCE,
        },
        example={
            "Name": "Opening, videos, logo",
            "Type": "Timeline",
            "Config": {
                "VideoTracks": [
                    {
                        "VideoTrackClips": [
                            {"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
                            {
                                "Sys_Type": "ArrayItems",
                                "Sys_ArrayObject": "$VideoArray",
                                "Sys_Template": {"MediaId": "$MediaId"},
                            },
                        ]
                    }
                ]
            },
        },
        poll=Poll(
            operation="GetTemplate",
            arguments=(("TemplateId", "Template.TemplateId"),),
            status_field="Template.Status",
            success=("Available",),
            failure=("UploadFailed", "ProcessFailed"),
            pending=("Created", "Uploading", "Processing"),
            result=Result(
                fields=(
                    ("TemplateId", "Template.TemplateId"),
                    ("Type", "Template.Type"),
                    ("ClipsParam", "Template.ClipsParam"),
                )
            ),
        ),
        then="Render it with SubmitMediaProducingJob: TemplateId and ClipsParam.",
        sources=TEMPLATE_SOURCES,
    ),
    OperationNotes(
        operation="GetTemplate",
        title="Read an editing template",
        purpose=(
            "Read one editing template: Config, type, status, cover, preview and the sample ClipsParam to copy when "
            "rendering with it. Use it to see whether a new advanced template is Available yet (before that Created, "
            "Uploading, Processing; else UploadFailed, ProcessFailed). For the list of replaceable slots alone use "
            "GetTemplateParams."
        ),
        effect=Effect.READ,
        parameters={
            "TemplateId": TEMPLATE_ID,
            "RelatedMediaidFlag": {
                "text": "1 also lists its assets; default 0. Only for Timeline templates.",
                "choices": ("0", "1"),
            },
        },
        example={"TemplateId": "9b1d3f5a7c2e4b6d8f0a1c3e5b7d9f20"},
        then="Render it with SubmitMediaProducingJob and a ClipsParam of the shape shown.",
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
            "Type": {
                "text": "Only this kind: timelines with variables, or After Effects.",
                "hints": ("Timeline", "VETemplate", "BatchEditing"),
            },
            "Status": {
                "text": "Only templates in this state. Only Available can be used; Processing is being analysed.",
                "choices": TEMPLATE_STATES,
            },
            "CreateSource": CREATE_SOURCE,
            "SortType": CREATION_ORDER,
            "PageNo": {"text": "Page, from 1 (default).", "minimum": 1},
            "PageSize": {"text": "Templates a page.", "minimum": 1},
        },
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="Templates",
            columns=(
                ("TemplateId", "TemplateId"),
                ("Name", "Name"),
                ("Type", "Type"),
                ("Status", "Status"),
                ("created", "CreationTime"),
                ("modified", "ModifiedTime"),
            ),
        ),
        then="See what one takes with GetTemplateParams, render it with SubmitMediaProducingJob.",
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
        heed="Config replaces the old one whole: send what stays as well, from GetTemplate.",
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
            "TemplateId": TEMPLATE_ID,
            "Name": {"text": "New name; left out: unchanged."},
            "Config": {
                **CONFIG,
                "text": (
                    "The whole new content, in the shape of the template's Type: see AddTemplate. Read the old one "
                    "with GetTemplate first."
                ),
            },
            "CoverUrl": COVER_URL,
            "PreviewMedia": PREVIEW_MEDIA,
            "RelatedMediaids": RELATED_MEDIA,
            "Status": {"text": "New state; only Available can be used.", "choices": TEMPLATE_STATES},
            "Source": TEMPLATE_SOURCE,
        },
        example={"TemplateId": "9b1d3f5a7c2e4b6d8f0a1c3e5b7d9f20", "Name": "Opening, videos, logo (spring)"},
        then="After a new package, see with GetTemplate when it is Available again.",
        sources=TEMPLATE_SOURCES,
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
            "TemplateIds": {
                "text": "Templates, comma-separated, listed by ListTemplates.",
                "required": True,
                "comma_list": True,
            },
        },
        example={"TemplateIds": "9b1d3f5a7c2e4b6d8f0a1c3e5b7d9f20"},
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
        parameters={"TemplateId": TEMPLATE_ID},
        example={"TemplateId": "9b1d3f5a7c2e4b6d8f0a1c3e5b7d9f20"},
        rows=Rows(
            path="ParamList",
            columns=(
                ("Key", "Key"),
                ("Type", "Type"),
                ("Content", "Content"),
                ("from_seconds", "TimelineIn"),
                ("to_seconds", "TimelineOut"),
                ("width", "Width"),
                ("height", "Height"),
            ),
        ),
        then="Give each Key a value in the ClipsParam of SubmitMediaProducingJob.",
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
                "text": 'Files of the package: ["music.mp3", "config.json", "assets/1.jpg"].',
                "kind": "array",
                "items": Parameter("", "string"),
                "json_text": True,
            },
        },
        example={"TemplateId": "9b1d3f5a7c2e4b6d8f0a1c3e5b7d9f20", "FileList": ["music.mp3", "config.json"]},
        idempotent=True,
    ),
)
