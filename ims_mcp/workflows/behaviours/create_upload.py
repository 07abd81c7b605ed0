"""Operations that hand out an upload: what their packed credential is, and until when it works."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from ims_mcp.summaries.values import as_object
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall, Submission

_LONGEST_CHARACTERS = 16_384
_UTC = "%Y-%m-%dT%H:%M:%SZ"
_NOTE = "UploadAuth is Base64 of JSON, and UploadAddress where it is a text: decode before use"


class CreateUpload(OperationBehaviour):
    """Says beside the Base64 when the credential expires."""

    async def submit(self, call: OperationCall) -> Submission:
        """Adds ``expires``, a time in UTC, and what its text is, where the credential is shown."""
        submission = await super().submit(call)
        if not call.own.include_credentials:
            return submission
        expires = read_expiry(submission.reply.data.get("UploadAuth"), call.client.service_clock.now())
        told = {"note": _NOTE, **({"expires": expires} if expires else {})}
        return Submission(submission.reply, submission.added | told)


def read_expiry(upload_auth: Any, now: float) -> str:
    """When the credential in UploadAuth (Base64 of JSON) ends, as ISO 8601 in UTC; empty where it does not say."""
    if not isinstance(upload_auth, str) or len(upload_auth) > _LONGEST_CHARACTERS:
        return ""
    try:
        auth = as_object(json.loads(base64.b64decode(upload_auth, validate=True)))
        end = (
            datetime.strptime(str(auth["ExpireUTCTime"]), _UTC).replace(tzinfo=UTC)
            if "ExpireUTCTime" in auth
            # Its life in seconds, counted from now.
            else datetime.fromtimestamp(now + float(auth["Expiration"]), UTC)
        )
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError, OverflowError, OSError):
        return ""
    return end.strftime(_UTC)
