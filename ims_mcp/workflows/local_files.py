"""Which files of this machine may be uploaded: regular files inside the directories that were named, and no others."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from ims_mcp.client.oss.errors import SourceMissing
from ims_mcp.client.oss.source import Source, UploadDirectory, show_path
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain

# No system here opens a longer one.
_LONGEST_PATH = 4096
_SHOWN_CHARACTERS = 300
_SHOWN_DIRECTORIES = 10

logger = logging.getLogger("ims_mcp.workflows.local_files")


class FileRefused(ImsError):
    """The file may not or cannot be uploaded; nothing was sent."""


class UploadRules:
    """``directories`` as the user named them, without links in their paths; ``max_bytes`` None: as much as OSS takes.

    The directories are looked at once, when the server starts: one that is put in the place of another later gives no
    files. A file with several hard links is a file like any other: which of its names came first cannot be told.
    """

    def __init__(self, directories: Sequence[Path] = (), max_bytes: int | None = None) -> None:
        self._named_paths = tuple(directories)
        self._max_bytes = max_bytes
        self._directories: list[UploadDirectory] = []
        for path in directories:
            try:
                self._directories.append(UploadDirectory.look_at(path))
            except OSError as error:
                logger.warning(
                    "an upload directory cannot be used",
                    extra={"directory": show_path(path), "reason": error.strerror},
                )

    def open(self, path: str) -> Source:
        """The file at ``path``, open: absolute, or relative to one of the directories.

        Blocks on the disk. Raises FileRefused and SourceRefused for what is outside, not a regular file, too large, or
        reached through a symbolic link or ``..``: a name that leads elsewhere than it reads is not followed.
        """
        if not self._named_paths:
            raise FileRefused(
                "Uploads are switched off: no directory was named that files may come from.",
                next_step="The person who runs the server names one with --upload-dir DIR (repeatable) or "
                "IMS_MCP_UPLOAD_DIRS.",
            )
        if "\x00" in path or not path.strip() or not _can_be_named(path):
            raise FileRefused(f"{plain(path, 200)!r} is no file name.", next_step="Give the path of one file.")
        if len(path) > _LONGEST_PATH:
            raise FileRefused(f"There is no file {_quote(path)}: its name is too long.", next_step="Check it.")
        given = Path(path)
        if ".." in given.parts:
            raise FileRefused(f"{_quote(path)} holds '..'.", next_step="Give the path without it.")
        # On Windows a path can have a drive or a root of its own and still count as relative.
        source = self._open_absolute(given) if given.anchor else self._open_relative(given)
        if self._max_bytes is not None and source.size > self._max_bytes:
            source.close()
            raise FileRefused(
                f"{show_path(source.path)} is {source.size:,} bytes, more than the {self._max_bytes:,} allowed.",
                next_step="The person who runs the server sets the limit with --max-upload-bytes.",
            )
        return source

    def find_directory(self, path: str) -> Path:
        """The directory at ``path``, absolute or relative to a named one: one of those that were named, or inside one,
        without links in its path. Blocks. Raises FileRefused."""
        given = Path(path)
        if "\x00" in path or not path.strip() or not _can_be_named(path) or ".." in given.parts:
            raise FileRefused(f"{_quote(path)!r} is no directory.", next_step="Give its path without '..'.")
        candidates = [given] if given.anchor else [directory.path / given for directory in self._directories]
        found = [each for each in candidates if each.is_dir()]
        for candidate in found:
            with suppress(OSError):
                real = candidate.resolve(strict=True)
                if any(real.is_relative_to(directory.path) for directory in self._directories):
                    return real
        if not found:
            raise FileRefused(f"There is no directory {_quote(path)}.", next_step="Check the name.")
        raise FileRefused(
            f"{_quote(path)} is outside the directories files may come from.",
            next_step=f"Allowed are {self._list_names() or 'none'}; --upload-dir of the server adds a directory.",
        )

    def _open_absolute(self, path: Path) -> Source:
        for directory in self._directories:
            if path.is_relative_to(directory.path):
                return Source.open_beneath(directory, path.relative_to(directory.path))
        # The directory itself may be reached over a link.
        for ancestor in path.parents:
            with suppress(OSError, ValueError):  # a loop of links leads nowhere
                status = ancestor.stat()
                for directory in self._directories:
                    if directory.is_at(status):
                        return Source.open_beneath(directory, path.relative_to(ancestor))
        raise FileRefused(
            f"{_quote(path)} is outside the directories files may come from.",
            next_step=f"Allowed are files in {self._list_names()}; --upload-dir of the server adds a directory.",
        )

    def _open_relative(self, path: PurePath) -> Source:
        for directory in self._directories:
            with suppress(SourceMissing):
                return Source.open_beneath(directory, path)
        why = " '~' stands for no directory here." if path.parts[:1] and path.parts[0].startswith("~") else ""
        if len(str(path)) <= _SHOWN_CHARACTERS and _quote(path) != str(path):
            why += " It was given with characters that are not shown here, or with blanks around it."
        raise FileRefused(
            f"There is no file {_quote(path)} in {self._list_names()}.{why}",
            next_step="Check the name.",
        )

    def _list_names(self) -> str:
        shown_names = [show_path(path) for path in self._named_paths[:_SHOWN_DIRECTORIES]]
        more = len(self._named_paths) - len(shown_names)
        return ", ".join(shown_names) + (f" and {more} more" if more else "")


def _quote(path: PurePath | str) -> str:
    return plain(show_path(path), _SHOWN_CHARACTERS)


def _can_be_named(text: str) -> bool:
    """Whether the text is a name in some encoding; one of bytes that are not UTF-8 is written with surrogates."""
    for encode in (os.fsencode, str.encode):
        with suppress(UnicodeEncodeError):
            encode(text)
            return True
    return False
