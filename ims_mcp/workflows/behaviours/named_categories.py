"""Operations that take the id of a category: here they take its name as well, and their answers say which it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ims_mcp.catalogue import Operation, Parameter
from ims_mcp.client.ims import ImsClient
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall, ServerArguments, Submission
from ims_mcp.workflows.categories import CATEGORY_NAME, KINDS, resolve_category


class FiledByName(OperationBehaviour):
    """Files an asset: ``category_name`` becomes CateId before anything is asked or sent."""

    parameters = (CATEGORY_NAME,)
    id_name = "CateId"
    told_as = "category"

    async def resolve(
        self, client: ImsClient, operation: Operation, arguments: dict[str, Any], own: ServerArguments
    ) -> tuple[dict[str, Any], ServerArguments]:
        """What is left of the name is the path of what it stands for. An empty one names nothing."""
        row = self.parameters[0]
        special = {**own.special}
        wanted = str(special.pop(row.name, "")).strip()
        if not wanted:
            return arguments, replace(own, special=special)
        # Where no answer of the user's would let it through, nothing is looked up either.
        client.guard(operation, arguments, confirmed=True)
        kind = arguments.get("Type")
        arguments, category = await resolve_category(
            client,
            arguments,
            wanted,
            subject=operation.name,
            row=row,
            id_name=self.id_name,
            kinds=(kind,) if kind else KINDS,
        )
        if operation.parameter("Type") is not None:
            arguments["Type"] = category.kind
        return arguments, replace(own, special={**special, row.name: category.write_path()})

    async def submit(self, call: OperationCall) -> Submission:
        """Adds ``{category: {CateId, name}}`` where it was given by name."""
        submission = await super().submit(call)
        path = call.own.special.get(self.parameters[0].name)
        told = {self.told_as: {"CateId": call.arguments[self.id_name], "name": path}} if path else {}
        return Submission(submission.reply, told | submission.added)


class AddCategory(FiledByName):
    """The category above it, by ``parent_name``; it has the type of that one."""

    parameters = (Parameter("parent_name", "string", text="Name, path or id of the one above."),)
    id_name = "ParentId"
    told_as = "parent"
