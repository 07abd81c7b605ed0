"""JMESPath evaluated within bounds: a query of 160 characters can ask for more than a machine has.

``[@,@][]|[@,@][]|…`` doubles a list with every step, and ``[@,@]|[@,@]|…`` makes an object that is small in memory and
endless when it is compared, written or read. So everything is metered before it is done: each node visited, each
element and character a function goes through or makes. The allowances grow with the document, so a query that goes
through all of a large one has room for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from jmespath.functions import Functions
from jmespath.visitor import Options, TreeInterpreter

# Characters (of ASCII) that are gone through in the time a node takes, and the bits of an integer.
_TEXT_UNIT = 16
_NUMBER_UNIT = 64
# A list or an object takes the memory of a few elements more than it has.
_CONTAINER_CELLS = 4
_STEPS_BETWEEN_LOOKS = 1000
# A longer text is looked for in a time that does not depend on its length.
_LONGEST_NEEDLE = 128
_MAKING = frozenset(
    {
        *("multi_select_list", "multi_select_dict", "flatten", "slice"),
        *("projection", "value_projection", "filter_projection"),
    }
)


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a query may use: so much in any case, and more for every value and every 16 characters of the document."""

    steps: int = 200_000
    steps_a_value: int = 30
    cells: int = 100_000
    """Elements of lists and objects that are made on the way; a result may be written out in as many."""
    cells_a_value: int = 3
    seconds: float = 3.0
    clock: Callable[[], float] = time.monotonic


class TooMuch(Exception):
    """A query that goes on for longer, or makes more, than it may."""


class _Meter:
    """What is left of the allowances of one query."""

    def __init__(self, limits: QueryLimits, document: Any) -> None:
        size = _weigh(document, 1 << 40)
        self.steps = limits.steps + limits.steps_a_value * size
        self.cells = limits.cells + limits.cells_a_value * size
        self._limits = limits
        self._ends = limits.clock() + limits.seconds
        self._look_at = self.steps

    def spend(self, steps: int) -> None:
        """Count work that is about to be done. Raises TooMuch."""
        self.steps -= steps
        if self.steps < self._look_at:
            self._look_at = self.steps - _STEPS_BETWEEN_LOOKS
            if self.steps < 0:
                raise TooMuch("it is too much work: it goes through more values than the answer has many times over")
            if self._limits.clock() > self._ends:
                raise TooMuch(f"it takes longer than {self._limits.seconds:g} s")

    def spend_on(self, *values: Any) -> None:
        """Count going through values to their depths: as often as they are met, not as they are stored."""
        for value in values:
            self.spend(_weigh(value, self.steps))

    def check_room(self, cells: int) -> None:
        """Raises TooMuch where what is about to be made would take more than is left."""
        if cells > self.cells:
            raise TooMuch("it makes far more values than the answer has")

    def make(self, made: Any) -> None:
        """Count what was made: elements, not what lies in them. Raises TooMuch."""
        if isinstance(made, list | dict):
            self.cells -= len(cast("list[Any]", made)) + _CONTAINER_CELLS
        elif isinstance(made, str):
            self.cells -= _count_units(made)
        self.check_room(0)

    def check_result(self, found: Any) -> None:
        """A result is read, and written, to its depths: Raises TooMuch where it has none."""
        most = self.cells
        if _weigh(found, most) > most:
            raise TooMuch("what it picks is far larger than the answer")


def _count_units(text: str) -> int:
    """Sixteen characters of ASCII, or four of others, which take up to four bytes each and twelve when written."""
    return len(text) // (_TEXT_UNIT if text.isascii() else _TEXT_UNIT // 4)


def _weigh(value: Any, most: int) -> int:
    """Values in ``value`` with all they hold, each counted as often as it is met; of more than ``most`` only that it
    is more. Long texts and numbers count for several."""
    total = 0
    waiting = [value]
    while waiting:
        each = waiting.pop()
        total += 1
        if isinstance(each, str):
            total += _count_units(each)
        elif isinstance(each, list):
            waiting += cast("list[Any]", each)
        elif isinstance(each, dict):
            entries = cast("dict[str, Any]", each)
            total += sum(map(_count_units, entries))
            waiting += entries.values()
        elif isinstance(each, int):
            total += each.bit_length() // _NUMBER_UNIT
        if total + len(waiting) > most:
            return most + 1
    return total


