"""Who may call the embedded IMS: permanent key pairs, and temporary credentials that survive a restart."""

from __future__ import annotations

import base64
import json
import secrets
import sqlite3
import string
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from ims_mcp.local.policy import Policy, Statement, allow_object
from ims_mcp.local.store import Store, insert_row

SCHEMA = """
CREATE TABLE IF NOT EXISTS temporary_credentials (
  access_key_id TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  security_token TEXT NOT NULL,
  expires_at REAL NOT NULL,
  scope TEXT
) WITHOUT ROWID;
"""

# Expired credentials are remembered this long, so that their holder hears "expired" and not "unknown".
_REMEMBERED_SECONDS = 86_400.0
ACCOUNT_ID = "1000000000000000"
"""The account that everything here belongs to, where no role names another."""
_READER_ID = "STS.EmbeddedImsSignsAddresses"
_FAR_FUTURE = 4_102_444_800.0
_ID_CHARACTERS = string.ascii_letters + string.digits


class CredentialRejection(StrEnum):
    """Why a credential does not count, before any signature is looked at. Each door has its own code for it."""

    UNKNOWN = "unknown"
    """A temporary id without its token, or a token beside a permanent key pair: no such credential exists."""
    WRONG_TOKEN = "wrong token"  # noqa: S105 - a name, not a secret
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class RoleSession:
    """The role that a temporary credential acts in."""

    account_id: str
    role_id: str
    name: str
    """RoleSessionName."""
    arn: str
    """That of the assumed role, with the name of the session."""

    @property
    def principal_id(self) -> str:
        """AssumedRoleId of AssumeRole, PrincipalId of GetCallerIdentity."""
        return f"{self.role_id}:{self.name}"


@dataclass(frozen=True, slots=True)
class Identity:
    """One credential. ``security_token``, ``expires_at`` (epoch seconds) and the rest belong to temporary ones."""

    access_key_id: str
    secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    policy: Policy | None = None
    """What it may do; None: everything."""
    role: RoleSession | None = None

    def may(self, action: str, resource: str) -> bool:
        """Whether its policy lets it do ``ice:GetMediaInfo`` or ``oss:PutObject`` to what Policy.allows takes."""
        return self.policy is None or self.policy.allows(action, resource)

    def reject(self, security_token: str | None, now: float) -> CredentialRejection | None:
        """What stands against this credential when it comes with ``security_token`` at ``now``; None: nothing."""
        if (self.security_token is None) != (security_token is None):
            return CredentialRejection.UNKNOWN
        if self.security_token is not None and security_token is not None:
            # Bytes: compare_digest refuses text outside ASCII, and a stranger may send any.
            if not secrets.compare_digest(self.security_token.encode(), security_token.encode("utf-8", "replace")):
                return CredentialRejection.WRONG_TOKEN
            if self.expires_at is not None and now >= self.expires_at:
                return CredentialRejection.EXPIRED
        return None


class Identities:
    """Permanent pairs are given at construction (id -> secret); temporary ones are minted and kept in the store."""

    def __init__(self, store: Store, permanent: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> None:
        self._permanent = {name: Identity(name, secret) for name, secret in permanent.items()}
        self._store = store
        self._clock = clock

    @property
    def owner(self) -> Identity:
        """The first permanent pair."""
        return next(iter(self._permanent.values()))

    async def ensure_reader(self) -> Identity:
        """What the embedded IMS signs addresses with: a temporary credential, as the service's, that may read objects.
        The same after a restart, so that addresses go on working."""
        secret, token = secrets.token_urlsafe(33), "CAIS" + base64.b64encode(secrets.token_bytes(48)).decode("ascii")
        policy = Policy((Statement(True, ("oss:GetObject",), (("oss", "*"),)),))
        new = Identity(_READER_ID, secret, token, _FAR_FUTURE, policy)

        def insert(connection: sqlite3.Connection) -> None:
            query = "SELECT 1 FROM temporary_credentials WHERE access_key_id = ?"
            if connection.execute(query, (_READER_ID,)).fetchone() is None:
                columns = asdict(new)
                del columns["policy"], columns["role"]
                scope = json.dumps({"policy": policy.to_json(), "role": None})
                insert_row(connection, "temporary_credentials", {**columns, "scope": scope})

        await self._store.write(insert)
        return await self.find(_READER_ID) or new

    async def find(self, access_key_id: str) -> Identity | None:
        """The credential with this id, expired ones included (:meth:`Identity.reject` tells); None: never seen."""
        if access_key_id in self._permanent:
            return self._permanent[access_key_id]
        query = "SELECT * FROM temporary_credentials WHERE access_key_id = ?"
        return next(map(_read_identity, await self._store.fetch(query, (access_key_id,))), None)

    async def mint(self, *, seconds: float, policy: Policy | None = None, role: RoleSession | None = None) -> Identity:
        """A new temporary credential, good for ``seconds`` from now, that may do what ``policy`` allows."""
        now = self._clock()
        identity = Identity(
            access_key_id="STS." + "".join(secrets.choice(_ID_CHARACTERS) for _ in range(25)),
            secret="".join(secrets.choice(_ID_CHARACTERS) for _ in range(44)),
            # Plain base64 as the real ones: '+', '/' and '=' find clients that forget to encode a token.
            security_token="CAIS" + base64.b64encode(secrets.token_bytes(192)).decode("ascii"),
            expires_at=now + seconds,
            policy=policy,
            role=role,
        )

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM temporary_credentials WHERE expires_at < ?", (now - _REMEMBERED_SECONDS,))
            columns = asdict(identity)
            del columns["policy"], columns["role"]
            scope = {
                "policy": None if policy is None else policy.to_json(),
                "role": None if role is None else asdict(role),
            }
            insert_row(connection, "temporary_credentials", {**columns, "scope": json.dumps(scope)})

        await self._store.write(insert)
        return identity


def _read_identity(row: sqlite3.Row) -> Identity:
    columns: dict[str, Any] = dict(row)
    scope: dict[str, Any] = json.loads(columns.pop("scope") or "{}")
    if "bucket" in scope:
        policy = _read_earlier_scope(scope)
    else:
        policy = Policy.from_json(scope["policy"]) if scope.get("policy") else None
    role = RoleSession(**scope["role"]) if scope.get("role") else None
    return Identity(**columns, policy=policy, role=role)


def _read_earlier_scope(scope: dict[str, Any]) -> Policy:
    """As it was kept before there were policies: one key of a bucket, and what may be done to it."""
    return allow_object(scope["bucket"], scope["key"], scope["actions"])
