"""Whoever asks in Chinese is asked in Chinese: every reason of the notes has its translation."""

from __future__ import annotations

import re

from ims_mcp.catalogue import Effect, operations
from ims_mcp.catalogue.chinese import REASONS
from ims_mcp.catalogue.undescribed import guess_notes

NEWER = guess_notes("ReplaceFuture")


def reasons() -> dict[str, str]:
    """Each reason there is, and the operation that has it."""
    assert NEWER.effect is Effect.DESTRUCTIVE
    found = {condition.reason: "an operation without notes" for condition in NEWER.destructive_when}
    return found | {
        condition.reason: operation.name for operation in operations() for condition in operation.destructive_when
    }


def test_every_reason_is_there_in_chinese() -> None:
    missing = [f"{name}: {reason}" for reason, name in reasons().items() if reason not in REASONS]
    assert not missing, f"to be added to ims_mcp/catalogue/chinese.py: {missing}"


def test_no_translation_is_left_of_a_reason_that_no_operation_has() -> None:
    assert sorted(REASONS.keys() - reasons().keys()) == []


def test_a_translation_is_chinese_and_says_as_much_of_what_is_final() -> None:
    for english, chinese in REASONS.items():
        assert re.search("[\u4e00-\u9fff]", chinese), english
        assert not chinese.endswith(("。", ".")), chinese
        assert "\n" not in chinese
        final = "for good" in english or "cannot be" in english
        assert bool(re.search("永久|无法|且.*不", chinese)) >= final, english
