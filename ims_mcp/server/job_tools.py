"""One tool that waits for any background job of IMS, whichever operation started it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from mcp.server.mcpserver import Context
from pydantic import PrivateAttr

from ims_mcp.catalogue import Effect, Operation, Parameter, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError
from ims_mcp.server.table_tool import Answer, TableTool, progress_of
from ims_mcp.workflows.job_wait import wait_for_job
from ims_mcp.workflows.server_parameters import WAIT_SECONDS
from ims_mcp.workflows.waiting import NEXT_WAIT_SECONDS

WAIT_FOR_JOB = Operation(
    name="WaitForJob",
    toolset="jobs",
    title="Wait for a background job",
    purpose=(
        "Wait for what an asynchronous operation started, with progress. Give that operation and the ids it returned. "
        "Says succeeded, failed or not_found with the reason, or pending with the call to make next; it never starts "
        "anything."
    ),
    effect=Effect.READ,
    idempotent=True,
    parameters=(
        Parameter("operation", "string", required=True, text="What started the job: RegisterMediaInfo."),
        Parameter("ids", "object", required=True, text='What it returned: {"MediaId": "..."} or {"JobId": "..."}.'),
        replace(WAIT_SECONDS, text="Default 40, at most 45; 0 looks once."),
    ),
)


class WaitForJobTool(TableTool):
    """Serves :data:`WAIT_FOR_JOB`."""

    _client: ImsClient = PrivateAttr()

    @classmethod
    def of(cls, client: ImsClient) -> Self:
        tool = cls.described(WAIT_FOR_JOB)
        tool._client = client
        return tool

    async def answer(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Answer:
        name = str(arguments["operation"])
        if name in ("upload_media", "upload_stream"):
            raise ImsError(f"{name} is followed with transfer_status.", next_step="Give it the transfer_id.")
        return await wait_for_job(
            self._client,
            get_operation(name),
            arguments["ids"],
            seconds=float(arguments.get("wait_seconds", NEXT_WAIT_SECONDS)),
            longest_seconds=self.longest_wait_seconds(context),
            progress=progress_of(context),
        )
