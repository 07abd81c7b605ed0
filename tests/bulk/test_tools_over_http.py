"""Bulk jobs of many callers: kept in a bucket, known to whoever began them, with their rights and no file of ours."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.redis_store import open_redis
from ims_mcp.server.transfer_tools import FILE_TOOLS
from ims_mcp.settings import Settings
from tests.http.served import NameGate, Served, call, served
from tests.local_ims.server import RunningIms, running_ims
from tests.redis_server import RedisServer

OUT = "oss://local-media/jobs/"
SETTINGS = Settings(
    toolsets=("core", "bulk"),
    exclude_tools=FILE_TOOLS,
    state_dir=Path(os.devnull),  # pyright: ignore[reportArgumentType] - a descriptor that takes a path
)


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


async def ask(to: Served, caller: str, tool: str, **arguments: Any) -> tuple[bool, Any]:
    """(is an error, content) of a call."""
    answered = await call(to.url, tool, arguments, caller=caller)
    assert answered.status_code == 200, answered.text
    text = answered.text.partition("data: ")[2] or answered.text
    result = json.loads(text)["result"]
    is_error = bool(result.get("isError"))
    return is_error, result["content"][0]["text"] if is_error else result["structuredContent"]


@pytest.mark.anyio
async def test_a_job_is_its_callers_alone_and_kept_where_they_say(ims: RunningIms) -> None:
    for number in range(3):
        ims.put(f"many/{number}.mp4", b"x")
    async with served(ims.endpoint, gate=NameGate(), settings=SETTINGS) as to:
        _, looked = await ask(to, "ann", "bulk_start", kind="register", source="oss://local-media/many/", out=OUT)
        assert (looked["state"], looked["rows"]) == ("looked_at", 3)
        _, begun = await ask(to, "ann", "bulk_start", **looked["next_call"]["arguments"])
        job_id = begun["job_id"]
        _, told = await ask(to, "ann", "bulk_status", job_id=job_id, wait_seconds=20)
        assert told["state"] == "done"
        assert (told["done"], told["report"]["csv"]) == (3, f"{OUT}{job_id}/report.csv")
        assert ims.bucket().get_object(f"jobs/{job_id}/report.csv").read().count(b"done") == 3
        for tool, arguments in (("bulk_status", {}), ("bulk_cancel", {}), ("bulk_start", {"retry": "all"})):
            refused, text = await ask(to, "bob", tool, job_id=job_id, **arguments)
            assert refused
            assert f"There is no job '{job_id}'" in text
        assert [job["job_id"] for job in (await ask(to, "ann", "bulk_status"))[1]["jobs"]] == [job_id]
        assert (await ask(to, "bob", "bulk_status"))[1] == {"count": 0, "jobs": []}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"kind": "register", "source": "/etc/passwd", "out": OUT}, "has to be oss://bucket/prefix/"),
        ({"kind": "register", "rows": [{"InputURL": "oss://local-media/1.mp4"}]}, "out: missing"),
        ({"kind": "upload", "rows": [{"path": "/etc/passwd"}], "out": OUT}, "kind"),
        ({"kind": "register", "rows": [{"InputURL": "oss://local-media/1.mp4"}], "out": "/tmp/x"}, "out"),
    ],
)
async def test_no_file_of_the_servers_is_read_or_written(arguments: dict[str, Any], part: str, ims: RunningIms) -> None:
    async with served(ims.endpoint, gate=NameGate(), settings=SETTINGS) as to:
        refused, text = await ask(to, "ann", "bulk_start", **arguments)
    assert refused
    assert part in text


@pytest.mark.anyio
async def test_scopes_are_those_of_what_a_job_does(ims: RunningIms) -> None:
    rows, new = [{"MediaIds": "0" * 32}], {"rows": [{"InputURL": ims.put("one/1.mp4", b"x")}], "out": OUT}
    async with served(ims.endpoint, gate=NameGate(), settings=SETTINGS) as to:
        answered = await call(to.url, "bulk_start", {"kind": "register", **new}, caller="eve/ims:read")
        assert (answered.status_code, "ims:write" in answered.text) == (403, True)
        _, looked = await ask(to, "eve/ims:read,ims:write", "bulk_start", kind="register", **new)
        assert looked["state"] == "looked_at"
        refused, text = await ask(to, "eve/ims:read,ims:write", "bulk_start", kind="delete", rows=rows, out=OUT)
        assert refused
        assert "a token with the scope ims:destructive is needed" in text


@pytest.mark.anyio
async def test_a_place_that_was_written_to_by_others_is_no_job(ims: RunningIms) -> None:
    address = ims.put("two/1.mp4", b"x")
    async with served(ims.endpoint, gate=NameGate(), settings=SETTINGS) as to:
        _, looked = await ask(to, "ann", "bulk_start", kind="register", rows=[{"InputURL": address}], out=OUT)
        key = f"jobs/{looked['job_id']}/job.json"
        forged = json.loads(ims.bucket().get_object(key).read()) | {"confirmed": True, "subject": "root"}
        ims.bucket().put_object(key, json.dumps(forged))
        refused, text = await ask(to, "ann", "bulk_start", **looked["next_call"]["arguments"])
    assert refused
    assert "its job.json was changed" in text


@pytest.mark.anyio
@pytest.mark.skipif(sys.platform == "win32", reason="redis-server")
async def test_a_job_whose_replica_ends_is_gone_on_with_at_another(ims: RunningIms) -> None:
    rows = [{"InputURL": ims.put(f"replica/{number}.mp4", b"x")} for number in range(60)]
    with RedisServer() as redis:
        settings = replace(SETTINGS, redis_url=redis.url)
        async with served(ims.endpoint, gate=NameGate(), settings=settings, store=open_redis(redis.url)) as second:
            async with served(ims.endpoint, gate=NameGate(), settings=settings, store=open_redis(redis.url)) as first:
                _, looked = await ask(first, "ann", "bulk_start", kind="register", rows=rows, out=OUT)
                begin = looked["next_call"]["arguments"] | {"rate": 10}
                _, begun = await ask(first, "ann", "bulk_start", **begin)
                job_id = begun["job_id"]
            await first.server.store.close()
            refused, _ = await ask(second, "bob", "bulk_start", job_id=job_id)
            assert refused
            _, told = await ask(second, "ann", "bulk_status", job_id=job_id)
            assert told["state"] == "interrupted"
            assert told["left"] > 0
            _, _ = await ask(second, "ann", "bulk_start", job_id=job_id, rate=1000)
            _, told = await ask(second, "ann", "bulk_status", job_id=job_id, wait_seconds=30)
            assert (told["state"], told["done"]) == ("done", 60)
        await second.server.store.close()
