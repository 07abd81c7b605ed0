"""How a token is to be sent, whatever gate looks at it, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
import pytest

from ims_mcp.server.http.bearer import Challenges
from ims_mcp.server.http.callers import ALL_SCOPES
from ims_mcp.server.http.token_file import changing_token_file, make_token
from ims_mcp.server.http.tokens import TokenGate
from tests.http_auth.served import serve_gate


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    path = Path(tmp_path_factory.mktemp("tokens")) / "tokens.jsonl"
    token, record = make_token("anna", now=datetime.now(UTC))
    with changing_token_file(path) as records:
        records["anna"] = record
    with serve_gate(TokenGate(path)) as client:
        yield client, token


def test_a_token_is_taken_with_its_scheme_in_any_case(served: tuple[httpx.Client, str]) -> None:
    client, token = served
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = client.get("/mcp", headers={"authorization": f"{scheme} {token}"})
        assert (answer.status_code, answer.json()) == (200, {"subject": "anna", "scopes": sorted(ALL_SCOPES)})


def test_without_a_token_the_challenge_names_no_error(served: tuple[httpx.Client, str]) -> None:
    client, _ = served
    for headers in ({}, {"authorization": "Basic YTpi"}, {"authorization": ""}):
        answer = client.get("/mcp", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="ims-mcp"')


@pytest.mark.parametrize("query", ["access_token={}", "x=1&Access_Token={}", "token={}", "access%5Ftoken={}"])
def test_a_token_in_the_url_is_refused_beside_a_good_header_too(query: str, served: tuple[httpx.Client, str]) -> None:
    client, token = served
    for headers in ({}, {"authorization": f"Bearer {token}"}):
        answer = client.get(f"/mcp?{query.format(token)}", headers=headers)
        assert answer.status_code == 401
        assert 'error="invalid_request"' in answer.headers["www-authenticate"]
        assert "have it revoked" in answer.json()["error"]
        assert token not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "values",
    [
        *(["Bearer {}", "Bearer {}"], ["Bearer {}", "Basic YTpi"], ["Bearer {}", "Bearer other"]),
        *(["Bearer {}, Bearer {}"], ["Bearer {},"], ["Bearer {} x"], ['Bearer "{}"'], ["Bearer"], ["Bearer "]),
        *(["Bearer {}\xff"], ["Bearer {}\x00"], ["Bearer ="]),
    ],
)
def test_more_than_one_token_is_refused_and_so_is_what_is_none(
    values: list[str], served: tuple[httpx.Client, str]
) -> None:
    client, token = served
    headers = [(b"authorization", value.replace("{}", token).encode("latin-1")) for value in values]
    try:
        answer = client.get("/mcp", headers=headers)
    except httpx.LocalProtocolError:
        return  # the client itself sends no such header
    assert answer.status_code in (400, 401)
    assert token not in answer.text + str(answer.headers)


def test_a_token_of_a_megabyte_is_refused_unread(served: tuple[httpx.Client, str]) -> None:
    client, _ = served
    answer = client.get("/mcp", headers={"authorization": "Bearer " + "a" * 2**20})
    assert answer.status_code == 401
    assert "16,384 characters" in answer.json()["error"]


def test_a_challenge_holds_nothing_that_ends_its_quotes() -> None:
    written = Challenges('https://x/"\r\nSet-Cookie: a').write("invalid_token", 'say "no"\\\r\n\x00ü')
    assert written == (
        'Bearer realm="ims-mcp", error="invalid_token", error_description="say no", '
        'resource_metadata="https://x/Set-Cookie: a"'
    )
