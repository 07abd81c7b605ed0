"""The places the official library finds credentials in, in its order, each with the reason why it is passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ims_mcp.client.foreign_logs import silence
from ims_mcp.errors import CredentialsError


@dataclass(frozen=True, slots=True)
class Source:
    """One place to look: its name for people, why it is passed over (empty: it is not), how to make its provider."""

    name: str
    absent: str
    provider: Callable[[], Any]


def failure_reason(error: Exception) -> str:
    """Why a provider failed, without a word that could be part of a key.

    The providers' own texts quote the answers they got, so only the HTTP status and the error code are taken over.
    """
    if isinstance(error, CredentialsError):
        return str(error)
    text = str(error)
    status = re.search(r"http_?code[=:]\s*(\d{3})", text, re.IGNORECASE)
    code = re.search(r"\"Code\"\s*:\s*\"([A-Za-z][A-Za-z.]{2,60})\"", text)
    if status or code:
        parts = [f"HTTP {status[1]}" if status else "", code[1] if code else ""]
        return f"its source answered {' '.join(part for part in parts if part)}"
    if isinstance(error, OSError) or type(error).__name__ == "RetryError":  # the library's own, for a failed connection
        return f"it could not be read or reached ({type(error).__name__})"
    for known, reason in (
        ("unsupported profile mode", "its mode is not supported"),
        ("unable to get profile", "it is not in the file"),
        ("failed to parse", "the file is not valid JSON"),
        ("credentials file", "the file has no such profile"),
        ("is empty", "its key pair is incomplete"),
        ("invalid profile name", "the file names no current profile"),
    ):
        if known in text:
            return reason
    return f"its source could not be asked ({type(error).__name__})"


def sources(environ: Mapping[str, str], ecs_role: str | None) -> list[Source]:
    """Every place in the order it is looked at. Imports the official providers (0.2 s)."""
    from alibabacloud_credentials import provider as official  # heavy, so imported late

    silence()

    def value(name: str) -> str:
        return environ.get(name, "").strip()

    def switched_on(name: str) -> bool:
        return value(name).lower() == "true"

    key_id, secret = value("ALIBABA_CLOUD_ACCESS_KEY_ID"), value("ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    token = value("ALIBABA_CLOUD_SECURITY_TOKEN")
    unset = [
        name
        for name, given in (("ALIBABA_CLOUD_ACCESS_KEY_ID", key_id), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret))
        if not given
    ]

    def from_environment() -> Any:
        if token:
            return official.StaticSTSCredentialsProvider(
                access_key_id=key_id, access_key_secret=secret, security_token=token
            )
        return official.StaticAKCredentialsProvider(access_key_id=key_id, access_key_secret=secret)

    role_arn, oidc_arn = value("ALIBABA_CLOUD_ROLE_ARN"), value("ALIBABA_CLOUD_OIDC_PROVIDER_ARN")
    token_file = value("ALIBABA_CLOUD_OIDC_TOKEN_FILE")
    home = Path(value("HOME") or Path.home())
    profile = value("ALIBABA_CLOUD_PROFILE")
    cli_file = home / ".aliyun" / "config.json"
    ini_file = Path(value("ALIBABA_CLOUD_CREDENTIALS_FILE") or home / ".alibabacloud" / "credentials.ini")
    uri = value("ALIBABA_CLOUD_CREDENTIALS_URI")
    role = ecs_role or value("ALIBABA_CLOUD_ECS_METADATA")
    if switched_on("ALIBABA_CLOUD_ECS_METADATA_DISABLED"):
        no_ecs = "switched off by ALIBABA_CLOUD_ECS_METADATA_DISABLED"
    else:
        no_ecs = "" if role else "not asked for (--ecs-role)"
    if switched_on("ALIBABA_CLOUD_CLI_PROFILE_DISABLED"):
        no_cli = "switched off by ALIBABA_CLOUD_CLI_PROFILE_DISABLED"
    else:
        no_cli = "" if cli_file.is_file() else "there is no such file"
    return [
        Source(
            "environment variables",
            f"{' and '.join(unset)} not set" if unset else "",
            from_environment,
        ),
        Source(
            "OIDC role of ALIBABA_CLOUD_ROLE_ARN",
            "" if role_arn and oidc_arn and token_file else "not set up",
            lambda: official.OIDCRoleArnCredentialsProvider(
                role_arn=role_arn,
                oidc_provider_arn=oidc_arn,
                oidc_token_file_path=token_file,
                role_session_name=value("ALIBABA_CLOUD_ROLE_SESSION_NAME"),
                sts_region_id=value("ALIBABA_CLOUD_STS_REGION"),
                enable_vpc=switched_on("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"),
            ),
        ),
        Source(
            f"CLI profile {profile or '(current)'} of ~/.aliyun/config.json",
            no_cli,
            lambda: official.CLIProfileCredentialsProvider(profile_name=profile, profile_file=str(cli_file)),
        ),
        Source(
            f"profile {profile or 'default'} of the credentials file {ini_file.name}",
            "" if ini_file.is_file() else "there is no such file",
            lambda: official.ProfileCredentialsProvider(profile_name=profile, profile_file=str(ini_file)),
        ),
        Source(
            "ECS instance role",
            no_ecs,
            # Without its scheduler thread: it is asked again here, once a minute at most.
            lambda: official.EcsRamRoleCredentialsProvider(role_name=role, async_update_enabled=False),
        ),
        Source(
            "URI of ALIBABA_CLOUD_CREDENTIALS_URI",
            "" if uri else "not set",
            lambda: official.URLCredentialsProvider(uri=uri),
        ),
    ]
