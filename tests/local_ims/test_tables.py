"""The parameter tables this IMS has for operations the catalogue does not describe yet agree with the SDK's facts."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from ims_mcp.local.handlers.categories import Categories
from ims_mcp.local.handlers.marks import Marks
from ims_mcp.local.handlers.storage import Storage
from ims_mcp.local.rpc.call import IMS_VERSION, Service
from ims_mcp.local.store import Store


def services(tmp_path: Path) -> list[Service]:
    store = Store(tmp_path, schema="")
    families = (Categories(store), Marks(store), Storage(store, lambda: 0.0))
    return [service for family in families for service in family.services]


def test_names_kinds_and_required_parameters_are_the_sdks(tmp_path: Path) -> None:
    facts: dict[str, Any] = json.loads(files("ims_mcp.catalogue").joinpath("facts.json").read_text(encoding="utf-8"))
    for service in services(tmp_path):
        table = service.operation
        known = facts["operations"][table.name]
        assert service.version == IMS_VERSION
        assert table.method == known["method"]
        assert {row.name: (row.kind, row.required) for row in table.parameters} == {
            row["name"]: (row["type"], row.get("required", False)) for row in known["parameters"]
        }, table.name


def test_each_operation_is_done_once(tmp_path: Path) -> None:
    names = [service.operation.name for service in services(tmp_path)]
    assert len(names) == len(set(names))
