"""`--auth oauth`: which tokens of which issuer are let in; an issuer on loopback signs them."""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from mcp.client.auth.utils import (
    extract_resource_metadata_from_www_auth,
    extract_scope_from_www_auth,
    handle_protected_resource_response,
)

from ims_mcp.server.http.bearer import Unavailable
from ims_mcp.server.http.callers import ALL_SCOPES, OpenGate, Unauthorized
from ims_mcp.server.http.gates import choose_gate
from ims_mcp.server.http.oauth import OAuthGate, OAuthRules
from ims_mcp.settings import SettingsError
from tests.client.scripted_service import Answer
from tests.http_auth.issuer import AUDIENCE, Issuer, make_key, write_by_hand, write_jwk
from tests.http_auth.served import admit, serve_gate

pytestmark = pytest.mark.anyio


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


def make_gate(issuer: Issuer, **rules: Any) -> OAuthGate:
    return OAuthGate(OAuthRules(issuer.url, AUDIENCE, **rules))


async def test_a_token_of_the_issuer_for_this_server_names_its_caller_and_their_scopes(issuer: Issuer) -> None:
    gate = make_gate(issuer)
    caller = await admit(gate, issuer.sign())
    assert (caller.subject, caller.scopes) == ("anna", {"ims:read", "ims:write"})
    for audience in ([AUDIENCE], ["https://other.example", AUDIENCE]):
        assert (await admit(gate, issuer.sign(aud=audience))).subject == "anna"
    for typ in (None, "JWT", "application/at+jwt"):
        assert (await admit(gate, issuer.sign(typ=typ))).subject == "anna"
    assert issuer.fetches == 1


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("stated", [True, False])
async def test_every_algorithm_that_is_taken_is_taken(algorithm: str, stated: bool, issuer: Issuer) -> None:
    more: dict[str, Any] = {"alg": algorithm} if stated else {}
    issuer.jwks = {"keys": [write_jwk(make_key(algorithm), kid="k", **more)]}
    gate = make_gate(issuer)
    assert (await admit(gate, issuer.sign(algorithm=algorithm, kid="k"))).subject == "anna"
    assert (await admit(gate, issuer.sign(algorithm=algorithm, kid=None))).subject == "anna"
    with pytest.raises(Unauthorized):
        await admit(gate, issuer.sign(algorithm=algorithm, key=make_key(algorithm, 7), kid="k"))


async def test_a_key_is_good_for_no_other_algorithm_than_the_one_it_is_stated_for(issuer: Issuer) -> None:
    issuer.jwks = {"keys": [write_jwk(make_key("RS256"), kid="first", alg="RS256")]}
    with pytest.raises(Unauthorized):
        await admit(make_gate(issuer), issuer.sign(algorithm="PS256", key=make_key("RS256")))


def sign_by_public_key(issuer: Issuer) -> str:
    """HMAC with what everybody knows: good for a verifier that takes the algorithm from the token."""
    pem = make_key("RS256").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "kid": "first"}
    unsigned = write_by_hand(header, issuer.claim())
    return write_by_hand(header, issuer.claim(), hmac.digest(pem, unsigned.rpartition(".")[0].encode(), hashlib.sha256))


def spoil_signature(issuer: Issuer) -> str:
    head, claims, signature = issuer.sign().split(".")
    return f"{head}.{claims}.{signature[:-6]}AAAAAA"


def change_claims(issuer: Issuer) -> str:
    head, _, signature = issuer.sign().split(".")
    return f"{head}.{issuer.sign(sub='root').split('.')[1]}.{signature}"


