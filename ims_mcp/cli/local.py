"""``ims-mcp local``: the embedded IMS in the foreground, and the lines that point any client at it."""

from __future__ import annotations

import argparse
import os

from ims_mcp.cli.embedded import local_key_pair
from ims_mcp.errors import LocalImsError
from ims_mcp.settings import Settings


def local(settings: Settings, options: argparse.Namespace) -> int:
    """Run until interrupted. Raises LocalImsError where the extra is missing or the data directory is in use."""
    try:
        from ims_mcp.local.app import serve
    except ModuleNotFoundError as missing:
        raise LocalImsError(
            f"The embedded IMS needs the Python package {missing.name}, which is not installed.",
            next_step="Install the extra: pip install 'ims-mcp[local]'.",
        ) from missing
    access_key_id, access_key_secret = local_key_pair(os.environ)

    def ready(endpoint: str) -> None:
        print(environment_lines(settings, endpoint, access_key_id, access_key_secret), flush=True)

    serve(
        settings.data_dir,
        port=options.port,
        settle=_seconds("settle time", options.settle, "IMS_MCP_LOCAL_SETTLE", 2.0, least=0),
        region=settings.region,
        access_key_id=access_key_id,
        access_key_secret=access_key_secret,
        on_ready=ready,
        credential_seconds=options.credential_seconds,
        record_patience_seconds=_seconds("patience", options.record_patience, "IMS_MCP_LOCAL_RECORD_PATIENCE", 180.0),
        exit_with_parent=options.exit_with_parent,
    )
    return 0


def _seconds(what: str, given: str | None, variable: str, default: float, *, least: float = 0.1) -> float:
    """The option, else the environment variable (for an embedded IMS that another command starts), else the default."""
    value = given or os.environ.get(variable) or str(default)
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not least <= seconds <= 86_400:
        raise LocalImsError(f"The {what} {value!r} is not a number of seconds.", next_step=f"Give {least:g} to 86400.")
    return seconds


def environment_lines(settings: Settings, endpoint: str, access_key_id: str, access_key_secret: str) -> str:
    """Shell lines after which the official SDKs, ossutil, oss2 and this project talk to the embedded IMS."""
    host = endpoint.partition("://")[2]
    return "\n".join(
        (
            f"# embedded IMS and OSS at {endpoint}, data in {settings.data_dir}",
            f"export ALIBABA_CLOUD_ACCESS_KEY_ID={access_key_id}",
            f"export ALIBABA_CLOUD_ACCESS_KEY_SECRET={access_key_secret}",
            f"export ALIBABA_CLOUD_REGION_ID={settings.region}",
            f"export IMS_MCP_ENDPOINT={endpoint}",
            f"# official SDK: Config(endpoint={host!r}, protocol='http')",
            f"# oss2: Bucket(auth, {endpoint!r}, 'local-media')",
        )
    )
