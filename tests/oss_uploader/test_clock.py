"""A clock that is off does not stop an upload: OSS says its time, and what comes after is signed with that."""

from __future__ import annotations

import time

import pytest

from ims_mcp.client.clock import ServiceClock
from ims_mcp.client.oss.errors import UploadDenied
from ims_mcp.client.oss.parts import ByteCounter
from ims_mcp.client.oss.target import UploadTarget
from tests.fault_proxy import Answer
from tests.oss_uploader.setting import OWNER, PART, Keys, Setting

pytestmark = pytest.mark.anyio
HOUR = 3600.0
SIZES = (PART, 6 * PART)


@pytest.mark.parametrize("region", ["", "cn-shanghai"], ids=["signed in the older way", "signed with V4"])
@pytest.mark.parametrize("off", [-HOUR, HOUR, 400 * 24 * HOUR])
@pytest.mark.parametrize("size", SIZES)
async def test_a_clock_that_is_off_is_put_right_by_the_first_answer(
    setting: Setting, size: int, off: float, region: str
) -> None:
    clock = ServiceClock(lambda: time.time() + off)
    path = setting.file(size)
    await setting.upload(path, target=setting.target(region=region), uploader={"clock": clock})
    assert setting.arrived(path)
    assert [seen.status for seen in setting.proxy.seen].count(403) == 1
    assert abs(clock.offset_seconds + off) < 60


@pytest.mark.parametrize("size", SIZES)
async def test_a_clock_that_goes_off_on_the_way_is_put_right_for_all_parts(setting: Setting, size: int) -> None:
    counter = ByteCounter()
    clock = ServiceClock(lambda: time.time() - (2 * HOUR if counter.bytes_confirmed else 0))
    path = setting.file(size)
    await setting.upload(path, uploader={"clock": clock, "threads": 2}, counter=counter)
    assert setting.arrived(path)
    assert (403 in [seen.status for seen in setting.proxy.seen]) == (size > PART)


async def test_the_time_an_error_names_counts_where_the_answer_has_no_date(setting: Setting) -> None:
    clock = ServiceClock()
    body = (
        b"<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message>"
        b"<ServerTime>2031-01-02T03:04:05.000Z</ServerTime></Error>"
    )
    setting.proxy.inject(Answer(403, body=body), "put", times=99)
    with pytest.raises(UploadDenied, match="RequestTimeTooSkewed"):
        await setting.upload(setting.file(PART), uploader={"clock": clock})
    assert len(setting.proxy.seen) == 2, "put right once, and not for ever"
    assert abs(clock.now() - 1925089445) < 60


async def test_a_service_that_names_no_time_is_believed_that_the_clock_is_off(setting: Setting) -> None:
    setting.proxy.inject(Answer(403, "RequestTimeTooSkewed"), "put", times=99)
    with pytest.raises(UploadDenied) as failure:
        await setting.upload(setting.file(PART))
    assert "set this machine's clock" in failure.value.next_step
    assert len(setting.proxy.seen) == 1


@pytest.mark.parametrize("answer", [True, False])
async def test_asking_whether_an_object_exists_puts_the_clock_right_as_well(setting: Setting, answer: bool) -> None:
    path = setting.file(PART)
    await setting.upload(path)
    clock = ServiceClock(lambda: time.time() - HOUR)
    target = setting.target() if answer else UploadTarget(setting.proxy.url, setting.bucket, "another.bin")
    assert await setting.uploader(clock=clock).exists(target, Keys(OWNER)) is answer
    assert clock.offset_seconds > HOUR - 60
