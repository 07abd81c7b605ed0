"""The way out of this machine, read in one place for IMS, OSS and doctor: which proxy, whose certificates, and what it
was that failed.

Nobody else looks at the environment for these: an HTTP library that would do so by itself is told not to.
"""

from __future__ import annotations

import errno
import fnmatch
import importlib
import ipaddress
import os
import re
import shlex
import socket
import ssl
import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, getproxies_environment, proxy_bypass

from ims_mcp.errors import ConnectionFailed
from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback
from ims_mcp.settings import shown_address

_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5h": 1080}
# The name travels to the proxy in any case (``h``): httpx2 knows no other way, and requests shall not differ.
_SPELLINGS = {"socks": "socks5h", "socks5": "socks5h"}
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}")
# A library takes no longer URL than 64 KiB; a token as a password stays far below this.
_LONGEST_PROXY = 16_384
# What those who know of SSL_CERT_FILE name first, and what is named for other programs but meant for all.
_OWN_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_BORROWED_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_SYSTEM = "the system's settings"


@dataclass(frozen=True, slots=True)
class Route:
    """How a host is reached.

    ``proxy``: ``http(s)://`` or ``socks5h://``, ``[user:password@]host:port``; None where the way is direct.
    """

    proxy: str | None = field(default=None, repr=False)
    source: str = ""
    """The variable (``https_proxy``) or "the system's settings"; empty where the way is direct."""
    shown: str = ""
    """The proxy without user and password, for texts."""

    def __str__(self) -> str:
        return f"the proxy {self.shown} of {self.source}" if self.proxy else "none"

    @property
    def is_encrypted(self) -> bool:
        """Whether the proxy itself is spoken to over TLS."""
        return self.proxy is not None and self.proxy.startswith("https:")

    @property
    def by(self) -> str:
        """To follow what failed on this way: ``, by the proxy …``; empty where it is direct."""
        return f", by {self}" if self.proxy else ""


DIRECT = Route()


