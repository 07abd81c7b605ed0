"""Tasks about the review of assets, which the embedded IMS does not do."""

from __future__ import annotations

from benchmarks.assistant.answers import NOT_DONE
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_asked_once, check_value
from benchmarks.assistant.task import End, Facts, Problems, Start, Task, note_ids, refuse


def _script_audit(start: Start) -> None:
    start.script.answer("CreateAudit", {})


async def _block(desk: Desk, facts: Facts) -> str:
    await desk.find("review an asset: block it from playing", "CreateAudit")
    await desk.call("describe_operation", operation="CreateAudit")
    verdict = {"MediaId": facts["media_id"], "Status": "Blocked", "Reason": "shows a minor"}
    await desk.run("CreateAudit", "write", AuditContent=[verdict])
    return "The footage is blocked and cannot be played any more."


def _verdicts(end: End) -> list[tuple[str, str, str]]:
    return [
        (verdict["MediaId"], verdict["Status"], verdict.get("Reason", ""))
        for made in end.script.made("CreateAudit")
        for verdict in made["AuditContent"]
    ]


def _grade_blocked(end: End) -> Problems:
    wanted = (end.start_state.media_ids["Flood in the harbour, raw footage"], "Blocked")
    found = _verdicts(end)
    problems = check_value("the verdicts", [verdict[:2] for verdict in found], [wanted]) + check_asked_once(end)
    return problems + [f"the reason is {reason!r}" for _, _, reason in found if "minor" not in reason.lower()]


async def _pass_review(desk: Desk, facts: Facts) -> str:
    await desk.find("人工审核通过素材", "CreateAudit")
    verdicts = [{"MediaId": facts[name], "Status": "Normal"} for name in ("one", "two")]
    await desk.run("CreateAudit", "write", AuditContent=verdicts)
    return "两条素材都已审核通过，可以播放。"


def _grade_passed(end: End) -> Problems:
    wanted = {(end.start_state.media_ids[title], "Normal") for title in ("教练赛后采访", "马拉松开跑")}
    return check_value("the verdicts", {verdict[:2] for verdict in _verdicts(end)}, wanted)


async def _try_block(desk: Desk, facts: Facts) -> str:
    await desk.find("人工审核素材，设为屏蔽", "CreateAudit")
    await desk.call("describe_operation", operation="CreateAudit")
    verdict = {"MediaId": facts["media_id"], "Status": "Blocked", "Reason": "版权未清"}
    told = await desk.use(
        "call_write_operation",
        {"operation": "CreateAudit", "operation_arguments": {"AuditContent": [verdict]}},
    )
    return "您没有同意，素材没有屏蔽，仍可播放。" if told.failed else "已屏蔽。"


def _grade_not_blocked(end: End) -> Problems:
    return check_value("the verdicts", _verdicts(end), []) + end.says(NOT_DONE) + check_asked_once(end)


TASKS = (
    Task(
        "block-after-review",
        "en",
        "media_library",
        "Legal has looked at {media_id}: it shows a minor and must not be played any more. Record that.",
        _block,
        _grade_blocked,
        3,
        2_300,
        furnish=note_ids(media_id="Flood in the harbour, raw footage"),
        prepare=_script_audit,
    ),
    Task(
        "pass-review",
        "zh",
        "media_library",
        "{one} 和 {two} 我都看过了，没有问题，审核通过。",
        _pass_review,
        _grade_passed,
        2,
        1_100,
        furnish=note_ids(one="教练赛后采访", two="马拉松开跑"),
        prepare=_script_audit,
    ),
    Task(
        "block-after-all-not",
        "zh",
        "media_library",
        "素材 {media_id} 版权未清，审核结果记为屏蔽，不让播放。",
        _try_block,
        _grade_not_blocked,
        3,
        2_400,
        furnish=note_ids(media_id="Autumn teaser"),
        prepare=_script_audit,
        agrees=refuse,
    ),
)
