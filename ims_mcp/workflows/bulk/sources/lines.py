"""The lines of a text file in UTF-8, one after the other in little memory, with what is no text told in time."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ims_mcp.client.oss.source import Source as SourceFile
from ims_mcp.client.oss.source import show_path
from ims_mcp.errors import ImsError
from ims_mcp.workflows.bulk.sources.raw import SourceError
from ims_mcp.workflows.local_files import UploadRules

LONGEST_LINE_BYTES = 4 * 1024**2
"""Four times what the longest argument may have."""
_HEAD_BYTES = 64 * 1024
_BUFFER_BYTES = 256 * 1024
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_CHINESE = re.compile("[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
_OTHER_ENCODINGS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A manifest. ``rules``: only where files may come from; None: what a person named at a prompt."""

    path: Path
    rules: UploadRules | None = None

    @property
    def name(self) -> str:
        """Fit to be shown."""
        return show_path(self.path)

    def read_lines(self) -> Iterator[str]:
        """Each with its end. What is not UTF-8 comes as :func:`is_utf8` tells. Blocks; raises SourceError."""
        with closing(self._open()) as file:
            self._check_head(file)
            first = True
            number = 0
            while line := self._read_line(file, number := number + 1):
                text = line.decode("utf-8", "surrogateescape")
                yield text.removeprefix(_BOM) if first else text
                first = False

    def read_head(self) -> str:
        """The beginning, up to 64 KB, to guess its form by. Blocks; raises SourceError."""
        with closing(self._open()) as file:
            self._check_head(file)
            return self._read(file, _HEAD_BYTES).decode("utf-8", "surrogateescape").removeprefix(_BOM)

    def explain_encoding(self, number: int) -> str:
        """Why a line is no text, with what to do."""
        return f"line {number} is not UTF-8{self._guess_encoding()}: save the file as UTF-8"

    def _guess_encoding(self) -> str:
        with suppress(ImsError), closing(self._open()) as file:
            head = self._read(file, _HEAD_BYTES)
            with suppress(UnicodeDecodeError):
                # A character that was cut in two at the end of what was read says nothing.
                text = (
                    head.decode("gb18030") if len(head) < _HEAD_BYTES else head[: head.rfind(b"\n")].decode("gb18030")
                )
                if _CHINESE.search(text):
                    return ", but reads as GBK (what Excel saves in Chinese Windows)"
        return ""

    def _open(self) -> IO[bytes]:
        try:
            if self.rules is not None:
                return io.BufferedReader(_Opened(self.rules.open(str(self.path))), _BUFFER_BYTES)
            return self.path.open("rb", buffering=_BUFFER_BYTES)
        except OSError as error:
            raise self._explain(error) from None
        except ImsError as error:
            raise SourceError(str(error), next_step=error.next_step) from None

    def _check_head(self, file: IO[bytes]) -> None:
        head = self._read(file, _HEAD_BYTES)
        try:
            file.seek(0)
        except OSError:
            raise SourceError(
                f"{self.name} can be read only once, as a pipe can.", next_step="Write the rows into a file first."
            ) from None
        for mark, encoding in _OTHER_ENCODINGS:
            if head.startswith(mark):
                raise SourceError(
                    f"{self.name} is {encoding}, not UTF-8.", next_step="Save it as UTF-8, or as CSV UTF-8."
                )
        if b"\x00" in head:
            raise SourceError(f"{self.name} is no text file.", next_step="Give a CSV or JSONL file.")
        if not head.strip():
            raise SourceError(f"{self.name} is empty.", next_step="Give a file with a row for each call.")

    def _read_line(self, file: IO[bytes], number: int) -> bytes:
        try:
            line = file.readline(LONGEST_LINE_BYTES + 1)
        except OSError as error:
            raise self._explain(error) from None
        if len(line) > LONGEST_LINE_BYTES:
            raise SourceError(
                f"Line {number:,} of {self.name} has more than {LONGEST_LINE_BYTES:,} bytes.",
                next_step="Give a file of CSV or JSONL, with a line for each row.",
            )
        return line

    def _read(self, file: IO[bytes], size: int) -> bytes:
        try:
            return file.read(size)
        except OSError as error:
            raise self._explain(error) from None

    def _explain(self, error: OSError) -> SourceError:
        why = error.strerror or type(error).__name__
        return SourceError(f"{self.name} cannot be read ({why}).", next_step="Check the name and the rights.")


def is_utf8(text: str) -> bool:
    """Whether all of a line that was read was text."""
    return text.isascii() or _NOT_UTF8.search(text) is None


class _Opened(io.RawIOBase):
    """A file that rules have opened, as one that is read from its beginning."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._file.size}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        length = max(min(len(view), self._file.size - self._position), 0)
        with self._file.keep_open():
            data = self._file.read(length, self._position) if length else b""
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
