"""One call of an operation as its handler sees it: who, what, and the parameter table the arguments were checked by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.local.identity import Identity
from ims_mcp.local.rpc.service_errors import RpcFault, invalid

IMS_VERSION = "2020-11-09"
STS_VERSION = "2015-04-01"


@dataclass(frozen=True, slots=True)
class Call:
    """``arguments`` are checked and typed by the operation's table; a JSON text stays as it was written."""

    operation: Operation
    arguments: Mapping[str, Any]
    sender: Identity
    request_id: str

    def text(self, name: str) -> str | None:
        """The argument as text; None where it was not given."""
        value = self.arguments.get(name)
        return None if value is None else str(value)

    def integer(self, name: str) -> int | None:
        value = self.arguments.get(name)
        return None if value is None else int(value)

    def flag(self, name: str) -> bool:
        """The argument as a boolean; not given is False."""
        return bool(self.arguments.get(name, False))

    def parts(self, name: str, *, most: int | None = None) -> list[str]:
        """A comma-separated argument: its parts in order, without blanks and repetitions."""
        parts = list(dict.fromkeys(part.strip() for part in (self.text(name) or "").split(",") if part.strip()))
        if most is not None and len(parts) > most:
            raise invalid(name, f"has {len(parts)} parts, at most {most} are allowed")
        return parts

    @property
    def link_seconds(self) -> int:
        """AuthTimeout: how long signed addresses live."""
        given = self.integer("AuthTimeout")
        return 3600 if given is None else given


Handler = Callable[[Call], Awaitable[dict[str, Any]]]
"""Returns the answer without RequestId. Raises RpcFault for any other answer."""


@dataclass(frozen=True, slots=True)
class Service:
    """An operation the local IMS does."""

    operation: Operation
    handler: Handler
    version: str = IMS_VERSION


def local_table(name: str, *parameters: Parameter, effect: Effect = Effect.READ) -> Operation:
    """The local IMS's own parameter table of an operation."""
    return Operation(
        name=name, toolset="local", title=name, purpose="Served by the local IMS.", effect=effect, parameters=parameters
    )


__all__ = ["IMS_VERSION", "STS_VERSION", "Call", "Handler", "RpcFault", "Service", "local_table"]