def find_route(url: str) -> Route:
    """The proxy that the environment, or else the system, names for ``url``; never one for loopback.

    As everywhere, a variable in small letters wins over one in capitals, an empty one means none, and ``all_proxy``
    counts where the scheme has none of its own. May look up names on Windows and macOS: call it off the event loop.

    Raises ConnectionFailed where the value names no proxy that could be used.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if is_loopback(host):
        return DIRECT
    if getproxies_environment():
        variables = _read_proxy_variables()
        source, value = next(
            (variables[name] for name in (f"{parts.scheme}_proxy", "all_proxy") if variables.get(name, ("", ""))[1]),
            ("", ""),
        )
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)
        if not value or is_exempt(host, port, variables.get("no_proxy", ("", ""))[1]):
            return DIRECT
        return _read_proxy(value, source)
    system = getproxies()
    value = system.get(parts.scheme) or system.get("all") or ""
    if not value or proxy_bypass(host):
        return DIRECT
    # Windows keeps no version of SOCKS, and Python writes 4 for it.
    return _read_proxy(re.sub(r"^socks4://", "socks://", value), _SYSTEM)


def _read_proxy_variables() -> dict[str, tuple[str, str]]:
    """Every ``*_proxy`` by its name in small letters: the name as it is written, and the value without blanks."""
    capitals_first = sorted(os.environ.items(), key=lambda item: item[0].islower())
    return {name.lower(): (name, value.strip()) for name, value in capitals_first if name.lower().endswith("_proxy")}


def is_exempt(host: str, port: int, no_proxy: str) -> bool:
    """Whether a list as in NO_PROXY exempts a host from the proxy.

    Entries, parted by commas or blanks: ``*``, ``example.com`` (and all below), ``.example.com``, ``*.example.com``,
    addresses, ranges (``10.0.0.0/8``, ``fd00::/8``), each with ``:port`` if it is for one port only.
    """
    return any(_exempts(entry, host.lower(), port) for entry in re.split(r"[\s,]+", no_proxy.lower()) if entry)


def _exempts(entry: str, host: str, port: int) -> bool:
    entry = entry.rpartition("://")[2]
    if entry == "*":
        return True
    with_port = re.fullmatch(r"(\[[^\]]*\]|[^:\[]+):(\d{1,5})", entry)
    if with_port is not None:
        if int(with_port[2]) != port:
            return False
        entry = with_port[1]
    address = _read_address(host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:
            return fnmatch.fnmatchcase(host, entry)
    if "*" in entry:
        return fnmatch.fnmatchcase(host, entry)
    name = entry.strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _read_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _read_proxy(value: str, source: str) -> Route:
    scheme, separator, rest = value.partition("://")
    if not separator:
        scheme, rest = "http", value
    scheme = _SPELLINGS.get(scheme.lower(), scheme.lower())
    shown = shown_address(value)

    def refuse(why: str, next_step: str = "") -> ConnectionFailed:
        return ConnectionFailed(
            f"{source} names a proxy that cannot be used, {shown}: {why}.",
            maybe_done=False,
            next_step=next_step
            or f"For whoever runs the server: write it as http://host:port (user and password percent-encoded), unset "
            f"{source}, or exempt the host in NO_PROXY; then start again.",
        )

    if len(value) > _LONGEST_PROXY:
        raise refuse(f"it has {len(value):,} characters")
    if any(character.isspace() or not character.isprintable() for character in value):
        raise refuse("there is a blank or an unprintable character in it")
    if scheme in ("socks4", "socks4a"):
        raise refuse(
            "SOCKS 4 is not supported", f"Write socks5:// in {source} if the proxy knows SOCKS 5, or unset it."
        )
    if scheme not in _DEFAULT_PORTS:
        raise refuse("its scheme is none of http, https and socks5")
    user, _, place = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise refuse("host and port cannot be read; a port is a number from 1 to 65535") from None
    if port == 0:
        raise refuse("its port is not a number from 1 to 65535")
    if ":" in host:
        if _read_address(host) is None:
            raise refuse("its host is not an address")
        host = f"[{host}]"
    elif not _HOST.fullmatch(host):
        raise refuse("it has no host" if not host else "its host is not a host name")
    if scheme == "socks5h" and not _knows_socks():
        raise refuse(
            "SOCKS needs two packages more",
            f"Install them: {shlex.quote(sys.executable)} -m pip install socksio PySocks. Or unset {source}, or name "
            "an HTTP proxy in https_proxy.",
        )
    place = f"{host}:{port or _DEFAULT_PORTS[scheme]}"
    # Not to be taken for the host or lost on the way: only what is allowed in this part of a URL stays as it is.
    user = quote(user, safe="%:!$&'()*+,;=-._~")
    return Route(f"{scheme}://{f'{user}@' if user else ''}{place}", source, place)


def _knows_socks() -> bool:
    """Whether the two packages are there: httpx2 speaks SOCKS with the one, requests with the other."""
    try:
        for name in ("socksio", "socks"):
            importlib.import_module(name)
    except ImportError:
        return False
    return True


def make_ssl_context() -> ssl.SSLContext:
    """A context that checks certificates, by the authorities that were named or else the system's.

    SSL_CERT_FILE and SSL_CERT_DIR stand in place of the system's authorities; those that REQUESTS_CA_BUNDLE or
    CURL_CA_BUNDLE names for other programs are taken as well, where the first two are not set. Reads files (20 ms).

    Raises ConnectionFailed where SSL_CERT_FILE or SSL_CERT_DIR names nothing that can be read.
    """
    return _read_authorities()[0]


def describe_authorities() -> tuple[str, list[str]]:
    """Whose authorities are believed, and what stands in variables that could not be used. Raises ConnectionFailed."""
    return _read_authorities()[1:]


def _read_authorities() -> tuple[ssl.SSLContext, str, list[str]]:
    problems: list[str] = []
    if own := [name for name in _OWN_VARIABLES if _read_variable(name)]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for name in own:
            if problem := _load(context, name):
                raise ConnectionFailed(
                    problem,
                    maybe_done=False,
                    next_step=f"For whoever runs the server: unset {name} (the system's certificates are used then), "
                    "or name a file of certificates in PEM; then start again.",
                )
        source = f"{' and '.join(f'{name} ({_show_variable(name)})' for name in own)}, in place of the system's"
    else:
        import httpx2  # heavy, so imported late

        context, source = httpx2.create_ssl_context(trust_env=False), "the system"
        for name in filter(_read_variable, _BORROWED_VARIABLES):
            if not (problem := _load(context, name)):
                source = f"the system and {name} ({_show_variable(name)})"
                break
            problems.append(problem)
    context.set_alpn_protocols(["http/1.1"])
    return context, source, problems


def _read_variable(variable: str) -> str:
    return os.environ.get(variable, "").strip()


def _show_variable(variable: str) -> str:
    return plain(_read_variable(variable), 200)


def _load(context: ssl.SSLContext, variable: str) -> str:
    """Add the authorities a variable names; what is wrong with it, empty if nothing."""
    paths = _read_variable(variable)
    # As OpenSSL has it, directories may be several; those that are missing do not matter as long as one is there.
    directories = [path for path in paths.split(os.pathsep) if Path(path).is_dir()]
    try:
        if variable == "SSL_CERT_DIR" or directories:
            if not directories:
                return f"{variable} names a directory that is not there, {_show_variable(variable)}."
            if variable == "SSL_CERT_FILE":
                return f"{variable} names a directory, {_show_variable(variable)}; it has to be a file."
            for directory in directories:
                context.load_verify_locations(capath=directory)
        elif Path(paths).exists() and not Path(paths).is_file():  # to open a pipe may take for ever
            return f"{variable} names a pipe or a device, {_show_variable(variable)}; it has to be a file."
        else:
            context.load_verify_locations(cafile=paths)
    except FileNotFoundError:
        return f"{variable} names a file that is not there, {_show_variable(variable)}."
    except ssl.SSLError:
        return f"{variable} names a file without certificates in PEM, {_show_variable(variable)}."
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
        return f"{variable} names a file that cannot be read, {_show_variable(variable)} ({reason})."
    return ""


@dataclass(frozen=True, slots=True)
class NoConnection:
    """Why no connection stood, in words, and what to do. ``final``: trying again would bring the same."""

    reason: str
    next_step: str
    final: bool


_PRIVATE_AUTHORITY = (
    "Where a proxy or a company has an authority of its own, name the file with its certificate (PEM) in SSL_CERT_FILE."
)
# OpenSSL's numbers of what is wrong with a certificate.
_CERTIFICATE_FLAWS = {
    9: ("it is not valid yet", "Set this machine's clock."),
    10: ("it has expired", "Set this machine's clock; if that is right, the certificate has to be renewed there."),
    18: ("it is signed by nobody but itself", _PRIVATE_AUTHORITY),
    19: ("an authority that this machine does not know has issued it", _PRIVATE_AUTHORITY),
    20: ("an authority that this machine does not know has issued it", _PRIVATE_AUTHORITY),
    21: ("an authority that this machine does not know has issued it", _PRIVATE_AUTHORITY),
    62: ("it is made out for another host name", "Check the endpoint: something else answers under this name."),
    64: ("it is made out for another address", "Name it by the host name in its certificate, where it has one."),
}


def explain_no_connection(error: BaseException, host: str, route: Route) -> NoConnection | None:
    """What a failure to connect means, from the chain of exceptions of whichever HTTP library; None: nothing special.

    ``host`` is whom the request was for.
    """
    chain = list(list_causes(error))
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return _explain_certificate(link, f"{host} or of {route}" if route.is_encrypted else host)
    if route.proxy is None:
        return None
    for link in chain:
        # In the words of httpcore2 and of the standard library.
        refusal = re.match(r"(?:Tunnel connection failed: )?([345]\d\d)\b ?([A-Za-z][A-Za-z -]{0,40})?", str(link))
        if refusal is None:
            continue
        if refusal[1] == "407":
            return NoConnection(
                f"{route} wants a user and a password (HTTP 407)",
                f"Write them into {route.source}: http://user:password@host:port, special characters percent-encoded.",
                final=True,
            )
        return NoConnection(
            f"{route} makes no connection to {host}: {refusal[0].removeprefix('Tunnel connection failed: ').strip()}",
            f"Ask whoever runs the proxy, exempt the host in NO_PROXY, or unset {route.source}.",
            final=False,
        )
    for link in chain:
        if isinstance(link, socket.gaierror):
            return _explain_absent_proxy(route, "is not found: its name is unknown")
        if isinstance(link, ConnectionRefusedError) or getattr(link, "errno", None) == errno.ECONNREFUSED:
            return _explain_absent_proxy(route, "refused the connection")
    return None


def _explain_absent_proxy(route: Route, what: str) -> NoConnection:
    return NoConnection(
        f"{route} {what}", f"Start the proxy, correct {route.source} or unset it; then start again.", final=False
    )


def _explain_certificate(error: ssl.SSLCertVerificationError, host: str) -> NoConnection:
    flaw, next_step = _CERTIFICATE_FLAWS.get(
        error.verify_code, (plain(error.verify_message or "it cannot be verified", 150), _PRIVATE_AUTHORITY)
    )
    named = next(filter(_read_variable, _OWN_VARIABLES), "")
    if named and next_step is _PRIVATE_AUTHORITY:
        next_step = f"{next_step} At present {named} is {_show_variable(named)}."
    return NoConnection(f"the certificate of {host} is not accepted: {flaw}", next_step, final=True)


def list_causes(error: BaseException) -> Generator[BaseException]:
    """The exception and all it came from; urllib3 keeps the one before it as ``reason`` or among its arguments."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
        if isinstance(link, BaseExceptionGroup):
            waiting += link.exceptions
