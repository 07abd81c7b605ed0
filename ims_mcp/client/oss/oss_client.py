"""The requests an upload makes of OSS, through oss2: plain values in, plain values or an OssFailure out.

Each runs in a thread, with a fresh credential, and is repeated as long as the retry policy says. Importing it imports
oss2 (0.3 s): it is imported in a thread, by the first upload.
"""

from __future__ import annotations

import base64
import importlib
import logging
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import partial
from itertools import count
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

import anyio
import anyio.to_thread
import requests

from ims_mcp.client.clock import ServiceClock
from ims_mcp.client.credentials import Credential
from ims_mcp.client.observers import CallObserver, ObservedRequest
from ims_mcp.client.oss.connections import ConnectionRegistry, RegisteredAdapter
from ims_mcp.client.oss.errors import OssFailure, read_connection_error, read_error_answer
from ims_mcp.client.oss.parts import PartBody
from ims_mcp.client.oss.target import Credentials, Timeouts, UploadTarget
from ims_mcp.client.outbound import find_route, make_ssl_context
from ims_mcp.client.outbound_session import OutboundSession
from ims_mcp.client.retry import FailureKind, RetryPolicy
from ims_mcp.logs import silence_libraries

oss2: Any = importlib.import_module("oss2")  # by name: it has no types

silence_libraries()
# It logs every header, token and signature included, at DEBUG, and whole error bodies at INFO.
logging.getLogger("oss2").setLevel(logging.CRITICAL + 1)

T = TypeVar("T")
logger = logging.getLogger("ims_mcp.client.oss")
# What oss2 raises where an answer is not what it takes for granted.
_UNREADABLE = (ElementTree.ParseError, RuntimeError, AttributeError, ValueError, TypeError)
_REGION = re.compile(r"oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com")
_NO_REGION = ("accelerate", "accelerate-overseas")
_KEEP_EXISTING = {"x-oss-forbid-overwrite": "true"}
_META = "x-oss-meta-"


