"""The requests an upload makes of OSS, through oss2: plain values in, plain values or an OssFailure out. All block.

Importing it imports oss2 (0.3 s): it is imported in a thread, by the first upload.
"""

from __future__ import annotations

import base64
import importlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit
from xml.etree import ElementTree

from ims_mcp.client.clock import ServiceClock
from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.attempts import Patience
from ims_mcp.client.oss.connections import Lines, Session
from ims_mcp.client.oss.failures import answered, foreign, unacceptable, unanswered
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.transport import read_connection_config
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


class Body(Protocol):
    """What is sent: its length, and its pieces as often as they are asked for."""

    @property
    def len(self) -> int: ...

    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """What OSS says of a part or an object it has."""

    etag: str
    crc64: int | None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A multipart upload under way. ``at``: epoch seconds, by the clock of OSS."""

    upload_id: str
    at: float


class Gateway:
    """One upload's way to its target. Used from several threads."""

    def __init__(self, target: UploadTarget, patience: Patience, clock: ServiceClock, *, threads: int) -> None:
        self.lines = Lines(patience.stall)
        self._target = target
        self._writing = _KEEP_EXISTING if target.keeps_existing else {}
        self._clock = clock
        self._endpoint = target.endpoint
        self._region = target.region or _region_of(self._endpoint)
        self._patience = patience
        config = read_connection_config(self._endpoint)
        self._route = config.route
        # oss2's own Session is a thin cover of one of requests.
        self._session = oss2.Session()
        self._session.session.close()
        self._session.session = Session(self.lines, threads, config.ssl_context, config.route)

    def close(self) -> None:
        self._session.session.close()

    def begin(self, credential: Credential) -> str:
        """The upload id of a new multipart upload."""
        headers = {**self._writing}
        result = self._ask(credential, lambda bucket, key: bucket.init_multipart_upload(key, headers=headers))
        return str(result.upload_id)

    def put_part(self, credential: Credential, upload_id: str, number: int, body: Body) -> Stored:
        return _stored(
            self._ask(credential, lambda bucket, key: bucket.upload_part(key, upload_id, number, body)),
        )

    def put(self, credential: Credential, body: Body, md5: bytes) -> Stored:
        """The whole object in one request; OSS refuses it unless the MD5 is that of what arrived."""
        headers = {**self._writing, "Content-MD5": base64.b64encode(md5).decode("ascii")}
        data = body if body.len else b""  # a stream without bytes would be sent in chunks, which OSS signs differently
        return _stored(self._ask(credential, lambda bucket, key: bucket.put_object(key, data, headers=headers)))

    def complete(self, credential: Credential, upload_id: str, etags: Mapping[int, str]) -> Stored:
        parts = [oss2.models.PartInfo(number, etags[number]) for number in sorted(etags)]
        return _stored(
            self._ask(
                credential,
                lambda bucket, key: bucket.complete_multipart_upload(key, upload_id, parts, headers={**self._writing}),
                answer_seconds=self._patience.complete,
            )
        )

    def abort(self, credential: Credential, upload_id: str) -> None:
        self._ask(credential, lambda bucket, key: bucket.abort_multipart_upload(key, upload_id))

    def parts(self, credential: Credential, upload_id: str) -> dict[int, Stored]:
        """Every part OSS has of an upload, by number. Their CRC is not among what oss2 reads of the answer."""
        found: dict[int, Stored] = {}
        marker = ""
        while True:
            page = self._ask(
                credential, lambda bucket, key, marker=marker: bucket.list_parts(key, upload_id, marker=marker)
            )
            for part in page.parts:
                found[int(part.part_number)] = Stored(str(part.etag), None, int(part.size))
            if not page.is_truncated:
                return found
            marker = str(page.next_marker)

    def uploads(self, credential: Credential) -> list[Begun]:
        """The multipart uploads under way for exactly this key. Needs a right on the bucket itself."""
        found: list[Begun] = []
        key_marker = id_marker = ""
        while True:
            page = self._ask(
                credential,
                lambda bucket, key, after=(key_marker, id_marker): bucket.list_multipart_uploads(
                    prefix=key, key_marker=after[0], upload_id_marker=after[1]
                ),
            )
            for upload in page.upload_list:
                if upload.key == self._target.key:
                    found.append(Begun(str(upload.upload_id), float(upload.initiation_date)))
            # The key itself comes before every longer one that begins with it.
            if not page.is_truncated or page.next_key_marker != self._target.key:
                return found
            key_marker, id_marker = str(page.next_key_marker), str(page.next_upload_id_marker)

    def look(self, credential: Credential) -> Stored:
        """The object as it is."""
        result = self._ask(credential, lambda bucket, key: bucket.head_object(key))
        stored = _stored(result)
        return Stored(stored.etag, stored.crc64, int(result.content_length))

    def delete(self, credential: Credential) -> None:
        self._ask(credential, lambda bucket, key: bucket.delete_object(key))

    def _ask(
        self, credential: Credential, request: Callable[[Any, str], T], *, answer_seconds: float | None = None
    ) -> T:
        """One request. Raises OssFailure; Cut and what reading the source raises come through as they are."""
        try:
            bucket = oss2.Bucket(
                self._auth(credential),
                self._endpoint,
                self._target.bucket,
                session=self._session,
                connect_timeout=(self._patience.connect, answer_seconds or self._patience.answer),
                enable_crc=False,  # checked by the callers, with a faster engine
                region=self._region or None,
                is_verify_object_strict=False,
            )
            return request(bucket, self._target.key)
        except oss2.exceptions.ServerError as error:
            raise answered(error, credential) from None
        except oss2.exceptions.RequestError as error:
            host = urlsplit(self._endpoint).netloc
            patience = self._patience
            raise unanswered(
                error.exception,
                host,
                self._route,
                connect_seconds=patience.connect,
                stall_seconds=patience.stall,
            ) from None
        except oss2.exceptions.ClientError:
            raise unacceptable() from None
        except (oss2.exceptions.OssError, *_UNREADABLE) as error:
            self.lines.check()
            logger.warning("an answer could not be read", extra={"reason": type(error).__name__})
            raise foreign() from None

    def _auth(self, credential: Credential) -> Any:
        provider = oss2.credentials.StaticCredentialsProvider(
            credential.access_key_id, credential.access_key_secret, credential.security_token or ""
        )
        signer = (_SignerV4 if self._region else _SignerV1)(provider)
        signer.clock = self._clock
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


class _SignerV4(oss2.ProviderAuthV4):
    """The same for the newer way of signing."""

    clock: ServiceClock

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


def _region_of(endpoint: str) -> str:
    """The region that a host of OSS names; empty for others, which are signed for in the older way that needs none."""
    match = _REGION.fullmatch(urlsplit(endpoint).hostname or "")
    return match[1] if match and match[1] not in _NO_REGION else ""


def _stored(result: Any) -> Stored:
    crc = result.headers.get("x-oss-hash-crc64ecma")
    return Stored(str(result.etag or ""), int(crc) if crc and str(crc).isdigit() else None)
