"""The answer of a call as a script gets it: whole, readable, with what is secret hidden."""

from __future__ import annotations

from functools import partial
from typing import Any

import anyio.to_thread

from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.behaviour import OperationCall, Submission
from ims_mcp.workflows.job_wait import follow_job

_LARGE_BYTES = 100_000
"""From this size on an answer is made readable in a thread: a script asks for many."""


async def complete_answer(call: OperationCall, submission: Submission, *, longest_seconds: float) -> dict[str, Any]:
    """What the service has answered, and ``{wait, result}`` of the job it started where ``wait_seconds`` was given.

    Raises ImsError where the wait cannot be made.
    """
    reply, own = submission.reply, call.own
    present = partial(find_behaviour(call.operation).present, call, reply.data)
    answer = present() if reply.size_bytes < _LARGE_BYTES else await anyio.to_thread.run_sync(present)
    if call.operation.poll is None or not own.wait_seconds:
        return answer
    followed = await follow_job(
        call.client,
        call.operation,
        arguments=call.arguments,
        reply=reply.data,
        seconds=own.wait_seconds,
        longest_seconds=longest_seconds,
        until="start",
        listed=call.listed,
        include_signed_urls=own.include_signed_urls,
    )
    return answer | followed.result | {"wait": followed.waited.describe()}
