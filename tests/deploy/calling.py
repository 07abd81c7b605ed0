"""Calls to a deployment: bare requests of both eras, and the SDK's own clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import anyio
import httpx2
from mcp import Client
from mcp.client.session import ElicitationFnT
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult, Implementation

from tests.deploy.deployed import Deployed
from tests.http.served import MODERN, headers_of, message
from tests.local_ims.server import RunningIms

WAIT_SECONDS = 60.0
READ = ("call_read_operation", {"operation": "GetCategories"})
YES = {"confirm": {"action": "accept", "content": {"confirm": True}}}
Era = Literal["legacy", "2026-07-28"]


def add_category(name: str, parent: int) -> tuple[str, dict[str, Any]]:
    """A write without a ClientToken: done twice, there are two."""
    return "call_write_operation", {"operation": "AddCategory", "arguments": {"CateName": name, "ParentId": parent}}


def delete(media_id: str) -> tuple[str, dict[str, Any]]:
    """What the user is asked about."""
    return "delete_media_infos", {"MediaIds": media_id}


class Service:
    """The embedded IMS past everything: what was really done."""

    def __init__(self, to: Deployed) -> None:
        self.ims = RunningIms(to.ims, to.directory / "data")
        self._objects = 0

    def make_parents(self, name: str) -> Parents:
        """For more than one parent may have."""
        return Parents(self, name)

    def make_parent(self, name: str) -> int:
        """A category to add others to."""
        return int(self.ims.call("AddCategory", CateName=name)["Category"]["CateId"])

    def list_names(self, parent: int) -> list[str]:
        """Of the categories below, each as often as it is there."""
        found = self.ims.call("GetCategories", CateId=str(parent), PageSize="100")
        return [each["CateName"] for each in found["SubCategories"]["Category"]]

    def put_object(self) -> str:
        """The address of an object of its own, which is no media."""
        self._objects += 1
        return self.ims.put(f"objects/{self._objects}.mp4", b"no media")


class Parents:
    """Categories to add any number to: IMS lets each have 100."""

    _EACH = 90

    def __init__(self, service: Service, name: str) -> None:
        self._service, self._name = service, name
        self._made: list[int] = []

    def find(self, number: int) -> int:
        """Where the category of this number goes, made where it is not there yet."""
        while len(self._made) <= number // self._EACH:
            self._made.append(self._service.make_parent(f"{self._name} {len(self._made)}"))
        return self._made[number // self._EACH]

    def count_names(self) -> Counter[str]:
        """How often each is there, in all of them."""
        return Counter(name for parent in self._made for name in self._service.list_names(parent))


async def post(
    to: Deployed,
    tool: str,
    arguments: dict[str, Any],
    *,
    era: str = MODERN,
    replica: int | None = None,
    host: str | None = None,
    **more: Any,
) -> httpx2.Response:
    """A tools/call without a client's library, to nginx or to one replica; the answer as it came."""
    content = message("tools/call", {"name": tool, "arguments": arguments, **more}, era=era)
    headers = headers_of("tools/call", tool, era=era) | to.headers | ({"Host": host} if host else {})
    url = to.url if replica is None else to.url_of(replica)
    # Without authorities: there is no TLS, and reading them for each call takes longer than the call.
    async with httpx2.AsyncClient(timeout=WAIT_SECONDS, verify=False) as client:
        return await client.post(url, content=content, headers=headers)


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Of other processes, which tell nobody."""
    with anyio.fail_after(WAIT_SECONDS):
        while not await condition():  # noqa: ASYNC110
            await anyio.sleep(0.02)


async def agree(context: Any, params: Any) -> ElicitResult:
    """A user who says yes."""
    return ElicitResult(action="accept", content={"confirm": True})


@asynccontextmanager
async def client_of(
    to: Deployed, era: Era, *, elicitation: ElicitationFnT | None = agree, token: str | None = None
) -> AsyncGenerator[Client]:
    """The SDK's own client, through nginx; with the right token unless told otherwise."""
    headers = to.headers | ({"Authorization": f"Bearer {token}"} if token else {})
    async with (
        httpx2.AsyncClient(headers=headers, timeout=WAIT_SECONDS, verify=False) as http,
        Client(
            streamable_http_client(to.url, http_client=http),
            mode=era,
            elicitation_callback=elicitation,
            client_info=Implementation(name="ims-mcp tests", version="1"),
        ) as client,
    ):
        yield client
