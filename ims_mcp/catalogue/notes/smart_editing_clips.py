"""Smart editing of single videos: highlight clips, splitting, animated charts.

Sources: SDK 6.20.2 and the pages named with each operation.
"""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes, make_element
from ims_mcp.catalogue.notes.smart_editing_input import JSON_OBJECT, MEDIA, SECONDS_RANGE, list_texts
from ims_mcp.catalogue.notes.smart_editing_output import HEIGHT, USER_DATA, WIDTH
from ims_mcp.catalogue.operation import Effect, Needs, Parameter, Poll, Result

SMART_POLL = Poll(
    operation="GetSmartHandleJob",
    arguments=(("JobId", "JobId"),),
    status_field="State",
    success=("Finished",),
    failure=("Failed",),
    pending=("Created", "Executing"),
    result=Result(
        fields=(("clips", "JobResult.AiResult"), ("MediaUrl", "JobResult.MediaUrl"), ("MediaId", "JobResult.MediaId")),
        empty="no clip was found",
    ),
)
# Of a chart the answer holds the asset only; its address is the MediaURL that was asked for.
CHART_POLL = replace(SMART_POLL, result=Result(fields=(("MediaId", "JobResult.MediaId"),)))
CLIP_FILES = (
    Parameter(
        "OutputMediaTarget",
        "string",
        text="Where files go. oss-object: a bucket of yours, named by Bucket and ObjectKey.",
        hints=("oss-object",),
    ),
    Parameter("Endpoint", "string", text="OSS endpoint of the bucket; leave out. Default: that of the region called."),
    Parameter("Bucket", "string", text="Name of your bucket, in the region called."),
    Parameter("ObjectKey", "string", text="Path in the bucket with {index}: clips/match_{index}.mp4. Counted up."),
    WIDTH,
    HEIGHT,
    Parameter("ExportAsNewMedia", "boolean", text="true: every file becomes an asset of its own. Default false."),
)
LABEL = (
    Parameter("Text", "string", text="What it says."),
    Parameter("FontSize", "string", text="Size of the letters, such as 30."),
    Parameter("FontColor", "string", text="Colour of the letters: #000000."),
    Parameter("FontFile", "string", text="Font name, such as Microsoft YaHei."),
)


def describe_label(text: str) -> ParameterNotes:
    """A text in a chart."""
    return {**JSON_OBJECT, "text": text, "fields": LABEL, "extra_fields": True}


