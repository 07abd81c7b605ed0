"""`--auth tokens`: callers by the token file, which is read again when it changes: what is removed ends at once."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from ims_mcp.own_file import WatchedFile
from ims_mcp.server.http.bearer import Challenges, Unavailable, read_bearer
from ims_mcp.server.http.callers import Caller
from ims_mcp.server.http.token_file import TOKEN, TokenRecord, read_token_file, take_fingerprint
from ims_mcp.settings import SettingsError

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

logger = logging.getLogger("ims_mcp.server.http.tokens")

_REFUSED = "The token is unknown, or it has been removed. Ask whoever runs the server for one."
_EXPIRED = "The token has expired. Ask whoever runs the server for a new one."
_UNREADABLE = "Who may call cannot be read: whoever runs the server finds the reason in its log."


class TokenGate:
    """``clock`` is monotonic and ``now`` the time of day."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises SettingsError where the file cannot be used."""
        self._now = now
        self._challenges = Challenges()
        self._file = WatchedFile(
            path, _read_by_fingerprint, clock=clock, on_error=self._say_why_not, on_change=self._forget_known
        )
        # Tokens are recognised by a hash with a key that is never written down: scrypt is for the file.
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, TokenRecord] = {}
        self._hashing = anyio.CapacityLimiter(1)

    async def admit(self, connection: HTTPConnection) -> Caller:
        """Raises Unauthorized; its subclass Unavailable where the file cannot be read now."""
        token = read_bearer(connection, self._challenges)
        records = await self._file.get()
        if records is None:  # as long as it cannot be read nobody is let in: what it says is unknown
            raise Unavailable(self._challenges.write(), _UNREADABLE, retry_after_seconds=5)
        record = await self._find(token, records)
        if record is None:
            raise self._challenges.refuse(_REFUSED)
        if record.has_expired(self._now()):
            raise self._challenges.refuse(_EXPIRED)
        return Caller(record.name, record.scopes)

    async def _find(self, token: str, records: dict[str, TokenRecord]) -> TokenRecord | None:
        # Only what hashes to a fingerprint in the file costs more than a hash.
        if not TOKEN.fullmatch(token) or (record := records.get(take_fingerprint(token))) is None:
            return None
        mark = hmac.digest(self._key, token.encode(), hashlib.sha256)
        # Of the file as it is now: another record under the same fingerprint is another token.
        if self._known.get(mark) is record:
            return record
        if not await anyio.to_thread.run_sync(record.is_of, token, limiter=self._hashing):
            return None
        if self._file.content is records:
            self._known[mark] = record
        return record

    def _say_why_not(self, error: SettingsError) -> None:
        self._known.clear()
        logger.error("no token is taken: %s", error.explain())

    def _forget_known(self, records: dict[str, TokenRecord]) -> None:
        self._known.clear()
        logger.info("read the token file again", extra={"names": len(records)})


def _read_by_fingerprint(path: Path) -> dict[str, TokenRecord]:
    return {record.fingerprint: record for record in read_token_file(path).values()}
