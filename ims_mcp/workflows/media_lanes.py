"""Assets in the order of their creation, read page by page as they are asked for: by SearchMedia or from the list.

A lane is one such sequence, and its position a short text that a later call can go on from. SearchMedia does not search
pictures together with video and audio, so that both are lanes of their own, merged by time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ConnectionFailed, ServiceError
from ims_mcp.summaries.values import as_objects, as_whole
from ims_mcp.workflows.found_media import FoundMedia, read_media
from ims_mcp.workflows.media_wish import Wish

SEARCH_PAGE, LIST_PAGE = 50, 100
"""The most that the service gives at once."""
FARTHEST = 10_000
"""SearchMedia has a scroll token for what lies beyond page 200; nobody pages through so much here."""


class SearchUnavailable(Exception):
    """SearchMedia does not serve this account, or not this Match."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Budget:
    """What one call may take: so many pages and so many seconds. The first page of each lane is always read."""

    def __init__(
        self, pages: int, seconds: float, clock: Callable[[], float] = anyio.current_time, *, lanes: int = 1
    ) -> None:
        self.seconds = seconds
        self._lanes = lanes
        self._pages_left = pages
        self._clock = clock
        self._began = clock()
        self._read = 0

    def allows(self) -> bool:
        """Whether one more page may be read. Half of the time is kept for its answer."""
        return self._read < self._lanes or (self._pages_left > 0 and self._clock() - self._began < self.seconds / 2)

    def spend(self) -> float | None:
        """Count one page; how many seconds it may take, None for as long as any call."""
        self._read += 1
        self._pages_left -= 1
        return None if self._read <= self._lanes else max(self.seconds - (self._clock() - self._began), 1.0)


class Lane(Protocol):
    """One sequence of assets."""

    waiting: deque[FoundMedia]
    ended: bool
    total: int | None
    """How many there are, where the service says so."""

    async def read_page(self, seconds: float | None) -> None:
        """Adds to ``waiting``, or ends. Raises ImsError."""
        ...

    def take(self) -> FoundMedia:
        """The first that waits."""
        ...

    @property
    def position(self) -> str:
        """Where the next asset that is taken lies."""
        ...


class SearchLane:
    """What SearchMedia finds; the position is the number of assets before it."""

    def __init__(self, client: ImsClient, wish: Wish, types: tuple[str, ...], position: str) -> None:
        self._client = client
        self._query = {
            "Match": wish.write_match(types),
            "SortBy": "utcCreate:Asc" if wish.sort == "oldest" else "utcCreate:Desc",
            "PageSize": SEARCH_PAGE,
        }
        self._taken = int(position or 0)
        self._next_page, self._skip = divmod(self._taken, SEARCH_PAGE)
        self.waiting: deque[FoundMedia] = deque()
        self.ended = False
        self.total: int | None = None

    async def read_page(self, seconds: float | None) -> None:
        self._next_page += 1
        query = {**self._query, "PageNo": self._next_page}
        try:
            reply = await self._client.call(get_operation("SearchMedia"), query, timeout_seconds=seconds)
        except ServiceError as error:
            if is_unavailable(error):
                raise SearchUnavailable(error.code) from error
            raise
        if str(reply.data.get("Success", "true")).lower() == "false":
            raise SearchUnavailable(str(reply.data.get("Code") or "no reason given"))
        infos = as_objects(reply.data.get("MediaInfoList"))
        self.total = as_whole(reply.data.get("Total"))
        self.waiting.extend(map(read_media, infos[self._skip :]))
        self._skip = 0
        reached = self._next_page * SEARCH_PAGE
        self.ended = not infos or reached >= (FARTHEST if self.total is None else min(self.total, FARTHEST))

    def take(self) -> FoundMedia:
        self._taken += 1
        return self.waiting.popleft()

    @property
    def position(self) -> str:
        return str(self._taken)


