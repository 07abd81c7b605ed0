"""STS AssumeRole, so that temporary credentials can be tried locally."""

from __future__ import annotations

import uuid
from typing import Any

from ims_mcp.catalogue import Parameter
from ims_mcp.local.identity import Identities
from ims_mcp.local.rpc.call import STS_VERSION, Call, Service, make_own_table
from ims_mcp.local.rpc.service_errors import unsupported
from ims_mcp.local.wire_values import write_utc

_DEFAULT_SECONDS = 3600


class Sts:
    """Any role can be assumed; its credentials work for IMS and OSS alike, and may do everything."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    @property
    def services(self) -> tuple[Service, ...]:
        """AssumeRole."""
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
            Parameter("Policy", "string"),
            Parameter("ExternalId", "string"),
        )
        return (Service(table, self._assume_role, STS_VERSION),)

    async def _assume_role(self, call: Call) -> dict[str, Any]:
        """For any RoleArn, without Policy; the credentials may do everything."""
        if call.get_text("Policy") is not None:
            # Credentials that may do more than their policy says would teach the wrong thing.
            raise unsupported("policies: leave Policy out")
        identity = await self._identities.mint(seconds=float(call.get_integer("DurationSeconds") or _DEFAULT_SECONDS))
        role, session = str(call.get_text("RoleArn")), str(call.get_text("RoleSessionName"))
        return {
            "AssumedRoleUser": {
                "Arn": f"{role.replace(':role/', ':assumed-role/', 1)}/{session}",
                "AssumedRoleId": f"{uuid.uuid4().int % 10**18:018d}:{session}",
            },
            "Credentials": {
                "AccessKeyId": identity.access_key_id,
                "AccessKeySecret": identity.secret,
                "SecurityToken": identity.security_token,
                "Expiration": write_utc(identity.expires_at or 0.0),
            },
        }
