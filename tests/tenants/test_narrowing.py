"""What the address and the headers of a request take away; they give nothing, and a misspelled one is refused."""

from __future__ import annotations

import pytest

from tests.tenants.accounts import ask, grant, text_in
from tests.tenants.two import BOTH, DELETE, READ, Two, list_tools

pytestmark = pytest.mark.anyio
EAST = {"account": "east"}


async def test_readonly_by_the_address_or_a_header(two: Two) -> None:
    ways = (
        ("/readonly", ()),
        ("/readonly?readonly=false", ()),
        ("?readonly=1", ()),
        ("?readonly=false&readonly=TRUE", ()),
        ("?readonly=", ()),
        ("", (("X-Ims-Readonly", "yes"),)),
        ("?readonly=no", (("x-ims-readonly", "off"), ("X-IMS-READONLY", "on"))),
        ("/readonl%79", ()),
    )
    async with two.serve(grant("ann", BOTH, destructive="allow")) as to:
        for path, headers in ways:
            tools = (await list_tools(to, "ann", path, headers))["tools"]
            assert all(tool["annotations"]["readOnlyHint"] for tool in tools.values()), path
            said = await ask(to, DELETE[0], {**DELETE[1], **EAST}, "ann", path=path, headers=headers)
            assert "not among the caller's rights" in text_in(said), path
            assert not (await ask(to, READ[0], {**READ[1], **EAST}, "ann", path=path, headers=headers)).get("isError")
        for path in ("/readonly/", "/readonly/x", "/READONLY", "/", "//readonly", "/readonly%2F"):
            assert (await ask(to, *READ, "ann", path=path))["status"] == 404, path
    assert set(two.actions) == {"GetMediaInfo"}


async def test_toolsets_are_listed_in_place_of_the_usual_and_confine_calls(two: Two) -> None:
    async with two.serve(grant("ann", BOTH)) as to:
        for path, headers, has in (
            ("?toolsets=editing", (), {"get_editing_project"}),
            ("?toolsets=editing%2Cpackaging", (), {"get_editing_project", "get_live_package_channel_group"}),
            ("?toolsets=%20editing%20,", (), {"get_editing_project"}),
            ("", (("X-Ims-Toolsets", "editing, admin"), ("x-ims-toolsets", "editing")), {"get_editing_project"}),
            ("?toolsets=all&toolsets=core", (), {"get_media_info"}),
            ("?toolsets=core&toolsets=all", (), {"get_media_info"}),
            ("?toolsets=core&toolsets=media_library", (), {"get_media_info"}),
        ):
            tools = {*(await list_tools(to, "ann", path, headers))["tools"]}
            assert has <= tools, path
            assert "get_media_live_channel" not in tools
            said = await ask(to, READ[0], {**READ[1], **EAST}, "ann", path=path, headers=headers)
            assert ("not among the operations" in text_in(said)) is ("get_media_info" not in has), path
        nothing = await list_tools(to, "ann", "?toolsets=editing&toolsets=packaging")
        assert not {"get_editing_project", "get_live_package_channel_group", "find_media"} & {*nothing["tools"]}


async def test_what_narrows_nothing_is_refused(two: Two) -> None:
    async with two.serve(grant("ann", ["east"])) as to:
        for path, headers, status in (
            ("?toolset=core", (), 400),
            ("?Toolsets=core", (), 400),
            ("?toolsets=cor", (), 400),
            ("?toolsets=", (), 400),
            ("?toolsets=,", (), 400),
            ("?toolsets", (), 400),
            ("?readonly=maybe", (), 400),
            ("?accounts=west", (), 403),
            ("?accounts=EAST", (), 403),
            ("?regions=cn-beijing", (), 403),
            ("", (("X-Ims-Toolset", "core"),), 400),
            ("", (("X-Ims-Read-Only", "true"),), 400),
            ("", (("X-Ims-Toolsets", "core"), ("X-Ims-Toolsets", "x")), 400),
            ("", (("X-Ims-Accounts", "east"), ("X-Ims-Accounts", "west")), 403),
        ):
            said = await ask(to, *READ, "ann", path=path, headers=headers)
            assert said.get("status") == status, (path, headers, said)
        assert "west" not in text_in(await ask(to, *READ, "ann", path="?accounts=x"))
    assert two.actions == []


async def test_accounts_and_regions_are_narrowed_to_those_named(two: Two) -> None:
    regions = ("cn-shanghai", "cn-beijing")
    async with two.serve(grant("ann", BOTH), regions=regions) as to:
        said = await ask(to, *READ, "ann", path="?accounts=west&regions=cn-beijing")
        assert not said.get("isError"), said
        assert (two.east.count, two.west.count) == (0, 1)
        headers = (("X-Ims-Accounts", "west"),)
        assert "give one of west" in text_in(await ask(to, READ[0], {**READ[1], **EAST}, "ann", headers=headers))
        shanghai = {**READ[1], "region": "cn-shanghai"}
        said = await ask(to, READ[0], shanghai, "ann", path="?accounts=west&regions=cn-beijing")
        assert "it has cn-beijing" in text_in(said)
        said = await ask(to, *READ, "ann", path="?accounts=west", headers=(("X-Ims-Accounts", "east"),))
        assert said["status"] == 403