class ListLane:
    """The list of all assets, filtered by type, status and time; the position is the number of assets before it in a
    page, and the token of that page."""

    def __init__(self, client: ImsClient, wish: Wish, position: str) -> None:
        self._client = client
        first, last = wish.created or (None, None)
        wanted: dict[str, Any] = {
            "MediaType": wish.media_type,
            "Status": wish.status,
            # After the start, and up to the end: so the list's own page says.
            "StartTime": None if first is None else _write_utc(max(first - 1, 0)),
            "EndTime": None if last is None else _write_utc(last),
            "SortBy": "asc" if wish.sort == "oldest" else "desc",
            "MaxResults": LIST_PAGE,
            "IncludeFileBasicInfo": True,
        }
        self._query = {name: value for name, value in wanted.items() if value is not None}
        skip, _, self._token = position.partition(":")
        self._skip = int(skip or 0)
        self._next_token = self._token
        self._taken = 0
        self.waiting: deque[FoundMedia] = deque()
        self.ended = False
        self.total: int | None = None

    async def read_page(self, seconds: float | None) -> None:
        query = {**self._query, **({"NextToken": self._next_token} if self._next_token else {})}
        reply = await self._client.call(get_operation("ListMediaBasicInfos"), query, timeout_seconds=seconds)
        infos = as_objects(reply.data.get("MediaInfos"))
        self.total = as_whole(reply.data.get("TotalCount"))
        self.waiting.extend(map(read_media, infos[self._skip :]))
        self._token, self._taken, self._skip = self._next_token, self._skip, 0
        following = reply.data.get("NextToken")
        # The same token again would go round for ever.
        self.ended = not isinstance(following, str) or following in ("", self._next_token)
        self._next_token = "" if self.ended else str(following)

    def take(self) -> FoundMedia:
        self._taken += 1
        return self.waiting.popleft()

    @property
    def position(self) -> str:
        if not self.waiting and self._next_token != self._token:
            return f"0:{self._next_token}"
        return f"{self._taken or self._skip}:{self._token}"


class Lanes:
    """Several lanes as one, in the order of time."""

    def __init__(self, lanes: list[Lane], budget: Budget, *, oldest_first: bool) -> None:
        # Of equals the later lane is the older one, so that oldest is newest read backwards.
        self._lanes = lanes[::-1] if oldest_first else lanes
        self._positions = lanes
        self._budget = budget
        self._sign = 1 if oldest_first else -1
        self.looked_at = 0
        self.problem = ""
        """Why nothing more was read, where something failed on the way."""

    async def take(self) -> FoundMedia | None:
        """The next asset; None at the end, and where the budget is spent."""
        for lane in self._lanes:
            while not lane.waiting and not lane.ended:
                if not self._budget.allows() or not await self._read(lane):
                    return None
        filled = [lane for lane in self._lanes if lane.waiting]
        if not filled:
            return None
        self.looked_at += 1
        return min(filled, key=lambda lane: self._sign * lane.waiting[0].created).take()

    async def _read(self, lane: Lane) -> bool:
        seconds = self._budget.spend()
        try:
            await lane.read_page(seconds)
        except (ConnectionFailed, ServiceError) as error:
            if seconds is None:
                raise
            # What was found before is worth more than this failure.
            self.problem = f"a further page failed: {type(error).__name__}"
            return False
        return True

    @property
    def ended(self) -> bool:
        """Whether there is nothing more."""
        return all(lane.ended and not lane.waiting for lane in self._lanes)

    @property
    def total(self) -> int | None:
        """How many there are in all lanes, where the service has said so."""
        totals = [lane.total for lane in self._lanes]
        return None if None in totals else sum(total or 0 for total in totals)

    @property
    def position(self) -> list[str]:
        """Of each lane."""
        return [lane.position for lane in self._positions]

    @property
    def waiting(self) -> Iterator[FoundMedia]:
        """What was read and not taken."""
        return (media for lane in self._lanes for media in lane.waiting)


def is_unavailable(error: ServiceError) -> bool:
    """Whether the same question may be answered by the lists: refused, and not for coming too often."""
    code = error.code.lower()
    is_busy = error.http_status == 429 or "throttl" in code or "frequent" in code or "toomany" in code
    return 400 <= error.http_status < 500 and not is_busy


def _write_utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
