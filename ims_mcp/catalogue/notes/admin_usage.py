"""Account: usage by kind and time.

Sources: SDK 6.20.2 and the pages of the operations (31 days a call, 90 days back, minutes). Whose days they are and
what EndTs includes follows from the vendor's sample: a row of 1656950400, midnight of 5 July 2022 in Beijing, for a
span that ends later on that day. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect, Rows

PAGE = "https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-"
# Ten digits keep milliseconds out, the mistake that otherwise answers with an empty list.
FIRST_SECOND, LAST_SECOND = 1_000_000_000, 9_999_999_999
START: ParameterNotes = {
    "text": "Start, Unix time in seconds, midnight in Beijing (UTC+8): 1793462400 is 2026-11-01 there. At most 90 days "
    "ago.",
    "minimum": FIRST_SECOND,
    "maximum": LAST_SECOND,
}
END: ParameterNotes = {
    "text": "End, Unix time in seconds, not included: 1793635200, 2026-11-03 in Beijing, ends with 2 November. At most "
    "31 days after StartTs. Hours and days that begin before it are counted, as the vendor's sample shows.",
    "not_before": "StartTs",
    "minimum": FIRST_SECOND,
    "maximum": LAST_SECOND,
}
INTERVAL: ParameterNotes = {
    "text": "Step in seconds: 3600 (hour) or 86400 (day). Days are those of Beijing (UTC+8), as the vendor's sample "
    "shows; Time of a row is where its step begins.",
    "minimum": 3600,
    "maximum": 86400,
}
NO_REGION: ParameterNotes = {"text": "Has no effect: all regions are counted together."}
DAYS = "Days are Beijing's (UTC+8): 1793462400 is 2026-11-01 00:00 there. EndTs is not included."
SPAN = {"StartTs": 1793462400, "EndTs": 1794067200}


def _make_rows(name: str, field: str) -> Rows:
    return Rows(path="Data", columns=(("time", "Time"), (name, field), ("minutes", "Duration")))


USAGE_NOTES = (
    OperationNotes(
        operation="DescribeMeterImsEditUsage",
        title="Measure editing usage",
        purpose=(
            "Read how many minutes of video were produced by editing in a span of time, per hour or day and per "
            "output profile. Reaches back 90 days, 31 days at a time. All regions are counted together. For every kind "
            "of usage in one answer use DescribeMeterImsSummary."
        ),
        effect=Effect.READ,
        parameters={"StartTs": START, "EndTs": END, "Interval": INTERVAL, "Region": NO_REGION},
        idempotent=True,
        heed=DAYS,
        example={**SPAN, "Interval": 86400},
        rows=_make_rows("profile", "Profile"),
        sources=(f"{PAGE}describemeterimseditusage",),
    ),
    OperationNotes(
        operation="DescribeMeterImsMediaConvertUHDUsage",
        title="Measure enhancement transcoding usage",
        purpose=(
            "Read how many minutes of video were enhanced (ultra-HD transcoding) in a span of time, per hour or day "
            "and per specification. Ordinary transcoding is in DescribeMeterImsMediaConvertUsage. Reaches back 90 "
            "days, 31 days at a time. All regions are counted together."
        ),
        effect=Effect.READ,
        parameters={
            "StartTs": START,
            "EndTs": END,
            # A string here, an integer in the sister operations.
            "Interval": {
                "text": "Step in seconds, as a text: 3600 (hour) or 86400 (day). Days are those of Beijing (UTC+8), as "
                "the vendor's sample shows.",
                "choices": ("3600", "86400"),
            },
            "RegionId": NO_REGION,
        },
        idempotent=True,
        heed=DAYS,
        example={**SPAN, "Interval": "86400"},
        rows=_make_rows("specification", "Specification"),
        sources=(f"{PAGE}describemeterimsmediaconvertuhdusage",),
    ),
    OperationNotes(
        operation="DescribeMeterImsMediaConvertUsage",
        title="Measure transcoding usage",
        purpose=(
            "Read how many minutes of files were transcoded in a span of time, per hour or day and per "
            "specification, such as H264.HD. Reaches back 90 days, 31 days at a time. Enhancement is counted in "
            "DescribeMeterImsMediaConvertUHDUsage, live streams in DescribeMeterImsSummary."
        ),
        effect=Effect.READ,
        parameters={"StartTs": START, "EndTs": END, "Interval": INTERVAL, "Region": NO_REGION},
        idempotent=True,
        heed=DAYS,
        example={**SPAN, "Interval": 86400},
        rows=_make_rows("specification", "Specification"),
        sources=(f"{PAGE}describemeterimsmediaconvertusage",),
    ),
    OperationNotes(
        operation="DescribeMeterImsMpsAiUsage",
        title="Measure AI processing usage",
        purpose=(
            "Read how many minutes of media were processed by AI jobs (tagging, moderation and the like) in a span of "
            "time, per hour or day and per type of AI: Censor moderation, Product algorithms. Reaches back 90 days, 31 "
            "days at a time. For every kind of usage in one answer use DescribeMeterImsSummary."
        ),
        effect=Effect.READ,
        parameters={"StartTs": START, "EndTs": END, "Interval": INTERVAL, "Region": NO_REGION},
        idempotent=True,
        heed=DAYS,
        example={**SPAN, "Interval": 86400},
        rows=_make_rows("type", "Type"),
        sources=(f"{PAGE}describemeterimsmpsaiusage",),
    ),
    OperationNotes(
        operation="DescribeMeterImsSummary",
        title="Summarise usage",
        purpose=(
            "Read the totals of all billed usage in a span of time in one answer, in minutes (live snapshots in "
            "pictures): editing, live editing, live recording, live snapshots, live transcoding, file transcoding, "
            "enhancement, AI. Reaches back 90 days, 31 days at a time. Start here when somebody asks what was used; "
            "its sisters, such as DescribeMeterImsEditUsage, split one kind by hour or day."
        ),
        effect=Effect.READ,
        parameters={"StartTs": START, "EndTs": END, "Region": NO_REGION},
        idempotent=True,
        heed=DAYS,
        example=SPAN,
        sources=(f"{PAGE}describemeterimssummary",),
    ),
)
