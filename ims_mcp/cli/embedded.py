"""The embedded IMS seen from the commands that use it: found where it runs already, started as a child where not."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import re
import secrets
import shlex
import subprocess
import sys
import threading
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from ims_mcp.client.credentials import Credential
from ims_mcp.errors import LocalImsError
from ims_mcp.foreign_text import quotable
from ims_mcp.local.endpoint_file import HEALTH_PATH, Announcement, make_proof, read_announcement
from ims_mcp.local.isolation import KEY_VARIABLES, clean_environment, find_neutral_directory
from ims_mcp.settings import Settings

START_SECONDS = 20.0
IN_USE_EXIT = 3
"""How ``ims-mcp local --exit-with-parent`` ends where another process has the directory."""
_LOOK_SECONDS = 0.05
_PROOF_SECONDS = 2.0
_ANSWER_BYTES = 64 * 1024
_USABLE_KEY = re.compile(r"[!-+\-.-~]{1,128}")  # what may stand in a header of every signature: no blank, no comma


def read_local_key_pair(
    environ: Mapping[str, str], *, default: tuple[str, str] = ("local", "local")
) -> tuple[str, str]:
    """Access key id and secret an embedded IMS starts with: ``default`` unless set. Raises LocalImsError."""
    chosen: list[str] = []
    for name, usual in zip(KEY_VARIABLES, default, strict=True):
        value = environ.get(name) or usual
        if not _USABLE_KEY.fullmatch(value):
            raise LocalImsError(
                f"{name} cannot be used as part of a key pair.",
                next_step="Give 1 to 128 printable ASCII characters without blanks and commas, or leave it unset.",
            )
        chosen.append(value)
    return chosen[0], chosen[1]


class EmbeddedIms:
    """Knows the endpoint and the key pair of the embedded IMS on one data directory.

    Several servers may share a directory: the first starts it, the others find it, and when it goes with its owner
    the next call of another starts it again. Nothing is started before :meth:`endpoint` or :meth:`credential` is first
    awaited.
    """

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._environ = dict(environ)
        self._child: _Child | None = None
        self._found: Announcement | None = None
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop_child()

    async def endpoint(self) -> str:
        """``http://127.0.0.1:PORT`` of an embedded IMS that answers. Raises LocalImsError."""
        if self._found is not None and await _proves(self._found):
            return self._found.endpoint
        async with self._lock:
            self._found = await self._find_running() or await self._start()
            return self._found.endpoint

    async def credential(self) -> Credential:
        """The key pair in force at :meth:`endpoint`, as it was when that was last asked for. Raises LocalImsError."""
        if self._found is None:
            await self.endpoint()
        assert self._found is not None
        return Credential(self._found.access_key_id, self._found.access_key_secret, None)

    async def _find_running(self) -> Announcement | None:
        """What ``endpoint.json`` says, if the one who answers there has written it."""
        found = read_announcement(self._settings.data_dir)
        return found if found is not None and await _proves(found) else None

    async def _start(self) -> Announcement:
        now = asyncio.get_running_loop().time
        deadline, reason, is_new = now() + START_SECONDS, "", False
        while now() < deadline:
            if self._child is None:
                self._child, is_new = await self._start_child(), True
            found = await self._find_running()
            if found is not None:
                self._child.is_up.set()
                return found
            code = self._child.returncode
            if code is not None:
                reason = await self._stop_child() or f"its process ended with code {code}"
                # In use: another server is starting or stopping one, and what it leaves decides. One that has run
                # until now, and was ended by somebody, is started again.
                if code != IN_USE_EXIT and is_new:
                    raise self._describe_failure(reason)
            await asyncio.sleep(_LOOK_SECONDS)
        reason = await self._stop_child() or reason
        raise self._describe_failure(reason or f"it did not answer within {START_SECONDS:g} s")

    async def _start_child(self) -> _Child:
        # -P: a file in the current directory, often a stranger's project, is no module.
        command = [sys.executable, "-P", "-m", "ims_mcp", "local", "--port", "0", "--exit-with-parent"]
        command += ["--data-dir", str(self._settings.data_dir), "--region", self._settings.region]
        command += ["--log-level", self._settings.log_level]
        random_pair = f"local-{secrets.token_hex(8)}", secrets.token_hex(20)
        pair = read_local_key_pair(self._environ, default=random_pair)
        environment = clean_environment(self._environ) | dict(zip(KEY_VARIABLES, pair, strict=True))
        try:
            return await _Child.start(command, environment)
        except OSError as error:
            raise self._describe_failure(f"no process can be started ({error.strerror})") from error

    async def _stop_child(self) -> str:
        """What it said last, if there was one."""
        child, self._child = self._child, None
        return "" if child is None else await child.stop()

    def _describe_failure(self, reason: str) -> LocalImsError:
        words = ["ims-mcp", "local", "--port", "0", "--data-dir", str(self._settings.data_dir)]
        command = subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
        return LocalImsError(
            f"The embedded IMS did not start: {reason.rstrip('.')}.",
            next_step=f"To see it start, run in a terminal: {command}",
        )


