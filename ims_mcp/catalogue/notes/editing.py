"""Editing: projects with their materials, templates, and the jobs that produce, export or clip video."""

from __future__ import annotations

from ims_mcp.catalogue.notes.editing_jobs import JOB_NOTES
from ims_mcp.catalogue.notes.editing_projects import PROJECT_NOTES

NOTES = (*PROJECT_NOTES, *JOB_NOTES)
