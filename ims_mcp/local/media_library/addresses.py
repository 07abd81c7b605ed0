"""The addresses a media file can have, the one object in the local OSS each names, and what its name says it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from ims_mcp.local.media.media_file import AUDIO_SUFFIXES, IMAGE_SUFFIXES, VIDEO_SUFFIXES
from ims_mcp.local.oss.objects import BUCKET_NAME, MAX_KEY_BYTES

_PUBLIC_HOST = re.compile(r"(?P<bucket>[^.]+)\.oss-[a-z0-9-]+\.aliyuncs\.com(:\d+)?")
_OWN_HOST = re.compile(r"((?P<bucket>[a-z0-9-]+)\.)?(127\.\d+\.\d+\.\d+|localhost)(:\d+)?")


class AddressError(ValueError):
    """The text names no object that the local OSS could hold; the message says why."""


class VodAddress(AddressError):
    """A vod:// address: well-formed, but there is no ApsaraVideo VOD here."""


@dataclass(frozen=True, slots=True)
class ObjectAddress:
    """One object in the local OSS. All spellings of its address are equal once they are one of these."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"oss://{self.bucket}/{self.key}"

    @property
    def file_name(self) -> str:
        """What follows the last slash of the key."""
        return self.key.rsplit("/", 1)[-1]

    @property
    def extension(self) -> str:
        """Lower case, without the dot; empty where the name has none."""
        _, dot, extension = self.file_name.rpartition(".")
        return extension.lower() if dot else ""

    def url(self, base_url: str) -> str:
        """The unsigned path-style address below ``base_url`` (``http://127.0.0.1:9527``)."""
        return f"{base_url}/{self.bucket}/{quote(self.key, safe='/~')}"


def drop_query(url: str) -> str:
    """The address as it is kept and shown: its query may be a signature."""
    scheme, separator, rest = url.strip().partition("://")
    kept = rest.partition("?")[0]
    return f"{scheme}{separator}{kept if scheme.lower() == 'oss' else kept.partition('#')[0]}"


def read_object_address(url: str) -> ObjectAddress:
    """The object that ``url`` names.

    Forms: ``oss://bucket/key``; ``http(s)://bucket.oss-<any region>.aliyuncs.com/key`` (also ``-internal``); and, on
    a loopback host with any port (it changes with every start), ``http://127.0.0.1:1234/bucket/key`` and
    ``http://bucket.localhost:1234/key``. A query (a signature) is dropped, percent escapes are decoded in every form.

    Raises AddressError for anything else, VodAddress for ``vod://id``.
    """
    url = drop_query(url)
    scheme, separator, rest = url.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in ("oss", "http", "https", "vod"):
        raise AddressError(f"{url!r} is not an address of the form oss://bucket/key or http(s)://…/key")
    if scheme == "vod":
        raise VodAddress(f"{url!r} lies in ApsaraVideo VOD")
    host, _, path = rest.partition("/")
    if scheme == "oss":
        bucket, key = host, path
    else:
        bucket, key = _split_host(url, host.lower(), path)
    return ObjectAddress(_check_bucket(url, bucket), _read_key(url, key))


def guess_media_type(extension: str) -> str | None:
    """``video``, ``audio`` or ``image`` for an extension in small letters; None where it does not tell (text)."""
    # gif stands in the service's lists of images and of videos: a picture is the likelier thing to register.
    if extension in IMAGE_SUFFIXES:
        return "image"
    if extension in VIDEO_SUFFIXES:
        return "video"
    return "audio" if extension in AUDIO_SUFFIXES else None


def _split_host(url: str, host: str, path: str) -> tuple[str, str]:
    if found := _PUBLIC_HOST.fullmatch(host):
        return found["bucket"], path
    if found := _OWN_HOST.fullmatch(host):
        if found["bucket"]:
            return found["bucket"], path
        bucket, _, key = path.partition("/")
        return bucket, key
    raise AddressError(f"{url!r} is on the host {host!r}, which is not OSS: only OSS objects can be registered")


def _check_bucket(url: str, bucket: str) -> str:
    if not BUCKET_NAME.fullmatch(bucket):
        raise AddressError(f"{url!r} names the bucket {bucket!r}, which no bucket can be called")
    return bucket


def _read_key(url: str, escaped: str) -> str:
    try:
        key = unquote_to_bytes(escaped).decode("utf-8")
    except UnicodeDecodeError:
        raise AddressError(f"{url!r} holds an object name that is not UTF-8") from None
    if not key or key.endswith("/") or key.startswith(("/", "\\")):
        raise AddressError(f"{url!r} names no object")
    if len(key.encode("utf-8")) > MAX_KEY_BYTES:
        raise AddressError(f"{url[:80]!r}… names an object of more than {MAX_KEY_BYTES} bytes")
    return key
