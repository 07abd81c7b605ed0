"""What can be called, what an answer and an error look like, and that no argument makes it stumble."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import re
import socket
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from darabonba.exceptions import DaraException

from ims_mcp.catalogue import get_operation, list_known_names
from ims_mcp.local.app import BoundedProtocol
from ims_mcp.local.rpc.call import Call, Service
from tests.local_ims.server import RunningIms, call_raw, refusal_of, running_ims
from tests.local_ims.signed_request import Sent, ask, send

DONE = [
    "AddCategory",
    "AddMediaMarks",
    "BatchGetMediaInfos",
    "CreateLiveRecordTemplate",
    "CreateUploadMedia",
    "CreateUploadStream",
    "DeleteCategory",
    "DeleteLiveRecordFiles",
    "DeleteLiveRecordTemplate",
    "DeleteMediaInfos",
    "DeleteMediaMarks",
    "GetCategories",
    "GetCustomTemplate",
    "GetDefaultStorageLocation",
    "GetLiveRecordJob",
    "GetLiveRecordTemplate",
    "GetMediaInfo",
    "GetMediaMarks",
    "GetPlayInfo",
    "GetSnapshotJob",
    "GetSnapshotUrls",
    "GetStorageList",
    "GetUrlUploadInfos",
    "ListLiveRecordFiles",
    "ListLiveRecordJobs",
    "ListLiveRecordTemplates",
    "ListMediaBasicInfos",
    "ListMediaMarks",
    "ListSnapshotJobs",
    "RefreshUploadMedia",
    "RegisterMediaInfo",
    "RegisterMediaStream",
    "SearchMedia",
    "SetDefaultStorageLocation",
    "SubmitLiveRecordJob",
    "SubmitSnapshotJob",
    "UpdateCategory",
    "UpdateLiveRecordTemplate",
    "UpdateMediaInfo",
    "UpdateMediaMarks",
    "UploadMediaByURL",
    "UploadStreamByURL",
]


def test_a_correct_request_is_answered_with_json_a_request_id_and_a_date(ims: RunningIms) -> None:
    answer = ask(ims, Sent())
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", answer.body["RequestId"])
    assert answer.headers["date"].endswith("GMT")
    assert "server" not in answer.headers


def test_an_anonymous_operation_is_answered_unsigned_and_no_other_one(tmp_path: Path) -> None:
    async def answer(call: Call) -> dict[str, Any]:
        assert call.sender is None
        return {"MediaTagList": []}

    with running_ims(tmp_path, services=[Service(get_operation("ListAllPublicMediaTags"), answer)]) as ims:
        asked = {"x-acs-action": "ListAllPublicMediaTags", "x-acs-version": "2020-11-09"}
        told = send(ims, "POST", "/", {"host": ims.host, **asked})
        assert (told.status, told.body["MediaTagList"]) == (200, [])
        told = send(ims, "POST", "/", {"host": ims.host, **asked, "x-acs-action": "GetCategories"})
        assert (told.status, told.body["Code"]) == (400, "IncompleteSignature")


def test_an_error_has_the_documented_body(ims: RunningIms) -> None:
    answer = ask(ims, Sent("GetMediaInfo", query={"MediaId": "0" * 32}))
    assert answer.status == 404
    assert set(answer.body) == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert answer.body["HostId"] == ims.host
    assert answer.body["Code"] == "ResourceNotFound"


def test_an_operation_it_does_not_do_is_told_apart_from_one_that_does_not_exist(ims: RunningIms) -> None:
    answer = ask(ims, Sent("SearchMediaByFace"))
    assert (answer.body["Code"], answer.status) == ("UnsupportedOperation", 400)
    assert "SearchMediaByFace" in answer.body["Message"]
    assert "RegisterMediaInfo" in answer.body["Message"]
    # Anonymous operations are not signed; they hear the same.
    unsigned = send(ims, "POST", "/", {"host": ims.host, "x-acs-action": "GetPublicMediaInfo"})
    assert unsigned.body["Code"] == "UnsupportedOperation"


def test_every_operation_of_ims_is_either_done_or_named_as_not_done(ims: RunningIms) -> None:
    codes = {name: ask(ims, Sent(name)).body.get("Code") for name in sorted(list_known_names())}
    done = sorted(name for name, code in codes.items() if code != "UnsupportedOperation")
    assert done == DONE
    assert "InternalError" not in codes.values()


def test_booleans_come_in_any_case_and_integers_as_text(ims: RunningIms) -> None:
    for spelling in ("True", "true", "TRUE"):
        answer = ask(ims, Sent("ListMediaBasicInfos", query={"IncludeFileBasicInfo": spelling, "MaxResults": "1"}))
        assert answer.status == 200
    assert ask(ims, Sent("ListMediaBasicInfos", query={"MaxResults": "one"})).body["Code"] == "InvalidParameter"


def test_foreign_and_empty_arguments_are_ignored(ims: RunningIms) -> None:
    query = {"Format": "JSON", "RegionId": "cn-shanghai", "PageNo": "", "Future": "1"}
    assert ask(ims, Sent(query=query)).status == 200


def test_health_needs_no_signature(ims: RunningIms) -> None:
    answer = send(ims, "GET", "/-/health", {"host": ims.host})
    assert answer.status == 200
    assert set(answer.body) == {"service", "version", "pid"}
    assert answer.body["service"] == "ims-mcp local"


# What a fuzzer tries first.
ODD = [
    "\x00",
    " ",
    "-1",
    "99999999999999999999",
    "1e400",
    "NaN",
    "null",
    "[]",
    "{}",
    '{"a": "\\ud800"}',
    '[{"MarkTag": "\\ud800", "MarkId": {}}]',
    "[" * 2000,
    "oss://local-media/%00",
    "oss://local-media//a.mp4",
    "http://[::1",
    "\u202e\U0001f600",
    ",,,",
    "x" * 5000,
]


@pytest.mark.slow
def test_odd_values_of_any_parameter_are_answered_not_stumbled_over(ims: RunningIms) -> None:
    client = ims.client()
    media_id = ims.register("oss://local-media/odd.mp4")
    good = {
        "RegisterMediaInfo": {"InputURL": "oss://local-media/odd.mp4", "Overwrite": "true"},
        "RegisterMediaStream": {"MediaId": media_id, "InputURL": "oss://local-media/odd-stream.mp4"},
        "AddMediaMarks": {"MediaId": media_id},
        "UpdateMediaMarks": {"MediaId": media_id},
        "UpdateMediaInfo": {"MediaId": media_id},
        "AddCategory": {"CateName": "odd"},
        "UpdateCategory": {"CateId": "1"},
    }
    facts = json.loads(files("ims_mcp.catalogue").joinpath("facts.json").read_text(encoding="utf-8"))["operations"]
    stumbled: list[str] = []
    for action in DONE:
        for parameter in (row["name"] for row in facts[action]["parameters"]):
            for value in ODD:
                try:
                    call_raw(client, action, {**good.get(action, {}), parameter: value})
                except DaraException as answer:
                    raised: Any = answer
                    if raised.status_code >= 500:
                        stumbled.append(f"{action} {parameter}={value[:20]!r}: {raised.code}")
    assert stumbled == []


def test_a_signature_in_an_address_is_not_kept_or_shown(ims: RunningIms) -> None:
    secret = "Expires=1&OSSAccessKeyId=x&Signature=RECOGNISABLE"
    media_id = ims.register(f"https://local-media.oss-cn-shanghai.aliyuncs.com/signed.mp4?{secret}")
    refusals = [
        refusal_of(ims.call, "RegisterMediaInfo", InputURL=f"oss://local-media/signed.mp4?{secret}"),
        refusal_of(ims.call, "RegisterMediaInfo", InputURL=f"https://example.com/signed.mp4?{secret}"),
        refusal_of(ims.call, "RegisterMediaInfo", InputURL=f"vod://signed?{secret}"),
        refusal_of(ims.call, "GetMediaInfo", InputURL=f"oss://local-media/unknown.mp4?{secret}"),
    ]
    assert "RECOGNISABLE" not in json.dumps(ims.settled(media_id))
    assert "RECOGNISABLE" not in "".join(refusal.message for refusal in refusals)


def test_answers_are_sent_without_delay(ims: RunningIms, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without TCP_NODELAY every answer on a kept connection waits 40 ms for an acknowledgement.
    found: list[int] = []
    original = BoundedProtocol.connection_made

    def look(protocol: BoundedProtocol, transport: asyncio.Transport) -> None:
        original(protocol, transport)
        found.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(BoundedProtocol, "connection_made", look)
    connection = http.client.HTTPConnection(ims.host, timeout=60)
    connection.request("GET", "/-/health")
    connection.getresponse().read()
    connection.close()
    assert found == [1]


def test_a_position_that_was_made_up_is_no_failure_of_the_server(ims: RunningIms) -> None:
    for number in range(2):
        ims.register(f"oss://local-media/made-up-{number}.mp4")
    token = ims.call("ListMediaBasicInfos", MaxResults="1")["NextToken"]
    digest = json.dumps(json.loads(base64.urlsafe_b64decode(token))[2])
    for position in ("[1e999, 1, %s]", "[1, 1e999, %s]", f"[{'9' * 30}, 1, %s]", '["1", 1, %s]', "[" * 5000):
        made_up = base64.urlsafe_b64encode(position.replace("%s", digest).encode()).decode()
        answer = ask(ims, Sent("ListMediaBasicInfos", query={"NextToken": made_up, "MaxResults": "1"}))
        assert (answer.status, answer.body["Code"]) == (400, "InvalidParameter"), position


def test_more_parameters_than_any_call_has_are_refused(ims: RunningIms) -> None:
    body = b"&".join(b"a%d=1" % number for number in range(10_001))
    answer = ask(ims, Sent("ListMediaBasicInfos", body=body))
    assert (answer.status, answer.body["Code"]) == (400, "InvalidParameter")


def test_a_body_that_is_too_large_is_refused_and_not_taken(ims: RunningIms) -> None:
    answer = ask(ims, Sent("ListMediaBasicInfos", body=b"a=" + b"x" * 8 * 1024 * 1024))
    assert (answer.status, answer.body["Code"]) == (413, "RequestEntityTooLarge")
