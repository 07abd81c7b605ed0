"""What came back, read: a JSON object becomes a Reply, an error body a ServiceError, anything else says what it was."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlsplit

from pydantic_core import from_json

from ims_mcp.client.diagnosis import diagnose
from ims_mcp.client.retry import UNCERTAIN, Failure, FailureKind, classify_answer
from ims_mcp.errors import ConnectionFailed, ServiceError
from ims_mcp.foreign_text import excerpt, plain, quotable
from ims_mcp.http_date import read_http_date
from ims_mcp.secrets import HIDDEN, SHORTEST_SECRET, without_signatures

MAX_BODY_BYTES = 64 * 1024 * 1024
_LONGEST_RETRY_AFTER_SECONDS = 3600.0
_SIGNATURE_TEXT = "the signature does not match the one the service computed."
_FOREIGN_STEP = (
    "Something that is not IMS answered; calling again hardly helps. For whoever runs the server: check the endpoint "
    "(IMS_MCP_ENDPOINT) and any proxy between (HTTPS_PROXY, NO_PROXY); `ims-mcp doctor` shows what is reached."
)
_BROKEN_STEP = "Call again."
_NETWORK_STEP = (
    "Call again in a minute. If it stays so, for whoever runs the server: check the network, the endpoint "
    "(IMS_MCP_REGION, IMS_MCP_ENDPOINT) and any proxy; `ims-mcp doctor` tries them one by one."
)
_REDIRECTION_STEP = (
    "Calling again does not help: IMS sends nobody elsewhere. For whoever runs the server: check the endpoint "
    "(IMS_MCP_ENDPOINT); a network that asks for a login first, or a proxy, answers so as well."
)
# "Come back later" in HTTP, whoever says so.
_LATER_STATUS = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class Reply:
    """A success. ``data`` is the whole body as it came, ``size_bytes`` its length, ``request_id`` its RequestId."""

    data: dict[str, Any]
    size_bytes: int
    request_id: str


@dataclass(frozen=True, slots=True)
class CallContext:
    """What a call and its answers have in common. ``recovery_hint`` tells how to find out whether a write was carried
    out, and is empty for a read; ``secrets`` are kept out of every text, ``key_id``, which is one of them, stays in
    signed addresses."""

    operation: str
    host: str
    recovery_hint: str = ""
    secrets: tuple[str, ...] = ()
    key_id: str = ""


def read_answer(context: CallContext, status: int, headers: Mapping[str, str], body: bytes) -> Reply | Failure:
    """The meaning of one whole HTTP answer. ``headers`` are looked up by lower-case name."""
    data, flaw = _read_json_object(body, headers, context.secrets)
    if data is not None and 200 <= status < 300:
        return Reply(_hide_own_secrets(context, data, body), len(body), _find_request_id(context, data, headers))
    retry_after, server_time = _read_retry_after(headers), read_http_date(headers.get("date"))
    if data is not None and status >= 400 and isinstance(_get_field(data, "Code"), str):
        error = _read_service_error(context, status, headers, data, retry_after)
        return Failure(classify_answer(error.code, status), error, retry_after, server_time)
    if 200 <= status < 300:
        kind = FailureKind.BROKEN if flaw in (_EMPTY, _CUT_OFF) else FailureKind.FINAL
        # Also a foreign 200 may hide an answer of the service: a proxy can put its page in the answer's place.
        uncertain = True
    else:
        kind = classify_answer("", status)
        uncertain = kind in UNCERTAIN
    message, usual_step = _describe_unusable(context, status, headers, body, flaw)
    failure = _report(context, kind, message, usual_step, uncertain=uncertain)
    return replace(failure, retry_after_seconds=retry_after, server_time=server_time)


def report_not_sent(context: CallContext, reason: str, next_step: str = "", *, final: bool = False) -> Failure:
    """No connection was made. ``reason`` is the HTTP client's or one of ours, ``next_step`` what to do about it;
    ``final`` where another try would bring the same."""
    message = (
        f"{context.operation} was not sent: no connection to {context.host} could be made "
        f"({quotable(reason, context.secrets, 300) or 'no reason given'})."
    )
    kind = FailureKind.FINAL if final else FailureKind.NEVER_SENT
    step = f"For whoever runs the server: {next_step}" if next_step else _NETWORK_STEP
    return _report(context, kind, message, step, uncertain=False)


def report_no_answer(context: CallContext, reason: str) -> Failure:
    """The request was sent, and no whole answer came. ``reason`` is the HTTP client's."""
    message = (
        f"{context.operation} was sent to {context.host}, but no whole answer came "
        f"({quotable(reason, context.secrets, 200) or 'no reason given'})."
    )
    return _report(context, FailureKind.BROKEN, message, _BROKEN_STEP)


