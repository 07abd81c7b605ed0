"""IMS RPC as an ASGI application: decode, check the signature, check the arguments, dispatch, answer."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ims_mcp.catalogue import Operation, ResponseField, list_known_names
from ims_mcp.catalogue.check import check
from ims_mcp.errors import InvalidArguments
from ims_mcp.local.admission import find_refusal
from ims_mcp.local.disk import is_disk_full
from ims_mcp.local.oss.request import find_bucket_in_host
from ims_mcp.local.rpc.call import Call, Service
from ims_mcp.local.rpc.claim import SignedRequest
from ims_mcp.local.rpc.service_errors import (
    RpcFault,
    disk_full,
    find_missing_parameter,
    from_invalid_arguments,
    invalid,
    missing,
)
from ims_mcp.local.rpc.signature import SignatureCheck
from ims_mcp.local.rpc.signature_v1 import carries_parameters
from ims_mcp.request_body import BodyTooLarge, ClientGone, RequestBody

MAX_BODY_BYTES = 8 * 1024 * 1024
_MAX_PARAMETERS = 10_000
_FORM = "application/x-www-form-urlencoded"
OWN_FIELDS = frozenset({"PrepareFailReason", "FailReason"})
"""Fields of the local IMS's own: the service documents no place for why a file could not be used."""
_log = logging.getLogger(__name__)


def is_rpc(scope: Scope) -> bool:
    """Whether a request is for IMS; anything else on the port is for OSS.

    RPC carries x-acs-action; the older way names ``Action`` in the query of ``/`` or in a form that is posted there.
    No OSS request does either: its only POST of a form goes to a bucket, and is multipart.
    """
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if b"x-acs-action" in headers:
        return True
    if scope["path"] != "/":
        return False
    if any(part.startswith(b"Action=") for part in bytes(scope["query_string"]).split(b"&")):
        return True
    return (
        scope["method"] == "POST"
        and headers.get(b"content-type", b"").lower().startswith(_FORM.encode())
        and find_bucket_in_host(headers.get(b"host", b"").decode("latin-1")) is None
    )


