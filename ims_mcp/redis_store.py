"""The shared store in Redis, for several replicas. The package ``redis`` is an extra, imported when this is opened."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import anyio

from ims_mcp.foreign_text import quotable
from ims_mcp.settings import SettingsError, shown_address
from ims_mcp.shared_store import Change, StoreUnavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")

PREFIX = "ims-mcp:"
_CONNECT_SECONDS = _ANSWER_SECONDS = 1.0
_COMMAND_SECONDS = 2.5
"""Of a command as a whole: a connection, an answer, and once more where the connection had died unnoticed."""
_CONNECTIONS = 32
_MOST_ROUNDS = 64
"""So often others may come between a read and its write: each time one of them got through."""
_TAG_BYTES = 12
_IN_QUERY = {"db", "username", "password", "ssl_ca_certs"}
_SCHEMES = ("redis", "rediss", "unix")

# Sent twice, it still says what the first one did: the token is the asker's own.
_ADD_ONCE = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0
"""
# A value begins with the tag of its writer. ARGV: the tag that was read ('' for none), the new value ('' for none), its
# milliseconds, the new tag. The answer: nothing where it was written, else what is there (false: nothing).
_WRITE = """
local now = redis.call('GET', KEYS[1])
local tag = ''
if now then tag = string.sub(now, 1, 12) end
if tag == ARGV[4] then return {1} end
if tag ~= ARGV[1] then return {0, now} end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return {1}
"""


def open_redis(url: str) -> RedisStore:
    """A store at ``redis://``, ``rediss://`` or ``unix://``; nothing is contacted. Raises SettingsError."""
    _check(url)
    try:
        import redis.asyncio
    except ImportError:
        raise SettingsError(
            "--redis needs the package redis, which is not installed.",
            next_step='Install it with: pip install "ims-mcp[redis]"',
        ) from None
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    pool = redis.asyncio.BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=_ANSWER_SECONDS,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        protocol=2,  # which every Redis and what stands in for one speaks
        retry=Retry(NoBackoff(), 0),  # what may be sent again is known here only
    )
    return RedisStore(redis.asyncio.Redis.from_pool(pool), url)


def _check(url: str) -> None:
    parts, good = urlsplit(""), True
    try:
        parts = urlsplit(url.strip())
        good = parts.port != 0
    except ValueError:
        good = False
    named = parts.path if parts.scheme == "unix" else parts.hostname
    if not good or parts.scheme not in _SCHEMES or not named or any(map(str.isspace, url)):
        raise SettingsError(
            f"The Redis address {shown_address(url)} cannot be used.",
            next_step="Give it like redis://127.0.0.1:6379/0, rediss://USER:PASSWORD@HOST:6379/0 or unix:///PATH.",
        )
    if unknown := sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} - _IN_QUERY):
        raise SettingsError(
            f"The Redis address {shown_address(url)} has options that are not known: {quotable(', '.join(unknown))}.",
            next_step=f"Behind the question mark there may be {', '.join(sorted(_IN_QUERY))}.",
        )
    database = dict(parse_qsl(parts.query)).get("db") or ("" if parts.scheme == "unix" else parts.path.strip("/"))
    if database and not database.isdecimal():
        raise SettingsError(
            f"The Redis address {shown_address(url)} does not name a database by its number.",
            next_step="Behind the port there may be a number, such as /0.",
        )


