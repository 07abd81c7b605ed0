"""In buckets of the user's own nothing is overwritten: not what is there, and not what appears while a file is sent."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import pytest

from tests.fault_proxy import Answer, FaultProxy, LoseAnswer, Mute, Reset, Rewrite
from tests.transfers.setting import ALWAYS, MIB, Setting, call, refused, until

pytestmark = pytest.mark.anyio
SMALL, LARGE = 0, MIB
"""Sent in one request, and in parts."""
MAKING = ("put", "begin", "complete")
"""What makes an object, or begins to."""


def appear(setting: Setting, path: Path, kind: str) -> None:
    """Somebody else's object takes the key just before the first request of that kind arrives."""
    key = path.name
    setting.proxy.inject(
        Reset(), lambda seen: seen.kind == kind and bool(setting.ims.put(key, b"theirs", setting.bucket)) and False
    )


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("own", [False, True])
async def test_every_request_that_makes_an_object_of_theirs_says_so(setting: Setting, size: int, own: bool) -> None:
    path = setting.video(size)
    async with setting.client() as client:
        told = await call(client, "upload_media", path=str(path), destination=setting.own() if own else "vod")
    assert told["state"] == "done"
    making = [seen for seen in setting.proxy.seen if seen.kind in MAKING and not seen.headers.get("x-acs-action")]
    assert [seen.kind for seen in making] == (["put"] if size == SMALL else ["begin", "complete"])
    # In VOD storage every upload has a key of its own.
    assert {seen.headers.get("x-oss-forbid-overwrite") for seen in making} == {"true" if own else None}


async def test_resuming_says_so_too(setting: Setting) -> None:
    path = setting.video(LARGE)
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), destination=setting.own(), wait_seconds=0)
        await until(setting.sent_parts)
    setting.fast()
    setting.proxy.seen.clear()
    setting.ims.put(path.name, b"theirs", setting.bucket)
    async with setting.client() as client:
        text = await refused(client, "transfer_status", transfer_id=first["transfer_id"])
    assert f"oss://{setting.bucket}/{path.name} exists already and is not overwritten" in text
    assert setting.content(f"oss://{setting.bucket}/{path.name}") == b"theirs"
    assert setting.unfinished(f"oss://{setting.bucket}/{path.name}") == []


@pytest.mark.parametrize(("size", "kind"), [(SMALL, "put"), (LARGE, "begin"), (LARGE, "part"), (LARGE, "complete")])
async def test_what_appears_while_a_file_is_sent_stays_and_the_upload_is_taken_back(
    setting: Setting, size: int, kind: str
) -> None:
    path = setting.video(size)
    destination = setting.own()
    appear(setting, path, kind)
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=str(path), destination=destination)
        assert f"oss://{setting.bucket}/{path.name} exists already and is not overwritten" in text
        assert "Choose another prefix" in text
        assert setting.content(f"oss://{setting.bucket}/{path.name}") == b"theirs"
        assert setting.unfinished(f"oss://{setting.bucket}/{path.name}") == []
        assert setting.journal()[0]["state"] == "failed"
        setting.fast()
        other = await call(client, "upload_media", path=str(path), destination=f"{destination}another/")
    assert other["state"] == "done"


@pytest.mark.parametrize(("size", "kind"), [(SMALL, "put"), (LARGE, "begin"), (LARGE, "complete")])
async def test_an_answer_that_is_lost_is_no_object_in_the_way(setting: Setting, size: int, kind: str) -> None:
    path = setting.video(size)
    setting.proxy.inject(LoseAnswer(), kind)
    async with setting.client() as client:
        told = await call(client, "upload_media", path=str(path), destination=setting.own())
    assert told["state"] == "done"
    assert setting.content(told["object"]) == path.read_bytes()
    assert setting.unfinished(told["object"]) == []
    assert setting.asked("RegisterMediaInfo") == 1


@pytest.mark.parametrize(("size", "kind"), [(SMALL, "put"), (LARGE, "complete")])
async def test_a_server_that_ended_before_it_heard_of_its_object_finds_it(
    setting: Setting, size: int, kind: str
) -> None:
    path = setting.video(size)
    arguments = {"path": str(path), "destination": setting.own()}
    setting.proxy.inject(Mute(), kind)
    async with setting.client(served=size == SMALL) as client:
        await call(client, "upload_media", **arguments, wait_seconds=0)
        await until(lambda: setting.content(f"oss://{setting.bucket}/{path.name}"))
    [left] = setting.journal()
    assert (left["state"], left["uploaded"]) == ("uploading", {})
    # As after a crash in between: the object is there, and what the uploader wrote down is gone.
    written = setting.state / "transfers" / f"{left['id']}.json"
    written.write_text(json.dumps(left))
    async with setting.client() as client:
        told = await call(client, "upload_media", **arguments)
    assert told["state"] == "done"
    assert told["transfer_id"] == left["id"]
    assert setting.content(told["object"]) == path.read_bytes()
    assert setting.unfinished(told["object"]) == []


