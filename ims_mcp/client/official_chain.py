"""The providers of the official library, one for each place credentials come from, and what their failures mean."""

from __future__ import annotations

import configparser
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ims_mcp.aliyun_profile import (
    MODES,
    AliyunProfile,
    Place,
    UnreadableConfig,
    find_config_file,
    find_credentials_file,
    find_places,
    read_profile,
)
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.logs import silence_libraries


@dataclass(frozen=True, slots=True)
class NamedProvider:
    """A place credentials come from: its name for people, how to make its provider, and what an exception of the
    provider means. ``fields`` are the names its key, secret and token go by."""

    name: str
    make_provider: Callable[[], Any]
    explain: Callable[[Exception], str]
    fields: tuple[str, str, str] = ("access_key_id", "access_key_secret", "sts_token")


# What a provider of the official library is for, by the mode of a CLI profile; the modes it asks others for keys in.
_ASKS = {
    "RamRoleArn": "STS for the role of RamRoleArn",
    "ChainableRamRoleArn": "STS for the role of ChainableRamRoleArn",
    "OIDC": "STS for the role of OIDC",
    "EcsRamRole": "the metadata service of ECS",
    "CloudSSO": "CloudSSO",
    "OAuth": "the OAuth service",
    "External": "the External command",
}
_LOGINS = ("CloudSSO", "OAuth")
_WAYS_OUT = {
    "CredentialsURI": "set ALIBABA_CLOUD_CREDENTIALS_URI to its address instead",
    "RsaKeyPair": "make a profile of mode AK or RamRoleArn",
    "RamRoleArnWithEcs": "name the ECS role with --ecs-role, or make a profile of mode ChainableRamRoleArn",
}


# What the library says (in any case of letters) -> what it means. Tests hold each against the installed one.
_CONNECTION = (
    ("certificate_verify_failed", "its certificate is not accepted; SSL_CERT_FILE names other authorities"),
    ("proxy", "by the proxy of the environment"),
    ("socks", "by the proxy of the environment"),
    ("timed out", "it took too long"),
    ("refused", "the connection was refused"),
    ("no such file", "there is no such file"),
)
_CONTENT = (
    ("the access key id is empty", "its key pair is incomplete"),
    ("the access key secret is empty", "its key pair is incomplete"),
    ("unsupported credential type", "its type is not supported; use access_key or ram_role_arn"),
    ("credentials file", "the file has no such profile"),
)
_EXTERNAL = (
    ("timed out", "its External command took longer than a minute"),
    ("failed to parse external command output", "its External command printed no JSON"),
    ("failed to execute external command", "its External command could not be run; give its whole path"),
    ("process_command is empty", "it names no External command (process_command)"),
    ("is empty", "its External command printed no key pair (access_key_id, access_key_secret, sts_token)"),
)


def _translate(text: str, table: tuple[tuple[str, str], ...]) -> str:
    """What the first entry that ``text`` holds means; empty where it holds none."""
    return next((words for known, words in table if known in text.lower()), "")


def explain_failure(error: Exception, asked: str = "its source") -> str:
    """Why a provider failed, without a word that could be part of a key. ``asked``: whom it asks for credentials.

    The providers' own texts quote the answers they got, so only the HTTP status and the error code are taken over.
    """
    if isinstance(error, ImsError):  # ours: a proxy or certificates that cannot be used, too
        return str(error).removesuffix(".")
    text = str(error)
    if answer := _find_answer(text):
        return f"{asked} answered {answer}"
    if isinstance(error, OSError) and error.filename is not None:
        return f"the file {plain(str(error.filename), 200)} cannot be read ({error.strerror})"
    connection = _translate(text, _CONNECTION) or type(error).__name__
    if isinstance(error, OSError) or type(error).__name__ == "RetryError":  # the library's own, for a failed connection
        return f"{asked} could not be reached or read ({connection})"
    if isinstance(error, configparser.Error):
        return "the file is not a valid INI file"
    if isinstance(error, UnicodeDecodeError):
        return "the file is not UTF-8 (GBK, perhaps); save it as UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"{asked} answered something that is not JSON"
    if content := _translate(text, _CONTENT):
        return content
    if isinstance(error, ValueError | TypeError | AttributeError | KeyError):
        return f"something in it, or in what it got, is missing or of the wrong kind ({type(error).__name__})"
    return f"{asked} gave no credentials ({connection})"


def _find_answer(text: str) -> str:
    """HTTP status and error code of the answer an exception's text quotes; empty where it quotes none."""
    status = re.search(r"(?:http_?code|status code)[=:]\s*(\d{3})", text, re.IGNORECASE)
    code = re.search(r"\"(?:Code|error)\"\s*:\s*\"([A-Za-z][A-Za-z._]{2,60})\"", text)
    return " ".join(part for part in (f"HTTP {status[1]}" if status else "", code[1] if code else "") if part)


def _explain_profile(file: Path, name: str, error: Exception) -> str:
    """Why a CLI profile gives no credentials, by its mode and not by the words of the exception alone."""
    try:
        profile = read_profile(file, name)
    except UnreadableConfig as unreadable:
        return str(unreadable)
    for mode in (profile.mode, profile.login_mode):
        if mode not in MODES:
            way_out = _WAYS_OUT.get(mode, f"make a profile of another mode ({', '.join(sorted(MODES))})")
            return f"its mode “{plain(mode, 40)}” is not supported here; {way_out}"
    if profile.login_mode == "ChainableRamRoleArn":
        return "its source_profile leads to no profile with keys of its own"
    text = str(error)
    if "failed to parse credential form" in text:
        # It is good JSON in UTF-8: the library reads it in the encoding of the system.
        return "the file is UTF-8 and this system's Python reads another encoding; set PYTHONUTF8=1"
    if profile.login_mode in _LOGINS and (ended := _explain_login(profile, text)):
        return ended
    if "External" in (profile.mode, profile.login_mode) and (failed := _explain_external(text)):
        return failed
    asked = _ASKS.get(profile.mode, "its source")
    if profile.mode != profile.login_mode:
        asked = f"{asked} (keys from profile “{plain(profile.login_name, 40)}”)"
    return explain_failure(error, asked)


