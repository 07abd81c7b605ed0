"""Processing templates: named settings for transcoding, pictures, watermarks, review and the like.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.processing_templates_configs import CONFIG, PAGES
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Rows

TYPES = (
    "1 transcoding, 2 snapshot, 3 animation, 4 image watermark. 5 text watermark, 6 subtitle, 7 review, 8 cover, "
    "9 erasure, 10 DNA, 11 label."
)
VARIANTS = (
    "Type 1: 1 normal, 2 audio, 3 remux, 4 Narrowband HD 1.0, 5 Narrowband HD 2.0; Type 2: 1 normal, 2 sprite, "
    "3 WebVTT; Type 7: 1 video, 2 audio, 3 image; Type 9: 1 logo, 2 subtitles. The others have none."
)
# What tells one transcoding template from another; the other types have none of it. Often only one side is set.
SETTINGS = (
    ("format", "TemplateConfig.Container.Format"),
    ("codec", "TemplateConfig.Video.Codec"),
    ("width", "TemplateConfig.Video.Width"),
    ("height", "TemplateConfig.Video.Height"),
    ("bitrate_kbps", "TemplateConfig.Video.Bitrate"),
    ("audio_kbps", "TemplateConfig.Audio.Bitrate"),
)
PAGE_NUMBER: ParameterNotes = {"text": "Page, from 1; default 1.", "minimum": 1}

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
            "Name": {"text": "Name of the template, to find it in the list."},
            "Type": {"text": TYPES, "minimum": 1, "maximum": 11},
            "Subtype": {"text": f"Variant of the type. {VARIANTS}", "minimum": 1, "maximum": 5},
            "TemplateConfig": CONFIG,
        },
        example={
            "Name": "web 720p",
            "Type": 1,
            "Subtype": 1,
            "TemplateConfig": {
                "Container": {"Format": "mp4"},
                "Video": {"Codec": "H.264", "Width": 1280, "LongShortMode": True, "Bitrate": 1800, "Gop": "250"},
                "Audio": {"Codec": "AAC", "Bitrate": 96, "Samplerate": 44100, "Channels": 2},
                "TransConfig": {"IsCheckReso": True},
            },
        },
        heed='Logo, Type 4: {"File":{"Type":"OSS","Media":"oss://b/a.png"},"Width":0.1,"ReferPos":"TopRight"}.',
        then="Jobs name CustomTemplate.TemplateId: SubmitSnapshotJob in TemplateConfig, SubmitMediaConvertJob in an "
        'output; a watermark there in "Features": {"Watermarks": [{"TemplateId": it}]}.',
        sources=PAGES,
    ),
    OperationNotes(
        operation="GetCustomTemplate",
        title="Inspect a processing template",
        purpose=(
            "Show one processing template of yours with its settings, by id; or, without an id, the default template "
            "of a type. The settings come as JSON. The service's own templates are shown by GetSystemTemplate."
        ),
        effect=Effect.READ,
        heed="Your default in place of an id: Type 1 transcoding, 2 snapshot, 3 GIF, 4 logo, 7 review.",
        parameters={
            "TemplateId": {"text": "Id of the template, from ListCustomTemplates. With it Type does not count."},
            "Type": {"text": f"{TYPES} Without an id: your default template of this type."},
            "Subtype": {"text": f"Variant of that default. {VARIANTS}"},
        },
        rules=(AtLeastOne(("TemplateId", "Type")),),
        idempotent=True,
        example={"TemplateId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        sources=("https://alibabacloud.com/help/en/ims/developer-reference/api-ice-2020-11-09-getcustomtemplate",),
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
        heed="Type: 1 transcoding, 2 snapshot, 3 GIF, 4 logo, 5 text mark, 6 subtitle, 7 review, 11 label.",
        parameters={
            "Type": {"text": TYPES},
            "Subtype": {"text": f"Only this variant of the type. {VARIANTS}"},
            "Name": {"text": "Only templates of this name."},
            "OrderBy": {
                "text": "Order by creation time: Desc is newest first.",
                "hints": ("CreationTime:Desc", "CreationTime:Asc"),
            },
            "PageNumber": PAGE_NUMBER,
            "PageSize": {"text": "Templates a page.", "minimum": 1},
            "TemplateId": {"text": "Only the template with this id."},
        },
        idempotent=True,
        example={"Type": "1", "OrderBy": "CreationTime:Desc", "PageNumber": 1, "PageSize": 20},
        rows=Rows(
            path="CustomTemplateList",
            columns=(
                ("TemplateId", "TemplateId"),
                ("name", "TemplateName"),
                ("type", "TypeName"),
                ("subtype", "SubtypeName"),
                *SETTINGS,
                ("default", "IsDefault"),
                ("Status", "Status"),
                ("modified", "ModifiedTime"),
            ),
        ),
        then="Read the settings of one with GetCustomTemplate.",
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
        heed="TemplateConfig replaces all settings: send what stays as well, from GetCustomTemplate.",
        destructive_when=(
            AskWhen(
                "replaces the settings of a processing template, for workflows that name it too", path="TemplateConfig"
            ),
        ),
        parameters={
            "TemplateId": {"text": "The template to change, from ListCustomTemplates."},
            "Name": {"text": "New name; left out: it stays."},
            "TemplateConfig": {
                **CONFIG,
                "extra_fields": True,
                "text": "All settings anew, as the template's type wants them. Left out: they stay. Send all of what "
                "GetCustomTemplate shows, with your change in it.",
            },
        },
        idempotent=True,
        example={
            "TemplateId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "TemplateConfig": {
                "Container": {"Format": "mp4"},
                "Video": {"Codec": "H.264", "Width": 1280, "LongShortMode": True, "Bitrate": 1500},
                "Audio": {"Codec": "AAC", "Bitrate": 96},
            },
        },
        sources=PAGES,
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
        parameters={"TemplateId": {"text": "The template to delete, from ListCustomTemplates."}},
        idempotent=True,
        example={"TemplateId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
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
        parameters={"TemplateId": {"text": "Template that becomes the default, from ListCustomTemplates."}},
        idempotent=True,
        example={"TemplateId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        then="GetCustomTemplate by Type shows which template is the default.",
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
        parameters={"TemplateId": {"text": "Id of the built-in template: S00000001-100031. From ListSystemTemplates."}},
        idempotent=True,
        example={"TemplateId": "S00000001-100031"},
        sources=("https://alibabacloud.com/help/en/ims/developer-reference/preset-template-description",),
    ),
    OperationNotes(
        operation="ListSystemTemplates",
        title="List built-in templates",
        purpose=(
            "List the processing templates that the service brings along, by type, such as mp4 720p or HLS 1080p. The "
            "quickest way to a TemplateId for a transcoding or snapshot job; your own are in ListCustomTemplates."
        ),
        effect=Effect.READ,
        heed="Type: 1 transcoding, 2 snapshot, 3 GIF, 4 logo, 5 text mark, 6 subtitle, 7 review, 11 label.",
        parameters={
            "Type": {"text": f"{TYPES} Several are separated by commas: 1,2.", "comma_list": True},
            "Subtype": {"text": f"Only this variant of the type. {VARIANTS}"},
            "Name": {"text": "Only templates of this name."},
            "Status": {
                "text": "Only this state: Normal, Invisible, or All.",
                "choices": ("Normal", "Invisible", "All"),
            },
            "PageNumber": PAGE_NUMBER,
            "PageSize": {"text": "Templates a page; default 20.", "minimum": 1, "maximum": 100},
            "TemplateId": {"text": "Only the template with this id."},
        },
        idempotent=True,
        example={"Type": "1", "PageNumber": 1, "PageSize": 20},
        rows=Rows(
            path="SystemTemplateList",
            columns=(
                ("TemplateId", "TemplateId"),
                ("name", "TemplateName"),
                ("type", "TypeName"),
                ("subtype", "SubtypeName"),
                *SETTINGS,
                ("Status", "Status"),
            ),
        ),
        then="Read the settings of one with GetSystemTemplate.",
        sources=(
            "https://www.alibabacloud.com/help/en/ims/developer-reference/api-ice-2020-11-09-listsystemtemplates",
        ),
    ),
)