@dataclass(frozen=True, slots=True)
class Stored:
    """What OSS says of a part or an object it has."""

    etag: str
    crc64: int | None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object that somebody else has sent."""

    etag: str
    crc64: int | None
    size: int
    content_type: str
    metadata: Mapping[str, str]
    """Without x-oss-meta-, in small letters."""


@dataclass(frozen=True, slots=True)
class CorsAnswer:
    """What OSS tells a browser of another origin that asks before it sends. Names of headers in small letters."""

    status: int
    origin: str = ""
    methods: frozenset[str] = frozenset()
    exposed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CorsRule:
    """One rule of a bucket, as it is written there; names of exposed headers in small letters."""

    origins: tuple[str, ...]
    methods: frozenset[str]
    headers: tuple[str, ...]
    exposed: frozenset[str]

    def lets_in(self, origin: str) -> bool:
        """Whether an upload page of ``origin`` may send parts by it, and read what it has to."""
        fits = any(fnmatchcase(origin.lower(), pattern.lower().replace("[", "[[]")) for pattern in self.origins)
        return fits and "PUT" in self.methods and "*" in self.headers and "x-oss-hash-crc64ecma" in self.exposed


class OssClient:
    """One upload's way to its target, up to ``threads`` requests at once. Making one blocks: it reads certificates."""

    def __init__(
        self,
        target: UploadTarget,
        credentials: Credentials,
        *,
        timeouts: Timeouts,
        retry: RetryPolicy,
        clock: ServiceClock,
        threads: int,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        jitter: Callable[[], float] = random.random,
        observer: CallObserver | None = None,
    ) -> None:
        self.target = target
        self.timeouts = timeouts
        self.observer = observer
        self.clock = clock
        self.region = target.region or _read_region(target.endpoint)
        self.registry = ConnectionRegistry(timeouts.stall_seconds)
        self.route = find_route(target.endpoint)
        # oss2's own Session is a thin cover of one of requests.
        self.session = oss2.Session()
        self.session.session.close()
        certificates = make_ssl_context() if target.endpoint.startswith("https:") else None
        adapter = RegisteredAdapter(self.registry, threads, certificates, self.route)
        self.session.session = OutboundSession(adapter)
        self._credentials = credentials
        self._retry = retry
        self._sleep = sleep
        self._jitter = jitter
        self._limiter = anyio.CapacityLimiter(threads)
        self._renewing = anyio.Lock()

    def close(self) -> None:
        """Whatever is still under way is cut off."""
        self.registry.abort()
        self.session.session.close()

    async def run_in_thread(self, work: Callable[[], T]) -> T:
        """Do it off the event loop. A cancellation does not wait for it: whoever cancels aborts the connections too."""

        def tracked() -> T:
            with self.registry.track_work():
                return work()

        return await anyio.to_thread.run_sync(tracked, abandon_on_cancel=True, limiter=self._limiter)

    async def ask(self, what: str, request: Callable[[SignedBucket], T], failures: list[OssFailure] | None = None) -> T:
        """What ``request`` returns, which runs in a thread once for each try.

        Raises the last OssFailure, with ``what`` and how often it was tried in it; every one is added to ``failures``.
        """
        tries, renewed, clock_set = 0, False, False
        for resends in count():
            credential = await self._credentials()
            try:
                return await self.run_in_thread(partial(request, SignedBucket(self, credential, resends)))
            except OssFailure as failure:
                if failures is not None:
                    failures.append(failure)
                fields = {"request": what, "kind": failure.kind.value, "code": failure.code, "status": failure.status}
                fields["request_id"] = failure.request_id
                if failure.kind is FailureKind.EXPIRED and not renewed:
                    logger.info("the credential is not valid any more", extra=fields)
                    await self._renew(credential)
                    renewed = True
                    continue
                if failure.kind is FailureKind.CLOCK and failure.service_time is not None and not clock_set:
                    logger.info("this machine's clock is off: the service's time is used", extra=fields)
                    self.clock.set_to(failure.service_time)
                    clock_set = True
                    continue
                renewed = False
                tries += 1
                if not failure.repeatable or tries >= self._retry.max_tries:
                    failure.what, failure.tries = what, tries
                    raise
                wait = self._retry.compute_backoff_seconds(tries, failure.retry_after_seconds, self._jitter())
            logger.info("a request is repeated", extra={**fields, "tries": tries, "wait_seconds": round(wait, 3)})
            await self._sleep(wait)
        raise AssertionError  # for those who do not know that count() has no end

    async def _renew(self, refused: Credential) -> None:
        # Several parts meet the same expiry: one of them renews for all.
        async with self._renewing:
            if await self._credentials() == refused:
                await self._credentials(force=True)


