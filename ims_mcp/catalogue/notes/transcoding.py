"""File processing: transcoding, probing, pictures, animated images and packaging of files that lie in OSS."""

from __future__ import annotations

from ims_mcp.catalogue.notes import transcoding_encoding, transcoding_packaging, transcoding_pictures

NOTES = (*transcoding_encoding.NOTES, *transcoding_pictures.NOTES, *transcoding_packaging.NOTES)
