"""The terminal: streams that take any text and may be closed, JSON for a person or a pipe, words on stderr."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from typing import TextIO

from ims_mcp.foreign_text import clean

# What a terminal would obey or hide rather than show: control, direction and invisible characters.
_UNPRINTABLE = re.compile(
    "[\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
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
    """Print to stderr without what a terminal would obey; where nobody reads it, nothing happens."""
    try:
        print(clean(text), file=sys.stderr, flush=True)
    except OSError:
        give_up(sys.stderr)


def print_json(text: str) -> None:
    """Print JSON so that it can be read back: what this console cannot show stands as ``\\uXXXX``."""
    text = _UNPRINTABLE.sub(_escape, text)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = _NOT_ASCII.sub(_escape, text)
    print(text)


def give_up(stream: TextIO) -> None:
    """Send what is still buffered nowhere, so that it does not fail again when the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _escape(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]
