"""The tags of objects: their rules, the x-oss-tagging header, and their XML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from ims_mcp.local.oss.documents import find_children, parse, tag, wrap
from ims_mcp.local.oss.errors import OssError, invalid_argument

MAX_TAGS = 10
_MAX_KEY_CHARACTERS = 128
_MAX_VALUE_CHARACTERS = 256
_OTHER_CHARACTERS = frozenset(" +-=._:/")


def read_tagging_header(header: str | None) -> dict[str, str]:
    """The tags of ``key=value&key=value``, percent-encoded; none where there is no header.

    InvalidArgument for anything of another form, InvalidTag for tags against the rules.
    """
    pairs: list[tuple[str, str]] = []
    for part in (header or "").split("&"):
        if not part:
            continue
        name, _, value = part.partition("=")
        if "=" in value:
            message = "The header reads key=value&key=value."
            raise invalid_argument("x-oss-tagging", header or "", message, ec="0010-00000219")
        try:
            pairs.append((_decode(name), _decode(value)))
        except UnicodeDecodeError:
            raise invalid_argument("x-oss-tagging", header or "", "A tag is not valid UTF-8.") from None
    return _check(pairs)


def read_tagging_document(body: bytes) -> dict[str, str]:
    """The tags of a Tagging element. MalformedXML, InvalidTag."""
    root = parse(body, "Tagging")
    (tag_set,) = find_children(root, "TagSet", at_least=1, at_most=1)
    found = find_children(tag_set, "Tag", at_least=0, at_most=len(tag_set))
    return _check([(one.findtext("Key") or "", one.findtext("Value") or "") for one in found])


def write_tagging_document(tags: Mapping[str, str]) -> str:
    """The Tagging element."""
    written = (wrap("Tag", tag("Key", name), tag("Value", value)) for name, value in tags.items())
    return wrap("Tagging", wrap("TagSet", *written))


def _decode(text: str) -> str:
    # A header is Latin-1 text, which stands for the bytes that travelled.
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("utf-8")


def _check(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for name, value in pairs:
        if not name or len(name) > _MAX_KEY_CHARACTERS or not _is_plain(name):
            raise OssError("InvalidTag", "The TagKey you have provided is invalid", TagKey=name[:200])
        if len(value) > _MAX_VALUE_CHARACTERS or not _is_plain(value):
            raise OssError("InvalidTag", "The TagValue you have provided is invalid", TagValue=value[:200])
        if name in tags:
            raise OssError("InvalidTag", "Cannot provide multiple Tags with the same key", TagKey=name)
        tags[name] = value
    if len(tags) > MAX_TAGS:
        raise OssError("InvalidTag", "Object tags cannot be greater than 10")
    return tags


def _is_plain(text: str) -> bool:
    """Letters and digits of any script, and a few signs."""
    return all(one.isalnum() or one in _OTHER_CHARACTERS for one in text)