class EmbeddedCredentials:
    """The key pair of the embedded IMS, which may be another after it was started again."""

    def __init__(self, embedded: EmbeddedIms) -> None:
        self._embedded = embedded

    async def get(self) -> Credential:
        """Raises LocalImsError."""
        return await self._embedded.credential()

    async def renew(self) -> Credential:
        """What is in force now, of one that was started again perhaps. Raises LocalImsError."""
        await self._embedded.endpoint()
        return await self._embedded.credential()

    def describe(self) -> str:
        """For `doctor`."""
        return "the key pair of the embedded IMS"

    def name_asked(self) -> str:
        """For an error that says on what a call has waited."""
        return "the embedded IMS"


class _Child:
    """``ims-mcp local`` below this process. Its log goes on to our stderr, and the last of its other lines are kept.

    Until it ``is_up`` those are why it does not start, which is told once, by whoever has asked for it.
    """

    def __init__(self, process: Process, readable: int) -> None:
        self._process = process
        self._said: deque[str] = deque(maxlen=10)
        self.is_up = threading.Event()
        # A thread: where nobody reads our stderr, writing to it blocks.
        self._reader = threading.Thread(target=self._relay, args=(readable,), name="embedded-ims-stderr", daemon=True)
        self._reader.start()

    @classmethod
    async def start(cls, command: list[str], environment: Mapping[str, str]) -> _Child:
        """Raises OSError where no process can be started."""
        readable, writable = os.pipe()
        try:
            # stdin is the leash: it closes when this process ends, however it ends.
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=DEVNULL, stderr=writable, env=environment, cwd=find_neutral_directory()
            )
        except BaseException:
            os.close(readable)
            raise
        finally:
            os.close(writable)
        return cls(process, readable)

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self._process.returncode

    async def stop(self) -> str:
        """End it where it still runs; what it said last, cleaned and short."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await asyncio.to_thread(self._reader.join, 1)
        return quotable(" ".join(self._said), limit=600)

    def _relay(self, descriptor: int) -> None:
        is_log = False
        begins_line = True
        with open(descriptor, encoding="utf-8", errors="replace", newline="\n") as lines:
            while line := lines.readline(8192):
                if begins_line:
                    is_log = line.startswith("{")
                    if line.startswith("Traceback"):
                        self._said.clear()
                    elif not is_log and not line[0].isspace():  # what is indented are the lines of a trace
                        self._said.append(line.strip())
                begins_line = line.endswith("\n")
                if is_log or self.is_up.is_set():
                    with suppress(OSError, ValueError, AttributeError):  # closed, or there is none
                        sys.stderr.write(line)
                        sys.stderr.flush()


async def _proves(found: Announcement) -> bool:
    """Whether the embedded IMS that wrote this, and not some other program on its old port, answers there."""
    nonce = secrets.token_hex(16)
    head = f"GET {HEALTH_PATH}?nonce={nonce} HTTP/1.1\r\nHost: 127.0.0.1:{found.port}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(_PROOF_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", found.port)
            try:
                writer.write(head.encode())
                await writer.drain()
                answer = await _read_up_to(reader, _ANSWER_BYTES)
            finally:
                writer.close()
        said: Any = json.loads(answer.partition(b"\r\n\r\n")[2])
        given = said["proof"]
    except (OSError, TimeoutError, ValueError, KeyError, TypeError, RecursionError):
        return False
    expected = make_proof(found.proof_key, nonce) or ""
    return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


async def _read_up_to(reader: asyncio.StreamReader, limit_bytes: int) -> bytes:
    """To the close that was asked for, or the limit."""
    content = bytearray()
    while len(content) < limit_bytes and (part := await reader.read(limit_bytes)):
        content += part
    return bytes(content)
