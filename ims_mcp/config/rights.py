"""What a caller may do in one account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ims_mcp.catalogue import Effect, Operation
from ims_mcp.catalogue.operation import values_at

if TYPE_CHECKING:
    from ims_mcp.config.rules import Rule

ALL_EFFECTS = frozenset(Effect)
_STARTS_WORK = ("WorkflowId", "SmartTagTemplateId", "PostProcessConfig", "MediaMetaData[].WorkflowId")


def find_started_work(arguments: Mapping[str, Any]) -> str:
    """The argument that has the service do more than the operation itself, which is billed; empty where none has."""
    return next((path for path in _STARTS_WORK if any(values_at(arguments, path))), "")


class Asking(StrEnum):
    """What is done with a call before it is sent."""

    ALLOW = "allow"
    """Nobody is asked."""
    ASK = "ask"
    """The user is, by the client or on a page."""
    PAGE = "page"
    """A person is, on a page or in a terminal, with their PIN."""
    DENY = "deny"
    """It is not made."""


@dataclass(frozen=True, slots=True)
class Right:
    """What one grant gives."""

    effects: frozenset[Effect] = ALL_EFFECTS
    asks: bool = True
    """Whether the user is asked before a destructive call."""
    by_page: bool = False
    """Whether that is done on a page (or in a terminal), with a PIN, even where the client could ask."""
    costs: bool = True
    """Whether operations that cost money beyond the call may be called."""
    operations: frozenset[str] | None = None
    """The operations it is about, by name; None: all."""

    def permits(self, operation: Operation, effect: Effect) -> bool:
        """Whether ``operation`` may be called, where the call has this ``effect``."""
        named = self.operations is None or operation.name in self.operations
        return named and self.permits_unnamed(operation, effect)

    def permits_unnamed(self, operation: Operation, effect: Effect) -> bool:
        """The same for a call that belongs to another one, whatever its name."""
        return effect in self.effects and (self.costs or not operation.costs or effect is Effect.READ)

    def narrow(self, other: Right) -> Right:
        """What both give."""
        operations = self.operations if other.operations is None else other.operations
        if self.operations is not None and other.operations is not None:
            operations = self.operations & other.operations
        return Right(
            self.effects & other.effects,
            asks=self.asks or other.asks,
            by_page=self.by_page or other.by_page,
            costs=self.costs and other.costs,
            operations=operations,
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """Several grants of one caller for one account: what any of them gives. They are not mixed: one that may write
    library A and one that may read library B do not add up to writing B."""

    each: tuple[Right, ...] = (Right(),)
    rules: tuple[Rule, ...] = ()
    """What is said of single calls in this account, whatever grant lets them through."""

    def permits(self, operation: Operation, effect: Effect) -> bool:
        """Whether any grant lets this call through."""
        return any(right.permits(operation, effect) for right in self.each)

    def permits_unnamed(self, operation: Operation, effect: Effect) -> bool:
        """The same for a call that belongs to another one, whatever its name."""
        return any(right.permits_unnamed(operation, effect) for right in self.each)

    def pays(self, operation: Operation, effect: Effect) -> bool:
        """Whether any grant that lets this call through is for what costs money as well."""
        return any(right.costs and right.permits_unnamed(operation, effect) for right in self.each)

    def gives(self, effect: Effect) -> bool:
        """Whether there is anything of this effect that may be called."""
        return any(effect in right.effects for right in self.each)

    def keep_permitting(self, operation: Operation, effect: Effect) -> Rights:
        """The grants that let this call through: no other one says whether the user is asked, or what belongs to it."""
        return replace(self, each=tuple(right for right in self.each if right.permits(operation, effect)))

    def find_asking(self, operation: Operation, effect: Effect, arguments: Mapping[str, Any]) -> Asking:
        """Whether and how the user has to agree to this call before it is sent: what the rules say of it, else the
        least of what the grants that let it through want."""
        if (ruled := self.find_ruled(operation, effect, arguments)) is not None:
            return ruled
        if effect is not Effect.DESTRUCTIVE:
            return Asking.ALLOW
        giving = [right for right in self.each if right.permits_unnamed(operation, effect)]
        if any(not right.asks for right in giving):
            return Asking.ALLOW
        return Asking.PAGE if giving and all(right.by_page for right in giving) else Asking.ASK

    def find_ruled(self, operation: Operation, effect: Effect, arguments: Mapping[str, Any]) -> Asking | None:
        """What rules say of a call; None where none does."""
        if not self.rules:
            return None
        from ims_mcp.config.rules import find_asking  # late: most servers have none

        return find_asking(self.rules, operation, effect, arguments)

    def narrow(self, other: Right) -> Rights:
        """What is left of them within ``other``."""
        return replace(self, each=tuple(right.narrow(other) for right in self.each))
