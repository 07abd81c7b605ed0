"""The issuer's keys: found, kept, rotated, and what an issuer may answer instead."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from ims_mcp.errors import ConnectionFailed
from ims_mcp.server.http import jwks
from ims_mcp.server.http.bearer import Unavailable
from ims_mcp.server.http.callers import Unauthorized
from ims_mcp.server.http.jwks import (
    AGAIN_SECONDS,
    FIRST_AGAIN_SECONDS,
    FRESH_SECONDS,
    MOST_BYTES,
    STALE_SECONDS,
    KeySet,
    NoKeys,
    list_metadata_urls,
    read_keys,
)
from ims_mcp.server.http.oauth import OAuthGate, OAuthRules
from tests.client.scripted_service import Answer, ScriptedService, unused_port
from tests.http_auth.issuer import AUDIENCE, Issuer, make_key, write_jwk
from tests.http_auth.served import admit

pytestmark = pytest.mark.anyio


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def fetch(url: str) -> dict[str, Any]:
    from ims_mcp.client.json_document import fetch_json_object

    return await fetch_json_object(url, timeout_seconds=3, max_bytes=MOST_BYTES)


def make_gate(issuer: Issuer, clock: Clock, jwks_url: str | None = None) -> OAuthGate:
    keys = KeySet(issuer.url, jwks_url, fetch=fetch, clock=clock)
    return OAuthGate(OAuthRules(issuer.url, AUDIENCE, jwks_url), keys)


def rotate(issuer: Issuer, *kids: str) -> None:
    issuer.jwks = {"keys": [write_jwk(make_key("RS256", number), kid=kid) for number, kid in enumerate(kids, 1)]}


async def test_a_new_key_is_fetched_when_the_first_token_of_it_comes(issuer: Issuer, clock: Clock) -> None:
    gate = make_gate(issuer, clock)
    await admit(gate, issuer.sign())
    rotate(issuer, "second")
    clock.seconds += AGAIN_SECONDS
    await admit(gate, issuer.sign(kid="second", key=make_key("RS256", 1)))
    assert issuer.fetches == 2
    with pytest.raises(Unauthorized, match="does not have"):  # withdrawn
        await admit(gate, issuer.sign())


async def test_unknown_keys_make_no_more_than_one_fetch_in_half_a_minute(issuer: Issuer, clock: Clock) -> None:
    gate = make_gate(issuer, clock)
    await admit(gate, issuer.sign())
    for number in range(50):
        clock.seconds += 1
        with pytest.raises(Unauthorized):
            await admit(gate, issuer.sign(kid=f"made-up-{number}"))
    assert issuer.fetches == 2


async def test_a_hundred_callers_at_the_start_make_one_fetch(issuer: Issuer, clock: Clock) -> None:
    gate = make_gate(issuer, clock)
    token = issuer.sign()
    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(admit, gate, token)
    assert issuer.service.count == 2  # metadata and keys


async def test_a_key_that_is_withdrawn_is_refused_after_ten_minutes(issuer: Issuer, clock: Clock) -> None:
    gate = make_gate(issuer, clock)
    await admit(gate, issuer.sign())
    rotate(issuer, "second")
    clock.seconds += FRESH_SECONDS
    await admit(gate, issuer.sign())
    clock.seconds += 1
    with pytest.raises(Unauthorized, match="does not have"):
        await admit(gate, issuer.sign())


DOWN: dict[str, Answer] = {
    "down": Answer(fault="reset"),
    "failing": Answer(500),
    "slow": Answer(delay_seconds=30),
    "silent": Answer(fault="silent"),
    "not JSON": Answer(body=b"<html>login</html>"),
    "a list": Answer(body=b"[]"),
    "deep": Answer(body=b'{"keys":' + b"[" * 100_000),
    "huge": Answer(body={"keys": [write_jwk(make_key("RS256"), kid="first")], "x": " " * MOST_BYTES}),
    "cut off": Answer(body=b'{"keys": [' + b" " * 1000, fault="cut_off"),
    "redirecting": Answer(302, b"", {"location": "/keys2"}),
    "empty": Answer(body={"keys": []}),
    "without keys": Answer(body={}),
    "of keys that cannot be used": Answer(body={"keys": [None, 7, "x", {}, {"kty": "RSA"}, {"kty": ["RSA"]}]}),
}


@pytest.mark.parametrize("kind", DOWN)
async def test_an_issuer_without_a_key_set_lets_nobody_in_and_is_asked_again(
    kind: str, issuer: Issuer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    good, issuer.jwks = issuer.jwks, DOWN[kind]
    gate = make_gate(issuer, clock)
    for _ in range(3):
        with pytest.raises(Unavailable, match="keys cannot be had now"):
            await admit(gate, issuer.sign())
    assert issuer.fetches == 1
    assert len(caplog.records) == len([record for record in caplog.records if "issuer of tokens" in record.message])
    issuer.jwks = good
    clock.seconds += FIRST_AGAIN_SECONDS
    assert (await admit(gate, issuer.sign())).subject == "anna"


@pytest.mark.parametrize("kind", DOWN)
async def test_keys_that_were_fetched_stay_good_while_the_issuer_is_down(
    kind: str, issuer: Issuer, clock: Clock
) -> None:
    gate = make_gate(issuer, clock)
    token = issuer.sign()
    await admit(gate, token)
    issuer.jwks = DOWN[kind]
    clock.seconds += FRESH_SECONDS + 1
    for _ in range(3):
        assert (await admit(gate, token)).subject == "anna"
    assert issuer.fetches == 2
    clock.seconds += STALE_SECONDS
    with pytest.raises(Unavailable):
        await admit(gate, token)


async def test_a_slow_issuer_holds_up_one_caller_and_not_the_others(issuer: Issuer, clock: Clock) -> None:
    gate = make_gate(issuer, clock)
    token = issuer.sign()
    await admit(gate, token)
    issuer.jwks = Answer(fault="silent")
    clock.seconds += FRESH_SECONDS + 1
    async with anyio.create_task_group() as group:
        group.start_soon(admit, gate, token)
        while issuer.fetches < 2:
            await anyio.lowlevel.checkpoint()
        with anyio.fail_after(2.5):  # less than the fetch takes
            await admit(gate, token)


async def test_a_caller_who_leaves_during_the_fetch_keeps_nobody_out(issuer: Issuer, clock: Clock) -> None:
    gate = make_gate(issuer, clock)
    good, issuer.jwks = issuer.jwks, Answer(fault="silent")
    async with anyio.create_task_group() as group:
        group.start_soon(admit, gate, issuer.sign())
        while not issuer.fetches:
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    issuer.jwks = good
    assert (await admit(gate, issuer.sign())).subject == "anna"


async def test_a_redirection_is_not_followed_to_anywhere(issuer: Issuer, clock: Clock) -> None:
    with ScriptedService(usual=Answer(body={"keys": [write_jwk(make_key("RS256"), kid="first")]})) as other:
        issuer.jwks = Answer(307, b"", {"location": f"{other.url}/keys"})
        with pytest.raises(Unavailable):
            await admit(make_gate(issuer, clock), issuer.sign())
        assert other.count == 0


@pytest.mark.parametrize("path", ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"])
async def test_the_address_of_the_keys_is_found_by_both_ways(path: str, issuer: Issuer, clock: Clock) -> None:
    issuer.metadata_path = path
    assert (await admit(make_gate(issuer, clock), issuer.sign())).subject == "anna"


def test_the_metadata_of_an_issuer_with_a_path_may_be_in_three_places() -> None:
    assert list_metadata_urls("https://a.example/realms/ims/") == [
        "https://a.example/.well-known/oauth-authorization-server/realms/ims",
        "https://a.example/.well-known/openid-configuration/realms/ims",
        "https://a.example/realms/ims/.well-known/openid-configuration",
    ]
    assert len(list_metadata_urls("https://a.example")) == 2


async def test_keys_whose_address_is_given_need_no_metadata(issuer: Issuer, clock: Clock) -> None:
    issuer.metadata = Answer(404)
    assert (await admit(make_gate(issuer, clock, f"{issuer.url}/keys"), issuer.sign())).subject == "anna"
    assert issuer.service.count == 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example", "jwks_uri": "https://other.example/keys"},
        {"issuer": "{}/", "jwks_uri": "{}/keys"},
        {"issuer": ["{}"], "jwks_uri": "{}/keys"},
        {"issuer": "{}"},
        {"issuer": "{}", "jwks_uri": "http://issuer.example/keys"},
        {"issuer": "{}", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "{}", "jwks_uri": ["{}/keys"]},
    ],
)
async def test_metadata_of_another_issuer_or_of_keys_in_the_open_is_not_believed(
    metadata: dict[str, Any], issuer: Issuer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.metadata = {
        name: value.replace("{}", issuer.url) if isinstance(value, str) else [issuer.url]
        for name, value in metadata.items()
    }
    with pytest.raises(Unavailable):
        await admit(make_gate(issuer, clock), issuer.sign())
    assert issuer.fetches == 0
    assert "exactly as the issuer writes itself" in caplog.text or "Give --jwks" in caplog.text


async def test_an_issuer_on_the_network_cannot_name_keys_on_this_machine(clock: Clock) -> None:
    asked: list[str] = []

    async def answer(url: str) -> dict[str, Any]:
        asked.append(url)
        return {"issuer": "https://issuer.example", "jwks_uri": "http://127.0.0.1:9527/keys"}

    with pytest.raises(NoKeys):
        await KeySet("https://issuer.example", fetch=answer, clock=clock).find("a", "RS256")
    assert asked == ["https://issuer.example/.well-known/oauth-authorization-server"]


async def test_an_issuer_that_moves_its_keys_is_asked_where(issuer: Issuer, clock: Clock) -> None:
    gate = make_gate(issuer, clock)
    await admit(gate, issuer.sign())
    with Issuer() as other:
        rotate(other, "second")
        issuer.jwks = Answer(404)
        issuer.metadata = {"issuer": issuer.url, "jwks_uri": f"{other.url}/keys"}
        second = issuer.sign(kid="second", key=make_key("RS256", 1))
        clock.seconds += AGAIN_SECONDS
        with pytest.raises(Unauthorized):
            await admit(gate, second)
        clock.seconds += AGAIN_SECONDS
        assert (await admit(gate, second)).subject == "anna"


async def test_a_port_that_nobody_listens_on_is_an_issuer_that_is_down(clock: Clock) -> None:
    keys = KeySet(f"http://127.0.0.1:{unused_port()}", fetch=fetch, clock=clock)
    with pytest.raises(NoKeys):
        await keys.find("a", "RS256")


async def test_everything_together_takes_no_longer_than_is_said(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "REFRESH_SECONDS", 0.05)

    async def never(url: str) -> dict[str, Any]:
        await anyio.sleep_forever()
        raise AssertionError

    with anyio.fail_after(60), pytest.raises(NoKeys):
        await KeySet("https://a.example", fetch=never, clock=clock).find("a", "RS256")


def write_unfit_keys() -> dict[str, dict[str, Any]]:
    rsa = write_jwk(make_key("RS256"), kid="a")
    return {
        "private": write_jwk(make_key("RS256"), private=True, kid="a"),
        "private of a curve": write_jwk(make_key("ES256"), private=True, kid="a"),
        "symmetric": {"kty": "oct", "k": urlsafe_b64encode(b"s" * 32).decode(), "kid": "a", "alg": "HS256"},
        "for encryption": {**rsa, "use": "enc"},
        "for signing only": {**rsa, "key_ops": ["sign"]},
        "for HMAC": {**rsa, "alg": "HS256"},
        "for none": {**rsa, "alg": "none"},
        "for another": {**rsa, "alg": "RS512"},
        "too short": write_jwk(make_key("RS256", bits=1024), kid="a"),
        "of another curve": {**write_jwk(make_key("ES256"), kid="a"), "crv": "P-384"},
        "not on its curve": {**write_jwk(make_key("ES256"), kid="a"), "x": "AAAA"},
        "kid of a number": {**rsa, "kid": 7},
        "no numbers": {**rsa, "n": "!"},
        "numbers of the wrong kind": {**rsa, "n": 7, "e": {}},
        "an even exponent": {**rsa, "e": "Ag"},
    }


@pytest.mark.parametrize("kind", write_unfit_keys())
def test_keys_that_are_not_for_checking_signatures_are_passed_over_and_not_shown(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    jwk = write_unfit_keys()[kind]
    assert read_keys({"keys": [jwk]}) == ()
    said = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    values = [str(jwk[name]) for name in ("n", "d", "x", "y", "k") if len(str(jwk.get(name, ""))) > 4]
    assert not any(value in said for value in values)
    assert ("secret key" in said) == (kind in ("private", "private of a curve", "symmetric"))
    assert len(read_keys({"keys": [jwk, write_jwk(make_key("ES256"), kid="b")]})) == 1


def test_an_address_that_is_in_the_clear_is_not_asked() -> None:
    for url in ("http://issuer.example", "http://10.0.0.1"):
        assert not jwks.is_fit_url(url)


async def test_what_is_fetched_is_named_by_host_only_where_it_fails(issuer: Issuer) -> None:
    issuer.jwks = Answer(body=b"RecognisableBody")
    with pytest.raises(ConnectionFailed) as failed:
        await fetch(f"{issuer.url}/keys?key=RecognisableQuery")
    assert "Recognisable" not in failed.value.explain()
