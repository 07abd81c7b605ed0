"""The ten operations of live recording as the official SDK calls them: their life, their limits and their oddities."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from alibabacloud_ice20201109 import models
from mcp_types import ElicitResult

from ims_mcp.local.handlers.live_record_files import LiveRecordFiles
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.recording.files import RecordFile
from tests.local_ims.server import Refusal, RunningIms, refusal_of, running_ims
from tests.local_recording import scenarios
from tests.local_recording.recording import RECONNECT_TIMEOUT_SECONDS, Recorder
from tests.local_recording.scenarios import Played, Stage
from tests.server.connected import LOCAL, connected

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MP4 = {"Format": "mp4", "OssObjectPrefix": "{StartTime}-{EndTime}"}
_M3U8 = {**_MP4, "Format": "m3u8", "SliceOssObjectPrefix": "{UnixTimestamp}-{Sequence}"}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    """An IMS of its own, whose jobs wait for streams that never come."""
    with running_ims(tmp_path_factory.mktemp("ims"), reconnect_timeout_seconds=3600.0) as ims:
        yield Recorder(ims)


@pytest.fixture(scope="module")
def nobody() -> Iterator[str]:
    """An address nothing is published at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"rtmp://127.0.0.1:{listener.getsockname()[1]}/live/nobody"


def _refused_template(ims: RunningIms, **entry: Any) -> Refusal:
    format_ = models.CreateLiveRecordTemplateRequestRecordFormat().from_map(entry)
    request = models.CreateLiveRecordTemplateRequest(name="refused", record_format=[format_])
    return refusal_of(ims.client().create_live_record_template, request)


def test_a_template_lives_from_its_creation_to_its_deletion(quiet: Recorder) -> None:
    client = quiet.ims.client()
    template_id = quiet.template("mp4", "m3u8", name="Abendschau 新闻")
    assert _UUID.fullmatch(template_id)
    got = client.get_live_record_template(models.GetLiveRecordTemplateRequest(template_id=template_id))
    created = got.body.record_template.to_map()
    pattern = "live/{JobId}/{Sequence}-{EscapedStartTime}-{EscapedEndTime}"
    assert created == {
        "TemplateId": template_id,
        "Name": "Abendschau 新闻",
        "Type": "custom",
        "CreateTime": created["CreateTime"],
        "LastModified": created["CreateTime"],
        "RecordFormatList": [
            {"Format": "mp4", "CycleDuration": 3600, "OssObjectPrefix": pattern},
            {
                "Format": "m3u8",
                "CycleDuration": 3600,
                "OssObjectPrefix": pattern,
                "SliceDuration": 5,
                "SliceOssObjectPrefix": "live/{JobId}/slices/{UnixTimestamp}-{Sequence}",
            },
        ],
    }
    changed = models.UpdateLiveRecordTemplateRequestRecordFormat(format="flv", oss_object_prefix="{StartTime}{EndTime}")
    request = models.UpdateLiveRecordTemplateRequest(template_id=template_id, name="new", record_format=[changed])
    client.update_live_record_template(request)
    listed = client.list_live_record_templates(models.ListLiveRecordTemplatesRequest(template_ids=[template_id])).body
    (found,) = listed.record_template_list
    assert found.name == "new"
    assert [entry.to_map() for entry in found.record_format_list] == [
        {"Format": "flv", "CycleDuration": 21600, "OssObjectPrefix": "{StartTime}{EndTime}"}
    ]
    client.delete_live_record_template(models.DeleteLiveRecordTemplateRequest(template_id=template_id))
    gone = refusal_of(client.get_live_record_template, models.GetLiveRecordTemplateRequest(template_id=template_id))
    assert (gone.code, gone.status) == ("ResourceNotFound", 404)


