"""One parameter of an operation, as deep as it was asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

from ims_mcp.catalogue.described_rows import describe_row, find_element, list_inner, list_shown, shorten_texts
from ims_mcp.catalogue.folding import ABOUT, FIELDS, Tree, count_bytes, fold_parameter
from ims_mcp.catalogue.operation import Operation, Parameter
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.errors import InvalidArguments, Problem

PARAMETER_BYTES = 4_000
"""Of one deep parameter."""
_CUT = "the path of a field brings its whole text"


def describe_parameter(operation: Operation, path: str) -> Tree:
    """One parameter or nested field (``Timeline.VideoTracks``, ``JobParams.FunctionName=Cover`` for one case) with
    what lies in it, in :data:`PARAMETER_BYTES`; where that is not enough, texts are cut to their first sentences.

    Raises InvalidArguments that names what there is, where the operation has no such parameter.
    """
    rows, walked, row = list_shown(operation), "", None
    for name in re.split(r"[.\[\]]+", path):
        if not name or (name.isdigit() and all(each.name != name for each in rows)):  # Timeline.VideoTracks[0].Type
            continue
        if row is not None and "=" in name:
            row = _choose_case(row, name, operation)
            rows, walked = row.fields, f"{walked}.{name}"
            continue
        found = next((each for each in rows if name in (each.name, publish_name(each.name))), None)
        if found is None:
            known = ", ".join(each.name for each in rows) or "no fields"
            where = f"{operation.name}.{walked}" if walked else operation.name
            raise InvalidArguments("describe_operation", [Problem("parameter", f"{where} has {known}")])
        row, walked = found, f"{walked}.{found.name}" if walked else found.name
        rows = list_inner(found)
    if row is None:
        raise InvalidArguments("describe_operation", [Problem("parameter", "names no parameter")])
    described = describe_row(row)
    tree = cast("Tree", described) if isinstance(described, dict) else {ABOUT: described}
    told: Tree = {"operation": operation.name, "parameter": walked, **tree}
    folded: list[str] = []
    inner = cast("Tree", told.get(FIELDS, {}))
    cases = [cast("Tree", value) for name, value in told.items() if name.startswith(f"{FIELDS} where")]
    while count_bytes(told) > PARAMETER_BYTES:
        path_in = next(filter(None, (fold_parameter(each) for each in (inner, *cases))), "")
        if not path_in:
            break
        at = f"{walked}.{path_in}"
        # Several cases may have a field of one name.
        folded = [*(each for each in folded if each != at and not each.startswith(f"{at}.")), at]
        told["more"] = {"parameter": folded}
    while count_bytes(told) > PARAMETER_BYTES and (key := _find_largest_case(told)):
        told[key] = f"Fields: {', '.join(told[key])}."
        parameter, _, values = key.removeprefix(f"{FIELDS} where ").partition(" is ")
        folded.append(f"{walked}.{parameter}={values.split(' or ')[0]}")
        told["more"] = {"parameter": folded}
    room = PARAMETER_BYTES - len(_CUT) - 40
    if count_bytes(told) > PARAMETER_BYTES and shorten_texts(
        inner, find_element(row).fields, lambda: count_bytes(told) > room, values=True
    ):
        told["more"] = {"parameter": folded, "cut": _CUT}
    return told


def _choose_case(row: Parameter, condition: str, operation: Operation) -> Parameter:
    """The same object with the fields of one case only: ``Type=Volume``."""
    while row.items is not None:
        row = replace(row.items, name=row.name, text=row.text)
    parameter, _, value = condition.partition("=")
    for case in row.cases:
        if parameter == case.parameter and value in case.values:
            return replace(row, fields=case.fields, cases=())
    known = ", ".join(f"{case.parameter}={value}" for case in row.cases for value in case.values) or "no cases"
    raise InvalidArguments("describe_operation", [Problem("parameter", f"{operation.name} has {known}")])


def _find_largest_case(told: Tree) -> str:
    sizes = {
        name: count_bytes(value)
        for name, value in told.items()
        if name.startswith(f"{FIELDS} where") and isinstance(value, dict)
    }
    return max(sizes, key=lambda name: sizes[name], default="")
