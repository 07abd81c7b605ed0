"""AI analysis: speech, text and translation jobs, tagging, review, and the libraries that teach them."""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_assets import ASSET_NOTES
from ims_mcp.catalogue.notes.ai_analysis_censor import CENSOR_NOTES
from ims_mcp.catalogue.notes.ai_analysis_hotwords import HOTWORD_NOTES
from ims_mcp.catalogue.notes.ai_analysis_iproduction import IPRODUCTION_NOTES
from ims_mcp.catalogue.notes.ai_analysis_jobs import SUBMIT_NOTES
from ims_mcp.catalogue.notes.ai_analysis_libraries import LIBRARY_NOTES
from ims_mcp.catalogue.notes.ai_analysis_smart_jobs import SMART_JOB_NOTES
from ims_mcp.catalogue.notes.ai_analysis_translation import TRANSLATION_NOTES
from ims_mcp.catalogue.notes.ai_analysis_understanding import UNDERSTANDING_NOTES

NOTES = (
    *SUBMIT_NOTES,
    *TRANSLATION_NOTES,
    *SMART_JOB_NOTES,
    *IPRODUCTION_NOTES,
    *UNDERSTANDING_NOTES,
    *ASSET_NOTES,
    *CENSOR_NOTES,
    *LIBRARY_NOTES,
    *HOTWORD_NOTES,
)
