"""Settings: everything that can be chosen from outside, read once from options and environment, then frozen."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, overload
from urllib.parse import urlsplit

from ims_mcp.aliyun_profile import find_home, find_profile_in_use
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback

DEFAULT_REGION = "cn-shanghai"
DEFAULT_TIMEOUT_SECONDS = 30.0
MAX_WAIT_SECONDS = 45.0
"""No call waits longer, whatever is set: clients give up at 60 s, and progress does not always reset their timer."""
# Everything the environment can set, and what README says of it. IMS_MCP_DATA_DIR is --data-dir, and so on.
ENVIRONMENT = {
    "IMS_MCP_REGION": "region of IMS; else ALIBABA_CLOUD_REGION_ID, the endpoint's or the CLI profile's region counts",
    "IMS_MCP_ENDPOINT": "endpoint in place of the region's own: https://ice-vpc.cn-shanghai.aliyuncs.com, http://127.0.0.1:9527",
    "IMS_MCP_OSS_ENDPOINT": "endpoint of OSS in place of the region's own, for uploads to buckets of your own",
    "IMS_MCP_TOOLSETS": "toolsets to list, comma-separated: core (default), all, or names",
    "IMS_MCP_TOOLS": "single tools to list as well",
    "IMS_MCP_EXCLUDE_TOOLS": "tools not to list",
    "IMS_MCP_READ_ONLY": "1 refuses every operation that changes anything",
    "IMS_MCP_ALLOW_DESTRUCTIVE": "1 runs destructive operations without asking, for clients that cannot ask",
    "IMS_MCP_ASK": "who asks before a destructive call: auto (default: the client, else a page), form (the client) or "
    "page (always one, that wants a PIN)",
    "IMS_MCP_PINS": "file of the PINs by which people approve calls; written by `ims-mcp pin set`",
    "IMS_MCP_CONFIG": "TOML file of accounts and of who may do what in them; `ims-mcp config check` reads it",
    "IMS_MCP_DATA_DIR": "where the embedded IMS keeps its state",
    "IMS_MCP_STATE_DIR": "where transfers are written down, so that they can go on after a restart",
    "IMS_MCP_UPLOAD_DIRS": "directories files may be uploaded from, separated as in PATH; none: no uploads",
    "IMS_MCP_MAX_UPLOAD_BYTES": "largest file that may be uploaded",
    "IMS_MCP_TIMEOUT_SECONDS": "deadline of one call, retries included (default 30)",
    "IMS_MCP_MAX_WAIT_SECONDS": "longest time one call waits for a job, 1 to 45; unset: by what the client allows",
    "IMS_MCP_ECS_ROLE": "name of the ECS instance role to take credentials from; never asked unless set",
    "IMS_MCP_LANGUAGE": "language of questions to the user: en, zh, or auto (default): Chinese where the call is",
    "IMS_MCP_AUDIT": "file to which a line is added for every call that changes something; - is stdout, over HTTP",
    "IMS_MCP_REDIS_URL": "with --http: the Redis that replicas share, such as rediss://USER:PASSWORD@HOST:6379/0",
    "IMS_MCP_LOG_LEVEL": "debug, info, warning (default) or error; logs go to stderr",
}
# Variables of others that count as well.
_ALSO = {"region": "ALIBABA_CLOUD_REGION_ID", "ecs_role": "ALIBABA_CLOUD_ECS_METADATA"}

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
Language = Literal["auto", "en", "zh"]
"""Of questions to the user."""
AskWay = Literal["auto", "form", "page"]
"""How the user is asked: by their client, on a page, or on a page where the client cannot."""
_LANGUAGES: tuple[Language, ...] = get_args(Language)
_ASK_WAYS: tuple[AskWay, ...] = get_args(AskWay)
_LOG_LEVELS = ("debug", "info", "warning", "error")
_CHOICES = {
    "language": ("The language", _LANGUAGES),
    "ask": ("The way to ask", _ASK_WAYS),
    "log_level": ("The log level", _LOG_LEVELS),
}
REGION_ID = re.compile(r"[a-z]{2}-[a-z0-9-]{2,40}")
# ice.cn-shanghai.aliyuncs.com, ice-vpc.cn-shanghai.aliyuncs.com
_REGIONAL_HOST = re.compile(r"ice(?P<vpc>-vpc)?\.(?P<region>[a-z0-9-]+)\.aliyuncs\.com")


class SettingsError(ImsError):
    """A setting cannot be used; the text names it, its value and what would do."""


class _OwnDirectory:
    """A directory setting, named or looked for when it is first needed: not every user has a home directory, and not
    every command needs one."""

    def __init__(self, kind: str, variable: str, usual: str) -> None:
        self._kind, self._variable, self._usual = kind, variable, usual

    @overload
    def __get__(self, instance: None, owner: type) -> None: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Path: ...
    def __get__(self, instance: object | None, owner: type) -> Path | None:
        if instance is None:
            return None  # the default the dataclass sees
        named: Path | None = vars(instance)[self._kind]
        return self.locate({}) if named is None else named

    def __set__(self, instance: object, value: Path | None) -> None:
        vars(instance)[self._kind] = value

    def locate(self, environ: Mapping[str, str]) -> Path:
        """``$XDG_DATA_HOME/ims-mcp``, or ``~/.local/share/ims-mcp``. Raises SettingsError without a home directory."""
        base = Path(environ.get(self._variable) or "")
        if not base.is_absolute():  # which the XDG rules want to be passed over
            home = find_home({})
            if home is None:
                raise SettingsError(
                    f"Nothing says where {self._kind} may be kept: HOME is not set and this user has no home "
                    "directory.",
                    next_step=f"Name a directory with --{self._kind}-dir or IMS_MCP_{self._kind.upper()}_DIR, or set "
                    "HOME.",
                )
            base = home / self._usual
        return base / "ims-mcp"


_DATA_DIR = _OwnDirectory("data", "XDG_DATA_HOME", ".local/share")
_STATE_DIR = _OwnDirectory("state", "XDG_STATE_HOME", ".local/state")


@dataclass(frozen=True)
class Settings:
    """Built by :func:`read_settings`; nothing in it is a secret but a password in ``redis_url``.

    ``data_dir`` and ``state_dir`` raise SettingsError where they are needed and nobody knows where they could be.
    """

    region: str = DEFAULT_REGION
    region_source: str = "default"
    """What named the region: an option or variable, "the endpoint", "CLI profile NAME", or "default"."""
    endpoint: str | None = None
    oss_endpoint: str | None = None
    read_only: bool = False
    allow_destructive: bool = False
    local: bool = False
    config: Path | None = None
    data_dir: _OwnDirectory = _DATA_DIR
    state_dir: _OwnDirectory = _STATE_DIR
    upload_dirs: tuple[Path, ...] = ()
    upload_dir_problems: tuple[str, ...] = ()
    """Upload directories that were named and cannot be used, each with the reason."""
    toolsets: tuple[str, ...] = ("core",)
    tools: tuple[str, ...] = ()
    exclude_tools: tuple[str, ...] = ()
    max_upload_bytes: int | None = None
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    max_wait_seconds: float | None = None
    ecs_role: str | None = None
    language: Language = "auto"
    ask: AskWay = "auto"
    pins: Path | None = None
    audit: str | None = None
    """A path, or ``-`` for stdout."""
    log_level: str = "warning"
    redis_url: str | None = field(default=None, repr=False)

    @property
    def service(self) -> str:
        """Which IMS this is, by a name that stays the same when an embedded one moves to another port."""
        return f"local:{self.data_dir}" if self.local else self.endpoint_url

    @property
    def oss_endpoint_url(self) -> str:
        """OSS beside this IMS: the one named, the embedded one (the same server), or the region's, inside a VPC too."""
        if self.oss_endpoint is not None:
            return self.oss_endpoint
        host = urlsplit(self.endpoint or "").hostname or ""
        if self.endpoint is not None and is_loopback(host):
            return self.endpoint
        inside = _REGIONAL_HOST.fullmatch(host)
        return f"https://oss-{self.region}{'-internal' if inside and inside['vpc'] else ''}.aliyuncs.com"

    @property
    def endpoint_url(self) -> str:
        """Scheme and host calls go to; the region's public endpoint unless one was named."""
        # The SDK's own map sends most regions to ice.aliyuncs.com; the documents name one host a region.
        return self.endpoint or f"https://ice.{self.region}.aliyuncs.com"

    @property
    def warnings(self) -> list[str]:
        """What is allowed and yet hardly meant, a sentence each."""
        found: list[str] = []
        regional = _REGIONAL_HOST.fullmatch(urlsplit(self.endpoint or "").hostname or "")
        if regional is not None and regional["region"] != self.region and not self.local:
            found.append(
                f"The endpoint {self.endpoint} is in {regional['region']}, but the region is {self.region} "
                f"({self.region_source}): calls go there, uploads to your own buckets to {self.oss_endpoint_url}."
            )
        home = find_home(os.environ)
        holding = [] if home is None else [(real := Path(os.path.realpath(home))), *real.parents]
        for directory in self.upload_dirs:
            shown = plain(str(directory), 300)
            if directory == Path(directory.anchor):
                found.append(f"The upload directory {shown} is this whole machine: any file may be uploaded.")
            elif directory in holding:
                found.append(f"The upload directory {shown} holds your whole home directory, keys included.")
        return found

    def check_upload_dirs(self) -> None:
        """Raises SettingsError where an upload directory that was named cannot be used."""
        if self.upload_dir_problems:
            raise SettingsError(
                " ".join(self.upload_dir_problems),
                next_step="Name directories that exist, with --upload-dir or IMS_MCP_UPLOAD_DIRS.",
            )


