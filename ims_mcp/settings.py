"""Settings: everything that can be chosen from outside, read once from options and environment, then frozen."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ims_mcp.errors import ImsError
from ims_mcp.loopback import is_loopback

DEFAULT_REGION = "cn-shanghai"
DEFAULT_TIMEOUT_SECONDS = 30.0
# Everything the environment can set, so that `doctor` and the README can list it.
ENVIRONMENT = {
    "IMS_MCP_REGION": "region of IMS; ALIBABA_CLOUD_REGION_ID is read as well",
    "IMS_MCP_ENDPOINT": "endpoint in place of the region's own: https://ice-vpc.cn-shanghai.aliyuncs.com, http://127.0.0.1:9527",
    "IMS_MCP_TOOLSETS": "toolsets to list, comma-separated: core (default), all, or names",
    "IMS_MCP_TOOLS": "single tools to list as well",
    "IMS_MCP_EXCLUDE_TOOLS": "tools not to list",
    "IMS_MCP_READ_ONLY": "1 refuses every operation that changes anything",
    "IMS_MCP_ALLOW_DESTRUCTIVE": "1 runs destructive operations without asking, for clients that cannot ask",
    "IMS_MCP_DATA_DIR": "where the embedded IMS keeps its state",
    "IMS_MCP_STATE_DIR": "where transfers are written down, so that they can go on after a restart",
    "IMS_MCP_UPLOAD_DIRS": "directories files may be uploaded from, separated as in PATH; none: no uploads",
    "IMS_MCP_MAX_UPLOAD_BYTES": "largest file that may be uploaded",
    "IMS_MCP_TIMEOUT_SECONDS": "deadline of one call, retries included (default 30)",
    "IMS_MCP_ECS_ROLE": "name of the ECS instance role to take credentials from; never asked unless set",
    "IMS_MCP_LOG_LEVEL": "debug, info, warning (default) or error; logs go to stderr",
}

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_LOG_LEVELS = ("debug", "info", "warning", "error")
_REGION = re.compile(r"[a-z]{2}-[a-z0-9-]{2,40}")


class SettingsError(ImsError):
    """A setting cannot be used; the text names it, its value and what would do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Built by :func:`read_settings`; nothing in it is a secret."""

    region: str = DEFAULT_REGION
    endpoint: str | None = None
    read_only: bool = False
    allow_destructive: bool = False
    local: bool = False
    data_dir: Path = field(default_factory=lambda: default_data_dir({}))
    state_dir: Path = field(default_factory=lambda: default_state_dir({}))
    upload_dirs: tuple[Path, ...] = ()
    toolsets: tuple[str, ...] = ("core",)
    tools: tuple[str, ...] = ()
    exclude_tools: tuple[str, ...] = ()
    max_upload_bytes: int | None = None
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    max_wait_seconds: float | None = None
    ecs_role: str | None = None
    log_level: str = "warning"

    def at(self, endpoint: str) -> Settings:
        """The same settings, pointed at another endpoint."""
        return replace(self, endpoint=checked_endpoint(endpoint))

    @property
    def service(self) -> str:
        """Which IMS this is, by a name that stays the same when an embedded one moves to another port."""
        return f"local:{self.data_dir}" if self.local else self.endpoint_url

    @property
    def oss_endpoint_url(self) -> str:
        """OSS beside this IMS: the region's own, or the embedded one, which is the same server."""
        if self.endpoint is not None and is_loopback(urlsplit(self.endpoint).hostname or ""):
            return self.endpoint
        return f"https://oss-{self.region}.aliyuncs.com"

    @property
    def endpoint_url(self) -> str:
        """Scheme and host calls go to; the region's public endpoint unless one was named."""
        # The SDK's own map sends most regions to ice.aliyuncs.com; the documents name one host a region.
        return self.endpoint or f"https://ice.{self.region}.aliyuncs.com"


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """``$XDG_DATA_HOME/ims-mcp``, or ``~/.local/share/ims-mcp``."""
    base = environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "ims-mcp"


def default_state_dir(environ: Mapping[str, str]) -> Path:
    """``$XDG_STATE_HOME/ims-mcp``, or ``~/.local/state/ims-mcp``."""
    base = environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "ims-mcp"


