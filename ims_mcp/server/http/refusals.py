"""Requests that are not answered by MCP: the HTTP status, and a JSON-RPC error that clients show as such."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mcp_types import INTERNAL_ERROR, INVALID_REQUEST
from starlette.responses import Response


class Refusal(Exception):
    """``message`` says what was wrong and what to do next; ``data`` says it to programs."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: int = INVALID_REQUEST,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.data = data
        self.headers = dict(headers or {})

    def answer(self) -> Response:
        """The response. Its id is null, for the body may not have been read: clients know by the connection what it is
        about."""
        error: dict[str, Any] = {"code": self.code, "message": self.message} | (
            {"data": self.data} if self.data else {}
        )
        body = json.dumps({"jsonrpc": "2.0", "id": None, "error": error})
        return Response(body, self.status, self.headers, media_type="application/json")


def refuse_for_now(status: int, message: str, seconds: int) -> Refusal:
    """429 or 503: the same call may go through ``seconds`` later."""
    data = {"reason": "rate_limited", "retry_after_seconds": seconds}
    return Refusal(status, message, code=INTERNAL_ERROR, data=data, headers={"Retry-After": str(seconds)})
