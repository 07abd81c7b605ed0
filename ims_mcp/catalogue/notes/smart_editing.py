"""Smart editing: one-click batches, scene and highlight videos, segmentation, animated charts.

Sources: the value sets of SDK 6.20.2 and what its models declare. The shape of most configurations depends on the kind
of job and is documented only by example: they stay open objects. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs, Parameter, Poll

OPEN: ParameterNotes = {"kind": "object", "json_text": True}
JOB_ID: ParameterNotes = {"text": "Id of the batch job.", "required": True}
SIZES = (
    Parameter("Width", "integer"),
    Parameter("Height", "integer"),
)
MEDIA_URL = Parameter("MediaURL", "string", text="OSS address with {index} in the file name.")
BATCH_OUTPUT: ParameterNotes = {
    **OPEN,
    "text": "Where the videos go and how many.",
    "fields": (MEDIA_URL, Parameter("Count", "integer", text="Videos to make.", minimum=1), *SIZES),
    "extra_fields": True,
}
EDITING_CONFIG: ParameterNotes = {
    **OPEN,
    "text": "Volumes, styles: MediaConfig, SpeechConfig, BackgroundMusicConfig, ProcessConfig.",
}
SEGMENT_OUTPUT: ParameterNotes = {
    **OPEN,
    "text": '{"OutputMediaTarget": "oss-object", "Bucket": bucket, "ObjectKey": "path/{index}.mp4"}',
}
BATCH_POLL = Poll(
    operation="GetBatchMediaProducingJob",
    arguments=(("JobId", "JobId"),),
    status_field="EditingBatchJob.Status",
    success=("Finished",),
    failure=("Failed",),
    pending=("Init", "Processing"),
)
SMART_POLL = Poll(
    operation="GetSmartHandleJob",
    arguments=(("JobId", "JobId"),),
    status_field="State",
    success=("Finished",),
    failure=("Failed",),
    pending=("Created", "Executing"),
)
PRODUCED = "Billed by the length of the videos produced, and for the AI processing."
ANALYSED = "AI processing, billed by the length of the material."

NOTES = (
    OperationNotes(
        operation="SubmitBatchMediaProducingJob",
        title="Produce many videos at once",
        purpose=(
            "Make a batch of different short videos in one go from groups of material, titles and voice-over texts: "
            "the service mixes clips, speech, subtitles and music by itself. For one video with a timeline of your "
            "own use SubmitMediaProducingJob. Runs in the background: GetBatchMediaProducingJob shows every "
            "video. Finished only means that all subjobs have ended; each has its own status."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("orders a whole batch of videos, each of which is billed", shows=("OutputConfig",)),),
        parameters={
            "InputConfig": {
                **OPEN,
                "text": '{"MediaGroupArray": [{"GroupName": name, "MediaArray": [id]}], "SpeechTextArray": []}',
                "required": True,
            },
            "EditingConfig": EDITING_CONFIG,
            "OutputConfig": {**BATCH_OUTPUT, "required": True},
            "TemplateConfig": {**OPEN, "text": "BatchEditing templates, one of which is drawn at random."},
        },
        poll=BATCH_POLL,
        costs=PRODUCED,
    ),
    OperationNotes(
        operation="GetBatchMediaProducingJob",
        title="Follow a batch production",
        purpose=(
            "See how far a one-click, scene or highlight job is, with status, MediaId, address and error of every "
            "video in SubJobList. Finished means that it ran to its end, not that every subjob succeeded. For media "
            "selection jobs the result to pass on is in ExtendOutput; errors of the whole job are in Extend."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListBatchMediaProducingJobs",
        title="List batch productions",
        purpose=(
            "Browse one-click production jobs by kind, status, id or creation time, newest first, with NextToken for "
            "the next page. The single videos are not included: see GetBatchMediaProducingJob, or "
            "ListMediaProducingJobs with MasterJobId."
        ),
        effect=Effect.READ,
        parameters={
            "JobType": {"text": "Kind of batch: Script, Smart_Mix, ...", "hints": ("Script", "Smart_Mix")},
            "Status": {"text": "Only this state.", "choices": ("Init", "Processing", "Finished", "Failed")},
            "JobId": {"text": "Only this batch."},
            "SortBy": {"text": "By creation time; default desc.", "choices": ("desc", "asc")},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitSceneBatchEditingJob",
        title="Render several projects together",
        purpose=(
            "Last step of step-by-step scene production: render the timelines of several editing projects, such as "
            "those that SubmitSceneTimelineOrganizationJob made, as one batch. For a single project use "
            "SubmitMediaProducingJob. Follow it with GetBatchMediaProducingJob."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("orders the rendering of several projects at once, each of which is billed"),),
        parameters={
            "ProjectIds": {"text": "Comma-separated project ids.", "comma_list": True},
            "OutputConfig": {
                **OPEN,
                "text": "Where the videos go; no Count here.",
                "fields": (MEDIA_URL, *SIZES),
                "extra_fields": True,
            },
        },
        poll=BATCH_POLL,
        costs=PRODUCED,
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
        parameters={
            "JobType": {
                "text": "By a text, or by excitement.",
                "choices": ("Smart_Mix_Media_Select", "Screen_Media_Highlights_Media_Select"),
            },
            "InputConfig": {**OPEN, "text": "Material and texts, as JobType wants them."},
            "EditingConfig": EDITING_CONFIG,
            "OutputConfig": BATCH_OUTPUT,
        },
        poll=BATCH_POLL,
        costs=ANALYSED,
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
            "MediaSelectResult": {"text": "ExtendOutput of the selection job, as it is."},
            "InputConfig": {**OPEN, "text": "As given to the selection."},
            "EditingConfig": EDITING_CONFIG,
            "OutputConfig": BATCH_OUTPUT,
        },
        poll=BATCH_POLL,
        costs=ANALYSED,
    ),
    OperationNotes(
        operation="SubmitScreenMediaHighlightsJob",
        title="Mix highlights of dramas",
        purpose=(
            "Let AI find the most gripping scenes in episodes or long videos and cut them into trailers in one step: "
            "selection, timeline and rendering. Meant for drama and film; for matches use "
            "SubmitSportsHighlightsJob, for loose clips SubmitHighlightExtractionJob. The documents promise "
            "only a callback (UserData); GetBatchMediaProducingJob is assumed to show the state too."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputConfig": {**OPEN, "text": 'Videos: {"MediaArray": [id]}.', "required": True},
            "EditingConfig": EDITING_CONFIG,
            "OutputConfig": {**BATCH_OUTPUT, "required": True},
        },
        # The documents name no operation to ask; the one of the other batches is inferred.
        poll=BATCH_POLL,
        costs=PRODUCED,
    ),
    OperationNotes(
        operation="SubmitSportsHighlightsJob",
        title="Cut highlights of a match",
        purpose=(
            "Let AI find goals, dunks and other great moments of a recorded match and cut them into highlight videos, "
            "with players recognised by registered faces. For films use SubmitScreenMediaHighlightsJob. The "
            "documents promise only a callback (UserData); GetBatchMediaProducingJob is assumed to show the "
            "state too."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputConfig": {
                **OPEN,
                "text": '{"SportsCategory": "basketball", "InputMedia": url, "FaceRegister": [...]}',
                "required": True,
            },
            "OutputConfig": {**BATCH_OUTPUT, "required": True},
        },
        # The documents name no operation to ask; the one of the other batches is inferred.
        poll=BATCH_POLL,
        costs=PRODUCED,
    ),
    OperationNotes(
        operation="SubmitHighlightExtractionJob",
        title="Extract highlight clips",
        purpose=(
            "Let AI find the best moments of several assets and return them as ranges or, with NeedExport, as clips "
            "of their own, without mixing them into one film: that is SubmitScreenMediaHighlightsJob. Runs in "
            "the background; GetSmartHandleJob returns the clips in JobResult.AiResult."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputConfig": {
                **OPEN,
                "text": '{"MediaArray": [{"MediaId": id}], "Strategy": {"Count": 5, "ClipDuration": 15}}.',
                "required": True,
            },
            "OutputConfig": {
                **OPEN,
                "text": '{"NeedExport": true, "Bucket": bucket, "ObjectKey": "path/{index}.mp4", ...}',
            },
        },
        poll=SMART_POLL,
        costs=ANALYSED,
    ),
    OperationNotes(
        operation="SubmitSegmentationJob",
        title="Split a long video",
        purpose=(
            "Split one long video into several files or assets, either at the time ranges you give (UserDefined) or "
            "wherever the scene changes (BasicClipSplit). To join or trim into one result use "
            "SubmitMediaProducingJob. Runs in the background; GetSmartHandleJob lists the pieces."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputConfig": {
                **OPEN,
                "text": "The video.",
                "required": True,
                "fields": (
                    Parameter("Type", "string", required=True, choices=("OSS", "Media"), any_case=True),
                    Parameter("Media", "string", required=True, text="OSS address or asset id."),
                ),
                "extra_fields": True,
            },
            "JobParams": {
                **OPEN,
                "text": "How to split.",
                "fields": (
                    Parameter("Mode", "string", required=True, choices=("UserDefined", "BasicClipSplit")),
                    Parameter(
                        "Ranges",
                        "array",
                        text="Seconds.",
                        items=Parameter(
                            "",
                            "object",
                            fields=(
                                Parameter("In", "number", required=True, minimum=0),
                                Parameter("Out", "number", required=True, minimum=0),
                            ),
                        ),
                    ),
                ),
                "extra_fields": True,
            },
            "OutputConfig": SEGMENT_OUTPUT,
        },
        rules=(Needs("JobParams.Mode", "UserDefined", "JobParams.Ranges"),),
        poll=SMART_POLL,
        costs="Billed by the length of the video.",
    ),
    OperationNotes(
        operation="SubmitDynamicChartJob",
        title="Animate a chart from Excel",
        purpose=(
            "Turn the numbers of an Excel file into an animated chart video, with title, axes, unit and background of "
            "your choice. Runs in the background; GetSmartHandleJob shows the state and ListSmartJobs with "
            "JobType=DynamicChart the history. Not for editing existing video."
        ),
        effect=Effect.WRITE,
        parameters={
            "ChartType": {"text": "Kind of chart, such as Line.", "hints": ("Line",)},
            "Input": {**OPEN, "text": 'Excel file: {"XlsFile": OSS address}.'},
            "OutputConfig": {
                **OPEN,
                "text": "The video.",
                "fields": (
                    Parameter("MediaURL", "string", text="OSS address."),
                    *SIZES,
                    Parameter("Bitrate", "integer"),
                ),
                "extra_fields": True,
            },
            "ChartConfig": {
                **OPEN,
                "text": 'Style, times in ms: {"Style": "Normal", "VideoDuration": "15000"}.',
            },
            "ChartTitle": {**OPEN, "text": "Text, FontSize, FontColor, FontFile; also for the labels below."},
            "Subtitle": OPEN,
            "DataSource": OPEN,
            "Unit": OPEN,
            "AxisParams": OPEN,
            "Background": {**OPEN, "text": "Color or ImageUrl."},
        },
        # Inferred from the job type that ListSmartJobs knows.
        poll=SMART_POLL,
        costs="Billed by the length of the video produced.",
    ),
)
