"""Processing templates, the queues their jobs run in, and workflows that chain them."""

from __future__ import annotations

from ims_mcp.catalogue.notes import processing_templates_queues, processing_templates_templates

NOTES = (*processing_templates_templates.NOTES, *processing_templates_queues.NOTES)
