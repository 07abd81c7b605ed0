"""What an error code of the service means and what to do about it, in our words; and how to learn what a write did."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ims_mcp.catalogue import Effect, Operation, get_operation, list_known_names
from ims_mcp.catalogue.siblings import suggest_lookup


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``cause`` is the likely one; ``next_step`` addresses whoever made the call, a model or a person."""

    cause: str
    next_step: str


_REPORT = "If it stays so, give the RequestId to Alibaba Cloud support."
_RUNS_IT = "For whoever runs the server:"
"""What follows cannot be done in a chat: variables, keys, clocks, networks."""
_LOOKUP = "{lookup}"
"""Stands for which id of the operation to check, and which list has the right one."""
_SLOW_DOWN = Diagnosis(
    "The account calls IMS (or this operation) more often than its quota allows.",
    "Wait some seconds, then call again with fewer calls at once. Nothing was changed by this call.",
)
_MAY_NOT = "Ask the account's administrator to grant the RAM user or role the action of this operation."
_CLOCK = (
    f"Calling again does not help. {_RUNS_IT} set this machine's clock (NTP); `ims-mcp doctor` shows the difference."
)
_NEW_KEYS = "Calling again does not help: the server needs other credentials."

# The codes of IMS's own pages, then those every Alibaba Cloud gateway can answer. A code with more parts than are
# listed (InvalidParameter.MediaId) is explained by its longest listed beginning. A next step says first what a reader
# in a chat can do.
DIAGNOSES: dict[str, Diagnosis] = {
    "MissingParameter": Diagnosis(
        "A parameter that this operation needs was not sent, or it arrived empty.",
        "Add the parameter the message names and call again.",
    ),
    "InvalidParameter": Diagnosis(
        "The service does not accept the value of a parameter.",
        "Correct the parameter the message names (its form, its length, or the id of something that exists).",
    ),
    "InvalidParameter.ResourceContentBad": Diagnosis(
        "The source file cannot be read: damaged, empty, encrypted or of another format than its name says.",
        "The arguments are right, the file is not: play it or read its facts (GetMediaInfo), upload it again or name "
        "another file, then submit anew.",
    ),
    "OperationDenied": Diagnosis(
        "What the call asks for is not allowed in the present state of the asset, the job or the account.",
        "Read the state first (for an asset: GetMediaInfo) and change the request to fit it.",
    ),
    "OperationDenied.Suspended": Diagnosis(
        "The service is suspended for this account, mostly because of an overdue payment.",
        "Tell the user: whoever pays for the account settles the bill or renews the service in the Alibaba Cloud "
        "console. Calling again does not help.",
    ),
    "ProjectNotFound": Diagnosis(
        "There is no editing project with this id in this account and region.",
        f"Check ProjectId; ListEditingProjects lists what there is. {_RUNS_IT} projects belong to one region "
        "(IMS_MCP_REGION).",
    ),
    "ResourceNotFound": Diagnosis(
        "There is nothing with this id or address in this account and region.",
        f"{_LOOKUP} {_RUNS_IT} it may lie in another region (IMS_MCP_REGION).",
    ),
    "RequestsTooFrequent": _SLOW_DOWN,
    "Forbidden": Diagnosis("These credentials may not do this.", _MAY_NOT),
    "Forbidden.SubscriptionRequired": Diagnosis(
        "Intelligent Media Services is not activated for this account.",
        "Tell the user: the account's owner activates it once in the Alibaba Cloud console; then call again.",
    ),
    "MediaAlreadyExist": Diagnosis(
        "An asset is registered for this address already.",
        "Read it with GetMediaInfo and the same InputURL. Overwrite=true would delete that asset and make a new one.",
    ),
    "InternalError": Diagnosis("The service failed inside.", f"Try again later. {_REPORT}"),
    "ServiceUnAvailable": Diagnosis("The service cannot answer at the moment.", f"Try again later. {_REPORT}"),
    "ServiceUnavailable": Diagnosis("The service cannot answer at the moment.", f"Try again later. {_REPORT}"),
    "Throttling": _SLOW_DOWN,
    "SignatureDoesNotMatch": Diagnosis(
        "The AccessKey secret does not belong to the AccessKey id, or a proxy changed the request on its way.",
        f"{_NEW_KEYS} {_RUNS_IT} set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET from the same key "
        "pair; `ims-mcp doctor` checks them.",
    ),
    "SignatureNonceUsed": Diagnosis(
        "The same request reached the service twice: something between here and there delivered it again.",
        "Call again: every call is signed anew.",
    ),
    "InvalidTimeStamp": Diagnosis(
        "The clock of this machine and that of the service differ by more than the service allows.", _CLOCK
    ),
    "InvalidTimeStamp.Expired": Diagnosis(
        "The clock of this machine and that of the service differ by more than 15 minutes.", _CLOCK
    ),
    "InvalidAccessKeyId": Diagnosis(
        "The AccessKey id cannot be used.",
        f"{_NEW_KEYS} {_RUNS_IT} check in the RAM console that it exists and is enabled, and set "
        "ALIBABA_CLOUD_ACCESS_KEY_ID anew.",
    ),
    "InvalidAccessKeyId.NotFound": Diagnosis(
        "Alibaba Cloud does not know this AccessKey id: it is mistyped, was deleted, or belongs to another site.",
        f"{_NEW_KEYS} {_RUNS_IT} set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET to an enabled key "
        "pair. Without an account, `ims-mcp serve --local` needs none.",
    ),
    "InvalidAccessKeyId.Inactive": Diagnosis(
        "This AccessKey is disabled.",
        f"{_NEW_KEYS} {_RUNS_IT} enable it in the RAM console or use another key pair.",
    ),
    "InvalidSecurityToken": Diagnosis(
        "The temporary credentials cannot be used: token and key do not belong together, or the token is cut off.",
        f"{_NEW_KEYS} {_RUNS_IT} set ALIBABA_CLOUD_ACCESS_KEY_ID, _SECRET and ALIBABA_CLOUD_SECURITY_TOKEN from the "
        "same answer of STS.",
    ),
    "InvalidSecurityToken.Expired": Diagnosis(
        "The temporary credentials have expired and where they came from has no newer ones.",
        f"{_NEW_KEYS} {_RUNS_IT} get new ones (for environment variables: set all three again and restart; for a CLI "
        "profile: log in again).",
    ),
    "UnsupportedOperation": Diagnosis(
        "This endpoint does not do what was asked; the embedded IMS does only a part of what the cloud does.",
        f"Do it another way: search_operations finds what else there is. {_RUNS_IT} without --local the cloud is "
        "called, which does it.",
    ),
    "NoPermission": Diagnosis(
        "The RAM user or role behind these credentials has no permission for this operation.", _MAY_NOT
    ),
    "InvalidAction": Diagnosis(
        "The endpoint does not offer this operation.",
        "Look for another operation that does the same (search_operations). "
        f"{_RUNS_IT} not every region has every operation (IMS_MCP_REGION, IMS_MCP_ENDPOINT).",
    ),
}
_BY_STATUS = {
    401: Diagnosis(
        "The endpoint does not accept the credentials.", f"{_NEW_KEYS} {_RUNS_IT} `ims-mcp doctor` checks them."
    ),
    403: Diagnosis(
        "The service refuses this call.",
        f"{_MAY_NOT} If it is granted, the account's state (bills, region) may be why.",
    ),
    404: Diagnosis(
        "What the call names does not exist here.",
        f"{_LOOKUP} {_RUNS_IT} it may lie in another region (IMS_MCP_REGION, IMS_MCP_ENDPOINT).",
    ),
    409: Diagnosis("The call collides with what exists.", "Read the present state, then decide."),
    429: _SLOW_DOWN,
}
_UNKNOWN = Diagnosis("The service refused the request.", "Read the message; `Diagnosis`, if given, explains the code.")


