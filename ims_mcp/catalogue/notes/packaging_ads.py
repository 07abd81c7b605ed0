"""MediaPackage, ads: configurations that put personal ads into HLS and DASH streams on the server.

Sources: what SDK 6.20.2 declares and the operation pages say. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect

HTTP = ("http", "https")
SETTINGS: dict[str, ParameterNotes] = {
    "ContentUrlPrefix": {
        "text": "Where the streams come from, without the part that differs.",
        "url_schemes": HTTP,
        "max_characters": 512,
    },
    "AdsUrl": {
        "text": "Ad decision server, with variables like [player_params.p1].",
        "url_schemes": HTTP,
        "max_characters": 2048,
    },
    "SlateAdUrl": {
        "text": "MP4 that fills what ads leave empty.",
        "url_schemes": HTTP,
        "max_characters": 2048,
    },
    "PersonalizationThreshold": {"text": "Seconds of a break that may stay unfilled; default 8.", "minimum": 0},
    "AdMarkerPassthrough": {"text": "Keep ad markers in the playlist; default OFF.", "choices": ("OFF", "ON")},
    "CdnContentSegmentUrlPrefix": {"text": "CDN for the content.", "url_schemes": HTTP, "max_characters": 512},
    "CdnAdSegmentUrlPrefix": {"text": "CDN for the ads.", "url_schemes": HTTP, "max_characters": 512},
    "ConfigAliases": {
        "text": 'Aliases of player variables: {"player_params.p1": {"1": "abc"}}; at most 20.',
        "kind": "object",
        "json_text": True,
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
        parameters={
            "Name": {
                "text": "Unique, up to 128 letters, digits, - or _; cannot change later.",
                "pattern": "[A-Za-z0-9_-]{1,128}",
            },
            **SETTINGS,
        },
    ),
    OperationNotes(
        operation="GetAdInsertion",
        title="Inspect an ad insertion",
        purpose=(
            "Read one ad insertion configuration by name: ad server, content prefix, slate, CDN prefixes, and in "
            "ManifestEndpointConfig the address prefixes viewers play from."
        ),
        effect=Effect.READ,
        parameters={"Name": {"text": "Name of the configuration."}},
        idempotent=True,
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
            "Keyword": {"text": "Part of the name."},
            "MaxResults": {"text": "Entries a page with NextToken; default 10."},
            "NextToken": {"text": "Token of the previous page; overrides PageNo."},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateAdInsertion",
        title="Change an ad insertion",
        purpose=(
            "Replace the settings of an ad insertion configuration: ad server, content prefix, slate, threshold, CDN "
            "prefixes, aliases. Read it with GetAdInsertion and send again what should stay. The name cannot change."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("replaces the settings of an ad insertion; what is not sent again is lost"),),
        parameters={"Name": {"text": "Name of the configuration."}, **SETTINGS},
        idempotent=True,
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
        parameters={"Name": {"text": "Name of the configuration."}},
        idempotent=True,
    ),
)