def test_system_templates_cover_every_format_and_cannot_be_changed(quiet: Recorder) -> None:
    client = quiet.ims.client()
    request = models.ListLiveRecordTemplatesRequest(type="system", sort_by="asc")
    listed = client.list_live_record_templates(request).body
    formats = [[entry.format for entry in found.record_format_list] for found in listed.record_template_list]
    assert formats == [["mp4"], ["flv"], ["m3u8"], ["mp4", "flv", "m3u8"]]
    assert (listed.total_count, listed.page_no, listed.page_size, listed.sort_by) == (4, 1, 10, "asc")
    template_id = listed.record_template_list[0].template_id
    changed = models.UpdateLiveRecordTemplateRequestRecordFormat(format="flv")
    update = models.UpdateLiveRecordTemplateRequest(template_id=template_id, name="mine", record_format=[changed])
    assert refusal_of(client.update_live_record_template, update).code == "OperationDenied"
    delete = models.DeleteLiveRecordTemplateRequest(template_id=template_id)
    assert refusal_of(client.delete_live_record_template, delete).code == "OperationDenied"


def test_templates_are_found_by_a_part_of_their_name_in_pages_newest_first(quiet: Recorder) -> None:
    client = quiet.ims.client()
    made = [quiet.template("mp4", name=f"page {number}") for number in range(3)]
    pages = [
        client.list_live_record_templates(
            models.ListLiveRecordTemplatesRequest(keyword="PAGE", page_size=2, page_no=number)
        ).body
        for number in (1, 2)
    ]
    assert [found.template_id for page in pages for found in page.record_template_list] == made[::-1]
    assert [page.total_count for page in pages] == [3, 3]
    too_large = models.ListLiveRecordTemplatesRequest(page_size=101)
    assert refusal_of(client.list_live_record_templates, too_large).code == "InvalidParameter"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({**_MP4, "Format": "avi"}, "Format"),
        ({**_MP4, "OssObjectPrefix": "{StartTime}"}, "OssObjectPrefix"),
        ({**_MP4, "OssObjectPrefix": "{Name}{StartTime}{EndTime}"}, "{Name}"),
        ({**_MP4, "OssObjectPrefix": "{StartTime}{EndTime}" + "x" * 240}, "OssObjectPrefix"),
        ({**_MP4, "CycleDuration": -1}, "CycleDuration"),
        ({**_M3U8, "SliceDuration": 4}, "SliceDuration"),
        ({**_M3U8, "SliceDuration": 31}, "SliceDuration"),
        ({**_M3U8, "SliceOssObjectPrefix": "{Sequence}"}, "SliceOssObjectPrefix"),
        ({**_MP4, "Format": "m3u8"}, "SliceOssObjectPrefix"),
    ],
)
def test_a_template_that_breaks_a_documented_limit_is_refused(
    quiet: Recorder, entry: dict[str, Any], said: str
) -> None:
    refused = _refused_template(quiet.ims, **entry)
    assert refused.code in ("InvalidParameter", "MissingParameter")
    assert said in refused.message


def test_each_submit_is_a_job_of_its_own_with_a_dashed_id(quiet: Recorder, nobody: str) -> None:
    template_id = quiet.template("mp4", name="of jobs")
    first, second = quiet.submit(nobody, template_id), quiet.submit(nobody, template_id)
    assert first != second
    assert _UUID.fullmatch(first)
    got = quiet.ims.client().get_live_record_job(models.GetLiveRecordJobRequest(job_id=first)).body.record_job.to_map()
    assert got == {
        "JobId": first,
        "Name": f"record {nobody}",
        "Status": "initial",
        "CreateTime": got["CreateTime"],
        "StreamInput": {"Type": "rtmp", "Url": nobody},
        "RecordOutput": {"Type": "oss", "Bucket": "recordings"},
        "TemplateId": template_id,
        "TemplateName": "of jobs",
    }


