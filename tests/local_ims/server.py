"""A running embedded IMS for tests: in a thread of this process, or in one of its own that can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import oss2
from alibabacloud_ice20201109 import models
from alibabacloud_ice20201109.client import Client
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
from darabonba.exceptions import DaraException
from darabonba.runtime import RuntimeOptions

from ims_mcp.local.app import LocalIms, serve_until

WAIT_SECONDS = 60.0
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class RunningIms:
    """Where it listens, and the official clients that talk to it."""

    endpoint: str
    data_dir: Path

    @property
    def host(self) -> str:
        return self.endpoint.removeprefix("http://")

    def client(
        self, access_key_id: str = "local", access_key_secret: str = "local", security_token: str | None = None
    ) -> Any:
        """The official SDK's client; its types are not complete, hence Any."""
        config: Any = Config  # it says str where it takes None
        return Client(
            config(
                protocol="http",
                endpoint=self.host,
                access_key_id=access_key_id,
                access_key_secret=access_key_secret,
                security_token=security_token,
            )
        )

    def bucket(self, name: str = "local-media", auth: Any = None) -> Any:
        """oss2, signing with V1 unless told otherwise."""
        return oss2.Bucket(auth or oss2.Auth("local", "local"), self.endpoint, name)

    def put(self, key: str, content: Path | bytes, bucket: str = "local-media") -> str:
        """Store an object; returns its oss:// address."""
        data = content.read_bytes() if isinstance(content, Path) else content
        self.bucket(bucket).put_object(key, data)
        return f"oss://{bucket}/{key}"

    def register(self, url: str, **parameters: Any) -> str:
        """Register an object and return its MediaId at once."""
        request = models.RegisterMediaInfoRequest(input_url=url, **parameters)
        return str(self.client().register_media_info(request).body.media_id)

    def media_info(self, media_id: str) -> dict[str, Any]:
        """MediaInfo as the raw body has it, with the fields the SDK does not know."""
        return self.call("GetMediaInfo", MediaId=media_id)["MediaInfo"]

    def call(self, action: str, *, version: str = "2020-11-09", method: str = "POST", **query: str) -> dict[str, Any]:
        """Any operation through the official signer, query parameters only; the raw body."""
        return call_raw(self.client(), action, query, version=version, method=method)

    def settled(self, media_id: str) -> dict[str, Any]:
        """MediaInfo once the registration has ended."""

        def ended() -> dict[str, Any] | None:
            info = self.media_info(media_id)
            return info if info["MediaBasicInfo"]["Status"] in ("Normal", "PrepareFail") else None

        return wait_for(ended)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer as the official SDK raises it."""

    code: str
    status: int
    message: str


def refusal_of(call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Refusal:
    """How the call, which has to fail, was refused."""
    try:
        call(*args, **kwargs)
    except DaraException as error:
        raised: Any = error
        return Refusal(raised.code, raised.status_code, raised.message)
    raise AssertionError("the call was not refused")


def call_raw(
    client: Any, action: str, query: dict[str, str], *, version: str = "2020-11-09", method: str = "POST"
) -> dict[str, Any]:
    """Send ``action`` with a client's credentials; the body with every field that came."""
    params = Params(
        action=action,
        version=version,
        protocol="HTTP",
        pathname="/",
        method=method,
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    return client.call_api(params, OpenApiRequest(query=query), RuntimeOptions())["body"]


def wait_for(look: Callable[[], T | None], seconds: float = WAIT_SECONDS) -> T:
    """What ``look`` finds, as soon as it finds something; a failure after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing within {seconds} s")


@contextmanager
def running_ims(
    data_dir: Path, *, processing_delay_seconds: float = 0.0, make: Callable[..., LocalIms] = LocalIms, **options: Any
) -> Generator[RunningIms]:
    """An IMS on a thread with a loop of its own; left again, it is stopped cleanly. ``options``: further LocalIms's."""
    ready: list[str] = []
    started = threading.Event()
    stopping: list[Callable[[], object]] = []
    failures: list[BaseException] = []

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        stopping.append(lambda: loop.call_soon_threadsafe(stop.set))

        def on_ready(endpoint: str) -> None:
            ready.append(endpoint)
            started.set()

        await serve_until(
            stop, make(data_dir, processing_delay_seconds=processing_delay_seconds, **options), on_ready=on_ready
        )

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as failure:
            failures.append(failure)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="local-ims")
    thread.start()
    assert started.wait(WAIT_SECONDS), "the local IMS did not start"
    try:
        if failures:
            raise failures[0]
        yield RunningIms(ready[0], data_dir)
    finally:
        for stop in stopping:
            with suppress(RuntimeError):  # it has ended by itself, and its loop with it
                stop()
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive(), "the local IMS did not stop"
    if failures:
        raise failures[0]


class ImsProcess:
    """An IMS in a process of its own, for what a thread cannot show: being killed, signals, a parent that goes."""

    def __init__(
        self,
        data_dir: Path,
        *,
        processing_delay_seconds: float = 0.0,
        exit_with_parent: bool = False,
        file_limit_bytes: int | None = None,
        reconnect_timeout_seconds: float = 180.0,
        port: int = 0,
    ) -> None:
        """``file_limit_bytes``: no file it or its children write grows beyond that, as on a disk that is full.
        ``port``: where another one was before."""
        limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({file_limit_bytes}, {file_limit_bytes}))\n"
        script = (
            "import pathlib, sys\n"
            f"{'' if file_limit_bytes is None else 'import resource; ' + limit}"
            "from ims_mcp.local.app import LocalIms, serve\n"
            "if __name__ == '__main__':\n"
            f"    ims = LocalIms(pathlib.Path({str(data_dir)!r}),\n"
            f"                   processing_delay_seconds={processing_delay_seconds!r},\n"
            f"                   reconnect_timeout_seconds={reconnect_timeout_seconds!r})\n"
            f"    serve(ims, exit_with_parent={exit_with_parent!r}, port={port!r},\n"
            "          on_ready=lambda endpoint: print(endpoint, flush=True))\n"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        self._stdin = self._process.stdin
        self._stdout = self._process.stdout
        self.ims = RunningIms(self._stdout.readline().strip(), data_dir)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """As a power button does: no handler runs."""
        self._process.kill()
        self._ended()

    def terminate(self) -> int:
        """SIGTERM; returns the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._ended()

    def close_stdin(self) -> int:
        """What a child sees when its parent ends; returns the exit code."""
        self._stdin.close()
        return self._ended()

    def _ended(self) -> int:
        code = self._process.wait(WAIT_SECONDS)
        self._stdin.close()
        self._stdout.close()
        return code


@contextmanager
def ims_process(
    data_dir: Path, *, processing_delay_seconds: float = 0.0, exit_with_parent: bool = False
) -> Generator[ImsProcess]:
    """Killed on the way out if it still runs."""
    process = ImsProcess(data_dir, processing_delay_seconds=processing_delay_seconds, exit_with_parent=exit_with_parent)
    try:
        yield process
    finally:
        process.kill()


def endpoint_file(data_dir: Path) -> tuple[str, int] | None:
    """Endpoint and process id that ``endpoint.json`` names; None where there is no file."""
    path = data_dir / "endpoint.json"
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return None if content is None else (content["endpoint"], content["pid"])
