"""The terminal: streams that take any text and may be closed, JSON for a person or a pipe, words on stderr."""

from __future__ import annotations

import io
import os
import re
import sys
from typing import TextIO

from ims_mcp.foreign_text import clean, escape_json, escape_unseen

_NOT_ASCII = re.compile("[^\x00-\x7f]")  # in JSON text only within strings


def prepare_streams() -> None:
    """Give stdin, stdout and stderr a file each, and let no character that the console lacks end a command."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            # Closed by whoever started it. Left free, its number would go to the next file or socket that is opened.
            placeholder = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(placeholder, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
            if number == 1:
                say("stdout is closed: what this command prints is lost.")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", line_buffering=True)


def say(text: str) -> None:
    """Print to stderr; where nobody reads it, nothing happens."""
    try:
        print(clean(text), file=sys.stderr, flush=True)
    except OSError:
        give_up(sys.stderr)


def print_json(text: str) -> None:
    """Print JSON so that it can be read back: what this console cannot show stands as ``\\uXXXX``."""
    text = escape_unseen(text)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = _NOT_ASCII.sub(escape_json, text)
    print(text)


def give_up(stream: TextIO) -> None:
    """Send what is still buffered nowhere, so that it does not fail again when the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
