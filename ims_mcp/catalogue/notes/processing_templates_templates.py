"""Processing templates: named settings for transcoding, pictures, watermarks, review and the like.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect

TYPES = (
    "1 transcoding, 2 snapshot, 3 animation, 4 image watermark, 5 text watermark, 6 subtitle, 7 review, 8 cover, "
    "9 erasure, 10 DNA, 11 label"
)
SUBTYPES = (
    "Type 1: 1 normal, 2 audio, 3 remux, 4 and 5 narrowband HD; 2: 1 normal, 2 sprite, 3 WebVTT; 7: 1 video, 2 audio, "
    "3 image; 9: 1 logo, 2 subtitles."
)
CONFIG: ParameterNotes = {
    "text": 'Settings by type: {"Container": {"Format": "mp4"}, "Video": {}, "Audio": {}}.',
    "kind": "object",
    "json_text": True,
}

NOTES = (
    OperationNotes(
        operation="CreateCustomTemplate",
        title="Create a processing template",
        purpose=(
            "Store settings under an id that processing jobs name: for transcoding, snapshots, animated images, "
            "watermarks, subtitles, AI review, covers or erasure. Type says which, Subtype the variant. Look first "
            "whether one of the service's own fits (ListSystemTemplates). For live streams use "
            "CreateLiveTranscodeTemplate, for editing AddTemplate."
        ),
        effect=Effect.WRITE,
        parameters={
            "Name": {"text": "Name of the template."},
            "Type": {"text": f"{TYPES}.", "minimum": 1, "maximum": 11},
            "Subtype": {"text": SUBTYPES, "minimum": 1, "maximum": 5},
            "TemplateConfig": CONFIG,
        },
    ),
    OperationNotes(
        operation="GetCustomTemplate",
        title="Inspect a processing template",
        purpose=(
            "Show one processing template of yours with its settings, by id; or, without an id, the default template "
            "of a type. The settings come as JSON. The service's own templates are shown by GetSystemTemplate."
        ),
        effect=Effect.READ,
        parameters={
            "TemplateId": {"text": "Id of the template."},
            "Type": {"text": f"Default template of this type: {TYPES}."},
            "Subtype": {"text": "Variant of the type, as in CreateCustomTemplate."},
        },
        rules=(AtLeastOne(("TemplateId", "Type")),),
        idempotent=True,
    ),
    OperationNotes(
        operation="ListCustomTemplates",
        title="List your processing templates",
        purpose=(
            "List the processing templates you made, of one type, with settings, optionally of one subtype or name. "
            "Use it to find the TemplateId for a transcoding, snapshot or watermark job. The service's own are in "
            "ListSystemTemplates."
        ),
        effect=Effect.READ,
        parameters={
            "Type": {"text": f"{TYPES}."},
            "Subtype": {"text": "Variant of types 1, 2, 7 and 9, as in CreateCustomTemplate."},
            "Name": {"text": "Only with this name."},
            "OrderBy": {"text": "By creation time.", "choices": ("CreationTime:Desc", "CreationTime:Asc")},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateCustomTemplate",
        title="Change a processing template",
        purpose=(
            "Change name or settings of a processing template of yours; its type stays. Jobs submitted afterwards use "
            "the new settings, workflows that name the template too. Read the present ones with GetCustomTemplate "
            "and send them back whole with your change."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen(
                "replaces the settings of a processing template, for workflows that name it too", path="TemplateConfig"
            ),
        ),
        parameters={
            "TemplateId": {"text": "The template to change."},
            "Name": {"text": "New name."},
            "TemplateConfig": CONFIG,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteCustomTemplate",
        title="Delete a processing template",
        purpose=(
            "Delete a processing template of yours for good. Jobs and workflows can no longer use its id; results "
            "already made stay. The service's own templates cannot be deleted."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a processing template for good; jobs and workflows that name it fail"),),
        idempotent=True,
    ),
    OperationNotes(
        operation="SetDefaultCustomTemplate",
        title="Choose the default template",
        purpose=(
            "Make a processing template of yours the default of its type and variant. It takes the place of the former "
            "default, which stays as an ordinary template: note its id first, with GetCustomTemplate by Type, to be "
            "able to go back."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen(
                "replaces the account's default template of this type; the former default stays as an ordinary template"
            ),
        ),
        parameters={"TemplateId": {"text": "Template that becomes the default."}},
        idempotent=True,
    ),
    OperationNotes(
        operation="GetSystemTemplate",
        title="Inspect a built-in template",
        purpose=(
            "Show one of the processing templates that the service brings along, with type, variant and settings as "
            "JSON. Built-in templates cannot be changed; copy the settings into CreateCustomTemplate for one of "
            "your own."
        ),
        effect=Effect.READ,
        idempotent=True,
    ),
    OperationNotes(
        operation="ListSystemTemplates",
        title="List built-in templates",
        purpose=(
            "List the processing templates that the service brings along, by type, such as mp4 720p or HLS 1080p. The "
            "quickest way to a TemplateId for a transcoding or snapshot job; your own are in ListCustomTemplates."
        ),
        effect=Effect.READ,
        parameters={
            "Type": {"text": f"Comma-separated: {TYPES}.", "comma_list": True},
            "Subtype": {"text": "Variant of the type, as in CreateCustomTemplate."},
            "Name": {"text": "Only with this name."},
            "Status": {"text": "Only this state.", "choices": ("Normal", "Invisible", "All")},
        },
        idempotent=True,
    ),
)