def report_too_large(context: CallContext) -> Failure:
    """The answer was longer than MAX_BODY_BYTES and was not read to its end."""
    size = f"larger than {MAX_BODY_BYTES // 2**20} MB and was not read to its end"
    step = "Ask for less: fewer ids, a smaller page, fewer details."
    return _report(context, FailureKind.FINAL, f"The answer to {context.operation} is {size}.", step)


def _report(
    context: CallContext, kind: FailureKind, message: str, usual_step: str, *, uncertain: bool = True
) -> Failure:
    """``uncertain``: a write may have been carried out; then how to find out stands in place of ``usual_step``."""
    hint = context.recovery_hint if uncertain else ""
    return Failure(kind, ConnectionFailed(message, maybe_done=bool(hint), next_step=hint or usual_step))


_EMPTY = "an empty body"
_CUT_OFF = "JSON that is cut off"


def _read_json_object(
    body: bytes, headers: Mapping[str, str], secrets: tuple[str, ...]
) -> tuple[dict[str, Any] | None, str]:
    """The body as a JSON object, or None and what is wrong with it."""
    content_type = headers.get("content-type", "")
    if not body.strip():
        return None, _EMPTY
    try:
        value = _parse(body)
    except RecursionError:
        return None, "JSON that is nested too deeply"
    except ValueError:
        if body.lstrip().startswith(b"{"):
            return None, _CUT_OFF
        kind = "an HTML page" if "html" in content_type or b"<html" in body[:1000].lower() else "a body"
        return None, f"{kind} that is not JSON (Content-Type {quotable(content_type, secrets, 60) or 'not given'})"
    if not isinstance(value, dict):
        return None, "JSON that is not an object"
    data = cast("dict[str, Any]", value)
    if content_type and "json" not in content_type.lower() and not ("RequestId" in data or "requestId" in data):
        # With a RequestId it is the service's own under a wrong label; throwing that away would lose a result.
        shown = quotable(content_type, secrets, 60)
        return None, f"a JSON object of unknown origin (Content-Type {shown}, no RequestId)"
    return data, ""


def _parse(body: bytes) -> Any:
    """The JSON value. NaN and Infinity become null: they would break whoever has to write the result down again."""
    try:
        # Half the time of the standard library; stricter too, so what it refuses is tried once more.
        return from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return json.loads(body, parse_constant=lambda _: None)


def _get_field(data: Mapping[str, Any], name: str) -> Any:
    """Gateways spell the fields of an error ``Code`` or ``code``."""
    value = data.get(name)
    return data.get(name[0].lower() + name[1:]) if value is None else value


# Of an address that is signed with the caller's key nothing is left without its id; shown only to whoever asks for it.
_IN_ADDRESS = r"(?<!AccessKeyId=)(?<!x-oss-credential=)"


def _hide_own_secrets(context: CallContext, data: dict[str, Any], body: bytes) -> dict[str, Any]:
    """A success without the caller's own credential, should the service have repeated it."""
    secrets = [secret for secret in context.secrets if len(secret) >= SHORTEST_SECRET]
    if not secrets:
        return data
    # JSON may write any character as an escape: only then is it worth looking through what was read.
    if not any(secret.encode() in body for secret in secrets) and b"\\/" not in body and b"\\u00" not in body:
        return data
    own = "|".join((_IN_ADDRESS if secret == context.key_id else "") + re.escape(secret) for secret in secrets)
    return cast("dict[str, Any]", _hide(data, re.compile(own)))


