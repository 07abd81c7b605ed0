"""AI analysis: speech, text and translation jobs, tagging, review, and the libraries that teach them."""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_jobs import JOB_NOTES
from ims_mcp.catalogue.notes.ai_analysis_libraries import LIBRARY_NOTES
from ims_mcp.catalogue.notes.ai_analysis_understanding import UNDERSTANDING_NOTES

NOTES = (*JOB_NOTES, *UNDERSTANDING_NOTES, *LIBRARY_NOTES)
