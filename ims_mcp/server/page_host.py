"""Where pages for people are: an address that a browser can open for as long as there is something to be done there."""

from __future__ import annotations

from typing import Protocol


class PageHost(Protocol):
    """Over HTTP the server's own public address; over stdio a port of this machine that is open while it is needed."""

    async def open_for(self, seconds: float) -> str:
        """The address that pages begin with, such as ``http://127.0.0.1:41234``, without a slash at its end. It answers
        for so long at least.

        Raises ImsError where no browser could reach this server, with what whoever runs it has to set.
        """
        ...
