"""Completions of what a person types into a prompt or a template: assets by title, buckets, recording templates.

They come from the service, by the caller's rights, within :data:`SECONDS`. Where it is away, or slow, or says no, there
are none: nobody is told of an error while typing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping

import anyio
from mcp_types import CompleteRequestParams, CompleteResult, Completion, ResourceTemplateReference

from ims_mcp.catalogue import Effect, get_operation
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import clean, fold
from ims_mcp.server.find_tools import SEARCHES
from ims_mcp.server.reach import ACCOUNT, REGION, Reach, Target
from ims_mcp.server.resources import list_templates
from ims_mcp.summaries.values import as_objects, label
from ims_mcp.workflows.find_media import MediaFinder
from ims_mcp.workflows.found_media import FoundMedia
from ims_mcp.workflows.named_assets import PREFIX

MOST = 100
"""Values that the protocol lets an answer have."""
SECONDS = 3.0
_MOST_ASSETS = 20
_MOST_PLACES = 4
"""Accounts that are looked through where none is named."""
_LONGEST_TYPED = 200

_FOUND_BY_NAME = ("MediaId", "TemplateId")
"""Ids, looked for by the words of a title or a name: what was typed need not stand in them."""

logger = logging.getLogger("ims_mcp.server")

Complete = Callable[[Target, str], Awaitable[list[str]]]


async def complete(params: CompleteRequestParams, reach: Reach) -> CompleteResult:
    """Serves completion/complete. Never an error: what cannot be completed has no values."""
    typed = clean(params.argument.value[:_LONGEST_TYPED]).strip()
    given = (params.context.arguments if params.context is not None else None) or {}
    name = params.argument.name
    is_template = isinstance(params.ref, ResourceTemplateReference)
    found: list[str] = []
    if is_template and not _is_served(
        params.ref.uri if isinstance(params.ref, ResourceTemplateReference) else "", reach
    ):
        return _write([])
    if name in (ACCOUNT, REGION):
        found = _list_places(name, given, reach)
    elif (source := _SOURCES.get(name)) is not None:
        with anyio.move_on_after(SECONDS):
            if source is _list_assets and is_template:
                source = _list_asset_ids
            found = await _ask_places(source, typed, given, reach)
    if name not in _FOUND_BY_NAME:
        found = [value for value in found if fold(typed) in fold(value)]
    return _write(found)


def _write(values: Iterable[str]) -> CompleteResult:
    unique = list(dict.fromkeys(values))
    return CompleteResult(completion=Completion(values=unique[:MOST], total=len(unique), has_more=len(unique) > MOST))


def _is_served(template: str, reach: Reach) -> bool:
    return any(template == each.uri_template for each in list_templates(reach))


def _list_places(name: str, given: Mapping[str, str], reach: Reach) -> list[str]:
    if name == ACCOUNT:
        return [access.account for access in reach.accesses if access.account]
    wanted = given.get(ACCOUNT)
    return [region for access in reach.accesses if wanted in (None, access.account) for region in access.regions]


async def _ask_places(source: Complete, typed: str, given: Mapping[str, str], reach: Reach) -> list[str]:
    """What the account that is named has; without one those of the first few."""
    accesses = [access for access in reach.accesses if given.get(ACCOUNT) in (None, "", access.account)][:_MOST_PLACES]
    found: dict[int, list[str]] = {}

    async def ask(number: int) -> None:
        access = accesses[number]
        region = given[REGION] if given.get(REGION) in access.regions else access.regions[0]
        try:
            found[number] = await source(await reach.open(access, region), typed)
        except ImsError as error:
            logger.debug("nothing to complete with", extra={"reason": type(error).__name__})
        except Exception:
            logger.exception("a completion failed")

    async with anyio.create_task_group() as tasks:
        for number in range(len(accesses)):
            tasks.start_soon(ask, number)
    return [value for number in sorted(found) for value in found[number]]


async def _find_assets(target: Target, typed: str) -> list[FoundMedia]:
    """Those with the words, or the newest."""
    target.require_any(SEARCHES, Effect.READ)
    client = target.client
    finder = client.keep(MediaFinder, lambda: MediaFinder(client))
    found, _ = await finder.look_up(typed.removeprefix(PREFIX).strip(), _MOST_ASSETS)
    return found


async def _list_asset_ids(target: Target, typed: str) -> list[str]:
    return [label(media.media_id, 64) for media in await _find_assets(target, typed)]


async def _list_assets(target: Target, typed: str) -> list[str]:
    """``title:…``, which people can read and every tool takes; the id where that would not be one asset's alone."""
    found = await _find_assets(target, typed)
    titles = Counter(fold(media.title) for media in found)
    return [_name_asset(media, is_alone=titles[fold(media.title)] == 1) for media in found]


def _name_asset(media: FoundMedia, *, is_alone: bool) -> str:
    is_readable = media.title.strip() and label(media.title, 200) == media.title and "\n" not in media.title
    return f"{PREFIX}{media.title}" if is_alone and is_readable else label(media.media_id, 64)


async def _list_buckets(target: Target, typed: str) -> list[str]:
    """Of the account's storage in IMS, the one that the configuration names first."""
    operation = get_operation("GetStorageList")
    found = [target.access.bucket] if target.access.bucket else []
    try:
        client = target.require(operation, Effect.READ).client
        rows = as_objects((await client.call(operation, {}, timeout_seconds=SECONDS)).data.get("StorageInfoList"))
    except ImsError:
        return found
    own = [row for row in rows if label(row.get("StorageType"), 40) != "vod_oss_bucket"]
    return [*found, *(label(row.get("StorageLocation"), 63).partition(".")[0] for row in own)]


async def _list_addresses(target: Target, typed: str) -> list[str]:
    return [f"oss://{bucket}/" for bucket in await _list_buckets(target, typed)]


async def _list_record_templates(target: Target, typed: str) -> list[str]:
    operation = get_operation("ListLiveRecordTemplates")
    client = target.require(operation, Effect.READ).client
    reply = await client.call(operation, {"PageSize": MOST}, timeout_seconds=SECONDS)
    rows = as_objects(reply.data.get("RecordTemplateList"))
    words = fold(typed)
    fitting = [row for row in rows if words in fold(f"{row.get('Name')} {row.get('TemplateId')}")]
    return [label(row.get("TemplateId"), 64) for row in fitting]


_SOURCES: Mapping[str, Complete] = {
    "MediaId": _list_assets,
    "bucket": _list_buckets,
    "InputURL": _list_addresses,
    "TemplateId": _list_record_templates,
}
"""By the names of arguments, in prompts and templates alike."""
