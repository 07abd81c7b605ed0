"""MediaWeaver: source locations and the sources in them.

Sources: what SDK 6.20.2 declares, the examples of the operation pages for what travels as JSON text, and the pages on
channel assembly. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.mediaweaver_channels import (
    BY_CHANGE,
    BY_CREATION,
    INTRODUCTION,
    PAGE_NUMBER,
    PAGE_SIZE,
    QUICK_START,
)
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes, make_element
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Rows

SOURCE_PAGE = (
    "https://www.alibabacloud.com/help/tc/ims/developer-reference/api-ice-2020-11-09-struct-channelassemblysource"
)

LOCATION: ParameterNotes = {"text": "Name of the source location, from ListSourceLocations."}
SOURCE: ParameterNotes = {"text": "Name of the source in that location, from ListSources."}
SOURCE_TYPE: ParameterNotes = {"text": "vodSource: recorded; liveSource: live.", "choices": ("vodSource", "liveSource")}
WEB = ("http", "https")
BASE_URL: ParameterNotes = {
    "text": "Scheme and host: https://media.example.com. A CDN, a bucket of OSS or another web server.",
    "url_schemes": WEB,
}
SEGMENT_SETTINGS: dict[str, ParameterNotes] = {
    "EnableSegmentDelivery": {"text": "true: segments come from SegmentDeliveryUrl. Default: from BaseUrl."},
    "SegmentDeliveryUrl": {"text": "Other scheme and host for the segments.", "url_schemes": WEB},
}
PACKAGES: ParameterNotes = {
    "text": "Playlists of the source, one for each source group. All are m3u8 master playlists; all sources of one "
    "channel need the same number of renditions and bit rates.",
    "kind": "array",
    "json_text": True,
    "items": make_element(
        Parameter(
            "sourceGroupName",
            "string",
            required=True,
            text="Source group. Outputs of a channel pick it by SourceGroupName.",
        ),
        Parameter("relativePath", "string", required=True, text="Path below BaseUrl: group1/hls.m3u8."),
        Parameter(
            "packageType", "string", text="Kind of playlist, such as hls. As GetSource shows it.", hints=("hls",)
        ),
        Parameter("type", "string", text="The same in the vendor's example of CreateSource: hls.", hints=("hls",)),
    ),
}
NOT_DELETED: ParameterNotes = {"text": "true leaves out what is marked as deleted. Default: they are listed."}
DELETED_OR_NOT = {0: "normal", 1: "deleted"}
SOFT_DELETE: ParameterNotes = {"text": "true only marks it as deleted. Default: removed."}
HD = {"sourceGroupName": "hd", "relativePath": "films/harvest/hd.m3u8", "packageType": "hls"}

NOTES = (
    OperationNotes(
        operation="CreateSourceLocation",
        title="Name a place of sources",
        purpose=(
            "Tell MediaWeaver the web host that videos or live streams come from; paths of the sources in it are "
            "relative to BaseUrl. First step before CreateSource. Segments may come from another host. Nothing is "
            "copied: the host has to stay reachable while channels play."
        ),
        effect=Effect.WRITE,
        parameters={
            "SourceLocationName": {"text": "Name of the new source location, used once."},
            "BaseUrl": BASE_URL,
            **SEGMENT_SETTINGS,
        },
        example={"SourceLocationName": "Films", "BaseUrl": "https://media.example.com"},
        then="Add its sources with CreateSource.",
        sources=(INTRODUCTION, QUICK_START),
    ),
    OperationNotes(
        operation="GetSourceLocation",
        title="Inspect a place of sources",
        purpose=(
            "Read one source location of MediaWeaver: base address, segment delivery settings and state. Its sources "
            "are listed by ListSources."
        ),
        effect=Effect.READ,
        parameters={"SourceLocationName": LOCATION},
        idempotent=True,
        example={"SourceLocationName": "Films"},
    ),
    OperationNotes(
        operation="ListSourceLocations",
        title="List places of sources",
        purpose=(
            "Find source locations of MediaWeaver by name, newest first. Those deleted softly are still listed unless "
            "FilterState=true. Pages with PageNo and PageSize (default 20, at most 100) up to TotalCount."
        ),
        effect=Effect.READ,
        parameters={
            "SourceLocationName": {"text": "Only the location of this name."},
            "FilterState": NOT_DELETED,
            "SortBy": BY_CREATION,
            "SortByModifiedTime": BY_CHANGE,
            "PageNo": {"text": "Page, from 1. Default 1."},
            "PageSize": {"text": "Entries a page, 1 to 100. Default 20.", "maximum": 100},
        },
        idempotent=True,
        rows=Rows(
            path="SourceLocationList",
            columns=(
                ("SourceLocationName", "SourceLocationName"),
                ("BaseUrl", "BaseUrl"),
                ("segments", "SegmentDeliveryConfigurations"),
                ("State", "State"),
                ("modified", "GmtModified"),
            ),
            meanings={"State": DELETED_OR_NOT},
        ),
        example={"PageNo": 1, "PageSize": 20},
        then="See what one holds with ListSources.",
    ),
    OperationNotes(
        operation="UpdateSourceLocation",
        title="Move a place of sources",
        purpose=(
            "Change the base address or the segment delivery of a MediaWeaver source location. All sources in it "
            "follow, so channels on air may break if the files are not at the new address."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("changes the address that all sources of a location come from; channels on air follow at once"),
        ),
        parameters={"SourceLocationName": LOCATION, "BaseUrl": BASE_URL, **SEGMENT_SETTINGS},
        idempotent=True,
        example={
            "SourceLocationName": "Films",
            "BaseUrl": "https://media.example.com",
            "EnableSegmentDelivery": True,
            "SegmentDeliveryUrl": "https://segments.example.com",
        },
    ),
    OperationNotes(
        operation="DeleteSourceLocation",
        title="Delete a place of sources",
        purpose=(
            "Remove a source location from MediaWeaver, or with SoftDelete=true only mark it as deleted, which still "
            "shows in ListSourceLocations. Programs that play from it lose their source. The files on the host are "
            "not touched."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("removes a source location; programs that play from it lose their source"),),
        parameters={"SourceLocationName": LOCATION, "SoftDelete": SOFT_DELETE},
        idempotent=True,
        example={"SourceLocationName": "Films", "SoftDelete": True},
    ),
    OperationNotes(
        operation="CreateSource",
        title="Add a source for programs",
        purpose=(
            "Make a video or live stream below a source location known to MediaWeaver, so that CreateProgram can "
            "schedule it and CreateChannel can use it as filler. Each entry gives a playlist path and the source "
            "group by which a channel's outputs pick it. No media asset is made: that is RegisterMediaInfo."
        ),
        effect=Effect.WRITE,
        heed="Each source group that the channel's outputs name is needed; relativePath lies below BaseUrl.",
        parameters={
            "SourceLocationName": LOCATION,
            "SourceName": {"text": "Name of the new source, used once in the location."},
            "SourceType": SOURCE_TYPE,
            "HttpPackageConfigurations": PACKAGES,
        },
        example={
            "SourceLocationName": "Films",
            "SourceName": "Harvest",
            "SourceType": "vodSource",
            "HttpPackageConfigurations": [HD],
        },
        then="Schedule it with CreateProgram.",
        sources=(QUICK_START, SOURCE_PAGE),
    ),
    OperationNotes(
        operation="GetSource",
        title="Inspect a source",
        purpose=(
            "Read one source of MediaWeaver: its playlists by source group (HttpPackageConfigurations, JSON as text), "
            "State (0 normal, 1 deleted) and Arn, which ListAlerts wants. Location, name and type together identify it."
        ),
        effect=Effect.READ,
        parameters={"SourceLocationName": LOCATION, "SourceName": SOURCE, "SourceType": SOURCE_TYPE},
        idempotent=True,
        example={"SourceLocationName": "Films", "SourceName": "Harvest", "SourceType": "vodSource"},
        sources=(SOURCE_PAGE,),
    ),
    OperationNotes(
        operation="ListSources",
        title="List sources",
        purpose=(
            "Find sources of MediaWeaver by location, name and type, newest first. Those deleted softly are still "
            "listed unless FilterState=true. Pages with PageNo and PageSize up to TotalCount. Videos of the media "
            "library are in ListMediaBasicInfos."
        ),
        effect=Effect.READ,
        parameters={
            "SourceLocationName": {"text": "Only this location."},
            "SourceName": {"text": "Only the source of this name."},
            "SourceType": SOURCE_TYPE,
            "FilterState": NOT_DELETED,
            "SortBy": BY_CREATION,
            "SortByModifiedTime": BY_CHANGE,
            "PageNo": PAGE_NUMBER,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        rows=Rows(
            path="SourceList",
            columns=(
                ("SourceName", "SourceName"),
                ("SourceLocationName", "SourceLocationName"),
                ("SourceType", "SourceType"),
                ("State", "State"),
                ("Arn", "Arn"),
                ("modified", "GmtModified"),
            ),
            meanings={"State": DELETED_OR_NOT},
        ),
        example={"PageNo": "1", "PageSize": "20"},
        then="Schedule one with CreateProgram.",
    ),
    OperationNotes(
        operation="UpdateSource",
        title="Change a source's playlists",
        purpose=(
            "Replace the playlists of a MediaWeaver source. The whole list is sent again: take it from GetSource and "
            "hand back what should stay. Name, type and location identify the source and cannot change."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Replaces all playlists: send those that stay as well, from GetSource.",
        destructive_when=(
            AskWhen(
                "replaces all playlists of a source; channels on air follow at once",
                shows=("HttpPackageConfigurations",),
            ),
        ),
        parameters={
            "SourceLocationName": LOCATION,
            "SourceName": SOURCE,
            "SourceType": SOURCE_TYPE,
            "HttpPackageConfigurations": PACKAGES,
        },
        idempotent=True,
        example={
            "SourceLocationName": "Films",
            "SourceName": "Harvest",
            "SourceType": "vodSource",
            "HttpPackageConfigurations": [
                HD,
                {"sourceGroupName": "sd", "relativePath": "films/harvest/sd.m3u8", "packageType": "hls"},
            ],
        },
        sources=(SOURCE_PAGE,),
    ),
    OperationNotes(
        operation="DeleteSource",
        title="Delete a source",
        purpose=(
            "Remove a source from MediaWeaver, or with SoftDelete=true only mark it as deleted, which still shows in "
            "ListSources. Programs that play it lose it. The files on the host are not touched."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("removes a source; programs that play it lose it"),),
        parameters={
            "SourceLocationName": LOCATION,
            "SourceName": SOURCE,
            "SourceType": SOURCE_TYPE,
            "SoftDelete": SOFT_DELETE,
        },
        idempotent=True,
        example={
            "SourceLocationName": "Films",
            "SourceName": "Harvest",
            "SourceType": "vodSource",
            "SoftDelete": True,
        },
    ),
)