class Rpc:
    """Answers for the given services; every other action gets an error that names what there is."""

    def __init__(self, services: Iterable[Service], signatures: SignatureCheck) -> None:
        self._services = {(service.version, service.operation.name): service for service in services}
        self._signatures = signatures

    @property
    def supported(self) -> list[str]:
        """The names of the operations this IMS does."""
        return sorted(name for _, name in self._services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = str(uuid.uuid4()).upper()
        request_body = RequestBody.of(scope["headers"], receive, scope["method"])
        try:
            status, body = await self._run(scope, request_body, request_id)
            is_ended = await request_body.drain()
        except ClientGone:
            return
        # A tag of a media file can hold half a surrogate pair; its \udXXX escape is what JSON has for it.
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
        response = Response(
            content,
            status,
            headers={
                "x-acs-request-id": request_id,
                "content-type": "application/json;charset=utf-8",
                "x-content-type-options": "nosniff",
                **({} if is_ended else {"connection": "close"}),
            },
        )
        await response(scope, receive, send)

    async def _run(self, scope: Scope, body: RequestBody, request_id: str) -> tuple[int, dict[str, Any]]:
        """HTTP status and body of the answer. Raises ClientGone."""
        try:
            return 200, {"RequestId": request_id, **await self._answer(scope, body, request_id)}
        except ClientGone:
            raise
        except RpcFault as error:
            fault = error
        except BodyTooLarge as error:
            fault = RpcFault("RequestEntityTooLarge", str(error))
        except Exception as error:
            if is_disk_full(error):
                _log.error("request %s: the disk is full", request_id)
                fault = disk_full()
            else:
                _log.exception("request %s failed", request_id)
                fault = RpcFault("InternalError", "The local IMS failed to process the request.")
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        return fault.http_status, fault.to_body(request_id=request_id, host=host)

    async def _answer(self, scope: Scope, request_body: RequestBody, request_id: str) -> dict[str, Any]:
        if refused := find_refusal(scope["headers"]):
            raise RpcFault("Forbidden", refused, recommend="Call http://127.0.0.1 and its port, from a program.")
        body = await request_body.read(MAX_BODY_BYTES)
        query = _read_pairs(bytes(scope["query_string"]), "query")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        is_form = dict(headers).get("content-type", "").lower().startswith(_FORM)
        form = _read_pairs(body, "body") if is_form else []
        signed = SignedRequest(scope["method"], scope["path"], query, headers, body, form)
        # Who is asked for comes before who asks: the three anonymous operations are not signed.
        service = self._find_service(signed)
        sender = None if service.operation.anonymous else await self._signatures.find_sender(signed)
        arguments = _gather_arguments(service.operation, dict((*query, *form)))
        if sender is not None and not service.is_open and not sender.may(service.action, ""):
            raise RpcFault("AccessDenied", f"The policy of these credentials does not allow {service.action}.")
        if fault := find_missing_parameter(service.operation, arguments):
            raise fault
        try:
            checked = check(service.operation, arguments, as_sent=True)
        except InvalidArguments as error:
            raise from_invalid_arguments(error) from None
        answer = await service.handler(Call(service.operation, checked, sender, request_id))
        return keep_documented(answer, service.operation.response)

    def _find_service(self, request: SignedRequest) -> Service:
        action, version = request.get_parameter("Action"), request.get_parameter("Version")
        if carries_parameters(request):
            # What is signed counts: clients that sign this way may send the headers, too.
            _check_format(request)
        else:
            action, version = (request.get_header("x-acs-action") or action), request.get_header("x-acs-version")
        if not action:
            raise missing("Action")
        service = self._services.get((version or "", action))
        if service is not None:
            return service
        versions = sorted(version for version, name in self._services if name == action)
        if versions:
            raise RpcFault(
                "InvalidAction.NotFound",
                f"{action} has no version {version or ''!r}: it has to be {' or '.join(versions)}.",
            )
        if action in list_known_names():
            raise RpcFault(
                "UnsupportedOperation", f"The local IMS does not do {action}. It does: {', '.join(self.supported)}."
            )
        raise RpcFault(
            "InvalidAction.NotFound", f"There is no action {action!r}. There are: {', '.join(self.supported)}."
        )


def _check_format(request: SignedRequest) -> None:
    if (request.get_parameter("Format") or "JSON").upper() != "JSON":
        raise invalid("Format", "the local IMS answers in JSON only")


def _gather_arguments(operation: Operation, sent: dict[str, str]) -> dict[str, Any]:
    """What was sent, by the names of the table: flattened lists gathered, foreign names dropped.

    An empty value counts as not given, but where the table says that it means something.
    """
    arguments: dict[str, Any] = {}
    for row in operation.parameters:
        if row.style == "flat":
            numbered = (f"{row.name}.{number}" for number in range(1, len(sent) + 1))
            if values := [sent[name] for name in numbered if name in sent]:
                arguments[row.name] = values
        elif sent.get(row.name) or (row.keeps_empty and row.name in sent):
            arguments[row.name] = sent[row.name]
    return arguments


def _read_pairs(encoded: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS
        )
    except ValueError:
        problem = f"The {where} is not URL-encoded UTF-8, or has more than {_MAX_PARAMETERS} parameters."
        raise RpcFault("InvalidParameter", problem) from None


def keep_documented(answer: Mapping[str, Any], fields: tuple[ResponseField, ...]) -> dict[str, Any]:
    """The fields of ``answer`` that the table knows and that have a value. An empty table lets everything through."""
    rows = {field.name: field for field in fields}
    result: dict[str, Any] = {}
    for name, value in answer.items():
        row = rows.get(name)
        if value is None or (rows and row is None and name not in OWN_FIELDS):
            continue
        result[name] = value if row is None else _keep_value(value, row)
    return result


def _keep_value(value: Any, row: ResponseField) -> Any:
    if row.fields:
        return keep_documented(value, row.fields)
    if row.items is not None:
        return [_keep_value(element, row.items) for element in value]
    return value
