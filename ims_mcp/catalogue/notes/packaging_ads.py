"""MediaPackage, ads: configurations that put personal ads into HLS and DASH streams on the server.

Sources: what SDK 6.20.2 declares and the operation pages say. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Rows

HTTP = ("http", "https")
PREFIX = "https://origin.example.com/stage/"
NAME: ParameterNotes = {"text": "Name of the configuration, from ListAdInsertions."}
SETTINGS: dict[str, ParameterNotes] = {
    "ContentUrlPrefix": {
        "text": f"Where the streams come from: {PREFIX}. What differs from stream to stream is left off.",
        "url_schemes": HTTP,
        "max_characters": 512,
    },
    "AdsUrl": {
        "text": "Ad decision server, asked at each break. Variables of the player are filled in: "
        "https://ads.example.com/vast?user=[player_params.user].",
        "url_schemes": HTTP,
        "max_characters": 2048,
    },
    "SlateAdUrl": {
        "text": "MP4 that fills what ads leave empty; left out: none.",
        "url_schemes": HTTP,
        "max_characters": 2048,
    },
    "PersonalizationThreshold": {
        "text": "Seconds of a break that may stay unfilled; default 8.",
        "minimum": 0,
    },
    "AdMarkerPassthrough": {
        "text": "ON keeps the ad markers in the playlist; default OFF.",
        "choices": ("OFF", "ON"),
    },
    "CdnContentSegmentUrlPrefix": {
        "text": "CDN for the content: https://cdn.example.com/; left out: none.",
        "url_schemes": HTTP,
        "max_characters": 512,
    },
    "CdnAdSegmentUrlPrefix": {
        "text": "CDN for the ads: https://cdn.example.com/; left out: none.",
        "url_schemes": HTTP,
        "max_characters": 512,
    },
    "ConfigAliases": {
        "text": 'What values of player variables stand for. As {"player_params.user": {"1": "abc"}}: each of at most '
        "20 variables (named player_params.NAME) has up to 50 pairs of value and replacement.",
        "kind": "object",
        "json_text": True,
        "extra_fields": True,
    },
}

NOTES = (
    OperationNotes(
        operation="AddAdInsertion",
        title="Set up ad insertion",
        purpose=(
            "Configure server-side ad insertion: streams under one address prefix get ads chosen by your ad decision "
            "server at the breaks marked in them. Returns the prefixes (ManifestEndpointConfig.HlsPrefix and "
            "DashPrefix) that viewers use in place of the original address. The stream itself, such as one of "
            "CreateLivePackageOriginEndpoint, has to exist and carry ad markers."
        ),
        effect=Effect.WRITE,
        heed="The stream has to carry ad markers. Viewers play the prefixes that the answer shows.",
        parameters={
            "Name": {
                "text": "New name, unique: up to 128 letters, digits, - or _. It cannot change.",
                "pattern": "[A-Za-z0-9_-]{1,128}",
            },
            **SETTINGS,
        },
        example={
            "Name": "stage_ads",
            "ContentUrlPrefix": PREFIX,
            "AdsUrl": "https://ads.example.com/vast?user=[player_params.user]",
            "SlateAdUrl": "https://ads.example.com/slate.mp4",
        },
        then="Players use Config.ManifestEndpointConfig of the answer; GetAdInsertion shows it again.",
    ),
    OperationNotes(
        operation="GetAdInsertion",
        title="Inspect an ad insertion",
        purpose=(
            "Read one ad insertion configuration by name: ad server, content prefix, slate, CDN prefixes, and in "
            "ManifestEndpointConfig the address prefixes viewers play from."
        ),
        effect=Effect.READ,
        parameters={"Name": NAME},
        idempotent=True,
        example={"Name": "stage_ads"},
    ),
    OperationNotes(
        operation="ListAdInsertions",
        title="List ad insertions",
        purpose=(
            "Find ad insertion configurations by part of their name, each with all settings. Pages either with PageNo "
            "and PageSize or with NextToken and MaxResults; if the latter are given, the former do not count."
        ),
        effect=Effect.READ,
        parameters={
            "Keyword": {"text": "Part of the name; left out: all."},
            "PageNo": {"text": "Page, from 1; default 1.", "minimum": 1},
            "PageSize": {"text": "Entries a page with PageNo; default 10.", "minimum": 1},
            "SortBy": {"text": "Order by creation time: desc is newest first.", "choices": ("desc", "asc")},
            "MaxResults": {"text": "Entries a page with NextToken; default 10. Makes PageNo void.", "minimum": 1},
            "NextToken": {"text": "NextToken of the previous page. Makes PageNo void."},
        },
        idempotent=True,
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="Configs",
            columns=(
                ("Name", "Name"),
                ("content", "ContentUrlPrefix"),
                ("hls_prefix", "ManifestEndpointConfig.HlsPrefix"),
                ("dash_prefix", "ManifestEndpointConfig.DashPrefix"),
                ("created", "CreateTime"),
                ("modified", "LastModified"),
            ),
        ),
        then="Ad server and slate of one are shown by GetAdInsertion.",
    ),
    OperationNotes(
        operation="UpdateAdInsertion",
        title="Change an ad insertion",
        purpose=(
            "Replace the settings of an ad insertion configuration: ad server, content prefix, slate, threshold, CDN "
            "prefixes, aliases. Read it with GetAdInsertion and send again what should stay. The name cannot change."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Replaces all settings: send what stays as well, from GetAdInsertion.",
        destructive_when=(AskWhen("replaces the settings of an ad insertion; what is not sent again is lost"),),
        parameters={"Name": NAME, **SETTINGS},
        idempotent=True,
        example={
            "Name": "stage_ads",
            "ContentUrlPrefix": PREFIX,
            "AdsUrl": "https://ads.example.com/vast?user=[player_params.user]",
            "SlateAdUrl": "https://ads.example.com/slate.mp4",
            "PersonalizationThreshold": 5,
        },
    ),
    OperationNotes(
        operation="DeleteAdInsertion",
        title="Delete an ad insertion",
        purpose=(
            "Remove an ad insertion configuration for good: players that use its prefixes lose the stream, ads and "
            "content alike. Point them at the original address first. The content itself stays."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes an ad insertion for good: players that use its addresses lose the stream"),),
        parameters={"Name": NAME},
        idempotent=True,
        example={"Name": "stage_ads"},
    ),
)
