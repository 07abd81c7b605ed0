"""Tasks about invisible marks and fingerprints: embed, read out, trace a leak, find copies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Asset, Fact, Object, expect
from benchmarks.assistant.steps import WAIT, call_found, do, index, tell, tell_outcome
from benchmarks.assistant.task import Start, Task

JOB = "bfb786c639894f4d80648792021eff90"
LIBRARY = "7824a773c722026c149f24519969579a"
TRACED = "437bd2b516ffda105d07b12a9a82e0c4"
_SUBMITTED = {"Data": {"JobId": JOB}, "Message": "ok", "StatusCode": 200}


def _script_mark(start: Start) -> None:
    output = {"Type": "OSS", "Media": "oss://local-media/marked/lighthouse.mp4"}
    job = {"JobId": JOB, "Status": "success", "Message": "Harbour TV 2026", "Output": output, "Level": 2}
    job["Result"] = '{"Code":"success","Message":"ok"}'
    states = [{"Data": [job], "Message": "ok", "StatusCode": 200}]
    start.script.run_job("SubmitCopyrightJob", _SUBMITTED, "QueryCopyrightJobList", states)


def _script_reading(text: str) -> Any:
    def prepare(start: Start) -> None:
        read = {"Data": {"Message": text}, "Message": "ok", "StatusCode": 200}
        start.script.run_job("SubmitCopyrightExtractJob", _SUBMITTED, "QueryCopyrightExtractJob", [read])

    return prepare


async def _read_nothing(desk: Desk, facts: Mapping[str, Any]) -> str:
    """The service has no sign for an empty result: a short wait, whose note says so."""
    answer = await call_found(
        desk,
        "read the invisible copyright watermark out of a video",
        "SubmitCopyrightExtractJob",
        Input={"Type": "OSS", "Media": "oss://local-media/suspects/stream.mp4"},
        Params={"algoType": "v2"},
        wait_seconds=1,
    )
    return tell(answer, "text_read", "note")


def _script_leak(start: Start) -> None:
    read = {"Data": {"Trace": "viewer-10293"}, "Message": "ok", "StatusCode": 200}
    start.script.run_job("SubmitTraceExtractJob", _SUBMITTED, "QueryTraceExtractJob", [read])


def _script_playlist(start: Start) -> None:
    output = {"Type": "OSS", "Media": "oss://local-media/trace/premiere/viewer-20.m3u8"}
    job = {"JobId": JOB, "Status": "success", "Trace": "viewer-20", "TraceMediaId": TRACED, "Output": output}
    states = [{"Data": [job], "Message": "ok", "StatusCode": 200}]
    start.script.run_job(
        "SubmitTraceM3u8Job", {"Data": {"JobId": JOB}, "Message": "ok"}, "QueryTraceM3u8JobList", states
    )
    start.facts["traced"] = TRACED


def _script_fingerprints(start: Start) -> None:
    rows = [(LIBRARY, "自制节目", "Video"), ("88c6ca184c0e47098a5b665e2a126797", "片头音乐", "Audio")]
    listed = [{"DBId": key, "Name": name, "Model": model, "Status": "active"} for key, name, model in rows]
    start.script.answer("ListDNADB", {"DBList": listed})
    matches = "http://local-media.oss-cn-shanghai.aliyuncs.com/fingerprint/search_result/5.txt"
    job = {"JobId": JOB, "Id": JOB, "DBId": LIBRARY, "Status": "Success", "DNAResult": matches, "PrimaryKey": "x"}
    start.script.answer("SubmitDNAJob", {"JobId": JOB})
    start.script.answer("QueryDNAJobList", {"JobList": [job]})
    start.facts["library"] = LIBRARY


async def _find_copies(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(desk, "列出指纹库", "ListDNADB")
    libraries = index(listed, "name", "DBId")
    answer = await call_found(
        desk,
        "拿视频和指纹库比对，找盗版",
        "SubmitDNAJob",
        Input={"Type": "OSS", "Media": "oss://local-media/suspects/clip.mp4"},
        DBId=libraries["自制节目"],
        PrimaryKey="suspects-clip",
        Config={"SaveType": "nosave", "MediaType": "video"},
        **WAIT,
    )
    return "比对已完成。匹配（如果有）都列在这个文件里：" + tell_outcome(
        answer, "any_matches_are_listed_in", "DNAResult"
    )


TASKS = (
    Task(
        name="mark-a-copy-of-a-film",
        language="en",
        toolset="dna_watermark",
        request='Write the invisible text "Harbour TV 2026" into a copy of The Lighthouse Keepers (it runs for '
        "2 seconds), "
        "at oss://local-media/marked/lighthouse.mp4.",
        prepare=_script_mark,
        solve=do(
            "write an invisible copyright watermark into a video",
            "SubmitCopyrightJob",
            {
                "Input": {"Type": "Media", "Media": "$0"},
                "Output": {"Type": "OSS", "Media": "oss://local-media/marked/lighthouse.mp4"},
                "Message": "Harbour TV 2026",
                "Params": {"algoType": "v2"},
                **WAIT,
            },
            "output",
            "Media",
            assets=("The Lighthouse Keepers",),
            reads=True,
        ),
        grade=expect(
            "SubmitCopyrightJob",
            {
                "Input.Media": Asset("The Lighthouse Keepers"),
                "Output.Media": Object("marked/lighthouse.mp4"),
                "Message": "Harbour TV 2026",
                "Params.algoType": "v2",
            },
            "lighthouse.mp4",
        ),
        most_calls=4,
        most_bytes=4_700,
    ),
    Task(
        name="read-a-watermark",
        language="zh",
        toolset="dna_watermark",
        request="oss://local-media/suspects/copy.mp4 像是盗版，读一下里面的版权水印写的是什么。当初是用 v2 "
        "算法嵌入的。",
        prepare=_script_reading("潮汐台版权所有"),
        solve=do(
            "读出视频里的版权水印",
            "SubmitCopyrightExtractJob",
            {
                "Input": {"Type": "OSS", "Media": "oss://local-media/suspects/copy.mp4"},
                "Params": {"algoType": "v2"},
                **WAIT,
            },
            "text_read",
            "Message",
        ),
        grade=expect(
            "SubmitCopyrightExtractJob",
            {"Input.Media": Object("suspects/copy.mp4"), "Params.algoType": "v2"},
            "潮汐台版权所有",
        ),
        most_calls=2,
        most_bytes=1_300,
    ),
    Task(
        name="read-a-watermark-where-there-is-none",
        language="en",
        toolset="dna_watermark",
        request="Does oss://local-media/suspects/stream.mp4 carry our invisible copyright watermark? We embed with v2.",
        prepare=_script_reading(""),
        solve=_read_nothing,
        grade=expect(
            "SubmitCopyrightExtractJob",
            {"Input.Media": Object("suspects/stream.mp4"), "Params.algoType": "v2"},
            re.compile(r"\bno\b|\bnot\b|none|nothing", re.IGNORECASE),
        ),
        most_calls=2,
        most_bytes=1_700,
    ),
    Task(
        name="find-out-who-leaked",
        language="zh",
        toolset="dna_watermark",
        request="oss://local-media/suspects/leak.mp4 是从谁那里泄露的？我们的溯源播放列表都是 v1。",
        prepare=_script_leak,
        solve=do(
            "泄露的视频是从哪个观众来的，读出溯源水印",
            "SubmitTraceExtractJob",
            {
                "Input": {"Type": "OSS", "Media": "oss://local-media/suspects/leak.mp4"},
                "Params": {"m3u8Type": "v1"},
                **WAIT,
            },
            "text_read",
            "Trace",
        ),
        grade=expect(
            "SubmitTraceExtractJob",
            {"Input.Media": Object("suspects/leak.mp4")},
            "viewer-10293",
        ),
        most_calls=2,
        most_bytes=1_400,
    ),
    Task(
        name="make-a-traceable-playlist",
        language="en",
        toolset="dna_watermark",
        request="Make the playlist of the traceable film {traced} for viewer-20, at "
        "oss://local-media/trace/premiere/viewer-20.m3u8, with relative paths.",
        prepare=_script_playlist,
        solve=do(
            "make a playlist of a film for one viewer, with a tracing mark",
            "SubmitTraceM3u8Job",
            {
                "TraceMediaId": "$traced",
                "Trace": "viewer-20",
                "Output": {"Type": "OSS", "Media": "oss://local-media/trace/premiere/viewer-20.m3u8"},
                "Params": {"m3u8Type": "v2"},
                **WAIT,
            },
            "playlist",
            "Media",
            reads=True,
        ),
        grade=expect(
            "SubmitTraceM3u8Job",
            {
                "TraceMediaId": Fact("traced"),
                "Trace": "viewer-20",
                "Output.Media": Object("trace/premiere/viewer-20.m3u8"),
                "Params.m3u8Type": "v2",
            },
            "viewer-20.m3u8",
        ),
        most_calls=3,
        most_bytes=3_600,
    ),
    Task(
        name="look-for-copies-of-a-clip",
        language="zh",
        toolset="dna_watermark",
        request="oss://local-media/suspects/clip.mp4 和我们“自制节目”指纹库比对一下，看是不是盗版；只比对，"
        "不要存进库里。",
        prepare=_script_fingerprints,
        solve=_find_copies,
        grade=expect(
            "SubmitDNAJob",
            {
                "Input.Media": Object("suspects/clip.mp4"),
                "DBId": Fact("library"),
                "Config.SaveType": "nosave",
                "Config.MediaType": "video",
            },
            "search_result/5.txt",
        ),
        most_calls=4,
        most_bytes=2_700,
    ),
)
