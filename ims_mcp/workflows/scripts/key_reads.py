"""A script's ``answer.get("Key")`` as ``answer["Key"]``, for the type checker alone: of a key that no table has it says
nothing in the first."""

from __future__ import annotations

import ast


def write_as_subscripts(code: str, tree: ast.Module) -> str | None:
    """``code`` with every ``.get`` of a written-out key as a subscript, each line where it was; None where there is
    no such call."""
    text = code.encode()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    edits: list[tuple[int, int, bytes]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="get") as function,
                args=[ast.Constant(value=str()) as key, *default],
                keywords=[],
            ) if len(default) < 2:
                edits += _edit(text, starts, node, function, key, has_default=bool(default))
            case _:
                pass
    changed = text
    for start, end, put in sorted(edits, reverse=True):
        changed = changed[:start] + put + changed[end:]
    return _check_shape(changed.decode(), text) if edits else None


def _edit(
    text: bytes, starts: list[int], call: ast.Call, function: ast.Attribute, key: ast.Constant, *, has_default: bool
) -> list[tuple[int, int, bytes]]:
    """What to put in place of which bytes; nothing where they are not as the tree says, as inside of a text with values
    in Python 3.11."""
    after_name = _find_end(starts, function)
    dot = text.rfind(b".", _find_end(starts, function.value), after_name)
    opening = text.find(b"(", after_name)
    end = _find_end(starts, call)
    begins, ends = starts[key.lineno - 1] + key.col_offset, _find_end(starts, key)
    if not (text[:after_name].endswith(b"get") and 0 <= dot < opening < begins < ends < end <= len(text)):
        return []
    if text[end - 1 : end] != b")" or (not has_default and b"," in text[ends:end]):
        return []
    # The default is looked at, too: ("Key", default)[0] is the key. Without one it may be anything besides: what
    # is done where it is None stays in the checker's sight, and nothing is refused for what may be None.
    begin = starts[call.lineno - 1] + call.col_offset
    return [
        (begin, begin, b"" if has_default else b"("),
        (dot, after_name, b"\n" * text.count(b"\n", dot, after_name)),
        (opening, opening + 1, b"[("),
        (end - 1, end, b")[0]]" if has_default else b")] or _any)"),
    ]


def _find_end(starts: list[int], node: ast.expr) -> int:
    return starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)


def _check_shape(changed: str, before: bytes) -> str | None:
    """The text, if it is one of as many lines that can be read."""
    try:
        ast.parse(changed)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return changed if len(changed.encode().splitlines()) == len(before.splitlines()) else None
