"""What a task is: the words of a user, a start state, a scripted solution, and what has to be true in the end."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmarks.assistant.desk import Desk, ToolCall
from benchmarks.assistant.script import Script
from benchmarks.assistant.start_state import StartState
from tests.local_ims.server import RunningIms

Facts = Mapping[str, Any]
"""What a task has noted down, as its request and its solution get it."""


@dataclass(frozen=True, slots=True)
class Start:
    """The state a task begins with, still to be changed by the task."""

    state: StartState
    """What all tasks begin with."""
    script: Script
    upload_dir: Path
    """Files that lie here may be uploaded."""
    running: ExitStack
    """What has to run beside the IMS for the task's time, such as a server to pull from."""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """What the task notes down for its own request and grader."""


@dataclass(frozen=True, slots=True)
class End:
    """What a grader looks at."""

    answer: str
    """What the assistant said to the user."""
    ims: RunningIms
    """The service as it stands, to be asked with any operation."""
    start: Start
    calls: list[ToolCall]
    questions: list[str]

    @property
    def start_state(self) -> StartState:
        return self.start.state

    @property
    def script(self) -> Script:
        return self.start.script

    def says(self, *wanted: str | re.Pattern[str]) -> list[str]:
        """A problem for each text (any case) or pattern that the answer lacks."""
        folded = self.answer.casefold()
        return [
            f"the answer does not say {each if isinstance(each, str) else each.pattern!r}"
            for each in wanted
            if not (each.casefold() in folded if isinstance(each, str) else each.search(self.answer))
        ]

    def says_numbers(self, *wanted: float) -> list[str]:
        """A problem for each number that the answer lacks, however it is written; digits of ids are none."""
        text = re.sub(r"[0-9a-f]{8}[0-9a-f-]*|(?<=\d),(?=\d{3})", "", self.answer.casefold())
        said = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}
        said |= {float(value) for value, word in enumerate(_NUMBERS) if re.search(rf"\b{word}\b", text)}
        return [f"the answer does not say {number:g}" for number in wanted if float(number) not in said]


_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
Problems = list[str]


@dataclass(frozen=True, slots=True)
class Task:
    """One task. ``grade`` returns what is wrong in the end, nothing where all is well; an assistant that does nothing
    and says nothing must not pass."""

    name: str
    language: Literal["en", "zh"]
    toolset: str
    request: str
    """The user's words; ``{names}`` of :attr:`Start.facts` are filled in."""
    solve: Callable[[Desk, Facts], Awaitable[str]]
    """A scripted solution that knows the request, the tools and ``facts``: what a good assistant does; its answer."""
    grade: Callable[[End], Problems]
    most_calls: int
    """Of the scripted solution, and the bytes of all its answers: both tight, for they are what is promised."""
    most_bytes: int
    _: KW_ONLY
    prepare: Callable[[Start], None] = lambda start: None
    """Scripts the operations that the embedded IMS does not do, before it starts."""
    furnish: Callable[[RunningIms, Start], None] = lambda ims, start: None
    """Changes the running service before the assistant comes."""
    ims_options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """How the embedded IMS runs, beyond what is usual: options of LocalIms."""
    agrees: Callable[[str], bool] = lambda question: True
    """What the user says when asked before a call."""


def note_ids(**titles: str) -> Callable[[RunningIms, Start], None]:
    """A ``furnish`` that writes down ids of assets for the request: by the names it uses, their titles."""

    def furnish(ims: RunningIms, start: Start) -> None:
        del ims
        start.facts.update({name: start.state.media_ids[title] for name, title in titles.items()})

    return furnish


def refuse(question: str) -> bool:
    """The user who says no."""
    del question
    return False