def diagnose(code: str, http_status: int, operation: str = "") -> Diagnosis:
    """The longest listed beginning of ``code`` (cut at dots), else what the HTTP status says; where something was not
    found, with the id of ``operation`` to check and the list to look into."""
    by_status = DIAGNOSES["InternalError"] if http_status >= 500 else _BY_STATUS.get(http_status, _UNKNOWN)
    return _name_lookup(_find(code) or by_status, operation)


def diagnose_failure(code: str) -> Diagnosis | None:
    """The longest listed beginning of the ``code`` that a job has failed with; None where none is listed."""
    found = _find(code)
    return found and _name_lookup(found)


def _find(code: str) -> Diagnosis | None:
    parts = code.split(".")
    beginnings = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((DIAGNOSES[each] for each in beginnings if each in DIAGNOSES), None)


def _name_lookup(found: Diagnosis, operation: str = "") -> Diagnosis:
    if _LOOKUP not in found.next_step:
        return found
    known = operation in list_known_names()
    lookup = suggest_lookup(get_operation(operation)) if known else "Check the id."
    return replace(found, next_step=found.next_step.replace(_LOOKUP, lookup))


def describe_recovery(operation: Operation, effect: Effect, client_token: str | None) -> str:
    """What to do where nobody knows whether a call was carried out; empty for a call that changes nothing."""
    if effect is Effect.READ:
        return ""
    unknown = f"Whether {operation.name} was carried out is not known; it was not sent again."
    if client_token:
        return (
            f"Whether {operation.name} was carried out is not known. Calling again with ClientToken={client_token} "
            "and the same arguments is safe: the service takes it for the same call."
        )
    if operation.recovery:
        return f"{unknown} {operation.recovery}"
    if operation.idempotent:
        return f"{unknown} Calling again with the same arguments is safe: it leaves the same state."
    return f"{unknown} Look with the Get or List operation of the same thing before calling it again."