def shown_address(value: str) -> str:
    """A URL or host as it can be shown: scheme, host and port; nothing that may be a password, a path or a query."""
    scheme, separator, rest = value.strip().partition("://")
    if not separator:
        rest = value.strip()
    place = re.split(r"[/?#\\]", rest.rpartition("@")[2], maxsplit=1)[0]
    if "@" not in rest and not place.startswith("["):
        place = re.sub(r":(?!\d{1,6}$).*", ":…", place)
    beginning = f"{scheme}://" if separator and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,20}", scheme) else ""
    return f"“{plain(beginning + place, 100)}”"


def checked_endpoint(value: str, what: str = "endpoint") -> str:
    """The endpoint as ``scheme://host[:port]``. A bare host means https; plain http is for loopback only."""
    text = value.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    good = host and (":" in host or re.fullmatch(r"[A-Za-z0-9._-]+", host)) and port != 0
    if "@" in text:
        raise SettingsError(
            f"The {what} {shown_address(text)} was given with a user or a password before it.",
            next_step="Give scheme, host and port only: credentials come from the credentials provider.",
        )
    if any(character.isspace() or not character.isprintable() for character in text):
        good = False  # which urlsplit would leave out
    if parts.scheme not in ("http", "https") or not good or parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingsError(
            f"The {what} {shown_address(text)} is not a host.",
            next_step="Give scheme, host and port only, such as https://ice.cn-shanghai.aliyuncs.com.",
        )
    if parts.scheme == "http" and not is_loopback(host or ""):
        raise SettingsError(
            f"The {what} {shown_address(text)} would send calls unencrypted.",
            next_step="Use https; plain http is accepted for 127.0.0.1 only.",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _quote(value: object) -> str:
    return f"“{plain(str(value), 60)}”"


def _read_flag(value: Any, source: str) -> bool:
    lowered = str(value).strip().lower()
    if lowered in _TRUE or lowered in _FALSE:
        return lowered in _TRUE
    raise SettingsError(f"{source} is {_quote(value)}.", next_step="Set it to 1 or 0.")


def _read_path(value: Any, source: str) -> Path:
    try:
        return Path(str(value)).expanduser().absolute()
    except (RuntimeError, OSError) as error:  # no home directory, or no current one
        raise SettingsError(
            f"{source} is {_quote(value)}, and where that is cannot be found out ({plain(str(error), 100)}).",
            next_step="Give the whole path.",
        ) from None


def _read_choice(value: Any, what: str, choices: tuple[str, ...]) -> str:
    wanted = str(value).strip().lower()
    if wanted not in choices:
        raise SettingsError(f"{what} {_quote(wanted)} is unknown.", next_step=f"Use {', '.join(choices)}.")
    return wanted


def _find_region(environ: Mapping[str, str], endpoint: str | None, *, local: bool) -> tuple[str, str]:
    """The region where nobody names one, and what it was taken from."""
    if local:
        return DEFAULT_REGION, "default"
    regional = _REGIONAL_HOST.fullmatch(urlsplit(endpoint or "").hostname or "")
    if regional is not None and REGION_ID.fullmatch(regional["region"]):
        return regional["region"], "the endpoint"
    profile = find_profile_in_use(environ)
    if profile is not None and REGION_ID.fullmatch(profile.region_id):
        return profile.region_id, f"CLI profile {plain(profile.name, 60)}"
    return DEFAULT_REGION, "default"


def read_seconds(what: str, value: Any, most: float, least: float = 1) -> float:
    """A number of seconds; NaN and infinity are no numbers here. Raises SettingsError."""
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        seconds = math.nan
    if not least <= seconds <= most:
        raise SettingsError(
            f"The {what} {_quote(value)} is not a number of seconds.", next_step=f"Give {least:g} to {most:g}."
        )
    return seconds


def _find_upload_dirs(names: Sequence[str]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The directories, with every symbolic link in their own path followed (below them none is); and what is wrong with
    the others."""
    found: list[Path] = []
    problems: list[str] = []
    for name in names:
        if not name.strip():
            continue
        try:
            directory = Path(name).expanduser()
            if directory.is_dir():
                found.append(directory.resolve())
                continue
            why = "is not a directory" if directory.exists() else "does not exist"
        except (OSError, RuntimeError, ValueError) as error:
            why = f"cannot be used ({plain(str(error), 100)})"
        problems.append(f"The upload directory {_quote(name)} {why}.")
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(problems))


def _read_upload_limit(value: Any) -> int:
    try:
        limit = int(value)
    except (ValueError, OverflowError):
        limit = 0
    if not 0 < limit < 2**63:
        raise SettingsError(
            f"The upload limit {_quote(value)} is not a number of bytes.", next_step="Give 1 or more, in digits."
        )
    return limit


def read_settings(environ: Mapping[str, str], **options: Any) -> Settings:
    """Options win over the environment, the environment over the defaults; None, False and what is empty are not given.

    Raises SettingsError for a value that cannot be used.
    """
    chosen: dict[str, Any] = {"local": bool(options.get("local"))}
    sources: dict[str, str] = {}
    for variable in ENVIRONMENT:
        option = variable.removeprefix("IMS_MCP_").lower()
        # An option that was not given on a command line is False there: it cannot switch the environment off.
        given = [(options.get(option), f"--{option.replace('_', '-')}")]
        given += [(environ.get(name), name) for name in (variable, _ALSO.get(option, variable))]
        for value, source in given:
            if value is not None and value is not False and value not in ("", []):
                chosen[option], sources[option] = _read(option, value, source), source
                break
    for option, directory in (("data_dir", _DATA_DIR), ("state_dir", _STATE_DIR)):
        if option not in chosen:
            with suppress(SettingsError):  # said when it is needed
                chosen[option] = directory.locate(environ)
    region, region_source = chosen.get("region"), sources.get("region", "")
    if not region:
        region, region_source = _find_region(environ, chosen.get("endpoint"), local=chosen["local"])
    if not REGION_ID.fullmatch(region):
        raise SettingsError(
            f"The region {_quote(region)} ({region_source}) is not a region id.",
            next_step="Name one such as cn-shanghai.",
        )
    chosen |= {"region": region, "region_source": region_source}
    chosen["upload_dirs"], problems = _find_upload_dirs(chosen.get("upload_dirs", ()))
    return Settings(**chosen, upload_dir_problems=problems)


def _read(option: str, value: Any, source: str) -> Any:
    """A value as :class:`Settings` holds it; ``source`` is the option or variable it comes from."""
    match option:
        case "endpoint":
            return checked_endpoint(str(value))
        case "oss_endpoint":
            return checked_endpoint(str(value), "OSS endpoint")
        case "toolsets" | "tools" | "exclude_tools":
            names = tuple(name for part in str(value).split(",") if (name := part.strip()))
            return names or (("core",) if option == "toolsets" else ())
        case "read_only" | "allow_destructive":
            return _read_flag(value, source)
        case "data_dir" | "state_dir" | "config" | "pins":
            return _read_path(value, source)
        case "upload_dirs":
            return value.split(os.pathsep) if isinstance(value, str) else value
        case "max_upload_bytes":
            return _read_upload_limit(value)
        case "timeout_seconds":
            return read_seconds("timeout", value, 3600, 0.001)
        case "max_wait_seconds":
            return read_seconds("longest wait", value, MAX_WAIT_SECONDS)
        case "language" | "ask" | "log_level":
            return _read_choice(value, *_CHOICES[option])
        case _:
            return str(value).strip()
