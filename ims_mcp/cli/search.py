"""``ims-mcp search``: operations by what they do."""

from __future__ import annotations

import json

from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.search import search
from ims_mcp.cli.console import find_screen
from ims_mcp.cli.endings import DONE, FAILED
from ims_mcp.cli.terminal import print_json, say


def search_command(words: str, *, limit: int, as_json: bool = False) -> int:
    """Print the best fits, two lines each, or ``{"operations": [{name, effect, summary, example}]}``; exit code 1 where
    nothing fits."""
    found = search(words, limit=limit)
    if as_json:
        operations = [
            {
                "name": hit.operation.name,
                "effect": str(hit.operation.effect),
                "summary": hit.summary,
                "example": _write_example(hit.operation),
            }
            for hit in found
        ]
        print_json(json.dumps({"operations": operations}, ensure_ascii=False, indent=2))
    if not found:
        say(
            f"No operation of IMS fits {words[:80]!r}. Say it with other words, in English or Chinese: what is to be "
            "done, and with what, such as `ims-mcp search cut a video`."
        )
        return FAILED
    if not as_json:
        _show([(hit.operation.name, str(hit.operation.effect), hit.summary) for hit in found], found[0].operation)
    return DONE


def _show(rows: list[tuple[str, str, str]], first: Operation) -> None:
    if (screen := find_screen()) is not None:
        from ims_mcp.cli.views.lists import show_hits

        show_hits(screen, rows, _write_example(first))
        return
    for name, effect, summary in rows:
        print(f"{name:<32} {effect}\n    {summary}")
    print(f"\nTo call the first: {_write_example(first)}")


def _write_example(operation: Operation) -> str:
    required = [f"--{row.name} ..." for row in operation.parameters if row.required]
    optional = [f"[--{row.name} ...]" for row in operation.parameters[:2]]
    return " ".join(["ims-mcp call", operation.name, *(required or optional)])
