"""STS AssumeRole and GetCallerIdentity, so that temporary credentials and policies can be tried locally."""

from __future__ import annotations

import uuid
from typing import Any

from ims_mcp.catalogue import Parameter
from ims_mcp.local.identity import ACCOUNT_ID, Identities, RoleSession
from ims_mcp.local.policy import Policy, PolicyError, UnknownElement, read_policy
from ims_mcp.local.rpc.call import STS_VERSION, Call, Service, make_own_table
from ims_mcp.local.rpc.service_errors import RpcFault, unsupported
from ims_mcp.local.wire_values import write_utc

_DEFAULT_SECONDS = 3600
_MAX_POLICY_CHARACTERS = 2048


class Sts:
    """Any role can be assumed; its credentials work for IMS and OSS alike."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    @property
    def services(self) -> tuple[Service, ...]:
        """AssumeRole and GetCallerIdentity."""
        table = make_own_table(
            "AssumeRole",
            Parameter(
                "RoleArn",
                "string",
                required=True,
                pattern=r"acs:ram::[^:]*:role/.+",
                text="acs:ram::<account>:role/<name>",
            ),
            Parameter(
                "RoleSessionName",
                "string",
                required=True,
                pattern=r"[A-Za-z0-9._@-]{2,64}",
                text="2 to 64 letters, digits or . _ @ -",
            ),
            Parameter("DurationSeconds", "integer", minimum=900, maximum=43200),
            Parameter("Policy", "string", max_characters=_MAX_POLICY_CHARACTERS),
            Parameter("ExternalId", "string"),
        )
        return (
            Service(table, self._assume_role, STS_VERSION),
            Service(make_own_table("GetCallerIdentity"), self._get_caller, STS_VERSION, is_open=True),
        )

    async def _assume_role(self, call: Call) -> dict[str, Any]:
        """For any RoleArn, whose role may do everything; Policy narrows it, without conditions."""
        policy = _read_policy(call)
        role = _open_session(call.require_text("RoleArn"), call.require_text("RoleSessionName"))
        identity = await self._identities.mint(
            seconds=float(call.get_integer("DurationSeconds") or _DEFAULT_SECONDS), policy=policy, role=role
        )
        return {
            "AssumedRoleUser": {"Arn": role.arn, "AssumedRoleId": role.principal_id},
            "Credentials": {
                "AccessKeyId": identity.access_key_id,
                "AccessKeySecret": identity.secret,
                "SecurityToken": identity.security_token,
                "Expiration": write_utc(identity.expires_at or 0.0),
            },
        }

    async def _get_caller(self, call: Call) -> dict[str, Any]:
        """Whole; there are accounts and assumed roles, no RAM users."""
        role = None if call.sender is None else call.sender.role
        if role is None:
            return {
                "IdentityType": "Account",
                "AccountId": ACCOUNT_ID,
                "UserId": ACCOUNT_ID,
                "PrincipalId": ACCOUNT_ID,
                "Arn": f"acs:ram::{ACCOUNT_ID}:root",
            }
        return {
            "IdentityType": "AssumedRoleUser",
            "AccountId": role.account_id,
            "RoleId": role.role_id,
            "PrincipalId": role.principal_id,
            "Arn": role.arn,
        }


def _read_policy(call: Call) -> Policy | None:
    text = call.get_text("Policy")
    try:
        return None if text is None else read_policy(text)
    except UnknownElement as error:
        # Credentials that may do more than their policy says would teach the wrong thing.
        raise unsupported(f"{error}: leave it out") from None
    except PolicyError as error:
        raise RpcFault("InvalidParameter.PolicyGrammar", f"Policy: {error}.") from None


def _open_session(role_arn: str, session: str) -> RoleSession:
    """A role has the same id each time."""
    account, _, name = role_arn.removeprefix("acs:ram::").partition(":role/")
    account = account or ACCOUNT_ID
    return RoleSession(
        account,
        role_id=f"3{uuid.uuid5(uuid.NAMESPACE_URL, role_arn).int % 10**17:017d}",
        name=session,
        arn=f"acs:ram::{account}:assumed-role/{name}/{session}",
    )