class SignedBucket:
    """The target as one credential reaches it. All methods block, and raise OssFailure.

    Aborted, and what reading the source raises, come through as they are.
    """

    def __init__(self, client: OssClient, credential: Credential, resends: int = 0) -> None:
        self._client = client
        self._credential = credential
        self._resends = resends
        self._key = client.target.key
        self._making = _KEEP_EXISTING if client.target.keeps_existing else {}

    def begin(self, headers: Mapping[str, str] | None = None) -> str:
        """The upload id of a new multipart upload; ``headers`` are those of its object."""
        begun = self.send(
            "POST InitiateMultipartUpload",
            lambda bucket: bucket.init_multipart_upload(self._key, headers={**(headers or {}), **self._making}),
        )
        return str(begun.upload_id)

    def put_part(self, upload_id: str, number: int, body: PartBody) -> Stored:
        """One part, which replaces an earlier one of its number."""
        return _read_stored(
            self.send("PUT UploadPart", lambda bucket: bucket.upload_part(self._key, upload_id, number, body))
        )

    def put(self, body: PartBody, md5: bytes) -> Stored:
        """The whole object in one request; OSS refuses it unless the MD5 is that of what arrived."""
        headers = {**self._making, "Content-MD5": base64.b64encode(md5).decode("ascii")}
        data = body if body.len else b""  # a stream without bytes would be sent in chunks, which OSS signs differently
        return _read_stored(
            self.send("PUT PutObject", lambda bucket: bucket.put_object(self._key, data, headers=headers))
        )

    def complete(self, upload_id: str, etags: Mapping[int, str]) -> Stored:
        """The object of these parts, by their numbers."""
        parts = [oss2.models.PartInfo(number, etags[number]) for number in sorted(etags)]
        headers = {**self._making}
        return _read_stored(
            self.send(
                "POST CompleteMultipartUpload",
                lambda bucket: bucket.complete_multipart_upload(self._key, upload_id, parts, headers=headers),
                answer_seconds=self._client.timeouts.complete_seconds,
            )
        )

    def abort(self, upload_id: str) -> None:
        """Give back what a multipart upload holds."""
        self.send("DELETE AbortMultipartUpload", lambda bucket: bucket.abort_multipart_upload(self._key, upload_id))

    def list_parts(self, upload_id: str) -> dict[int, Stored]:
        """Every part OSS has of an upload, by number."""
        found: dict[int, Stored] = {}
        marker = ""
        while True:
            page = self.send(
                "GET ListParts", lambda bucket, marker=marker: bucket.list_parts(self._key, upload_id, marker=marker)
            )
            checksums = _read_part_checksums(page)
            for part in page.parts:
                number = int(part.part_number)
                found[number] = Stored(str(part.etag), checksums.get(number), int(part.size))
            if not page.is_truncated:
                return found
            marker = str(page.next_marker)

    def list_uploads(self) -> dict[str, float]:
        """The multipart uploads under way for exactly this key: upload id -> epoch seconds of its beginning, by the
        clock of OSS. Needs a right on the bucket itself."""
        found: dict[str, float] = {}
        markers = {"key_marker": "", "upload_id_marker": ""}
        while True:
            page = self.send(
                "GET ListMultipartUploads",
                lambda bucket, after=markers: bucket.list_multipart_uploads(prefix=self._key, **after),
            )
            for upload in page.upload_list:
                if upload.key == self._key:
                    found[str(upload.upload_id)] = float(upload.initiation_date)
            # The key itself comes before every longer one that begins with it.
            if not page.is_truncated or page.next_key_marker != self._key:
                return found
            markers = {"key_marker": str(page.next_key_marker), "upload_id_marker": str(page.next_upload_id_marker)}

    def head(self) -> Stored:
        """The object as it is."""
        result = self.send("HEAD HeadObject", lambda bucket: bucket.head_object(self._key))
        stored = _read_stored(result)
        return Stored(stored.etag, stored.crc64, int(result.content_length))

    def find(self) -> FoundObject:
        """The object as it is, with all that is said of it."""
        result = self.send("HEAD HeadObject", lambda bucket: bucket.head_object(self._key))
        stored = _read_stored(result)
        named = {str(name).lower(): str(value) for name, value in result.headers.items()}
        metadata = {name.removeprefix(_META): value for name, value in named.items() if name.startswith(_META)}
        content_type = named.get("content-type", "")
        return FoundObject(stored.etag, stored.crc64, int(result.content_length), content_type, metadata)

    def sign_put(self, headers: Mapping[str, str], seconds: int) -> str:
        """An address that takes the object once, sent with just these headers."""
        return self._sign("PUT", headers, {}, seconds)

    def sign_part(self, upload_id: str, number: int, seconds: int) -> str:
        """An address that takes one part of a multipart upload."""
        return self._sign("PUT", {}, {"uploadId": upload_id, "partNumber": str(number)}, seconds)

    def _sign(self, method: str, headers: Mapping[str, str], parameters: Mapping[str, str], seconds: int) -> str:
        """Nothing is sent."""
        sign: Callable[[Any], str] = lambda bucket: bucket.sign_url(  # noqa: E731
            method, self._key, seconds, headers={**headers}, params={**parameters}, slash_safe=True
        )
        return str(self._request(sign, None))

    def ask_as_browser(self, origin: str, method: str, headers: Sequence[str]) -> CorsAnswer:
        """The question that a browser asks before a page of ``origin`` may send such a request; without credentials."""
        asked = {"Origin": origin, "Access-Control-Request-Method": method}
        asked |= {"Access-Control-Request-Headers": ", ".join(headers)} if headers else {}
        timeouts = self._client.timeouts
        try:
            response = self._client.session.session.options(
                self._sign(method, {}, {}, 60),
                headers=asked,
                timeout=(timeouts.connect_seconds, timeouts.answer_seconds),
            )
        except (requests.RequestException, OSError) as error:
            raise read_connection_error(
                error,
                urlsplit(self._client.target.endpoint).netloc,
                self._client.route,
                connect_seconds=timeouts.connect_seconds,
                stall_seconds=timeouts.stall_seconds,
            ) from None
        told = response.headers
        return CorsAnswer(
            int(response.status_code),
            str(told.get("access-control-allow-origin", "")),
            _split_names(told.get("access-control-allow-methods")),
            _split_names(told.get("access-control-expose-headers")),
        )

    def read_cors(self) -> list[CorsRule]:
        """The rules of the bucket. Needs a right on the bucket itself."""
        try:
            found = self.send("GET GetBucketCors", lambda bucket: bucket.get_bucket_cors())
        except OssFailure as failure:
            if failure.code == "NoSuchCORSConfiguration":
                return []
            raise
        return [
            CorsRule(
                tuple(map(str, rule.allowed_origins)),
                frozenset(str(method).upper() for method in rule.allowed_methods),
                tuple(map(str, rule.allowed_headers)),
                frozenset(str(name).lower() for name in rule.expose_headers),
            )
            for rule in found.rules
        ]

    def delete(self) -> None:
        """Remove the object; none there is no error."""
        self.send("DELETE DeleteObject", lambda bucket: bucket.delete_object(self._key))

    def send(self, name: str, request: Callable[[Any], T], *, answer_seconds: float | None = None) -> T:
        """What ``request`` returns of oss2's bucket. ``name``: method and operation of OSS."""
        observer = self._client.observer
        if observer is None:
            return self._request(request, answer_seconds)
        began_at, began, failure = time.time(), time.monotonic(), None
        try:
            return self._request(request, answer_seconds)
        except OssFailure as failed:
            failure = failed
            raise
        finally:
            observer.see_request(self._describe_request(name, failure, began_at, time.monotonic() - began))

    def _describe_request(
        self, name: str, failure: OssFailure | None, began_at: float, seconds: float
    ) -> ObservedRequest:
        method, _, operation = name.partition(" ")
        host = urlsplit(self._client.target.endpoint).netloc
        if failure is None:
            return ObservedRequest(operation, method, host, began_at, seconds, 200, resends=self._resends)
        throttled = failure.kind is FailureKind.THROTTLED
        code = failure.code or failure.kind.value
        status, request_id = failure.status, failure.request_id
        return ObservedRequest(
            operation, method, host, began_at, seconds, status, code, request_id, self._resends, throttled
        )

    def _request(self, request: Callable[[Any], T], answer_seconds: float | None) -> T:
        client, timeouts = self._client, self._client.timeouts
        try:
            bucket = oss2.Bucket(
                self._make_signer(),
                client.target.endpoint,
                client.target.bucket,
                session=client.session,
                connect_timeout=(timeouts.connect_seconds, answer_seconds or timeouts.answer_seconds),
                enable_crc=False,  # checked by the callers, with a faster engine
                region=client.region or None,
                is_verify_object_strict=False,
            )
            return request(bucket)
        except oss2.exceptions.ServerError as error:
            raise read_error_answer(error, self._credential) from None
        except oss2.exceptions.RequestError as error:
            raise read_connection_error(
                error.exception,
                urlsplit(client.target.endpoint).netloc,
                client.route,
                connect_seconds=timeouts.connect_seconds,
                stall_seconds=timeouts.stall_seconds,
            ) from None
        except oss2.exceptions.ClientError:
            raise OssFailure(FailureKind.FINAL, "oss2 does not take the endpoint, the bucket or the key") from None
        except (oss2.exceptions.OssError, *_UNREADABLE) as error:
            client.registry.check()
            # A captive portal, a proxy's page, another service.
            logger.warning("an answer could not be read", extra={"reason": type(error).__name__})
            raise OssFailure(FailureKind.FINAL, "the endpoint answered with something that OSS does not say") from None

    def _make_signer(self) -> Any:
        credential = self._credential
        provider = oss2.credentials.StaticCredentialsProvider(
            credential.access_key_id, credential.access_key_secret, credential.security_token or ""
        )
        signer = (_SignerV4 if self._client.region else _SignerV1)(provider)
        signer.clock = self._client.clock
        return signer


