"""What lies in an answer that is a secret comes out by no road: rows, fields, queries, changes, questions, waits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp_types import ElicitRequestParams, ElicitResult

from ims_mcp.catalogue import Effect, Operation, ResponseField, get_operation, operations
from ims_mcp.secrets import SecretNames
from ims_mcp.workflows.behaviours.readings import list_readings
from ims_mcp.workflows.server_parameters import list_server_parameters
from tests.all_operations.jobs import asynchronous, ids
from tests.all_operations.roads import calls
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.server.connected import connected, text_of

SECRET, SIGNATURE = "Zx9RecognisableSecret", "Sg7RecognisableSignature"
SIGNED = f"https://b.oss-cn-shanghai.aliyuncs.com/k.mp4?Expires=1&OSSAccessKeyId=STS.x&Signature={SIGNATURE}"
LIVE = f"rtmp://push.example.com/live/s?auth_key={SIGNATURE}"
NESTED = {
    "AuthKey": SECRET,
    "a": [{"Password": SECRET, "FileUrl": SIGNED, "x": [{"Token": SECRET}]}],
    "pairs": [{"Key": "Password", "Value": SECRET}, {"Name": "Authorization", "Value": SECRET}],
    "Credentials": {"Id": SECRET},
    "text": json.dumps({"SecretToken": SECRET, "u": SIGNED, "in": json.dumps({"StreamKey": SECRET, "u": [LIVE]})}),
}
TEXTS = {"json": json.dumps(NESTED), "list": json.dumps([NESTED]), "prose": f"see {SIGNED} and {LIVE} there"}
with_each_text = pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in TEXTS.items()])


def fill(operation: Operation, text: str, state: str) -> dict[str, Any]:
    """An answer with every declared field: secrets in the secret ones, ``text`` in every other text."""
    known = SecretNames(operation.secret_fields)

    def value(field: ResponseField) -> Any:
        if field.items is not None:
            return [value(field.items)]
        if field.name in known and field.kind == "string":
            return SECRET
        if field.fields:
            return {each.name: value(each) for each in field.fields}
        if field.name in ("Status", "State", "JobStatus"):
            return state
        others: dict[str, Any] = {"integer": 3, "number": 1.5, "boolean": True, "object": NESTED, "array": [text]}
        return others.get(field.kind, text)

    return {field.name: value(field) for field in operation.response} | {"Code": "200", "Success": True}


class Service:
    """Answers every operation so."""

    def __init__(self, text: str) -> None:
        self.text, self.state = text, "Normal"

    def __call__(self, request: Arrived) -> Answer:
        return Answer(body=fill(get_operation(request.action), self.text, self.state))


class Reader:
    """Everything that a client got to see, and what of it should not have been there."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.questions = 0

    async def confirm(self, context: Any, params: ElicitRequestParams) -> ElicitResult:
        self.questions += 1
        self.told.append(params.message)
        return ElicitResult(action="accept", content={"confirm": True})

    def find_leaks(self) -> list[str]:
        told, self.told = self.told, []
        return [
            text[max(0, text.find(mark) - 80) :][:120] for text in told for mark in (SECRET, SIGNATURE) if mark in text
        ]


def vary(operation: Operation) -> list[dict[str, Any]]:
    """The ways to ask for more of an answer."""
    found: list[dict[str, Any]] = [{}, {"query": "@"}]
    if "show_fields" in {row.name for row in list_server_parameters(operation)}:
        paths = [*list_paths(operation.response)]
        found += [{"show_fields": "all"}, {"show_fields": ",".join(paths[-25:])}, {"query": "rows[].to_string(@)"}]
    return found


def list_paths(fields: tuple[ResponseField, ...], before: str = "") -> list[str]:
    found: list[str] = []
    for field in fields:
        at = f"{before}{field.name}"
        inner = field.items.fields if field.items is not None else field.fields
        found += [at, *list_paths(inner, f"{at}.")]
    return found


READ_BEFORE = list_readings()
CHANGING = [call for call in calls() if call.operation.name in READ_BEFORE or call.effect is Effect.DESTRUCTIVE]
READING = [
    each for each in operations() if each.effect is Effect.READ and (each.secret_fields or each.signed_addresses)
]


@pytest.mark.anyio
@with_each_text
async def test_no_change_and_no_question_before_it_tells_a_secret(text: str) -> None:
    reader = Reader()
    with ScriptedService(usual=Service(text)) as service:
        async with connected(service.url, elicitation=reader.confirm, era="legacy") as client:
            for call in CHANGING:
                given = {"operation": call.operation.name, "arguments": call.arguments}
                result = await client.call_tool(f"call_{call.operation.effect}_operation", given)
                reader.told += [text_of(result), json.dumps(result.structured_content)]
                assert reader.find_leaks() == [], call.operation.name
    assert reader.questions >= 100


@pytest.mark.anyio
@with_each_text
async def test_no_way_of_reading_tells_a_secret_unasked(text: str) -> None:
    reader = Reader()
    assert len(READING) >= 40
    with ScriptedService(usual=Service(text)) as service:
        async with connected(service.url) as client:
            for call in [call for call in calls() if call.operation in READING]:
                for own in vary(call.operation):
                    given = {"operation": call.operation.name, "arguments": {**call.arguments, **own}}
                    result = await client.call_tool("call_read_operation", given)
                    reader.told += [text_of(result), json.dumps(result.structured_content)]
                    assert reader.find_leaks() == [], (call.operation.name, own)


@pytest.mark.anyio
@with_each_text
async def test_no_wait_tells_a_secret(text: str) -> None:
    reader, answers = Reader(), Service(text)
    with ScriptedService(usual=answers) as service:
        async with connected(service.url) as client:
            for job in asynchronous():
                poll = job.poll
                assert poll is not None
                for state in (*poll.success[:1], *poll.running[:1], *poll.failure[:1], text[:50]):
                    answers.state = state
                    given = {"operation": job.name, "ids": ids(job), "wait_seconds": 0}
                    result = await client.call_tool("wait_for_job", given)
                    reader.told += [text_of(result), json.dumps(result.structured_content)]
                    assert reader.find_leaks() == [], (job.name, state)