BAD: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "expired": (lambda i: i.sign(exp=i.claim()["iat"] - 61), "has expired"),
    "not yet valid": (lambda i: i.sign(nbf=i.claim()["iat"] + 90), "not valid yet"),
    "issued in the future": (lambda i: i.sign(iat=i.claim()["iat"] + 90), "not valid yet"),
    "foreign audience": (lambda i: i.sign(aud="https://ims.example.com/mcp2"), "for another server"),
    "audience with a slash more": (lambda i: i.sign(aud=AUDIENCE + "/"), "for another server"),
    "audience of the wrong kind": (lambda i: i.sign(aud={"a": AUDIENCE}), "for another server"),
    "no audience": (lambda i: i.sign(aud=None), "lacks one"),
    "empty audience": (lambda i: i.sign(aud=[]), "lacks one"),
    "foreign issuer": (lambda i: i.sign(iss="https://issuer.example"), "another issuer"),
    "issuer with a slash more": (lambda i: i.sign(iss=i.url + "/"), "another issuer"),
    "no issuer": (lambda i: i.sign(iss=None), "lacks one"),
    "no end": (lambda i: i.sign(exp=None), "lacks one"),
    "an end that is no time": (lambda i: i.sign(exp="soon"), "cannot be checked|that can be checked"),
    "an endless end": (lambda i: i.sign(exp=math.inf), "that can be checked"),
    "no subject": (lambda i: i.sign(sub=None), "names nobody in its claim sub"),
    "empty subject": (lambda i: i.sign(sub=""), "names nobody"),
    "a number as subject": (lambda i: i.sign(sub=7), "that can be checked|names nobody"),
    "subject with control characters": (lambda i: i.sign(sub="anna\x1b[31m\n"), "names nobody"),
    "subject that reorders": (lambda i: i.sign(sub="\u202eanna"), "names nobody"),
    "subject that is too long": (lambda i: i.sign(sub="a" * 256), "names nobody"),
    "unsigned": (lambda i: write_by_hand({"alg": "RS256", "kid": "first"}, i.claim()), "not a signed JWT|signature"),
    "none": (lambda i: write_by_hand({"alg": "none"}, i.claim()), "not signed by any"),
    "None": (lambda i: write_by_hand({"alg": "None", "kid": "first"}, i.claim()), "not signed by any"),
    "no algorithm": (lambda i: write_by_hand({"kid": "first"}, i.claim()), "not signed by any"),
    "algorithms in a list": (lambda i: write_by_hand({"alg": ["RS256"]}, i.claim()), "not signed by any"),
    "HMAC with the public key": (sign_by_public_key, "not signed by any"),
    "HMAC": (lambda i: jwt.encode(i.claim(), "s" * 64, "HS512", {"kid": "first"}), "not signed by any"),
    "an algorithm that is not taken": (lambda i: i.sign(algorithm="RS512", key=make_key("RS256")), "not signed by any"),
    "foreign key": (lambda i: i.sign(key=make_key("RS256", 9)), "signature of the token is not"),
    "spoilt signature": (spoil_signature, "signature of the token is not"),
    "changed claims": (change_claims, "signature of the token is not"),
    "unknown kid": (lambda i: i.sign(kid="other"), "a key that the issuer does not have"),
    "kid as a path": (lambda i: i.sign(kid="../../etc/passwd"), "a key that the issuer does not have"),
    "a number as kid": (lambda i: write_by_hand({"alg": "RS256", "kid": 7}, i.claim()), "not a signed JWT"),
    "an identity token's type": (lambda i: i.sign(typ="id+jwt"), "not an access token's"),
    "a logout token": (lambda i: i.sign(typ="logout+jwt"), "not an access token's"),
    "its own key in the header": (
        lambda i: jwt.encode(i.claim(), make_key("RS256", 9), "RS256", {"jwk": write_jwk(make_key("RS256", 9))}),  # pyright: ignore
        "signature of the token is not",
    ),
    "critical extension": (
        lambda i: jwt.encode(i.claim(), make_key("RS256"), "RS256", {"kid": "first", "crit": ["x"], "x": 1}),  # pyright: ignore
        "not a signed JWT|that can be checked",
    ),
    "detached": (
        lambda i: write_by_hand({"alg": "RS256", "kid": "first", "b64": False, "crit": ["b64"]}, {}, b"x"),
        "not a signed JWT|that can be checked",
    ),
    "claims in a list": (
        lambda i: jwt.api_jws.encode(b"[]", make_key("RS256"), "RS256", {"kid": "first"}),  # pyright: ignore
        "that can be checked",
    ),
    "encrypted": (lambda i: ".".join(["eyJhbGciOiJSU0EtT0FFUCJ9", "a", "b", "c", "d"]), "not a signed JWT"),
    "words": (lambda i: "opaque-token", "not a signed JWT"),
    "dots": (lambda i: "..", "not one token|not a signed JWT"),
    "deep header": (lambda i: urlsafe_b64encode(b"[" * 9000).decode() + ".e30.e30", "not a signed JWT"),
    "a number of ten thousand digits": (
        lambda i: urlsafe_b64encode(b'{"a":' + b"9" * 9000 + b"}").rstrip(b"=").decode() + ".e30.e30",
        "not a signed JWT",
    ),
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_token_is_refused_with_the_reason_and_unrepeated(
    kind: str, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    make, reason = BAD[kind]
    token = make(issuer)
    with pytest.raises(Unauthorized, match=reason) as refused:
        await admit(make_gate(issuer), token)
    assert not isinstance(refused.value, Unavailable)
    challenge = refused.value.challenge
    assert 'error="invalid_' in challenge
    assert 'scope="ims:read", resource_metadata="https://ims.example.com/.well-known/oauth-protected-resource/mcp"' in (
        challenge
    )
    parts = [part for part in token.split(".") if len(part) > 12]
    said = f"{challenge}{refused.value.description}{caplog.text}{[vars(record) for record in caplog.records]}"
    assert not any(part in said for part in parts)


async def test_a_minute_of_difference_between_clocks_is_allowed(issuer: Issuer) -> None:
    gate, now = make_gate(issuer), issuer.claim()["iat"]
    assert (await admit(gate, issuer.sign(exp=now - 50))).subject == "anna"
    assert (await admit(gate, issuer.sign(iat=now + 50, nbf=now + 50))).subject == "anna"


NO_SCOPES: list[Any] = ["", None, "IMS:READ", "ims:*", 7, {"ims:read": True}, []]


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "ims:read  ims:destructive x"}, {"ims:read", "ims:destructive"}),
        ({"scope": ["ims:read", "ims:write", 7, None, ["ims:destructive"]]}, {"ims:read", "ims:write"}),
        *(({"scope": granted}, set[str]()) for granted in NO_SCOPES),
    ],
)
async def test_scopes_come_from_a_text_or_a_list_and_unknown_ones_are_nothing(
    claims: dict[str, Any], scopes: set[str], issuer: Issuer
) -> None:
    assert (await admit(make_gate(issuer), issuer.sign(**claims))).scopes == scopes