class RedisStore:
    """See :class:`~ims_mcp.shared_store.SharedStore`. It connects by itself, when first asked and after a failure."""

    def __init__(self, client: Redis, url: str) -> None:
        parts = urlsplit(url)
        self._client = client
        self._shown = f"Redis at {f'“{quotable(parts.path)}”' if parts.scheme == 'unix' else shown_address(url)}"
        given = [parts.password or "", *(value for name, value in parse_qsl(parts.query) if name == "password")]
        self._secrets = tuple({form for word in given if word for form in (word, unquote(word))})
        # Of one process one at a time: what is left to come between read and write are the other replicas.
        self._turns = [anyio.Lock() for _ in range(16)]
        self._asked_at = self._failed_at = -math.inf
        self._problem: StoreUnavailable | None = None
        """What the last command failed with."""

    async def add_once(self, key: str, seconds: float) -> bool:
        """See :class:`~ims_mcp.shared_store.SharedStore`."""
        token, lasts = secrets.token_hex(8), _read_milliseconds(seconds)
        return await self._command(lambda: self._evaluate(_ADD_ONCE, key, token, lasts)) == 1

    async def update(self, key: str, change: Change[T], seconds: float) -> T:
        """See :class:`~ims_mcp.shared_store.SharedStore`."""
        begun_at = time.monotonic()
        async with self._turns[hash(key) % len(self._turns)]:
            if self._problem is not None and self._failed_at > begun_at:
                raise self._problem  # whoever waits behind one that failed does not wait as long once more
            there: bytes | None = await self._command(lambda: self._client.get(PREFIX + key))
            for turn in range(_MOST_ROUNDS):
                tag = secrets.token_hex(_TAG_BYTES // 2).encode()
                value, answer = change(None if there is None else there[_TAG_BYTES:])
                if value == (None if there is None else there[_TAG_BYTES:]):
                    return answer
                before = b"" if there is None else there[:_TAG_BYTES]
                words = before, b"" if value is None else tag + value, _read_milliseconds(seconds), tag
                written = await self._write(key, words)
                if written[0] == 1:
                    return answer
                there = written[1] if len(written) > 1 else None
                await anyio.sleep(secrets.randbelow(1 + min(turn, 10)) / 1000)
        raise self._refuse("too many replicas change the same value at once")

    async def list_keys(self, prefix: str) -> list[str]:
        """The keys there are that begin so, for whoever has to choose one. ``prefix`` is a plain word."""

        async def scan() -> list[str]:
            scanned = cast("Any", self._client).scan_iter(match=f"{PREFIX}{prefix}*", count=1_000)
            return sorted({cast("bytes", key).decode().removeprefix(PREFIX) async for key in scanned})

        return await self._command(scan)

    async def now(self) -> float:
        """See :class:`~ims_mcp.shared_store.SharedStore`."""
        return await self._command(self._read_time)

    async def check(self) -> None:
        """See :class:`~ims_mcp.shared_store.SharedStore`. It is contacted once a second at most."""
        if time.monotonic() - self._asked_at > 1:
            await self._command(self._ping)
        elif self._problem is not None:
            raise self._problem

    async def find_eviction(self) -> str:
        """By which policy it gives keys up before their time when it is full, such as ``volatile-lru``; empty where it
        gives up none, or does not say. Raises StoreUnavailable."""
        policy = str((await self._command(lambda: self._client.info("memory"))).get("maxmemory_policy", ""))
        return "" if policy == "noeviction" else policy

    async def close(self) -> None:
        """See :class:`~ims_mcp.shared_store.SharedStore`."""
        with anyio.move_on_after(1, shield=True):
            await self._client.aclose(close_connection_pool=True)

    def describe(self) -> str:
        """See :class:`~ims_mcp.shared_store.SharedStore`."""
        return self._shown

    async def _write(self, key: str, words: tuple[Any, ...]) -> list[Any]:
        tries = 0

        async def write() -> list[Any]:
            nonlocal tries
            tries += 1
            return await self._evaluate(_WRITE, key, *words)

        written = cast("list[Any]", await self._command(write))
        if written[0] != 1 and tries > 1:
            # The answer to the first try was lost, and by now somebody else has written: nobody knows.
            raise self._refuse("its answer to a change was lost")
        return written

    async def _evaluate(self, script: str, key: str, *words: Any) -> Any:
        return await self._client.eval(script, 1, PREFIX + key, *words)

    async def _read_time(self) -> float:
        seconds, microseconds = await self._client.time()
        return seconds + microseconds / 1e6

    async def _ping(self) -> Any:
        return await self._client.ping()

    async def _command(self, send: Callable[[], Awaitable[Any]]) -> Any:
        """Its answer. Sent once more where the connection broke: as after a restart of Redis."""
        from redis.exceptions import ConnectionError as Broken
        from redis.exceptions import RedisError

        self._asked_at = time.monotonic()
        try:
            with anyio.fail_after(_COMMAND_SECONDS):
                try:
                    answer = await send()
                except Broken:
                    answer = await send()
        except (RedisError, OSError) as error:  # among them TimeoutError
            self._failed_at, self._problem = time.monotonic(), self._refuse(str(error) or "no answer in time")
            raise self._problem from error
        self._problem = None
        return answer

    def _refuse(self, reason: str) -> StoreUnavailable:
        said = quotable(reason, self._secrets, 200).rstrip(".")
        return StoreUnavailable(
            f"The shared store of this server, {self._shown}, cannot be used: {said}.",
            next_step="Call again in a few seconds. For whoever runs the server: see that Redis runs, is reached from "
            "here, and takes the user and password of --redis.",
        )


def _read_milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
