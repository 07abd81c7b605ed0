"""What an error code of the service means and what to do about it, in our words; and how to learn what a write did."""

from __future__ import annotations

from dataclasses import dataclass

from ims_mcp.catalogue.operation import Effect, Operation


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``cause`` is the likely one; ``next_step`` addresses whoever made the call, a model or a person."""

    cause: str
    next_step: str


_REPORT = "Report the RequestId to Alibaba Cloud support if it stays so."
_SLOW_DOWN = Diagnosis(
    "The account calls IMS (or this operation) more often than its quota allows.",
    "Wait some seconds, then call again with fewer calls at once. Nothing was changed by this call.",
)

# The codes of IMS's own pages, then those every Alibaba Cloud gateway can answer. A code with more parts than are
# listed (InvalidParameter.MediaId) is explained by its longest listed beginning.
DIAGNOSES: dict[str, Diagnosis] = {
    "MissingParameter": Diagnosis(
        "A parameter that this operation needs was not sent, or it arrived empty.",
        "Add the parameter the message names and call again.",
    ),
    "InvalidParameter": Diagnosis(
        "The service does not accept the value of a parameter.",
        "Correct the parameter the message names (its form, its length, or the id of something that exists).",
    ),
    "OperationDenied": Diagnosis(
        "What the call asks for is not allowed in the present state of the asset, the job or the account.",
        "Read the state first (for an asset: GetMediaInfo) and change the request to fit it.",
    ),
    "OperationDenied.Suspended": Diagnosis(
        "The service is suspended for this account, mostly because of an overdue payment.",
        "Settle the bill or renew the service in the Alibaba Cloud console; calling again does not help.",
    ),
    "ProjectNotFound": Diagnosis(
        "There is no editing project with this id in this region.",
        "Check the ProjectId and the region (IMS_MCP_REGION): projects belong to one region.",
    ),
    "ResourceNotFound": Diagnosis(
        "There is nothing with this id or address in this account and region.",
        "Check the id and the region (IMS_MCP_REGION); ListMediaBasicInfos lists the assets that exist.",
    ),
    "RequestsTooFrequent": _SLOW_DOWN,
    "Forbidden": Diagnosis(
        "These credentials may not do this.",
        "Grant the RAM user or role the action of this operation, or use other credentials.",
    ),
    "Forbidden.SubscriptionRequired": Diagnosis(
        "Intelligent Media Services is not activated for this account.",
        "Activate it once in the Alibaba Cloud console, then call again.",
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
        "Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET from the same key pair; `ims-mcp doctor` "
        "checks them.",
    ),
    "SignatureNonceUsed": Diagnosis(
        "The same request reached the service twice: something between here and there delivered it again.",
        "Call again: every call is signed anew.",
    ),
    "InvalidTimeStamp": Diagnosis(
        "The clock of this machine and that of the service differ by more than the service allows.",
        "Set this machine's clock (NTP) and call again; `ims-mcp doctor` shows the difference.",
    ),
    "InvalidTimeStamp.Expired": Diagnosis(
        "The clock of this machine and that of the service differ by more than 15 minutes.",
        "Set this machine's clock (NTP) and call again; `ims-mcp doctor` shows the difference.",
    ),
    "InvalidAccessKeyId": Diagnosis(
        "The AccessKey id cannot be used.",
        "Check in the RAM console that it exists and is enabled, and set ALIBABA_CLOUD_ACCESS_KEY_ID anew.",
    ),
    "InvalidAccessKeyId.NotFound": Diagnosis(
        "Alibaba Cloud does not know this AccessKey id: it is mistyped, was deleted, or belongs to another site.",
        "Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET to an enabled key pair. Without an "
        "account, `ims-mcp serve --local` needs none.",
    ),
    "InvalidAccessKeyId.Inactive": Diagnosis(
        "This AccessKey is disabled.", "Enable it in the RAM console or use another key pair."
    ),
    "InvalidSecurityToken": Diagnosis(
        "The temporary credentials cannot be used: token and key do not belong together, or the token is cut off.",
        "Set ALIBABA_CLOUD_ACCESS_KEY_ID, _SECRET and ALIBABA_CLOUD_SECURITY_TOKEN from the same answer of STS.",
    ),
    "InvalidSecurityToken.Expired": Diagnosis(
        "The temporary credentials have expired and where they came from has no newer ones.",
        "Get new ones (for environment variables: set all three again and restart; for a CLI profile: log in again).",
    ),
    "UnsupportedOperation": Diagnosis(
        "This endpoint does not do what was asked; the embedded IMS does only a part of what the cloud does.",
        "Do it another way, or with the cloud, which a server without --local calls.",
    ),
    "NoPermission": Diagnosis(
        "The RAM user or role behind these credentials has no permission for this operation.",
        "Ask the account's administrator to grant the action, or use other credentials.",
    ),
    "InvalidAction": Diagnosis(
        "The endpoint does not offer this operation.",
        "Check the endpoint and the region (IMS_MCP_ENDPOINT, IMS_MCP_REGION): not every region has every operation.",
    ),
}
_BY_STATUS = {
    401: Diagnosis("The endpoint does not accept the credentials.", "Check them with `ims-mcp doctor`."),
    403: Diagnosis("The service refuses this call.", "Check permissions and the state of the account."),
    404: Diagnosis("What the call names does not exist here.", "Check ids, region and endpoint."),
    409: Diagnosis("The call collides with what exists.", "Read the present state, then decide."),
    429: _SLOW_DOWN,
}
_UNKNOWN = Diagnosis("The service refused the request.", "Read the message; `Diagnosis`, if given, explains the code.")


def diagnose(code: str, http_status: int) -> Diagnosis:
    """The longest listed beginning of ``code`` (cut at dots), else what the HTTP status says."""
    parts = code.split(".")
    while parts:
        found = DIAGNOSES.get(".".join(parts))
        if found is not None:
            return found
        parts.pop()
    if http_status >= 500:
        return DIAGNOSES["InternalError"]
    return _BY_STATUS.get(http_status, _UNKNOWN)


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