async def test_other_claims_can_be_named_for_subject_and_scopes(issuer: Issuer) -> None:
    gate = make_gate(issuer, subject_claim="email", scope_claim="scp")
    caller = await admit(gate, issuer.sign(email="anna@example.com", scp=["ims:write"]))
    assert (caller.subject, caller.scopes) == ("anna@example.com", {"ims:write"})


def test_over_a_real_socket_a_stranger_is_told_where_to_get_a_token(issuer: Issuer) -> None:
    audience = "https://ims.example.com/team/mcp"
    chosen = choose_gate("oauth", host="0.0.0.0", issuer=issuer.url, audience=audience)
    with serve_gate(chosen.gate, chosen.routes) as client:
        refused = client.get("/mcp")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == (
            'Bearer realm="ims-mcp", scope="ims:read", '
            'resource_metadata="https://ims.example.com/.well-known/oauth-protected-resource/team/mcp"'
        )
        for path in ("/team/mcp", "/mcp", ""):
            answer = client.get(f"/.well-known/oauth-protected-resource{path}", headers={"origin": "https://a.example"})
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.json() == {
                "resource": audience,
                "authorization_servers": [issuer.url],
                "scopes_supported": ["ims:read", "ims:write", "ims:destructive"],
                "bearer_methods_supported": ["header"],
                "resource_name": "ims-mcp",
            }
        assert client.options("/.well-known/oauth-protected-resource").status_code == 204
        answer = client.get("/mcp", headers={"authorization": f"Bearer {issuer.sign(aud=audience)}"})
        assert answer.json() == {"subject": "anna", "scopes": ["ims:read", "ims:write"]}
        both = [("authorization", f"Bearer {issuer.sign(aud=audience)}")] * 2
        assert client.get("/mcp", headers=httpx.Headers(both)).status_code == 401


def test_an_issuer_that_is_down_is_a_503_and_no_reason_to_throw_a_token_away(issuer: Issuer) -> None:
    issuer.jwks = Answer(503)
    gate = make_gate(issuer)
    with serve_gate(gate) as client:
        answer = client.get("/mcp", headers={"authorization": f"Bearer {issuer.sign()}"})
        assert answer.status_code == 503
        assert "error=" not in answer.headers["www-authenticate"]


async def test_a_token_that_could_never_be_good_asks_the_issuer_nothing(issuer: Issuer) -> None:
    gate = make_gate(issuer)
    for kind in ("none", "HMAC", "words", "deep header", "a logout token"):
        with pytest.raises(Unauthorized):
            await admit(gate, BAD[kind][0](issuer))
    assert issuer.service.count == 0


@given(st.text(alphabet="ey.-_=A9", max_size=60) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
async def test_whatever_is_sent_the_gate_only_refuses(token: str) -> None:
    async def fetch(url: str) -> dict[str, Any]:
        return {"keys": [write_jwk(make_key("RS256"))], "issuer": "https://a.example", "jwks_uri": "https://a.example"}

    with pytest.raises(Unauthorized):
        await admit(OAuthGate(OAuthRules("https://a.example", AUDIENCE), fetch=fetch), token)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://issuer.example",
            "issuer.example",
            "",
            "ftp://issuer.example",
            "https://",
            "https://user:pw@a.example",
        ),
        *("https://a.example/#x", "https://a.example/?x=1", "https://a.example:99999", "https://a b.example"),
        *(
            "https://a.example/\n",
            "https://ä.example",
            "file:///etc/passwd",
            "https://[fe80",
            "http://127.evil.example",
        ),
    ],
)
def test_an_issuer_or_an_audience_that_cannot_be_one_is_refused_at_the_start(url: str) -> None:
    for issuer, audience in ((url, AUDIENCE), ("https://a.example", url)):
        with pytest.raises(SettingsError, match=r"cannot be used|needs --issuer") as refused:
            choose_gate("oauth", host="::", issuer=issuer, audience=audience)
        assert "pw" not in refused.value.explain()


