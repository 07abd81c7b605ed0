"""The material bins of editing projects: what an editor finds there to place on the timeline."""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Rows

PROJECT_ID: ParameterNotes = {"text": "Project, listed by ListEditingProjects."}
LIVE_STREAM = (
    'JSON text of the streams: [{"appName": "live", "domainName": "live.example.com", "streamName": "talk", '
    '"liveUrl": "rtmp://live.example.com/live/talk"}].'
)
MATERIAL_MAPS: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": 'Ids by kind of material, at most 10 each: {"video": "id1,id2"}.',
    "fields": (
        Parameter("video", "string", text="Video assets, comma-separated.", comma_list=True, max_parts=10),
        Parameter("audio", "string", text="Audio assets, comma-separated.", comma_list=True, max_parts=10),
        Parameter("image", "string", text="Picture assets, comma-separated.", comma_list=True, max_parts=10),
        Parameter("liveStream", "string", text=LIVE_STREAM),
        Parameter("editingProject", "string", text="Other projects, comma-separated.", comma_list=True, max_parts=10),
    ),
}

MATERIAL_NOTES = (
    OperationNotes(
        operation="AddEditingProjectMaterials",
        title="Add materials to a project",
        purpose=(
            "Put assets, live streams or other projects into the material bin of an editing project, so that an editor "
            "can pick them. It does not place them on the timeline: UpdateEditingProject does. Answers with the "
            "details of everything the project now holds."
        ),
        effect=Effect.WRITE,
        heed="Does not change the timeline: UpdateEditingProject does.",
        parameters={"ProjectId": PROJECT_ID, "MaterialMaps": MATERIAL_MAPS},
        example={
            "ProjectId": "5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10",
            "MaterialMaps": {
                "video": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90,7d2e4f6a8b0c1d3e5f7a9b1c3d5e7f90",
                "image": "3a5b7c9d1e2f4a6b8c0d2e4f6a8b0c1d",
            },
        },
        then="Place them on the timeline with UpdateEditingProject.",
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
        example={"ProjectId": "5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10"},
        rows=Rows(
            path="MediaInfos",
            columns=(
                ("MediaId", "MediaId"),
                ("title", "MediaBasicInfo.Title"),
                ("type", "MediaBasicInfo.MediaType"),
                ("duration_seconds", "FileInfoList[].FileBasicInfo.Duration"),
                ("width", "FileInfoList[].FileBasicInfo.Width"),
                ("height", "FileInfoList[].FileBasicInfo.Height"),
                ("status", "MediaBasicInfo.Status"),
            ),
        ),
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
            "MaterialIds": {
                "text": "Materials, comma-separated, listed by GetEditingProjectMaterials. At most 10.",
                "max_parts": 10,
                "comma_list": True,
            },
            "MaterialType": {
                "text": "Kind of all the materials given.",
                "choices": ("video", "image", "audio", "subtitle", "text"),
            },
        },
        example={
            "ProjectId": "5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10",
            "MaterialIds": "3a5b7c9d1e2f4a6b8c0d2e4f6a8b0c1d",
            "MaterialType": "image",
        },
        idempotent=True,
    ),
)
