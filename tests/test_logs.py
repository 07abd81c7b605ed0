"""What a log line holds: one JSON object, bounded, without secrets in any part of it."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from ims_mcp.logs import JsonLines
from ims_mcp.secrets import HIDDEN

SECRET = "S3cr3tValue0"


def line(message: str, *arguments: object, extra: dict[str, Any] | None = None, exc_info: Any = None) -> str:
    record = logging.getLogger("test").makeRecord(
        "test", logging.WARNING, __file__, 1, message, arguments, exc_info, extra=extra
    )
    return JsonLines().format(record)


@pytest.mark.parametrize(
    "message",
    [
        f"Authorization: OSS LTAI5tId:{SECRET}",
        f"headers {{'authorization': 'OSS LTAI5tId:{SECRET}'}}",
        f"access_key_secret='{SECRET}'",
        f"security_token='{SECRET}'",
        f"rtmp://h/live/s?auth_key={SECRET}",
        f"GET /p?Signature={SECRET}&Expires=1",
        f"https://user:{SECRET}@proxy.example:8080",
    ],
)
def test_a_message_of_anybodys_loses_its_secrets(message: str) -> None:
    assert SECRET not in line(message)
    assert SECRET not in line("it said %s", message)


@pytest.mark.parametrize(
    "extra",
    [
        {"headers": {"Authorization": f"OSS x:{SECRET}", "Host": "h"}},
        {"token": SECRET},
        {"nested": [{"deep": ({"access_key_secret": SECRET},)}]},
        {"pairs": [{"Key": "Password", "Value": SECRET}]},
        {"body": f'{{"SecurityToken":"{SECRET}"}}'.encode()},
        {"error": RuntimeError(f"security_token='{SECRET}'")},
    ],
)
def test_extra_fields_lose_them_at_any_depth(extra: dict[str, Any]) -> None:
    shown = line("done", extra=extra)
    assert SECRET not in shown
    assert HIDDEN in shown
    assert set(extra) <= json.loads(shown).keys()


def test_a_trace_loses_them_too() -> None:
    with pytest.raises(ValueError, match="refused") as caught:
        raise ValueError(f"refused: access_key_secret='{SECRET}'")
    shown = json.loads(line("failed", exc_info=(caught.type, caught.value, caught.tb)))
    assert "ValueError: refused" in shown["trace"]
    assert "test_a_trace_loses_them_too" in shown["trace"]
    assert SECRET not in shown["trace"]


def test_a_line_is_one_bounded_json_object_whatever_is_logged() -> None:
    endless: list[Any] = []
    endless.append(endless)
    extra = {
        "text": "x" * 1_000_000,
        "many": list(range(10_000)),
        "endless": endless,
        "nan": float("nan"),
        "big": 10**5000,
    }
    shown = line("half \ud800 line\nbreak \u202e" + "y" * 1_000_000 + " the end", extra=extra)
    assert "\n" not in shown
    assert shown.isascii()
    assert len(shown) < 60_000
    read = json.loads(shown, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert read["message"].endswith("the end")
    assert read["level"] == "warning"


def test_ordinary_fields_stay() -> None:
    shown = json.loads(
        line("GetMediaInfo %s", "done", extra={"status": 200, "request_id": "R-1", "ok": True, "none": None})
    )
    assert shown["message"] == "GetMediaInfo done"
    assert (shown["status"], shown["request_id"], shown["ok"], shown["none"]) == (200, "R-1", True, None)