@pytest.mark.parametrize(
    "audience", ["api://4c8f0b6a-9d1e-4f5b-8a51-3d1f6f4f8f10", "4c8f0b6a-9d1e-4f5b-8a51-3d1f6f4f8f10"]
)
async def test_an_audience_that_is_no_address_has_the_resource_beside_it(issuer: Issuer, audience: str) -> None:
    with pytest.raises(SettingsError) as refused:
        choose_gate("oauth", host="::", issuer=issuer.url, audience=audience)
    assert "Name that address with --resource" in refused.value.explain()
    chosen = choose_gate("oauth", host="::", issuer=issuer.url, audience=audience, resource=AUDIENCE)
    assert (await admit(chosen.gate, issuer.sign(aud=audience))).subject == "anna"
    with pytest.raises(Unauthorized):
        await admit(chosen.gate, issuer.sign(aud=AUDIENCE))
    with serve_gate(chosen.gate, chosen.routes) as client:
        address = extract_resource_metadata_from_www_auth(client.get("/mcp"))
        assert address == "https://ims.example.com/.well-known/oauth-protected-resource/mcp"
        assert client.get(urlsplit(address).path).json()["resource"] == AUDIENCE


@pytest.mark.parametrize("resource", ["", "http://ims.example.com/mcp", "api://x", "https://user:pw@a.example"])
def test_a_resource_that_is_no_address_is_refused_at_the_start(resource: str) -> None:
    with pytest.raises(SettingsError, match="--resource") as refused:
        choose_gate("oauth", host="::", issuer="https://a.example", audience="api://x", resource=resource)
    assert "pw" not in refused.value.explain()


async def test_a_claim_is_found_by_its_name_or_else_by_its_path(issuer: Issuer) -> None:
    gate = make_gate(issuer, subject_claim="act.sub", scope_claim="realm_access.roles")
    roles = {"roles": ["ims:read", "offline", "ims:write other", 7]}
    caller = await admit(gate, issuer.sign(act={"sub": "bea"}, realm_access=roles))
    assert (caller.subject, caller.scopes) == ("bea", {"ims:read", "ims:write"})
    named: dict[str, Any] = {
        "act.sub": "carl",
        "act": {"sub": "bea"},
        "realm_access": "ims:read",
        "realm_access.roles": "ims:write",
    }
    caller = await admit(gate, issuer.sign(**named))
    assert (caller.subject, caller.scopes) == ("carl", {"ims:write"})
    wrongs: list[dict[str, Any]] = [{"act": "bea"}, {"act": {"sub": {"sub": "bea"}}}, {"act": ["sub"]}, {}]
    for wrong in wrongs:
        with pytest.raises(Unauthorized):
            await admit(gate, issuer.sign(**wrong))
    assert (await admit(gate, issuer.sign(act={"sub": "bea"}, realm_access=["roles"]))).scopes == frozenset()


async def test_a_caller_has_the_claims_of_its_token_and_does_not_show_them(issuer: Issuer) -> None:
    caller = await admit(make_gate(issuer), issuer.sign(groups=["media", "marked-group"]))
    assert caller.claims["groups"] == ["media", "marked-group"]
    assert "marked-group" not in repr(caller)
    assert len({caller, caller}) == 1
    assert (await admit(OpenGate())).claims == {}


def test_all_scopes_are_those_of_the_metadata() -> None:
    assert {"ims:read", "ims:write", "ims:destructive"} == ALL_SCOPES


async def test_the_official_client_finds_the_issuer_and_the_scope_from_the_challenge(issuer: Issuer) -> None:
    chosen = choose_gate("oauth", host="0.0.0.0", issuer=issuer.url, audience=AUDIENCE)
    with serve_gate(chosen.gate, chosen.routes) as client:
        refused = client.get("/mcp")
        address = extract_resource_metadata_from_www_auth(refused)
        assert address == "https://ims.example.com/.well-known/oauth-protected-resource/mcp"
        assert extract_scope_from_www_auth(refused) == "ims:read"
        found = await handle_protected_resource_response(client.get(urlsplit(address).path))
    assert found is not None
    assert [str(server).rstrip("/") for server in found.authorization_servers] == [issuer.url]
    assert str(found.resource) == AUDIENCE