def test_a_job_keeps_the_template_it_was_submitted_with(quiet: Recorder, nobody: str) -> None:
    client, template_id = quiet.ims.client(), quiet.template("mp4", name="before")
    job_id = quiet.submit(nobody, template_id)
    client.delete_live_record_template(models.DeleteLiveRecordTemplateRequest(template_id=template_id))
    request = models.GetLiveRecordTemplateRequest(template_id=template_id, job_id=job_id)
    kept = client.get_live_record_template(request).body.record_template
    assert (kept.name, kept.record_format_list[0].format) == ("before", "mp4")


def test_jobs_are_listed_newest_first_by_keyword_and_status_within_30_days(quiet: Recorder, nobody: str) -> None:
    client, template_id = quiet.ims.client(), quiet.template("mp4")
    jobs = [quiet.submit(f"{nobody}/listed{number}", template_id) for number in range(3)]

    def listed(**asked: Any) -> Any:
        return client.list_live_record_jobs(models.ListLiveRecordJobsRequest(**asked)).body

    newest = listed(keyword="LISTED", status="initial", page_size=2)
    assert [job.job_id for job in newest.live_record_jobs] == jobs[:0:-1]
    assert (newest.total_count, newest.page_no, newest.page_size, newest.sort_by) == (3, 1, 2, "desc")
    assert [job.job_id for job in listed(keyword="listed", sort_by="asc").live_record_jobs] == jobs
    assert [job.job_id for job in listed(keyword=jobs[1]).live_record_jobs] == [jobs[1]]
    assert listed(keyword="listed", status="paused").total_count == 0
    assert listed(start_time="2020-01-01T00:00:00Z", end_time="2020-01-31T00:00:00Z").total_count == 0
    too_wide = models.ListLiveRecordJobsRequest(start_time="2020-01-01T00:00:00Z", end_time="2020-01-31T00:00:01Z")
    assert "30 days" in refusal_of(client.list_live_record_jobs, too_wide).message
    unknown = models.ListLiveRecordJobsRequest(status="failed")
    assert refusal_of(client.list_live_record_jobs, unknown).code == "InvalidParameter"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"template_id": "00000000-0000-0000-0000-000000000000"}, "ResourceNotFound"),
        ({"url": "rtmp://example.com/live/stream1"}, "UnsupportedOperation"),
        *(
            ({"url": f"rtmp://{host}/live/stream1"}, "UnsupportedOperation")
            for host in (
                *(
                    "192.0.2.1",
                    "0.0.0.0",
                    "2130706433",
                    "0x7f000001",
                    "0177.0.0.1",
                    "127.1",
                    "127.0.0.1.",
                    "localhost.",
                ),
                *(
                    "[::]",
                    "[::ffff:192.0.2.1]",
                    "127.0.0.1.example.com",
                    "127.evil.example",
                    "127。0。0。1",
                    "①②⑦.0.0.1",
                ),
                "192.0.2.1#@127.0.0.1",
                "192.0.2.1?@127.0.0.1",
                "192.0.2.1/@127.0.0.1",
                "127.0.0.1%00",
            )
        ),
        *(
            ({"url": url}, "InvalidParameter")
            for url in (
                *(
                    "http://127.0.0.1/live",
                    "file:///etc/passwd",
                    "127.0.0.1/live/x",
                    "rtmp:127.0.0.1",
                    "rtmp:///live/x",
                ),
                *("rtmp://me:secret@127.0.0.1/live/x", "rtmp://127.0.0.1@192.0.2.1/live/x", "rtmp://[::1/live/x"),
                *("rtmp://127.0.0.1:x/live", "rtmp://127.0.0.1:1;192.0.2.1/x", "rtmp://127.0.0.1:1,192.0.2.1/live/x"),
                *("rtmp://127.0.0.1/live/x tcUrl=rtmp://192.0.2.1/live", "rtmp://127.0.0.1/live/x\r\nHost: h"),
                *("rtmp://127.0.0.1\\@192.0.2.1/live/x", "rtmp://127.0.0.1/live/x\x00", "rtmp://127.0.0.1/\u202ex"),
            )
        ),
        ({"bucket": "Not A Bucket"}, "InvalidParameter"),
        ({"output": "vod", "bucket": "mine"}, "InvalidParameter"),
    ],
)
def test_a_job_that_could_never_record_is_refused(
    quiet: Recorder, nobody: str, asked: dict[str, str], code: str
) -> None:
    request = models.SubmitLiveRecordJobRequest(
        name="refused",
        template_id=asked.get("template_id") or quiet.template("mp4"),
        stream_input=models.SubmitLiveRecordJobRequestStreamInput(type="rtmp", url=asked.get("url", nobody)),
        record_output=models.SubmitLiveRecordJobRequestRecordOutput(
            type=asked.get("output", "oss"), bucket=asked.get("bucket", "recordings")
        ),
    )
    assert refusal_of(quiet.ims.client().submit_live_record_job, request).code == code


