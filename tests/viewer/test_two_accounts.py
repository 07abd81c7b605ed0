"""The viewer and the resources over HTTP, of two accounts: each caller sees their own, in both protocol eras; and over
stdio."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import PromptReference, ResourceTemplateReference, TextResourceContents

from ims_mcp.local.media.clip import make_clip
from tests.http.served import NameGate, Served, headers_of, message, served
from tests.local_ims.server import running_ims
from tests.server.connected import ERAS, Era, text_of
from tests.server.piped import KEYS
from tests.tenants.accounts import Keys, environ_of, grant, settings_of, write_accounts
from tests.viewer.furnished import APPS, Library, get, list_addresses, view

pytestmark = pytest.mark.anyio
NAMES = ("east", "west")
GRANTS = grant("ann", NAMES) + grant("bob", ["west"]) + grant("eve", ["east"], toolsets=["live_record"])
ATTACH = PromptReference(type="ref/prompt", name="attach_rendition")


@dataclass
class Two:
    home: Path
    of: dict[str, Library]

    @property
    def endpoints(self) -> dict[str, str]:
        return {name: library.ims.endpoint for name, library in self.of.items()}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    home = tmp_path_factory.mktemp("home")
    clip = make_clip(home / "clip.mp4", seconds=1, width=64, height=48, subtitles=False)
    with ExitStack() as stack:
        found: dict[str, Library] = {}
        for name in NAMES:
            keys = Keys(name)
            ims = stack.enter_context(
                running_ims(home / name, access_key_id=keys.key_id, access_key_secret=keys.secret)
            )
            found[name] = Library(ims, clip, clip, keys=(keys.key_id, keys.secret))
            found[name].add("film", clip, "film.mp4", title=f"Film of the {name}")
        yield Two(home, found)


@asynccontextmanager
async def serving(two: Two) -> AsyncGenerator[Served]:
    settings = settings_of(write_accounts(two.home, two.endpoints, GRANTS))
    async with served(gate=NameGate(), settings=settings, environ=environ_of(two.home)) as to:
        yield to


@asynccontextmanager
async def calling(to: Served, who: str, era: Era, path: str = "", *, shows_apps: bool = True) -> AsyncGenerator[Client]:
    headers = {"Authorization": f"Bearer {who}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(
            streamable_http_client(f"{to.url}{path}", http_client=http),
            mode=era,
            extensions=[APPS] if shows_apps else None,
            cache=None,
        ) as client,
    ):
        yield client


@pytest.mark.parametrize("era", ERAS)
async def test_each_caller_looks_at_their_own_accounts(two: Two, era: Era) -> None:
    east, west = two.of["east"].ids["film"], two.of["west"].ids["film"]
    async with serving(two) as to:
        async with calling(to, "ann", era) as ann:
            tools = {tool.name: tool for tool in (await ann.list_tools()).tools}
            assert tools["view_media"].input_schema["required"] == ["account", "MediaIds"]
            assert tools["view_media"].meta == {"ui": {"resourceUri": "ui://ims/asset", "visibility": ["app"]}}
            assert (tools["get_media_info"].meta or {})["ui"] == {"resourceUri": "ui://ims/asset"}
            for account, media_id in (("east", east), ("west", west)):
                asset = await view(ann, media_id, account=account)
                assert asset["title"] == f"Film of the {account}"
                for address in list_addresses(asset):
                    assert address.startswith(two.endpoints[account])
                    assert (await get(address)).status_code == 200
            missing = await ann.call_tool("view_media", {"MediaIds": [east]})
            assert missing.is_error and "give one of east, west" in text_of(missing)
            other = await ann.call_tool("view_media", {"MediaIds": [west], "detail": "whole", "account": "east"})
            assert other.is_error and "NotFound" in text_of(other)
            page = (await ann.read_resource("ui://ims/asset")).contents[0]
            csp = (page.meta or {})["ui"]["csp"]
            assert csp["connectDomains"] == ["https://*.aliyuncs.com", *two.endpoints.values()]
            assert csp["resourceDomains"] == [*csp["connectDomains"], "blob:"], "a playlist is played out of memory"
        async with calling(to, "bob", era) as bob:
            assert (await view(bob, west))["title"] == "Film of the west"
            page = (await bob.read_resource("ui://ims/asset")).contents[0]
            assert two.endpoints["east"] not in json.dumps(page.meta)
            result = await bob.call_tool("view_media", {"MediaIds": [east], "detail": "whole"})
            assert result.is_error and "NotFound" in text_of(result)


@pytest.mark.parametrize("era", ERAS)
async def test_nobody_looks_beyond_their_rights(two: Two, era: Era) -> None:
    media_id = two.of["east"].ids["film"]
    async with serving(two) as to:
        async with calling(to, "eve", era) as eve:
            assert "view_media" not in [tool.name for tool in (await eve.list_tools()).tools]
            for detail in ("whole", "cover"):
                refused = await eve.call_tool("view_media", {"MediaIds": [media_id], "detail": detail})
                assert refused.is_error and "is not among the operations" in text_of(refused)
            assert (await eve.list_resource_templates()).resource_templates == []
            for part in ("", "/transcript"):
                with pytest.raises(MCPError, match="is not among the operations"):
                    await eve.read_resource(f"ims://media/{media_id}{part}")
            assert (await eve.complete(ATTACH, {"name": "MediaId", "value": ""})).completion.values == []
        async with calling(to, "ann", era, "/readonly?accounts=east&toolsets=transcoding") as narrowed:
            refused = await narrowed.call_tool("view_media", {"MediaIds": [media_id], "detail": "whole"})
            assert refused.is_error and "is not among the operations" in text_of(refused)


@pytest.mark.parametrize("era", ERAS)
async def test_without_the_extension_there_is_no_viewer_over_http(two: Two, era: Era) -> None:
    async with serving(two) as to, calling(to, "bob", era, shows_apps=False) as client:
        tools = (await client.list_tools()).tools
        assert "view_media" not in [tool.name for tool in tools]
        assert not [tool.name for tool in tools if tool.meta]
        assert (await client.list_resources()).resources == []
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("view_media", {"MediaIds": [two.of["west"].ids["film"]]})
        with pytest.raises(MCPError, match="Unknown resource"):
            await client.read_resource("ui://ims/asset")


async def test_an_older_client_is_known_again_by_what_it_was_given(two: Two) -> None:
    older = "2025-11-25"
    declared = {"extensions": {"io.modelcontextprotocol/ui": {"mimeTypes": ["text/html;profile=mcp-app"]}}}
    information = {"protocolVersion": older, "clientInfo": {"name": "host", "version": "1"}}
    async with serving(two) as to, httpx2.AsyncClient(timeout=60) as http:

        async def ask(method: str, params: dict[str, object], **headers: str) -> httpx2.Response:
            sent = headers_of(method, era=older, caller="bob") | headers
            return await http.post(to.url, content=message(method, params, era=older), headers=sent)

        first = await ask("initialize", {**information, "capabilities": declared})
        plain = await ask("initialize", {**information, "capabilities": {}})
        assert "mcp-session-id" not in plain.headers
        given = first.headers["mcp-session-id"]
        assert given.startswith("apps-") and given.isascii()
        assert "view_media" in (await ask("tools/list", {}, **{"Mcp-Session-Id": given})).text
        for other in ({}, {"Mcp-Session-Id": "0123456789abcdef"}):
            answer = await ask("tools/list", {}, **other)
            assert answer.status_code == 200
            assert "view_media" not in answer.text


async def test_resources_and_completions_name_account_and_region(two: Two) -> None:
    east = two.of["east"].ids["film"]
    async with serving(two) as to:
        async with calling(to, "ann", "2026-07-28") as ann:
            templates = [each.uri_template for each in (await ann.list_resource_templates()).resource_templates]
            assert templates[0] == "ims://media/{MediaId}{?account}"
            assert templates[3] == "ims://media/{MediaId}/transcript{?account,from_seconds}"
            (content,) = (await ann.read_resource(f"ims://media/{east}?account=east")).contents
            assert isinstance(content, TextResourceContents) and "Film of the east" in content.text
            assert '"account":"east"' in content.text, "what is left out is got from the same account"
            for wrong in (
                f"ims://media/{east}",
                f"ims://media/{east}?account=north",
                f"ims://media/{east}?account=west",
            ):
                with pytest.raises(MCPError):
                    await ann.read_resource(wrong)
            asset = ResourceTemplateReference(type="ref/resource", uri=templates[0])
            named = (await ann.complete(asset, {"name": "account", "value": "ea"})).completion.values
            assert named == ["east"]
            values = (
                await ann.complete(asset, {"name": "MediaId", "value": ""}, {"account": "east"})
            ).completion.values
            assert values == [east]
            both = (await ann.complete(ATTACH, {"name": "MediaId", "value": "film"})).completion.values
            assert both == ["title:Film of the east", "title:Film of the west"]
            result = await ann.call_tool("get_media_info", {"MediaId": east, "account": "east"})
            assert [getattr(block, "uri", "") for block in result.content][1:] == [f"ims://media/{east}?account=east"]
        async with calling(to, "bob", "2026-07-28") as bob:
            assert (await bob.complete(ATTACH, {"name": "MediaId", "value": "film"})).completion.values == [
                "title:Film of the west"
            ]


@pytest.mark.parametrize("era", ERAS)
async def test_a_host_on_this_machine_has_the_viewer_too(two: Two, era: Era, tmp_path: Path) -> None:
    import sys

    library = two.of["east"]
    keys = Keys("east")
    environment = {**KEYS, "ALIBABA_CLOUD_ACCESS_KEY_ID": keys.key_id, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys.secret}
    environment |= {"PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path)}
    command = ["-m", "ims_mcp", "serve", "--endpoint", library.ims.endpoint]
    server = StdioServerParameters(command=sys.executable, args=command, env=environment)
    for shows_apps in (True, False):
        async with Client(server, mode=era, extensions=[APPS] if shows_apps else None, cache=None) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            assert ("view_media" in names) is shows_apps
            if shows_apps:
                assert (await view(client, library.ids["film"]))["title"] == "Film of the east"
                assert (await client.read_resource("ui://ims/asset")).contents
            else:
                with pytest.raises(MCPError, match="Unknown tool"):
                    await client.call_tool("view_media", {"MediaIds": [library.ids["film"]]})
