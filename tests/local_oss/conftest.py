"""One OSS server for all tests of this package, and clients of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local_oss.clients import SIGNATURES, Client
from tests.local_oss.server import OssThread


@pytest.fixture(scope="session")
def oss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OssThread]:
    with OssThread(tmp_path_factory.mktemp("oss")) as server:
        yield server


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[OssThread]:
    """A server of one's own."""
    with OssThread(tmp_path) as server:
        yield server


@pytest.fixture(scope="session", params=SIGNATURES)
def any_client(request: pytest.FixtureRequest, oss: OssThread) -> Iterator[Client]:
    """The same test once under every signature."""
    client = Client(oss, request.param)
    yield client
    client.close()


@pytest.fixture(scope="session")
def client(oss: OssThread) -> Iterator[Client]:
    """Where the signature does not matter."""
    client = Client(oss, "V4")
    yield client
    client.close()


@pytest.fixture
def bucket_name() -> str:
    return f"bucket-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def any_bucket(any_client: Client, bucket_name: str) -> Any:
    return any_client.bucket(bucket_name)


@pytest.fixture
def bucket(client: Client, bucket_name: str) -> Any:
    return client.bucket(bucket_name)
