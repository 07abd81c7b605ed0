"""Pages of a server over HTTP: at the address under which browsers reach it."""

from __future__ import annotations

from urllib.parse import urlsplit

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.settings import SettingsError


class PublicPages:
    """A page host (:class:`ims_mcp.server.page_host.PageHost`): always open, where its address is known."""

    def __init__(self, base: str | None) -> None:
        """``base`` is what browsers put before /pages/; None where nobody has said it and nobody can tell.

        Raises SettingsError for what is no address.
        """
        parts = urlsplit(base or "http://127.0.0.1")
        try:
            is_address = parts.scheme in ("http", "https") and parts.hostname is not None and parts.port != 0
        except ValueError:
            is_address = False
        if not is_address or parts.query or parts.fragment or parts.username is not None:
            raise SettingsError(
                f"--public-url “{plain(base or '', 200)}” is not an address that a browser can open.",
                next_step="Give it as people's browsers reach this server: https://ims.example.com",
            )
        self._base = None if base is None else base.rstrip("/")

    @property
    def origin(self) -> str:
        """Scheme, host and port, as browsers say them; empty where no page can be opened."""
        if self._base is None:
            return ""
        parts = urlsplit(self._base)
        usual = {"http": 80, "https": 443}[parts.scheme]
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{host}" + ("" if parts.port in (None, usual) else f":{parts.port}")

    async def open_for(self, seconds: float) -> str:
        """See :class:`ims_mcp.server.page_host.PageHost`."""
        if self._base is None:
            raise ImsError(
                "This server has pages for people, and does not know under which address their browsers reach it.",
                next_step="Whoever runs it names it with --public-url, such as https://ims.example.com",
            )
        return self._base