async def test_an_object_that_arrived_wrong_is_not_in_the_way_of_the_next_try(setting: Setting) -> None:
    path = setting.video()
    setting.proxy.inject(Rewrite("x-oss-hash-crc64ecma", "1"), "put")
    async with setting.client() as client:
        told = await call(client, "upload_media", path=str(path), destination=setting.own())
    assert told["uploaded"]["parts_resent"] == 1
    assert setting.content(told["object"]) == path.read_bytes()


async def test_an_object_that_arrives_wrong_each_time_does_not_stay(setting: Setting) -> None:
    path = setting.video()
    for kind in ("put", "look"):
        setting.proxy.inject(Rewrite("x-oss-hash-crc64ecma", "1"), kind, times=ALWAYS)
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=str(path), destination=setting.own())
    assert "is not what was sent" in text
    assert "It was deleted." in text
    assert len(setting.proxy.of_kind("put")) == 3
    assert setting.content(f"oss://{setting.bucket}/{path.name}") is None


# The question whether the key is taken, which comes before all that.


@pytest.mark.parametrize("fault", [Reset(), Answer(503, "ServiceUnavailable"), LoseAnswer(), Answer(500)])
async def test_a_failure_of_the_moment_in_that_question_is_asked_over(
    setting: Setting, fault: Reset | Answer | LoseAnswer
) -> None:
    path = setting.video()
    setting.proxy.inject(fault, "look")
    async with setting.client() as client:
        assert (await call(client, "upload_media", path=str(path), destination=setting.own()))["state"] == "done"


@pytest.mark.parametrize("fault", [Reset(), Answer(503, "ServiceUnavailable")])
async def test_a_network_that_fails_there_interrupts_the_transfer_and_blames_no_bucket(
    setting: Setting, fault: Reset | Answer
) -> None:
    path = setting.video()
    destination = setting.own()
    setting.proxy.inject(fault, "look", times=ALWAYS)
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=str(path), destination=destination)
        [left] = setting.journal()
        assert "was interrupted" in text
        assert f"call transfer_status with transfer_id {left['id']}" in text
        assert "HTTP -" not in text
        for blamed in ("name of the bucket", "its region", "credentials may"):
            assert blamed not in text
        assert left["state"] == "starting"
        [listed] = (await call(client, "transfer_status"))["transfers"]
        assert listed["state"] == "interrupted"
        setting.fast()
        told = await call(client, "transfer_status", transfer_id=left["id"])
    assert told["state"] == "done"
    assert setting.content(told["object"]) == path.read_bytes()


async def test_a_right_that_is_missing_there_is_named(setting: Setting) -> None:
    path = setting.video()
    setting.proxy.inject(Answer(403, "AccessDenied"), "look")
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=str(path), destination=setting.own())
    assert "(HTTP 403)" in text
    assert "oss:GetObject" in text
    assert "no answer" not in text
    assert setting.writes() == []


async def test_a_redirect_of_that_question_is_not_followed(setting: Setting) -> None:
    path = setting.video()
    destination = setting.own()
    with FaultProxy(int(setting.ims.endpoint.rpartition(":")[2])) as elsewhere:
        location = ("location", f"{elsewhere.url}/{setting.bucket}/{path.name}")
        setting.proxy.inject(Answer(307, headers=(location,)), "look", times=ALWAYS)
        async with setting.client() as client:
            text = await refused(client, "upload_media", path=str(path), destination=destination)
        assert "a redirection, which is not followed" in text
        assert elsewhere.seen == []
    assert setting.writes() == []


async def test_neither_netrc_nor_a_proxy_comes_between_that_question_and_this_machine(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination = setting.own()
    netrc = setting.home / "netrc"
    netrc.write_text("default login somebody password something-else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    path = setting.video()
    async with setting.client() as client:
        assert (await call(client, "upload_media", path=str(path), destination=destination))["state"] == "done"
    assert all(not seen.headers["authorization"].startswith("Basic") for seen in setting.proxy.of_kind("look"))


async def test_a_question_without_an_answer_is_cancelled_at_once(setting: Setting) -> None:
    path = setting.video()
    destination = setting.own()
    setting.proxy.inject(Mute(), "look", times=ALWAYS)
    # With the waits of the command: an answer is waited for a minute.
    async with setting.client(served=True) as client:
        first = await call(client, "upload_media", path=str(path), destination=destination, wait_seconds=0)
        await until(lambda: setting.proxy.of_kind("look"))
        with anyio.fail_after(60):
            told = await call(client, "cancel_transfer", transfer_id=first["transfer_id"])
    assert told["state"] == "cancelled"
    assert setting.writes() == []