def evaluate(parsed: Any, document: Any, limits: QueryLimits) -> Any:
    """What a parsed expression picks from a JSON document; the result shares parts with it.

    Raises TooMuch, errors of jmespath, and those of Python that its functions let through (TypeError, OverflowError,
    RecursionError).
    """
    meter = _Meter(limits, document)
    interpreter = _Interpreter(meter)
    found = interpreter.visit(parsed, document)
    meter.check_result(found)
    return found


class _Interpreter(TreeInterpreter):
    """jmespath's own, with a meter in front of whatever takes more than a moment."""

    def __init__(self, meter: _Meter) -> None:
        super().__init__(Options(dict_cls=dict, custom_functions=_Functions(meter)))
        self._meter = meter

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        """Every step of an expression comes through here."""
        self._meter.spend(1)
        kind = node["type"]
        result = getattr(self, f"visit_{kind}")(node, *args, **kwargs)
        if isinstance(result, str):
            # What is found is going to be looked at: by a comparison, a sort, a function.
            self._meter.spend(_count_units(result))
        elif kind in _MAKING:
            self._meter.make(result)
        return result

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """A comparison goes through both sides to their depths."""
        sides = [self.visit(child, value) for child in node["children"]]
        self._meter.spend_on(*sides)
        literals: list[Any] = [{"type": "literal", "value": side, "children": []} for side in sides]
        compared: Any = {**node, "children": literals}
        return super().visit_comparator(compared, value)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        """The one step that makes more elements than it visits."""
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        elements = cast("list[Any]", base)
        self._meter.spend(len(elements))
        within = sum(len(cast("list[Any]", each)) for each in elements if isinstance(each, list))
        self._meter.spend(within)
        self._meter.check_room(within)
        merged: list[Any] = []
        for each in elements:
            if isinstance(each, list):
                merged += cast("list[Any]", each)
            else:
                merged.append(each)
        return merged


class _Functions(Functions):
    """jmespath's own; what a call goes through is counted before it, what it makes after it."""

    def __init__(self, meter: _Meter) -> None:
        self._meter = meter

    def call_function(self, function_name: Any, resolved_args: Any) -> Any:
        """Any of jmespath's functions, by name."""
        arguments = cast("list[Any]", resolved_args)
        work = 0
        for argument in arguments:
            # One by one: the same list may be given three hundred times.
            surface = _weigh_surface(argument)
            self._meter.spend(surface)
            work += surface
        first, last = (arguments[0], arguments[-1]) if arguments else (None, None)
        match function_name:
            case "to_string":
                written = _weigh(first, self._meter.steps)
                self._meter.spend(written)
                self._meter.check_room(written)
            case "contains" if isinstance(first, list):
                self._meter.spend(work * _weigh(last, self._meter.steps))
            case "contains" if isinstance(first, str) and isinstance(last, str):
                self._meter.spend(work * min(len(last), _LONGEST_NEEDLE) // 8)
            case "sort" | "sort_by":
                self._meter.spend(work * work.bit_length() // 4)
            case "join" if isinstance(first, str):
                self._meter.check_room(
                    work + len(cast("list[Any]", last)) * _count_units(first) if isinstance(last, list) else 0
                )
            case _:
                pass
        made = super().call_function(function_name, arguments)
        self._meter.make(made)
        return made


def _weigh_surface(value: Any) -> int:
    """What a function goes through that looks at a value and at its elements, but not into them."""
    if isinstance(value, str):
        return 1 + _count_units(value)
    if isinstance(value, list):
        elements = cast("list[Any]", value)
        return 1 + len(elements) + sum(_count_units(each) for each in elements if isinstance(each, str))
    return 1 + len(cast("dict[str, Any]", value)) if isinstance(value, dict) else 1
