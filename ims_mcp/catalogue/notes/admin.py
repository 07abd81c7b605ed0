"""Account: callbacks, storage, metering, camera (IPC) quota."""

from __future__ import annotations

from ims_mcp.catalogue.notes.admin_callbacks import CALLBACK_NOTES
from ims_mcp.catalogue.notes.admin_cameras import CAMERA_NOTES
from ims_mcp.catalogue.notes.admin_storage import STORAGE_NOTES
from ims_mcp.catalogue.notes.admin_usage import USAGE_NOTES

NOTES = (*CALLBACK_NOTES, *STORAGE_NOTES, *USAGE_NOTES, *CAMERA_NOTES)
