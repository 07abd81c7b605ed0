"""Operations on assets whose changes need more than a table says: overwriting, appended tags, marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ims_mcp.catalogue import Operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ServiceError
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.values import as_object, as_objects, label
from ims_mcp.workflows.behaviours.asset_lengths import add_mark_note
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall, Submission
from ims_mcp.workflows.behaviours.changes import Change
from ims_mcp.workflows.behaviours.differences import is_same
from ims_mcp.workflows.behaviours.named_categories import FiledByName
from ims_mcp.workflows.behaviours.present_state import ABSENT, MOST_NAMED, PresentState, Thing, list_names, look
from ims_mcp.workflows.failed_media import advise_failed

_LABEL_ONLY = "Category is a label: lists and find_media go by CateId, which is as it was; category_name files"
_MARK_IDS = ("MarkId", "MediaMarkId")


class RegisterMediaInfo(FiledByName, Change):
    """Overwriting: the question names the asset that would go, and nobody is asked where there is none."""

    async def read_before(self, client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> PresentState:
        """The asset that has the URL now. Without one, the same call without Overwrite does the same, and would be
        refused if one came into being meanwhile."""
        state = await super().read_before(client, operation, arguments)
        if not state.is_all_missing:
            # What the asset there says is no former value of the one that is made.
            return replace(state, was={}, comparable=frozenset())
        harmless = {name: value for name, value in arguments.items() if name != "Overwrite"}
        return PresentState(harmless=harmless)

    async def submit(self, call: OperationCall) -> Submission:
        """Adds ``deleted``, the asset that was there, or a note that there was none."""
        state = call.before
        if state is None and str(call.arguments.get("Overwrite", "")).lower() == "true":
            call.client.guard(call.operation, call.arguments, confirmed=call.confirmed)
            state = await self.read_before(call.client, call.operation, call.arguments)
        if state is not None and state.harmless is not None:
            # What came into being since the look is not overwritten either.
            call = replace(call, arguments=state.harmless)
        try:
            submission = await super().submit(call)
        except ServiceError as error:
            if state is not None and state.harmless is not None and error.code == "MediaAlreadyExist":
                error.next_step = (
                    "A look found no asset at this address, so Overwrite was not sent. Find the asset "
                    "(ListMediaBasicInfos) and delete it with DeleteMediaInfos first; its files stay unless you say "
                    "otherwise."
                )
            raise
        if state is None:
            return submission
        if state.harmless is not None:
            note = {"note": "no asset had this address, so none was overwritten"}
            return Submission(submission.reply, submission.added | note)
        thing = next(iter(state.things.values()), None)
        gone = {} if thing is None else {"overwritten": {"title": thing.title, **dict(thing.facts)}}
        return Submission(submission.reply, submission.added | gone)

    def show(self, call: OperationCall, data: dict[str, Any], added: dict[str, Any], max_bytes: int) -> dict[str, Any]:
        """Says what to do now where a wait has seen it fail."""
        return super().show(call, data, _add_advice(added, leaves_asset=True), max_bytes)


class RegisterMediaStream(OperationBehaviour):
    """A stream that cannot be used says what to do now."""

    def show(self, call: OperationCall, data: dict[str, Any], added: dict[str, Any], max_bytes: int) -> dict[str, Any]:
        """As it is, but for a wait that has seen it fail."""
        return super().show(call, data, _add_advice(added, leaves_asset=False), max_bytes)


class UpdateMediaInfo(FiledByName, Change):
    """Tags may be appended to those there are; a category by its name is no more than a label."""

    def describe_changed(self, call: OperationCall, state: PresentState) -> dict[str, Any]:
        """Says so where the label was all that was given."""
        told = super().describe_changed(call, state)
        if call.arguments.get("Category") and not call.arguments.get("CateId"):
            told["note"] = "; ".join(filter(None, [told.get("note"), _LABEL_ONLY]))
        return told

    def foresee(self, arguments: Mapping[str, Any], state: PresentState) -> Mapping[str, Any]:
        """The tags that were there with the new ones behind them, each once."""
        if str(arguments.get("AppendTags", "")).lower() != "true" or "MediaTags" not in arguments:
            return arguments
        tags = [tag.strip() for text in (state.was.get("MediaTags"), arguments["MediaTags"]) for tag in _split(text)]
        return {**arguments, "MediaTags": ",".join(dict.fromkeys(filter(None, tags)))}


class ChangeMarks(Change):
    """Marks are named inside the list of their changes, or not at all where every one of an asset is meant."""

    async def read_before(self, client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> PresentState:
        """The marks that the call names, or all of the asset; ``was`` has what each says now, by its id."""
        answer = await look(client, "ListMediaMarks", {"MediaId": arguments.get("MediaId")})
        if not isinstance(answer, dict):
            return PresentState(missing=(str(arguments.get("MediaId")),) if answer is ABSENT else (), named_count=1)
        marks = {_read_id(mark): mark for mark in _open_marks(answer.get("MediaMarks"))}
        if "MediaMarks" in arguments:
            named = [_read_id(mark) for mark in _open_marks(arguments["MediaMarks"])]
        else:
            named = list_names(arguments, "MediaMarkIds") or [*marks]
        found = {mark_id: marks[mark_id] for mark_id in named if mark_id in marks}
        return PresentState(
            things={mark_id: _describe_mark(mark) for mark_id, mark in [*found.items()][:MOST_NAMED]},
            missing=tuple(mark_id for mark_id in named if mark_id and mark_id not in marks),
            named_count=len(named),
            was=found,
            comparable=frozenset({"MediaMarks"}),
        )

    async def submit(self, call: OperationCall) -> Submission:
        """Notes a mark that is moved beyond the end of its asset."""
        return await add_mark_note(call, await super().submit(call))

    def describe_changed(self, call: OperationCall, state: PresentState) -> dict[str, Any]:
        """``{changed: {mark id: {field: {from, to}}}}``."""
        changed: dict[str, Any] = {}
        for mark in _open_marks(call.arguments["MediaMarks"]):
            was = as_object(state.was.get(_read_id(mark)))
            fields = {
                name: {"from": was.get(name), "to": value}
                for name, value in mark.items()
                if name not in _MARK_IDS and not is_same(value, was.get(name))
            }
            if was and fields:
                changed[_read_id(mark)] = fields
        return {"changed": changed} if changed else {}


def _add_advice(added: dict[str, Any], *, leaves_asset: bool) -> dict[str, Any]:
    """What is added to the answer of a registration, with what to do now where a wait has seen it fail."""
    wait = as_object(added.get("wait"))
    if wait.get("outcome") != "failed":
        return added
    return {
        **added,
        "wait": {**wait, "what_to_do": advise_failed(str(wait.get("problem", "")), leaves_asset=leaves_asset)},
    }


def _split(text: Any) -> list[str]:
    return text.split(",") if isinstance(text, str) else []


def _open_marks(value: Any) -> list[dict[str, Any]]:
    return as_objects(open_json(value) if isinstance(value, str) else value)


def _read_id(mark: Mapping[str, Any]) -> str:
    return next((str(mark[name]) for name in _MARK_IDS if mark.get(name)), "")


def _describe_mark(mark: Mapping[str, Any]) -> Thing:
    times = ("MarkStartTime", "MarkEndTime")
    facts = tuple((name, shown) for name in times if (shown := label(mark.get(name), 40)))
    return Thing(label(mark.get("MarkContent"), 120) or label(mark.get("MarkTag"), 120), facts)
