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
    "search": "Search: media, faces, clips; search libraries and indexes",
    "public_media": "Public media library and favourites",
    "live_snapshot": "Live snapshots: jobs, files, templates",
    "live_transcode": "Live transcoding: jobs and templates",
    "transcoding": "Transcoding, packaging, snapshots, media information jobs",
    "processing_templates": "Templates, pipelines and workflows of media processing",
    "editing": "Editing: projects, producing, timelines",
    "smart_editing": "Smart editing: batch production, highlights, screenplays",
    "ai_analysis": "AI analysis: tags, recognition, moderation, speech, translation",
    "avatars_voices": "Digital humans and customised voices",
    "dna_watermark": "Media fingerprints, copyright and trace watermarks",
    "medialive": "MediaLive: channels, inputs, security groups",
    "mediaconnect": "MediaConnect: flows, inputs, outputs",
    "packaging": "Packaging: live and VOD origins, ad insertion",
    "mediaweaver": "MediaWeaver: channel assembly, programs, sources",
    "ai_agents": "AI agents: instances, calls, dialogues, voiceprints",
    "yike": "Yike: storyboards, productions, assets",
    "admin": "Account: callbacks, storage, metering, keys",
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
