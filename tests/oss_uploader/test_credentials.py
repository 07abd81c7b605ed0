"""Credentials are asked for before every part, renewed once for all when OSS calls them expired, and never kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.errors import UploadDenied
from ims_mcp.errors import CredentialsError
from tests.fault_proxy import Answer, FaultProxy
from tests.local_oss.server import OssThread
from tests.oss_uploader.setting import PART, Keys, Setting, part_number


@pytest.mark.anyio
async def test_they_are_asked_for_before_every_request(setting: Setting) -> None:
    keys = Keys(Credential("local", "local"))
    await setting.upload(setting.file(9 * PART), keys=keys)
    assert keys.asked == len(setting.proxy.seen) == 1 + 9 + 1
    assert keys.forced == 0


class Ageing:
    """The clock of an OSS: every part that is sent puts it on by a second, and nothing else does."""

    def __init__(self) -> None:
        self.proxy: FaultProxy | None = None
        self._begun_at = time.time()

    def __call__(self) -> float:
        return self._begun_at + (len(self.proxy.of_kind("part")) if self.proxy is not None else 0)


@pytest.fixture
def ageing(tmp_path: Path) -> Iterator[tuple[Setting, Ageing]]:
    clock = Ageing()
    with OssThread(tmp_path / "oss", clock=clock) as oss, FaultProxy(oss.port) as proxy:
        clock.proxy = proxy
        setting = Setting(oss, proxy, tmp_path)
        setting.make_bucket()
        yield setting, clock


@pytest.mark.anyio
async def test_those_that_run_out_in_the_middle_are_renewed_and_the_part_sent_again(
    ageing: tuple[Setting, Ageing],
) -> None:
    """They last for four parts, of twelve."""
    setting, _ = ageing
    path = setting.file(12 * PART)
    keys = Keys(setting.temporary(seconds=4.5), renew=lambda: setting.temporary(seconds=4.5))
    uploaded = await setting.upload(path, keys=keys)
    assert keys.forced >= 2
    assert uploaded.parts_resent >= keys.forced
    assert setting.arrived(path)
    assert setting.unfinished() == []


@pytest.mark.anyio
async def test_credentials_renewed_ahead_cost_no_part(ageing: tuple[Setting, Ageing]) -> None:
    setting, clock = ageing
    held = [(clock(), setting.temporary(seconds=6))]

    async def ahead(*, force: bool = False) -> Credential:
        if force or clock() - held[-1][0] > 2:
            held.append((clock(), setting.temporary(seconds=6)))
        return held[-1][1]

    # One part at a time: side by side, the others would make the clock run while one is under way.
    uploaded = await setting.upload(setting.file(12 * PART), keys=ahead, uploader={"threads": 1})
    assert len(held) > 3
    assert uploaded.parts_resent == 0


@pytest.mark.anyio
@pytest.mark.parametrize(
    "code",
    ["SecurityTokenExpired", "InvalidSecurityToken", "InvalidSecurityToken.Expired", "InvalidAccessKeyId"],
)
async def test_one_renewal_serves_all_parts_that_met_the_expiry(setting: Setting, code: str) -> None:
    setting.make_bucket()
    old, new = setting.temporary(), setting.temporary()
    seen_old: set[int] = set()

    def with_the_old_one(seen: object) -> bool:
        number = getattr(seen, "part", 0)
        headers = getattr(seen, "headers", {})
        if number > 2 and headers.get("x-oss-security-token") == old.security_token:
            seen_old.add(number)
            return True
        return False

    setting.proxy.inject(Answer(403, code), with_the_old_one, times=99)
    keys = Keys(old, renew=lambda: new)
    path = setting.file(10 * PART)
    uploaded = await setting.upload(path, keys=keys, uploader={"threads": 4})
    assert len(seen_old) > 1
    assert keys.forced == 1
    assert uploaded.parts_resent == len(seen_old)
    assert setting.arrived(path)


@pytest.mark.anyio
@pytest.mark.parametrize("size", [100, 3 * PART])
async def test_those_that_are_expired_from_the_start_are_renewed_once(setting: Setting, size: int) -> None:
    setting.make_bucket()
    keys = Keys(setting.temporary(seconds=-1), renew=setting.temporary)
    path = setting.file(size)
    await setting.upload(path, keys=keys)
    assert keys.forced == 1
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_a_renewal_that_brings_nothing_better_ends_the_upload(setting: Setting) -> None:
    setting.make_bucket()
    keys = Keys(setting.temporary(), renew=lambda: setting.temporary(seconds=-1))
    setting.proxy.inject(Answer(403, "SecurityTokenExpired", "too late"), part_number(3))
    path = setting.file(5 * PART)
    with pytest.raises(UploadDenied) as failure:
        await setting.upload(path, keys=keys, uploader={"threads": 1})
    assert "although it was just renewed" in failure.value.explain()
    assert failure.value.resumable
    assert keys.forced == 1
    uploaded = await setting.upload(path, keys=Keys(setting.temporary()))
    assert uploaded.parts_skipped == 2


@pytest.mark.anyio
async def test_a_permanent_key_that_does_not_exist_is_not_renewed(setting: Setting) -> None:
    setting.make_bucket()
    keys = Keys(Credential("nobody", "nothing"))
    with pytest.raises(UploadDenied, match="InvalidAccessKeyId"):
        await setting.upload(setting.file(3 * PART), keys=keys)
    assert keys.forced == 0


@pytest.mark.anyio
async def test_a_credential_for_another_key_is_denied(setting: Setting) -> None:
    setting.make_bucket()
    with pytest.raises(UploadDenied, match=r"AccessDenied \(HTTP 403\)"):
        await setting.upload(setting.file(3 * PART), keys=Keys(setting.temporary(key="other.bin")))
    assert setting.unfinished() == []


@pytest.mark.anyio
async def test_the_error_of_their_source_comes_through_and_what_was_sent_is_kept(setting: Setting) -> None:
    path = setting.file(6 * PART)
    count = 0

    async def failing(*, force: bool = False) -> Credential:
        nonlocal count
        count += 1
        if count == 4:
            raise CredentialsError("RefreshUploadMedia says no.")
        return Credential("local", "local")

    with pytest.raises(CredentialsError, match="RefreshUploadMedia says no"):
        await setting.upload(path, keys=failing, uploader={"threads": 1})
    assert (await setting.upload(path)).parts_skipped == 2
