"""What a process of the embedded IMS gets from the one that starts it: no credentials, no code of where it was started,
bounded memory, and an end with its parent.

MCP clients start servers in the folder a user has opened, with the user's whole environment. The embedded IMS, and
the FFmpeg workers below it, need next to nothing of that.
"""

from __future__ import annotations

import os
import signal
import site
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

# What programs need to run at all; everything else stays behind, proxies and every cloud's credentials with it.
_KEPT = frozenset(
    """
    PATH HOME USER LOGNAME TMPDIR TEMP TMP LANG LANGUAGE LC_ALL LC_CTYPE TZ
    SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE HOMEDRIVE HOMEPATH LOCALAPPDATA APPDATA PROGRAMDATA
    NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE
    LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FALLBACK_LIBRARY_PATH
    PYTHONHOME PYTHONUTF8 PYTHONIOENCODING PYTHONUSERBASE PYTHONNOUSERSITE PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX
    VIRTUAL_ENV __PYVENV_LAUNCHER__ SSL_CERT_FILE SSL_CERT_DIR
    IMS_MCP_LOCAL_PROCESSING_DELAY IMS_MCP_LOCAL_RECONNECT_TIMEOUT
    """.split()  # noqa: SIM905 - forty quoted names would hide what is in the list
)
# What a relative one of these means depends on the directory, and that is another one for a child.
_PATHS = frozenset({"TMPDIR", "TEMP", "TMP", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONPYCACHEPREFIX"})
MEMORY_BYTES = 1024**3
"""What a process that reads media may take, as addresses."""
_PR_SET_PDEATHSIG = 1
KEY_VARIABLES = ("IMS_MCP_LOCAL_KEY_ID", "IMS_MCP_LOCAL_KEY_SECRET")
# Each thread of FFmpeg would reserve 64 MiB of addresses for itself, and a worker's are limited.
_ALWAYS = {"PYTHONSAFEPATH": "1", "MALLOC_ARENA_MAX": "2"}


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child: what is on the list, and PYTHONPATH without entries that depend on a directory.

    The key pair of the embedded IMS is not in it: its workers need none.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if name.upper() in _KEPT and (name.upper() not in _PATHS or Path(value).is_absolute())
    }
    paths = _list_code_paths(environ.get("PYTHONPATH", "").split(os.pathsep))
    own = str(_find_package_root())
    if own not in (*paths, *site.getsitepackages(), site.getusersitepackages()):
        paths.append(own)  # run from a checkout: a child finds the package where this process found it
    if paths:
        kept["PYTHONPATH"] = os.pathsep.join(paths)
    return kept | _ALWAYS


def find_neutral_directory() -> Path:
    """Where a child runs: nobody's project."""
    return Path(Path(sys.prefix).anchor)


def isolate_this_process() -> None:
    """The same for this process, before it starts any other: environment, module search path, rights of new files."""
    kept = clean_environment(os.environ)
    os.environ.clear()
    os.environ.update(kept)
    sys.path[:] = _list_code_paths(sys.path)
    os.chdir(find_neutral_directory())
    os.umask(0o077)


def _end_with_parent(parent_pid: int) -> None:
    """Have the system kill this process with its parent, where it can: it does even while FFmpeg holds the interpreter.

    The parent is the thread that started this process: that is the one the event loop runs in.
    """
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent_pid:
            os._exit(1)


def settle_in(parent_pid: int) -> None:
    """What a process that reads strangers' media does first: it ends with its parent, has bounded memory and leaves no
    core file."""
    # An interrupt at the terminal reaches every process; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The parent reads what this one says: nothing an encoder or a library prints may land there.
    os.dup2(2, 1)
    _end_with_parent(parent_pid)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _list_code_paths(entries: Iterable[str]) -> list[str]:
    """The entries of a module search path that do not mean wherever a process was started."""
    try:
        here = Path.cwd()
    except OSError:  # it was removed
        here = None
    own = _find_package_root()
    absolute = [(entry, Path(entry).resolve()) for entry in entries if Path(entry).is_absolute()]
    return [entry for entry, place in absolute if place != here or place == own]


def _find_package_root() -> Path:
    return Path(__file__).resolve().parents[2]
