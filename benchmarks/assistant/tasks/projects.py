"""Tasks about editing projects: save, find, export, delete."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import AnyOf, Asset, Fact, expect, expect_refused, expect_told
from benchmarks.assistant.script import Body, by_id
from benchmarks.assistant.steps import WAIT, call_found, do, index, refuse_call
from benchmarks.assistant.task import Start, Task

JOB = "cdb3e746399730362c84b0a1d3c5e7f9"
PROJECT = "20679f3240a588674d5e5828dda63ac9"
_CLIPS = "Timeline.VideoTracks.VideoTrackClips"


def _script_new_project(start: Start) -> None:
    project = {"ProjectId": PROJECT, "Title": "周末特辑", "Status": 1, "StatusName": "Draft", "CreateSource": "OpenAPI"}
    start.script.answer("CreateEditingProject", {"Project": project})


def _script_projects(start: Start) -> None:
    rows = [
        ("5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10", "Harbour trailer", "Produced", ""),
        ("20679f3240a588674d5e5828dda63ac9", "Flood special", "ProduceFailed", "The clip was deleted"),
        ("3a5b7c9d1e2f4a6b8c0d2e4f6a8b0c1d", "旧版片头", "Draft", ""),
    ]

    def list_projects(arguments: Mapping[str, Any]) -> Body:
        wanted = str(arguments.get("Status") or "").split(",")
        listed = [
            {
                "ProjectId": key,
                "Title": title,
                "Status": status,
                "ErrorMessage": message,
                "ProjectType": "EditingProject",
            }
            | {"CreateTime": "2026-03-01T08:00:00Z", "CreateSource": "OpenAPI", "TemplateType": "Timeline"}
            for key, title, status, message in rows
            if wanted == [""] or status in wanted
        ]
        return {"ProjectList": listed, "TotalCount": len(listed), "MaxResults": 10}

    start.script.answer("ListEditingProjects", list_projects)
    start.script.answer("SearchEditingProject", list_projects)
    details = {key: {"Project": {"ProjectId": key, "Title": title, "Status": status}} for key, title, status, _ in rows}
    start.script.answer("GetEditingProject", by_id("ProjectId", details))
    start.script.answer("DeleteEditingProjects", {})
    start.facts["intro"] = rows[2][0]


async def _find_project(desk: Desk, title: str) -> str:
    listed = await call_found(desk, "删除剪辑工程“旧版片头”", "ListEditingProjects")
    return index(listed, "Title", "ProjectId")[title]


async def _tell_failed_project(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(desk, "editing projects that failed to render", "ListEditingProjects")
    return "; ".join(f"{row['Title']}: {row['problem']}" for row in listed["rows"] if row.get("problem"))


async def _delete_project(desk: Desk, facts: Mapping[str, Any]) -> str:
    project = await _find_project(desk, "旧版片头")
    await call_found(desk, "删除剪辑工程“旧版片头”", "DeleteEditingProjects", ProjectIds=project)
    return "工程“旧版片头”已删除，用到的素材都还在。"


async def _keep_project(desk: Desk, facts: Mapping[str, Any]) -> str:
    project = await _find_project(desk, "旧版片头")
    held = await refuse_call(desk, "删除剪辑工程“旧版片头”", "DeleteEditingProjects", ProjectIds=project)
    return "您没有同意，工程“旧版片头”没有删除。" if held else "已删除。"


def _script_export(start: Start) -> None:
    url = "http://local-media.oss-cn-shanghai.aliyuncs.com/exports/exported_project_1e8c39.zip"
    job = {"JobId": JOB, "ProjectId": PROJECT, "ExportType": "AdobePremierePro", "Status": "Success"}
    done = {"ProjectExportJob": job | {"ExportResult": {"ProjectUrl": url}}}
    start.script.run_job("SubmitProjectExportJob", {"JobId": JOB}, "GetProjectExportJob", [done])
    start.facts["project"] = PROJECT


TASKS = (
    Task(
        name="save-an-editing-project",
        language="zh",
        toolset="editing",
        request="建一个剪辑工程“周末特辑”，时间线上先放《马拉松开跑》再放《教练赛后采访》，先不要合成，"
        "把工程 ID 给我。",
        prepare=_script_new_project,
        solve=do(
            "新建剪辑工程",
            "CreateEditingProject",
            {
                "Title": "周末特辑",
                "Timeline": {"VideoTracks": [{"VideoTrackClips": [{"MediaId": "$0"}, {"MediaId": "$1"}]}]},
            },
            "ProjectId",
            assets=("马拉松开跑", "教练赛后采访"),
        ),
        grade=expect(
            "CreateEditingProject",
            {"Title": "周末特辑", f"{_CLIPS}.MediaId": [Asset("马拉松开跑"), Asset("教练赛后采访")]},
            PROJECT,
        ),
        most_calls=4,
        most_bytes=1_900,
    ),
    Task(
        name="find-the-project-that-failed",
        language="en",
        toolset="editing",
        request="One of our editing projects could not be rendered. Which one, and why?",
        prepare=_script_projects,
        solve=_tell_failed_project,
        grade=expect_told("Flood special", re.compile("deleted", re.IGNORECASE)),
        most_calls=2,
        most_bytes=1_700,
    ),
    Task(
        name="delete-a-project-by-its-title",
        language="zh",
        toolset="editing",
        request="剪辑工程“旧版片头”不要了，删掉吧。",
        prepare=_script_projects,
        solve=_delete_project,
        grade=expect("DeleteEditingProjects", {"ProjectIds": Fact("intro")}, "删除"),
        most_calls=3,
        most_bytes=1_900,
    ),
    Task(
        name="keep-a-project-after-a-no",
        language="zh",
        toolset="editing",
        request="把剪辑工程“旧版片头”删掉。",
        prepare=_script_projects,
        agrees=lambda question: False,
        solve=_keep_project,
        grade=expect_refused("DeleteEditingProjects"),
        most_calls=3,
        most_bytes=1_900,
    ),
    Task(
        name="export-a-project-to-premiere",
        language="en",
        toolset="editing",
        request="Export project {project} for Adobe Premiere into bucket local-media below exports/flood and "
        "give me the "
        "link.",
        prepare=_script_export,
        solve=do(
            "export a project for Adobe Premiere",
            "SubmitProjectExportJob",
            {
                "ProjectId": "$project",
                "ExportType": "AdobePremierePro",
                "OutputMediaConfig": {"Bucket": "local-media", "Prefix": "exports/flood"},
                **WAIT,
            },
            "ProjectUrl",
        ),
        grade=expect(
            "SubmitProjectExportJob",
            {
                "ProjectId": Fact("project"),
                "ExportType": "AdobePremierePro",
                "OutputMediaConfig.Bucket": "local-media",
                "OutputMediaConfig.Prefix": AnyOf(("exports/flood", "exports/flood/")),
            },
            "exported_project_1e8c39.zip",
        ),
        most_calls=2,
        most_bytes=1_400,
    ),
)
