"""One line for a terminal that sends the file of a ticket, quoted for sh and for PowerShell."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

_SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"
"""PowerShell takes the typographic forms for the same sign."""


def write_curl_line(url: str, headers: Mapping[str, str], file_name: str) -> str:
    """For sh. Without -g curl would take brackets in names for patterns; without an empty Expect it waits a second."""
    return f"curl {' '.join(map(_quote, _list_words(url, headers, file_name)))}"


def write_powershell_line(url: str, headers: Mapping[str, str], file_name: str) -> str:
    """For PowerShell, where curl alone may be something else."""
    words = _list_words(url, headers, file_name)
    return f"curl.exe {' '.join(word if _is_plain(word) else _quote_for_powershell(word) for word in words)}"


def is_same_quoted(url: str, headers: Mapping[str, str], file_name: str) -> bool:
    """Whether PowerShell reads the line for sh as it is meant, but for the name of the program."""
    return not any(mark in word for word in _list_words(url, headers, file_name) for mark in _SINGLE_QUOTES)


def _list_words(url: str, headers: Mapping[str, str], file_name: str) -> list[str]:
    # A name that begins with a hyphen, or is all that curl reads from elsewhere (- and .), is still a name so.
    path = f"./{file_name}" if file_name.startswith(("-", ".")) else file_name
    sent = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    return ["-f", "-g", "-T", path, "-H", "Expect:", *sent, url]


def _quote(word: str) -> str:
    return word if _is_plain(word) else shlex.quote(word) if "'" in word else f"'{word}'"


def _quote_for_powershell(word: str) -> str:
    for mark in _SINGLE_QUOTES:
        word = word.replace(mark, mark * 2)
    return f"'{word}'"


def _is_plain(word: str) -> bool:
    return word in ("-f", "-g", "-T", "-H")
