"""Operations that the embedded IMS does not do, answered from a script; their calls are kept for the grader."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ims_mcp.catalogue import Operation, get_operation, values_at
from ims_mcp.local.rpc.call import Call, Service
from ims_mcp.local.rpc.service_errors import RpcFault

Body = Mapping[str, Any]
Answer = Body | Callable[[Mapping[str, Any]], Body]
"""The answer without RequestId, or what makes it from the arguments. Fields the table does not know are dropped; it may
raise RpcFault."""


@dataclass(frozen=True, slots=True)
class Made:
    """One call that arrived: checked by the operation's table, JSON texts opened."""

    operation: str
    arguments: Mapping[str, Any]


@dataclass(slots=True)
class Script:
    """What is answered by operation, and every call that came."""

    calls: list[Made] = field(default_factory=list[Made])
    _answers: dict[str, Answer] = field(default_factory=dict[str, Answer])

    def answer(self, operation: str, answer: Answer) -> None:
        """Have an operation answered, from now on and by this."""
        get_operation(operation)
        self._answers[operation] = answer

    def run_job(
        self, submit: str, submitted: Body, read: str, states: Sequence[Body], *, check: Answer | None = None
    ) -> None:
        """Have ``submit`` answered with ``submitted``, and ``read`` with one of ``states`` after the other, the last
        one for ever; another id than the submitted one is not found. ``check`` is called with the submitted arguments
        before; its answer counts if it has any."""
        left = list(states)
        poll = get_operation(submit).poll
        pairs = poll.arguments if poll is not None and poll.operation == read else ()

        def accept(arguments: Mapping[str, Any]) -> Body:
            own = check(arguments) if callable(check) else check
            return own or submitted

        def look(arguments: Mapping[str, Any]) -> Body:
            for name, path in pairs:
                if (known := values_at(submitted, path)) and name in arguments:
                    _check_id(name, arguments[name], map(str, known))
            return left.pop(0) if len(left) > 1 else left[0]

        self.answer(submit, accept)
        self.answer(read, look)

    def made(self, operation: str) -> list[Mapping[str, Any]]:
        """The arguments of each call of an operation, in their order."""
        return [each.arguments for each in self.calls if each.operation == operation]

    def list_services(self) -> list[Service]:
        """The scripted operations, as the embedded IMS takes them."""
        return [Service(get_operation(name), self._handle) for name in self._answers]

    async def _handle(self, call: Call) -> dict[str, Any]:
        made = Made(call.operation.name, _open_json(call.operation, call.arguments))
        self.calls.append(made)
        answer = self._answers[made.operation]
        return dict(answer(made.arguments) if callable(answer) else answer)


def by_id(name: str, bodies: Mapping[Any, Body]) -> Answer:
    """Answers by the value of the argument ``name``; any other is not found, as the service has it."""

    def answer(arguments: Mapping[str, Any]) -> Body:
        _check_id(name, arguments.get(name), bodies)
        return bodies[str(arguments[name])]

    return answer


def _check_id(name: str, given: Any, known: Iterable[str]) -> None:
    if str(given) not in set(known):
        raise RpcFault("ResourceNotFound", f"There is no {name} {given}.")


def _open_json(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """JSON that travels as text, as what it means."""
    opened = dict(arguments)
    for row in operation.parameters:
        if row.json_text and isinstance(opened.get(row.name), str):
            opened[row.name] = json.loads(opened[row.name])
    return opened
