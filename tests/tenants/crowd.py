"""Tenants with marked data in accounts of their own, and what each of them does at once with all the others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, cast

import httpx2
import oss2
from alibabacloud_ice20201109 import models

from ims_mcp.client.pool import ConnectionPool
from ims_mcp.local.media.clip import make_clip
from tests.http.served import Served, headers_of, message
from tests.local_ims.server import RunningIms, running_ims
from tests.tenants.accounts import YES, Keys

TENANTS = ("ann", "bob", "eve")
ACCOUNTS = {tenant: (f"{tenant}-prod", f"{tenant}-test") for tenant in TENANTS}
_KEPT = 4
"""Assets of an account that stay."""


@dataclass(slots=True)
class Marked:
    """One account: everything in it bears its mark."""

    tenant: str
    name: str
    ims: RunningIms
    media: list[str] = field(default_factory=list[str])
    doomed: list[str] = field(default_factory=list[str])
    files: list[str] = field(default_factory=list[str])
    made: list[str] = field(default_factory=list[str])

    @property
    def mark(self) -> str:
        return f"Zq{self.name.replace('-', '').title()}"

    @property
    def bucket(self) -> str:
        return f"{self.mark.lower()}-media"

    @property
    def marks(self) -> list[str]:
        """What tells that something is of this account. Ids are, too."""
        keys = Keys(self.name)
        ids = [*self.media, *self.doomed, *self.made]
        return [self.name, self.mark, self.bucket, keys.key_id, keys.secret, self.ims.host, *ids]


@contextmanager
def marked_accounts(directory: Path, *, doomed: int) -> Generator[list[Marked]]:
    """An embedded IMS for each account, with keys of its own. ``doomed``: assets of each that may be deleted."""
    clip = make_clip(directory / "clip.mp4", seconds=1, width=64, height=36).read_bytes()
    with ExitStack() as stack:
        marked: list[Marked] = []
        for tenant, names in ACCOUNTS.items():
            for name in names:
                keys = Keys(name)
                options: dict[str, Any] = {"access_key_id": keys.key_id, "access_key_secret": keys.secret}
                ims = stack.enter_context(running_ims(directory / name, processing_delay_seconds=0.05, **options))
                marked.append(_fill(Marked(tenant, name, ims), clip, _KEPT + doomed))
        yield marked


def _fill(marked: Marked, clip: bytes, count: int) -> Marked:
    keys = Keys(marked.name)
    bucket = oss2.Bucket(oss2.Auth(keys.key_id, keys.secret), marked.ims.endpoint, marked.bucket)
    bucket.create_bucket()
    client = marked.ims.client(keys.key_id, keys.secret)
    for number in range(count):
        key = f"{marked.mark}/{number}.mp4"
        bucket.put_object(key, clip)
        marked.files.append(f"oss://{marked.bucket}/{key}")
    for number in range(count):
        request = models.RegisterMediaInfoRequest(
            input_url=marked.files[number], title=f"{marked.mark} title{number}", description=f"about {marked.mark}"
        )
        media_id = str(client.register_media_info(request).body.media_id)
        (marked.media if number < _KEPT else marked.doomed).append(media_id)
    return marked


@dataclass(slots=True)
class Heard:
    """One exchange: what a tenant sent, and every byte that came back."""

    tenant: str
    kind: str
    sent: str
    came: str


class Crowd:
    """All tenants, over one client: connections are shared as behind a proxy."""

    def __init__(self, to: Served, http: httpx2.AsyncClient, accounts: Sequence[Marked]) -> None:
        self.to, self.http, self.accounts = to, http, accounts
        self.heard: list[Heard] = []
        self.counts = Counter[str]()

    async def act(self, number: int) -> None:
        """The deed of this number, in some account of some tenant."""
        marked = self.accounts[number % len(self.accounts)]
        other = self.accounts[(number + 1 + number // 7 % 4) % len(self.accounts)]
        if other.tenant == marked.tenant:
            other = self.accounts[(self.accounts.index(other) + 2) % len(self.accounts)]
        turn = number // len(self.accounts)
        media, step = marked.media[turn % _KEPT], turn % 20
        match step:
            case 0 | 1 | 2:
                await self.call(marked, "get_media_info", {"MediaId": media})
            case 3 | 4:
                await self.call(marked, "find_media", {"text": f"{marked.mark} title1"})
            case 5 | 6:
                await self.call(marked, "list_media_basic_infos", {"MaxResults": 5})
            case 7:
                await self.call(marked, "get_media_info", {"MediaId": f"title:{marked.mark} title{turn % _KEPT}"})
            case 8 | 9:
                await self.register(marked, turn)
            case 10:
                found = await self.call(marked, "find_media", {"text": other.mark}, kind="foreign words")
                assert found["structuredContent"].get("assets", []) == []
            case 11:
                said = await self.call(marked, "get_media_info", {"MediaId": other.media[0]}, kind="foreign id")
                assert said["isError"]
            case 12:
                said = await self.call(other, "get_media_info", {"MediaId": media}, by=marked, kind="foreign account")
                assert said["isError"]
            case 13:
                ids = {"MediaId": other.media[1]}
                waited = {"operation": "RegisterMediaInfo", "ids": ids, "wait_seconds": 0}
                await self.call(marked, "wait_for_job", waited, kind="foreign job")
            case 14:
                await self.call(marked, "search_operations", {"query": f"delete {marked.mark}"})
            case 15:
                await self.send("tools/list", {}, marked, "lists")
                await self.send("prompts/list", {}, marked, "lists")
            case 16 | 17:
                change = {"MediaId": media, "Description": f"about {marked.mark} {turn}"}
                await self.call(marked, "update_media_info", change)
            case 18:
                waited = {"operation": "RegisterMediaInfo", "ids": {"MediaId": media}, "wait_seconds": 1}
                await self.call(marked, "wait_for_job", waited, progress=f"{marked.mark}{number}")
            case _:
                await self.delete(marked, other)

    async def register(self, marked: Marked, turn: int) -> None:
        arguments = {"InputURL": marked.files[turn % _KEPT], "Title": f"{marked.mark} again", "wait_seconds": 5}
        said = await self.call(marked, "register_media_info", {**arguments, "Overwrite": False}, progress=marked.mark)
        if not said.get("isError"):
            content = said["structuredContent"]
            marked.made.append(str(content.get("MediaId") or content["media_id"]))

    async def delete(self, marked: Marked, other: Marked) -> None:
        """With a question; a stranger's yes is tried first."""
        if not marked.doomed:
            return
        media_id = marked.doomed.pop()
        marked.made.append(media_id)
        arguments = {"MediaIds": media_id}
        asked = await self.call(marked, "delete_media_infos", arguments, kind="question")
        if asked.get("resultType") != "input_required":
            raise AssertionError(asked)
        more: dict[str, Any] = {"inputResponses": YES, "requestState": asked["requestState"]}
        stolen = await self.call(other, "delete_media_infos", arguments, kind="stolen yes", **more)
        assert "error" in stolen
        done = await self.call(marked, "delete_media_infos", arguments, kind="yes", **more)
        assert not done.get("isError"), done

    async def call(
        self,
        marked: Marked,
        tool: str,
        arguments: dict[str, Any],
        *,
        by: Marked | None = None,
        kind: str = "",
        progress: str = "",
        **more: Any,
    ) -> Any:
        params = {"name": tool, "arguments": {**arguments, "account": marked.name}, **more}
        return await self.send("tools/call", params, by or marked, kind or tool, progress)

    async def send(self, method: str, params: dict[str, Any], by: Marked, kind: str, progress: str = "") -> Any:
        body = json.loads(message(method, params))
        if progress:
            body["params"]["_meta"]["progressToken"] = progress
        sent = json.dumps(body)
        headers = headers_of(method, params.get("name", ""), caller=by.tenant)
        answer = await self.http.post(self.to.url, content=sent, headers=headers)
        came = answer.text
        self.heard.append(Heard(by.tenant, kind, sent, f"{came}\n{dict(answer.headers)}"))
        self.counts[kind] += 1
        if not answer.headers["content-type"].startswith("text/event-stream"):
            said = json.loads(came)
            return said.get("result", said)
        events = [json.loads(line.removeprefix("data:")) for line in came.splitlines() if line.startswith("data:")]
        for event in events[:-1]:
            assert event["params"]["progressToken"] == progress, "another call's progress"
            self.counts["progress"] += 1
        return events[-1].get("result", events[-1])


