"""Who may have pictures taken, who is asked, and what the others see for free."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.session import ElicitationFnT
from mcp_types import ElicitRequestFormParams, ElicitResult

from ims_mcp.catalogue import AskWhen, Effect, get_operation
from ims_mcp.config.rights import Right, Rights
from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.look_tools import make_look_tool
from ims_mcp.settings import Settings
from tests.http.served import NameGate, message, served
from tests.local_ims.server import RunningIms
from tests.look.looking import failed_look, look, read_look
from tests.look.test_frames import NOTHING_STORED, count_jobs, register
from tests.server.connected import ERAS, LOCAL, Era, by_nobody, connected
from tests.server.piped import Piped

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def stored(ims: RunningIms, short_clip: Path) -> str:
    return register(ims, "rights.mp4", short_clip)


@pytest.fixture(scope="module")
def bare(ims: RunningIms, short_clip: Path) -> str:
    return register(ims, "bare.mp4", short_clip, NOTHING_STORED)


async def test_a_server_that_only_reads_shows_what_is_stored_and_says_what_is_free(
    ims: RunningIms, stored: str, bare: str
) -> None:
    jobs = count_jobs(ims)
    async with connected(ims.endpoint, credential=LOCAL, settings=Settings(read_only=True)) as client:
        [listed] = [tool for tool in (await client.list_tools()).tools if tool.name == "look_at_media"]
        assert listed.annotations is not None
        assert listed.annotations.read_only_hint
        assert "billed" not in str(listed.description)
        assert len((await look(client, MediaId=stored)).pictures) == 4
        said = await failed_look(client, MediaId=stored, at_seconds=[3])
        assert "read-only mode" in said
        assert "For free: the nearest stored pictures, at about" in said
        assert "with exact=false" in said
        assert len((await look(client, MediaId=stored, at_seconds=[3], exact=False)).pictures) == 1
        nothing = await failed_look(client, MediaId=bare)
        assert "No picture of this asset is stored" in nothing
        assert "read-only mode" in nothing
    assert count_jobs(ims) == jobs


async def test_a_caller_without_the_right_to_costs_gets_what_is_stored(ims: RunningIms, stored: str, bare: str) -> None:
    jobs = count_jobs(ims)
    thrifty = Rights((Right(costs=False),))
    tool = make_look_tool(Confirmations())
    from ims_mcp.cli.connection import Common, open_connection
    from tests.fixed_credentials import FixedCredentials

    async def endpoint() -> str:
        return ims.endpoint

    settings = Settings()
    async with open_connection(settings, endpoint, endpoint, FixedCredentials(LOCAL), Common(None)) as to:
        request = by_nobody(to)
        target = replace(
            request.target,
            client=to.client.for_rights(thrifty),
            access=replace(request.target.access, rights=thrifty),
        )
        request = replace(request, target=target)
        free = await tool.run({"MediaId": stored}, request)
        said = await tool.run({"MediaId": stored, "at_seconds": [1]}, request)
        fewer = await tool.run({"MediaId": bare}, request)
    assert len(read_look(free).pictures) == 4  # pyright: ignore[reportArgumentType] - nobody is asked
    for refused in (said, fewer):
        assert "SubmitSnapshotJob was not sent" in str(refused)
    assert "at about" in str(said)
    assert count_jobs(ims) == jobs


@pytest.mark.parametrize("era", ERAS)
async def test_where_the_user_has_to_be_asked_one_question_is_for_all_pictures(
    ims: RunningIms, short_clip: Path, era: Era, monkeypatch: pytest.MonkeyPatch
) -> None:
    media_id = register(ims, f"asked-{era}.mp4", short_clip, NOTHING_STORED)
    asked_about = replace(
        get_operation("SubmitSnapshotJob"), destructive_when=(AskWhen("costs money"),), effect=Effect.WRITE
    )
    monkeypatch.setattr("ims_mcp.workflows.look.taken.get_submit", lambda: asked_about)
    answers, questions = [False, True], list[str]()

    async def answer(context: Any, params: Any) -> ElicitResult:
        assert isinstance(params, ElicitRequestFormParams)
        questions.append(params.message)
        return ElicitResult(action="accept", content={"confirm": answers[len(questions) - 1]})

    asking: ElicitationFnT = answer
    jobs = count_jobs(ims)
    async with connected(ims.endpoint, credential=LOCAL, era=era, elicitation=asking, timeout_seconds=40) as client:
        assert "did not confirm" in await failed_look(client, MediaId=media_id, at_seconds=[1, 2.5, 4])
        assert count_jobs(ims) == jobs
        seen = await look(client, MediaId=media_id, at_seconds=[1, 2.5, 4])
    assert len(seen.pictures) == 3
    assert len(questions) == 2
    assert "3 pictures, at 1, 2.5, 4 s" in questions[1]


async def test_over_http_a_token_that_reads_sees_what_is_stored_and_takes_no_picture(
    ims: RunningIms, stored: str
) -> None:
    jobs = count_jobs(ims)
    headers = {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "look_at_media",
    }
    async with served(ims.endpoint, gate=NameGate()) as to, httpx2.AsyncClient(timeout=60) as http:

        async def ask(who: str, **arguments: Any) -> dict[str, Any]:
            sent = message("tools/call", {"name": "look_at_media", "arguments": arguments})
            answer = await http.post(to.url, content=sent, headers={**headers, "authorization": f"Bearer {who}"})
            assert answer.status_code == 200, answer.text
            return _read_body(answer.text)["result"]

        free = await ask("ann/ims:read", MediaId=stored, count=2)
        assert [block["type"] for block in free["content"]] == ["text", "image", "image"]
        assert "structuredContent" not in free
        said = await ask("ann/ims:read", MediaId=stored, at_seconds=[2])
        assert said["isError"]
        assert "ims:write" in said["content"][0]["text"]
        assert count_jobs(ims) == jobs
        taken = await ask("bob", MediaId=stored, at_seconds=[2])
        assert [block["type"] for block in taken["content"]] == ["text", "image"]


def _read_body(text: str) -> dict[str, Any]:
    lines = [line.removeprefix("data:") for line in text.splitlines() if line.startswith("data:")]
    return json.loads(lines[-1] if lines else text)


def test_over_stdio_pictures_come_and_pillow_is_imported_by_no_server(ims: RunningIms, stored: str) -> None:
    import sys

    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('PIL' in sys.modules, 'av' in sys.modules, file=sys.stderr))\n"
        "from ims_mcp.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    environment = {
        "IMS_MCP_ENDPOINT": ims.endpoint,
        # A client nobody knows is given 4 s, which a busy machine may need to start all this.
        "IMS_MCP_MAX_WAIT_SECONDS": "40",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local",
    }
    piped = Piped([sys.executable, "-c", code, "serve"], environment)
    try:
        piped.listen()
        piped.greet()
        piped.call(1, "look_at_media", {"MediaId": stored, "count": 2})
        result = piped.answer()["result"]
        assert [block["type"] for block in result["content"]] == ["text", "image", "image"]
        piped.stdin.close()
        piped.process.wait(60)
        assert piped.stderr.read().decode().split()[-2:] == ["False", "False"]
    finally:
        piped.process.kill()
        piped.process.wait(60)
        for stream in (piped.stdin, piped.stdout, piped.stderr):
            stream.close()
