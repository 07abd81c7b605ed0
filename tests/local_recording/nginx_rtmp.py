"""Debian's nginx with its RTMP module as a real server on loopback; installed once where that is possible."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.programs import leave_out

_MODULES = (Path("/usr/lib/nginx/modules/ngx_rtmp_module.so"), Path("/usr/share/nginx/modules/ngx_rtmp_module.so"))
_PACKAGES = ("nginx-light", "libnginx-mod-rtmp")
_CONFIGURATION = """
load_module {module};
daemon off;
master_process off;
worker_processes 1;
error_log {directory}/error.log info;
pid {directory}/nginx.pid;
events {{ worker_connections 128; }}
rtmp {{
  server {{
    listen 127.0.0.1:{port};
    chunk_size 4096;
    access_log off;
    application live {{ live on; publish_notify on; idle_streams off; allow publish 127.0.0.1; allow play 127.0.0.1; }}
  }}
}}
"""


@cache
def _installed() -> tuple[str, Path] | str:
    """The program and the module, or why they cannot be had."""
    if found := _found():
        return found
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return f"Debian: apt install {' '.join(_PACKAGES)}"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in ((apt, "update", "-q"), (apt, "install", "-y", "-q", "--no-install-recommends", *_PACKAGES)):
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            return f"{' '.join(command[:2])} took too long"
    return _found() or f"apt-get install {' '.join(_PACKAGES)} failed: {done.stderr.decode(errors='replace')[-300:]}"


def _found() -> tuple[str, Path] | None:
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    module = next((path for path in _MODULES if path.exists()), None)
    return (program, module) if program and module else None


@contextmanager
def nginx_rtmp(directory: Path) -> Generator[str]:
    """``rtmp://127.0.0.1:PORT/live``, running until it is left. Skips the test, saying why, where there is no nginx."""
    installed = _installed()
    if isinstance(installed, str):
        leave_out("nginx with its RTMP module", installed)
    program, module = installed
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = directory / "nginx.conf"
    text = _CONFIGURATION.format(module=module, directory=directory, port=port)
    configuration.write_text(text, encoding="utf-8")
    command = [program, "-c", str(configuration), "-e", str(directory / "error.log"), "-p", str(directory)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_listens(process, port, directory / "error.log")
        yield f"rtmp://127.0.0.1:{port}/live"
    finally:
        process.terminate()
        process.wait(60)


def is_played(directory: Path, name: str) -> bool:
    """Whether the nginx in ``directory`` was asked to play a stream after its publisher came, as its log tells."""
    log = (directory / "error.log").read_text(encoding="utf-8", errors="replace")
    return log.rfind(f"play: name='{name}'") > log.rfind(f"publish: name='{name}'")


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not listen")