def _explain_login(profile: AliyunProfile, text: str) -> str:
    """Whether a CloudSSO or OAuth profile has to log in again; empty where it is something else."""
    answer = _find_answer(text)
    incomplete = "sign in url or account id or access config is empty" in text
    if not (
        "access token is empty or expired" in text or incomplete or re.search(r"HTTP 40[013]|invalid_|expired", answer)
    ):
        return ""
    command = f"aliyun configure --profile {plain(profile.login_name, 40)} --mode {profile.login_mode}"
    why = "is not complete" if incomplete else "has ended"
    return f"its {profile.login_mode} login {why}{f' ({answer})' if answer else ''}; log in again: `{command}`"


def _explain_external(text: str) -> str:
    """What became of the command of an External profile; neither it nor what it printed is quoted."""
    if exit_status := re.search(r"exit status (-?\d{1,5})", text):
        return f"its External command failed (exit status {exit_status[1]}); run it in a terminal to see why"
    return _translate(text, _EXTERNAL)


def list_providers(environ: Mapping[str, str], ecs_role: str | None) -> list[tuple[NamedProvider, str]]:
    """Every source in the order it is asked, with why it is passed over. Imports the official providers (0.2 s)."""
    official = load_official_providers()

    def value(name: str) -> str:
        return environ.get(f"ALIBABA_CLOUD_{name}", "").strip()

    keys = {"access_key_id": value("ACCESS_KEY_ID"), "access_key_secret": value("ACCESS_KEY_SECRET")}
    token = value("SECURITY_TOKEN")
    profile = value("PROFILE")
    ini_file = find_credentials_file(environ) or Path("credentials.ini")
    sources = {
        Place.ENVIRONMENT: NamedProvider(
            "environment variables",
            lambda: (
                official.StaticSTSCredentialsProvider(**keys, security_token=token)
                if token
                else official.StaticAKCredentialsProvider(**keys)
            ),
            explain_failure,
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
        ),
        Place.OIDC: NamedProvider(
            "OIDC role of ALIBABA_CLOUD_ROLE_ARN",
            lambda: official.OIDCRoleArnCredentialsProvider(
                role_arn=value("ROLE_ARN"),
                oidc_provider_arn=value("OIDC_PROVIDER_ARN"),
                oidc_token_file_path=value("OIDC_TOKEN_FILE"),
                role_session_name=value("ROLE_SESSION_NAME"),
                sts_region_id=value("STS_REGION"),
                enable_vpc=value("VPC_ENDPOINT_ENABLED").lower() == "true",
            ),
            lambda error: explain_failure(error, _ASKS["OIDC"]),
        ),
        Place.CLI_PROFILE: _name_profile(environ, profile, official),
        Place.CREDENTIALS_FILE: NamedProvider(
            f"profile {plain(profile, 60) or 'default'} of the credentials file {ini_file.name}",
            lambda: official.ProfileCredentialsProvider(profile_name=profile, profile_file=str(ini_file)),
            explain_failure,
        ),
        Place.ECS: NamedProvider(
            "ECS instance role",
            # Without its scheduler thread: it is asked again here, once a minute at most.
            lambda: official.EcsRamRoleCredentialsProvider(
                role_name=ecs_role or value("ECS_METADATA"), async_update_enabled=False
            ),
            lambda error: explain_failure(error, _ASKS["EcsRamRole"]),
        ),
        Place.URI: NamedProvider(
            "URI of ALIBABA_CLOUD_CREDENTIALS_URI",
            lambda: official.URLCredentialsProvider(uri=value("CREDENTIALS_URI")),
            lambda error: explain_failure(error, "the address"),
        ),
    }
    return [(sources[place], absent) for place, absent in find_places(environ, ecs_role).items()]


def list_profile_alone(environ: Mapping[str, str], profile: str) -> list[tuple[NamedProvider, str]]:
    """The named profile of the CLI and no other source, with why it is passed over."""
    source = _name_profile(environ, profile, load_official_providers())
    return [(source, find_places(environ)[Place.CLI_PROFILE])]


def load_official_providers() -> Any:
    """The module of the official providers, made to log nothing and to send its requests by the way of all others."""
    from alibabacloud_credentials import provider as official  # heavy, so imported late

    from ims_mcp.client.provider_requests import lead_providers_out

    silence_libraries()
    lead_providers_out()
    return official


def _name_profile(environ: Mapping[str, str], profile: str, official: Any) -> NamedProvider:
    file = find_config_file(environ) or Path()
    return NamedProvider(
        f"CLI profile {_describe_profile(file, profile)} of ~/.aliyun/config.json",
        lambda: official.CLIProfileCredentialsProvider(profile_name=profile, profile_file=str(file)),
        lambda error: _explain_profile(file, profile, error),
    )


def _describe_profile(file: Path, name: str) -> str:
    """Name and mode, as far as they can be read."""
    try:
        profile = read_profile(file, name)
    except UnreadableConfig:
        return plain(name, 60) or "(current)"
    return f"{plain(profile.name, 60)} ({plain(profile.mode, 40) or 'no mode'})"
