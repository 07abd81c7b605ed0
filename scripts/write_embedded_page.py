"""Write the tables of docs/embedded-ims.md: what the embedded IMS does, how far, which official client checks it, and
what of OSS is refused by name.

How far an operation goes is the first paragraph of its handler's docstring; what checks it is found in the tests. With
``--check`` nothing is written, and a page that is out of date is exit code 1.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ims_mcp.catalogue.operation import snake_case
from ims_mcp.local.app import LocalIms
from ims_mcp.local.oss.rest import Route
from ims_mcp.local.oss.unsupported import UNSUPPORTED
from ims_mcp.local.rpc.call import IMS_VERSION, Service

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "embedded-ims.md"
# Where oss2 has a name of its own for an operation.
_OSS2 = {
    "put_bucket": "create_bucket",
    "delete_multiple_objects": "batch_delete_objects",
    "initiate_multipart_upload": "init_multipart_upload",
}


def page() -> str:
    """The page as it should be: its text, and the tables between their marks."""
    services, routes = asyncio.run(_registries())
    tests = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").glob("local_*/*.py")))
    tables = {
        "operations": _table(
            ("operation", "how far", "checked by"),
            (
                (service.operation.name, _how_far(service.handler), _sdk_check(service, tests))
                for service in sorted(services, key=lambda service: service.operation.name)
            ),
        ),
        "oss": _table(
            ("request", "how far", "checked by"),
            _drop_repeated((route.name, _how_far(route.handler), _oss2_check(route, tests)) for route in routes),
        ),
        "oss-refused": _list_refused(routes),
    }
    text = PAGE.read_text(encoding="utf-8")
    for name, table in tables.items():
        pattern = re.compile(rf"(<!-- {name}: generated -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = pattern.subn(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)
        if count != 1:
            raise LookupError(f"{PAGE.name} has {count} blocks called {name}")
    return text


async def _registries() -> tuple[tuple[Service, ...], tuple[Route, ...]]:
    with tempfile.TemporaryDirectory() as directory:
        async with LocalIms(Path(directory) / "data") as ims:
            return ims.services, ims.routes


def _drop_repeated(rows: Iterable[tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    return dict.fromkeys(rows)


def _list_refused(routes: Iterable[Route]) -> str:
    """The operations that clients know and no route does, by what they are on."""
    done = {route.name for route in routes}
    lines = ["| on | sub-resource | operations |", "|---|---|---|"]
    for row in UNSUPPORTED:
        if names := [name for name in row.operations.values() if name not in done]:
            lines.append(
                f"| {row.target} | `?{row.name}` | {', '.join(f'`{name}`' for name in dict.fromkeys(names))} |"
            )
    return "\n".join(lines)


def _how_far(handler: Callable[..., Any]) -> str:
    paragraph = (inspect.getdoc(handler) or "").partition("\n\n")[0].replace("\n", " ").rstrip(".")
    if not paragraph:
        raise LookupError(f"{handler} does not say how far it goes")
    return paragraph


def _sdk_check(service: Service, tests: str) -> str:
    """The SDK's own method, or its signer with the operation's name."""
    name = service.operation.name
    if service.version == IMS_VERSION and re.search(rf"\.{snake_case(name)}(_async)?\b", tests):
        return "Python SDK"
    return "Python SDK's signer" if f'"{name}"' in tests else "-"


def _oss2_check(route: Route, tests: str) -> str:
    name = snake_case(route.name)
    if re.search(rf"\.{_OSS2.get(name, name)}\(", tests):
        return "oss2"
    return "HTTP" if re.search(rf"\b{route.name}\b", tests) else "-"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return "\n".join([*lines, *(f"| `{row[0]}` | {' | '.join(row[1:])} |" for row in rows)])


def main() -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything differs")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/embedded-ims.md is out of date: run make snapshots", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
