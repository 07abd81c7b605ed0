"""Two scripted services, each that of one account, and a server over HTTP in front of both."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ims_mcp.server.http.callers import Gate
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.http.served import NameGate, Served, served
from tests.tenants.accounts import environ_of, send, settings_of, write_accounts

MEDIA = "a" * 32
READ: tuple[str, dict[str, Any]] = ("get_media_info", {"MediaId": MEDIA})
DELETE: tuple[str, dict[str, Any]] = ("delete_media_infos", {"MediaIds": MEDIA})
BOTH = ("east", "west")


def answer_all(request: Arrived) -> Answer:
    """One asset, whatever is asked."""
    basic = {"MediaId": MEDIA, "Title": "Harbour", "Status": "Normal"}
    return Answer(body={"RequestId": "r", "MediaId": MEDIA, "MediaInfo": {"MediaId": MEDIA, "MediaBasicInfo": basic}})


class Two:
    """``home`` holds the file and the profiles."""

    def __init__(self, home: Path, east: ScriptedService, west: ScriptedService) -> None:
        self.home, self.east, self.west = home, east, west

    def write(self, grants: str, regions: Sequence[str] = ("cn-shanghai",)) -> Path:
        return write_accounts(self.home, {"east": self.east.url, "west": self.west.url}, grants, regions=regions)

    @asynccontextmanager
    async def serve(
        self, grants: str, *, regions: Sequence[str] = ("cn-shanghai",), gate: Gate | None = None, **options: Any
    ) -> AsyncGenerator[Served]:
        settings = settings_of(self.write(grants, regions), **options)
        async with served(gate=gate or NameGate(), settings=settings, environ=environ_of(self.home)) as to:
            yield to

    @property
    def actions(self) -> list[str]:
        """What arrived at either."""
        return [request.action for request in (*self.east.arrived, *self.west.arrived)]


async def list_tools(
    to: Served, caller: str, path: str = "", headers: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """tools/list, with the tools by their names."""
    listed: Mapping[str, Any] = await send(to, "tools/list", {}, caller, path, headers)
    return {**listed, "tools": {tool["name"]: tool for tool in listed["tools"]}} if "tools" in listed else {**listed}
