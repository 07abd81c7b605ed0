"""Which hosts are this machine itself, decided in one place."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether ``host`` is ``localhost`` or a loopback address as written; no name is looked up.

    ``127.attacker.example`` is a name like any other; brackets round an IPv6 address are taken off.
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False
