"""Whatever breaks between here and OSS: the object arrives as it is, or the error says what happened and what to do."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from ims_mcp.client.oss.errors import UploadDenied, UploadError, UploadInterrupted, WrongObject
from ims_mcp.client.oss.target import Timeouts
from ims_mcp.client.oss.uploader import RETRY
from ims_mcp.client.retry import RetryPolicy
from ims_mcp.local.oss.blobs import Blobs
from tests.fault_proxy import (
    Answer,
    CutAnswer,
    Damage,
    Fault,
    FaultProxy,
    LoseAnswer,
    Mute,
    Reset,
    Rewrite,
    Slow,
    Stall,
)
from tests.oss_uploader.setting import KIB, MIB, PART, QUICK, Keys, Setting, part_number

HASTY = replace(QUICK, stall_seconds=0.4, answer_seconds=0.6)
HASTY_TWICE: dict[str, Any] = {"timeouts": Timeouts(1, 0.2, 0.2, 0.2), "retry": RetryPolicy(2, 0.01, 0.01)}
RESETS: list[Fault] = [Reset(0), Reset(1), Reset(50 * KIB), Reset(PART), LoseAnswer()]
PASSING: list[Fault] = [
    Answer(500, "InternalError"),
    Answer(502, body=b"<html>bad gateway</html>"),
    Answer(503, "ServiceUnavailable", early=True),
    Answer(503, "SlowDown"),
    Answer(429, "QpsLimitExceeded"),
    Answer(400, "RequestTimeout"),
    Stall(10 * KIB),
    Mute(),
    CutAnswer(),
    Damage(60 * KIB),
]


@pytest.mark.anyio
@pytest.mark.parametrize("fault", RESETS + PASSING, ids=str)
async def test_a_part_that_fails_is_sent_again(setting: Setting, fault: Fault) -> None:
    path = setting.file(5 * PART)
    setting.proxy.inject(fault, part_number(2), times=2)
    setting.proxy.inject(fault, part_number(5))
    uploaded = await setting.upload(path, uploader={"timeouts": HASTY})
    assert setting.arrived(path)
    assert uploaded.parts_resent == 3
    assert setting.unfinished() == []


@pytest.mark.anyio
@pytest.mark.parametrize("fault", RESETS + PASSING, ids=str)
async def test_a_file_in_one_request_is_sent_again(setting: Setting, fault: Fault) -> None:
    path = setting.file(PART)
    setting.proxy.inject(fault, "put", times=2)
    uploaded = await setting.upload(path, uploader={"timeouts": HASTY})
    assert setting.arrived(path)
    assert uploaded.parts_resent == 2


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["begin", "complete"])
@pytest.mark.parametrize("fault", [Reset(0), LoseAnswer(), Answer(500, "InternalError"), Mute(), CutAnswer()], ids=str)
async def test_the_first_and_the_last_request_are_repeated_and_leave_nothing_behind(
    setting: Setting, kind: str, fault: Fault
) -> None:
    path = setting.file(5 * PART)
    setting.proxy.inject(fault, kind)
    uploaded = await setting.upload(path)
    assert setting.arrived(path)
    assert uploaded.parts_resent == 0
    assert setting.unfinished() == []
    assert setting.left_behind() == []


@pytest.mark.anyio
@pytest.mark.parametrize("region", ["", "cn-shanghai"])
async def test_an_upload_that_was_begun_unseen_is_found_and_aborted(setting: Setting, region: str) -> None:
    setting.proxy.inject(LoseAnswer(), "begin", times=2)
    await setting.upload(setting.file(3 * PART), target=setting.target("目录/a b+%&=?.bin", region=region))
    assert len(setting.proxy.of_kind("begin")) == 3
    assert setting.unfinished() == []


@pytest.mark.anyio
async def test_where_uploads_may_not_be_listed_one_begun_unseen_fails_nothing(setting: Setting) -> None:
    setting.make_bucket()
    setting.proxy.inject(LoseAnswer(), "begin")
    path = setting.file(3 * PART)
    await setting.upload(path, keys=Keys(setting.temporary()))
    assert setting.arrived(path)
    (remainder,) = setting.unfinished()
    assert remainder, "a credential for one key cannot find it; it has no parts"


@pytest.mark.anyio
async def test_a_lost_answer_to_the_last_request_is_not_taken_for_a_failure(setting: Setting) -> None:
    setting.proxy.inject(LoseAnswer(), "complete", times=2)
    path = setting.file(3 * PART)
    await setting.upload(path)
    assert setting.kinds()[-3:] == ["complete", "complete", "look"] or setting.kinds()[-2:] == ["complete", "look"]
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_a_slow_link_is_not_a_stall(setting: Setting) -> None:
    """A part takes four times as long as a stall may, and waits in the kernel longer than an answer may take."""
    path = setting.file(1 * MIB)
    setting.proxy.inject(Slow(256 * KIB), "part", times=9)
    options = {"timeouts": replace(QUICK, answer_seconds=0.5), "retry": RetryPolicy(max_tries=1)}
    uploaded = await setting.upload(path, uploader={"part_bytes": MIB // 2, **options})
    assert uploaded.parts_resent == 0
    assert uploaded.seconds > 1.5
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_a_stall_with_a_full_kernel_buffer_is_noticed(setting: Setting) -> None:
    """The part is larger than what the kernel takes in advance: sending itself comes to a stop."""
    with FaultProxy(setting.oss.port, receive_buffer_bytes=16 * KIB) as proxy:
        proxy.inject(Stall(64 * KIB), "part")
        path = setting.file(24 * MIB)
        uploaded = await setting.upload(
            path, target=setting.target(endpoint=proxy.url), uploader={"part_bytes": 16 * MIB, "threads": 1}
        )
        assert uploaded.parts_resent == 1
        assert setting.arrived(path)
        proxy.inject(Stall(64 * KIB), "part", times=9)
        with pytest.raises(UploadInterrupted, match=r"the connection took no byte for 0\.5 s"):
            await setting.upload(
                path,
                target=setting.target(endpoint=proxy.url),
                uploader={
                    "part_bytes": 16 * MIB,
                    "timeouts": Timeouts(stall_seconds=0.5),
                    "retry": RetryPolicy(max_tries=1),
                },
            )


@pytest.mark.anyio
async def test_giving_up_says_what_happened_and_that_it_can_be_resumed(setting: Setting) -> None:
    path = setting.file(6 * PART)
    setting.proxy.inject(Reset(1), part_number(4), times=99)
    with pytest.raises(UploadInterrupted) as failure:
        await setting.upload(path, uploader={"threads": 1})
    text = failure.value.explain()
    assert f"clip.bin to oss://{setting.bucket}/clip.bin stopped" in text
    assert "part 4 was tried 4 times, and the last time the connection was" in text
    assert f"{3 * PART:,} of {6 * PART:,} bytes are in OSS" in text
    assert "What is in OSS is not sent again." in text
    assert failure.value.resumable
    assert setting.stored() is None
    setting.proxy.clear()
    before = len(setting.proxy.seen)
    uploaded = await setting.upload(path)
    assert uploaded.parts_skipped == 3
    assert sorted(seen.part for seen in setting.proxy.seen[before:] if seen.kind == "part") == [4, 5, 6]
    assert setting.arrived(path)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Answer(500, "InternalError", "the disk is full"), "OSS answered InternalError (HTTP 500): the disk is full"),
        (Answer(503), "OSS answered (HTTP 503)"),
        (Stall(), "OSS did not answer in time"),
        (Mute(), "OSS did not answer in time"),
        (LoseAnswer(), "the connection was"),
        (Damage(), "what arrived is not what was sent"),
    ],
    ids=str,
)
async def test_the_text_names_the_last_thing_that_went_wrong(setting: Setting, fault: Fault, words: str) -> None:
    setting.proxy.inject(fault, "part", times=99)
    with pytest.raises(UploadInterrupted) as failure:
        await setting.upload(setting.file(3 * PART), uploader=HASTY_TWICE)
    assert words in failure.value.explain()


@pytest.mark.anyio
@pytest.mark.parametrize("size", [PART, 3 * PART])
async def test_nobody_listening_is_said_after_every_try(setting: Setting, size: int) -> None:
    target = setting.target(endpoint="http://127.0.0.1:1")
    with pytest.raises(
        UploadInterrupted, match=r"tried 4 times, and the last time no connection to 127\.0\.0\.1:1 was"
    ):
        await setting.upload(setting.file(size), target=target)


@pytest.mark.anyio
@pytest.mark.parametrize("size", [PART, 3 * PART])
async def test_a_name_that_does_not_resolve_is_said(setting: Setting, size: int) -> None:
    target = setting.target(endpoint="https://oss.nowhere.invalid")
    with pytest.raises(UploadInterrupted, match=r"could not be resolved"):
        await setting.upload(setting.file(size), target=target, uploader={"retry": RetryPolicy(2, 0.01)})


@pytest.mark.anyio
@pytest.mark.parametrize("size", [PART, 3 * PART])
async def test_a_final_answer_is_not_asked_for_again(setting: Setting, size: int) -> None:
    setting.proxy.inject(Answer(404, "NoSuchBucket", "The bucket does not exist."), lambda _: True, times=99)
    with pytest.raises(UploadDenied) as failure:
        await setting.upload(setting.file(size))
    assert len(setting.proxy.seen) == 1
    assert failure.value.code == "NoSuchBucket"
    assert failure.value.request_id == "5C3D9175B6FC201293AD4890"
    assert "RequestId: 5C3D9175B6FC201293AD4890" in failure.value.explain()
    assert "endpoint is of its region" in failure.value.explain()
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_a_denial_in_the_middle_keeps_what_was_sent(setting: Setting) -> None:
    setting.proxy.inject(Answer(403, "AccessDenied", "not yours"), part_number(3), times=1)
    path = setting.file(4 * PART)
    with pytest.raises(UploadDenied) as failure:
        await setting.upload(path, uploader={"threads": 1})
    assert failure.value.resumable
    assert "oss:PutObject" in failure.value.explain()
    assert (await setting.upload(path)).parts_skipped == 2


@pytest.mark.anyio
@pytest.mark.parametrize("size", [PART, 3 * PART])
async def test_a_page_of_a_captive_portal_is_not_taken_for_oss(setting: Setting, size: int) -> None:
    page = Answer(200, body=b"<html><body>Please log in</body></html>")
    setting.proxy.inject(page, lambda seen: seen.kind in ("begin", "put"), times=99)
    with pytest.raises(UploadDenied, match=r"OSS does not say|does not say the CRC-64"):
        await setting.upload(setting.file(size))
    assert setting.stored() is None


@pytest.mark.anyio
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(setting: Setting, status: int) -> None:
    """It would take the token along to wherever it leads."""
    with FaultProxy(setting.oss.port) as elsewhere:
        redirect = Answer(status, headers=(("location", f"{elsewhere.url}/elsewhere"),))
        setting.proxy.inject(redirect, lambda _: True, times=99)
        with pytest.raises(UploadDenied, match=f"HTTP {status}"):
            await setting.upload(setting.file(PART))
        assert elsewhere.seen == []


@pytest.mark.anyio
async def test_an_endless_answer_is_cut_off(setting: Setting) -> None:
    setting.proxy.inject(Answer(500, body=b"x" * (5 * MIB)), "put")
    path = setting.file(PART)
    await setting.upload(path)
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_the_wait_that_the_service_asks_for_is_kept(setting: Setting) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    setting.proxy.inject(Answer(503, "SlowDown", headers=(("Retry-After", "7"),)), "put")
    setting.proxy.inject(Answer(500, "InternalError"), "put", times=2)
    uploader: dict[str, Any] = {"sleep": sleep, "jitter": lambda: 0.5, "retry": RetryPolicy(4, 1.0, 1.5)}
    await setting.upload(setting.file(10), uploader=uploader)
    assert waits == [7.5, 0.75, 0.75]


@pytest.mark.anyio
async def test_an_object_that_is_not_what_was_sent_is_deleted(setting: Setting) -> None:
    setting.proxy.inject(Rewrite("x-oss-hash-crc64ecma", "12345"), "complete")
    with pytest.raises(WrongObject) as failure:
        await setting.upload(setting.file(3 * PART))
    assert "is not what was sent: its CRC-64 differs. It was deleted." in failure.value.explain()
    assert setting.stored() is None
    assert setting.left_behind() == []
    assert setting.unfinished() == []


@pytest.mark.anyio
async def test_a_wrong_object_that_cannot_be_deleted_is_named(setting: Setting) -> None:
    setting.proxy.inject(Rewrite("x-oss-hash-crc64ecma", "12345"), "complete")
    setting.proxy.inject(Answer(403, "AccessDenied"), "delete", times=9)
    with pytest.raises(WrongObject, match=r"could not be deleted .*do not use it"):
        await setting.upload(setting.file(3 * PART))


@pytest.mark.anyio
async def test_a_small_object_that_is_not_what_was_sent_is_deleted(setting: Setting) -> None:
    setting.proxy.inject(Rewrite("x-oss-hash-crc64ecma", "12345"), "put", times=4)
    with pytest.raises(WrongObject):
        await setting.upload(setting.file(PART))
    assert setting.stored() is None


@pytest.mark.anyio
async def test_a_small_file_that_is_damaged_on_its_way_is_never_stored_wrong(setting: Setting) -> None:
    setting.proxy.inject(Damage(5), "put", times=4)
    with pytest.raises(UploadInterrupted, match="InvalidDigest"):
        await setting.upload(setting.file(PART))
    assert "delete" not in setting.kinds()
    assert setting.stored() is None


@pytest.mark.anyio
async def test_a_complete_answer_without_a_crc_is_looked_up(setting: Setting) -> None:
    setting.proxy.inject(Rewrite("x-oss-hash-crc64ecma", None), "complete")
    path = setting.file(3 * PART)
    await setting.upload(path)
    assert setting.kinds()[-1] == "look"


@pytest.mark.anyio
async def test_a_store_that_gives_no_crc_is_not_trusted(setting: Setting) -> None:
    setting.proxy.inject(Rewrite("x-oss-hash-crc64ecma", None), "part", times=99)
    with pytest.raises(UploadDenied, match="does not say the CRC-64"):
        await setting.upload(setting.file(3 * PART))


@pytest.mark.anyio
async def test_an_upload_that_somebody_aborts_starts_from_the_beginning_next_time(setting: Setting) -> None:
    path = setting.file(6 * PART)
    setting.proxy.inject(Answer(404, "NoSuchUpload"), part_number(3))
    with pytest.raises(UploadInterrupted) as failure:
        await setting.upload(path)
    assert "starts from the beginning" in failure.value.explain()
    assert not failure.value.resumable
    assert setting.left_behind() == []
    await setting.upload(path)
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_a_part_that_oss_lost_ends_with_nothing_left(setting: Setting) -> None:
    setting.proxy.inject(Answer(400, "InvalidPart"), "complete")
    with pytest.raises(UploadInterrupted, match="InvalidPart"):
        await setting.upload(setting.file(3 * PART))
    assert setting.unfinished() == []
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_a_full_disk_on_the_side_of_oss_is_said(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = setting.file(3 * PART)
    with monkeypatch.context() as broken:
        broken.setattr(Blobs, "receive", full)
        with pytest.raises(UploadInterrupted, match="disk of the local OSS is full"):
            await setting.upload(path)
    await setting.upload(path)
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_random_faults_end_in_the_object_or_in_an_error_but_never_in_a_wrong_object(setting: Setting) -> None:
    numbers = random.Random(3)
    path = setting.file(12 * PART)
    for round_ in range(12):
        key = f"{round_}.bin"
        for _ in range(10):
            setting.proxy.inject(numbers.choice(RESETS + PASSING[:6] + [Damage(9)]), lambda _: numbers.random() < 0.4)
        try:
            await setting.upload(path, target=setting.target(key), transfer_id=key, uploader={"threads": 4})
        except UploadError:
            setting.proxy.clear()
            await setting.upload(path, target=setting.target(key), transfer_id=key)
        setting.proxy.clear()
        assert setting.arrived(path, key)
    assert setting.unfinished() == []
    assert setting.left_behind() == []


def test_all_waits_between_tries_together_are_bounded() -> None:
    assert sum(RETRY.compute_backoff_seconds(tries, None, 1.0) for tries in range(1, RETRY.max_tries)) < 60
