"""Which pages a server has."""

from __future__ import annotations

from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.approval_pages import make_approval_pages
from ims_mcp.server.http.pages import PageSet
from ims_mcp.server.http.upload_page import make_upload_page


def list_page_sets(server: ImsServer) -> list[PageSet]:
    """Of everything that people do in a browser."""
    sets = [make_upload_page(server)]
    if server.page_approvals is not None:
        sets.append(make_approval_pages(server.page_approvals.desk))
    return sets
