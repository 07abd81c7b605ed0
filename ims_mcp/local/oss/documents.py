"""The XML bodies of OSS, written and read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ims_mcp.local.oss.errors import OssError

_CONTROL = re.compile(r"[\r\x00-\x08\x0b\x0c\x0e-\x1f]")


def tag(name: str, value: object) -> str:
    """One element with text.

    A control character becomes a reference, which XML 1.0 readers refuse: who has such keys lists them with
    encoding-type=url.
    """
    escaped = _CONTROL.sub(lambda found: f"&#{ord(found[0])};", escape(str(value)))
    return f"<{name}>{escaped}</{name}>"


def wrap(name: str, *children: str) -> str:
    """One element with elements, given as the texts that this and :func:`tag` return."""
    return f"<{name}>{''.join(children)}</{name}>"


def write_document(root: str) -> bytes:
    """A whole body with this root element."""
    # What a client sent as JSON can hold half a surrogate pair, and an error shows it back.
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'.encode("utf-8", "backslashreplace")


def encode_url(value: str) -> str:
    """As encoding-type=url wants it."""
    return quote(value, safe="-_.~")


def write_iso_time(moment: float) -> str:
    """Epoch seconds as ``2024-01-31T23:59:59.000Z``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def parse(body: bytes, root: str) -> ElementTree.Element:
    """The root element of a request body, without namespaces. MalformedXML for anything else."""
    # A document type is never part of a request, and is how an XML body grows without bounds.
    # (A zero byte is a sign of UTF-16, where it would go unseen.)
    if b"<!DOCTYPE" in body or b"\x00" in body:
        raise _malformed()
    try:
        # OSS takes white space before the declaration, as the Go client's own test sends it.
        element = ElementTree.fromstring(body.lstrip())  # noqa: S314 - entities are ruled out above
    except (ElementTree.ParseError, ValueError, LookupError):
        raise _malformed() from None
    for one in element.iter():
        one.tag = one.tag.rpartition("}")[2]
    if element.tag != root:
        raise _malformed()
    return element


def find_children(
    element: ElementTree.Element, name: str, *, at_least: int, at_most: int
) -> Iterable[ElementTree.Element]:
    """The child elements of a name; MalformedXML unless there are so many."""
    found = element.findall(name)
    if not at_least <= len(found) <= at_most:
        raise _malformed()
    return found


def read_child_text(element: ElementTree.Element, name: str) -> str:
    """The text of a child element; MalformedXML where it is missing or empty."""
    value = element.findtext(name)
    if not value:
        raise _malformed()
    return value


def _malformed() -> OssError:
    return OssError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema.",
    )
