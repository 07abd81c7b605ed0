"""Where credentials are looked for, and the profile of the Alibaba Cloud CLI that is chosen: its name, mode and region.

The keys themselves are left to the official library.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

_MAX_FILE_BYTES = 4 * 1024**2
MODES = frozenset(
    {"AK", "StsToken", "RamRoleArn", "ChainableRamRoleArn", "EcsRamRole", "OIDC", "CloudSSO", "OAuth", "External"}
)
"""The modes the official library gets credentials from."""


class Place(StrEnum):
    """A place credentials are looked for in; the order is that of the official library."""

    ENVIRONMENT = "environment"
    OIDC = "oidc"
    CLI_PROFILE = "cli profile"
    CREDENTIALS_FILE = "credentials file"
    ECS = "ecs"
    URI = "uri"


class UnreadableConfig(ValueError):
    """Why nothing can be read from ``~/.aliyun/config.json``; the text is the end of a sentence about it."""


@dataclass(frozen=True, slots=True)
class AliyunProfile:
    """``login_mode``: of a profile that builds on others (``source_profile``), the mode of the one at the bottom."""

    name: str
    mode: str
    region_id: str = ""
    login_mode: str = ""
    login_name: str = ""


def find_home(environ: Mapping[str, str]) -> Path | None:
    """HOME of ``environ``, else the home directory of this user; None where nobody knows one."""
    if home := environ.get("HOME", "").strip():
        return Path(home)
    try:
        return Path.home()
    except RuntimeError:  # no HOME, and a user id without an entry
        return None


def find_config_file(environ: Mapping[str, str]) -> Path | None:
    """Where the CLI keeps its profiles; None without a home directory."""
    home = find_home(environ)
    return None if home is None else home / ".aliyun" / "config.json"


def find_credentials_file(environ: Mapping[str, str]) -> Path | None:
    """The INI file of the official library; None without a home directory."""
    if named := environ.get("ALIBABA_CLOUD_CREDENTIALS_FILE", "").strip():
        return Path(named)
    home = find_home(environ)
    return None if home is None else home / ".alibabacloud" / "credentials.ini"


def read_profile(file: Path, name: str) -> AliyunProfile:
    """The profile called ``name``, or the current one for an empty name. Raises UnreadableConfig."""
    config = _read_config(file)
    chosen = name or _read_text(config, "current")
    if not chosen:
        raise UnreadableConfig("the file names no current profile")
    profiles = config.get("profiles")
    rows = cast("list[Any]", profiles) if isinstance(profiles, list) else []
    by_name: dict[str, dict[str, Any]] = {}
    for row in rows:
        if isinstance(row, dict):
            profile = cast("dict[str, Any]", row)
            by_name.setdefault(_read_text(profile, "name"), profile)
    if chosen not in by_name:
        raise UnreadableConfig("there is no such profile in the file")
    bottom, passed = chosen, {chosen}
    while (source := _read_text(by_name[bottom], "source_profile")) in by_name and source not in passed:
        bottom = source
        passed.add(source)
    found = by_name[chosen]
    return AliyunProfile(
        chosen, _read_text(found, "mode"), _read_text(found, "region_id"), _read_text(by_name[bottom], "mode"), bottom
    )


def find_places(environ: Mapping[str, str], ecs_role: str | None = None) -> dict[Place, str]:
    """Every place in its order, with the reason why it is passed over; empty where it is asked.

    Two things differ from the library's own chain: the metadata service of ECS is asked only where a role is named,
    since off ECS its address never answers, and what chooses is read from ``environ`` now and not at its import.
    """

    def unset(*names: str) -> list[str]:
        return [name for name in names if not environ.get(name, "").strip()]

    def switched_off(name: str) -> str:
        return f"switched off by {name}" if environ.get(name, "").strip().lower() == "true" else ""

    no_keys = unset("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    no_oidc = unset("ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE")
    no_ecs = "" if ecs_role or not unset("ALIBABA_CLOUD_ECS_METADATA") else "not asked for (--ecs-role)"
    return {
        Place.ENVIRONMENT: f"{' and '.join(no_keys)} not set" if no_keys else "",
        Place.OIDC: "not set up" if no_oidc else "",
        Place.CLI_PROFILE: switched_off("ALIBABA_CLOUD_CLI_PROFILE_DISABLED")
        or _explain_missing(find_config_file(environ)),
        Place.CREDENTIALS_FILE: _explain_missing(find_credentials_file(environ)),
        Place.ECS: switched_off("ALIBABA_CLOUD_ECS_METADATA_DISABLED") or no_ecs,
        Place.URI: "not set" if unset("ALIBABA_CLOUD_CREDENTIALS_URI") else "",
    }


def find_profile_in_use(environ: Mapping[str, str]) -> AliyunProfile | None:
    """The profile that credentials will come from; None where they come from elsewhere, or it cannot be read."""
    first = next((place for place, absent in find_places(environ).items() if not absent), None)
    file = find_config_file(environ)
    if first is not Place.CLI_PROFILE or file is None:
        return None
    try:
        profile = read_profile(file, environ.get("ALIBABA_CLOUD_PROFILE", "").strip())
    except UnreadableConfig:
        return None
    return profile if profile.mode in MODES else None


def _explain_missing(file: Path | None) -> str:
    if file is None:
        return "this user has no home directory"
    try:
        return "" if file.is_file() else "there is no such file"
    except OSError as error:
        return f"the file cannot be looked at ({error.strerror})"


def _read_config(file: Path) -> dict[str, Any]:
    try:
        if not file.is_file():  # to open a pipe may take for ever
            raise UnreadableConfig("there is no such file")
        with file.open("rb") as opened:
            content = opened.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UnreadableConfig(f"the file cannot be read ({error.strerror or type(error).__name__})") from None
    if len(content) > _MAX_FILE_BYTES:
        raise UnreadableConfig("the file is far too large for profiles")
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # The library would have to read it too, and to write it back.
        raise UnreadableConfig("the file begins with a byte order mark; save it as UTF-8 without one (BOM)")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableConfig("the file is not UTF-8 (GBK, perhaps); save it as UTF-8") from None
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableConfig(f"the file is not valid JSON{line}") from None
    if not isinstance(config, dict):
        raise UnreadableConfig("the file holds no JSON object")
    return cast("dict[str, Any]", config)


def _read_text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""
