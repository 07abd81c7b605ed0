"""The embedded IMS put together: store, OSS, media work and operations behind one ASGI application."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from email.utils import formatdate
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from ims_mcp import __version__
from ims_mcp.errors import LocalImsError
from ims_mcp.local import identity
from ims_mcp.local.admission import find_refusal
from ims_mcp.local.data_dir import DataDir, unusable
from ims_mcp.local.endpoint_file import HEALTH_PATH, Announcement, make_proof
from ims_mcp.local.handlers import live_record, storage
from ims_mcp.local.handlers.assets import AssetChanges
from ims_mcp.local.handlers.categories import Categories
from ims_mcp.local.handlers.marks import Marks
from ims_mcp.local.handlers.pulling import Pulling
from ims_mcp.local.handlers.reading import LibraryReading, MediaInfo
from ims_mcp.local.handlers.searching import Searching
from ims_mcp.local.handlers.snapshots import Snapshots
from ims_mcp.local.handlers.sts import Sts
from ims_mcp.local.handlers.uploading import Uploading
from ims_mcp.local.identity import Identities
from ims_mcp.local.media.media_worker import MediaWorker
from ims_mcp.local.media_library import assets, text_index
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.asset_search import AssetSearch
from ims_mcp.local.media_library.registration import Registrar
from ims_mcp.local.media_library.stand_ins import StandIns
from ims_mcp.local.oss import objects as oss
from ims_mcp.local.oss.rest import OssRest, Route
from ims_mcp.local.recording.recordings import RECONNECT_TIMEOUT_SECONDS
from ims_mcp.local.rpc.call import Service, list_services
from ims_mcp.local.rpc.front import Rpc, is_rpc
from ims_mcp.local.rpc.signature import SignatureCheck
from ims_mcp.local.snapshots import snapshot_jobs
from ims_mcp.local.snapshots.snapshotter import Snapshotter
from ims_mcp.local.store import Store
from ims_mcp.local.uploads import pull_jobs
from ims_mcp.local.uploads.download import PullLimits
from ims_mcp.local.uploads.puller import Puller
from ims_mcp.local.uploads.sessions import VOD_BUCKET, UploadCredentials, UploadSessions, VodStorage

_SCHEMA = "\n".join(
    (
        *(identity.SCHEMA, oss.SCHEMA, assets.SCHEMA, text_index.SCHEMA),
        *(storage.SCHEMA, pull_jobs.SCHEMA, live_record.SCHEMA, snapshot_jobs.SCHEMA),
    )
)


class LocalIms:
    """IMS RPC, OSS REST and STS over one data directory; an ASGI application while it is entered.

    Entering locks the directory (LocalImsError where another process has it), opens the state and takes up the
    registrations, uploads and pulls a former process left. Whoever binds a port for it calls :meth:`announce`.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        processing_delay_seconds: float = 2.0,
        region: str = "cn-shanghai",
        access_key_id: str = "local",
        access_key_secret: str = "local",  # noqa: S107 - the documented key pair of the local IMS
        credential_seconds: float = 3000.0,
        pull_limits: PullLimits | None = None,
        reconnect_timeout_seconds: float = RECONNECT_TIMEOUT_SECONDS,
        services: Sequence[Service] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``processing_delay_seconds``: how long a registration takes at least; ``credential_seconds``: how long an
        UploadAuth is good; ``reconnect_timeout_seconds``: how long a live stream may be away before its recording ends
        for good; ``services``: operations that are done beside its own, such as scripted ones.
        """
        self._data_dir = data_dir
        self._processing_delay_seconds = processing_delay_seconds
        self._region = region
        self._key_pair = {access_key_id: access_key_secret}
        self._credential_seconds = credential_seconds
        self._pull_limits = pull_limits or PullLimits()
        self._reconnect_timeout_seconds = reconnect_timeout_seconds
        self._more_services = tuple(services)
        self._clock = clock
        self._directory = DataDir(data_dir)
        self._proof_key = secrets.token_hex(32)
        self._parts = AsyncExitStack()
        self._endpoint: str | None = None
        self.services: tuple[Service, ...] = ()
        """The operations of IMS and STS it does, while it is entered."""
        self.routes: tuple[Route, ...] = ()
        """The requests of OSS it does, while it is entered."""
        self._rpc: Rpc | None = None
        self._oss: OssRest | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as parts:
            parts.enter_context(self._directory)
            try:
                store = await parts.enter_async_context(Store(self._data_dir, schema=_SCHEMA))
                worker = await parts.enter_async_context(MediaWorker())
                await self._compose(parts, store, worker)
            except (OSError, sqlite3.Error) as error:
                raise unusable(self._data_dir, error) from error
            self._parts = parts.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._parts.aclose()

    async def _compose(self, parts: AsyncExitStack, store: Store, worker: MediaWorker) -> None:
        identities = Identities(store, self._key_pair, clock=self._clock)
        objects = oss.Objects(store, self._data_dir, clock=self._clock)
        await objects.sweep()
        for bucket in (storage.DEFAULT_BUCKET, VOD_BUCKET):
            await objects.ensure_bucket(bucket)
        storages = storage.Storage(store, self._clock)
        await storages.ensure_default()
        library = Library(store, self._clock)
        search = AssetSearch(store, self._region)
        await search.open()
        registrar = await parts.enter_async_context(
            Registrar(
                library,
                objects,
                worker,
                work_dir=self._data_dir / "work",
                processing_delay_seconds=self._processing_delay_seconds,
                clock=self._clock,
            )
        )
        sessions = UploadSessions(objects, registrar, self._clock)
        await sessions.catch_up()
        jobs = pull_jobs.PullJobs(store, self._clock)
        puller = await parts.enter_async_context(
            Puller(jobs, sessions, objects, registrar, work_dir=self._data_dir / "pulls", limits=self._pull_limits)
        )
        snapshots = snapshot_jobs.SnapshotJobs(store, self._clock)
        snapshotter = await parts.enter_async_context(
            Snapshotter(
                snapshots,
                registrar,
                objects,
                worker,
                work_dir=self._data_dir / "work",
                delay_seconds=self._processing_delay_seconds,
            )
        )
        vod_storage = VodStorage(self._region, self._clock)
        credentials = UploadCredentials(
            identities, lambda: self.endpoint, region=self._region, lifetime_seconds=self._credential_seconds
        )
        media_info = MediaInfo(await identities.ensure_reader(), lambda: self.endpoint, self._region, self._clock)
        recording = await parts.enter_async_context(
            live_record.live_record(
                store,
                objects,
                data_dir=self._data_dir,
                region=self._region,
                reconnect_timeout_seconds=self._reconnect_timeout_seconds,
                endpoint=lambda: self.endpoint,
                clock=self._clock,
            )
        )
        families = (
            AssetChanges(library, registrar, objects),
            LibraryReading(library, media_info, StandIns(objects)),
            Searching(search, media_info),
            Uploading(library, sessions, vod_storage, credentials),
            Pulling(jobs, puller, vod_storage, lambda: self.endpoint),
            Categories(store),
            Marks(store),
            Snapshots(snapshots, library, objects, media_info, snapshotter.begin, self._region),
            storages,
        )
        self.services = (
            *(service for family in families for service in list_services(family)),
            *recording,
            *Sts(identities).services,
            *self._more_services,
        )
        self._rpc = Rpc(self.services, SignatureCheck(identities, self._clock))
        self._oss = OssRest(objects, identities, region=self._region, clock=self._clock, on_stored=sessions.on_stored)
        self.routes = self._oss.routes

    @property
    def endpoint(self) -> str:
        """``http://127.0.0.1:PORT``, once it is announced."""
        if self._endpoint is None:
            raise LocalImsError("The local IMS does not listen yet.")
        return self._endpoint

    def announce(self, endpoint: str) -> None:
        """Requests reach this application at ``endpoint`` from now on: into ``endpoint.json`` and signed URLs."""
        self._endpoint = endpoint
        ((access_key_id, access_key_secret),) = self._key_pair.items()
        self._directory.announce(Announcement(endpoint, os.getpid(), access_key_id, access_key_secret, self._proof_key))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._rpc is None or self._oss is None:
            raise LocalImsError(f"The local IMS is not running, or was asked for {scope['type']} instead of http.")
        dated = self._add_date(send)
        if scope["path"] == HEALTH_PATH:
            await self._report_health(scope)(scope, receive, dated)
        elif is_rpc(scope):
            await self._rpc(scope, receive, dated)
        else:
            await self._oss(scope, receive, dated)

    def _report_health(self, scope: Scope) -> JSONResponse:
        """Who this is; with ``?nonce=`` also the make_proof that it is the one ``endpoint.json`` tells of."""
        if refused := find_refusal(scope["headers"]):
            return JSONResponse({"error": refused}, 403, {"connection": "close"})
        nonce = dict(parse_qsl(bytes(scope["query_string"]).decode("latin-1"))).get("nonce", "")
        health: dict[str, Any] = {"service": "ims-mcp local", "version": __version__, "pid": os.getpid()}
        proved = make_proof(self._proof_key, nonce)
        return JSONResponse(health if proved is None else health | {"proof": proved})

    def _add_date(self, send: Send) -> Send:
        """A Date header on every answer, by the clock that judges dates: clients correct theirs by it."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                if not any(name.lower() == b"date" for name, _ in headers):
                    headers.append((b"date", formatdate(self._clock(), usegmt=True).encode("ascii")))
                message = {**message, "headers": headers}
            await send(message)

        return dated
