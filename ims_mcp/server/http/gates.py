"""Which gate stands before the server, chosen by `--auth` once at the start."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from starlette.routing import Route

from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback
from ims_mcp.server.http.bearer import Challenges
from ims_mcp.server.http.callers import Gate, OpenGate
from ims_mcp.settings import SettingsError

AuthKind = Literal["none", "tokens", "oauth"]


@dataclass(frozen=True, slots=True)
class ChosenGate:
    """``challenges`` writes WWW-Authenticate for what comes after the gate (a scope that is lacking); ``routes`` are
    open to everybody."""

    gate: Gate
    challenges: Challenges = field(default_factory=Challenges)
    routes: tuple[Route, ...] = ()


def choose_gate(
    kind: AuthKind,
    *,
    host: str,
    tokens_file: Path | None = None,
    issuer: str | None = None,
    audience: str | None = None,
    jwks_url: str | None = None,
    subject_claim: str = "sub",
    scope_claim: str = "scope",
    resource: str | None = None,
) -> ChosenGate:
    """``host`` is what the server listens on. Reads the token file; nothing is asked over the network yet.

    Raises SettingsError where an option is missing, belongs to another kind, or cannot be used.
    """
    of_oauth = {"--issuer": issuer, "--audience": audience, "--resource": resource, "--jwks": jwks_url}
    foreign = {
        "none": {"--tokens": tokens_file, **of_oauth},
        "tokens": of_oauth,
        "oauth": {"--tokens": tokens_file},
    }[kind]
    if unused := [option for option, value in foreign.items() if value is not None]:
        others = "tokens" if unused == ["--tokens"] else "oauth"
        raise SettingsError(
            f"{', '.join(unused)} means nothing with --auth {kind}{', the default' * (kind == 'none')}.",
            next_step=f"Add --auth {others} in its place, or leave {unused[0]} out.",
        )
    if kind == "none":
        if not is_loopback(host):
            raise SettingsError(
                f"--auth none lets in whoever reaches {plain(host, 100)}, with this server's credentials.",
                next_step="Use --auth tokens or --auth oauth, or --host 127.0.0.1.",
            )
        return ChosenGate(OpenGate())
    if kind == "tokens":
        if tokens_file is None:
            raise SettingsError("--auth tokens needs the file of the tokens.", next_step="Name it with --tokens FILE.")
        from ims_mcp.server.http.tokens import TokenGate

        return ChosenGate(TokenGate(tokens_file))
    if issuer is None or audience is None:
        raise SettingsError(
            "--auth oauth needs --issuer and --audience.",
            next_step="Name the issuer as its tokens do (iss), and whom its tokens are for (aud), mostly this server's "
            "address as clients call it, such as https://ims.example.com/mcp.",
        )
    from ims_mcp.server.http.oauth import OAuthGate, OAuthRules, list_metadata_routes

    rules = OAuthRules(issuer, audience, jwks_url, subject_claim, scope_claim, resource)
    gate = OAuthGate(rules)
    return ChosenGate(gate, gate.challenges, tuple(list_metadata_routes(rules)))
