"""Mistakes of a configuration file: where each is, what stands there, what would do; and what may not be quoted."""

from __future__ import annotations

import datetime
import difflib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ims_mcp.errors import Problem
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.settings import SettingsError

Place = tuple[str | int, ...]
"""``("accounts", "studio", "regions", 1)``."""
_BARE = re.compile(r"[A-Za-z0-9_-]{1,60}")
_CREDENTIAL = re.compile(
    r"(?<![A-Za-z0-9])(?:LTAI[A-Za-z0-9]{8,}|STS\.[A-Za-z0-9]{10,}|CAIS[A-Za-z0-9+/=]{40,}|imsmcp_[\w-]{16,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY)"
)
# What a key's secret, a token or a password made by a program looks like: no word of a language has all three.
_RANDOM = re.compile(r"(?=[^\s]*[a-z])(?=[^\s]*[A-Z])(?=[^\s]*\d)[A-Za-z0-9+/=_.~-]{20,}")
_MOST_CHARACTERS = 16_000
HIDDEN = "…"
"""Stands for what may be a secret."""


class ConfigError(SettingsError):
    """A configuration file cannot be used. ``mistakes`` are all there are, in the file's order."""

    def __init__(self, path: Path, mistakes: Sequence[Problem]) -> None:
        self.path, self.mistakes = path, tuple(mistakes)
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes):,} mistakes"
        lines, left = "", _MOST_CHARACTERS
        for shown, mistake in enumerate(mistakes):
            left -= len(str(mistake))
            if left < 0 and shown:
                lines += f"\n- and {len(mistakes) - shown:,} more"
                break
            lines += f"\n- {mistake}"
        super().__init__(
            f"The configuration file {show_path(path)} has {count}:{lines}",
            next_step="Correct every line above; ims-mcp config check FILE says whether the file is good.",
        )

    def explain(self) -> str:
        """One line for each mistake."""
        return f"{self}\n{self.next_step}"


def show_path(path: Path) -> str:
    return plain(str(path), 200)


def write_place(place: Place) -> str:
    """``accounts.studio.regions[1]``, ``accounts."my account"``."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        shown = hide_secret(part)
        text += ("." if text else "") + (shown if _BARE.fullmatch(shown) else json.dumps(shown, ensure_ascii=False))
    return text


def is_credential(text: str) -> bool:
    """Whether it holds the id of an AccessKey, a token of STS or of callers, or a private key."""
    return _CREDENTIAL.search(text) is not None


def hide_secret(text: str) -> str:
    """``text`` as it can be shown on one line; :data:`HIDDEN` where it may be a secret."""
    shown = plain(text, 60)
    whole = text[:4_000]
    return HIDDEN if is_credential(whole) or _RANDOM.search(whole) or quotable(shown) != shown else shown


def show_found(value: Any) -> str:
    """What stands in the file, as a sentence begins with it; a text that may be a secret is not quoted."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            shown = hide_secret(value)
            return "The text there" if shown == HIDDEN else f"“{shown}”"
        case int() | float():
            return plain(str(value), 30) if abs(value) < 1e15 else "The number there"
        case list():
            return "A list"
        case dict():
            return "A table"
        case datetime.date() | datetime.time():
            return "A date or time"
        case _:
            return "What stands there"


def offer_names(given: str, known: Iterable[str]) -> str:
    """The end of a mistake: the name that was meant, or those there are."""
    names = list(known)
    near = difflib.get_close_matches(given[:100].lower(), names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    shown = ", ".join(names[:30])
    return f"there are: {shown}{', …' if len(names) > 30 else ''}."


def offer_near_names(given: str, known: Iterable[str]) -> str:
    """The same for names of which there are hundreds."""
    wanted = given[:100].casefold().replace("_", "")
    by_form = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(wanted, by_form, n=1, cutoff=0.6)
    return f"did you mean {by_form[near[0]]}?" if near else "ims-mcp search WORDS finds operations by what they do."
