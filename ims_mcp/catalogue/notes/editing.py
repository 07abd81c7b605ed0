"""Editing: projects with their materials, templates, and the jobs that produce, export or clip video."""

from __future__ import annotations

from ims_mcp.catalogue.notes.editing_jobs import JOB_NOTES
from ims_mcp.catalogue.notes.editing_live import LIVE_NOTES
from ims_mcp.catalogue.notes.editing_materials import MATERIAL_NOTES
from ims_mcp.catalogue.notes.editing_projects import PROJECT_NOTES
from ims_mcp.catalogue.notes.editing_templates import TEMPLATE_NOTES

NOTES = (*PROJECT_NOTES, *MATERIAL_NOTES, *TEMPLATE_NOTES, *JOB_NOTES, *LIVE_NOTES)
