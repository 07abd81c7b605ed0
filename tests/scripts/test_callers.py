"""Over HTTP: a script does what its caller may do, in the account its call names, and is its caller's alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from ims_mcp.workflows.scripts import limits
from tests.client.scripted_service import ScriptedService
from tests.tenants.accounts import ask, grant, text_in
from tests.tenants.two import BOTH, MEDIA, Two, answer_all, list_tools

pytestmark = pytest.mark.anyio
TOOLSETS = ("core", "script")
TRY_ALL = f"""
import ims
told = []
for call in (
    ims.get_media_info(MediaId="{MEDIA}"),
    ims.update_media_info(MediaId="{MEDIA}", Title="x"),
    ims.delete_media_infos(MediaIds="{MEDIA}"),
):
    try:
        await call
        told.append("done")
    except ims.Error as error:
        told.append(str(error).partition(":")[0])
told
"""


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with ScriptedService(usual=answer_all) as east, ScriptedService(usual=answer_all) as west:
        yield Two(tmp_path, east, west)


async def run(to: Any, caller: str, code: str = TRY_ALL, **more: Any) -> dict[str, Any]:
    said = await ask(to, "run_script", {"code": code, **more}, caller)
    assert not said.get("isError"), text_in(said)
    return said["structuredContent"]


async def test_each_caller_has_their_own_rights_in_a_script(two: Two) -> None:
    grants = grant("ann", ["east"]) + grant("bob", ["east"], read_only=True)
    grants += grant("eve", ["east"], toolsets=["editing"]) + grant("ned", ["east"], destructive="never")
    told: dict[str, list[str]] = {}
    async with two.serve(grants, toolsets=TOOLSETS) as to:

        async def one(caller: str) -> None:
            told[caller] = (await run(to, caller))["result"]

        async with anyio.create_task_group() as group:
            for caller in ("ann", "bob", "eve", "ned"):
                group.start_soon(one, caller)
    assert told == {
        "ann": ["done", "done", "NotDone"],
        "bob": ["done", "Refused", "Refused"],
        "eve": ["Refused", "Refused", "Refused"],
        "ned": ["done", "done", "Refused"],
    }
    assert "DeleteMediaInfos" not in two.actions
    assert two.actions.count("UpdateMediaInfo") == 2


async def test_scopes_of_a_token_hold_in_a_script(two: Two) -> None:
    async with two.serve(grant("ann", ["east"]), toolsets=TOOLSETS) as to:
        assert "run_script" in (await list_tools(to, "ann/ims:read"))["tools"]
        assert (await run(to, "ann/ims:read"))["result"] == ["done", "Refused", "Refused"]
        assert (await run(to, "ann/ims:read,ims:write"))["result"] == ["done", "done", "Refused"]
    assert two.actions.count("UpdateMediaInfo") == 1


async def test_a_script_is_for_the_account_that_its_call_names(two: Two) -> None:
    async with two.serve(grant("ann", BOTH), toolsets=TOOLSETS) as to:
        code = f"import ims\nawait ims.get_media_info(MediaId='{MEDIA}')"
        await run(to, "ann", code, account="west")
        assert (two.east.count, two.west.count) == (0, 1)
        tried = await run(to, "ann", code.replace(")", ", **{'account': 'east'})"), account="west")
        told = await run(to, "ann", f"import ims\nawait ims.delete_media_infos(MediaIds='{MEDIA}')", account="west")
    assert tried["outcome"] == "failed"
    assert two.east.count == 0
    assert told["next_call"]["arguments"]["account"] == "west"


async def test_nobody_asks_for_anothers_script(two: Two) -> None:
    async with two.serve(grant("ann", ["east"]) + grant("bob", ["east"]), toolsets=TOOLSETS) as to:
        told = await run(to, "ann", "1 + 1", background=True)
        asked = told["next_call"]["arguments"]
        assert "There is no script" in text_in(await ask(to, "run_script", asked, "bob"))
        assert (await ask(to, "run_script", asked, "ann"))["structuredContent"]["result"] == 2


async def test_no_caller_holds_all_places_whatever_their_accounts(two: Two) -> None:
    """Waited for or not; whoever is refused learns it in words and for programs."""
    sleep = "import asyncio\nawait asyncio.sleep(600)"
    async with two.serve(grant("ann", BOTH) + grant("bob", ["east"]), toolsets=TOOLSETS) as to:
        for number in range(limits.MOST_OF_ONE_CALLER):
            await run(to, "ann", sleep, background=True, account=BOTH[number % 2])
        for more in ({}, {"background": True}):
            refused = await ask(to, "run_script", {"code": "1 + 1", "account": "west", **more}, "ann")
            assert refused["isError"]
            assert refused["structuredContent"] == {"reason": "rate_limited", "retry_after_seconds": 5}
            assert "4 of yours are under way" in text_in(refused)
        assert (await run(to, "bob", "1 + 1"))["result"] == 2
