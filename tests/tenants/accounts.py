"""Configuration files with several accounts, each with keys of its own in a CLI profile, and calls of their callers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from ims_mcp.settings import Settings
from tests.config.written import write_config
from tests.http.served import WAIT_SECONDS, Served, headers_of, message

YES = {"confirm": {"action": "accept", "content": {"confirm": True}}}


@dataclass(frozen=True, slots=True)
class Keys:
    """Of one account; its id and secret are in no other."""

    account: str

    @property
    def key_id(self) -> str:
        return f"LTAI{self.account.replace('-', '')}Recognisable00"

    @property
    def secret(self) -> str:
        return f"SecretOf{self.account.replace('-', '')}0123456789"


def write_accounts(
    directory: Path,
    endpoints: Mapping[str, str],
    grants: str = "",
    *,
    regions: Sequence[str] = ("cn-shanghai",),
    buckets: Mapping[str, str] | None = None,
) -> Path:
    """A file of these accounts, all in these regions; each has a profile of its name, below ``directory`` as HOME."""
    folder = directory / ".aliyun"
    folder.mkdir(exist_ok=True)
    usual = {"mode": "AK", "region_id": "cn-shanghai"}
    profiles = [
        {"name": name, "access_key_id": Keys(name).key_id, "access_key_secret": Keys(name).secret, **usual}
        for name in endpoints
    ]
    content = json.dumps({"current": next(iter(endpoints)), "profiles": profiles})
    (folder / "config.json").write_text(content, encoding="utf-8")
    text = ""
    for name, endpoint in endpoints.items():
        text += f'[accounts.{name}]\nprofile = "{name}"\nregions = {json.dumps([*regions])}\n'
        text += f'bucket = "{buckets[name]}"\n' if buckets else ""
        for kind in ("endpoints", "oss_endpoints"):
            text += f"[accounts.{name}.{kind}]\n" + "".join(f'{region} = "{endpoint}"\n' for region in regions)
    return write_config(directory, text + grants)


def grant(who: str, accounts: Sequence[str], **more: Any) -> str:
    """``[[grants]]`` for one subject."""
    lines = {"subjects": [who], "accounts": [*accounts], **more}
    return "[[grants]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())


def environ_of(directory: Path) -> dict[str, str]:
    """Where the profiles are found."""
    return {"HOME": str(directory), "USERPROFILE": str(directory)}


def settings_of(path: Path, **more: Any) -> Settings:
    return Settings(config=path, **more)


async def ask(
    to: Served,
    tool: str,
    arguments: dict[str, Any],
    caller: str,
    *,
    path: str = "",
    headers: Sequence[tuple[str, str]] = (),
    locale: str = "en",
    **more: Any,
) -> Any:
    """The result of a tools/call by the protocol of 2026-07-28, or the refusal of the request with its status."""
    return await send(to, "tools/call", {"name": tool, "arguments": arguments, **more}, caller, path, headers, locale)


async def send(
    to: Served,
    method: str,
    params: dict[str, Any],
    caller: str,
    path: str = "",
    headers: Sequence[tuple[str, str]] = (),
    locale: str = "en",
) -> Any:
    """The same for any method."""
    body = json.loads(message(method, params))
    body["params"]["_meta"]["openai/locale"] = locale
    sent = [*headers_of(method, params.get("name", ""), caller=caller).items(), *headers]
    async with httpx2.AsyncClient(timeout=WAIT_SECONDS, verify=False) as client:
        answer = await client.post(f"{to.url}{path}", content=json.dumps(body), headers=sent)
    said = answer.json()
    return said.get("result", {"status": answer.status_code, **said})


def text_in(result: Any) -> str:
    """What a model reads of it."""
    if "error" in result:
        return str(result["error"]["message"])
    return "".join(block["text"] for block in result.get("content", ()))
