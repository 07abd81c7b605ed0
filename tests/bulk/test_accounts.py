"""Bulk jobs of several accounts in one file, and deletions that a person approves on a page with their PIN."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import oss2
import pytest

from ims_mcp.settings import Settings
from tests.approval import person
from tests.approval.person import approving, set_up
from tests.approval.test_over_http import ask, person_of, said
from tests.bulk.test_cli import find_job, write_rows
from tests.bulk.test_tools import call, settings_in, wait_for_end
from tests.cli.running import run
from tests.client.scripted_service import Answer, ScriptedService
from tests.http.served import NameGate, Served, served
from tests.local_ims.server import RunningIms, call_raw, running_ims
from tests.server.connected import text_of
from tests.server.test_confirmation import changes
from tests.tenants.accounts import Keys, environ_of, grant, write_accounts

BOTH = ("east", "west")
GRANTS = grant("ann", BOTH, destructive="page") + grant("bob", ["west"]) + grant("eve", ["east"]) + grant("local", BOTH)


@dataclass(frozen=True, slots=True)
class Branch:
    """An embedded IMS with an account's keys, and a bucket of its own."""

    account: str
    ims: RunningIms

    @property
    def bucket(self) -> Any:
        auth = oss2.Auth(Keys(self.account).key_id, Keys(self.account).secret)
        return oss2.Bucket(auth, self.ims.endpoint, f"{self.account}-files")

    @property
    def titles(self) -> list[str]:
        """Of its assets."""
        client = self.ims.client(Keys(self.account).key_id, Keys(self.account).secret)
        found = call_raw(client, "ListMediaBasicInfos", {"MaxResults": "100"})["MediaInfos"]
        return sorted(each["MediaBasicInfo"]["Title"] for each in found)


@contextmanager
def branch(tmp_path: Path, account: str) -> Generator[Branch]:
    keys: dict[str, Any] = {"access_key_id": Keys(account).key_id, "access_key_secret": Keys(account).secret}
    with running_ims(tmp_path / account, **keys) as ims:
        found = Branch(account, ims)
        found.bucket.create_bucket()
        for number in range(4):
            found.bucket.put_object(f"in/{account}-{number}.mp4", b"x")
        yield found


@pytest.fixture
def two(tmp_path: Path) -> Generator[tuple[Branch, Branch]]:
    with branch(tmp_path, "east") as east, branch(tmp_path, "west") as west:
        yield east, west


def write_both(tmp_path: Path, two: tuple[Branch, Branch]) -> Path:
    endpoints = {each.account: each.ims.endpoint for each in two}
    return write_accounts(tmp_path, endpoints, GRANTS, buckets={name: f"{name}-files" for name in BOTH})


async def told(to: Served, tool: str, caller: str = "ann", **arguments: Any) -> dict[str, Any]:
    result = await ask(to, tool, arguments, caller=caller)
    assert not result.get("isError"), result
    return result["structuredContent"]


async def wait_for_done(to: Served, job_id: str, account: str) -> dict[str, Any]:
    with anyio.fail_after(60):
        while True:
            found = await told(to, "bulk_status", job_id=job_id, account=account, wait_seconds=10)
            if found["state"] != "running":
                assert found["state"] == "done", found
                return found


@pytest.mark.anyio
async def test_a_job_goes_to_the_account_that_is_named_and_is_seen_in_no_other(
    tmp_path: Path, two: tuple[Branch, Branch]
) -> None:
    east, west = two
    settings = Settings(config=write_both(tmp_path, two), toolsets=("core", "bulk"), max_wait_seconds=5.0)
    async with served(gate=NameGate(), settings=settings, environ=environ_of(tmp_path), approvals=set_up("ann")) as to:
        new = {"kind": "register", "source": "oss://east-files/in/", "out": "oss://east-files/jobs/"}
        assert "account: missing" in said(await ask(to, "bulk_start", new))
        looked = await told(to, "bulk_start", **new, template={"Title": "{stem}"}, account="east")
        begin = looked["next_call"]["arguments"]
        assert begin == {"job_id": looked["job_id"], "confirm_rows": 4, "account": "east"}
        job_id = looked["job_id"]
        assert "the job is for east" in said(await ask(to, "bulk_start", begin | {"account": "west"}))
        begun = await told(to, "bulk_start", **begin)
        assert begun.get("next_call", begin | {"arguments": begin})["arguments"]["account"] == "east"
        assert (await wait_for_done(to, job_id, "east"))["done"] == 4
        assert (east.titles, west.titles) == ([f"east-{number}" for number in range(4)], [])
        assert east.bucket.get_object(f"jobs/{job_id}/report.csv").read().count(b"done") == 4
        for tool in ("bulk_status", "bulk_cancel"):
            assert "the job is for east" in said(await ask(to, tool, {"job_id": job_id, "account": "west"}))
            for caller in ("eve", "bob"):
                assert f"There is no job '{job_id}'" in said(await ask(to, tool, {"job_id": job_id}, caller=caller))
            refused = said(await ask(to, tool, {"job_id": job_id, "account": "east"}, caller="bob"))
            assert "none of the caller's" in refused
        listed = await told(to, "bulk_status", account="east")
        assert (listed["count"], [job["job_id"] for job in listed["jobs"]]) == (1, [job_id])
        assert await told(to, "bulk_status", account="west") == {"count": 0, "jobs": []}
        for caller in ("eve", "bob"):
            assert await told(to, "bulk_status", caller) == {"count": 0, "jobs": []}


