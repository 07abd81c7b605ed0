"""What crosses between a script and the server that JSON has no form for: told, and given to no call."""

from __future__ import annotations

import pytest

from tests.scripts.running import run, scripting
from tests.scripts.test_run_script import ID, LIBRARY

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("[ims.get_media_info(MediaId='a')]", "was not awaited"),
        ("asyncio.gather(*[ims.get_media_info(MediaId='a') for i in range(3)])", "was not awaited"),
        ("[play() for i in range(2)]", "was not awaited"),
        ("{'a': {1: 2}.keys()}", "write list(…)"),
        ("{1: 2}.items()", "write list(…)"),
        ("iter([1])", "write list(…)"),
        ("play", "was not called"),
    ],
)
async def test_what_is_no_value_is_told_and_is_given_to_no_call(value: str, meant: str) -> None:
    """The sandbox writes a text in its place, which a service would take for a title."""
    head = "import asyncio\nimport ims\nasync def play(): return 1\n"
    given = f"given: dict = {{'Title': {value}}}\nawait ims.update_media_info(MediaId='{ID}', **given)"
    async with scripting(LIBRARY) as (client, service):
        shown = await run(client, head + value)
        refused = await run(client, head + given)
    assert shown["outcome"] == "done"
    assert meant in shown["note"]
    assert meant in refused["problem"]
    assert "line 5 in <module>: await ims.update" in refused["problem"]
    assert "UpdateMediaInfo" not in {each.action for each in service.arrived}


async def test_what_is_no_number_is_none_in_a_result_and_no_argument() -> None:
    code = """
import ims
given: dict = {"MediaId": float("nan")}
try:
    await ims.get_media_info(**given, InputURL="oss://b/k.mp4")
except ims.Error as error:
    problem = str(error)
[float("nan"), float("inf"), problem]
"""
    async with scripting(LIBRARY) as (client, service):
        told = await run(client, code)
    assert told["result"][:2] == [None, None]
    assert "nan is no value of JSON" in told["result"][2]
    assert service.count == 0
