"""Grants are not mixed: each call needs one grant that lets all of it through."""

from __future__ import annotations

from typing import Any

import pytest

from ims_mcp.config.model import Account, Config, Grant
from ims_mcp.config.rights import Right
from tests.tenants.accounts import YES, ask, grant, send, text_in
from tests.tenants.two import BOTH, DELETE, MEDIA, READ, Two, list_tools

pytestmark = pytest.mark.anyio
PULLED = "https://example.com/a.mp4"
ABOUT = {"SourceURL": PULLED, "Title": "A"}
OVERWRITE = {"InputURL": "oss://b/k.mp4", "Overwrite": True}


async def test_a_grant_that_asks_is_not_silenced_by_one_for_other_operations(two: Two) -> None:
    grants = grant("ann", ["east"], toolsets=["media_library"])
    grants += grant("ann", ["east"], toolsets=["editing"], destructive="allow")
    async with two.serve(grants) as to:
        assert (await ask(to, *DELETE, "ann"))["resultType"] == "input_required"
        assert "DeleteMediaInfos" not in two.actions
        project = {"operation": "DeleteEditingProjects", "operation_arguments": {"ProjectIds": MEDIA}}
        assert not (await ask(to, "call_destructive_operation", project, "ann")).get("isError")
    assert two.actions[-1] == "DeleteEditingProjects"


async def test_allow_in_one_of_two_grants_for_the_same_is_enough(two: Two) -> None:
    grants = grant("ann", ["east"]) + grant("*", ["east"], toolsets=["core"], destructive="allow")
    async with two.serve(grants) as to:
        assert not (await ask(to, *DELETE, "ann")).get("isError")
    assert "DeleteMediaInfos" in two.actions


async def test_writing_in_one_place_and_reading_in_another_is_no_writing_there(two: Two) -> None:
    grants = grant("ann", ["east"]) + grant("ann", ["west"], read_only=True)
    grants += grant("bob", ["east"], toolsets=["media_library"], read_only=True)
    grants += grant("bob", ["east"], toolsets=["editing"])
    async with two.serve(grants) as to:
        for caller, more in (("ann", {"account": "west"}), ("bob", {})):
            for tool, arguments in (DELETE, ("register_media_info", {"InputURL": "oss://b/k.mp4"})):
                said = await ask(to, tool, {**arguments, **more}, caller)
                assert "calls are not among the caller's rights in the account" in text_in(said), said
            assert not (await ask(to, READ[0], {**READ[1], **more}, caller)).get("isError")
    assert set(two.actions) == {"GetMediaInfo"}


async def test_never_is_never_for_writes_that_destroy_by_their_arguments(two: Two) -> None:
    async with two.serve(grant("ann", ["east"], destructive="never")) as to:
        through = {"operation": "RegisterMediaInfo", "operation_arguments": OVERWRITE}
        for tool, arguments in (("register_media_info", OVERWRITE), ("call_write_operation", through), DELETE):
            answers: list[dict[str, Any]] = [{}, {"inputResponses": YES}]
            for more in answers:
                said = await ask(to, tool, arguments, "ann", **more)
                assert "destructive calls are not among" in text_in(said), said
        assert not (await ask(to, "register_media_info", {**OVERWRITE, "Overwrite": False}, "ann")).get("isError")
        assert "delete_media_infos" not in (await list_tools(to, "ann"))["tools"]
    assert set(two.actions) == {"RegisterMediaInfo"}


