"""MediaWeaver: the programs of a channel and the schedule that results.

Sources: what SDK 6.20.2 declares, the examples of the operation pages for what travels as JSON text, and the pages on
channel assembly. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.mediaweaver_channels import BY_CREATION, CHANNEL, INTRODUCTION, PAGE_NUMBER, PAGE_SIZE
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes, make_element
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Rows

PROGRAM_PAGE = "https://www.alibabacloud.com/help/en/ims/developer-reference/api-ice-2020-11-09-struct-program"


PROGRAM: ParameterNotes = {"text": "Name of the program, from ListPrograms."}
SOURCE_TYPE: ParameterNotes = {
    "text": "vodSource: recorded; liveSource: live, for linear channels only.",
    "choices": ("vodSource", "liveSource"),
}
PROGRAM_SETTINGS: dict[str, ParameterNotes] = {
    "SourceType": SOURCE_TYPE,
    "SourceLocationName": {"text": "Location of the source, from ListSourceLocations."},
    "SourceName": {"text": "Source that is played, from ListSources."},
    # Only the relative form is documented, so other keys pass.
    "Transition": {
        "text": "Place in the schedule: beside which program.",
        "kind": "object",
        "json_text": True,
        "fields": (
            Parameter("Type", "string", text="RELATIVE: beside another program.", hints=("RELATIVE",)),
            Parameter(
                "RelativePosition", "string", text="AFTER_PROGRAM: after that program.", hints=("AFTER_PROGRAM",)
            ),
            Parameter(
                "RelativeProgram",
                "string",
                text="Program it is placed by. Left out for the first of a channel.",
                inferred=True,
            ),
        ),
    },
    "ClipRange": {
        "text": "Part of the source to play. Left out: all of it.",
        "kind": "object",
        "json_text": True,
        "fields": (
            Parameter("StartOffsetMillis", "integer", text="Start in ms from the beginning.", minimum=0),
            Parameter(
                "EndOffsetMillis",
                "integer",
                text="End in ms from the beginning.",
                minimum=0,
                not_before="StartOffsetMillis",
            ),
        ),
    },
    "AdBreaks": {
        "text": "Ads in the program. UpdateProgram replaces all of them.",
        "kind": "array",
        "json_text": True,
        "items": make_element(
            Parameter("OffsetMillis", "integer", text="When it comes, in ms of the program.", minimum=0),
            Parameter("SourceLocationName", "string", text="Location of the ad's source."),
            Parameter("SourceName", "string", text="Source with the ad."),
            Parameter(
                "MessageType",
                "string",
                text="SCTE-35 message that marks it. SPLICE_INSERT goes with SpliceInsertSettings.",
                hints=("SPLICE_INSERT",),
            ),
            Parameter(
                "SpliceInsertSettings",
                "object",
                text="Values of the splice_insert message.",
                fields=(
                    Parameter("SpliceEventID", "integer", text="splice_event_id, such as 1.", minimum=0),
                    Parameter("AvailNumber", "integer", text="avail_num, such as 0.", minimum=0),
                    Parameter("AvailExpected", "integer", text="avails_expected, such as 0.", minimum=0),
                    Parameter("UniqueProgramID", "integer", text="unique_program_id, such as 0.", minimum=0),
                ),
            ),
            Parameter(
                "TimeSignalSettings",
                "object",
                text="Values of a time_signal message instead.",
                fields=(
                    Parameter("segmentationEventID", "integer", text="segmentation_event_id, such as 0.", minimum=0),
                    Parameter("segmentationUPIDType", "integer", text="segmentation_upid_type, such as 14.", minimum=0),
                    Parameter("segmentationUPID", "string", text="segmentation_upid."),
                    Parameter("segmentationTypeID", "integer", text="segmentation_type_id, such as 48.", minimum=0),
                    Parameter("segmentNumber", "integer", text="segment_num, such as 0.", minimum=0),
                    Parameter("segmentsExpected", "integer", text="segments_expected, such as 0.", minimum=0),
                    Parameter("subSegmentNumber", "integer", text="sub_segment_num, such as 1.", minimum=0),
                    Parameter("subSegmentsExpected", "integer", text="sub_segments_expected, such as 0.", minimum=0),
                ),
            ),
        ),
    },
}

NOTES = (
    OperationNotes(
        operation="CreateProgram",
        title="Schedule a program",
        purpose=(
            "Put a source, or a part of it (ClipRange), into the schedule of a MediaWeaver channel, next to another "
            "program as Transition says, with ad breaks if wanted. The source has to be there first: CreateSource. "
            "Look at the outcome with ListSchedules."
        ),
        effect=Effect.WRITE,
        heed="Times in ms. First program of a channel: no RelativeProgram. AdBreaks may be left out.",
        parameters={
            "ChannelName": CHANNEL,
            "ProgramName": {"text": "Name of the new program, used once in the channel."},
            **PROGRAM_SETTINGS,
        },
        example={
            "ChannelName": "MovieNight",
            "ProgramName": "film2",
            "SourceType": "vodSource",
            "SourceLocationName": "Films",
            "SourceName": "Harvest",
            "Transition": {"Type": "RELATIVE", "RelativePosition": "AFTER_PROGRAM", "RelativeProgram": "film1"},
            "ClipRange": {"StartOffsetMillis": 0, "EndOffsetMillis": 5400000},
            "AdBreaks": [
                {
                    "MessageType": "SPLICE_INSERT",
                    "OffsetMillis": 600000,
                    "SourceLocationName": "Ads",
                    "SourceName": "Soap",
                    "SpliceInsertSettings": {
                        "AvailNumber": 0,
                        "AvailExpected": 0,
                        "SpliceEventID": 1,
                        "UniqueProgramID": 0,
                    },
                }
            ],
        },
        then="See when it plays with ListSchedules.",
        sources=(PROGRAM_PAGE, INTRODUCTION),
    ),
    OperationNotes(
        operation="GetProgram",
        title="Inspect a program",
        purpose=(
            "Read one program of a MediaWeaver channel: the source it plays, the clip, its place (Transition) and its "
            "ad breaks. When it is on air is in ListSchedules."
        ),
        effect=Effect.READ,
        parameters={"ChannelName": CHANNEL, "ProgramName": PROGRAM},
        idempotent=True,
        example={"ChannelName": "MovieNight", "ProgramName": "film2"},
    ),
    OperationNotes(
        operation="ListPrograms",
        title="List programs",
        purpose=(
            "List the programs defined in a MediaWeaver channel with source, clip and ad breaks, newest first. Pages "
            "with PageNo and PageSize up to TotalCount. For the order and times they are played at use ListSchedules."
        ),
        effect=Effect.READ,
        parameters={
            "ChannelName": CHANNEL,
            "ProgramName": {"text": "Only the program of this name."},
            "SortBy": BY_CREATION,
            "PageNo": PAGE_NUMBER,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        rows=Rows(
            path="Programs",
            columns=(
                ("ProgramName", "ProgramName"),
                ("SourceName", "SourceName"),
                ("SourceLocationName", "SourceLocationName"),
                ("SourceType", "SourceType"),
                ("ClipRange", "ClipRange"),
                ("Transition", "Transition"),
                ("ads_at_ms", "AdBreaks[].OffsetMillis"),
            ),
        ),
        example={"ChannelName": "MovieNight", "PageNo": "1", "PageSize": "20"},
    ),
    OperationNotes(
        operation="UpdateProgram",
        title="Change a program",
        purpose=(
            "Change source, clip, place in the schedule or ad breaks of a program of a MediaWeaver channel. Ad breaks "
            "are given as a whole: take them from GetProgram and hand back those that should stay."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="AdBreaks replaces all of them: send those that stay as well, from GetProgram.",
        destructive_when=(
            AskWhen(
                "changes what a channel plays: source, clip, place in the schedule or ad breaks of a program",
                shows=("SourceType",),
            ),
        ),
        parameters={"ChannelName": CHANNEL, "ProgramName": PROGRAM, **PROGRAM_SETTINGS},
        idempotent=True,
        example={
            "ChannelName": "MovieNight",
            "ProgramName": "film2",
            "SourceType": "vodSource",
            "SourceLocationName": "Films",
            "SourceName": "Autumn",
            "Transition": {"Type": "RELATIVE", "RelativePosition": "AFTER_PROGRAM", "RelativeProgram": "film1"},
        },
        then="See the outcome with ListSchedules.",
        sources=(PROGRAM_PAGE,),
    ),
    OperationNotes(
        operation="DeleteProgram",
        title="Drop a program",
        purpose=(
            "Take a program out of a MediaWeaver channel's schedule for good. The source it played stays, and the "
            "channel goes on with what is left, or with its filler."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("takes a program out of a channel's schedule for good"),),
        parameters={"ChannelName": CHANNEL, "ProgramName": PROGRAM},
        idempotent=True,
        example={"ChannelName": "MovieNight", "ProgramName": "film2"},
    ),
    OperationNotes(
        operation="ListSchedules",
        title="See what is on",
        purpose=(
            "Read the schedule of a MediaWeaver channel for the coming time window: which program or filler plays "
            "when, with approximate start and duration. Times shift as programs change. Pages with PageNo and PageSize "
            "up to TotalCount. The definitions behind it are in ListPrograms."
        ),
        effect=Effect.READ,
        parameters={
            "ChannelName": CHANNEL,
            "WindowDurationSeconds": {"text": "Length of the window from now in seconds: 14400.", "minimum": 1},
            "PageNo": {"text": "Page, from 1. Default 1."},
            "PageSize": {"text": "Entries a page, 1 to 100. Default 10.", "maximum": 100},
        },
        idempotent=True,
        rows=Rows(
            path="Programs",
            columns=(
                ("start", "ApproximateStartTime"),
                ("duration_seconds", "ApproximateDurationSeconds"),
                ("EntryType", "EntryType"),
                ("ProgramName", "ProgramName"),
                ("SourceName", "SourceName"),
                ("SourceType", "SourceType"),
            ),
        ),
        example={"ChannelName": "MovieNight", "WindowDurationSeconds": 14400, "PageNo": 1, "PageSize": 20},
    ),
)
