"""What is known of each operation beyond the facts, written by hand: one module per toolset, read when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes

__all__ = ["TOOLSETS", "OperationNotes", "ParameterNotes", "notes_of", "toolset_of"]

# In the order they are searched: what people meet first is found without reading the rest.
TOOLSETS: dict[str, str] = {
    "media_library": "Media library: assets, renditions, playback, categories, marks, review",
    "upload": "Upload: addresses and credentials, pulling by URL",
    "live_record": "Live recording: jobs, files, templates",
}


@cache
def notes_of(toolset: str) -> Mapping[str, OperationNotes]:
    """The notes of one toolset by operation name, in their order."""
    module = import_module(f"{__name__}.{toolset}")
    return {notes.operation: notes for notes in module.NOTES}


@cache
def toolset_of(operation: str) -> str | None:
    """The toolset that describes the operation, or None."""
    return next((toolset for toolset in TOOLSETS if operation in notes_of(toolset)), None)
