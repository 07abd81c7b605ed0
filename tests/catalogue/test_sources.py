"""Where the ids of a call come from is told by rule, and it is so: the operation that is named lists these ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from ims_mcp.catalogue import Effect, ResponseField, get_operation, operations
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.example import make_example
from ims_mcp.catalogue.siblings import find_sources

BY_NAME = "find_media, or title:WORDS"
"""Of assets: a tool of this server, or the title in place of the id."""
SOURCES = {operation.name: sources for operation in operations() if (sources := find_sources(operation))}


def names_in(value: Any) -> Iterator[str]:
    """The names of all fields of an example."""
    if isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, Any]", value).items():
            yield name
            yield from names_in(inner)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from names_in(each)


def elements(field: ResponseField, path: str = "") -> Iterator[str]:
    """The paths of a field and of all in it, as :func:`values_at` reads them."""
    at = f"{path}.{field.name}".strip(".") + ("[]" if field.items is not None else "")
    yield at
    for inner in (*field.fields, *(field.items.fields if field.items is not None else ())):
        yield from elements(inner, at)


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_named_reads_lists_needs_no_such_id_and_answers_each(name: str) -> None:
    example = set(names_in(make_example(get_operation(name))))
    for called, source in SOURCES[name].items():
        assert called in example
        if source == BY_NAME:
            assert called.startswith("MediaId")
            continue
        for told in source.split(" or "):
            other, _, condition = told.partition(" with ")
            operation = get_operation(other)
            if condition:
                parameter, value = condition.split(" ")
                check(operation, make_example(operation) | {parameter: value})
            assert operation.effect is Effect.READ
            assert other != name
            one = called.removesuffix("s")
            given = [operation.parameter(each) for each in (one, f"{one}s")]
            assert not any(row.required for row in given if row is not None), other
            paths = [path for field in operation.response for path in elements(field)]
            found = [path for path in paths if path.rpartition(".")[2].casefold() == one.casefold()]
            # Only a list has several, but one that is the default of a type is what most want.
            assert found if other == "GetCustomTemplate" else any("[]." in path for path in found), other


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        # Told by the parameters' texts.
        ("SubmitTranscodeJob", {"TemplateId": "ListSystemTemplates or ListCustomTemplates with Type 1"}),
        (
            "SubmitSnapshotJob",
            {"TemplateId": "GetCustomTemplate with Type 2 or ListCustomTemplates with Type 2"},
        ),
        (
            "SubmitAvatarVideoJob",
            {"AvatarId": "ListSmartSysAvatarModels or ListAvatars", "Voice": "ListSmartVoiceGroups"},
        ),
        ("CreateProgram", {"ChannelName": "ListChannels", "SourceLocationName": "ListSourceLocations"}),
        ("DeleteDNAFiles", {"DBId": "ListDNADB", "PrimaryKeys": "ListDNAFiles"}),
        # By the list of the things the operation is about.
        ("DeletePipeline", {"PipelineId": "ListPipelines"}),
        ("GetCustomizedVoice", {"VoiceId": "ListCustomizedVoices"}),
        ("GetVodPackagingConfiguration", {"ConfigurationName": "ListVodPackagingConfigurations"}),
        ("GetTranscodeJob", {"ParentJobId": "ListTranscodeJobs"}),
        ("AddMediaMarks", {"MediaId": BY_NAME}),
        # By the one list that is called by the id's own thing.
        ("CreateMediaLiveInput", {"SecurityGroupIds": "ListMediaLiveInputSecurityGroups"}),
        ("CreateMediaLiveChannel", {"InputId": "ListMediaLiveInputs"}),
    ],
)
def test_an_id_comes_from_the_list_of_its_things(name: str, sources: dict[str, str]) -> None:
    assert sources.items() <= SOURCES[name].items()


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("CreateCustomizedVoiceJob", "VoiceId"),
        ("CreateVodPackagingConfiguration", "ConfigurationName"),
        ("CreateProgram", "ProgramName"),
        ("SetAIAgentVoiceprint", "VoiceprintId"),
        ("CreateIpcOrder", "DeviceId"),
        # No operation lists these.
        ("StartWorkflow", "WorkflowId"),
        ("AddMediaConnectFlowInput", "FlowId"),
        ("SendAIAgentText", "InstanceId"),
        ("UpdateAIAgentInstance", "VoiceId"),
        ("CloseStreamToSearchLib", "MediaId"),
    ],
)
def test_nothing_is_told_of_an_id_that_is_new_or_that_nothing_lists(name: str, new: str) -> None:
    assert new in set(names_in(make_example(get_operation(name))))
    assert new not in SOURCES.get(name, {})


def test_of_most_operations_that_take_an_id_of_a_list_it_is_known() -> None:
    assert len(SOURCES) > 180
