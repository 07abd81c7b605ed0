"""Which PINs a server takes: those that its file had when it started."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ims_mcp.server.approval_setup import ApprovalSetup
from ims_mcp.settings import Settings, SettingsError
from ims_mcp.shared_store import MemoryStore, SharedStore

if TYPE_CHECKING:
    from ims_mcp.approvals.pins import PinRecord

FILE_NAME = "pins"
"""In the state directory."""

logger = logging.getLogger("ims_mcp.cli")


def find_pin_file(settings: Settings) -> Path:
    """The file that was named, or the one of this user. Raises SettingsError where nobody knows one."""
    return settings.pins or settings.state_dir / FILE_NAME


def read_named_pins(settings: Settings) -> Mapping[str, PinRecord]:
    """Those of ``--pins``; none without it. Raises SettingsError for a file that cannot be used."""
    if settings.pins is None:
        return {}
    from ims_mcp.approvals.pins import read_pin_file

    return read_pin_file(settings.pins)


def set_up_approvals(settings: Settings, store: SharedStore) -> ApprovalSetup:
    """Of a server on stdio. What was said is kept in its own memory alone: whatever runs as the same user could write
    into the ``store`` of files, which knows where to ask, and how often a PIN was wrong.

    Raises SettingsError for a file of ``--pins`` that cannot be used; this user's own is passed over then.
    """
    return ApprovalSetup(_read_pins(settings), MemoryStore(), store, store)


def _read_pins(settings: Settings) -> Mapping[str, PinRecord]:
    if settings.pins is not None:
        return read_named_pins(settings)
    try:
        path = find_pin_file(settings)
        if not path.exists():
            return {}
        from ims_mcp.approvals.pins import read_pin_file  # late: most have none

        return read_pin_file(path)
    except (SettingsError, OSError) as error:
        logger.warning("nobody can approve calls by a PIN: %s", error)
        return {}