def _hide(value: Any, own: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return own.sub(HIDDEN, value)
    if isinstance(value, list):
        return [_hide(entry, own) for entry in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {_hide(name, own): _hide(entry, own) for name, entry in cast("dict[str, Any]", value).items()}
    return value


_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _find_request_id(context: CallContext, data: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    value = _get_field(data, "RequestId")
    if isinstance(value, str) and _UUID.fullmatch(value) and value not in context.secrets:
        return value  # as the service writes it: nothing in it to clean
    return quotable(value if isinstance(value, str) else headers.get("x-acs-request-id", ""), context.secrets, 64)


def _read_service_error(
    context: CallContext, status: int, headers: Mapping[str, str], data: Mapping[str, Any], retry_after: float | None
) -> ServiceError:
    code = quotable(str(_get_field(data, "Code")), context.secrets, 200)
    code = re.sub(r"[^A-Za-z0-9._-]", "", code)[:100] or "Unknown"
    message = _get_field(data, "Message")
    message = quotable(message, context.secrets) if isinstance(message, str) else ""
    if code.startswith(("SignatureDoesNotMatch", "IncompleteSignature")) or "string to sign" in message.lower():
        # The service quotes the whole request it tried to sign, headers included.
        message = _SIGNATURE_TEXT
    diagnosis = diagnose(code, status, context.operation)
    next_step = diagnosis.next_step
    if classify_answer(code, status) in UNCERTAIN and context.recovery_hint:
        next_step = context.recovery_hint
    if retry_after is not None and classify_answer(code, status) is FailureKind.THROTTLED:
        next_step = f"The service asks to wait {retry_after:g} s. {next_step}"
    return ServiceError(
        context.operation,
        code=code,
        service_message=message or "no message",
        http_status=status,
        request_id=_find_request_id(context, data, headers),
        recommend=_read_recommendation(_get_field(data, "Recommend"), context.secrets),
        cause=_describe_denial(_get_field(data, "AccessDeniedDetail"), context.secrets) or diagnosis.cause,
        next_step=next_step,
        retry_after_seconds=retry_after,
    )


def _describe_denial(detail: Any, secrets: tuple[str, ...]) -> str:
    """AccessDeniedDetail as a sentence that names the missing action; empty without one."""
    if not isinstance(detail, dict):
        return ""
    fields = cast("dict[str, Any]", detail)

    def text(name: str) -> str:
        return quotable(str(fields.get(name) or ""), secrets, 100)

    if not (action := text("AuthAction")):
        return ""
    who = " ".join(part for part in (text("AuthPrincipalType"), text("AuthPrincipalDisplayName")) if part)
    how = ", ".join(part for part in (text("NoPermissionType"), text("PolicyType")) if part)
    return f"{who or 'The caller'} has no permission for the action {action}{f' ({how})' if how else ''}."


def _read_recommendation(value: Any, secrets: tuple[str, ...]) -> str:
    """The service's own link to an explanation; anything that does not point to Alibaba Cloud is dropped."""
    if not isinstance(value, str) or len(value) > 500 or value != plain(value, 500):
        return ""
    if value != without_signatures(value) or any(len(s) >= SHORTEST_SECRET and s in value for s in secrets):
        return ""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return ""
    known = host.endswith((".aliyun.com", ".alibabacloud.com"))
    return value if parts.scheme == "https" and known and not parts.username and " " not in value else ""


def _describe_unusable(
    context: CallContext, status: int, headers: Mapping[str, str], body: bytes, flaw: str
) -> tuple[str, str]:
    """What came instead of an answer of IMS, and what to do where nothing can have been carried out."""
    what = flaw or "a JSON object that is no error of IMS"
    step = _FOREIGN_STEP
    if 300 <= status < 400:
        what = f"a redirection to {_name_target(headers.get('location', ''), context.secrets)}, which is not followed"
        step = _REDIRECTION_STEP
    elif status >= 500 or status in _LATER_STATUS or flaw == _CUT_OFF or (flaw == _EMPTY and status < 300):
        step = _BROKEN_STEP
    words = excerpt(body, context.secrets)
    quoted = f": “{words}”" if words and flaw != _CUT_OFF else ""
    return f"{context.operation} got no usable answer from {context.host}: HTTP {status} with {what}{quoted}.", step


def _name_target(location: str, secrets: tuple[str, ...]) -> str:
    try:
        # Secrets first: what is read as a host loses its capitals.
        host = plain(urlsplit(quotable(location, secrets)).hostname or "", 100)
    except ValueError:
        return "an unreadable address"
    return host or ("another path of the same host" if location.strip() else "an unnamed place")


def _read_retry_after(headers: Mapping[str, str]) -> float | None:
    """``x-acs-retry-after`` in seconds (it travels in milliseconds), None where it is missing or no number."""
    text = headers.get("x-acs-retry-after", "").strip()
    if not re.fullmatch(r"\d{1,12}", text) or int(text) == 0:
        return None
    return min(int(text) / 1000, _LONGEST_RETRY_AFTER_SECONDS)
