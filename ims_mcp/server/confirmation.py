"""Asking the user before a destructive call, in both protocol eras; a client that cannot ask is refused."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mcp.server.mcpserver import Context
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import is_version_at_least
from pydantic import BaseModel, Field

from ims_mcp.catalogue import Operation
from ims_mcp.errors import Refused

_QUESTION = "confirm"
_STATELESS = "2026-07-28"  # from here on a question travels inside the result and the call is made again


class Confirmation(BaseModel):
    """The form the user fills in."""

    confirm: bool = Field(description="Yes, do it", default=False)


async def confirmed(context: Context[Any, Any], operation: Operation, arguments: dict[str, Any]) -> bool | Any:
    """True once the user has said yes; an InputRequiredResult to be returned while the question is open.

    Raises Refused where the user said no, or where the client cannot ask.
    """
    if not _can_ask(context):
        raise Refused(
            f"{operation.name} was not sent: it is destructive and this client cannot ask its user to confirm.",
            next_step=(
                "Ask the user, then either run the server with --allow-destructive or run "
                f"`ims-mcp call {operation.name} … --yes` in a terminal."
            ),
        )
    question = _question(operation, arguments)
    if not is_version_at_least(context.protocol_version or "", _STATELESS):
        answer = await context.elicit(question, Confirmation)
        return _accepted(operation, answer.action, answer.data.confirm if answer.action == "accept" else False)
    answers = context.input_responses or {}
    given = answers.get(_QUESTION)
    # The state is sealed by the SDK; it ties the answer to the very call the user was shown.
    if isinstance(given, ElicitResult) and context.request_state == _digest(question):
        content = given.content or {}
        return _accepted(operation, given.action, bool(content.get("confirm")))
    request = ElicitRequest(
        params=ElicitRequestFormParams(message=question, requested_schema=Confirmation.model_json_schema())
    )
    return InputRequiredResult(input_requests={_QUESTION: request}, request_state=_digest(question))


def _can_ask(context: Context[Any, Any]) -> bool:
    capabilities = context.client_capabilities
    if capabilities is None or capabilities.elicitation is None:
        return False
    elicitation = capabilities.elicitation
    return elicitation.form is not None or elicitation.url is None


def _question(operation: Operation, arguments: dict[str, Any]) -> str:
    shown = json.dumps(arguments, ensure_ascii=False, indent=1)
    return f"{operation.title}: {operation.name} cannot be undone. Run it with these arguments?\n{shown[:2000]}"


def _digest(question: str) -> str:
    return hashlib.sha256(question.encode("utf-8", "replace")).hexdigest()


def _accepted(operation: Operation, action: str, yes: bool) -> bool:
    if action == "accept" and yes:
        return True
    raise Refused(
        f"{operation.name} was not sent: the user did not confirm it ({action}).",
        next_step="Do not try again unless the user asks for it.",
    )
