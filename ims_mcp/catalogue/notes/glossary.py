"""Parameters that recur, described once: used where an operation's own notes say nothing of them."""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import ParameterNotes

GLOSSARY: dict[str, ParameterNotes] = {
    "MediaId": {"text": "Id of the asset."},
    "NextToken": {"text": "Token of the previous page."},
}
