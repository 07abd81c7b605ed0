"""Before which calls the user is asked, and why: all 400 operations, and the ones that have gone through unasked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ims_mcp.catalogue import AskWhen, Effect, get_operation, operations
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.describe import describe
from ims_mcp.catalogue.undescribed import guess_notes
from tests.all_operations.roads import calls, meeting

ASKED = Effect.DESTRUCTIVE
RANK = {Effect.READ: 0, Effect.WRITE: 1, Effect.DESTRUCTIVE: 2}
A_BLOCK = {"MediaId": "m", "Status": "Blocked", "Reason": "r"}

SENT_UNASKED_BEFORE: list[tuple[str, dict[str, Any], str]] = [
    ("SubmitAudioProduceJob", {"Overwrite": "true"}, "replaces the file of this name in OSS"),
    ("SetAIAgentVoiceprint", {"VoiceprintId": "v"}, "a print that exists under this id is lost"),
    ("CreateAudit", {"AuditContent": [A_BLOCK]}, "bars assets from being played"),
    ("CreateAudit", {"AuditContent": [{"MediaId": "n", "Status": "Normal"}, A_BLOCK]}, "bars assets"),
    ("CreateAudit", {"AuditContent": json.dumps([A_BLOCK])}, "bars assets from being played"),
    ("StopMediaLiveChannel", {}, "off the air"),
    ("StopChannel", {}, "off the air"),
    ("UpdateMediaConnectFlowStatus", {"Status": "offline"}, "off the air"),
    ("ForbidMediaConnectFlowOutput", {}, "off the air"),
    ("UpdatePipeline", {"Status": "Paused"}, "jobs wait until it is Active again"),
    ("AlterSearchIndex", {"IndexStatus": "Deactive"}, "until it is on again"),
    ("SendLiveSnapshotJobCommand", {"Command": "stop"}, "until it is started again"),
    ("CloseStreamToSearchLib", {}, "cannot be taken up again"),
    ("UpdateEditingProject", {"Timeline": {"VideoTracks": []}}, "whole timeline"),
    ("UpdateTemplate", {"Config": {"a": 1}}, "whole content"),
    ("UpdateHotwordLibrary", {"Hotwords": [{"Text": "a"}]}, "whole word list"),
    ("UpdateHotwordLibrary", {"Hotwords": []}, "whole word list"),
    ("UpdateMediaLiveInputSecurityGroup", {}, "addresses that may push"),
    ("UpdateCustomTemplate", {"TemplateConfig": {"a": 1}}, "settings of a processing template"),
    ("UpdateProgram", {}, "what a channel plays"),
    ("UpdateSource", {}, "all playlists of a source"),
    ("UpdateSourceLocation", {}, "address that all sources"),
    ("UpdateAdInsertion", {}, "settings of an ad insertion"),
    ("UpdateLivePackageOriginEndpoint", {}, "who may fetch"),
    ("UpdateMediaConnectFlowOutput", {}, "where a flow's stream goes"),
    ("CreateIpcOrder", {}, "a real, paid order"),
    ("StartAIAgentOutboundCall", {}, "rings a real telephone"),
    ("ForwardAIAgentCall", {}, "rings a real telephone"),
    ("AddYikeUserCredit", {}, "hands credits"),
    ("ActiveAiRtcLicense", {}, "uses up a paid licence"),
    ("SendMessageChatText", {}, "sends a message to a person"),
    ("SubmitBatchMediaProducingJob", {}, "whole batch of videos"),
]
"""What a security test sent without being asked."""

UNASKED: list[tuple[str, dict[str, Any]]] = [
    ("RegisterMediaInfo", {"InputURL": "oss://b/k.mp4", "Overwrite": "false"}),
    ("UpdateMediaInfo", {"MediaId": "m", "Title": "t", "MediaTags": "a,b", "UserData": {"Overwrite": True}}),
    ("SubmitAudioProduceJob", {"Overwrite": False}),
    ("CreateAudit", {"AuditContent": [{"MediaId": "m", "Status": "Normal", "Comment": "was Blocked"}]}),
    ("UpdateMediaConnectFlowStatus", {"Status": "online"}),
    ("UpdatePipeline", {"Status": "Active", "Name": "Paused"}),
    ("AlterSearchIndex", {"IndexStatus": "Active"}),
    ("SendLiveSnapshotJobCommand", {"Command": "start"}),
    ("UpdateEditingProject", {"Title": "t", "CoverURL": "https://h/c.jpg"}),
    ("UpdateTemplate", {"Name": "n"}),
    ("UpdateHotwordLibrary", {"Name": "n"}),
    ("UpdateCustomTemplate", {"Name": "n"}),
    ("UpdateLiveTranscodeTemplate", {"Name": "n"}),
    ("UpdateCategory", {"CateName": "n"}),
    ("StartChannel", {}),
    ("SubmitMediaProducingJob", {}),
]


def _call(name: str, arguments: dict[str, Any]) -> tuple[Effect, str]:
    operation = get_operation(name)
    needed = {
        row.name: meeting(operation, AskWhen("", row.name))[row.name] for row in operation.parameters if row.required
    }
    checked = check(operation, {**needed, **arguments}) if not operation.rules else {**needed, **arguments}
    return operation.effect_of(checked), operation.what_it_does(checked)


@pytest.mark.parametrize(("name", "arguments", "reason"), SENT_UNASKED_BEFORE)
def test_what_went_through_unasked_is_asked_about_with_its_reason(
    name: str, arguments: dict[str, Any], reason: str
) -> None:
    effect, told = _call(name, arguments)
    assert effect is ASKED
    assert reason in told


@pytest.mark.parametrize(("name", "arguments"), UNASKED)
def test_what_destroys_nothing_goes_through_unasked(name: str, arguments: dict[str, Any]) -> None:
    assert _call(name, arguments)[0] is Effect.WRITE


def test_a_destructive_operation_says_what_every_call_of_it_does_and_no_other_has_such_a_reason() -> None:
    for operation in operations():
        always = [condition for condition in operation.destructive_when if not condition.path]
        assert len(always) == (operation.effect is ASKED), operation.name
        if operation.effect is Effect.READ:
            assert operation.destructive_when == (), operation.name


def test_every_condition_names_parameters_that_exist_and_can_be_met() -> None:
    for operation in operations():
        names = {row.name for row in operation.parameters}
        for condition in operation.destructive_when:
            assert {condition.path.split(".")[0], *condition.shows} - {""} <= names, operation.name
            assert condition in operation.asks_about(meeting(operation, condition) if condition.path else {})
            row = operation.parameter(condition.path)
            if row is not None and row.choices:
                assert set(condition.values) <= set(row.choices), operation.name


def test_reasons_follow_the_name_and_only_what_is_final_is_called_so() -> None:
    for call in calls():
        for condition in call.operation.asks_about(call.arguments):
            assert condition.reason[0].islower()
            assert not condition.reason.endswith(".")
            assert condition.reason.isprintable()
            assert len(condition.reason) <= 120
            verb = condition.reason.split()[0]
            assert verb.endswith("s") or verb in ("may", "from"), condition.reason
            if "until it is" in condition.reason or condition.reason.startswith("replaces the "):
                assert "cannot be undone" not in condition.reason
                assert "for good" not in condition.reason


def test_describe_tells_before_which_calls_the_user_is_asked() -> None:
    assert describe(get_operation("RegisterMediaInfo"))["user_is_asked"] == [
        "Overwrite=true: deletes the asset that has this URL now, with its title, tags and results"
    ]
    assert describe(get_operation("DeleteMediaMarks"))["user_is_asked"] == [
        "always: deletes marks of an asset for good",
        "MediaMarkIds not given: deletes every mark of the asset, since none is named",
    ]
    assert "user_is_asked" not in describe(get_operation("GetMediaInfo"))


def test_the_guess_from_a_name_never_lets_through_what_the_notes_ask_about() -> None:
    for operation in operations():
        guess = guess_notes(operation.name)
        assert RANK[guess.effect] >= RANK[operation.effect], operation.name
        assert bool(guess.destructive_when) is (guess.effect is ASKED)


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("GetFutureJob", "read"), ("BatchGetFutureJobs", "read"), ("SearchFutureRerun", "destructive"),
        ("CreateFuture", "write"), ("SubmitFutureJob", "write"), ("BatchCreateFutures", "write"),
        ("CreateFutureOrder", "destructive"), ("SubmitBatchFutureJob", "destructive"),
        ("StartFutureCall", "destructive"),
        ("UpdateFuture", "destructive"), ("ReplaceFuture", "destructive"), ("DisableFuture", "destructive"),
        ("PurgeFuture", "destructive"), ("Frobnicate", "destructive"), ("StopFuture", "destructive"),
    ],
)  # fmt: skip
def test_a_verb_that_is_not_known_to_be_harmless_is_asked_about(name: str, effect: str) -> None:
    assert guess_notes(name).effect == effect


BLOCKED = AskWhen("bars", path="AuditContent.Status", values=("Blocked",))


@pytest.mark.parametrize(
    "value",
    [
        [{"Status": "Blocked"}],
        [{"Status": "Normal"}, {"Status": "blocked "}],
        {"Status": "BLOCKED"},
        '[{"Status": "Blocked"}]',
        '[{"status":"Bl\\u006fcked"}]',
        [{"Status": "Normal", "_status": "Blocked"}],
        '[{"sta-tus ": "Blocked"}]',
        '{"Status": "Blocked", "Status": "Normal"}',
        '{"Status": "Normal", "Status": "Blocked"}',
        ['{"Status": "Blocked"}'],
        json.dumps(json.dumps([{"Status": "Blocked"}])),
        [[[{"Status": "Blocked"}]]],
        "[{'Status': 'Blocked'}]",
        "[{Status: Blocked",
        "[" * 100_000,
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_condition_is_found_in_lists_json_texts_and_any_case_and_what_cannot_be_read_counts(value: Any) -> None:
    assert BLOCKED.applies({"AuditContent": value})
    assert BLOCKED.applies({"auditcontent": value})


@pytest.mark.parametrize(
    "value", [None, [], {}, [{"Status": "Normal"}], '[{"Status": "Normal"}]', [{"Other": "Blocked"}], 5, True, [None]]
)
def test_a_condition_that_is_not_met_asks_nobody(value: Any) -> None:
    assert not BLOCKED.applies({"AuditContent": value})
    assert not BLOCKED.applies({})


def test_given_and_absent_are_each_others_opposite_but_for_what_is_empty() -> None:
    given, absent = AskWhen("g", path="Ids"), AskWhen("a", path="Ids", absent=True)
    cases: list[tuple[dict[str, Any], bool, bool]] = [
        ({}, False, True), ({"Ids": None}, False, True), ({"Ids": "x"}, True, False), ({"Ids": ["x"]}, True, False),
        ({"Ids": False}, True, False), ({"Ids": 0}, True, False), ({"Ids": ""}, True, True), ({"Ids": []}, True, True),
    ]  # fmt: skip
    for arguments, is_given, is_absent in cases:
        assert (given.applies(arguments), absent.applies(arguments)) == (is_given, is_absent), arguments


def test_absence_and_values_may_decide_together() -> None:
    stays = AskWhen("leaves the files", path="DeletePhysicalFiles", values=("false",), absent=True)
    assert stays.when == "DeletePhysicalFiles not given or false"
    for value, is_met in ((None, True), (False, True), ("False", True), (True, False), ("true", False)):
        assert stays.applies({"DeletePhysicalFiles": value}) is is_met
    assert stays.applies({})
