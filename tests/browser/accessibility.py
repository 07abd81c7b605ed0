"""What axe finds wrong with a page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page


async def find_barriers(page: Page) -> list[str]:
    """Serious and critical findings of axe, in all frames: rule, and the elements. Empty for a page that passes."""
    found: Any = await Axe().run(page)  # its response is a plain dict
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