NOTES = (
    OperationNotes(
        operation="SubmitHighlightExtractionJob",
        title="Extract highlight clips",
        purpose=(
            "Let AI find the best moments of several assets and return them as ranges or, with NeedExport, as clips "
            "of their own, without mixing them into one film: that is SubmitScreenMediaHighlightsJob. Material "
            "needs speech or subtitles. Runs in the background; GetSmartHandleJob returns the clips in "
            "JobResult.AiResult."
        ),
        effect=Effect.WRITE,
        heed="Without NeedExport only time ranges come back. Material with speech or subtitles only.",
        parameters={
            "InputConfig": {
                **JSON_OBJECT,
                "text": "The videos, and what to look for.",
                "required": True,
                "fields": (
                    Parameter(
                        "MediaArray",
                        "array",
                        required=True,
                        text="Videos with speech or subtitles. At most 30, two hours altogether.",
                        items=make_element(*MEDIA),
                    ),
                    Parameter(
                        "Strategy",
                        "object",
                        text="How many clips, how long, of what.",
                        fields=(
                            Parameter(
                                "Count", "integer", text="Clips of each video. Default 5.", minimum=1, maximum=10
                            ),
                            Parameter(
                                "ClipDuration",
                                "number",
                                text="Wanted seconds of a clip. Default 15; kept roughly.",
                                minimum=3,
                                maximum=60,
                            ),
                            Parameter(
                                "EnableActionRecog",
                                "boolean",
                                text="true: find scenes by what people do. Default false; Shanghai only.",
                            ),
                            list_texts(
                                "CustomActions",
                                'Actions to find, such as "Fight", "Cry". At most 50 of 5 characters, with '
                                "EnableActionRecog; Shanghai only.",
                            ),
                        ),
                    ),
                ),
            },
            "OutputConfig": {
                **JSON_OBJECT,
                "text": "Whether clips become files, and where. Without it only ranges are returned.",
                "fields": (
                    Parameter("NeedExport", "boolean", text="true: write every clip as a file. Default false."),
                    *CLIP_FILES,
                ),
            },
            "UserData": USER_DATA,
        },
        poll=SMART_POLL,
        costs="AI processing, billed by the length of the material.",
        example={
            "InputConfig": {
                "MediaArray": [{"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"}],
                "Strategy": {"Count": 5, "ClipDuration": 15},
            },
            "OutputConfig": {
                "NeedExport": True,
                "OutputMediaTarget": "oss-object",
                "Bucket": "example-bucket",
                "ObjectKey": "highlights/episode1_{index}.mp4",
                "Width": 1920,
                "Height": 1080,
                "ExportAsNewMedia": False,
            },
        },
        sources=("https://www.alibabacloud.com/help/en/ims/use-cases/highlight-clip-extraction",),
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
        heed="Ranges in seconds; at changes of scene: JobParams with Mode BasicClipSplit alone.",
        parameters={
            "InputConfig": {
                **JSON_OBJECT,
                "text": "The video.",
                "required": True,
                "fields": (
                    Parameter(
                        "Type",
                        "string",
                        required=True,
                        text="What Media is. OSS: an address; Media: an asset id.",
                        choices=("OSS", "Media"),
                        any_case=True,
                    ),
                    Parameter(
                        "Media",
                        "string",
                        required=True,
                        text="Asset id, or address oss:// or http:// of your bucket. No domain name of your own.",
                    ),
                ),
            },
            "JobParams": {
                **JSON_OBJECT,
                "text": "How to split.",
                "fields": (
                    Parameter(
                        "Mode",
                        "string",
                        required=True,
                        text="UserDefined: by Ranges. BasicClipSplit: at every change of scene.",
                        choices=("UserDefined", "BasicClipSplit"),
                    ),
                    Parameter(
                        "Ranges",
                        "array",
                        text="Pieces to cut out, in seconds. Needed for UserDefined.",
                        items=SECONDS_RANGE,
                    ),
                ),
            },
            "OutputConfig": {
                **JSON_OBJECT,
                "text": "Where the pieces go.",
                "fields": CLIP_FILES,
            },
            "UserData": {**JSON_OBJECT, "text": "JSON of yours, any keys. At most 512 bytes.", "extra_fields": True},
        },
        rules=(Needs("JobParams.Mode", "UserDefined", "JobParams.Ranges"),),
        poll=SMART_POLL,
        costs="Billed by the length of the video. UserDefined needs a subscription of IMS.",
        example={
            "InputConfig": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "JobParams": {"Mode": "UserDefined", "Ranges": [{"In": 10, "Out": 20}, {"In": 35, "Out": 50.5}]},
            "OutputConfig": {
                "OutputMediaTarget": "oss-object",
                "Bucket": "example-bucket",
                "ObjectKey": "pieces/talk_{index}.mp4",
                "Width": 1920,
                "Height": 1080,
                "ExportAsNewMedia": True,
            },
        },
        sources=("https://help.aliyun.com/en/ims/use-cases/ai-video-splitter",),
    ),
    OperationNotes(
        operation="SubmitDynamicChartJob",
        title="Animate a chart from Excel",
        purpose=(
            "Turn the numbers of an Excel file into an animated chart video, with title, axes, unit and background of "
            "your choice. Shanghai only. Runs in the background; GetSmartHandleJob shows the state and ListSmartJobs "
            "with JobType=DynamicChart the history. Not for editing existing video."
        ),
        effect=Effect.WRITE,
        heed="ChartType Line, Histogram or Pie. ChartConfig times are texts in ms. Shanghai only.",
        parameters={
            "ChartType": {
                "text": "Kind of chart: Line, Histogram (bars) or Pie.",
                "hints": ("Line", "Histogram", "Pie"),
            },
            "Input": {
                **JSON_OBJECT,
                "text": "The numbers.",
                "fields": (
                    Parameter(
                        "XlsFile", "string", text="OSS address of the Excel file, .xls or .xlsx. Of your own bucket."
                    ),
                ),
            },
            "OutputConfig": {
                **JSON_OBJECT,
                "text": "The video: address and size.",
                "fields": (
                    Parameter("MediaURL", "string", text="OSS address of the video. Of your own bucket."),
                    WIDTH,
                    HEIGHT,
                    Parameter("Bitrate", "integer", text="Bit rate in kbit/s, such as 2000.", minimum=1, inferred=True),
                ),
            },
            "ChartConfig": {
                **JSON_OBJECT,
                "text": "Style and times of the animation.",
                "fields": (
                    Parameter(
                        "Style",
                        "string",
                        text="Look of the chart.",
                        hints=("Normal", "Mystery", "Lively", "Business", "Green"),
                    ),
                    Parameter("TitleStartTime", "string", text="When titles come, in ms.", inferred=True),
                    Parameter("ChartStartTime", "string", text="When the chart begins, in ms.", inferred=True),
                    Parameter("VideoDuration", "string", text="Length of the video in ms.", inferred=True),
                ),
            },
            "ChartTitle": describe_label("Title of the chart."),
            "Subtitle": describe_label("Line below the title."),
            "DataSource": describe_label("Note of where the numbers are from."),
            "Unit": describe_label("Unit of the numbers."),
            "AxisParams": {
                **JSON_OBJECT,
                "text": "Look of the axes.",
                "fields": (
                    Parameter("FontFile", "string", text="Font name, such as Microsoft YaHei."),
                    Parameter("XAxisFontSize", "string", text="Size of the letters below, such as 30."),
                    Parameter("YAxisFontSize", "string", text="Size of the letters at the side."),
                    Parameter("XAxisFontInterval", "string", text="Space between labels. Default 0: chosen."),
                    Parameter("AxisColor", "string", text="Colour of the axes: #000000.", inferred=True),
                ),
            },
            "Background": {
                **JSON_OBJECT,
                "text": "One of a colour and a picture.",
                "fields": (
                    Parameter("Color", "string", text="Colour: #000000."),
                    Parameter("ImageUrl", "string", text="OSS address of a picture."),
                ),
            },
            "Title": {"text": "Title of the job, not of the chart."},
            "Description": {"text": "Description of the job."},
            "UserData": {
                **JSON_OBJECT,
                "text": "JSON of yours, any keys. Returned by GetSmartHandleJob.",
                "extra_fields": True,
            },
        },
        poll=CHART_POLL,
        costs="Billed by the length of the video produced.",
        example={
            "ChartType": "Line",
            "Input": {"XlsFile": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/tables/sales.xls"},
            "OutputConfig": {
                "MediaURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/charts/sales.mp4",
                "Width": 800,
                "Height": 680,
                "Bitrate": 2000,
            },
            "ChartTitle": {"Text": "Sales 2026", "FontSize": "30", "FontColor": "#000000"},
            "ChartConfig": {"Style": "Normal", "ChartStartTime": "3000", "VideoDuration": "15000"},
        },
        sources=("https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-submitdynamicchartjob",),
    ),
)
