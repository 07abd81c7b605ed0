"""IMS RPC as an ASGI application: decode, check the signature, check the arguments, dispatch, answer."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ims_mcp.catalogue import Operation, known_names
from ims_mcp.catalogue.check import check
from ims_mcp.errors import InvalidArguments
from ims_mcp.local.rpc.call import Call, Service
from ims_mcp.local.rpc.documented import documented
from ims_mcp.local.rpc.service_errors import RpcFault, from_invalid_arguments, missing_parameter
from ims_mcp.local.rpc.signature import SignatureCheck, SignedRequest

MAX_BODY_BYTES = 8 * 1024 * 1024
_log = logging.getLogger(__name__)


def is_rpc(scope: Scope) -> bool:
    """Whether a request is for IMS; anything else on the port is for OSS.

    RPC carries x-acs-action; the older way names ``Action`` in the query of ``/``, which no OSS request does.
    """
    if any(name == b"x-acs-action" for name, _ in scope["headers"]):
        return True
    return scope["path"] == "/" and any(
        part.startswith(b"Action=") for part in bytes(scope["query_string"]).split(b"&")
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
        request = Request(scope, receive)
        try:
            answer = await self._answer(request, request_id)
            status, body = 200, {"RequestId": request_id, **answer}
        except ClientDisconnect:
            return
        except RpcFault as fault:
            status, body = fault.http_status, fault.body(request_id=request_id, host=_host(request))
        except Exception:
            _log.exception("request %s failed", request_id)
            fault = RpcFault("InternalError", "The local IMS failed to process the request.")
            status, body = fault.http_status, fault.body(request_id=request_id, host=_host(request))
        # A tag of a media file can hold half a surrogate pair; its \udXXX escape is what JSON has for it.
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
        response = Response(
            content,
            status,
            headers={"x-acs-request-id": request_id, "content-type": "application/json;charset=utf-8"},
        )
        await response(scope, receive, send)

    async def _answer(self, request: Request, request_id: str) -> dict[str, Any]:
        body = await _body(request)
        query = _pairs(bytes(request.scope["query_string"]), "query")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        signed = SignedRequest(request.method, request.scope["path"], query, headers, body)
        # Who is asked for comes before who asks: the three anonymous operations are not signed.
        service = self._service(signed)
        sender = await self._signatures.sender(signed)
        sent = dict(query)
        if (signed.header("content-type") or "").startswith("application/x-www-form-urlencoded"):
            sent.update(_pairs(body, "body"))
        arguments = _arguments(service.operation, sent)
        if fault := missing_parameter(service.operation, arguments):
            raise fault
        try:
            checked = check(service.operation, arguments, as_sent=True)
        except InvalidArguments as error:
            raise from_invalid_arguments(error) from None
        answer = await service.handler(Call(service.operation, checked, sender, request_id))
        return documented(answer, service.operation.response)

    def _service(self, request: SignedRequest) -> Service:
        action, version = request.header("x-acs-action"), request.header("x-acs-version")
        if action is None:
            raise RpcFault("IncompleteSignature", "Sign with ACS3-HMAC-SHA256: the action belongs into x-acs-action.")
        service = self._services.get((version or "", action))
        if service is not None:
            return service
        versions = sorted(version for version, name in self._services if name == action)
        if versions:
            raise RpcFault(
                "InvalidAction.NotFound",
                f"{action} has no version {version!r}: x-acs-version has to be {' or '.join(versions)}.",
            )
        if action in known_names():
            raise RpcFault(
                "UnsupportedOperation",
                f"The local IMS does not do {action}. It does: {', '.join(self.supported)}.",
            )
        raise RpcFault(
            "InvalidAction.NotFound", f"There is no action {action!r}. There are: {', '.join(self.supported)}."
        )


def _arguments(operation: Operation, sent: dict[str, str]) -> dict[str, Any]:
    """What was sent, by the names of the table: flattened lists gathered, foreign names and empty values dropped."""
    arguments: dict[str, Any] = {}
    for row in operation.parameters:
        if row.style == "flat":
            numbered = (f"{row.name}.{number}" for number in range(1, len(sent) + 1))
            if values := [sent[name] for name in numbered if name in sent]:
                arguments[row.name] = values
        elif sent.get(row.name):
            arguments[row.name] = sent[row.name]
    return arguments


def _pairs(encoded: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise RpcFault("InvalidParameter", f"The {where} is not URL-encoded UTF-8.") from None


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise RpcFault("RequestEntityTooLarge", f"The body is larger than {MAX_BODY_BYTES} bytes.")
    return bytes(body)


def _host(request: Request) -> str:
    return request.headers.get("host", "")
