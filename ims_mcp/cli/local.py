"""``ims-mcp local``: the embedded IMS in the foreground, and the lines that point any client at it."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Mapping

from ims_mcp.cli.embedded import IN_USE_EXIT, read_local_key_pair
from ims_mcp.cli.endings import explain_extra
from ims_mcp.errors import LocalImsError
from ims_mcp.local.isolation import KEY_VARIABLES, isolate_this_process
from ims_mcp.settings import Settings, read_seconds

_LONGEST_SECONDS = 86_400.0


def local(settings: Settings, options: argparse.Namespace) -> int:
    """Run until interrupted. Raises LocalImsError where the extra is missing or the data directory is not to be had."""
    environ = dict(os.environ)
    access_key_id, access_key_secret = read_local_key_pair(environ)
    processing_delay = _read_duration(
        "--processing-delay", options.processing_delay, "IMS_MCP_LOCAL_PROCESSING_DELAY", 2.0, least=0
    )
    credential_seconds = _read_duration("--credential-seconds", options.credential_seconds, None, 3000.0, least=1)
    reconnect_timeout = _read_duration(
        "--reconnect-timeout", options.reconnect_timeout, "IMS_MCP_LOCAL_RECONNECT_TIMEOUT", 180.0, least=0.1
    )
    # From here on nothing that runs below this process has the user's credentials, or code from where it was started.
    isolate_this_process()
    try:
        from ims_mcp.local.app import LocalIms, serve
        from ims_mcp.local.data_dir import DataDirInUse
    except ModuleNotFoundError as missing:
        raise LocalImsError(
            f"The embedded IMS needs the Python package {missing.name}, which is not installed.",
            next_step=explain_extra(),
        ) from missing

    def ready(endpoint: str) -> None:
        print(format_environment(settings, endpoint, access_key_id, access_key_secret, environ), flush=True)

    try:
        ims = LocalIms(
            settings.data_dir,
            processing_delay_seconds=processing_delay,
            region=settings.region,
            access_key_id=access_key_id,
            access_key_secret=access_key_secret,
            credential_seconds=credential_seconds,
            reconnect_timeout_seconds=reconnect_timeout,
        )
        serve(ims, port=options.port, on_ready=ready, exit_with_parent=options.exit_with_parent)
    except DataDirInUse as in_use:
        if not options.exit_with_parent:
            raise
        print(in_use.explain(), file=sys.stderr)
        return IN_USE_EXIT
    return 0


def _read_duration(option: str, given: str | None, variable: str | None, default: float, *, least: float) -> float:
    """The option, else the environment variable (for an embedded IMS that another command starts), else the default."""
    name, value = option, given
    if value is None and variable is not None and os.environ.get(variable):
        name, value = variable, os.environ[variable]
    return default if value is None else read_seconds(name, value, _LONGEST_SECONDS, least)


def format_environment(
    settings: Settings, endpoint: str, access_key_id: str, access_key_secret: str, environ: Mapping[str, str]
) -> str:
    """Shell lines after which the official SDKs, ossutil, oss2 and this project talk to the embedded IMS.

    What the user has set in the environment is named, not repeated.
    """
    host = endpoint.partition("://")[2]
    pair = zip(KEY_VARIABLES, (access_key_id, access_key_secret), strict=True)
    key_id, key_secret = (f'"${name}"' if environ.get(name) else shlex.quote(value) for name, value in pair)
    return "\n".join(
        (
            f"# embedded IMS and OSS at {endpoint}, data in {str(settings.data_dir)!r}",
            f"export ALIBABA_CLOUD_ACCESS_KEY_ID={key_id}",
            f"export ALIBABA_CLOUD_ACCESS_KEY_SECRET={key_secret}",
            f"export ALIBABA_CLOUD_REGION_ID={shlex.quote(settings.region)}",
            f"export IMS_MCP_ENDPOINT={endpoint}",
            f"# official SDK: Config(endpoint={host!r}, protocol='http')",
            f"# oss2: Bucket(auth, {endpoint!r}, 'local-media')",
        )
    )
