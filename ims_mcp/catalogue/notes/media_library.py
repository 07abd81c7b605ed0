"""Media library: assets and renditions, playback, categories, marks, review."""

from __future__ import annotations

from ims_mcp.catalogue.notes import (
    media_library_assets,
    media_library_categories,
    media_library_marks,
    media_library_playback,
    media_library_registration,
    media_library_review,
)

NOTES = (
    *media_library_registration.NOTES,
    *media_library_assets.NOTES,
    *media_library_playback.NOTES,
    *media_library_categories.NOTES,
    *media_library_marks.NOTES,
    *media_library_review.NOTES,
)
