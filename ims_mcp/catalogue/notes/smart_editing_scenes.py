"""Smart editing: videos in steps that can be corrected between, and highlight videos of dramas and matches.

Sources: SDK 6.20.2 and the pages named with each operation.
"""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue.notes.note import OperationNotes, make_element
from ims_mcp.catalogue.notes.smart_editing_input import (
    HIGHLIGHT_INPUT,
    JSON_OBJECT,
    SPORTS_INPUT,
    describe_scene_input,
)
from ims_mcp.catalogue.notes.smart_editing_output import BATCH_OUTPUT, PROJECTS_OUTPUT, USER_DATA
from ims_mcp.catalogue.notes.smart_editing_production import (
    BATCH_POLL,
    MATCH_PAGES,
    MATERIAL,
    PORTRAIT,
    PRODUCED,
    PUBLIC_PAGE,
    TALK,
)
from ims_mcp.catalogue.notes.smart_editing_style import EDITING_CONFIG, HIGHLIGHT_EDITING
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Result

HIGHLIGHTS_PAGE = "https://www.alibabacloud.com/help/en/ims/use-cases/create-highlight-videos"
SPORTS_PAGE = "https://www.alibabacloud.com/help/en/ims/use-cases/sports-event-highlights"
ANALYSED = "AI processing; in public preview, free of charge at the end of 2025."
SENTENCE = (
    Parameter("text", "string", text="The sentence that is said."),
    Parameter("duration", "number", text="Seconds it takes.", minimum=0),
    Parameter(
        "matchClipList",
        "array",
        text="Clips shown while it is said.",
        items=make_element(
            Parameter("mediaId", "string", text="Asset id of the material."),
            Parameter("startTime", "number", text="Start in seconds of the material.", minimum=0),
            Parameter("endTime", "number", text="End in seconds of the material.", minimum=0, not_before="startTime"),
            extra_fields=True,
        ),
    ),
)
SELECTION_POLL = replace(
    BATCH_POLL,
    result=Result(
        fields=(("MediaSelectResult", "EditingBatchJob.ExtendOutput"),),
        empty="no clip was chosen",
    ),
)
TIMELINE_POLL = replace(
    BATCH_POLL,
    result=Result(
        fields=(
            ("videos[].ProjectId", "EditingBatchJob.SubJobList[].ProjectId"),
            ("videos[].state", "EditingBatchJob.SubJobList[].Status"),
        ),
    ),
)

