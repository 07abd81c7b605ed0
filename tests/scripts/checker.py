"""Scripts before the type checker that is theirs: what it says of one, and what is made of that."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager

from pydantic_monty import ExternalModule, Monty, MontyTypingError

from ims_mcp.catalogue import Operation
from ims_mcp.workflows.scripts.diagnostics import explain
from ims_mcp.workflows.scripts.stubs import write_stubs

_HEAD = "import ims; import asyncio\nasync def never():\n    "
_HEAD_LINES = _HEAD.count("\n")


class Checker:
    """Checks scripts; they are never run: each is the body of a function that nobody calls."""

    def __init__(self, pool: Monty) -> None:
        self._pool = pool

    def diagnose(self, *lines: str, names: Collection[str], tools: Collection[Operation] = ()) -> str:
        """The checker's diagnostics of a script with these lines; empty where it has none."""
        module = ExternalModule({}, stubs=write_stubs(names, tools))
        with self._pool.checkout(
            type_check=True, type_check_format="concise", external_modules={"ims": module}
        ) as session:
            try:
                session.feed_run(_write_body(lines))
            except MontyTypingError as error:
                return str(error)
        return ""

    def explain(self, *lines: str, names: Collection[str], tools: Collection[Operation] = ()) -> list[tuple[int, str]]:
        """What is made of them: the number of the line, from 1, and the text."""
        problems = explain(self.diagnose(*lines, names=names, tools=tools), _write_body(lines), most=10_000)
        return [(problem.line - _HEAD_LINES, problem.text) for problem in problems]


def _write_body(lines: Collection[str]) -> str:
    return _HEAD + "\n    ".join(lines) + "\n"


@contextmanager
def checking() -> Generator[Checker]:
    """A checker in a process of its own."""
    with Monty() as pool:
        yield Checker(pool)
