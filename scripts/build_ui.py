"""Build the pages of ui/ into the package (the viewer) and into the tests (the host they look at it in).

``python scripts/build_ui.py`` needs Node; ``--check`` needs none: the last line of a built page says the hash of the
sources it was built from and of the page itself, so neither changes without the other.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "ui"
BUILT = (ROOT / "ims_mcp" / "pages" / "viewer.html", ROOT / "tests" / "browser" / "pages" / "host.html")
# As SOURCES in ui/one_file.ts, which writes the line.
SOURCES = (
    *("src", "host", "index.html", "host.html", "one_file.ts", "vite.config.ts"),
    *("package.json", "package-lock.json", "tsconfig.json"),
)
_LAST_LINE = re.compile(r"\n<!-- sources ([0-9a-f]{64}) page ([0-9a-f]{64}) -->\n\Z")
MOST_BYTES = 900_000


def hash_sources(folder: Path) -> str:
    """sha256 over every source's path and text, sorted by path; line ends as LF, whatever the checkout made of them."""
    files = [file for name in SOURCES for file in _list_files(folder / name)]
    digest = hashlib.sha256()
    for name, file in sorted((file.relative_to(folder).as_posix(), file) for file in files):
        digest.update(f"{name}\0{_read(file)}\0".encode())
    return digest.hexdigest()


def find_fault(page: Path, sources: str) -> str | None:
    """Why a built page does not belong to sources of this hash; None if it does."""
    text = _read(page) if page.is_file() else ""
    told = _LAST_LINE.search(text)
    if told is None:
        return "is not there, or was not built by this script"
    if told[1] != sources:
        return "was built from other sources"
    if told[2] != hashlib.sha256(text[: told.start()].encode()).hexdigest():
        return "was changed after it was built"
    if len(text.encode()) > MOST_BYTES:
        return f"has {len(text.encode()):,} bytes, more than {MOST_BYTES:,}"
    return None


def _read(file: Path) -> str:
    return file.read_bytes().decode().replace("\r\n", "\n")


def _list_files(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only look whether the built pages belong to the sources")
    if not parser.parse_args().check:
        npm = shutil.which("npm")
        if npm is None:
            print("npm is needed to build: install Node 20.19 or newer", file=sys.stderr)
            return 1
        for command in (["ci", "--no-audit", "--no-fund"], ["run", "--silent", "build"]):
            subprocess.run([npm, *command], cwd=UI, check=True)
    sources = hash_sources(UI)
    faults = [(page.relative_to(ROOT), fault) for page in BUILT if (fault := find_fault(page, sources))]
    for page, fault in faults:
        print(f"{page} {fault}: run scripts/build_ui.py", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
