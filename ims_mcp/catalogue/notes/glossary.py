"""Parameters that recur, described once: used where an operation's own notes say nothing of them."""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import ParameterNotes

# Left over from older interfaces of the platform: calls are signed, so nobody has to say whose resources are meant.
_LEGACY: ParameterNotes = {"hidden": True}
_LEGACY_NUMBER: ParameterNotes = {"hidden": True, "wire_kind": "integer"}

GLOSSARY: dict[str, ParameterNotes] = {
    "MediaId": {"text": "Id of the asset."},
    "JobId": {"text": "Id of the job."},
    "TemplateId": {"text": "Id of the template."},
    "UserData": {"text": "Text or JSON of yours, returned in results and callbacks."},
    "ClientToken": {"text": "Makes a repeat the same call; made for you.", "unlisted": True},
    "Name": {"text": "Name."},
    "Title": {"text": "Title."},
    "Description": {"text": "Description."},
    "CoverURL": {"text": "Cover picture."},
    "PageNo": {"text": "Page, from 1; left out: the first.", "wire_kind": "integer", "minimum": 1},
    "PageNumber": {"text": "Page, from 1; left out: the first.", "wire_kind": "integer", "minimum": 1},
    "PageSize": {"text": "Items a page.", "wire_kind": "integer", "minimum": 1},
    "MaxResults": {"text": "Items a page.", "wire_kind": "integer", "minimum": 1},
    "NextToken": {"text": "Token of the previous page."},
    "NextPageToken": {"text": "Token of the previous page."},
    "ScrollToken": {"text": "Token of the previous page."},
    "StartTime": {"text": "From this UTC time: 2026-01-31T08:00:00Z."},
    "EndTime": {"text": "Up to this UTC time: 2026-01-31T08:00:00Z."},
    "SortBy": {"text": "Order of the list."},
    "OwnerAccount": _LEGACY,
    "ResourceOwnerAccount": _LEGACY,
    "OwnerId": _LEGACY_NUMBER,
    "ResourceOwnerId": _LEGACY_NUMBER,
}
