"""Upload credentials: renewed in time, and never anywhere but in the requests that need them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault_proxy import Answer
from tests.local_ims.server import wait_for
from tests.server.connected import CREDENTIAL
from tests.transfers.served import served
from tests.transfers.setting import ALWAYS, MIB, Setting, call, ims_behind_proxy, refused, until


@pytest.fixture
def hasty(tmp_path: Path, clip: Path) -> Iterator[Setting]:
    """Credentials that are good for two seconds."""
    with ims_behind_proxy(tmp_path / "ims", credential_seconds=2) as (ims, proxy):
        yield Setting(ims, proxy, tmp_path, clip)


@pytest.mark.anyio
async def test_an_upload_outlives_its_credential(hasty: Setting) -> None:
    path = hasty.video(8 * 128 * 1024)
    hasty.slow(55_000)
    async with hasty.client() as client:
        last = await call(client, "upload_media", path=str(path), wait_seconds=40)
    assert last["state"] == "done"
    assert last["uploaded"]["seconds"] > 4
    assert hasty.asked("RefreshUploadMedia") >= 2
    assert {seen.status for seen in hasty.proxy.of_kind("part")} == {200}, "renewed before it was refused"
    assert hasty.asked("CreateUploadMedia") == 1
    assert hasty.content(last["object"]) == path.read_bytes()


@pytest.mark.anyio
async def test_an_upload_is_taken_up_after_its_credential_has_expired(hasty: Setting) -> None:
    path = hasty.video(MIB)
    hasty.slow(200_000)
    async with hasty.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await until(hasty.sent_parts)
    hasty.fast()
    hasty.proxy.seen.clear()
    hasty.proxy.inject(Answer(403, "SecurityTokenExpired"), "part")
    async with hasty.client() as client:
        last = await call(client, "transfer_status", transfer_id=first["transfer_id"])
    assert last["state"] == "done"
    assert hasty.asked("RefreshUploadMedia") >= 2, "once to go on, once for the credential that was refused"
    assert hasty.content(last["object"]) == path.read_bytes()


@pytest.mark.anyio
async def test_a_renewal_that_fails_interrupts_and_loses_nothing(hasty: Setting) -> None:
    path = hasty.video(12 * 128 * 1024)
    hasty.slow(150_000)
    hasty.proxy.inject(
        Answer(503, "ServiceUnavailable"),
        lambda seen: seen.headers.get("x-acs-action") == "RefreshUploadMedia",
        times=ALWAYS,
    )
    async with hasty.client() as client:
        text = await refused(client, "upload_media", path=str(path), wait_seconds=40)
        [left] = hasty.journal()
        assert left["state"] == "uploading"
        assert left["id"] in text
        hasty.fast()
        last = await call(client, "transfer_status", transfer_id=left["id"])
    assert last["state"] == "done"
    assert last["uploaded"]["parts_taken_over"] >= 1


@pytest.mark.anyio
async def test_two_renditions_of_one_asset_at_once_wait_for_each_other_where_one_credential_is_renewed(
    hasty: Setting,
) -> None:
    async with hasty.client() as client:
        media_id = (await call(client, "upload_media", path=str(hasty.video())))["MediaId"]
        hasty.slow(75_000)
        ids = [
            (
                await call(
                    client,
                    "upload_stream",
                    path=str(hasty.video(8 * 128 * 1024)),
                    MediaId=media_id,
                    Definition=definition,
                    wait_seconds=0,
                )
            )["transfer_id"]
            for definition in ("HD", "SD")
        ]
        text = await refused(client, "transfer_status", transfer_id=ids[0])
        assert "renews the credential of another upload" in text
        hasty.fast()
        for transfer_id in reversed(ids):
            last = await call(client, "transfer_status", transfer_id=transfer_id)
            assert last["state"] == "done"
    assert len(hasty.ims.media_info(media_id)["FileInfoList"]) == 3


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
    assert any("checkpoint" in str(file) for file in setting.state.rglob("*"))
    assert "notifications/progress" in everything
    assert "CreateUploadMedia answered" in everything or own
    # Error results and progress hold JSON in JSON: what is looked for has no character that would be escaped.
    for secret in secrets:
        assert secret not in everything
        assert base64.b64encode(secret.encode()).decode().rstrip("=")[:-1] not in everything
    assert not re.search(r"STS\.[A-Za-z0-9]{8}", everything), "nor the id of a temporary credential"
    assert "UploadAuth" not in everything.replace("include_credentials", "")
