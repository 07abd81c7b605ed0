"""The errors OSS answers with: code, HTTP status and the extra fields of the error body."""

from __future__ import annotations

from collections.abc import Mapping

from ims_mcp.errors import ImsError

# Code -> HTTP status, for every code the local OSS uses (source: the OSS error pages and oss2 2.19.1's own table).
STATUS: Mapping[str, int] = {
    "AccessDenied": 403,
    "BucketNotEmpty": 409,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    "FileAlreadyExists": 409,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidBucketName": 400,
    "InvalidDigest": 400,
    "InvalidEncryptionAlgorithmError": 400,
    "InvalidObjectName": 400,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidRange": 416,
    "InvalidSecurityToken": 403,
    "InvalidTag": 400,
    "InvalidTargetType": 400,
    "MalformedXML": 400,
    "MethodNotAllowed": 405,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NotImplemented": 400,
    "NotModified": 304,
    "NotSymlink": 400,
    "ObjectNotAppendable": 409,
    "PositionNotEqualToLength": 409,
    "PreconditionFailed": 412,
    "RequestTimeTooSkewed": 403,
    "SecurityTokenExpired": 403,
    "SignatureDoesNotMatch": 403,
    "SymlinkTargetNotExist": 404,
}


class OssError(ImsError):
    """One of :data:`STATUS`; ``details`` become further elements of the body (``BucketName``, ``ArgumentName``)."""

    def __init__(self, code: str, message: str, **details: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
        self.details = details


def no_such_bucket(bucket: str) -> OssError:
    """404, with its name."""
    return OssError("NoSuchBucket", "The bucket does not exist.", BucketName=bucket)


def no_such_key(key: str) -> OssError:
    """404, with the key."""
    return OssError("NoSuchKey", "The object does not exist.", Key=key)


def no_such_upload(upload_id: str) -> OssError:
    """404, with the id."""
    return OssError(
        "NoSuchUpload", "No multipart upload has this id: it was completed, aborted or never begun.", UploadId=upload_id
    )


def invalid_argument(name: str, value: str, message: str) -> OssError:
    """400, with the argument and the beginning of its value."""
    return OssError("InvalidArgument", message, ArgumentName=name, ArgumentValue=value[:200])


def access_denied(message: str, **details: str) -> OssError:
    """403."""
    return OssError("AccessDenied", message, **details)


class PositionNotEqualToLength(OssError):
    """409: an append has to begin where the object ends, at ``next_position``, which a header says as well."""

    def __init__(self, next_position: int) -> None:
        super().__init__("PositionNotEqualToLength", "Position is not equal to file length")
        self.next_position = next_position