class _SignerV1(oss2.ProviderAuth):
    """As its base signs, but with the service's time: oss2 asks this machine's clock, which can be wrong."""

    clock: ServiceClock

    def _sign_request(self, req: Any, bucket_name: str, key: str) -> None:
        credentials: Any = self.credentials_provider.get_credentials()
        if token := credentials.get_security_token():
            req.headers["x-oss-security-token"] = token
        req.headers["date"] = oss2.http_date(self.clock.now())
        signature = self._ProviderAuth__make_signature(req, bucket_name, key, credentials)
        req.headers["authorization"] = f"OSS {credentials.get_access_key_id()}:{signature}"

    def _sign_url(self, req: Any, bucket_name: str, key: str, expires: int) -> str:
        credentials: Any = self.credentials_provider.get_credentials()
        if token := credentials.get_security_token():
            req.params["security-token"] = token
        ends_at = str(int(self.clock.now()) + expires)
        req.headers["date"] = ends_at
        signature = self._ProviderAuth__make_signature(req, bucket_name, key, credentials)
        signed = {"OSSAccessKeyId": credentials.get_access_key_id(), "Expires": ends_at, "Signature": signature}
        return _write_address(req, signed)


class _SignerV4(oss2.ProviderAuthV4):
    """The same for the newer way of signing."""

    clock: ServiceClock

    def _sign_url(self, req: Any, bucket_name: str, key: str, expires: int, in_additional_headers: Any = None) -> str:
        del in_additional_headers  # Content-Type and whatever begins with x-oss- are signed anyway
        credentials: Any = self.credentials_provider.get_credentials()
        if token := credentials.get_security_token():
            req.params["x-oss-security-token"] = token
        now = datetime.fromtimestamp(self.clock.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
        req.params |= {
            "x-oss-date": now,
            "x-oss-expires": str(expires),
            "x-oss-signature-version": "OSS4-HMAC-SHA256",
            "x-oss-credential": f"{credentials.get_access_key_id()}/{self._ProviderAuthV4__get_scope(now[:8], req)}",
        }
        signature = self._ProviderAuthV4__make_signature(req, bucket_name, key, [], credentials, now)
        return _write_address(req, {"x-oss-signature": signature})

    def _sign_request(self, req: Any, bucket_name: str, key: str, in_additional_headers: Any = None) -> None:
        del in_additional_headers
        credentials: Any = self.credentials_provider.get_credentials()
        if token := credentials.get_security_token():
            req.headers["x-oss-security-token"] = token
        now = datetime.fromtimestamp(self.clock.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
        req.headers["x-oss-date"] = now
        req.headers["x-oss-content-sha256"] = "UNSIGNED-PAYLOAD"
        scope = self._ProviderAuthV4__get_scope(now[:8], req)
        signature = self._ProviderAuthV4__make_signature(req, bucket_name, key, None, credentials, now)
        credential = f"{credentials.get_access_key_id()}/{scope}"
        req.headers["authorization"] = f"OSS4-HMAC-SHA256 Credential={credential}, Signature={signature}"


def _read_region(endpoint: str) -> str:
    """The region that a host of OSS names; empty for others, which are signed for in the older way that needs none."""
    match = _REGION.fullmatch(urlsplit(endpoint).hostname or "")
    return match[1] if match and match[1] not in _NO_REGION else ""


def _write_address(req: Any, signed: Mapping[str, str]) -> str:
    return f"{req.url}?{urlencode({**req.params, **signed}, quote_via=quote, safe='')}"


def _read_part_checksums(page: Any) -> dict[int, int]:
    """The CRC-64 of each part that a page of ListParts names, which oss2 passes over; those it does not say are left
    out."""
    with suppress(ElementTree.ParseError, AttributeError, ValueError, TypeError):
        # What was read of the connection, see RegisteredAdapter.send.
        root = ElementTree.fromstring(page.resp.response.raw.getvalue())  # noqa: S314 - oss2 has just read it so
        rows = [(part.findtext("PartNumber"), part.findtext("HashCrc64ecma")) for part in root.findall("Part")]
        return {int(number): int(crc) for number, crc in rows if number and crc}
    return {}


def _split_names(value: str | None) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in (value or "").split(",") if name.strip())


def _read_stored(result: Any) -> Stored:
    crc = result.headers.get("x-oss-hash-crc64ecma")
    return Stored(str(result.etag or ""), int(crc) if crc and str(crc).isdigit() else None)
