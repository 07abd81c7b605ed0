"""The configuration file as this server works with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from ims_mcp.config.rights import Right, Rights
from ims_mcp.config.rules import Rule
from ims_mcp.settings import DEFAULT_REGION

ANYBODY = "*"
"""As a subject: whoever was let in."""
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Role:
    """A role of RAM, to be assumed through STS with the account's own credentials."""

    arn: str
    session_name: str = "ims-mcp"
    policy: str | None = None
    """JSON that takes from what the role may do, written without a blank (as ``\\u0020``)."""
    external_id: str | None = None
    duration_seconds: int = 3600
    sts_endpoint: str | None = None
    """A host; None: that of the account's first region."""


@dataclass(frozen=True, slots=True)
class Account:
    """One cloud account, or one embedded IMS. Holds no credential."""

    name: str
    regions: tuple[str, ...] = (DEFAULT_REGION,)
    """The first is the usual one."""
    profile: str | None = None
    """Of the CLI's configuration; None: the official chain of the server's environment."""
    role: Role | None = None
    endpoints: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """Region -> endpoint of IMS, where it is not the region's own."""
    oss_endpoints: Mapping[str, str] = field(default_factory=lambda: _NONE)
    bucket: str | None = None
    """Where files go if a call does not say."""
    local: bool = False
    """An embedded IMS of this account's own, in a directory of its own."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Who it is for (any of ``subjects``, or all of ``claims``), and what it gives in which accounts."""

    accounts: tuple[str, ...]
    right: Right
    subjects: tuple[str, ...] = ()
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NONE)
    """Claim -> values of which the caller's has to have one. A claim may be a list, or words separated by spaces."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    accounts: Mapping[str, Account]
    grants: tuple[Grant, ...] | None = None
    """None, where the file says nothing of grants: everybody who is let in may do everything in all accounts."""
    rules: tuple[Rule, ...] = ()

    def find_rights(self, subject: str, claims: Mapping[str, Any]) -> dict[str, Rights]:
        """Account -> what this caller may do there; accounts where they may nothing are left out."""
        if self.grants is None:
            return {name: Rights(rules=self._find_rules(name, subject)) for name in self.accounts}
        given: dict[str, list[Right]] = {}
        for grant in self.grants:
            if _is_for(grant, subject, claims):
                for name in grant.accounts:
                    given.setdefault(name, []).append(grant.right)
        # In the file's order.
        return {
            name: Rights(tuple(given[name]), self._find_rules(name, subject)) for name in self.accounts if name in given
        }

    def _find_rules(self, account: str, subject: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.is_for(account, subject))


def _is_for(grant: Grant, subject: str, claims: Mapping[str, Any]) -> bool:
    if subject in grant.subjects or ANYBODY in grant.subjects:
        return True
    return bool(grant.claims) and all(
        not _read_values(claims.get(claim)).isdisjoint(values) for claim, values in grant.claims.items()
    )


def _read_values(claim: Any) -> frozenset[str]:
    if isinstance(claim, str):
        return frozenset((claim, *claim.split()))
    if isinstance(claim, list):
        return frozenset(value for value in cast("list[Any]", claim) if isinstance(value, str))
    return frozenset()
