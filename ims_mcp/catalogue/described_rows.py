"""The rows of a table as a description tells them, and how their texts are made shorter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ims_mcp.catalogue.folding import ABOUT, FIELDS, Tree
from ims_mcp.catalogue.operation import Operation, Parameter
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.catalogue.schema import add_limits, first_sentence
from ims_mcp.catalogue.usual import take_object, tell_value


def list_shown(operation: Operation) -> tuple[Parameter, ...]:
    """The parameters that a caller may see."""
    return tuple(row for row in operation.parameters if not row.hidden)


def list_inner(row: Parameter) -> tuple[Parameter, ...]:
    """The fields of an object or of the elements of a list, those of its cases among them."""
    row = find_element(row)
    fields = (*row.fields, *(field for case in row.cases for field in case.fields))
    return tuple(field for field in fields if not field.hidden)


def find_element(row: Parameter) -> Parameter:
    """What a list holds, however deep; any other row itself."""
    while row.items is not None:
        row = row.items
    return row


def describe_rows(rows: tuple[Parameter, ...], operation: Operation | None = None) -> Tree:
    """``{name: "integer, required: text" or {about, fields}}``; of an ``operation`` with the other name of each."""
    told: Tree = {}
    for row in rows:
        if row.hidden:
            continue
        told[row.name] = describe_row(row)
        published = publish_name(row.name) if operation is not None else row.name
        if published != row.name:
            also = f" In a tool of its own it is called {published}."
            described = told[row.name]
            if isinstance(described, dict):
                cast("Tree", described)[ABOUT] += also
            else:
                told[row.name] = described + also
    return told


def describe_row(row: Parameter) -> Any:
    """``"integer, required: text"``, or ``{about, fields}`` where it has fields."""
    about = _describe_line(row, row.text)
    told: Tree = {ABOUT: about}
    element = find_element(row)
    if fields := describe_rows(element.fields):
        told[FIELDS] = fields
    for case in element.cases:
        told[f"{FIELDS} where {case.parameter} is {' or '.join(case.values)}"] = describe_rows(case.fields)
    return told if len(told) > 1 else about


def _describe_line(row: Parameter, text: str) -> str:
    """A row in a line: its type, whether it is required, ``text`` (its own or the beginning of it), and its values."""
    kind, element = str(row.kind), row
    while element.items is not None:
        element = element.items
        kind = f"{kind} of {element.kind}" if element.items is None else f"{kind} of array"
    text = add_limits(text, row)
    parts = [f"{kind}{', required' if row.required else ''}: {text or 'not described.'}"]
    if element is not row:
        parts.append(add_limits(element.text, element))
    choices, hints = row.choices or element.choices, row.hints or element.hints
    if choices and not all(re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text) for each in choices):
        parts.append(f"One of {', '.join(choices)}{' (any case)' if row.any_case else ''}.")
    if hints and not all(each in text for each in hints):
        parts.append(f"Such as {', '.join(hints)}.")
    if row.comma_list:
        parts.append("Comma-separated, or a list.")
    if row.extra_fields and not element.fields and not element.cases:
        parts.append("Any fields.")
    if row.inferred:
        parts.append("(Inferred, not documented.)")
    return " ".join(filter(None, parts))


def shorten_texts(
    described: Tree, rows: Sequence[Parameter], is_large: Callable[[], bool], *, values: bool = False
) -> list[Cut]:
    """Leave of texts, those of fields too, what their first sentences say, as far as needed: the optional ones from the
    last on, then the others; with ``values`` the known ones of open lists go too. What was cut."""
    cut: list[Cut] = []
    for row in [*reversed([each for each in rows if not each.required]), *(each for each in rows if each.required)]:
        told = described.get(row.name)
        if told is None or not is_large():
            continue
        if isinstance(told, dict):
            node = cast("Tree", told)
            for name in [key for key in node if key.startswith(FIELDS) and isinstance(node[key], dict)]:
                cut += shorten_texts(node[name], list_inner(row), is_large, values=values)
            owner, key, line = node, ABOUT, str(node[ABOUT])
        else:
            owner, key, line = described, row.name, str(told)
        kept = re.search(r"(?: In a tool of its own it is called \w+\.)?(?: Fields: .*)?$", line)
        hints = () if values else row.hints
        short = f"{_describe_line(replace(row, hints=hints), first_sentence(row.text))}{kept[0] if kept else ''}"
        if len(short) < len(line) and is_large():
            owner[key] = short
            cut.append(Cut(owner, key, short, line))
    return cut


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A text of which the first sentence was left."""

    owner: Tree
    key: str
    short: str
    whole: str

    def restore(self, is_large: Callable[[], bool]) -> bool:
        """Whether there is room for it, and nothing else was made of it since."""
        if self.owner.get(self.key) != self.short:
            return False
        self.owner[self.key] = self.whole
        if is_large():
            self.owner[self.key] = self.short
        return self.owner[self.key] == self.whole


def leave_units(
    described: Tree, rows: Sequence[Parameter], given: Mapping[str, Any], is_large: Callable[[], bool]
) -> list[Cut]:
    """Leave of the fields that the example does not have, in objects that it has, no more than kind and values. What
    was cut."""
    cut: list[Cut] = []
    for row in (each for each in rows if each.name in given):
        told, fields, inner = described.get(row.name), list_inner(row), take_object(given[row.name])
        if not isinstance(told, dict):
            continue
        node = cast("Tree", told)
        for shown in [node[key] for key in node if key.startswith(FIELDS) and isinstance(node[key], dict)]:
            for field in reversed([each for each in fields if each.name not in inner and not each.required]):
                line = shown.get(field.name)
                if isinstance(line, str) and " Fields: " not in line and is_large():
                    shown[field.name] = f"{field.kind}{tell_value(find_element(field))}"
                    cut.append(Cut(shown, field.name, shown[field.name], line))
            cut += leave_units(shown, fields, inner, is_large)
    return cut
