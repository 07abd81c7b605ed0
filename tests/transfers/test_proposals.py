"""Every call that an upload's answer proposes is taken by the tool it names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.connected import content_of
from tests.server.test_proposals import follow, proposals
from tests.transfers.setting import Setting

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("more", [{}, {"wait_seconds": 0}])
async def test_what_an_upload_proposes_is_taken(setting: Setting, more: dict[str, Any]) -> None:
    async with setting.client() as client:
        given = {"path": str(setting.video()), **more}
        content = content_of(await client.call_tool("upload_media", given))
        following = [*proposals("upload_media", given, content)]
        assert following
        assert {tool for tool, _ in following} <= {"get_media_info", "transfer_status"}
        for tool, arguments in following:
            await follow(client, tool, arguments, depth=1)
