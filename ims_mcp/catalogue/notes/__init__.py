"""What is known of each operation beyond the facts, written by hand: one module per toolset."""

from __future__ import annotations

from ims_mcp.catalogue.notes import live_record, media_library, upload
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes

__all__ = ["NOTES", "OperationNotes", "ParameterNotes"]

NOTES: dict[str, OperationNotes] = {
    notes.operation: notes for module in (media_library, upload, live_record) for notes in module.NOTES
}
