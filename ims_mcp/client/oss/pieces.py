"""A stretch of the source as the body of a request: read, counted and checked as it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ims_mcp.client.oss.source import Source
from ims_mcp.crc64 import crc64

# All that is in memory of a part at a time.
CHUNK_BYTES = 256 * 1024


class Piece:
    """Iterated once for each time it is sent, inside ``source.reading()``; :attr:`crc64` is of the last time.

    Has neither ``read`` nor ``seek``: oss2 and requests would then wrap it and read 8 KiB at a time.
    """

    def __init__(
        self, source: Source, offset: int, size: int, *, check: Callable[[], None], sending: Callable[[int], None]
    ) -> None:
        self._source = source
        self._offset = offset
        self._size = size
        self._check = check
        self._sending = sending
        self.crc64 = 0

    @property
    def len(self) -> int:
        """Bytes; the name under which requests looks for a length."""
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        """Raises what ``check`` raises, SourceChanged and SourceRefused."""
        self.crc64 = 0
        self._sending(0)
        at = 0
        while at < self._size:
            self._check()
            data = self._source.read(min(CHUNK_BYTES, self._size - at), self._offset + at)
            self.crc64 = crc64(self.crc64, data)
            at += len(data)
            if at == self._size:
                # Before the last bytes leave: OSS then never has the whole of something that is wrong.
                self._source.check_path()
            yield data
            self._sending(at)
