"""The errors OSS answers with: code, HTTP status, EC number and the extra fields of the error body.

Where a message is one that official clients compare with, it is the service's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ims_mcp.errors import ImsError

# Code -> HTTP status, for every code the local OSS uses (source: the OSS error pages and oss2 2.19.1's own table).
STATUS: Mapping[str, int] = {
    "AccessDenied": 403,
    "AccessForbidden": 403,
    "BucketAlreadyExists": 409,
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
    "InvalidEncryptionRequest": 400,
    "InvalidLocationConstraint": 400,
    "InvalidObjectName": 400,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidPolicyDocument": 400,
    "InvalidRange": 416,
    "InvalidSecurityToken": 403,
    "InvalidTag": 400,
    "InvalidTargetType": 400,
    "MalformedPOSTRequest": 400,
    "MalformedXML": 400,
    "MethodNotAllowed": 405,
    "NoSuchBucket": 404,
    "NoSuchCORSConfiguration": 404,
    "NoSuchKey": 404,
    "NoSuchRegion": 404,
    "NoSuchUpload": 404,
    "NotImplemented": 400,
    "NotModified": 304,
    "NotSymlink": 400,
    "ObjectNotAppendable": 409,
    "PositionNotEqualToLength": 409,
    "PreconditionFailed": 412,
    "RequestTimeTooSkewed": 403,
    "ResourceGroupIdPreCheckError": 400,
    "SecurityTokenExpired": 403,
    "SignatureDoesNotMatch": 403,
    "SymlinkTargetNotExist": 404,
}

# The numbers that tell apart what one code can mean, as far as the official clients' own tests name them.
_EC: Mapping[str, str] = {
    "BucketNotEmpty": "0015-00000301",
    "InvalidAccessKeyId": "0002-00000902",
    "NoSuchBucket": "0015-00000101",
    "NoSuchKey": "0026-00000001",
    "NoSuchUpload": "0042-00000002",
    "PositionNotEqualToLength": "0026-00000016",
    "RequestTimeTooSkewed": "0002-00000504",
    "ResourceGroupIdPreCheckError": "0039-00000003",
    "SignatureDoesNotMatch": "0002-00000040",
}
_EC_OF_OPERATION: Mapping[tuple[str, str], str] = {
    ("NoSuchUpload", "UploadPart"): "0042-00000104",
    ("NoSuchUpload", "UploadPartCopy"): "0042-00000311",
}


class OssError(ImsError):
    """One of :data:`STATUS`; ``details`` become further elements of the body (``BucketName``, ``ArgumentName``).

    ``ec``: where a code has several numbers, the one that is meant.
    """

    def __init__(self, code: str, message: str, *, ec: str | None = None, **details: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
        self.ec = ec or _EC.get(code)
        """The number of the EC element and the x-oss-ec header; None where it is not known."""
        self._details = details

    @property
    def details(self) -> Mapping[str, str]:
        """What the body says beside code and message."""
        return self._details if self.ec is None else {**self._details, "EC": self.ec}

    def narrow_to(self, operation: str) -> None:
        """Give it the number it has in one operation."""
        self.ec = _EC_OF_OPERATION.get((self.code, operation), self.ec)


def no_such_bucket(bucket: str) -> OssError:
    """404, with its name."""
    return OssError("NoSuchBucket", "The specified bucket does not exist.", BucketName=bucket)


def no_such_key(key: str) -> OssError:
    """404, with the key."""
    return OssError("NoSuchKey", "The specified key does not exist.", Key=key)


def no_such_upload(upload_id: str) -> OssError:
    """404, with the id."""
    return OssError(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or"
        " completed.",
        UploadId=upload_id,
    )


def invalid_argument(name: str, value: str, message: str, *, ec: str | None = None) -> OssError:
    """400, with the argument and the beginning of its value."""
    return OssError("InvalidArgument", message, ec=ec, ArgumentName=name, ArgumentValue=value[:200])


def access_denied(message: str, **details: str) -> OssError:
    """403."""
    return OssError("AccessDenied", message, **details)


class PositionNotEqualToLength(OssError):
    """409: an append has to begin where the object ends, at ``next_position``, which a header says as well."""

    def __init__(self, next_position: int) -> None:
        super().__init__("PositionNotEqualToLength", "Position is not equal to file length")
        self.next_position = next_position
