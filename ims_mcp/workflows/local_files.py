"""Which files of this machine may be uploaded: regular files inside the directories that were named, and no others."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain


class FileRefused(ImsError):
    """The file may not or cannot be uploaded; nothing was sent."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that may be uploaded, as it was when it was looked at."""

    path: Path
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class UploadRules:
    """``directories`` as the user named them; ``max_bytes`` None means as much as OSS takes."""

    directories: Sequence[Path] = ()
    max_bytes: int | None = None

    def allowed(self, path: str) -> LocalFile:
        """The file at ``path``: absolute, or relative to one of the directories.

        Blocks on the disk. Raises FileRefused for what is outside, not a regular file, too large, or reached through a
        symbolic link or ``..``: a name that leads elsewhere than it reads is not followed.
        """
        if not self.directories:
            raise FileRefused(
                "Uploads are switched off: no directory was named that files may come from.",
                next_step="The person who runs the server names one with --upload-dir DIR (repeatable) or "
                "IMS_MCP_UPLOAD_DIRS.",
            )
        if "\x00" in path or not path.strip() or not _is_unicode(path):
            raise FileRefused(f"{plain(path, 200)!r} is no file name.", next_step="Give the path of one file.")
        if ".." in Path(path).parts:
            raise FileRefused(f"{path} holds '..'.", next_step="Give the path without it.")
        given = _without_tilde(Path(path))
        if given.is_absolute():
            return self._checked(*self._inside(given))
        for directory in self.directories:
            if os.path.lexists(directory / given):
                return self._checked(directory, directory / given)
        raise FileRefused(f"There is no file {path} in {self._named()}.", next_step="Check the name.")

    def _inside(self, path: Path) -> tuple[Path, Path]:
        """The directory it lies in, and the path below that. The directory itself may be reached over a link."""
        for directory in self.directories:
            if path.is_relative_to(directory):
                return directory, path
        for ancestor in path.parents:
            with suppress(OSError, RuntimeError):  # a loop of links leads nowhere
                real = ancestor.resolve()
                if real in self.directories:
                    return real, real / path.relative_to(ancestor)
        raise FileRefused(
            f"{path} is outside the directories files may come from.",
            next_step=f"Allowed are files in {self._named()}; --upload-dir of the server adds a directory.",
        )

    def _named(self) -> str:
        return ", ".join(str(directory) for directory in self.directories)

    def _checked(self, directory: Path, path: Path) -> LocalFile:
        try:
            current = directory
            for part in path.relative_to(directory).parts:
                current = current / part
                if stat.S_ISLNK(current.lstat().st_mode):
                    raise FileRefused(
                        f"{current} is a symbolic link, and links are not followed.",
                        next_step=f"Give the path of the file itself, inside {self._named()}.",
                    )
            found = path.lstat()
        except FileNotFoundError:
            raise FileRefused(f"There is no file {path}.", next_step="Check the name.") from None
        except NotADirectoryError:
            raise FileRefused(f"{path} leads through something that is no directory.", next_step="Check it.") from None
        except OSError as error:
            raise FileRefused(
                f"{path} cannot be looked at: {error.strerror}.", next_step="Check its name and rights."
            ) from None
        if not stat.S_ISREG(found.st_mode):
            raise FileRefused(f"{path} is {_kind(found.st_mode)}, not a file.", next_step="Give the path of one file.")
        if not os.access(path, os.R_OK):
            raise FileRefused(
                f"{path} may not be read by this server.", next_step="Give it the right to read the file."
            )
        if self.max_bytes is not None and found.st_size > self.max_bytes:
            raise FileRefused(
                f"{path} is {found.st_size:,} bytes, more than the {self.max_bytes:,} allowed.",
                next_step="The person who runs the server sets the limit with --max-upload-bytes.",
            )
        return LocalFile(path, found.st_size, found.st_mtime_ns)


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _without_tilde(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # nobody of that name has a home: then it is a name like any other
        return path


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "something else")
