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
    "text": "Values for the template's slots, by the keys of get_template_params.",
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
            "submit_media_producing_job. To render once without keeping a project, give the timeline to that job "
            "directly. ProjectType=LiveEditingProject makes a project for submit_live_editing_job."
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
        words=(
            "new project",
            "start editing",
            "video editor",
            "storyboard",
            "新建剪辑工程",
            "创建剪辑项目",
            "云剪辑",
            "start a new edit",
            "new cut",
            "新的剪辑",
            "新建工程",
        ),
    ),
    OperationNotes(
        operation="GetEditingProject",
        title="Open an editing project",
        purpose=(
            "Read one editing project: its timeline or template with clip parameters, title, status (Draft, Editing, "
            "Producing, Produced, ProduceFailed) and duration. Use it before changing a project. RequestSource=WebSDK "
            "starts converting the timeline for the web editor; look at TimelineConvertStatus then. The attached "
            "materials come from get_editing_project_materials."
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
        words=("project details", "timeline", "open project", "剪辑工程详情", "查看时间线", "云剪辑"),
    ),
    OperationNotes(
        operation="UpdateEditingProject",
        title="Change an editing project",
        purpose=(
            "Change the timeline, template and clip parameters, title, description or cover of an existing project. "
            "What is not given stays; a given Timeline replaces the whole old one, so read it with "
            "get_editing_project first. It renders nothing: submit_media_producing_job does."
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
        words=(
            "edit project",
            "save timeline",
            "rename project",
            "修改剪辑工程",
            "保存时间线",
            "更新工程",
            "change the timeline",
            "save my edit",
            "改时间线",
            "改工程",
        ),
    ),
    OperationNotes(
        operation="ListEditingProjects",
        title="List editing projects",
        purpose=(
            "Browse editing projects page by page with NextToken, filtered by creation time, status, type, template "
            "kind or keyword. Timelines are not included; read one with get_editing_project. Use "
            "search_editing_project instead when you need a total count or page numbers."
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
        words=("my projects", "all projects", "browse", "剪辑工程列表", "剪辑项目", "列表"),
    ),
    OperationNotes(
        operation="SearchEditingProject",
        title="Search editing projects",
        purpose=(
            "Find editing projects by status, creation time, type or source, with page numbers, a total count and "
            "the timelines in the answer. Several statuses can be asked at once. It has no keyword: use "
            "list_editing_projects for that. Results can be large because every timeline is returned."
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
        words=(
            "find projects",
            "draft projects",
            "failed projects",
            "count",
            "搜索剪辑工程",
            "查找工程",
            "草稿",
            "how many drafts",
            "projects by status",
            "草稿工程",
        ),
    ),
    OperationNotes(
        operation="DeleteEditingProjects",
        title="Delete editing projects",
        purpose=(
            "Remove one or several editing projects with their timelines for good. The assets they use and the videos "
            "already rendered from them stay. To take only a material out of a project use "
            "delete_editing_project_materials."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes editing projects with their timelines for good"),),
        parameters={
            "ProjectIds": {"text": "Comma-separated project ids.", "required": True, "comma_list": True},
        },
        idempotent=True,
        words=("remove project", "discard", "clean up projects", "删除剪辑工程", "删除项目", "清理"),
    ),
    OperationNotes(
        operation="AddEditingProjectMaterials",
        title="Add materials to a project",
        purpose=(
            "Put assets, live streams or other projects into the material bin of an editing project, so that an editor "
            "can pick them. It does not place them on the timeline: update_editing_project does. Answers with the "
            "details of everything the project now holds."
        ),
        effect=Effect.WRITE,
        parameters={"ProjectId": PROJECT_ID, "MaterialMaps": MATERIAL_MAPS},
        words=(
            "attach footage",
            "material bin",
            "import clips",
            "添加素材",
            "关联素材",
            "工程素材",
            "add clips to the project",
            "工程加素材",
            "把素材放进工程",
        ),
    ),
    OperationNotes(
        operation="GetEditingProjectMaterials",
        title="Show a project's materials",
        purpose=(
            "List what lies in the material bin of an editing project: assets with their files, live streams, nested "
            "projects. These need not all be on the timeline; for that read get_editing_project."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"ProjectId": PROJECT_ID},
        idempotent=True,
        words=(
            "project footage",
            "used assets",
            "material bin",
            "工程素材",
            "查看素材",
            "素材列表",
            "which clips does the project use",
            "工程用了哪些素材",
        ),
    ),
    OperationNotes(
        operation="DeleteEditingProjectMaterials",
        title="Remove materials from a project",
        purpose=(
            "Take up to 10 materials of one kind out of an editing project's bin. The assets themselves stay in the "
            "library: delete_media_infos removes those. Clips that use them on the timeline are not changed."
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
        words=("detach footage", "unlink clip", "移除素材", "删除工程素材", "解除关联"),
    ),
    OperationNotes(
        operation="AddTemplate",
        title="Create an editing template",
        purpose=(
            "Save a reusable editing template whose slots are filled later with other videos, pictures or texts. "
            "Timeline templates are written as a Config, VETemplate ones come from an After Effects package, "
            "BatchEditing ones style one-click jobs. Advanced templates are analysed first (10 seconds to 5 minutes) "
            "and usable once get_template shows Available. Not for transcoding: see create_custom_template."
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
        words=(
            "new template",
            "reusable layout",
            "intro outro",
            "watermark style",
            "添加剪辑模板",
            "新建模板",
            "AE模板",
        ),
    ),
    OperationNotes(
        operation="GetTemplate",
        title="Read an editing template",
        purpose=(
            "Read one editing template: Config, type, status, cover, preview and the sample ClipsParam to copy when "
            "rendering with it. Use it to see whether a new advanced template is Available yet. For the list of "
            "replaceable slots alone use get_template_params."
        ),
        effect=Effect.READ,
        parameters={
            "TemplateId": NEEDED_TEMPLATE_ID,
            "RelatedMediaidFlag": {"text": "1 adds the template's assets (Timeline only).", "choices": ("0", "1")},
        },
        idempotent=True,
        words=("template details", "template config", "剪辑模板详情", "查询模板", "模板配置"),
    ),
    OperationNotes(
        operation="ListTemplates",
        title="List editing templates",
        purpose=(
            "Browse the account's video editing templates by type, status, source or keyword, with page numbers and a "
            "total count. Use it to find a TemplateId for submit_media_producing_job. Transcoding and AI templates "
            "are elsewhere: list_custom_templates and list_system_templates."
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
        words=("my templates", "find template", "editing templates", "剪辑模板列表", "模板列表", "查找模板"),
    ),
    OperationNotes(
        operation="UpdateTemplate",
        title="Change an editing template",
        purpose=(
            "Change an editing template's name, Config, cover, preview or state. A given Config replaces the old one "
            "completely, so read it with get_template first. Videos and projects already made from the template do "
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
        words=(
            "edit template",
            "rename template",
            "修改剪辑模板",
            "更新模板",
            "replace intro in editing template",
            "改片头模板",
        ),
    ),
    OperationNotes(
        operation="DeleteTemplate",
        title="Delete editing templates",
        purpose=(
            "Remove one or several video editing templates for good. Finished videos stay, but projects and jobs that "
            "name the template can no longer be rendered from it. Transcoding and AI templates are removed with "
            "delete_custom_template."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes editing templates for good"),),
        parameters={
            "TemplateIds": {"text": "Comma-separated template ids.", "required": True, "comma_list": True},
        },
        idempotent=True,
        words=("remove template", "discard template", "删除剪辑模板", "删除模板"),
    ),
    OperationNotes(
        operation="GetTemplateParams",
        title="List a template's slots",
        purpose=(
            "Show what can be replaced in an editing template: for every slot its Key, kind (video, text, ...), sample "
            "content, position and time range. Use the keys to write the ClipsParam of submit_media_producing_job or "
            "create_editing_project."
        ),
        effect=Effect.READ,
        parameters={"TemplateId": NEEDED_TEMPLATE_ID},
        idempotent=True,
        words=(
            "placeholders",
            "slots",
            "fill template",
            "模板参数",
            "可替换素材",
            "模板占位",
            "what can be replaced in the template",
            "variables of the template",
            "模板里能替换什么",
        ),
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
        words=("template files", "download template", "preview template", "模板素材", "高级模板", "素材地址"),
    ),
)
