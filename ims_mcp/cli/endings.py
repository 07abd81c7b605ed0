"""How a command ends: its exit code, and one sentence on stderr where something went wrong, never a traceback."""

from __future__ import annotations

import errno
import logging
import os
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import cast

from ims_mcp.cli.installed import OWN_ENVIRONMENT, find_unmet_requirements
from ims_mcp.cli.terminal import give_up, say
from ims_mcp.errors import ImsError, InvalidArguments
from ims_mcp.foreign_text import quotable

DONE, FAILED, MISUSED = 0, 1, 2
INTERRUPTED = 130
UNREAD = 141
"""Whoever read stdout has gone (``| head -1``): what the shell reports of a program that ends of SIGPIPE."""

END_SECONDS = 15.0
"""What an orderly end may take: the embedded IMS ends, transfers are written down. Then the process ends anyway."""
EXTRA = ("av", "starlette", "uvicorn")

logger = logging.getLogger("ims_mcp.cli")


def run_to_the_end(command: Callable[[], int], name: str) -> int:
    """The command's exit code, with its output written, or that of :func:`explain_failure`."""
    try:
        try:
            code = command()
        except SystemExit as ended:  # of argparse, which has said why
            code = ended.code if isinstance(ended.code, int) else FAILED
        sys.stdout.flush()
    except BaseException as error:
        return explain_failure(error, name)
    return code


def end_within(seconds: float, code: int) -> None:
    """Whatever still runs by then, a thread that hangs in a library, say, the process ends."""
    timer = threading.Timer(seconds, os._exit, (code,))
    timer.daemon = True
    timer.start()


def explain_failure(error: BaseException, name: str) -> int:
    """Say on stderr what went wrong and what to do, and return the exit code."""
    error = _find_first_cause(error)
    logger.debug("ims-mcp %s ended with an error", name, exc_info=error)
    code = FAILED
    match error:
        case InvalidArguments():
            say(error.explain())
            code = MISUSED
        case ImsError():
            say(error.explain())
        case KeyboardInterrupt():
            say("Interrupted.")
            code = INTERRUPTED
            # Another Ctrl-C while threads come to their end is no traceback, it ends them.
            signal.signal(signal.SIGINT, _end_at_once)
            end_within(END_SECONDS, INTERRUPTED)
        case ModuleNotFoundError(name=str(missing)) if missing.partition(".")[0] in EXTRA:
            say(f"This needs the Python package {missing}, which is not installed. {explain_extra()}")
        case OSError() if _is_unread(error):
            code = UNREAD
        case OSError():
            say(f"ims-mcp {name} failed: {_explain_os_error(error)}.")
        case MemoryError():
            say(f"ims-mcp {name} failed: this machine has too little memory for it.")
        case _:
            say(f"ims-mcp {name} {_explain_the_unforeseen(error)}")
    try:
        sys.stdout.flush()
    except OSError:
        give_up(sys.stdout)
    return code


def explain_extra(extra: str = "local") -> str:
    """By the Python that runs this, and from the checkout: of an index the name may be somebody else's."""
    return f"Install the extra, in the checkout of ims-mcp: {shlex.quote(sys.executable)} -m pip install '.[{extra}]'"


def _explain_the_unforeseen(error: BaseException) -> str:
    """Most likely a bug, unless the libraries this was written for are not those that are installed."""
    unmet, others = find_unmet_requirements()
    if not unmet and isinstance(error, ImportError):
        unmet = others  # a library of ours may have been robbed of its own
    if unmet:
        return f"cannot run with what is installed: {'; '.join(unmet)}. {OWN_ENVIRONMENT}"
    return (
        f"failed inside, which is a bug in it: {_locate_error(error)}. Please report this line and the command; with "
        "--log-level debug the whole trace is printed."
    )


def _find_first_cause(error: BaseException) -> BaseException:
    """What went wrong, out of the groups that tasks put it into."""
    if isinstance(error, BaseExceptionGroup):
        parts = cast("BaseExceptionGroup[BaseException]", error).exceptions
        causes = [_find_first_cause(part) for part in parts]
        return next((cause for cause in causes if isinstance(cause, KeyboardInterrupt)), causes[0])
    return error


def _end_at_once(_number: int, _frame: object) -> None:
    os._exit(INTERRUPTED)


def _is_unread(error: OSError) -> bool:
    # Windows reports a pipe without a reader as an invalid argument.
    gone = (errno.EPIPE, errno.ESHUTDOWN, *((errno.EINVAL,) if sys.platform == "win32" else ()))
    return error.filename is None and error.errno in gone


def _explain_os_error(error: OSError) -> str:
    """``Not a directory: '/dev/null/x'``."""
    reason = error.strerror or type(error).__name__
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, str | bytes)]
    return quotable(": ".join([reason, *(repr(name) for name in names)]))


def _locate_error(error: BaseException) -> str:
    """``KeyError('x') at listing.py:12``."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}({quotable(str(error), limit=200)}){place}"
