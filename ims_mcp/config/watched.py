"""The configuration file of a server that runs: read again when it changes, as long as it is good."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ims_mcp.config.model import Config
from ims_mcp.config.reading import read_config
from ims_mcp.own_file import WatchedFile
from ims_mcp.settings import SettingsError

logger = logging.getLogger("ims_mcp.config.watched")


class WatchedConfig:
    """What a good change takes away ends within a second. A file that is wrong or gone changes nothing: its mistakes
    are logged once, and what it said before goes on. Needs asyncio; ``clock`` is monotonic."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises ConfigError where the file cannot be used."""
        self._file = WatchedFile(path, read_config, clock=clock, on_error=_log_mistakes, on_change=self._take)
        assert self._file.content is not None
        self._good = self._file.content

    async def current(self) -> Config:
        """What the file says now, or said when it was good last. The same object as long as it has not changed."""
        await self._file.get()
        return self._good

    def _take(self, config: Config) -> None:
        if config.grants is None and self._good.grants is not None:
            # The last grant was taken away, or the file is half written: that must not give everything to everybody.
            config = replace(config, grants=())
            logger.warning(
                "the configuration file has no grants any more: until the server starts anew nobody may call"
            )
        if self._good.rules and not config.rules:
            # The same of the last rule, which may have been what had somebody asked.
            config = replace(config, rules=self._good.rules)
            logger.warning(
                "the configuration file has no rules any more: those it had stay until the server starts anew"
            )
        self._good = config
        logger.info("read the configuration file again", extra={"accounts": len(config.accounts)})


def _log_mistakes(error: SettingsError) -> None:
    logger.error("the configuration stays as it was: %s", error.explain())
