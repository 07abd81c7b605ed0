"""Which requests are looked at, by where a browser says they come from: the one place that decides it.

Any page a user opens can make a browser send requests to this port, and a name that its owner points at 127.0.0.1
(DNS rebinding) makes them look like the page's own. Programs send neither Origin nor Sec-Fetch-Site, and a Host that
is this machine. A bucket's CORS rules may open that bucket to pages of other origins, as far as the rules go
(:func:`find_page_refusal` is what they can lift); no rule lifts the check of the Host, which is what stops rebinding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ims_mcp.loopback import is_loopback

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::[0-9]{1,5})?")
# OSS's own names, where a hosts file, a proxy or a client's adapter leads them here: clients put the bucket in front.
# Nobody but OSS can point them at another address.
_OSS_HOST = re.compile(r"(?:[a-z0-9_-]+\.)?oss-[a-z0-9-]+\.aliyuncs\.com")


def find_refusal(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Why a request is refused before anything is done; None where it is not. Names in lower case, as ASGI has them."""
    sent = list(headers)
    return find_host_refusal(sent) or find_page_refusal(sent)


def find_host_refusal(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Why the Host is refused: it is not this machine."""
    hosts = [value.decode("latin-1").strip() for name, value in headers if name == b"host"]
    if len(hosts) == 1 and _is_own_host(hosts[0]):
        return None
    return (
        f"The local IMS does not answer to the Host {', '.join(hosts)[:100]!r}, but to 127.0.0.1, [::1], localhost, "
        "names under localhost and OSS's. SDKs of IMS take an endpoint without http://; ali-oss wants "
        "http://localhost:PORT with sldEnable."
    )


def find_page_refusal(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Why the page that made a browser send the request is refused: it is not of this machine.

    ``same-site`` is let through: for a loopback host that is another port of this machine, whose server the user runs.
    """
    sent = [(name, value.decode("latin-1").strip()) for name, value in headers]
    if not all(_is_own_origin(value) for name, value in sent if name == b"origin"):
        return "The local IMS takes no requests from web pages of other origins than this machine's own."
    if any(value.lower() == "cross-site" for name, value in sent if name == b"sec-fetch-site"):
        return "The local IMS takes no requests that another web site makes a browser send."
    return None


def read_origin(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The one Origin that a request names; None where there is none, or more than one."""
    origins = [value.decode("latin-1").strip() for name, value in headers if name == b"origin"]
    return origins[0] if len(origins) == 1 and origins[0] else None


def _is_own_host(host: str) -> bool:
    name = _name(host)
    return _is_this_machine(name) or _OSS_HOST.fullmatch(name) is not None


def _is_own_origin(origin: str) -> bool:
    """Pages of this machine; ``null`` is a page that hides where it is from."""
    scheme, _, host = origin.partition("://")
    return scheme.lower() in ("http", "https") and _is_this_machine(_name(host))


def _name(host: str) -> str:
    """The name or address of a ``host[:port]``, in lower case; empty for anything else."""
    found = _HOST.fullmatch(host.lower())
    return "" if found is None else found["name"]


def _is_this_machine(name: str) -> bool:
    return is_loopback(name) or name.endswith(".localhost")