def list_leaks(heard: Sequence[Heard], accounts: Sequence[Marked]) -> list[str]:
    """Every mark of another tenant that came to somebody who had not sent it themselves."""
    leaks: list[str] = []
    for tenant in TENANTS:
        came = [each for each in heard if each.tenant == tenant]
        found = find_marks("\n".join(each.came for each in came), tenant, accounts)
        leaks += [
            f"{each.kind} of {tenant}: {mark}"
            for mark in found
            for each in came
            if mark in each.came and mark not in each.sent
        ]
    return leaks


def find_marks(text: str, tenant: str, accounts: Sequence[Marked]) -> list[str]:
    """The marks of others in a text of this tenant's."""
    return [mark for each in accounts if each.tenant != tenant for mark in each.marks if mark in text]


def list_texts(root: object) -> Iterator[str]:
    """Every text that can be reached from an object; the pool of connections, which all share, is not gone into."""
    seen, left = set[int](), [root]
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, ConnectionPool | ModuleType | type):
            continue
        seen.add(id(thing))
        if isinstance(thing, str):
            yield thing
        elif isinstance(thing, bytes):
            yield thing.decode("latin-1")
        elif isinstance(thing, dict):
            for name, value in cast("dict[object, object]", thing).items():
                left += [name, value]
        elif isinstance(thing, list | tuple | set | frozenset):
            left += [*cast("list[object]", thing)]
        elif isinstance(thing, FunctionType):
            left += [cell.cell_contents for cell in thing.__closure__ or ()]
        elif type(thing).__module__.startswith("ims_mcp."):
            left += list(getattr(thing, "__dict__", {}).values())
            slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
            left += [getattr(thing, name) for name in slots if hasattr(thing, name)]
