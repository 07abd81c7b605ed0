"""The body of DeleteMultipleObjects, with keys that XML cannot hold.

An object may have any control character in its name, and clients write it into the document as it is, or as a
character reference. XML 1.0 has neither, but OSS takes both.
"""

from __future__ import annotations

import re

from ims_mcp.local.oss.documents import find_children, parse, read_child_text
from ims_mcp.local.oss.errors import OssError

_KEY_TEXT = re.compile(r"(?<=Key>)[^<]*(?=</)")
# What a reader of XML refuses, and the carriage return, which it would turn into a line feed.
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
# Private use: what no document that is read here has for itself.
_FIRST_STAND_IN, _STAND_INS = 0xF0000, 64
_LAST_STAND_IN = 0x10FF00


def read_deletion(body: bytes) -> tuple[list[str], bool]:
    """The keys, at most 1,000, and whether the answer is to be silent. MalformedXML, NotImplemented for
    versions: what is named by one is not to be deleted whole."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = None  # parsing says what it is, if anything
    stand_ins = {} if text is None else _choose_stand_ins(text)
    readable = body if text is None else _KEY_TEXT.sub(lambda key: _replace(key[0], stand_ins), text).encode()
    root = parse(readable, "Delete")
    back = {ord(stand_in): one for one, stand_in in stand_ins.items()}
    found = find_children(root, "Object", at_least=1, at_most=1000)
    if version := next((text for one in found if (text := one.findtext("VersionId")) not in (None, "", "null")), None):
        raise OssError("NotImplemented", f"The local OSS has no versions: there is no VersionId {version[:50]!r}.")
    keys = [read_child_text(one, "Key").translate(back) for one in found]
    return keys, (root.findtext("Quiet") or "").strip().lower() == "true"


def _choose_stand_ins(text: str) -> dict[str, str]:
    """A character for each that cannot be read."""
    unreadable = [*map(chr, range(0x20)), "\ufffe", "\uffff"]
    found = [one for one in unreadable if _UNREADABLE.match(one)]
    for first in range(_FIRST_STAND_IN, _LAST_STAND_IN, _STAND_INS):
        stand_ins = {one: chr(first + number) for number, one in enumerate(found)}
        if not any(stand_in in text for stand_in in stand_ins.values()):
            return stand_ins
    return {}


def _replace(text: str, stand_ins: dict[str, str]) -> str:
    def resolve(found: re.Match[str]) -> str:
        code = int(found[1], 16) if found[1] else int(found[2])
        return stand_ins.get(chr(code), found[0]) if code <= 0x10FFFF else found[0]

    return _REFERENCE.sub(resolve, _UNREADABLE.sub(lambda found: stand_ins.get(found[0], found[0]), text))
