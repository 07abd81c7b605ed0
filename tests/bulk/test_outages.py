"""In the middle of a job the service is gone, its place takes nothing more, its disk is full; then all is as before."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import anyio
import anyio.to_thread
import pytest
from mcp import Client

from tests.bulk.test_cli import options, write_rows
from tests.bulk.test_tools import User, begin, call, read_table, settings_in
from tests.cli.running import KEYS, clean_environment, run, without_measuring
from tests.client.scripted_service import Answer as ScriptedAnswer
from tests.client.scripted_service import ScriptedService
from tests.fault_proxy import Answer, FaultProxy, Seen
from tests.local_ims.server import ImsProcess, RunningIms, running_ims, wait_for
from tests.server.connected import LOCAL, connected

if sys.platform != "win32":
    import resource

pytestmark = pytest.mark.anyio
LOCAL_KEYS = dict.fromkeys(KEYS, "local")
PATIENCE_SECONDS = 120.0
ROWS = 90


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shard is tried again after a second, not fifteen."""
    monkeypatch.setattr("ims_mcp.workflows.bulk.engine._PROBLEM_SECONDS", 1.0)


async def follow(client: Client, job_id: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What bulk_status tells once it is so."""
    with anyio.fail_after(PATIENCE_SECONDS):
        while True:
            told = await call(client, "bulk_status", job_id=job_id)
            if until(told):
                return told
            await anyio.sleep(0.05)


async def wait_for_done(client: Client, job_id: str) -> dict[str, Any]:
    told = await follow(client, job_id, lambda told: told["state"] != "running")
    assert told["state"] == "done", told
    return told


def list_assets(ims: RunningIms) -> Counter[str]:
    """How many assets an address has."""
    answer = ims.call("ListMediaBasicInfos", MaxResults="100")
    assert len(answer["MediaInfos"]) == answer["TotalCount"]
    return Counter(each["MediaBasicInfo"]["InputURL"] for each in answer["MediaInfos"])


@pytest.mark.parametrize("seconds", [3, pytest.param(20, marks=pytest.mark.slow)])
async def test_while_the_service_is_gone_rows_wait_and_then_each_is_done_once(tmp_path: Path, seconds: int) -> None:
    def start(port: int = 0) -> ImsProcess:
        return ImsProcess(tmp_path / "data", port=port)

    process = await anyio.to_thread.run_sync(start)
    port = int(process.ims.endpoint.rpartition(":")[2])
    try:
        addresses = [process.ims.put(f"{number}.mp4", b"x") for number in range(ROWS)]
        async with connected(
            process.ims.endpoint, credential=LOCAL, settings=settings_in(tmp_path), elicitation=User()
        ) as client:

            async def break_off(**arguments: Any) -> dict[str, Any]:
                nonlocal process
                begun = await begin(client, rate=30, **arguments)
                await follow(client, begun["job_id"], lambda told: told["done"] >= 15)
                await anyio.to_thread.run_sync(process.kill)
                await anyio.sleep(seconds)  # it is away for so long
                assert (await call(client, "bulk_status", job_id=begun["job_id"]))["left"] > 0
                process = await anyio.to_thread.run_sync(start, port)
                told = await wait_for_done(client, begun["job_id"])
                assert told["done"] + told.get("exists", 0) == ROWS, told
                return told

            registered = await break_off(kind="register", rows=[{"InputURL": address} for address in addresses])
            assert list_assets(process.ims) == Counter(addresses)
            media_ids = [row["MediaId"] for row in read_table(registered)]
            assert len(set(media_ids)) == ROWS
            await break_off(kind="delete", rows=[{"MediaIds": media_id} for media_id in media_ids])
            assert list_assets(process.ims) == Counter()
    finally:
        process.kill()


def asks_for(prefix: str, *methods: str) -> Callable[[Seen], bool]:
    return lambda seen: seen.method in methods and seen.path.startswith(f"/{prefix}")


@pytest.mark.usefixtures("impatient")
async def test_while_its_prefix_may_not_be_written_a_job_waits_and_goes_on_by_itself(tmp_path: Path) -> None:
    with running_ims(tmp_path / "data") as ims, FaultProxy(int(ims.endpoint.rpartition(":")[2])) as proxy:
        rows = [{"InputURL": ims.put(f"{number}.mp4", b"x")} for number in range(ROWS)]
        jobs = {"kind": "register", "rows": rows, "out": "oss://local-media/jobs/"}
        async with connected(proxy.url, credential=LOCAL, settings=settings_in(tmp_path)) as client:

            def forbid() -> None:
                proxy.inject(Answer(403, "AccessDenied"), asks_for("local-media/jobs/", "PUT", "POST"), times=10**9)

            forbid()
            refused = await client.call_tool("bulk_start", jobs)
            assert refused.is_error
            proxy.clear()
            begun = await begin(client, rate=30, **jobs)
            job_id = begun["job_id"]
            await follow(client, job_id, lambda told: told["done"] >= 15)
            forbid()
            told = await follow(client, job_id, lambda told: "problem" in told)
            assert "AccessDenied" in told["problem"]
            assert told["state"] == "running"
            proxy.clear()
            told = await wait_for_done(client, job_id)
            assert (told["done"], told.get("failed")) == (ROWS, None)
            assert "problem" not in told
        assert list_assets(ims) == Counter(row["InputURL"] for row in rows)
        report = ims.bucket().get_object(f"jobs/{job_id}/report.csv").read()
        assert report.count(b"done") + report.count(b"exists") == ROWS


@pytest.mark.usefixtures("impatient")
async def test_a_job_whose_prefix_cannot_be_read_for_a_while_is_still_at_work_then(tmp_path: Path) -> None:
    with running_ims(tmp_path / "data") as ims, FaultProxy(int(ims.endpoint.rpartition(":")[2])) as proxy:
        rows = [{"InputURL": ims.put(f"{number}.mp4", b"x")} for number in range(ROWS)]
        async with connected(proxy.url, credential=LOCAL, settings=settings_in(tmp_path)) as client:
            begun = await begin(client, rate=30, kind="register", rows=rows, out="oss://local-media/jobs/")
            await follow(client, begun["job_id"], lambda told: told["done"] >= 15)
            proxy.inject(Answer(403, "AccessDenied"), asks_for("local-media/jobs/", "GET", "PUT", "POST"), times=10**9)
            await anyio.sleep(2)  # it is away for so long
            assert (await client.call_tool("bulk_status", {"job_id": begun["job_id"]})).is_error
            proxy.clear()
            told = await wait_for_done(client, begun["job_id"])
        assert told["done"] == ROWS
        assert list_assets(ims) == Counter(row["InputURL"] for row in rows)


async def test_a_report_that_could_not_be_written_is_said_and_written_once_it_can_be(tmp_path: Path) -> None:
    with running_ims(tmp_path / "data") as ims, FaultProxy(int(ims.endpoint.rpartition(":")[2])) as proxy:
        rows = [{"InputURL": ims.put(f"{number}.mp4", b"x")} for number in range(5)]
        proxy.inject(Answer(403, "AccessDenied"), lambda seen: "/report." in seen.path, times=10**9)
        async with connected(proxy.url, credential=LOCAL, settings=settings_in(tmp_path)) as client:
            begun = await begin(client, kind="register", rows=rows, out="oss://local-media/jobs/")
            told = await wait_for_done(client, begun["job_id"])
            assert (told["done"], "report" in told) == (5, False)
            assert "The report was not written" in told["problem"]
            assert "AccessDenied" in told["problem"]
            proxy.clear()
            told = await call(client, "bulk_status", job_id=begun["job_id"])
            assert "problem" not in told
        key = told["report"]["csv"].removeprefix("oss://local-media/")
        assert ims.bucket().get_object(key).read().count(b"done") == 5


@dataclass
class Command:
    """``ims-mcp`` at work. With ``most_bytes`` no file that it writes may have more, until there is room."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list[str])
    """Lines of stderr so far."""

    def wait_until_said(self, part: str) -> None:
        wait_for(lambda: any(part in line for line in self.said) or None)

    def make_room(self) -> None:
        assert sys.platform == "linux"
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def commanded(tmp_path: Path, *words: str, most_bytes: int = 0) -> Generator[Command]:
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most_bytes}, resource.RLIM_INFINITY))"
    run_it = "import runpy; runpy.run_module('ims_mcp', run_name='__main__', alter_sys=True)"
    script = f"{limit}\n{run_it}" if most_bytes else run_it
    with subprocess.Popen(
        [sys.executable, "-c", script, *words],
        env=without_measuring(clean_environment(tmp_path, **(KEYS if most_bytes else LOCAL_KEYS))),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        command = Command(process)
        assert process.stderr is not None
        listening = Thread(target=command.said.extend, args=(iter(process.stderr.readline, ""),))
        listening.start()
        try:
            yield command
        finally:
            process.kill()
            listening.join()


def register_on_full_disk(tmp_path: Path, service: ScriptedService, rows: int, most_bytes: int) -> Any:
    source, options_ = write_rows(tmp_path, rows), options(tmp_path, service)
    return commanded(tmp_path, "bulk", "register", source, "--yes", *options_, most_bytes=most_bytes)


def make_service() -> ScriptedService:
    """One whose answers make outcomes longer than rows."""
    return ScriptedService(usual=ScriptedAnswer(body={"RequestId": "r", "MediaId": "m" * 40}))


def read_registered(service: ScriptedService) -> set[tuple[str, str]]:
    calls = [request.query for request in service.arrived if request.action == "RegisterMediaInfo"]
    return {(query["InputURL"], query["ClientToken"]) for query in calls}


ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a limit that is lifted from outside")


@pytest.mark.slow
def test_a_command_whose_prefix_cannot_be_reached_for_a_while_goes_on_by_itself(tmp_path: Path) -> None:
    with running_ims(tmp_path / "data") as ims, FaultProxy(int(ims.endpoint.rpartition(":")[2])) as proxy:
        for number in range(ROWS):
            ims.put(f"in/{number}.mp4", b"x")
        words = ("oss://local-media/in/", "--out", "oss://local-media/jobs/", "--yes", "--rate", "30")
        where = ("--endpoint", proxy.url, "--oss-endpoint", proxy.url, "--state-dir", str(tmp_path / "state"))
        with commanded(tmp_path, "bulk", "register", *words, *where) as command:
            wait_for(lambda: sum(list_assets(ims).values()) >= 15 or None)
            proxy.inject(Answer(403, "AccessDenied"), asks_for("local-media/jobs/", "GET", "PUT", "POST"), times=10**9)
            command.wait_until_said("AccessDenied")
            time.sleep(2)  # it is away for so long
            proxy.clear()
            assert command.process.wait(PATIENCE_SECONDS) == 0, command.said
        assert sum(list_assets(ims).values()) == ROWS


@ON_LINUX
def test_on_a_full_disk_no_job_is_made_and_nothing_is_sent(tmp_path: Path) -> None:
    with make_service() as service, register_on_full_disk(tmp_path, service, 300, 5_000) as command:
        assert command.process.wait(PATIENCE_SECONDS) == 1
        command.wait_until_said("No job was made, and nothing was sent.")
        assert not read_registered(service)
        assert any("is full: rows/000000.jsonl was not written" in line for line in command.said)
        assert json.loads(run("bulk", "list", "--json", *options(tmp_path, service), home=tmp_path, **KEYS).stdout) == {
            "jobs": []
        }


@ON_LINUX
@pytest.mark.slow
def test_a_disk_that_fills_up_on_the_way_is_said_and_the_job_goes_on_once_there_is_room(tmp_path: Path) -> None:
    with make_service() as service, register_on_full_disk(tmp_path, service, 100, 8_000) as command:
        command.wait_until_said("is full: outcomes/000000.jsonl was not written")
        assert command.process.poll() is None
        command.make_room()
        assert command.process.wait(PATIENCE_SECONDS) == 0, command.said
        command.wait_until_said("It goes on.")
        assert len(read_registered(service)) == 100
    (table,) = (tmp_path / "state" / "bulk").glob("*/report.csv")
    assert table.read_bytes().count(b"done") == 100


@ON_LINUX
def test_a_disk_without_room_for_the_report_is_said_and_the_report_is_written_later(tmp_path: Path) -> None:
    with make_service() as service:
        with register_on_full_disk(tmp_path, service, 600, 26_000) as command:
            assert command.process.wait(PATIENCE_SECONDS) == 1
            command.wait_until_said("The report was not written. The disk of")
            assert any("is full: report.csv was not written" in line for line in command.said)
        assert len(read_registered(service)) == 600
        (kept,) = (path for path in (tmp_path / "state" / "bulk").iterdir() if path.is_dir())
        assert not [*kept.glob("report*")]
        shown = run("bulk", "report", kept.name, *options(tmp_path, service), home=tmp_path, **KEYS)
        assert shown.returncode == 0, shown.stderr
    assert (kept / "report.csv").read_bytes().count(b"done") == 600
