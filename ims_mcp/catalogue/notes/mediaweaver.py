"""MediaWeaver, channel assembly: linear channels put together from videos and streams that already exist."""

from __future__ import annotations

from ims_mcp.catalogue.notes import mediaweaver_alerts, mediaweaver_channels, mediaweaver_programs, mediaweaver_sources

NOTES = (
    *mediaweaver_channels.NOTES,
    *mediaweaver_programs.NOTES,
    *mediaweaver_sources.NOTES,
    *mediaweaver_alerts.NOTES,
)
