"""Any response as a model should read it: JSON strings opened, credentials and signatures hidden, size bounded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, cast

from ims_mcp.summaries.bounds import fit
from ims_mcp.summaries.json_strings import JSON_STARTS, open_json
from ims_mcp.summaries.secrets import HIDDEN, SecretNames, is_credential_text
from ims_mcp.summaries.signed_urls import without_signature
from ims_mcp.summaries.text import clean, shorten
from ims_mcp.summaries.values import is_plain

MAX_BYTES = 32 * 1024
_DEEPEST = 40
_LONGEST_NAME = 200
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
    gets it. ``secret_fields`` are the operation's own names of credentials, beside the well-known ones.
    """
    reader = _Reader(include_signed_urls, secret_fields, include_credentials)
    return fit(reader.read_object(data), max_bytes)


def present(
    value: Any,
    *,
    include_signed_urls: bool = False,
    secret_fields: Iterable[str] = (),
    include_credentials: bool = False,
) -> Any:
    """A part of a response as :func:`shape` shows it, unbounded."""
    return _Reader(include_signed_urls, secret_fields, include_credentials).read(value)


class _Reader:
    """One reading of one response under one set of wishes."""

    def __init__(self, include_signed_urls: bool, secret_fields: Iterable[str], include_credentials: bool) -> None:
        self._signed = include_signed_urls
        self._credentials = include_credentials
        self._secrets = SecretNames(secret_fields)
        self._names: dict[str, tuple[str, bool]] = {}

    def read(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, str):
            return self._text(value, depth)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, dict | list) and depth >= _DEEPEST:
            return f"[nested deeper than {_DEEPEST} levels: left out]"
        if isinstance(value, dict):
            return self.read_object(cast("dict[str, Any]", value), depth)
        if isinstance(value, list):
            return [self.read(element, depth + 1) for element in cast("list[Any]", value)]
        if isinstance(value, int):
            return value if -_LARGEST < value < _LARGEST else "[an integer of more than 38 digits]"
        return value if isinstance(value, float) and math.isfinite(value) else None

    def read_object(self, value: dict[str, Any], depth: int = 0) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, entry in value.items():
            shown, secret = self._names.get(name) or self._learn(name)
            if shown in result:
                shown = f"{shown}~{len(result)}"
            result[shown] = HIDDEN if secret and entry else self.read(entry, depth + 1)
        return result

    def _learn(self, name: str) -> tuple[str, bool]:
        plain = is_plain(name) and len(name) <= _LONGEST_NAME
        shown = name if plain else shorten(without_signature(clean(name)), _LONGEST_NAME)
        learned = shown, not self._credentials and (name in self._secrets or shown in self._secrets)
        self._names[name] = learned
        return learned

    def _text(self, text: str, depth: int) -> Any:
        if text[:1] in JSON_STARTS:
            opened = open_json(text)
            if opened is not None:
                return self.read(opened, depth)
        elif is_plain(text) and not text.startswith("eyJ"):
            return text
        if not self._credentials and is_credential_text(text):
            return HIDDEN
        text = clean(text)
        return text if self._signed else without_signature(text)
