"""Avatars and voices: digital humans and cloned voices, from training to use."""

from __future__ import annotations

from ims_mcp.catalogue.notes.avatars_voices_avatars import AVATAR_NOTES
from ims_mcp.catalogue.notes.avatars_voices_video import VIDEO_NOTES
from ims_mcp.catalogue.notes.avatars_voices_voices import VOICE_NOTES

NOTES = (*AVATAR_NOTES, *VIDEO_NOTES, *VOICE_NOTES)
