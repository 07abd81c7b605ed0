"""Every next step says first what a reader in a chat can do, and then what only whoever runs the server can."""

from __future__ import annotations

import re

import pytest

from ims_mcp.catalogue import operations
from ims_mcp.client import answers, credentials, diagnosis
from ims_mcp.client.diagnosis import DIAGNOSES, diagnose
from ims_mcp.client.oss import errors

ONLY_THERE = re.compile(r"IMS_MCP_|ALIBABA_CLOUD_|HTTPS_PROXY|NO_PROXY|`ims-mcp|NTP|--local|RAM console")
MARK = "or whoever runs "
TEXTS = {
    **{code: known.next_step for code, known in DIAGNOSES.items()},
    **{str(status): diagnose("Other", status).next_step for status in (400, 401, 403, 404, 409, 429, 500)},
    **{name: getattr(answers, name) for name in ("_FOREIGN_STEP", "_NETWORK_STEP", "_REDIRECTION_STEP")},
    "HOW_TO": credentials.HOW_TO,
    **getattr(errors, "_STEPS"),  # noqa: B009 - the same
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_cannot_be_done_in_a_chat_is_addressed_to_whoever_runs_the_server(name: str) -> None:
    before, mark, _ = TEXTS[name].partition(MARK)
    assert not ONLY_THERE.search(before), before
    assert before.strip("F .") or name in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed")
    assert mark or not ONLY_THERE.search(TEXTS[name])


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("GetMediaInfo", "Check MediaId; ListMediaBasicInfos lists what there is."),
        ("GetPipeline", "Check PipelineId; ListPipelines lists what there is."),
        ("NotAnOperation", "Check the id."),
        ("", "Check the id."),
    ],
)
def test_what_was_not_found_says_which_id_to_check_and_where_to_look(operation: str, told: str) -> None:
    for code, status in (("ResourceNotFound", 404), ("JobNotFound", 404), ("ResourceNotFound.Job", 400)):
        assert diagnose(code, status, operation).next_step.startswith(told)


def test_no_place_is_left_unfilled_in_any_text() -> None:
    for operation in operations():
        for code in (*DIAGNOSES, "Other"):
            found = diagnose(code, 404, operation.name)
            assert "{" not in found.cause + found.next_step
    assert diagnosis.diagnose("Other", 404).next_step.startswith("Check the id.")