def checked_endpoint(value: str) -> str:
    """The endpoint as ``scheme://host[:port]``. A bare host means https; plain http is for loopback only."""
    text = value.strip().rstrip("/")
    if "://" not in text:
        text = f"https://{text}"
    parts = urlsplit(text)
    try:
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if parts.scheme not in ("http", "https") or not host or parts.path or parts.query or parts.username:
        raise SettingsError(
            f"The endpoint {value!r} is not a host.",
            next_step="Give scheme, host and port only, such as https://ice.cn-shanghai.aliyuncs.com.",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(
            f"The endpoint {value!r} would send calls unencrypted.",
            next_step="Use https; plain http is accepted for 127.0.0.1 only.",
        )
    return text


def _flag(name: str, value: str) -> bool:
    lowered = value.strip().lower()
    if lowered in _TRUE or lowered in _FALSE:
        return lowered in _TRUE
    raise SettingsError(f"{name} is {value!r}.", next_step="Set it to 1 or 0.")


def read_settings(environ: Mapping[str, str], **options: Any) -> Settings:
    """Options (None means not given) win over the environment, the environment over the defaults.

    Raises SettingsError for a value that cannot be used.
    """

    def given(option: str, *names: str) -> Any:
        if options.get(option) is not None:
            return options[option]
        return next((environ[name] for name in names if environ.get(name)), None)

    region = str(given("region", "IMS_MCP_REGION", "ALIBABA_CLOUD_REGION_ID") or DEFAULT_REGION)
    if not _REGION.fullmatch(region):
        raise SettingsError(f"The region {region!r} is not a region id.", next_step="Name one such as cn-shanghai.")
    endpoint = given("endpoint", "IMS_MCP_ENDPOINT")
    timeout = given("timeout_seconds", "IMS_MCP_TIMEOUT_SECONDS")
    try:
        timeout_seconds = DEFAULT_TIMEOUT_SECONDS if timeout is None else float(timeout)
    except ValueError:
        timeout_seconds = 0.0
    if not 0 < timeout_seconds <= 3600:
        raise SettingsError(f"The timeout {timeout!r} is not a number of seconds.", next_step="Give 1 to 3600.")
    log_level = str(given("log_level", "IMS_MCP_LOG_LEVEL") or "warning").lower()
    if log_level not in _LOG_LEVELS:
        raise SettingsError(f"The log level {log_level!r} is unknown.", next_step=f"Use {', '.join(_LOG_LEVELS)}.")
    data_dir = given("data_dir", "IMS_MCP_DATA_DIR")
    state_dir = given("state_dir", "IMS_MCP_STATE_DIR")
    ecs_role = given("ecs_role", "IMS_MCP_ECS_ROLE", "ALIBABA_CLOUD_ECS_METADATA")
    return Settings(
        region=region,
        endpoint=checked_endpoint(str(endpoint)) if endpoint else None,
        read_only=_option_flag(options, environ, "read_only", "IMS_MCP_READ_ONLY"),
        allow_destructive=_option_flag(options, environ, "allow_destructive", "IMS_MCP_ALLOW_DESTRUCTIVE"),
        local=bool(options.get("local")),
        data_dir=Path(str(data_dir)).expanduser().absolute() if data_dir else default_data_dir(environ),
        state_dir=Path(str(state_dir)).expanduser().absolute() if state_dir else default_state_dir(environ),
        upload_dirs=_upload_dirs(options.get("upload_dir") or environ.get("IMS_MCP_UPLOAD_DIRS", "").split(os.pathsep)),
        toolsets=_names(given("toolsets", "IMS_MCP_TOOLSETS")) or ("core",),
        tools=_names(given("tools", "IMS_MCP_TOOLS")),
        exclude_tools=_names(given("exclude_tools", "IMS_MCP_EXCLUDE_TOOLS")),
        max_upload_bytes=_max_upload_bytes(given("max_upload_bytes", "IMS_MCP_MAX_UPLOAD_BYTES")),
        timeout_seconds=timeout_seconds,
        ecs_role=str(ecs_role) if ecs_role else None,
        log_level=log_level,
    )


def _names(value: Any) -> tuple[str, ...]:
    """A comma-separated list of names."""
    return tuple(name for part in str(value or "").split(",") if (name := part.strip()))


def _upload_dirs(names: Sequence[str]) -> tuple[Path, ...]:
    """The directories with every symbolic link in their own path followed: below them none is."""
    found: list[Path] = []
    for name in names:
        if not name.strip():
            continue
        directory = Path(name).expanduser()
        if not directory.is_dir():
            raise SettingsError(f"The upload directory {name!r} does not exist.", next_step="Name a directory.")
        found.append(directory.resolve())
    return tuple(dict.fromkeys(found))


def _max_upload_bytes(value: Any) -> int | None:
    if value is None:
        return None
    try:
        limit = int(value)
    except ValueError:
        limit = 0
    if limit <= 0:
        raise SettingsError(f"The upload limit {value!r} is not a number of bytes.", next_step="Give 1 or more.")
    return limit


def _option_flag(options: Mapping[str, Any], environ: Mapping[str, str], option: str, name: str) -> bool:
    # An option that was not given on a command line is False there: it cannot switch the environment off.
    return bool(options.get(option)) or _flag(name, environ.get(name, ""))