async def test_what_costs_is_refused_where_it_is_not_granted(two: Two) -> None:
    job: dict[str, Any] = {"Name": "n", "InputGroup": [{"Type": "OSS", "Media": "oss://b/a.mp4"}]}
    template = {"Transcode": {"TemplateId": MEDIA}}
    job |= {"OutputGroup": [{"Output": {"Type": "OSS", "Media": "oss://b/b.mp4"}, "ProcessConfig": template}]}
    call = {"operation": "SubmitTranscodeJob", "operation_arguments": job}
    async with two.serve(grant("ann", ["east"], costs=False)) as to:
        said = await ask(to, "call_write_operation", call, "ann")
        assert "operations that cost money are not among the caller's rights" in text_in(said), said
        assert two.actions == []
        wait: dict[str, Any] = {"operation": "SubmitTranscodeJob", "ids": {"ParentJobId": MEDIA}, "wait_seconds": 0}
        assert "not among" not in text_in(await ask(to, "wait_for_job", wait, "ann")), "to look costs nothing"


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("RegisterMediaInfo", {"InputURL": "oss://b/k.mp4", "WorkflowId": "w1"}),
        ("RegisterMediaInfo", {"InputURL": "oss://b/k.mp4", "SmartTagTemplateId": "S00000103-000002"}),
        (
            "UploadMediaByURL",
            {"UploadURLs": PULLED, "PostProcessConfig": '{"ProcessType":"Workflow","\\u0050rocessID":"w1"}'},
        ),
        ("UploadMediaByURL", {"UploadURLs": PULLED, "MediaMetaData": [{**ABOUT, "WorkflowId": "w1"}]}),
    ],
    ids=["workflow", "tags", "process", "of one file"],
)
async def test_what_starts_work_that_costs_is_refused_as_well(
    operation: str, arguments: dict[str, Any], two: Two
) -> None:
    call = {"operation": operation, "operation_arguments": arguments}
    async with two.serve(grant("ann", ["east"], costs=False) + grant("bob", ["east"])) as to:
        said = await ask(to, "call_write_operation", call, "ann")
        assert "starts work that costs money, and operations that cost money are not among" in text_in(said), said
        assert two.actions == []
        assert "not among" not in text_in(await ask(to, "call_write_operation", call, "bob"))
    assert two.actions == [operation]


async def test_what_may_not_be_called_looks_nothing_up_either(two: Two) -> None:
    """Neither by a title in the place of an id, nor for the advice of a check."""
    async with two.serve(grant("ann", ["east"], toolsets=["editing"])) as to:
        calls: list[tuple[str, dict[str, Any]]] = [
            ("delete_media_infos", {"MediaIds": "title:Harbour"}),
            ("get_media_info", {"MediaId": "title:Harbour"}),
            ("submit_live_record_job", {}),
            ("upload_stream", {"path": "x.mp4", "MediaId": "title:Harbour"}),
            ("find_media", {"text": "Harbour"}),
            ("call_write_operation", {"operation": "SubmitLiveRecordJob", "operation_arguments": {}}),
            ("wait_for_job", {"operation": "RegisterMediaInfo", "ids": {"MediaId": MEDIA}}),
        ]
        for tool, arguments in calls:
            said = await ask(to, tool, arguments, "ann")
            assert "not among the operations that the caller may use in the account east" in text_in(said), said
    assert two.actions == []


async def test_lists_searches_and_prompts_have_what_may_be_called(two: Two) -> None:
    grants = grant("ann", BOTH, toolsets=["core"], read_only=True) + grant("bob", BOTH, toolsets=["editing"])
    async with two.serve(grants + grant("all", BOTH)) as to:
        of_ann, of_bob = (await list_tools(to, "ann"))["tools"], (await list_tools(to, "bob"))["tools"]
        assert {"get_media_info", "find_media", "call_read_operation"} <= {*of_ann}
        assert not {"register_media_info", "call_write_operation", "upload_media", "get_template"} & {*of_ann}
        assert {"get_editing_project", "delete_editing_projects"} <= {*of_bob}
        assert not {"get_media_info", "find_media", "upload_media"} & {*of_bob}
        for caller, has in (("ann", False), ("bob", False), ("all", True)):
            found = await ask(to, "search_operations", {"query": "delete assets", "limit": 20}, caller)
            assert ('"DeleteMediaInfos"' in text_in(found)) is has, caller
        prompts = {who: (await send(to, "prompts/list", {}, who))["prompts"] for who in ("ann", "all")}
        assert {each["name"] for each in prompts["ann"]} < {each["name"] for each in prompts["all"]}
        arguments: dict[str, Any] = {"name": "register_and_inspect", "arguments": {}}
        assert "the caller may only read" in text_in(await send(to, "prompts/get", arguments, "ann"))


async def test_claims_are_words_and_lists_of_texts_and_nothing_else() -> None:
    given = Grant(("east",), Right(), claims={"groups": ("editors", "1", "True")})
    config = Config({"east": Account("east")}, (given,))
    values: list[tuple[Any, bool]] = [
        *((value, True) for value in ("editors", "a editors b", ["a", "editors"])),
        *((value, False) for value in ("Editors", "editors,a", ["editors a"], [["editors"]], {"editors": 1})),
        *((value, False) for value in (1, True, None, "", [], [1, True], "editorsx", b"editors")),
    ]
    for value, has in values:
        assert bool(config.find_rights("ann", {"groups": value})) is has, value
    assert not config.find_rights("editors", {})
    assert not Config({"east": Account("east")}, (Grant(("east",), Right(), subjects=("ann",)),)).find_rights("*", {})
