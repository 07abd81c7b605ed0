"""Any response as a model should read it: JSON strings opened, credentials and signatures hidden, size bounded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, cast

from ims_mcp.foreign_text import clean, shorten
from ims_mcp.secrets import (
    SecretNames,
    can_be_secret,
    find_paired_secrets,
    fold_name,
    is_continuation,
    is_credential_text,
    is_pair_name,
    is_secret_name,
    without_credential_texts,
    without_json_fields,
    without_signatures,
)
from ims_mcp.summaries.bounds import compact, fit
from ims_mcp.summaries.json_strings import BASE64_FIELDS, JSON_FIELDS, JSON_STARTS, open_base64_json, open_json
from ims_mcp.summaries.values import is_plain

MAX_BYTES = 32 * 1024
HIDDEN_UNLESS_ASKED = "[hidden: a credential; include_credentials=true shows it]"
"""Where the same call can be made again for it: see :func:`ims_mcp.summaries.hidden.describe_hidden`."""
HIDDEN_FOR_GOOD = "[hidden: a credential]"
"""Where the operation is not known to return credentials, and has no such switch."""
OUR_NAMES = frozenset(
    {"next_call", "wait", "left_out", "note", "next_call_problem", "query_problem", "_omitted", "previous"}
)
"""What this server adds to a result. A field of the service's that is called so is shown as ``service_next_call``."""
# In the depth of a response a note is the service's, or of whoever wrote the user data: ours stands at the top only.
_OUR_NAMES_ANYWHERE = OUR_NAMES - {"note", "previous"}
# Spelled otherwise (nextCall, Left_Out) they would still be taken for ours.
_OUR_NAMES_FOLDED = frozenset(fold_name(name) for name in OUR_NAMES if "_" in name.strip("_"))
_DEEPEST = 40
_LONGEST_NAME = 200
_SHORTEST_CREDENTIAL = 40
# Beyond this an integer is no quantity any more, and Python refuses to print the really long ones.
_LARGEST = 1 << 128


def shape(
    data: dict[str, Any],
    *,
    include_signed_urls: bool = False,
    secret_fields: Iterable[str] = (),
    include_credentials: bool = False,
    max_bytes: int = MAX_BYTES,
) -> dict[str, Any]:
    """The whole response, or as much of it as ``max_bytes`` of compact JSON hold.

    What was left off is said in ``_omitted`` (see :func:`ims_mcp.summaries.bounds.fit`), each with the ``query`` that
    gets it. ``secret_fields`` are the operation's own names of credentials, beside the well-known ones. A field that
    is called as one of :data:`OUR_NAMES` gets another name: what a result says in those words, this server says.
    """
    reader = _Reader(include_signed_urls, secret_fields, include_credentials)
    return fit(reader.read_object(data), max_bytes)


def present(
    value: Any,
    *,
    include_signed_urls: bool = False,
    secret_fields: Iterable[str] = (),
    include_credentials: bool = False,
    hidden: str = HIDDEN_UNLESS_ASKED,
    depth: int = 0,
    again: bool = False,
    opens_json: bool = True,
) -> Any:
    """A part of a response, so many levels deep in it, as :func:`shape` shows it, unbounded; ``hidden`` in place of a
    credential; ``again`` what was made of such a part, whose names have been read before; not ``opens_json`` where a
    text has to stay one."""
    reader = _Reader(
        include_signed_urls, secret_fields, include_credentials, hidden, opens_json=opens_json, renames=not again
    )
    return reader.read(value, depth)


def present_ours(fields: dict[str, Any]) -> dict[str, Any]:
    """What this server adds to a result, which may quote the service (an id, a status, a reason): cleaned, credentials
    and signatures hidden, but no JSON opened, so that what can be given back to a call stays what it is."""
    return _Reader(False, (), False, opens_json=False, renames=False).read_object(fields)