NOTES = (
    OperationNotes(
        operation="SubmitSceneBatchEditingJob",
        title="Render several projects together",
        purpose=(
            "Last step of step-by-step scene production: render the timelines of several editing projects, such as "
            "those that SubmitSceneTimelineOrganizationJob made, as one batch. For a single project use "
            "SubmitMediaProducingJob. Follow it with GetBatchMediaProducingJob."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="MediaURL needs {index}; every project is rendered and billed.",
        destructive_when=(AskWhen("orders the rendering of several projects at once, each of which is billed"),),
        parameters={
            "ProjectIds": {
                "text": "Ids of editing projects, with commas. From SubJobList of the organisation job, or "
                "SearchEditingProject.",
                "comma_list": True,
            },
            "OutputConfig": PROJECTS_OUTPUT,
            "UserData": USER_DATA,
        },
        poll=BATCH_POLL,
        costs=PRODUCED,
        example={
            "ProjectIds": "fddd7748b58bf1d47e95c5ab7cd21e5f,0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "OutputConfig": {name: value for name, value in PORTRAIT.items() if name != "Count"},
        },
        sources=(HIGHLIGHTS_PAGE,),
    ),
    OperationNotes(
        operation="SubmitSceneMediaSelectionJob",
        title="Choose clips for a script",
        purpose=(
            "First step of step-by-step scene production: let AI choose clips, either those that fit a voice-over "
            "text (Smart_Mix) or the exciting parts of long videos (Screen_Media_Highlights). Nothing is rendered. "
            "Follow it with GetBatchMediaProducingJob and pass its ExtendOutput to "
            "SubmitSceneTimelineOrganizationJob."
        ),
        effect=Effect.WRITE,
        heed="For dramas JobType Screen_Media_Highlights_Media_Select. Renders nothing: two steps follow.",
        parameters={
            "JobType": {
                "text": "By a text, or by excitement. Smart_Mix: clips that fit a voice-over; "
                "Screen_Media_Highlights: key moments of dramas.",
                "choices": ("Smart_Mix_Media_Select", "Screen_Media_Highlights_Media_Select"),
            },
            "InputConfig": describe_scene_input(
                "Smart_Mix_Media_Select",
                "Screen_Media_Highlights_Media_Select",
                "Material and texts, as JobType wants them.",
            ),
            "EditingConfig": EDITING_CONFIG,
            "OutputConfig": BATCH_OUTPUT,
            "UserData": USER_DATA,
        },
        poll=SELECTION_POLL,
        costs=ANALYSED,
        example={
            "JobType": "Smart_Mix_Media_Select",
            "InputConfig": {"MediaArray": MATERIAL, "SpeechTextArray": TALK},
            "EditingConfig": {"SpeechConfig": {"Volume": 1}},
            "OutputConfig": PORTRAIT,
        },
        sources=(*MATCH_PAGES, HIGHLIGHTS_PAGE),
    ),
    OperationNotes(
        operation="SubmitSceneTimelineOrganizationJob",
        title="Arrange chosen clips on timelines",
        purpose=(
            "Second step of step-by-step scene production: turn the result of SubmitSceneMediaSelectionJob into "
            "timelines, kept as editing projects that can be changed by hand. Nothing is rendered: "
            "SubmitSceneBatchEditingJob does that with the ProjectIds found in the SubJobList of "
            "GetBatchMediaProducingJob. JobType has to match that of the selection."
        ),
        effect=Effect.WRITE,
        parameters={
            "JobType": {
                "text": "Same kind as the selection.",
                "choices": ("Smart_Mix_Timeline_Organize", "Screen_Media_Highlights_Timeline_Organize"),
            },
            "MediaSelectResult": {
                **JSON_OBJECT,
                "text": "ExtendOutput of the selection job. Hand it back as it is; clips may be taken out.",
                "fields": (
                    Parameter(
                        "textMatchMediaOutputList",
                        "array",
                        text="One entry for each voice-over text.",
                        items=make_element(
                            Parameter(
                                "textMatchMediaSentenceOutputList",
                                "array",
                                text="Sentences in their order, with the clips chosen.",
                                items=make_element(*SENTENCE, extra_fields=True),
                            ),
                            extra_fields=True,
                        ),
                    ),
                ),
                "extra_fields": True,
            },
            "InputConfig": describe_scene_input(
                "Smart_Mix_Timeline_Organize",
                "Screen_Media_Highlights_Timeline_Organize",
                "Same as given to the selection.",
            ),
            "EditingConfig": EDITING_CONFIG,
            "OutputConfig": BATCH_OUTPUT,
            "UserData": USER_DATA,
        },
        poll=TIMELINE_POLL,
        costs=ANALYSED,
        example={
            "JobType": "Smart_Mix_Timeline_Organize",
            "MediaSelectResult": {
                "textMatchMediaOutputList": [
                    {
                        "textMatchMediaSentenceOutputList": [
                            {
                                "text": "A new grocery store has opened.",
                                "duration": 3.37,
                                "matchClipList": [{"mediaId": MATERIAL[0], "startTime": 8.04, "endTime": 11.41}],
                            }
                        ]
                    }
                ]
            },
            "InputConfig": {"MediaArray": MATERIAL, "SpeechTextArray": ["A new grocery store has opened."]},
            "OutputConfig": PORTRAIT,
        },
        sources=(*MATCH_PAGES, HIGHLIGHTS_PAGE),
    ),
    OperationNotes(
        operation="SubmitScreenMediaHighlightsJob",
        title="Mix highlights of dramas",
        purpose=(
            "Let AI find the most gripping scenes in episodes or long videos and cut them into trailers in one step: "
            "selection, timeline and rendering. Meant for drama and film with speech in it; for matches use "
            "SubmitSportsHighlightsJob, for loose clips SubmitHighlightExtractionJob. Runs in the background: "
            "GetBatchMediaProducingJob shows every video."
        ),
        effect=Effect.WRITE,
        heed="MediaURL needs {index}. Material with speech only, 30 videos and 2 hours at most.",
        parameters={
            "InputConfig": {**HIGHLIGHT_INPUT, "required": True},
            "EditingConfig": HIGHLIGHT_EDITING,
            "OutputConfig": {**BATCH_OUTPUT, "required": True},
            "UserData": USER_DATA,
        },
        poll=BATCH_POLL,
        costs=PRODUCED,
        example={
            "InputConfig": {"MediaArray": [MATERIAL[0], "7a9d4c2e8b6f0a1d3c5e7b900c1b3e5f"]},
            "EditingConfig": {
                "MediaConfig": {"Volume": 1},
                "ProcessConfig": {"AllowTransition": True, "TransitionList": ["fadecolor"]},
            },
            "OutputConfig": {
                "MediaURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/trailers/drama_{index}.mp4",
                "Count": 1,
                "Width": 1080,
                "Height": 1920,
            },
        },
        sources=(HIGHLIGHTS_PAGE, PUBLIC_PAGE),
    ),
    OperationNotes(
        operation="SubmitSportsHighlightsJob",
        title="Cut highlights of a match",
        purpose=(
            "Let AI find goals, dunks and other great moments of a recorded match and cut them into highlight videos, "
            "with players recognised by registered faces. Shanghai only. For films use "
            "SubmitScreenMediaHighlightsJob. Runs in the background: GetBatchMediaProducingJob shows every video."
        ),
        effect=Effect.WRITE,
        heed="basketball or pingpong, with commentary; Shanghai only. MediaURL needs {index}.",
        parameters={
            "InputConfig": {**SPORTS_INPUT, "required": True},
            "OutputConfig": {**BATCH_OUTPUT, "required": True},
            "UserData": USER_DATA,
        },
        poll=BATCH_POLL,
        costs=PRODUCED,
        example={
            "InputConfig": {
                "SportsCategory": "basketball",
                "InputMedia": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/matches/final.mp4",
                "TransferNameRegister": [{"OriginalName": "IND", "TransferName": "Indiana Pacers"}],
                "FaceRegister": [
                    {
                        "Name": "James",
                        "FaceUrls": ["https://example-bucket.oss-cn-shanghai.aliyuncs.com/faces/james.jpg"],
                    }
                ],
            },
            "OutputConfig": {
                "MediaURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/highlights/final_{index}.mp4",
                "Count": 1,
                "Width": 1920,
                "Height": 1080,
            },
        },
        sources=(SPORTS_PAGE,),
    ),
)
