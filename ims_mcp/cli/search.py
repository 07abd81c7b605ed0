"""``ims-mcp search``: operations by what they do."""

from __future__ import annotations

from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.search import search
from ims_mcp.cli.endings import DONE, FAILED
from ims_mcp.cli.terminal import say


def search_command(words: str, *, limit: int) -> int:
    """Print the best fits, two lines each; exit code 1 where nothing fits."""
    found = search(words, limit=limit)
    if not found:
        say(
            f"No operation of IMS fits {words[:80]!r}. Say it with other words, in English or Chinese: what is to be "
            "done, and with what, such as `ims-mcp search cut a video`."
        )
        return FAILED
    for hit in found:
        print(f"{hit.operation.name:<32} {hit.operation.effect}\n    {hit.summary}")
    print(f"\nTo call the first: {_write_example(found[0].operation)}")
    return DONE


def _write_example(operation: Operation) -> str:
    required = [f"--{row.name} ..." for row in operation.parameters if row.required]
    optional = [f"[--{row.name} ...]" for row in operation.parameters[:2]]
    return " ".join(["ims-mcp call", operation.name, *(required or optional)])
