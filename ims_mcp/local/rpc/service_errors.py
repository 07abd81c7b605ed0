"""The errors the local IMS answers with: code, HTTP status and the body clients know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ims_mcp.catalogue import AtLeastOne, Operation
from ims_mcp.errors import InvalidArguments
from ims_mcp.local.disk import DISK_IS_FULL

_KEY_PAIR = (
    "The key pair of `ims-mcp local` is local/local unless another was set; that of an IMS which a server started is "
    "in endpoint.json of its data directory."
)
# Code -> (HTTP status, what Recommend says where the fault brings nothing of its own).
_CODES = {
    "MissingParameter": (400, "Give the parameter the message names."),
    "InvalidParameter": (400, "Correct the parameters the message names."),
    "InvalidParameter.PolicyGrammar": (400, "Write the policy as RAM documents it."),
    "IdempotentParameterMismatch": (400, "Use a new ClientToken for a new call."),
    "UnsupportedOperation": (400, "Use the cloud service for this; the local IMS cannot do it."),
    "IncompleteSignature": (400, "Sign with ACS3-HMAC-SHA256, or with SignatureVersion 1.0 and HMAC-SHA1."),
    "SignatureDoesNotMatch": (400, f"Check the AccessKey secret. {_KEY_PAIR}"),
    "SignatureNonceUsed": (400, "Send every call with a nonce of its own."),
    "InvalidTimeStamp.Format": (400, "Write the time in UTC, as in 2026-01-31T08:00:00Z."),
    "InvalidTimeStamp.Expired": (400, "Set the clock; the Date header has the time here."),
    "MissingSecurityToken": (400, "Send the x-acs-security-token that came with the temporary key."),
    "InvalidSecurityToken.MismatchWithAccessKey": (400, "Send the token that came with this temporary key."),
    "InvalidSecurityToken.Expired": (400, "Ask for new temporary credentials."),
    "AccessDenied": (403, "Use credentials whose policy allows it."),
    "Forbidden": (403, "Use credentials that may do this."),
    "OperationDenied": (403, "The message says which limit or state stands against it."),
    "InvalidAccessKeyId.NotFound": (404, _KEY_PAIR),
    "InvalidAction.NotFound": (404, "Check the action's name and the API version."),
    "ResourceNotFound": (404, "Check the id or address."),
    "MediaAlreadyExist": (409, "Use the existing asset, or register with Overwrite=true to replace it."),
    "RequestEntityTooLarge": (413, "Send less."),
    "InternalError": (500, "This is a bug in the local IMS; its log has the details."),
}


class RpcFault(Exception):
    """An answer other than success. ``code`` is one of the codes above: a new one needs a row there."""

    def __init__(self, code: str, message: str, *, recommend: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status, advice = _CODES[code]
        self.recommend = recommend or advice

    def to_body(self, *, request_id: str, host: str) -> dict[str, Any]:
        """``{RequestId, HostId, Code, Message, Recommend}``."""
        return {
            "RequestId": request_id,
            "HostId": host,
            "Code": self.code,
            "Message": self.message,
            "Recommend": self.recommend,
        }


def missing(*names: str) -> RpcFault:
    """None of ``names`` was given, and one of them has to be."""
    return RpcFault("MissingParameter", f"{' or '.join(names)} has to be given.")


def invalid(name: str, text: str) -> RpcFault:
    """A parameter that was given and will not do; ``text`` says why, without a full stop."""
    return RpcFault("InvalidParameter", f"{name}: {text}.")


def unsupported(what: str) -> RpcFault:
    """The real service can do it, the local one cannot."""
    return RpcFault("UnsupportedOperation", f"The local IMS does not do {what}.")


def media_not_found(wanted: str) -> RpcFault:
    """No asset has the id or the address ``wanted``."""
    return RpcFault("ResourceNotFound", f"There is no media asset {wanted}.")


def disk_full() -> RpcFault:
    """The call was rolled back: unlike an InternalError, nothing of it is in doubt."""
    return RpcFault("OperationDenied", f"{DISK_IS_FULL} The call was not carried out.", recommend="Make room there.")


def find_missing_parameter(operation: Operation, given: Iterable[str]) -> RpcFault | None:
    """The fault of the first required parameter that was not given, before anything else is looked at."""
    names = set(given)
    for parameter in operation.parameters:
        if parameter.required and parameter.name not in names:
            return missing(parameter.name)
    for rule in operation.rules:
        if isinstance(rule, AtLeastOne) and names.isdisjoint(rule.names):
            return missing(*rule.names)
    return None


def from_invalid_arguments(error: InvalidArguments) -> RpcFault:
    """Every problem the parameter table found, as one InvalidParameter."""
    return RpcFault("InvalidParameter", "; ".join(str(problem) for problem in error.problems))
