"""What a test of the uploader stands on: a real OSS, a proxy in front of it that breaks things, files, and counts."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.source import Source
from ims_mcp.client.oss.target import Timeouts, UploadTarget
from ims_mcp.client.oss.uploader import OssUploader, UploadedFile
from ims_mcp.client.retry import RetryPolicy
from ims_mcp.local.identity import Identity
from ims_mcp.local.policy import allow_object
from tests.fault_proxy import FaultProxy, Seen
from tests.local_oss.server import OssThread

KIB = 1024
MIB = 1024 * KIB
PART = 128 * KIB
# As patient as a test can be: a real stall lasts half a second here.
QUICK = Timeouts(connect_seconds=2.0, stall_seconds=0.5, answer_seconds=1.0, complete_seconds=1.0, clean_up_seconds=1.0)
# Whoever waits for one of these has not stopped at once.
PATIENT = Timeouts(60.0, 60.0, 60.0, 60.0, clean_up_seconds=1.0)
AT_ONCE_SECONDS = 30.0
"""The bound of a test in which something stops at once, on however busy a machine."""
FOUR_TRIES = RetryPolicy(max_tries=4, base_seconds=0.01, cap_seconds=0.05)


def content(size: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(size)


def credential(identity: Identity) -> Credential:
    return Credential(identity.access_key_id, identity.secret, identity.security_token)


@dataclass
class Keys:
    """Credentials that note how often they were asked for; ``renew`` gives the next one when forced."""

    now: Credential
    renew: Callable[[], Credential] | None = None
    asked: int = 0
    forced: int = 0

    async def __call__(self, *, force: bool = False) -> Credential:
        self.asked += 1
        if force:
            self.forced += 1
            if self.renew is not None:
                self.now = self.renew()
        return self.now


OWNER = Credential("local", "local")


@dataclass
class Setting:
    oss: OssThread
    proxy: FaultProxy
    home: Path
    bucket: str = field(default_factory=lambda: f"bucket-{uuid.uuid4().hex[:12]}")

    @property
    def state(self) -> Path:
        """Where journals are."""
        return self.home / "state"

    def journal(self, name: str = "t1") -> Path:
        return self.state / f"{name}.json"

    def file(self, size: int, name: str = "clip.bin", seed: int = 7) -> Path:
        path = self.home / name
        path.write_bytes(content(size, seed))
        return path

    def target(self, key: str = "clip.bin", **changes: Any) -> UploadTarget:
        return UploadTarget(changes.pop("endpoint", self.proxy.url), self.bucket, key, **changes)

    def uploader(self, **options: Any) -> OssUploader:
        """Parts of 128 KiB from 256 KiB on, two at once, unless told otherwise."""
        usual: dict[str, Any] = {
            "threads": 2,
            "multipart_threshold_bytes": 2 * PART,
            "part_bytes": PART,
            "timeouts": QUICK,
            "retry": FOUR_TRIES,
        }
        return OssUploader(**usual | options)

    async def upload(self, path: Path | Source, **options: Any) -> UploadedFile:
        """One upload as it usually is; options are those of ``upload`` and, under ``uploader``, of OssUploader.

        ``transfer_id`` names its journal.
        """
        uploader = self.uploader(**options.pop("uploader", {}))
        target = options.pop("target", None) or self.target()
        keys = options.pop("keys", None) or Keys(OWNER)
        with UploadJournal.hold(self.journal(options.pop("transfer_id", "t1"))) as journal:
            assert journal is not None
            return await uploader.upload(path, target, keys, journal, **options)

    async def abort(self, target: UploadTarget | None = None, keys: Keys | None = None, **options: Any) -> None:
        """What ``upload`` left of the usual transfer is taken back."""
        with UploadJournal.hold(self.journal()) as journal:
            assert journal is not None
            await self.uploader(**options).abort(target or self.target(), keys or Keys(OWNER), journal)

    def temporary(self, *, seconds: float = 600, key: str | None = "clip.bin") -> Credential:
        """A credential as CreateUploadMedia hands it out: for one key, and for a time."""
        policy = None if key is None else allow_object(self.bucket, key)
        return credential(self.oss.call(self.oss.parts.identities.mint(seconds=seconds, policy=policy)))

    def make_bucket(self) -> None:
        """A credential for a single key does not make one."""
        self.oss.call(self.oss.parts.objects.ensure_bucket(self.bucket))

    def stored(self, key: str = "clip.bin") -> bytes | None:
        found = self.oss.call(self.oss.parts.objects.stat(self.bucket, key))
        return None if found is None else found.path.read_bytes()

    def arrived(self, path: Path, key: str = "clip.bin") -> bool:
        """Whether the object is there and is the file, byte for byte."""
        return self.stored(key) == path.read_bytes()

    def content_type(self, key: str) -> str:
        found = self.oss.call(self.oss.parts.objects.stat(self.bucket, key))
        assert found is not None
        return found.description.content_type

    def unfinished(self) -> list[str]:
        """The ids of multipart uploads that OSS still has for the bucket."""

        def select(connection: Any) -> list[str]:
            rows = connection.execute("SELECT id FROM uploads WHERE bucket = ?", (self.bucket,))
            return [row["id"] for row in rows.fetchall()]

        return self.oss.call(self.oss.parts.objects.store.read(select))

    def left_behind(self) -> list[str]:
        """The files in the directory of journals."""
        return sorted(path.name for path in self.state.iterdir()) if self.state.exists() else []

    def parts_sent(self) -> list[int]:
        """The numbers of the parts that went through the proxy whole and were taken."""
        return sorted(seen.part for seen in self.proxy.of_kind("part") if seen.status == 200)

    def kinds(self) -> list[str]:
        """What was asked of OSS, in order."""
        return [seen.kind for seen in list(self.proxy.seen)]


async def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until it holds; TimeoutError when it never does."""
    with anyio.fail_after(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in threads
            await anyio.sleep(0.002)


def part_number(*numbers: int) -> Callable[[Seen], bool]:
    return lambda seen: seen.part in numbers
