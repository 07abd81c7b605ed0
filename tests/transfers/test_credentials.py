"""Upload credentials: renewed in time, and never anywhere but in the requests that need them."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest import mock

import pytest

from ims_mcp.workflows.transfers.credentials import UploadCredentials
from tests.fault_proxy import Answer, FaultProxy, Seen
from tests.local_ims.server import wait_for
from tests.server.connected import CREDENTIAL
from tests.transfers.served import served
from tests.transfers.setting import ALWAYS, MIB, PART, SMALL_PARTS, Setting, call, ims_behind_proxy, refused, until

PARTS = 12
LIFE_SECONDS = 100
"""Good for five parts, and renewed after four."""


@pytest.fixture
def ageing(tmp_path: Path, clip: Path) -> Iterator[Setting]:
    """The clocks of the service and of the server are put on by 20 s by every part that is sent."""
    made: list[FaultProxy] = []

    def passed() -> float:
        return sum(20.0 * len(proxy.of_kind("part")) for proxy in made)

    def clock() -> float:
        return time.time() + passed()

    with ims_behind_proxy(tmp_path / "ims", credential_seconds=LIFE_SECONDS, clock=clock) as (ims, proxy):
        made.append(proxy)
        monotonic = {"clock": lambda: time.monotonic() + passed()}
        # One part after the other: of those that are under way at once, any may put the clock on under the others.
        one_by_one = partial(SMALL_PARTS, threads=1)
        with (
            mock.patch.dict(UploadCredentials.__init__.__kwdefaults__ or {}, monotonic),
            mock.patch("tests.transfers.setting.SMALL_PARTS", one_by_one),
        ):
            yield Setting(ims, proxy, tmp_path, clip)


@pytest.mark.anyio
async def test_an_upload_outlives_its_credential(ageing: Setting) -> None:
    path = ageing.video(PARTS * PART)
    async with ageing.client() as client:
        last = await call(client, "upload_media", path=str(path), wait_seconds=40)
    assert last["state"] == "done"
    assert ageing.asked("RefreshUploadMedia") >= 2
    assert {seen.status for seen in ageing.proxy.of_kind("part")} == {200}, "renewed before it was refused"
    assert ageing.asked("CreateUploadMedia") == 1
    assert ageing.content(last["object"]) == path.read_bytes()


@pytest.mark.anyio
async def test_an_upload_is_taken_up_after_its_credential_has_expired(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await until(setting.sent_parts)
    setting.fast()
    setting.proxy.seen.clear()
    setting.proxy.inject(Answer(403, "SecurityTokenExpired"), "part")
    async with setting.client() as client:
        last = await call(client, "transfer_status", transfer_id=first["transfer_id"])
    assert last["state"] == "done"
    assert setting.asked("RefreshUploadMedia") >= 2, "once to go on, once for the credential that was refused"
    assert setting.content(last["object"]) == path.read_bytes()


def renewing(seen: Seen) -> bool:
    return seen.headers.get("x-acs-action") == "RefreshUploadMedia"


@pytest.mark.anyio
async def test_a_renewal_that_fails_interrupts_and_loses_nothing(ageing: Setting) -> None:
    path = ageing.video(PARTS * PART)
    ageing.proxy.inject(Answer(503, "ServiceUnavailable"), renewing, times=ALWAYS)
    async with ageing.client() as client:
        text = await refused(client, "upload_media", path=str(path), wait_seconds=40)
        [left] = ageing.journal()
        assert left["state"] == "uploading"
        assert left["id"] in text
        ageing.fast()
        last = await call(client, "transfer_status", transfer_id=left["id"])
    assert last["state"] == "done"
    assert last["uploaded"]["parts_taken_over"] >= 1


@pytest.mark.anyio
async def test_two_renditions_of_one_asset_at_once_wait_for_each_other_where_one_credential_is_renewed(
    ageing: Setting,
) -> None:
    async with ageing.client() as client:
        media_id = (await call(client, "upload_media", path=str(ageing.video())))["MediaId"]
        ageing.slow(75_000)
        ids: list[str] = []
        for definition in ("HD", "SD"):
            arguments = {"path": str(ageing.video(PARTS * PART)), "MediaId": media_id, "Definition": definition}
            ids.append((await call(client, "upload_stream", **arguments, wait_seconds=0))["transfer_id"])
            await until(lambda: len({seen.path for seen in ageing.proxy.of_kind("begin")}) == len(ids))
        text = await refused(client, "transfer_status", transfer_id=ids[0])
        assert "renews the credential of another upload" in text
        ageing.fast()
        for transfer_id in reversed(ids):
            last = await call(client, "transfer_status", transfer_id=transfer_id)
            assert last["state"] == "done"
    assert len(ageing.ims.media_info(media_id)["FileInfoList"]) == 3


def secrets_of(setting: Setting) -> set[str]:
    """Every secret and token that went over the wire, as requests and answers held them."""
    found: set[str] = set()
    for seen in list(setting.proxy.seen):
        found.add(seen.headers.get("x-oss-security-token", ""))
        found.add(seen.headers.get("authorization", "").rpartition(":")[2].rpartition("Signature=")[2])
    return {secret for secret in found if len(secret) > 6}


@pytest.mark.parametrize("own", [False, True])
def test_no_credential_is_said_or_written_anywhere(
    tmp_path: Path, clip: Path, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_pair = {
        "IMS_MCP_LOCAL_KEY_ID": CREDENTIAL.access_key_id,
        "IMS_MCP_LOCAL_KEY_SECRET": CREDENTIAL.access_key_secret,
    }
    options = {"access_key_id": CREDENTIAL.access_key_id, "access_key_secret": CREDENTIAL.access_key_secret}
    with ims_behind_proxy(tmp_path / "ims", **options) as (ims, proxy):
        setting = Setting(ims, proxy, tmp_path, clip)
        path = setting.video(20 * MIB)
        arguments = {"path": str(path), "destination": f"oss://{setting.bucket}/" if own else "vod"}
        written: list[str] = []
        setting.slow(12 * MIB)
        with served(setting, **key_pair) as first:
            first.begin("upload_media", **arguments)
            wait_for(lambda: bool(setting.proxy.of_kind("part")) or None)
            written += [file.read_text() for file in setting.state.rglob("*") if file.is_file()]
            first.stop("kill")
            said = first.said
        setting.fast()
        proxy.inject(Answer(403, "AccessDenied"), "part", times=ALWAYS)
        with served(setting, **key_pair) as second:
            transfer_id = setting.journal()[0]["id"]
            assert "AccessDenied" in second.refused("transfer_status", transfer_id=transfer_id)
            written += [file.read_text() for file in setting.state.rglob("*") if file.is_file()]
            setting.fast()
            assert second.call("transfer_status", transfer_id=transfer_id)["state"] == "done"
            small = setting.video()
            assert second.call("upload_media", **arguments | {"path": str(small)})["state"] == "done"
            said += second.said
        everything = "\n".join(
            [*written, *said, *(file.read_text() for file in setting.state.rglob("*") if file.is_file())]
            + [log.read_text() for log in tmp_path.glob("server-*.log")]
        )
        secrets = secrets_of(setting) | {CREDENTIAL.access_key_secret}
    assert len(secrets) > 3
    assert any("upload_id" in text for text in written), "what the uploader keeps is among it"
    assert "notifications/progress" in everything
    assert "CreateUploadMedia answered" in everything or own
    # Error results and progress hold JSON in JSON: what is looked for has no character that would be escaped.
    for secret in secrets:
        assert secret not in everything
        assert base64.b64encode(secret.encode()).decode().rstrip("=")[:-1] not in everything
    assert not re.search(r"STS\.[A-Za-z0-9]{8}", everything), "nor the id of a temporary credential"
    assert "UploadAuth" not in everything.replace("include_credentials", "")