@pytest.mark.parametrize(
    "path",
    [
        *(
            "#@{other}/live/x",
            "?@{other}/live/x",
            "/live/x@{other}/y",
            "/live/x?tcUrl=rtmp://{other}/live",
            "//{other}/x",
        ),
        *("/;@{other}/live/x", "/live/x|rtmp://{other}/x", "/live/x?listen=1&rtmp_tcurl={other}", "/@{other}"),
    ],
)
def test_a_recorder_connects_to_the_host_that_was_looked_at_and_to_no_other_in_the_address(
    quiet: Recorder, path: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as named, socket.create_server(("127.0.0.2", 0)) as hidden:
        other = f"127.0.0.2:{hidden.getsockname()[1]}"
        quiet.submit(f"rtmp://127.0.0.1:{named.getsockname()[1]}{path.format(other=other)}", quiet.template("mp4"))
        named.settimeout(20)
        named.accept()[0].close()
        hidden.setblocking(False)
        with pytest.raises(BlockingIOError):
            hidden.accept()


def test_an_unknown_job_is_not_found(quiet: Recorder) -> None:
    request = models.GetLiveRecordJobRequest(job_id="00000000-0000-0000-0000-000000000000")
    assert refusal_of(quiet.ims.client().get_live_record_job, request).status == 404


def test_files_are_listed_oldest_first_within_4_days_and_their_counts_are_texts(played: Played) -> None:
    outcome = played(scenarios.cycles)
    ims, job = outcome.recorder.ims, outcome.job_id
    answer = ims.call("ListLiveRecordFiles", method="GET", **{"JobIds.1": job, "RecordFormat": "MP4", "PageSize": "5"})
    assert (answer["PageNo"], answer["PageSize"], answer["TotalCount"], answer["SortBy"]) == (1, "5", "3", "asc")
    assert [file["Format"] for file in answer["Files"]] == ["mp4"] * 3
    assert [file["StartTime"] for file in answer["Files"]] == sorted(file["StartTime"] for file in answer["Files"])
    for file in answer["Files"]:
        assert isinstance(file["Duration"], float) and isinstance(file["RecordOutput"], str)
        assert file["StartTime"] < file["EndTime"] <= file["CreateTime"]
    client = ims.client()
    newest = client.list_live_record_files(models.ListLiveRecordFilesRequest(job_ids=[job], sort_by="desc")).body
    assert newest.files[0].create_time >= newest.files[-1].create_time
    for size in (4, 31):
        too_many = models.ListLiveRecordFilesRequest(page_size=size)
        assert refusal_of(client.list_live_record_files, too_many).code == "InvalidParameter"
    too_wide = models.ListLiveRecordFilesRequest(start_time="2020-01-01T00:00:00Z", end_time="2020-01-05T00:01:00Z")
    assert "4 days" in refusal_of(client.list_live_record_files, too_wide).message


def test_deleting_a_file_deletes_its_objects_only_when_told_to(played: Played) -> None:
    outcome = played(scenarios.deleted)
    recorder, (mp4, m3u8) = outcome.recorder, outcome.files
    client = recorder.ims.client()

    def delete(*record_ids: str, remove_file: bool) -> dict[str, str]:
        request = models.DeleteLiveRecordFilesRequest(record_ids=list(record_ids), remove_file=remove_file)
        answer = client.delete_live_record_files(request).body
        return {entry.record_id: entry.code for entry in answer.delete_file_info_list}

    def stored() -> list[str]:
        objects: Any = recorder.ims.bucket(recorder.bucket).list_objects(prefix=f"live/{outcome.job_id}/")
        return [found.key.rpartition(".")[2] for found in objects.object_list]

    assert sorted(stored()) == ["m3u8", "mp4", "ts"]
    assert delete(mp4.record_id, "unknown", remove_file=False) == {
        mp4.record_id: "Success",
        "unknown": "ResourceNotFound",
    }
    assert sorted(stored()) == ["m3u8", "mp4", "ts"]
    assert [file.record_id for file in recorder.files(outcome.job_id)] == [m3u8.record_id]
    assert delete(m3u8.record_id, remove_file=True) == {m3u8.record_id: "Success"}
    assert stored() == ["mp4"]


@pytest.mark.anyio
async def test_a_user_is_asked_about_recorded_files_by_their_job_and_not_about_those_there_are_not(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asked: list[str] = []

    async def refuse(context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="decline")

    # An IMS that has recorded nothing else: its list holds all there are.
    with running_ims(tmp_path_factory.mktemp("ims"), reconnect_timeout_seconds=RECONNECT_TIMEOUT_SECONDS) as ims:
        outcome = scenarios.deleted(replace(stage, recorder=Recorder(ims)))
        ids = [file.record_id for file in outcome.files]
        async with connected(ims.endpoint, credential=LOCAL, elicitation=refuse) as client:
            call = {"operation": "DeleteLiveRecordFiles", "arguments": {"RecordIds": [*ids, "never"]}}
            await client.call_tool("call_destructive_operation", call)
        assert len(outcome.recorder.files(outcome.job_id)) == 2
    (question,) = asked
    head, _, count, *lines = question.splitlines()
    job = outcome.files[0].job_name
    assert f' 2 in all: "{job}", "{job}". Not found, and not asked about: 1.' in head
    assert count == "RecordIds (2):"
    assert [line.split()[1] for line in lines[:2]] == ids
    assert lines[2:4] == ["Does not exist (1):", "- never"]


def test_a_recorded_file_can_be_registered_by_the_address_it_is_listed_with(played: Played) -> None:
    outcome = played(scenarios.vod)
    ims, (file,) = outcome.recorder.ims, outcome.files
    assert ims.settled(ims.register(str(file.record_url)))["MediaBasicInfo"]["Status"] == "Normal"


@pytest.mark.parametrize(("ended_at", "end"), [(1_772_611_200.3, "08:00:02"), (1_772_611_205.0, "08:00:05")])
def test_a_file_of_a_stream_that_came_faster_than_it_plays_ends_after_it_begins(ended_at: float, end: str) -> None:
    file = RecordFile(
        record_id="r",
        job_id="j",
        job_name="council",
        stream_url="rtmp://h/live/a",
        output_type="oss",
        endpoint=None,
        format="mp4",
        address=ObjectAddress("b", "a.mp4"),
        slice_keys=(),
        started_at=1_772_611_200.0,
        ended_at=ended_at,
        duration_seconds=2.0,
        width=320,
        height=180,
        created_at=ended_at,
        fail_reason=None,
    )
    told = LiveRecordFiles(cast("Any", None), cast("Any", None), "cn-shanghai", str).describe(file)
    assert (told["StartTime"], told["EndTime"]) == ("2026-03-04T08:00:00Z", f"2026-03-04T{end}Z")
