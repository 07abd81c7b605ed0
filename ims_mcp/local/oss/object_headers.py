"""What the headers of a request say of an object, and the headers that say it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from ims_mcp.local.oss.blobs import Blob
from ims_mcp.local.oss.description import DEFAULT_ACL, DEFAULT_CONTENT_TYPE, STORAGE_CLASSES, Description
from ims_mcp.local.oss.errors import OssError, invalid_argument
from ims_mcp.local.oss.objects import StoredObject
from ims_mcp.local.oss.reply import write_http_date
from ims_mcp.local.oss.request import Request
from ims_mcp.local.oss.tags import read_tagging_header

MAX_METADATA_BYTES = 8 * 1024
_KEPT_HEADERS = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")
_OVERRIDES = ("content-type", *_KEPT_HEADERS)
_METADATA_PREFIX = "x-oss-meta-"
# Without these nobody can read the data again: OSS keeps them whatever a copy replaces.
_ENVELOPE_PREFIX = "client-side-encryption-"
_ACL = "x-oss-object-acl"
_STORAGE_CLASS = "x-oss-storage-class"
_ENCRYPTION = "x-oss-server-side-encryption"
_DATA_ENCRYPTION = "x-oss-server-side-data-encryption"
_ENCRYPTION_KEY = "x-oss-server-side-encryption-key-id"
_ALGORITHMS = ("AES256", "KMS", "SM4")
_WRITE_CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")


def describe(request: Request) -> Description:
    """What the headers of a put say of the object.

    InvalidArgument (metadata, storage class, form of the tags), InvalidTag, InvalidEncryptionAlgorithmError.
    """
    return Description(
        content_type=request.get_header("content-type") or DEFAULT_CONTENT_TYPE,
        headers={name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers},
        metadata=_read_metadata(request),
        tags=read_tagging_header(request.get_header("x-oss-tagging")),
        acl=request.get_header(_ACL) or DEFAULT_ACL,
        storage_class=_read_storage_class(request),
        encryption=_read_encryption(request),
    )


def describe_copy(request: Request, source: Description, *, in_place: bool) -> Description:
    """What a copy is described by: its own headers, or the source's, as the directives have it.

    A copy onto itself (``in_place``) always replaces the headers, and keeps what is not asked for of the rest.
    """
    replaces = _read_directive(request, "x-oss-metadata-directive") == "REPLACE" or in_place
    retags = _read_directive(request, "x-oss-tagging-directive") == "REPLACE"
    made = replace(describe(request), link_target=source.link_target)
    if not replaces:
        made = replace(made, content_type=source.content_type, headers=source.headers, metadata=source.metadata)
    else:
        envelope = {name: value for name, value in source.metadata.items() if name.startswith(_ENVELOPE_PREFIX)}
        content_type = request.get_header("content-type") or source.content_type
        made = replace(made, content_type=content_type, metadata={**envelope, **made.metadata})
    if not retags:
        made = replace(made, tags=source.tags)
    if in_place:
        made = replace(
            made,
            acl=request.get_header(_ACL) or source.acl,
            storage_class=made.storage_class if request.get_header(_STORAGE_CLASS) else source.storage_class,
            encryption=made.encryption or source.encryption,
        )
    return made


def refuse_write_conditions(request: Request) -> None:
    """NotImplemented: OSS takes no condition on a put (x-oss-forbid-overwrite is its way)."""
    for name in _WRITE_CONDITIONS:
        if name in request.headers:
            raise OssError(
                "NotImplemented",
                "A header you provided implies functionality that is not implemented.",
                Header=name.title(),
            )


def refuse_encryption(request: Request) -> None:
    """InvalidArgument: what is part of something is encrypted as the whole is."""
    for name in (_ENCRYPTION, _DATA_ENCRYPTION, _ENCRYPTION_KEY):
        if name in request.headers:
            raise invalid_argument(name, request.headers[name], "Encryption is chosen where the upload begins.")


def read_overrides(request: Request) -> dict[str, str]:
    """The headers that response-content-type and its like ask for, as Latin-1 text of their UTF-8 bytes."""
    given = {name: request.get_parameter(f"response-{name}") for name in _OVERRIDES}
    for name, value in given.items():
        if value and (value != value.strip(" \t") or any(one < " " or one == "\x7f" for one in value)):
            raise invalid_argument(f"response-{name}", value, "The value cannot be sent in a header.")
    return {name: value.encode().decode("latin-1") for name, value in given.items() if value}


def name_checksums(etag: str, blob: Blob) -> dict[str, str]:
    """The headers that say what was stored."""
    return {"etag": f'"{etag}"', "x-oss-hash-crc64ecma": str(blob.crc64)}


def name_object(stored: StoredObject) -> dict[str, str]:
    """The headers of a read: all that is known of the object."""
    description = stored.description
    headers = {
        "content-type": description.content_type,
        "accept-ranges": "bytes",
        "last-modified": write_http_date(stored.modified),
        "x-oss-object-type": stored.kind,
        "x-oss-storage-class": description.storage_class,
        **name_checksums(stored.etag, stored.blob),
        **description.encryption,
        **description.headers,
        **name_metadata(description),
    }
    if stored.content_md5 is not None:
        headers["content-md5"] = stored.content_md5
    if stored.kind == "Appendable":
        headers["x-oss-next-append-position"] = str(stored.size_bytes)
    if description.tags:
        headers["x-oss-tagging-count"] = str(len(description.tags))
    return headers


def name_metadata(description: Description) -> dict[str, str]:
    """The x-oss-meta- headers."""
    return {f"{_METADATA_PREFIX}{name}": value for name, value in description.metadata.items()}


def _read_metadata(request: Request) -> dict[str, str]:
    metadata = dict(request.user)
    if sum(len(_METADATA_PREFIX) + len(name) + len(value) for name, value in metadata.items()) > MAX_METADATA_BYTES:
        message = "The x-oss-meta- headers of an object have at most 8 KB in all."
        raise invalid_argument(_METADATA_PREFIX, "", message, ec="0011-00000002")
    return metadata


def _read_storage_class(request: Request) -> str:
    given = request.get_header(_STORAGE_CLASS)
    if given is None:
        return ""
    if given not in STORAGE_CLASSES:
        message = f"The storage class is one of {', '.join(STORAGE_CLASSES)}."
        raise invalid_argument(_STORAGE_CLASS, given, message, ec="0013-00000101")
    return given


def _read_encryption(request: Request) -> dict[str, str]:
    algorithm = request.get_header(_ENCRYPTION)
    if algorithm is None:
        return {}
    data_algorithm, key = request.get_header(_DATA_ENCRYPTION), request.get_header(_ENCRYPTION_KEY)
    if algorithm not in _ALGORITHMS:
        raise OssError(
            "InvalidEncryptionAlgorithmError",
            "The Encryption request you specified is not valid. Supported value: AES256/SM4/KMS.",
            ArgumentName=_ENCRYPTION,
            ArgumentValue=algorithm[:200],
        )
    if algorithm != "KMS":
        return {_ENCRYPTION: algorithm}
    named = {_ENCRYPTION: algorithm, _ENCRYPTION_KEY: key or "local"}
    return named | ({_DATA_ENCRYPTION: data_algorithm} if data_algorithm else {})


def _read_directive(request: Request, name: str) -> Literal["COPY", "REPLACE"]:
    directive = (request.get_header(name) or "COPY").upper()
    if directive not in ("COPY", "REPLACE"):
        raise invalid_argument(name, directive, "The value is COPY or REPLACE.")
    return directive
