"""nginx with the site of ``examples/deploy``, two replicas, Redis and one embedded IMS: processes on loopback."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.cli.running import clean_environment, run
from tests.http.served import KEY
from tests.programs import leave_out
from tests.redis_server import RedisServer

SITE = Path(__file__).resolve().parents[2] / "examples" / "deploy" / "nginx" / "ims-mcp.conf"
HOST = "ims.example.com"
START_SECONDS = 60.0
PROCESSING_SECONDS = 30
"""How long a registration takes here: a call waits for as long as the test says, and for no longer."""
CALLS_PER_CALLER = 8
# What Debian's own nginx.conf has around its sites; and the places of files that only root may write to.
_AROUND = """
{user}
daemon off;
worker_processes 2;
pid {directory}/nginx.pid;
error_log {directory}/error.log info;
events {{ worker_connections 768; }}
http {{
  log_format upstream '$status $upstream_addr $upstream_status sent "$upstream_bytes_sent"';
  access_log {directory}/access.log upstream;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  include {directory}/site.conf;
}}
"""


def find_free_ports(count: int) -> list[int]:
    """All different."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in taken]


@dataclass
class Program:
    """One process, which can be killed and started again as it was."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    is_up: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def has_ended(self) -> bool:
        """Or has not been started."""
        return self.process is None or self.process.poll() is not None

    def start(self) -> None:
        """Does not wait for it: see :meth:`wait_until_up`."""
        assert self.has_ended
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def wait_until_up(self) -> None:
        """Raises AssertionError, with what it said, where it ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not self.is_up():
            assert not self.has_ended, self._describe()
            assert time.monotonic() < deadline, self._describe()
            time.sleep(0.02)

    def send(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self, seconds: float = START_SECONDS) -> int:
        """Its exit code."""
        assert self.process is not None
        return self.process.wait(seconds)

    def kill(self) -> None:
        """As the system does when memory runs out: nothing is said to anybody."""
        self.send(signal.SIGKILL)
        self.wait()

    def end(self) -> None:
        """On the way out."""
        if not self.has_ended:
            self.send(signal.SIGTERM)
            try:
                self.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def _describe(self) -> str:
        return f"{self.name} is not up: {self.log.read_text(encoding='utf-8', errors='replace')[-2000:]}"


@dataclass
class Deployed:
    """What runs. ``base`` is nginx's address, which answers under :data:`HOST`."""

    base: str
    token: str
    ims: str
    ports: tuple[int, int]
    replicas: tuple[Program, Program]
    redis: RedisServer
    nginx: Program
    directory: Path

    @property
    def url(self) -> str:
        return f"{self.base}/mcp"

    @property
    def headers(self) -> dict[str, str]:
        """What each request needs."""
        return {"Authorization": f"Bearer {self.token}", "Host": HOST}

    def url_of(self, replica: int) -> str:
        """Past nginx."""
        return f"http://127.0.0.1:{self.ports[replica]}/mcp"

    def restore(self) -> None:
        """Start the replicas that do not run."""
        for replica in self.replicas:
            if replica.has_ended:
                replica.start()
        for replica in self.replicas:
            replica.wait_until_up()
        # nginx leaves those alone for a moment that it could not reach.
        self.nginx.wait_until_up()


@contextmanager
def deployed(directory: Path) -> Generator[Deployed]:
    """All of it, up; ended on the way out. Skips the test, saying why, where nginx or Redis is missing."""
    nginx_program = find_nginx()
    ims_port, nginx_port, *rest = find_free_ports(4)
    ports = rest[0], rest[1]
    tokens = directory / "tokens"
    token = run("token", "add", "tests", "--tokens", str(tokens), home=directory).stdout.strip()
    ims = f"http://127.0.0.1:{ims_port}"
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer("password"))
        environment = clean_environment(
            directory,
            IMS_MCP_STATE_KEY=KEY,
            IMS_MCP_REDIS_URL=redis.url,
            IMS_MCP_ENDPOINT=ims,
            ALIBABA_CLOUD_ACCESS_KEY_ID="local",
            ALIBABA_CLOUD_ACCESS_KEY_SECRET="local",
            IMS_MCP_LOCAL_PROCESSING_DELAY=str(PROCESSING_SECONDS),
        )

        def start(name: str, command: Sequence[str], is_up: Callable[[], bool]) -> Program:
            program = Program(name, command, environment, directory / f"{name}.log", is_up)
            stack.callback(program.end)
            program.start()
            return program

        def start_replica(number: int) -> Program:
            words = ["serve", "--http", "--port", str(ports[number]), "--allowed-host", HOST]
            words += ["--auth", "tokens", "--tokens", str(tokens), "--max-calls-per-caller", str(CALLS_PER_CALLER)]
            return start(f"replica{number}", [*module, *words], lambda: _is_ready(ports[number]))

        module = [sys.executable, "-m", "ims_mcp"]
        command = [*module, "local", "--port", str(ims_port), "--data-dir", str(directory / "data")]
        service = start("ims", command, lambda: _accepts(ims_port))
        replicas = start_replica(0), start_replica(1)
        for program in (service, *replicas):
            program.wait_until_up()
        command = configure_nginx(nginx_program, directory, nginx_port, ports)
        nginx = start("nginx", command, lambda: _is_ready(nginx_port))
        nginx.wait_until_up()
        yield Deployed(f"http://127.0.0.1:{nginx_port}", token, ims, ports, replicas, redis, nginx, directory)


def find_nginx() -> str:
    """Skips the test, saying why, where it is missing."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        leave_out("nginx", "Debian: apt install nginx-light")
    return program


def configure_nginx(program: str, directory: Path, port: int, replicas: tuple[int, int]) -> list[str]:
    """The site as it stands but for its ports; the command that runs it."""
    site = SITE.read_text(encoding="utf-8")
    for there, here in (("8001", str(replicas[0])), ("8002", str(replicas[1]))):
        site, count = re.subn(rf"\b127\.0\.0\.1:{there}\b", f"127.0.0.1:{here}", site)
        assert count == 2
    site, count = re.subn(r"(?m)^    listen 80;$", f"    listen 127.0.0.1:{port};", site)
    assert count == 1
    (directory / "site.conf").write_text(site, encoding="utf-8")
    # The workers need this directory, which nobody else may read.
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    configuration = directory / "nginx.conf"
    configuration.write_text(_AROUND.format(directory=directory, user=user), encoding="utf-8")
    command = [program, "-c", str(configuration), "-e", str(directory / "error.log"), "-p", str(directory)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    return command


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _is_ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=5, verify=False).status_code == 200
    except httpx2.TransportError:
        return False
