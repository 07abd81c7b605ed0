"""How long a call may wait, so that its client is still there when the answer comes.

A client that gives up first loses the id of what was started. Frameworks give up after 5 s (openai-agents, Google ADK,
AutoGen) or 10 s (agno) and say nothing of it in a request; a client that wants to hear of progress is one that waits,
unless it asks for it in every call.
"""

from __future__ import annotations

from typing import Any

from mcp.server import ServerRequestContext

from ims_mcp.settings import MAX_WAIT_SECONDS

UNKNOWN_CLIENT_SECONDS = 4.0
"""For a client that names itself as nobody we know and asks for no progress: one second less than frameworks wait."""

PATIENT_CLIENTS: dict[str, str] = {
    "claude-code": "Claude Code: no limit of its own for stdio servers, 60 s to the first byte over HTTP",
    "claude-ai": "Claude Desktop: about 60 s (anthropics/claude-code issue 22542)",
    "visual studio code": "VS Code: no limit (microsoft/vscode issue 311595)",
    "cursor-vscode": "Cursor: the TypeScript SDK's 60 s",
    "codex-mcp-client": "Codex: tool_timeout_sec, 60 s by default",
    "gemini-cli-mcp-client": "Gemini CLI: timeout, 10 minutes by default",
    "qwen-cli-mcp-client": "Qwen Code: 10 minutes (QwenLM/qwen-code issue 574)",
    "qwen-code-mcp-client": "Qwen Code, other releases",
    "inspector-client": "MCP Inspector: 60 s (modelcontextprotocol/python-sdk issue 463)",
    "ims-mcp": "the demo and the examples of this project",
}
"""How clientInfo.name begins, in small letters -> the client and how long it waits for an answer."""

ALWAYS_ASKING: dict[str, str] = {
    "fastmcp": "FastMCP's client asks in every call, to log it; agno, which is built on it, gives up after 10 s",
}
"""How clientInfo.name begins, in small letters -> whose wish to hear of progress does not mean that it waits."""


def decide_longest_wait(context: ServerRequestContext[Any], max_wait_seconds: float | None) -> float:
    """Seconds this call may take until it answers; ``max_wait_seconds`` is the user's own word, None if there is none.

    Both protocol eras: the client's name comes with ``initialize`` or, from 2026-07-28 on, with every request.
    """
    if max_wait_seconds is not None:
        return min(max_wait_seconds, MAX_WAIT_SECONDS)
    client = context.session.client_params
    name = "" if client is None else client.client_info.name.casefold()
    asks = (context.meta or {}).get("progress_token") is not None and not name.startswith(tuple(ALWAYS_ASKING))
    return MAX_WAIT_SECONDS if asks or name.startswith(tuple(PATIENT_CLIENTS)) else UNKNOWN_CLIENT_SECONDS
