"""The objects below a prefix of a bucket of one's own: each is an address."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from ims_mcp.client.oss.objects import BucketObjects
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.columns import Columns
from ims_mcp.workflows.bulk.sources.raw import FILE_COLUMNS, LeftOut, RawRow, is_wanted, name_parts
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.transfers.run import MEDIA_SUFFIXES, write_address

_ADDRESS = re.compile(r"oss://(?P<bucket>[a-z0-9][a-z0-9-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class OssPrefix:
    """``address`` is ``oss://bucket/prefix``; whatever begins with it counts, also in folders below.

    Offers {name}, {stem}, {ext}, {folder} (below the last slash of the prefix), {key} and {bucket}.
    """

    address: str
    suffixes: frozenset[str] = MEDIA_SUFFIXES
    """In small letters, without their dots; :data:`ANY_SUFFIX` for all objects."""
    fills: frozenset[str] = frozenset(("InputURL",))
    offers: frozenset[str] = FILE_COLUMNS | {"key", "bucket"}

    def describe(self) -> str:
        return f"the objects below {plain(self.address, 300)}"

    async def read(self, target: BulkTarget, columns: Columns, left_out: LeftOut) -> AsyncGenerator[list[RawRow]]:
        columns.check_source(self.fills, self.offers, self.describe())
        found = _ADDRESS.fullmatch(self.address)
        if found is None:
            problem = f"{plain(self.address, 100)!r} has to be oss://bucket/prefix/"
            raise InvalidArguments("The job", [Problem("source", problem)])
        bucket, prefix = found["bucket"], found["prefix"] or ""
        below = len(prefix[: prefix.rfind("/") + 1])
        runner, line = target.transfers.runner, 0
        objects = BucketObjects(runner.uploader, runner.storage, bucket)
        async with aclosing(objects.list_pages(prefix)) as pages:
            async for page in pages:
                batch: list[RawRow] = []
                for key, size_bytes in page.items():
                    if key.endswith("/"):
                        left_out.add("folder")
                    elif not is_wanted(key, self.suffixes):
                        left_out.add("other extension")
                    else:
                        line += 1
                        values = {"InputURL": write_address(bucket, key), "key": key, "bucket": bucket}
                        row = RawRow(line, values | name_parts(key[below:]), size_bytes=size_bytes)
                        batch.append(row)
                yield batch
