"""Which media type a file's name stands for, as the service tells it."""

from __future__ import annotations

from ims_mcp.local.media.media_file import AUDIO_SUFFIXES, IMAGE_SUFFIXES, VIDEO_SUFFIXES


def media_type_of(extension: str) -> str | None:
    """``video``, ``audio`` or ``image`` for an extension in small letters; None where it does not tell (text)."""
    # gif stands in the service's lists of images and of videos: a picture is the likelier thing to register.
    if extension in IMAGE_SUFFIXES:
        return "image"
    if extension in VIDEO_SUFFIXES:
        return "video"
    return "audio" if extension in AUDIO_SUFFIXES else None
