"""By what people approve calls outside of their clients, as a server is given it; nothing heavy is imported for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ims_mcp.server.page_host import PageHost
from ims_mcp.shared_store import SharedStore

if TYPE_CHECKING:
    from ims_mcp.approvals.pins import PinRecord
    from ims_mcp.server.page_approval import PageApprovals


@dataclass(frozen=True, slots=True)
class ApprovalSetup:
    """``pins`` as they were when the server started."""

    pins: Mapping[str, PinRecord] | Mapping[str, Any]
    approvals: SharedStore
    """What waits, and what was said: nobody but the server and its replicas may write it."""
    tries: SharedStore
    """How often a PIN was wrong: kept for longer than a server runs, where that can be."""
    announced_in: SharedStore | None = None
    """Where commands of the same user find what waits."""


def open_page_approvals(setup: ApprovalSetup, pages: PageHost) -> PageApprovals:
    """Made when the first question of the kind is asked."""
    from ims_mcp.approvals.approvals import Approvals
    from ims_mcp.approvals.desk import ApprovalDesk
    from ims_mcp.approvals.tries import PinTries
    from ims_mcp.server.page_approval import PageApprovals

    desk = ApprovalDesk(Approvals(setup.approvals), PinTries(setup.tries), setup.pins)
    return PageApprovals(desk, pages, setup.announced_in)