class _Reader:
    """One reading of one response under one set of wishes."""

    def __init__(
        self,
        include_signed_urls: bool,
        secret_fields: Iterable[str],
        include_credentials: bool,
        hidden: str = HIDDEN_UNLESS_ASKED,
        *,
        opens_json: bool = True,
        renames: bool = True,
    ) -> None:
        own = tuple(secret_fields)
        self._renames = renames
        self._opens_json = opens_json
        self._signed = include_signed_urls
        self._credentials = include_credentials
        self._secrets = SecretNames(own)
        self._hidden = hidden if own else HIDDEN_FOR_GOOD
        self._hidden_count = 0
        self._names: dict[str, tuple[str, bool, bool, bool]] = {}

    def read(self, value: Any, depth: int = 0, name: str = "") -> Any:
        """``value``, found under ``name``, as it is shown."""
        if isinstance(value, str):
            return self._read_text(value, depth, name)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, dict | list) and depth >= _DEEPEST:
            return f"[nested deeper than {_DEEPEST} levels: left out]"
        if isinstance(value, dict):
            return self.read_object(cast("dict[str, Any]", value), depth)
        if isinstance(value, list):
            return [self.read(element, depth + 1, name) for element in cast("list[Any]", value)]
        if isinstance(value, int):
            return value if -_LARGEST < value < _LARGEST else "[an integer of more than 38 digits]"
        return value if isinstance(value, float) and math.isfinite(value) else None

    def read_object(self, value: dict[str, Any], depth: int = 0) -> dict[str, Any]:
        """An object as it is shown: credentials hidden, names that are ours changed."""
        result: dict[str, Any] = {}
        paired: list[str] = []
        ours = (_OUR_NAMES_ANYWHERE if depth else OUR_NAMES) if self._renames else frozenset[str]()
        for name, entry in value.items():
            shown, secret, names_a_pair, as_ours = self._names.get(name) or self._learn(name)
            if names_a_pair and isinstance(entry, str) and is_secret_name(entry):
                paired = find_paired_secrets(value)
            if shown in ours or (as_ours and self._renames):
                shown = f"service_{shown}"
            if shown in result:
                shown = f"{shown}~{len(result)}"
            if secret and can_be_secret(name, entry):
                result[shown] = self._show_credential(entry, depth + 1, name)
            else:
                result[shown] = self.read(entry, depth + 1, name)
        for name in paired:
            if name in result and value[name]:
                result[name] = self._show_credential(value[name], depth + 1, name)
        return result

    def _show_credential(self, value: Any, depth: int, name: str) -> Any:
        if not self._credentials:
            self._hidden_count += 1
            return self._hidden
        # Whole: a push address without its query is of no use to whoever asked for it.
        signed, self._signed = self._signed, True
        try:
            return self.read(value, depth, name)
        finally:
            self._signed = signed

    def _learn(self, name: str) -> tuple[str, bool, bool, bool]:
        plain = is_plain(name) and len(name) <= _LONGEST_NAME
        shown = name if plain else shorten(without_signatures(clean(name)), _LONGEST_NAME)
        secret = name in self._secrets or shown in self._secrets
        learned = shown, secret, is_pair_name(name), fold_name(shown) in _OUR_NAMES_FOLDED
        self._names[name] = learned
        return learned

    def _read_text(self, text: str, depth: int, name: str) -> Any:
        if self._opens_json and (opened := _open_documented(name, text)) is not None:
            return self.read(opened, depth)
        if is_plain(text) and (len(text) < _SHORTEST_CREDENTIAL or " " in text) and '"' not in text:
            return text
        if not self._credentials and is_credential_text(text) and not is_continuation(name):
            self._hidden_count += 1
            return self._hidden
        text = clean(text)
        if not self._credentials:
            text = self._hide_credentials(text, depth)
        return text if self._signed else without_signatures(text)

    def _hide_credentials(self, text: str, depth: int) -> str:
        """A text that is not opened, though it may hold the very fields that are hidden elsewhere."""
        shown = without_credential_texts(text, self._hidden)
        if '"' not in shown or ":" not in shown:
            return shown
        if shown[:1] in JSON_STARTS and depth < _DEEPEST and (opened := open_json(shown)) is not None:
            before = self._hidden_count
            read = self.read(opened, depth + 1)
            return shown if self._hidden_count == before else compact(read)
        return without_json_fields(shown, self._hidden)


def _open_documented(name: str, text: str) -> Any:
    """What a string holds whose field is documented to hold JSON, else None."""
    if name in JSON_FIELDS:
        return open_json(text) if text[:1] in JSON_STARTS else None
    return open_base64_json(text) if name in BASE64_FIELDS else None
