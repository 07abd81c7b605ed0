"""What a job has brought, as it is told: rows together, numbers as numbers, nothing empty, secret or endless."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ims_mcp.catalogue import Operation, Result, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.workflows.job_wait import Followed, follow_job, wait_for_job
from ims_mcp.workflows.results import MOST_READS, RESULTS_BYTES
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import CREDENTIAL, connected, content_of

Json = dict[str, Any]


def with_result(name: str, *fields: tuple[str, str], **options: Any) -> Operation:
    """The operation, whose result lies at these places."""
    operation = get_operation(name)
    assert operation.poll is not None
    return replace(operation, poll=replace(operation.poll, result=Result(fields=fields, **options)))


async def follow(
    operation: Operation,
    answer: Callable[[Arrived], Answer] | Json,
    *,
    reply: Json | None = None,
    arguments: Json | None = None,
    **options: Any,
) -> Followed:
    usual: Any = answer if callable(answer) else Answer(body=answer)
    with ScriptedService(usual=usual) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            given: Json = {"arguments": arguments or {}, "reply": reply or {"JobId": "j1"}, **options}
            return await follow_job(client, operation, seconds=0, **given)


def producing(**more: Any) -> Json:
    return {"MediaProducingJob": {"Status": "Success", **more}, "RequestId": "r"}


@pytest.mark.anyio
async def test_numbers_that_came_as_texts_are_numbers_and_what_is_empty_is_left_out() -> None:
    operation = with_result(
        "SubmitMediaProducingJob",
        ("url", "MediaProducingJob.MediaURL"),
        ("duration", "MediaProducingJob.Duration"),
        ("vod", "MediaProducingJob.VodMediaId"),
        ("data", "MediaProducingJob.UserData"),
        ("project", "MediaProducingJob.ProjectId"),
    )
    data = json.dumps({"Width": "1920", "FileSize": "12345", "note": "", "Size": "1280x720", "done": False, "count": 0})
    followed = await follow(
        operation,
        producing(MediaURL="http://b.example.com/a.mp4", Duration="12.5", VodMediaId="", UserData=data, ProjectId="12"),
    )
    assert followed.result == {
        "result": {
            "url": "http://b.example.com/a.mp4",
            "duration": 12.5,
            "data": {"Width": 1920, "FileSize": 12345, "Size": "1280x720", "done": False, "count": 0},
            "project": "12",
        }
    }
    assert (followed.waited.outcome, followed.note, followed.next_call) == ("succeeded", "", {})


@pytest.mark.anyio
async def test_what_belongs_to_one_element_of_a_list_stays_together() -> None:
    operation = with_result(
        "SubmitBatchMediaProducingJob",
        ("url", "EditingBatchJob.SubJobList[].MediaURL"),
        ("type", "EditingBatchJob.JobType"),
        ("seconds", "EditingBatchJob.SubJobList[].Duration"),
    )
    jobs = [{"MediaURL": "http://b/1.mp4", "Duration": 3}, {"Duration": 4.5}, {"MediaURL": "http://b/3.mp4"}, {}]
    body = {"EditingBatchJob": {"Status": "Finished", "JobType": "Script", "SubJobList": jobs}}
    assert (await follow(operation, body)).result["result"] == {
        "SubJobList": [{"url": "http://b/1.mp4", "seconds": 3}, {"seconds": 4.5}, {"url": "http://b/3.mp4"}],
        "type": "Script",
    }
    one = with_result("SubmitBatchMediaProducingJob", ("urls", "EditingBatchJob.SubJobList[].MediaURL"))
    assert (await follow(one, body)).result["result"] == {"urls": ["http://b/1.mp4", "http://b/3.mp4"]}


@pytest.mark.anyio
async def test_each_element_under_a_name_is_one_object_that_says_why_it_failed() -> None:
    jobs = [
        {"Status": "Success", "MediaURL": "http://b/1.mp4", "Duration": 3, "JobId": "j2"},
        {"Status": "Failed", "ErrorCode": "E2", "ErrorMessage": "no clip."},
    ]
    body = {"EditingBatchJob": {"Status": "Finished", "SubJobList": jobs}}
    followed = await follow(get_operation("SubmitBatchMediaProducingJob"), body)
    assert followed.result["result"] == {
        "videos": [
            {"url": "http://b/1.mp4", "state": "Success", "duration_seconds": 3},
            {"state": "Failed", "problem": "no clip (E2)"},
        ]
    }


@pytest.mark.anyio
async def test_lists_of_one_name_are_one_list_and_objects_are_told_as_the_facts_of_a_file() -> None:
    facts = {"Duration": "61.5", "FileSize": "2048", "Width": "1280", "Height": "720", "FormatName": "mp4"}
    meta = {"FileBasicInfo": facts, "VideoStreamInfoList": [{"Codec_name": "h264", "Sar": "1:1"}]}
    single = {
        "Name": "main",
        "Status": "Success",
        "Result": {"OutputFile": {"Url": "oss://b/a.mp4"}, "OutFileMeta": meta},
    }
    grouped = {"Name": "720p", "Status": "Success", "Result": {"OutputFile": {"Media": "oss://b/b.ts", "Type": "OSS"}}}
    job = {"State": "Complete", "OutputDetails": [single], "OutputGroupDetails": [{"Outputs": [grouped]}]}
    followed = await follow(get_operation("SubmitMediaConvertJob"), {"Job": job}, reply={"Job": {"JobId": "j"}})
    assert followed.result["result"] == {
        "files": [
            {
                "url": "oss://b/a.mp4",
                "state": "Success",
                "output": "main",
                "format": "mp4",
                "duration_seconds": 61.5,
                "size_bytes": 2048,
                "resolution": "1280x720",
                "video_codec": "h264",
            },
            {"url": "oss://b/b.ts", "state": "Success", "output": "720p"},
        ]
    }


@pytest.mark.anyio
async def test_lists_beside_each_other_are_one_list_of_objects() -> None:
    body = {
        "Status": "Success",
        "OutputUrls": ["https://b/1.mp4", "https://b/2.mp4"],
        "OutputFiles": ["1.mp4", "2.mp4"],
        "OutputMediaIds": ["", "m2"],
    }
    assert (await follow(get_operation("SubmitIProductionJob"), body)).result["result"] == {
        "files": [
            {"url": "https://b/1.mp4", "path": "1.mp4"},
            {"url": "https://b/2.mp4", "path": "2.mp4", "MediaId": "m2"},
        ]
    }


@pytest.mark.anyio
async def test_a_result_is_found_in_a_text_that_holds_json() -> None:
    operation = with_result(
        "SubmitASRJob",
        ("text", "Output.sentences[].content"),
        ("from_ms", "Output.sentences[].from"),
        ("verdict", "JobResult.AiResult.verdict"),
    )
    output = json.dumps({"sentences": [{"content": "hello", "from": 0}, {"content": "world", "from": 900}]})
    body = {"State": "Finished", "Output": output, "JobResult": {"AiResult": json.dumps({"verdict": "pass"})}}
    assert (await follow(operation, body)).result["result"] == {
        "sentences": [{"text": "hello", "from_ms": 0}, {"text": "world", "from_ms": 900}],
        "verdict": "pass",
    }


@pytest.mark.anyio
async def test_a_result_is_found_in_a_text_that_is_not_known_to_hold_json_otherwise() -> None:
    operation = with_result("SubmitDNAJob", ("similar", "JobList[].DNAResult.video[].similarity"))
    dna = json.dumps({"video": [{"similarity": 0.9}, {"similarity": 0.8}]})
    body = {"JobList": [{"Status": "Success", "DNAResult": dna}]}
    assert (await follow(operation, body)).result["result"] == {"similar": [0.9, 0.8]}


@pytest.mark.anyio
async def test_credentials_and_strangers_words_are_treated_as_everywhere() -> None:
    operation = with_result("SubmitMediaProducingJob", ("data", "MediaProducingJob.UserData"))
    data = json.dumps({"AccessKeySecret": "RecognisableSecretOfSomebody", "next_call": {"tool": "x"}, "a": "b\u202ec"})
    followed = await follow(operation, producing(UserData=data))
    assert followed.result["result"] == {
        "AccessKeySecret": "[hidden: a credential]",
        "service_next_call": {"tool": "x"},
        "a": "bc",
    }


SIGNED = "http://b.oss-cn-shanghai.aliyuncs.com/a.mp4?Expires=1&OSSAccessKeyId=LTAI5t&Signature=abc%3D"


@pytest.mark.anyio
async def test_a_signature_is_shown_to_those_who_ask_for_it_and_the_call_that_asks_is_named() -> None:
    operation = with_result("RegisterMediaStream", ("url", "PlayInfoList[].PlayURL"))
    body = {"PlayInfoList": [{"Status": "Normal", "FileURL": "oss://b/a.mp4", "PlayURL": SIGNED}]}
    given: Json = {"reply": {"MediaId": "m"}, "arguments": {"InputURL": "oss://b/a.mp4", "MediaId": "m"}}
    followed = await follow(operation, body, **given)
    assert followed.result["result"] == {"url": SIGNED.partition("?")[0]}
    following = followed.next_call["next_call"]
    assert (following["tool"], following["arguments"]) == (
        "get_play_info",
        {"MediaId": "m", "include_signed_urls": True},
    )
    asked = await follow(operation, body, include_signed_urls=True, **given)
    assert (asked.result["result"], asked.next_call) == ({"url": SIGNED}, {})


@pytest.mark.anyio
async def test_of_a_list_of_renditions_only_that_of_the_submitted_file_is_the_result() -> None:
    operation = with_result(
        "RegisterMediaStream", ("url", "PlayInfoList[].FileURL"), ("height", "PlayInfoList[].Height")
    )
    rows = [
        {"Status": "Normal", "FileURL": f"oss://b/{name}.mp4", "Height": size} for name, size in (("a", 1), ("b", 2))
    ]
    given: Json = {"reply": {"MediaId": "m"}, "arguments": {"InputURL": "oss://b/b.mp4", "MediaId": "m"}}
    followed = await follow(operation, {"PlayInfoList": rows}, **given)
    assert followed.result["result"] == {"url": "oss://b/b.mp4", "height": 2}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "look", "reply", "arguments"),
    [
        ("MediaProducingJob.MediaId", {"MediaId": "m"}, {"JobId": "j1"}, {}),
        ("VodMediaId", {}, {"JobId": "j1", "VodMediaId": "m"}, {}),
        ("OutputMedia", {}, {"JobId": "j1"}, {"OutputMedia": "m"}),
        ("Anything.MediaId", {}, {"JobId": "j1", "MediaId": "m"}, {}),
    ],
)
async def test_the_further_read_gets_its_ids_from_the_job_the_answer_or_the_call(
    path: str, look: Json, reply: Json, arguments: Json
) -> None:
    def answer(request: Arrived) -> Answer:
        if request.action == "GetPlayInfo":
            return Answer(body={"PlayInfoList": [{"Size": 7}] if request.query == {"MediaId": "m"} else []})
        return Answer(body=producing(**look))

    operation = with_result(
        "SubmitMediaProducingJob",
        ("size", "PlayInfoList[].Size"),
        operation="GetPlayInfo",
        arguments=(("MediaId", path),),
    )
    assert (await follow(operation, answer, reply=reply, arguments=arguments)).result["result"] == {"size": [7]}


@pytest.mark.anyio
async def test_where_an_id_of_the_further_read_is_missing_that_is_said_and_nothing_is_sent_in_vain() -> None:
    operation = with_result(
        "SubmitMediaProducingJob",
        ("name", "Asset.AssetName"),
        operation="GetVodPackagingAsset",
        arguments=(("AssetName", "Name"),),
    )
    followed = await follow(operation, producing())
    assert followed.waited.outcome == "succeeded"
    assert followed.note == "it has succeeded, but its result could not be read: the answer does not say its AssetName"
    assert followed.next_call["next_call"]["arguments"] == {"JobId": "j1"}


@pytest.mark.anyio
async def test_a_result_for_which_no_time_is_left_is_read_by_the_next_call() -> None:
    operation = with_result(
        "SubmitMediaProducingJob",
        ("url", "PlayInfoList[].PlayURL"),
        operation="GetPlayInfo",
        arguments=(("MediaId", "MediaProducingJob.MediaId"),),
    )
    followed = await follow(operation, producing(MediaId="m"), longest_seconds=-2.0)
    assert followed.waited.outcome == "succeeded"
    assert followed.note == "it is over; there was no time left to read its result"
    following = followed.next_call["next_call"]
    assert (following["tool"], following["arguments"]) == ("get_play_info", {"MediaId": "m"})


@pytest.mark.anyio
async def test_nothing_found_is_final_where_the_table_says_so() -> None:
    empty = "no clip was found; this is final"
    operation = with_result("SubmitMediaProducingJob", ("url", "MediaProducingJob.MediaURL"), empty=empty)
    followed = await follow(operation, producing(MediaURL=""))
    assert (followed.result, followed.note, followed.next_call) == ({}, empty, {})


PULLS = {
    "URLUploadInfoList": [
        {"JobId": "a", "Status": "SUCCESS", "MediaId": "m1", "FileSize": "100"},
        {"JobId": "b", "Status": "DOWNLOAD_FAIL", "ErrorCode": "NotFound", "ErrorMessage": "The address answers 404."},
        {"JobId": "c", "Status": "DOWNLOADING"},
    ]
}
JOBS = {"UploadJobs": [{"JobId": "a"}, {"JobId": "b"}, {"JobId": "c"}]}


@pytest.mark.anyio
async def test_of_several_jobs_each_has_its_own_result_or_reason() -> None:
    followed = await follow(get_operation("UploadMediaByURL"), PULLS, reply=JOBS)
    assert followed.waited.outcome == "failed"
    assert followed.waited.reason == "The address answers 404 (NotFound)"
    assert followed.result["results"] == [
        {"JobId": "a", "status": "SUCCESS", "MediaId": "m1", "size_bytes": 100},
        {"JobId": "b", "status": "DOWNLOAD_FAIL", "problem": "The address answers 404 (NotFound)"},
        {"JobId": "c", "status": "DOWNLOADING"},
    ]
    following = followed.next_call["next_call"]
    assert (following["tool"], following["arguments"]["ids"]) == ("wait_for_job", {"JobIds": "c"})


@pytest.mark.anyio
async def test_the_results_of_two_hundred_jobs_are_bounded_and_the_rest_is_named() -> None:
    def answer(request: Arrived) -> Answer:
        rows = [
            {"JobId": each, "Status": "SUCCESS", "MediaId": each * 2, "UploadURL": "https://example.com/" + "x" * 200}
            for each in request.query["JobIds"].split(",")
        ]
        return Answer(body={"URLUploadInfoList": rows})

    jobs = {"UploadJobs": [{"JobId": f"{number:032x}"} for number in range(200)]}
    followed = await follow(get_operation("UploadMediaByURL"), answer, reply=jobs)
    assert len(json.dumps(followed.result)) < RESULTS_BYTES * 1.1
    assert len(followed.result["results"]) > 20
    assert followed.next_call["next_call"]["why"].startswith("all of the result")
    assert f"the results of {200 - len(followed.result['results'])} of them are not shown" in followed.note


@pytest.mark.anyio
async def test_the_results_of_several_jobs_are_read_one_by_one_up_to_a_number() -> None:
    reads: list[str] = []

    def answer(request: Arrived) -> Answer:
        if request.action == "GetPlayInfo":
            reads.append(request.query["MediaId"])
            return Answer(body={"MediaBase": {"Title": f"title of {request.query['MediaId']}"}})
        return Answer(body={"IndexJobInfoList": [{"Status": "Success"}]})

    operation = with_result(
        "SearchIndexJobRerun",
        ("title", "MediaBase.Title"),
        operation="GetPlayInfo",
        arguments=(("MediaId", "MediaId"),),
    )
    ids = ",".join(f"m{number}" for number in range(MOST_READS + 2))
    followed = await follow(operation, answer, reply={}, arguments={"MediaIds": ids})
    assert followed.result["results"][1] == {"MediaId": "m1", "status": "Success", "title": "title of m1"}
    assert len(reads) == MOST_READS
    assert followed.note == "all have succeeded; the results of 2 of them are not shown here"
    assert followed.next_call["next_call"]["arguments"] == {"MediaId": f"m{MOST_READS}"}


@pytest.mark.anyio
async def test_a_result_of_several_pages_names_the_next() -> None:
    def answer(request: Arrived) -> Answer:
        if request.action == "ListLiveRecordFiles":
            files = [{"RecordUrl": f"http://b/{number}.mp4", "Duration": 60.0} for number in range(10)]
            return Answer(body={"Files": files, "PageNo": 1, "PageSize": "10", "TotalCount": "37"})
        return Answer(body={"RecordJob": {"Status": "paused"}})

    followed = await follow(get_operation("SubmitLiveRecordJob"), answer)
    assert followed.result["result"]["files"][9] == {"url": "http://b/9.mp4", "duration_seconds": 60.0}
    following = followed.next_call["next_call"]
    assert following["tool"] == "list_live_record_files"
    assert following["arguments"] == {"JobIds": ["j1"], "PageNo": 2, "PageSize": 10}


FAILED: list[tuple[str, Json, str]] = [
    (
        "SubmitMediaProducingJob",
        {
            "MediaProducingJob": {
                "Status": "Failed",
                "Code": "InvalidParameter.Timeline",
                "Message": "The clip is too long.",
            }
        },
        "The clip is too long (InvalidParameter.Timeline). Correct the parameter the message names (its form, its "
        "length, or the id of something that exists).",
    ),
    ("SubmitSnapshotJob", {"SnapshotJob": {"Status": "Fail", "Code": "Odd.Code", "Message": ""}}, "Odd.Code"),
    ("SubmitASRJob", {"State": "Failed", "ErrorCode": "E1", "ErrorMessage": "no sound"}, "no sound (E1)"),
    # What speaks of the call that looked is no reason.
    ("SearchIndexJobRerun", {"Code": "Success", "Message": "OK", "IndexJobInfoList": [{"Status": "Fail"}]}, ""),
    (
        "SubmitBatchMediaProducingJob",
        {"EditingBatchJob": {"Status": "Failed", "SubJobList": [{"ErrorCode": "E2", "ErrorMessage": "no clip"}]}},
        "no clip (E2)",
    ),
    (
        "SubmitMediaConvertJob",
        {
            "Job": {
                "State": "Error",
                "Code": "InvalidParameter.ResourceContentBad",
                "Message": "The content of the input is bad.",
            }
        },
        "The content of the input is bad (InvalidParameter.ResourceContentBad). The arguments are right, the file is "
        "not: play it or read its facts (GetMediaInfo), upload it again or name another file, then submit anew.",
    ),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "body", "reason"), FAILED)
async def test_a_failure_says_the_code_the_message_and_what_to_do(name: str, body: Json, reason: str) -> None:
    reply = {"JobId": "j1", "MediaIds": "m1", "MediaId": "m1"}
    followed = await follow(get_operation(name), body, reply=reply, arguments=reply)
    assert followed.waited.outcome == "failed"
    assert followed.waited.describe().get("problem", "") == reason
    assert (followed.result, followed.note) == ({}, "")
    # What is known has been told; where nothing is, the answer may say more.
    assert bool(followed.next_call) == (not reason)


@pytest.mark.anyio
async def test_a_failure_without_a_reason_says_what_to_check_where_that_is_known() -> None:
    operation = get_operation("CreateVodPackagingAsset")
    body = {"Asset": {"AssetName": "final", "EgressEndpoints": [{"ConfigurationName": "hls", "Status": "Failed"}]}}
    followed = await follow(operation, body, arguments={"AssetName": "final"})
    told = followed.waited.describe()
    assert told["problem"].startswith("The service gives no reason. Check that Input.Media is an HLS playlist")
    assert followed.next_call["next_call"]["tool"] == "get_vod_packaging_asset"


@pytest.mark.anyio
async def test_the_files_of_a_conversion_come_with_what_people_ask_of_them() -> None:
    facts = {"Duration": "12.5", "FileSize": "4096", "Width": "1280", "Height": "720", "FileName": "a.mp4"}
    made = {"OutputFile": {"Type": "OSS", "Media": "oss://b/a.mp4"}, "OutFileMeta": {"FileBasicInfo": facts}}
    file = {"url": "oss://b/a.mp4", "name": "a.mp4", "duration_seconds": 12.5, "size_bytes": 4096}
    file["resolution"] = "1280x720"
    single = {"Job": {"State": "Complete", "OutputDetails": [{"Result": made}]}}
    followed = await follow(get_operation("SubmitMediaConvertJob"), single, reply={"Job": {"JobId": "j1"}})
    assert followed.result == {"result": {"files": [file]}}
    grouped = {"Job": {"State": "Complete", "OutputGroupDetails": [{"Outputs": [{"Result": made}]}]}}
    followed = await follow(get_operation("SubmitMediaConvertJob"), grouped, reply={"Job": {"JobId": "j1"}})
    assert json.dumps(file) in json.dumps(followed.result)


@pytest.mark.anyio
async def test_a_wait_for_what_may_never_come_says_so_and_proposes_to_stop() -> None:
    operation = get_operation("SubmitCopyrightExtractJob")
    body = {"Data": {"Message": ""}, "Message": "OK", "StatusCode": 200}
    first = await follow(operation, body, reply={"Data": {"JobId": "j1"}})
    assert (first.waited.outcome, first.result) == ("pending", {})
    assert first.note.startswith("no text yet: not ready, or no mark")
    following = first.next_call["next_call"]
    assert following["tool"] == "wait_for_job"
    assert "then stop" in following["why"]
    with ScriptedService(usual=Answer(body=body)) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            told = await wait_for_job(client, operation, following["arguments"]["ids"], seconds=0)
    assert told["outcome"] == "pending"
    assert told["note"].startswith(first.note)
    assert "stop waiting and tell the user" in told["note"]
    assert "next_call" not in told


@pytest.mark.anyio
async def test_what_the_caller_gave_or_the_job_brings_is_no_reason_of_a_failure() -> None:
    """Message is the text that is embedded, given with the call, and Result is the result."""
    operation = get_operation("SubmitCopyrightJob")
    assert operation.poll is not None
    failing = replace(operation, poll=replace(operation.poll, success=("success",), failure=("failed",)))
    body = {"Data": [{"Status": "failed", "Message": "our mark", "Result": "x"}], "Message": "OK", "StatusCode": 200}
    followed = await follow(failing, body, reply={"Data": {"JobId": "j1"}})
    assert (followed.waited.outcome, followed.waited.reason) == ("failed", "")
    told = followed.waited.describe()
    assert "problem" not in told
    marked = with_result("SubmitSnapshotJob", ("said", "SnapshotJob.Message"))
    followed = await follow(marked, {"SnapshotJob": {"Status": "Fail", "Message": "what it brings"}})
    assert "problem" not in followed.waited.describe()


@pytest.mark.anyio
async def test_what_a_job_without_states_brings_is_never_told_as_its_state() -> None:
    operation = get_operation("SubmitCopyrightExtractJob")
    assert operation.poll is not None
    poll = replace(operation.poll, status_field="Data.Message", success=(), failure=(), pending=())
    bare = replace(operation, poll=poll)
    followed = await follow(bare, {"Data": {"Message": "our mark"}, "Message": "OK"}, reply={"Data": {"JobId": "j1"}})
    assert "status" not in followed.waited.describe()
    assert followed.waited.outcome == "succeeded"


@pytest.mark.anyio
async def test_a_job_whose_result_nobody_describes_shows_its_answer() -> None:
    operation = get_operation("SubmitMediaProducingJob")
    assert operation.poll is not None
    bare = replace(operation, poll=replace(operation.poll, result=None))
    body = producing(MediaURL="http://b.example.com/a.mp4")
    with ScriptedService(usual=Answer(body=body)) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            told = await wait_for_job(client, bare, {"JobId": "j1"}, seconds=0)
    assert told["job"] == body
    assert "next_call" not in told
    followed = await follow(bare, body)
    assert followed.next_call["next_call"]["tool"] == "get_media_producing_job"
    assert "ready" not in followed.next_call["next_call"]["why"]


@pytest.mark.anyio
async def test_a_query_of_a_waiting_call_sees_the_result() -> None:
    normal = {"MediaInfo": {"MediaId": "m1", "MediaBasicInfo": {"Status": "Normal", "Title": "film"}}}
    registered = Answer(body={"MediaId": "m1", "RequestId": "r"})
    with ScriptedService(registered, usual=Answer(body=normal)) as service:
        async with connected(service.url) as client:
            arguments = {"InputURL": "oss://b/k", "wait_seconds": 5, "query": "[wait.outcome, result.title]"}
            assert content_of(await client.call_tool("register_media_info", arguments)) == {
                "result": ["succeeded", "film"]
            }
