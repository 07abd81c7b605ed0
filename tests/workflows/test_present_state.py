"""What a write answers: what it changed from what to what, and what it deleted, with one look before it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.settings import Settings
from ims_mcp.workflows.behaviours.create_upload import read_expiry
from ims_mcp.workflows.behaviours.differences import describe_changes
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.server.connected import connected, content_of, text_of
from tests.server.test_confirmation import User

Json = dict[str, Any]

OLD = {
    "Title": "Old\u202e title",
    "Description": "d" * 60_000,
    "MediaTags": "a,b",
    "CateId": 7,
    "UserData": '{"shelf": 3}',
    "CoverURL": "https://h/c.jpg?Signature=abcdefgh",
}


def asset(arrived: Arrived) -> Answer:
    if arrived.action == "GetMediaInfo":
        return Answer(body={"MediaInfo": {"MediaId": "m", "MediaBasicInfo": OLD}, "RequestId": "r"})
    return Answer(body={"MediaId": "m", "RequestId": "r"})


async def no_wait(seconds: float) -> None:
    pass


@pytest.mark.anyio
@pytest.mark.parametrize("which", [{"MediaId": "m"}, {"InputURL": "oss://b/k.mp4"}])
async def test_the_answer_says_what_was_changed_from_what_to_what(which: dict[str, Any]) -> None:
    change = {"Title": "New", "MediaTags": "c", "UserData": {"shelf": 4}}
    with ScriptedService(usual=asset) as service:
        async with connected(service.url) as client:
            told = content_of(await client.call_tool("update_media_info", {**which, **change}))
    assert told["MediaId"] == "m"
    assert told["changed"] == {
        "Title": {"from": "Old title", "to": "New"},
        "MediaTags": {"from": "a,b", "to": "c"},
        "UserData": {"from": {"shelf": 3}, "to": {"shelf": 4}},
    }
    look, update = service.arrived
    assert (look.action, look.query) == ("GetMediaInfo", which)
    assert update.action == "UpdateMediaInfo"


@pytest.mark.anyio
async def test_what_it_was_is_cleaned_and_bounded_like_all_that_the_service_says() -> None:
    with ScriptedService(usual=asset) as service:
        async with connected(service.url) as client:
            change = {"MediaId": "m", "Description": "d", "CoverURL": "https://h/d.jpg"}
            result = await client.call_tool("update_media_info", change)
    assert len(text_of(result).encode()) <= 32 * 1024
    assert "abcdefgh" not in text_of(result)
    assert content_of(result)["changed"]["Description"]["from"].startswith("ddd")
    assert content_of(result)["changed"]["Description"]["to"] == "d"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "look",
    [
        refusal(404, "ResourceNotFound"),
        refusal(500, "InternalError"),
        Answer(body=b"<html>"),
        Answer(body={"MediaInfo": 5}),
    ],
)
async def test_a_look_that_fails_changes_nothing_but_the_words(look: Answer) -> None:
    def usual(arrived: Arrived) -> Answer:
        return look if arrived.action == "GetMediaInfo" else asset(arrived)

    with ScriptedService(usual=usual) as service:
        async with connected(service.url, sleep=no_wait) as client:
            told = content_of(await client.call_tool("update_media_info", {"MediaId": "m", "Title": "New"}))
    assert "changed" not in told
    assert [request.action for request in service.arrived].count("UpdateMediaInfo") == 1


@pytest.mark.anyio
async def test_nothing_is_read_for_a_change_that_is_refused() -> None:
    with ScriptedService(usual=asset) as service:
        async with connected(service.url, settings=Settings(read_only=True)) as client:
            result = await client.call_tool("update_media_info", {"MediaId": "m", "Title": "New"})
    assert "read-only mode" in text_of(result)
    assert service.count == 0


@pytest.mark.anyio
async def test_what_was_so_before_is_not_told_as_changed() -> None:
    same = {"MediaId": "m", "CateId": 7, "MediaTags": "a, b", "UserData": {"shelf": 3}}
    with ScriptedService(usual=asset) as service:
        async with connected(service.url) as client:
            told = content_of(await client.call_tool("update_media_info", same))
            half = content_of(await client.call_tool("update_media_info", {**same, "CateId": 8}))
    assert told["changed"] == {}
    assert told["note"] == "accepted; this was so before the call already: MediaTags a, b, CateId 7, UserData"
    assert half["changed"] == {"CateId": {"from": 7, "to": 8}}
    assert "note" not in half


@pytest.mark.anyio
async def test_appended_tags_are_told_with_those_that_stay() -> None:
    change = {"MediaId": "m", "MediaTags": "b,c", "AppendTags": True}
    with ScriptedService(usual=asset) as service:
        async with connected(service.url) as client:
            told = content_of(await client.call_tool("update_media_info", change))
    assert told["changed"] == {"MediaTags": {"from": "a,b", "to": "a,b,c"}}


@pytest.mark.anyio
async def test_a_label_is_not_told_as_the_category() -> None:
    with ScriptedService(usual=asset) as service:
        async with connected(service.url) as client:
            label = content_of(await client.call_tool("update_media_info", {"MediaId": "m", "Category": "Sports"}))
            both = {"MediaId": "m", "Category": "Sports", "CateId": 8}
            category = content_of(await client.call_tool("update_media_info", both))
    assert "CateId, which is as it was" in label["note"]
    assert "note" not in category


@pytest.mark.anyio
async def test_a_secret_that_is_set_is_told_as_changed_and_not_shown() -> None:
    was = {"CallbackURL": "https://old.example.com", "AuthSwitch": "on", "AuthKey": "OldSecretKey1"}

    def usual(arrived: Arrived) -> Answer:
        return Answer(body=was if arrived.action == "GetEventCallback" else {"RequestId": "r"})

    change = {"CallbackURL": "https://new.example.com", "AuthSwitch": "on", "AuthKey": "NewSecretKey2"}
    with ScriptedService(usual=usual) as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            result = await client.call_tool(
                "call_destructive_operation", {"operation": "SetEventCallback", "arguments": change}
            )
    told = content_of(result)["changed"]
    assert told["CallbackURL"] == {"from": "https://old.example.com", "to": "https://new.example.com"}
    assert told.keys() == {"CallbackURL", "AuthKey"}
    assert "SecretKey" not in text_of(result)


EVENTS = [str(each) for each in getattr(get_operation("SetEventCallback").parameter("EventTypeList"), "hints", ())]
CALLBACK: Json = {"CallbackType": "HTTP", "CallbackURL": "https://h.example.com/cb"}


async def set_events(names: list[str], was: list[str]) -> tuple[Json | str, list[str]]:
    """What the answer, or the refusal, and the question before the call say."""
    before = {**CALLBACK, "AuthSwitch": "on", "EventTypeList": ",".join(was)}

    def usual(arrived: Arrived) -> Answer:
        return Answer(body=before if arrived.action == "GetEventCallback" else {"RequestId": "r", "Success": True})

    user = User("accept", {"confirm": True})
    arguments = {**CALLBACK, "EventTypeList": ",".join(names)}
    with ScriptedService(usual=usual) as service:
        async with connected(service.url, settings=Settings(language="en"), elicitation=user) as client:
            call = {"operation": "SetEventCallback", "arguments": arguments}
            result = await client.call_tool("call_destructive_operation", call)
    return text_of(result) if result.is_error else content_of(result), user.asked


@pytest.mark.anyio
async def test_of_a_long_list_it_is_told_what_is_added_and_what_is_dropped() -> None:
    told, asked = await set_events([*EVENTS[3:], "BrandNewThing"], EVENTS)
    assert isinstance(told, dict)
    assert told["changed"]["EventTypeList"] == {"added": ["BrandNewThing"], "removed": EVENTS[:3]}
    assert "not among the documented events, so they may never come: BrandNewThing" in told["note"]
    assert "not in this call, which replaces all: AuthSwitch" in told["note"]
    (question,) = asked
    assert f"EventTypeList ({len(EVENTS) - 2}):\n- added (1): BrandNewThing\n- dropped (3): " in question
    assert f"- dropped (3): {', '.join(EVENTS[:3])}\n- unchanged: {len(EVENTS) - 3}\n" in question
    assert 'Not in this call: AuthSwitch (now "on")' in question
    _, asked = await set_events(EVENTS, [])
    assert f"- added ({len(EVENTS)}): {', '.join(EVENTS)}" in asked[0]


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["SmartJobDone", "SmartJobFailed", "smartJobComplete", "LiveRecordFileCreate"])
async def test_an_event_that_is_nearly_a_known_one_is_refused(name: str) -> None:
    refused, asked = await set_events([name, "ProduceMediaComplete"], [])
    near = "LiveRecordFileCreated" if "Live" in name else "SmartJobComplete"
    assert f"- EventTypeList: there is no event '{name}': did you mean {near}?" in str(refused)
    assert asked == []


@pytest.mark.anyio
async def test_of_a_large_configuration_the_leaves_are_told_that_differ() -> None:
    def cut(changed: int) -> dict[str, Any]:
        clips = [{"MediaId": f"{number:032x}", "In": int(number == changed)} for number in range(40)]
        return {"VideoTracks": [{"VideoTrackClips": clips}]}

    old, new = {**cut(changed=-1), "Gone": 1}, cut(changed=7)
    project = {"ProjectId": "p", "Title": "Cut", "Timeline": json.dumps(old)}

    def usual(arrived: Arrived) -> Answer:
        return Answer(body={"Project": project} if arrived.action == "GetEditingProject" else {"RequestId": "r"})

    with ScriptedService(usual=usual) as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            arguments = {"ProjectId": "p", "Title": "Cut", "Timeline": new}
            told = content_of(
                await client.call_tool(
                    "call_write_operation", {"operation": "UpdateEditingProject", "arguments": arguments}
                )
            )
    assert told["changed"] == {
        "Timeline": {
            "changed": {"VideoTracks[0].VideoTrackClips[7].In": {"from": 0, "to": 1}},
            "no_longer_given": ["Gone"],
        }
    }


@pytest.mark.anyio
async def test_a_deletion_tells_titles_without_what_the_answer_says_to_be_left() -> None:
    known = [{"MediaId": letter * 32, "MediaBasicInfo": {"Title": letter.upper()}} for letter in "abc"]

    def usual(arrived: Arrived) -> Answer:
        if arrived.action == "BatchGetMediaInfos":
            return Answer(body={"MediaInfos": known})
        return Answer(body={"IgnoredList": ["b" * 32], "ForbiddenList": [{"MediaId": "c" * 32, "Reason": "in use"}]})

    arguments = {"MediaIds": ",".join(letter * 32 for letter in "abc"), "DeletePhysicalFiles": True}
    with ScriptedService(usual=usual) as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            told = content_of(await client.call_tool("delete_media_infos", arguments))
            kept = content_of(await client.call_tool("delete_media_infos", {"MediaIds": "a" * 32}))
    assert (told["deleted"], told["files"]) == ([{"id": "a" * 32, "title": "A"}], "deleted from OSS too")
    assert kept["files"] == "left in OSS"
    assert [request.action for request in service.arrived] == ["BatchGetMediaInfos", "DeleteMediaInfos"] * 2


@pytest.mark.anyio
async def test_things_that_are_read_one_by_one_cost_two_looks_at_most() -> None:
    def usual(arrived: Arrived) -> Answer:
        if arrived.action == "GetMediaInfo":
            title = f"Asset {arrived.query['InputURL']}"
            return Answer(body={"MediaInfo": {"MediaBasicInfo": {"Title": title}}})
        return Answer(body={"RequestId": "r"})

    with ScriptedService(usual=usual) as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            addresses = [f"oss://b/{number}.mp4" for number in range(3)]
            told = content_of(await client.call_tool("delete_media_infos", {"InputURLs": addresses}))
    assert {entry["title"] for entry in told["deleted"]} == {f"Asset {address}" for address in addresses[:2]}
    assert [request.action for request in service.arrived].count("GetMediaInfo") == 2


@pytest.mark.anyio
async def test_what_a_deletion_has_not_deleted_is_not_counted_among_what_it_has() -> None:
    projects = [{"ProjectId": f"p{number}", "Title": f"Project {number}"} for number in range(22)]

    def usual(arrived: Arrived) -> Answer:
        if arrived.action == "ListEditingProjects":
            return Answer(body={"ProjectList": projects[1:]})
        return refusal(404, "ResourceNotFound") if arrived.action == "GetEditingProject" else Answer()

    with ScriptedService(usual=usual) as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            ids = ",".join(f"p{number}" for number in range(22))
            arguments = {"operation": "DeleteEditingProjects", "arguments": {"ProjectIds": ids}}
            told = content_of(await client.call_tool("call_destructive_operation", arguments))
    assert [entry["id"] for entry in told["deleted"]] == [f"p{number}" for number in range(1, 20)]
    assert told["deleted_more"] == 2


@pytest.mark.anyio
async def test_when_a_credential_of_an_upload_ends_is_told_beside_its_base64() -> None:
    auth = {"AccessKeyId": "STS.k", "ExpireUTCTime": "2026-11-26T15:00:00Z", "Expiration": "3000"}
    answer = {
        "UploadAuth": base64.b64encode(json.dumps(auth).encode()).decode(),
        "UploadAddress": base64.b64encode(b'{"Bucket": "b"}').decode(),
        "MediaId": "m",
    }
    with ScriptedService(usual=Answer(body=answer)) as service:
        async with connected(service.url) as client:
            call: dict[str, Any] = {"operation": "RefreshUploadMedia", "arguments": {"MediaId": "m"}}
            hidden = content_of(await client.call_tool("call_write_operation", call))
            call["arguments"] = {"MediaId": "m", "include_credentials": True}
            shown = content_of(await client.call_tool("call_write_operation", call))
    assert "expires" not in hidden
    assert shown["expires"] == "2026-11-26T15:00:00Z"
    assert "Base64 of JSON" in shown["note"]


def test_an_expiry_that_cannot_be_read_is_none_and_a_life_counts_from_now() -> None:
    def pack(value: Any) -> str:
        return base64.b64encode(json.dumps(value).encode()).decode()

    assert read_expiry(pack({"Expiration": "3000"}), 1_700_000_000.0) == "2023-11-14T23:03:20Z"
    for strange in (None, "", "%%%", "Zm9v", pack([]), pack({}), pack({"ExpireUTCTime": "soon"}), "x" * 20_000):
        assert read_expiry(strange, 0.0) == ""


@pytest.mark.parametrize("size", [1, 700])
def test_no_credential_is_in_what_is_told_of_a_change_however_deep_it_lies(size: int) -> None:
    operation = get_operation("UpdateMediaInfo")

    def make(secret: str) -> dict[str, Any]:
        pair = {"Key": "Password", "Value": secret}
        return {
            "long": "x" * size,
            "Credentials": {"Id": secret, "list": [secret]},
            "pairs": [pair],
            "InputUrl": secret,
            "inner": json.dumps([pair, {"StreamKey": secret}]),
        }

    given, was = {"UserData": make("NewS3cret0")}, {"UserData": make("OldS3cret0")}
    for old in (was, {}, {"UserData": "text"}, {"UserData": json.dumps(was["UserData"])}):
        told = describe_changes(operation, given, old, frozenset({"UserData"}), ("InputUrl",))
        assert told.keys() == {"UserData"}
        assert "S3cret0" not in json.dumps(told)
    told = describe_changes(operation, {"UserData": "t"}, was, frozenset({"UserData"}), ("InputUrl",))
    assert "S3cret0" not in json.dumps(told)


@pytest.mark.anyio
async def test_what_its_reading_hides_is_hidden_in_a_deletion_too() -> None:
    def answer(request: Arrived) -> Answer:
        content = {"InputName": "feed", "InputUrl": "rtmp://h/RecognisableKey", "InputStatus": "on"}
        return Answer(body={"Content": content if request.action == "GetMediaConnectFlowInput" else "done"})

    arguments = {"operation": "DeleteMediaConnectFlowInput", "arguments": {"FlowId": "f"}}
    with ScriptedService(usual=answer) as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            told = content_of(await client.call_tool("call_destructive_operation", arguments))
    assert told["deleted"] == [{"id": "f", "title": "feed", "InputStatus": "on"}]


@pytest.mark.anyio
async def test_where_a_look_finds_nothing_nothing_is_overwritten_by_a_server_that_asks_nobody_either() -> None:
    def answer(request: Arrived) -> Answer:
        return refusal(404, "ResourceNotFound") if request.action == "GetMediaInfo" else Answer(body={"MediaId": "m"})

    given = {"InputURL": "oss://b/k.mp4", "Overwrite": True}
    with ScriptedService(usual=answer) as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            told = content_of(await client.call_tool("register_media_info", given))
    assert "Overwrite" not in service.arrived[-1].query
    assert told["note"] == "no asset had this address, so none was overwritten"
