"""The bulk tools: a look, one yes for all, a job that outlives its call, stops when told to and goes on."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import ElicitResult, Implementation

from ims_mcp.settings import Settings
from tests.cli.running import KEYS, clean_environment
from tests.client.scripted_service import Answer, ScriptedService
from tests.local_ims.server import RunningIms, running_ims
from tests.server.connected import ERAS, LOCAL, Era, connected, content_of, text_of

ME = Implementation(name="ims-mcp tests", version="1")
NO_ROW: dict[str, Any] = {}
YES = ElicitResult(action="accept", content={"confirm": True})


class User:
    """Says the same to every question, and remembers them."""

    def __init__(self, answer: ElicitResult = YES) -> None:
        self.asked: list[str] = []
        self._answer = answer

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.asked.append(params.message)
        return self._answer


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


def settings_in(tmp_path: Path, **more: Any) -> Settings:
    return Settings(toolsets=("core", "bulk"), state_dir=tmp_path / "state", **more)


@asynccontextmanager
async def on_ims(ims: RunningIms, tmp_path: Path, **more: Any) -> AsyncGenerator[Client]:
    user = more.pop("user", None)
    async with connected(
        ims.endpoint, credential=LOCAL, settings=settings_in(tmp_path, **more), elicitation=user
    ) as client:
        yield client


def asked(service: ScriptedService) -> int:
    """Reads of what there is, for the words of a question."""
    return sum(request.action != "DeleteMediaInfos" for request in service.arrived)


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    return content_of(await client.call_tool(tool, arguments))


async def wait_for_end(client: Client, job_id: str) -> dict[str, Any]:
    with anyio.fail_after(60):
        while True:
            told = await call(client, "bulk_status", job_id=job_id, wait_seconds=30)
            if told["state"] != "running":
                return told


def read_table(told: dict[str, Any]) -> list[dict[str, str]]:
    with Path(told["report"]["csv"]).open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


async def begin(client: Client, **arguments: Any) -> dict[str, Any]:
    """A job looked at and begun, as its next call says it."""
    looked = await call(client, "bulk_start", **arguments)
    assert looked["state"] == "looked_at", looked
    proposed = looked["next_call"]
    assert proposed["tool"] == "bulk_start"
    return await call(client, "bulk_start", **proposed["arguments"])


@pytest.mark.anyio
async def test_rows_are_looked_at_first_then_registered_and_reported(ims: RunningIms, tmp_path: Path) -> None:
    rows = [{"InputURL": ims.put(f"bulk-{tmp_path.name}/{number}.mp4", b"x")} for number in range(5)]
    async with on_ims(ims, tmp_path) as client:
        looked = await call(client, "bulk_start", kind="register", rows=rows, template={"MediaTags": "hr"})
        assert (looked["state"], looked["rows"], looked["effect"]) == ("looked_at", 5, "write")
        assert len(looked["sample"]) == 5
        assert looked["next_call"]["arguments"] == {"job_id": looked["job_id"], "confirm_rows": 5}
        assert ims.call("ListMediaBasicInfos", MediaType="video")["TotalCount"] >= 0
        begun = await call(client, "bulk_start", **looked["next_call"]["arguments"])
        assert begun["state"] in ("running", "done")
        told = await wait_for_end(client, looked["job_id"])
    assert (told["state"], told["rows"], told["done"], told["left"]) == ("done", 5, 5, 0)
    table = read_table(told)
    assert [row["state"] for row in table] == ["done"] * 5
    assert {ims.media_info(row["MediaId"])["MediaBasicInfo"]["MediaTags"] for row in table} == {"hr"}


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("count", [300, pytest.param(5_000, marks=pytest.mark.slow)])
async def test_a_deletion_needs_one_yes_that_names_count_and_sample(tmp_path: Path, era: Era, count: int) -> None:
    user, names = User(), [f"{number:032x}" for number in range(count)]
    (tmp_path / "gone.csv").write_text("\n".join(["MediaIds", *names]), encoding="utf-8")
    with ScriptedService() as service:
        service.usual = Answer(body={"RequestId": "r", "MediaInfos": []})
        settings = settings_in(tmp_path, upload_dirs=(tmp_path,))
        async with connected(service.url, settings=settings, era=era, elicitation=user) as client:
            begun = await begin(client, kind="delete", source="gone.csv")
            told = await wait_for_end(client, begun["job_id"])
    assert (told["state"], told["done"]) == ("done", count)
    (question,) = user.asked
    assert "This deletes assets from the library" in question
    assert f"Rows: {count:,}, with a call for each" in question
    assert f"Call: DeleteMediaInfos, {count:,} times" in question
    assert [f"{number:032x}" in question for number in range(6)] == [True] * 5 + [False]
    sent = [request.query["MediaIds"] for request in service.arrived if request.action == "DeleteMediaInfos"]
    assert sorted(sent) == names


@pytest.mark.anyio
async def test_a_no_begins_nothing_and_the_count_has_to_be_right(tmp_path: Path) -> None:
    user = User(ElicitResult(action="accept", content={"confirm": False}))
    with ScriptedService() as service:
        async with connected(service.url, settings=settings_in(tmp_path), elicitation=user) as client:
            looked = await call(
                client, "bulk_start", kind="delete", rows=[{"MediaIds": "a" * 32}, {"MediaIds": "b" * 32}]
            )
            wrong = await client.call_tool("bulk_start", {"job_id": looked["job_id"], "confirm_rows": 3})
            assert "confirm_rows has to be the number of its rows, 2" in text_of(wrong)
            assert not user.asked
            refused = await client.call_tool("bulk_start", looked["next_call"]["arguments"])
            assert refused.is_error
            assert "box not ticked" in text_of(refused)
            told = await call(client, "bulk_status", job_id=looked["job_id"])
    assert told["state"] == "looked_at"
    assert "DeleteMediaInfos" not in [request.action for request in service.arrived]


@pytest.mark.anyio
async def test_a_job_stops_within_a_second_when_told_to_and_goes_on_without_doing_a_row_twice(tmp_path: Path) -> None:
    user = User()
    rows = [{"MediaIds": f"{number:032x}"} for number in range(300)]
    with ScriptedService() as service:
        service.usual = Answer(body={"RequestId": "r", "MediaInfos": []})
        async with connected(service.url, settings=settings_in(tmp_path), elicitation=user) as client:
            looked = await call(client, "bulk_start", kind="delete", rows=rows, rate=40)
            job_id = looked["job_id"]
            await call(client, "bulk_start", **looked["next_call"]["arguments"])
            with anyio.fail_after(60):
                while (await call(client, "bulk_status", job_id=job_id))["done"] < 20:  # noqa: ASYNC110 - it tells no other way
                    await anyio.sleep(0.05)
            cancelled: list[dict[str, Any]] = []
            sent = 0

            async def cancel() -> None:
                cancelled.append(await call(client, "bulk_cancel", job_id=job_id))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(cancel)
                await anyio.sleep(1)  # the second that it may take
                sent = len(service.arrived)
            await anyio.sleep(1)
            assert len(service.arrived) == sent
            (stopped,) = cancelled
            assert (stopped["state"], stopped["done"]) == ("stopped", sent - asked(service))
            assert 0 < stopped["left"] < 300
            assert stopped["next_call"]["arguments"] == {"job_id": job_id}
            await call(client, "bulk_start", job_id=job_id, rate=1000)
            told = await wait_for_end(client, job_id)
    assert (told["state"], told["done"]) == ("done", 300)
    deleted = [request.query["MediaIds"] for request in service.arrived if request.action == "DeleteMediaInfos"]
    assert len(deleted) == len(set(deleted)) == 300
    assert len(user.asked) == 1


@pytest.mark.anyio
async def test_a_job_goes_on_after_the_server_has_ended(tmp_path: Path) -> None:
    rows = [{"InputURL": f"oss://b/{number}.mp4"} for number in range(60)]
    with ScriptedService() as service:
        service.usual = Answer(body={"RequestId": "r", "MediaId": "m"})
        async with connected(service.url, settings=settings_in(tmp_path)) as client:
            looked = await call(client, "bulk_start", kind="register", rows=rows, rate=20)
            await call(client, "bulk_start", **looked["next_call"]["arguments"])
        async with connected(service.url, settings=settings_in(tmp_path)) as client:
            told = await call(client, "bulk_status", job_id=looked["job_id"])
            assert told["state"] == "interrupted"
            assert told["next_call"] | {"why": ""} == {
                "tool": "bulk_start",
                "arguments": {"job_id": looked["job_id"]},
                "why": "",
            }
            listed = await call(client, "bulk_status")
            assert [(job["job_id"], job["state"]) for job in listed["jobs"]] == [(looked["job_id"], "interrupted")]
            await call(client, "bulk_start", job_id=looked["job_id"], rate=1000)
            assert (await wait_for_end(client, looked["job_id"]))["done"] == 60
    registered = [request for request in service.arrived if request.action == "RegisterMediaInfo"]
    tokens = {request.query["ClientToken"]: request.query["InputURL"] for request in registered}
    assert sorted(tokens.values()) == sorted(row["InputURL"] for row in rows)


@pytest.mark.anyio
async def test_failures_are_told_by_class_and_tried_again(tmp_path: Path) -> None:
    rows = [{"MediaId": f"m{number}", "Title": "x"} for number in range(4)]
    with ScriptedService() as service:
        service.usual = Answer(
            status=404, body={"Code": "MediaNotFound", "Message": "none", "RequestId": "r", "HostId": "h"}
        )
        async with connected(service.url, settings=settings_in(tmp_path)) as client:
            begun = await begin(client, kind="update", rows=rows)
            told = await wait_for_end(client, begun["job_id"])
            assert told["failed"]["MediaNotFound"]["count"] == 4
            assert len(told["failed"]["MediaNotFound"]["examples"]) == 3
            service.usual = Answer(body={"RequestId": "r", "MediaId": "m"})
            assert told["next_call"]["arguments"] == {"job_id": begun["job_id"], "retry": "all"}
            await call(client, "bulk_start", **told["next_call"]["arguments"])
            told = await wait_for_end(client, begun["job_id"])
    assert (told["done"], "failed" in told) == (4, False)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"kind": "register"}, "give one of source, rows and find"),
        ({"kind": "register", "rows": [NO_ROW], "source": "oss://b/"}, "give one of source, rows and find"),
        ({"kind": "register", "rows": [{"InputURL": "oss://b/1"}], "retry": "all"}, "give job_id"),
        ({"job_id": "b-000000000000", "kind": "register"}, "is for a new job"),
        ({"job_id": "b-000000000000"}, "There is no job 'b-000000000000'"),
        ({"job_id": "../../etc"}, "There is no job"),
        ({"kind": "submit", "rows": [NO_ROW]}, "operation"),
        ({"kind": "register", "rows": [NO_ROW] * 1001}, "1 to 1,000, and these are 1,001"),
        ({"kind": "register", "source": "/etc/passwd"}, "upload"),
        ({"kind": "update", "operation": "DeleteMediaInfos", "rows": [NO_ROW]}, "use bulk delete"),
    ],
)
async def test_what_makes_no_job_is_told_and_nothing_is_sent(
    arguments: dict[str, Any], part: str, tmp_path: Path
) -> None:
    with ScriptedService() as service:
        async with connected(service.url, settings=settings_in(tmp_path)) as client:
            refused = await client.call_tool("bulk_start", arguments)
    assert refused.is_error
    assert part in text_of(refused)
    assert service.count == 0


@pytest.mark.anyio
async def test_rows_that_cannot_be_done_are_named_and_left_out_if_wished(tmp_path: Path) -> None:
    rows = [{"InputURL": "oss://b/1.mp4"}, {"InputURL": "ftp://x"}, {"Titel": "x"}]
    with ScriptedService() as service:
        service.usual = Answer(body={"RequestId": "r", "MediaId": "m"})
        async with connected(service.url, settings=settings_in(tmp_path)) as client:
            looked = await call(client, "bulk_start", kind="register", rows=rows)
            assert (looked["state"], looked["rows"], looked["bad_rows"]) == ("not_made", 1, 2)
            assert "did you mean Title?" in json.dumps(looked["problems"])
            assert "next_call" not in looked
            begun = await begin(client, kind="register", rows=rows, skip_bad=True)
            assert (await wait_for_end(client, begun["job_id"]))["done"] == 1


@pytest.mark.anyio
async def test_in_read_only_mode_no_job_is_listed_or_begun(tmp_path: Path) -> None:
    with ScriptedService() as service:
        async with connected(service.url, settings=settings_in(tmp_path, read_only=True)) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert names & {"bulk_start", "bulk_cancel", "bulk_status"} == {"bulk_status"}
            told = await call(client, "bulk_start", kind="register", rows=[{"InputURL": "oss://b/1.mp4"}])
    assert told["state"] == "not_made"
    assert "read-only mode" in told["then"]
    assert "RegisterMediaInfo" not in [request.action for request in service.arrived]


@pytest.mark.anyio
async def test_rows_that_were_changed_after_the_look_are_not_deleted(tmp_path: Path) -> None:
    user = User()
    with ScriptedService() as service:
        async with connected(service.url, settings=settings_in(tmp_path), elicitation=user) as client:
            looked = await call(client, "bulk_start", kind="delete", rows=[{"MediaIds": "a" * 32}])
            (rows,) = (tmp_path / "state" / "bulk" / looked["job_id"] / "rows").iterdir()
            rows.write_bytes(rows.read_bytes().replace(b"a" * 32, b"b" * 32))
            refused = await client.call_tool("bulk_start", looked["next_call"]["arguments"])
    assert "its rows were changed" in text_of(refused)
    assert not user.asked
    assert "DeleteMediaInfos" not in [request.action for request in service.arrived]


@pytest.mark.anyio
async def test_a_server_on_stdio_ends_with_a_job_at_rest_and_the_next_one_goes_on(tmp_path: Path) -> None:
    rows = [{"InputURL": f"oss://b/{number}.mp4"} for number in range(60)]
    with ScriptedService(usual=Answer(body={"RequestId": "r", "MediaId": "m"})) as service:
        words = ["--toolsets", "core,bulk", "--endpoint", service.url, "--state-dir", str(tmp_path / "state")]
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "ims_mcp", "serve", *words], env=clean_environment(tmp_path, **KEYS)
        )
        with anyio.fail_after(60):
            async with Client(server, client_info=ME) as client:
                looked = await call(client, "bulk_start", kind="register", rows=rows, rate=20)
                await call(client, "bulk_start", **looked["next_call"]["arguments"])
            async with Client(server, client_info=ME) as client:
                begun = await call(client, "bulk_start", job_id=looked["job_id"], rate=1000)
                assert 0 < begun["left"] <= 60
                told = await wait_for_end(client, looked["job_id"])
    assert (told["state"], told["done"]) == ("done", 60)
    sent = [request.query["InputURL"] for request in service.arrived if request.action == "RegisterMediaInfo"]
    assert sorted(sent) == sorted(row["InputURL"] for row in rows)
