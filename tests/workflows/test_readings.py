"""The table of readings fits the tables of the operations it joins, and every write it names can be read by it."""

from __future__ import annotations

import pytest

from ims_mcp.catalogue import Effect, Operation, ResponseField, get_operation, operations
from ims_mcp.catalogue.siblings import find_id, find_listing, suggest_lookup
from ims_mcp.workflows.behaviours.present_state import Reading, find_readable
from ims_mcp.workflows.behaviours.readings import list_readings

READINGS = [(name, reading) for name, readings in list_readings().items() for reading in readings]


def has(fields: tuple[ResponseField, ...], path: str) -> bool:
    """Whether the SDK declares a field at this path."""
    name, _, rest = path.partition(".")
    row = next((each for each in fields if each.name == name.removesuffix("[]")), None)
    if row is None:
        return False
    inner = row.items.fields if row.items is not None else row.fields
    return not rest or has(inner, rest)


def takes(operation: Operation, path: str) -> bool:
    return operation.parameter(path.partition(".")[0].removesuffix("[]")) is not None


@pytest.mark.parametrize(("name", "reading"), READINGS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_reading_names_arguments_and_fields_that_there_are(name: str, reading: Reading) -> None:
    change, look = get_operation(name), get_operation(reading.operation)
    assert look.effect is Effect.READ
    assert change.effect is not Effect.READ
    for ours, theirs, _ in reading.pairs:
        assert takes(change, ours)
        assert look.parameter(theirs) is not None
    for given_name, value in reading.more:
        # What the table refuses would never be looked at.
        row = look.parameter(given_name)
        assert row is not None
        assert row.minimum is None or row.minimum <= value
        assert row.maximum is None or value <= row.maximum
    given = {theirs for _, theirs, _ in reading.pairs} | {given for given, _ in reading.more}
    assert {row.name for row in look.parameters if row.required} <= given
    assert not reading.names or takes(change, reading.names)
    assert not reading.path or has(look.response, reading.path)
    at = f"{reading.path}." if reading.path else ""
    for path in (*filter(None, [reading.title, reading.key]), *reading.tells.split()):
        assert has(look.response, path[1:] if path.startswith("/") else f"{at}{path}"), path
    for ours, path in reading.fields:
        # Of a line for several operations, the one that sets it takes it.
        assert any(takes(get_operation(other), ours) for other, same in READINGS if same is reading)
        assert has(look.response, f"{at}{path}")


def test_nearly_every_update_can_say_what_it_changed() -> None:
    """Those that cannot have no operation that reads the thing by what the update takes."""
    silent = [
        operation.name
        for operation in operations()
        if operation.effect is not Effect.READ and operation.name.startswith(("Update", "Set", "Alter"))
        if not any(find_readable(operation, reading) for reading in list_readings().get(operation.name, ()))
    ]
    assert silent == [
        "UpdateMediaMarks",  # by a behaviour of its own
        "UpdateMediaToSearchLib",
        "SetDefaultCustomTemplate",
        "UpdateLivePackageChannelCredentials",
        "SetAIAgentVoiceprint",
        "SetYikeUserRole",
    ]


@pytest.mark.parametrize(
    ("name", "check", "where"),
    [
        ("GetMediaInfo", "MediaId", "ListMediaBasicInfos"),
        ("DeletePipeline", "PipelineId", "ListPipelines"),
        ("GetEditingProjectMaterials", "ProjectId", "ListEditingProjects"),
        ("DeleteHotwordLibrary", "HotwordLibraryId", "ListHotwordLibraries"),
        ("UpdateProgram", "ProgramName", "ListPrograms"),
        ("DeleteCategory", "CateId", "GetCategories"),
        ("DeleteMediaInfos", "MediaIds", "ListMediaBasicInfos"),
        ("GetEventCallback", "", ""),
    ],
)
def test_what_was_not_found_is_looked_for_in_the_list_of_its_kind(name: str, check: str, where: str) -> None:
    operation = get_operation(name)
    assert (find_id(operation), find_listing(operation)) == (check, where)


def test_no_list_is_proposed_that_needs_the_id_itself() -> None:
    for operation in operations():
        where = find_listing(operation)
        assert where != operation.name or operation.effect is Effect.READ
        row = get_operation(where).parameter(find_id(operation)) if where else None
        assert row is None or not row.required
        assert suggest_lookup(operation).startswith("Check ")
