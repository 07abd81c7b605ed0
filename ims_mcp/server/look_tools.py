"""look_at_media: frames of an asset as pictures in the answer, so that a model with eyes sees them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcp_types import ImageContent

from ims_mcp.call_origin import giving
from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.catalogue.check import check
from ims_mcp.errors import Refused
from ims_mcp.server.allowed_effects import check_allowed
from ims_mcp.server.confirmation import Agreed, Confirmations
from ims_mcp.server.tool import Answer, TableTool, ToolRequest, WithPictures
from ims_mcp.summaries.shaping import present_ours
from ims_mcp.workflows.look.wish import DEFAULT_CELLS, DEFAULT_COUNT, MOST_CELLS, SHEET, read_wish
from ims_mcp.workflows.named_assets import resolve_assets

if TYPE_CHECKING:
    from ims_mcp.workflows.look.look import Plan

LOOK_AT_MEDIA = Operation(
    name="LookAtMedia",
    toolset="media_library",
    title="Look at a video or image",
    purpose=(
        "See frames of an asset as pictures, at most 8, with their times. Free where snapshots are stored; else, and "
        "at given times, a snapshot job takes them."
    ),
    costs="Jobs are billed.",
    effect=Effect.WRITE,
    idempotent=True,
    parameters=(
        Parameter("MediaId", "string", required=True, text="Or title:WORDS.", max_bytes=80),
        Parameter("at_seconds", "array", text="Times.", items=Parameter("", "number", minimum=0)),
        Parameter(
            "count",
            "integer",
            text=f"Default {DEFAULT_COUNT}, on a sheet {DEFAULT_CELLS}.",
            minimum=1,
            maximum=MOST_CELLS,
        ),
        Parameter("layout", "string", text="One picture of all, times written in.", choices=(SHEET,)),
        Parameter(
            "exact",
            "boolean",
            text="true: the very frames; false: stored ones, free. Default: at times.",
        ),
    ),
)
READS = ("GetMediaInfo",)
"""An asset may be looked at by whoever may call this; jobs take pictures for whoever may submit them."""


def make_look_tool(confirmations: Confirmations) -> TableTool:
    """Serves :data:`LOOK_AT_MEDIA`; where nothing may be changed it shows what is stored."""

    async def check_call(arguments: Mapping[str, Any], request: ToolRequest) -> dict[str, Any]:
        request.target.require_any(READS, Effect.READ)
        # A title is looked up as for a read: what is submitted is checked for itself.
        resolved, _ = await resolve_assets(request.client, replace(LOOK_AT_MEDIA, effect=Effect.READ), arguments)
        return check(LOOK_AT_MEDIA, resolved)

    async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer | WithPictures:
        from ims_mcp.workflows.look.look import Looker  # late: a server that shows nothing pays for none of it
        from ims_mcp.workflows.look.taken import get_submit

        looker = Looker(request.client, request.longest_wait_seconds, bucket=request.target.access.bucket)
        plan, client, consent = await looker.plan(read_wish(arguments)), request.client, None
        if plan.new_jobs:
            try:
                allowed = _let_through(plan, request)
            except Refused as refused:
                client.observe_refusal(get_submit(), plan.new_jobs[0].arguments, refused)
                plan = await looker.find_nearest(plan)
                nearest = plan.take_nearest()
                if nearest is None:
                    raise plan.explain_free(refused) from refused
                plan = nearest
            else:
                if allowed.client.needs_confirmation(get_submit(), plan.new_jobs[0].arguments):
                    agreed = await confirmations.ask(allowed, get_submit(), plan.describe_jobs())
                    if not isinstance(agreed, Agreed):
                        return agreed
                    consent = agreed.consent
                client = allowed.client
        with giving(consent):
            seen = await looker.show(plan, client, confirmed=consent is not None, progress=request.report_progress)
        pictures = [
            ImageContent(type="image", data=base64.b64encode(each.body).decode("ascii"), mime_type=each.mime_type)
            for each in seen.pictures
        ]
        return WithPictures(present_ours(seen.facts), pictures)

    # Where nothing can be submitted it is a read, and says so.
    read = replace(LOOK_AT_MEDIA, effect=Effect.READ, costs="")
    return TableTool(LOOK_AT_MEDIA, answer, check=check_call, shows_pictures=True, for_readers=read)


def _let_through(plan: Plan, request: ToolRequest) -> ToolRequest:
    """The request with the rights that let its jobs be submitted. Raises Refused where none does."""
    from ims_mcp.workflows.look.taken import get_submit

    submit = get_submit()
    effect = submit.effect_of(plan.new_jobs[0].arguments)
    check_allowed(submit.name, effect)
    allowed = replace(request, target=request.target.require(submit, effect))
    # Whether somebody has to agree is asked next.
    allowed.client.guard(submit, plan.new_jobs[0].arguments, confirmed=True)
    return allowed
