"""What is refused before anything is sent: bad arguments, writes in read-only mode, unconfirmed destruction."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.catalogue.operation import Operation
from ims_mcp.errors import InvalidArguments, Refused
from tests.client.conftest import MakeClient
from tests.client.operations import DESTRUCTIVE, READ, SOMETIMES_DESTRUCTIVE, TOKEN_WRITE, WRITE
from tests.client.scripted_service import ScriptedService


def called(
    make_client: MakeClient,
    operation: Operation,
    arguments: dict[str, Any] | None = None,
    *,
    confirmed: bool = False,
    **options: Any,
) -> int:
    """Call it and say how many requests arrived; errors are let through once none did."""

    async def main() -> int:
        with ScriptedService() as service:
            async with make_client(service.endpoint, **options) as client:
                try:
                    await client.call(operation, arguments or {}, confirmed=confirmed)
                except Exception:
                    assert service.connections == 0
                    raise
            return service.count

    return anyio.run(main)


@pytest.mark.parametrize("operation", [WRITE, TOKEN_WRITE, DESTRUCTIVE], ids=lambda operation: operation.name)
@pytest.mark.parametrize("allowed", [False, True])
def test_read_only_mode_refuses_whatever_changes_anything(
    make_client: MakeClient, operation: Operation, *, allowed: bool
) -> None:
    with pytest.raises(Refused, match="read-only") as caught:
        called(make_client, operation, confirmed=True, read_only=True, allow_destructive=allowed)
    assert "--read-only" in caught.value.explain()


def test_read_only_mode_lets_reads_through(make_client: MakeClient) -> None:
    assert called(make_client, READ, read_only=True) == 1


def test_a_destructive_call_needs_confirmation(make_client: MakeClient) -> None:
    with pytest.raises(Refused, match="DropThing was not sent: it drops the thing, and nobody confirmed it") as caught:
        called(make_client, DESTRUCTIVE)
    # A model reads this too: who may decide is said, the way round is not.
    assert "person who runs the server decides" in caught.value.explain()
    assert "--" not in caught.value.explain()
    assert called(make_client, DESTRUCTIVE, confirmed=True) == 1
    assert called(make_client, DESTRUCTIVE, allow_destructive=True) == 1


@pytest.mark.parametrize("overwrite", [True, "true"])
def test_an_argument_can_make_a_call_destructive(make_client: MakeClient, overwrite: Any) -> None:
    with pytest.raises(Refused, match=r"PutThing was not sent: it replaces the thing \(Overwrite=true\)"):
        called(make_client, SOMETIMES_DESTRUCTIVE, {"Overwrite": overwrite})
    assert called(make_client, SOMETIMES_DESTRUCTIVE, {"Overwrite": overwrite}, confirmed=True) == 1
    assert called(make_client, SOMETIMES_DESTRUCTIVE, {"Overwrite": False}) == 1


def test_overwriting_a_registration_is_refused_unless_confirmed(make_client: MakeClient) -> None:
    operation = get_operation("RegisterMediaInfo")
    with pytest.raises(Refused, match="deletes the asset that has this URL now"):
        called(make_client, operation, {"InputURL": "https://example.com/a.mp4", "Overwrite": True})


def test_bad_arguments_are_not_sent_and_all_named(make_client: MakeClient) -> None:
    with pytest.raises(InvalidArguments) as caught:
        called(make_client, get_operation("GetMediaInfo"), {"MediaID": "x", "AuthTimeout": "soon"})
    text = caught.value.explain()
    assert "MediaID" in text
    assert "AuthTimeout" in text
