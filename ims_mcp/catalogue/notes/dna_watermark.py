"""Fingerprints and watermarks: find copies of media, embed and read invisible copyright and tracing marks."""

from __future__ import annotations

from ims_mcp.catalogue.notes.dna_watermark_copyright import COPYRIGHT_NOTES
from ims_mcp.catalogue.notes.dna_watermark_fingerprints import FINGERPRINT_NOTES
from ims_mcp.catalogue.notes.dna_watermark_tracing import TRACING_NOTES

NOTES = (*FINGERPRINT_NOTES, *COPYRIGHT_NOTES, *TRACING_NOTES)
