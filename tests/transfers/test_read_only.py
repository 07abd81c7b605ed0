"""In read-only mode nothing is sent, neither to IMS nor past it to a bucket of the user's own."""

from __future__ import annotations

import pytest

from tests.transfers.setting import MIB, Setting, call, refused, until

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("own", [False, True])
async def test_no_upload_is_begun(setting: Setting, own: bool) -> None:
    path = setting.video()
    destination = setting.own() if own else "vod"
    setting.proxy.seen.clear()
    async with setting.client(read_only=True) as client:
        for tool, more in (("upload_media", {}), ("upload_stream", {"MediaId": "m"})):
            text = await refused(client, tool, path=str(path), destination=destination, **more)
            assert "read-only mode" in text
    assert setting.proxy.seen == []
    assert not setting.state.exists()


@pytest.mark.parametrize("own", [False, True])
async def test_no_upload_is_resumed_or_cancelled(setting: Setting, own: bool) -> None:
    path = setting.video(MIB)
    destination = setting.own() if own else "vod"
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), destination=destination, wait_seconds=0)
        await until(setting.sent_parts)
    setting.fast()
    setting.proxy.seen.clear()
    async with setting.client(read_only=True) as client:
        for tool in ("transfer_status", "cancel_transfer"):
            assert "read-only mode" in await refused(client, tool, transfer_id=first["transfer_id"])
        [listed] = (await call(client, "transfer_status"))["transfers"]
        assert listed["state"] == "interrupted"
    assert setting.proxy.seen == []
    async with setting.client() as client:
        last = await call(client, "transfer_status", transfer_id=first["transfer_id"])
        assert last["state"] == "done"
    async with setting.client(read_only=True) as client:
        assert await call(client, "transfer_status", transfer_id=first["transfer_id"])
