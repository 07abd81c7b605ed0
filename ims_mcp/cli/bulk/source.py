"""What stands for SOURCE, --template and --rate on the command line."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ims_mcp.client.oss.source import show_path
from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.job import Kind

if TYPE_CHECKING:
    from ims_mcp.workflows.bulk.sources.raw import Source

_FIND = "find:"
_LONGEST_TEMPLATE_BYTES = 1_000_000
_WHAT = "Name a CSV or JSONL file, a folder (for uploads), oss://bucket/prefix/, or find:WORDS."


def list_folders(options: argparse.Namespace) -> list[str] | None:
    """Whoever names a folder, or a list of files, at a prompt allows that these are sent. None where none is named."""
    named: list[str] = [*(getattr(options, "upload_dirs", None) or ())]
    if getattr(options, "action", "") == Kind.UPLOAD and not options.source.startswith(("oss://", _FIND)):
        path = Path(os.path.realpath(Path(options.source).expanduser()))
        named.append(str(path if path.is_dir() else path.parent))
    return named or None


def choose_source(kind: Kind, text: str) -> Source:
    """Raises ImsError where it says nothing that rows could be read from."""
    from ims_mcp.workflows.bulk.sources.folder import FolderFiles
    from ims_mcp.workflows.bulk.sources.found_assets import LibraryQuery
    from ims_mcp.workflows.bulk.sources.manifest import ManifestFile
    from ims_mcp.workflows.bulk.sources.oss_prefix import OssPrefix

    if text.startswith("oss://"):
        return OssPrefix(text)
    if text.startswith(_FIND):
        return LibraryQuery(_read_filters(text.removeprefix(_FIND).strip()))
    path = Path(os.path.realpath(Path(text).expanduser()))
    if path.is_dir():
        if kind is not Kind.UPLOAD:
            raise ImsError(
                f"{show_path(text)!r} is a folder, and bulk {kind} has no use for its files.",
                next_step=_WHAT,
            )
        return FolderFiles(str(path))
    if not path.is_file():
        raise ImsError(f"{show_path(text)!r} does not exist; nothing was done.", next_step=_WHAT)
    return ManifestFile(path)


def read_template(text: str | None) -> dict[str, Any]:
    """JSON as it stands, or the file of that name. Raises InvalidArguments."""
    if not text:
        return {}
    content = text
    if not text.lstrip().startswith("{"):
        try:
            with Path(text).expanduser().open("rb") as file:
                content = file.read(_LONGEST_TEMPLATE_BYTES).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise _refuse(
                "--template", f"{show_path(text)!r} is no JSON object and cannot be read ({reason})"
            ) from None
    return _read_object("--template", content)


def _read_filters(text: str) -> dict[str, Any]:
    if not text.startswith("{"):
        return {"text": text} if text else {}
    return _read_object("SOURCE", text)


def _read_object(what: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refuse(what, f"is not valid JSON ({plain(str(error), 100)})") from None
    if not isinstance(value, dict):
        raise _refuse(what, 'has to be an object: {"Title": "{stem}"}')
    return cast("dict[str, Any]", value)


def _refuse(what: str, text: str) -> InvalidArguments:
    return InvalidArguments("ims-mcp bulk", [Problem(what, text)])