@pytest.mark.anyio
async def test_a_deletion_waits_for_the_pin_where_the_grant_says_page(
    tmp_path: Path, two: tuple[Branch, Branch]
) -> None:
    east, _ = two
    settings = Settings(config=write_both(tmp_path, two), toolsets=("core", "bulk"), max_wait_seconds=5.0)
    async with served(gate=NameGate(), settings=settings, environ=environ_of(tmp_path), approvals=set_up("ann")) as to:
        out = {"out": "oss://east-files/jobs/", "account": "east"}
        looked = await told(to, "bulk_start", kind="register", source="oss://east-files/in/", **out)
        await told(to, "bulk_start", **looked["next_call"]["arguments"])
        await wait_for_done(to, looked["job_id"], "east")
        assert len(east.titles) == 4
        looked = await told(to, "bulk_start", kind="delete", find={"text": "east"}, **out)
        assert "on a page or in a terminal, with a PIN" in looked["asks"]
        begin = looked["next_call"]["arguments"]
        somebody = person_of(await ask(to, "bulk_start", begin, asks=True))
        question = json.dumps(await somebody.look())
        assert "DeleteMediaInfos, 4 times" in question
        assert len(east.titles) == 4
        assert (await somebody.approve()).status_code == 200
        begun = await told(to, "bulk_start", **begin)
        assert (await wait_for_done(to, begun["job_id"], "east"))["done"] == 4
        assert east.titles == []


@pytest.mark.anyio
async def test_with_ask_page_one_pin_is_for_all_rows_and_a_stopped_job_goes_on_without_another(tmp_path: Path) -> None:
    rows = [{"MediaIds": f"{number:032x}"} for number in range(40)]
    settings = settings_in(tmp_path, ask="page", max_wait_seconds=2.0)
    with ScriptedService(usual=Answer(body={"RequestId": "r", "MediaInfos": []})) as service:
        async with approving(service.url, settings=settings) as client:
            looked = await call(client, "bulk_start", kind="delete", rows=rows, rate=20)
            begin = looked["next_call"]["arguments"]
            waiting = person.person_of(await client.call_tool("bulk_start", begin))
            assert person.person_of(await client.call_tool("bulk_start", begin)).id == waiting.id
            assert (await waiting.approve(person.WRONG)).status_code != 200
            assert changes(service) == []
            assert (await call(client, "bulk_status", job_id=looked["job_id"]))["state"] == "looked_at"
            assert (await waiting.approve()).status_code == 200
            await call(client, "bulk_start", **begin)
            stopped = await call(client, "bulk_cancel", job_id=looked["job_id"])
            assert stopped["state"] == "stopped"
            await call(client, "bulk_start", job_id=looked["job_id"], rate=1000)
            assert (await wait_for_end(client, looked["job_id"]))["done"] == 40
    assert len(changes(service)) == 40


@pytest.mark.anyio
async def test_with_ask_page_a_no_or_changed_rows_begin_nothing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, ask="page", max_wait_seconds=1.0)
    with ScriptedService(usual=Answer(body={"RequestId": "r", "MediaInfos": []})) as service:
        async with approving(service.url, settings=settings) as client:
            looked = await call(client, "bulk_start", kind="delete", rows=[{"MediaIds": "a" * 32}])
            begin = looked["next_call"]["arguments"]
            waiting = person.person_of(await client.call_tool("bulk_start", begin))
            await waiting.refuse()
            assert "was not sent" in text_of(await client.call_tool("bulk_start", begin))
            again = person.person_of(await client.call_tool("bulk_start", begin))
            assert again.id != waiting.id
            (kept,) = (tmp_path / "state" / "bulk" / looked["job_id"] / "rows").iterdir()
            kept.write_bytes(kept.read_bytes().replace(b"a" * 32, b"b" * 32))
            assert (await again.approve()).status_code == 200
            assert "its rows were changed" in text_of(await client.call_tool("bulk_start", begin))
    assert changes(service) == []


def test_at_a_prompt_the_account_is_that_of_the_option_and_a_job_stays_in_its_own(
    tmp_path: Path, two: tuple[Branch, Branch]
) -> None:
    east, west = two
    path = write_both(tmp_path, two)
    common = ("--config", str(path), "--state-dir", str(tmp_path / "state"))
    rows = write_rows(tmp_path, 4, value="oss://west-files/in/west-{}.mp4")
    environment = environ_of(tmp_path)
    home = Path(environment.pop("HOME"))
    ended = run("bulk", "register", rows, "--yes", "--account", "west", *common, home=home, **environment)
    assert ended.returncode == 0, ended.stderr
    assert (len(east.titles), len(west.titles)) == (0, 4)
    job_id = find_job(ended.stdout)
    for account, part in (("east", "is for west"), ("north", "none of the caller's accounts")):
        words = ("bulk", "resume", job_id, "--retry", "all", "--account", account, *common)
        refused = run(*words, home=home, **environment)
        assert refused.returncode in (1, 2)
        assert part in refused.stderr
        shown = run("bulk", "list", "--json", "--account", "west", *common, home=home, **environment)
        assert [job["state"] for job in json.loads(shown.stdout)["jobs"]] == ["done"]
    resumed = run("bulk", "resume", job_id, "--retry", "all", "--account", "west", *common, home=home, **environment)
    assert resumed.returncode == 0, resumed.stderr
