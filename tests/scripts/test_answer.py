"""An answer of run_script is within the bytes of a result, whatever its parts hold."""

from __future__ import annotations

from ims_mcp.catalogue import get_operation
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.scripts.answer import write_answer
from ims_mcp.workflows.scripts.driving import Ended
from ims_mcp.workflows.scripts.record import Destruction, ScriptRecord

QUOTES = '"\n' * 20_000


def test_every_part_at_its_longest_is_within_the_bytes_of_a_result() -> None:
    record = ScriptRecord("script-1", ended=Ended("failed", problem=QUOTES))
    record.printed.take("stdout", QUOTES)
    record.done = [{"operation": "UpdateMediaInfo", "ids": {"MediaId": ["a" * 32]}}] * 500
    register = get_operation("register_media_info")
    record.would_destroy = [
        Destruction(register, {"InputURL": f"oss://b/{number}", "Overwrite": True, "Description": QUOTES[:900]})
        for number in range(500)
    ]
    told = write_answer(record, listed=None)
    assert size_bytes(told) <= MAX_BYTES
    assert told["problem"].startswith('"\n"\n')
    assert told["notes"].startswith('"\n"\n')
    assert told["notes_cut"].endswith("of 40,000 characters printed")
    assert told["next_call"]["arguments"] == {"script_id": "script-1", "done_from": len(told["done"])}
    assert write_answer(record, listed=None, done_from=499)["next_call"]["tool"] == "register_media_info"
