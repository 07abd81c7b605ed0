"""Smart editing: one-click batches, scene and highlight videos, segmentation, animated charts."""

from __future__ import annotations

from ims_mcp.catalogue.notes import smart_editing_clips, smart_editing_production, smart_editing_scenes

NOTES = (*smart_editing_production.NOTES, *smart_editing_scenes.NOTES, *smart_editing_clips.NOTES)
