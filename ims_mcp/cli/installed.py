"""What is installed beside this project: requirements, its own and other packages', that this environment breaks.

Nothing of it is looked at by a start that works: only `doctor` and a command that has failed ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, distributions

OWN_ENVIRONMENT = (
    "Install ims-mcp into an environment of its own, in its checkout: "
    "python3 -m venv ~/.ims-mcp && ~/.ims-mcp/bin/pip install '.[local]'"
)
"""README's command: several MCP packages pin releases of ``mcp`` that exclude each other."""
_PROJECT = "ims-mcp"


def find_unmet_requirements() -> tuple[list[str], list[str]]:
    """What is off with the requirements of this project, and with those of every other distribution, a clause each:
    ``mcp 1.30.0 is installed, and ims-mcp needs mcp<3,>=2.3``.

    Of others only versions that do not fit count; what they lack altogether was never there. Extras are not looked at.
    """
    try:
        from packaging.utils import canonicalize_name
    except ImportError:
        return ["packaging is not installed, and ims-mcp needs it"], []
    # Of two with one name the first on the path is what Python imports.
    found: dict[str, Distribution] = {}
    for distribution in distributions():
        if name := distribution.metadata["Name"]:
            found.setdefault(canonicalize_name(name), distribution)
    own = [clause for clause, _ in _unmet(found, _PROJECT)]
    others = [clause for name in sorted(found) if name != _PROJECT for clause, there in _unmet(found, name) if there]
    return own, others


def _unmet(found: dict[str, Distribution], name: str) -> Iterator[tuple[str, bool]]:
    """Each with whether anything of the required name is installed."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name
    from packaging.version import InvalidVersion

    for text in (found[name].requires or ()) if name in found else ():
        try:
            wanted = Requirement(text)
            if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
                continue
            there = found.get(canonicalize_name(wanted.name))
            if there is not None and wanted.specifier.contains(there.version, prereleases=True):
                continue
        except (InvalidRequirement, InvalidVersion, TypeError):
            continue  # of a package that no installer of today would take
        state = f"{wanted.name} is not installed" if there is None else f"{wanted.name} {there.version} is installed"
        yield f"{state}, and {name} needs {wanted.name}{wanted.specifier}", there is not None
