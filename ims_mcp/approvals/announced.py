"""Where commands of the same user find what waits at servers on stdio: entries of the store in their files.

They say where to ask, and nothing that counts: the question and what was said about it stay with the server that asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol, cast

from ims_mcp.shared_store import SharedStore

_PREFIX = "approval-waits:"


class ListedStore(SharedStore, Protocol):
    """One that says what is in it."""

    async def list_keys(self, prefix: str) -> list[str]:
        """The keys there are that begin so."""
        ...


@dataclass(frozen=True, slots=True)
class Announced:
    """``base``: where its server's pages are. ``check``: what only that server can say, before a PIN is shown to it."""

    id: str
    base: str
    check: str


async def announce(store: SharedStore, waiting: Announced, seconds: float) -> None:
    """For so long."""
    value = json.dumps({"base": waiting.base, "check": waiting.check}).encode()
    await store.update(f"{_PREFIX}{waiting.id}", lambda _: (value, None), seconds)


async def list_announced(store: ListedStore) -> list[Announced]:
    """All that may still wait."""
    found: list[Announced] = []
    for key in await store.list_keys(_PREFIX):
        value = await store.update(key, lambda value: (value, value), 1.0)
        if value is not None:
            entry = cast("dict[str, Any]", json.loads(value))
            found.append(Announced(key.removeprefix(_PREFIX), str(entry["base"]), str(entry["check"])))
    return found
