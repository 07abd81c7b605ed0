"""MediaPackage: packaging of live streams, packaging of videos on demand, and ad insertion."""

from __future__ import annotations

from ims_mcp.catalogue.notes import packaging_ads, packaging_live, packaging_origins, packaging_vod

NOTES = (*packaging_live.NOTES, *packaging_origins.NOTES, *packaging_vod.NOTES, *packaging_ads.NOTES)
