"""A bulk job kept below a prefix of a bucket."""

from __future__ import annotations

from collections.abc import AsyncIterable

from ims_mcp.client.oss.objects import BucketObjects


class OssPlace:
    """See :class:`ims_mcp.workflows.bulk.place.JobPlace`. ``prefix`` is empty or ends with a slash."""

    def __init__(self, objects: BucketObjects, bucket: str, prefix: str) -> None:
        self._objects = objects
        self._bucket = bucket
        self._prefix = prefix

    @property
    def address(self) -> str:
        """``oss://bucket/prefix/``."""
        return f"oss://{self._bucket}/{self._prefix}"

    async def read(self, name: str) -> bytes | None:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""
        return await self._objects.read(self._prefix + name)

    async def write(self, name: str, content: bytes) -> None:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""
        await self._objects.put(self._prefix + name, content)

    async def write_parts(self, name: str, parts: AsyncIterable[bytes]) -> None:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""
        await self._objects.put_parts(self._prefix + name, parts)

    async def append(self, name: str, lines: bytes) -> None:
        """By AppendObject: what was written is there, or it is not."""
        await self._objects.append(self._prefix + name, lines)

    async def list_names(self, folder: str) -> list[str]:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""
        return [*await self.list_sizes(folder)]

    async def list_sizes(self, folder: str) -> dict[str, int]:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""
        found = await self._objects.list_sizes(f"{self._prefix}{folder}/")
        return {key.removeprefix(self._prefix): size for key, size in found.items()}
