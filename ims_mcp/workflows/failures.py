"""Why a job has failed: the service's code and message, found beside its state, and what to do where that is known.

A field counts as a reason by its name, unless the operation says that it is something else: a parameter of the call
that comes back (the ``Message`` of a watermark is the text to be embedded) or a part of its result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ims_mcp.catalogue import Operation, values_at
from ims_mcp.client.diagnosis import diagnose_failure
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.values import as_object, as_objects

LONGEST_PROBLEM = 1000
_LONGEST_CODE = 100
_CODES = ("ErrorCode", "Code")
_MESSAGES = ("PrepareFailReason", "FailReason", "ErrorMessage", "Message", "Reason")
_OF_THE_CALL = frozenset({"Code", "Message"})
"""At the top of an answer these speak of the call that looked, which went well."""
_DEEPEST = 4
_NO_REASON = "The service gives no reason"
_MOST_ENTRIES = 20


@dataclass(frozen=True, slots=True)
class Failure:
    """What the service says of a failed job; code and message are empty where it says nothing."""

    code: str = ""
    message: str = ""
    check: str = ""
    """What to check where it says nothing."""

    @property
    def reason(self) -> str:
        """Code and message as one sentence."""
        if self.code and self.message:
            return f"{self.message.rstrip('.')} ({self.code})"
        return self.message or self.code

    def explain(self) -> str:
        """:attr:`reason`, and what to do about a code that is known; where there is no reason, that."""
        if not self.reason:
            return f"{_NO_REASON}. {self.check}" if self.check else ""
        known = diagnose_failure(self.code)
        return f"{self.reason.rstrip('.')}. {known.next_step}" if known else self.reason


NO_FAILURE = Failure()


def find_failure(operation: Operation, data: Mapping[str, Any] | None, arguments: Mapping[str, Any]) -> Failure:
    """What the answer of a look at a failed job says of the reason."""
    poll = operation.poll
    if poll is None or data is None:
        return NO_FAILURE
    own = {row.name for row in operation.parameters} | set(arguments)
    brought = {path.rpartition(".")[2].removesuffix("[]") for _, path in (poll.result.fields if poll.result else ())}
    others = frozenset(own | brought)
    owner_path, _, state = poll.status_field.rpartition(".")
    owners = values_at(data, owner_path) if owner_path else [data]
    failed = [owner for owner in owners if str(as_object(owner).get(state, "")) in poll.failure] or owners
    # Beside the state first, then below it, then anywhere.
    top = {name: value for name, value in data.items() if name not in _OF_THE_CALL}
    unexplained = Failure(check=poll.unexplained)
    return next(
        (found for each in (*failed, top) if (found := _find(each, others, _DEEPEST)) != NO_FAILURE), unexplained
    )


def _find(data: Any, others: frozenset[str], depth: int) -> Failure:
    """The first object that tells a reason, nearest to the top."""
    if depth == 0:
        return NO_FAILURE
    if isinstance(data, list):
        entries = as_objects(cast("list[Any]", data))[:_MOST_ENTRIES]
        return next((found for each in entries if (found := _find(each, others, depth)) != NO_FAILURE), NO_FAILURE)
    fields = as_object(data)
    code, message = _read_first(fields, _CODES, others), _read_first(fields, _MESSAGES, others)
    if code or message:
        return Failure(plain(code, _LONGEST_CODE), plain(message, LONGEST_PROBLEM))
    return next(
        (found for each in fields.values() if (found := _find(each, others, depth - 1)) != NO_FAILURE), NO_FAILURE
    )


def _read_first(fields: Mapping[str, Any], names: tuple[str, ...], others: frozenset[str]) -> str:
    texts = (fields.get(name) for name in names if name not in others)
    return next((text for text in texts if isinstance(text, str) and text), "")
