"""Yike, the AI storyboard and app workspace: workspaces, users, credits, productions, assets, AI jobs."""

from __future__ import annotations

from ims_mcp.catalogue.notes import yike_assets, yike_jobs, yike_team

NOTES = (*yike_team.NOTES, *yike_assets.NOTES, *yike_jobs.NOTES)
