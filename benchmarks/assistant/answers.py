"""What is read out of answers: a field beside another by scripted solutions, a "no" in either language by graders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

NOT_DONE = re.compile(
    r"\bnot\b|n't\b|\bno longer\b|\bkept\b|\bremains?\b|\bstill\b|\bcancel|\bdeclin|\bunchanged\b|\bnothing\b"
    r"|没有|没|未|不会|不再|不删|不改|取消|保留|保持|仍|还在|拒绝"
)
"""Says that something was left as it is."""
ABSENT = re.compile(
    r"\bno\b|\bnot\b|n't\b|\bnone\b|\bnothing\b|\bmissing\b|\bzero\b|\bunknown\b|\b404\b|不存在|没有|没|未|找不到|查不到|无|不在"
)
"""Says that something is not there."""


def pick(answer: Any, name: str, beside: object = None) -> Any:
    """The field ``name`` of the first object in an answer that has it and, where ``beside`` is given, that value too.

    It finds what a reader would find, in a list of rows as in the response of the service.
    """
    for each in _walk(answer):
        if name in each and (beside is None or beside in each.values()):
            return each[name]
    raise AssertionError(f"no {name} beside {beside!r} in {str(answer)[:500]}")


def pick_all(answer: Any, name: str) -> list[Any]:
    """Every field of that name."""
    return [each[name] for each in _walk(answer) if name in each]


def _walk(answer: Any) -> Iterator[dict[str, Any]]:
    if isinstance(answer, dict):
        fields = cast("dict[str, Any]", answer)
        yield fields
        for value in fields.values():
            yield from _walk(value)
    elif isinstance(answer, list):
        for value in cast("list[Any]", answer):
            yield from _walk(value)
