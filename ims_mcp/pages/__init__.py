"""What a browser shows: pages of this server, as files. They hold no facts: their scripts ask for them, and show
strangers' words as text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def read_page_file(name: str) -> bytes:
    """The content of one of the files here. ``name`` is never a caller's."""
    return files(__name__).joinpath(name).read_bytes()
