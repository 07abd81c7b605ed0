"""The question before a job: what is done to how many rows, and which some of them are. One yes is for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio

from ims_mcp.catalogue import Operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.config.rights import Asking
from ims_mcp.errors import ImsError, Refused
from ims_mcp.foreign_text import quotable
from ims_mcp.server.question import MAX_CHARACTERS, describe_call
from ims_mcp.server.question_words import ENGLISH, QuestionWords, write_reason
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.present_state import LOOK_SECONDS, PresentState

_CHARACTERS = (160, 100, 60, 40)
"""Of one value, tried one after the other until the question fits."""


@dataclass(frozen=True, slots=True)
class ManyCalls:
    """The calls of a job, as somebody is asked about them. ``rows`` counts those that have to be asked about."""

    identity: str
    """Of the job and all of its rows: what the yes is for."""
    rows: int
    source: str
    """Where the rows came from, in words."""
    samples: tuple[Mapping[str, Any], ...]
    """Arguments of the first rows of them."""
    asking: Asking = Asking.ASK

    async def look(self, client: ImsClient, operation: Operation) -> PresentState:
        """What the samples name, as it stands: for the words of the question alone, within the time for one look."""
        found = PresentState()
        with anyio.move_on_after(LOOK_SECONDS):
            for arguments in self.samples:
                try:
                    state = await find_behaviour(operation).read_before(client, operation, arguments)
                except ImsError:
                    break
                found = replace(
                    found,
                    things={**found.things, **state.things},
                    missing=(*found.missing, *state.missing),
                    named_count=found.named_count + state.named_count,
                    secret_fields=found.secret_fields | state.secret_fields,
                    beside={**found.beside, **state.beside},
                )
        return found


def write_bulk_question(
    operation: Operation, many: ManyCalls, state: PresentState, words: QuestionWords = ENGLISH, place: str = ""
) -> str:
    """What the job does, to how many rows and where, at what costs; then some of the rows.

    Raises Refused where these do not fit into MAX_CHARACTERS.
    """
    first: Mapping[str, Any] = many.samples[0] if many.samples else {}
    told = words.many.format(count=f"{many.rows:,}")
    head = words.gap.join(filter(None, [write_reason(operation, first, words), told, place]))
    lines = [head, words.call_many.format(name=operation.name, count=f"{many.rows:,}")]
    lines.append(words.rows_from.format(source=quotable(many.source, limit=200)))
    lines += [words.costs.format(costs=operation.costs)] if operation.costs else []
    lines.append(words.some_of_them.format(count=len(many.samples)))
    for characters in _CHARACTERS:
        shown = [f"- {describe_call(operation, each, state, words, characters)}" for each in many.samples]
        question = "\n".join([*lines, *shown])
        if len(question) <= MAX_CHARACTERS:
            return question
    raise Refused(
        f"{operation.name} was not sent: the first rows of the job do not fit into a question that a person can read.",
        next_step="Nothing was sent. Make jobs with shorter values, or whose rows name fewer things.",
    )
