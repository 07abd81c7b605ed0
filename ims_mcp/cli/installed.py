"""What is installed beside this project: requirements, its own and other packages', that this environment breaks.

Nothing of it is looked at by a start that works: only `doctor` and a command that has failed ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import distributions
from typing import NamedTuple

OWN_ENVIRONMENT = (
    "Install ims-mcp into an environment of its own, in its checkout: "
    "python3 -m venv ~/.ims-mcp && ~/.ims-mcp/bin/pip install '.[local]'"
)
"""README's command: several MCP packages pin releases of ``mcp`` that exclude each other."""
_PROJECT = "ims-mcp"
_EXTRAS = ("local", "otel", "socks", "terminal")


class _Installed(NamedTuple):
    version: str
    requires: list[str]


def find_unmet_requirements() -> tuple[list[str], list[str]]:
    """What is off with the requirements of this project, and with those of every other distribution, a clause each:
    ``mcp 1.30.0 is installed, and ims-mcp needs mcp<3,>=2.3``.

    Other packages' extras are not looked at: nobody knows whether they are in use.
    """
    try:
        from packaging.utils import canonicalize_name
    except ImportError:
        return ["packaging is not installed, and ims-mcp needs it"], []
    # Of two with one name the first on the path is what Python imports.
    found: dict[str, _Installed] = {}
    for distribution in distributions():
        with suppress(UnicodeDecodeError):  # metadata of times before UTF-8
            if name := distribution.metadata["Name"]:
                there = _Installed(distribution.version, distribution.requires or [])
                found.setdefault(canonicalize_name(name), there)
    own = list(_find_unmet(found, _PROJECT, _EXTRAS))
    others = [clause for name in sorted(found) if name != _PROJECT for clause in _find_unmet(found, name)]
    return own, others


def _find_unmet(found: dict[str, _Installed], name: str, extras: tuple[str, ...] = ()) -> Iterator[str]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    for text in found[name].requires if name in found else ():
        try:
            wanted = Requirement(text)
            is_needed = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
            if not is_needed and not any(
                wanted.marker and wanted.marker.evaluate({"extra": extra}) for extra in extras
            ):
                continue
            there = found.get(canonicalize_name(wanted.name))
            if there is None:
                # What another package lacks altogether, this one has not taken away.
                if is_needed and name == _PROJECT:
                    yield f"{wanted.name} is not installed, and {name} needs it"
            elif not wanted.specifier.contains(there.version, prereleases=True):
                yield f"{wanted.name} {there.version} is installed, and {name} needs {wanted.name}{wanted.specifier}"
        except (ValueError, TypeError):
            continue  # of a package that no installer of today would take, or a marker that means nothing here
