"""``ims-mcp search``: operations by what they do."""

from __future__ import annotations

from ims_mcp.catalogue.search import search


def search_command(words: str, *, limit: int) -> int:
    """Print the best fits; exit code 1 where nothing fits."""
    found = search(words, limit=max(limit, 1))
    for hit in found:
        operation = hit.operation
        print(f"{operation.name:<32} {operation.effect:<11}  {operation.title}")
        print(f"    {operation.purpose}")
    return 0 if found else 1
