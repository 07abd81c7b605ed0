"""A cancelled upload stops at once, wherever it is, and takes back what it sent."""

from __future__ import annotations

import importlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from tests.fault_proxy import Delay, Fault, FaultProxy, LoseAnswer, Mute, Slow, Stall
from tests.oss_uploader.setting import AT_ONCE_SECONDS, KIB, MIB, PART, PATIENT, Keys, Setting, until

SIZE = 24 * MIB
Until = Callable[[Setting], bool]


async def cancel_once(setting: Setting, then: Until, **options: Any) -> None:
    """An upload that waits long for everything is cancelled once ``then`` holds, and stops long before that is over."""
    path = setting.file(options.pop("size", SIZE))
    options["uploader"] = {"part_bytes": 2 * MIB, "timeouts": PATIENT} | options.get("uploader", {})
    with anyio.fail_after(AT_ONCE_SECONDS):
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: setting.upload(path, **options))
            await until(lambda: then(setting))
            group.cancel_scope.cancel()


def parts_begun(count: int) -> Until:
    return lambda setting: len(setting.proxy.of_kind("part")) >= count


@pytest.mark.anyio
@pytest.mark.parametrize("fault", [None, Slow(500 * KIB), Stall(64 * KIB), Mute()], ids=str)
async def test_it_stops_and_the_multipart_upload_is_aborted(setting: Setting, fault: Fault | None) -> None:
    if fault is not None:
        setting.proxy.inject(fault, "part", times=99)
    await cancel_once(setting, parts_begun(2))
    assert setting.unfinished() == []
    assert setting.left_behind() == []
    assert setting.stored() is None
    assert setting.kinds()[-2:] == ["abort", "abort"]


@pytest.mark.anyio
async def test_what_waits_in_the_kernel_is_not_sent_any_more(setting: Setting) -> None:
    with FaultProxy(setting.oss.port, receive_buffer_bytes=16 * KIB) as proxy:
        setting.proxy = proxy
        proxy.inject(Slow(1_000 * KIB), "part", times=99)
        await cancel_once(setting, lambda _: sum(seen.forwarded for seen in proxy.seen) > 200 * KIB)
        forwarded = sum(seen.forwarded for seen in proxy.seen)
        await until(lambda: not proxy.open_connections)
        # Megabytes were ahead in this machine's own buffers; what the proxy had received it passed on.
        assert sum(seen.forwarded for seen in proxy.seen) - forwarded <= 2 * 128 * KIB


@pytest.mark.anyio
@pytest.mark.parametrize("fault", [None, LoseAnswer()], ids=str)
async def test_cancelled_while_it_begins_it_leaves_nothing_behind(setting: Setting, fault: Fault | None) -> None:
    if fault is not None:
        setting.proxy.inject(fault, "begin", times=99)
    begun: Until = lambda setting: bool(setting.proxy.of_kind("begin"))  # noqa: E731
    await cancel_once(setting, begun)
    assert setting.unfinished() == []
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_cancelled_while_it_begins_it_waits_for_the_id_that_is_to_be_aborted(setting: Setting) -> None:
    """A credential for one key cannot look for it afterwards."""
    setting.make_bucket()
    setting.proxy.inject(Delay(0.2), "begin")
    begun: Until = lambda setting: bool(setting.unfinished())  # noqa: E731
    await cancel_once(setting, begun, keys=Keys(setting.temporary()))
    assert setting.unfinished() == []
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_a_small_file_stops_as_well(setting: Setting) -> None:
    setting.proxy.inject(Slow(500 * KIB), "put", times=99)
    putting: Until = lambda setting: bool(setting.proxy.of_kind("put"))  # noqa: E731
    await cancel_once(setting, putting, size=8 * MIB, uploader={"multipart_threshold_bytes": 16 * MIB})
    assert setting.stored() is None


@pytest.mark.anyio
async def test_it_stops_while_it_waits_for_a_connection(setting: Setting) -> None:
    """A listener whose queue is full does not answer a connection at all."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        path = setting.file(3 * PART)
        target = setting.target(endpoint=f"http://127.0.0.1:{port}")
        # Nothing tells when it waits: a connection that nobody takes leaves no trace at the listener.
        with anyio.fail_after(AT_ONCE_SECONDS), anyio.move_on_after(0.3):
            await setting.upload(path, target=target, uploader={"timeouts": PATIENT})
        for each in waiting:
            each.close()


@pytest.mark.anyio
async def test_it_stops_while_it_waits_to_try_again(setting: Setting) -> None:
    setting.proxy.inject(LoseAnswer(), "part", times=99)

    async def forever(_: float) -> None:
        await anyio.sleep_forever()

    await cancel_once(setting, parts_begun(2), uploader={"sleep": forever})
    assert setting.unfinished() == []


@pytest.mark.anyio
async def test_it_stops_while_it_asks_for_a_credential(setting: Setting) -> None:
    asked: list[bool] = []

    async def slow_keys(*, force: bool = False) -> Any:
        asked.append(force)
        await anyio.sleep_forever()

    await cancel_once(setting, lambda _: bool(asked), keys=slow_keys, size=PART)


@pytest.mark.anyio
async def test_cancelled_before_it_goes_on_it_takes_back_what_an_earlier_run_sent(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While what it needs is still being loaded."""
    setting.proxy.inject(Slow(4_000 * KIB), "part", times=99)
    await cancel_once(setting, parts_begun(2), keep_when_cancelled=lambda: True)
    assert len(setting.unfinished()) == 1
    loading: list[str] = []
    ended = threading.Event()
    load = importlib.import_module

    def slow_load(name: str) -> Any:
        if not loading:
            loading.append(name)
            ended.wait(60)
        return load(name)

    monkeypatch.setattr(importlib, "import_module", slow_load)
    await cancel_once(setting, lambda _: bool(loading))
    ended.set()
    assert setting.unfinished() == []
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_what_is_going_to_be_resumed_is_kept(setting: Setting) -> None:
    """The server ends, and the transfer goes on when it is started again."""
    setting.proxy.inject(Slow(4_000 * KIB), "part", times=99)
    two_sent: Until = lambda setting: len(setting.parts_sent()) >= 2  # noqa: E731
    await cancel_once(setting, two_sent, keep_when_cancelled=lambda: True)
    assert setting.left_behind() == ["t1.json"]
    assert len(setting.unfinished()) == 1
    setting.proxy.clear()
    uploaded = await setting.upload(setting.home / "clip.bin", uploader={"part_bytes": 2 * MIB})
    assert uploaded.parts_skipped >= 2
    assert setting.unfinished() == []


@pytest.mark.anyio
async def test_what_cannot_be_aborted_now_can_be_later(setting: Setting) -> None:
    setting.proxy.inject(Mute(), "abort", times=99)
    await cancel_once(setting, parts_begun(2))
    assert setting.left_behind() == ["t1.json"]
    setting.proxy.clear()
    await setting.abort()
    assert setting.unfinished() == []
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_a_deadline_of_the_caller_ends_it_as_well(setting: Setting) -> None:
    setting.proxy.inject(Slow(500 * KIB), "part", times=99)
    path = setting.file(SIZE)
    with anyio.move_on_after(0.3) as deadline:  # a time is the point here
        await setting.upload(path)
    assert deadline.cancelled_caught
    assert setting.unfinished() == []
