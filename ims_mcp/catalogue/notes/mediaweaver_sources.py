"""MediaWeaver: source locations, the sources in them, and the alerts about them.

Sources: what SDK 6.20.2 declares, and the examples of the operation pages for what travels as JSON text. The words are
ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter

LOCATION: ParameterNotes = {"text": "Name of the source location."}
SOURCE: ParameterNotes = {"text": "Name of the source in that location."}
SOURCE_TYPE: ParameterNotes = {"text": "Video or live stream.", "choices": ("vodSource", "liveSource")}
WEB = ("http", "https")
BASE_URL: ParameterNotes = {"text": "Scheme and host: https://media.example.com", "url_schemes": WEB}
SEGMENT_SETTINGS: dict[str, ParameterNotes] = {
    "EnableSegmentDelivery": {"text": "true: segments come from SegmentDeliveryUrl."},
    "SegmentDeliveryUrl": {"text": "Other host for the segments.", "url_schemes": WEB},
}
PACKAGES: ParameterNotes = {
    "text": "The playlists of the source, one for each source group that channels use.",
    "kind": "array",
    "json_text": True,
    "items": Parameter(
        "",
        "object",
        fields=(
            Parameter("sourceGroupName", "string", required=True),
            Parameter("relativePath", "string", required=True, text="Below BaseUrl: group1/hls.m3u8"),
            Parameter("type", "string", text="Such as hls."),
        ),
        extra_fields=True,
    ),
}
NOT_DELETED: ParameterNotes = {"text": "true leaves out what is marked as deleted."}
SOFT_DELETE: ParameterNotes = {"text": "true only marks it as deleted."}
BY_CHANGE: ParameterNotes = {"text": "By time of change.", "choices": ("asc", "desc")}
CATEGORY: ParameterNotes = {
    "text": "Only this kind: Scheduling Error, PlayBack Warning or info.",
    "hints": ("Scheduling Error", "PlayBack Warning", "info"),
}
FROM: ParameterNotes = {"text": "Since this UTC time: 2026-01-31T08:00:00Z."}
UNTIL: ParameterNotes = {"text": "Until this UTC time: 2026-01-31T08:00:00Z."}

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
        parameters={"SourceLocationName": LOCATION, "BaseUrl": BASE_URL, **SEGMENT_SETTINGS},
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
    ),
    OperationNotes(
        operation="ListSourceLocations",
        title="List places of sources",
        purpose=(
            "Find source locations of MediaWeaver by name, newest first. Those deleted softly are still listed unless "
            "FilterState=true. Pages with PageNo and PageSize (default 20, at most 100) up to TotalCount."
        ),
        effect=Effect.READ,
        parameters={"SourceLocationName": LOCATION, "FilterState": NOT_DELETED, "SortByModifiedTime": BY_CHANGE},
        idempotent=True,
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
        parameters={
            "SourceLocationName": LOCATION,
            "SourceName": SOURCE,
            "SourceType": SOURCE_TYPE,
            "HttpPackageConfigurations": PACKAGES,
        },
    ),
    OperationNotes(
        operation="GetSource",
        title="Inspect a source",
        purpose=(
            "Read one source of MediaWeaver: its playlists by source group (HttpPackageConfigurations, JSON as text), "
            "state and Arn, which ListAlerts wants. Location, name and type together identify it."
        ),
        effect=Effect.READ,
        parameters={"SourceLocationName": LOCATION, "SourceName": SOURCE, "SourceType": SOURCE_TYPE},
        idempotent=True,
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
            "SourceLocationName": LOCATION,
            "SourceName": SOURCE,
            "SourceType": SOURCE_TYPE,
            "FilterState": NOT_DELETED,
            "SortByModifiedTime": BY_CHANGE,
            "PageNo": {"text": "Page, from 1.", "pattern": "[0-9]{1,9}"},
            "PageSize": {"text": "Entries a page.", "pattern": "[0-9]{1,3}"},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateSource",
        title="Change a source's playlists",
        purpose=(
            "Replace the playlists of a MediaWeaver source. The whole list is sent again: take it from GetSource and "
            "hand back what should stay. Name, type and location identify the source and cannot change."
        ),
        effect=Effect.DESTRUCTIVE,
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
    ),
    OperationNotes(
        operation="ListAlerts",
        title="List alerts of a source",
        purpose=(
            "Read what MediaWeaver complains about for one source or program, such as a playlist that cannot be "
            "fetched: code, message, time and related resources. ResourceArn comes from GetSource or GetProgram. For "
            "counts by program of a whole channel use ListChannelAlerts. Pages with PageNo and PageSize."
        ),
        effect=Effect.READ,
        parameters={
            "ResourceArn": {"text": "Arn of a source or program: acs:ims:mediaweaver:region:user:vodSource/…"},
            "Category": CATEGORY,
            "GmtStart": FROM,
            "GmtEnd": UNTIL,
            "SortByModifiedTime": BY_CHANGE,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="ListChannelAlerts",
        title="Count alerts of a channel",
        purpose=(
            "See which programs of a MediaWeaver channel have alerts, how many and of which kind, when a channel "
            "misbehaves. No messages: hand the Arn of a program to ListAlerts for them. ResourceArn comes from "
            "GetChannel. Pages with PageNo and PageSize."
        ),
        effect=Effect.READ,
        parameters={
            "ResourceArn": {"text": "Arn of the channel: acs:ims:mediaweaver:region:user:channel/name"},
            "Category": CATEGORY,
            "GmtStart": FROM,
            "GmtEnd": UNTIL,
            "SortByModifiedTime": BY_CHANGE,
        },
        idempotent=True,
    ),
)
