"""Credentials in answers stay hidden by every road unless asked for; what costs money says so."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from ims_mcp.catalogue import Effect, Operation, ResponseField, get_operation, operations
from ims_mcp.catalogue.example import make_example
from ims_mcp.secrets import SecretNames
from ims_mcp.summaries.hidden import describe_hidden
from ims_mcp.summaries.shaping import HIDDEN_UNLESS_ASKED
from tests.all_operations.roads import ROADS, Call, everything
from tests.client.scripted_service import Answer, ScriptedService
from tests.server.connected import content_of, text_of

SECRET = "Zx9RecognisableSecret"
ADDRESS = b64encode(b'{"Endpoint": "https://h", "Bucket": "b", "FileName": "a.mp4"}').decode()
WITH_SECRETS = [each for each in operations() if each.secret_fields]


def answer_of(operation: Operation) -> dict[str, Any]:
    """An answer with every declared field in it; the secret ones hold the secret."""
    return {field.name: _value(field, operation.secret_fields) for field in operation.response}


def _value(field: ResponseField, secrets: tuple[str, ...]) -> Any:
    if field.items is not None:
        return [_value(field.items, secrets)]
    if field.fields:
        return {each.name: _value(each, secrets) for each in field.fields}
    if field.name == "UploadAddress":
        return ADDRESS
    return SECRET if field.name in secrets else "harmless"


def names_in(fields: tuple[ResponseField, ...]) -> set[str]:
    found: set[str] = set()
    for field in fields:
        found |= {field.name} | names_in(field.fields)
        if field.items is not None:
            found |= {field.items.name} | names_in((field.items,))
    return found


def test_every_secret_field_is_one_that_the_operation_returns() -> None:
    assert len(WITH_SECRETS) >= 30
    for each in WITH_SECRETS:
        assert set(each.secret_fields) <= names_in(each.response), each.name


def test_an_operation_that_returns_a_credential_can_be_asked_to_show_it() -> None:
    known = SecretNames()
    for each in operations():
        credentials = {name for name in names_in(each.response) if name in known}
        assert credentials <= set(each.secret_fields), each.name


@pytest.mark.anyio
@pytest.mark.parametrize("road", ROADS)
async def test_credentials_are_hidden_unless_asked_for(road: Any) -> None:
    with ScriptedService() as service:
        async with everything(service.url, allow_destructive=True) as client:
            for each in WITH_SECRETS:
                service.usual = Answer(body=answer_of(each))
                arguments = make_example(each)
                for own in ({}, {"query": "@"}, {"query": "to_string(@)"}):
                    result = await road(client, Call(each, {**arguments, **own}))
                    assert not result.is_error, text_of(result)
                    assert SECRET not in text_of(result), (each.name, own)
                    assert SECRET not in json.dumps(content_of(result)), each.name
                for own in ({}, {"query": "@"}):
                    assert describe_hidden(each) in text_of(await road(client, Call(each, {**arguments, **own})))
                shown = await road(client, Call(each, {**arguments, "include_credentials": True}))
                assert SECRET in text_of(shown), each.name
                assert SECRET in json.dumps(content_of(shown)), each.name


ONLY_AT_ONCE = {
    *("CreateUploadStream", "CreateYikeAssetUpload", "GenerateAIAgentCall", "TakeoverAIAgentCall"),
}
"""What makes something whose credential no operation reads."""


def test_nobody_is_sent_to_make_something_again_for_its_credential() -> None:
    for each in WITH_SECRETS:
        told = describe_hidden(each)
        if each.effect is Effect.READ:
            assert told == HIDDEN_UNLESS_ASKED, each.name
            continue
        assert ("the same call again makes another" in told) is not each.idempotent, each.name
        assert ("no operation shows it later" in told) is (each.name in ONLY_AT_ONCE), each.name
        if each.secrets_read_by:
            reader = get_operation(each.secrets_read_by)
            assert f"{reader.name} with " in told, each.name
            assert reader.effect is Effect.READ or reader.idempotent, each.name
            assert set(each.secret_fields) & set(reader.secret_fields), each.name
        else:
            assert each.name in ONLY_AT_ONCE or each.idempotent, each.name


def test_the_way_to_a_data_key_leads_through_its_own_ciphertext() -> None:
    assert describe_hidden(get_operation("GenerateKMSDataKey")) == (
        "[hidden: a credential; DecryptKMSDataKey with CiphertextBlob and include_credentials=true shows it; "
        "the same call again makes another]"
    )


@pytest.mark.anyio
async def test_an_operation_without_credentials_has_no_such_switch() -> None:
    with ScriptedService() as service:
        async with everything(service.url) as client:
            for each in [each for each in operations() if not each.secret_fields][::25]:
                call = Call(each, {**make_example(each), "include_credentials": True})
                for road in ROADS:
                    assert "include_credentials: unknown" in text_of(await road(client, call)), each.name


@pytest.mark.anyio
async def test_what_an_operation_costs_is_said_where_it_is_chosen() -> None:
    costly = [each for each in operations() if each.costs]
    assert len(costly) >= 50
    with ScriptedService() as service:
        async with everything(service.url) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            for each in costly:
                assert each.costs in (tools[each.tool_name].description or ""), each.name
                told = content_of(await client.call_tool("describe_operation", {"operation": each.name}))
                assert told["costs"] == each.costs


def test_what_dials_a_phone_or_uses_a_licence_up_says_so() -> None:
    said = {each.name: each.costs for each in operations()}
    assert "phone" in said["StartAIAgentOutboundCall"]
    assert "phone" in said["ForwardAIAgentCall"]
    assert "licence" in said["ActiveAiRtcLicense"]
    billed = [each.name for each in operations() if each.name.startswith("Submit") and each.poll and not each.costs]
    # What background jobs are not billed for what they do.
    assert set(billed) <= {"SubmitLiveRecordJob", "SubmitMediaInfoJob", "SubmitProjectExportJob", "SubmitTraceM3u8Job"}
