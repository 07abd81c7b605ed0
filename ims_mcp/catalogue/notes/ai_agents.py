"""Real-time AI agents (RTC): instances, calls, voiceprints, licences."""

from __future__ import annotations

from ims_mcp.catalogue.notes import ai_agents_account, ai_agents_calls, ai_agents_talk

NOTES = (*ai_agents_calls.NOTES, *ai_agents_talk.NOTES, *ai_agents_account.NOTES)
