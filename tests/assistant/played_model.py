"""A model played by a script: an HTTP server on loopback that speaks chat completions (OpenAI) or messages (Anthropic).

What it says is decided from the conversation as it comes over the wire, so that all that lies between is real.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INPUT_TOKENS, OUTPUT_TOKENS = 1000, 50
"""What each request is said to have taken."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One request to the model, read alike in both protocols."""

    model: str
    system: str
    request: str
    """The user's words."""
    results: list[str]
    """Of the tools, in order."""
    tools: dict[str, Any]
    """Schemas by name."""
    key: str


@dataclass(frozen=True, slots=True)
class Use:
    """The model's wish to call a tool."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refuse:
    """The service's, not the model's, answer."""

    status: int
    message: str


Mind = Callable[[Turn], "Use | Refuse | str"]
"""What the model does next; text is its last word."""


@dataclass
class PlayedModel:
    """``url`` is what the runner is given; ``turns`` what came."""

    url: str
    turns: list[Turn] = field(default_factory=list[Turn])


@contextmanager
def playing_model(mind: Mind, api: str) -> Generator[PlayedModel]:
    """Serve until it is left."""
    speak = _speak_openai if api == "openai" else _speak_anthropic

    class Exchange(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = self.headers.get("x-api-key") or self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, answer = speak(self.path.partition("?")[0], body, key, mind, model.turns)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Exchange) as server:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        model = PlayedModel(f"{base}/v1" if api == "openai" else base)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="model")
        thread.start()
        try:
            yield model
        finally:
            server.shutdown()
            thread.join()


_Answer = tuple[int, dict[str, Any]]


def _speak_openai(path: str, body: dict[str, Any], key: str, mind: Mind, turns: list[Turn]) -> _Answer:
    assert path == "/v1/chat/completions"
    messages = body["messages"]
    turn = Turn(
        body["model"],
        "\n".join(_text(message["content"]) for message in messages if message["role"] in ("system", "developer")),
        next(_text(message["content"]) for message in messages if message["role"] == "user"),
        [_text(message["content"]) for message in messages if message["role"] == "tool"],
        {tool["function"]["name"]: tool["function"]["parameters"] for tool in body["tools"]},
        key,
    )
    turns.append(turn)
    said = mind(turn)
    if isinstance(said, Refuse):
        return said.status, {"error": {"message": said.message, "type": "invalid_request_error"}}
    message: dict[str, Any] = {"role": "assistant", "content": said if isinstance(said, str) else None}
    if isinstance(said, Use):
        function = {"name": said.tool, "arguments": json.dumps(said.arguments)}
        message["tool_calls"] = [{"id": f"call-{len(turns)}", "type": "function", "function": function}]
    reason = "stop" if isinstance(said, str) else "tool_calls"
    return 200, {
        "id": f"chat-{len(turns)}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": turn.model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {
            "prompt_tokens": INPUT_TOKENS,
            "completion_tokens": OUTPUT_TOKENS,
            "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        },
    }


def _speak_anthropic(path: str, body: dict[str, Any], key: str, mind: Mind, turns: list[Turn]) -> _Answer:
    assert path == "/v1/messages"
    blocks = [
        block for message in body["messages"] if message["role"] == "user" for block in _as_blocks(message["content"])
    ]
    turn = Turn(
        body["model"],
        _text(body["system"]),
        next(block["text"] for block in blocks if block["type"] == "text"),
        [_text(block["content"]) for block in blocks if block["type"] == "tool_result"],
        {tool["name"]: tool["input_schema"] for tool in body["tools"]},
        key,
    )
    turns.append(turn)
    said = mind(turn)
    if isinstance(said, Refuse):
        return said.status, {"type": "error", "error": {"type": "invalid_request_error", "message": said.message}}
    content: dict[str, Any] = (
        {"type": "text", "text": said}
        if isinstance(said, str)
        else {"type": "tool_use", "id": f"use-{len(turns)}", "name": said.tool, "input": dict(said.arguments)}
    )
    return 200, {
        "id": f"message-{len(turns)}",
        "type": "message",
        "role": "assistant",
        "model": turn.model,
        "content": [content],
        "stop_reason": "end_turn" if isinstance(said, str) else "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS},
    }


def _as_blocks(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _text(content: Any) -> str:
    return "".join(block["text"] for block in _as_blocks(content))
