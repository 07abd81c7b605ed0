"""Which gate `--auth` puts before the server, and what is not to be had by a server on stdio."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.server.http.callers import ALL_SCOPES, OpenGate
from ims_mcp.server.http.gates import AuthKind, choose_gate
from ims_mcp.server.http.token_file import changing_token_file, make_token
from ims_mcp.server.http.tokens import TokenGate
from ims_mcp.settings import SettingsError
from tests.http_auth.issuer import AUDIENCE
from tests.http_auth.served import admit

pytestmark = pytest.mark.anyio
ISSUER = "https://issuer.example"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
async def test_without_auth_this_machine_alone_is_let_in(host: str) -> None:
    chosen = choose_gate("none", host=host)
    assert isinstance(chosen.gate, OpenGate)
    assert (await admit(chosen.gate)).scopes == ALL_SCOPES
    assert chosen.routes == ()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.1", "ims.example.com", "127.evil.example"])
def test_without_auth_no_other_address_is_listened_on(host: str) -> None:
    with pytest.raises(SettingsError, match="lets in whoever reaches"):
        choose_gate("none", host=host)


@pytest.mark.parametrize(
    ("kind", "options", "part"),
    [
        ("tokens", {}, "needs the file"),
        ("tokens", {"tokens_file": Path("/nowhere/x")}, "is not there"),
        ("oauth", {}, "needs --issuer and --audience"),
        ("oauth", {"issuer": ISSUER}, "needs --issuer and --audience"),
        ("oauth", {"issuer": ISSUER, "audience": AUDIENCE, "jwks_url": "http://a.example"}, "--jwks"),
        ("oauth", {"issuer": ISSUER, "audience": AUDIENCE, "subject_claim": ""}, "--subject-claim is no name"),
        ("oauth", {"issuer": ISSUER, "audience": AUDIENCE, "scope_claim": "a\n"}, "--scope-claim is no name"),
        ("oauth", {"issuer": ISSUER, "audience": AUDIENCE, "tokens_file": Path("x")}, "--tokens means nothing"),
        ("tokens", {"issuer": ISSUER, "jwks_url": ISSUER}, "--issuer, --jwks means nothing with --auth tokens"),
        ("none", {"tokens_file": Path("x")}, "--tokens means nothing"),
    ],
)
def test_what_is_missing_or_of_another_kind_is_refused_at_the_start(
    kind: AuthKind, options: dict[str, Any], part: str
) -> None:
    with pytest.raises(SettingsError, match=part):
        choose_gate(kind, host="127.0.0.1", **options)


def test_the_gate_of_a_token_file_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "tokens.jsonl"
    with changing_token_file(path) as records:
        records["anna"] = make_token("anna", now=datetime.now(UTC))[1]
    assert isinstance(choose_gate("tokens", host="0.0.0.0", tokens_file=path).gate, TokenGate)


def list_loaded(code: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(ended.stdout.split())


def test_a_server_on_stdio_loads_nothing_of_this() -> None:
    loaded = list_loaded("import ims_mcp.cli.serve, ims_mcp.server.build")
    assert not [name for name in loaded if name.startswith("ims_mcp.server.http")]
    assert "ims_mcp.client.json_document" not in loaded
    assert loaded & {"jwt", "uvicorn", "cryptography"} <= list_loaded("import mcp.server, mcp.server.caching")


def test_the_command_for_tokens_loads_no_mcp_and_no_web_server() -> None:
    loaded = list_loaded("import ims_mcp.cli.token")
    assert loaded.isdisjoint({"mcp", "starlette", "uvicorn", "jwt", "httpx2"})


def test_a_gate_of_tokens_loads_no_jose_library() -> None:
    assert "jwt" not in list_loaded("import ims_mcp.server.http.gates, ims_mcp.server.http.tokens")
