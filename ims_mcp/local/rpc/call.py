"""One call of an operation as its handler sees it, and which operations a family of handlers does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ims_mcp.catalogue import Effect, Operation, Parameter, get_operation
from ims_mcp.local.identity import Identity
from ims_mcp.local.rpc.service_errors import invalid, missing

_Method = TypeVar("_Method", bound=Callable[..., Any])
_MARK = "handled_operation"
IMS_VERSION = "2020-11-09"
STS_VERSION = "2015-04-01"
_RAM_CODES = {IMS_VERSION: "ice", STS_VERSION: "sts"}
# Beyond what any listing has, and far below what SQLite can count to.
_LAST_PAGE = 1_000_000
_MAX_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Call:
    """``arguments`` are checked and typed by the operation's table; a JSON text stays as it was written."""

    operation: Operation
    arguments: Mapping[str, Any]
    sender: Identity | None
    """None where the operation is anonymous: nobody signs it."""
    request_id: str

    def get_text(self, name: str) -> str | None:
        """The argument as text; None where it was not given."""
        value = self.arguments.get(name)
        return None if value is None else str(value)

    def require_text(self, name: str) -> str:
        """The argument as text. RpcFault (MissingParameter), also where the table lets it be left out."""
        value = self.get_text(name)
        if value is None:
            raise missing(name)
        return value

    def get_integer(self, name: str) -> int | None:
        """The argument as a number; None where it was not given."""
        value = self.arguments.get(name)
        return None if value is None else int(value)

    def get_flag(self, name: str) -> bool:
        """The argument as a boolean; not given is False."""
        return bool(self.arguments.get(name, False))

    def get_parts(self, name: str, *, most: int | None = None) -> list[str]:
        """A comma-separated argument: its parts in order, without blanks and repetitions."""
        parts = list(dict.fromkeys(part.strip() for part in (self.get_text(name) or "").split(",") if part.strip()))
        if most is not None and len(parts) > most:
            raise invalid(name, f"has {len(parts)} parts, at most {most} are allowed")
        return parts

    def get_known(self, name: str, known: Iterable[str]) -> str | None:
        """One of the values that the table leaves open but there are no others of. RpcFault (InvalidParameter)."""
        value = self.get_text(name)
        if value is not None:
            refuse_unknown(name, [value], known)
        return value

    def get_page(self) -> tuple[int, int]:
        """PageNo, from 1, and PageSize, 10 where it was not given. RpcFault where no listing has such a page."""
        number, size = self.get_integer("PageNo"), self.get_integer("PageSize")
        if number is not None and not 1 <= number <= _LAST_PAGE:
            raise invalid("PageNo", f"has to be 1 to {_LAST_PAGE}")
        if size is not None and not 1 <= size <= _MAX_PAGE_SIZE:
            raise invalid("PageSize", f"has to be 1 to {_MAX_PAGE_SIZE}")
        return number or 1, size or 10

    @property
    def link_seconds(self) -> int:
        """AuthTimeout: how long signed addresses live."""
        given = self.get_integer("AuthTimeout")
        return 3600 if given is None else given


Handler = Callable[[Call], Awaitable[dict[str, Any]]]
"""Returns the answer without RequestId. Raises RpcFault for any other answer.

The first paragraph of its docstring says how far it goes; ``docs/embedded-ims.md`` shows it.
"""


@dataclass(frozen=True, slots=True)
class Service:
    """An operation the local IMS does."""

    operation: Operation
    handler: Handler
    version: str = IMS_VERSION
    is_open: bool = False
    """Whoever has a key may call it, whatever a policy says."""

    @property
    def action(self) -> str:
        """As a policy names it: ``ice:GetMediaInfo``."""
        return f"{_RAM_CODES[self.version]}:{self.operation.name}"


def refuse_unknown(name: str, values: Iterable[str], known: Iterable[str]) -> None:
    """RpcFault (InvalidParameter) where a value is none of those there are: nothing is passed over in silence."""
    there_are = sorted(known)
    for value in values:
        if value not in there_are:
            raise invalid(name, f"{value[:40]!r} is not one of {', '.join(there_are)}")


def handles(name: str) -> Callable[[_Method], _Method]:
    """Marks a method of a family as the :data:`Handler` of an operation of IMS."""

    def mark(method: _Method) -> _Method:
        setattr(method, _MARK, name)
        return method

    return mark


def list_services(family: object) -> tuple[Service, ...]:
    """The operations of IMS that a family does; arguments are checked by the catalogue's table of each."""
    marked = [name for name, method in vars(type(family)).items() if hasattr(method, _MARK)]
    methods = [getattr(family, name) for name in marked]
    return tuple(Service(get_operation(getattr(method, _MARK)), method) for method in methods)


def make_own_table(name: str, *parameters: Parameter) -> Operation:
    """A parameter table for what the catalogue of IMS does not have: another product, or a part of an argument."""
    return Operation(name, toolset="local", title=name, purpose="", effect=Effect.WRITE, parameters=parameters)
