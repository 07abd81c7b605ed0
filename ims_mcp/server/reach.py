"""What one caller can reach: accounts and regions, and with which rights. A call is for one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ims_mcp.catalogue import Effect, Operation, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.config.rights import Right, Rights
from ims_mcp.errors import InvalidArguments, Problem, Refused
from ims_mcp.settings import Settings
from ims_mcp.workflows.transfers.manager import TransferManager

ACCOUNT, REGION = "account", "region"


@dataclass(frozen=True, slots=True)
class Access:
    """One account a caller has, and what they may do in it."""

    account: str
    """Empty where the server works with one account, that has no name."""
    regions: tuple[str, ...]
    """The first is the usual one."""
    rights: Rights = field(default_factory=Rights)
    bucket: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes."""

    client: ImsClient
    """With the caller's rights."""
    transfers: TransferManager
    settings: Settings
    """As they are for this account and region."""
    access: Access
    credentials: str = ""
    """Whose they are, as the configuration file says it; or what tells some that came with the request from others."""
    named: Mapping[str, str] = field(default_factory=dict[str, str])
    """What a call has to say to get here: account and region, where there is a choice."""

    @property
    def service(self) -> str:
        """Account, service and whose credentials: an answer of the user's is for this one alone."""
        return f"{self.access.account} {self.settings.service} {self.credentials}"

    def require(self, operation: Operation, effect: Effect) -> Target:
        """The same with the grants alone that let this call through.

        Raises Refused where the caller may not call ``operation``, by its name or what it does.
        """
        rights = self.access.rights.keep_permitting(operation, effect)
        if not rights.each:
            raise self._refuse(operation, effect)
        if len(rights.each) == len(self.access.rights.each):
            return self
        return replace(self, client=self.client.for_rights(rights))

    def require_any(self, names: Sequence[str], effect: Effect) -> None:
        """Raises Refused where the caller may call none of these operations."""
        wanted = [get_operation(name) for name in names]
        if not any(self.access.rights.permits(operation, effect) for operation in wanted):
            raise self._refuse(wanted[0], effect)

    def _refuse(self, operation: Operation, effect: Effect) -> Refused:
        named = self.access.rights.keep_permitting(operation, Effect.READ)
        if named.each:
            return self.client.for_rights(named).refuse(operation, effect)
        return Refused(
            f"{operation.name} was not sent: it is not among the operations that the caller may use"
            f"{f' in the account {self.access.account}' if self.access.account else ''}.",
            next_step="Tell the user. Whoever runs the server grants toolsets, in its configuration file; an address "
            "that ends in ?toolsets=… narrows them.",
            reason="no_right",
        )


Open = Callable[[Access, str], Awaitable[Target]]
"""The target for one account and region."""


@dataclass(frozen=True, slots=True)
class Reach:
    """All that one caller has. ``toolsets`` are those to list in place of the server's own choice."""

    accesses: tuple[Access, ...]
    open: Open
    toolsets: tuple[str, ...] | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """What the tools depend on."""
        return self.accesses, self.toolsets

    @property
    def regions(self) -> tuple[str, ...]:
        """Of all its accounts, each once."""
        return tuple(dict.fromkeys(region for access in self.accesses for region in access.regions))

    def permits(self, operation: Operation, effect: Effect) -> bool:
        """Whether such a call can be made in any of the accounts."""
        return any(access.rights.permits(operation, effect) for access in self.accesses)

    def may_call(self, operation: Operation) -> bool:
        """Whether the operation can be called in any of the accounts."""
        return self.permits(operation, operation.effect)

    def permits_effect(self, effect: Effect) -> bool:
        """Whether there is anything of this effect that may be called."""
        return any(access.rights.gives(effect) for access in self.accesses)

    def narrow(self, right: Right, toolsets: tuple[str, ...] | None = None) -> Reach:
        """What is left of it within ``right``."""
        accesses = tuple(replace(access, rights=access.rights.narrow(right)) for access in self.accesses)
        return replace(self, accesses=accesses, toolsets=toolsets if toolsets is not None else self.toolsets)

    def keep_only(self, accounts: Iterable[str] | None = None, regions: Iterable[str] | None = None) -> Reach:
        """What is left of it in these accounts and regions."""
        kept = [access for access in self.accesses if accounts is None or access.account in accounts]
        if regions is not None:
            wanted = tuple(regions)
            kept = [
                replace(access, regions=left)
                for access in kept
                if (left := tuple(region for region in access.regions if region in wanted))
            ]
        return replace(self, accesses=tuple(kept))

    @property
    def has_names(self) -> bool:
        """Whether calls may say account and region."""
        return any(access.account for access in self.accesses)

    def leave_out_place(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The arguments without account and region."""
        if not self.has_names:
            return arguments
        return {name: value for name, value in arguments.items() if name not in (ACCOUNT, REGION)}

    async def take(self, tool: str, arguments: dict[str, Any], *, is_needed: bool = True) -> Target:
        """Where a call of ``tool`` goes. Takes account and region out of its arguments where there is a choice of them.

        Raises InvalidArguments, with the values there are.
        """
        if not self.accesses:
            raise Refused(
                f"{tool} was not sent: nothing is granted to this caller.",
                next_step="Tell the user. Whoever runs the server grants accounts, in its configuration file.",
            )
        has_names = self.has_names
        name = arguments.pop(ACCOUNT, None) if has_names else None
        access = next((access for access in self.accesses if access.account == name), None)
        if name is None and (len(self.accesses) == 1 or not is_needed):
            access = self.accesses[0]
        if access is None:
            names = ", ".join(access.account for access in self.accesses)
            problem = "missing" if name is None else "none of the caller's accounts"
            raise InvalidArguments(tool, [Problem(ACCOUNT, f"{problem}; give one of {names}")])
        region = arguments.pop(REGION, None) if has_names else None
        if region is not None and region not in access.regions:
            regions = ", ".join(access.regions)
            raise InvalidArguments(tool, [Problem(REGION, f"none of the account {access.account}; it has {regions}")])
        target = await self.open(access, region or access.regions[0])
        named: dict[str, str] = {}
        if len(self.accesses) > 1:
            named[ACCOUNT] = access.account
        if len(access.regions) > 1:
            named[REGION] = region or access.regions[0]
        return replace(target, named=named)


class Accounts(Protocol):
    """The accounts of a configuration file."""

    async def find_reach(self, subject: str, claims: Mapping[str, Any]) -> Reach:
        """What this caller has. Its ``accesses`` may be empty."""
        ...


# Set for as long as a request over HTTP is answered; None over stdio.
current_reach: ContextVar[Reach | None] = ContextVar("current_reach", default=None)
